"""The corner rulings, and each divergence from Python with what it gives instead."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iris_cc
from tests.law.routes import FLOATS, INTEGERS, SIGNED, Route, corners

# -- corner rulings -----------------------------------------------------------------------------------------------

_WILD = [0.0, -0.9, 1.9, -1.0, 127.5, 128.0, 255.9, 256.0, 300.7, -129.0, 3e9, -3e9, 1e10, 2.0**62, 1e19, -1e19, 1e30]


@pytest.mark.parametrize("target", INTEGERS)
@pytest.mark.parametrize("source", FLOATS)
def test_casts_out_of_range_are_those_of_x86(route: Route, source: str, target: str) -> None:
    cast = np.dtype(target).type

    def f(x):
        return cast(x)

    values = np.array([*_WILD, np.nan, np.inf, -np.inf], source)
    lowest = np.iinfo("i4" if target in ("i4",) else "i8").min
    got = route.obeys(f, values)
    if target in ("i4", "i8"):
        assert got[-3] == lowest


def test_int_of_a_float_out_of_range(route: Route) -> None:
    def f(x):
        return int(x)

    got = route.call(f, np.array([np.nan, np.inf, -np.inf, 1e30, 3.5]))
    assert got.tolist() == [-(2**63)] * 4 + [3]


def test_a_constant_too_large_for_its_partner_joins_as_i8(route: Route) -> None:
    def f(x):
        if x > 0:
            return 300
        return x

    got = route.call(f, np.array([-5, 5], "i1"))
    assert got.dtype == np.int64
    assert got.tolist() == [-5, 300]


def test_a_constant_that_fits_gives_way(route: Route) -> None:
    def f(x):
        if x > 0:
            return 100
        return x

    assert route.obeys(f, np.array([-5, 5], "i1")).dtype == np.int8


def test_literals_up_to_64_bits_keep_their_bits(route: Route) -> None:
    def f(x):
        return x ^ 0xFFFFFFFFFFFFFFFF, x | 0x8000000000000001, x == 18446744073709551615

    route.obeys(f, np.array([0, 1, 2**64 - 1], "u8"))


def test_literals_beyond_64_bits_are_rejected() -> None:
    def f(x):
        return x + 0x1FFFFFFFFFFFFFFFF

    with pytest.raises(iris_cc.CompileError) as caught:
        iris_cc.kernel(fallback="error")(f)
    assert caught.value.diagnostics[0].code.id == "E0107"


def test_a_negative_literal_exponent_is_a_float(route: Route) -> None:
    def f(x):
        return x + 2**-1

    assert route.obeys(f, np.array([0.0])) == 0.5


@pytest.mark.parametrize("dtype", SIGNED)
def test_a_negative_exponent_of_integers_raises(route: Route, dtype: str) -> None:
    def f(x, y):
        return x**y

    kernel = route.kernel(f)
    assert kernel(np.array([2, 3], dtype), np.array([3, 0], dtype)).tolist() == [8, 1]
    with pytest.raises(ValueError, match="negative integer powers"):
        kernel(np.array([2, 3], dtype), np.array([3, -1], dtype))


@pytest.mark.parametrize("dtype", ["i1", "u1", "b1"])
def test_float16_is_python_s(route: Route, dtype: str) -> None:
    def f(x):
        return np.sin(x)

    found = route.kernel(f)(np.ones(3, dtype))
    assert found.dtype == np.float16 and (found == np.sin(np.ones(3, dtype))).all()


def test_a_name_after_a_loop_that_surely_runs_is_certain(route: Route) -> None:
    def f(x):
        for i in range(4):
            x = x + i
        return x, i

    route.obeys(f, np.array([1, 2]))


def test_a_name_set_on_both_exits_of_for_else_is_certain(route: Route) -> None:
    def f(x):
        for i in range(4):
            if x == i:
                t = 1
                break
        else:
            t = 2
        return t

    route.obeys(f, np.arange(6))


def test_a_name_that_may_be_unassigned_is_rejected() -> None:
    def f(x):
        if x > 0:
            t = 1
        return t

    assert _first_code(f) == "E0301"


def test_a_loop_that_may_run_never_assigns_nothing() -> None:
    def f(x, n):
        for i in range(n):
            x = x + i
        return i

    assert _first_code(f) == "E0301"


def test_falling_off_the_end_is_rejected() -> None:
    def f(x):  # noqa: RET503
        if x > 0:
            return x

    assert _first_code(f) == "E0302"


def _first_code(function: Callable[..., Any]) -> str:
    with pytest.raises(iris_cc.CompileError) as caught:
        iris_cc.kernel(fallback="error")(function)
    return str(caught.value.diagnostics[0].code.id)


def test_parameters_may_be_reassigned(route: Route) -> None:
    def f(x, y):
        x = x + y
        y += x
        return x, y

    route.obeys(f, np.array([1, 2], "i2"), np.array([3, 4], "i2"))


def test_index_symbols_are_strong_i8(route: Route) -> None:
    kernel = route.kernel("def f(x):\n    return x + _i0 * 10 + _n0")
    got = kernel(np.array([1, 2, 3], "i1"))
    assert got.dtype == np.int64
    assert got.tolist() == [4, 15, 26]


def test_a_weak_int_beyond_64_bits_raises(route: Route) -> None:
    def f(x, y):
        return x + y

    with pytest.raises(OverflowError):
        route.kernel(f)(np.array([1], "i8"), 2**64)


def test_a_smaller_weak_int_meets_its_partner_and_wraps(route: Route) -> None:
    def f(x, y):
        return x + y

    kernel = route.kernel(f)
    got = kernel(np.array([1], "u1"), 300)
    assert got.dtype == np.uint8
    assert got.tolist() == [(1 + 300) % 256]
    with pytest.raises(OverflowError):
        kernel.ufunc(np.array([1], "u1"), 300)


def test_a_kernel_has_the_methods_of_its_ufunc(route: Route) -> None:
    def f(x, y):
        return x * 2 + y

    kernel = route.kernel(f)
    x = np.array([1, 2, 3, 4])
    assert (kernel.nin, kernel.nout, kernel.nargs) == (2, 1, 3)
    assert kernel.reduce(x) == ((1 * 2 + 2) * 2 + 3) * 2 + 4
    assert kernel.accumulate(x).tolist() == [1, 4, 11, 26]
    assert kernel.outer(x, x).shape == (4, 4)
    y = x.copy()
    kernel.at(y, [0, 0], 1)
    assert y.tolist() == [(1 * 2 + 1) * 2 + 1, 2, 3, 4]
    assert "ll->l" in kernel.types
    assert isinstance(kernel.ufunc, np.ufunc)


def test_where_a_kernel_comes_from_has_four_words(route: Route) -> None:
    def f(x):
        return x * 3 + 11

    kernel = route.kernel(f)
    x = np.arange(3)
    assert kernel.explain(x).cache in ("none", "disk", "memory", "built")
    kernel(x)
    assert kernel.explain(x).cache in (("none",) if route.name == "interpreted" else ("memory", "disk", "built"))


_SUBNORMAL = """
import os, sys, numpy as np
os.environ["ME_DSL_JIT_CFLAGS"] = "-ffast-math"
import iris_cc
def f(x, y):
    return x * y
