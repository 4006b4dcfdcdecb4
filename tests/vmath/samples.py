"""Arguments: over all exponents, over the range where most lie, and at the places that are hard or special."""

from __future__ import annotations

import numpy as np

from tests.vmath.unit import Name

INF, NAN = np.inf, np.nan

# Where the function is neither constant nor its argument.
RANGES: dict[str, tuple[float, float]] = {
    "exp": (-750, 710), "exp2": (-1080, 1025), "expm1": (-40, 710), "log": (0, 4), "log2": (0, 4), "log10": (0, 4),
    "log1p": (-1, 4), "sin": (-50, 50), "cos": (-50, 50), "tan": (-50, 50), "asin": (-1, 1), "acos": (-1, 1),
    "atan": (-5, 5), "sinh": (-715, 715), "cosh": (-715, 715), "tanh": (-20, 20), "asinh": (-4, 4), "acosh": (1, 4),
    "atanh": (-1, 1), "cbrt": (-30, 30), "erf": (-6, 6), "erfc": (-6, 27),
}  # fmt: skip
# Where one formula takes over from another.
JOINTS: dict[str, tuple[float, ...]] = {
    "exp": (0.34657359, -0.34657359, 1.0397), "exp2": (0.5, -0.5, 1.5), "expm1": (0.34657359, -0.34657359, -37.4),
    "log": (1, 0.70710678, 1.41421356), "log2": (1, 0.70710678, 1.41421356), "log10": (1, 0.70710678, 1.41421356),
    "log1p": (-0.29289322, 0.41421356), "sin": (0.78539816, 2.0**28, 2.0**16), "cos": (0.78539816, 2.0**28, 2.0**16),
    "tan": (0.78539816, 2.0**28, 2.0**16), "asin": (0.5, 1), "acos": (0.5, -0.5, 1),
    "atan": (0.03125, 0.0390625, 1, 32), "sinh": (0.34657359, 22), "cosh": (0.34657359, 22),
    "tanh": (0.17328679, 0.5198, 19.06), "asinh": (1, 2.0**30, 2.0**14),
    "acosh": (1, 1.25, 2.0**30, 2.0**14), "atanh": (0.17157, 1), "cbrt": (1, 2, 4, 8),
    "erf": (1 / 128, 127 / 128, 1, 3.9375, 5.9375), "erfc": (0.28125, 0.3125, -0.28125, -0.3125, 26.5),
}  # fmt: skip
SPECIAL = (
    0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, INF, -INF, NAN, 5e-324, -5e-324, 1e-310, 2.2250738585072014e-308,
    1.7976931348623157e308, -1.7976931348623157e308, 1e-20, -1e-20, 1e20, -1e20, 3.0, -3.0, 4.0, 10.0, 100.0, 27.0,
    np.pi, np.pi / 2, -np.pi / 2, 1e22, 2.0**52, 2.0**53, -(2.0**53), -(2.0**52) - 1, 709.0, 710.0, -745.0, -746.0,
    89.0, -104.0, 1e-300, 2.5, -2.5, 0.9999999999999999, 1.0000000000000002, 1 / 3, -1 / 3, 1.401298464324817e-45,
    1.1754943508222875e-38, 3.4028234663852886e38, -3.4028234663852886e38,
)  # fmt: skip


def special(name: Name) -> tuple[np.ndarray, ...]:
    with np.errstate(all="ignore"):
        values = np.unique(np.array(SPECIAL).astype(name.type).view(f"u{np.dtype(name.type).itemsize}")).view(name.type)
    if not name.two:
        return (values,)
    first, second = np.meshgrid(values, values)
    return np.ascontiguousarray(first.ravel()), np.ascontiguousarray(second.ravel())


def points(name: Name, count: int) -> tuple[np.ndarray, ...]:
    """About `count` arguments, the same in every run."""
    rng = np.random.default_rng(1)
    part = count // 4
    with np.errstate(all="ignore"):
        if name.two:
            return tuple(np.ascontiguousarray(a, dtype=name.type) for a in _pairs(name.function, part, rng))
        some = [
            _bits(name, part, rng).astype(np.float64),
            rng.choice([-1, 1], part) * np.exp2(rng.uniform(-60, 12, part)),
            rng.uniform(*RANGES[name.function], part),
            rng.choice(np.array(JOINTS[name.function]), part)
            + np.exp2(rng.uniform(-52, -3, part)) * rng.choice([-1, 1], part),
        ]
        return (np.concatenate(some).astype(name.type),)


def _bits(name: Name, count: int, rng: np.random.Generator) -> np.ndarray:
    size = np.dtype(name.type).itemsize
    return rng.integers(0, 256, count * size, dtype=np.uint8).view(name.type)


def _pairs(function: str, part: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    any_first, any_second = rng.integers(0, 2**64, (2, part), dtype=np.uint64).view(np.float64)
    size = np.exp2(rng.uniform(-30, 30, (2, 2 * part)))
    if function == "pow":
        base = np.concatenate([size[0], np.exp2(rng.uniform(-0.01, 0.01, part))])
        exponent = rng.uniform(-1070, 1023, 3 * part) / np.log2(base)
        exponent[::3] = np.rint(exponent[::3])
        return np.concatenate([any_first, base]), np.concatenate([any_second, exponent])
    signs = rng.choice([-1, 1], (2, 3 * part))
    near = rng.uniform(0.1, 10, (2, part))
    first, second = np.concatenate([size[0], near[0]]), np.concatenate([size[1], near[1]])
    return np.concatenate([any_first, first * signs[0]]), np.concatenate([any_second, second * signs[1]])
