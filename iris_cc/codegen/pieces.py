"""Long rows and large spaces in pieces: the function that computes one, and the choice to share them out.

No piece may write what another one reads: results that overlap operands, as in a reduction, stay on one thread, and
their pieces come one after the other.
"""

from __future__ import annotations

from iris_cc.codegen.needs import order_shows, stops_at_fault
from iris_cc.codegen.rows import Rows
from iris_cc.codegen.work import Share
from iris_cc.codegen.writer import Writer


def share_words(share: Share) -> str:
    """What the functions below are told, as the reader of a unit meets it first."""
    words = [("LONG", share.long), ("GRAIN", share.grain), ("LARGEST", share.largest), ("UNIT", share.unit)]
    words.append(("MOST_THREADS", share.most))
    return "".join(f"#define IRIS_{name} {value}\n" for name, value in words)


def long_row(rows: Rows, share: Share) -> str:
    """The definition of `iris_long_row`, which takes the place of `iris_row` from IRIS_LONG elements on."""
    count = len(rows.operands)
    out = Writer()
    if not share.is_alone:
        words = f"IRIS_LONG, IRIS_GRAIN, IRIS_MOST_THREADS, {int(rows.can_fault)}"
        out.lines("extern IRIS_EXPORT const int64_t iris_share[4];", f"const int64_t iris_share[4] = {{{words}}};", "")
    dims = "const intptr_t *dims; " if rows.takes_dims else ""
    out.line(f"typedef struct {{ char *const *args; {dims}const intptr_t *steps; uint32_t *stop; }} iris_whole;")
    out.line("")
    with out.braces("IRIS_ROUTE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end)"):
        out.line("const iris_whole *row = (const iris_whole *)whole;")
        out.line(f"char *args[{count}];")
        out.line(f"for (int k = 0; k < {count}; ++k) args[k] = row->args[k] + begin * row->steps[k];")
        begin_watch(rows, "row->stop", out)
        given = f"args, {'row->dims, ' if rows.takes_dims else ''}row->steps{', &watch' if rows.is_watched else ''}"
        call = f"iris_row(end - begin, {given});"
        out.lines(*([f"return (int32_t){call}"] if rows.can_fault else [call, "return 0;"]))
    out.line("")
    if not share.is_alone:
        out.line("/* Shared out to threads, if no piece writes what another one reads. */")
    dims, given = ("const intptr_t *dims, ", "dims, ") if rows.takes_dims else ("", "")
    places = f"char *const *args, {dims}const intptr_t *steps"
    with out.braces(f"IRIS_ROUTE int32_t iris_long_row(intptr_t count, {places}, uint32_t *stop)"):
        out.line(f"iris_whole row = {{args, {given}steps, stop}};")
        if not share.is_alone:
            out.line("bool apart = true;")
            rows.compare_places(out)
            for operand in rows.outs:
                step = f"steps[{operand.place}]"
                out.line(f"apart = apart && ({step} >= {operand.size} || {step} <= -{operand.size});")
            out.line("const iris_parallel_t parallel = apart ? iris_parallel(stop) : 0;")
        _do(rows, share, ("&row", "count", "IRIS_GRAIN", "IRIS_LARGEST"), out)
    return out.text()


def begin_watch(rows: Rows, stop: str, out: Writer) -> None:
    if rows.is_watched:
        out.line(f"iris_watch watch = {{IRIS_PATIENCE, {stop}}};")


def _do(rows: Rows, share: Share, work: tuple[str, str, str, str], out: Writer) -> None:
    """All of it; on one thread, rows that watch for signals need no pieces."""
    values = ", ".join(["iris_piece", *work, "IRIS_MOST_THREADS", "iris_look", "stop"])
    if not (rows.is_watched and share.is_alone):
        out.line(f"const iris_work work = {{{values}}};")
    if not share.is_alone:
        out.line("if (parallel) return parallel(&work);")
    whole, count, *_ = work
    out.line(f"return {f'iris_piece({whole}, 0, {count})' if rows.is_watched else 'iris_alone(&work)'};")


