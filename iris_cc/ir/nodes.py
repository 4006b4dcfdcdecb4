"""The nodes: structured SSA as frozen data.  Equality ignores source locations and name hints.

`break`, `continue` and early `return` do not exist here: the front end turned them into carried predicates.
Every operation is total (it never traps), and so is a load; `effects` says of a statement what else it does.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from enum import Enum
from typing import Any, Literal

from iris_cc.diagnostics import Span
from iris_cc.ir.ops import Op
from iris_cc.ir.types import F32, Scalar
from iris_cc.records import field, record

NOWHERE = Span("<generated>", 0, 0, 0, 0)


def _loc() -> Any:
    return field(default=NOWHERE, compare=False, repr=False)


@record
class Var:
    """A value defined exactly once.  `id` is unique in its function; `hint` is only for people.

    With `lanes` it is one number of `type` for each of the elements that are computed together.
    """

    id: int
    type: Scalar
    hint: str = field(default="", compare=False)
    lanes: bool = False

    def __hash__(self) -> int:
        return self.id


@record
class Const:
    """A literal of one type.  Floats compare by bits, so `-0.0 != 0.0` and `nan == nan`; `True != 1` by type."""

    value: bool | int | float = field(compare=False)
    type: Scalar
    bits: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", _normal(self.value, self.type))
        is_float = self.type.is_float
        bits = struct.unpack("<q", struct.pack("<d", self.value))[0] if is_float else int(self.value)
        object.__setattr__(self, "bits", bits)


Atom = Var | Const


def is_lanes(atom: Atom) -> bool:
    """Whether `atom` is a number per lane; a constant is one for all."""
    return isinstance(atom, Var) and atom.lanes


# Whose memory an array is: the caller's, to be read only or to be written as well, or the function's own.
Access = Literal["in", "mut", "local"]


@record
class Array:
    """Memory that loads and stores name.  It is no value: nothing carries, chooses or stores an array.

    `id` is unique among the arrays of its function; `hint` is only for people.
    """

    id: int
    type: Scalar
    ndim: int
    access: Access
    hint: str = field(default="", compare=False)

    def __hash__(self) -> int:
        return self.id

    @property
    def is_writable(self) -> bool:
        return self.access != "in"

    @property
    def is_local(self) -> bool:
        return self.access == "local"


def may_alias(left: Array, right: Array) -> bool:
    """Whether a store to one may change what a load of the other gives.

    Arrays of the caller may overlap in any way, but two that are only read do not matter; one of the function's own
    overlaps nothing.
    """
    if left.id == right.id:
        return left.is_writable
    return (left.is_writable or right.is_writable) and not (left.is_local or right.is_local)


def _normal(value: bool | int | float, type: Scalar) -> bool | int | float:
    if type.is_float:
        number = float(value)
        if math.isnan(number):
            return math.nan  # the sign and payload of nan are free, so programs have one nan
        return round_to_f32(number) if type is F32 else number
    if type.kind == "bool":
        return bool(value)
    return type.wrap(int(value))


def round_to_f32(number: float) -> float:
    """The f32 nearest to `number`, ties to even; too large is an infinity."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)


class Fault(Enum):
    """What makes a whole call raise: name = (status bit, exception, message)."""

    NEGATIVE_POWER = (1, ValueError, "Integers to negative integer powers are not allowed.")
    ZERO_STEP = (2, ValueError, "range() arg 3 must not be zero")
    WHILE_LIMIT = (4, RuntimeError, "a while loop passed ME_DSL_WHILE_MAX_ITERS iterations for one element")
    OUT_OF_BOUNDS = (8, OverflowError, "a Python int is out of bounds for the type it meets: convert one of them")
    RANGE = (16, OverflowError, "a uint64 of 2**63 and more does not fit in this range(): loops count in int64")
    OUT_OF_MEMORY = (32, MemoryError, "there is no memory for a local array of this size")
    INDEX = (64, IndexError, "an index is out of bounds")
    EMPTY = (128, ValueError, "min() or max() of nothing")
    LENGTHS = (256, ValueError, "zip() has arguments of different lengths")
    SHAPE = (512, ValueError, "a result has not the size of its core dimension")

    def __init__(self, bit: int, exception: type[Exception], message: str) -> None:
        self.bit = bit
        self.exception = exception
        self.message = message

    def __str__(self) -> str:
        return self.name.lower()


