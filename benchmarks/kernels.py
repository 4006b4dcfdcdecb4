"""The kernels of the benchmarks, as plain Python: every contender that compiles functions gets these very objects.

They are written so that iris_cc, numba and the plain function agree on every type: single precision and small integers
use constants of their own type.  This module knows no contender, no input and no clock.
"""

# mypy: ignore-errors
# ruff: noqa: F821 - `_i0` and its like are words of the language

from __future__ import annotations

import math

import numpy as np

from benchmarks.generated import chain_text, function_of, unary_text

LIMIT = 200
ZERO4, TWO4, FOUR4 = np.float32(0), np.float32(2), np.float32(4)
MIX1, MIX2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
BY16, BY13 = np.uint32(16), np.uint32(13)
GOLDEN, SPLIT1, SPLIT2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
BY30, BY27, BY31 = np.uint64(30), np.uint64(27), np.uint64(31)
ROOT_TWO_PI = math.sqrt(2.0 * math.pi)

# -- divergent: each element leaves its loop when it is done --


def escape(cr, ci):
    """Iterations until a point of the plane leaves the Mandelbrot set."""
    x = y = 0.0
    for i in range(LIMIT):
        if x * x + y * y > 4.0:
            return i
        x, y = x * x - y * y + cr, 2.0 * x * y + ci
    return LIMIT


def escape_f4(cr, ci):
    """The same in single precision."""
    x = y = ZERO4
    for i in range(LIMIT):
        if x * x + y * y > FOUR4:
            return i
        x, y = x * x - y * y + cr, TWO4 * x * y + ci
    return LIMIT


def newton_fractal(zr, zi):
    """Newton steps for z^3 = 1, in real arithmetic."""
    x, y = zr, zi
    for n in range(60):
        xx, yy = x * x, y * y
        fr = x * xx - 3.0 * x * yy - 1.0
        fi = 3.0 * xx * y - y * yy
        if fr * fr + fi * fi < 1e-20:
            return n
        dr = 3.0 * (xx - yy)
        di = 6.0 * x * y
        norm = dr * dr + di * di
        x, y = x - (fr * dr + fi * di) / norm, y - (fi * dr - fr * di) / norm
    return 60


def implied_volatility(price, spot, strike, years):
    """The volatility at which Black-Scholes gives `price`, by Newton's method."""
    root = math.sqrt(years)
    moneyness = math.log(spot / strike)
    sigma = 0.5
    for _ in range(40):
        spread = sigma * root
        d1 = (moneyness + 0.5 * spread * spread) / spread
        d2 = d1 - spread
        value = 0.5 * (spot * (1.0 + math.erf(d1 / math.sqrt(2.0))) - strike * (1.0 + math.erf(d2 / math.sqrt(2.0))))
        vega = spot * root * math.exp(-0.5 * d1 * d1) / ROOT_TWO_PI
        step = (value - price) / vega
        sigma = sigma - step
        if abs(step) < 1e-9:
            return sigma
    return sigma


def kepler(anomaly, eccentricity):
    """The eccentric anomaly, by Newton's method."""
    x = anomaly
    for _ in range(50):
        step = (x - eccentricity * math.sin(x) - anomaly) / (1.0 - eccentricity * math.cos(x))
        x = x - step
        if abs(step) < 1e-10:
            return x
    return x


def collatz(start):
    """Steps to 1."""
    n = start
    count = 0
    while n > 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        count += 1
    return count


def bisection(c):
    """The root of x^3 - x^2 + 2x = c, halving until the interval is small against it."""
    low = -4.0
    high = 4.0
    while high - low > 1e-12 * (1.0 + abs(low)):
        middle = 0.5 * (low + high)
        if ((middle - 1.0) * middle + 2.0) * middle < c:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


# -- transcendental --


def black_scholes(spot, strike, years, rate, sigma):
    """The price of a European call."""
    spread = sigma * np.sqrt(years)
    d1 = (np.log(spot / strike) + (rate + 0.5 * sigma * sigma) * years) / spread
    d2 = d1 - spread
    return 0.5 * (
        spot * (1.0 + math.erf(d1 * 0.7071067811865476))
        - strike * np.exp(-rate * years) * (1.0 + math.erf(d2 * 0.7071067811865476))
    )


