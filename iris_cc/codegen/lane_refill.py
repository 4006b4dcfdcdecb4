"""The lane loop with refilling: a lane whose element is done gives its results and takes the next element, while the
other lanes go on with theirs.  No lane waits for the slowest of a block.

It serves functions of one loop with straight lines before and after it.  Lanes are at different rounds, so the index is
a value of each lane; the rounds of a while loop are counted once for all, from the round in which a lane began.
"""

from __future__ import annotations

from collections.abc import Mapping

from iris_cc.codegen.cfamily import as_int, fault_bit, input_hints, output_hints
from iris_cc.codegen.lane_exits import known_after
from iris_cc.codegen.lane_plan import LanePlan, refilled_loop
from iris_cc.codegen.lane_values import compared, vector, zero
from iris_cc.codegen.lanes import COPIES, LaneWriter
from iris_cc.codegen.names import Names
from iris_cc.codegen.needs import is_watched_loop, stops_at_fault, weight
from iris_cc.codegen.rows import RowOperand, Rows
from iris_cc.ir import kinds, ops
from iris_cc.ir.nodes import Const, Fault, For, Stmt, Var, While
from iris_cc.ir.types import BOOL, Scalar
from iris_cc.ir.walk import inputs

_STRUCTURE = (
    *("count", "args", "steps", "status", "watch", "faults", "part", "lane", "k", "next", "element", "running", "idle"),
    *("done", "busy", "fewest", "left", "most_rounds", "round", "deadline", "began", "end"),
    *("fresh", "ranks", "before", "is_fresh", "taken", "pause", "again", "now", "most", "rest"),
)


def refilling(rows: Rows, plan: LanePlan, source: Mapping[int, str] | None) -> str:
    """The definition of `iris_lanes`."""
    refill = _Refill(rows, plan, source)
    text = refill.text()
    return "\n".join([*refill.functions(), text])


def load(operand: RowOperand, lanes: str, place: str) -> str:
    """An element of an input into lane `lane` of `lanes`."""
    value = operand.load(f"*({operand.pointer})({place})")
    if operand.type is BOOL:
        return f"iris_set_lane({lanes}, (int)lane, {value});"
    return f"((iris_mem_{operand.type} *){lanes})[lane] = {value};"


def store(operand: RowOperand, type: Scalar, lanes: str, place: str) -> str:
    """Lane `lane` of `lanes` into an element of a result, which may be wider than `type`."""
    value = f"iris_lane({lanes}, (int)lane)" if type is BOOL else f"((const iris_mem_{type} *){lanes})[lane]"
    return f"*({operand.pointer})({place}) = {value};"


