"""The lane loop: the body of a kernel for a block of elements at once, one element per lane.

    IRIS_EACH_PART { ... }     a straight segment, on every vector of the block (lane_segments)
    for (;;) { ... }           a loop of all lanes; `running` is the mask of those still in it
    if (iris_any(...)) { ... } a side that some lane takes, under the mask of those lanes

A lane that is not in the mask computes whatever comes of it, for every operation is total; it keeps no loop running,
raises no fault and changes no value that its element still needs.  Values that are one for all lanes are scalars.
Where elements lie in memory is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping

from iris_cc.codegen.cfamily import as_int, fault_bit, input_hints, is_unit, output_hints
from iris_cc.codegen.lane_plan import LanePlan
from iris_cc.codegen.lane_segments import Segments
from iris_cc.codegen.lane_values import compared, vector, zero
from iris_cc.codegen.needs import can_fault, is_watched_loop, weight
from iris_cc.ir import ops
from iris_cc.ir.nodes import Atom, Block, Const, Fault, For, Function, If, Var, While
from iris_cc.ir.types import BOOL, U64
from iris_cc.ir.walk import inputs
from iris_cc.schedule.uniform import in_step, same_trips
from iris_cc.target import Target

BLOCK = "iris_block"
# As which a round for all lanes counts beside one trip: it is a few vectors, but some operations go lane by lane.
COPIES = 8


def block_function(fn: Function, target: Target, plan: LanePlan, source: Mapping[int, str] | None = None) -> str:
    """The definition of `iris_block`: inputs as arrays of vectors (uniform index symbols as scalars), then results."""
    lanes = LaneWriter(fn, target, plan, source)
    text = lanes.function()
    return "\n".join([*lanes.functions(), text])


class LaneWriter(Segments):
    """Writes branches and loops of lanes; who fills the lanes is the function's business."""

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
        params += ["iris_watch *watch"] if self.plan.is_watched else []
        with self.out.braces(f"{self.language.kernel} void {BLOCK}({', '.join(params)})"):
            self.unread(*inputs(fn))
            self.statements(fn.body)
            for name, atom in zip(results, fn.body.results, strict=True):
                self.line(f"{name}[part] = {self.vector(atom)};")
            self.cut()
        return self.out.text()

    # -- branches -------------------------------------------------------------------------------------------------

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
                self.line(f"{self.ref(out)} = {zero(out.type)};")
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
            self.look_up(loop)
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
            self.look_up(loop)
            some = self.collector() if starts_live else ""
            self.fold(loop)
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
            self.look_up(loop)
            self.fold(loop)
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
        stop = self.vector(loop.stop)
        if is_unit(loop.step):
            order, advance = (ops.LT, "++") if as_int(loop.step) > 0 else (ops.GT, "--")
            if index is not None:
                return compared(order, loop.index.type, index, stop), "for (;;)"
            start, name = self.atom(loop.start), self.bind(loop.index)
            head = f"for (int64_t {name} = {start};; {advance}{name})"
            return compared(order, loop.index.type, f"iris_all_{loop.index.type}({name})", stop), head
        trips, trip = self.names.claim("trips"), self.names.claim("trip")
        self.out.line(f"iris_v_u64 {trips}[IRIS_PARTS];")
        bounds = ", ".join(map(self.at_lane, (loop.start, loop.stop, loop.step)))
        self.line(f"{trips}[part] = (iris_v_u64){{0}};")
        self.line(f"IRIS_LANE_BY_LANE {trips}[part][lane] = iris_trips({bounds});")
        self.name[loop.index] = trip if index is None else self.name[loop.index]
        return compared(ops.LT, U64, f"iris_all_u64({trip})", f"{trips}[part]"), f"for (uint64_t {trip} = 0;; ++{trip})"

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
            self.look_up(loop)
            self.fold(loop)
            self.statements(loop.body)
            self.move_lanes(loop, running)
            self.cut()

    def start_running(self, live: Atom) -> str:
        running = self.mask_array("running")
        all_start = live == Const(True, BOOL)
        self.line(f"{running} = {self.here() if all_start else self.within(self.vector(live))};")
        return running

    def look_up(self, loop: For | While) -> None:
        """Once per round of a loop that may be long: whether the call has to end."""
        if self.plan.is_watched and is_watched_loop(loop):
            self.out.line(f"if (iris_spend(watch, {weight(loop.body, COPIES)})) break;")

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
            source, masked = self.step(var, masked) if var in self.folded else (self.vector(result), masked)
            pending.append((self.ref(var), source, var, masked))
        self.move_masked(pending)
        if goes_on is not None:
            self.line(f"{running} &= {goes_on};")

    def fold(self, loop: For | While) -> None:
        """Before a body under a mask: find the steps that are part of their assignment."""
        for var, let in self.uses.folds(loop):
            if let.op is ops.SEL or var.type.bits == self.plan.lane_bits:
                self.folded[var] = let
                self.skipped.add(let.out)

    def step(self, var: Var, running: str | None) -> tuple[str, str | None]:
        """What a folded value becomes, and in which lanes."""
        let = self.folded[var]
        assert running is not None
        if let.op is ops.ADD:
            return f"IRIS_MORE({var.type}, {self.ref(var)}, {running})", None
        condition, then, orelse = let.args
        if orelse == var:
            return self.vector(then), f"{running} & {self.vector(condition)}"
        return self.vector(orelse), f"{running} & ~{self.vector(condition)}"

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
