"""Python ints from 2^63 to 2^64 - 1 in arithmetic with other Python ints: 64 bits that wrap, read without a sign.

Differences and negatives are read with one, as those of other Python ints are.  What would need more than 64 bits to be
Python's answer at all has no compiled form, and the function itself answers.
"""

from __future__ import annotations

import ast

from iris_cc import codes
from iris_cc.frontend.emit import Emit
from iris_cc.frontend.values import Value, Weak, run_time
from iris_cc.ir.nodes import Atom
from iris_cc.ir.ops import Op
from iris_cc.ir.types import I64, U64

_RING = (ast.Add, ast.Sub, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)


def binary(e: Emit, op: type[ast.AST], row: Op, left: Value, right: Value) -> Value:
    """`left op right`, one of them WIDE and none of them a float."""
    if op in _RING:
        return _read(e, e.op(row, e.atom(left, U64), e.atom(right, U64)), _has_sign(op, left, right))
    if op in (ast.LShift, ast.RShift):
        if left.type is not Weak.WIDE:  # by 2^63 bits and more
            return run_time(Weak.INT, e.op(row, e.atom(left, I64), e.atom(right, I64)))
        halves = op is ast.RShift and right.literal is not None and right.literal > 0
        return _read(e, e.op(row, e.atom(left, U64), e.atom(right, U64)), halves)
    if op in (ast.FloorDiv, ast.Mod) and _is_wide(left) and _is_wide(right):
        return run_time(Weak.WIDE, e.op(row, e.atom(left, U64), e.atom(right, U64)))
    return refuse(e)


def refuse(e: Emit) -> Value:
    return e.error(
        codes.E0407,
        "a Python int of 2**63 and more has no compiled form in this operation",
        help="convert, for example `np.uint64(x)` or `float(x)`",
    )


def is_argument(value: Value) -> bool:
    """Whether it is an int of 2^63 and more that is no constant."""
    return value.type is Weak.WIDE and value.literal is None


def _has_sign(op: type[ast.AST], left: Value, right: Value) -> bool:
    """Whether the bits of a result are read with a sign: then, or where it is small in any case."""
    literals = [value.literal for value in (left, right) if value.literal is not None]
    if op is ast.BitAnd:
        return any(0 <= number < 1 << 63 for number in literals)
    return op is ast.Sub or (op in (ast.Add, ast.Mult) and any(number < 0 for number in literals))


def _read(e: Emit, bits: Atom, has_sign: bool) -> Value:
    return signed(e, bits) if has_sign else run_time(Weak.WIDE, bits)


def _is_wide(value: Value) -> bool:
    """Whether it is never negative."""
    return value.type is Weak.WIDE or (value.literal is not None and value.literal >= 0)


def signed(e: Emit, bits: Atom) -> Value:
    return run_time(Weak.INT, e.builder.cast(bits, I64))
