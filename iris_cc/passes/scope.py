"""What a rewriting walk knows: which variable is now which atom.  Keyed by number, which is unique in a function."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import TypeVar

from iris_cc.ir import walk
from iris_cc.ir.nodes import Atom, For, Let, Stmt, Var, While
from iris_cc.records import replace

Loop = TypeVar("Loop", For, While)


class Replacements:
    """Replacements found so far.  Each target is already final, so one lookup is enough."""

    def __init__(self) -> None:
        self.atoms: dict[int, Atom] = {}

    def learn(self, var: Var, atom: Atom) -> None:
        self.atoms[var.id] = self(atom)

    def learn_all(self, variables: tuple[Var, ...], atoms: tuple[Atom, ...]) -> None:
        for var, atom in zip(variables, atoms, strict=True):
            self.learn(var, atom)

    def forget(self, variables: tuple[Var, ...]) -> None:
        """Take back what was learned about values whose rewriting is thrown away."""
        for var in variables:
            self.atoms.pop(var.id, None)

    def __call__(self, atom: Atom) -> Atom:
        return self.atoms.get(atom.id, atom) if isinstance(atom, Var) else atom

    def all(self, atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
        if any(isinstance(atom, Var) and atom.id in self.atoms for atom in atoms):
            return tuple(map(self, atoms))
        return atoms

    def in_operands(self, stmt: Stmt) -> Stmt:
        """`stmt` with what it reads itself replaced; itself if nothing is."""
        if isinstance(stmt, Let):
            args = self.all(stmt.args)
            return stmt if args is stmt.args else replace(stmt, args=args)
        atoms = walk.operands(stmt)
        return stmt if self.all(atoms) is atoms else walk.with_operands(stmt, self)


def with_carried(loop: Loop, keep: Sequence[bool]) -> Loop:
    """`loop` with only some of its carried values; what its body yields is the caller's to narrow."""
    return replace(
        loop,
        outs=tuple(compress(loop.outs, keep)),
        carried=tuple(compress(loop.carried, keep)),
        inits=tuple(compress(loop.inits, keep)),
    )
