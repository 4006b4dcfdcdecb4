"""Other people's arrays: pandas, xarray, dask, subclasses, masked arrays, memory maps, duck arrays."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iris_cc
from tests.surface.kernels import add, blend, make, per_element, polar, steps

X = np.array([0.5, -1.0, 2.0, 8.0])
Y = np.array([3.0, 4.0, -5.0, 0.25])
ADD, BLEND, POLAR, STEPS = make(add), make(blend), make(polar), make(steps)


def test_pandas() -> None:
    pd = pytest.importorskip("pandas")
    index = list("abcd")
    left, right = pd.Series(X, index, name="left"), pd.Series(Y, index, name="left")
    pd.testing.assert_series_equal(ADD(left, right), np.add(left, right))
    pd.testing.assert_series_equal(ADD(left, 2.0), np.add(left, 2.0))
    pd.testing.assert_series_equal(ADD(left, right[::-1]), np.add(left, right[::-1]))
    pd.testing.assert_series_equal(BLEND(left, right, 0.5), left + (right - left) * 0.5)
    pd.testing.assert_series_equal(STEPS(left), pd.Series(per_element(steps, X, 50), index, name="left"))
    frame = pd.DataFrame({"p": X, "q": Y}, index)
    pd.testing.assert_frame_equal(ADD(frame, frame), frame + frame)
    pd.testing.assert_frame_equal(ADD(frame, 1), frame + 1)
    first, second = POLAR(left, right)
    assert isinstance(first, pd.Series) and isinstance(second, pd.Series)
    pd.testing.assert_index_equal(ADD(pd.Index(X), 1.0), pd.Index(X + 1))


def test_xarray() -> None:
    xr = pytest.importorskip("xarray")
    first = xr.DataArray(X, dims="x", coords={"x": [10, 20, 30, 40]}, attrs={"units": "m"})
    second = xr.DataArray(Y[:3], dims="y")
    xr.testing.assert_identical(ADD(first, second), np.add(first, second))
    xr.testing.assert_identical(ADD(first, 2.0), np.add(first, 2.0))
    assert ADD(first, second).dims == ("x", "y")
    assert STEPS(first).dims == ("x",)
    data = xr.Dataset({"u": first})
    xr.testing.assert_identical(ADD(data, 1.0), np.add(data, 1.0))


def test_dask() -> None:
    da = pytest.importorskip("dask.array")
    x = np.linspace(-5, 60, 1000)
    lazy = da.from_array(x, chunks=130)
    result = ADD(lazy, lazy)
    assert isinstance(result, da.Array)
    np.testing.assert_array_equal(result.compute(scheduler="threads"), x + x)
    np.testing.assert_array_equal(STEPS(lazy).compute(scheduler="threads"), per_element(steps, x, 50))
    np.testing.assert_array_equal(BLEND(lazy, 1.0, 0.5).compute(scheduler="sync"), x + (1.0 - x) * 0.5)
    assert STEPS(lazy).dtype == np.int64


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_dask_in_processes() -> None:
    da = pytest.importorskip("dask.array")
    lazy = da.from_array(np.arange(20.0), chunks=10)
    result = lazy.map_blocks(ADD, 1.0, dtype="f8").compute(scheduler="processes", num_workers=2)
    np.testing.assert_array_equal(result, np.arange(20.0) + 1)


def test_masked_arrays() -> None:
    masked = np.ma.masked_array(X, mask=[False, True, False, False])
    result = ADD(masked, Y)
    np.testing.assert_array_equal(np.ma.getdata(result)[[0, 2, 3]], (X + Y)[[0, 2, 3]])
    assert isinstance(result, np.ma.MaskedArray)


def test_a_memory_map(tmp_path: Path) -> None:
    path = tmp_path / "data.bin"
    X.tofile(path)
    mapped = np.memmap(path, dtype="f8", mode="r")
    np.testing.assert_array_equal(ADD(mapped, Y), X + Y)
    out = np.memmap(tmp_path / "out.bin", dtype="f8", mode="w+", shape=4)
    assert ADD(mapped, Y, out=out) is out
    out.flush()
    np.testing.assert_array_equal(np.fromfile(tmp_path / "out.bin"), X + Y)


class Metres(np.ndarray):
    """A subclass that carries a unit and wraps what a ufunc gives."""

    unit = "m"

    def __array_finalize__(self, source: Any) -> None:
        self.unit = getattr(source, "unit", "?")


def test_a_subclass() -> None:
    metres = X.view(Metres)
    metres.unit = "km"
    result = ADD(metres, Y)
    assert type(result) is Metres and result.unit == "km"
    np.testing.assert_array_equal(np.asarray(result), X + Y)


class Recorder:
    """An object that takes over, as duck arrays do."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, int, tuple[str, ...]]] = []

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        self.calls.append((ufunc.__name__, method, len(inputs), tuple(sorted(kwargs))))
        return "taken"


class Refusing:
    __array_ufunc__ = None


def test_array_ufunc() -> None:
    duck = Recorder()
    assert ADD(duck, X) == "taken" and ADD(1.0, duck) == "taken" and ADD(X, Y, out=duck) == "taken"
    assert ADD.reduce(duck) == "taken"
    name = ADD.ufunc.__name__
    assert [call[:2] for call in duck.calls] == [(name, "__call__")] * 3 + [(name, "reduce")]
    assert duck.calls[2][3] == ("out",)
    with pytest.raises(TypeError):
        ADD(Refusing(), X)


class Wrapped:
    """An object that is an array when asked."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.array(X, dtype)


def test_array_protocol() -> None:
    np.testing.assert_array_equal(ADD(Wrapped(), Y), X + Y)
    np.testing.assert_array_equal(ADD(memoryview(X.data), Y), X + Y)
    np.testing.assert_array_equal(STEPS(Wrapped()), per_element(steps, X, 50))


def test_copies_are_the_kernel_itself() -> None:
    assert copy.copy(ADD) is ADD and copy.deepcopy({"k": ADD})["k"] is ADD


def test_a_kernel_with_the_name_of_an_operation_is_not_taken_for_it() -> None:
    """NumPy's reductions, pandas' operators and dask's functions look at a ufunc's name."""

    def add(a, b):
        return a - b

    def sin(a):
        return a * 2.0

    small, other = iris_cc.kernel(add), iris_cc.kernel(sin)
    column = np.array([100, 100, 100], "i1")
    assert small.reduce(column) == np.int8(-100) and small.reduce(column).dtype == np.int8
    np.testing.assert_array_equal(small.accumulate(column), np.array([100, 0, -100], "i1"))
    pd = pytest.importorskip("pandas")
    assert small(pd.Series([3.0, 4.0]), pd.Series([1.0, 1.0])).tolist() == [2.0, 3.0]
    dask = pytest.importorskip("dask.array")
    assert other(dask.ones(3)).compute().tolist() == [2.0] * 3
