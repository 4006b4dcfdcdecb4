"""Whole units: header comment, pasted headers, kernel, row loops, and the exported entry.

The signatures stand here once, for the C text and for whoever declares them to load it.  No compiler is known here.
"""

from __future__ import annotations

from collections.abc import Mapping

from iris_cc.codegen import needs, runtime_c
from iris_cc.codegen.cfamily import kernel_function
from iris_cc.codegen.dialect import BY_MATH
from iris_cc.codegen.lane_plan import Plan, plan
from iris_cc.codegen.lane_rows import lane_loop
from iris_cc.codegen.rows import Rows
from iris_cc.codegen.writer import Writer, safe_comment
from iris_cc.ir.nodes import Check, Fault, Function, While
from iris_cc.ir.walk import statements

ENTRIES: Mapping[str, str] = {
    # NumPy's strided loop: 0, or -1 with an exception set
    "iris_loop": "int iris_loop(void *context, char *const *args, const intptr_t *dims, "
    "const intptr_t *steps, void *aux)",
    # a loop nest over explicit shapes; strides in bytes, [operand][axis]: the fault status, or -1 for a wrong ndim
    "iris_nd": "int32_t iris_nd(int32_t ndim, const int64_t *shape, char *const *data, const int64_t *strides)",
    # in units with a while loop: iterations one element may take, 0 for no limit
    "iris_while_limit": "int64_t iris_while_limit",
}


def declarations(*names: str) -> str:
    """The C declarations of these entries, or of all, as cffi's `cdef` takes them."""
    chosen = names or tuple(ENTRIES)
    return "".join(f"{'' if '(' in ENTRIES[name] else 'extern '}{ENTRIES[name]};\n" for name in chosen)


def ufunc_unit(
    fn: Function,
    source: Mapping[int, str] | None = None,
    parts: int | None = None,
    math: str = "accurate",
    refills: bool | None = None,
) -> str:
    """The unit that exports `iris_loop`; `source` maps line numbers to the text shown beside them.

    `math` says whose elementary functions are called.  `parts` is how many vectors of lanes are computed side by side,
    where elements leave loops at different times: None asks the rule, 0 is one element after the other.  `refills` says
    whether a lane takes the next element as soon as its own is done, where the kernel allows it.  The last two never
    change a result.
    """
    if fn.indices:
        raise ValueError("a kernel with index symbols has no ufunc loop")
    headers = {"iris_error.h"} if needs.can_fault(fn) else set()
    return _unit(fn, plan(fn, 0, parts, refills), headers, source, Rows(fn, BY_MATH[math]), _loop_entry(fn))


def nd_unit(
    fn: Function,
    ndim: int,
    source: Mapping[int, str] | None = None,
    parts: int | None = None,
    math: str = "accurate",
    refills: bool | None = None,
) -> str:
    """The unit that exports `iris_nd` for arrays of `ndim` axes; the rest as above."""
    if ndim < 0:
        raise ValueError("ndim is not negative")
    moving = ndim - 1 if ndim else None
    rows = Rows(fn, BY_MATH[math], moving)
    return _unit(fn, plan(fn, moving, parts, refills), set(), source, rows, _nd_entry(fn, rows, ndim))


def _row_headers(fn: Function, lanes: Plan | None) -> set[str]:
    if lanes is not None:
        return {"iris_row.h", "iris_lanes.h"}
    return set() if needs.trips_differ(fn) else {"iris_row.h"}


def _flag_headers(fn: Function) -> set[str]:
    return {"iris_fenv.h"} if needs.flags_put_back(fn) else set()


def _unit(
    fn: Function, lanes: Plan | None, headers: set[str], source: Mapping[int, str] | None, rows: Rows, entry: str
) -> str:
    types = ", ".join(var.type.dtype for var in fn.params)
    results = ", ".join(type.dtype for type in fn.results)
    title = f"/* {safe_comment(fn.name)}: ({types}) -> {results}.  Self-contained; the compiler needs"
    title += " -fwrapv -ffp-contract=off"
    dialect = rows.dialect
    title += ", the linker -lm. */\n" if needs.uses_libm(fn, dialect.own) else ". */\n"
    headers |= needs.headers(fn, dialect.own) | _row_headers(fn, lanes) | _flag_headers(fn)
    parts = [title, *_lane_words(lanes), runtime_c.paste(headers), kernel_function(fn, dialect, source)]
    if lanes is not None:
        rows.lanes = lane_loop(rows, lanes, source)
    return "\n".join([*parts, rows.text(), entry])


