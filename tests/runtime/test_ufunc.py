"""Run-time ufuncs must behave as NumPy's own do; most tests compare with a NumPy ufunc of the same meaning."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

from iris_cc.runtime.callpath import FallbackUfunc
from iris_cc.runtime.ufunc import make_ufunc, take_pending

from .conftest import resolver

X = np.array([5.0, 3.0, 1.0, 2.0])
Y = np.array([1.0, 4.0, 2.0, 8.0])


def subtract(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.subtract(a, b)


@pytest.fixture(params=[make_ufunc, FallbackUfunc], ids=["ufunc", "fallback"])
def f(request: pytest.FixtureRequest):
    return request.param("f", "What f is.", 2, 1, resolver(subtract, 2))


def same(left, right) -> None:
    assert type(left) is type(right)
    assert np.asarray(left).dtype == np.asarray(right).dtype
    np.testing.assert_array_equal(left, right)


def unaligned() -> np.ndarray:
    raw = np.empty(4 * 8 + 1, np.uint8)[1:].view("f8")
    raw[:] = X
    return raw


OPERANDS = {
    "contiguous": (X, Y),
    "mixed": (X.astype("f4"), Y),
    "single": (X.astype("f4"), Y.astype("f4")),
    "integers": (X.astype("i4"), Y.astype("u1")),
    "longlong": (X.astype(np.longlong), Y.astype(np.longlong)),
    "strided": (np.repeat(X, 2)[::2], np.repeat(Y, 3)[::3]),
    "reversed": (X[::-1], Y),
    "zero stride": (np.broadcast_to(2.0, 4), Y),
    "unaligned": (unaligned(), Y),
    "big-endian": (X.astype(">f8"), Y),
    "empty": (X[:0], Y[:0]),
    "broadcast": (X[:, None], Y),
    "0-d": (np.array(3.0), np.array(1.0)),
    "scalars": (np.float64(3), np.float32(1)),
    "Python float": (X, 2.0),
    "Python scalars": (3, 2.5),
    "list": ([1.0, 2.0], (3.0, 4.0)),
    "fortran": (np.asfortranarray(np.ones((3, 4))), Y),
    "long": (np.arange(50_000.0), np.arange(50_000.0)[::-1]),
    "long cast": (np.arange(50_000, dtype="i4"), np.arange(50_000.0)),
}


@pytest.mark.parametrize("operands", OPERANDS.values(), ids=OPERANDS.keys())
def test_operands_as_numpy(f, operands) -> None:
    same(f(*operands), np.subtract(*operands))
    same(f(*operands), np.subtract(*operands))


def test_loops_arrive_once_per_combination() -> None:
    log: list[Any] = []
    f = make_ufunc("f", None, 2, 1, resolver(subtract, 2, log=log))
    for _ in range(3):
        f(X, Y)
        f(X, 2.0)
        f(X.astype("f4"), Y)
    double, single = np.dtype("f8"), np.dtype("f4")
    assert log == [((double, double), (None,)), ((double, float), (None,)), ((single, double), (None,))]


def test_weak_words_are_python_types() -> None:
    log: list[Any] = []
    f = make_ufunc("f", None, 2, 1, resolver(subtract, 2, log=log))
    f(1, 2.0)
    f(True, X)
    with pytest.raises(TypeError):
        f(1j, X)
    assert [words for words, _ in log] == [(int, float), (np.dtype("?"), np.dtype("f8")), (complex, np.dtype("f8"))]


def test_int_past_64_bits_overflows() -> None:
    f = make_ufunc("f", None, 2, 1, resolver(subtract, 2))
    with pytest.raises(OverflowError):
        f(np.ones(2, "i8"), 1 << 63)


@pytest.mark.parametrize("wanted", ["f4", "f8", np.float32])
def test_dtype(f, wanted) -> None:
    same(f(X, Y, dtype=wanted), np.subtract(X, Y, dtype=wanted))


SIGNATURES = ["dd->d", "ff->f", ("f", "f", "f"), (None, None, "f4"), ("d", "d", "d"), ("f4", "f4", None)]


@pytest.mark.parametrize("signature", SIGNATURES, ids=str)
def test_signature(f, signature) -> None:
    same(f(X, Y, signature=signature), np.subtract(X, Y, signature=signature))
    same(f(X, Y, sig=signature), np.subtract(X, Y, sig=signature))


def test_signature_and_dtype_exclude_each_other(f) -> None:
    with pytest.raises(TypeError, match="both 'signature' and 'dtype'"):
        f(X, Y, dtype="f8", signature="dd->d")


def test_out(f) -> None:
    out = np.empty(4)
    assert f(X, Y, out) is out
    assert f(X, Y, out=out) is out
    assert f(X, Y, out=(out,)) is out
    same(out, X - Y)
    single = np.empty(4, "f4")
    same(f(X, Y, out=single), (X - Y).astype("f4"))
    wide = np.empty((2, 4))
    same(f(X, Y, out=wide), np.subtract(X, Y, out=np.empty((2, 4))))


BAD_CALLS = {
    "out casting": lambda f: f(X, Y, out=np.empty(4, "i4")),
    "out shape": lambda f: f(X, Y, out=np.empty(3)),
    "out stretched": lambda f: f(X[:, None], Y, out=np.empty(4)),
    "out twice": lambda f: f(X, Y, np.empty(4), out=np.empty(4)),
    "out count": lambda f: f(X, Y, out=(np.empty(4), np.empty(4))),
    "out type": lambda f: f(X, Y, out=[1.0]),
    "shapes": lambda f: f(X, Y[:3]),
    "casting no": lambda f: f(X.astype("i4"), Y, dtype="f8", casting="no"),
    "casting safe": lambda f: f(X, Y, dtype="f4", casting="safe"),
    "too few": lambda f: f(X),
    "too many": lambda f: f(X, Y, None, None),
    "keyword": lambda f: f(X, Y, nonsense=1),
    "where type": lambda f: f(X, Y, where=np.ones(4), out=np.empty(4)),
    "empty reduction": lambda f: f.reduce(X[:0]),
    "axis out of range": lambda f: f.reduce(X, axis=3),
    "where without initial": lambda f: f.reduce(X, where=X > 1),
    "index": lambda f: f.reduceat(X, [9]),
    "accumulate a scalar": lambda f: f.accumulate(np.float64(1)),
}


@pytest.mark.parametrize("call", BAD_CALLS.values(), ids=BAD_CALLS.keys())
def test_refused_as_numpy_refuses(f, call) -> None:
    with pytest.raises((TypeError, ValueError, IndexError)) as expected:
        call(np.subtract)
    with pytest.raises((TypeError, ValueError, IndexError)) as error:
        call(f)
    kinds = (TypeError, ValueError, IndexError)
    assert [isinstance(error.value, each) for each in kinds] == [isinstance(expected.value, each) for each in kinds]
    assert take_pending(error.value) is None


def test_where(f) -> None:
    mask = np.array([True, False, True, False])
    same(f(X, Y, where=mask, out=np.full(4, 9.0)), np.array([4.0, 9.0, -1.0, 9.0]))
    same(f(X, Y, where=False, out=np.full(4, 9.0)), np.full(4, 9.0))
    same(
        f(X, Y, where=mask[:, None], out=np.zeros((4, 4))), np.subtract(X, Y, where=mask[:, None], out=np.zeros((4, 4)))
    )


def test_order(f) -> None:
    a = np.asfortranarray(np.ones((3, 4)))
    for order in "KCFA":
        result, expected = f(a, a, order=order), np.subtract(a, a, order=order)
        assert result.flags.f_contiguous == expected.flags.f_contiguous, order


@pytest.mark.parametrize(
    "part", [(slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None)), (slice(None, None, -1),) * 2]
)
def test_overlapping_out(f, part) -> None:
    source, target = part
    mine, theirs = np.arange(20_000.0), np.arange(20_000.0)
    f(mine[source], 1.0, out=mine[target])
    np.subtract(theirs[source], 1.0, out=theirs[target])
    same(mine, theirs)


def test_in_place_on_reversed_self(f) -> None:
    mine, theirs = np.arange(50.0), np.arange(50.0)
    same(f(mine, mine[::-1], out=mine), np.subtract(theirs, theirs[::-1], out=theirs))


METHODS = {
    "reduce": lambda f: f.reduce(X),
    "reduce one": lambda f: f.reduce(X[:1]),
    "reduce axis": lambda f: f.reduce(np.arange(12.0).reshape(3, 4), axis=1),
    "reduce first axis": lambda f: f.reduce(np.arange(12.0).reshape(3, 4)),
    "reduce keepdims": lambda f: f.reduce(np.arange(12.0).reshape(3, 4), axis=1, keepdims=True),
    "reduce initial": lambda f: f.reduce(X, initial=10.0),
    "reduce empty initial": lambda f: f.reduce(X[:0], initial=10.0),
    "reduce where": lambda f: f.reduce(X, where=X > 1, initial=0.0),
    "reduce f4": lambda f: f.reduce(X.astype("f4")),
    "reduce dtype": lambda f: f.reduce(X, dtype="f4"),
    "reduce i4": lambda f: f.reduce(X.astype("i4")),
    "reduce out": lambda f: f.reduce(np.ones((3, 4)), out=np.empty(4)),
    "reduce reversed": lambda f: f.reduce(X[::-1]),
    "reduce long": lambda f: f.reduce(np.ones(2_000)),
    "reduce of list": lambda f: f.reduce([3.0, 2.0]),
    "accumulate": lambda f: f.accumulate(X),
    "accumulate axis": lambda f: f.accumulate(np.arange(12.0).reshape(3, 4), axis=1),
    "accumulate out": lambda f: f.accumulate(X, out=np.empty(4)),
    "accumulate one": lambda f: f.accumulate(X[:1]),
    "accumulate dtype": lambda f: f.accumulate(X, dtype="f4"),
    "reduceat": lambda f: f.reduceat(X, [0, 2, 1]),
    "reduceat axis": lambda f: f.reduceat(np.arange(12.0).reshape(3, 4), [0, 3], axis=1),
    "outer": lambda f: f.outer(X, Y),
    "outer 2-d": lambda f: f.outer(np.ones((2, 3)), Y),
    "outer scalar": lambda f: f.outer(X, 2.0),
    "outer dtype": lambda f: f.outer(X, Y, dtype="f4"),
}


@pytest.mark.parametrize("call", METHODS.values(), ids=METHODS.keys())
def test_methods_as_numpy(f, call) -> None:
    same(call(f), call(np.subtract))


def test_at(f) -> None:
    for operand in (1.0, np.array([1.0, 2.0, 4.0])):
        mine, theirs = X.copy(), X.copy()
        f.at(mine, [0, 0, 2], operand)
        np.subtract.at(theirs, [0, 0, 2], operand)
        same(mine, theirs)
    plane = np.zeros((3, 3))
    f.at(plane, (np.array([0, 0]), np.array([1, 1])), 1.0)
    assert plane[0, 1] == -2


def test_attributes(f) -> None:
    assert (f.nin, f.nout, f.nargs, f.__name__, f.identity, f.signature) == (2, 1, 3, "f", None, None)
    assert f.types == [] and f.__doc__.endswith("What f is.")


@pytest.mark.parametrize("make", [make_ufunc, FallbackUfunc])
def test_unary_and_two_outputs(make) -> None:
    negate = make("negate", None, 1, 1, resolver(lambda a: np.negative(a), 1))
    same(negate(X), -X)
    same(negate(3.0), np.negative(3.0))
    values = X.copy()
    negate.at(values, [0, 1])
    same(values, np.array([-5.0, -3.0, 1.0, 2.0]))
    with pytest.raises(ValueError, match="binary functions"):
        negate.reduce(X)
    split = make("split", None, 2, 2, resolver(lambda a, b: np.divmod(a, b), 2, 2))
    for mine, theirs in zip(split(X, Y), np.divmod(X, Y)):
        same(mine, theirs)
    out = np.empty(4)
    assert split(X, Y, out=(None, out))[1] is out
    swap = make("swap", None, 2, 2, resolver(lambda a, b: (b, a), 2, 2))
    a, b = X.copy(), Y.copy()
    swap(a, b, out=(a, b))
    same(a, Y)
    same(b, X)


def test_bool_result(f) -> None:
    less = make_ufunc("less", None, 2, 1, resolver(lambda a, b: np.less(a, b), 2))
    same(less(X, Y), X < Y)
    same(less(X.astype("i4"), Y), X < Y)


def test_subclasses(f) -> None:
    class Named(np.ndarray):
        def __array_finalize__(self, other) -> None:
            self.name = getattr(other, "name", "none")

    named = X.view(Named)
    named.name = "x"
    result = f(named, Y)
    assert type(result) is Named and result.name == np.subtract(named, Y).name
    assert type(f(named, Y, subok=False)) is np.ndarray


def test_array_wrap() -> None:
    class Wrapped:
        def __init__(self, values: np.ndarray) -> None:
            self.values = values

        def __array__(self, dtype=None, copy=None) -> np.ndarray:
            return self.values

        def __array_wrap__(self, array, context=None, return_scalar=False) -> Wrapped:
            return Wrapped(array)

    f = make_ufunc("f", None, 2, 1, resolver(subtract, 2))
    result = f(Wrapped(X), Y)
    assert isinstance(result, Wrapped)
    same(result.values, X - Y)


def test_array_ufunc_override() -> None:
    class Overrides:
        def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
            return ufunc.__name__, method

    class Refuses:
        __array_ufunc__ = None

    for make in (make_ufunc, FallbackUfunc):
        f = make("f", None, 2, 1, resolver(subtract, 2))
        assert f(X, Overrides()) == ("f", "__call__")
        assert f.reduce(cast(Any, Overrides())) == ("f", "reduce")
        with pytest.raises(TypeError, match="does not support"):
            f(X, Refuses())


def test_pandas_and_xarray() -> None:
    pandas = pytest.importorskip("pandas")
    f = make_ufunc("f", None, 2, 1, resolver(subtract, 2))
    frame = pandas.DataFrame({"a": X, "b": Y})
    assert f(frame, 1.0).equals(np.subtract(frame, 1.0))
    xarray = pytest.importorskip("xarray")
    array = xarray.DataArray(X, dims="t")
    assert f(array, 1.0).identical(np.subtract(array, 1.0))
