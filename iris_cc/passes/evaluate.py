"""Operations on constants, in pure Python, where the result is certain to the bit.

What raises a floating-point flag a caller may have asked for (division by zero, overflow, an invalid operation) is left
to run time, and so is every function that is only right within a bound.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from iris_cc.ir.nodes import Const
from iris_cc.ir.ops import Op
from iris_cc.ir.types import Scalar

Number = bool | int | float


def evaluate(op: Op, args: tuple[Const, ...], type: Scalar) -> Const | None:
    """The value of `op` on constants as type `type`, or None if only run time may say."""
    values = [arg.value for arg in args]
    source = args[-1].type
    if op.name == "select":
        return args[1] if values[0] else args[2]
    if op.name == "cast":
        return Const(_cast(values[0], source, type), type)
    if op.name in _COMPARE:
        return Const(_COMPARE[op.name](values[0], values[1]), type)
    rules = _ON_FLOATS if source.is_float else _ON_BITS
    if op.name not in rules:
        return None
    found = rules[op.name](source, *values)
    return None if found is None else _unless_flagged(found, values, type)


def _unless_flagged(found: Number, values: list[Number], type: Scalar) -> Const | None:
    """`found` as a constant, unless finite operands gave an infinity or nan, or something gave a nan of its own."""
    const = Const(found, type)
    if not type.is_float or math.isfinite(const.value):
        return const
    if any(math.isnan(value) for value in values):
        return const
    return const if math.isinf(const.value) and not all(map(math.isfinite, values)) else None


# -- bool and integers; results wrap when they become a constant


def _floor_divide(t: Scalar, a: int, b: int) -> int | None:
    return a // b if b and t.holds(a // b) else None


def _fmod(t: Scalar, a: int, b: int) -> int | None:
    return a - b * _toward_zero(a, b) if b and t.holds(_toward_zero(a, b)) else None


def _toward_zero(a: int, b: int) -> int:
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def _shift_left(t: Scalar, a: int, b: int) -> int:
    return a << b if 0 <= b < t.bits else 0


def _shift_right(t: Scalar, a: int, b: int) -> int:
    """A count out of range, negative ones too, leaves nothing but the sign."""
    return a >> (b if 0 <= b < t.bits else t.bits)


def _int_sign(t: Scalar, a: int) -> int:
    return (a > 0) - (a < 0)


def _int_power(t: Scalar, a: int, b: int) -> int | None:
    return pow(a, b, 1 << t.bits) if b >= 0 else None


def _python_divide(t: Scalar, a: int, b: int) -> float | None:
    return a / b if b else None


_Rule = Callable[..., Number | None]

_ON_BITS: dict[str, _Rule] = {
    "add": lambda t, a, b: a + b,
    "sub": lambda t, a, b: a - b,
    "mul": lambda t, a, b: a * b,
    "square": lambda t, a: a * a,
    "neg": lambda t, a: -a,
    "abs": lambda t, a: abs(a),
    "sign": _int_sign,
    "floordiv": _floor_divide,
    "floormod": lambda t, a, b: None if _floor_divide(t, a, b) is None else a % b,
    "rem": _fmod,
    "ipow": _int_power,
    "pydiv": _python_divide,
    "and": lambda t, a, b: a & b,
    "or": lambda t, a, b: a | b,
    "xor": lambda t, a, b: a ^ b,
    "invert": lambda t, a: ~a,
    "not": lambda t, a: not a,
    "shl": _shift_left,
    "shr": _shift_right,
    "minimum": lambda t, a, b: min(a, b),
    "maximum": lambda t, a, b: max(a, b),
    "fmin": lambda t, a, b: min(a, b),
    "fmax": lambda t, a, b: max(a, b),
}

_COMPARE: dict[str, Callable[[Number, Number], bool]] = {
    "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge, "eq": operator.eq, "ne": operator.ne,
}  # fmt: skip


# -- floats; f32 operands are exact in f64, and rounding + - * / sqrt twice (f64, then f32) equals rounding once


def _divide(t: Scalar, a: float, b: float) -> float | None:
    return a / b if b else None


def _root(t: Scalar, a: float) -> float | None:
    return math.sqrt(a) if a >= 0 else None


def _whole(to_int: Callable[[float], int]) -> _Rule:
    """Rounding to a whole number keeps the sign, of zero too, and leaves nan and the infinities."""

    def rule(t: Scalar, a: float) -> float:
        return math.copysign(float(to_int(a)), a) if math.isfinite(a) else a

    return rule


def _float_sign(t: Scalar, a: float) -> float:
    return a if math.isnan(a) else float((a > 0) - (a < 0))


def _float_mod(t: Scalar, a: float, b: float) -> float | None:
    # In f32 the last step rounds differently from Python's; in f64 NumPy and Python do the same steps.
    return a % b if t is Scalar.F64 and b and math.isfinite(a) and math.isfinite(b) else None


def _float_floor_divide(t: Scalar, a: float, b: float) -> float | None:
    return a // b if t is Scalar.F64 and b and math.isfinite(a) and math.isfinite(b) else None


def _float_fmod(t: Scalar, a: float, b: float) -> float | None:
    return math.fmod(a, b) if b and math.isfinite(a) and math.isfinite(b) else None


def _choose(which: Callable[[float, float], float]) -> _Rule:
    def rule(t: Scalar, a: float, b: float) -> float | None:
        # Which of two zeros comes back is free, and what a nan does is the row's own affair: not certain.
        return which(a, b) if a < b or a > b else None

    return rule


def _copy_sign(t: Scalar, a: float, b: float) -> float | None:
    return None if math.isnan(b) else math.copysign(a, b)  # the sign of a nan is free


def _compare_exactly(t: Scalar, a: int, b: float) -> int:
    return 2 if math.isnan(b) else (a > b) - (a < b)


_ON_FLOATS: dict[str, _Rule] = {
    "add": lambda t, a, b: a + b,
    "sub": lambda t, a, b: a - b,
    "mul": lambda t, a, b: a * b,
    "div": _divide,
    "square": lambda t, a: a * a,
    "reciprocal": lambda t, a: _divide(t, 1.0, a),
    "sqrt": _root,
    "neg": lambda t, a: -a,
    "abs": lambda t, a: abs(a),
    "sign": _float_sign,
    "floor": _whole(math.floor),
    "ceil": _whole(math.ceil),
    "trunc": _whole(math.trunc),
    "rint": _whole(round),
    "floordiv": _float_floor_divide,
    "floormod": _float_mod,
    "rem": _float_fmod,
    "minimum": _choose(min),
    "maximum": _choose(max),
    "fmin": _choose(min),
    "fmax": _choose(max),
    "copysign": _copy_sign,
    "isnan": lambda t, a: math.isnan(a),
    "isinf": lambda t, a: math.isinf(a),
    "isfinite": lambda t, a: math.isfinite(a),
    "signbit": lambda t, a: None if math.isnan(a) else math.copysign(1.0, a) < 0,
    "pycmp": _compare_exactly,
}


# -- casts


def _cast(value: Number, source: Scalar, target: Scalar) -> Number:
    if target.kind == "bool":
        return value != 0  # true for nan
    if source.is_float:
        return value if target.is_float else _float_to_int(float(value), target)
    return _nearest_f32(int(value)) if target is Scalar.F32 else value


def _float_to_int(value: float, target: Scalar) -> int:
    """What x86 gives: by way of a signed type, whose least value stands for nan and what it does not hold."""
    if target is Scalar.U64:
        if value >= 2.0**63:
            return _signed(value - 2.0**63, 64) ^ (1 << 63)
        return _signed(value, 64)
    narrow = target.bits < 32 or target is Scalar.I32
    return _signed(value, 32 if narrow else 64)


def _signed(value: float, bits: int) -> int:
    limit = 1 << (bits - 1)
    whole = math.trunc(value) if math.isfinite(value) else limit
    return whole if -limit <= whole < limit else -limit


def _nearest_f32(value: int) -> float:
    """An exact f64 that rounds to the f32 nearest to `value`: bits too low for f64 stay as one sticky bit."""
    drop = max(0, value.bit_length() - 50)
    top, rest = divmod(abs(value), 1 << drop)
    exact = float((top | (rest != 0)) << drop)
    return -exact if value < 0 else exact
