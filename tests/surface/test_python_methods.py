"""The Python route's methods, other people's arrays and other parameters, against NumPy's own ufuncs."""

from __future__ import annotations

import copy
import itertools
import math
import pickle
from collections.abc import Callable
from functools import partial, reduce
from typing import Any

import numpy as np
import pytest

import iris_cc
from iris_cc.pyroute import PythonUfunc
from tests.surface.kernels import make
from tests.surface.python_functions import (
    ADD,
    GRID,
    MIXED,
    PAIR,
    SINGLE,
    Refusing,
    X,
    Y,
    add,
    mixed,
    outcome,
    pair,
    same,
    single,
)

# -- methods -----------------------------------------------------------------------------------------------------------


def fold(values: Any, function: Callable[..., Any] = mixed) -> Any:
    return reduce(function, list(values))


def test_reduce() -> None:
    cube = np.arange(24.0).reshape(2, 3, 4) % 7 - 2
    for axis in (0, 1, 2, -1):
        wanted = np.apply_along_axis(fold, axis, cube)
        same(MIXED.reduce(cube, axis), wanted)
        same(MIXED.reduce(cube, axis=axis, keepdims=True), np.expand_dims(wanted, axis))
        out = np.empty(wanted.shape)
        assert MIXED.reduce(cube, axis=axis, out=out) is out and (out == wanted).all()
        assert MIXED.reduce(cube, axis, None, (out,)) is out
        same(MIXED.reduce(np.asfortranarray(cube)[::-1], axis=axis), np.apply_along_axis(fold, axis, cube[::-1]))
    assert MIXED.reduce(cube, axis=None) == fold(cube.ravel())
    same(MIXED.reduce(cube, axis=(0, 2)), np.array([fold(cube[:, k].ravel()) for k in range(3)]))
    assert MIXED.reduce(cube, axis=None, keepdims=True).shape == (1, 1, 1)
    same(MIXED.reduce(cube, axis=()), cube)
    same(MIXED.reduce(np.float64(2)), np.float64(2))


@pytest.mark.parametrize("dtype", ["i1", "u2", "i8", "f4", "c16"])
def test_reduce_keeps_types(dtype: str) -> None:
    values = np.array([3, 1, 2], dtype)
    same(ADD.reduce(values), reduce(add, list(values)))
    same(ADD.accumulate(values), np.array(list(itertools.accumulate(values, add)), dtype))
    same(ADD.reduce(values, dtype="c16"), np.complex128(6))


def test_reduce_with_initial_and_where() -> None:
    mask = GRID > 0
    same(ADD.reduce(GRID, where=mask, initial=0.0), np.add.reduce(GRID, where=mask))
    same(ADD.reduce(GRID, axis=None, where=mask, initial=2.0), np.add.reduce(GRID, axis=None, where=mask, initial=2.0))
    same(ADD.reduce(GRID, axis=1, where=mask[:, :1], initial=1), np.add.reduce(GRID, 1, where=mask[:, :1], initial=1))
    same(MIXED.reduce(X, initial=3.0), fold([3.0, *X]))
    same(ADD.reduce(X.astype("f4"), initial=1.0), np.add.reduce(X.astype("f4"), initial=1.0))
    same(ADD.reduce(np.empty((0, 2)), initial=5.0), np.full(2, 5.0))
    same(MIXED.reduce(X, initial=None), fold(X))
    same(ADD.reduce(np.empty((3, 0))), np.empty(0))
    with pytest.raises(ValueError, match="does not have an identity, so to use a where mask"):
        ADD.reduce(X, where=X > 0)


def test_accumulate_and_reduceat() -> None:
    for axis in (0, 1, -1):
        wanted = np.apply_along_axis(lambda row: np.array(list(itertools.accumulate(row, mixed))), axis, GRID)
        same(MIXED.accumulate(GRID, axis=axis), wanted)
    places = [0, 2, 1, 3]
    for axis in (0, 1):
        indices = [each % GRID.shape[axis] for each in places]
        same(ADD.reduceat(GRID, indices, axis=axis), np.add.reduceat(GRID, indices, axis=axis))
    assert MIXED.reduceat(X, [1])[0] == fold(X[1:])
    out = np.empty(4)
    assert ADD.accumulate(X, 0, None, out) is out and (out == np.add.accumulate(X)).all()
    same(ADD.accumulate(np.empty((0, 2))), np.empty((0, 2)))
    same(ADD.reduceat(X, [], dtype="f4"), np.empty(0, "f4"))


