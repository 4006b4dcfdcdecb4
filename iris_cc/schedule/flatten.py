"""Branches of a loop that do nothing but leave it, as straight lines.

    if c { yield x, true } else { ...; yield y, false } -> %1, %2      ...
    yield not %2, %1                                             ->    yield not c, select(c, x, y)

Lanes stand still on the way out anyway, so the branch only parts what is one straight line for all those that go on:
in the last round of a block the other side runs for nothing.  Every operation is total.  Nothing here changes a value
that is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from iris_cc.ir import kinds, ops, walk
from iris_cc.ir.nodes import Atom, Block, Const, For, Function, If, Let, Stmt, Var, While
from iris_cc.ir.ops import CALL
from iris_cc.ir.types import BOOL
from iris_cc.records import replace
from iris_cc.schedule.machine import Machine

_TRUE, _FALSE = Const(True, BOOL), Const(False, BOOL)


def flattened(fn: Function, machine: Machine) -> Function:
    """`fn` with such branches gone, but for those that keep a costly operation to the lanes that want it."""
    return _Flat(fn, machine).function()


class _Flat:
    def __init__(self, fn: Function, machine: Machine) -> None:
        self.fn = fn
        self.machine = machine
        self.read = frozenset(walk.reads(fn.body))
        self.last = walk.highest_id(fn)

    def function(self) -> Function:
        body = self.block(self.fn.body)
        return self.fn if body == self.fn.body else replace(self.fn, body=body)

    def block(self, block: Block) -> Block:
        stmts = (walk.with_blocks(stmt, self.block) for stmt in block.stmts)
        return replace(block, stmts=tuple(s if (loop := kinds.loop(s)) is None else self.loop(loop) for s in stmts))

    def loop(self, loop: For | While) -> For | While:
        branch = next((s for s in kinds.branches(loop.body.stmts) if self.only_leaves(loop, s)), None)
        return loop if branch is None else self.loop(self.without(loop, branch))

    # -- which branches -------------------------------------------------------------------------------------------

    def only_leaves(self, loop: For | While, branch: If) -> bool:
        empty, other = _sides(branch)
        if empty.stmts or not kinds.only_operations(other.stmts):
            return False
        if not all(map(self.is_plain, kinds.operations(other.stmts))):
            return False
        made = kinds.made(loop.body.stmts)
        known = dict(zip(branch.outs, empty.results, strict=True))
        return any(_is_false(loop.body.results[place], made, known) for place in _live(loop))

    def is_plain(self, let: Let) -> bool:
        return let.op.cost < CALL or not self.machine.goes_lane_by_lane(let)

    # -- without the branch ---------------------------------------------------------------------------------------

    def without(self, loop: For | While, branch: If) -> For | While:
        empty, other = _sides(branch)
        at = loop.body.stmts.index(branch)
        dead = self.dead(loop, branch)
        known: dict[Var, Atom] = {}
        chosen: list[Stmt] = []
        for out, leaving, staying in zip(branch.outs, empty.results, other.results, strict=True):
            if out in dead:
                known[out] = staying
            elif (leaving, staying) in ((_TRUE, _FALSE), (_FALSE, _TRUE)):
                known[out] = self.condition(branch, leaving == _TRUE, chosen)
            else:
                sides = (leaving, staying) if empty is branch.then else (staying, leaving)
                chosen.append(Let(out, ops.SEL, (branch.condition, *sides), branch.loc))
        stmts = (*loop.body.stmts[:at], *other.stmts, *chosen, *loop.body.stmts[at + 1 :])
        return replace(loop, body=_renamed(Block(stmts, loop.body.results), known))

    def dead(self, loop: For | While, branch: If) -> set[Var]:
        """The results that only the next round reads: a lane that leaves has none."""
        inside = set(walk.reads(Block(loop.body.stmts, ())))
        after = {result for out, result in zip(loop.outs, loop.body.results, strict=True) if out in self.read}
        return {out for out in branch.outs if out not in inside and out not in after and out.type is not BOOL}

    def condition(self, branch: If, leaves: bool, before: list[Stmt]) -> Atom:
        """Whether a lane leaves, or whether it stays."""
        empty, _ = _sides(branch)
        if leaves == (empty is branch.then):
            return branch.condition
        self.last += 1
        turned = Var(self.last, BOOL)
        before.append(Let(turned, ops.NOT, (branch.condition,), branch.loc))
        return turned


def _sides(branch: If) -> tuple[Block, Block]:
    """The side without statements, if there is one, and the other."""
    return (branch.then, branch.orelse) if not branch.then.stmts else (branch.orelse, branch.then)


def _live(loop: For | While) -> Iterator[int]:
    """The carried bools whose falsehood ends the loop."""
    if isinstance(loop, For):
        yield from () if loop.live is None else (loop.live,)
        return
    made = kinds.made(loop.condition.stmts)
    (test,) = loop.condition.results
    let = made.get(test) if isinstance(test, Var) else None
    needed = let.args if let is not None and let.op is ops.AND else (test,)
    yield from (place for place, var in enumerate(loop.carried) if var in needed)


def _is_false(atom: Atom, made: dict[Var, Let], known: dict[Var, Atom]) -> bool:
    """Whether `atom` is false where the branch's results are `known`."""
    let = made.get(atom) if isinstance(atom, Var) else None
    if let is not None and let.op is ops.NOT:
        (arg,) = let.args
        return isinstance(arg, Var) and known.get(arg) == _TRUE
    return isinstance(atom, Var) and known.get(atom) == _FALSE


def _renamed(block: Block, known: dict[Var, Atom]) -> Block:
    def change(atom: Atom) -> Atom:
        return walk.substitute(atom, known)

    stmts = (walk.with_blocks(stmt, lambda inner: _renamed(inner, known)) for stmt in block.stmts)
    return Block(tuple(walk.with_operands(s, change) for s in stmts), tuple(map(change, block.results)))
