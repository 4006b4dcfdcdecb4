"""Typed values during lowering, and the joins where paths meet.

A value is strong (a NumPy scalar's type) or weak (a Python bool, int or float, which gives way to its partner, NEP 50).
Weak values travel as bool, i64 and f64.  Literals stay Python numbers until something needs an atom, so that constant
arithmetic is Python's own, exact at any size.
"""

from __future__ import annotations

from enum import Enum
from functools import cache

import numpy as np

from iris_cc.ir.nodes import Atom, Const
from iris_cc.ir.types import BOOL, BY_DTYPE, F64, I64, Scalar
from iris_cc.records import record


class Weak(Enum):
    """A Python scalar type: name = (Python type, the IR type it travels as)."""

    BOOL = (bool, BOOL)
    INT = (int, I64)
    FLOAT = (float, F64)

    def __init__(self, python: type, scalar: Scalar) -> None:
        self.python = python
        self.scalar = scalar

    def __str__(self) -> str:
        return self.python.__name__


Type = Scalar | Weak
WEAK_OF = {weak.python: weak for weak in Weak}
_RANK = {Weak.BOOL: 0, Weak.INT: 1, Weak.FLOAT: 2}


@record
class Value:
    """One number: a literal (weak, no atom yet) or an atom.

    `span` holds the smallest and largest integer a weak int made of literals only may be; None when not known.
    """

    type: Type
    atom: Atom | None = None
    literal: bool | int | float | None = None
    span: tuple[int, int] | None = None

    @property
    def is_weak(self) -> bool:
        return isinstance(self.type, Weak)

    @property
    def scalar(self) -> Scalar:
        """The IR type of its atom."""
        return scalar_of(self.type)


Result = Value | tuple["Result", ...]  # a call of a helper, or a tuple to assign from, gives several values


def flat(result: Result) -> tuple[Value, ...]:
    """The numbers of a result, in order."""
    return (result,) if isinstance(result, Value) else tuple(value for part in result for value in flat(part))


def scalar_of(type: Type) -> Scalar:
    return type.scalar if isinstance(type, Weak) else type


def literal(value: bool | int | float) -> Value:
    """A Python number as a weak value."""
    span = (int(value), int(value)) if isinstance(value, int) else None
    return Value(WEAK_OF[type(value)], None, value, span)


def strong_literal(value: bool | int | float, scalar: Scalar) -> Value:
    return Value(scalar, Const(value, scalar))


def run_time(type: Type, atom: Atom, span: tuple[int, int] | None = None) -> Value:
    return Value(type, atom, None, span if type is Weak.INT else None)


def join(left: Value, right: Value) -> tuple[Type, tuple[int, int] | None]:
    """The type where two paths meet, as `np.where` gives it, and the span of a weak int made of literals only."""
    if isinstance(left.type, Weak) and isinstance(right.type, Weak):
        kind = max(left.type, right.type, key=_RANK.__getitem__)
        both = (left.span, right.span)
        span = (min(s[0] for s in both if s), max(s[1] for s in both if s)) if all(both) else None
        return kind, span
    if isinstance(left.type, Scalar) and isinstance(right.type, Scalar):
        return promote(left.type, right.type), None
    strong, weak = (left, right) if isinstance(left.type, Scalar) else (right, left)
    assert isinstance(strong.type, Scalar) and isinstance(weak.type, Weak)
    if weak.type is Weak.INT and weak.span and not _fits(weak.span, strong.type):
        return I64, None  # a literal too large for its partner: the ruling for `return 300` beside an i1
    return weak_promote(strong.type, weak.type), None


def _fits(span: tuple[int, int], scalar: Scalar) -> bool:
    return not scalar.is_integer or (scalar.holds(span[0]) and scalar.holds(span[1]))


@cache
def promote(left: Scalar, right: Scalar) -> Scalar:
    """NumPy's common type of two strong types."""
    return BY_DTYPE[np.promote_types(left.dtype, right.dtype).str[1:]]


@cache
def weak_promote(strong: Scalar, weak: Weak) -> Scalar:
    """The type a weak scalar takes beside a strong one."""
    if weak is Weak.BOOL:
        return strong
    if weak is Weak.INT:
        return I64 if strong is BOOL else strong
    return strong if strong.is_float else F64


def zero(type: Type) -> Value:
    """Some value of a type, where no value is ever read."""
    scalar = scalar_of(type)
    return run_time(type, Const(0, scalar))