def test_outer() -> None:
    same(ADD.outer(GRID, X), np.add.outer(GRID, X))
    same(ADD.outer(X.astype("f4"), 2.0), np.add.outer(X.astype("f4"), np.float32(2)))
    same(ADD.outer(2.0, X), 2.0 + X)
    same(ADD.outer([1, 2], [3], dtype="f8"), np.add.outer([1, 2], [3], dtype="f8"))
    out = np.empty((4, 4))
    assert ADD.outer(X, Y, out=out) is out and (out == np.add.outer(X, Y)).all()
    assert [each.shape for each in PAIR.outer(X, Y[:2])] == [(4, 2)] * 2


def test_at() -> None:
    for indices, second in (
        ([0, 0, 3], 1.5),
        ([0, 0, 3], [1.0, 2.0, 3.0]),
        (X > 0, 2.0),
        (slice(None, None, 2), [5.0, 6.0]),
        (1, 3.0),
        (..., Y),
    ):
        mine, numpys = X.copy(), X.copy()
        ADD.at(mine, indices, second)
        np.add.at(numpys, indices, second)  # type: ignore[arg-type]
        np.testing.assert_array_equal(mine, numpys)
    grid, other = GRID.copy(), GRID.copy()
    ADD.at(grid[:, ::2], ([0, 0], [1, 1]), 1.0)
    np.add.at(other[:, ::2], ([0, 0], [1, 1]), 1.0)
    np.testing.assert_array_equal(grid, other)
    small = np.array([1, 2], "u1")
    PythonUfunc(lambda x: 7, 1).at(small, [0])
    assert small.tolist() == [7, 2]
    with pytest.raises(TypeError, match=r"Cannot cast ufunc '.*single.*' output"):
        SINGLE.at(np.array([1, 2]), [0])
    with pytest.raises(ValueError, match="read-only"):
        SINGLE.at(np.broadcast_to(1.0, (3,)), [0])


def test_methods_that_need_two_inputs() -> None:
    for name in ("reduce", "accumulate"):
        assert outcome(partial(getattr(SINGLE, name), X)) == outcome(partial(getattr(np.sin, name), X))
    assert outcome(lambda: SINGLE.outer(X, X)) == outcome(lambda: np.sin.outer(X, X))  # type: ignore[arg-type]
    assert outcome(lambda: SINGLE.at(X, [0], 1.0)) == outcome(lambda: np.sin.at(X, [0], 1.0))  # type: ignore[call-arg]


def test_attributes() -> None:
    assert (MIXED.nin, MIXED.nout, MIXED.nargs, MIXED.ntypes, MIXED.types) == (2, 1, 3, 1, ["OO->O"])
    assert MIXED.signature is None and MIXED.identity is None
    assert MIXED.__name__ == "mixed" and repr(MIXED) == "<ufunc 'mixed'>" and MIXED.__module__ == mixed.__module__

    def documented(x):
        """What it is for."""
        return {0: x}[0]

    assert PythonUfunc(documented, 1).__doc__ == "What it is for."


def test_no_inputs() -> None:
    kernel = make(lambda: [1.5][0])
    assert kernel() == 1.5
    np.testing.assert_array_equal(kernel(out=np.empty(3)), [1.5] * 3)


# -- other people's arrays ---------------------------------------------------------------------------------------------


