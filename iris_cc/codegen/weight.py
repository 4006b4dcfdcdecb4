"""What a C compiler has to do for a function, counted in simple statements, and the form that keeps it within bounds.

    whole      one function of one element, which every loop over a row takes in
    outlined   the same, but it calls one copy of each function; for lanes, and for loops that may take long
    steps      a tile of elements at a time through short functions of their own (steps)

The time a compiler takes grows faster than a function does, and an elementary function of ours is long.  Questions
about the IR; nothing here is text, and no choice changes a result.
"""

from __future__ import annotations

from typing import Literal

from iris_cc.codegen.needs import is_ours, is_watched, trips_differ
from iris_cc.ir import kinds
from iris_cc.ir.nodes import Block, Function, Stmt
from iris_cc.ir.walk import blocks, has_memory, statements
from iris_cc.target import Target

Form = Literal["whole", "outlined", "steps"]

# Measured: what a compiler takes for a call of a function of ours, in statements like x * 1.5 + 2.
_CALLED = 3
# Operations with a helper of their own: a third of what they cost at run time, in additions.
_HELPED = 3

# What is compiled as one function at the highest level takes half a second; with lanes it is there several times.
MOST_WHOLE = 800
_MOST_IN_LANES = 300


def form(fn: Function, target: Target) -> Form:
    """How `fn` is written for `target`."""
    if weight(fn.body, target) <= MOST_WHOLE:
        return "whole"
    if has_memory(fn):  # a tile of elements has no memory for each
        return "outlined"
    in_lanes = trips_differ(fn) and called_weight(fn.body, target) <= _MOST_IN_LANES
    return "outlined" if is_watched(fn) or in_lanes else "steps"


def effort(fn: Function, target: Target) -> int:
    """What there is to compile, in statements: more than MOST_WHOLE in steps."""
    return called_weight(fn.body, target) if form(fn, target) == "outlined" else weight(fn.body, target)


def weight(block: Block, target: Target) -> int:
    """Of everything in `block`, each function of ours pasted in where it is called."""
    return sum(_pasted(stmt, target) for stmt in statements(block))


def called_weight(block: Block, target: Target) -> int:
    """The same where each function of ours is called."""
    return sum(_called(stmt, target) for stmt in statements(block))


def of_step(stmt: Stmt, target: Target) -> int:
    """`stmt` with all that is in it, functions called."""
    return _called(stmt, target) + sum(called_weight(block, target) for block in blocks(stmt))


def _pasted(stmt: Stmt, target: Target) -> int:
    let = kinds.operation(stmt)
    if let is not None and is_ours(let.op, target):
        return let.op.pasted
    return _called(stmt, target)


def _called(stmt: Stmt, target: Target) -> int:
    let = kinds.operation(stmt)
    if let is None:
        return 1
    return _CALLED if is_ours(let.op, target) else max(1, let.op.cost // _HELPED)
