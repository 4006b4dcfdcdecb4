"""How much work an element is, roughly: from how many elements on a row may be worth several threads.

A guess that errs on the high side.  Whether a row is shared out is decided by what its first elements take, so a wrong
guess costs little: too high a clock that is read in vain, too low a row that stays on one thread.
"""

from __future__ import annotations

from typing import assert_never

from iris_cc.codegen.needs import bounded_cost, trips_differ
from iris_cc.ir.nodes import Alloc, Block, Check, Const, For, Function, If, Let, Load, Stmt, Store, While
from iris_cc.records import record

# Nanoseconds: an addition, fetching or storing an element.  Measured on vectors, then doubled.
_ADDITION, _OPERAND = 0.25, 0.25
# Nanoseconds of a row that may be worth it: two threads need about half as much to be woken and to meet again.
_WORTH = 50_000
# Trips of a loop whose number no constant tells.
_TRIPS = 50
# What every loop form cuts a row into whole vectors and blocks of: 64 of 8 bits, 4 blocks of 48 lanes.
_PIECE_OF_ELEMENTS, _PIECE_OF_LANES = 64, 192

# Additions without a look for signals: some hundred milliseconds at most.
_UNSEEN = 1 << 28

_MOST_TRIPS = 1 << 20
_MOST_THREADS = 1 << 20


@record
class Share:
    """From `long` elements on a row goes by pieces, which begin at multiples of `grain`, which is one of `unit`, and
    have at most `largest` elements; on `most` threads, 0 for as many as there are."""

    long: int
    grain: int
    largest: int
    unit: int
    most: int

    @property
    def is_alone(self) -> bool:
        return self.most == 1


def share(fn: Function, lanes: bool, block: int, most: int | None) -> Share:
    """How rows of `fn` are cut; `block` is how many elements a block of its row loops has."""
    unit = _PIECE_OF_LANES if lanes else _PIECE_OF_ELEMENTS if trips_differ(fn) else max(block, _PIECE_OF_ELEMENTS)
    nanoseconds = _ADDITION * _cost(fn.body) + _OPERAND * (len(fn.params) + len(fn.results))
    long = max(int(_WORTH / nanoseconds), 4 * unit)
    grain = long // (4 * unit) * unit
    largest = max(_UNSEEN // (1 + bounded_cost(fn.body)) // grain, 1) * grain
    return Share(4 * grain, grain, largest, unit, min(most or 0, _MOST_THREADS))


def _cost(block: Block) -> float:
    """In additions."""
    return sum(map(_statement, block.stmts))


def _statement(stmt: Stmt) -> float:
    match stmt:
        case Let(op=op):
            return op.cost
        case Check():
            return 1
        case If(then=then, orelse=orelse):
            return 1 + max(_cost(then), _cost(orelse))
        case For():
            return _trips(stmt) * (1 + _cost(stmt.body))
        case While():
            return _TRIPS * (1 + _cost(stmt.condition) + _cost(stmt.body))
        case Load() | Store() | Alloc():
            return bounded_cost(Block((stmt,), ()))
        case _:
            assert_never(stmt)


def _trips(loop: For) -> int:
    numbers = [int(atom.value) for atom in (loop.start, loop.stop, loop.step) if isinstance(atom, Const)]
    if len(numbers) < 3 or numbers[2] == 0:
        return _TRIPS
    trips = min(len(range(*numbers)), _MOST_TRIPS)
    return trips if loop.live is None else min(trips, _TRIPS)
