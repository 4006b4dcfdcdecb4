"""Whole units: header comment, pasted headers, kernel, row loops, pieces for threads, and the exported entry.

The signatures stand here once, for the C text and for whoever declares them to load it.  No compiler is known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from iris_cc.codegen import needs, pieces, runtime_c, weight
from iris_cc.codegen.array_rows import ArrayRows
from iris_cc.codegen.calls import Outlined
from iris_cc.codegen.cfamily import kernel_function
from iris_cc.codegen.lane_plan import LanePlan, plan
from iris_cc.codegen.lane_rows import lane_loop
from iris_cc.codegen.lane_values import divides
from iris_cc.codegen.rows import Rows
from iris_cc.codegen.steps import Steps
from iris_cc.codegen.weight import Form
from iris_cc.codegen.work import Share, share
from iris_cc.codegen.writer import Writer, safe_comment
from iris_cc.core_dims import Signature
from iris_cc.ir.nodes import Function
from iris_cc.target import HOST, Target

ENTRIES: Mapping[str, str] = {
    # NumPy's strided loop: 0, or -1 with an exception set; if aux is not NULL it is a uint32_t that several threads may
    # share, and gets the fault status instead, and 1 << 30 if an exception is set
    "iris_loop": "int iris_loop(void *context, char *const *args, const intptr_t *dims, "
    "const intptr_t *steps, void *aux)",
    # a loop nest over explicit shapes at `origin`, in a space of shape `extents`; strides in bytes, [operand][axis]; no
    # result shares memory with an operand, unless it is that operand, element by element: the fault status, or -1
    # for a wrong ndim; 1 << 30 if a handler of a signal has raised the exception in *error
    "iris_nd": "int32_t iris_nd(int32_t ndim, const int64_t *shape, const int64_t *origin, const int64_t *extents, "
    "char *const *data, const int64_t *strides, void **error)",
    # whether the call whose word this is has to end; several threads may share the word, and ask
    "iris_look": "int32_t iris_look(uint32_t *stop)",
    # the thread that runs the handlers of signals, 0 for none
    "iris_main_thread": "int64_t iris_main_thread",
    # in units with a while loop: iterations one element may take, 0 for no limit
    "iris_while_limit": "int64_t iris_while_limit",
    # in units whose rows may be shared out to threads: the address of what does that, 0 for nothing; and of a Python
    # function to be called once for a first long row, which may put that address in its place
    "iris_parallel_entry": "int64_t iris_parallel_entry",
    "iris_parallel_start": "int64_t iris_parallel_start",
    # there too, but not for explicit shapes: from how many elements on, in pieces of how many, at most to how many
    # threads (0 for all), and whether an element can fail
    "iris_share": "const int64_t iris_share[4]",
}


def declarations(*names: str) -> str:
    """The C declarations of these entries, or of all, as cffi's `cdef` takes them."""
    chosen = names or tuple(ENTRIES)
    return "".join(f"{'' if '(' in ENTRIES[name] else 'extern '}{ENTRIES[name]};\n" for name in chosen)


def ufunc_unit(
    fn: Function,
    source: Mapping[int, str] | None = None,
    parts: int | None = None,
    target: Target = HOST,
    refills: bool | None = None,
    threads: int | None = None,
    form: Form | None = None,
    signature: Signature | None = None,
) -> str:
    """The unit that exports `iris_loop`; `source` maps line numbers to the text shown beside them.

    `parts` is how many vectors of lanes are computed side by side, where elements leave loops at different times: None
    asks the rule, 0 is one element after the other.  `refills` says whether a lane takes the next element as soon as
    its own is done, where the kernel allows it.  `threads` is the most
    a call may use, None for all.  `signature` has the core dimensions of a kernel of arrays.
    `form` is how a large kernel is kept compilable; None asks the rule.  The last four
    never change a result.
    """
    if fn.indices:
        raise ValueError("a kernel with index symbols has no ufunc loop")
    if signature is None:
        rows, lanes, form = _loops(fn, 0, source, parts, target, refills, form)
    else:
        rows, lanes, form = ArrayRows(fn, target, signature), None, "whole"
    shared = share(fn, lanes is not None, rows.block_length(), threads)
    headers = {"iris_error.h"} if needs.can_fault(fn) else set()
    long_row = pieces.long_row(rows, shared)
    return _unit(fn, lanes, shared, headers, source, rows, form, "\n".join([long_row, _loop_entry(fn, rows)]))


