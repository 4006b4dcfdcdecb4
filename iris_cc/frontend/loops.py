"""Lowers loops: their exits are carried flags, and the types at their heads are found by a fixpoint.

A loop is lowered with the types its names have on entry, and again with wider ones while the end of its body widens
them.  Types only widen, so this ends.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from iris_cc import codes
from iris_cc.diagnostics import Span
from iris_cc.frontend import arith, ranges, references
from iris_cc.frontend.arrays import Elements
from iris_cc.frontend.chains import Chains
from iris_cc.frontend.emit import Emit, name_of
from iris_cc.frontend.frames import (
    BREAK,
    CONTINUE,
    DONE,
    FALSE,
    FLAGS,
    NEXT,
    RETURN,
    TRUE,
    Reach,
)
from iris_cc.frontend.indexing import number
from iris_cc.frontend.iteration import MOST_UNROLLED
from iris_cc.frontend.joins import Meeting, meeting, paths_of, union
from iris_cc.frontend.references import References
from iris_cc.frontend.resolve import ArrayFunction, Symbol, assigned_names
from iris_cc.frontend.shape import has_walrus, may_leave, names_in
from iris_cc.frontend.values import Conflict, Paths, Result, Value, Weak, literal, run_time
from iris_cc.ir import ops
from iris_cc.ir.builder import Builder
from iris_cc.ir.nodes import Atom, Block, Const, For, Var, While
from iris_cc.ir.types import BOOL, I64
from iris_cc.records import record

Slot = tuple[Var, ...]  # a carried value, and where that is open, whether it fits


@record(eq=False, frozen=False)
class _Attempt:
    """One lowering of a loop body with assumed types of the carried names."""

    carried: dict[str, Slot]
    met: dict[str, Meeting]
    builder: Builder
    condition: Block | None
    start: dict[str, Value]
    env: dict[str, Value]
    exits: frozenset[str]
    references: References


class Loops(Chains):
    """Lowering of loops; `lower` adds the other statements."""

    def __init__(self, e: Emit, symbols: dict[Symbol, Value], elements: Elements) -> None:
        super().__init__(e, symbols, elements)
        self.known_types: dict[object, dict[str, Paths]] = {}  # loop -> what its names were at its last fixpoint

    def assign(self, target: ast.expr, result: Result) -> None:
        raise NotImplementedError

    def any_flag(self, exits: frozenset[str]) -> Value:
        """Whether any of these exits was taken."""
        result = FALSE
        for name in FLAGS:
            flag = self.frame.env.get(name, FALSE)
            if name in exits and flag.literal is not False:
                if result.literal is True or flag.literal is True:
                    result = TRUE
                elif result is FALSE:
                    result = flag
                else:
                    result = run_time(Weak.BOOL, self.e.op(ops.OR, self.e.atom(result), self.e.atom(flag)))
        return result

    def loop(self, stmt: ast.For | ast.While, rest: list[ast.stmt]) -> tuple[Reach, list[ast.stmt]]:
        """The flow after a loop, and what is left to lower: its `else` belongs to that if nothing can break."""
        if isinstance(stmt, ast.While) and not has_walrus(stmt.test):
            known = self.constant_test(stmt.test)
            if known is False:
                return NEXT, [*stmt.orelse, *rest]
            flow, exhausted = self.while_(stmt, forever=known is True)
            if known is True:
                return flow, rest
        elif isinstance(stmt, ast.While):
            flow, exhausted = self.while_walrus(stmt)
        else:
            flow, exhausted = self.for_(stmt)
        if BREAK not in flow.exits:
            return flow, [*stmt.orelse, *rest]
        outside = flow.exits - {BREAK}
        if stmt.orelse:
            skipped = Reach(True, outside)
            flow = self.fork(self.e.atom(exhausted), lambda: self.block(stmt.orelse), lambda: skipped)
            return Reach(flow.next, flow.exits | outside), rest
        return Reach(True, outside), rest

    def constant_test(self, test: ast.expr) -> bool | None:
        """A test that is one literal, found without leaving anything behind."""
        outer = self.e.builder
        mark = len(self.e.diagnostics)
        self.e.builder = outer.inner()
        known = arith.truth(self.e, self.value(test))
        self.e.builder = outer
        del self.e.diagnostics[mark:]
        # A name the loop assigns is a literal before the loop only.
        return None if names_in(test) & self.frame.routine.locals or known.literal is None else bool(known.literal)

    def for_(self, stmt: ast.For) -> tuple[Reach, Value]:
        if isinstance(stmt.target, ast.Name) and self.is_range(stmt.iter):
            assert isinstance(stmt.iter, ast.Call)
            bounds = [self.bound(arg) for arg in stmt.iter.args]
            self.at(stmt)
            name = stmt.target.id
            return self.counted(stmt, ranges.bounds(self.e, bounds), name, lambda index: run_time(Weak.INT, index))
        source = self.iteration.over(stmt.iter)
        self.at(stmt)
        if isinstance(source, tuple):
            return self.unrolled(stmt, source)
        return self.counted(stmt, (number(0), source.count, number(1)), "k", source.item)

    def is_range(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and self.frame.routine.entity(node.func) == ArrayFunction("range")

    def counted(
        self, stmt: ast.For, bounds: tuple[Atom, Atom, Atom], hint: str, item: Callable[[Atom], Result]
    ) -> tuple[Reach, Value]:
        start, stop, step = bounds
        index = self.e.builder.var(I64, hint)
        if isinstance(start, Const) and isinstance(step, Const) and start.value >= 0 and step.value > 0:
            self.arrays.index.below[index] = stop

        def run() -> Reach:
            self.assign(stmt.target, item(index))
            return self.block(stmt.body)

        attempt = self.fixpoint(stmt, run, None)
        live = self.close_body(attempt)
        span = self.frame.routine.source.span(stmt)

        def build(outs: tuple[Var, ...], carried: tuple[Var, ...], inits: tuple[Atom, ...], body: Block) -> None:
            position = 0 if live is not None else None
            self.e.builder.add(For(outs, index, start, stop, step, carried, inits, position, body, span))

        exhausted = self.finish(attempt, live, build)
        return Reach(True, attempt.exits), exhausted

    def unrolled(self, stmt: ast.For, items: tuple[Result, ...]) -> tuple[Reach, Value]:
        """A loop over what is known when the kernel is compiled: its body for one item after the other."""
        if len(items) > MOST_UNROLLED:
            self.e.error(codes.E0004, f"a loop over a tuple of {len(items)} items would be written out")
            return NEXT, TRUE
        flow = NEXT
        for item in items:
            if not flow.next:
                break

            def run(item: Result = item) -> Reach:
                self.frame.env.update({name: FALSE for name in FLAGS if name in self.frame.env})
                self.assign(stmt.target, item)
                found = self.block(stmt.body)
                return Reach(found.next or CONTINUE in found.exits, found.exits - {CONTINUE})

            if not flow.exits:
                flow = run()
                continue
            going, stayed, inner = arith.logical_not(self.e, self.any_flag(flow.exits)), Reach(False, flow.exits), NEXT

            def guarded(run: Callable[[], Reach] = run) -> Reach:
                nonlocal inner
                inner = run()
                return inner

            self.fork(self.e.atom(going), guarded, lambda stayed=stayed: stayed)  # type: ignore[misc]
            flow = Reach(inner.next, flow.exits | inner.exits)
        exhausted = arith.logical_not(self.e, self.any_flag(flow.exits))
        self.frame.env.pop(CONTINUE, None)
        return Reach(True, flow.exits), exhausted

    def bound(self, node: ast.expr) -> Value:
        value = self.value(node)
        if value.scalar.is_float or value.type is BOOL:
            self.at(node)
            self.e.error(codes.E0404, f"a bound of `range` is {name_of(value.type)}", name_of(value.type))
            return literal(0)
        return value

    def while_(self, stmt: ast.While, *, forever: bool) -> tuple[Reach, Value]:
        """A while whose test binds no name: the test is the loop's own condition, with the exits in front of it."""
        live_in = self.e.builder.var(BOOL, "live") if may_leave(stmt.body) else None

        def condition() -> Value:
            if forever:
                return TRUE if live_in is None else run_time(Weak.BOOL, live_in)
            if live_in is None:
                return arith.truth(self.e, self.value(stmt.test))
            going = run_time(Weak.BOOL, live_in)
            return self.lazy(True, going, lambda: arith.truth(self.e, self.value(stmt.test)))

        attempt = self.fixpoint(stmt, lambda: self.block(stmt.body), condition)
        live = self.close_body(attempt, live_in)
        exhausted = self.finish_while(stmt, attempt, live)
        if not forever:
            return Reach(True, attempt.exits), exhausted
        leaves_by_break = BREAK in attempt.exits
        if not leaves_by_break and RETURN in attempt.exits:
            self.frame.env[RETURN] = TRUE
        return Reach(leaves_by_break, attempt.exits - {BREAK}), exhausted

    def while_walrus(self, stmt: ast.While) -> tuple[Reach, Value]:
        """A while whose test binds names: the test moves into the body, and its failing is one more exit."""
        live_in = self.e.builder.var(BOOL, "live")

        def run() -> Reach:
            known = arith.truth(self.e, self.value(stmt.test))

            def stop() -> Reach:
                self.frame.env[DONE] = TRUE
                return Reach(False, frozenset({DONE}))

            return self.fork(self.e.atom(known), lambda: self.block(stmt.body), stop)

        attempt = self.fixpoint(stmt, run, lambda: run_time(Weak.BOOL, live_in))
        live = self.close_body(attempt, live_in)
        self.finish_while(stmt, attempt, live)
        exhausted = self.frame.env.pop(DONE, FALSE)
        return Reach(True, attempt.exits - {DONE}), exhausted

    def finish_while(self, stmt: ast.While, attempt: _Attempt, live: tuple[Var, Value] | None) -> Value:
        span = self.frame.routine.source.span(stmt)
        assert attempt.condition is not None
        condition = attempt.condition

        def build(outs: tuple[Var, ...], carried: tuple[Var, ...], inits: tuple[Atom, ...], body: Block) -> None:
            self.e.builder.add(While(outs, carried, inits, condition, body, span))

        return self.finish(attempt, live, build)

    def fixpoint(
        self, stmt: ast.For | ast.While, run: Callable[[], Reach], condition: Callable[[], Value] | None
    ) -> _Attempt:
        """Lower the loop's body, again and again, until the types it assumes are the types it ends with."""
        base, arrays = self.frame.env, self.frame.references
        assigned = assigned_names(stmt)
        key = (self.frame.key, id(stmt))
        assumed = {name: paths_of(value) for name, value in base.items() if name in assigned}
        for name, wider in self.known_types.get(key, {}).items():
            if name in assumed:
                assumed[name] = meeting(union(assumed[name], wider)).paths
        while True:
            mark = len(self.e.diagnostics)
            attempt = self.attempt(base, assumed, run, condition)
            widened = _widened(assumed, base, attempt)
            unsteady = references.changed(self.frame.references, attempt.references, base)
            if widened is None and not unsteady:
                self.known_types[key] = assumed
                self.frame.references = references.after_loop(arrays, attempt.references)
                return attempt
            del self.e.diagnostics[mark:]
            assumed = assumed if widened is None else widened
            self.frame.references = self.frame.references | {name: Conflict(name) for name in unsteady}

    def attempt(
        self,
        base: dict[str, Value],
        assumed: dict[str, Paths],
        run: Callable[[], Reach],
        condition: Callable[[], Value] | None,
    ) -> _Attempt:
        outer, span, arrays = self.e.builder, self.e.span, self.frame.references
        met = {name: meeting(paths) for name, paths in assumed.items()}
        carried = {name: self.slot(each, name) for name, each in met.items()}
        start = base | {name: _in_slot(met[name], slot, span) for name, slot in carried.items()}
        start = {name: value for name, value in start.items() if name not in FLAGS}
        test: Block | None = None
        if condition is not None:
            self.e.builder, self.frame.env, self.frame.references = outer.inner(), dict(start), dict(arrays)
            known = condition()
            test = self.e.builder.block(self.e.atom(known))
        self.e.builder, self.frame.env, self.frame.references = outer.inner(), dict(start), dict(arrays)
        self.enter()
        flow = run()
        self.blocks -= 1
        ends = references.leaving(self.frame.references, self.e.builder, NEXT)
        exits = flow.exits - {CONTINUE}
        attempt = _Attempt(carried, met, self.e.builder, test, start, self.frame.env, exits, ends)
        self.e.builder, self.frame.env, self.frame.references, self.e.span = outer, base, arrays, span
        return attempt

    def slot(self, met: Meeting, name: str) -> Slot:
        hint = name.lstrip("%")
        var = self.e.builder.var(met.carrier, hint)
        return (var, self.e.builder.var(BOOL, f"{hint}_fits")) if met.paths.unsure else (var,)

    def carried_atoms(self, value: Value, met: Meeting) -> tuple[Atom, ...]:
        """What `value` puts into a slot."""
        atom, fits = self.e.carry(value, met)
        return (atom, fits or arith.CERTAIN) if met.paths.unsure else (atom,)

    def close_body(self, attempt: _Attempt, live_in: Var | None = None) -> tuple[Var, Value] | None:
        """The carried flag that lets the loop go on, and its next value; None if nothing can leave the loop."""
        if not attempt.exits and live_in is None:
            return None
        outer, env = self.e.builder, self.frame.env
        self.e.builder, self.frame.env = attempt.builder, attempt.env
        live = arith.logical_not(self.e, self.any_flag(attempt.exits))
        self.e.builder, self.frame.env = outer, env
        return live_in or outer.var(BOOL, "live"), live

    def finish(
        self,
        attempt: _Attempt,
        live: tuple[Var, Value] | None,
        build: Callable[[tuple[Var, ...], tuple[Var, ...], tuple[Atom, ...], Block], None],
    ) -> Value:
        """Build the loop from its body; afterwards its names have what the loop carried out.  Returns `exhausted`."""
        outer, base = self.e.builder, self.frame.env
        carried, met = dict(attempt.carried), dict(attempt.met)
        for flag in FLAGS:
            if flag in attempt.exits:
                carried[flag], met[flag] = (outer.var(BOOL, flag.lstrip("%")),), _FLAG
        inits: list[Atom] = []
        ends: list[Atom] = []
        for name in carried:
            inits += self.carried_atoms(_initial(name, base, met[name], self.e.span), met[name])
        self.e.builder = attempt.builder
        for name, slot in carried.items():
            ends += self.carried_atoms(_final(name, attempt.env, met[name], slot, self.e.span), met[name])
        variables = tuple(var for slot in carried.values() for var in slot)
        if live is not None:
            variables, inits, ends = (live[0], *variables), [Const(True, BOOL), *inits], [self.e.atom(live[1]), *ends]
        body = attempt.builder.block(*ends)
        self.e.builder = outer
        outs = tuple(outer.var(var.type, var.hint) for var in variables)
        build(outs, variables, tuple(inits), body)
        place = 0 if live is None else 1
        for name, slot in carried.items():
            self.frame.env[name] = _in_slot(met[name], outs[place : place + len(slot)], self.e.span)
            place += len(slot)
        if BREAK in carried:
            self.frame.env.pop(BREAK)
        return TRUE if live is None else run_time(Weak.BOOL, outs[0])


