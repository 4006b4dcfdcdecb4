"""Branches become straight-line code: both sides are computed, and `select` chooses.

Every operation and every load is total, so a side may be computed for an element that does not take it; what it cannot
do is check, store or loop.  Straight-line bodies are what a C compiler vectorises, and one branch left ends that: so
cheap branches go everywhere, and dear ones go where they are all that keeps the loop over elements from becoming
vectors.
"""

from __future__ import annotations

from typing import assert_never

from iris_cc.ir import kinds, ops, walk
from iris_cc.ir.effects import effects
from iris_cc.ir.nodes import Alloc, Block, Check, For, Function, If, Let, Load, Stmt, Store, While
from iris_cc.records import replace

# The most both sides may cost together, in additions.  A mispredicted branch is about 15 cycles, and a vector lane pays
# a quarter or less of a scalar operation.
LIMIT = 24

LOAD = 4  # what a load costs, in additions: it looks whether its place exists

# The same for all branches of a function together, where the loop over elements then becomes vectors.
LIMIT_OF_VECTORS = 10 * LIMIT
MISPREDICTED = 10  # what a branch costs by itself, in additions: half of them go the other way
GAIN = 3  # how many times faster a loop of vectors is, at least


def ifconvert(fn: Function) -> Function:
    """For elementary functions that work on vectors."""
    fn = ifconvert_cheap(fn)
    return _converted(fn, LIMIT_OF_VECTORS) if _gains(fn.body) else fn


def ifconvert_cheap(fn: Function) -> Function:
    """For elementary functions that are calls."""
    return _converted(fn, LIMIT)


def _converted(fn: Function, limit: int) -> Function:
    return replace(fn, body=_block(fn.body, limit))


def _block(block: Block, limit: int) -> Block:
    kept: list[Stmt] = []
    for stmt in block.stmts:
        stmt = walk.with_blocks(stmt, lambda inner: _block(inner, limit))
        if isinstance(stmt, If) and _cost(stmt, limit) <= limit:
            kept += _straight(stmt)
        else:
            kept.append(stmt)
    return Block(tuple(kept), block.results)


def _cost(stmt: If, limit: int) -> int:
    """What both sides cost; more than the limit if one does more than compute."""
    return sum(_cost_of(inner, limit) for inner in stmt.then.stmts + stmt.orelse.stmts)


def _cost_of(stmt: Stmt, limit: int) -> int:
    if isinstance(stmt, If) or not effects(stmt).may_speculate:  # a branch that stayed is too dear
        return limit + 1
    return stmt.op.cost if isinstance(stmt, Let) else LOAD


def _straight(stmt: If) -> tuple[Stmt, ...]:
    results = zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True)
    selects = (Let(out, ops.SEL, (stmt.condition, left, right), stmt.loc) for out, left, right in results)
    return (*stmt.then.stmts, *stmt.orelse.stmts, *selects)


# -- whether the loop over elements becomes vectors, and whether that pays --------------------------------------------


def _gains(body: Block) -> bool:
    """Whether branches are all that stands between `body` and vectors, and computing every side costs less."""
    lets = [*kinds.operations(walk.statements(body))]
    inside = [inner for stmt in body.stmts for block in walk.blocks(stmt) for inner in walk.statements(block)]
    if not inside or not all(isinstance(stmt, Let | Check) for stmt in body.stmts if not isinstance(stmt, If)):
        return False
    if len([*kinds.operations(inside), *kinds.branches(inside)]) < len(inside) or not all(map(_in_vectors, lets)):
        return False
    sides = sum(let.op.cost for let in kinds.operations(inside))
    return sides <= LIMIT_OF_VECTORS and sum(let.op.cost for let in lets) <= GAIN * _expected(body)


def _in_vectors(let: Let) -> bool:
    """Whether compilers have vectors for it: no call of the library, no division of integers."""
    whole_division = let.op.cost >= ops.DIVIDE and any(arg.type.is_integer for arg in let.args)
    return let.op.cost < ops.CALL and ops.Trait.SCALAR not in let.op.traits and not whole_division


def _expected(block: Block) -> float:
    """What an element costs that branches and takes either side as often."""
    total = 0.0
    for stmt in block.stmts:
        match stmt:
            case Let(op=op):
                total += op.cost
            case If(then=then, orelse=orelse):
                total += MISPREDICTED + (_expected(then) + _expected(orelse)) / 2
            case Load():
                total += LOAD
            case Check() | For() | While() | Store() | Alloc():  # either way
                pass
            case _:
                assert_never(stmt)
    return total
