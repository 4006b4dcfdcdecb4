"""Whether the lane loop pays, how many vectors a block has, and how often lanes that are done are looked for.

The numbers are measured (benchmarks/lanes, docs/adr/lanes.md); no choice changes a result.
"""

from __future__ import annotations

from collections.abc import Iterator

from iris_cc.codegen import lane_values
from iris_cc.codegen.lane_exits import known_after
from iris_cc.ir import kinds, walk
from iris_cc.ir.nodes import Block, Const, For, Function, Let, Var, While
from iris_cc.target import Target

# Taking an element out of a vector and putting it back, in additions.
_EXTRACTED = 4

# Parts by the number of values a lane keeps from round to round, for blocks that end together: measured, see docs/adr.
# The second column is for AVX-512, which has twice the registers, and others for masks: one less than seven parts.
_PARTS = ((3, (4, 6)), (6, (3, 5)))
_PARTS_OTHERWISE = (2, 3)
# Lanes that take new elements, by the vectors that a round reads; where it calls functions, those are in memory.
MOST_REFILLED = 6
_PARTS_REFILLED = ((5, (4, 6)),)
_PARTS_REFILLED_OTHERWISE = (3, 6)
_PARTS_CALLING = (5, 6)
_PARTS_DIVIDING = (6, 8)

Parts = tuple[int, int]
NO_LANES: Parts = (0, 0)

# Rounds before lanes that are done are looked for, by what a round costs in additions; one where functions are called.
_IN_A_ROW = ((20, 4), (60, 2))


def parts(fn: Function, uniform: frozenset[Var], target: Target, refilled: For | While | None) -> Parts:
    """How many vectors a block has, before AVX-512 and with it; none where the element loop is at least as fast."""
    vector, scalar = _costs(fn, uniform, target)
    if not vector or 2 * scalar > vector:
        return NO_LANES
    if refilled is not None:
        if _calls(fn, target):
            return _PARTS_DIVIDING if _only_divides(fn, target) else _PARTS_CALLING
        read = _read(fn, refilled, uniform)
        return next((parts for most, parts in _PARTS_REFILLED if read <= most), _PARTS_REFILLED_OTHERWISE)
    kept = max(len(loop.carried) for loop in kinds.loops(walk.statements(fn.body)))
    return next((parts for most, parts in _PARTS if kept <= most), _PARTS_OTHERWISE)


def _read(fn: Function, loop: For | While, uniform: frozenset[Var]) -> int:
    """The vectors that a round reads: values from outside of it, its index, and the mask, which is a live condition."""
    blocks = (loop.body, loop.condition) if isinstance(loop, While) else (loop.body,)
    inner = {var for block in blocks for stmt in walk.statements(block) for var in walk.definitions(stmt)}
    read = {var for block in blocks for var in walk.reads(block)} | set(loop.carried)
    if isinstance(loop, For):
        told = [*known_after(fn, loop), *(() if loop.live is None else (loop.live,))]
        read -= {loop.carried[place] for place in told}
        read |= {loop.index, *walk.variables((loop.stop,))}
    return len(read - inner - uniform) + 1


def _calls(fn: Function, target: Target) -> bool:
    return any(lane_values.is_called(let, target) for let in _in_loops(fn.body, False))


def _only_divides(fn: Function, target: Target) -> bool:
    called = [let for let in _in_loops(fn.body, False) if lane_values.is_called(let, target)]
    return all(map(lane_values.divides, called))


def in_a_row(fn: Function, uniform: frozenset[Var], target: Target, loop: For | While) -> int:
    """How many rounds lanes run before those that are done are looked for; a known number of rounds is a multiple."""
    if _calls(fn, target) or any(kinds.loops(walk.statements(loop.body))):
        return 1
    vector, scalar = _costs(fn, uniform, target)
    most = next((rounds for cost, rounds in _IN_A_ROW if vector + scalar <= cost), 1)
    if isinstance(loop, While) or most == 1:
        return most
    if not (isinstance(loop.start, Const) and isinstance(loop.stop, Const)):
        return 1
    trips = abs(int(loop.stop.value) - int(loop.start.value))
    return next(rounds for rounds in range(most, 0, -1) if trips % rounds == 0)


def _costs(fn: Function, uniform: frozenset[Var], target: Target) -> tuple[int, int]:
    """What the loops cost in operations on vectors, and in operations that go lane by lane."""
    vector = scalar = 0
    for let in _in_loops(fn.body, False):
        if let.out in uniform:
            continue
        if lane_values.goes_lane_by_lane(let, target):
            scalar += max(let.op.cost, _EXTRACTED)
        else:
            vector += let.op.cost
    return vector, scalar


def _in_loops(block: Block, inside: bool) -> Iterator[Let]:
    """The operations of every loop, at any depth."""
    for stmt in block.stmts:
        if inside and (let := kinds.operation(stmt)) is not None:
            yield let
        for inner in walk.blocks(stmt):
            yield from _in_loops(inner, inside or kinds.loop(stmt) is not None)
