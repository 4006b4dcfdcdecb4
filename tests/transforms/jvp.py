"""Forward-mode differentiation as a source over another source: a sketch that shows the door is open, and no more.

`Jvp(source)` takes the arguments, then one tangent for each; it gives the results, then their tangents.  All are f8.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never

from iris_cc.ir import ops, walk
from iris_cc.ir.nodes import Alloc, Atom, Block, Check, Const, For, Function, If, Let, Load, Stmt, Store, Var, While
from iris_cc.ir.ops import Op
from iris_cc.ir.types import F64
from iris_cc.records import replace

ZERO = Const(0.0, F64)


class Jvp:
    """What is not said here is as in the inner source."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.name = f"{inner.name}_jvp"
        self.params = (*inner.params, *(f"d_{name}" for name in inner.params))
        self.nout = 2 * inner.nout
        self.twin = self.routine = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def lower(self, types: Any, ndim: int, results: Any) -> Function:
        fn = self.inner.lower(types[: len(types) // 2], ndim, results)
        return _Forward(fn).function()


class _Forward:
    def __init__(self, fn: Function) -> None:
        self.fn = fn
        self.last = walk.highest_id(fn)
        self.tangents: dict[Var, Atom] = {}
        self.stmts: list[Stmt] = []

    def function(self) -> Function:
        given = self.define(self.fn.params)
        return replace(self.fn, params=(*self.fn.params, *given), body=self.block(self.fn.body), result_hints=())

    def define(self, variables: tuple[Var, ...]) -> tuple[Var, ...]:
        """A tangent for each variable; one that is no float has an f8 nobody reads, so that places stay in step."""
        first = self.last + 1
        self.last += len(variables)
        made = tuple(Var(first + k, F64) for k in range(len(variables)))
        self.tangents.update(zip(variables, made))
        return made

    def of(self, atom: Atom) -> Atom:
        return self.tangents.get(atom, ZERO) if isinstance(atom, Var) and atom.type is F64 else ZERO

    def each(self, atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
        return (*atoms, *map(self.of, atoms))

    def op(self, op: Op, *args: Atom | float) -> Atom:
        atoms = tuple(Const(arg, F64) if isinstance(arg, float) else arg for arg in args)
        self.last += 1
        out = Var(self.last, op.result(tuple(atom.type for atom in atoms)))
        self.stmts.append(Let(out, op, atoms))
        return out

    def block(self, block: Block) -> Block:
        outside, self.stmts = self.stmts, []
        for stmt in block.stmts:
            self.stmt(stmt)
        made = Block(tuple(self.stmts), self.each(block.results))
        self.stmts = outside
        return made

    def stmt(self, stmt: Stmt) -> None:
        match stmt:
            case Let(out, op, args):
                self.stmts.append(stmt)
                if out.type is F64:
                    self.tangents[out] = self.let(op, args, out)
            case Check():
                self.stmts.append(stmt)
            case If(outs):
                then, orelse = self.block(stmt.then), self.block(stmt.orelse)
                self.stmts.append(replace(stmt, then=then, orelse=orelse, outs=(*outs, *self.define(outs))))
            case For() | While():
                inits, carried = self.each(stmt.inits), (*stmt.carried, *self.define(stmt.carried))
                inner = {"body": self.block(stmt.body)}
                if isinstance(stmt, While):
                    inner["condition"] = stmt.condition
                outs = (*stmt.outs, *self.define(stmt.outs))
                self.stmts.append(replace(stmt, outs=outs, carried=carried, inits=inits, **inner))
            case Load() | Store() | Alloc():
                raise NotImplementedError("derivatives of what lies in memory")
            case _:
                assert_never(stmt)

    def let(self, op: Op, args: tuple[Atom, ...], out: Atom) -> Atom:
        if op is ops.SEL:
            return self.op(op, args[0], self.of(args[1]), self.of(args[2]))
        total: Atom = ZERO
        for arg, partial in zip(args, RULES[op](self.op, out, *args) if op in RULES else ()):
            total = self.op(ops.ADD, total, self.op(ops.MUL, partial, self.of(arg)))
        return total


# partials(op, out, *args): the derivatives by each operand; what is not here is a step, whose derivative is zero.
RULES: dict[Op, Callable[..., tuple[Any, ...]]] = {
    ops.ADD: lambda o, r, x, y: (1.0, 1.0),
    ops.SUB: lambda o, r, x, y: (1.0, -1.0),
    ops.MUL: lambda o, r, x, y: (y, x),
    ops.DIV: lambda o, r, x, y: (o(ops.DIV, 1.0, y), o(ops.NEG, o(ops.DIV, r, y))),
    ops.NEG: lambda o, r, x: (-1.0,),
    ops.SQR: lambda o, r, x: (o(ops.MUL, 2.0, x),),
    ops.SQRT: lambda o, r, x: (o(ops.DIV, 0.5, r),),
    ops.EXP: lambda o, r, x: (r,),
    ops.LOG: lambda o, r, x: (o(ops.DIV, 1.0, x),),
    ops.SIN: lambda o, r, x: (o(ops.COS, x),),
    ops.COS: lambda o, r, x: (o(ops.NEG, o(ops.SIN, x)),),
    ops.TANH: lambda o, r, x: (o(ops.SUB, 1.0, o(ops.MUL, r, r)),),
}
