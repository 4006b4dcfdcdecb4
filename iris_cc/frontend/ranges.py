"""The bounds of `range` as int64, which is what loops count in.

A uint64 of 2^63 and more is a bound all the same.  Where int64 cannot stand for it without changing the number of trips
the call raises OverflowError.
"""

from __future__ import annotations

from collections.abc import Sequence

from iris_cc.frontend.emit import Emit
from iris_cc.frontend.values import Value, literal
from iris_cc.ir import ops
from iris_cc.ir.nodes import Atom, Const, Fault
from iris_cc.ir.types import BOOL, I64, U64

# Counting from _FAR to 2^63 by steps of at most _SMALL_STEP takes two months at the least.
_SMALL_STEP = 1024
_FAR = 1 << 62


def bounds(e: Emit, values: Sequence[Value]) -> tuple[Atom, Atom, Atom]:
    """Start, stop and step of `range(*values)`; the values are integers or bools."""
    start = values[0] if len(values) > 1 else literal(0)
    stop = values[1] if len(values) > 1 else values[0]
    step = values[2] if len(values) > 2 else literal(1)
    # No distance between int64 numbers from 0 up is larger than the largest int64, so a larger step is one trip too.
    stride = _at_most(e, step) if _not_negative(start) else _exact(e, step)
    if not (isinstance(stride, Const) and stride.value):
        e.check(e.op(ops.NE, stride, Const(0, I64)), Fault.ZERO_STEP)
    first = _exact(e, start)
    if stop.scalar is not U64 or not isinstance(stride, Const) or stride.value > _SMALL_STEP:
        return first, _exact(e, stop), stride
    # Going down from an int64 every larger stop is no trip; going up by small steps no loop lives to get so far.
    if stride.value > 0 and not (isinstance(first, Const) and first.value <= _FAR):
        fits = e.within(e.atom(stop), I64) or Const(True, BOOL)
        e.check(e.op(ops.OR, fits, e.op(ops.LE, first, Const(_FAR, I64))), Fault.RANGE)
    return first, _at_most(e, stop), stride


def _not_negative(value: Value) -> bool:
    if value.literal is not None:
        return value.literal >= 0
    return value.scalar.kind in ("uint", "bool")


def _exact(e: Emit, value: Value) -> Atom:
    if value.scalar is not U64:
        return e.atom(value, I64)
    if value.literal is not None:
        e.out_of_bounds(int(value.literal), I64)
        return Const(0, I64)
    atom = e.atom(value)
    fits = e.within(atom, I64)
    assert fits is not None
    e.check(fits, Fault.RANGE)
    return e.builder.cast(atom, I64)


def _at_most(e: Emit, value: Value) -> Atom:
    """`value`, or the largest int64 in the place of a larger one."""
    if value.scalar is not U64:
        return e.atom(value, I64)
    if value.literal is not None:
        return Const(I64.highest, I64)
    return e.builder.cast(e.op(ops.MIN, e.atom(value), Const(I64.highest, U64)), I64)
