"""The Python route in depth, against NumPy's own ufuncs and the plain function: calls, methods, arrays, mistakes."""

from __future__ import annotations

import copy
import itertools
import math
import pickle
import warnings
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial, reduce
from typing import Any

import numpy as np
import pytest

import iris_cc
from iris_cc.pyroute import PythonUfunc, result_type
from tests.surface.kernels import make, per_element

X = np.array([0.5, -1.0, 2.0, 8.0])
Y = np.array([3.0, 4.0, -5.0, 0.25])
GRID = np.arange(12.0).reshape(3, 4) - 5


def mixed(a, b):
    return [a, b][1] * 2 + a


def pair(a, b):
    return [a + b][0], a > b


def single(x):
    return [x][0] / 2


def add(a, b):
    return [a][0] + b


MIXED, PAIR, SINGLE, ADD = (PythonUfunc(f, f.__code__.co_argcount) for f in (mixed, pair, single, add))


def same(result: Any, wanted: Any) -> None:
    assert type(result) is type(wanted)
    assert np.asarray(result).dtype == np.asarray(wanted).dtype
    np.testing.assert_array_equal(result, wanted)


def outcome(call: Callable[[], Any]) -> tuple[type[BaseException], str]:
    """The public class of an error, and its text."""
    with pytest.raises(Exception) as caught:
        call()
    kind = next(each for each in type(caught.value).__mro__ if each.__module__ == "builtins")
    return kind, str(caught.value)


# -- elements and types ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "i2", "u4", "i8", "u8", "f2", "f4", "f8", "c8", "c16", "g"])
def test_elements_are_scalars_of_the_exact_type(dtype: str) -> None:
    seen: list[type] = []

    def look(x):
        seen.append(type(x))
        return x

    values = np.array([0, 1, 1], dtype)
    same(PythonUfunc(look, 1)(values), values)
    assert set(seen) == {values.dtype.type}
    same(PythonUfunc(look, 1)(values[0]), values[0])
    same(PythonUfunc(look, 1)(values.astype(values.dtype.newbyteorder())), values)


@pytest.mark.parametrize("value", [2.5, 3, True, 1j, 10**30, "text", b"bytes", None])
def test_python_scalars_reach_the_function_as_they_are(value: object) -> None:
    seen: list[object] = []

    def look(x, y):
        seen.append(y)
        return x

    PythonUfunc(look, 2)(X, value)
    assert all(each is value or (type(each) is type(value) and each == value) for each in seen)


@pytest.mark.parametrize("dtype", ["i1", "u2", "i4", "f4", "f8", "u8"])
@pytest.mark.parametrize("scalar", [2, 2.5, True, np.float64(2), np.int8(2)])
def test_promotion_is_that_of_scalars(dtype: str, scalar: Any) -> None:
    values = np.array([1, 2, 3], dtype)
    same(MIXED(values, scalar), per_element(mixed, values, scalar))
    same(MIXED(scalar, values), per_element(mixed, scalar, values))


def test_results_join_by_promotion() -> None:
    def several(x):
        return 1 if x < 0 else np.float32(2) if x < 2 else np.int64(3)

    same(PythonUfunc(several, 1)(X), np.array([2.0, 1.0, 3.0, 3.0]))
    same(PythonUfunc(several, 1)(X[:2]), np.array([2, 1], "f4"))
    same(PythonUfunc(lambda x: 3, 1)(X), np.full(4, 3))
    same(PythonUfunc(lambda x: x > 1, 1)(X), X > 1)
    same(PythonUfunc(lambda x: float(x) > 1, 1)(X), X > 1)
    same(PythonUfunc(lambda x: np.where(x > 1, x, 0), 1)(X.astype("f4")), np.where(X > 1, X, 0).astype("f4"))


def test_result_type() -> None:
    assert result_type([]) == np.float64
    assert result_type([np.int8(1), 2]) == np.int8
    assert result_type([np.int8(1), 300]) == np.int64
    assert result_type([np.uint64(1), -1]) == np.uint64
    assert result_type([np.float32(1), 2.5, 3, True]) == np.float32
    assert result_type([1, 2.5]) == np.float64 and result_type([True, 0]) == np.int64
    assert result_type([True]) == np.bool_ and result_type([1j, np.float32(1)]) == np.complex64
    assert result_type([2**63]) == np.uint64 and result_type([2**70, 1]) == np.object_
    assert result_type([np.int8(1), Fraction(1, 2)]) == np.object_
    assert result_type([np.datetime64("2020", "D"), np.datetime64("2020", "s")]) == np.dtype("M8[s]")


