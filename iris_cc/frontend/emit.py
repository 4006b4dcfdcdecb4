"""Emission of typed operations: turns values into atoms of a wanted type, and records type errors where they are.

An error is recorded and lowering goes on with a stand-in value, so that all of a kernel's errors come at once.
"""

from __future__ import annotations

from iris_cc import codes
from iris_cc.codes import Code
from iris_cc.diagnostics import Diagnostic, Label, Span
from iris_cc.frontend import promote
from iris_cc.frontend.joins import Meeting, common, paths_of
from iris_cc.frontend.promote import NoLoop, PromotedTypes
from iris_cc.frontend.values import WEAK_INTS, Type, Value, Weak, run_time
from iris_cc.ir import ops
from iris_cc.ir.builder import Builder
from iris_cc.ir.nodes import NOWHERE, Atom, Check, Const, Fault
from iris_cc.ir.ops import Op
from iris_cc.ir.types import BOOL, F32, F64, Scalar
from iris_cc.records import field, record, replace


@record(eq=False, frozen=False)
class Emit:
    """The builder of the block being lowered, the place being lowered, and the errors so far."""

    builder: Builder
    diagnostics: list[Diagnostic] = field(default_factory=list)
    span: Span = NOWHERE
    calls: list[Label] = field(default_factory=list)  # the calls of helpers that are being compiled in

    def error(self, code: Code, message: str, label: str = "", help: str = "") -> Value:
        """Record an error here; the stand-in value lets lowering go on."""
        self.diagnostics.append(Diagnostic(code, message, self.span, label, help, related=tuple(self.calls[-1:])))
        return run_time(F64, Const(0.0, F64))

    def atom(self, value: Value, to: Scalar | None = None) -> Atom:
        """`value` as an atom of type `to` (its own type if None), converted as NumPy converts."""
        return self.converted(self.used(value), to or value.scalar)

    def used(self, value: Value) -> Value:
        """`value` for an operation: what was no harm where paths met is an error or a check here."""
        if value.clash:
            self.clash(value)
        elif value.fits is not None:
            self.check(value.fits, Fault.OUT_OF_BOUNDS)
            return replace(value, fits=None)
        return value

    def converted(self, value: Value, to: Scalar) -> Atom:
        if value.literal is not None:
            return self.constant(value.literal, to)
        assert value.atom is not None
        if value.type in WEAK_INTS and to is F32:
            return self.builder.cast(self.builder.cast(value.atom, F64), F32)  # NumPy goes by way of a C double
        return self.builder.cast(value.atom, to)

    def carry(self, value: Value, met: Meeting, *, low: bool = True, high: bool = True) -> tuple[Atom, Atom | None]:
        """`value` on its way to where paths meet, and whether it fits there, which nobody has asked yet.

        `low` and `high`: whether it may be too small, or too large, at all.
        """
        to, fits = met.carrier, value.fits
        is_open = value.literal is None and any(each in WEAK_INTS for each in paths_of(value).types)
        if is_open and value.type in WEAK_INTS and to.is_integer:
            assert value.atom is not None
            fits = self.both(fits, self.within(value.atom, to, low, high))
        return self.converted(value, to), fits

    def within(self, atom: Atom, to: Scalar, low: bool = True, high: bool = True) -> Atom | None:
        """Whether an integer is one of the numbers `to` has; None if every one is."""
        has = atom.type
        at_least = self.op(ops.GE, atom, Const(to.lowest, has)) if low and to.lowest > has.lowest else None
        at_most = self.op(ops.LE, atom, Const(to.highest, has)) if high and to.highest < has.highest else None
        return self.both(at_least, at_most)

    def nearest(self, value: Value, to: Scalar) -> Atom:
        """`value` as an integer type; a Python int that is none of its numbers counts as the nearest one."""
        if value.type not in WEAK_INTS or value.literal is not None:
            return self.atom(value, to)
        atom = self.atom(value)
        if to.lowest > atom.type.lowest:
            atom = self.op(ops.MAX, atom, Const(to.lowest, atom.type))
        if to.highest < atom.type.highest:
            atom = self.op(ops.MIN, atom, Const(to.highest, atom.type))
        return self.builder.cast(atom, to)

    def both(self, left: Atom | None, right: Atom | None) -> Atom | None:
        return self.op(ops.AND, left, right) if left is not None and right is not None else left or right

    def clash(self, value: Value) -> None:
        """Record, once for each place where paths meet, that a value is used for which no type has room."""
        assert value.paths is not None and value.place is not None
        strong = common(tuple(each for each in value.paths.types if isinstance(each, Scalar)))
        low, high = value.paths.span or (0, 0)
        if strong is None:
            met, help = f"Python ints from {low} to {high}", ""
        else:
            number = high if strong.holds(low) or (low >= 0 and not strong.holds(high)) else low
            met, help = f"{name_of(strong)} and the Python int {number}", _ways_out(strong)
        text = f"{met} meet here, and no 64-bit type has room for both"
        if not any(known.span == value.place and known.message == text for known in self.diagnostics):
            used = self.here(value.place)
            self.diagnostics.append(Diagnostic(codes.E0407, text, value.place, help=help, related=used))

    def here(self, place: Span) -> tuple[Label, ...]:
        return (Label(self.span, "used here"),) if self.span not in (place, NOWHERE) else ()

    def out_of_bounds(self, number: int, scalar: Scalar) -> Value:
        """Record that a constant is none of its partner's numbers."""
        text = f"the Python int {number} is out of bounds for {name_of(scalar)}"
        return self.error(codes.E0407, text, name_of(scalar), _ways_out(scalar))

    def constant(self, literal: bool | int | float, to: Scalar) -> Const:
        if isinstance(literal, int) and not -(1 << 63) <= literal < 1 << 64:
            self.error(codes.E0406, "a constant integer does not fit in 64 bits")
            literal = 0
        return Const(literal, to)

    def op(self, row: Op, *atoms: Atom) -> Atom:
        return self.builder.emit(row, *atoms)

    def check(self, condition: Atom, fault: Fault) -> None:
        self.builder.add(Check(condition, fault, self.span))

    def loop(self, ufunc: str, args: tuple[Value, ...]) -> PromotedTypes | None:
        """The loop NumPy picks for `args`, or None with the error recorded."""
        types = tuple(arg.type for arg in args)
        try:
            return promote.resolve(ufunc, types)
        except NoLoop as problem:
            shown = ", ".join(map(name_of, types))
            if problem.half:
                self.error(codes.E0402, f"`{ufunc}` of {shown} would be float16", shown)
            else:
                self.error(codes.E0401, f"`{ufunc}` does not take {shown}", shown)
            return None

    def no_operation(self, symbol: str, *args: Value) -> Value:
        shown = " and ".join(name_of(arg.type) for arg in args)
        return self.error(codes.E0401, f"`{symbol}` does not take {shown}", shown)


def _ways_out(scalar: Scalar) -> str:
    convert = "`float(x)`" if scalar.bits == 64 else "`np.int64(x)`"
    constants = f"a constant from {scalar.lowest} to {scalar.highest}"
    return f"convert the {name_of(scalar)}, for example {convert}, or use {constants}"


def name_of(type: Type) -> str:
    """A type as a NumPy user writes it."""
    if isinstance(type, Weak):
        return f"Python {type}"
    names = {"bool": "bool", "int": "int", "uint": "uint", "float": "float"}
    return names[type.kind] if type is BOOL else f"{names[type.kind]}{type.bits}"
