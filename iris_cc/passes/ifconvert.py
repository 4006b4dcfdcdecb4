"""Cheap branches become straight-line code: both sides are computed, and `select` chooses.

Every operation is total, so a side may be computed for an element that does not take it; what it cannot do is check or
loop.  Straight-line bodies are what a C compiler vectorises.
"""

from __future__ import annotations

from iris_cc.ir import ops, walk
from iris_cc.ir.nodes import Block, Function, If, Let, Stmt
from iris_cc.records import replace

# The most both sides may cost together, in additions.  A mispredicted branch is about 15 cycles, and a vector lane pays
# a quarter or less of a scalar operation; a call of a transcendental function (40) stays behind its branch.
LIMIT = 24


def ifconvert(fn: Function) -> Function:
    return replace(fn, body=_block(fn.body))


def _block(block: Block) -> Block:
    kept: list[Stmt] = []
    for stmt in block.stmts:
        stmt = walk.with_blocks(stmt, _block)
        if isinstance(stmt, If) and _cost(stmt) <= LIMIT:
            kept += _straight(stmt)
        else:
            kept.append(stmt)
    return Block(tuple(kept), block.results)


def _cost(stmt: If) -> int:
    """What both sides cost; more than the limit if one does more than compute."""
    stmts = stmt.then.stmts + stmt.orelse.stmts
    return sum(inner.op.cost if isinstance(inner, Let) else LIMIT + 1 for inner in stmts)


def _straight(stmt: If) -> tuple[Stmt, ...]:
    results = zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True)
    selects = (Let(out, ops.SEL, (stmt.condition, left, right), stmt.loc) for out, left, right in results)
    return (*stmt.then.stmts, *stmt.orelse.stmts, *selects)
