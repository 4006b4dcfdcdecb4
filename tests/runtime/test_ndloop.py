"""N-d calls: what NumPy's ufuncs do with their arguments, over an index space in C order."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from iris_cc.runtime import ndloop
from iris_cc.runtime.ndloop import NdLoop, call_nd
from iris_cc.runtime.ndquick import NdCalls
from iris_cc.runtime.pending import take_pending

from .conftest import Native

WEAK = {int: np.dtype("i8"), float: np.dtype("f8")}


def ramp(shape: tuple[int, ...], arrays: list[np.ndarray]) -> None:
    """out = in + flat index, one element after the other."""
    source, out = arrays
    for flat, index in enumerate(np.ndindex(shape)):
        out[index] = source[index] + flat


def resolve_ramp(words, ndim, results) -> NdLoop:
    kind = WEAK.get(words[0], words[0])
    if results[0] is not None:
        kind = results[0]
    if kind.kind not in "iuf":
        raise TypeError(f"no operation on {kind}")
    return NdLoop((kind, kind), ramp)


def f(*inputs, **kwargs):
    return call_nd("f", 1, 1, resolve_ramp, inputs, **kwargs)


def expected(array: np.ndarray) -> np.ndarray:
    array = np.asarray(array)
    return array + np.arange(array.size).reshape(array.shape).astype(array.dtype)


def same(left, right) -> None:
    assert type(left) is type(right) and np.asarray(left).dtype == np.asarray(right).dtype
    np.testing.assert_array_equal(left, right)


BASE = np.arange(24.0).reshape(2, 3, 4)
RAW = np.empty(3 * 8 + 1, np.uint8)[1:].view("f8")
RAW[:] = 1.0

ARRAYS = {
    "3-d": BASE,
    "fortran": np.asfortranarray(BASE),
    "transposed": BASE.T,
    "reversed": BASE[::-1, :, ::-2],
    "zero strides": np.broadcast_to(np.arange(4.0), (3, 4)),
    "empty": np.empty((3, 0)),
    "big-endian": np.arange(6).astype(">i4"),
    "unaligned": RAW,
    "1-d": np.arange(5, dtype="i1"),
    "many dimensions": np.ones((1, 2) * 8),
}


@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS.keys())
def test_arrays(array) -> None:
    result = f(array)
    same(result, expected(array).astype(array.dtype.newbyteorder("=")))


@pytest.mark.parametrize("value", [3.0, 3, np.float32(3), np.array(3.0)])
def test_0_d_gives_a_scalar(value) -> None:
    result = f(value)
    assert isinstance(result, np.generic) and result == 3
    assert result.dtype == np.asarray(value).dtype


def test_shape_alone() -> None:
    def iota(shape, arrays) -> None:
        arrays[0][...] = np.arange(arrays[0].size).reshape(shape)

    loop = NdLoop((np.dtype("i8"),), iota)
    same(call_nd("g", 0, 1, lambda *_: loop, (), shape=(2, 3)), np.arange(6).reshape(2, 3))
    same(call_nd("g", 0, 1, lambda *_: loop, (), shape=4), np.arange(4))
    assert call_nd("g", 0, 1, lambda *_: loop, (), shape=()) == 0
    out = np.empty(3)
    assert call_nd("g", 0, 1, lambda *_: loop, (), out=out) is out
    same(out, np.arange(3.0))


def test_shape_broadcasts_with_arrays() -> None:
    same(f(np.arange(3.0), shape=(2, 3)), np.broadcast_to(np.arange(3.0), (2, 3)) + np.arange(6).reshape(2, 3))
    same(f(1.0, shape=(2,)), np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match="could not be broadcast"):
        f(np.arange(3.0), shape=(2, 2))


def test_resolver_sees_words_dimensions_and_results() -> None:
    seen: list[object] = []

    def resolve(words, ndim, results) -> NdLoop:
        seen.append((words, ndim, results))
        return NdLoop((np.dtype("f8"),) * 4, lambda shape, arrays: None)

    call_nd("g", 3, 1, resolve, (np.ones((2, 3), ">f4"), 1, True), dtype="f8")
    assert seen == [((np.dtype("f4"), int, np.dtype("?")), 2, (np.dtype("f8"),))]


def test_out() -> None:
    out = np.zeros((2, 3, 4))
    assert f(BASE, out=out) is out
    same(out, expected(BASE))
    assert f(BASE, out) is out
    assert f(BASE, out=(out,)) is out
    single = np.empty((2, 3, 4), "f4")
    same(f(BASE, out=single), expected(BASE).astype("f4"))
    wide = np.empty((2, 4))
    same(f(np.arange(4.0), out=wide), np.arange(4.0) + np.arange(8).reshape(2, 4))
    scalar = np.array(0.0)
    assert f(1.0, out=scalar) is scalar
    backwards = np.zeros(4)
    f(np.arange(4.0), out=backwards[::-1])
    same(backwards, np.array([6.0, 4.0, 2.0, 0.0]))


BAD = {
    "out shape": lambda g: g(BASE, out=np.empty(4)),
    "out stretched": lambda g: g(np.ones((2, 1)), out=np.empty((1, 1))),
    "out casting": lambda g: g(BASE, out=np.empty((2, 3, 4), "i4")),
    "out read-only": lambda g: g(np.ones(3), out=np.broadcast_to(np.ones(1), 3)),
    "out type": lambda g: g(BASE, out=[1]),
    "out count": lambda g: g(BASE, out=(None, None)),
    "casting": lambda g: g(np.ones(3), dtype="f4", casting="safe"),
    "where": lambda g: g(np.ones(3), where=np.ones(3), out=np.empty(3)),
}


@pytest.mark.parametrize("call", BAD.values(), ids=BAD.keys())
def test_refused_as_numpy_refuses(call) -> None:
    with pytest.raises((TypeError, ValueError)) as theirs:
        call(np.negative)
    with pytest.raises((TypeError, ValueError)) as mine:
        call(f)
    assert isinstance(theirs.value, type(mine.value))
    assert str(mine.value).strip() == str(theirs.value).strip().replace("negative", "f")


def test_where() -> None:
    mask = np.array([True, False, True])
    same(f(np.ones(3), where=mask, out=np.full(3, 9.0)), np.array([1.0, 9.0, 3.0]))
    same(f(np.ones(3), where=False, out=np.full(3, 9.0)), np.full(3, 9.0))
    result = f(np.ones((2, 1)), where=mask, out=np.zeros((2, 3)))
    same(result, np.array([[1.0, 0.0, 3.0], [4.0, 0.0, 6.0]]))


def test_dtype_and_casting() -> None:
    assert f(np.arange(3.0), dtype="f4").dtype == "f4"
    assert f(np.arange(3, dtype="i4"), dtype="f8").dtype == "f8"
    same(f(np.arange(3.0), dtype="i4", casting="unsafe"), np.array([0, 2, 4], "i4"))
    same(f(3, dtype="i1"), np.int8(3))
    with pytest.raises(OverflowError):
        f(300, dtype="i1")
    with pytest.raises(OverflowError):
        f(1 << 63)


@pytest.mark.parametrize("order", "KACF")
@pytest.mark.parametrize("array", [BASE, np.asfortranarray(BASE)], ids=["C", "F"])
def test_order(order, array) -> None:
    result, theirs = f(array, order=order), np.negative(array, order=order)
    assert result.flags.f_contiguous == theirs.flags.f_contiguous
    same(result, expected(array))


@pytest.mark.parametrize("source", [slice(None, -1), slice(1, None)])
def test_overlapping_out(source) -> None:
    target = slice(1, None) if source == slice(None, -1) else slice(None, -1)
    values = np.arange(10.0)
    wanted = expected(values[source].copy())
    f(values[source], out=values[target])
    same(values[target].copy(), wanted)


def test_in_place() -> None:
    values = np.arange(10.0)
    f(values, out=values)
    same(values, np.arange(10.0) * 2)
    f(values[::-1], out=values)
    same(values, np.arange(10.0)[::-1] * 2 + np.arange(10))


def test_two_outputs() -> None:
    def both(shape, arrays) -> None:
        arrays[1][...] = arrays[0] + 1
        arrays[2][...] = arrays[0] - 1

    kinds = (np.dtype("f8"),) * 3
    g = lambda *a, **k: call_nd("g", 1, 2, lambda *_: NdLoop(kinds, both), a, **k)  # noqa: E731
    up, down = g(np.arange(3.0))
    same(up, np.arange(3.0) + 1)
    same(down, np.arange(3.0) - 1)
    shared = np.zeros(3)
    g(np.arange(3.0), out=(shared, shared))
    same(shared, np.arange(3.0) - 1)
    out = np.empty(3)
    assert g(1.0, None, out)[1] is out


def test_subclass_and_series() -> None:
    class Named(np.ndarray):
        pass

    assert type(f(np.ones(3).view(Named))) is Named
    assert type(f(np.ones(3).view(Named), subok=False)) is np.ndarray
    pandas = pytest.importorskip("pandas")
    same(f(pandas.Series([1.0, 2.0])), np.array([1.0, 3.0]))


def test_unsupported() -> None:
    for value in (1j, "a", None, np.array(["2020"], "M8[D]"), np.ones(2, object)):
        with pytest.raises((TypeError, AttributeError, KeyError)):
            f(value)
    with pytest.raises(TypeError, match="positional arguments"):
        f()


def test_failures() -> None:
    def broken(shape, arrays) -> None:
        raise LookupError("inside")

    with pytest.raises(LookupError, match="inside"):
        call_nd("g", 1, 1, lambda *_: NdLoop((np.dtype("f8"),) * 2, broken), (1.0,))
    with pytest.raises(RuntimeError, match=r"g\(\) failed with status 4"):
        call_nd("g", 1, 1, lambda *_: NdLoop((np.dtype("f8"),) * 2, lambda shape, arrays: 4), (1.0,))
    assert take_pending() is None


class Fault(Exception):
    pass


def entry(native: Native) -> ndloop.NativeNd:
    def fail(status: int) -> None:
        raise Fault(status)

    return ndloop.NativeNd(native["ramp"], fail)


@pytest.mark.needs_cc
@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS.keys())
def test_native_entry(native: Native, array) -> None:
    loop = NdLoop((np.dtype("f8"),) * 2, entry(native))
    result = call_nd("ramp", 1, 1, lambda *_: loop, (array,))
    same(result, expected(array.astype("f8")))


@pytest.mark.needs_cc
def test_native_status_and_threads(native: Native) -> None:
    run = entry(native)
    with pytest.raises(Fault, match="7"):
        run((1,), [np.array([np.nan]), np.zeros(1)])
    run((), [np.array(1.0), np.zeros(())])
    values = np.ones((50, 200))
    results: list[bool] = []

    def work() -> None:
        out = np.zeros_like(values)
        run(values.shape, [values, out])
        results.append(bool(out[-1, -1] == values.size))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert results == [True] * 6


@pytest.mark.needs_cc
@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS.keys())
def test_plain_calls_take_the_short_way(native: Native, array, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice each, so that the second call knows its loop; layouts that are not plain go the long way."""
    asked: list[tuple[object, ...]] = []

    def resolve(words, ndim, results) -> NdLoop:
        asked.append((words, ndim, results))
        return NdLoop((np.dtype("f8"),) * 2, entry(native))

    calls = NdCalls("ramp", 1, 1, resolve, f)
    for _ in range(3):
        same(calls(array), expected(array.astype("f8")))
    plain = array.dtype == np.dtype("f8") and array.ndim > 0 and array.flags.c_contiguous and array.flags.aligned
    assert len(asked) == (1 if plain else 3)


