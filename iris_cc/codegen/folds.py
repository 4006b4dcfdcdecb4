"""Rows whose result is the first operand of the next element: reductions and accumulations.

    out = kernel(out, x[0]); out = kernel(out, x[1]); ...        ufunc.reduce: `out` stands still
    out[1] = kernel(out[0], x[1]); out[2] = ...                  ufunc.accumulate

In any case the value stays in a register.  Where the kernel is one operation that is associative and exact, a reduction
of contiguous elements goes by many partial results at once: no order of such operations changes a bit, but for what
`_Order.BUT_FOR_ZEROS_AND_NANS` says, and then the row goes element by element after all.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from iris_cc.codegen.cfamily import KERNEL
from iris_cc.codegen.writer import Writer
from iris_cc.ir import ops
from iris_cc.ir.nodes import Function, Let
from iris_cc.ir.ops import Trait

if TYPE_CHECKING:
    from iris_cc.codegen.rows import Rows

_PARTIAL_BYTES = 256  # of partial results: enough to hide how long one operation takes


class _Order(Enum):
    """In which order a reduction may go."""

    FREE = 1
    BUT_FOR_ZEROS_AND_NANS = 2  # `a if a > b else b`: it tells zeros apart by order, and forgets a nan
    SEQUENTIAL = 3


def folds(fn: Function) -> bool:
    """Whether the result of one element can be the first operand of the next."""
    return len(fn.params) == 2 and not fn.indices and fn.results == (fn.params[0].type,)


def order(fn: Function) -> _Order:
    """What is known of `fn` as an operation; one of equal types, so that partial results are operands too."""
    left, right = fn.params
    match fn.body.stmts:
        case (Let(out, op, args),) if fn.body.results == (out,) and set(args) == {left, right}:
            needed = Trait.COMMUTES | Trait.ASSOCIATES
            if left.type.is_float:
                needed |= Trait.EXTREME  # nothing is rounded; which zero and which nan is free
            return _Order.FREE if needed in op.traits else _Order.SEQUENTIAL
        case (Let(test, op, sides), Let(out, ops.SEL, (condition, *chosen))) if fn.body.results == (out,):
            is_order = op.compares and op.mirrored is not op
            if is_order and condition == test and set(sides) == set(chosen) == {left, right}:
                return _Order.BUT_FOR_ZEROS_AND_NANS if left.type.is_float else _Order.FREE
    return _Order.SEQUENTIAL


def fold(rows: Rows) -> str:
    """The definition of `iris_fold`, which `iris_row` calls for such rows."""
    left, right, result = rows.operands
    type = rows.language.types[result.type]
    status = ["&status"] if rows.can_fault else []
    out = Writer()
    out.line("/* Each result is the first operand of the next element. */")
    with out.braces(f"IRIS_OUTLINE {rows.result} iris_fold({rows.params()})"):
        rows.begin(out)
        out.line(f"{type} folded = {left.load(f'*({left.pointer})args[0]')};")
        out.line("const char *from = args[1];")
        out.line("char *to = args[2];")
        if order(rows.fn) is not _Order.SEQUENTIAL:
            _partial(rows, out)
        with out.braces("for (intptr_t k = 0; k < count; ++k)"):
            value = right.load(f"*({right.pointer})from")
            out.line(f"folded = {rows.call(KERNEL, 'folded', value, *status)};")
            out.line(f"*({result.pointer})to = folded;")
            out.line("from += steps[1];")
            out.line("to += steps[2];")
        rows.end(out)
    return out.text()


def _partial(rows: Rows, out: Writer) -> None:
    """Reductions by partial results; what they leave, all or the last few, goes on element by element."""
    _, right, result = rows.operands
    type, size = rows.language.types[result.type], result.size
    parts = _PARTIAL_BYTES // size
    fragile = order(rows.fn) is _Order.BUT_FOR_ZEROS_AND_NANS
    apart = f"iris_apart(count, args[2], 0, {size}, args[1], {size}, {size})"
    with out.braces(f"if (steps[2] == 0 && steps[1] == {size} && count >= {4 * parts} && {apart})"):
        out.line(f"{right.pointer}x = ({right.pointer})from;")
        out.line(f"{type} part[{parts}];")
        out.line(f"for (int j = 0; j < {parts}; ++j) part[j] = {right.load('x[j]')};")
        if fragile:
            out.line(f"int{8 * size}_t unordered[{parts}];")
            out.line(f"for (int j = 0; j < {parts}; ++j) unordered[j] = x[j] != x[j];")
        out.line(f"intptr_t first = {parts};")
        with out.braces(f"for (; first + {parts} <= count; first += {parts})"):
            out.line("IRIS_INDEPENDENT")
            with out.braces(f"for (int j = 0; j < {parts}; ++j)"):
                out.line(f"part[j] = {rows.call(KERNEL, 'part[j]', right.load('x[first + j]'))};")
                out.lines(*(["unordered[j] |= x[first + j] != x[first + j];"] if fragile else []))
        out.line(f"{type} whole = folded;")
        out.line(f"for (int j = 0; j < {parts}; ++j) whole = {rows.call(KERNEL, 'whole', 'part[j]')};")
        if fragile:
            out.line(f"int{8 * size}_t odd = whole == 0 || folded != folded;")
            out.line(f"for (int j = 0; j < {parts}; ++j) odd |= unordered[j];")
        with out.braces("if (!odd)" if fragile else ""):
            out.line("folded = whole;")
            out.line(f"*({result.pointer})to = folded;")
            out.line(f"from += first * {size};")
            out.line("count -= first;")
