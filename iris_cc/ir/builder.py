"""Makes well-typed statements and hands out variable numbers.  Whoever emits through it cannot emit a wrong type."""

from __future__ import annotations

from iris_cc.diagnostics import Span
from iris_cc.ir import ops
from iris_cc.ir.nodes import NOWHERE, Atom, Block, Let, Stmt, Var, is_lanes
from iris_cc.ir.ops import Op
from iris_cc.ir.types import Scalar
from iris_cc.records import field, record


@record(eq=False, frozen=False)
class Numbers:
    """The next free variable number of one function, shared by the builders of its blocks."""

    next: int = 0

    def take(self) -> int:
        self.next += 1
        return self.next - 1


@record(eq=False, frozen=False)
class Builder:
    """The statements of one block so far."""

    numbers: Numbers = field(default_factory=Numbers)
    stmts: list[Stmt] = field(default_factory=list)
    loc: Span = NOWHERE

    def inner(self) -> Builder:
        """A builder for a block inside this one."""
        return Builder(self.numbers, [], self.loc)

    def var(self, type: Scalar, hint: str = "", lanes: bool = False) -> Var:
        return Var(self.numbers.take(), type, hint, lanes)

    def add(self, stmt: Stmt) -> None:
        self.stmts.append(stmt)

    def emit(self, op: Op, *args: Atom, hint: str = "") -> Var:
        in_lanes = op not in ops.REDUCTIONS and any(map(is_lanes, args))
        out = self.var(op.result(tuple(arg.type for arg in args)), hint, in_lanes)
        self.add(Let(out, op, args, self.loc))
        return out

    def cast(self, atom: Atom, to: Scalar, hint: str = "") -> Atom:
        """`atom` as type `to`; the same atom if it already is."""
        if atom.type is to:
            return atom
        out = self.var(to, hint, is_lanes(atom))
        self.add(Let(out, ops.CAST, (atom,), self.loc))
        return out

    def block(self, *results: Atom) -> Block:
        return Block(tuple(self.stmts), results)