def haversine(lat1, lon1, lat2, lon2):
    """Great-circle distance in kilometres; angles in radians."""
    u = np.sin((lat2 - lat1) * 0.5)
    v = np.sin((lon2 - lon1) * 0.5)
    return 12742.0176 * np.arcsin(np.sqrt(u * u + np.cos(lat1) * np.cos(lat2) * v * v))


def gelu_tanh(x):
    """GELU by the usual approximation."""
    return 0.5 * x * (1.0 + np.tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)))


def gelu_erf(x):
    """GELU as defined."""
    return 0.5 * x * (1.0 + math.erf(x * 0.7071067811865476))


def softplus(x):
    """log(1 + exp(x)) without overflow."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def srgb_decode(c):
    """From an sRGB value to linear light."""
    return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4


def projection(r1, r2, r3, x, y, z, focal, k1):
    """A point turned by an axis-angle and seen by a camera with radial distortion (bundle adjustment)."""
    square = r1 * r1 + r2 * r2 + r3 * r3
    if square > 1e-20:
        angle = math.sqrt(square)
        cosine, sine = math.cos(angle), math.sin(angle)
        w1, w2, w3 = r1 / angle, r2 / angle, r3 / angle
        along = (w1 * x + w2 * y + w3 * z) * (1.0 - cosine)
        px = x * cosine + (w2 * z - w3 * y) * sine + w1 * along
        py = y * cosine + (w3 * x - w1 * z) * sine + w2 * along
        pz = z * cosine + (w1 * y - w2 * x) * sine + w3 * along
    else:
        px = x + (r2 * z - r3 * y)
        py = y + (r3 * x - r1 * z)
        pz = z + (r1 * y - r2 * x)
    u, v = px / pz, py / pz
    distance = u * u + v * v
    return focal * (1.0 + k1 * distance) * math.sqrt(distance)


# -- arithmetic --


def horner(x):
    """A polynomial of degree 12."""
    return (
        1.0 + x * (0.9 + x * (0.8 + x * (0.7 + x * (0.6 + x * (0.5 + x * (0.4 + x * (0.3 + x * (0.2 + x * (
            0.1 + x * (0.05 + x * (0.025 + x * 0.0125)))))))))))
    )  # fmt: skip


def mix_u4(key):
    """The finalizer of MurmurHash3, 32 bits."""
    h = key ^ (key >> BY16)
    h = np.uint32(h * MIX1)
    h = h ^ (h >> BY13)
    h = np.uint32(h * MIX2)
    return h ^ (h >> BY16)


def mix_u8(key):
    """splitmix64."""
    h = key + GOLDEN
    h = (h ^ (h >> BY30)) * SPLIT1
    h = (h ^ (h >> BY27)) * SPLIT2
    return h ^ (h >> BY31)


def clip_chain(x, low, high):
    """Clip, then one of three branches by size."""
    y = low if x < low else (high if x > high else x)
    if y > 0.5:
        return y * 2.0 - x
    return y + low if y < -0.5 else y * y * high


def index_3d(a, scale):
    """A value by position: a ramp along three axes with a checkerboard sign."""
    weight = _i0 * 0.5 + _i1 * 0.25 + _i2 * 0.125
    return a * scale + weight if (_i0 + _i1 + _i2) % 2 == 0 else a * scale - weight


def combine(a, b, c):
    """What array expressions look like: five operands, nine operations."""
    return 2.0 * a + b * c - (a - b) * (b - c) * 0.25 + a * a


def blend(a, b, c):
    """Two images and a mask."""
    return (a * c + b * (1.0 - c)) * 0.5 + (a - b) * (a - b) * 0.125


expression_200 = function_of("expression_200", chain_text("expression_200", 200))


# -- calls --


def add(a, b):
    """The smallest kernel: what is left is the call."""
    return a + b


# -- single functions: `single("exp")` is `def exp_of(x): return np.exp(x)` --


def single(name: str):
    """The kernel that calls one elementary function."""
    return function_of(f"{name}_of", unary_text(name))
