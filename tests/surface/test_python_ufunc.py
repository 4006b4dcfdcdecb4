"""The Python route in depth, against NumPy's own ufuncs and the plain function: elements, types, calls, mistakes."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest

from iris_cc.pyroute import PythonUfunc, result_type
from tests.surface.kernels import per_element
from tests.surface.python_functions import ADD, GRID, MIXED, PAIR, SINGLE, Refusing, X, Y, mixed, outcome, pair, same

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
    same(PythonUfunc(several, 1)(X[:2]), np.array([2.0, 1.0]))  # by the returns, not by the values
    same(PythonUfunc(lambda x: 3, 1)(X), np.full(4, 3))
    same(PythonUfunc(lambda x: x > 1, 1)(X), X > 1)
    same(PythonUfunc(lambda x: float(x) > 1, 1)(X), X > 1)
    same(PythonUfunc(lambda x: np.where(x > 1, x, 0), 1)(X.astype("f4")), np.where(X > 1, X, 0).astype("f4"))


def test_result_type() -> None:
    assert result_type([]) == np.float64
    assert result_type([np.int8(1), 2]) == np.int8
    assert result_type([np.int8(1), 300]) == np.int64
    assert result_type([np.uint64(1), -1]) == np.object_ and result_type([np.int8(1), 2**63]) == np.object_
    assert result_type([np.uint8(1), 2**63]) == np.uint64
    assert result_type([np.float32(1), 2.5, 3, True]) == np.float32
    assert result_type([1, 2.5]) == np.float64 and result_type([True, 0]) == np.int64
    assert result_type([True]) == np.bool_ and result_type([1j, np.float32(1)]) == np.complex64
    assert result_type([2**63]) == np.uint64 and result_type([2**70, 1]) == np.object_
    assert result_type([np.int8(1), Fraction(1, 2)]) == np.object_
    assert result_type([np.datetime64("2020", "D"), np.datetime64("2020", "s")]) == np.dtype("M8[s]")


def test_a_python_int_keeps_its_value() -> None:
    kernel = PythonUfunc(lambda x: -1 if x == 1 else x, 1)
    assert kernel(np.array([1, 2**63 + 5], "u8")).tolist() == [-1, 2**63 + 5]
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
    same(ADD(days, np.timedelta64(1, "D")), days + np.timedelta64(1, "D"))
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
    assert [each.dtype for each in PAIR(X[:0], Y[:0])] == [np.float64, np.bool_]
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
    for words in ({"dtype": "f4"}, {"sig": "ff->f"}, {"signature": ("f4", "f4", "f4")}):
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


@pytest.mark.parametrize("case", ERRORS)
def test_errors_are_those_of_a_ufunc(case: str) -> None:
    # np.subtract, as add has an identity
    def subtract(a, b):
        return {0: a}[0] - b

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
