"""Which statements are operations and which are loops: what a reader asks that looks for some kinds of statements.

Each answer is a `match` over the closed union: a new kind of statement is judged here and not passed over in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from iris_cc.ir.nodes import Alloc, Check, For, If, Let, Load, Stmt, Store, Var, While


def operation(stmt: Stmt) -> Let | None:
    """`stmt` if it does nothing but compute one value."""
    match stmt:
        case Let():
            return stmt
        case Check() | If() | For() | While() | Load() | Store() | Alloc():
            return None
        case _:
            assert_never(stmt)


def loop(stmt: Stmt) -> For | While | None:
    """`stmt` if its body may run more than once."""
    match stmt:
        case For() | While():
            return stmt
        case Let() | Check() | If() | Load() | Store() | Alloc():
            return None
        case _:
            assert_never(stmt)


def branch(stmt: Stmt) -> If | None:
    """`stmt` if it chooses among blocks that run once or not at all."""
    match stmt:
        case If():
            return stmt
        case Let() | Check() | For() | While() | Load() | Store() | Alloc():
            return None
        case _:
            assert_never(stmt)


def operations(stmts: Iterable[Stmt]) -> Iterator[Let]:
    return (let for stmt in stmts if (let := operation(stmt)) is not None)


def loops(stmts: Iterable[Stmt]) -> Iterator[For | While]:
    return (found for stmt in stmts if (found := loop(stmt)) is not None)


def branches(stmts: Iterable[Stmt]) -> Iterator[If]:
    return (found for stmt in stmts if (found := branch(stmt)) is not None)


def only_operations(stmts: Iterable[Stmt]) -> bool:
    return all(operation(stmt) is not None for stmt in stmts)


def made(stmts: Iterable[Stmt]) -> dict[Var, Let]:
    """The operations among `stmts`, by their results."""
    return {let.out: let for let in operations(stmts)}