def test_pandas() -> None:
    pd = pytest.importorskip("pandas")
    index = list("abcd")
    left, right = pd.Series(X, index, name="left"), pd.Series(Y, index, name="left")
    kernel = make(mixed)
    pd.testing.assert_series_equal(kernel(left, right), right * 2 + left)
    pd.testing.assert_series_equal(kernel(left, right[::-1]), right * 2 + left)
    pd.testing.assert_series_equal(kernel(left, 2.0), left + 4.0)
    pd.testing.assert_series_equal(make(single)(left), left / 2)
    frame = pd.DataFrame({"p": X, "q": Y}, index)
    pd.testing.assert_frame_equal(kernel(frame, frame), frame * 3)
    pd.testing.assert_frame_equal(make(single)(frame), frame / 2)
    pd.testing.assert_index_equal(kernel(pd.Index(X), 1.0), pd.Index(X + 2))
    first, second = make(pair)(left, right)
    pd.testing.assert_series_equal(first, left + right)
    pd.testing.assert_series_equal(second, left > right)
    assert all(isinstance(each, pd.DataFrame) for each in make(pair)(frame, frame))
    assert kernel.reduce(left) == fold(X)
    small = frame.astype("f4")
    pd.testing.assert_frame_equal(kernel(small, 0.1), pd.DataFrame(MIXED(small.to_numpy(), 0.1), index, ["p", "q"]))
    assert set(kernel(small, 0.1).dtypes) == {np.dtype("f4")}


def test_pandas_with_types_outside_the_language() -> None:
    pd = pytest.importorskip("pandas")

    def bits(x):
        return x & 3 if x == 1 else x

    series = pd.Series([2.0, 4.0], ["a", "b"])
    pd.testing.assert_series_equal(make(bits)(series), series)


def test_xarray() -> None:
    xr = pytest.importorskip("xarray")
    first = xr.DataArray(X, dims="x", coords={"x": [10, 20, 30, 40]})
    second = xr.DataArray(Y[:3], dims="y")
    kernel = make(mixed)
    xr.testing.assert_identical(kernel(first, second), first + second * 2)
    xr.testing.assert_identical(kernel(xr.Dataset({"u": first}), 1.0), xr.Dataset({"u": first + 2.0}))


def test_dask() -> None:
    da = pytest.importorskip("dask.array")
    x = np.linspace(-5, 60, 100)
    lazy = da.from_array(x, chunks=13)
    result = make(mixed)(lazy, 2.0)
    assert isinstance(result, da.Array)
    np.testing.assert_array_equal(result.compute(scheduler="threads"), x + 4)


def test_masked_arrays() -> None:
    masked = np.ma.masked_array(X, mask=[False, True, False, False])
    result, wanted = make(add)(masked, Y), np.add(masked, Y)
    assert type(result) is type(wanted)
    np.testing.assert_array_equal(np.ma.getmaskarray(result), np.ma.getmaskarray(wanted))
    np.testing.assert_array_equal(result.compressed(), wanted.compressed())
    out = np.ma.masked_array(np.zeros(4))
    assert ADD(masked, Y, out=out) is out and out.mask.tolist() == masked.mask.tolist()


class Metres(np.ndarray):
    def __array_finalize__(self, source: Any) -> None:
        self.unit = getattr(source, "unit", "?")


class Old(np.ndarray):
    """A subclass from before NumPy 2."""

    def __array_wrap__(self, array: np.ndarray, context: Any = None) -> Any:  # type: ignore[override]
        return "old", array.shape, context[2]


def test_subclasses(tmp_path: Any) -> None:
    metres = X.view(Metres)
    metres.unit = "km"
    for result in (ADD(metres, Y), ADD(Y, metres), ADD(1.0, metres)):
        assert type(result) is Metres and result.unit == "km"
    assert type(ADD(metres, Y, subok=False)) is np.ndarray
    assert type(ADD.reduce(GRID.view(Metres))) is Metres and type(ADD.accumulate(metres)) is Metres
    assert type(ADD.outer(metres, Y)) is Metres
    assert ADD(X.view(Old), Y) == ("old", (4,), 0)
    mapped = np.memmap(tmp_path / "x.bin", "f8", "w+", shape=4)
    mapped[:] = X
    out = np.memmap(tmp_path / "y.bin", "f8", "w+", shape=4)
    assert ADD(mapped, Y, out=out) is out
    assert type(ADD(mapped, Y)) is type(np.add(mapped, Y))


