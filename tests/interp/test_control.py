"""Branches and loops over lanes, against a plain interpreter of one element at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris_cc.interp import compile_interpreter, run
from iris_cc.interp.control import len_range, trip_count
from iris_cc.ir.nodes import Function
from iris_cc.ir.parser import parse
from tests.interp.scalar import run_element
from tests.ir.strategies import CERTAIN, functions, input_types, lanes, same_bits


def both(fn: Function, arrays: list[Any], limit: int = 0) -> None:
    """Interpreter and element interpreter agree, in bits or in the exception."""
    count = len(fn.params)
    elements = []
    errors: set[tuple[type, str]] = set()
    for values in zip(*arrays, strict=True):
        try:
            elements.append(run_element(fn, list(values), limit))
        except (ValueError, RuntimeError) as error:
            errors.add((type(error), str(error)))
    try:
        with np.errstate(all="ignore"):
            found = run(fn, arrays[:count], indices=arrays[count:], while_limit=limit)
    except (ValueError, RuntimeError) as error:
        assert (type(error), str(error)) in errors
        return
    assert not errors
    for result, column in zip(found, zip(*elements, strict=True), strict=True):
        assert same_bits(result, np.array(column))


@given(functions(CERTAIN, faults=True), st.integers(1, 9), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=400)
def test_random_functions(fn: Function, count: int, seed: int) -> None:
    params, indices = input_types(fn)
    both(fn, lanes([*params, *indices], count, seed))


LOOP = """\
func @f(%0: i64, %1: i64, %2: i64) -> i64, i64 {
  for %4: i64 in %0 .. %1 step %2 carry %3: i64 = 0:i64, %5: i64 = -7:i64 {
    %6: i64 = add %3, 1:i64
    yield %6, %4
  } -> %7: i64, %8: i64
  return %7, %8
}
"""
MIN, MAX = -(1 << 63), (1 << 63) - 1
BOUNDS = [
    (0, 5, 1), (0, 5, 2), (5, 0, -2), (5, 0, 1), (0, 0, 1), (MAX - 2, MAX, 1), (MIN, MIN + 3, 1), (MIN, MAX, MAX),
    (MAX, MIN, MIN), (MAX, MIN, -MAX), (MIN, MAX, 1 << 61), (MAX - 1, MAX, MAX), (MIN + 1, MIN, MIN), (-3, 3, 3),
    (0, 1, MIN),
]  # fmt: skip


def test_bounds_per_lane_near_the_limits() -> None:
    fn = parse(LOOP)
    found = run(fn, [np.array(column) for column in zip(*BOUNDS, strict=True)], while_limit=0)
    for bounds, count, last in zip(BOUNDS, *(result.tolist() for result in found), strict=True):
        values = range(*bounds)
        assert (count, last) == (len(values), values[-1] if values else -7), bounds
        one = run(fn, [np.array([bound]) for bound in bounds], while_limit=0)
        assert [result.tolist() for result in one] == [[count], [last]]


def test_trip_counts() -> None:
    corners = [MIN, MIN + 1, -2, -1, 0, 1, 2, 7, MAX - 1, MAX]
    for start in corners:
        for stop in corners:
            for step in corners:
                wanted = _python_length(start, stop, step)
                assert len_range(start, stop, step) == wanted
                assert int(trip_count(np.int64(start), np.array([stop]), np.int64(step))[0]) == wanted


def _python_length(start: int, stop: int, step: int) -> int:
    """The length of a range beyond what `len` can say."""
    if step == 0:
        return 0
    distance = (stop - start) if step > 0 else (start - stop)
    return max(0, -(-distance // abs(step)))


def test_live_ends_a_lane() -> None:
    fn = parse("""\
func @f(%0: i64, %1: bool) -> i64 {
  for %4: i64 in 0:i64 .. 100:i64 step 1:i64 carry %2: bool = %1, %3: i64 = 0:i64 live %2 {
    %5: bool = lt %4, %0
    yield %5, %4
  } -> %6: bool, %7: i64
  return %7
}
""")
    limits = np.array([3, 50, 0, 1000, 3, 7])
    found = run(fn, [limits, np.array([True, True, True, True, False, True])], while_limit=0)[0]
    assert found.tolist() == [3, 50, 0, 99, 0, 7]


COLLATZ = """\
func @f(%0: i64) -> i64 {
  while carry %1: i64 = %0, %2: i64 = 0:i64 {
    %3: bool = ne %1, 1:i64
    test %3
  } do {
    %4: i64 = and %1, 1:i64
    %5: bool = eq %4, 0:i64
    if %5 {
      %6: i64 = shr %1, 1:i64
      yield %6
    } else {
      %7: i64 = mul %1, 3:i64
      %8: i64 = add %7, 1:i64
      yield %8
    } -> %9: i64
    %10: i64 = add %2, 1:i64
    yield %9, %10
  } -> %11: i64, %12: i64
  return %12
}
"""


def test_collatz() -> None:
    def steps(n: int) -> int:
        count = 0
        while n != 1:
            n, count = (n // 2 if n % 2 == 0 else 3 * n + 1), count + 1
        return count

    found = run(parse(COLLATZ), [np.arange(1, 500)], while_limit=0)[0]
    assert found.tolist() == [steps(n) for n in range(1, 500)]


def test_the_iteration_limit_is_per_element() -> None:
    fn = parse(COLLATZ)
    assert run(fn, [np.array([8, 1, 6])], while_limit=8)[0].tolist() == [3, 0, 8]
    with pytest.raises(RuntimeError, match="ME_DSL_WHILE_MAX_ITERS"):
        run(fn, [np.array([8, 1, 6])], while_limit=7)
    with pytest.raises(RuntimeError, match="ME_DSL_WHILE_MAX_ITERS"):
        run(fn, [np.array([0])], while_limit=100)
    assert run(fn, [np.array([], "i8")], while_limit=1)[0].tolist() == []


def test_a_check_counts_only_where_it_is_reached() -> None:
    fn = parse("""\
