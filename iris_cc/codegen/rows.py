"""The loops over one row of elements, and which of them a row may take.

`iris_contiguous`  every operand's elements side by side, the iterations independent: this loop becomes vectors.
                   With functions that have a near variant it goes by tiles, and a tile with a far argument again.
`iris_blocks`      scalars and strided operands, brought side by side a block at a time, then through the same loop.
`iris_strided`     any steps and any overlap, one element after the other, and far tiles.
                   A long body is not compiled twice for it: it takes blocks of one element.
                   A large kernel goes by tiles through its steps.
`iris_fold`        reductions and accumulations: the value that is carried on stays in a register.
`iris_lanes`       where elements leave a loop at different times: a block of elements at once, one per lane.
`iris_row`         looks at steps and addresses and chooses.

It knows addresses and steps; what one element computes is the kernel's business.
"""

from __future__ import annotations

from iris_cc.codegen.cfamily import KERNEL, far, input_hints, output_hints, returns_value
from iris_cc.codegen.folds import fold, folds
from iris_cc.codegen.languages import LANGUAGES
from iris_cc.codegen.names import Names
from iris_cc.codegen.needs import (
    can_fault,
    computes_its_errors,
    far_types,
    is_watched,
    lets,
    order_shows,
    stops_at_fault,
    trips_differ,
    weight,
)
from iris_cc.codegen.steps import STEPS, TILES, Steps
from iris_cc.codegen.writer import Writer
from iris_cc.ir.nodes import Function, Index
from iris_cc.ir.types import BOOL, Scalar
from iris_cc.ir.walk import inputs, size
from iris_cc.records import record
from iris_cc.target import Target

# Elements per block: small enough for the first-level cache, large enough that calls do not count.
_LARGEST_BLOCK = 512
_TILE_BYTES = 16384

# Below this cost, in additions, an element with strided operands is quicker computed where it lies.
_CHEAP_BODY = 12

# A body of more statements, or with functions of ours in it, is compiled into one loop only: overlapping rows then go
# by blocks of one element.
_LARGE_BODY = 60

# Pairs of operands that are compared line by line.
_MOST_PAIRS = 6

STRUCTURE = (
    *("length", "count", "args", "steps", "status", "watch", "own", "k", "first", "some", "apart"),
    *("far_args", "far_steps", "near_status", *(far(type) for type in Scalar if type.is_float)),
)


@record
class RowOperand:
    """One array of the loop."""

    place: int
    name: str
    type: Scalar
    is_out: bool

    @property
    def memory(self) -> str:
        return f"iris_mem_{self.type}"

    @property
    def size(self) -> int:
        return self.type.bits // 8

    @property
    def pointer(self) -> str:
        return f"{'' if self.is_out else 'const '}{self.memory} *"

    def load(self, place: str) -> str:
        return f"{place} != 0" if self.type is BOOL else place


