"""Operations NumPy does not have with our meaning: casts of any float, exact int/int and int-float comparison, libm.

Functions of values (arrays, or NumPy scalars for what is the same on every lane); nothing here knows the IR's nodes.
Every one is total, and quiet where the compiled code is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from iris_cc.interp.libm import libm_function
from iris_cc.ir.ops import Op
from iris_cc.ir.types import Scalar

Value = Any  # an ndarray of one dimension, or a NumPy scalar: NumPy's own stubs have no name for the two together
Evaluate = Callable[..., Value]

_PI = np.longdouble(math.pi) + np.longdouble(1.2246467991473532e-16)  # in more digits, where the type has them
_EXACT = 1 << 53  # integers up to here are float64 values
_NARROW = (Scalar.I8, Scalar.I16, Scalar.U8, Scalar.U16)


def dtype(scalar: Scalar) -> np.dtype[Any]:
    return np.dtype(scalar.dtype)


def evaluator(op: Op, operands: tuple[Scalar, ...], result: Scalar) -> Evaluate:
    """The function that computes `op` on these types, from the row's NumPy spelling."""
    family, _, name = op.numpy.rpartition(".")
    if family == "libm":
        return libm_function(op, result)
    if family == "iris":
        return cast(operands[0], result) if name == "cast" else _OWN[name]
    return _OWN_MEANING[name] if name in _OWN_MEANING else getattr(np, name)


def returns_fresh_memory(op: Op) -> bool:
    """Whether the result is written by a ufunc, so `out=` may name an operand that is not needed again."""
    return op.numpy not in _OWN_MEANING and "." not in op.numpy


def where(condition: Value, left: Value, right: Value) -> Value:
    chosen: Value = np.where(condition, left, right)
    return chosen if chosen.ndim else chosen[()]


def power(base: Value, exponent: Value) -> Value:
    """The C library's pow.  For a single exponent of 0.5 NumPy takes a root instead, which differs at -inf and -0.0."""
    if exponent.ndim:
        return np.power(base, exponent if exponent.strides[0] else exponent.copy())
    bases = np.atleast_1d(base)
    powers: Value = np.power(bases, np.full(bases.shape, exponent))
    return powers if base.ndim else powers[0]


def ipow(base: Value, exponent: Value) -> Value:
    """Integer power that wraps.  A negative exponent was refused before; on a lane that is not live it counts as 0."""
    if exponent.dtype.kind == "i":
        exponent = np.maximum(exponent, exponent.dtype.type(0))
    return np.power(base, exponent)


def pydiv(left: Value, right: Value) -> Value:
    """Python's `int / int`: the float64 nearest to the quotient, at any size; by zero as float division."""
    quotient = np.true_divide(left, right)  # one rounding, if both are float64 values
    wide = (left > _EXACT) | (left < -_EXACT) | (right > _EXACT) | (right < -_EXACT)
    wide &= right != 0
    if not wide.any():
        return quotient
    if not quotient.ndim:
        return np.float64(int(left) / int(right))
    lanes = np.flatnonzero(wide)
    lefts, rights = (np.broadcast_to(side, quotient.shape)[lanes].tolist() for side in (left, right))
    quotient[lanes] = [a / b for a, b in zip(lefts, rights, strict=True)]
    return quotient


def pycmp(left: Value, right: Value) -> Value:
    """Python's comparison of an int with a float, which rounds neither: -1, 0, 1, or 2 for nan."""
    with np.errstate(all="ignore"):
        floor = np.floor(right)
        fits = (floor >= -(2.0**63)) & (floor < 2.0**63)
        whole = where(fits, floor, np.float64(0)).astype(np.int64)
        # left > floor means left >= floor + 1 > right; left == floor leaves the fraction to decide.
        order = np.sign(np.subtract(left > whole, left < whole, dtype=np.int64))
        order = where(left == whole, -(right > floor).astype(np.int64), order)
        order = where(fits, order, where(right > 0, np.int64(-1), np.int64(1)))
        return where(np.isnan(right), np.int64(2), order)


@cache
def cast(source: Scalar, target: Scalar) -> Evaluate:
    """The function that casts `source` to `target`, quietly and with the same value on every CPU."""
    if source.is_float and target.is_integer:
        return _float_to_u64 if target is Scalar.U64 else _float_to_int(target)
    to = dtype(target)
    if source.is_float and target.is_float:  # only here can a plain cast raise a flag
        return _quiet(lambda value: value.astype(to))
    return lambda value: value.astype(to)


def _quiet(convert: Evaluate) -> Evaluate:
    def quiet(value: Value) -> Value:
        with np.errstate(all="ignore"):
            return convert(value)

    return quiet


