"""Choices by one bit of an integer: no comparison where a choice goes by the sign of a lane, one test elsewhere.

    select(x & 8 == 0, a, b)    is    b where the sign of x << 60 is set, and a elsewhere

Questions about the IR; nothing here is text.
"""

from __future__ import annotations

from collections.abc import Iterator

from iris_cc.codegen.lane_exits import Uses
from iris_cc.ir import kinds, ops, walk
from iris_cc.ir.nodes import Block, Const, Function, Let, Var
from iris_cc.ir.types import BOOL
from iris_cc.records import record


@record
class ByBit:
    """The value whose bit decides, the place of the bit, and which argument of the select it chooses."""

    value: Var
    place: int
    when_set: int
    condition: Var


def choices(fn: Function, uses: Uses, lane_bits: int, uniform: frozenset[Var]) -> dict[Var, ByBit]:
    """The selects of the function that go by one bit of a value as wide as a lane, and not one for all lanes."""
    loops = [*kinds.loops(walk.statements(fn.body))]
    carried = frozenset(var for loop in loops for var in loop.carried)
    straight = (loop.body for loop in loops if uses.is_straight(loop.body))
    found = (choice for body in straight for choice in _in(body, carried, lane_bits))
    return {out: choice for out, choice in found if choice.value not in uniform}


def unread(found: dict[Var, ByBit], fn: Function, uses: Uses) -> Iterator[Var]:
    """The conditions that nothing else reads, with the bits they test."""
    made = kinds.made(walk.statements(fn.body))
    for condition in {choice.condition for choice in found.values()}:
        if uses.count[condition] == sum(choice.condition == condition for choice in found.values()):
            yield condition
            yield from (var for var in walk.variables(made[condition].args) if uses.count[var] == 1)


def _in(block: Block, carried: frozenset[Var], lane_bits: int) -> Iterator[tuple[Var, ByBit]]:
    made = kinds.made(block.stmts)
    for let in made.values():
        fits = let.op is ops.SEL and let.out.type is not BOOL and let.out.type.bits == lane_bits
        if fits and isinstance(let.args[0], Var) and not carried.intersection(walk.variables(let.args)):
            choice = _by_bit(let.args[0], made, lane_bits)
            if choice is not None:
                yield let.out, choice


def _by_bit(condition: Var, made: dict[Var, Let], lane_bits: int) -> ByBit | None:
    test = made.get(condition)
    if test is None or test.op not in (ops.EQ, ops.NE):
        return None
    match test.args:
        case (Var() as tested, Const(value=against)):
            masked = made.get(tested)
        case _:
            return None
    if masked is None or masked.op is not ops.AND or masked.out.type.bits != lane_bits:
        return None
    match masked.args:
        case (Var() as value, Const(value=int(bit))) if bit > 0 and bit & (bit - 1) == 0 and against in (0, bit):
            is_set = (test.op is ops.EQ) == (against == bit)
            return ByBit(value, bit.bit_length() - 1, 1 if is_set else 2, condition)
        case _:
            return None
