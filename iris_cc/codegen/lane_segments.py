"""Straight segments of the lane loop: operations on every vector of a block, gathered until control flow cuts them.

    IRIS_EACH_PART { ... }     a segment, on every vector of the block

It knows vectors, masks and segments; branches, loops and functions are not here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from iris_cc.codegen import lane_bits, lane_calls, lane_values
from iris_cc.codegen.cfamily import Emitter, checked_cast, fault_bit
from iris_cc.codegen.lane_exits import Uses
from iris_cc.codegen.lane_plan import LanePlan
from iris_cc.codegen.lane_signs import logical_shifts
from iris_cc.codegen.lane_values import vector, zero
from iris_cc.codegen.names import Names
from iris_cc.codegen.needs import is_checked_cast
from iris_cc.ir import ops
from iris_cc.ir.nodes import Atom, Check, Const, Function, Let, Var
from iris_cc.ir.ops import CALL
from iris_cc.ir.types import BOOL, Scalar
from iris_cc.schedule.uniform import is_uniform
from iris_cc.target import Target


class Segments(Emitter):
    """Writes operations on vectors of lanes."""

    def __init__(self, fn: Function, target: Target, plan: LanePlan, source: Mapping[int, str] | None) -> None:
        super().__init__(fn, target, source)
        self.names = Names("status", "watch", "part", "lane")
        self.plan = plan
        self.mask: str | None = None  # the lanes that are here; None for all
        self.segment: list[str] = []  # lines of the straight segment so far
        self.local: set[Var] = set()  # values that are no arrays
        self.uses = Uses(fn, target)
        self.logical = logical_shifts(fn)
        self.by_bit = lane_bits.choices(fn, self.uses, plan.lane_bits, plan.uniform)
        self.folded: dict[Var, Let] = {}  # carried values whose step is part of their assignment
        self.skipped = set(lane_bits.unread(self.by_bit, fn, self.uses))  # what needs no line of its own
        self.together = lane_calls.together(fn, target, plan.uniform)
        self.called: dict[str, lane_calls.Calls] = {}  # functions of all lanes, with the scalar ones they call

    def functions(self) -> list[str]:
        """The functions of all lanes that were called, in the order of their first calls."""
        named = self.called.items()
        return [lane_calls.definition(name, [*map(self.callee, calls)], calls, self.target) for name, calls in named]

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
        """A lane taken out of a vector; out of an array of vectors, it would keep the array in memory."""
        if self.is_uniform(atom) or not isinstance(atom, Var):
            return self.atom(atom, alone=True)
        if atom not in self.local:
            name = self.names.claim(f"{self.name[atom]}_lanes")
            self.line(f"const {vector(atom.type)} {name} = {self.ref(atom)};")
            return self.one(name, atom.type)
        return self.one(self.ref(atom), atom.type)

    def one(self, vector: str, type: Scalar) -> str:
        return f"IRIS_HAS({vector}, lane)" if type is BOOL else f"{vector}[lane]"

    # -- statements -----------------------------------------------------------------------------------------------

    def let(self, let: Let) -> None:
        if let.out in self.skipped:
            return
        if let.out in self.plan.uniform:
            super().let(let)
            return
        if lane_values.is_called(let, self.target):
            self.call(let)
            return
        text = self.lane_value(let)
        if let.out in self.plan.crossing:
            target = self.array(let.out)
            self.line(f"{target} = {text or zero(let.out.type)};")
        else:
            self.local.add(let.out)
            target = self.bind(let.out)
            const = "const " if text is not None else ""
            self.line(f"{const}{vector(let.out.type)} {target} = {text or zero(let.out.type)};")
        if text is None:
            self.lane_by_lane(let, target)
        if let.out not in self.read:
            self.line(f"(void){target};")

    def call(self, let: Let) -> None:
        """One call for all lanes, between two segments: what it reads and gives are arrays."""
        calls = self.together[let.out]
        if not calls:
            return
        callees = [self.callee(each) for each in calls]
        near = any(map(lane_calls.has_near, callees, calls))
        given = lane_calls.given(calls)
        args = [self.near(arg) if near and self.mask else self.whole(arg) for arg in given]
        targets = [self.array(each.out).removesuffix("[part]") for each in calls]
        self.cut()
        name = lane_calls.name_of(callees, calls)
        self.called[name] = calls
        self.out.line(f"{name}({', '.join([*args, *targets])});")
        self.unread(*(each.out for each in calls))

    def near(self, atom: Atom) -> str:
        """A lane that is not here asks for nothing out of the way."""
        name, zero = self.names.claim("here"), f"iris_all_{atom.type}(0)"
        self.out.line(f"{vector(atom.type)} {name}[IRIS_PARTS];")
        self.line(f"{name}[part] = {self.chosen(self.here(), atom.type, self.vector(atom), zero)};")
        return name

    def whole(self, atom: Atom) -> str:
        """The array of a value; one that is the same for all lanes is written out."""
        if isinstance(atom, Var) and atom not in self.plan.uniform:
            return self.name[atom]
        name = self.names.claim("all")
        self.out.line(f"{vector(atom.type)} {name}[IRIS_PARTS];")
        self.line(f"{name}[part] = {self.vector(atom)};")
        return name

    def check(self, check: Check) -> None:
        failing = self.within(f"~{self.vector(check.condition)}")
        self.line(f"*status |= iris_any({failing}) ? {fault_bit(check.fault)} : 0u;")

    def chosen(self, mask: str, type: Scalar, then: str, orelse: str) -> str:
        return f"iris_select_{type}({mask}, {then}, {orelse})"

    # -- values ---------------------------------------------------------------------------------------------------

    def lane_value(self, let: Let) -> str | None:
        """The right-hand side on whole vectors; None if it goes lane by lane."""
        if let.op is ops.CAST:
            return None if is_checked_cast(let) else lane_values.cast(let, self.vector(let.args[0]))
        if let.out in self.logical and (shifted := lane_values.logical_shift(let, self.vector(let.args[0]))):
            return shifted
        if let.out in self.by_bit:
            choice = self.by_bit[let.out]
            then, orelse = (self.vector(let.args[place]) for place in (choice.when_set, 3 - choice.when_set))
            mask = f"IRIS_BIT({choice.value.type}, {self.ref(choice.value)}, {choice.place})"
            return self.chosen(mask, let.out.type, then, orelse)
        spread = lane_values.takes_scalars(let)
        return lane_values.operator(let, [self.operand(a) if spread else self.vector(a) for a in let.args])

    def lane_by_lane(self, let: Let, target: str) -> None:
        """The scalar operation on each lane; a costly one only where it counts."""
        guard = f"if (IRIS_HAS({self.mask}, lane)) " if self.mask and let.op.cost >= CALL else ""
        args = ", ".join(map(self.at_lane, let.args))
        callee = checked_cast(let) if let.op is ops.CAST else self.callee(let)
        loop = "IRIS_EACH_LANE" if ops.Trait.INSTRUCTION in let.op.traits else "IRIS_LANE_BY_LANE"
        call = f"{callee}({args})"
        put = f"IRIS_PUT({target}, lane, {call})" if let.out.type is BOOL else f"{target}[lane] = {call}"
        self.line(f"{loop} {guard}{put};")
