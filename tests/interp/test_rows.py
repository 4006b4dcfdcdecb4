"""Every row of the table on every type, against NumPy scalars and Python, on corner values."""

from __future__ import annotations

import math
import platform
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from iris_cc.interp import run
from iris_cc.interp.special import cast, pycmp, pydiv
from iris_cc.ir import ops
from iris_cc.ir.builder import Builder
from iris_cc.ir.nodes import Atom, Const, Function, Let
from iris_cc.ir.ops import TABLE, Op
from iris_cc.ir.types import ALL, BOOL, F32, F64, FLOATS, I8, I16, I32, I64, INTEGERS, U8, U16, U32, U64, Scalar
from tests.interp.scalar import apply
from tests.ir.strategies import corners, same_bits

ROWS = [pytest.param(op, t, id=f"{op.name}-{t}") for op in TABLE if op is not ops.CAST for t in op.over or (BOOL,)]
PYTHON = {"erf": math.erf, "erfc": math.erfc, "gamma": math.gamma, "lgamma": math.lgamma}


def operands(op: Op, t: Scalar) -> list[Scalar]:
    return [{"T": t, "b": BOOL, "i": I64, "d": F64}[letter] for letter in op.takes.partition("->")[0]]


def kernel(op: Op, types: list[Scalar]) -> Function:
    b = Builder()
    params = tuple(b.var(t) for t in types)
    return Function("k", params, b.block(b.emit(op, *params)))


def grid(types: list[Scalar]) -> list[np.ndarray[Any, Any]]:
    rows = list(product(*(corners(t) for t in types)))
    return [np.array(column, t.dtype) for column, t in zip(zip(*rows, strict=True), types, strict=True)]


@pytest.mark.parametrize("op, t", ROWS)
def test_row_against_scalars(op: Op, t: Scalar) -> None:
    types = operands(op, t)
    inputs = grid(types)
    with np.errstate(all="ignore"):
        (found,) = run(kernel(op, types), inputs, while_limit=0)
        if op.name in PYTHON:
            check_special(op.name, inputs[0], found)
            return
        wanted = np.array([apply(op, list(args), op.result(tuple(types))) for args in zip(*inputs, strict=True)])
    assert found.dtype == wanted.dtype == np.dtype(op.result(tuple(types)).dtype)
    if op.cost < ops.VECTOR or op in (ops.IPOW, ops.PYDIV, ops.NEXT, ops.FAC, ops.NPR, ops.NCR):
        zeros = (found == 0) & (wanted == 0) if op.name in ("minimum", "maximum", "fmin", "fmax") else np.False_
        assert same_bits(np.where(zeros, found.dtype.type(0), found), np.where(zeros, found.dtype.type(0), wanted))
    else:
        # NumPy's vector loop and its scalar path may differ in the last bits of a transcendental function.
        np.testing.assert_allclose(found, wanted, rtol=4 * np.finfo(found.dtype).eps)


def check_special(name: str, values: np.ndarray[Any, Any], found: np.ndarray[Any, Any]) -> None:
    for value, result in zip(values.tolist(), found.tolist(), strict=True):
        try:
            wanted = PYTHON[name](value)
        except (ValueError, OverflowError):
            assert not math.isfinite(result)  # where Python raises, the C library has a pole or no value
            continue
        with np.errstate(over="ignore"):
            rounded = float(found.dtype.type(wanted))
        assert result == pytest.approx(rounded, rel=1e-6 if found.dtype == np.float32 else 1e-14, nan_ok=True)


@pytest.mark.parametrize("op, t", ROWS)
def test_row_on_constants_and_strides(op: Op, t: Scalar) -> None:
    """A constant operand has its exact type and changes no result; neither does a stride."""
    types = operands(op, t)
    inputs = [column[:40] for column in grid(types)]
    b = Builder()
    first = b.var(types[0])
    args: list[Atom] = [first, *(Const(corners(u)[-1], u) for u in types[1:])]
    fn = Function("k", (first,), b.block(b.emit(op, *args)))
    repeated = [inputs[0], *(np.full(len(inputs[0]), corners(u)[-1], u.dtype) for u in types[1:])]
    apart = [np.repeat(column, 3)[::3] for column in repeated]
    with np.errstate(all="ignore"):
        (one,) = run(fn, inputs[:1], while_limit=0)
        (all_arrays,) = run(kernel(op, types), repeated, while_limit=0)
        (strided,) = run(kernel(op, types), apart, while_limit=0)
    assert one.dtype == all_arrays.dtype == strided.dtype
    if op.cost < ops.VECTOR and op.name not in ("minimum", "maximum", "fmin", "fmax"):
        assert same_bits(one, all_arrays) and same_bits(strided, all_arrays)


