"""One operation on a vector of lanes as C text.

Arithmetic, comparison and bits are the compiler's own vector operators; a few more are functions of iris_lanes.h; what
is left goes lane by lane through the same scalar functions as the element loop.  It knows operations, not control.
"""

from __future__ import annotations

from typing import assert_never

from iris_cc.ir import ops
from iris_cc.ir.ops import Form, Helper, Libm, Op
from iris_cc.ir.types import BOOL, FLOATS, INTEGERS, SIGNED, Scalar

# A false is 0 and a true is -1 in a mask, so the order of bools is turned around.
_ORDER_OF_BOOLS = {ops.LT: ">", ops.LE: ">=", ops.GT: "<", ops.GE: "<=", ops.EQ: "==", ops.NE: "!="}
COMPARISONS = frozenset(_ORDER_OF_BOOLS)


def comparison(op: Op, type: Scalar, lane_bits: int, left: str, right: str) -> str:
    """A comparison as a mask."""
    if type is BOOL:
        return f"(iris_mask)({left} {_ORDER_OF_BOOLS[op]} {right})"
    assert isinstance(op.c, Form)
    return as_mask(op.c.text.format(left, right), type, lane_bits)


def as_mask(text: str, type: Scalar, lane_bits: int) -> str:
    """What a comparison of vectors of `type` gives, in the width of a lane."""
    return f"(iris_mask)({text})" if type.bits == lane_bits else f"IRIS_CONVERT({text}, iris_mask)"


def vector(type: Scalar) -> str:
    return "iris_mask" if type is BOOL else f"iris_v_{type}"