def _lane_words(lanes: Plan | None) -> list[str]:
    """What iris_lanes.h has to know."""
    if lanes is None:
        return []
    return [f"#define IRIS_LANE_BITS {lanes.lane_bits}\n#define IRIS_PARTS {lanes.parts}\n"]


def _loop_entry(fn: Function) -> str:
    out = Writer()
    with out.braces(f"IRIS_EXPORT {ENTRIES['iris_loop']}"):
        out.line("(void)context;")
        out.line("(void)aux;")
        _save_flags(fn, out)
        call = "iris_row(dims[0], args, steps);"
        out.line(f"const uint32_t status = {call}" if needs.can_fault(fn) else call)
        _restore_flags(fn, out)
        for fault in _faults(fn):
            error = f"PyExc_{fault.exception.__name__}"
            out.line(f"if (status & {fault.bit}u) return iris_raise({error}, {_quoted(fault.message)});")
        out.line("return 0;")
    return out.text()


def _faults(fn: Function) -> list[Fault]:
    """What an element can raise; the first in the enum's order is reported."""
    found = {stmt.fault for stmt in statements(fn.body) if isinstance(stmt, Check)}
    found |= {Fault.WHILE_LIMIT for stmt in statements(fn.body) if isinstance(stmt, While)}
    return [fault for fault in Fault if fault in found]


def _quoted(message: str) -> str:
    return '"' + message.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _save_flags(fn: Function, out: Writer) -> None:
    if needs.flags_put_back(fn):
        out.line("const uint64_t flags = iris_save_flags();")


def _restore_flags(fn: Function, out: Writer) -> None:
    if mask := needs.flags_put_back(fn):
        out.line(f"iris_restore_flags(flags, {mask});")


def _nd_entry(fn: Function, rows: Rows, ndim: int) -> str:
    """Outer axes are loops here, the last axis is the row."""
    out = Writer()
    with out.braces(f"IRIS_EXPORT {ENTRIES['iris_nd']}"):
        out.line(f"if (ndim != {ndim}) return -1;")
        if ndim == 0:
            out.lines("(void)shape;", "(void)strides;")
        out.line("uint32_t status = 0;")
        _save_flags(fn, out)
        _nest(fn, rows, ndim, out)
        _restore_flags(fn, out)
        out.line("return (int32_t)status;")
    return out.text()


def _nest(fn: Function, rows: Rows, ndim: int, out: Writer) -> None:
    steps = ", ".join(_stride(o.place, ndim - 1, ndim) if ndim else "0" for o in rows.operands)
    out.line(f"const intptr_t steps[{len(rows.operands)}] = {{{steps}}};")
    out.line(f"const int64_t length = {f'shape[{ndim - 1}]' if ndim else '1'};")
    uses_flat = any(index.kind == "flat" for index in fn.indices)
    if uses_flat:
        out.line("int64_t flat = 0;")
    _axes(fn, rows, ndim, 0, out)


def _axes(fn: Function, rows: Rows, ndim: int, axis: int, out: Writer) -> None:
    if axis < ndim - 1:
        with out.braces(f"for (int64_t i{axis} = 0; i{axis} < shape[{axis}]; ++i{axis})"):
            _axes(fn, rows, ndim, axis + 1, out)
        return
    out.line(f"char *const row[{len(rows.operands)}] = {{")
    for operand in rows.operands:
        offsets = "".join(f" + i{a} * {_stride(operand.place, a, ndim)}" for a in range(ndim - 1))
        out.line(f"  data[{operand.place}]{offsets},")
    out.line("};")
    arguments = ["length", "row", "steps", *(_index_at_row(index.kind, index.axis, ndim) for index in fn.indices)]
    call = f"iris_row({', '.join(arguments)});"
    out.line(f"status |= {call}" if needs.can_fault(fn) else call)
    if any(index.kind == "flat" for index in fn.indices):
        out.line("flat += length;")


def _stride(operand: int, axis: int, ndim: int) -> str:
    return f"strides[{operand * ndim + axis}]"


def _index_at_row(kind: str, axis: int, ndim: int) -> str:
    """An index symbol for the first element of a row; an axis the arrays have not is at 0 and has extent 1."""
    if kind == "flat":
        return "flat"
    if kind == "n":
        return f"shape[{axis}]" if axis < ndim else "1"
    return f"i{axis}" if axis < ndim - 1 else "0"