def test_a_negative_int_beside_a_uint64_keeps_its_bits() -> None:
    kernel = PythonUfunc(lambda x: -1 if x == 1 else x, 1)
    same(kernel(np.array([1, 2], "u8")), np.array([2**64 - 1, 2], "u8"))
    same(PythonUfunc(lambda x: 300 if x == 1 else x, 1)(np.array([1, 2], "i1")), np.array([300, 2]))


def test_floating_point_warnings_are_silent() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        same(PythonUfunc(lambda x: 1 / x, 1)(np.array([0.0, 2.0])), np.array([np.inf, 0.5]))
        PythonUfunc(lambda x: 1 / x, 1)(np.array([0.0, 2.0]), dtype="f4")
        assert np.isinf(PythonUfunc(lambda a, b: a * b, 2).reduce(np.full(3, 1e300)))


def test_objects_and_text() -> None:
    fractions = np.array([Fraction(1, 3), Fraction(1, 2)], object)
    assert ADD(fractions, 1).tolist() == [Fraction(4, 3), Fraction(3, 2)]
    assert ADD(np.array([Decimal(1)], object), Decimal(2)).tolist() == [Decimal(3)]
    same(ADD(np.array(["a", "bc"]), "d"), np.array(["ad", "bcd"]))
    same(PythonUfunc(len, 1)(np.array(["a", "bc"])), np.array([1, 2]))
    same(SINGLE(np.array([1 + 2j, 3], "c8")), np.array([0.5 + 1j, 1.5], "c8"))
    days = np.array(["2020-01-01", "2020-01-03"], "M8[D]")
    same(ADD(days, np.timedelta64(1, "D")), days + 1)
    lists = np.empty(2, object)
    lists[:] = [[1], [2, 3]]
    assert PythonUfunc(lambda x: x[:1] * 2, 1)(lists).tolist() == [[1, 1], [2, 2]]


# -- calls -------------------------------------------------------------------------------------------------------------


def test_broadcasting() -> None:
    for left, right in ((GRID, X), (GRID[:, :1], X), (X, 2.0), (np.float64(2), X), (3.0, np.float64(1)), ([1, 2], [3])):
        same(MIXED(left, right), per_element(mixed, left, right) if np.ndim(left) or np.ndim(right) else np.float64(5))
    assert type(MIXED(np.array(3.0), np.array(1.0))) is np.float64
    assert type(MIXED(3.0, 1.0)) is np.float64 and type(MIXED(3, 1)) is np.int64
    same(MIXED(np.empty((0, 3)), np.empty(3)), np.empty((0, 3)))


@pytest.mark.parametrize("order", ["K", "A", "C", "F"])
def test_order(order: Any) -> None:
    cases = [
        (np.asfortranarray(GRID), np.asfortranarray(GRID)),
        (GRID, GRID),
        (GRID.T, 1.0),
        (np.asfortranarray(GRID), X),
        (np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1), 1.0),
        (GRID[::-1, ::2], 1.0),
    ]
    for left, right in cases:
        result, wanted = ADD(left, right, order=order), np.add(left, right, order=order)
        same(result, wanted)
        assert result.strides == wanted.strides


def test_out() -> None:
    out = np.empty(4)
    for result in (ADD(X, Y, out), ADD(X, Y, out=out), ADD(X, Y, out=(out,))):
        assert result is out
    np.testing.assert_array_equal(out, X + Y)
    narrow = np.empty(4, "f4")
    assert ADD(X, Y, out=narrow) is narrow
    wide = np.empty((2, 4))
    assert ADD(X, Y, out=wide) is wide
    np.testing.assert_array_equal(wide, [X + Y] * 2)
    scalar = np.empty(())
    assert ADD(1.0, 2.0, out=scalar) is scalar and scalar == 3
    values = X.copy()
    ADD(values, values[::-1], out=values)
    np.testing.assert_array_equal(values, X + X[::-1])
    swapped = np.empty(4, ">f8")
    ADD(X, Y, out=swapped[::-1])
    np.testing.assert_array_equal(swapped[::-1], X + Y)


def test_several_outputs() -> None:
    first, second = PAIR(X, Y)
    same(first, X + Y)
    same(second, X > Y)
    one, two = np.empty(4), np.empty(4, bool)
    result = PAIR(X, Y, one, two)
    assert result[0] is one and result[1] is two
    result = PAIR(X, Y, out=(None, two))
    assert result[1] is two
    same(result[0], X + Y)
    assert PAIR(X, Y, one)[0] is one and PAIR(X, Y, None, two)[1] is two
    assert PAIR(1.0, 2.0) == (3.0, False)
    assert [each.dtype for each in PAIR(X[:0], Y[:0])] == [np.float64] * 2
    rows = PythonUfunc(lambda x: tuple([x, x + 1, 3][:2]), 1)
    assert rows.nout == 1
    same(rows(X)[1], X + 1)
    assert rows.nout == 2 and rows.nargs == 3


