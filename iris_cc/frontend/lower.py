"""Lowers functions and statements: `break`, `continue` and `return` become carried flags in structured control flow."""

from __future__ import annotations

import ast

from iris_cc import codes
from iris_cc.core_dims import Signature
from iris_cc.diagnostics import CompileError, Label
from iris_cc.frontend import arith, calls
from iris_cc.frontend.arrays import Elements
from iris_cc.frontend.chains import is_long
from iris_cc.frontend.emit import Emit
from iris_cc.frontend.expressions import index_value
from iris_cc.frontend.frames import (
    BREAK,
    CONTINUE,
    FALSE,
    FLAGS,
    NEXT,
    RETURN,
    TRUE,
    Frame,
    Reach,
    returned,
)
from iris_cc.frontend.indexing import number
from iris_cc.frontend.loops import Loops
from iris_cc.frontend.operands import Operands
from iris_cc.frontend.resolve import Routine, Symbol
from iris_cc.frontend.shape import always_exits, arms, may_exit
from iris_cc.frontend.values import Conflict, Result, Type, Value, View, literal
from iris_cc.ir.builder import Builder, Numbers
from iris_cc.ir.nodes import Const, Fault, Function, Index
from iris_cc.ir.types import I64, Scalar

_DEEPEST_ABSORBED = 30  # blocks put into one another before flags are used instead


def lower(
    routine: Routine,
    types: tuple[Type, ...],
    symbols: tuple[Symbol, ...],
    ndim: int,
    wanted: tuple[Scalar, ...] | None = None,
    signature: Signature | None = None,
) -> Function:
    """The IR of `routine` for these argument types, results cast to those `wanted`; CompileError has every error.

    It is lowered again while something is stored to a list or an output that is wider than was assumed.
    """
    elements = Elements({})
    while True:
        made = _lower(routine, types, symbols, ndim, wanted, signature, elements)
        wider = elements.wider
        if wider is None:
            break
        elements = Elements(wider)
    if isinstance(made, CompileError):
        raise made
    return made


def _lower(
    routine: Routine,
    types: tuple[Type, ...],
    symbols: tuple[Symbol, ...],
    ndim: int,
    wanted: tuple[Scalar, ...] | None,
    signature: Signature | None,
    elements: Elements,
) -> Function | CompileError:
    e = Emit(Builder(Numbers()))
    lowering = Lowering(e, {}, elements)
    operands = Operands(lowering.arrays, routine, types, signature, wanted)
    indices = lowering.index_inputs(symbols, ndim)
    lowering.frames.append(Frame(routine, (), operands.env, operands.references))
    lowering.outputs = operands.outputs
    lowering.body(routine)
    results = [value for name, value in sorted(lowering.frame.env.items()) if name.startswith("%rv")]
    if wanted is not None:
        results = [calls.cast(e, value, scalar) for value, scalar in zip(results, operands.scalars_of(wanted))]
    atoms = tuple(e.atom(value) for value in results)
    if not atoms and not e.diagnostics and not any(param.array.is_writable for param in operands.arrays):
        e.error(codes.E0302, f"no path through `{routine.name}` gives a value")
    if e.diagnostics:
        return CompileError(e.diagnostics)
    body, span = e.builder.block(*atoms), routine.source.header
    return Function(routine.name, operands.params, body, indices, (), span, operands.arrays)


