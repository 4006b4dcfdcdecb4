"""Loads, stores and local arrays over lanes, against Python and against an interpreter of one element at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris_cc.interp import run
from iris_cc.ir.nodes import Function
from iris_cc.ir.parser import parse
from iris_cc.ir.verify import verify
from tests.interp.scalar import run_element
from tests.ir.array_arguments import Arguments, outcome
from tests.ir.programs import PROGRAMS, SHIFTED
from tests.ir.strategies import BLIND, functions, input_types, lanes, same_bits, seeded_function


def columns(fn: Function, rows: list[list[Any]]) -> list[Any]:
    return [np.array(column, type.dtype) for column, type in zip(zip(*rows, strict=True), fn.results, strict=True)]


def agree(left: Any, right: Any) -> bool:
    if isinstance(left, str) or isinstance(right, str):
        return bool(left == right)
    return all(same_bits(a, b) for part in (0, 1) for a, b in zip(left[part], right[part], strict=True))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_do_what_python_does(name: str, seed: int) -> None:
    text, python = PROGRAMS[name]
    fn = parse(text)
    values = [np.array([-1, 0, 1, 7, 2, 99, 100], type.dtype) for type in input_types(fn)[0]]

    def by_python(given: Arguments) -> list[Any]:
        rows = [[column[k] for column in values] + given.rows(k) for k in range(7)]
        return columns(fn, [python(*row) for row in rows])

    def by_interpreter(given: Arguments) -> list[Any]:
        return list(run(fn, values, arrays=given.arrays, while_limit=0))

    with np.errstate(all="ignore"):
        assert agree(outcome(by_interpreter, Arguments(fn, 7, seed)), outcome(by_python, Arguments(fn, 7, seed)))


@given(functions(BLIND, faults=True, memory=True), st.integers(1, 6), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=200)
def test_random_functions(fn: Function, count: int, seed: int) -> None:
    compare(fn, count, seed)


def test_larger_functions() -> None:
    for seed in range(300):
        compare(verify(seeded_function(seed, faults=seed % 4 == 0)), 1 + seed % 12, seed)


def compare(fn: Function, count: int, seed: int) -> None:
    params, indices = input_types(fn)
    values = lanes([*params, *indices], count, seed)

    def by_element(given: Arguments) -> list[Any]:
        every = range(count)
        return columns(fn, [run_element(fn, [v[k] for v in values], arrays=given.rows(k)) for k in every])

    def by_lanes(given: Arguments) -> list[Any]:
        inputs, positions = values[: len(params)], values[len(params) :]
        return list(run(fn, inputs, indices=positions, arrays=given.arrays, while_limit=0, quiet=True))

    assert agree(outcome(by_lanes, Arguments(fn, count, seed)), outcome(by_element, Arguments(fn, count, seed)))


def test_the_first_element_that_faults_says_which_fault_though_arrays_have_changed() -> None:
    fn = parse("""\
func @f(%0: i64, mut &0: i64[]) {
  %1: i64 = load &0[]
  %2: bool = eq %1, 0:i64
  %3: bool = ge %0, 0:i64
  store &0[] = 1:i64
  check %2 else negative_power
  check %3 else zero_step
  return
}
""")
    held = np.array([0, 0, 0, 5])
    with pytest.raises(ValueError, match="arg 3 must not be zero"):
        run(fn, [np.array([1, -1, 1, 1])], arrays=[held], while_limit=0)


def test_what_a_branch_does_not_take_it_does_not_store() -> None:
    fn = parse("""\
func @f(%0: bool, mut &0: i64[]) {
  while carry %1: bool = %0 {
    test %1
  } do {
    store &0[] = 7:i64
    yield false:bool
  } -> %2: bool
  return
}
""")
    held = np.arange(5)
    assert run(fn, [np.array([True, False, True, False, False])], arrays=[held], while_limit=0) == ()
    assert held.tolist() == [7, 1, 7, 3, 4]


def test_lanes_that_have_left_a_loop_store_no_more() -> None:
    fn = parse("""\
func @f(%0: i64, mut &0: i64[]) {
  for %1: i64 in 0:i64 .. %0 step 1:i64 carry {
    store &0[] = %1
    yield
  }
  return
}
""")
    held = np.full(10, -1)
    run(fn, [np.array([3, 3, 3, 0, 3, 1, 3, 3, 3, 3])], arrays=[held], while_limit=0)
    assert held.tolist() == [2, 2, 2, -1, 2, 0, 2, 2, 2, 2]


def test_a_local_array_that_fits_nowhere() -> None:
    fn = parse("func @f(%0: i64) -> i64 {\nalloc &0: i64[%0, %0]\n%1: i64 = load &0[1:i64, 1:i64]\nreturn %1\n}\n")
    assert run(fn, [np.array([-1, 2])], while_limit=0)[0].tolist() == [0, 0]
    for large in (1 << 31, (1 << 63) - 1):
        with pytest.raises(MemoryError, match="no memory for a local array"):
            run(fn, [np.array([2, large])], while_limit=0)


def test_many_elements_do_not_have_their_local_arrays_at_once() -> None:
    fn = parse("""\
func @f(%0: i64, mut &0: i64[]) -> i64 {
  alloc &1: f64[100000:i64]
  %1: bool = ne %0, -1:i64
  %2: bool = ne %0, -2:i64
  check %1 else zero_step
  check %2 else negative_power
  store &0[] = %0
  return %0
}
""")
    numbers, held = np.arange(20_000), np.zeros(20_000, "i8")
    (found,) = run(fn, [numbers], arrays=[held], while_limit=0)
    assert found.tolist() == held.tolist() == numbers.tolist()
    numbers[[7000, 7001]] = -2, -1
    with pytest.raises(ValueError, match="negative integer powers"):
        run(fn, [numbers], arrays=[held], while_limit=0)


def test_arrays_that_do_not_fit_are_refused() -> None:
    fn, by = parse(SHIFTED), [np.zeros(3, "i8")]
    source, target = np.zeros((3, 4), "?"), np.zeros((3, 4), "?")
    fixed = parse("func @f(&0: f4[2:i64 by 8:i64]) -> f4 {\n return 0.0:f4\n}\n".replace("f4", "f32"))
    assert run(fn, by, arrays=[source, target], while_limit=0)[0].tolist() == [False] * 3
    frozen = target.copy()
    frozen.flags.writeable = False
    wrong = [
        ([source], "2 arrays of elements expected, 1 given"),
        ([source.view("i1"), target], "an array of bool with 2 axes"),
        ([source[0], target], "an array of bool with 2 axes"),
        ([source[:2], target], "the first of 3 elements"),
        ([source[:, :3], target], "the extent 4, where 3 is expected"),
        ([source, frozen], "an array that is stored to is read-only"),
        ([source, np.lib.stride_tricks.as_strided(target, (3, 4), (0, 1))], "the same for several elements"),
    ]
    for arrays, message in wrong:
        with pytest.raises(TypeError, match=message):
            run(fn, by, arrays=arrays, while_limit=0)
    for shape, step, message in (((1, 3), 2, "the extent 3, where 2"), ((1, 2), 1, "the step 4, where 8")):
        with pytest.raises(TypeError, match=message):
            run(fixed, [], arrays=[np.zeros((shape[0], shape[1] * step), "f4")[:, ::step]], while_limit=0)
    run(fixed, [], arrays=[np.zeros((1, 4), "f4")[:, ::2]], while_limit=0)