kernel = iris_cc.kernel(fallback="silent")(f)
kernel(np.array([2.0]), np.array([3.0]))
tiny = np.array([5e-324, 1e-310])
sys.exit(0 if (tiny * 1.0 == [5e-324, 1e-310]).all() and (tiny + tiny > 0).all() else 1)
"""


def test_fast_math_never_flushes_subnormals_of_the_process() -> None:
    root = Path(iris_cc.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", _SUBNORMAL], cwd=root, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_cache_others_can_write_is_not_used(
    route: Route, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    monkeypatch.setenv("IRIS_CC_CACHE_DIR", str(folder))

    def f(x):
        return x * 5 - 1234567

    assert route.obeys(f, np.arange(3)).tolist() == [-1234567, -1234562, -1234557]
    assert not [path for path in folder.rglob("*") if path.is_file()]


# -- divergences -------------------------------------------------------------------------------------------------


def test_divergence_1_python_ints_are_64_bits_and_wrap(route: Route) -> None:
    def f(n):
        t = 3
        for _ in range(n):
            t = t * 5 + 1
        return t

    counts = np.array([0, 5, 20, 27, 28, 40, 90])
    want = []
    for n in counts.tolist():
        exact = f(n)
        want.append((exact + 2**63) % 2**64 - 2**63)
    assert route.call(f, counts).tolist() == want


def test_divergence_2_what_raises_in_python_is_numpys_value(route: Route) -> None:
    def f(x, y):
        i, z = int(y), float(y)
        return math.log(x), math.sqrt(x), 7 // i, 7 % i, 1.0 / z, math.fmod(x, z), 5 / i, -3 / i

    log, root, quotient, rest, over, fmod, true, negative = route.call(f, np.array([-1.0]), np.array([0.0]))
    assert np.isnan(log)
    assert np.isnan(root)
    assert quotient == 0
    assert rest == 0
    assert over == np.inf
    assert np.isnan(fmod)
    assert true == np.inf
    assert negative == -np.inf


def test_divergence_2_python_shifts_by_a_negative_count(route: Route) -> None:
    def f(x):
        i = int(x)
        return 5 << i, 5 >> i, -5 >> i

    left, right, below = route.call(f, np.array([-1]))
    assert (int(left[0]), int(right[0]), int(below[0])) == tuple(
        int(np.array(v))
        for v in (np.int64(5) << np.int64(-1), np.int64(5) >> np.int64(-1), np.int64(-5) >> np.int64(-1))
    )


@pytest.mark.parametrize("dtype", INTEGERS)
def test_divergence_2_nothing_traps(route: Route, dtype: str) -> None:
    def f(x, y):
        i, j = int(x), int(y)
        return x // y, x % y, np.fmod(x, y), i // j, i % j, i / j, x / y, i << (j & 63), np.reciprocal(y)

    low = np.iinfo(dtype).min
    route.call(f, np.array([low, low, 1, 0], dtype), np.array([-1 if low else 0, 0, 0, 0], dtype))


def test_divergence_3_functions_are_within_a_bound(route: Route) -> None:
    def f(x):
        return np.sin(x), np.exp(x), np.tanh(x), np.log1p(x * x), math.erf(x)

    x = np.linspace(-20, 20, 4001)
    got = route.call(f, x)
    wants = [np.sin(x), np.exp(x), np.tanh(x), np.log1p(x * x), np.array([math.erf(v) for v in x])]
    for have, want in zip(got, wants, strict=True):
        assert np.all(np.abs(have - want) <= 4 * np.spacing(np.abs(want)))


def test_divergence_4_a_while_loop_has_a_limit(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    def f(x):
        n = 0
        while x > 0:
            x = x - 1
            n += 1
        return n

    monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", "50")
    kernel = route.kernel(f)
    assert kernel(np.array([3, 50, 0, -4])).tolist() == [3, 50, 0, 0]
    with pytest.raises(RuntimeError, match="ME_DSL_WHILE_MAX_ITERS"):
        kernel(np.array([3, 51]))
    monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", "0")
    assert kernel(np.array([200])).tolist() == [200]


def test_divergence_5_a_value_has_one_type(route: Route) -> None:
    def f(x, y):
        return x if x > 2 else y

    got = route.call(f, np.array([1, 3], "i2"), np.array([0.5, 1.5], "f4"))
    assert got.dtype == np.float32
    assert got.tolist() == [0.5, 3.0]


def test_divergence_5_python_scalars_give_way_where_paths_meet(route: Route) -> None:
    def f(x, n):
        acc = 0
        for _ in range(n):
            acc += x
        return acc

    for dtype in ("i1", "u2", "f4"):
        got = route.call(f, np.array([1, 2, 3], dtype), np.array([0, 1, 3]))
        assert got.dtype == np.dtype(dtype)
        assert got.tolist() == [0, 2, 9]


@pytest.mark.parametrize("dtype", FLOATS)
def test_divergence_6_which_zero_minimum_picks_is_free(route: Route, dtype: str) -> None:
    def f(x, y):
        return np.minimum(x, y), np.maximum(x, y), np.fmin(x, y), np.fmax(x, y)

    zeros = np.array([0.0, -0.0], dtype)
    for got in route.call(f, zeros, zeros[::-1].copy()):
        assert got.tolist() == [0, 0]


def test_corner_values_have_a_name() -> None:
    """The grids of these tests hold what they should."""
    assert np.isnan(corners("f8")).any()
    assert corners("i1").min() == -128
