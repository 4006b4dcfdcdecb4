"""The loop over a row in blocks of lanes: it fills the lanes, calls the block, and stores what came out.

The lanes behind the last element repeat it: they cost nothing, and fault only where it does.
"""

from __future__ import annotations

from collections.abc import Mapping

from iris_cc.codegen.lane_plan import LanePlan
from iris_cc.codegen.lane_refill import load, refilling, store
from iris_cc.codegen.lane_values import vector
from iris_cc.codegen.lanes import BLOCK, block_function
from iris_cc.codegen.rows import RowOperand, Rows
from iris_cc.codegen.writer import Writer


def lane_loop(rows: Rows, plan: LanePlan, source: Mapping[int, str] | None) -> str:
    """The definition of `iris_lanes`, and of what it calls."""
    if plan.refills:
        return refilling(rows, plan, source)
    return "\n".join([block_function(plan.fn, rows.target, plan, source), _in_blocks(rows, plan)])


def _in_blocks(rows: Rows, plan: LanePlan) -> str:
    out = Writer()
    out.line("/* Any steps, no overlap; all inputs of a block are read before a result is stored. */")
    with out.braces(f"IRIS_OUTLINE {rows.result} iris_lanes({rows.params()})"):
        rows.begin(out)
        with out.braces("for (intptr_t first = 0; first < count; first += IRIS_LANES)"):
            out.line("const intptr_t some = count - first < IRIS_LANES ? count - first : IRIS_LANES;")
            _block(rows, plan, out)
            rows.stop_at_fault(out)
        rows.end(out)
    return out.text()


def _block(rows: Rows, plan: LanePlan, out: Writer) -> None:
    types = [param.type for param in plan.fn.params] + list(plan.fn.results)
    for operand, type in zip(rows.operands, types, strict=True):
        out.line(f"{vector(type)} {rows.tiles[operand]}[IRIS_PARTS];")
    moving = [(name, index) for name, index in zip(rows.indices, rows.fn.indices, strict=True)]
    arguments = []
    for name, index in moving:
        if index.var in plan.uniform:
            arguments.append(name)
            continue
        out.line(f"iris_v_i64 {name}_tile[IRIS_PARTS];")
        arguments.append(f"{name}_tile")
    with out.braces("for (intptr_t lane = 0; lane < IRIS_LANES; ++lane)"):
        out.line("const intptr_t k = first + (lane < some ? lane : some - 1);")
        for operand in rows.ins:
            out.line(load(operand, rows.tiles[operand], _at(operand, "k")))
        for name, index in moving:
            if index.var not in plan.uniform:
                out.line(f"((iris_mem_i64 *){name}_tile)[lane] = {name} + k;")
    tiles = [rows.tiles[operand] for operand in rows.operands]
    inputs = [*tiles[: len(rows.ins)], *arguments]
    status = [*(["&status"] if rows.can_fault else []), *rows.watch]
    out.line(f"{rows.call(BLOCK, *inputs, *tiles[len(rows.ins) :], *status)};")
    with out.braces("for (intptr_t lane = 0; lane < some; ++lane)"):
        for operand, type in zip(rows.outs, plan.fn.results, strict=True):
            out.line(store(operand, type, rows.tiles[operand], _at(operand, "(first + lane)")))


def _at(operand: RowOperand, k: str) -> str:
    return f"args[{operand.place}] + {k} * steps[{operand.place}]"
