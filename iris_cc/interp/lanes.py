"""Lane sets: which elements run a piece of the program, and the values they have there.

A value is an array with one entry per lane, or a NumPy scalar when it is the same on every lane.  Nothing here writes
to an array it was given.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Value = Any  # an ndarray of one dimension, or a NumPy scalar
Positions = npt.NDArray[np.intp]


class LaneValues(dict[int, Value]):
    """The values of some lanes, by slot.  A slot of the scope around is gathered at its first read, then kept."""

    __slots__ = ("around", "count", "positions")

    def __init__(self, around: LaneValues | None, positions: Positions | None, count: int) -> None:
        super().__init__()
        self.around = around
        self.positions = positions  # of these lanes among those around; None: all of them
        self.count = count

    def __missing__(self, slot: int) -> Value:
        if self.around is None:
            raise KeyError(slot)
        value = gather(self.around[slot], self.positions)
        self[slot] = value
        return value


def gather(value: Value, positions: Positions | None) -> Value:
    return value.take(positions) if positions is not None and isinstance(value, np.ndarray) else value


def spread(value: Value, count: int) -> Value:
    """`value` as an array of `count` lanes."""
    return value if isinstance(value, np.ndarray) else np.full(count, value)


class Live:
    """The lanes of one loop: those still in it, their carried values, and the results of those that left.

    A `tame` body can run on a lane that left without harm (no check, no loop), so its lanes are dropped only once they
    are many; any other body never sees them.
    """

    def __init__(self, around: LaneValues, carried: list[Value], tame: bool) -> None:
        self.around = around
        self.tame = tame
        self.values = carried
        self.positions: Positions | None = None
        self.inside: npt.NDArray[np.bool_] | None = None  # which lanes here are live; None: all
        self.alive = around.count
        self.left: list[Value] | None = None
        self.lanes = LaneValues(around, None, around.count)

    def keep(self, wanted: Value) -> Positions | None:
        """Only the lanes where `wanted` holds go on; the positions of those kept when the others were dropped."""
        if not isinstance(wanted, np.ndarray):
            if not wanted:
                self.leave(None)
            return None
        still = wanted if self.inside is None else wanted & self.inside
        alive = int(np.count_nonzero(still))
        if alive == self.alive:
            return None
        gone = ~still if self.inside is None else self.inside & ~still
        if alive == 0 and self.left is None:
            self.alive = 0  # all left at once: the carried values are the results
            return None
        self.leave(np.flatnonzero(gone))
        self.alive = alive
        if self.tame and 4 * alive > 3 * self.lanes.count:
            self.inside = still
            return None
        return self.drop(np.flatnonzero(still)) if alive else None

    def leave(self, gone: Positions | None) -> None:
        """The lanes at `gone` have their results; None: every lane still here, and none stays."""
        if gone is None:
            self.alive = 0
            if self.left is None:
                return
            gone = np.arange(self.lanes.count) if self.inside is None else np.flatnonzero(self.inside)
        if self.left is None:
            self.left = [np.empty(self.around.count, value.dtype) for value in self.values]
        targets = gone if self.positions is None else self.positions[gone]
        for result, value in zip(self.left, self.values, strict=True):
            result[targets] = gather(value, gone)

    def drop(self, kept: Positions) -> Positions:
        self.positions = kept if self.positions is None else self.positions[kept]
        self.values = [gather(value, kept) for value in self.values]
        self.lanes = LaneValues(self.around, self.positions, len(kept))
        self.inside = None
        return kept

    def results(self) -> list[Value]:
        return self.values if self.left is None else self.left
