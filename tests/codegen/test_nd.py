"""The N-d entry: positions, extents and the flat position against `np.indices`, any strides, faults as a status."""

from __future__ import annotations

import numpy as np
import pytest

from iris_cc.codegen import nd_unit
from iris_cc.ir import ops
from iris_cc.ir.builder import Builder
from iris_cc.ir.nodes import Check, Fault, Function, Index
from iris_cc.ir.types import F64, I64
from iris_cc.ir.verify import verify
from tests.codegen.test_rows import checked
from tests.codegen.units import build_nd, call_nd, compile_all, make

pytestmark = pytest.mark.needs_cc


def positions(axes: int = 4) -> Function:
    """x + 1, and every index symbol as a result of its own."""
    b = Builder()
    x = b.var(F64, "x")
    indices = [Index("i", axis, b.var(I64)) for axis in range(axes)]
    indices += [Index("n", axis, b.var(I64)) for axis in range(axes)]
    indices.append(Index("flat", 0, b.var(I64)))
    total = b.emit(ops.ADD, x, Builder(b.numbers, b.stmts).cast(indices[-1].var, F64))
    return verify(Function("positions", (x,), b.block(total, *(index.var for index in indices)), tuple(indices)))


@pytest.fixture(scope="module")
def by_ndim() -> list:  # type: ignore[type-arg]
    return compile_all([nd_unit(positions(), ndim) for ndim in range(5)])


SHAPES = [(), (1,), (7,), (600,), (3, 5), (1, 1), (2, 600), (2, 3, 4), (3, 1, 2), (2, 3, 2, 5), (0,), (3, 0), (0, 2, 2)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("layout", ["C", "F", "reversed", "broadcast"])
def test_index_symbols(by_ndim: list, shape: tuple[int, ...], layout: str) -> None:  # type: ignore[type-arg]
    ndim = len(shape)
    x = np.random.default_rng(1).random(shape)
    if not ndim:
        x = np.asarray(x)  # one element has one layout
    elif layout == "F":
        x = np.asfortranarray(x)
    elif layout == "reversed":
        x = x[(slice(None, None, -1),) * ndim]
    elif layout == "broadcast" and ndim:
        x = np.broadcast_to(x[:1], shape)
    order = "F" if layout == "F" and ndim else "C"
    outs = [np.full(shape, -1.0, order=order), *(np.full(shape, -1, np.int64, order=order) for _ in range(9))]
    assert call_nd(by_ndim[ndim], ndim, shape, [x, *outs]) == 0
    flat = np.arange(x.size).reshape(shape)
    assert np.array_equal(outs[0], x + flat)
    at = np.indices(shape)
    for axis in range(4):
        assert (outs[1 + axis] == (at[axis] if axis < ndim else 0)).all(), axis
        assert (outs[5 + axis] == (shape[axis] if axis < ndim else 1)).all(), axis
    assert np.array_equal(outs[9], flat)


@pytest.mark.parametrize(
    ("shape", "origin", "extents"),
    [
        ((7,), (5,), (100,)),
        ((600,), (1 << 40,), (1 << 41,)),
        ((3, 5), (2, 0), (9, 5)),
        ((2, 3, 4), (1, 2, 3), (5, 6, 7)),
    ],
)
def test_a_part_of_a_larger_space(by_ndim: list, shape: tuple, origin: tuple, extents: tuple) -> None:  # type: ignore[type-arg]
    ndim = len(shape)
    x = np.random.default_rng(1).random(shape)
    outs = [np.full(shape, -1.0), *(np.full(shape, -1, np.int64) for _ in range(9))]
    assert call_nd(by_ndim[ndim], ndim, shape, [x, *outs], origin, extents) == 0
    at = np.indices(shape) + np.reshape(origin, (ndim,) + (1,) * ndim)
    for axis in range(4):
        assert (outs[1 + axis] == (at[axis] if axis < ndim else 0)).all(), axis
        assert (outs[5 + axis] == (extents[axis] if axis < ndim else 1)).all(), axis
    assert np.array_equal(outs[9], np.ravel_multi_index(tuple(at), extents))


def test_another_ndim_is_refused(by_ndim: list) -> None:  # type: ignore[type-arg]
    assert call_nd(by_ndim[2], 1, (3,), [np.zeros(3)] * 11) == -1


def test_no_array_at_all() -> None:
    b = Builder()
    i, j = b.var(I64), b.var(I64)
    fn = Function("grid", (), b.block(b.emit(ops.MUL, i, j)), (Index("i", 0, i), Index("i", 1, j)))
    out = np.zeros((30, 40), np.int64)
    assert call_nd(build_nd(fn, 2), 2, out.shape, [out]) == 0
    assert np.array_equal(out, np.multiply.outer(np.arange(30), np.arange(40)))


def test_a_kernel_without_index_symbols() -> None:
    library = build_nd(make((F64, F64), lambda b, x, y: (b.emit(ops.ADD, x, y), b.emit(ops.LT, x, y))), 2)
    x, y = np.arange(12.0).reshape(3, 4), np.arange(12.0)[::-1].reshape(4, 3).T
    outs = [np.zeros((3, 4)), np.zeros((3, 4), bool)]
    assert call_nd(library, 2, (3, 4), [x, y, *outs]) == 0
    assert np.array_equal(outs[0], x + y) and np.array_equal(outs[1], x < y)


def test_faults_are_the_status() -> None:
    library = build_nd(checked(), 2)
    x, y, out = np.full((3, 4), 2), np.full((3, 4), 5), np.zeros((3, 4), np.int64)
    assert call_nd(library, 2, (3, 4), [x, y, out]) == 0
    assert (out == 32).all()
    y[2, 3] = -1
    assert call_nd(library, 2, (3, 4), [x, y, out]) == Fault.NEGATIVE_POWER.bit
    x[0, 0] = 9
    assert call_nd(library, 2, (3, 4), [x, y, out]) == Fault.ZERO_STEP.bit  # of the first element that has a fault


def test_a_branch_on_a_position() -> None:
    b = Builder()
    x, i = b.var(F64, "x"), b.var(I64, "_i0")
    b.add(Check(b.emit(ops.GE, i, b.emit(ops.SUB, i, i)), Fault.ZERO_STEP))
    value = b.emit(ops.SEL, b.emit(ops.EQ, i, b.emit(ops.SUB, i, i)), x, b.emit(ops.NEG, x))
    fn = verify(Function("edge", (x,), b.block(value), (Index("i", 0, i),)))
    source, out = np.arange(1.0, 700), np.zeros(699)
    assert call_nd(build_nd(fn, 1), 1, (699,), [source, out]) == 0
    assert out[0] == 1 and (out[1:] == -source[1:]).all()