class Rows:
    """The text of the row functions of one kernel; `moving` is the axis along which a row lies, if it has one."""

    def __init__(self, fn: Function, target: Target, moving: int | None = None) -> None:
        self.fn = fn
        self.lanes = ""  # the definition of `iris_lanes`, for rows that have it
        self.schedule: Steps | None = None  # what computes a tile, for rows of large kernels
        self.target = target
        self.language = LANGUAGES[target.language]
        self.moving = moving
        self.can_fault = can_fault(fn)
        self.is_watched = is_watched(fn)
        self.far_types = far_types(fn, target)
        self.is_long = size(fn) > _LARGE_BODY or computes_its_errors(fn, target)
        self.result = "uint32_t" if self.can_fault else "void"
        names = Names(*STRUCTURE)
        self.takes_dims = bool(fn.arrays)
        claimed = [names.claim(hint) for hint in (*input_hints(fn), *output_hints(fn))]
        taken = len(inputs(fn))
        self.indices = tuple(claimed[taken - len(fn.indices) : taken])
        elements = [*claimed[: len(fn.params)], *claimed[taken:]]
        types = [*(param.type for param in fn.params), *fn.results]
        self.operands = tuple(
            RowOperand(k, name, type, k >= len(fn.params))
            for k, (name, type) in enumerate(zip(elements, types, strict=True))
        )
        self.ins = tuple(operand for operand in self.operands if not operand.is_out)
        self.outs = tuple(operand for operand in self.operands if operand.is_out)
        self.tiles = {operand: names.claim(f"{operand.name}_tile") for operand in self.operands}
        self.steps = {operand: names.claim(f"{operand.name}_step") for operand in self.operands}
        self.values = {operand: names.claim(f"{operand.name}_value") for operand in self.outs}

    @property
    def has_contiguous(self) -> bool:
        return self.schedule is not None or not trips_differ(self.fn)

    def text(self) -> str:
        if self.lanes:
            return "\n".join([self.strided("iris_strided"), self.lanes, self.row_of_lanes()])
        if self.schedule is not None:
            return "\n".join([self.schedule.text(), self.in_steps(self.schedule), self.blocks(), self.row()])
        if not self.has_contiguous:
            return self.strided("iris_row")
        if self.far_types:
            return "\n".join([self.strided("iris_strided"), self.by_tiles(), self.blocks(), self.row()])
        strided = [] if self.has_one_loop else [self.strided("iris_strided")]
        folded = [fold(self)] if self.has_fold else []
        return "\n".join([self.contiguous(), self.blocks(), *strided, *folded, self.row()])

    @property
    def has_one_loop(self) -> bool:
        return self.schedule is not None or (self.is_long and not self.far_types)

    @property
    def has_fold(self) -> bool:
        """Whether reductions have a loop of their own: not for a body that is too long to be compiled once more."""
        return folds(self.fn) and self.has_contiguous and not self.is_long and self.schedule is None

    # -- shared words ---------------------------------------------------------------------------------------------

    def params(self) -> str:
        indices = "".join(f", int64_t {name}" for name in self.indices)
        watch = ", iris_watch *watch" if self.is_watched else ""
        return f"intptr_t count, char *const *args, const intptr_t *steps{indices}{watch}"

    def pass_on(self, offset: str = "") -> list[str]:
        """The index symbols as arguments, for an element `offset` further along the row."""
        moved = zip(self.fn.indices, self.indices, strict=True)
        return [f"{name} + {offset}" if offset and self.moves(index) else name for index, name in moved]

    def row_arguments(self) -> list[str]:
        return ["count", "args", "steps", *self.pass_on(), *self.watch]

    @property
    def watch(self) -> list[str]:
        return ["watch"] if self.is_watched else []

    def moves(self, index: Index) -> bool:
        return index.kind == "flat" or (index.kind == "i" and index.axis == self.moving)

    def call(self, callee: str, *args: str) -> str:
        return f"{callee}({', '.join(args)})"

    def element(self, out: Writer, places: dict[RowOperand, str], offset: str = "k", near: bool = False) -> None:
        """The call for element `offset`; every input is read before any result is stored."""
        args = [operand.load(places[operand]) for operand in self.ins] + self.pass_on(offset)
        status = [f"&{'near_' if near else ''}status"] if self.can_fault else []
        status += ["&own"] if self.is_watched else []
        status += [f"&{far(type)}" if near else "0" for type in self.far_types]
        if returns_value(self.fn):
            out.line(f"{places[self.outs[0]]} = {self.call(KERNEL, *args, *status)};")
            return
        for operand in self.outs:
            out.line(f"{self.language.types[operand.type]} {self.values[operand]};")
        pointers = [f"&{self.values[operand]}" for operand in self.outs]
        out.line(f"{self.call(KERNEL, *args, *pointers, *status)};")
        for operand in self.outs:
            out.line(f"{places[operand]} = {self.values[operand]};")

    def begin(self, out: Writer) -> None:
        if self.can_fault:
            out.line("uint32_t status = 0;")

    def end(self, out: Writer) -> None:
        if self.can_fault:
            out.line("return status;")

    def stop_at_first(self, out: Writer) -> None:
        """Of the faults of several elements the first one counts, where it shows which."""
        if order_shows(self.fn):
            out.line("if (status) break;")

    def stop_at_fault(self, out: Writer, watch: str = "watch") -> None:
        if stops_at_fault(self.fn):
            out.line("if (status) break;")
        if self.is_watched:
            out.line(f"if (iris_spend({watch}, {weight(self.fn.body)})) break;")

    def hand_over(self, out: Writer, call: str) -> None:
        """The rest of the row is another function's."""
        out.line(f"return {call};" if self.can_fault else f"{call};")
        if not self.can_fault:
            out.line("return;")

    # -- the loops ------------------------------------------------------------------------------------------------

    def contiguous_head(self) -> str:
        pointers = "".join(f", {operand.pointer}{operand.name}" for operand in self.operands)
        indices = "".join(f", int64_t {name}" for name in self.indices)
        return f"IRIS_OUTLINE {self.result} iris_contiguous(intptr_t count{pointers}{indices})"

    def contiguous(self) -> str:
        out = Writer()
        out.line("/* Elements side by side; no result overlaps an operand, unless it is that operand. */")
        with out.braces(self.contiguous_head()):
            self.begin(out)
            out.line("IRIS_INDEPENDENT")
            with out.braces("for (intptr_t k = 0; k < count; ++k)"):
                self.element(out, {operand: f"{operand.name}[k]" for operand in self.operands})
            self.end(out)
        return out.text()

    def by_tiles(self) -> str:
        """The same where functions have near variants.  Results wait in tiles: a result may be an operand."""
        out = Writer()
        out.line("/* Elements side by side; no result overlaps an operand, unless it is that operand.")
        out.line(" * A tile in which an argument is far from zero is computed again, by the whole functions. */")
        with out.braces(self.contiguous_head()):
            self.begin(out)
            length = self.block_length()
            for operand in self.outs:
                out.line(f"{operand.memory} {self.tiles[operand]}[{length}];")
            with out.braces(f"for (intptr_t first = 0; first < count; first += {length})"):
                out.line(f"const intptr_t some = count - first < {length} ? count - first : {length};")
                out.lines(*(f"uint{type.bits}_t {far(type)} = 0;" for type in self.far_types))
                out.lines(*(["uint32_t near_status = 0;"] if self.can_fault else []))
                out.line("IRIS_INDEPENDENT")
                with out.braces("for (intptr_t k = 0; k < some; ++k)"):
                    places = {operand: f"{operand.name}[first + k]" for operand in self.ins}
                    places |= {operand: f"{self.tiles[operand]}[k]" for operand in self.outs}
                    self.element(out, places, "first + k", near=True)
                self.far_tile(out)
                for operand in self.outs:
                    tile, size = self.tiles[operand], operand.size
                    out.line(f"__builtin_memcpy({operand.name} + first, {tile}, some * {size});")
            self.end(out)
        return out.text()

    def in_steps(self, steps: Steps) -> str:
        """The same for a large kernel.  All operands of a tile are read before a result is stored."""
        out = Writer()
        out.line("/* Elements side by side; no result overlaps an operand, unless it is that operand. */")
        with out.braces(self.contiguous_head()):
            self.begin(out)
            out.line(f"{TILES} tiles, *const iris_s = &tiles;")
            with out.braces("for (intptr_t first = 0; first < count; first += IRIS_TILE)"):
                out.line("const intptr_t some = count - first < IRIS_TILE ? count - first : IRIS_TILE;")
                values = [*(o.load(f"{o.name}[first + k]") for o in self.ins), *self.pass_on("first + k")]
                for place, value in zip(steps.in_places, values, strict=True):
                    if place is not None:
                        out.line(f"for (intptr_t k = 0; k < some; ++k) {place}[k] = {value};")
                self.call_steps(out)
                for operand, place in zip(self.outs, steps.out_places, strict=True):
                    out.line(f"for (intptr_t k = 0; k < some; ++k) {operand.name}[first + k] = {place};")
                self.stop_at_first(out)
            self.end(out)
        return out.text()

    def call_steps(self, out: Writer) -> None:
        """The tile at once; or element after element, where it shows whose fault comes first."""
        status = ["&status"] if self.can_fault else []
        if not order_shows(self.fn):
            out.line(f"{self.call(STEPS, 'iris_s', '0', 'some', *status)};")
            return
        with out.braces("for (intptr_t k = 0; k < some && !status; ++k)"):
            out.line(f"{self.call(STEPS, 'iris_s', 'k', 'k + 1', *status)};")

    def far_tile(self, out: Writer) -> None:
        is_far = " || ".join(f"{far(type)} >> {type.bits - 1}" for type in self.far_types)
        with out.braces(f"if ({is_far})"):
            places = [f"(char *)({operand.name} + first)" for operand in self.ins]
            places += [f"(char *){self.tiles[operand]}" for operand in self.outs]
            count = len(self.operands)
            out.line(f"char *const far_args[{count}] = {{{', '.join(places)}}};")
            steps = ", ".join(str(operand.size) for operand in self.operands)
            out.line(f"static const intptr_t far_steps[{count}] = {{{steps}}};")
            result = "near_status = " if self.can_fault else ""
            out.line(f"{result}{self.call('iris_strided', 'some', 'far_args', 'far_steps', *self.pass_on('first'))};")
        if self.can_fault:
            out.line("status |= near_status;")
        self.stop_at_first(out)

    def blocks(self) -> str:
        out = Writer()
        out.line("/* Scalars and strided operands, brought side by side a block at a time. */")
        block = self.block_length()
        with out.braces(f"IRIS_ROUTE {self.result} iris_blocks(intptr_t length, {self.params()})"):
            self.begin(out)
            for operand in self.operands:
                out.line(f"{operand.memory} {self.tiles[operand]}[{block}];")
            with out.braces("for (intptr_t first = 0; first < count; first += length)"):
                out.line("const intptr_t some = count - first < length ? count - first : length;")
                self.one_block(out)
                self.stop_at_fault(out)
            self.end(out)
        return out.text()

    def one_block(self, out: Writer) -> None:
        for operand in self.ins:
            place, name, bits = operand.place, operand.name, 8 * operand.size
            pack = f"iris_pack_{bits}((char *){self.tiles[operand]}, args[{place}], steps[{place}], first, some)"
            out.line(f"{operand.pointer}{name} = ({operand.pointer}){pack};")
        for operand in self.outs:
            place, name = operand.place, operand.name
            there = f"({operand.pointer})(args[{place}] + first * steps[{place}])"
            out.line(f"{operand.pointer}{name} = {self.tiles[operand]};")
            out.line(f"if (steps[{place}] == {operand.size}) {name} = {there};")
        pointers = [operand.name for operand in self.operands]
        call = self.call("iris_contiguous", "some", *pointers, *self.pass_on("first"))
        out.line(f"status |= {call};" if self.can_fault else f"{call};")
        for operand in self.outs:
            place, bits = operand.place, 8 * operand.size
            tile = f"(const char *){self.tiles[operand]}"
            out.line(f"iris_spread_{bits}({tile}, args[{place}], steps[{place}], first, some);")
        self.stop_at_first(out)

    def block_length(self) -> int:
        """The largest power of two whose tiles fit."""
        width = sum(operand.size for operand in self.operands)
        fitting = max(_TILE_BYTES // width, 16)
        return min(_LARGEST_BLOCK, 1 << (fitting.bit_length() - 1))

    def strided(self, name: str) -> str:
        out = Writer()
        out.line("/* Any steps, any overlap: one element after the other. */")
        with out.braces(f"IRIS_OUTLINE {self.result} {name}({self.params()})"):
            self.begin(out)
            if self.is_watched:
                out.line("iris_watch own = *watch; /* in registers */")
            for operand in self.operands:
                out.line(f"char *{operand.name} = args[{operand.place}];")
                out.line(f"const intptr_t {self.steps[operand]} = steps[{operand.place}];")
            with out.braces("for (intptr_t k = 0; k < count; ++k)"):
                self.element(out, {o: f"*({o.pointer}){o.name}" for o in self.operands})
                for operand in self.operands:
                    out.line(f"{operand.name} += {self.steps[operand]};")
                self.stop_at_fault(out, "&own")
            if self.is_watched:
                out.line("*watch = own;")
            self.end(out)
        return out.text()

    def row(self) -> str:
        out = Writer()
        with out.braces(f"IRIS_ROUTE {self.result} iris_row({self.params()})"):
            out.line("bool apart = count > 1;")
            self.compare_places(out)
            side_by_side = " && ".join(f"steps[{o.place}] == {o.size}" for o in self.operands)
            with out.braces(f"if (apart && {side_by_side})"):
                pointers = [f"({o.pointer})args[{o.place}]" for o in self.operands]
                self.hand_over(out, self.call("iris_contiguous", "count", *pointers, *self.pass_on()))
            with out.braces(f"if (apart{self.worth_packing()})"):
                self.hand_over(out, self.call("iris_blocks", str(self.block_length()), *self.row_arguments()))
            if self.has_fold:
                with out.braces("if (args[0] + steps[0] == args[2] && steps[0] == steps[2])"):
                    self.hand_over(out, self.call("iris_fold", *self.row_arguments()))
            one_by_one = ("iris_blocks", "1") if self.has_one_loop else ("iris_strided",)
            last = self.call(*one_by_one, *self.row_arguments())
            out.line(f"return {last};" if self.can_fault else f"{last};")
        return out.text()

    def row_of_lanes(self) -> str:
        out = Writer()
        with out.braces(f"IRIS_ROUTE {self.result} iris_row({self.params()})"):
            out.line("bool apart = count >= IRIS_FEWEST;")
            self.compare_places(out)
            last = self.call("iris_strided", *self.row_arguments())
            with out.braces("if (apart)"):
                if order_shows(self.fn):
                    self.first_fault(out, last)
                else:
                    self.hand_over(out, self.call("iris_lanes", *self.row_arguments()))
            out.line(f"return {last};" if self.can_fault else f"{last};")
        return out.text()

    def first_fault(self, out: Writer, again: str) -> None:
        """Lanes say that there is a fault, and one element after the other which comes first: inputs must be left."""
        pairs = [(result, other) for result in self.outs for other in self.ins]
        same = " || ".join(f"args[{result.place}] == args[{other.place}]" for result, other in pairs)
        out.line(f"if ({same}) return {again};")
        out.line(f"const uint32_t status = {self.call('iris_lanes', *self.row_arguments())};")
        out.line(f"return status && watch->left ? {again} : status;")

    def worth_packing(self) -> str:
        """Scalars always go by blocks.  Gathering and scattering costs more than a cheap element gains as a vector."""
        if self.is_long or sum(let.op.cost for let in lets(self.fn)) >= _CHEAP_BODY:
            return ""
        return "".join(f" && (steps[{o.place}] == {o.size} || steps[{o.place}] == 0)" for o in self.operands)

    def compare_places(self, out: Writer) -> None:
        """Each result with each operand before it: a line per pair, or a loop where that would be a page."""
        pairs = [(result, other) for result in self.outs for other in self.operands[: result.place]]
        if len(pairs) <= _MOST_PAIRS:
            for result, other in pairs:
                out.line(f"apart = apart && iris_apart(count, {self.extent(result)}, {self.extent(other)});")
            return
        sizes = ", ".join(str(operand.size) for operand in self.operands)
        out.line(f"static const intptr_t sizes[{len(self.operands)}] = {{{sizes}}};")
        with (
            out.braces(f"for (int out = {len(self.ins)}; apart && out < {len(self.operands)}; ++out)"),
            out.braces("for (int in = 0; apart && in < out; ++in)"),
        ):
            extents = "args[out], steps[out], sizes[out], args[in], steps[in], sizes[in]"
            out.line(f"apart = iris_apart(count, {extents});")

    def extent(self, operand: RowOperand) -> str:
        return f"args[{operand.place}], steps[{operand.place}], {operand.size}"
