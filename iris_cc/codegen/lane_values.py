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
from iris_cc.ir.types import BOOL, F64, I8, I16, I32, I64, U8, U16, U32, U64, Scalar
from iris_cc.records import record

# Comparisons of masks, whose bits are independent; of anything else.
_OF_BOOLS = {
    ops.LT: "~{0} & {1}", ops.LE: "~{0} | {1}", ops.GT: "{0} & ~{1}", ops.GE: "{0} | ~{1}",
    ops.EQ: "~({0} ^ {1})", ops.NE: "{0} ^ {1}",
}  # fmt: skip


# Written lane by lane, and one instruction to the compilers where the target has it.
AS_VECTORS = frozenset({ops.SQRT, ops.FLOOR, ops.CEIL, ops.TRUNC, ops.RINT, ops.COPY})

# Of the constants that iris_lanes_div.h divides by.
_LARGEST_DIVISOR = 1 << 49

# These have vectors of less than a register, which the compilers take apart.
_NARROW = (I8, I16, U8, U16)


@record
class _Words:
    """The words of one type for what has no operator."""

    type: Scalar

    def all(self, value: str) -> str:
        return f"iris_all_{self.type}({value})"

    def choose(self, mask: str, then: str, orelse: str) -> str:
        return f"iris_select_{self.type}({mask}, {then}, {orelse})"

    def has_sign(self, value: str) -> str:
        bits = self.type.bits
        return f"IRIS_LT(i{bits}, (iris_v_i{bits}){value}, iris_all_i{bits}(0))"

    def cleared_sign(self, value: str) -> str:
        bits = self.type.bits
        return f"(iris_v_{self.type})((iris_v_i{bits}){value} & ~INT{bits}_MIN)"

    def is_nan(self, value: str) -> str:
        return compared(ops.NE, self.type, value, value)

    def chooser(self, order: Op, nan: int, args: Sequence[str]) -> str:
        """The first operand where it is in this order to the other, or where `nan` (an operand's place) is nan."""
        a, b = args
        test = compared(order, self.type, a, b)
        if self.type.is_float:
            test += f" | {self.is_nan(args[nan])}"
        return self.choose(test, a, b)


def _infinite(words: _Words, args: Sequence[str]) -> str:
    plus, minus = (words.all(f"{sign}IRIS_INF_{words.type.name}") for sign in ("", "-"))
    return f"{compared(ops.EQ, words.type, args[0], plus)} | {compared(ops.EQ, words.type, args[0], minus)}"


# Which of two zeros the first four give is free; here it is the one of iris_number.h.
_SPELLED: dict[tuple[Op, str], Callable[[_Words, Sequence[str]], str]] = {
    (op, kind): lambda words, args, order=order, nan=nan: words.chooser(order, nan, args)
    for op, order, nan in ((ops.MIN, ops.LT, 0), (ops.MAX, ops.GT, 0), (ops.FMIN, ops.LT, 1), (ops.FMAX, ops.GT, 1))
    for kind in ("int", "uint", "float")
} | {
    (ops.RECIP, "float"): lambda words, args: f"{words.all('1')} / {args[0]}",
    (ops.ISNAN, "float"): lambda words, args: words.is_nan(args[0]),
    (ops.ISINF, "float"): _infinite,
    (ops.ISFIN, "float"): lambda words, args: compared(ops.EQ, words.type, f"{args[0]} - {args[0]}", words.all("0")),
    (ops.SGNB, "float"): lambda words, args: words.has_sign(args[0]),
    (ops.ABS, "float"): lambda words, args: words.cleared_sign(args[0]),
    (ops.ABS, "int"): lambda words, args: words.choose(
        compared(ops.LT, words.type, args[0], words.all("0")), f"-{args[0]}", args[0]
    ),
}


def vector(type: Scalar) -> str:
    """The C type of a vector of lanes; a bool is a mask."""
    return "iris_mask" if type is BOOL else f"iris_v_{type}"


def zero(type: Scalar) -> str:
    """A vector of zeros."""
    return "IRIS_NONE" if type is BOOL else f"({vector(type)}){{0}}"


def compared(op: Op, type: Scalar, left: str, right: str) -> str:
    """The mask of the lanes in which a comparison of two vectors of `type` holds."""
    return _OF_BOOLS[op].format(left, right) if type is BOOL else f"IRIS_{op.name.upper()}({type}, {left}, {right})"


def takes_scalars(let: Let) -> bool:
    """Whether a scalar may stand beside a vector in the operator: the compiler spreads it if nothing is cut off."""
    is_operator = isinstance(let.op.c, Form) and let.op is not ops.SEL and let.op not in _OF_BOOLS
    return is_operator and all(a.type.bits >= 32 for a in let.args)


def operator(let: Let, args: list[str]) -> str | None:
    """`let` on whole vectors; None for what has to go lane by lane.  Casts are not here."""
    type = let.args[0].type
    if let.op in _OF_BOOLS:
        return compared(let.op, type, *args)
    if let.op is ops.NOT:
        return f"~{args[0]}"
    if let.op is ops.SEL:
        return f"iris_select_{let.out.type}({', '.join(args)})"
    if isinstance(let.op.c, Form):
        return let.op.c.text.format(*args, T=vector(let.out.type))
    if let.op in (ops.SHL, ops.SHR):
        return _shift(let, args)
    spelled = _SPELLED.get((let.op, type.kind))
    return None if spelled is None else spelled(_Words(type), args)


def is_called(let: Let, own: bool) -> bool:
    """Whether `let` is one call for all lanes: a function of ours that compilers make vectors of."""
    return divides(let) or (own and isinstance(let.op.c, Libm) and bool(let.op.c.own))


def divides(let: Let) -> bool:
    """Whether `let` is a whole division of integers that vectors of doubles can do."""
    type, divisor = let.args[0].type, let.args[-1]
    if let.op not in (ops.FDIV, ops.MOD) or type not in (I32, U32, I64, U64):
        return False
    return not isinstance(divisor, Const) or 2 <= abs(int(divisor.value)) < _LARGEST_DIVISOR


def goes_lane_by_lane(let: Let, own: bool) -> bool:
    """Whether no vector instruction stands for `let`, or only for types that fill a lane."""
    if let.op is ops.CAST:
        return is_checked_cast(let)
    if any(arg.type in _NARROW for arg in let.args):
        return True
    if let.op in AS_VECTORS or is_called(let, own):
        return False
    return operator(let, ["{}"] * len(let.args)) is None


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


def cast(let: Let, arg: str) -> str:
    """A conversion that is a plain C cast in every lane."""
    source, to = let.args[0].type, let.out.type
    if source is BOOL:
        return f"iris_select_{to}({arg}, iris_all_{to}(1), iris_all_{to}(0))"
    if to is BOOL:
        return compared(ops.NE, source, arg, zero(source))
    if source is I64 and to is F64:
        return f"iris_lanes_i64_f64({arg})"
    return f"IRIS_CONVERT({arg}, {vector(to)})"