def nd_unit(
    fn: Function,
    ndim: int,
    source: Mapping[int, str] | None = None,
    parts: int | None = None,
    target: Target = HOST,
    refills: bool | None = None,
    threads: int | None = None,
    form: Form | None = None,
) -> str:
    """The unit that exports `iris_nd` for arrays of `ndim` axes; the rest as above."""
    if ndim < 0:
        raise ValueError("ndim is not negative")
    moving = ndim - 1 if ndim else None
    rows, lanes, form = _loops(fn, moving, source, parts, target, refills, form)
    shared = share(fn, lanes is not None, rows.block_length(), threads if ndim else 1)
    space = [pieces.space(rows, ndim, shared)] if ndim else []
    text = "\n".join([*space, _nd_entry(fn, rows, ndim)])
    return _unit(fn, lanes, shared, {"iris_error.h"}, source, rows, form, text)


def _loops(
    fn: Function,
    moving: int | None,
    source: Mapping[int, str] | None,
    parts: int | None,
    target: Target,
    refills: bool | None,
    form: Form | None,
) -> tuple[Rows, LanePlan | None, Form]:
    """The loops over rows along the axis `moving`, how elements run in lanes, if they do, and the form."""
    if fn.arrays:
        raise ValueError("a kernel of arrays has no loop over rows without a signature")
    rows = Rows(fn, target, moving)
    form = form or ("whole" if parts is not None else weight.form(fn, rows.target))
    if form == "steps":
        rows.schedule = Steps(fn, rows.target, source)
        return rows, None, form
    return rows, plan(fn, moving, parts, refills, rows.target), form


def _row_headers(rows: Rows, lanes: LanePlan | None, shared: Share) -> set[str]:
    found = {"iris_row.h"} if shared.is_alone else {"iris_parallel.h", "iris_row.h"}
    if lanes is not None:
        found |= {"iris_row.h", "iris_lanes.h", "iris_lanes_masks.h", "iris_lanes_512.h"}
        return found | ({"iris_lanes_div.h"} if any(map(divides, needs.lets(lanes.fn))) else set())
    return found | {"iris_row.h"} if rows.has_contiguous else found


def _flag_headers(fn: Function, target: Target) -> set[str]:
    return {"iris_fenv.h"} if needs.flags_put_back(fn, target) else set()


def _unit(
    fn: Function,
    lanes: LanePlan | None,
    shared: Share,
    headers: set[str],
    source: Mapping[int, str] | None,
    rows: Rows,
    form: Form,
    entry: str,
) -> str:
    types = ", ".join(operand.type.dtype for operand in rows.ins)
    results = ", ".join(operand.type.dtype for operand in rows.outs)
    title = f"/* {safe_comment(fn.name)}: ({types}) -> {results}.  Self-contained; the compiler needs"
    title += " -fwrapv -ffp-contract=off"
    target = rows.target
    title += ", the linker -lm. */\n" if needs.uses_libm(fn, target) else ". */\n"
    headers |= needs.headers(fn, target) | _row_headers(rows, lanes, shared)
    headers |= _flag_headers(fn, target)
    parts = [title, *_lane_words(lanes), runtime_c.paste(headers), *_kernel(fn, form, rows, source)]
    if lanes is not None:
        rows.lanes = lane_loop(rows, lanes, source)
    parts += [rows.text(), pieces.share_words(shared), entry]
    return "\n".join(parts)


