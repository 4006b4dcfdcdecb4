"""The methods of a ufunc on two-input kernels, against NumPy's own on a Python function and against plain loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.surface.kernels import make


def soft(a, b):
    return a + b + a * b / 4


def larger(a, b):
    if a > b:
        return a
    return b


def mix(a, b):
    total = a
    for i in range(3):
        total = total / 2 + b * i
    return total


KERNELS = {function.__name__: (make(function), function) for function in (soft, larger, mix)}
ROWS = np.arange(1.0, 13.0).reshape(3, 4) % 5 - 1.5


@pytest.fixture(params=KERNELS)
def pair(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """A kernel, and the ufunc `np.frompyfunc` makes of its function."""
    kernel, function = KERNELS[request.param]
    return kernel, np.frompyfunc(function, 2, 1)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reduce(pair: tuple[Any, Any], axis: int, keepdims: bool) -> None:
    kernel, reference = pair
    wanted = reference.reduce(ROWS.astype(object), axis=axis, keepdims=keepdims).astype("f8")
    result = kernel.reduce(ROWS, axis=axis, keepdims=keepdims)
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, wanted)
    out = np.empty(np.shape(wanted))
    assert kernel.reduce(ROWS, axis=axis, keepdims=keepdims, out=out) is out
    np.testing.assert_array_equal(out, wanted)


def test_reduce_of_one_dimension(pair: tuple[Any, Any]) -> None:
    kernel, reference = pair
    row = ROWS.ravel()
    assert kernel.reduce(row) == reference.reduce(row.astype(object))
    assert kernel.reduce(row, initial=3.0) == reference.reduce(row.astype(object), initial=3.0)
    assert kernel.reduce(row[:1]) == row[0]
    single = kernel.reduce(row.astype("f4"))
    assert single.dtype == np.float32


def test_reduce_of_nothing(pair: tuple[Any, Any]) -> None:
    with pytest.raises(ValueError, match=r"zero-size|identity"):
        pair[0].reduce(np.empty(0))


def test_reduce_where(pair: tuple[Any, Any]) -> None:
    kernel, reference = pair
    mask = ROWS > 0
    wanted = reference.reduce(ROWS.astype(object), axis=0, where=mask, initial=1.0).astype("f8")
    np.testing.assert_array_equal(kernel.reduce(ROWS, axis=0, where=mask, initial=1.0), wanted)


def test_accumulate(pair: tuple[Any, Any]) -> None:
    kernel, reference = pair
    for axis in (0, 1):
        wanted = reference.accumulate(ROWS.astype(object), axis=axis).astype("f8")
        np.testing.assert_array_equal(kernel.accumulate(ROWS, axis=axis), wanted)
    long = np.linspace(-1, 1, 3000)
    wanted = reference.accumulate(long.astype(object)).astype("f8")
    np.testing.assert_array_equal(kernel.accumulate(long), wanted)
    np.testing.assert_array_equal(
        kernel.accumulate(long[::-3]), reference.accumulate(long[::-3].astype(object)).astype("f8")
    )


def test_outer(pair: tuple[Any, Any]) -> None:
    kernel, reference = pair
    first, second = ROWS[0], ROWS[:, 1]
    result = kernel.outer(first, second)
    assert result.shape == (4, 3)
    np.testing.assert_array_equal(result, reference.outer(first, second).astype("f8"))


def test_reduceat(pair: tuple[Any, Any]) -> None:
    kernel, reference = pair
    row, places = np.arange(12.0) - 4, [0, 4, 1, 9, 11]
    np.testing.assert_array_equal(
        kernel.reduceat(row, places), reference.reduceat(row.astype(object), places).astype("f8")
    )


def test_at(pair: tuple[Any, Any]) -> None:
    kernel, reference = pair
    row, places, values = np.arange(6.0), [0, 0, 3, 5, 3, 3], np.linspace(0.5, 3, 6)
    wanted = row.copy()
    for place, value in zip(places, values, strict=True):
        wanted[place] = reference(wanted[place], value)
    kernel.at(row, places, values)
    np.testing.assert_array_equal(row, wanted)


def test_at_of_one_input() -> None:
    def shrink(x):
        return x / 2 if x > 1 else x

    kernel = make(shrink)
    row = np.array([8.0, 1.0, 4.0])
    kernel.at(row, [0, 0, 2])
    np.testing.assert_array_equal(row, [2.0, 1.0, 2.0])


def test_methods_that_need_two_inputs() -> None:
    def shrink(x):
        return x / 2

    def both(x, y):
        return x, y

    for kernel in (make(shrink), make(both)):
        with pytest.raises((ValueError, TypeError, RuntimeError)):
            kernel.reduce(np.arange(3.0))
        with pytest.raises((ValueError, TypeError, RuntimeError)):
            kernel.accumulate(np.arange(3.0))


def test_integers_keep_their_type() -> None:
    kernel = KERNELS["larger"][0]
    for dtype in ("i1", "u2", "i4", "u8"):
        values = np.array([3, 1, 7, 2], dtype)
        assert kernel.reduce(values) == 7 and kernel.reduce(values).dtype == dtype
        assert kernel.accumulate(values).dtype == dtype
        assert kernel.outer(values, values).dtype == dtype


def test_reduce_with_a_dtype() -> None:
    kernel = KERNELS["larger"][0]
    assert kernel.reduce(np.array([1, 2], "i4"), dtype="f8").dtype == np.float64


def test_the_methods_of_the_python_route() -> None:
    def outside(a, b):
        return {1: b}[1] + a

    kernel = make(outside)
    assert kernel.explain(1.0, 1.0).route == "python"
    reference = np.frompyfunc(outside, 2, 1)
    row = np.arange(5.0)
    assert kernel.reduce(row) == reference.reduce(row.astype(object))
    np.testing.assert_array_equal(kernel.accumulate(row), reference.accumulate(row.astype(object)).astype("f8"))
    np.testing.assert_array_equal(kernel.outer(row, row), reference.outer(row, row).astype("f8"))
    wanted = reference.reduceat(row.astype(object), [0, 2]).astype("f8")
    np.testing.assert_array_equal(kernel.reduceat(row, [0, 2]), wanted)
    kernel.at(row, [1, 1], 10.0)
    assert row[1] == reference(reference(1.0, 10.0), 10.0)