def test_nout_before_the_first_call() -> None:
    assert (PAIR.nin, PythonUfunc(pair, 2).nout, PythonUfunc(pair, 2).nargs) == (2, 2, 4)
    assert PythonUfunc(mixed, 2).nout == 1

    def sometimes(x):
        return (x, x) if x > 1 else x

    assert PythonUfunc(sometimes, 1).nout == 1


def test_where() -> None:
    mask = X > 0
    out = np.full(4, 9.0)
    assert ADD(X, Y, out=out, where=mask) is out
    same(out, np.where(mask, X + Y, 9.0))
    np.testing.assert_array_equal(ADD(X, Y, where=mask, out=None)[mask], (X + Y)[mask])
    grid = np.zeros((3, 4))
    ADD(X, Y, out=grid, where=[[True], [False], [True]])
    np.testing.assert_array_equal(grid, [X + Y, X * 0, X + Y])
    seen: list[float] = []
    PythonUfunc(lambda x: seen.append(x) or x, 1)(X, where=X > 1, out=None)
    assert seen == [2.0, 8.0]
    untouched = np.full(4, 7, "i1")
    ADD(X, Y, out=untouched, where=False)
    assert (untouched == 7).all()
    assert ADD(X, Y, where=np.zeros((2, 1), bool), out=None).shape == (2, 4)


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.4.0", reason="NumPy does not warn either")
def test_where_without_out_warns_the_user() -> None:
    with pytest.warns(UserWarning, match="'where' used without 'out'") as caught:
        ADD(X, Y, where=X > 0)
    assert caught[0].filename == __file__


def test_dtype_and_signature() -> None:
    for words in ({"dtype": "f4"}, {"signature": "f"}, {"sig": "ff->f"}, {"signature": ("f4", "f4", "f4")}):
        same(ADD(X, Y, **words), np.add(X, Y, dtype="f4"))
    same(ADD(np.arange(3), 1, dtype="f8"), np.arange(3) + 1.0)
    same(ADD(np.arange(3), np.arange(3), signature="dd->d"), np.arange(3) * 2.0)
    same(ADD(X, Y, dtype="i8", casting="unsafe"), np.add(X, Y, dtype="i8", casting="unsafe"))
    same(PythonUfunc(np.isnan, 1)(X, dtype=bool), np.isnan(X))
    same(PythonUfunc(lambda x: 1.0, 1)(X, dtype="f4"), np.ones(4, "f4"))
    first, second = PAIR(X, Y, signature=(None, None, "f4", None))
    assert (first.dtype, second.dtype) == (np.float32, np.bool_)
    assert ADD(X[:0], Y[:0], dtype="i4").dtype == np.int32


def test_out_ellipsis() -> None:
    assert type(ADD(1.0, 2.0, out=...)) is np.ndarray


ERRORS: dict[str, Callable[[Any], Any]] = {
    "too many": lambda f: f(X, X, X, X),
    "too few": lambda f: f(X),
    "none": lambda f: f(),
    "unknown keyword": lambda f: f(X, X, color=1),
    "axis": lambda f: f(X, X, axis=0),
    "shapes": lambda f: f(X, X[:3]),
    "shapes with out": lambda f: f(X, X[:3], out=np.empty(4)),
    "small out": lambda f: f(X, X, out=np.empty(1)),
    "other out": lambda f: f(X, X, out=np.empty(3)),
    "out twice": lambda f: f(X, X, X.copy(), out=X.copy()),
    "two outs": lambda f: f(X, X, out=(X.copy(), X.copy())),
    "list out": lambda f: f(X, X, out=[0.0] * 4),
    "read-only out": lambda f: f(X, X, out=np.broadcast_to(1.0, (4,))),
    "casting of out": lambda f: f(X, X, out=np.empty(4, int)),
    "safe": lambda f: f(X, X, out=np.empty(4, "f4"), casting="safe"),
    "casting of dtype": lambda f: f(X, X, dtype="i8"),
    "casting of signature": lambda f: f(X, X, signature="ff->f", casting="no"),
    "casting rule": lambda f: f(X, X, casting="Z"),
    "order": lambda f: f(X, X, order="Z"),
    "subok": lambda f: f(X, X, subok=3),
    "both": lambda f: f(X, X, signature="dd->d", dtype="d"),
    "tuple": lambda f: f(X, X, signature=("d", "d")),
    "where": lambda f: f(X, X, where=X, out=None),
    "where shape": lambda f: f(X, X, where=[True, False], out=None),
    "override": lambda f: f(X, Refusing()),
    "reduce of nothing": lambda f: f.reduce([]),
    "reduce axis": lambda f: f.reduce(X, axis=2),
    "reduce axes": lambda f: f.reduce(GRID, axis=(0, 0)),
    "accumulate scalar": lambda f: f.accumulate(1.0),
    "reduceat": lambda f: f.reduceat(X, [7]),
    "at": lambda f: f.at(X.copy(), [0, 9], 1.0),
    "at one": lambda f: f.at(X.copy(), [0]),
    "at list": lambda f: f.at([1.0], [0], 1.0),
}


