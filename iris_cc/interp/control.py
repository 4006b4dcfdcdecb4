"""Branches, loops and checks as steps over lane sets.  A step takes lanes and sets the slots it defines.

No step ever runs on zero lanes.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import numpy as np

from iris_cc.interp.lanes import LaneValues, Live, Value
from iris_cc.ir.nodes import Fault
from iris_cc.records import record

Step = Callable[[LaneValues], None]
Slots = tuple[int, ...]

# Slots of the iteration limit and of the numbers of the elements; constants and memory have the slots below.
LIMIT, ROWS = -1, -2
_WORD = 1 << 64


class Faulted(Exception):
    """Some lane raises `fault`; others may raise another one, and come before it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@record
class BlockCode:
    """A block: what to do, then where its results are."""

    steps: tuple[Step, ...]
    results: Slots
    own: frozenset[int]  # the slots it defines itself

    def run(self, lanes: LaneValues) -> None:
        for step in self.steps:
            step(lanes)

    def values(self, lanes: LaneValues) -> list[Value]:
        self.run(lanes)
        return [lanes[slot] for slot in self.results]


def check(condition: int, fault: Fault) -> Step:
    def step(lanes: LaneValues) -> None:
        if not lanes[condition].all():
            raise Faulted(fault)

    return step


def choose(outs: Slots, condition: int, then: BlockCode, orelse: BlockCode) -> Step:
    def one_side(lanes: LaneValues, side: BlockCode) -> None:
        for out, value in zip(outs, side.values(LaneValues(lanes, None, lanes.count)), strict=True):
            lanes[out] = value

    def step(lanes: LaneValues) -> None:
        flags = lanes[condition]
        taken = np.flatnonzero(flags) if isinstance(flags, np.ndarray) else None
        if taken is None:
            return one_side(lanes, then if flags else orelse)
        if len(taken) in (0, lanes.count):
            return one_side(lanes, then if len(taken) else orelse)
        other = np.flatnonzero(~flags)
        yes = LaneValues(lanes, taken, len(taken))
        no = LaneValues(lanes, other, len(other))
        then.run(yes)
        orelse.run(no)
        for out, left, right in zip(outs, then.results, orelse.results, strict=True):
            # A value of the scope around is copied under the mask, not gathered first.
            here = yes[left] if left in then.own else lanes[left]
            merged = np.empty(lanes.count, here.dtype)
            if left in then.own:
                merged[taken] = here
            else:
                np.copyto(merged, here, where=flags)
            if right in orelse.own:
                merged[other] = no[right]
            else:
                np.copyto(merged, lanes[right], where=~flags)
            lanes[out] = merged
        return None

    return step


def trip_count(start: Value, stop: Value, step: Value) -> Value:
    """How often Python's `range(start, stop, step)` yields, as u64: 2^64 - 1 at most.  Step 0 counts as never."""
    if not (start.ndim or stop.ndim or step.ndim):
        return np.uint64(len_range(int(start), int(stop), int(step)))
    first, last, stride = map(np.asarray, (start, stop, step))
    up, down = (stride > 0) & (first < last), (stride < 0) & (first > last)
    low, high, width = (part.astype(np.uint64) for part in (first, last, stride))
    # Unsigned arithmetic wraps, so a distance or a negated stride beyond int64 is right as it stands.
    distance = np.where(up, high - low, low - high)
    width = np.where(up, width, np.uint64(0) - width)
    some = up | down
    return np.where(some, (distance - np.uint64(1)) // np.where(some, width, np.uint64(1)) + np.uint64(1), np.uint64(0))


def len_range(start: int, stop: int, step: int) -> int:
    if step == 0:
        return 0
    return max(0, (stop - start + step - (1 if step > 0 else -1)) // step)


@record
class Bounds:
    index: int
    start: int
    stop: int
    step: int


@record
class LoopSlots:
    """What both loops have: carried values in, results out, and whether a lane that left may run on."""

    outs: Slots
    carried: Slots
    inits: Slots
    tame: bool

    def begin(self, lanes: LaneValues) -> Live:
        return Live(lanes, [lanes[slot] for slot in self.inits], self.tame)

    def enter(self, state: Live) -> None:
        state.lanes.update(zip(self.carried, state.values, strict=True))

    def finish(self, state: Live, lanes: LaneValues) -> None:
        lanes.update(zip(self.outs, state.results(), strict=True))


def loop_for(loop: LoopSlots, bounds: Bounds, live: int | None, body: BlockCode) -> Step:
    def step(lanes: LaneValues) -> None:
        start, stop, stride = lanes[bounds.start], lanes[bounds.stop], lanes[bounds.step]
        trips = trip_count(start, stop, stride)
        state = loop.begin(lanes)
        index = start
        next_end = int(trips.min())
        for done in count():
            wanted: Value = np.True_
            if done >= next_end:
                wanted = trips > np.uint64(done)
            if live is not None:
                wanted = wanted & state.values[live]
            kept = state.keep(wanted)
            if not state.alive:
                break
            if kept is not None:
                index, trips, stride = (v.take(kept) if v.ndim else v for v in (index, trips, stride))
            if done >= next_end:
                next_end = _next_end(trips, done)
            loop.enter(state)
            state.lanes[bounds.index] = index
            state.values = body.values(state.lanes)
            index = np.add(index, stride)
        loop.finish(state, lanes)

    return step


def _next_end(trips: Value, done: int) -> int:
    """The next trip count after `done`, at which lanes leave again."""
    if not trips.ndim:
        return int(trips)
    return int(trips.min(where=trips > np.uint64(done), initial=_WORD - 1))


def loop_while(loop: LoopSlots, condition: BlockCode, body: BlockCode) -> Step:
    def step(lanes: LaneValues) -> None:
        limit = lanes[LIMIT]
        state = loop.begin(lanes)
        for done in count():
            loop.enter(state)
            (wanted,) = condition.values(state.lanes)
            if state.keep(wanted) is not None:
                loop.enter(state)
            if not state.alive:
                break
            if done == limit > 0:
                raise Faulted(Fault.WHILE_LIMIT)
            state.values = body.values(state.lanes)
        loop.finish(state, lanes)

    return step
