"""Typed values during lowering.

A value is strong (a NumPy scalar's type) or weak (a Python bool, int or float, which gives way to its partner, NEP 50).
Weak values travel as bool, i64, u64 and f64.  Literals stay Python numbers until something needs an atom, so that
constant arithmetic is Python's own, exact at any size.  What is where paths meet, `joins` says.
"""

from __future__ import annotations

from enum import Enum

from iris_cc.diagnostics import Span
from iris_cc.ir.nodes import Array, Atom, Const
from iris_cc.ir.types import BOOL, F64, I64, U64, Scalar
from iris_cc.records import field, record


class Weak(Enum):
    """A Python scalar type: name = (Python type, the IR type it travels as).

    A WIDE int is one from 0 to 2^64 - 1: a constant or argument of 2^63 and more, and what is computed with it.
    """

    BOOL = (bool, BOOL)
    INT = (int, I64)
    WIDE = (int, U64)
    FLOAT = (float, F64)

    def __init__(self, python: type, scalar: Scalar) -> None:
        self.python = python
        self.scalar = scalar

    def __str__(self) -> str:
        return self.python.__name__


Type = Scalar | Weak
WEAK_OF = {bool: Weak.BOOL, int: Weak.INT, float: Weak.FLOAT}
WEAK_INTS = (Weak.INT, Weak.WIDE)
WIDE_FROM, WIDE_TO = 1 << 63, 1 << 64


@record
class Paths:
    """What may arrive where paths met: types, in the order of their enums, and the span of the int literals.

    `unsure`: on some path a Python int met a type that may have no room for it.
    """

    types: tuple[Type, ...]
    span: tuple[int, int] | None = None
    unsure: bool = False


@record
class Value:
    """One number: a literal (weak, no atom yet) or an atom.

    Where paths met, `paths` says which, `place` where, and `clash` that no type has room for all of them.  `fits` is
    false for an element whose Python int has no room in `type`; None where every one has.  Both are no harm until
    somebody uses the value.
    """

    type: Type
    atom: Atom | None = None
    literal: bool | int | float | None = None
    paths: Paths | None = None
    fits: Atom | None = None
    clash: bool = False
    place: Span | None = None

    @property
    def is_weak(self) -> bool:
        return isinstance(self.type, Weak)

    @property
    def scalar(self) -> Scalar:
        """The IR type of its atom."""
        return scalar_of(self.type)


@record
class ViewAxis:
    """One axis of a view: along which axis of the array it goes, where it begins, and how far apart its places are."""

    base: int
    start: Atom
    step: Atom
    extent: Atom


@record
class View:
    """Places of an array: an axis is either held at one index (`held`) or one of the view's own.

    `element` is the type of what lies there.  Without `widens` it is that of the memory, as in an ndarray, and what is
    stored is cast; with it, it is that of all that is ever stored, as in a Python list or an output.
    """

    array: Array
    held: tuple[Atom | None, ...]
    axes: tuple[ViewAxis, ...]
    element: Type
    name: str = field(default="", compare=False)
    key: object = None  # what finds the element type of an array that `widens`
    is_list: bool = False

    @property
    def widens(self) -> bool:
        return self.key is not None

    @property
    def scalar(self) -> Scalar:
        return scalar_of(self.element)


@record(eq=False)
class Conflict:
    """A name that holds different arrays on different paths; no harm until somebody reads it."""

    name: str


# What an expression gives: a number, an array, or several, as a call of a helper and a tuple do.
Result = Value | View | tuple["Result", ...]
# What a name holds that is no number.
Reference = View | tuple[Result, ...] | Conflict


def flat(result: Result) -> tuple[Value, ...]:
    """The numbers of a result, in order; arrays are none."""
    match result:
        case Value():
            return (result,)
        case View():
            return ()
        case _:
            return tuple(value for part in result for value in flat(part))


def scalar_of(type: Type) -> Scalar:
    return type.scalar if isinstance(type, Weak) else type


def weak_of(value: bool | int | float) -> Weak:
    """What a Python number is as an argument or a literal."""
    if type(value) is int and WIDE_FROM <= value < WIDE_TO:
        return Weak.WIDE
    return WEAK_OF[type(value)]


def literal(value: bool | int | float) -> Value:
    """A Python number as a weak value."""
    return Value(weak_of(value), None, value)


def strong_literal(value: bool | int | float, scalar: Scalar) -> Value:
    return Value(scalar, Const(value, scalar))


def run_time(type: Type, atom: Atom) -> Value:
    return Value(type, atom)
