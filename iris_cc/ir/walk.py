"""The traversals that every reader of the IR shares: definitions, uses, inner blocks, substitution.

Each is one `match` over the closed union of statements; nothing here changes what a program means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import assert_never

from iris_cc.ir.nodes import (
    Alloc,
    Array,
    Atom,
    Block,
    Check,
    Const,
    For,
    Function,
    If,
    Let,
    Load,
    Stmt,
    Store,
    Var,
    While,
)  # fmt: skip
from iris_cc.records import replace


def definitions(stmt: Stmt) -> tuple[Var, ...]:
    """The variables `stmt` defines for the statements after it."""
    match stmt:
        case Let(out) | Load(out):
            return (out,)
        case Check() | Store() | Alloc():
            return ()
        case If(outs) | For(outs) | While(outs):
            return outs
        case _:
            assert_never(stmt)


def operands(stmt: Stmt) -> tuple[Atom, ...]:
    """The atoms `stmt` itself reads; what its inner blocks read is not among them."""
    match stmt:
        case Let(args=args):
            return args
        case Check(condition) | If(condition=condition):
            return (condition,)
        case For():
            return (stmt.start, stmt.stop, stmt.step, *stmt.inits)
        case While():
            return stmt.inits
        case Load():
            return stmt.indices
        case Store():
            return (*stmt.indices, stmt.value)
        case Alloc():
            return stmt.extents
        case _:
            assert_never(stmt)


def arrays(stmt: Stmt) -> tuple[Array, ...]:
    """The arrays `stmt` itself names."""
    match stmt:
        case Load() | Store() | Alloc():
            return (stmt.array,)
        case Let() | Check() | If() | For() | While():
            return ()
        case _:
            assert_never(stmt)


def blocks(stmt: Stmt) -> tuple[Block, ...]:
    """The inner blocks, in program order."""
    match stmt:
        case Let() | Check() | Load() | Store() | Alloc():
            return ()
        case If():
            return (stmt.then, stmt.orelse)
        case For():
            return (stmt.body,)
        case While():
            return (stmt.condition, stmt.body)
        case _:
            assert_never(stmt)


def inner_definitions(stmt: Stmt) -> tuple[Var, ...]:
    """The variables `stmt` defines for its own inner blocks: loop indices and carried values."""
    match stmt:
        case Let() | Check() | If() | Load() | Store() | Alloc():
            return ()
        case For():
            return (stmt.index, *stmt.carried)
        case While():
            return stmt.carried
        case _:
            assert_never(stmt)


def statements(block: Block) -> Iterator[Stmt]:
    """Every statement at any depth, in program order."""
    for stmt in block.stmts:
        yield stmt
        for inner in blocks(stmt):
            yield from statements(inner)


def reads(block: Block) -> Iterator[Var]:
    """Every variable read at any depth, in program order."""
    for stmt in block.stmts:
        yield from variables(operands(stmt))
        for inner in blocks(stmt):
            yield from reads(inner)
    yield from variables(block.results)


def variables(atoms: tuple[Atom, ...]) -> Iterator[Var]:
    return (atom for atom in atoms if isinstance(atom, Var))


def with_blocks(stmt: Stmt, change: Callable[[Block], Block]) -> Stmt:
    """`stmt` with each inner block changed, in program order."""
    match stmt:
        case Let() | Check() | Load() | Store() | Alloc():
            return stmt
        case If():
            return replace(stmt, then=change(stmt.then), orelse=change(stmt.orelse))
        case For():
            return replace(stmt, body=change(stmt.body))
        case While():
            return replace(stmt, condition=change(stmt.condition), body=change(stmt.body))
        case _:
            assert_never(stmt)


def with_operands(stmt: Stmt, change: Callable[[Atom], Atom]) -> Stmt:
    """`stmt` with each atom it reads itself changed."""
    match stmt:
        case Let():
            return replace(stmt, args=tuple(map(change, stmt.args)))
        case Check() | If():
            return replace(stmt, condition=change(stmt.condition))
        case For():
            start, stop, step = map(change, (stmt.start, stmt.stop, stmt.step))
            return replace(stmt, start=start, stop=stop, step=step, inits=tuple(map(change, stmt.inits)))
        case While():
            return replace(stmt, inits=tuple(map(change, stmt.inits)))
        case Load():
            return replace(stmt, indices=tuple(map(change, stmt.indices)))
        case Store():
            return replace(stmt, indices=tuple(map(change, stmt.indices)), value=change(stmt.value))
        case Alloc():
            return replace(stmt, extents=tuple(map(change, stmt.extents)))
        case _:
            assert_never(stmt)


def substitute(atom: Atom, known: Mapping[Var, Atom]) -> Atom:
    match atom:
        case Var():
            return known.get(atom, atom)
        case Const():
            return atom
        case _:
            assert_never(atom)


def highest_id(fn: Function) -> int:
    """The largest variable number in `fn`, or -1: new variables number from one above it."""
    return max((var.id for var in bound(fn)), default=-1)


def has_memory(fn: Function) -> bool:
    """Whether `fn` knows any array."""
    return bool(fn.arrays) or any(isinstance(stmt, Alloc) for stmt in statements(fn.body))


def inputs(fn: Function) -> tuple[Var, ...]:
    """The values a function takes: those of elements, extents and steps, index symbols."""
    return (*fn.params, *fn.axis_inputs, *(index.var for index in fn.indices))


def bound(fn: Function) -> Iterator[Var]:
    """Every variable of `fn`, in the order of definition."""
    yield from inputs(fn)
    for stmt in statements(fn.body):
        yield from (*inner_definitions(stmt), *definitions(stmt))


def has_lanes(fn: Function) -> bool:
    """Whether `fn` computes several elements together."""
    return any(var.lanes for var in bound(fn))


def size(fn: Function) -> int:
    """The number of statements at any depth."""
    return sum(1 for _ in statements(fn.body))
