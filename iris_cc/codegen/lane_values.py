"""One operation on vectors of lanes as C text.

Arithmetic and bits are the compiler's own vector operators, other operations are what their rows say of vectors, and
the rest goes lane by lane through the scalar functions of the element loop.  It knows operations, not control.
"""

from __future__ import annotations

from typing import assert_never

from iris_cc.codegen.needs import is_checked_cast
from iris_cc.ir import ops
from iris_cc.ir.nodes import Const, Let
from iris_cc.ir.ops import Form, Helper, Libm, Op, Trait
from iris_cc.ir.types import BOOL, F64, I8, I16, I32, I64, U8, U16, U32, U64, Scalar
from iris_cc.target import Target

# Of the constants that iris_lanes_div.h divides by.
_LARGEST_DIVISOR = 1 << 49

# These have vectors of less than a register, which the compilers take apart.
_NARROW = (I8, I16, U8, U16)


def vector(type: Scalar) -> str:
    """The C type of a vector of lanes; a bool is a mask."""
    return "iris_mask" if type is BOOL else f"iris_v_{type}"


def zero(type: Scalar) -> str:
    """A vector of zeros."""
    return "IRIS_NONE" if type is BOOL else f"({vector(type)}){{0}}"


def compared(op: Op, type: Scalar, left: str, right: str) -> str:
    """The mask of the lanes in which a comparison of two vectors of `type` holds."""
    return op.vector[type.kind].format(left, right, t=type)


def takes_scalars(let: Let) -> bool:
    """Whether a scalar may stand beside a vector in the operator: the compiler spreads it if nothing is cut off."""
    is_operator = isinstance(let.op.c, Form) and not let.op.vector
    return is_operator and all(a.type.bits >= 32 for a in let.args)


def operator(let: Let, args: list[str]) -> str | None:
    """`let` on whole vectors; None for what has to go lane by lane.  Casts are not here."""
    type = let.args[0].type
    if type.kind in let.op.vector:
        text = let.op.vector[type.kind]
        return text.format(*args, t=type, T=type.name, n=type.bits, r=let.out.type)
    if isinstance(let.op.c, Form):
        return let.op.c.text.format(*args, T=vector(let.out.type))
    return _shift(let, args) if let.op in (ops.SHL, ops.SHR) else None


def is_called(let: Let, target: Target) -> bool:
    """Whether `let` is one call for all lanes: a function of ours that compilers make vectors of."""
    return divides(let) or (target.has_own_math and isinstance(let.op.c, Libm) and bool(let.op.c.own))


def has_near(let: Let, target: Target) -> bool:
    """Whether the function that is called for all lanes has a form for usual arguments, too."""
    match let.op.c:
        case Libm(near=near, fast=fast):
            return near and not (target.has_fast_math and let.out.type in fast)
        case Helper(near=near):
            return near
        case Form():
            return False
        case _:
            assert_never(let.op.c)


def divides(let: Let) -> bool:
    """Whether `let` is a whole division of integers that vectors of doubles can do."""
    type, divisor = let.args[0].type, let.args[-1]
    if not (isinstance(let.op.c, Helper) and let.op.c.near) or type not in (I32, U32, I64, U64):
        return False
    return not isinstance(divisor, Const) or 2 <= abs(int(divisor.value)) < _LARGEST_DIVISOR


def goes_lane_by_lane(let: Let, target: Target) -> bool:
    """Whether no vector instruction stands for `let`, or only for types that fill a lane."""
    if let.op is ops.CAST:
        return is_checked_cast(let)
    if any(arg.type in _NARROW for arg in let.args):
        return True
    if Trait.INSTRUCTION in let.op.traits or is_called(let, target):
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
