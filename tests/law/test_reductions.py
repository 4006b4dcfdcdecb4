"""`reduce` and `accumulate` against the undecorated function folded over NumPy scalars, on every route."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import iris_cc

# A first operand of another type than the result ends folding; these keep one type.
FOLDED: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda a, b: a + b,
    "multiply": lambda a, b: a * b,
    "subtract": lambda a, b: a - b,
    "larger": lambda a, b: a if a > b else b,
    "larger or equal": lambda a, b: a if a >= b else b,
    "larger the other way": lambda a, b: b if a > b else a,
    "smaller": lambda a, b: b if b < a else a,
    "builtin max": lambda a, b: max(a, b),
    "builtin min": lambda a, b: min(a, b),
    "maximum": lambda a, b: np.maximum(a, b),
    "fmin": lambda a, b: np.fmin(a, b),
    "average": lambda a, b: a + (b - a) / 2,
}
BITS: dict[str, Callable[[Any, Any], Any]] = {
    "and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b, "shift": lambda a, b: a << (b & 3),
}  # fmt: skip
FREE_ZERO = ("maximum", "fmin")
TEXTS = {
    "add": "a + b", "multiply": "a * b", "subtract": "a - b", "larger": "a if a > b else b",
    "larger or equal": "a if a >= b else b", "larger the other way": "b if a > b else a",
    "smaller": "b if b < a else a", "builtin max": "max(a, b)", "builtin min": "min(a, b)",
    "maximum": "maximum(a, b)", "fmin": "fmin(a, b)", "average": "a + (b - a) / 2",
    "and": "a & b", "or": "a | b", "xor": "a ^ b", "shift": "a << (b & 3)",
}  # fmt: skip


@pytest.fixture(params=["1", "0"], ids=["compiled", "interpreted"], autouse=True)
def _route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT", request.param)


def made(name: str) -> iris_cc.Kernel:
    return iris_cc.kernel(f"def f(a, b):\n    return {TEXTS[name]}", fallback="silent")


def one_by_one(name: str, values: np.ndarray[Any, Any]) -> list[Any]:
    with np.errstate(all="ignore"):
        return list(itertools.accumulate(values, (FOLDED | BITS)[name]))


def samples(dtype: str, count: int) -> list[np.ndarray[Any, Any]]:
    chance = np.random.default_rng(count)
    if dtype == "?":
        return [chance.integers(0, 2, count).astype("?")]
    if dtype[0] in "iu":
        info = np.iinfo(dtype)
        return [chance.integers(info.min, info.max, count, dtype, endpoint=True), np.full(count, info.max)]
    ordinary = chance.normal(size=count).astype(dtype)
    zeros = chance.choice(np.array([0.0, -0.0], dtype), count)
    below = np.where(chance.random(count) < 0.5, zeros, -np.abs(ordinary))
    spotted = ordinary.copy()
    spotted[:: max(count // 3, 1)] = math.nan
    ends = np.append(ordinary[:-1], np.array([math.nan], dtype)) if count else ordinary
    return [ordinary, zeros, below, spotted, ends, np.full(count, math.inf, dtype)]


def same(got: Any, want: Any, free_zero: bool) -> bool:
    got, want = np.asarray(got), np.asarray(want)
    if got.dtype != want.dtype:
        return False
    if free_zero and got.dtype.kind == "f":
        got, want = got + 0.0, want + 0.0
    return np.array_equal(got, want, equal_nan=got.dtype.kind == "f") and (
        got.dtype.kind != "f" or bool(np.all((np.signbit(got) == np.signbit(want)) | np.isnan(want)))
    )


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("dtype", ["f8", "f4", "i1", "u2", "i4", "i8", "u8"])
@pytest.mark.parametrize("count", [1, 2, 63, 64, 300, 1030])
def test_a_row(name: str, dtype: str, count: int) -> None:
    if (name in BITS or name == "average") and (dtype[0] == "f") == (name in BITS):
        return  # no such operation, or one that leaves its type
    kernel = made(name)
    for values in samples(dtype, count):
        want = one_by_one(name, values)
        free = name in FREE_ZERO
        spread = np.repeat(values, 3)[::3]
        with np.errstate(all="ignore"):
            assert same(kernel.reduce(values), want[-1], free), (name, dtype, count)
            assert same(kernel.reduce(spread), want[-1], free)
            assert same(kernel.accumulate(values), want, free)
            assert same(kernel.accumulate(spread[::-1])[::-1], one_by_one(name, values[::-1])[::-1], free)


@pytest.mark.parametrize("axes", [None, (0, 1), (1, 0), (0, 2), (-1, 1), (2,), 1, ()])
@pytest.mark.parametrize("keepdims", [False, True])
def test_several_axes_in_c_order(axes: Any, keepdims: bool) -> None:
    values = np.random.default_rng(0).normal(size=(3, 4, 5))
    kernel = made("subtract")
    places = tuple(range(3)) if axes is None else tuple(sorted(np.lib.array_utils.normalize_axis_tuple(axes, 3)))
    kept = [axis for axis in range(3) if axis not in places]
    lines = values.transpose(*kept, *places).reshape(*(values.shape[axis] for axis in kept), -1)
    want = np.apply_along_axis(lambda line: functools.reduce(FOLDED["subtract"], line), -1, lines)
    want = np.expand_dims(want, places) if keepdims else want
    for given in (values, np.asfortranarray(values), values.tolist()):
        got = kernel.reduce(given, axis=axes, keepdims=keepdims)
        assert got.shape == want.shape and np.array_equal(got, want)
    out = np.full(want.shape, 7.0)
    assert kernel.reduce(values, axis=axes, keepdims=keepdims, out=out) is out and np.array_equal(out, want)


def test_where_and_initial_with_several_axes() -> None:
    values, mask = np.arange(24.0).reshape(2, 3, 4), np.arange(24).reshape(2, 3, 4) % 5 < 3
    kernel = made("add")
    for axes in (None, (0, 2), 1):
        want = np.add.reduce(values, axis=axes, where=mask)
        assert np.array_equal(kernel.reduce(values, axis=axes, where=mask), want)
        assert np.array_equal(kernel.reduce(values, axis=axes, where=mask, initial=10), want + 10)
    with pytest.raises(ValueError, match="identity"):
        made("subtract").reduce(values, axis=(0, 1), where=mask)
    assert made("subtract").reduce(values, axis=(0, 1), where=mask, initial=1.0).shape == (4,)


@pytest.mark.parametrize("name, want", [("add", 0), ("multiply", 1), ("or", 0), ("xor", 0), ("and", -1)])
def test_an_identity_serves_where_there_is_no_element(name: str, want: int) -> None:
    assert made(name).reduce(np.empty(0, "i8")) == want
    assert made(name).reduce(np.empty((0, 3), "i8")).tolist() == [want] * 3
    assert made(name).reduce(np.empty((3, 0), "i8"), axis=(0, 1)) == want


@pytest.mark.parametrize("name", ["subtract", "larger", "maximum", "average"])
def test_without_an_identity_nothing_is_made_up(name: str) -> None:
    for axis in (0, (0, 1), None):
        with pytest.raises(ValueError, match="zero-size"):
            made(name).reduce(np.empty((0, 0)), axis=axis)


def test_an_identity_is_no_element() -> None:
    assert np.signbit(made("add").reduce(np.array([-0.0])))  # 0 + -0.0 would be +0.0


def test_a_result_that_lies_in_the_row() -> None:
    for name in ("larger", "add"):
        values = np.random.default_rng(3).integers(-9, 9, 400)
        want = one_by_one(name, values)[-1]
        row = values.copy()
        made(name).ufunc.reduce(row, out=row[:1].reshape(()))
        assert row[0] == want


def test_wrong_axes_are_named() -> None:
    with pytest.raises(ValueError, match="axis"):
        made("add").reduce(np.ones((2, 2)), axis=(0, 0))
    with pytest.raises(np.exceptions.AxisError, match="out of bounds"):
        made("add").reduce(np.ones((2, 2)), axis=(0, 2))
