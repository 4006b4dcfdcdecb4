"""Lowers statements: structured control flow with `break`, `continue` and `return` turned into carried flags.

Types at loop heads are found by a fixpoint: a loop is lowered with the types its names have on entry, and again with
wider ones while the end of its body widens them.  Types only widen, so this ends.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from iris_cc import codes
from iris_cc.diagnostics import CompileError, Label, Span
from iris_cc.frontend import arith, calls, ranges
from iris_cc.frontend.chains import Chains, is_long
from iris_cc.frontend.emit import Emit, name_of
from iris_cc.frontend.expressions import index_value
from iris_cc.frontend.frames import (
    BREAK,
    CONTINUE,
    DONE,
    FALSE,
    FLAGS,
    NEXT,
    RETURN,
    TRUE,
    Frame,
    Reach,
    returned,
)
from iris_cc.frontend.joins import Meeting, meeting, paths_of, union
from iris_cc.frontend.resolve import Routine, Symbol, assigned_names
from iris_cc.frontend.shape import always_exits, arms, has_walrus, may_exit, may_leave, names_in
from iris_cc.frontend.values import Paths, Result, Type, Value, Weak, flat, literal, run_time, scalar_of
from iris_cc.ir import ops
from iris_cc.ir.builder import Builder, Numbers
from iris_cc.ir.nodes import Atom, Block, Const, For, Function, Index, Var, While
from iris_cc.ir.types import BOOL, I64, Scalar
from iris_cc.records import record

Slot = tuple[Var, ...]  # a carried value, and where that is open, whether it fits
_DEEPEST_ABSORBED = 30  # blocks put into one another before flags are used instead


def lower(
    routine: Routine,
    types: tuple[Type, ...],
    symbols: tuple[Symbol, ...],
    ndim: int,
    wanted: tuple[Scalar, ...] | None = None,
) -> Function:
    """The IR of `routine` for these argument types, results cast to those `wanted`; CompileError has every error."""
    numbers = Numbers()
    e = Emit(Builder(numbers))
    lowering = Lowering(e, {})
    params = tuple(e.builder.var(scalar_of(type), name) for name, type in zip(routine.params, types, strict=True))
    indices = lowering.index_inputs(symbols, ndim)
    env = {var.hint: run_time(type, var) for var, type in zip(params, types, strict=True)}
    lowering.frames.append(Frame(routine, (), env))
    lowering.body(routine)
    results = [value for name, value in sorted(lowering.frame.env.items()) if name.startswith("%rv")]
    if wanted is not None:
        results = [calls.cast(e, value, scalar) for value, scalar in zip(results, wanted)]
    atoms = tuple(e.atom(value) for value in results)
    if not atoms:
        e.error(codes.E0302, f"no path through `{routine.name}` gives a value")
    if e.diagnostics:
        raise CompileError(e.diagnostics)
    span = routine.source.header
    return Function(routine.name, params, e.builder.block(*atoms), indices, (), span)


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


class Lowering(Chains):
    """Lowering of one kernel for one tuple of types."""

    def __init__(self, e: Emit, symbols: dict[Symbol, Value]) -> None:
        super().__init__(e, symbols)
        self.known_types: dict[object, dict[str, Paths]] = {}  # loop -> what its names were at its last fixpoint

    def index_inputs(self, symbols: tuple[Symbol, ...], ndim: int) -> tuple[Index, ...]:
        """Inputs for the symbols that vary; an absent dimension has position 0 and extent 1."""
        indices: list[Index] = []
        for symbol in symbols:
            if symbol.kind == "ndim":
                self.symbols[symbol] = index_value(Const(ndim, I64))
            elif symbol.kind != "flat" and symbol.axis >= ndim:
                self.symbols[symbol] = index_value(Const(0 if symbol.kind == "i" else 1, I64))
            else:
                hint = "flat_idx" if symbol.kind == "flat" else f"{symbol.kind}{symbol.axis}"
                var = self.e.builder.var(I64, hint)
                indices.append(Index(symbol.kind, symbol.axis, var))
                self.symbols[symbol] = index_value(var)
        return tuple(indices)

    # -- functions --

    def body(self, routine: Routine) -> None:
        self.block(routine.source.tree.body)

    def inline(self, routine: Routine, values: dict[str, Value], call: ast.Call) -> Result:
        """The value of a helper's body in a frame of its own."""
        span = self.e.span
        self.frames.append(Frame(routine, (*self.frame.key, id(call)), values))
        self.e.calls.append(Label(span, "called here"))
        self.body(routine)
        self.e.calls.pop()
        env = self.frames.pop().env
        self.e.span = self.e.builder.loc = span
        results = tuple(value for name, value in sorted(env.items()) if name.startswith("%rv"))
        return results if len(results) != 1 else results[0]

    # -- statements --

    def block(self, stmts: list[ast.stmt]) -> Reach:
        k = 0
        while k < len(stmts):
            stmt, flow = stmts[k], NEXT
            k += 1
            self.at(stmt)
            self.limit()
            match stmt:
                case ast.If():
                    flow, stmts = self.if_(stmt, stmts[k:])
                    k = 0
                case ast.For() | ast.While():
                    flow, stmts = self.loop(stmt, stmts[k:])
                    k = 0
                case _:
                    flow = self.simple(stmt)
            if not flow.next:
                return flow
            if flow.exits:
                return self.guarded(stmts[k:], flow)
        return NEXT

    def guarded(self, rest: list[ast.stmt], flow: Reach) -> Reach:
        """`rest` where no exit was taken so far; one guard for each stretch up to the next possible exit."""
        while rest and flow.next:
            stop = next((k for k, stmt in enumerate(rest) if may_exit(stmt)), len(rest) - 1) + 1
            stretch, rest = rest[:stop], rest[stop:]
            left = self.any_flag(flow.exits)
            going = arith.logical_not(self.e, left)
            stayed, inner = Reach(False, flow.exits), NEXT

            def run(stretch: list[ast.stmt] = stretch) -> Reach:
                nonlocal inner
                self.frame.env.update({name: FALSE for name in FLAGS if name in self.frame.env})
                inner = self.block(stretch)
                return inner

            self.fork(self.e.atom(going), run, lambda stayed=stayed: stayed)  # type: ignore[misc]
            flow = Reach(inner.next, flow.exits | inner.exits)
        return flow

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

    def simple(self, stmt: ast.stmt) -> Reach:
        match stmt:
            case ast.Assign(targets=targets, value=value):
                result = self.expr(value)
                for target in targets:
                    self.assign(target, result)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self.assign(target, self.expr(value))
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                left, right = self.frame.env[name], self.value(value)
                self.at(stmt)
                self.frame.env[name] = self.named(arith.binary(self.e, type(op), left, right), name)
            case ast.Expr(value=value) if not isinstance(value, ast.Constant):
                self.expr(value)
            case ast.Return(value=value) if value is not None:
                values = flat(self.expr(value))
                self.frame.env.update({returned(k): value for k, value in enumerate(values)})
                return self.leave(RETURN)
            case ast.Break():
                return self.leave(BREAK)
            case ast.Continue():
                return self.leave(CONTINUE)
            case _:
                pass
        return NEXT

    def leave(self, way: str) -> Reach:
        self.frame.env[way] = TRUE
        return Reach(False, frozenset({way}))

    def assign(self, target: ast.expr, result: Result) -> None:
        match target:
            case ast.Name(id=name):
                if isinstance(result, tuple):
                    self.e.error(codes.E0110, "one name cannot hold several values")
                else:
                    self.frame.env[name] = self.named(result, name)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                values = result if isinstance(result, tuple) else (result,)
                if len(values) != len(elts):
                    self.e.error(codes.E0109, f"{len(values)} values for {len(elts)} names")
                for element, value in zip(elts, values, strict=False):
                    self.assign(element, value)
            case _:
                raise AssertionError("passed the check of the language")

    def if_(self, stmt: ast.If, rest: list[ast.stmt]) -> tuple[Reach, list[ast.stmt]]:
        """The flow after an `if`, and what is left to lower: what follows a side that exits goes into the other."""
        chain, last = arms(stmt)
        if is_long(chain):
            return self.long_chain(chain, last), rest
        known = arith.truth(self.e, self.value(stmt.test))
        if known.literal is not None:
            chosen = stmt.body if known.literal else stmt.orelse
            return self.block([*chosen, *rest]), []
        then, orelse = stmt.body, stmt.orelse
        exits = (always_exits(then), always_exits(orelse))
        if any(exits) and rest and self.frame.depth < _DEEPEST_ABSORBED:
            then = then if exits[0] else [*then, *rest]
            orelse = orelse if exits[1] else [*orelse, *rest]
            rest = []
        self.frame.depth += 1
        self.at(stmt)
        flow = self.fork(self.e.atom(known), lambda: self.block(then), lambda: self.block(orelse))
        self.frame.depth -= 1
        return flow, rest

    # -- loops --

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
        assert isinstance(stmt.iter, ast.Call) and isinstance(stmt.target, ast.Name)
        target = stmt.target.id
        bounds = [self.bound(arg) for arg in stmt.iter.args]
        self.at(stmt)
        start, stop, step = ranges.bounds(self.e, bounds)
        index = self.e.builder.var(I64, target)

        def run() -> Reach:
            self.frame.env[target] = run_time(Weak.INT, index)
            return self.block(stmt.body)

        attempt = self.fixpoint(stmt, run, None)
        live = self.close_body(attempt)
        span = self.frame.routine.source.span(stmt)

        def build(outs: tuple[Var, ...], carried: tuple[Var, ...], inits: tuple[Atom, ...], body: Block) -> None:
            position = 0 if live is not None else None
            self.e.builder.add(For(outs, index, start, stop, step, carried, inits, position, body, span))

        exhausted = self.finish(attempt, live, build)
        return Reach(True, attempt.exits), exhausted

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
        base = self.frame.env
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
            if widened is None:
                self.known_types[key] = assumed
                return attempt
            del self.e.diagnostics[mark:]
            assumed = widened

    def attempt(
        self,
        base: dict[str, Value],
        assumed: dict[str, Paths],
        run: Callable[[], Reach],
        condition: Callable[[], Value] | None,
    ) -> _Attempt:
        outer, span = self.e.builder, self.e.span
        met = {name: meeting(paths) for name, paths in assumed.items()}
        carried = {name: self.slot(each, name) for name, each in met.items()}
        start = base | {name: _in_slot(met[name], slot, span) for name, slot in carried.items()}
        start = {name: value for name, value in start.items() if name not in FLAGS}
        test: Block | None = None
        if condition is not None:
            self.e.builder, self.frame.env = outer.inner(), dict(start)
            known = condition()
            test = self.e.builder.block(self.e.atom(known))
        self.e.builder, self.frame.env = outer.inner(), dict(start)
        self.enter()
        flow = run()
        self.blocks -= 1
        attempt = _Attempt(carried, met, self.e.builder, test, start, self.frame.env, flow.exits - {CONTINUE})
        self.e.builder, self.frame.env, self.e.span = outer, base, span
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