class Lowering(Loops):
    """Lowering of one kernel for one tuple of types."""

    def __init__(self, e: Emit, symbols: dict[Symbol, Value], elements: Elements) -> None:
        super().__init__(e, symbols, elements)
        self.outputs: tuple[View | None, ...] | None = None  # where results of a kernel of arrays go

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

    def inline(self, routine: Routine, values: dict[str, Result], call: ast.Call) -> Result:
        """The value of a helper's body in a frame of its own."""
        span = self.e.span
        self.frames.append(Frame(routine, (*self.frame.key, id(call))))
        for name, value in values.items():
            if isinstance(value, Value):
                self.frame.env[name] = value
            else:
                self.frame.references[name] = value
        self.e.calls.append(Label(span, "called here"))
        self.body(routine)
        self.e.calls.pop()
        ended = self.frames.pop()
        self.e.span = self.e.builder.loc = span
        results: dict[str, Result] = {name: each for name, each in ended.env.items() if name.startswith("%rv")}
        for name, each in ended.references.items():
            if name.startswith("%rv"):
                results[name] = self.error_of(each) if isinstance(each, Conflict) else each
        found = tuple(value for _, value in sorted(results.items()))
        return found if len(found) != 1 else found[0]

    def error_of(self, conflict: Conflict) -> Value:
        return self.e.error(codes.E0412, "different arrays are returned, or one that ends with its block")

    def scoped(self, name: str, stmts: list[ast.stmt], targets: frozenset[str]) -> Result:
        """Lower statements that stand for an expression: what `name` holds after them, which nobody else sees."""
        frame, span = self.frame, self.e.span
        env = {each: frame.env.pop(each) for each in targets if each in frame.env}
        references = {each: frame.references.pop(each) for each in targets if each in frame.references}
        self.block(stmts)
        result = frame.references.get(name) or frame.env[name]
        assert not isinstance(result, Conflict)
        for names in (self.frame.env, self.frame.references):
            for each in [each for each in names if each.startswith(name) or each in targets]:
                del names[each]
        self.frame.env.update(env)
        self.frame.references.update(references)
        self.e.span = self.e.builder.loc = span
        return result

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

    def simple(self, stmt: ast.stmt) -> Reach:
        match stmt:
            case ast.Assign(targets=targets, value=value):
                result = self.expr(value)
                for target in targets:
                    self.assign(target, result)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self.assign(target, self.expr(value))
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
                left, right = self.value(ast.copy_location(ast.Name(name, ast.Load()), target)), self.value(value)
                self.at(stmt)
                self.bind(name, arith.binary(self.e, type(op), left, right))
            case ast.AugAssign(target=ast.Subscript() as target, op=op, value=value):
                self.change(stmt, target, type(op), value)
            case ast.Assert(test=test):  # of a loop that nobody wrote
                self.e.check(self.e.atom(arith.truth(self.e, self.value(test))), Fault.EMPTY)
            case ast.Expr(value=value) if not isinstance(value, ast.Constant):
                self.expr(value)
            case ast.Return(value=value):
                if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
                    result = self.expr(value)
                    self.at(stmt)
                    self.give(result)
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

    def give(self, result: Result) -> None:
        """What `return` gives: an array goes where the caller wants it, the rest under names of its own."""
        outputs = self.outputs if len(self.frames) == 1 else None
        parts = self.parts(result, outputs)
        if outputs is not None and len(parts) != len(outputs):
            self.e.error(codes.E0414, f"{len(parts)} results for {len(outputs)} outputs")
            return
        for k, part in enumerate(parts):
            view = outputs[k] if outputs is not None else None
            if view is not None and isinstance(part, Value):
                self.e.error(codes.E0414, "a number is returned for an output with core dimensions")
            elif view is not None:
                self.arrays.assign(view, part)
            elif isinstance(part, Value):
                self.frame.env[returned(k)] = part
            elif len(self.frames) == 1:
                self.e.error(codes.E0409 if outputs is None else codes.E0414, "an array is returned for a number")
            else:
                self.frame.references[returned(k)] = part

    def parts(self, result: Result, outputs: tuple[View | None, ...] | None) -> tuple[Result, ...]:
        if not isinstance(result, tuple) or (outputs is not None and len(outputs) == 1):
            return (result,)
        return result

    def change(self, stmt: ast.AugAssign, target: ast.Subscript, op: type[ast.operator], value: ast.expr) -> None:
        """`x[i] += value`, whose array and index are looked at once."""
        base = self.expr(target.value)
        if not isinstance(base, View):
            self.arrays.store(target, literal(0))
            return
        place = self.arrays.index.item(base, self.arrays.items(target.slice, len(base.axes)))
        if place.axes:
            self.at(stmt)
            self.e.error(codes.E0409, "a part of an array is no number")
            return
        left, right = self.arrays.load(place), self.value(value)
        self.at(stmt)
        self.arrays.assign(place, arith.binary(self.e, op, left, right))

    def assign(self, target: ast.expr, result: Result) -> None:
        match target:
            case ast.Name(id=name):
                self.bind(name, result)
            case ast.Subscript():
                self.arrays.store(target, result)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                values = self.unpacked(result, len(elts))
                if len(values) != len(elts):
                    self.at(target)
                    self.e.error(codes.E0109, f"{len(values)} values for {len(elts)} names")
                for element, value in zip(elts, values, strict=False):
                    self.assign(element, value)
            case _:
                raise AssertionError("passed the check of the language")

    def unpacked(self, result: Result, count: int) -> tuple[Result, ...]:
        """The parts of a tuple; of an array those along its first axis, which has as many."""
        if isinstance(result, View) and result.axes:
            self.arrays.same_size(result.axes[0].extent, number(count))
            return tuple(self.arrays.element(result, number(k)) for k in range(count))
        return result if isinstance(result, tuple) else (result,)

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
