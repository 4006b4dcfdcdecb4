"""The function of one element as one of several in lanes, of which each is in a loop or a branch, or is not.

    if c { … }                 taken = here and c;  if any taken { … }, and a choice of results by `taken`
    while c(x) { x = f(x) }    running = here and c(x);  while any running { x = select running, f(x), x; … }

A lane outside of the mask `here` computes whatever comes of it, for every operation is total: it keeps no loop running,
raises no fault, and what its element still needs is chosen by the mask.  Loops have their test behind the body, so that
the mask of a round is a carried value.  All lanes begin together, so rounds are counted once for all.
"""

from __future__ import annotations

from collections import Counter
from typing import assert_never

from iris_cc.ir import kinds, ops, walk
from iris_cc.ir.builder import Builder, Numbers
from iris_cc.ir.nodes import (
    Alloc,
    Atom,
    Block,
    Check,
    Const,
    For,
    Function,
    If,
    Let,
    Load,
    Stmt,
    Store,
    Var,
    While,
    is_lanes,
)
from iris_cc.ir.ops import CALL
from iris_cc.ir.types import BOOL
from iris_cc.records import replace
from iris_cc.schedule.machine import Machine
from iris_cc.schedule.trips import Trips, counting
from iris_cc.schedule.uniform import is_fixed

TRUE = Const(True, BOOL)


def masked(fn: Function, machine: Machine) -> Function:
    """`fn` over lanes; a function with memory has none."""
    if walk.has_memory(fn):
        raise ValueError("elements with memory go one after the other")
    return _Masker(fn, machine).function()


