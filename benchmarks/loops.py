"""More kernels whose elements leave their loops at different times, with their inputs.

Counts of bits, digits and steps, searches, iterations to a fixed point.  Plain Python: every contender that compiles
functions gets these very objects.

This module knows no contender and no clock.
"""

# mypy: ignore-errors

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any
Maker = Callable[[np.random.Generator, int], tuple[Array, ...]]

MIX1, MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
GOLDEN, LOW = np.uint64(0x9E3779B97F4A7C15), np.uint64(63)
BY30, BY27 = np.uint64(30), np.uint64(27)
ZERO4, HALF4, ONE4, TWO4 = np.float32(0), np.float32(0.5), np.float32(1), np.float32(2)
NEAR4, FAR4 = np.float32(0.001), np.float32(20)

# -- integers --


def bit_length(n):
    """Bits of a number."""
    count = 0
    while n > 0:
        n = n >> 1
        count += 1
    return count


def longest_run(n):
    """The longest run of set bits."""
    count = 0
    while n != 0:
        n = n & (n << 1)
        count += 1
    return count


def ilog3(n):
    """The whole logarithm to the base 3."""
    power = 3
    count = 0
    while power <= n:
        power = power * 3
        count += 1
    return count


def gcd(a, b):
    """The greatest common divisor, by Euclid."""
    while b != 0:
        a, b = b, a % b
    return a


def own_bounds(n, m):
    """Two loops, each with the element's own bounds."""
    total = 0
    for i in range(n):
        for j in range(i, m):
            total += (i ^ j) & 7
    return total


def digit_sum(n):
    """The sum of the decimal digits."""
    total = 0
    while n > 0:
        total += n % 10
        n = n // 10
    return total


def first_passage(seed):
    """Steps of a walk, drawn by a hash, until it is 24 away."""
    place = 0
    state = seed
    for step in range(4000):
        state = state + GOLDEN
        mixed = (state ^ (state >> BY30)) * MIX1
        mixed = (mixed ^ (mixed >> BY27)) * MIX2
        place += 1 if (mixed >> LOW) == 0 else -1
        if place > 24 or place < -24:
            return step
    return 4000


def count_down(n):
    """Two counters that call each other, as in Ackermann's function."""
    a = n % 7
    b = n % 13
    steps = 0
    while a > 0 and steps < 1000:
        if b == 0:
            a = a - 1
            b = 2 * a + 5
        else:
            b = b - 1
        steps += 1
    return steps


def binary_search(n):
    """The whole square root, by halving."""
    low = 0
    high = 2000000
    while high - low > 1:
        middle = (low + high) // 2
        if middle * middle <= n:
            low = middle
        else:
            high = middle
    return low


