"""The lane loop: the body of a kernel for a block of elements at once, one element per lane.

    IRIS_EACH_PART { ... }     a straight segment, on every vector of the block
    for (;;) { ... }           a loop of all lanes; `running` is the mask of those still in it
    if (iris_any(...)) { ... } a side that some lane takes, under the mask of those lanes

A lane that is not in the mask computes whatever comes of it, for every operation is total; it keeps no loop running,
raises no fault and changes no value that its element still needs.  Values that are one for all lanes are scalars.
Where elements lie in memory is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from iris_cc.codegen import lane_values
from iris_cc.codegen.cfamily import Emitter, as_int, checked_cast, fault_bit, input_hints, inputs, is_unit, output_hints
from iris_cc.codegen.dialect import Dialect
from iris_cc.codegen.lane_plan import Plan, in_step, is_uniform, same_trips
from iris_cc.codegen.lane_values import vector
from iris_cc.codegen.names import Names
from iris_cc.codegen.needs import can_fault, is_checked_cast
from iris_cc.ir import ops
from iris_cc.ir.nodes import Atom, Block, Check, Const, Fault, For, Function, If, Let, Var, While
from iris_cc.ir.ops import CALL
from iris_cc.ir.types import BOOL, Scalar

BLOCK = "iris_block"


def block_function(fn: Function, dialect: Dialect, plan: Plan, source: Mapping[int, str] | None = None) -> str:
    """The definition of `iris_block`: inputs as arrays of vectors (uniform index symbols as scalars), then results."""
    return Lanes(fn, dialect, plan, source).function()


class Lanes(Emitter):
    """Writes statements on vectors of lanes; who fills the lanes is the function's business."""

    def __init__(self, fn: Function, dialect: Dialect, plan: Plan, source: Mapping[int, str] | None) -> None:
        super().__init__(fn, dialect, source)
        self.names = Names("status", "part", "lane")
        self.plan = plan
        self.mask: str | None = None  # the lanes that are here; None for all
        self.segment: list[str] = []  # lines of the straight segment so far
        self.local: set[Var] = set()  # values that are no arrays

    # -- the function ---------------------------------------------------------------------------------------------

    def function(self) -> str:
        fn = self.fn
        params = []
        for var, hint in zip(inputs(fn), input_hints(fn), strict=True):
            self.name[var] = self.names.claim(hint)
            is_scalar = var in self.plan.uniform
            params.append(f"int64_t {self.name[var]}" if is_scalar else f"const {vector(var.type)} *{self.name[var]}")
        results = [self.names.claim(hint) for hint in output_hints(fn)]
        params += [f"{vector(type)} *{name}" for type, name in zip(fn.results, results, strict=True)]
        params += ["uint32_t *status"] if can_fault(fn) else []
        with self.out.braces(f"{self.dialect.kernel} void {BLOCK}({', '.join(params)})"):
            self.unread(*inputs(fn))
            self.statements(fn.body)
            for name, atom in zip(results, fn.body.results, strict=True):
                self.line(f"{name}[part] = {self.vector(atom)};")
            self.cut()
        return self.out.text()

    # -- segments -------------------------------------------------------------------------------------------------

    def line(self, text: str) -> None:
        """One more line of the segment, for each part."""
        self.segment.append(text)

    def cut(self) -> None:
        """The segment ends: its lines are a loop over the parts."""
        lines, self.segment = self.segment, []
        if all(line.startswith("/*") for line in lines):
            self.out.lines(*lines)
            return
        with self.out.braces("IRIS_EACH_PART"):
            self.out.lines(*lines)

    @contextmanager
    def under(self, mask: str | None) -> Iterator[None]:
        before, self.mask = self.mask, mask
        yield
        self.mask = before

    def array(self, var: Var) -> str:
        """Declare `var` as an array over the parts."""
        name = self.bind(var)
        self.out.line(f"{vector(var.type)} {name}[IRIS_PARTS];")
        return f"{name}[part]"

    def mask_array(self, hint: str) -> str:
        name = self.names.claim(hint)
        self.out.line(f"iris_mask {name}[IRIS_PARTS];")
        return f"{name}[part]"

    def collector(self) -> str:
        """A mask that takes in those of all parts."""
        name = self.names.claim("any")
        self.out.line(f"iris_mask {name} = IRIS_NONE;")
        return name

    def here(self) -> str:
        return self.mask or "IRIS_ALL"

    def within(self, mask: str) -> str:
        """The lanes of `mask` that are here."""
        return mask if self.mask is None else f"{mask} & {self.mask}"

    # -- words ----------------------------------------------------------------------------------------------------

    def is_uniform(self, atom: Atom) -> bool:
        return is_uniform(atom, self.plan.uniform)

    def ref(self, var: Var) -> str:
        """A value that differs by lane, in a segment."""
        return self.name[var] if var in self.local else f"{self.name[var]}[part]"

    def vector(self, atom: Atom) -> str:
        """Any value as a vector."""
        if isinstance(atom, Var) and atom not in self.plan.uniform:
            return self.ref(atom)
        if isinstance(atom, Const) and atom.type is BOOL:
            return "IRIS_ALL" if atom.value else "IRIS_NONE"
        return f"iris_all_{atom.type}({self.atom(atom, alone=True)})"

    def operand(self, atom: Atom) -> str:
        """A value beside a vector that spreads it."""
        return self.atom(atom) if self.is_uniform(atom) else self.vector(atom)

    def at_lane(self, atom: Atom) -> str:
        return self.atom(atom, alone=True) if self.is_uniform(atom) else f"{self.vector(atom)}[lane]"

    # -- statements -----------------------------------------------------------------------------------------------

    def let(self, let: Let) -> None:
        if let.out in self.plan.uniform:
            super().let(let)
            return
        text = self.lane_value(let)
        if let.out in self.plan.crossing:
            target = self.array(let.out)
            self.line(f"{target} = {text or f'({vector(let.out.type)}){{0}}'};")
        else:
            self.local.add(let.out)
            target = self.bind(let.out)
            const = "const " if text is not None else ""
            self.line(f"{const}{vector(let.out.type)} {target} = {text or '{0}'};")
        if text is None:
            self.lane_by_lane(let, target)
        if let.out not in self.read:
            self.line(f"(void){target};")

    def check(self, check: Check) -> None:
        failing = self.within(f"~{self.vector(check.condition)}")
        self.line(f"*status |= iris_any({failing}) ? {fault_bit(check.fault)} : 0u;")

    def branch(self, stmt: If) -> None:
        for out in stmt.outs:
            self.array(out)
        if self.is_uniform(stmt.condition):
            self.uniform_branch(stmt)
        else:
            self.masked_branch(stmt)
        self.unread(*stmt.outs)

    def uniform_branch(self, stmt: If) -> None:
        """All lanes take the same side."""
        self.cut()
        with self.out.braces(f"if ({self.atom(stmt.condition)})"):
            self.side(stmt.then, stmt.outs)
            self.cut()
            self.out.otherwise()
            self.side(stmt.orelse, stmt.outs)
            self.cut()

    def side(self, block: Block, outs: tuple[Var, ...]) -> None:
        self.statements(block)
        for out, result in zip(outs, block.results, strict=True):
            self.line(f"{self.ref(out)} = {self.vector(result)};")

    def masked_branch(self, stmt: If) -> None:
        """A side that computes something runs if some lane takes it."""
        condition = self.vector(stmt.condition)
        taken = self.mask_array("taken")
        self.line(f"{taken} = {self.within(condition)};")
        if stmt.then.stmts:
            for out in stmt.outs:
                self.line(f"{self.ref(out)} = ({vector(out.type)}){{0}};")
            some = self.collector()
            self.line(f"{some} |= {taken};")
            self.cut()
            with self.out.braces(f"if (iris_any({some}))"), self.under(taken):
                self.side(stmt.then, stmt.outs)
                self.cut()
        else:
            self.side(stmt.then, stmt.outs)
        if not stmt.orelse.stmts:
            self.other_side(stmt, f"~{taken}")
            return
        other, rest = self.mask_array("other"), self.collector()
        self.line(f"{other} = {self.within(f'~{taken}')};")
        self.line(f"{rest} |= {other};")
        self.cut()
        with self.out.braces(f"if (iris_any({rest}))"), self.under(other):
            self.other_side(stmt, other)
            self.cut()

    def other_side(self, stmt: If, other: str) -> None:
        self.statements(stmt.orelse)
        for out, result in zip(stmt.outs, stmt.orelse.results, strict=True):
            target = self.ref(out)
            self.line(f"{target} = {self.chosen(other, out.type, self.vector(result), target)};")

    def chosen(self, mask: str, type: Scalar, then: str, orelse: str) -> str:
        return f"iris_select_{type}({mask}, {then}, {orelse})"

    # -- loops ----------------------------------------------------------------------------------------------------

    def is_kept(self, loop: For | While, place: int) -> bool:
        """Whether a carried value is an array; a live condition that nothing reads is the mask alone."""
        is_live = isinstance(loop, For) and place == loop.live
        return not is_live or loop.carried[place] in self.read or loop.outs[place] in self.read

    def begin(self, loop: For | While) -> None:
        """The carried values before the first round."""
        starts = [self.vector(init) for init in loop.inits]
        for place, (var, start) in enumerate(zip(loop.carried, starts, strict=True)):
            if self.is_kept(loop, place):
                self.line(f"{self.array(var)} = {start};")
                self.name[loop.outs[place]] = self.name[var]
                if not self.read & {var, loop.outs[place]}:
                    self.unread(var)

    def counted(self, loop: For) -> None:
        self.begin(loop)
        if not same_trips(loop, self.plan.uniform):
            self.counted_apart(loop)
        elif loop.live is None:
            self.counted_together(loop)
        else:
            self.counted_while_live(loop, loop.live)

    def counted_together(self, loop: For) -> None:
        """Every lane that is here runs every trip, so nothing needs a mask."""
        self.cut()
        with self.out.braces(self.loop_head(loop, "")):
            self.loop_index(loop)
            self.statements(loop.body)
            self.move_lanes(loop, None)
            self.cut()

    def counted_while_live(self, loop: For, live: int) -> None:
        running = self.start_running(loop.inits[live])
        self.cut()
        starts_live = loop.inits[live] == Const(True, BOOL)
        with self.out.braces(self.loop_head(loop, "")), self.under(running):
            self.loop_index(loop)
            if not starts_live:
                some = self.collector()
                self.line(f"{some} |= {running};")
                self.stop_unless(some)
            some = self.collector() if starts_live else ""
            self.statements(loop.body)
            self.move_lanes(loop, running, live)
            if starts_live:
                self.line(f"{some} |= {running};")
                self.stop_unless(some)
            self.cut()

    def counted_apart(self, loop: For) -> None:
        """Lanes have bounds of their own.  The trip is one for all of them, for all begin together."""
        index, step = self.own_index(loop), loop.step
        condition, head = self.bounds(loop, index)
        running = self.start_running(Const(True, BOOL) if loop.live is None else loop.inits[loop.live])
        self.cut()
        with self.out.braces(head), self.under(running):
            if index is None and not is_unit(step):
                self.loop_index(loop)
            some = self.collector()
            self.line(f"{running} &= {condition};")
            self.line(f"{some} |= {running};")
            self.stop_unless(some)
            self.statements(loop.body)
            self.move_lanes(loop, running, loop.live)
            if index is not None:
                self.line(f"{index} += {self.operand(step)};")
            self.cut()

    def own_index(self, loop: For) -> str | None:
        """The index as an array, where lanes are at different ones."""
        if in_step(loop, self.plan.uniform) or (loop.index not in self.read and not is_unit(loop.step)):
            return None
        index = self.array(loop.index)
        self.line(f"{index} = {self.vector(loop.start)};")
        return index

    def bounds(self, loop: For, index: str | None) -> tuple[str, str]:
        """Which lanes go on, and the head of a loop that the lanes end themselves."""
        mask = "(iris_mask)({0})"
        if is_unit(loop.step):
            sign, advance = ("<", "++") if as_int(loop.step) > 0 else (">", "--")
            if index is not None:
                return mask.format(f"{index} {sign} {self.operand(loop.stop)}"), "for (;;)"
            start, name = self.atom(loop.start), self.bind(loop.index)
            head = f"for (int64_t {name} = {start};; {advance}{name})"
            return mask.format(f"{name} {sign} {self.vector(loop.stop)}"), head
        trips, trip = self.names.claim("trips"), self.names.claim("trip")
        self.out.line(f"iris_v_u64 {trips}[IRIS_PARTS];")
        bounds = ", ".join(map(self.at_lane, (loop.start, loop.stop, loop.step)))
        self.line(f"{trips}[part] = (iris_v_u64){{0}};")
        self.line(f"IRIS_LANE_BY_LANE {trips}[part][lane] = iris_trips({bounds});")
        self.name[loop.index] = trip if index is None else self.name[loop.index]
        return mask.format(f"{trip} < {trips}[part]"), f"for (uint64_t {trip} = 0;; ++{trip})"

    def conditional(self, loop: While) -> None:
        self.begin(loop)
        running = self.start_running(Const(True, BOOL))
        most, rounds = self.names.claim("most_rounds"), self.names.claim("rounds")
        self.out.line(f"const uint64_t {most} = iris_rounds();")
        self.out.line(f"uint64_t {rounds} = 0;")
        self.cut()
        with self.out.braces("for (;;)"), self.under(running):
            some = self.collector()
            self.statements(loop.condition)
            self.line(f"{running} &= {self.vector(loop.condition.results[0])};")
            self.line(f"{some} |= {running};")
            self.stop_unless(some)
            with self.out.braces(f"if ({rounds}++ == {most})"):
                self.out.line(f"*status |= {fault_bit(Fault.WHILE_LIMIT)};")
                self.out.line("break;")
            self.statements(loop.body)
            self.move_lanes(loop, running)
            self.cut()

    def start_running(self, live: Atom) -> str:
        running = self.mask_array("running")
        all_start = live == Const(True, BOOL)
        self.line(f"{running} = {self.here() if all_start else self.within(self.vector(live))};")
        return running

    def stop_unless(self, some: str) -> None:
        self.cut()
        self.out.line(f"if (!iris_any({some})) break;")

    def move_lanes(self, loop: For | While, running: str | None, live: int | None = None) -> None:
        """The carried values of the next round, in the lanes that run; then which lanes go on.

        What nobody reads after the loop needs no mask: a lane that has left it may compute on.
        """
        results = loop.body.results
        goes_on = None if live is None else self.vector(results[live])
        if live is not None and results[live] in loop.carried:  # it is about to change
            kept = self.names.claim("goes_on")
            self.line(f"const iris_mask {kept} = {goes_on};")
            goes_on = kept
        pending = []
        for place, (out, var, result) in enumerate(zip(loop.outs, loop.carried, results, strict=True)):
            if var == result or not self.is_kept(loop, place):
                continue
            masked = running if out in self.read else None
            pending.append((self.ref(var), self.vector(result), var, masked))
        self.move_masked(pending)
        if goes_on is not None:
            self.line(f"{running} &= {goes_on};")

    def move_masked(self, pending: list[tuple[str, str, Var, str | None]]) -> None:
        """Assign all at once, each under its mask."""
        while pending:
            sources = [source for _, source, _, _ in pending]
            ready = next((move for move in pending if sources.count(move[0]) == (move[1] == move[0])), None)
            if ready is None:  # only cycles are left: keep one value aside
                target, _, var, _ = pending[0]
                kept = self.names.claim(f"old_{self.name[var]}")
                self.line(f"const {vector(var.type)} {kept} = {target};")
                pending = [(t, kept if source == target else source, v, m) for t, source, v, m in pending]
                continue
            pending.remove(ready)
            target, source, var, mask = ready
            value = source if mask is None else self.chosen(mask, var.type, source, target)
            self.line(f"{target} = {value};")

    # -- values ---------------------------------------------------------------------------------------------------

    def lane_value(self, let: Let) -> str | None:
        """The right-hand side on whole vectors; None if it goes lane by lane."""
        bits = self.plan.lane_bits
        if let.op is ops.CAST:
            return None if is_checked_cast(let) else lane_values.cast(let, bits, self.vector(let.args[0]))
        spread = lane_values.takes_scalars(let)
        return lane_values.operator(let, bits, [self.operand(a) if spread else self.vector(a) for a in let.args])

    def lane_by_lane(self, let: Let, target: str) -> None:
        """The scalar operation on each lane; a costly one only where it counts."""
        guard = f"if ({self.mask}[lane]) " if self.mask and let.op.cost >= CALL else ""
        args = ", ".join(map(self.at_lane, let.args))
        callee = checked_cast(let) if let.op is ops.CAST else self.callee(let)
        sign = "-(iris_mem_mask)" if let.out.type is BOOL else ""
        loop = "IRIS_EACH_LANE" if let.op in lane_values.AS_VECTORS else "IRIS_LANE_BY_LANE"
        self.line(f"{loop} {guard}{target}[lane] = {sign}{callee}({args});")
