"""One operation on vectors of lanes as C text.

Arithmetic, comparison and bits are the compiler's own vector operators, a comparison with a choice is spelled as that,
and the rest goes lane by lane through the scalar functions of the element loop.  It knows operations, not control.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from iris_cc.codegen.needs import is_checked_cast
from iris_cc.ir import ops
from iris_cc.ir.nodes import Const, Let
from iris_cc.ir.ops import Form, Libm, Op
from iris_cc.ir.types import BOOL, F64, I8, I16, I64, U8, U16, Scalar
from iris_cc.records import record

# A false is 0 and a true is -1 in a mask, so the order of bools is turned around.
_ORDER_OF_BOOLS = {ops.LT: ">", ops.LE: ">=", ops.GT: "<", ops.GE: "<=", ops.EQ: "==", ops.NE: "!="}


# Written lane by lane, and one instruction to the compilers where the target has it.
AS_VECTORS = frozenset({ops.SQRT, ops.FLOOR, ops.CEIL, ops.TRUNC, ops.RINT, ops.COPY})

# These have vectors of less than a register, which the compilers take apart.
_NARROW = (I8, I16, U8, U16)


@record
class _Words:
    """The words of one type for what has no operator."""

    type: Scalar
    lane_bits: int

    def mask(self, comparison: str) -> str:
        return as_mask(self.type, self.lane_bits).format(comparison)

    def all(self, value: str) -> str:
        return f"iris_all_{self.type}({value})"

    def choose(self, mask: str, then: str, orelse: str) -> str:
        return f"iris_select_{self.type}({mask}, {then}, {orelse})"

    def cleared_sign(self, value: str) -> str:
        bits = self.type.bits
        return f"(iris_v_{self.type})((iris_v_i{bits}){value} & ~INT{bits}_MIN)"

    def chooser(self, sign: str, nan: str, args: Sequence[str]) -> str:
        """The first operand where `sign` holds between the two, or where `nan` (an operand's place) is nan."""
        a, b = args
        test = self.mask(f"{a} {sign} {b}")
        if self.type.is_float:
            test += f" | {self.mask(f'{args[int(nan)]} != {args[int(nan)]}')}"
        return self.choose(test, a, b)


def _infinite(words: _Words, args: Sequence[str]) -> str:
    plus, minus = (words.all(f"{sign}IRIS_INF_{words.type.name}") for sign in ("", "-"))
    return f"{words.mask(f'{args[0]} == {plus}')} | {words.mask(f'{args[0]} == {minus}')}"


# Which of two zeros the first four give is free; here it is the one of iris_number.h.
_SPELLED: dict[tuple[Op, str], Callable[[_Words, Sequence[str]], str]] = {
    (op, kind): lambda words, args, sign=sign, nan=nan: words.chooser(sign, nan, args)
    for op, sign, nan in ((ops.MIN, "<", "0"), (ops.MAX, ">", "0"), (ops.FMIN, "<", "1"), (ops.FMAX, ">", "1"))
    for kind in ("int", "uint", "float")
} | {
    (ops.RECIP, "float"): lambda words, args: f"{words.all('1')} / {args[0]}",
    (ops.ISNAN, "float"): lambda words, args: words.mask(f"{args[0]} != {args[0]}"),
    (ops.ISINF, "float"): _infinite,
    (ops.ISFIN, "float"): lambda words, args: words.mask(f"{args[0]} - {args[0]} == {words.all('0')}"),
    (ops.SGNB, "float"): lambda words, args: words.mask(f"(iris_v_i{words.type.bits}){args[0]} < 0"),
    (ops.ABS, "float"): lambda words, args: words.cleared_sign(args[0]),
    (ops.ABS, "int"): lambda words, args: words.choose(
        words.mask(f"{args[0]} < {words.all('0')}"), f"-{args[0]}", args[0]
    ),
}


def vector(type: Scalar) -> str:
    """The C type of a vector of lanes; a bool is a mask."""
    return "iris_mask" if type is BOOL else f"iris_v_{type}"


def as_mask(type: Scalar, lane_bits: int) -> str:
    """What turns a comparison of vectors of `type` into a mask, as a format of that comparison."""
    return "(iris_mask)({0})" if type.bits == lane_bits else "IRIS_CONVERT({0}, iris_mask)"


def takes_scalars(let: Let) -> bool:
    """Whether a scalar may stand beside a vector in the operator: the compiler spreads it if nothing is cut off."""
    return isinstance(let.op.c, Form) and let.op is not ops.SEL and all(a.type.bits >= 32 for a in let.args)


def operator(let: Let, lane_bits: int, args: list[str]) -> str | None:
    """`let` on whole vectors; None for what has to go lane by lane.  Casts are not here."""
    type = let.args[0].type
    mask = as_mask(type, lane_bits)
    if let.op in _ORDER_OF_BOOLS:
        if type is BOOL:
            return f"(iris_mask)({args[0]} {_ORDER_OF_BOOLS[let.op]} {args[1]})"
        assert isinstance(let.op.c, Form)
        return mask.format(let.op.c.text.format(*args))
    if let.op is ops.NOT:
        return f"~{args[0]}"
    if let.op is ops.SEL:
        return f"iris_select_{let.out.type}({', '.join(args)})"
    if isinstance(let.op.c, Form):
        return let.op.c.text.format(*args, T=vector(let.out.type))
    if let.op in (ops.SHL, ops.SHR):
        return _shift(let, args)
    spelled = _SPELLED.get((let.op, type.kind))
    return None if spelled is None else spelled(_Words(type, lane_bits), args)


def is_called(let: Let, own: bool) -> bool:
    """Whether `let` is one call for all lanes: an elementary function of ours, which compilers make vectors of."""
    return own and isinstance(let.op.c, Libm) and bool(let.op.c.own)


def goes_lane_by_lane(let: Let, own: bool) -> bool:
    """Whether no vector instruction stands for `let`, or only for types that fill a lane."""
    if let.op is ops.CAST:
        return is_checked_cast(let)
    if any(arg.type in _NARROW for arg in let.args):
        return True
    if let.op in AS_VECTORS or is_called(let, own):
        return False
    return operator(let, let.args[0].type.bits, ["{}"] * len(let.args)) is None


def _shift(let: Let, args: list[str]) -> str | None:
    """By a constant that leaves bits behind; other counts need the care of the scalar functions."""
    count = let.args[1]
    if not isinstance(count, Const) or not 0 <= int(count.value) < let.out.type.bits or let.out.type.bits < 32:
        return None
    return f"{args[0]} {'<<' if let.op is ops.SHL else '>>'} {int(count.value)}"


def logical_shift(let: Let, arg: str) -> str | None:
    """A right shift of an integer that is not negative; None where `operator` has to do it."""
    type = let.out.type
    shifted = _shift(let, [f"(iris_v_u{type.bits}){arg}"])
    return None if shifted is None else f"({vector(type)})({shifted})"


def cast(let: Let, lane_bits: int, arg: str) -> str:
    """A conversion that is a plain C cast in every lane."""
    source, to = let.args[0].type, let.out.type
    if source is BOOL:
        one, zero = f"iris_all_{to}(1)", f"iris_all_{to}(0)"
        return f"iris_select_{to}({arg}, {one}, {zero})"
    if to is BOOL:
        return as_mask(source, lane_bits).format(f"{arg} != 0")
    if source is I64 and to is F64:
        return f"iris_lanes_i64_f64({arg})"
    return f"IRIS_CONVERT({arg}, {vector(to)})"
