"""Kernels outside the language run their own function, and are called like any other kernel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import iris_cc
from tests.surface.kernels import make

X = np.array([0.5, -1.0, 2.0, 8.0])


def outside(a, b=2.0):
    return {1: b}[1] + a


def several(a):
    return {0: a}[0], a > 1


KERNEL, SEVERAL = make(outside), make(several)


def test_it_is_the_python_route() -> None:
    assert KERNEL.explain(X).route == SEVERAL.explain(X).route == "python"


def test_values() -> None:
    np.testing.assert_array_equal(KERNEL(X), X + 2)
    np.testing.assert_array_equal(KERNEL(X, X), X + X)
    np.testing.assert_array_equal(KERNEL(b=X, a=1), 1 + X)
    first, second = SEVERAL(X)
    np.testing.assert_array_equal(first, X)
    np.testing.assert_array_equal(second, X > 1)
    assert second.dtype == np.bool_


@pytest.mark.parametrize("dtype", ["?", "i1", "u2", "i8", "u8", "f4", "f8"])
def test_types_are_numpys(dtype: str) -> None:
    values = np.array([0, 1, 1], dtype)
    assert KERNEL(values, values).dtype == (values + values).dtype
    assert KERNEL(values).dtype == (values + 2.0).dtype
    assert KERNEL(values, 1).dtype == (values + 1).dtype


def test_scalars() -> None:
    assert KERNEL(1.0) == 3.0 and isinstance(KERNEL(1.0), np.generic)
    assert KERNEL(np.float32(1)).dtype == np.float32
    assert KERNEL([1, 2]).tolist() == [3.0, 4.0]


def test_shapes() -> None:
    assert KERNEL(X[:, None], X).shape == (4, 4)
    assert KERNEL(np.empty(0)).shape == (0,) and KERNEL(np.empty((0, 3))).shape == (0, 3)
    with pytest.raises(ValueError, match="broadcast"):
        KERNEL(X[:3], X)


def test_out() -> None:
    out = np.empty(4)
    assert KERNEL(X, X, out) is out and KERNEL(X, X, out=(out,)) is out and KERNEL(X, X, out=out) is out
    np.testing.assert_array_equal(out, 2 * X)
    wide = np.empty((2, 4))
    np.testing.assert_array_equal(KERNEL(X, X, out=wide), [2 * X, 2 * X])
    for shape in (3, 1):
        with pytest.raises(ValueError):
            KERNEL(X, X, out=np.empty(shape))
    with pytest.raises(TypeError, match="cast"):
        KERNEL(X, X, out=np.empty(4, "i4"))
    with pytest.raises(ValueError, match="read-only"):
        KERNEL(X, X, out=np.broadcast_to(0.0, 4))
    with pytest.raises(TypeError):
        KERNEL(X, X, np.empty(4), np.empty(4))


def test_overlapping_out() -> None:
    buffer = np.arange(6.0)
    KERNEL(buffer[:-1], buffer[:-1], out=buffer[1:])
    np.testing.assert_array_equal(buffer, [0, 0, 2, 4, 6, 8])


def test_keywords_of_a_ufunc() -> None:
    assert KERNEL(X, X, dtype="f4").dtype == np.float32
    mask = np.array([True, False, True, False])
    np.testing.assert_array_equal(KERNEL(X, X, where=mask, out=np.full(4, -1.0)), [1, -1, 4, -1])
    with pytest.raises(TypeError, match="unexpected keyword"):
        KERNEL(X, speed=1)


def test_arguments_fail_as_pythons_do() -> None:
    for args, kwargs in (((), {}), ((X,), {"a": X}), ((X,), {"c": 1})):
        with pytest.raises(TypeError) as ours:
            KERNEL(*args, **kwargs)
        with pytest.raises(TypeError) as pythons:
            outside(*args, **kwargs)
        assert str(ours.value) == str(pythons.value)


def test_what_the_function_raises() -> None:
    def picky(x):
        if x > 1:
            raise ValueError("too much")
        return x

    with pytest.raises(ValueError, match="too much"):
        make(picky)(X)
    np.testing.assert_array_equal(make(picky)(X[:2]), X[:2])


def test_no_value_is_an_error() -> None:
    def silent(x):
        return {0: x}[0] if x > 1 else None

    kernel = make(silent)
    with pytest.raises(TypeError, match="None"):
        kernel(X)
    assert kernel(2.0) == 2.0


def test_keyword_only_parameters() -> None:
    def scaled(a, *, s=2):
        return a * s

    np.testing.assert_array_equal(make(scaled)(X), X * 2)
    np.testing.assert_array_equal(make(scaled)(X, s=3), X * 3)


def test_no_floating_point_warnings() -> None:
    def inverse(x):
        return {0: 1 / x}[0]

    with np.errstate(all="raise"):
        np.testing.assert_array_equal(make(inverse)(np.array([0.0, 2.0])), [np.inf, 0.5])


class Metres(np.ndarray):
    """A subclass, which a ufunc gives back."""


def test_other_peoples_arrays() -> None:
    pd, xr = pytest.importorskip("pandas"), pytest.importorskip("xarray")
    series = pd.Series(X, list("abcd"), name="x")
    pd.testing.assert_series_equal(KERNEL(series), series + 2.0)
    pd.testing.assert_frame_equal(KERNEL(pd.DataFrame({"x": X}), 1.0), pd.DataFrame({"x": X}) + 1.0)
    data = xr.DataArray(X, dims="x")
    xr.testing.assert_identical(KERNEL(data), data + 2.0)
    assert type(KERNEL(X.view(Metres))) is Metres


def test_duck_arrays() -> None:
    class Duck:
        def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
            return "taken"

    class Refusing:
        __array_ufunc__ = None

    assert KERNEL(Duck(), 1.0) == "taken"
    with pytest.raises(TypeError):
        KERNEL(Refusing(), 1.0)


def test_a_look_inside_says_why_not() -> None:
    for look in (KERNEL.inspect_ir, KERNEL.inspect_c, KERNEL.compile):
        with pytest.raises(iris_cc.CompileError, match="E0102"):
            look("f8", "f8")
    assert KERNEL.signatures == () and KERNEL.nin == 2