def space(rows: Rows, ndim: int, share: Share) -> str:
    """The definitions of `iris_piece`, for some positions of one axis, and of `iris_space`, for all positions."""
    out = Writer()
    members = "const int64_t *shape, *origin, *extents, *strides; char *const *data; int axis_to_cut; uint32_t *stop;"
    out.line(f"typedef struct {{ {members} }} iris_whole;")
    out.line("")
    with out.braces("IRIS_OUTLINE int32_t iris_piece(void *whole, intptr_t begin, intptr_t end)"):
        out.line("const iris_whole *space = (const iris_whole *)whole;")
        out.line("const int64_t *shape = space->shape, *strides = space->strides;")
        for name in _places_read(rows, ndim):
            out.line(f"const int64_t *{name} = space->{name};")
        out.line("char *const *data = space->data;")
        out.line(f"int64_t first[{ndim}] = {{0}}, last[{ndim}];")
        out.line(f"for (int axis = 0; axis < {ndim}; ++axis) last[axis] = shape[axis];")
        out.lines("first[space->axis_to_cut] = begin;", "last[space->axis_to_cut] = end;")
        out.line("uint32_t status = 0;")
        begin_watch(rows, "space->stop", out)
        steps = ", ".join(_stride(operand.place, ndim - 1, ndim) for operand in rows.operands)
        out.line(f"const intptr_t steps[{len(rows.operands)}] = {{{steps}}};")
        out.line(f"const int64_t length = last[{ndim - 1}] - first[{ndim - 1}];")
        if rows.has_contiguous:
            _decide(rows, ndim, out)
        _axes(rows, ndim, 0, out)
        out.line("return (int32_t)status;")
    out.line("")
    with out.braces("IRIS_ROUTE int32_t iris_space(iris_whole *space, uint32_t *stop)"):
        _cut(rows, ndim, share, out)
    return out.text()


def _cut(rows: Rows, ndim: int, share: Share, out: Writer) -> None:
    """All of it, as pieces of one axis; of the first one, where it shows which element has the first fault."""
    out.line("const int64_t *shape = space->shape;")
    out.line(f"const int64_t count = {' * '.join(f'shape[{axis}]' for axis in range(ndim))};")
    out.line("if (count < IRIS_LONG) return iris_piece(space, 0, shape[0]);")
    axis = "0" if order_shows(rows.fn) else f"iris_axis_to_cut({ndim}, shape, IRIS_UNIT, IRIS_LARGEST)"
    out.line(f"const int axis = space->axis_to_cut = {axis};")
    out.line(f"const int64_t unit = axis == {ndim - 1} ? IRIS_UNIT : 1;")
    out.line("const int64_t size = unit * (count / shape[axis]);")
    out.line("const int64_t grain = (IRIS_GRAIN + size - 1) / size * unit;")
    out.line("const int64_t largest = IRIS_LARGEST / size * unit;")
    if not share.is_alone:
        out.line("const iris_parallel_t parallel = iris_parallel(stop);")
    _do(rows, share, ("space", "shape[axis]", "grain", "largest"), out)


def point(rows: Rows) -> str:
    """The body of a space without axes: one element."""
    out = Writer()
    zeros = ", ".join("0" for _ in rows.operands)
    places = ", ".join(f"data[{operand.place}]" for operand in rows.operands)
    indices = [_index_at_row(index.kind, index.axis, 0) for index in rows.fn.indices]
    out.line(f"const intptr_t steps[{len(rows.operands)}] = {{{zeros}}};")
    out.line(f"char *const row[{len(rows.operands)}] = {{{places}}};")
    begin_watch(rows, "stop", out)
    _call_row(rows, ["1", "row", "steps", *indices, *_watch(rows)], out)
    return out.text()


def _watch(rows: Rows) -> list[str]:
    return ["&watch"] if rows.is_watched else []