def _float_to_int(target: Scalar) -> Evaluate:
    """By way of i32 (narrow and i32 targets) or i64; what that type does not hold, and nan, is its least value."""
    via = np.dtype(np.int32) if target in _NARROW or target is Scalar.I32 else np.dtype(np.int64)
    to = dtype(target)
    least = -(2.0 ** (8 * via.itemsize - 1))
    # Values between `least` - 1 and `least` truncate to `least` too, so one bound serves both float types.

    def convert(value: Value) -> Value:
        if not _within(value, least, -least):
            fits = (value >= least) & (value < -least)
            value = where(fits, value, value.dtype.type(least))
        whole = value.astype(via)
        return whole if via == to else whole.astype(to)

    return _quiet(convert)


def _within(value: Value, low: float, high: float) -> bool:
    """Whether every lane is in [low, high): two reductions instead of a select, and False for nan."""
    if not value.ndim:
        return bool(low <= value < high)
    zero = value.dtype.type(0)
    least, most = np.minimum.reduce(value, initial=zero), np.maximum.reduce(value, initial=zero)
    return bool(least >= low and most < high)


@_quiet
def _float_to_u64(value: Value) -> Value:
    """Below 2^63, and for nan, the i64 cast; above it the i64 cast of the rest with bit 63 flipped, as on x86."""
    to_i64 = _float_to_int(Scalar.I64)
    half = value.dtype.type(2.0**63)
    high = value >= half
    if not high.any():
        return to_i64(value).astype(np.uint64)
    upper = to_i64(value - half).astype(np.uint64) ^ np.uint64(1 << 63)
    return where(high, upper, to_i64(value).astype(np.uint64))


def bitlength(value: Value) -> Value:
    """Python's `int.bit_length`: a float holds the exponent of 32 bits exactly, so the halves are looked at apart."""
    magnitude = np.abs(value).astype(np.uint64)  # the least i64 is its own magnitude, as an unsigned one
    high = magnitude >> np.uint64(32)
    some = where(high > 0, high, magnitude)
    length = np.frexp(some.astype(np.float64))[1].astype(np.int64)
    return where(high > 0, length + 32, length)


def sinpi(value: Value) -> Value:
    found = _of_pi(value, 0)
    return where(np.signbit(value), -found, found)


def cospi(value: Value) -> Value:
    return _of_pi(value, 1)


def _of_pi(value: Value, turn: int) -> Value:
    """The sine of pi |x|, or for a `turn` the cosine: reduced exactly to a quarter of a period.  A zero is +0."""
    size = np.abs(value).astype(np.float64)
    rest = size - 2 * np.rint(size / 2)
    quarters = np.rint(2 * rest)
    angle = (rest - quarters / 2).astype(np.longdouble) * _PI
    quarter = (where(np.isnan(quarters), np.float64(0), quarters).astype(np.int64) + turn) & 3
    found = where((quarter & 1) == 1, np.cos(angle), np.sin(angle))
    return (where(quarter >> 1 == 1, 0 - found, found) + 0).astype(value.dtype)


def _counting(step: Callable[[int, int, int, int], int], *, mirrored: bool) -> Evaluate:
    """A count of `taken` out of `total` by its steps: of whole parts, nan outside the domain, inf beyond 64 bits."""

    def count(total: float, taken: float) -> float:
        if not (total >= 0 and taken >= 0):
            return math.nan
        total, taken = float(np.trunc(total)), float(np.trunc(taken))
        if taken > total:
            return math.nan
        fewer = total - taken if mirrored and total - taken < taken else taken
        if fewer == 0 or total >= _TOO_MANY:
            return 1.0 if fewer == 0 else math.inf
        found = 1
        for k in range(1, int(fewer) + 1):
            found = step(found, int(total), int(fewer), k)
            if found >= _TOO_MANY:
                return math.inf
        return float(found)

    def evaluate(*values: Value) -> Value:
        total, taken = np.broadcast_arrays(values[0], values[-1])
        if not total.ndim:
            return np.float64(count(float(total), float(taken)))
        return np.fromiter(map(count, total.tolist(), taken.tolist()), np.float64, len(total))

    return evaluate


_TOO_MANY = 1 << 64
_arrangements = _counting(lambda found, total, fewer, k: found * (total - k + 1), mirrored=False)
_combinations = _counting(lambda found, total, fewer, k: found * (total - fewer + k) // k, mirrored=True)

_OWN_MEANING: dict[str, Evaluate] = {"where": where, "power": power}
_OWN: dict[str, Evaluate] = {
    "any": lambda value: np.bool_(value.any()),
    "ipow": ipow, "pydiv": pydiv, "pycmp": pycmp, "bitlength": bitlength, "sinpi": sinpi, "cospi": cospi,
    "factorial": _arrangements, "arrangements": _arrangements, "combinations": _combinations,
}  # fmt: skip
