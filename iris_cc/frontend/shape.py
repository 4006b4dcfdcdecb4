"""What the shape of statements alone tells: the arms of an `elif` chain, and where control may leave.

Knows what no name means, and no types.  An `elif` chain is nested in the syntax tree and flat for its reader: here it
is flat.
"""

from __future__ import annotations

import ast

Arms = list[tuple[ast.expr, list[ast.stmt]]]


def arms(stmt: ast.If) -> tuple[Arms, list[ast.stmt]]:
    """The tests of an `if` and its `elif`s with what they guard, and the `else`."""
    found: Arms = [(stmt.test, stmt.body)]
    while len(stmt.orelse) == 1 and isinstance(stmt.orelse[0], ast.If):
        stmt = stmt.orelse[0]
        found.append((stmt.test, stmt.body))
    return found, stmt.orelse


def bodies(stmt: ast.If) -> list[list[ast.stmt]]:
    """The blocks of an `if`, of which one runs; the last is its `else`, and may be empty."""
    found, orelse = arms(stmt)
    return [*(body for _, body in found), orelse]


def always_exits(body: list[ast.stmt]) -> bool:
    """Whether no path falls off the end of `body`."""
    for stmt in body:
        if isinstance(stmt, (ast.Return, ast.Break, ast.Continue)):
            return True
        if isinstance(stmt, ast.If) and stmt.orelse and all(always_exits(inner) for inner in bodies(stmt)):
            return True
    return False


def may_exit(stmt: ast.stmt) -> bool:
    """Whether control may leave the block `stmt` stands in."""
    match stmt:
        case ast.Return() | ast.Break() | ast.Continue():
            return True
        case ast.If():
            return any(may_exit(inner) for body in bodies(stmt) for inner in body)
        case ast.For(body=body, orelse=orelse) | ast.While(body=body, orelse=orelse):
            return any(map(_may_return, body)) or any(map(may_exit, orelse))
        case _:
            return False


def _may_return(stmt: ast.stmt) -> bool:
    return any(isinstance(node, ast.Return) for node in ast.walk(stmt))


def may_leave(body: list[ast.stmt]) -> bool:
    """Whether a loop with this body may be left by a `return` anywhere in it, or by a `break` of its own."""
    pending = list(body)
    while pending:
        match pending.pop():
            case ast.Break():
                return True
            case ast.If(body=inner, orelse=orelse):
                pending += [*inner, *orelse]
            case ast.For(orelse=orelse) | ast.While(orelse=orelse):
                pending += orelse
            case _:
                pass
    return any(map(_may_return, body))


def has_walrus(node: ast.expr) -> bool:
    return any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(node))


def names_in(node: ast.expr) -> frozenset[str]:
    return frozenset(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))
