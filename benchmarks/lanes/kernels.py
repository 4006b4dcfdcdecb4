"""Kernels whose elements leave their loops at different times, with inputs.  Plain Python: every route runs them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

# -- floats --


def escape(cr, ci):
    x = y = 0.0
    for i in range(200):
        if x * x + y * y > 4.0:
            return i
        x, y = x * x - y * y + cr, 2.0 * x * y + ci
    return 200


def escape_f4(cr, ci):
    x = cr
    y = ci
    for i in range(200):
        if x * x + y * y > 4:
            return i
        x, y = x * x - y * y + cr, 2 * x * y + ci
    return 200


def newton_fractal(zr, zi):
    x, y = zr, zi
    n = 0
    while n < 60:
        x2 = x * x
        y2 = y * y
        fr = x * x2 - 3.0 * x * y2 - 1.0
        fi = 3.0 * x2 * y - y * y2
        if fr * fr + fi * fi < 1e-20:
            break
        dr = 3.0 * (x2 - y2)
        di = 6.0 * x * y
        d = dr * dr + di * di
        x = x - (fr * dr + fi * di) / d
        y = y - (fi * dr - fr * di) / d
        n += 1
    return n


def bisect(c):
    lo = -4.0
    hi = 4.0
    while hi - lo > 1e-12:
        mid = 0.5 * (lo + hi)
        if ((mid - 1.0) * mid + 2.0) * mid < c:
            lo = mid
        else:
            hi = mid
    return 0.5 * (lo + hi)


def newton_root(c):
    x = 1.0 + c
    for _ in range(100):
        step = (x * x * x - x - c) / (3.0 * x * x - 1.0)
        x = x - step
        if abs(step) < 1e-13:
            return x
    return x


def logistic(x, n):
    for _ in range(n):
        x = 3.7 * x * (1.0 - x)
    return x


def series(x, n):
    total = 0.0
    power = 1.0
    for k in range(1, n):
        power = power * x
        total = total + power / k
    return total


def kepler(m, e):
    x = m
    for _ in range(50):
        step = (x - e * math.sin(x) - m) / (1.0 - e * math.cos(x))
        x = x - step
        if abs(step) < 1e-12:
            return x
    return x


def implied_volatility(price, strike):
    """Of a call on a spot of 100, one year, no interest; by Newton."""
    sigma = 0.5
    for _ in range(60):
        d1 = math.log(100.0 / strike) / sigma + 0.5 * sigma
        d2 = d1 - sigma
        value = 50.0 * (1.0 + math.erf(d1 * 0.7071067811865476)) - 0.5 * strike * (
            1.0 + math.erf(d2 * 0.7071067811865476)
        )
        step = (value - price) / (39.894228040143268 * math.exp(-0.5 * d1 * d1))
        sigma = sigma - step
        if abs(step) < 1e-10:
            return sigma
    return sigma


# -- integers --


def collatz(n):
    count = 0
    while n > 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        count += 1
    return count


def gcd(a, b):
    while b != 0:
        a, b = b, a % b
    return a


def isqrt(n):
    x = n
    y = (x + 1) // 2
    while y < x:
        x = y
        y = (x + n // x) // 2
    return x


def digit_sum(n):
    total = 0
    while n > 0:
        total += n % 10
        n = n // 10
    return total


# -- nested --


def matrix_power(a, n):
    """The trace of [[a, 1], [1, 0]] to the power n, by squaring."""
    p, q, r, s = 1.0, 0.0, 0.0, 1.0
    b, c, d, e = a, 1.0, 1.0, 0.0
    while n > 0:
        if n % 2 == 1:
            p, q, r, s = p * b + q * d, p * c + q * e, r * b + s * d, r * c + s * e
        b, c, d, e = b * b + c * d, b * c + c * e, d * b + e * d, d * c + e * e
        n = n // 2
    return p + s


def inner_break(x, y):
    total = 0.0
    for i in range(12):
        z = x + 0.1 * i
        for _ in range(30):
            z = z * z * 0.5 - y
            if z * z > 50.0:
                break
            total = total + z
    return total


Row = tuple[Callable[..., Any], tuple[str, ...], tuple[np.ndarray, ...]]


def _plane(dtype: str, size: int = 360) -> tuple[np.ndarray, np.ndarray]:
    ci, cr = np.meshgrid(np.linspace(-1.2, 1.2, size), np.linspace(-2.0, 0.8, size), indexing="ij")
    return cr.ravel().astype(dtype), ci.ravel().astype(dtype)


def rows() -> dict[str, Row]:
    """Fresh inputs, the same in every run."""
    rng = np.random.default_rng(7)
    size = 100_000
    some = rng.random(size)
    counts = rng.integers(1, 100, size)
    whole = rng.integers(1, 1_000_000, size)
    cr, ci = _plane("f8")
    shuffled = rng.permutation(len(cr))
    return {
        "escape f8": (escape, ("f8", "f8"), _plane("f8")),
        "escape f8 shuffled": (escape, ("f8", "f8"), (cr[shuffled], ci[shuffled])),
        "escape f4": (escape_f4, ("f4", "f4"), _plane("f4")),
        "newton fractal": (newton_fractal, ("f8", "f8"), _plane("f8")),
        "bisection": (bisect, ("f8",), (some * 10.0,)),
        "newton root": (newton_root, ("f8",), (1.0 + some,)),
        "logistic n": (logistic, ("f8", "i8"), (some, counts)),
        "series n": (series, ("f8", "i8"), (some, counts)),
        "kepler": (kepler, ("f8", "f8"), (some * 6.0, some[::-1].copy() * 0.9)),
        "implied volatility": (implied_volatility, ("f8", "f8"), (7.0 + 10.0 * some, 90.0 + 20.0 * some[::-1])),
        "collatz": (collatz, ("i8",), (whole,)),
        "collatz sorted": (collatz, ("i8",), (np.sort(whole),)),
        "gcd": (gcd, ("i8", "i8"), (whole, whole[::-1].copy())),
        "isqrt": (isqrt, ("i8",), (whole * 1000,)),
        "digit sum": (digit_sum, ("i8",), (whole * 1000,)),
        "matrix power": (matrix_power, ("f8", "i8"), (0.1 * some, whole)),
        "inner break": (inner_break, ("f8", "f8"), (some, 0.3 * some[::-1].copy())),
    }
