"""How a `for` counts whose lanes may end at different trips: one scalar loop, and the lanes that have another trip.

    start .. stop of each lane      one index for all where they start together, else one per lane
    a step that is no unit          the trips of each lane are counted before: no index passes its stop, so none wraps
"""

from __future__ import annotations

from iris_cc.ir import ops
from iris_cc.ir.builder import Builder
from iris_cc.ir.nodes import Atom, Const, For, Var, is_lanes
from iris_cc.ir.types import I64, U64


class Trips:
    """All lanes that run have the same bounds."""

    def __init__(self, b: Builder, loop: For, start: Atom, stop: Atom, step: Atom) -> None:
        self.var, self.start, self.stop, self.step = b.var(loop.index.type, loop.index.hint), start, stop, step
        self.first: Atom | None = None  # the lanes that have a first trip, where not all have
        self.carried: tuple[tuple[Var, Atom], ...] = ()

    def index(self, b: Builder) -> Atom:
        """What the element counts."""
        return self.var

    def next(self, b: Builder) -> tuple[Atom | None, tuple[Atom, ...]]:
        """The lanes that have another trip (None is all that had this one), and the next carried values."""
        return None, ()


class OwnStop(Trips):
    """Lanes start at one index and go on by 1 or -1, each to a stop of its own."""

    def __init__(self, b: Builder, loop: For, start: Atom, stop: Atom, step: Const) -> None:
        up = step.value == 1
        end = Const(start.type.highest if up else start.type.lowest, start.type)
        super().__init__(b, loop, start, end, step)
        self.order, self.own_stop = (ops.LT if up else ops.GT), stop
        self.first = b.emit(self.order, start, stop)

    def next(self, b: Builder) -> tuple[Atom | None, tuple[Atom, ...]]:
        return b.emit(self.order, b.emit(ops.ADD, self.var, self.step), self.own_stop), ()


class OwnIndex(Trips):
    """Lanes go on by 1 or -1, each from its own start."""

    def __init__(self, b: Builder, loop: For, start: Atom, stop: Atom, step: Const) -> None:
        super().__init__(b, loop, Const(0, I64), Const(I64.highest, I64), Const(1, I64))
        self.var = b.var(I64)
        self.own_step, self.own_stop, self.order = step, stop, (ops.LT if step.value == 1 else ops.GT)
        self.own = b.var(loop.index.type, loop.index.hint, lanes=True)
        self.first = b.emit(self.order, start, stop)
        self.carried = ((self.own, start),)

    def index(self, b: Builder) -> Atom:
        return self.own

    def next(self, b: Builder) -> tuple[Atom | None, tuple[Atom, ...]]:
        after = b.emit(ops.ADD, self.own, self.own_step)
        return b.emit(self.order, after, self.own_stop), (after,)


class CountedTrips(Trips):
    """Any step, and so many trips for each lane."""

    def __init__(self, b: Builder, loop: For, start: Atom, stop: Atom, step: Atom, is_read: bool) -> None:
        super().__init__(b, loop, Const(0, I64), Const(I64.highest, I64), Const(1, I64))
        self.var = b.var(I64)
        self.from_first, self.own_step = start, step
        self.trips = trips(b, start, stop, step)
        self.first = b.emit(ops.NE, self.trips, Const(0, U64))
        if is_read and (is_lanes(start) or is_lanes(step)):
            self.carried = ((b.var(loop.index.type, loop.index.hint, lanes=True), start),)

    def index(self, b: Builder) -> Atom:
        if self.carried:
            return self.carried[0][0]
        gone = b.emit(ops.MUL, b.cast(self.var, self.own_step.type), self.own_step)
        return b.emit(ops.ADD, self.from_first, gone)

    def next(self, b: Builder) -> tuple[Atom | None, tuple[Atom, ...]]:
        done = b.cast(b.emit(ops.ADD, self.var, Const(1, I64)), U64)
        return b.emit(ops.LT, done, self.trips), tuple(b.emit(ops.ADD, own, self.own_step) for own, _ in self.carried)


def counting(b: Builder, loop: For, bounds: tuple[Atom, Atom, Atom], is_read: bool) -> Trips:
    """How `loop` counts between these bounds, which are those of lanes."""
    start, stop, step = bounds
    if not any(map(is_lanes, bounds)):
        return Trips(b, loop, start, stop, step)
    if not isinstance(step, Const) or step.value not in (1, -1):
        return CountedTrips(b, loop, start, stop, step, is_read)
    return (OwnIndex if is_lanes(start) else OwnStop)(b, loop, start, stop, step)


def trips(b: Builder, start: Atom, stop: Atom, step: Atom) -> Atom:
    """How often Python's `range(start, stop, step)` yields, as u64; step 0 counts as never.

    Differences modulo 2^64 are right where those of i64 wrap.
    """
    zero, one = Const(0, U64), Const(1, U64)
    up, down = (b.emit(order, step, Const(0, step.type)) for order in (ops.GT, ops.LT))
    rises, falls = (b.emit(order, start, stop) for order in (ops.LT, ops.GT))
    some = b.emit(ops.OR, b.emit(ops.AND, up, rises), b.emit(ops.AND, down, falls))
    first, last, width = (b.cast(atom, U64) for atom in (start, stop, step))
    distance = b.emit(ops.SEL, up, b.emit(ops.SUB, last, first), b.emit(ops.SUB, first, last))
    width = b.emit(ops.SEL, up, width, b.emit(ops.SUB, zero, width))
    rest = b.emit(ops.SEL, some, b.emit(ops.SUB, distance, one), zero)
    whole = b.emit(ops.FDIV, rest, b.emit(ops.SEL, some, width, one))
    return b.emit(ops.SEL, some, b.emit(ops.ADD, whole, one), zero)