def _kernel(fn: Function, form: Form, rows: Rows, source: Mapping[int, str] | None) -> list[str]:
    """The function of one element, where there is one, and what it calls."""
    match form:
        case "whole":
            return [kernel_function(fn, rows.target, source)]
        case "outlined":
            walk = Outlined(fn, rows.target, source)
            text = walk.function()
            return [*walk.copies.definitions(), text]
        case "steps":
            return []
        case _:
            assert_never(form)


def _lane_words(lanes: LanePlan | None) -> list[str]:
    """What iris_lanes.h has to know."""
    if lanes is None:
        return []
    few, many = lanes.parts
    parts = str(few) if few == many else f"IRIS_BY_REGISTERS({few}, {many})"
    return [f"#define IRIS_LANE_BITS {lanes.lane_bits}\n#define IRIS_PARTS {parts}\n"]


def _loop_entry(fn: Function, rows: Rows) -> str:
    out = Writer()
    with out.braces(f"IRIS_EXPORT {ENTRIES['iris_loop']}"):
        out.line("(void)context;")
        out.line("uint32_t own = 0, *const stop = aux ? (uint32_t *)aux : &own;")
        out.line("if (iris_is_ended(stop)) return own ? -1 : 0;")
        _save_flags(fn, rows.target, out)
        _whole_row(rows, out)
        _restore_flags(fn, rows.target, out)
        if rows.can_fault:
            with out.braces("if (aux)"):
                out.line("if (status) (void)__atomic_fetch_or(stop, status, __ATOMIC_RELAXED);")
                out.line("return 0;")
        out.line("if (own) return -1;")
        for fault in needs.faults(fn):
            error = f"PyExc_{fault.exception.__name__}"
            out.line(f"if (status & {fault.bit}u) return iris_raise({error}, {_quoted(fault.message)});")
        out.line("return 0;")
    return out.text()


def _whole_row(rows: Rows, out: Writer) -> None:
    result = "status = " if rows.can_fault else ""
    if result:
        out.line("uint32_t status;")
    with out.braces("if (dims[0] < IRIS_LONG)"):
        out.line("iris_watch watch = iris_begin_call(stop);")
        given = f"args, {'dims, ' if rows.takes_dims else ''}steps"
        out.line(f"{result}iris_row(dims[0], {given}{', &watch' if rows.is_watched else ''});")
        cost = needs.weight(rows.fn.body)
        out.line(f"iris_end_call(&watch, dims[0]{f' * {cost}' if cost > 1 else ''});")
        out.otherwise()
        out.line(f"{result or '(void)'}{'(uint32_t)' if result else ''}iris_long_row(dims[0], {given}, stop);")


def _quoted(message: str) -> str:
    return '"' + message.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _save_flags(fn: Function, target: Target, out: Writer) -> None:
    if needs.flags_put_back(fn, target):
        out.line("const uint64_t flags = iris_save_flags();")


def _restore_flags(fn: Function, target: Target, out: Writer) -> None:
    if flags := needs.flags_put_back(fn, target):
        out.line(f"iris_restore_flags(flags, IRIS_FLAGS_{flags.name});")


def _nd_entry(fn: Function, rows: Rows, ndim: int) -> str:
    out = Writer()
    with out.braces(f"IRIS_EXPORT {ENTRIES['iris_nd']}"):
        out.line(f"if (ndim != {ndim}) return -1;")
        asks = ndim or rows.is_watched
        out.lines(*(["uint32_t own = 0, *const stop = &own;"] if asks else ["(void)error;"]))
        _save_flags(fn, rows.target, out)
        if ndim:
            out.line("iris_whole space = {shape, origin, extents, strides, data, 0, stop};")
            out.line("const int32_t status = iris_space(&space, stop);")
        else:
            out.lines("(void)shape;", "(void)origin;", "(void)extents;", "(void)strides;", "uint32_t status = 0;")
            out.lines(*pieces.point(rows).splitlines())
        _restore_flags(fn, rows.target, out)
        if asks:
            out.line("if (own) return iris_take_exception(error);")
        out.line("return (int32_t)status;" if not ndim else "return status;")
    return out.text()