_FLAG = meeting(Paths((Weak.BOOL,)))


def _in_slot(met: Meeting, slot: Slot, place: Span) -> Value:
    return met.value(slot[0], slot[1] if len(slot) > 1 else None, place)


def _widened(assumed: dict[str, Paths], base: dict[str, Value], attempt: _Attempt) -> dict[str, Paths] | None:
    """What the names are after one more attempt, or None if that is what was assumed."""
    result = dict(assumed)
    for name, end in attempt.env.items():
        before = assumed.get(name)
        if name in FLAGS or (before is None and attempt.start.get(name) is end):
            continue
        if before is None and (outside := base.get(name)) is not None:
            before = paths_of(outside)
        paths = paths_of(end) if before is None else union(before, paths_of(end))
        result[name] = meeting(paths).paths
    return None if result == assumed else result


def _initial(name: str, base: dict[str, Value], met: Meeting, place: Span) -> Value:
    """What a carried name is before the first iteration; any value, where none is read."""
    if name in FLAGS:
        return FALSE
    return base.get(name) or met.nothing(place)


def _final(name: str, env: dict[str, Value], met: Meeting, slot: Slot, place: Span) -> Value:
    """What a carried name is after an iteration."""
    return env.get(name) or (FALSE if name in FLAGS else _in_slot(met, slot, place))