func @f(%0: i64, %1: i64) -> i64 {
  %2: bool = ge %1, 0:i64
  %3: bool = gt %0, 0:i64
  if %3 {
    check %2 else negative_power
    %4: i64 = ipow %0, %1
    yield %4
  } else {
    yield 0:i64
  } -> %5: i64
  return %5
}
""")
    assert run(fn, [np.array([2, -2, 3]), np.array([5, -1, 0])], while_limit=0)[0].tolist() == [32, 0, 1]
    with pytest.raises(ValueError, match="Integers to negative integer powers"):
        run(fn, [np.array([2, 3]), np.array([5, -1])], while_limit=0)


def test_a_check_in_a_loop_spares_lanes_that_left() -> None:
    fn = parse("""\
func @f(%0: i64) -> i64 {
  for %2: i64 in 0:i64 .. %0 step 1:i64 carry %1: i64 = %0 {
    %3: i64 = sub %1, 1:i64
    %4: bool = ge %3, 0:i64
    check %4 else zero_step
    yield %3
  } -> %5: i64
  return %5
}
""")
    assert run(fn, [np.arange(20)], while_limit=0)[0].tolist() == [0] * 20


def test_branches_are_silent_and_straight_lines_are_not() -> None:
    branchy = parse("""\
func @f(%0: f64) -> f64 {
  %1: bool = ne %0, 0.0:f64
  %2: f64 = reciprocal %0
  if %1 {
    yield %2
  } else {
    yield 0.0:f64
  } -> %3: f64
  return %3
}
""")
    assert run(branchy, [np.array([0.0, 2.0])], while_limit=0)[0].tolist() == [0.0, 0.5]
    with pytest.warns(RuntimeWarning):
        run(branchy, [np.array([0.0, 2.0])], while_limit=0, quiet=False)
    straight = parse("func @f(%0: f64) -> f64 {\n  %1: f64 = reciprocal %0\n  return %1\n}\n")
    with pytest.warns(RuntimeWarning):
        run(straight, [np.array([0.0])], while_limit=0)
    run(straight, [np.array([0.0])], while_limit=0, quiet=True)


def test_deep_nesting() -> None:
    depth = 90
    lines = ["func @f(%0: i64) -> i64 {", "%1: bool = gt %0, 0:i64"]
    lines += ["if %1 {"] * depth + ["yield %0"]
    out = 2
    for _ in range(depth):
        lines += ["} else {", "yield 5:i64", f"}} -> %{out}: i64", f"yield %{out}"]
        out += 1
    lines[-1] = f"return %{out - 1}"
    assert run(parse("\n".join([*lines, "}"])), [np.array([-1, 0, 1, 2])], while_limit=0)[0].tolist() == [5, 5, 1, 2]


def test_programs_are_made_once() -> None:
    fn = parse(COLLATZ)
    assert compile_interpreter(fn) is compile_interpreter(fn)
    assert all(compile_interpreter(parse(LOOP)) for _ in range(300))


def test_the_c_library_is_not_needed_for_special_functions() -> None:
    code = (
        "import sys, iris_cc.interp; sys.modules['_cffi_backend'] = None\n"
        "import math, numpy as np\n"
        "from iris_cc.interp.libm import libm_function\n"
        "from iris_cc.ir.ops import ERF, FMA, GAMMA, LGAM\n"
        "from iris_cc.ir.types import F32, F64\n"
        "x = np.array([0.5, -1.0, 0.0, -0.0, 200.0, math.inf, -math.inf, math.nan])\n"
        "g = libm_function(GAMMA, F64)(x)\n"
        "assert g[0] == math.gamma(0.5) and math.isnan(g[1]) and g[2] == math.inf and g[3] == -math.inf\n"
        "assert g[4] == g[5] == math.inf and math.isnan(g[6])\n"
        "assert libm_function(LGAM, F64)(x)[1:4].tolist() == [math.inf] * 3\n"
        "assert libm_function(ERF, F32)(np.float32(0.5)) == np.float32(math.erf(0.5))\n"
        "assert libm_function(FMA, F64)(np.float64(0.1), np.float64(10), np.float64(-1)) == 2.0**-54\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, env=environment)


@pytest.mark.parametrize("flags", [[True, True], [False, False], [True, False]])
def test_memory_that_a_branch_result_shares_is_not_reused(flags: list[bool]) -> None:
    fn = parse("""\
func @f(%0: f64, %1: bool) -> f64, f64 {
  %2: f64 = neg %0
  if %1 {
    yield %2
  } else {
    yield %0
  } -> %3: f64
  %4: f64 = add %2, 100.0:f64
  return %3, %4
}
""")
    found = run(fn, [np.array([1.0, 2.0]), np.array(flags)], while_limit=0)
    assert found[0].tolist() == [-x if flag else x for x, flag in zip([1.0, 2.0], flags, strict=True)]
    assert found[1].tolist() == [99.0, 98.0]