class Refusing:
    __array_ufunc__ = None


@pytest.mark.parametrize("case", ERRORS)
def test_errors_are_those_of_a_ufunc(case: str) -> None:
    # np.subtract, as add has an identity
    def subtract(a, b):
        return [a][0] - b

    assert outcome(lambda: ERRORS[case](PythonUfunc(subtract, 2))) == outcome(lambda: ERRORS[case](np.subtract))


def test_errors_of_several_outputs() -> None:
    def divmod(a, b):
        return [a // b][0], a % b

    calls: tuple[Callable[[Any], Any], ...] = (
        lambda f: f(X, X, X, X, X),
        lambda f: f(X, X, out=X.copy()),
        lambda f: f(X, X, out=(X.copy(),)),
        lambda f: f(X, X, out=(None, np.empty(4, int))),
        lambda f: f.reduce(X),
        lambda f: f.accumulate(X),
        lambda f: f.at(X.copy(), [0], 1.0),
    )
    for call in calls:
        assert outcome(partial(call, PythonUfunc(divmod, 2))) == outcome(partial(call, np.divmod))


# -- functions that go wrong -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, [1.0], "big", {}, object(), np.ones(2), (1.0, None), (), b"x", np.str_("a")])
def test_what_is_no_number(value: object) -> None:
    def odd(x):
        return x if x < 2 else value

    with pytest.raises(TypeError, match=r"`odd` returned ") as caught:
        PythonUfunc(odd, 1)(X)
    if not isinstance(value, tuple):
        assert repr(value)[:4] in str(caught.value) and "2.0" in str(caught.value)


def test_results_of_two_forms() -> None:
    def odd(x):
        return (x, x) if x > 1 else x

    with pytest.raises(TypeError, match="`odd` returned a tuple of 2 for one element and one value for another"):
        PythonUfunc(odd, 1)(X)


def test_errors_of_the_function_are_its_own() -> None:
    class Own(Exception):
        pass

    def fails(x, y=1.0):
        raise Own(x, y)

    kernel = PythonUfunc(fails, 2)
    for call in (
        lambda: kernel(X, 1.0),
        lambda: kernel.reduce(X),
        lambda: kernel.outer(X, X),
        lambda: kernel.at(X, 0, 1),
    ):
        with pytest.raises(Own) as caught:
            call()
        assert type(caught.value) is Own
    with pytest.raises(ValueError, match=r"math domain|positive"):
        PythonUfunc(math.log, 1)(np.array([-1.0]))


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
        np.add.at(numpys, indices, second)
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
    assert outcome(lambda: SINGLE.outer(X, X)) == outcome(lambda: np.sin.outer(X, X))
    assert outcome(lambda: SINGLE.at(X, [0], 1.0)) == outcome(lambda: np.sin.at(X, [0], 1.0))


def test_attributes() -> None:
    assert (MIXED.nin, MIXED.nout, MIXED.nargs, MIXED.ntypes, MIXED.types) == (2, 1, 3, 1, ["OO->O"])
    assert MIXED.signature is None and MIXED.identity is None
    assert MIXED.__name__ == "mixed" and repr(MIXED) == "<ufunc 'mixed'>" and MIXED.__module__ == __name__

    def documented(x):
        """What it is for."""
        return [x][0]

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

    def __array_wrap__(self, array: np.ndarray, context: Any = None) -> Any:
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
        return [x][0] * style.get("scale", 1) + (style.get("mode") == "up")

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
        return [a][0] + b * s

    kernel = make(scaled)
    assert kernel.reduce(X) == fold(X, scaled)
    same(kernel.accumulate(X), np.array(list(itertools.accumulate(X, scaled))))
    same(kernel.outer(X, Y), np.array([[scaled(a, b) for b in Y] for a in X]))
    values = X.copy()
    kernel.at(values, [0, 0], 1.0)
    assert values[0] == X[0] + 4


def test_parameters_named_like_keywords_of_a_ufunc() -> None:
    def clash(x, *, where=1, dtype=0):
        return [x][0] + where + dtype

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
