"""Integers that are not negative wherever a lane is in its loop: a right shift of them fills with zeros.

A vector of 64-bit lanes has no arithmetic shift before AVX-512.  A lane that has left its loop may hold anything, for
nothing it computes is kept.  Questions about the IR; nothing here is text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from iris_cc.ir import kinds, ops, walk
from iris_cc.ir.nodes import Alloc, Atom, Block, Check, Const, For, Function, If, Let, Load, Store, Var, While


def logical_shifts(fn: Function) -> frozenset[Var]:
    """The results of right shifts of such integers, by what loops tell by their conditions and bounds."""
    whole: set[Var] = set()
    return frozenset(_shifts(fn.body, whole))


def _shifts(block: Block, whole: set[Var]) -> Iterator[Var]:
    for stmt in block.stmts:
        match stmt:
            case Let(out, ops.SHR, args) if _is_whole(args[0], whole):
                whole.add(out)
                yield out
            case Let(out, ops.AND, args) if any(_is_whole(arg, whole) for arg in args):
                whole.add(out)
            case For(step=Const(value=step)) if step > 0 and _is_whole(stmt.start, whole):
                whole.add(stmt.index)
            case While():
                whole.update(_tested(stmt))
            case Let() | Check() | If() | For() | Load() | Store() | Alloc():
                pass
            case _:
                assert_never(stmt)
        for inner in (stmt.body,) if isinstance(stmt, While) else walk.blocks(stmt):  # a condition tests what may fail
            yield from _shifts(inner, whole)


def _is_whole(atom: Atom, found: set[Var]) -> bool:
    if isinstance(atom, Const):
        return atom.type.is_integer and int(atom.value) >= 0
    return atom in found


def _tested(loop: While) -> Iterator[Var]:
    """The carried values that the condition calls not negative."""
    made = kinds.made(loop.condition.stmts)
    pending = list(loop.condition.results)
    while pending:
        atom = pending.pop()
        let = made.get(atom) if isinstance(atom, Var) else None
        if let is None:
            continue
        if let.op is ops.AND:
            pending += let.args
            continue
        op, args = (let.op.mirrored, let.args[::-1]) if let.op in (ops.LT, ops.LE) else (let.op, let.args)
        if op not in (ops.GT, ops.GE) or args[0] not in loop.carried:
            continue
        if _least(args[1]) >= (-1 if op is ops.GT else 0):  # more than -1 is not negative
            yield from walk.variables(args[:1])


def _least(atom: Atom) -> int:
    """A constant integer; anything else promises nothing."""
    return int(atom.value) if isinstance(atom, Const) and atom.type.is_integer else -2
