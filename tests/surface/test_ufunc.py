"""A kernel is a ufunc: every keyword, every shape, every memory layout."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np
import pytest

from tests.surface.kernels import add, blend, make, per_element, polar, steps

X = np.array([0.5, -1.0, 2.0, 8.0])
Y = np.array([3.0, 4.0, -5.0, 0.25])
ADD, BLEND, POLAR, STEPS = make(add), make(blend), make(polar), make(steps)


def test_it_is_a_ufunc() -> None:
    assert isinstance(ADD.ufunc, np.ufunc)
    assert (ADD.nin, ADD.nout, ADD.nargs) == (ADD.ufunc.nin, ADD.ufunc.nout, ADD.ufunc.nargs) == (2, 1, 3)
    assert (POLAR.nin, POLAR.nout, POLAR.nargs) == (2, 2, 4)
    assert (STEPS.ufunc.__name__, STEPS.__name__, ADD.__name__) == ("steps", "steps", "add")
    assert ADD.ufunc.__name__ != "add"  # NumPy, pandas and dask would take it for theirs
    assert ADD.py_func is add and inspect.unwrap(ADD) is add and ADD.__module__ == add.__module__
    np.testing.assert_array_equal(ADD.ufunc(X, Y), X + Y)


def test_values() -> None:
    np.testing.assert_array_equal(ADD(X, Y), per_element(add, X, Y))
    np.testing.assert_array_equal(BLEND(X, Y), per_element(blend, X, Y, 0.25))
    np.testing.assert_array_equal(STEPS(X), per_element(steps, X, 50))
    for actual, wanted in zip(POLAR(X, Y), per_element(polar, X, Y), strict=True):
        np.testing.assert_array_equal(actual, wanted)


@pytest.mark.parametrize(
    "shapes", [((), ()), ((4,), ()), ((3, 1), (4,)), ((2, 3, 4), (3, 1)), ((0,), (1,)), ((2, 0, 3), (3,))]
)
def test_broadcasting(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    x, y = (np.arange(np.prod(shape, dtype=int), dtype="f8").reshape(shape) for shape in shapes)
    result = ADD(x, y)
    assert np.shape(result) == np.broadcast_shapes(*shapes)
    np.testing.assert_array_equal(result, x + y)


def test_shapes_that_do_not_broadcast() -> None:
    with pytest.raises(ValueError, match="could not be broadcast"):
        ADD(np.zeros(3), np.zeros(4))


@pytest.mark.parametrize(
    "args", [(1.5, 2.5), (np.float64(1.5), 2.5), (np.array(1.5), np.float32(2.5)), (1, 2), (True, 1)]
)
def test_scalars_give_numpy_scalars(args: tuple[Any, ...]) -> None:
    result = ADD(*args)
    wanted = np.add(*args)
    assert isinstance(result, np.generic)
    assert result == wanted and result.dtype == np.asarray(args[0] + args[1]).dtype


def test_lists_are_arrays() -> None:
    np.testing.assert_array_equal(ADD([1, 2, 3], (0.5, 1.5, 2.5)), [1.5, 3.5, 5.5])
    assert ADD([1, 2], [3, 4]).dtype == np.int64


def test_out() -> None:
    out = np.empty(4)
    assert ADD(X, Y, out=out) is out
    np.testing.assert_array_equal(out, X + Y)
    assert ADD(X, Y, out) is out
    assert ADD(X, Y, out=(out,)) is out
    first, second = np.empty(4), np.empty(4)
    results = POLAR(X, Y, out=(first, second))
    assert results[0] is first and results[1] is second
    np.testing.assert_array_equal(first, X * X + Y * Y)
    results = POLAR(X, Y, out=(None, second))
    assert results[1] is second and results[0] is not first


def test_out_of_another_type_and_shape() -> None:
    wide = np.zeros((3, 4), "f8")
    np.testing.assert_array_equal(ADD(X, Y, out=wide), np.broadcast_to(X + Y, (3, 4)))
    single = np.empty(4, "f4")
    np.testing.assert_array_equal(ADD(X, Y, out=single), (X + Y).astype("f4"))
    with pytest.raises(TypeError, match="cast"):
        ADD(X, Y, out=np.empty(4, "i4"))
    whole = np.empty(4, "i4")
    np.testing.assert_array_equal(ADD(X, Y, out=whole, casting="unsafe"), (X + Y).astype("i4"))
    with pytest.raises(ValueError, match="non-broadcastable output"):
        ADD(X, Y, out=np.empty(1))


def test_a_readonly_out() -> None:
    out = np.zeros(4)
    out.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        ADD(X, Y, out=out)
    np.testing.assert_array_equal(out, 0)


def test_where() -> None:
    out = np.full(4, -7.0)
    ADD(X, Y, out=out, where=np.array([True, False, True, False]))
    np.testing.assert_array_equal(out, [3.5, -7, -3, -7])
    out = np.full(4, -7.0)
    ADD(X, Y, out=out, where=False)
    np.testing.assert_array_equal(out, -7)
    steps_out = np.full(4, -1)
    np.testing.assert_array_equal(STEPS(X, out=steps_out, where=X > 1), [-1, -1, 1, 3])


@pytest.mark.parametrize("dtype", ["f4", "f8", np.float32, np.dtype("f8")])
def test_dtype(dtype: Any) -> None:
    result = ADD(X, Y, dtype=dtype)
    assert result.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(result, np.add(X, Y, dtype=dtype))


def test_dtype_and_casting() -> None:
    whole = np.array([1, 2, 3], "i4")
    result = ADD(whole, whole, dtype="f8")
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, [2.0, 4.0, 6.0])
    assert ADD(X, Y, dtype="f4", casting="same_kind").dtype == np.float32
    with pytest.raises(TypeError):
        ADD(X, Y, dtype="f4", casting="safe")
    with pytest.raises(TypeError):
        ADD(X, Y, dtype="i4")
    np.testing.assert_array_equal(ADD(X, Y, dtype="i4", casting="unsafe"), X.astype("i4") + Y.astype("i4"))


def test_signature() -> None:
    assert ADD(X, Y, signature="ff->f").dtype == np.float32
    assert ADD(X, Y, signature=("d", "d", "d")).dtype == np.float64
    assert ADD(X.astype("f4"), Y.astype("f4"), sig="dd->d").dtype == np.float64


def test_order() -> None:
    x = np.asfortranarray(np.arange(12.0).reshape(3, 4))
    assert ADD(x, x).flags.f_contiguous
    assert ADD(x, x, order="C").flags.c_contiguous
    assert ADD(x.T, x.T, order="F").flags.f_contiguous
    np.testing.assert_array_equal(ADD(x, x, order="C"), 2 * x)


class Tagged(np.ndarray):
    """A subclass that counts nothing and changes nothing."""


def test_subok() -> None:
    tagged = X.view(Tagged)
    assert type(ADD(tagged, Y)) is Tagged
    assert type(ADD(tagged, Y, subok=False)) is np.ndarray


@pytest.mark.parametrize("letter", "?bBhHiIlLfd")
def test_every_dtype(letter: str) -> None:
    values = np.array([0, 1, 100], letter)
    result = ADD(values, values)
    assert result.dtype == (values + values).dtype
    np.testing.assert_array_equal(result, values + values)


LAYOUTS = {
    "every second": lambda a: np.repeat(a, 2)[::2],
    "backwards": lambda a: a[::-1].copy()[::-1],
    "every third, backwards": lambda a: np.repeat(a[::-1], 3)[::-3],
    "a column": lambda a: np.column_stack([a, a * 0, a * 0])[:, 0],
    "one element for all": lambda a: np.broadcast_to(a[:1], a.shape),
    "unaligned": lambda a: np.frombuffer(b"\0" + a.tobytes(), np.uint8)[1:].view(a.dtype),
    "big-endian": lambda a: a.astype(a.dtype.newbyteorder(">")),
    "readonly": lambda a: np.frombuffer(a.tobytes(), a.dtype),
    "a field": lambda a: np.rec.fromarrays([a.astype("i1"), a], names="small,wide")["wide"],
    "transposed": lambda a: np.ascontiguousarray(a.reshape(-1, 2).T).T,
    "part of a cube": lambda a: np.stack([np.stack([a, a]), np.stack([a, a])])[1, ::-1, ::-1],
}


@pytest.mark.parametrize("count", [2, 62, 1000])
@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(name: str, count: int) -> None:
    plain_x = np.linspace(-3, 40, count)
    x = LAYOUTS[name](plain_x)
    y = np.ascontiguousarray(np.ones(x.shape, x.dtype.newbyteorder("=")))
    np.testing.assert_array_equal(ADD(x, y), np.add(x, y))
    np.testing.assert_array_equal(ADD(y, x), np.add(y, x))
    np.testing.assert_array_equal(ADD(x, x), np.add(x, x))
    np.testing.assert_array_equal(ADD(x, 2.0), np.add(x, 2.0))
    np.testing.assert_array_equal(STEPS(x), per_element(steps, np.array(x, "f8"), 50))


def test_layouts_of_out() -> None:
    for name in ("every second", "backwards", "a column", "big-endian", "a field"):
        out = LAYOUTS[name](np.zeros(4))
        assert ADD(X, Y, out=out) is out
        np.testing.assert_array_equal(out, X + Y, name)


@pytest.mark.parametrize("shift", [-3, -1, 0, 1, 2])
def test_overlapping_out(shift: int) -> None:
    start = 5
    buffer = np.arange(40.0)
    x, out = buffer[start : start + 20], buffer[start + shift : start + shift + 20]
    wanted = x + x[::-1]
    ADD(x, x[::-1], out=out)
    np.testing.assert_array_equal(out, wanted)
    first, second = np.arange(20.0), np.arange(20.0) * 2
    wanted_pair = per_element(polar, first.copy(), second.copy())
    POLAR(first, second, out=(second, first))
    np.testing.assert_array_equal(second, wanted_pair[0])
    np.testing.assert_array_equal(first, wanted_pair[1])


def test_in_place() -> None:
    x = X.copy()
    x_before = x.copy()
    ADD(x, x, out=x)
    np.testing.assert_array_equal(x, x_before * 2)


def test_keywords_are_parameters_too() -> None:
    np.testing.assert_array_equal(BLEND(y=Y, x=X), BLEND(X, Y))
    np.testing.assert_array_equal(BLEND(X, t=1.0, y=Y), per_element(blend, X, Y, 1.0))
    np.testing.assert_array_equal(BLEND(X, Y, t=X), per_element(blend, X, Y, X))


def test_weak_scalars_give_way() -> None:
    single = X.astype("f4")
    assert BLEND(single, single).dtype == np.float32
    assert BLEND(single, single, 0.5).dtype == np.float32
    assert BLEND(single, single, np.float64(0.5)).dtype == np.float64
    assert ADD(np.array([1], np.int8), 1).dtype == np.int8
    assert ADD(np.array([1], np.int8), True).dtype == np.int8
    assert ADD(np.array([1], np.int8), 1.0).dtype == np.float64
    assert ADD(1, 2).dtype == np.int64 and ADD(1.0, 2).dtype == np.float64 and ADD(True, True).dtype == np.int64


def test_parameters_named_like_keywords_of_a_ufunc() -> None:
    def odd(out, where, dtype=2.0):
        return out * where + dtype

    kernel = make(odd)
    np.testing.assert_array_equal(kernel(X, Y), X * Y + 2)
    np.testing.assert_array_equal(kernel(X, where=Y), X * Y + 2)
    np.testing.assert_array_equal(kernel(out=X, where=Y, dtype=1.0), X * Y + 1)
    result = np.empty(4)
    assert kernel(X, Y, 1.0, result) is result


def test_floating_point_warnings_of_a_straight_line() -> None:
    def inverse(x):
        return 1 / x

    kernel = make(inverse)
    with np.errstate(all="raise"), pytest.raises(FloatingPointError, match="divide by zero"):
        kernel(np.array([0.0]))
    with np.errstate(all="warn"), pytest.warns(RuntimeWarning, match="divide by zero encountered in"):
        kernel(np.array([0.0]))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(kernel(np.array([0.0, -0.0])), [np.inf, -np.inf])
    with np.errstate(over="raise"), pytest.raises(FloatingPointError, match="overflow"):
        ADD(np.array([1e308]), np.array([1e308]))
    with np.errstate(all="raise"):
        ADD(np.array([np.nan]), np.array([1.0]))


def test_no_warnings_of_control_flow() -> None:
    def guarded(x):
        if x == 0:
            return 0.0
        return 1 / x

    def summed(x):
        total = 0.0
        for i in range(3):
            total += x / i if i else x
        return total

    with np.errstate(all="raise"):
        np.testing.assert_array_equal(make(guarded)(np.array([0.0, 4.0])), [0, 0.25])
        np.testing.assert_array_equal(make(summed)(np.array([1.0, np.inf])), [2.5, np.inf])
