"""Folded constants against Python's own arithmetic and NumPy's: where there is one, it is what run time would give."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np
import pytest

from iris_cc.ir import ops
from iris_cc.ir.nodes import Const
from iris_cc.ir.ops import TABLE, Op, Trait
from iris_cc.ir.types import ALL, BOOL, F32, F64, I64, INTEGERS, Scalar
from iris_cc.passes.fold import evaluate
from tests.ir.strategies import corners, same_bits

EXACT = [op for op in TABLE if Trait.EXACT in op.traits]
ROWS = [pytest.param(op, t, id=f"{op.name}-{t}") for op in EXACT for t in op.over or (BOOL,)]
OF_NUMPY = [row for row in ROWS if "." not in ops.BY_NAME[str(row.id).partition("-")[0]].numpy]
ORDINARY: Mapping[str, tuple[float, ...]] = {"float": (1.0, -2.5, 3.0), "bool": (True, False)}  # else 1, 2, 3


def types_of(op: Op, t: Scalar) -> tuple[Scalar, ...]:
    return tuple({"T": t, "b": BOOL, "i": I64, "d": F64}[letter] for letter in op.takes.partition("->")[0])


def folded(op: Op, values: tuple[Any, ...], types: tuple[Scalar, ...]) -> Any:
    found = evaluate(op, tuple(map(Const, values, types)), op.result(types))
    return None if found is None else found.value


@pytest.mark.parametrize("op, t", OF_NUMPY)
def test_constants_are_what_numpy_gives_for_arrays(op: Op, t: Scalar) -> None:
    """On every tuple of corner values, with no flag but those that NumPy leaves alone."""
    types = types_of(op, t)
    rows = list(product(*(corners(u) for u in types)))
    columns = [np.array(column, u.dtype) for column, u in zip(zip(*rows, strict=True), types, strict=True)]
    with np.errstate(all="ignore"):
        wanted = getattr(np, op.numpy)(*columns)
    for row, want in zip(rows, wanted, strict=True):
        found = folded(op, row, types)
        if found is not None:
            assert same_bits(np.array([found], want.dtype), np.array([want])), (row, found, want)


@pytest.mark.parametrize("op, t", ROWS)
def test_ordinary_constants_fold(op: Op, t: Scalar) -> None:
    if op is ops.CAST:
        return
    types = types_of(op, t)
    values = tuple(ORDINARY.get(u.kind, (1, 2, 3))[place] for place, u in enumerate(types) if place < 2)
    if op is ops.SQRT:
        values = (2.25,)
    if op is not ops.SEL:
        assert folded(op, values, types) is not None


INTEGER: Mapping[Op, Callable[..., int]] = {
    ops.ADD: operator.add, ops.SUB: operator.sub, ops.MUL: operator.mul, ops.FDIV: operator.floordiv,
    ops.MOD: operator.mod, ops.NEG: operator.neg, ops.INV: operator.invert, ops.AND: operator.and_,
    ops.OR: operator.or_, ops.XOR: operator.xor, ops.MIN: min, ops.MAX: max, ops.SQR: lambda a: a * a,
    ops.SIGN: lambda a: (a > 0) - (a < 0), ops.REM: lambda a, b: int(math.copysign(1, a)) * (abs(a) % abs(b)),
    ops.LT: operator.lt, ops.LE: operator.le, ops.EQ: operator.eq, ops.SHL: lambda a, b: a << b if 0 <= b < 8 else 0,
}  # fmt: skip


@pytest.mark.parametrize("op", INTEGER, ids=lambda op: op.name)
def test_whole_constants_are_pythons_wrapped(op: Op) -> None:
    for t in INTEGERS if op is not ops.SHL else (Scalar.I8, Scalar.U8):
        for values in product(corners(t), repeat=op.arity):
            found = folded(op, values, (t,) * op.arity)
            if found is not None:
                want = INTEGER[op](*values)
                assert found == (want if op.compares else t.wrap(want)), (t, values)
            else:  # by zero, or a quotient that the type does not hold
                assert op in (ops.FDIV, ops.MOD, ops.REM) and (values[1] == 0 or values[1] == -1)


def test_casts_are_what_python_and_x86_give() -> None:
    for source, to in product(ALL, ALL):
        for value in corners(source):
            found = evaluate(ops.CAST, (Const(value, source),), to)
            value = Const(value, source).value  # an F32 has fewer digits
            assert found is not None and found.type is to
            if to is BOOL:
                assert found.value == (value != 0)
            elif not source.is_float and not to.is_float:
                assert found.value == to.wrap(int(value))
            elif to is F64 or (to is F32 and source.is_float):
                assert found == Const(float(value), to)
            elif to.is_integer and math.isfinite(value) and to.holds(math.trunc(value)):
                assert found.value == math.trunc(value)
    odd = Const((1 << 24) + 1 << 35 | 1, I64)  # in F64 first, it would be a tie, and rounded down
    assert evaluate(ops.CAST, (odd,), F32) == Const(float((1 << 24) + 2 << 35), F32)
    assert evaluate(ops.CAST, (Const(math.nan, F64),), Scalar.U64) == Const(1 << 63, Scalar.U64)
    assert evaluate(ops.CAST, (Const(1e10, F64),), Scalar.U8) == Const(0, Scalar.U8)


def test_integers_of_python_divide_and_compare_exactly() -> None:
    big = (1 << 53) + 1
    assert folded(ops.PYDIV, (big, 3), (I64, I64)) == big / 3 and folded(ops.PYDIV, (1, 0), (I64, I64)) is None
    for left, right in product((0, -1, big, -big), (0.5, float(big), math.inf, -math.inf, math.nan)):
        want = 2 if math.isnan(right) else (left > right) - (left < right)
        assert folded(ops.PYCMP, (left, right), (I64, F64)) == want
    assert folded(ops.IPOW, (3, 5), (I64, I64)) == 243


def test_what_is_only_right_within_a_bound_is_never_evaluated() -> None:
    for op in TABLE:
        if Trait.EXACT not in op.traits:
            assert evaluate(op, (Const(1.0, F64),) * op.arity, F64) is None
    bounded = {ops.EXP, ops.LOG, ops.SIN, ops.POW, ops.HYPOT, ops.ERF, ops.GAMMA, ops.LAE, ops.CBRT, ops.D2R}
    assert not any(Trait.EXACT in op.traits for op in bounded)


def test_what_would_raise_a_flag_is_left_to_run_time() -> None:
    two = (F64, F64)
    for op, values in (
        (ops.DIV, (1.0, 0.0)), (ops.MUL, (1e200, 1e200)), (ops.SUB, (math.inf, math.inf)), (ops.MOD, (1.0, 0.0)),
        (ops.FDIV, (math.inf, 2.0)), (ops.REM, (math.inf, 1.0)), (ops.ADD, (1.7e308, 1.7e308)),
    ):  # fmt: skip
        assert folded(op, values, two) is None
    assert folded(ops.SQRT, (-1.0,), (F64,)) is None and folded(ops.RECIP, (0.0,), (F64,)) is None
    assert folded(ops.MUL, (3e38, 10.0), (F32, F32)) is None
    assert folded(ops.ADD, (math.inf, 1.0), two) == math.inf
    assert evaluate(ops.SQRT, (Const(-0.0, F64),), F64) == Const(-0.0, F64)
    with np.errstate(all="raise"):  # a user's own wishes change nothing
        assert folded(ops.MUL, (1e-300, 1e-300), two) == 0.0


def test_what_is_free_is_left_to_run_time() -> None:
    """Which of two zeros or nans an extreme gives, the sign of a nan, and what a check refuses before."""
    for op in TABLE:
        if Trait.EXTREME in op.traits:
            for values in ((0.0, -0.0), (-0.0, 0.0), (math.nan, 1.0), (1.0, math.nan)):
                assert folded(op, values, (F64, F64)) is None
            assert folded(op, (2, 2), (I64, I64)) == 2 and folded(op, (1.0, 2.0), (F64, F64)) in (1.0, 2.0)
    assert folded(ops.SGNB, (math.nan,), (F64,)) is None and folded(ops.SGNB, (-0.0,), (F64,)) is True
    assert folded(ops.COPY, (1.0, math.nan), (F64, F64)) is None and folded(ops.IPOW, (2, -1), (I64, I64)) is None
    assert folded(ops.COPY, (1.0, -0.0), (F64, F64)) == -1.0
