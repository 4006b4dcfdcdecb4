"""Values nobody reads after a loop need no value on the way out of it.

    live' = not c;  x' = select(c, x, f(x));  x unread after the loop    ->    x' = f(x)

The iteration that ends the loop computes one value more, which no one sees: every operation is total.
This pass changes what dead values are, and nothing that is ever read.
"""

from __future__ import annotations

from typing import assert_never

from iris_cc.ir import kinds, ops
from iris_cc.ir.nodes import Alloc, Atom, Block, Check, Const, For, Function, If, Let, Load, Stmt, Store, Var, While
from iris_cc.ir.walk import reads, with_blocks
from iris_cc.records import replace

Definitions = dict[Var, Let]


def exits(fn: Function) -> Function:
    """`fn` with the selects gone that kept dead values of a loop on its last iteration."""
    return replace(fn, body=_block(fn.body, frozenset(reads(fn.body))))


def _block(block: Block, read: frozenset[Var]) -> Block:
    return replace(block, stmts=tuple(_stmt(stmt, read) for stmt in block.stmts))


def _stmt(stmt: Stmt, read: frozenset[Var]) -> Stmt:
    stmt = with_blocks(stmt, lambda block: _block(block, read))
    match stmt:
        case For(live=int(live)):
            return _loop(stmt, live, read)
        case While(carried=carried, condition=Block((), (Var() as test,))) if test in carried:
            return _loop(stmt, carried.index(test), read)
        case Let() | Check() | If() | For() | While() | Load() | Store() | Alloc():
            return stmt
        case _:
            assert_never(stmt)


def _loop(loop: For | While, live: int, read: frozenset[Var]) -> Stmt:
    made = kinds.made(loop.body.stmts)
    leaving = _leaving(loop.body.results[live], made)
    results = list(loop.body.results)
    for k, out in enumerate(loop.outs):
        if k != live and out not in read:
            results[k] = _going_on(results[k], leaving, made)
    return replace(loop, body=replace(loop.body, results=tuple(results)))


def _leaving(live: Atom, made: Definitions) -> dict[Atom, bool]:
    """Conditions that end the loop, with the value at which they do: what makes `live` false by itself."""
    found: dict[Atom, bool] = {}
    pending: list[tuple[Atom, bool]] = [(live, False)]  # (value, the truth of it that ends the loop)
    while pending:
        atom, ends = pending.pop()
        if isinstance(atom, Const) or atom in found:
            continue
        found[atom] = ends
        let = made.get(atom)
        if let is None:
            continue
        if let.op is ops.NOT:
            pending.append((let.args[0], not ends))
        elif (let.op is ops.AND and not ends) or (let.op is ops.OR and ends):
            pending += [(arg, ends) for arg in let.args]
    return found


def _going_on(result: Atom, leaving: dict[Atom, bool], made: Definitions) -> Atom:
    """The arm of a select that is taken while the loop goes on, through any number of selects."""
    while isinstance(result, Var) and (let := made.get(result)) is not None and let.op is ops.SEL:
        condition, then, orelse = let.args
        if condition not in leaving:
            break
        result = orelse if leaving[condition] else then
    return result
