"""Counts in 32 bits where nothing else in the lanes is wider: twice as many lanes in a register.

An i64 that is only chosen among small constants and the index of a loop with small constant bounds is the same number
as an i32, and the function gives it as one: who stores it knows what the caller asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from iris_cc.ir import ops
from iris_cc.ir.nodes import Alloc, Atom, Block, Check, Const, For, Function, If, Let, Load, Stmt, Store, Var, While
from iris_cc.ir.types import I32, I64
from iris_cc.ir.walk import operands, statements, with_operands
from iris_cc.records import replace


def narrowed(fn: Function) -> Function:
    """`fn` with its counts as i32; `fn` itself if there are none.  Its results may be narrower than they were."""
    sources = dict(_sources(fn))
    narrow = {var for var in sources if var.type is I64}
    while True:
        wrong = {var for var in narrow if not all(_fits(atom, narrow) for atom in sources[var])}
        wrong |= {var for var in _wide_uses(fn, narrow) if var in narrow}
        if not wrong:
            break
        narrow -= wrong
    return _Retype(narrow).function(fn) if narrow else fn


def _fits(atom: Atom, narrow: set[Var]) -> bool:
    if isinstance(atom, Const):
        return atom.type is I64 and I32.holds(int(atom.value))
    return atom in narrow


def _sources(fn: Function) -> Iterator[tuple[Var, tuple[Atom, ...]]]:
    """What each value is chosen among, for those that are chosen and not computed."""
    for stmt in statements(fn.body):
        match stmt:
            case Let(out, op, args) if op is ops.SEL:
                yield out, args[1:]
            case Let() | Check() | Load() | Store() | Alloc():
                pass
            case If(outs, then=then, orelse=orelse):
                yield from zip(outs, zip(then.results, orelse.results, strict=True), strict=True)
            case For() | While():
                for out, var, *flow in zip(stmt.outs, stmt.carried, stmt.inits, stmt.body.results, strict=True):
                    yield var, tuple(flow)
                    yield out, (var,)
                if isinstance(stmt, For) and isinstance(stmt.step, Const) and abs(int(stmt.step.value)) == 1:
                    yield stmt.index, (stmt.start, stmt.stop)  # the index stops at `stop` at the latest
            case _:
                assert_never(stmt)


def _wide_uses(fn: Function, narrow: set[Var]) -> Iterator[Atom]:
    """Values that something reads which needs 64 bits."""
    for stmt in statements(fn.body):
        match stmt:
            case Let(_, op, args) if op.compares and all(_fits(arg, narrow) for arg in args):
                pass
            case Let(out, op, args) if op is ops.SEL:
                yield from () if out in narrow else args
            case For() | While():
                bounds = (stmt.start, stmt.stop, stmt.step) if isinstance(stmt, For) else ()
                yield from bounds
                for out, var, *flow in zip(stmt.outs, stmt.carried, stmt.inits, stmt.body.results, strict=True):
                    yield from () if var in narrow else flow
                    yield from () if out in narrow else (var,)
            case If(outs, then=then, orelse=orelse):
                for out, *flow in zip(outs, then.results, orelse.results, strict=True):
                    yield from () if out in narrow else flow
            case Let() | Check() | Load() | Store() | Alloc():
                yield from operands(stmt)
            case _:
                assert_never(stmt)


class _Retype:
    """The function with other types for some values."""

    def __init__(self, narrow: set[Var]) -> None:
        self.narrow = narrow

    def function(self, fn: Function) -> Function:
        body = self.block(fn.body)
        results = tuple(
            Const(atom.value, I32) if isinstance(atom, Const) and atom.type is I64 and _fits(atom, set()) else atom
            for atom in body.results
        )
        return replace(fn, body=replace(body, results=results))

    def var(self, var: Var) -> Var:
        return replace(var, type=I32) if var in self.narrow else var

    def all(self, variables: tuple[Var, ...]) -> tuple[Var, ...]:
        return tuple(map(self.var, variables))

    def atom(self, atom: Atom) -> Atom:
        return self.var(atom) if isinstance(atom, Var) else atom

    def beside(self, target: Var, atom: Atom) -> Atom:
        """What flows into `target`."""
        if target in self.narrow and isinstance(atom, Const):
            return Const(atom.value, I32)
        return self.atom(atom)

    def flow(self, targets: tuple[Var, ...], atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
        return tuple(self.beside(target, atom) for target, atom in zip(targets, atoms, strict=True))

    def block(self, block: Block, targets: tuple[Var, ...] | None = None) -> Block:
        results = tuple(map(self.atom, block.results)) if targets is None else self.flow(targets, block.results)
        return Block(tuple(map(self.stmt, block.stmts)), results)

    def stmt(self, stmt: Stmt) -> Stmt:
        match stmt:
            case Let():
                return self.let(stmt)
            case If(outs):
                then, orelse = self.block(stmt.then, outs), self.block(stmt.orelse, outs)
                return replace(stmt, outs=self.all(outs), then=then, orelse=orelse)
            case For(outs, index, carried=carried):
                body, inits = self.block(stmt.body, carried), self.flow(carried, stmt.inits)
                parts = {"outs": self.all(outs), "carried": self.all(carried), "inits": inits, "body": body}
                bounds = self.bounds(stmt) if index in self.narrow else {}
                return replace(stmt, index=self.var(index), **parts, **bounds)
            case While(outs, carried):
                body, inits = self.block(stmt.body, carried), self.flow(carried, stmt.inits)
                parts = {"outs": self.all(outs), "carried": self.all(carried), "inits": inits, "body": body}
                return replace(stmt, condition=self.block(stmt.condition), **parts)
            case Check() | Load() | Store() | Alloc():
                return with_operands(stmt, self.atom)
            case _:
                assert_never(stmt)

    def bounds(self, loop: For) -> dict[str, Atom]:
        """The bounds of a narrow index, which are constants."""
        both = {"start": loop.start, "stop": loop.stop, "step": loop.step}
        return {name: self.beside(loop.index, atom) for name, atom in both.items()}

    def let(self, let: Let) -> Let:
        if not any(arg in self.narrow for arg in (*operands(let), let.out) if isinstance(arg, Var)):
            return let
        args = tuple(
            Const(arg.value, I32) if isinstance(arg, Const) and arg.type is I64 else self.atom(arg) for arg in let.args
        )
        return replace(let, out=self.var(let.out), args=args)