FLOAT_GRID = sorted(
    {sign * value for sign in (1.0, -1.0) for value in (
        0.0, 0.4, 0.5, 1.0, 1.5, 44.7, 127.0, 128.0, 255.0, 256.0, 300.0, 32767.0, 65535.5, 65536.0,
        1e10, 1e20, 1e300, math.inf,
        *(2.0**e + d for e in (31, 32, 52, 53, 62, 63, 64) for d in (-2048, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2048)),
    )}
)  # fmt: skip


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the rule is what x86 does")
@pytest.mark.parametrize("source, target", list(product(FLOATS, ALL)), ids=str)
def test_float_casts_are_those_of_numpy_scalars_on_x86(source: Scalar, target: Scalar) -> None:
    # Not `array.astype`: NumPy's own vector loop for u32 gives other values out of range than its scalars do.
    with np.errstate(all="ignore"):
        values = np.array([*FLOAT_GRID, math.nan], source.dtype)
        wanted = np.array([value.astype(np.dtype(target.dtype)) for value in values])
    assert same_bits(cast(source, target)(values), wanted)
    singles = [cast(source, target)(value) for value in values]
    assert all(type(single) is type(want) for single, want in zip(singles, wanted, strict=True))
    assert same_bits(np.array(singles), wanted)
    for start in range(0, len(values), 5):  # whole groups in range take another path
        assert same_bits(cast(source, target)(values[start : start + 5]), wanted[start : start + 5])


OUT_OF_RANGE = [
    (math.nan, {I8: 0, I16: 0, U8: 0, U16: 0, I32: -(1 << 31), U32: 0, I64: -(1 << 63), U64: 1 << 63, BOOL: True}),
    (math.inf, {I8: 0, U8: 0, I32: -(1 << 31), U32: 0, I64: -(1 << 63), U64: 0, BOOL: True}),
    (-math.inf, {I8: 0, U8: 0, I32: -(1 << 31), U32: 0, I64: -(1 << 63), U64: 1 << 63}),
    (300.0, {I8: 44, U8: 44, I16: 300, U64: 300}),
    (-1.0, {U8: 255, U16: 65535, U32: (1 << 32) - 1, U64: (1 << 64) - 1}),
    (1e10, {I8: 0, U8: 0, I32: -(1 << 31), U32: 10**10 % (1 << 32), I64: 10**10}),
    (2.0**63, {I64: -(1 << 63), U64: 1 << 63}),
    (-0.0, {BOOL: False, I8: 0}),
]


@pytest.mark.parametrize("value, wanted", OUT_OF_RANGE, ids=lambda v: str(v) if isinstance(v, float) else "")
def test_out_of_range_casts_everywhere(value: float, wanted: dict[Scalar, int]) -> None:
    for source, (target, result) in product(FLOATS, wanted.items()):
        found = cast(source, target)(np.array([value, 1.0], source.dtype))
        assert found.dtype == np.dtype(target.dtype) and found[0] == result


@pytest.mark.parametrize("source, target", list(product((BOOL, *INTEGERS), ALL)), ids=str)
def test_integer_casts(source: Scalar, target: Scalar) -> None:
    values = np.array([*corners(source)], source.dtype)
    found = cast(source, target)(values)
    for value, result in zip(values.tolist(), found.tolist(), strict=True):
        if target.is_float:
            single = np.dtype(target.dtype).type(result)
            around = [float(np.nextafter(single, single.dtype.type(end))) for end in (-math.inf, math.inf)]
            assert all(abs(Fraction(result) - value) <= abs(Fraction(other) - value) for other in around)
        else:
            assert result == (value != 0 if target is BOOL else target.wrap(value))


