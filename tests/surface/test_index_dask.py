"""Index kernels on Dask arrays: nothing is computed by the call, and the computed result is the kernel's on NumPy's."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
import xarray as xr

import iris_cc
from tests.surface.test_processes import run


def place(x, y=2):
    return x * y + _i0 * 10 + _i1 - _flat_idx * 0.5 + _n0 * 1000 + _n1 * 100 + _i7 + _n7 + _ndim  # noqa: F821


def pair(x, y=2):
    if _i1 % 2 == 0:  # noqa: F821
        return x + y * _i0, _flat_idx  # noqa: F821
    return x - y, -_n0  # noqa: F821


def narrow(x, y=2.0):
    return x * y if _flat_idx < _n0 else x  # noqa: F821


def place_in_python(x, y=2):
    print(end="")
    return x * y + _i0 * 10 + _i1 - _flat_idx * 0.5 + _n0 * 1000 + _n1 * 100 + _i7 + _n7 + _ndim  # noqa: F821


def pair_in_python(x, y=2):
    print(end="")
    if _i1 % 2 == 0:  # noqa: F821
        return x + y * _i0, _flat_idx  # noqa: F821
    return x - y, -_n0  # noqa: F821


def narrow_in_python(x, y=2.0):
    print(end="")
    return x * y if _flat_idx < _n0 else x  # noqa: F821


# The same functions with a statement that is outside the language.
IN_PYTHON = {place: place_in_python, pair: pair_in_python, narrow: narrow_in_python}


@pytest.fixture(params=["compiled", "interpreted", "python"])
def make(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., iris_cc.Kernel]:
    """Makes a kernel that goes one of the three ways."""
    if request.param == "interpreted":
        monkeypatch.setenv("ME_DSL_JIT", "0")
    return lambda function: iris_cc.kernel(
        IN_PYTHON[function] if request.param == "python" else function, fallback="silent"
    )


X = np.arange(1.0, 36.0).reshape(5, 7)


def same(lazy: Any, wanted: Any) -> None:
    """A Dask array of this shape and type, whose elements and chunks are as it says."""
    assert isinstance(lazy, da.Array)
    assert lazy.dtype == wanted.dtype and lazy.shape == np.shape(wanted)
    computed = lazy.compute()
    assert type(computed) is type(wanted) or not np.ndim(wanted)
    assert computed.dtype == wanted.dtype
    np.testing.assert_array_equal(computed, wanted)
    for block, size in zip(lazy.blocks.ravel(), itertools.product(*lazy.chunks), strict=True):
        assert np.shape(block.compute()) == size


CHUNKS = [(5, 7), (2, 3), ((1, 4), (6, 1)), ((0, 3, 2), (7,)), (1, 1)]


@pytest.mark.parametrize("chunks", CHUNKS, ids=str)
@pytest.mark.parametrize("function", [place, pair, narrow])
def test_chunks(make: Callable[..., iris_cc.Kernel], function: Callable[..., Any], chunks: Any) -> None:
    kernel = make(function)
    lazy, wanted = kernel(da.from_array(X, chunks=chunks), 3), kernel(X, 3)
    if function is pair:
        assert isinstance(lazy, tuple) and len(lazy) == 2
    else:
        lazy, wanted = (lazy,), (wanted,)
    for each, target in zip(lazy, wanted, strict=True):
        assert each.chunks == da.core.normalize_chunks(chunks, X.shape)
        same(each, target)


def test_positions_are_those_of_the_whole_array(make: Callable[..., iris_cc.Kernel]) -> None:
    i, j = np.indices(X.shape)
    wanted = X * 2 + i * 10 + j - (i * 7 + j) * 0.5 + 5000 + 700 + 0 + 1 + 2
    assert np.array_equal(make(place)(da.from_array(X, chunks=(2, 3))).compute(), wanted)


PARTNERS: dict[str, Any] = {
    "int": 3,
    "float": 0.5,
    "bool": True,
    "NumPy scalar": np.float32(0.5),
    "NumPy array": np.arange(7),
    "NumPy array of no dimension": np.array(4),
    "list": [1, 2, 3, 4, 5, 6, 7],
    "other chunks": da.arange(35, chunks=4).reshape(5, 7).rechunk((3, 4)),
    "a row": da.arange(7, chunks=2),
    "a column": da.arange(5, chunks=4)[:, None],
    "one element": da.ones((1, 1), chunks=1),
    "no dimension": da.arange(5, chunks=2).sum(),
    "more dimensions": da.arange(35, chunks=4).reshape(1, 5, 7) + np.arange(3)[:, None, None],
}


@pytest.mark.parametrize("dtype", ["f8", "f4", "i2", "u8", "bool", "c16"])
@pytest.mark.parametrize("partner", PARTNERS)
def test_operands(make: Callable[..., iris_cc.Kernel], partner: str, dtype: str) -> None:
    kernel, other = make(place), PARTNERS[partner]
    chunked, plain = da.from_array(X.astype(dtype), chunks=(2, 3)), X.astype(dtype)
    number = other.compute() if isinstance(other, da.Array) else other
    same(kernel(chunked, other), kernel(plain, number))
    same(kernel(other, chunked), kernel(number, plain))


@pytest.mark.parametrize("dtype", ["f4", "i1", "f8"])
def test_python_scalars_give_way(make: Callable[..., iris_cc.Kernel], dtype: str) -> None:
    kernel = make(narrow)
    chunked = da.from_array(X.astype(dtype), chunks=(2, 3))
    for other in (2, 2.0, np.float64(2), True):
        same(kernel(chunked, other), kernel(X.astype(dtype), other))
    same(kernel(chunked), kernel(X.astype(dtype)))
    same(kernel(y=2, x=chunked), kernel(X.astype(dtype), 2))


def test_stretched_axes(make: Callable[..., iris_cc.Kernel]) -> None:
    kernel, row = make(place), np.arange(7.0)
    chunked = da.from_array(row, chunks=3)
    same(kernel(chunked[:, None], chunked), kernel(row[:, None], row))
    same(kernel(chunked, shape=(4, 7)), kernel(row, shape=(4, 7)))
    same(kernel(chunked[:1], shape=(2, 3, 4)), kernel(row[:1], shape=(2, 3, 4)))
    same(kernel(chunked.sum(), shape=5), kernel(row.sum(), shape=5))
    same(kernel(chunked.sum()), kernel(row.sum()))
    with dask.config.set({"array.chunk-size": "1kiB"}):
        cut = kernel(chunked, shape=(400, 7))
        assert len(cut.chunks[0]) > 1 and cut.chunks[1] == (3, 3, 1)
        same(cut, kernel(row, shape=(400, 7)))
    with pytest.raises(ValueError, match="broadcast"):
        kernel(chunked, da.ones(3, chunks=3))
    with pytest.raises(ValueError, match="broadcast"):
        kernel(chunked, shape=(4, 6))


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 0, 2)])
def test_empty(make: Callable[..., iris_cc.Kernel], shape: tuple[int, ...]) -> None:
    kernel = make(place)
    same(kernel(da.zeros(shape, chunks=2)), kernel(np.zeros(shape)))


def test_keywords(make: Callable[..., iris_cc.Kernel]) -> None:
    kernel, chunked = make(place), da.from_array(X.astype("f4"), chunks=(2, 3))
    same(kernel(chunked, dtype="f8"), kernel(X.astype("f4"), dtype="f8"))
    mask = X % 2 == 0
    for given in (mask, da.from_array(mask, chunks=(5, 2))):
        found = kernel(chunked, where=given)
        assert (found.compute()[mask] == kernel(X.astype("f4"))[mask]).all()
    with pytest.raises(TypeError):
        kernel(chunked, dtype="i2").compute()


def test_nothing_is_computed(make: Callable[..., iris_cc.Kernel]) -> None:
    computed: list[int] = []

    def note(block: np.ndarray) -> np.ndarray:
        computed.append(1)
        return block

    lazy = da.zeros((4, 4), chunks=2).map_blocks(note, meta=np.zeros((0, 0)))
    for function in (place, pair):
        result = make(function)(lazy, lazy.sum())
        make(function)(xr.DataArray(lazy), 1)
        assert not computed
        dask.compute(result)
        assert computed
        computed.clear()
    make(place).explain(lazy)
    assert not computed


def test_one_block_is_computed_alone(make: Callable[..., iris_cc.Kernel]) -> None:
    kernel, seen = make(place), []
    lazy = da.from_array(X, chunks=(2, 3)).map_blocks(lambda block: (seen.append(1), block)[1], meta=np.zeros((0, 0)))
    assert np.array_equal(kernel(lazy)[4:, 6:].compute(), kernel(X)[4:, 6:])
    assert len(seen) == 1
    assert np.array_equal(kernel(lazy)[1:4, ::2].sum(axis=0).compute(), kernel(X)[1:4, ::2].sum(axis=0))


def test_labels(make: Callable[..., iris_cc.Kernel]) -> None:
    kernel = make(place)
    array = xr.DataArray(X, dims=("a", "b"), coords={"a": range(5)}, name="q")
    found = kernel(array.chunk({"a": 2, "b": 3}))
    assert isinstance(found.data, da.Array)
    xr.testing.assert_identical(found.compute(), kernel(array))
    left, right = array.isel(b=0).chunk({"a": 2}), array.isel(a=0).chunk({"b": 2}).drop_vars("a")
    found = kernel(left, right)
    assert isinstance(found.data, da.Array)
    xr.testing.assert_identical(found.compute(), kernel(left.compute(), right.compute()))
    for other in (da.from_array(X, chunks=3), X):  # whoever stands first
        for operands in ((array.chunk({"a": 2}), other), (other, array.chunk({"a": 2}))):
            found = kernel(*operands)
            assert isinstance(found, xr.DataArray) and isinstance(found.data, da.Array)
            np.testing.assert_array_equal(found.values, kernel(X, X))
    table = xr.Dataset({"v": array}).chunk({"a": 2})
    assert isinstance(kernel(table)["v"].data, da.Array)
    np.testing.assert_array_equal(kernel(table)["v"].values, kernel(X))


def test_masked_blocks(make: Callable[..., iris_cc.Kernel]) -> None:
    kernel = make(place)
    lazy = kernel(da.ma.masked_greater(da.from_array(X, chunks=(2, 3)), 20))
    found = lazy.compute()
    assert isinstance(found, np.ma.MaskedArray) and (found.mask == (X > 20)).all()
    assert (found.data[X <= 20] == kernel(X)[X <= 20]).all()


def test_names_are_of_what_is_computed(make: Callable[..., iris_cc.Kernel]) -> None:
    kernel, chunked = make(place), da.from_array(X, chunks=(2, 3))
    assert kernel(chunked).name == kernel(chunked).name
    others = [kernel(chunked, 3), kernel(chunked, 3.0), make(narrow)(chunked), kernel(chunked, shape=(2, 5, 7))]
    assert len({kernel(chunked).name, *(each.name for each in others)}) == 5
    assert kernel(chunked).name.startswith("place")


def test_what_is_refused(make: Callable[..., iris_cc.Kernel]) -> None:
    kernel, chunked = make(place), da.from_array(X, chunks=(2, 3))
    with pytest.raises(ValueError, match="compute_chunk_sizes"):
        kernel(chunked[chunked > 3])
    same(kernel(chunked[chunked > 3].compute_chunk_sizes()), kernel(X[X > 3]))
    for out in (np.zeros((5, 7)), da.zeros((5, 7), chunks=2), (np.zeros((5, 7)),)):
        with pytest.raises(NotImplementedError, match="out="):
            kernel(chunked, out=out)
    with pytest.raises(TypeError, match="to_dask_array"):
        kernel(dd.from_pandas(pd.Series([1.0, 2.0]), npartitions=2))
    with pytest.raises(TypeError, match="pandas"):
        kernel(da.ones(2, chunks=1), pd.Series([1.0, 2.0]))
    with pytest.raises(TypeError, match="argument"):
        kernel(chunked, part=None)


def test_failures_come_when_they_are_computed(make: Callable[..., iris_cc.Kernel]) -> None:
    def power(x, n):
        return x ** (n - _i0)  # noqa: F821

    kernel = iris_cc.kernel(power, fallback="silent")
    lazy = kernel(da.ones(6, dtype="i8", chunks=2), np.int64(3))
    assert lazy[:4].compute().tolist() == [1] * 4
    with pytest.raises(ValueError, match="negative integer powers"):
        lazy.compute()


@pytest.mark.parametrize("limit", [1, 2])
def test_any_parameters(limit: int) -> None:
    """Functions whose calls say how many operands there are; and defaults that are no numbers."""

    @iris_cc.kernel(fallback="silent")
    def loose(x, *more, scale=2.0, **others):
        return x * scale + _i0 + sum(more) + sum(others.values())  # noqa: F821

    @iris_cc.kernel(fallback="silent")
    def table(x, values=(1.0, 2.0, 3.0)):
        return x + values[_i0 % 3]  # noqa: F821

    row = np.arange(5.0)
    chunked = da.from_array(row, chunks=limit)
    same(loose(chunked), loose(row))
    same(loose(chunked, 1.0, chunked, scale=0.5, part=2.0), loose(row, 1.0, row, scale=0.5, part=2.0))
    same(table(chunked), table(row))
    column = pd.Series(row, index=list("abcde"))
    pd.testing.assert_series_equal(loose(column, 1.0, scale=3.0), pd.Series(loose(row, 1.0, scale=3.0), list("abcde")))


def test_types_that_values_decide() -> None:
    def by_value(x):
        print(end="")
        return 2 ** int(x) * (1 + _i0 % 2)  # noqa: F821

    row = np.array([1, 2, -1, -2])
    chunked = da.from_array(row, chunks=2)
    kernel = iris_cc.kernel(by_value, fallback="silent")
    same(kernel(chunked)[:2], kernel(row[:2]))
    with pytest.raises(TypeError, match="otypes="):
        kernel(chunked).compute()
    said = iris_cc.kernel(by_value, fallback="silent", otypes="f8")
    same(said(chunked), said(row))


def test_ints_beyond_a_type_are_python_s() -> None:
    def clip(x, n):
        return min(x, n) + _i0 * 0  # noqa: F821

    kernel = iris_cc.kernel(clip, fallback="silent")
    row = np.arange(4, dtype="u1")
    same(kernel(da.from_array(row, chunks=2), 300), kernel(row, 300))


SCRIPT = """
import numpy as np, iris_cc, dask, dask.array as da
from distributed import Client, LocalCluster
SCALE = 3
@iris_cc.kernel(fallback="silent")
def compiled(x, y):
    return x * SCALE + y * _i0 - _flat_idx, _n1
