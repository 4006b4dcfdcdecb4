"""Definite assignment: which names surely have a value where they are read, and whether every path returns.

A forward data-flow analysis on the syntax tree, before any type is known.  A state is the set of names that surely have
a value, or None where control cannot come; the meet of two paths is the intersection.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from iris_cc.frontend.resolve import assigned_names
from iris_cc.frontend.shape import arms
from iris_cc.records import field, record

State = frozenset[str] | None
Report = Callable[[ast.Name], None]
ConstantOf = Callable[[ast.expr], Any]  # the number an expression surely is, or None


@record(eq=False, frozen=False)
class _LoopExits:
    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)


@record(eq=False, frozen=False)
class Definiteness:
    """The analysis of one function; `report` gets every read of a name that may have no value."""

    locals: frozenset[str]
    constant: ConstantOf
    report: Report
    loops: list[_LoopExits] = field(default_factory=list)

    def run(self, tree: ast.FunctionDef, params: frozenset[str]) -> bool:
        """Analyse `tree`; True if control can fall off its end."""
        return self.block(tree.body, params) is not None

    def block(self, body: list[ast.stmt], state: State) -> State:
        for stmt in body:
            if state is None:
                return None
            state = self.stmt(stmt, state)
        return state

    def stmt(self, stmt: ast.stmt, state: State) -> State:
        match stmt:
            case ast.Assign(targets=targets, value=value):
                state = self.expr(value, state)
                for target in targets:
                    state = self.places(target, state)
                return _assign(state, *targets)
            case ast.AugAssign(target=target, value=value):
                if isinstance(target, ast.Name):
                    self.read(target, state)
                state = self.expr(value, self.places(target, state))
                return _assign(state, target)
            case ast.AnnAssign(target=target, value=value):
                return state if value is None else _assign(self.expr(value, state), target)
            case ast.Return(value=value):
                if value is not None:
                    self.expr(value, state)
                return None
            case ast.Expr(value=value):
                return self.expr(value, state)
            case ast.If():
                ends: list[State] = []
                chain, orelse = arms(stmt)
                for test, body in chain:
                    true, state = self.condition(test, state)
                    ends.append(self.block(body, true))
                return meet(*ends, self.block(orelse, state))
            case ast.While():
                return self.while_loop(stmt, state)
            case ast.For():
                return self.for_loop(stmt, state)
            case ast.Break():
                return self.leave("breaks", state)
            case ast.Continue():
                return self.leave("continues", state)
            case ast.Pass():
                return state
            case _:  # outside the language, and reported: what it binds counts as bound
                return state if state is None else state | assigned_names(stmt) | {getattr(stmt, "name", "")}

    def places(self, target: ast.expr, state: State) -> State:
        """What a target reads: the array and the index of an element that is stored to."""
        match target:
            case ast.Subscript():
                return self.expr(target, state)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                for element in elts:
                    state = self.places(element, state)
                return state
            case _:
                return state

    def leave(self, way: str, state: State) -> State:
        if self.loops:
            getattr(self.loops[-1], way).append(state)
        return None

    def while_loop(self, stmt: ast.While, state: State) -> State:
        true, false = self.condition(stmt.test, state)
        loop = _LoopExits()
        self.loops.append(loop)
        self.block(stmt.body, true)
        self.loops.pop()
        return meet(self.block(stmt.orelse, false), *loop.breaks)

    def for_loop(self, stmt: ast.For, state: State) -> State:
        state = self.expr(stmt.iter, state)
        args = _range_arguments(stmt.iter)
        loop = _LoopExits()
        self.loops.append(loop)
        end = self.block(stmt.body, _assign(state, stmt.target))
        self.loops.pop()
        # The body surely ran if the bounds are constants that make a count; otherwise the loop may be empty.
        exhausted = meet(end, *loop.continues)
        if not self.surely_runs(args):
            exhausted = state
        return meet(self.block(stmt.orelse, exhausted), *loop.breaks)

    def surely_runs(self, args: list[ast.expr]) -> bool:
        bounds = [self.constant(arg) for arg in args]
        if not bounds or not all(isinstance(bound, int) for bound in bounds) or (len(bounds) == 3 and bounds[2] == 0):
            return False
        try:
            return bool(range(*bounds))
        except (TypeError, OverflowError):
            return False

    def read(self, node: ast.Name, state: State) -> None:
        if state is not None and node.id in self.locals and node.id not in state:
            self.report(node)

    def condition(self, node: ast.expr, state: State) -> tuple[State, State]:
        """The states where `node` is true and where it is false."""
        match node:
            case ast.BoolOp(op=op, values=values):
                is_and = isinstance(op, ast.And)
                stays, leaves = state, []
                for value in values:
                    true, false = self.condition(value, stays)
                    stays = true if is_and else false
                    leaves.append(false if is_and else true)
                return (stays, meet(*leaves)) if is_and else (meet(*leaves), stays)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                true, false = self.condition(operand, state)
                return false, true
            case ast.Compare(left=left, comparators=comparators):
                state = self.expr(comparators[0], self.expr(left, state))
                false = state
                for later in comparators[1:]:
                    state = self.expr(later, state)
                return state, meet(false, state)
            case _:
                after = self.expr(node, state)
                constant = self.constant(node)
                if constant is None:
                    return after, after
                return (after, None) if constant else (None, after)

    def expr(self, node: ast.expr, state: State) -> State:
        match node:
            case ast.Name():
                if isinstance(node.ctx, ast.Load):
                    self.read(node, state)
                return state
            case ast.BinOp():
                return self.chain(node, state)
            case ast.BoolOp() | ast.Compare() | ast.UnaryOp(op=ast.Not()):
                return meet(*self.condition(node, state))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                true, false = self.condition(test, state)
                return meet(self.expr(body, true), self.expr(orelse, false))
            case ast.NamedExpr(target=target, value=value):
                return _assign(self.expr(value, state), target)
            case ast.Call(func=func, args=args, keywords=keywords):
                state = self.expr(func, state) if isinstance(func, ast.Attribute) else state
                for arg in (*args, *(keyword.value for keyword in keywords)):
                    state = self.expr(arg, state)
                return state
            case ast.UnaryOp(operand=operand) | ast.Attribute(value=operand) | ast.Starred(value=operand):
                return self.expr(operand, state)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                for element in elts:
                    state = self.expr(element, state)
                return state
            case ast.Subscript(value=value, slice=places):
                return self.expr(places, self.expr(value, state))
            case ast.Slice(lower=lower, upper=upper, step=step):
                for bound in (lower, upper, step):
                    state = state if bound is None else self.expr(bound, state)
                return state
            case ast.ListComp(elt=elt, generators=generators) | ast.GeneratorExp(elt=elt, generators=generators):
                inner = state
                for generator in generators:
                    inner = _assign(self.expr(generator.iter, inner), generator.target)
                    for test in generator.ifs:
                        inner = self.expr(test, inner)
                self.expr(elt, inner)
                return state
            case _:  # a constant, or outside the language and reported
                return state

    def chain(self, node: ast.BinOp, state: State) -> State:
        """a + b + c + ... may be thousands long: walk its left spine in a loop."""
        rights: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            rights.append(left.right)
            left = left.left
        state = self.expr(left, state)
        for right in reversed(rights):
            state = self.expr(right, state)
        return state


def meet(*states: State) -> State:
    """The names sure on every path that comes here; None if none does."""
    reachable = [state for state in states if state is not None]
    return frozenset.intersection(*reachable) if reachable else None


def _range_arguments(node: ast.expr) -> list[ast.expr]:
    """The arguments of a `range(...)`; none for what else a loop runs over."""
    match node:
        case ast.Call(func=ast.Name(id="range"), args=args):
            return args
        case _:
            return []


def _assign(state: State, *targets: ast.expr) -> State:
    """A store to an element assigns no name."""
    if state is None:
        return None
    nodes = (n for target in targets for n in ast.walk(target))
    names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return state if names <= state else state | names