def test_i64_to_f32_rounds_once() -> None:
    value = (1 << 60) + (1 << 36) + 1  # by way of f64 this ties to even and comes out lower
    assert cast(I64, F32)(np.array([value]))[0] == np.float32((1 << 60) + (1 << 37))


BIG = [0, 1, -1, 3, 10, 1 << 53, (1 << 53) + 1, -(1 << 53) - 1, 10**18 + 7, (1 << 63) - 1, -(1 << 63), 2, 7]


def test_pydiv_is_pythons() -> None:
    left, right = (np.array(side) for side in zip(*product(BIG, BIG), strict=True))
    with np.errstate(all="ignore"):
        found = pydiv(left, right)
        for a, b, q in zip(left.tolist(), right.tolist(), found.tolist(), strict=True):
            if b:
                assert q == a / b
            else:
                assert math.isnan(q) if a == 0 else q == math.copysign(math.inf, a)
            single = pydiv(np.int64(a), np.int64(b))
            assert type(single) is np.float64 and (single == q or math.isnan(q))


def test_pycmp_is_pythons() -> None:
    floats = [0.0, -0.0, 0.5, -0.5, 1.0, 9e18, 2.0**53, 2.0**53 + 2, 2.0**63, -(2.0**63), 1e19, -1e19]
    floats += [math.inf, -math.inf, math.nan]
    left, right = (np.array(side) for side in zip(*product(BIG, floats), strict=True))
    found = pycmp(left, right)
    assert found.dtype == np.int64
    for a, b, order in zip(left.tolist(), right.tolist(), found.tolist(), strict=True):
        wanted = 2 if math.isnan(b) else (a > b) - (a < b)
        assert order == wanted == pycmp(np.int64(a), np.float64(b))


def test_casts_are_quiet_and_real_warnings_are_not() -> None:
    b = Builder()
    x = b.var(F64)
    small = b.cast(x, F32)
    whole = b.cast(x, I8)
    fn = Function("k", (x,), b.block(small, whole, b.emit(ops.LT, x, Const(1.0, F64))))
    run(fn, [np.array([math.nan, 1e300])], while_limit=0)  # -W error: nothing may warn
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        run(kernel(ops.DIV, [F64, F64]), [np.ones(2), np.zeros(2)], while_limit=0)
    run(kernel(ops.ADD, [I8, I8]), [np.full(2, 127, "i1"), np.ones(2, "i1")], while_limit=0)


def test_results_are_fresh_memory() -> None:
    b = Builder()
    x = b.var(F64)
    y = b.emit(ops.NEG, x)
    fn = Function("k", (x,), b.block(x, y, y, Const(7, U16), x))
    given = np.arange(3.0)
    results = run(fn, [given], while_limit=0)
    for position, result in enumerate(results):
        assert len(result) == 3 and result.flags.writeable
        assert not any(np.shares_memory(result, other) for other in (given, *results[:position]))
    assert results[3].dtype == np.uint16 and results[3].tolist() == [7, 7, 7]
    assert [len(result) for result in run(fn, [given[:0]], while_limit=0)] == [0] * 5


def test_inputs_are_never_written() -> None:
    b = Builder()
    x = b.var(F64)
    value = b.emit(ops.NEG, x)
    for _ in range(4):
        value = b.emit(ops.MUL, value, value)
    fn = Function("k", (x,), b.block(value))
    given = np.arange(5.0)
    given.flags.writeable = False
    assert run(fn, [given], while_limit=0)[0].tolist() == [v**16 for v in range(5)]


def test_wrong_inputs_are_refused() -> None:
    fn = kernel(ops.ADD, [F64, F64])
    for inputs in ([np.ones(3)], [np.ones(3), np.ones(4)], [np.ones(3), np.ones(3, "f4")], [np.ones((3, 1))] * 2):
        with pytest.raises(TypeError):
            run(fn, inputs, while_limit=0)


def test_a_long_program_is_linear() -> None:
    b = Builder()
    x = b.var(I64)
    value = x
    for _ in range(20_000):
        value = b.emit(ops.ADD, value, x)
    assert all(isinstance(stmt, Let) for stmt in b.stmts)
    (found,) = run(Function("k", (x,), b.block(value)), [np.arange(4)], while_limit=0)
    assert found.tolist() == [0, 20001, 40002, 60003]


