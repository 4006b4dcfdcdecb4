"""Values that only look as if they changed: a carried value every round yields unchanged is its initial value, and a
branch result that is the same atom on both sides is that atom."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import assert_never

from iris_cc.ir.nodes import Alloc, Block, Check, For, Function, If, Let, Load, Stmt, Store, While
from iris_cc.passes.identities import TRUE
from iris_cc.passes.scope import Replacements, with_carried
from iris_cc.records import replace


def invariants(fn: Function) -> Function:
    return replace(fn, body=_Invariants().block(fn.body))


class _Invariants:
    def __init__(self) -> None:
        self.known = Replacements()

    def block(self, block: Block) -> Block:
        stmts = [self.stmt(self.known.in_operands(stmt)) for stmt in block.stmts]
        return Block(tuple(stmts), self.known.all(block.results))

    def stmt(self, stmt: Stmt) -> Stmt:
        match stmt:
            case Let() | Check() | Load() | Store() | Alloc():
                return stmt
            case If():
                return self.choice(replace(stmt, then=self.block(stmt.then), orelse=self.block(stmt.orelse)))
            case For():
                stmt = self.steady_for(stmt)
                return replace(stmt, body=self.block(stmt.body))
            case While():
                stmt = self.steady_while(stmt)
                return replace(stmt, condition=self.block(stmt.condition), body=self.block(stmt.body))
            case _:
                assert_never(stmt)

    def choice(self, stmt: If) -> If:
        # The sides share no scope, so an atom that is on both comes from around them.
        keep = [left != right for left, right in zip(stmt.then.results, stmt.orelse.results, strict=True)]
        if all(keep):
            return stmt
        for out, atom, kept in zip(stmt.outs, stmt.then.results, keep, strict=True):
            if not kept:
                self.known.learn(out, atom)
        then, orelse = (_with_results(block, keep) for block in (stmt.then, stmt.orelse))
        return replace(stmt, outs=tuple(compress(stmt.outs, keep)), then=then, orelse=orelse)

    def steady_for(self, loop: For) -> For:
        keep = self.changing(loop)
        live = loop.live
        if live is not None and not keep[live]:
            if loop.inits[live] == TRUE:
                live = None
            else:
                keep[live] = True  # whether the loop runs at all hangs on it
        if all(keep):
            return loop
        self.learn_steady(loop, keep)
        moved = None if live is None else sum(keep[:live])
        return replace(with_carried(loop, keep), live=moved, body=_with_results(loop.body, keep))

    def steady_while(self, loop: While) -> While:
        keep = self.changing(loop)
        if all(keep):
            return loop
        self.learn_steady(loop, keep)
        return replace(with_carried(loop, keep), body=_with_results(loop.body, keep))

    def changing(self, loop: For | While) -> list[bool]:
        """Which carried values a round may change: not those it yields as they came, or as they were at first."""
        results = self.known.all(loop.body.results)
        steps = zip(loop.carried, loop.inits, results, strict=True)
        return [next not in (var, init) for var, init, next in steps]

    def learn_steady(self, loop: For | While, keep: list[bool]) -> None:
        for var, out, init, kept in zip(loop.carried, loop.outs, loop.inits, keep, strict=True):
            if not kept:
                self.known.learn(var, init)
                self.known.learn(out, init)


def _with_results(block: Block, keep: Sequence[bool]) -> Block:
    return replace(block, results=tuple(compress(block.results, keep)))
