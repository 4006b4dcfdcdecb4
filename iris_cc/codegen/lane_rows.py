"""The loop over a row in blocks of lanes: it fills the lanes, calls the block, and stores what came out.

The lanes behind the last element repeat it: they cost nothing, and fault only where it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iris_cc.codegen.lane_plan import Plan
from iris_cc.codegen.lane_values import vector
from iris_cc.codegen.lanes import BLOCK
from iris_cc.codegen.writer import Writer
from iris_cc.ir.types import BOOL, I64, Scalar

if TYPE_CHECKING:
    from iris_cc.codegen.rows import Operand, Rows


def lane_row(rows: Rows, plan: Plan) -> str:
    """The definition of `iris_lanes`."""
    out = Writer()
    out.line("/* Any steps, no overlap; all inputs of a block are read before a result is stored. */")
    with out.braces(f"IRIS_OUTLINE {rows.result} iris_lanes({rows.params()})"):
        rows.begin(out)
        with out.braces("for (intptr_t first = 0; first < count; first += IRIS_LANES)"):
            out.line("const intptr_t some = count - first < IRIS_LANES ? count - first : IRIS_LANES;")
            _block(rows, plan, out)
        rows.end(out)
    return out.text()


def _block(rows: Rows, plan: Plan, out: Writer) -> None:
    for operand in rows.operands:
        out.line(f"{vector(operand.type)} {rows.tiles[operand]}[IRIS_PARTS];")
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
            place = f"*({operand.pointer})(args[{operand.place}] + k * steps[{operand.place}])"
            value = operand.load(place)
            sign = "-(iris_mem_mask)" if operand.type is BOOL else ""
            value = f"{sign}({value})" if sign else value
            out.line(f"(({_memory(operand.type)} *){rows.tiles[operand]})[lane] = {value};")
        for name, index in moving:
            if index.var not in plan.uniform:
                out.line(f"(({_memory(I64)} *){name}_tile)[lane] = {name} + k;")
    tiles = [rows.tiles[operand] for operand in rows.operands]
    inputs = [*tiles[: len(rows.ins)], *arguments]
    status = ["&status"] if rows.can_fault else []
    out.line(f"{rows.call(BLOCK, *inputs, *tiles[len(rows.ins) :], *status)};")
    with out.braces("for (intptr_t lane = 0; lane < some; ++lane)"):
        for operand in rows.outs:
            _store(rows, operand, out)


def _store(rows: Rows, operand: Operand, out: Writer) -> None:
    place = f"*({operand.pointer})(args[{operand.place}] + (first + lane) * steps[{operand.place}])"
    value = f"((const {_memory(operand.type)} *){rows.tiles[operand]})[lane]"
    out.line(f"{place} = {value}{' != 0' if operand.type is BOOL else ''};")


def _memory(type: Scalar) -> str:
    return "iris_mem_mask" if type is BOOL else f"iris_mem_{type}"
