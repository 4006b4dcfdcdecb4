"""Emission of typed operations: turns values into atoms of a wanted type, and records type errors where they are.

An error is recorded and lowering goes on with a stand-in value, so that all of a kernel's errors come at once.
"""

from __future__ import annotations

from iris_cc import codes
from iris_cc.codes import Code
from iris_cc.diagnostics import Diagnostic, Label, Span
from iris_cc.frontend import promote
from iris_cc.frontend.promote import Loop, NoLoop
from iris_cc.frontend.values import Type, Value, Weak, run_time
from iris_cc.ir.builder import Builder
from iris_cc.ir.nodes import NOWHERE, Atom, Check, Const, Fault
from iris_cc.ir.ops import Op
from iris_cc.ir.types import BOOL, F32, F64, Scalar
from iris_cc.records import field, record


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
        to = to or value.scalar
        if value.literal is not None:
            return self.constant(value.literal, to)
        assert value.atom is not None
        if value.type is Weak.INT and to is F32:
            return self.builder.cast(self.builder.cast(value.atom, F64), F32)  # NumPy goes by way of a C double
        return self.builder.cast(value.atom, to)

    def constant(self, literal: bool | int | float, to: Scalar) -> Const:
        if isinstance(literal, int) and not -(1 << 63) <= literal < 1 << 64:
            self.error(codes.E0406, "a constant integer does not fit in 64 bits")
            literal = 0
        return Const(literal, to)

    def op(self, row: Op, *atoms: Atom) -> Atom:
        return self.builder.emit(row, *atoms)

    def check(self, condition: Atom, fault: Fault) -> None:
        self.builder.add(Check(condition, fault, self.span))

    def loop(self, ufunc: str, args: tuple[Value, ...]) -> Loop | None:
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


def name_of(type: Type) -> str:
    """A type as a NumPy user writes it."""
    if isinstance(type, Weak):
        return f"Python {type}"
    names = {"bool": "bool", "int": "int", "uint": "uint", "float": "float"}
    return names[type.kind] if type is BOOL else f"{names[type.kind]}{type.bits}"
