"""Which values of a function of one element are one for all lanes, and how wide a lane has to be.

Questions about the IR only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from iris_cc.ir import kinds, walk
from iris_cc.ir.nodes import Alloc, Atom, Check, Const, For, Function, If, Index, Let, Load, Store, Var, While


def uniform(fn: Function, moving: int | None, refilled: For | While | None = None) -> frozenset[Var]:
    """What no lane has of its own; lanes of a refilled loop are at different indices."""
    found = {index.var for index in fn.indices if is_fixed(index, moving)}
    for stmt in walk.statements(fn.body):  # program order: what a statement reads is known before it
        match stmt:
            case Let(out, args=args) if all(is_uniform(arg, found) for arg in args):
                found.add(out)
            case For() if stmt is not refilled and in_step(stmt, found):
                found.add(stmt.index)
            case Let() | Check() | If() | For() | While() | Load() | Store() | Alloc():
                pass
            case _:
                assert_never(stmt)
    return frozenset(found)


def is_fixed(index: Index, moving: int | None) -> bool:
    """Whether an index symbol is the same all along a row."""
    return index.kind == "n" or (index.kind == "i" and index.axis != moving)


def is_uniform(atom: Atom, found: frozenset[Var] | set[Var]) -> bool:
    return isinstance(atom, Const) or atom in found


def in_step(loop: For, found: frozenset[Var] | set[Var]) -> bool:
    """Whether all lanes that run `loop` are at the same index."""
    return all(is_uniform(atom, found) for atom in (loop.start, loop.step))


def same_trips(loop: For, found: frozenset[Var] | set[Var]) -> bool:
    """Whether only its live condition can make lanes leave `loop` at different times."""
    return in_step(loop, found) and is_uniform(loop.stop, found)


def lane_bits(fn: Function, found: frozenset[Var]) -> int:
    """As wide as the widest value that lanes hold apart; a bound that differs counts in 64 bits."""
    widths = [var.type.bits for var in _varying(fn, found)] + [type.bits for type in fn.results]
    loops = kinds.loops(walk.statements(fn.body))
    bounds = any(isinstance(loop, For) and not same_trips(loop, found) for loop in loops)
    return 64 if bounds or max(widths, default=64) == 64 else 32


def _varying(fn: Function, found: frozenset[Var]) -> Iterator[Var]:
    return (var for var in walk.bound(fn) if var not in found)
