"""Kernels that know their position: called like a ufunc, over any number of dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import iris_cc


def make(text: str) -> iris_cc.Kernel:
    return iris_cc.kernel(text, fallback="silent")


RAMP = make("def ramp(a, step=1):\n    return a + _i0 * step")
FLAT = make("def flat(a):\n    return a * 0 + _flat_idx")
PLACE = make("def place():\n    return _i0 * 100 + _i1 * 10 + _i2")
SIZES = make("def sizes(a):\n    return _n0, _n1, _n2, _n7, _ndim, _i3")
SKEW = make(
    """def skew(a, b):
    s = 0.0
    for k in range(_i1 + 1):
        s += a * k
    return s + b if _i0 != _i1 else b
"""
)


def positions(shape: tuple[int, ...]) -> list[np.ndarray]:
    return [np.broadcast_to(axis, shape) for axis in np.ogrid[tuple(slice(0, n) for n in shape)]]


@pytest.mark.parametrize("shape", [(5,), (3, 4), (2, 3, 4), (1, 1, 5, 1), (0,), (3, 0)])
def test_positions(shape: tuple[int, ...]) -> None:
    a = np.linspace(0, 1, int(np.prod(shape))).reshape(shape)
    np.testing.assert_array_equal(RAMP(a), a + positions(shape)[0])
    np.testing.assert_array_equal(RAMP(a, 2), a + positions(shape)[0] * 2)
    np.testing.assert_array_equal(FLAT(a), np.arange(a.size).reshape(shape))
    assert FLAT(a).shape == shape


def test_no_dimension_at_all() -> None:
    assert RAMP(1.5) == 1.5 and isinstance(RAMP(1.5), np.generic)
    assert RAMP(np.array(2)) == 2
    assert [int(value) for value in SIZES(0.0)] == [1, 1, 1, 1, 0, 0]


def test_sizes() -> None:
    results = SIZES(np.zeros((2, 3)))
    assert [set(np.ravel(result)) for result in results] == [{2}, {3}, {1}, {1}, {2}, {0}]
    assert all(result.dtype == np.int64 for result in results)


@pytest.mark.parametrize("shape", [4, (4,), (2, 3), (2, 3, 4), (0, 2), ()])
def test_shape_without_arrays(shape: Any) -> None:
    full = (shape,) if isinstance(shape, int) else shape
    index: list[Any] = [*positions(full), 0, 0, 0][:3]
    np.testing.assert_array_equal(PLACE(shape=shape), np.broadcast_to(index[0] * 100 + index[1] * 10 + index[2], full))


def test_out_gives_the_shape() -> None:
    assert PLACE() == 0
    out = np.zeros((2, 3), "i8")
    assert PLACE(out=out) is out
    np.testing.assert_array_equal(out, [[0, 10, 20], [100, 110, 120]])


def test_shape_and_arrays() -> None:
    np.testing.assert_array_equal(RAMP(np.arange(3.0), shape=(2, 3)), [[0, 1, 2], [1, 2, 3]])
    with pytest.raises(ValueError):
        RAMP(np.arange(3.0), shape=(2, 4))


def test_broadcasting() -> None:
    a, b = np.arange(3.0)[:, None], np.arange(4.0)
    i, j = positions((3, 4))
    wanted = np.where(i != j, a * (j * (j + 1) / 2) + b, b)
    np.testing.assert_array_equal(SKEW(a, b), wanted)
    np.testing.assert_array_equal(SKEW(np.asfortranarray(np.broadcast_to(a, (3, 4))), b[::-1][::-1]), wanted)
    out = np.full((3, 4), -1.0)
    assert SKEW(a, b, out=out) is out and SKEW(a, b, out) is out
    np.testing.assert_array_equal(out, wanted)
    turned = np.empty((4, 3)).T
    np.testing.assert_array_equal(SKEW(a, b, out=turned), wanted)
    with pytest.raises(ValueError, match="broadcast"):
        SKEW(np.zeros(3), np.zeros(4))


def test_out_may_be_the_input() -> None:
    a = np.arange(6.0)
    RAMP(a[::-1], out=a)
    np.testing.assert_array_equal(a, np.arange(6.0)[::-1] + np.arange(6))


def test_out_is_checked() -> None:
    with pytest.raises(TypeError, match="cast"):
        RAMP(np.zeros(3), out=np.zeros(3, "i4"))
    readonly = np.zeros(3)
    readonly.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        RAMP(np.zeros(3), out=readonly)
    with pytest.raises(ValueError):
        RAMP(np.zeros(3), out=np.zeros(4))
    single = np.zeros(3, "f4")
    np.testing.assert_array_equal(RAMP(np.zeros(3), out=single), [0, 1, 2])
    with pytest.raises((TypeError, ValueError)):
        RAMP(np.zeros(3), np.zeros(3), single, single)


def test_where_and_dtype() -> None:
    assert RAMP(np.zeros(3, "i1"), dtype="f8").dtype == np.float64
    with pytest.raises(TypeError, match="float32"):
        RAMP(np.zeros(3), dtype="f4")  # an index is int64, so no result of this kernel is float32
    out = np.full(3, -1.0)
    RAMP(np.zeros(3), out=out, where=np.array([True, False, True]))
    np.testing.assert_array_equal(out, [0, -1, 2])


def test_types() -> None:
    assert RAMP(np.zeros(3, "f4")).dtype == np.float64  # an index is int64
    assert RAMP(np.zeros(3, "i1")).dtype == np.int64
    assert RAMP([1, 2, 3]).dtype == np.int64


def test_big_endian_and_unaligned() -> None:
    a = np.arange(4.0)
    for odd in (
        a.astype(">f8"),
        np.frombuffer(b"\0" + a.tobytes(), np.uint8)[1:].view("f8"),
        a[::-1][::-1],
        a[None, :][0],
    ):
        np.testing.assert_array_equal(RAMP(odd), a * 2)


def test_it_is_no_ufunc() -> None:
    with pytest.raises(TypeError, match="index"):
        _ = RAMP.ufunc
    with pytest.raises(TypeError, match="index"):
        RAMP.reduce(np.zeros(3))
    assert (RAMP.nin, RAMP.nout) == (2, 1)


def test_more_dimensions_than_a_symbol_names() -> None:
    a = np.zeros((1,) * 8 + (2,))
    np.testing.assert_array_equal(FLAT(a).ravel(), [0, 1])


def test_explain_and_inspect() -> None:
    explained = RAMP.explain(np.zeros((2, 2)))
    assert explained.route in ("compiled", "interpreted")
    assert RAMP.inspect_ir("f8", ndim=1) != "" and "iris_nd" in RAMP.inspect_c("f8", ndim=2)


def test_a_plain_function_with_index_symbols() -> None:
    def plain(x):
        return x * _i0  # noqa: F821

    np.testing.assert_array_equal(iris_cc.kernel(plain, fallback="silent")(np.ones(3)), [0, 1, 2])


def test_faults() -> None:
    kernel = make("def k(n):\n    t = 0\n    for i in range(0, 5, n + _i0):\n        t += i\n    return t")
    np.testing.assert_array_equal(kernel(np.array([1, 2])), [10, 3])
    with pytest.raises(ValueError, match="zero"):
        kernel(np.array([1, -1]))


def test_large_spaces() -> None:
    kernel = make("def k(a):\n    return a + _i0 * 1000 + _i1")
    a = np.zeros((300, 700), "i8")
    i, j = positions(a.shape)
    np.testing.assert_array_equal(kernel(a), i * 1000 + j)
    np.testing.assert_array_equal(kernel(a.T), np.add.outer(np.arange(700) * 1000, np.arange(300)))


def test_arrays_without_dimensions_on_a_known_loop() -> None:
    """A 0-d array is broadcast whatever was called before, and wherever it stands."""
    kernel = iris_cc.kernel("def f(a, b):\n    return a * 1000 + b + _i0 * 0.0")
    line = np.arange(5.0)
    kernel(line, line)
    np.testing.assert_array_equal(kernel(np.array(7.0), line), 7000 + line)
    np.testing.assert_array_equal(kernel(line, np.array(7.0)), 1000 * line + 7)
    np.testing.assert_array_equal(kernel(np.array(7.0), np.ones(100_000)), np.full(100_000, 7001.0))
    assert kernel(np.array(7.0), np.array(1.0)) == 7001


def test_masks_are_handed_on() -> None:
    kernel = iris_cc.kernel("def f(a, b):\n    return a + b + 0 * _i0")
    masked = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])
    for _ in range(2):
        found = kernel(masked, np.ones(3))
        assert isinstance(found, np.ma.MaskedArray)
        assert found.mask.tolist() == [False, True, False]
        assert found.compressed().tolist() == [2.0, 4.0]
        assert kernel(np.ones(3), masked).mask.tolist() == [False, True, False]


@pytest.mark.parametrize("ndim", [32, 33, 47, 64])
def test_as_many_dimensions_as_numpy_has(ndim: int) -> None:
    kernel = make("def f(a):\n    return a + _i0 * 100 + _i2 * 10 + _flat_idx + _n0 + _ndim + _i7 + _n7")
    shape = (2, 1, 3) + (1,) * (ndim - 3)
    a = np.linspace(0, 1, 6).reshape(shape)
    i = np.arange(2).reshape(2, *(1,) * (ndim - 1))
    j = np.arange(3).reshape(3, *(1,) * (ndim - 3))
    wanted = a + i * 100 + j * 10 + np.arange(6).reshape(shape) + 2 + ndim + 0 + 1
    np.testing.assert_array_equal(kernel(a), wanted)
    np.testing.assert_array_equal(kernel(np.asfortranarray(a)), wanted)
    out = np.full(shape, -1.0)
    kernel(a, out=out, where=a > 0.5)
    np.testing.assert_array_equal(out, np.where(a > 0.5, wanted, -1.0))
    np.testing.assert_array_equal(PLACE(shape=shape), i * 100 + j + np.zeros(shape))
    with pytest.raises(ValueError, match="broadcast"):
        RAMP(a, np.ones((4, *shape[1:])))
    with pytest.raises(ValueError):
        PLACE(shape=(1,) * 65)


def test_more_operands_than_numpy_broadcasts_at_once() -> None:
    names = [f"a{i}" for i in range(40)]
    kernel = make(f"def f({', '.join(names)}):\n    return {' + '.join(names)} + _i0")
    found = kernel(*[np.ones(3)] * 20, *[np.ones((2, 1))] * 20)
    np.testing.assert_array_equal(found, [[40.0] * 3, [41.0] * 3])


@pytest.mark.parametrize("shape", [(2.7,), 2.7, "23", (2, "3"), object(), np.array([2.0])])
def test_a_shape_is_made_of_integers(shape: Any) -> None:
    with pytest.raises(TypeError):
        PLACE(shape=shape)


@pytest.mark.parametrize("shape", [np.int8(3), [2, 3], np.array([2, 3]), (np.uint8(2), 3)])
def test_integers_of_every_kind_are_a_shape(shape: Any) -> None:
    assert PLACE(shape=shape).shape == np.zeros(shape).shape