class Recorder:
    def __init__(self, answer: Any = "taken") -> None:
        self.answer = answer
        self.calls: list[tuple[Any, ...]] = []

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        shown = tuple("me" if each is self else each for each in inputs)
        words = {key: ("me",) if isinstance(value, tuple) else value for key, value in kwargs.items()}
        self.calls.append((ufunc.__name__, method, shown, words))
        return self.answer


class Younger(Recorder):
    pass


OVERRIDES: dict[str, Callable[[Any, Any], Any]] = {
    "left": lambda f, duck: f(duck, 1.0),
    "right": lambda f, duck: f(1, duck),
    "out": lambda f, duck: f(1, 2, out=duck),
    "out position": lambda f, duck: f(1, 2, duck),
    "words": lambda f, duck: f(1, duck, sig="dd->d", where=True, order="C"),
    "no out": lambda f, duck: f(1, duck, out=None),
    "reduce": lambda f, duck: f.reduce(duck, axis=1, keepdims=True),
    "reduce out": lambda f, duck: f.reduce([1.0], out=duck),
    "accumulate": lambda f, duck: f.accumulate(duck),
    "reduceat": lambda f, duck: f.reduceat(duck, [0], axis=1),
    "outer": lambda f, duck: f.outer(duck, 1, out=(duck,)),
    "at": lambda f, duck: f.at(duck, 0, 1),
}


@pytest.mark.parametrize("case", OVERRIDES)
def test_array_ufunc(case: str) -> None:
    mine, numpys = Recorder(), Recorder()
    result, wanted = OVERRIDES[case](ADD, mine), OVERRIDES[case](np.add, numpys)
    assert result == wanted or case == "at"
    assert mine.calls == numpys.calls
    silent = Recorder(NotImplemented)
    with pytest.raises(TypeError, match=r"operand type\(s\) all returned NotImplemented from __array_ufunc__\(<ufunc"):
        OVERRIDES[case](ADD, silent)


def test_a_subclass_is_asked_first() -> None:
    base, younger = Recorder("base"), Younger("younger")
    assert ADD(base, younger) == "younger" == np.add(base, younger)
    assert ADD(base, Younger(NotImplemented)) == "base"
    assert not base.calls[1:]


def test_refusing() -> None:
    for call in (lambda: ADD(Refusing(), X), lambda: ADD.reduce(Refusing()), lambda: ADD(X, Y, out=Refusing())):
        with pytest.raises(TypeError, match=r"'Refusing' does not support ufuncs \(__array_ufunc__=None\)"):
            call()


# -- other parameters --------------------------------------------------------------------------------------------------


def test_keyword_only_parameters() -> None:
    def scaled(a, b=1.0, *, s=2, t):
        return [a * s][0] + b - t

    kernel = make(scaled)
    for words in ({"t": 1}, {"t": 1.5, "s": 3}, {"s": np.float64(2), "t": np.arange(4)}):
        wanted = [scaled(x, **_pick(words, i)) for i, x in enumerate(X)]
        same(kernel(X, **words), np.array(wanted))
    same(kernel(X.astype("f4"), s=2.0, t=1), X.astype("f4") * 2)
    same(kernel(X, t=np.arange(2.0)[:, None]), X * 2 + 1 - np.arange(2.0)[:, None])
    same(kernel(a=X, t=0, b=Y), X * 2 + Y)
    out = np.empty(4)
    assert kernel(X, Y, t=1, out=out) is out and kernel(X, Y, out, t=1) is out
    same(kernel(X, t=0, dtype="f4"), (X * 2 + 1).astype("f4"))
    assert kernel.nin == 2
    with pytest.raises(TypeError, match=r"scaled\(\) missing 1 required keyword-only argument: 't'"):
        kernel(X)
    with pytest.raises(TypeError, match=r"scaled\(\) got an unexpected keyword argument 'u'"):
        kernel(X, t=1, u=2)
    with pytest.raises(TypeError, match=r"scaled\(\) got multiple values for argument 'a'"):
        kernel(X, a=2, t=1)
    with pytest.raises(TypeError, match=r"scaled\(\) missing 1 required positional argument: 'a'"):
        kernel(t=1)
    with pytest.raises(TypeError, match="positional arguments"):
        kernel(X, Y, out, out, t=1)


