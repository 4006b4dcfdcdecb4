"""What operations mean that NumPy has not: in Python's exact numbers or from mpmath."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

LARGEST = 1 << 64  # counts from here on are infinite


def fma(a: float, b: float, c: float) -> float | Fraction:
    if math.isfinite(a) and math.isfinite(b) and not math.isfinite(c):
        return c
    if not all(map(math.isfinite, (a, b))):
        return a * b + c
    return Fraction(a) * Fraction(b) + Fraction(c) or a * b + c


def rounded(value: Any, dtype: np.dtype[Any]) -> Any:
    """`value` as a number of `dtype`; a fraction is rounded once, half to even."""
    if not isinstance(value, Fraction):
        return dtype.type(value)
    digits = np.finfo(dtype).nmant + 1
    least = int(np.finfo(dtype).minexp) - digits + 1
    power = max(abs(value.numerator).bit_length() - value.denominator.bit_length() - digits, least)
    step = Fraction(2) ** power
    if abs(value) / step >= 1 << digits:  # the estimate of the exponent was one too low
        step *= 2
    try:
        return dtype.type(math.copysign(round(abs(value) / step) * step, 1 if value > 0 else -1))
    except OverflowError:
        return dtype.type(math.inf if value > 0 else -math.inf)


def of_pi(name: str) -> Callable[[float], float]:
    def value(x: float) -> float:
        if not math.isfinite(x):
            return math.nan
        with mpmath.workprec(1200):
            found = float(getattr(mpmath, name)(mpmath.mpf(x)))
        return math.copysign(found, x) if name == "sinpi" and found == 0 else abs(found) if found == 0 else found

    return value


def counted(exact: Callable[[int, int], int]) -> Callable[..., float]:
    """`exact` of whole parts; one answer stands for all that is too large, so huge numbers are not multiplied out."""

    def value(*numbers: float) -> float:
        total, taken = numbers[0], numbers[-1]
        if not total >= 0 or not taken >= 0 or math.isnan(total + taken):
            return math.nan
        total, taken = (n if math.isinf(n) else float(math.trunc(n)) for n in (total, taken))
        if taken > total:
            return math.nan
        few = min(taken, total - taken) if exact is math.comb and math.isfinite(total) else taken
        if few == 0:
            return 1.0
        if total >= LARGEST or few > 70:
            return math.inf
        found = exact(int(total), int(few))
        return float(found) if found < LARGEST else math.inf

    return value


BY_ROW: Mapping[str, Callable[..., Any]] = {
    "libm.fma": fma,
    "iris.sinpi": of_pi("sinpi"),
    "iris.cospi": of_pi("cospi"),
    "iris.bitlength": int.bit_length,
    "iris.factorial": counted(math.perm),
    "iris.arrangements": counted(math.perm),
    "iris.combinations": counted(math.comb),
}
WITHIN_AN_ULP = ("iris.sinpi", "iris.cospi")
