"""The verifier: valid in, valid out.  It stands between passes in tests and says where the first rule is broken."""

from __future__ import annotations

from typing import assert_never

from iris_cc.ir.nodes import Atom, Block, Check, Const, For, Function, If, Let, Stmt, Var, While
from iris_cc.ir.types import BOOL, I64, Scalar


class InvalidIR(Exception):
    """A function breaks a rule of the IR: always a bug of whoever made it, never of the user."""


def verify(fn: Function) -> Function:
    """`fn` itself, if every rule holds; raises InvalidIR otherwise."""
    _Verifier(fn).function()
    return fn


class _Verifier:
    def __init__(self, fn: Function) -> None:
        self.fn = fn
        self.defined: set[int] = set()  # every number so far: a variable is defined exactly once
        self.visible: set[Var] = set()  # the variables in scope here
        self.trail: list[Var] = []      # the same in order of definition: a scope that ends takes back its own

    def fail(self, message: str) -> None:
        raise InvalidIR(f"@{self.fn.name}: {message}")

    def function(self) -> None:
        self.define(self.fn.params)
        for index in self.fn.indices:
            self.define((index.var,))
            self.typed(index.var, I64, f"index {index}")
        if not self.fn.body.results:
            self.fail("a function returns at least one value")
        self.block(self.fn.body)

    def define(self, variables: tuple[Var, ...]) -> None:
        for var in variables:
            if var.id in self.defined:
                self.fail(f"%{var.id} is defined twice")
            self.defined.add(var.id)
            self.visible.add(var)
            self.trail.append(var)

    def leave(self, length: int) -> None:
        """End a scope that began when the trail had `length` variables."""
        self.visible.difference_update(self.trail[length:])
        del self.trail[length:]

    def use(self, *atoms: Atom) -> None:
        for atom in atoms:
            match atom:
                case Var():
                    if atom not in self.visible:
                        self.fail(f"%{atom.id}: {atom.type} is read where it is not defined")
                case Const():
                    pass
                case _:
                    assert_never(atom)

    def typed(self, atom: Atom, type: Scalar, what: str) -> None:
        if atom.type is not type:
            self.fail(f"{what} is {atom.type}, not {type}")

    def same(self, left: tuple[Atom, ...], right: tuple[Atom, ...], what: str) -> None:
        if tuple(a.type for a in left) != tuple(a.type for a in right):
            self.fail(f"{what}: ({', '.join(str(a.type) for a in left)}) and ({', '.join(str(a.type) for a in right)})")

    def block(self, block: Block, *inner: Var) -> None:
        """Check a block in a scope of its own: what it defines is not visible after it."""
        outside = len(self.trail)
        self.define(inner)
        for stmt in block.stmts:
            self.stmt(stmt)
        self.use(*block.results)
        self.leave(outside)

    def stmt(self, stmt: Stmt) -> None:
        match stmt:
            case Let(out, op, args):
                self.use(*args)
                if not op.may_result(tuple(a.type for a in args), out.type):
                    self.fail(f"{op.name} ({', '.join(str(a.type) for a in args)}) -> {out.type} is not in the table")
                self.define((out,))
            case Check(condition):
                self.use(condition)
                self.typed(condition, BOOL, "a check's condition")
            case If(outs, condition, then, orelse):
                self.use(condition)
                self.typed(condition, BOOL, "an if's condition")
                self.block(then)
                self.block(orelse)
                self.same(then.results, outs, "results of `then`")
                self.same(orelse.results, outs, "results of `else`")
                self.define(outs)
            case For():
                self.loop_for(stmt)
            case While(outs, carried, inits, condition, body):
                self.use(*inits)
                self.same(inits, carried, "initial values of a while")
                # A carried value is in scope in both blocks, and defined once.
                outside = len(self.trail)
                self.define(carried)
                self.block(condition)
                self.block(body)
                self.leave(outside)
                if len(condition.results) != 1:
                    self.fail("a while's condition is one value")
                self.typed(condition.results[0], BOOL, "a while's condition")
                self.same(body.results, carried, "values a while yields")
                self.same(outs, carried, "results of a while")
                self.define(outs)
            case _:
                assert_never(stmt)

    def loop_for(self, loop: For) -> None:
        self.use(loop.start, loop.stop, loop.step, *loop.inits)
        for atom in (loop.start, loop.stop, loop.step, loop.index):
            self.typed(atom, I64, "a bound of a for")
        self.same(loop.inits, loop.carried, "initial values of a for")
        self.block(loop.body, loop.index, *loop.carried)
        self.same(loop.body.results, loop.carried, "values a for yields")
        self.same(loop.outs, loop.carried, "results of a for")
        if loop.live is not None:
            if not 0 <= loop.live < len(loop.carried):
                self.fail("a for's live value is not one it carries")
            self.typed(loop.carried[loop.live], BOOL, "a for's live value")
        self.define(loop.outs)