@pytest.mark.needs_cc
def test_short_calls_and_out(native: Native) -> None:
    calls = NdCalls("ramp", 1, 1, lambda *_: NdLoop((np.dtype("f8"),) * 2, entry(native)), f)
    base = np.arange(40.0)
    for shape in ((3, 4), (12,), (2, 3, 2), (12,)):
        for _ in range(2):
            values = base[:12].reshape(shape).copy()
            wanted = expected(values)
            same(calls(values), wanted)
            out = np.zeros(shape)
            assert calls(values, out=out) is out
            same(out, wanted)
            assert calls(values, out=values) is values  # in place
            same(values, wanted)
            buffer = base.copy()
            shifted = buffer[1:13].reshape(shape)
            calls(buffer[:12].reshape(shape), out=shifted)  # overlapping: the long way, through a copy
            same(shifted, expected(base[:12].reshape(shape)))
            narrow = np.zeros(shape, "f4")
            assert calls(base[:12].reshape(shape), out=narrow) is narrow
            same(narrow, expected(base[:12].reshape(shape)).astype("f4"))
    with pytest.raises(ValueError, match="read-only"):
        frozen = np.zeros(12)
        frozen.flags.writeable = False
        calls(base[:12], out=frozen)
    with pytest.raises(ValueError, match="broadcast"):
        calls(base[:12], out=np.zeros(11))
    with pytest.raises(Fault, match="7"):
        calls(np.full(12, np.nan))
    with pytest.raises(TypeError, match="positional"):
        calls()


@pytest.mark.needs_cc
def test_short_calls_tell_words_apart(native: Native) -> None:
    """A Python float, an int and an array of the same shape as before are three kinds of operand."""
    calls = NdCalls("ramp", 1, 1, lambda *_: NdLoop((np.dtype("f8"),) * 2, entry(native)), f)
    assert calls(2.0) == 2.0  # no dimensions
    for _ in range(3):
        same(calls(2.0, shape=(3,)), np.array([2.0, 3.0, 4.0]))
        same(calls(2, shape=(3,)), np.array([2.0, 3.0, 4.0]))
        same(calls(np.array([2, 2, 2])), np.array([2.0, 3.0, 4.0]))
        same(calls(np.array([2.0, 2, 2], ">f8")), np.array([2.0, 3.0, 4.0]))
        same(calls(np.array([2.0, 2, 2])), np.array([2.0, 3.0, 4.0]))
