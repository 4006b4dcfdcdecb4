"""Carried values that need less than a choice per round, and what they need instead.

    x' = select(c, a, x), under a mask      is one choice, under the mask and c
    n' = n + 1, under a mask                is n minus the mask, whose lanes are -1
    found' = c where the loop ends by c     is known after the loop: the index has not come to its end
    at' = select(c, index, at), the same    is the index at which the lane stopped

The last two hold where a lane keeps its index when it stops.  Questions about the IR; nothing here is text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import assert_never

from iris_cc.codegen import lane_values
from iris_cc.ir import kinds, ops
from iris_cc.ir.nodes import Alloc, Block, Check, Const, For, Function, If, Let, Load, Stmt, Store, Var, While
from iris_cc.ir.types import BOOL
from iris_cc.ir.walk import reads
from iris_cc.target import Target


class Uses:
    """How often each value of a function is read, and the steps of its loops that fold into their assignment."""

    def __init__(self, fn: Function, target: Target) -> None:
        self.target = target
        self.count = Counter(reads(fn.body))
        self.after = frozenset(self.count)

    def folds(self, loop: For | While) -> Iterator[tuple[Var, Let]]:
        """Results of the body that nothing but the next round reads, with the operation that makes each."""
        if not self.is_straight(loop.body):
            return
        made = kinds.made(loop.body.stmts)
        for out, var, result in zip(loop.outs, loop.carried, loop.body.results, strict=True):
            let = made.get(result) if isinstance(result, Var) and self.count[result] == 1 else None
            if let is None or out not in self.after or not _is_step(let, var):
                continue
            if let.op is ops.ADD or let.args[0] not in loop.carried:  # a carried condition has changed by then
                yield var, let

    def is_straight(self, block: Block) -> bool:
        """Whether the block is one segment."""
        return all(map(self._is_in_segment, block.stmts))

    def _is_in_segment(self, stmt: Stmt) -> bool:
        match stmt:
            case Let():
                return not lane_values.is_called(stmt, self.target)
            case Check():
                return True
            case If() | For() | While() | Load() | Store() | Alloc():
                return False
            case _:
                assert_never(stmt)


def _is_step(let: Let, var: Var) -> bool:
    if let.op is ops.SEL:
        return isinstance(let.args[0], Var) and var in let.args[1:]
    return let.op is ops.ADD and var.type.is_integer and var in let.args and Const(1, var.type) in let.args


def known_after(fn: Function, loop: For) -> dict[int, Let | None]:
    """The places of carried values that the last index tells: None is whether the lane was stopped; or the choice."""
    if loop.live is None or loop.inits[loop.live] != Const(True, BOOL):
        return {}
    made = kinds.made(loop.body.stmts)
    stays = loop.body.results[loop.live]
    let = made.get(stays) if isinstance(stays, Var) else None
    if let is None or let.op is not ops.NOT:
        return {}
    stopped = let.args[0]
    inside = Counter(reads(loop.body))
    found: dict[int, Let | None] = {}
    for place, (var, init, result) in enumerate(zip(loop.carried, loop.inits, loop.body.results, strict=True)):
        if place == loop.live:
            continue
        if result == stopped and init == Const(False, BOOL) and not inside[var]:
            found[place] = None
        choice = made.get(result) if isinstance(result, Var) and inside[result] == 1 else None
        if choice is None or choice.op is not ops.SEL or inside[var] != 1:
            continue
        if choice.args == (stopped, loop.index, var):
            found[place] = choice
    return found