def isqrt(n):
    """The whole square root, by Newton's method."""
    x = n
    y = (x + 1) // 2
    while y < x:
        x = y
        y = (x + n // x) // 2
    return x


# -- floats --


def agm(a, b):
    """The arithmetic-geometric mean."""
    while abs(a - b) > 1e-14 * a:
        a, b = 0.5 * (a + b), math.sqrt(a * b)
    return a


def ray_march_f4(x, y):
    """Steps along a ray to a lattice of spheres."""
    t = ZERO4
    for _ in range(64):
        px = x + t * HALF4
        py = y + t * HALF4
        qx = px - np.floor(px) - HALF4
        qy = py - np.floor(py) - HALF4
        d = np.sqrt(qx * qx + qy * qy) - HALF4 * HALF4
        if d < NEAR4 or t > FAR4:
            return t
        t = t + d * HALF4
    return t


def continued_fraction(x):
    """Terms of the continued fraction of a number, until it repeats it."""
    rest = x
    p0, p1, q0, q1 = 0.0, 1.0, 1.0, 0.0
    for _ in range(40):
        whole = math.floor(rest)
        p0, p1 = p1, whole * p1 + p0
        q0, q1 = q1, whole * q1 + q0
        part = rest - whole
        if abs(p1 / q1 - x) < 1e-12 or part < 1e-9:
            return q1
        rest = 1.0 / part
    return q1


def newton_cube_root(a):
    """The cube root, by Newton's method."""
    x = a
    for _ in range(100):
        step = (x * x * x - a) / (3.0 * x * x)
        x = x - step
        if abs(step) <= 1e-14 * abs(x):
            return x
    return x


def secant(c):
    """The root of x^3 + x = c, by secants."""
    x0 = 0.0
    x1 = 1.0 + c
    f0 = -c
    for _ in range(60):
        f1 = x1 * x1 * x1 + x1 - c
        if abs(f1) < 1e-13 or f1 == f0:
            return x1
        x0, x1, f0 = x1, x1 - f1 * (x1 - x0) / (f1 - f0), f1
    return x1


def lambert_w(z):
    """The w with w exp(w) = z, by Halley's method."""
    w = math.log(1.0 + z)
    for _ in range(30):
        e = math.exp(w)
        f = w * e - z
        step = f / (e * (w + 1.0) - 0.5 * (w + 2.0) * f / (w + 1.0))
        w = w - step
        if abs(step) <= 1e-12 * (1.0 + abs(w)):
            return w
    return w


def logistic_period(r):
    """Steps until the logistic map comes back near to where it was."""
    x = 0.5
    for _ in range(64):
        x = r * x * (1.0 - x)
    start = x
    for n in range(1, 300):
        x = r * x * (1.0 - x)
        if abs(x - start) < 1e-3:
            return n
    return 300


def kepler_deep(anomaly, eccentricity):
    """The eccentric anomaly to the last place."""
    x = anomaly
    for _ in range(60):
        step = (x - eccentricity * math.sin(x) - anomaly) / (1.0 - eccentricity * math.cos(x))
        x = x - step
        if abs(step) < 1e-13:
            return x
    return x


def scaling(a, b):
    """Two factors in turns until both sums fit, as Sinkhorn does with matrices."""
    u = 1.0
    v = 0.5
    for _ in range(200):
        before = u
        u = 1.0 / (a * v + (1.0 - a))
        v = 1.0 / (b * u + (1.0 - b) * 2.0)
        if abs(u - before) < 1e-12 * u:
            return v
    return v


# -- inputs --


def _floats(*ranges: tuple[float, float], kind: str = "f8") -> Maker:
    def make(rng: np.random.Generator, size: int) -> tuple[Array, ...]:
        return tuple(rng.uniform(low, high, size).astype(kind) for low, high in ranges)

    return make


def _whole(*ranges: tuple[int, int], kind: str = "i8") -> Maker:
    def make(rng: np.random.Generator, size: int) -> tuple[Array, ...]:
        return tuple(rng.integers(low, high, size, dtype=kind) for low, high in ranges)

    return make


def _short_and_long(rng: np.random.Generator, size: int) -> tuple[Array, ...]:
    """Numbers of 1 to 62 bits, each length as often as any other."""
    return (rng.integers(0, 2**62, size, dtype="i8") >> rng.integers(0, 61, size, dtype="i8"),)


# The function, its inputs, and how far it may be from the Python function in units of the last place; None is exact.
LOOPS: dict[str, tuple[Callable[..., Any], Maker, float | None]] = {
    "bit length": (bit_length, _short_and_long, None),
    "longest run": (longest_run, _short_and_long, None),
    "ilog3": (ilog3, _whole((1, 10**15)), None),
    "gcd": (gcd, _whole((1, 10**6), (1, 10**6)), None),
    "own bounds": (own_bounds, _whole((0, 20), (0, 40)), None),
    "digit sum": (digit_sum, _whole((0, 10**9)), None),
    "first passage": (first_passage, _whole((0, 2**63), kind="u8"), None),
    "count down": (count_down, _whole((0, 10**6)), None),
    "binary search": (binary_search, _whole((0, 4 * 10**12)), None),
    "isqrt": (isqrt, _whole((1, 10**9)), None),
    "agm": (agm, _floats((0.1, 10.0), (0.1, 10.0)), None),
    "ray march f4": (ray_march_f4, _floats((0.0, 1.0), (0.0, 1.0), kind="f4"), None),
    "continued fraction": (continued_fraction, _floats((0.0, 10.0)), None),
    "newton cube root": (newton_cube_root, _floats((0.01, 1000.0)), None),
    "secant": (secant, _floats((0.0, 10.0)), None),
    "lambert w": (lambert_w, _floats((0.0, 50.0)), 64.0),
    "logistic period": (logistic_period, _floats((2.5, 4.0)), None),
    "kepler to the end": (kepler_deep, _floats((0.0, 6.0), (0.0, 0.95)), 4096.0),
    "scaling": (scaling, _floats((0.01, 0.99), (0.01, 0.99)), None),
}