class _Refill(LaneWriter):
    def __init__(self, rows: Rows, plan: LanePlan, source: Mapping[int, str] | None) -> None:
        super().__init__(plan.fn, rows.target, plan, source)
        self.rows = rows
        self.names = Names(*_STRUCTURE, *rows.indices)
        self.start = {operand: self.names.claim(f"{operand.name}_row") for operand in rows.operands}
        self.stride = {operand: self.names.claim(f"{operand.name}_step") for operand in rows.operands}
        loop = refilled_loop(plan.fn)
        assert loop is not None
        self.loop = loop
        self.in_a_row = plan.in_a_row
        at = plan.fn.body.stmts.index(loop)
        self.before: tuple[Stmt, ...] = plan.fn.body.stmts[:at]
        self.after: tuple[Stmt, ...] = plan.fn.body.stmts[at + 1 :]
        self.known = known_after(self.fn, loop) if isinstance(loop, For) else {}
        self.skipped.update(let.out for let in self.known.values() if let is not None)

    def text(self) -> str:
        out = self.out
        out.line("/* Any steps, no overlap; a lane that is done takes the next element. */")
        with out.braces(f"IRIS_OUTLINE {self.rows.result} iris_lanes({self.rows.params()})"):
            self.declare()
            if self.is_watched:
                out.line("uint64_t most = 0, rest = 0; /* rounds until the next look for signals */")
            with out.braces("for (;;)"):
                self.look_for_signals()
                results = self.results()
                out.line("bool busy = true;")
                out.line("#if defined(IRIS_TAKES_MANY)")
                with out.braces("if (next > 0 && count - next >= IRIS_LANES)"):
                    self.take_many(results)
                out.line("else")
                out.line("#endif")
                with out.braces(""):
                    self.take(results)
                out.line("if (!busy) break;")
                out.line("const int fewest = next < count ? IRIS_ENOUGH : 0;")
                self.enter()
                self.rounds()
            if self.rows.can_fault:
                out.line("return faults;")
        return out.text()

    def is_kept(self, loop: For | While, place: int) -> bool:
        return super().is_kept(loop, place) and not (loop == self.loop and place in self.known)

    # -- what lanes hold ------------------------------------------------------------------------------------------

    def declare(self) -> None:
        if self.rows.can_fault:
            self.out.lines("uint32_t faults = 0;", "uint32_t *const status = &faults;")
        self.declare_inputs()
        for operand in self.rows.operands:
            self.out.line(f"char *const {self.start[operand]} = args[{operand.place}];")
            self.out.line(f"const intptr_t {self.stride[operand]} = steps[{operand.place}];")
        for let in kinds.operations(self.before):
            if let.out in self.plan.uniform:
                super().let(let)
            elif let.out in self.plan.crossing:
                self.keep(let.out)
        for place, var in enumerate(self.loop.carried):
            if self.is_kept(self.loop, place):
                self.keep(var)
                self.name[self.loop.outs[place]] = self.name[var]
        if isinstance(self.loop, For):
            self.keep(self.loop.index)
        for mask in ("running", "idle"):
            self.out.line(f"iris_mask {mask}[IRIS_PARTS];")
            self.line(f"{mask}[part] = IRIS_NONE;")
        self.out.line("iris_long element[IRIS_PARTS]; /* -1 is none */")
        self.line("element[part] = (iris_long){0} - 1;")
        if isinstance(self.loop, While):
            self.out.line("iris_long began[IRIS_PARTS];")
            self.line("began[part] = (iris_long){0};")
        self.cut()
        self.out.line("intptr_t next = 0;")
        if isinstance(self.loop, While):
            self.out.lines("const uint64_t most_rounds = iris_rounds();", "uint64_t round = 0;")
            self.out.line("uint64_t deadline = most_rounds; /* no lane passes its limit before this round */")

    def declare_inputs(self) -> None:
        fn = self.fn
        hints = dict(zip(inputs(fn), input_hints(fn), strict=True))
        for var in fn.params:
            self.keep(var, hints[var])
        for index, name in zip(fn.indices, self.rows.indices, strict=True):
            if index.var in self.plan.uniform:
                self.name[index.var] = name
            else:
                self.keep(index.var, hints[index.var])

    def keep(self, var: Var, hint: str = "") -> None:
        self.name[var] = self.names.claim(hint or var.hint)
        self.out.line(f"{vector(var.type)} {self.name[var]}[IRIS_PARTS];")
        self.line(f"{self.name[var]}[part] = {zero(var.type)};")
        if var not in self.read:
            self.unread(var)

    def array(self, var: Var) -> str:
        """What a lane keeps is declared already."""
        return self.ref(var) if var in self.name else super().array(var)

    # -- one filling ----------------------------------------------------------------------------------------------

    def results(self) -> list[str]:
        """The results of every lane; those of the lanes that are done count."""
        names = [self.names.claim(hint) for hint in output_hints(self.fn)]
        for name, type in zip(names, self.fn.results, strict=True):
            self.out.line(f"{vector(type)} {name}[IRIS_PARTS];")
        if isinstance(self.loop, For):
            self.tell(self.loop)
        self.place(self.after)
        for name, atom in zip(names, self.fn.body.results, strict=True):
            self.line(f"{name}[part] = {self.vector(atom)};")
        self.cut()
        return names

    def tell(self, loop: For) -> None:
        """The carried values that the index tells."""
        for place, let in self.known.items():
            out, init = loop.outs[place], loop.inits[place]
            if out in self.read:
                stopped, index = self.goes_on(loop), self.ref(loop.index)
                value = stopped if let is None else self.chosen(stopped, out.type, index, self.vector(init))
                self.line(f"{self.array(out)} = {value};")

    def place(self, stmts: tuple[Stmt, ...]) -> None:
        for stmt in stmts:
            if comment := self.places.comment(stmt.loc):
                self.line(comment)
            self.stmt(stmt)

    def take_many(self, results: list[str]) -> None:
        """Every lane has an element, and may take a new one: the results of all are stored, the last word is a lane's
        when it is done."""
        out, rows = self.out, self.rows
        for operand in rows.ins:
            step, size = self.stride[operand], operand.size
            tile, ahead = rows.tiles[operand], self.ahead(operand)
            out.line(f"{operand.memory} {tile}[IRIS_LANES];")
            out.line(f"const char *{ahead} = {self.at(operand, 'next')};")
            packed = f"iris_pack_{8 * size}((char *){tile}, {ahead}, {step}, 0, IRIS_LANES)"
            out.line(f"if (IRIS_UNLIKELY({step} != {size})) {ahead} = {packed};")
        for operand, type, name in zip(rows.outs, self.fn.results, results, strict=True):
            with out.braces("IRIS_EACH_PART"):
                place = self.at(operand, "((const iris_mem_i64 *)&element[part])[lane]")
                out.line(f"IRIS_EACH_LANE {store(operand, type, f'&{name}[part]', place)}")
        out.lines("iris_mask fresh[IRIS_PARTS];", "iris_ranked ranks[IRIS_PARTS];", "intptr_t before[IRIS_PARTS];")
        out.line("intptr_t taken = 0;")
        with out.braces("IRIS_EACH_PART"):
            out.line("fresh[part] = ~running[part];")
            out.line("ranks[part] = iris_ranks(fresh[part]);")
            out.line("before[part] = taken;")
            out.line("taken += iris_count(fresh[part]);")
        with out.braces("IRIS_EACH_PART"):
            at = "fresh[part], ranks[part]"
            out.line(f"iris_count_up(&element[part], next + before[part], {at});")
            if isinstance(self.loop, While):
                out.line("const iris_long now = (iris_long){0} + (int64_t)round;")
                out.line("iris_put_long(&began[part], fresh[part], &now);")
            for index, name in zip(self.fn.indices, rows.indices, strict=True):
                if index.var not in self.plan.uniform:
                    out.line(f"iris_count_up(&{self.name[index.var]}[part], {name} + next + before[part], {at});")
        for operand, param in zip(rows.ins, self.fn.params, strict=True):
            with out.braces("IRIS_EACH_PART"):
                place = f"{self.ahead(operand)} + before[part] * {operand.size}"
                name = f"{self.name[param]}[part]"
                out.line(f"{name} = iris_next_{param.type}({place}, fresh[part], ranks[part], {name});")
        out.line("next += taken;")

    def at(self, operand: RowOperand, k: str) -> str:
        return f"{self.start[operand]} + {k} * {self.stride[operand]}"

    def ahead(self, operand: RowOperand) -> str:
        return f"{self.rows.tiles[operand]}_ahead"

    def take(self, results: list[str]) -> None:
        self.out.line("busy = false;")
        with self.out.braces("IRIS_EACH_PART"):
            self.out.line("busy |= iris_any(running[part]);")
            self.out.line("unsigned done = iris_bits(~running[part] & ~idle[part]);")
            with self.out.braces("for (; done; done &= done - 1)"):
                self.out.line("const int lane = part * IRIS_WIDTH + __builtin_ctz(done);")
                self.out.line("intptr_t k = ((iris_mem_i64 *)element)[lane];")
                with self.out.braces("if (k >= 0)"):
                    for operand, type, name in zip(self.rows.outs, self.fn.results, results, strict=True):
                        self.out.line(store(operand, type, name, self.at(operand, "k")))
                with self.out.braces("if (next == count)"):
                    self.out.line("iris_set_lane(idle, lane, true);")
                    self.out.line("continue;")
                self.out.line("k = ((iris_mem_i64 *)element)[lane] = next++;")
                self.out.line("busy = true;")
                self.fill()
                if isinstance(self.loop, While):
                    self.out.line("((iris_mem_i64 *)began)[lane] = (int64_t)round;")

    def fill(self) -> None:
        for operand, param in zip(self.rows.ins, self.fn.params, strict=True):
            self.out.line(load(operand, self.name[param], self.at(operand, "k")))
        for index, name in zip(self.fn.indices, self.rows.indices, strict=True):
            if index.var not in self.plan.uniform:
                self.out.line(f"((iris_mem_i64 *){self.name[index.var]})[lane] = {name} + k;")

    def enter(self) -> None:
        """The values before the first round, in the lanes that have a new element."""
        self.place(tuple(let for let in kinds.operations(self.before) if let.out not in self.plan.uniform))
        loop = self.loop
        kept = self.names.claim("kept")
        self.line(f"const iris_mask {kept} = running[part] | idle[part];")
        starts = [self.vector(init) for init in loop.inits]
        for place, (var, start) in enumerate(zip(loop.carried, starts, strict=True)):
            if self.is_kept(loop, place):
                self.line(f"{self.ref(var)} = {self.chosen(kept, var.type, self.ref(var), start)};")
        if isinstance(loop, For):
            index = self.ref(loop.index)
            start = self.vector(loop.start)
            self.line(f"{index} = {self.chosen(kept, loop.index.type, index, start)};")
        begins = loop.inits[loop.live] if isinstance(loop, For) and loop.live is not None else Const(True, BOOL)
        self.line(f"running[part] |= ~{kept}{'' if begins == Const(True, BOOL) else f' & {self.vector(begins)}'};")
        self.cut()

    # -- rounds ---------------------------------------------------------------------------------------------------

    def rounds(self) -> None:
        if isinstance(self.loop, While):
            self.rounds_while(self.loop)
        else:
            self.rounds_counted(self.loop)

    def rounds_counted(self, loop: For) -> None:
        """The index comes to its end at the end of some rounds in a row, never among them."""
        with self.out.braces("for (;;)"), self.under("running[part]"):
            self.line(f"running[part] &= {self.goes_on(loop)};")
            self.count_left()
            self.end_rounds()
            if self.in_a_row == 1:
                self.body(loop)
                return
            with self.out.braces(f"IRIS_ROLLED for (int again = 0; again < {self.in_a_row}; ++again)"):
                self.body(loop)

    def rounds_while(self, loop: While) -> None:
        if self.in_a_row > 1:
            self.out.line("uint64_t pause = round;")
        with self.out.braces("for (;;)"), self.under("running[part]"):
            self.statements(loop.condition)
            self.line(f"running[part] &= {self.vector(loop.condition.results[0])};")
            if self.in_a_row == 1:
                self.look()
            else:
                self.cut()
                with self.out.braces("if (round == pause)"):
                    self.look()
                    self.out.line(f"pause = deadline - round < {self.in_a_row} ? deadline : round + {self.in_a_row};")
            self.body(loop)
            self.out.line("++round;")

    def look(self) -> None:
        """Whether a lane has run too long, or so many are done that they take new elements."""
        self.count_left()
        self.limit()
        self.end_rounds()

    def end_rounds(self) -> None:
        self.out.line("if (left <= fewest) break;")
        if self.is_watched:
            self.out.line("if (!rest--) break;")

    @property
    def is_watched(self) -> bool:
        return self.plan.is_watched and is_watched_loop(self.loop)

    def look_for_signals(self) -> None:
        """Not among the rounds: a call there would cost them their registers."""
        if self.is_watched:
            cost = weight(self.loop.body, COPIES * self.in_a_row)
            leave = f"return{' faults' if self.rows.can_fault else ''};"
            self.out.line(f"if (iris_spend(watch, (most - rest) * {cost} + 1)) {leave}")
            self.out.line(f"most = rest = iris_some_of(watch, ~0ULL, {cost});")

    def count_left(self) -> None:
        self.out.line("int left = 0;")
        self.line("left += iris_count(running[part]);")
        self.cut()

    def body(self, loop: For | While) -> None:
        self.fold(loop)
        self.statements(loop.body)
        self.move_lanes(loop, "running[part]", loop.live if isinstance(loop, For) else None)
        if isinstance(loop, For):
            self.advance(loop)
        self.cut()

    def advance(self, loop: For) -> None:
        """The next index; a lane that was stopped keeps its own."""
        index = self.ref(loop.index)
        if loop.index.type.bits == self.plan.lane_bits:
            word = "IRIS_MORE" if as_int(loop.step) > 0 else "IRIS_LESS"
            self.line(f"{index} = {word}({loop.index.type}, {index}, running[part]);")
            return
        chosen = self.chosen("running[part]", loop.index.type, f"{index} + {as_int(loop.step)}", index)
        self.line(f"{index} = {chosen};")

    def goes_on(self, loop: For) -> str:
        order = ops.LT if as_int(loop.step) > 0 else ops.GT
        return compared(order, loop.index.type, self.ref(loop.index), self.vector(loop.stop))

    def limit(self) -> None:
        """A lane that has run as many rounds as it may, and would go on, is done and a fault."""
        with self.out.braces("if (round == deadline)"):
            late = self.mask_array("late")
            self.line(f"{late} = running[part];")
            self.cut()
            self.out.line("deadline = round + most_rounds;")
            with self.out.braces("IRIS_ROLLED for (int lane = 0; lane < IRIS_LANES; ++lane)"):
                lanes = late.removesuffix("[part]")
                self.out.line(f"if (!iris_lane({lanes}, lane)) continue;")
                self.out.line("const uint64_t end = (uint64_t)((const iris_mem_i64 *)began)[lane] + most_rounds;")
                self.out.line(f"iris_set_lane({lanes}, lane, end == round);")
                self.out.line("if (end != round && end < deadline) deadline = end;")
            self.line(f"*status |= iris_any({late}) ? {fault_bit(Fault.WHILE_LIMIT)} : 0u;")
            self.line(f"running[part] &= ~{late};")
            self.cut()
            if stops_at_fault(self.fn):
                self.out.line("if (faults) return faults;")
            self.out.line("break;")