class _Masker:
    def __init__(self, fn: Function, machine: Machine) -> None:
        self.fn = fn
        self.machine = machine
        self.count = Counter(walk.reads(fn.body))
        self.numbers = Numbers(walk.highest_id(fn) + 1)
        self.known: dict[Var, Atom] = {}    # what a value of the element is in lanes
        self.folded: dict[Var, Let] = {}    # carried values, by what the round ends with
        self.skipped: set[Var] = set()      # results that exist under the mask only

    def function(self) -> Function:
        fn, body = self.fn, Builder(self.numbers)
        params = self.bind(fn.params)
        indices = tuple(
            replace(index, var=self.one(index.var, not is_fixed(index, self.machine.moving))) for index in fn.indices
        )
        self.statements(body, fn.body, None)
        block = body.block(*map(self.atom, fn.body.results))
        return replace(fn, params=params, indices=indices, body=block)

    # -- values ---------------------------------------------------------------------------------------------------

    def one(self, var: Var, lanes: bool) -> Var:
        found = Var(self.numbers.take(), var.type, var.hint, lanes)
        self.known[var] = found
        return found

    def bind(self, variables: tuple[Var, ...]) -> tuple[Var, ...]:
        return tuple(self.one(var, True) for var in variables)

    def atom(self, atom: Atom) -> Atom:
        return walk.substitute(atom, self.known)

    def atoms(self, atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
        return tuple(map(self.atom, atoms))

    # -- statements -----------------------------------------------------------------------------------------------

    def statements(self, b: Builder, block: Block, here: Atom | None) -> None:
        """The statements of a block in the lanes of `here`; None is all of them."""
        for stmt in block.stmts:
            b.loc = stmt.loc
            self.stmt(b, stmt, here)

    def stmt(self, b: Builder, stmt: Stmt, here: Atom | None) -> None:
        match stmt:
            case Let():
                self.let(b, stmt, here)
            case Check():
                condition = self.atom(stmt.condition)
                passed = condition if here is None else b.emit(ops.OR, inverse(b, here), condition)
                b.add(replace(stmt, condition=passed))
            case If():
                self.branch(b, stmt, here)
            case For():
                self.counted(b, stmt, here)
            case While():
                self.conditional(b, stmt, here)
            case Load() | Store() | Alloc():
                raise AssertionError("a function with memory")
            case _:
                assert_never(stmt)

    def let(self, b: Builder, let: Let, here: Atom | None) -> None:
        if let.out in self.skipped:
            return
        args = self.atoms(let.args)
        in_lanes = any(map(is_lanes, args))
        if here is not None and in_lanes and self.machine.has_near(let):
            args = tuple(
                arg if isinstance(arg, Const) and arg is args[-1] else b.emit(ops.SEL, here, arg, Const(0, arg.type))
                for arg in args
            )
        out = b.var(let.out.type, let.out.hint, in_lanes)
        b.add(replace(let, out=out, args=args))
        self.known[let.out] = out
        if here is not None and in_lanes and let.op.cost >= CALL and self.machine.goes_lane_by_lane(let):
            self.known[let.out] = b.emit(ops.SEL, here, out, Const(0, out.type), hint=out.hint)

    # -- branches -------------------------------------------------------------------------------------------------

    def branch(self, b: Builder, stmt: If, here: Atom | None) -> None:
        condition = self.atom(stmt.condition)
        if not is_lanes(condition):
            self.common_branch(b, stmt, condition, here)
            return
        taken = both(b, here, condition)
        then = self.then_side(b, stmt, taken)
        if not stmt.orelse.stmts:
            for out, left, right in zip(stmt.outs, then, self.atoms(stmt.orelse.results), strict=True):
                self.known[out] = b.emit(ops.SEL, taken, left, right, hint=out.hint)
            return
        other = both(b, here, inverse(b, condition))
        side = b.inner()
        self.statements(side, stmt.orelse, other)
        results = [
            side.emit(ops.SEL, other, right, left, hint=out.hint)
            for out, left, right in zip(stmt.outs, then, self.atoms(stmt.orelse.results), strict=True)
        ]
        b.loc = stmt.loc
        some = some_lane(b, other)
        b.add(If(self.bind(stmt.outs), some, side.block(*results), Block((), then), stmt.loc))

    def then_side(self, b: Builder, stmt: If, taken: Atom) -> tuple[Atom, ...]:
        """The results of the first side, where it is taken."""
        if not stmt.then.stmts:
            return self.atoms(stmt.then.results)
        some, side = some_lane(b, taken), b.inner()
        self.statements(side, stmt.then, taken)
        outs = tuple(b.var(out.type, out.hint, lanes=True) for out in stmt.outs)
        nothing = Block((), tuple(Const(0, out.type) for out in outs))
        b.add(If(outs, some, side.block(*self.atoms(stmt.then.results)), nothing, stmt.loc))
        return outs

    def common_branch(self, b: Builder, stmt: If, condition: Atom, here: Atom | None) -> None:
        """All lanes take the same side."""
        blocks = []
        for block in (stmt.then, stmt.orelse):
            side = b.inner()
            self.statements(side, block, here)
            blocks.append(side.block(*self.atoms(block.results)))
        then, orelse = blocks
        outs = tuple(
            self.one(out, is_lanes(left) or is_lanes(right))
            for out, left, right in zip(stmt.outs, then.results, orelse.results, strict=True)
        )
        b.add(If(outs, condition, then, orelse, stmt.loc))

    # -- loops ----------------------------------------------------------------------------------------------------

    def counted(self, b: Builder, loop: For, here: Atom | None) -> None:
        bounds = self.atom(loop.start), self.atom(loop.stop), self.atom(loop.step)
        trips = counting(b, loop, bounds, bool(self.count[loop.index]))
        if trips.first is None and loop.live is None:
            self.all_rounds(b, loop, here, trips)
        else:
            self.rounds(b, loop, here, trips)

    def all_rounds(self, b: Builder, loop: For, here: Atom | None, trips: Trips) -> None:
        """Every lane that is here runs every trip, so nothing needs a mask."""
        inits, carried, body = self.atoms(loop.inits), self.bind(loop.carried), b.inner()
        self.known[loop.index] = trips.index(body)
        self.statements(body, loop.body, here)
        block = body.block(*self.atoms(loop.body.results))
        bounds = trips.var, trips.start, trips.stop, trips.step
        b.add(For(self.bind(loop.outs), *bounds, carried, inits, None, block, loop.loc, loop.kind))

    def rounds(self, b: Builder, loop: For, here: Atom | None, trips: Trips) -> None:
        """Lanes leave the loop at different times: it ends when none is left."""
        places = [place for place in range(len(loop.carried)) if self.is_kept(loop, place)]
        running = self.begin(b, loop, here, trips)
        some = TRUE if running in (here, TRUE) else some_lane(b, running)
        inits = (some, running, *(self.atom(loop.inits[place]) for place in places))
        more, mask = b.var(BOOL, "some"), b.var(BOOL, "running", lanes=True)
        carried = (more, mask, *self.bind(tuple(loop.carried[place] for place in places)))
        self.fold(loop)
        body = b.inner()
        self.known[loop.index] = trips.index(body)
        self.statements(body, loop.body, mask)
        moved = [self.moved(body, mask, loop, place) for place in places]
        goes_on, after = trips.next(body)
        running = mask if goes_on is None else both(body, mask, goes_on)
        if loop.live is not None:
            running = both(body, running, self.atom(loop.body.results[loop.live]))
        block = body.block(some_lane(body, running), running, *moved, *after)
        outs = (b.var(BOOL), b.var(BOOL, lanes=True), *self.bind(tuple(loop.outs[place] for place in places)))
        b.loc = loop.loc
        for var, init in trips.carried:
            outs, carried, inits = (*outs, b.var(var.type, lanes=True)), (*carried, var), (*inits, init)
        bounds = trips.var, trips.start, trips.stop, trips.step
        b.add(For(outs, *bounds, carried, inits, 0, block, loop.loc))

    def begin(self, b: Builder, loop: For, here: Atom | None, trips: Trips) -> Atom:
        """The lanes of the first round."""
        live = TRUE if loop.live is None else self.atom(loop.inits[loop.live])
        running = both(b, here, live) if live != TRUE or here is None else here
        return running if trips.first is None else both(b, None if running == TRUE else running, trips.first)

    def is_kept(self, loop: For, place: int) -> bool:
        """Whether the value is one; a live condition that nothing reads is the mask alone."""
        return place != loop.live or bool(self.count[loop.carried[place]] or self.count[loop.outs[place]])

    def conditional(self, b: Builder, loop: While, here: Atom | None) -> None:
        """The condition is tested before the loop, and again behind the body."""
        inits = self.atoms(loop.inits)
        running = self.test(b, loop, inits, here)
        mask, carried = b.var(BOOL, "running", lanes=True), self.bind(loop.carried)
        condition = b.inner()
        more = some_lane(condition, mask)
        self.fold(loop)
        body = b.inner()
        self.statements(body, loop.body, mask)
        moved = tuple(self.moved(body, mask, loop, place) for place in range(len(carried)))
        after = self.test(body, loop, moved, mask)
        outs = (b.var(BOOL, lanes=True), *self.bind(loop.outs))
        tested, block = condition.block(more), body.block(after, *moved)
        b.add(While(outs, (mask, *carried), (running, *inits), tested, block, loop.loc))

    def test(self, b: Builder, loop: While, values: tuple[Atom, ...], here: Atom | None) -> Atom:
        """The lanes of the next round, where the carried values are these."""
        self.known.update(zip(loop.carried, values, strict=True))
        self.statements(b, loop.condition, here)
        return both(b, here, self.atom(loop.condition.results[0]))

    # -- the end of a round ---------------------------------------------------------------------------------------

    def fold(self, loop: For | While) -> None:
        """Find the last operations on carried values that a mask is part of: nothing else reads what they give."""
        made = kinds.made(loop.body.stmts)
        for out, var, result in zip(loop.outs, loop.carried, loop.body.results, strict=True):
            let = made.get(result) if isinstance(result, Var) and self.count[result] == 1 else None
            if let is not None and self.count[out] and _folds(let, var):
                self.folded[var] = let
                self.skipped.add(let.out)

    def moved(self, b: Builder, running: Atom, loop: For | While, place: int) -> Atom:
        """The next value of a carried one.  What nobody reads after the loop needs no mask."""
        var, out = loop.carried[place], loop.outs[place]
        if var in self.folded:
            return self.under(b, running, var, self.folded[var])
        value, before = self.atom(loop.body.results[place]), self.known[var]
        if value == before or not self.count[out]:
            return value
        return b.emit(ops.SEL, running, value, before, hint=var.hint)

    def under(self, b: Builder, running: Atom, var: Var, let: Let) -> Atom:
        """`let` in the lanes that run, and what `var` was in the others."""
        before = self.known[var]
        if let.op is ops.ADD:
            return b.emit(ops.ADD, before, b.cast(running, var.type), hint=var.hint)
        condition, then, orelse = self.atoms(let.args)
        if let.args[2] == var:
            return b.emit(ops.SEL, both(b, running, condition), then, before, hint=var.hint)
        return b.emit(ops.SEL, both(b, running, inverse(b, condition)), orelse, before, hint=var.hint)


def _folds(let: Let, var: Var) -> bool:
    if let.op is ops.SEL:
        return var in let.args[1:]
    return let.op is ops.ADD and var.type.is_integer and var in let.args and Const(1, var.type) in let.args


def both(b: Builder, here: Atom | None, condition: Atom) -> Atom:
    """The lanes that are here and for which `condition` holds."""
    return condition if here is None else b.emit(ops.AND, here, condition)


def inverse(b: Builder, condition: Atom) -> Atom:
    return b.emit(ops.NOT, condition)


def some_lane(b: Builder, mask: Atom) -> Atom:
    return b.emit(ops.ANY, mask) if is_lanes(mask) else mask
