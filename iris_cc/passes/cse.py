"""Common subexpressions: an operation already computed in this scope or one around it is not computed again.

Checks and loops stay: each has an effect of its own, or is not worth comparing.
"""

from __future__ import annotations

from iris_cc.ir import walk
from iris_cc.ir.nodes import Atom, Block, Const, Function, Let, Stmt, Var
from iris_cc.ir.ops import Op
from iris_cc.ir.types import Scalar
from iris_cc.passes.scope import Known
from iris_cc.records import replace

# What makes two operations one.  Numbers, not atoms: hashing a node costs more than the rest of this pass.
_Part = int | tuple[int, str]
_Key = tuple[Op, Scalar, tuple[_Part, ...]]


def cse(fn: Function) -> Function:
    return replace(fn, body=_Cse().block(fn.body))


class _Cse:
    def __init__(self) -> None:
        self.known = Known()
        self.available: dict[_Key, tuple[list[Stmt], int]] = {}  # where the first one stands

    def block(self, block: Block) -> Block:
        kept: list[Stmt] = []
        added: list[_Key] = []
        for stmt in block.stmts:
            stmt = self.known.in_operands(stmt)
            if isinstance(stmt, Let):
                self.let(kept, stmt, added)
            else:
                kept.append(walk.with_blocks(stmt, self.block))
        results = self.known.all(block.results)
        for key in added:  # out of scope after this block
            del self.available[key]
        return Block(tuple(kept), results)

    def let(self, kept: list[Stmt], let: Let, added: list[_Key]) -> None:
        key = (let.op, let.out.type, tuple(map(_part, let.args)))
        if key not in self.available:
            self.available[key] = (kept, len(kept))
            added.append(key)
            kept.append(let)
            return
        stmts, at = self.available[key]
        first = stmts[at]
        assert isinstance(first, Let)
        if let.out.hint and not first.out.hint:  # the name a reader knows survives
            first = replace(first, out=Var(first.out.id, first.out.type, let.out.hint))
            stmts[at] = first
        self.known.learn(let.out, first.out)


def _part(atom: Atom) -> _Part:
    return (atom.bits, atom.type.dtype) if isinstance(atom, Const) else atom.id
