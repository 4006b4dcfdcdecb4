"""Where functions are measured: over all exponents, over the range where most arguments lie, and at the hard places."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

# Where the function is neither constant nor its own argument, and the points around which it is hard.
RANGES: dict[str, tuple[float, float]] = {
    "exp": (-745.2, 709.8), "exp2": (-1075, 1024), "expm1": (-38, 709.8), "log": (0, 10), "log2": (0, 10),
    "log10": (0, 10), "log1p": (-1, 10), "sin": (-1e3, 1e3), "cos": (-1e3, 1e3), "tan": (-1e3, 1e3),
    "asin": (-1, 1), "acos": (-1, 1), "atan": (-8, 8), "sinh": (-711, 711), "cosh": (-711, 711), "tanh": (-20, 20),
    "asinh": (-10, 10), "acosh": (1, 10), "atanh": (-1, 1), "cbrt": (-30, 30), "erf": (-6, 6), "erfc": (-6, 27.3),
}  # fmt: skip
NARROW: dict[str, tuple[float, float]] = {
    "exp": (-2, 2), "exp2": (-2, 2), "expm1": (-1, 1.5), "log": (0.5, 2), "log2": (0.5, 2), "log10": (0.5, 2),
    "log1p": (-0.5, 1), "sin": (-4, 4), "cos": (-4, 4), "tan": (-4, 4), "asin": (0.4, 0.6), "acos": (0.4, 0.6),
    "atan": (0.3, 2.6), "sinh": (-2, 2), "cosh": (-2, 2), "tanh": (-2, 2), "asinh": (-1, 1), "acosh": (1, 1.2),
    "atanh": (-0.6, 0.6), "cbrt": (1, 8), "erf": (-1.5, 1.5), "erfc": (-1, 3),
}  # fmt: skip
CENTRES: dict[str, tuple[float, ...]] = {
    "exp": (0, 709.78, -708.4, -745.13), "exp2": (0, 1024, -1022, -1074), "expm1": (0, 0.3466, -0.3466, 1.04, -37),
    "log": (1, 0.7071, 1.4142), "log2": (1, 0.7071, 1.4142), "log10": (1, 10, 1000), "log1p": (0, -0.2929, 0.4142),
    "asin": (1, -1, 0.5), "acos": (1, -1, 0.5, 0), "atan": (1, 0.03125, 32), "sinh": (0, 710.4, 0.3466),
    "cosh": (0, 710.4, 0.3466), "tanh": (0, 0.1733, 0.52, 19), "asinh": (0, 1), "acosh": (1, 1.5),
    "atanh": (0, 1, -1, 0.1716, 0.3333), "cbrt": (1, 8), "erf": (0, 1, 0.5, 5.9),
    "erfc": (0, 0.3125, 0.5, 1, 26.5, 27.2),
}  # fmt: skip


def _bits(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.integers(0, 2**64, count, dtype=np.uint64).view(np.float64)


def _exponents(rng: np.random.Generator, count: int, low: float, high: float) -> np.ndarray:
    sign = np.where(rng.random(count) < 0.5, -1.0, 1.0)
    return sign * np.exp2(rng.uniform(low, high, count)) * 1.0


def one(function: str, count: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Arrays of f64 arguments, about `count` in all."""
    share = count // 5
    yield _bits(rng, share)
    yield _exponents(rng, share, -60, 12)
    yield rng.uniform(*RANGES[function], share)
    yield rng.uniform(*NARROW[function], share)
    centres = CENTRES.get(function)
    if centres:
        around = rng.choice(np.array(centres), share)
        yield around + np.exp2(rng.uniform(-60, -3, share)) * rng.choice([-1.0, 1.0], share)
    else:
        multiple = np.rint(np.exp2(rng.uniform(0, 45, share))) * (np.pi / 2)
        steps = rng.integers(-3, 4, share)
        yield (multiple.view(np.int64) + steps).view(np.float64)


def two(function: str, count: int, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of f64 arguments, about `count` in all."""
    share = count // 4
    yield _bits(rng, share), _bits(rng, share)
    a, b = _exponents(rng, share, -30, 30), _exponents(rng, share, -30, 30)
    if function == "pow":
        a = abs(a)
        yield np.exp2(rng.uniform(-1074, 1024, share)), rng.uniform(-3, 3, share)
        base = np.exp2(rng.uniform(-40, 40, share))
        yield base, rng.uniform(-1074, 1024, share) / np.log2(base)
        base = 1 + _exponents(rng, share, -50, -1)
        yield abs(base), rng.uniform(-745, 709, share) / np.log(abs(base))
        return
    yield a, b
    yield rng.uniform(-1, 1, share), rng.uniform(-1, 1, share)
    yield a, a * rng.uniform(0.2, 5, share)
