"""Calls of known functions: those of the operation table, what `composites` gives a meaning of its own, and casts.

Each function gets typed values and gives a typed value.
"""

from __future__ import annotations

import numpy as np

from iris_cc import codes
from iris_cc.frontend import wide
from iris_cc.frontend.arith import numpy_op, truth
from iris_cc.frontend.composites import BY_SPELLING, Arguments, of_math
from iris_cc.frontend.emit import Emit, name_of
from iris_cc.frontend.resolve import CastTo, KnownFunction
from iris_cc.frontend.values import Result, Value, Weak, literal, run_time, strong_literal
from iris_cc.ir import ops
from iris_cc.ir.nodes import Const
from iris_cc.ir.types import BOOL, F64, I64, U64, Scalar


def call(e: Emit, entity: KnownFunction | CastTo, args: Arguments) -> Result:
    """The value of `entity(*args)`; keywords are already in their places."""
    if isinstance(entity, CastTo):
        return cast(e, args[0], entity.scalar)
    if (composite := BY_SPELLING.get(entity.key)) is not None:
        return composite.rule(e, args)
    if entity.space == "math":
        return of_math(e, entity.name, args)
    row = ops.BY_PYTHON[entity.key]
    if "." in row.numpy:
        return _special(e, row, args)
    name = entity.name if entity.space == "numpy" and hasattr(np, entity.name) else row.numpy
    return numpy_op(e, row, "trunc" if name == "fix" else name, args)


def _special(e: Emit, row: ops.Op, args: Arguments) -> Value:
    """A function NumPy has not: of f8, or typed as NumPy types `sqrt` of one operand and `hypot` of several."""
    if not row.over:
        return run_time(F64, e.op(row, *(e.atom(arg, F64) for arg in args)))
    common, *others = sorted(args, key=lambda arg: arg.is_weak)  # a weak one gives way to any strong one
    for other in others:
        loop = e.loop("hypot", (common, other))
        if loop is None:
            return strong_literal(0.0, F64)
        common = Value(Weak.FLOAT if common.is_weak else loop.results[0])
    loop = e.loop("sqrt", (common,))
    if loop is None:
        return strong_literal(0.0, F64)
    return run_time(loop.results[0], e.op(row, *(e.atom(arg, loop.operands[0]) for arg in args)))


def cast(e: Emit, value: Value, to: Scalar) -> Value:
    """`np.int8(x)` and its kin: a strong value; what does not fit is NumPy's value on x86."""
    if to is BOOL:
        return run_time(BOOL, e.atom(truth(e, value)))
    if isinstance(value.literal, float) and not to.is_float:
        return run_time(to, e.builder.cast(Const(value.literal, F64), to))
    return run_time(to, e.atom(value, to))


def int_method(e: Emit, name: str, value: Value) -> Value:
    """`n.bit_count()` and `n.bit_length()`; of NumPy's scalars only the integers have one, and only the first."""
    if isinstance(value.literal, int):
        return literal(getattr(int(value.literal), name)())
    if value.type is Weak.WIDE and name == "bit_length":
        return wide.refuse(e)
    if value.is_weak and value.type is not Weak.FLOAT:
        row = ops.BITL if name == "bit_length" else ops.BITC
        bits = e.atom(value, U64 if value.type is Weak.WIDE else I64)
        return run_time(Weak.INT, e.builder.cast(e.op(row, bits), I64))
    if name == "bit_count" and isinstance(value.type, Scalar) and value.type.is_integer:
        return run_time(Weak.INT, e.builder.cast(e.op(ops.BITC, e.atom(value)), I64))
    return e.error(
        codes.E0401, f"{name_of(value.type)} has no `{name}`", name_of(value.type), help=f"write `int(x).{name}()`"
    )
