"""Every operation on every type it takes, compiled, against NumPy and `math` on grids of corner values."""

from __future__ import annotations

import math

import numpy as np
import pytest

from iris_cc.codegen import ufunc_unit
from iris_cc.ir import ops
from iris_cc.ir.nodes import Function
from iris_cc.ir.ops import Libm, Op
from iris_cc.ir.types import ALL, BOOL, BY_DTYPE, F64, I64, Scalar
from tests import oracles
from tests.codegen.grids import grid, same_bits, ulps
from tests.codegen.units import compile_all, make, run

pytestmark = pytest.mark.needs_cc

EXACT_LIBM = (ops.FLOOR, ops.CEIL, ops.TRUNC, ops.RINT, ops.COPY, ops.NEXT, ops.SQRT, ops.FMA)
FREE_ZERO = (ops.MIN, ops.MAX, ops.FMIN, ops.FMAX)
ELSEWHERE = (ops.CAST, ops.IPOW, ops.PYDIV, ops.PYCMP, ops.NOT)  # in tests of their own
PER_UNIT = 8


def operands(op: Op, type: Scalar) -> tuple[Scalar, ...]:
    return tuple({"T": type, "b": BOOL, "i": I64, "d": F64}[letter] for letter in op.takes.partition("->")[0])


def cases() -> dict[tuple[Scalar, ...], list[Op]]:
    found: dict[tuple[Scalar, ...], list[Op]] = {}
    for op in ops.TABLE:
        if op in ELSEWHERE:
            continue
        for type in ALL:
            if type in (op.over or (F64,)):
                found.setdefault(operands(op, type), []).append(op)
    return found


def batches() -> list[tuple[tuple[Scalar, ...], list[Op]]]:
    return [
        (types, rows[first : first + PER_UNIT])
        for types, rows in cases().items()
        for first in range(0, len(rows), PER_UNIT)
    ]


def function(types: tuple[Scalar, ...], rows: list[Op]) -> Function:
    return make(types, lambda b, *args: tuple(b.emit(op, *args) for op in rows))


def by_math(op: Op, arrays: list[np.ndarray]) -> np.ndarray:
    """The function of `math` that the row names, per element, nan where it raises."""
    name = next(key for key in op.python if isinstance(key, str) and key.startswith("math."))
    call = getattr(math, name.removeprefix("math."))

    def one(*values: float) -> float:
        try:
            return float(call(*values))
        except (ValueError, OverflowError):
            return math.nan

    columns = (array.tolist() for array in arrays)
    with np.errstate(all="ignore"):
        return np.array([one(*values) for values in zip(*columns, strict=True)]).astype(arrays[0].dtype)


def expected(op: Op, arrays: list[np.ndarray]) -> np.ndarray:
    if op.numpy in oracles.BY_ROW:
        columns = zip(*(array.tolist() for array in arrays), strict=True)
        result = np.dtype(op.result(tuple(BY_DTYPE[array.dtype.str[1:]] for array in arrays)).dtype)
        with np.errstate(all="ignore"):
            return np.array([oracles.rounded(oracles.BY_ROW[op.numpy](*column), result) for column in columns])
    if op.numpy.startswith("libm."):
        return by_math(op, arrays)
    with np.errstate(all="ignore"):
        return np.asarray(getattr(np, op.numpy)(*arrays))


def agrees(op: Op, got: np.ndarray, want: np.ndarray) -> np.ndarray:
    if op is ops.LGAM:  # CPython's own lgamma is exact to its own size only: near the roots 1 and 2 it has few digits
        scale = 16 * np.finfo(got.dtype).eps * np.maximum(np.abs(want), 1)
        with np.errstate(invalid="ignore"):
            return (got == want) | (np.abs(got - want) <= scale) | (np.isnan(want) & ~np.isfinite(got))
    if op is ops.GAMMA:  # CPython's own too; where it raises, the C library has nan or an infinity
        return np.where(np.isnan(want), ~np.isfinite(got), ulps(got, want) <= 8)
    if op.numpy in oracles.WITHIN_AN_ULP:
        return ulps(got, want) <= 1
    if (isinstance(op.c, Libm) and op not in EXACT_LIBM) or op is ops.LAE:
        return ulps(got, want) <= 4
    return same_bits(got, want, op in FREE_ZERO)


def sample(types: tuple[Scalar, ...]) -> list[np.ndarray]:
    """The grid, and for floats a few thousand ordinary values."""
    arrays = grid(*(type.dtype for type in types))
    if not all(type.is_float for type in types):
        return arrays
    chance = np.random.default_rng(11)
    scales = np.repeat([1.0, 10.0, 700.0], 1000)
    return [np.append(array, (chance.uniform(-1, 1, 3000) * scales).astype(array.dtype)) for array in arrays]


def test_every_operation_on_every_type() -> None:
    work = batches()
    libraries = compile_all([ufunc_unit(function(types, rows)) for types, rows in work])
    wrong = []
    for (types, rows), library in zip(work, libraries, strict=True):
        arrays = sample(types)
        for op, got in zip(rows, run(library, function(types, rows), *arrays), strict=True):
            want = expected(op, arrays)
            if want.dtype != got.dtype:
                wrong.append(f"{op.name} {types}: NumPy gives {want.dtype}, the table {got.dtype}")
                continue
            for k in np.flatnonzero(~agrees(op, got, want))[:3]:
                where = ", ".join(repr(array[k]) for array in arrays)
                wrong.append(f"{op.name}({where}) = {got[k]!r}, not {want[k]!r}")
    assert not wrong, "\n".join(wrong)
