"""Index kernels and other people's arrays: labels come out again, and what positions mean nothing for is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import astropy.units as u
import numpy as np
import pandas as pd
import pytest
import xarray as xr

import iris_cc


def ramp(x):
    return x * 1.0 + _i0 * 10 + _i1  # noqa: F821


def ramp_in_python(x):
    print(end="")
    return x * 1.0 + _i0 * 10 + _i1  # noqa: F821


def pair(x, y):
    return x + y * _i0, _flat_idx  # noqa: F821


def pair_in_python(x, y):
    print(end="")
    return x + y * _i0, _flat_idx  # noqa: F821


def quiet(function: Callable[..., Any]) -> iris_cc.Kernel:
    return iris_cc.kernel(function, fallback="silent")


@pytest.fixture(params=["compiled", "interpreted", "python"])
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "interpreted":
        monkeypatch.setenv("ME_DSL_JIT", "0")
    return str(request.param)


@pytest.fixture
def one(route: str) -> iris_cc.Kernel:
    return quiet(ramp_in_python if route == "python" else ramp)


@pytest.fixture
def two(route: str) -> iris_cc.Kernel:
    return quiet(pair_in_python if route == "python" else pair)


def test_series(one: iris_cc.Kernel, two: iris_cc.Kernel) -> None:
    column = pd.Series([1.0, 2.0], index=["a", "b"], name="q")
    for _ in range(3):
        pd.testing.assert_series_equal(one(column), pd.Series([1.0, 12.0], index=["a", "b"], name="q"))
    pd.testing.assert_series_equal(one(column * 1j), pd.Series([1j, 2j + 10], index=["a", "b"], name="q"))
    nullable = pd.Series([1, None, 3], dtype="Int64")
    pd.testing.assert_series_equal(one(nullable), pd.Series([1.0, None, 23.0], dtype="Float64"))
    first, flat = two(column, 2)
    pd.testing.assert_series_equal(first, pd.Series([1.0, 4.0], index=["a", "b"], name="q"))
    assert flat.tolist() == [0, 1] and flat.index.equals(column.index)


def test_series_are_aligned_first(two: iris_cc.Kernel) -> None:
    left, right = pd.Series([1.0, 2.0], index=["a", "b"]), pd.Series([5.0, 6.0], index=["b", "c"])
    first, flat = two(left, right)
    pd.testing.assert_series_equal(first, pd.Series([np.nan, 7.0, np.nan], index=["a", "b", "c"]))
    assert flat.tolist() == [0, 1, 2]


def test_frames(one: iris_cc.Kernel, two: iris_cc.Kernel) -> None:
    table = pd.DataFrame({"x": [1.0, 2.0], "y": [3, 4]}, index=["r", "s"])
    wanted = pd.DataFrame({"x": [1.0, 12.0], "y": [4.0, 15.0]}, index=["r", "s"])
    pd.testing.assert_frame_equal(one(table), wanted)
    pd.testing.assert_frame_equal(one(table * 1j).map(np.imag), table.astype(float))
    first, flat = two(table, 1)
    pd.testing.assert_frame_equal(first, table + np.array([[0.0], [1.0]]))
    assert flat.to_numpy().tolist() == [[0, 1], [2, 3]]


def test_data_arrays(one: iris_cc.Kernel, two: iris_cc.Kernel) -> None:
    array = xr.DataArray(np.zeros((2, 2)), dims=("a", "b"), coords={"a": [5, 6]})
    xr.testing.assert_identical(one(array), array + np.array([[0.0, 1.0], [10.0, 11.0]]))
    left, right = xr.DataArray([1.0, 2.0], dims="a"), xr.DataArray([1.0, 2.0, 3.0], dims="b")
    first, flat = two(left, right)
    assert first.dims == ("a", "b") and first.values.tolist() == [[1.0, 1.0, 1.0], [3.0, 4.0, 5.0]]
    assert flat.values.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert one(xr.Dataset({"v": ("t", [1.0, 2.0])}))["v"].values.tolist() == [1.0, 12.0]


def test_masks_and_subclasses(one: iris_cc.Kernel) -> None:
    masked = one(np.ma.array([1.0, 2.0], mask=[False, True]))
    assert isinstance(masked, np.ma.MaskedArray) and masked.mask.tolist() == [False, True]
    with pytest.warns(PendingDeprecationWarning):
        matrix = np.matrix([[1.0, 2.0]])
    assert isinstance(one(matrix), np.matrix)


def test_what_is_refused(one: iris_cc.Kernel) -> None:
    with pytest.raises(TypeError, match="ufunc"):
        one(np.ones(3) * u.m)
    with pytest.raises(TypeError, match="takes its elements apart"):
        one(pd.Series(pd.arrays.SparseArray([0.0, 0.0, 1.0])))
    with pytest.raises(TypeError, match="shape"):
        one(pd.Series([1.0]), shape=(2, 1))


def test_a_name_of_numpy_s_is_no_operator() -> None:
    def add(x, y):
        return x * 100 + y + _i0  # noqa: F821

    assert quiet(add)(pd.Series([1, 2]), 5).tolist() == [105, 206]
