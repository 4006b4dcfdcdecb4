"""Operand types without a compiled form: the same call runs in Python, through the kernel and through its methods."""

from __future__ import annotations

import warnings
from decimal import Decimal
from fractions import Fraction
from typing import Any

import dask.array as da
import numpy as np
import pandas as pd
import pytest

import iris_cc
from tests.surface.python_functions import same


def double(x):
    return x * 2


def add(x, y):
    return x + y


def root(x):
    return np.sqrt(x)


def first(x, y):
    return x


OPERANDS = [
    np.array([1 + 2j, 3]),
    np.array([1 + 2j, 3], "c8"),
    np.array([1.5, 2], "f2"),
    np.array([1.5, 2], np.longdouble),
    np.array([3, 4], "m8[s]"),
    np.array([Fraction(1, 3), Decimal(2)], object),
]


def quiet(function: Any) -> iris_cc.Kernel:
    return iris_cc.kernel(function, fallback="silent")


@pytest.mark.parametrize("values", OPERANDS, ids=lambda values: str(values.dtype))
def test_numbers_of_every_type(values: np.ndarray) -> None:
    same(quiet(double)(values), values * 2)
    same(quiet(double)(values[0]), values[0] * 2)
    same(quiet(add)(values, values[::-1][::-1]), values + values)
    explained = quiet(double).explain(values)
    assert explained.route == "python" and explained.reason is not None and explained.reason.code.id == "E0403"


@pytest.mark.parametrize("values", OPERANDS[:-1], ids=lambda values: str(values.dtype))
def test_methods(values: np.ndarray) -> None:
    kernel = quiet(add)
    same(kernel.reduce(values), np.add.reduce(values))
    same(kernel.accumulate(values), np.add.accumulate(values))
    same(kernel.reduceat(values, [0, 1]), np.add.reduceat(values, [0, 1]))
    same(kernel.outer(values, values), np.add.outer(values, values))
    found, wanted = values.copy(), values.copy()
    kernel.at(found, [0, 0, 1], values[1])
    np.add.at(wanted, [0, 0, 1], values[1])
    same(found, wanted)


def test_days_text_and_records() -> None:
    days = np.array(["2020-01-01", "2020-02-01"], "M8[D]")
    same(quiet(add)(days, np.timedelta64(1, "D")), days + np.timedelta64(1, "D"))
    same(quiet(add)(np.array(["a", "bc"]), np.array(["d", "e"])), np.array(["ad", "bce"]))
    records = np.array([(1.0, 2), (3.0, 4)], [("a", "f8"), ("b", "i4")])
    same(quiet(first)(records, 1), records)


def test_float16_results() -> None:
    for dtype in ("u1", "i1", "?"):
        values = np.array([0, 1], dtype)
        same(quiet(root)(values), np.sqrt(values))
        explained = quiet(root).explain(values)
        assert explained.route == "python" and explained.reason is not None and explained.reason.code.id == "E0402"
    assert quiet(root)(np.array([4], "i2")).dtype == np.float32


def test_types_that_a_call_asks_for() -> None:
    values = np.array([1, 2], "f4")
    same(quiet(add)(values, 1j), values + 1j)
    same(quiet(add)(values, values, dtype="c8"), np.add(values, values, dtype="c8"))
    out = np.zeros(2, "c16")
    assert quiet(double)(np.array([1j, 2]), out=out) is out and out.tolist() == [2j, 4]


def test_what_others_hold() -> None:
    column = pd.Series([1j, 2], index=["a", "b"])
    pd.testing.assert_series_equal(quiet(double)(column), column * 2)
    table = pd.DataFrame({"x": [1.0, 2.0], "y": [1j, 2]})
    pd.testing.assert_frame_equal(quiet(double)(table), table * 2)
    lazy = quiet(double)(da.from_array(np.array([1j, 2, 3]), chunks=2))
    assert isinstance(lazy, da.Array) and lazy.dtype == np.complex128
    assert lazy.compute().tolist() == [2j, 4, 6]
    for _ in range(3):  # by whatever way later calls go
        kernel = quiet(double)
        assert kernel(np.ones(2)).tolist() == [2, 2]
        assert kernel(da.from_array(np.array([1j]))).compute().tolist() == [2j]


def test_it_is_said_once() -> None:
    kernel = iris_cc.kernel(double)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for values in (*OPERANDS, *OPERANDS):
            kernel(values)
    assert [each.category for each in caught] == [iris_cc.FallbackWarning]
    assert "E0403" in str(caught[0].message)


@pytest.mark.parametrize("values", OPERANDS, ids=lambda values: str(values.dtype))
def test_a_fallback_may_be_an_error(values: np.ndarray) -> None:
    kernel = iris_cc.kernel(add, fallback="error")
    for call in (lambda: kernel(values, values), lambda: kernel.reduce(values), lambda: kernel.outer(values, values)):
        with pytest.raises(iris_cc.CompileError, match="E0403"):
            call()
    with pytest.raises(iris_cc.CompileError, match="E0403"):
        kernel.explain(values, values)
    text = iris_cc.kernel("def f(x):\n    return x + 1", fallback="silent")
    with pytest.raises(iris_cc.CompileError, match="E0403"):
        text(values)