def _axes(rows: Rows, ndim: int, axis: int, out: Writer) -> None:
    """Outer axes are loops here, the last axis is the row."""
    if axis < ndim - 1:
        with out.braces(f"for (int64_t i{axis} = first[{axis}]; i{axis} < last[{axis}]; ++i{axis})"):
            _axes(rows, ndim, axis + 1, out)
        return
    out.line(f"char *const row[{len(rows.operands)}] = {{")
    for operand in rows.operands:
        offsets = "".join(f" + {_position(a, ndim)} * {_stride(operand.place, a, ndim)}" for a in range(ndim))
        out.line(f"  data[{operand.place}]{offsets},")
    out.line("};")
    indices = [_index_at_row(index.kind, index.axis, ndim) for index in rows.fn.indices]
    if not rows.has_contiguous:
        _call_row(rows, ["length", "row", "steps", *indices, *_watch(rows)], out)
        if stops_at_fault(rows.fn):
            out.line("if (status) return (int32_t)status;")
        if rows.is_watched:
            out.line("if (!watch.left) return (int32_t)status;")
        return
    with out.braces("if (direct)"):
        _direct_row(rows, indices, out)
        out.otherwise()
        _call_row(rows, ["length", "row", "steps", *indices], out)
        if order_shows(rows.fn):
            out.line("if (status) return (int32_t)status;")


def _decide(rows: Rows, ndim: int, out: Writer) -> None:
    """Once for all rows: whether each operand lies side by side or is one value, of which a tile is filled."""
    block = rows.block_length()
    for operand in rows.ins:
        still = " && ".join(f"{_stride(operand.place, axis, ndim)} == 0" for axis in range(ndim))
        out.line(f"const bool {operand.name}_still = {still};")
    direct = [f"(steps[{o.place}] == {o.size} || {o.name}_still)" for o in rows.ins]
    direct += [f"steps[{o.place}] == {o.size}" for o in rows.outs]
    out.line(f"const bool direct = {' && '.join(direct)}; /* and apart, as all operands of a space are */")
    still = " || ".join(f"{operand.name}_still" for operand in rows.ins)
    out.line(f"const int64_t block = {f'{still} ? {block} : length' if rows.ins else 'length'};")
    for operand in rows.ins:
        tile = rows.tiles[operand]
        out.line(f"{operand.memory} {tile}[{block}];")
        count = "length < block ? length : block"
        fill = f"iris_pack_{8 * operand.size}((char *){tile}, data[{operand.place}], 0, 0, {count})"
        out.line(f"if (direct && {operand.name}_still) {fill};")


def _direct_row(rows: Rows, indices: list[str], out: Writer) -> None:
    with out.braces("for (int64_t at = 0; at < length; at += block)"):
        out.line("const int64_t some = length - at < block ? length - at : block;")
        places = [f"({operand.pointer})row[{operand.place}] + at" for operand in rows.operands]
        for operand in rows.ins:
            places[operand.place] = f"{operand.name}_still ? {rows.tiles[operand]} : {places[operand.place]}"
        moved = zip(rows.fn.indices, indices, strict=True)
        positions = [f"{text} + at" if rows.moves(index) else text for index, text in moved]
        _call_row(rows, ["some", *places, *positions], out, "iris_contiguous")
        if order_shows(rows.fn):
            out.line("if (status) return (int32_t)status;")


def _call_row(rows: Rows, arguments: list[str], out: Writer, callee: str = "iris_row") -> None:
    call = f"{callee}({', '.join(arguments)});"
    out.line(f"status |= {call}" if rows.can_fault else call)


def _stride(operand: int, axis: int, ndim: int) -> str:
    return f"strides[{operand * ndim + axis}]"


def _position(axis: int, ndim: int) -> str:
    """Along `axis`, of the first element of a row."""
    return f"i{axis}" if axis < ndim - 1 else f"first[{axis}]"


def _index_at_row(kind: str, axis: int, ndim: int) -> str:
    """An index symbol for the first element of a row; an axis the arrays have not is at 0 and has extent 1."""
    if kind == "flat":
        flat = _place(0, ndim) if ndim else "0"
        for inner in range(1, ndim):
            flat = f"({flat}) * extents[{inner}] + {_place(inner, ndim)}"
        return flat
    if kind == "n":
        return f"extents[{axis}]" if axis < ndim else "1"
    return _place(axis, ndim) if axis < ndim else "0"


def _place(axis: int, ndim: int) -> str:
    """The same in the whole space, of which these arrays may be a part."""
    return f"origin[{axis}] + {_position(axis, ndim)}"


def _places_read(rows: Rows, ndim: int) -> list[str]:
    """What of a larger space the index symbols read."""
    texts = " ".join(_index_at_row(index.kind, index.axis, ndim) for index in rows.fn.indices)
    return [name for name in ("origin", "extents") if name in texts]