@iris_cc.kernel(fallback="silent")
def outside(x, y):
    print(end="")
    return x * SCALE + y * _i0 - _flat_idx, _n1
text = iris_cc.kernel("def text(x, y):\\n    return x * 3 + y * _i0 - _flat_idx\\n")
@iris_cc.kernel(fallback="silent")
def loose(x, *, y):
    return x * SCALE + y * _i0 - _flat_idx
def main():
    X = np.arange(35.0).reshape(5, 7)
    chunked = da.from_array(X, chunks=(2, 3))
    lazy = [*compiled(chunked, 2), *outside(chunked, 2), text(chunked, 2), loose(chunked, y=2)]
    wanted = [*compiled(X, 2), *outside(X, 2), text(X, 2), loose(X, y=2)]
    def check(**how):
        for each, target in zip(dask.compute(*lazy, **how), wanted, strict=True):
            assert each.dtype == target.dtype and (each == target).all()
    for scheduler in ("sync", "threads", "processes"):
        check(scheduler=scheduler)
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with Client(cluster):
            check()
if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("switch", ["", "0"], ids=["compiled", "interpreted"])
def test_schedulers(tmp_path: Path, switch: str) -> None:
    run(SCRIPT, "file", tmp_path, **({"ME_DSL_JIT": switch} if switch else {}))