def _pick(words: dict[str, Any], place: int) -> dict[str, Any]:
    return {key: value[place] if isinstance(value, np.ndarray) else value for key, value in words.items()}


def test_keyword_only_parameters_of_other_arrays() -> None:
    pd = pytest.importorskip("pandas")

    def scaled(a, *, s=2):
        return [a * s][0]

    series = pd.Series(X, list("abcd"))
    pd.testing.assert_series_equal(make(scaled)(series, s=3), series * 3)
    pd.testing.assert_series_equal(make(scaled)(X, s=series), series * X)


def test_further_keywords() -> None:
    def styled(x, **style):
        return {0: x}[0] * style.get("scale", 1) + (style.get("mode") == "up")

    kernel = make(styled)
    same(kernel(X), X)
    same(kernel(X, scale=2, mode="up"), X * 2 + 1)
    same(kernel(X, scale=Y, mode=None), X * Y)
    out = np.empty(4)
    assert kernel(X, scale=2, out=out) is out


def test_further_positions() -> None:
    def total(*values):
        return sum(values)

    kernel = make(total)
    same(kernel(X, Y, 1), X + Y + 1)
    same(kernel(X), X)
    assert kernel() == 0
    same(kernel(X, Y, out=np.empty(4)), X + Y)
    assert kernel.reduce(X) == X.sum()
    same(kernel.outer(X, Y), np.add.outer(X, Y))

    def rest(first, *others, scale=1):
        return [first][0] + scale * len(others)

    same(make(rest)(X, 1, 2, scale=3), X + 6)
    assert make(rest).reduce(X) == X[0] + 3


def test_methods_of_a_function_with_keyword_only_parameters() -> None:
    def scaled(a, b, *, s=2):
        return {0: a}[0] + b * s

    kernel = make(scaled)
    assert kernel.reduce(X) == fold(X, scaled)
    same(kernel.accumulate(X), np.array(list(itertools.accumulate(X, scaled))))
    same(kernel.outer(X, Y), np.array([[scaled(a, b) for b in Y] for a in X]))
    values = X.copy()
    kernel.at(values, [0, 0], 1.0)
    assert values[0] == X[0] + 4


def test_parameters_named_like_keywords_of_a_ufunc() -> None:
    def clash(x, *, where=1, dtype=0):
        return {0: x}[0] + where + dtype

    same(make(clash)(X, where=2, dtype=3), X + 5)


# -- as a kernel -------------------------------------------------------------------------------------------------------


def test_calls_through_a_kernel() -> None:
    kernel = make(mixed)
    for _ in range(3):
        same(kernel(X, Y), mixed(X, Y))
        same(kernel(X.astype("f4"), 2.0), mixed(X.astype("f4"), np.float32(2)))
        same(kernel(b=Y, a=X), mixed(X, Y))
    with pytest.raises(TypeError, match=r"mixed\(\) got an unexpected keyword argument 'shape'"):
        kernel(X, Y, shape=(4,))
    with pytest.raises(TypeError, match=r"mixed\(\) takes from 2 to 3 positional arguments but 4 were given"):
        kernel(X, X, X, X)
    assert isinstance(kernel, iris_cc.Kernel) and kernel.nin == 2


def test_pickles_and_copies() -> None:
    for ufunc in (MIXED, PythonUfunc(math.hypot, 2)):
        for again in (pickle.loads(pickle.dumps(ufunc)), copy.deepcopy(ufunc), copy.copy(ufunc)):
            same(again(X, Y), ufunc(X, Y))
            assert again.function is ufunc.function and again.nin == 2
    with pytest.raises((AttributeError, pickle.PicklingError)):
        pickle.dumps(PythonUfunc(lambda x: x, 1))
