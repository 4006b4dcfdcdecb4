"""Common subexpressions: an operation already computed in this scope or one around it is not computed again.

So is a load, if nothing may have stored there since.  Checks and loops stay: each has an effect of its own, or is not
worth comparing.
"""

from __future__ import annotations

from iris_cc.ir import walk
from iris_cc.ir.effects import effects
from iris_cc.ir.nodes import Array, Atom, Block, Const, For, Function, Let, Load, Stmt, Var, While
from iris_cc.ir.ops import Op
from iris_cc.ir.types import Scalar
from iris_cc.passes.scope import Replacements
from iris_cc.records import replace

# What makes two operations one.  Numbers, not atoms: hashing a node costs more than the rest of this pass.
_Part = int | tuple[int, str]
_Key = tuple[Op, Scalar, tuple[_Part, ...]]
_Place = tuple[_Part, ...]


def cse(fn: Function) -> Function:
    return replace(fn, body=_Cse().block(fn.body))


class _Cse:
    def __init__(self) -> None:
        self.known = Replacements()
        self.available: dict[_Key, tuple[list[Stmt], int]] = {}  # where the first one stands
        self.loaded: dict[Array, dict[_Place, Var]] = {}  # what still lies there

    def block(self, block: Block) -> Block:
        kept: list[Stmt] = []
        added: list[_Key] = []
        loads: list[tuple[Array, _Place]] = []
        for stmt in block.stmts:
            stmt = self.known.in_operands(stmt)
            if isinstance(stmt, Let):
                self.let(kept, stmt, added)
            elif isinstance(stmt, Load):
                self.load(kept, stmt, loads)
            else:
                kept.append(self.other(stmt))
        results = self.known.all(block.results)
        for key in added:  # out of scope after this block
            del self.available[key]
        for array, place in loads:
            self.loaded[array].pop(place, None)
        return Block(tuple(kept), results)

    def other(self, stmt: Stmt) -> Stmt:
        """A statement that may store: in a loop, before the first of its own loads in the next round."""
        if isinstance(stmt, For | While):
            self.forget(stmt)
        changed = walk.with_blocks(stmt, self.block)
        self.forget(stmt)
        return changed

    def forget(self, stmt: Stmt) -> None:
        if not self.loaded:
            return
        found = effects(stmt)
        for array, places in self.loaded.items():
            if found.may_write(array):
                places.clear()

    def load(self, kept: list[Stmt], load: Load, added: list[tuple[Array, _Place]]) -> None:
        place = tuple(map(_part, load.indices))
        places = self.loaded.setdefault(load.array, {})
        if place in places:
            self.known.learn(load.out, places[place])
            return
        places[place] = load.out
        added.append((load.array, place))
        kept.append(load)

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