@record
class Let:
    """`%out = op args`: one table operation.  On lanes it is done in each; a scalar operand is the same in all."""

    out: Var
    op: Op
    args: tuple[Atom, ...]
    loc: Span = _loc()


@record
class Check:
    """The call raises `fault` if `condition` is false for an element that gets here, or in any lane."""

    condition: Atom
    fault: Fault
    loc: Span = _loc()


@record
class If:
    """`outs` are the results of the side that was taken."""

    outs: tuple[Var, ...]
    condition: Atom
    then: Block
    orelse: Block
    loc: Span = _loc()


LoopKind = Literal["seq", "independent", "lanes", "threads", "grid"]


@record
class For:
    """`index` runs over Python's `range(start, stop, step)` and `body` yields the next carried values.

    These four are scalars of one signed type; the index never passes `stop`, so it does not wrap.

    `live` is the position of a carried bool, or None: the loop ends as soon as that value is false.  A `kind` other
    than `seq` carries nothing and promises that no round loads or stores where another one stores: rounds run in any
    order.
    """

    outs: tuple[Var, ...]
    index: Var
    start: Atom
    stop: Atom
    step: Atom
    carried: tuple[Var, ...]
    inits: tuple[Atom, ...]
    live: int | None
    body: Block
    loc: Span = _loc()
    kind: LoopKind = "seq"


@record
class While:
    """While `condition` (one bool, computed from the carried values) holds, `body` yields the next carried values.

    An element that passes the iteration limit raises `Fault.WHILE_LIMIT`.
    """

    outs: tuple[Var, ...]
    carried: tuple[Var, ...]
    inits: tuple[Atom, ...]
    condition: Block
    body: Block
    loc: Span = _loc()


@record
class Load:
    """`out` is what lies at `indices` (all i64); outside of an extent, below zero too, it is zero."""

    out: Var
    array: Array
    indices: tuple[Atom, ...]
    loc: Span = _loc()


@record
class Store:
    """`value` lies at `indices` from here on; outside of an extent nothing happens."""

    array: Array
    indices: tuple[Atom, ...]
    value: Atom
    loc: Span = _loc()


@record
class Alloc:
    """A local array of zeros in C order, from here to the end of its block; an extent below zero is zero."""

    array: Array
    extents: tuple[Atom, ...]
    loc: Span = _loc()


Stmt = Let | Check | If | For | While | Load | Store | Alloc


@record
class Block:
    """Statements, then the values the block hands to its parent (`yield`, or `return` at the top)."""

    stmts: tuple[Stmt, ...]
    results: tuple[Atom, ...]


@record
class Index:
    """An index symbol as an extra i64 input: position or extent along an axis, or the flat C-order position."""

    kind: Literal["i", "n", "flat"]
    axis: int
    var: Var

    def __str__(self) -> str:
        return "flat" if self.kind == "flat" else f"{self.kind}{self.axis}"


@record
class Axis:
    """How many places there are along one axis of an array, and how many bytes lie between two of them."""

    extent: Atom
    step: Atom


@record
class ArrayParam:
    """An array of the caller's.  A variable in `axes` is an i64 input, bound where it is named first."""

    array: Array
    axes: tuple[Axis, ...]


@record
class Function:
    """One kernel for one tuple of types.  `indices` is empty for a ufunc kernel."""

    name: str
    params: tuple[Var, ...]
    body: Block
    indices: tuple[Index, ...] = ()
    result_hints: tuple[str, ...] = field(default=(), compare=False)
    loc: Span = _loc()
    arrays: tuple[ArrayParam, ...] = ()

    @property
    def axis_inputs(self) -> tuple[Var, ...]:
        """The extents and steps that are inputs, in the order in which `arrays` binds them."""
        atoms = (atom for param in self.arrays for axis in param.axes for atom in (axis.extent, axis.step))
        return tuple(dict.fromkeys(atom for atom in atoms if isinstance(atom, Var)))

    @property
    def results(self) -> tuple[Scalar, ...]:
        return tuple(atom.type for atom in self.body.results)


Pass = Callable[[Function], Function]
