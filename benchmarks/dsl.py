"""The kernels in the function language of blosc2 (miniexpr), which it reads from the source and never runs as Python.

It has no ternary, no `math.`/`np.` constants and no assignment to a parameter, so these are separate texts.
"""
# mypy: ignore-errors
# ruff: noqa: F821, B007

from __future__ import annotations


def escape(cr, ci):
    x = 0.0
    y = 0.0
    for i in range(200):
        if x * x + y * y > 4.0:
            return i
        t = x * x - y * y + cr
        y = 2.0 * x * y + ci
        x = t
    return 200


def newton_fractal(zr, zi):
    x = zr
    y = zi
    for n in range(60):
        xx = x * x
        yy = y * y
        fr = x * xx - 3.0 * x * yy - 1.0
        fi = 3.0 * xx * y - y * yy
        if fr * fr + fi * fi < 1e-20:
            return n
        dr = 3.0 * (xx - yy)
        di = 6.0 * x * y
        norm = dr * dr + di * di
        x = x - (fr * dr + fi * di) / norm
        y = y - (fi * dr - fr * di) / norm
    return 60


def implied_volatility(price, spot, strike, years):
    root = sqrt(years)
    moneyness = log(spot / strike)
    sigma = 0.5
    for i in range(40):
        spread = sigma * root
        d1 = (moneyness + 0.5 * spread * spread) / spread
        d2 = d1 - spread
        left = spot * (1.0 + erf(d1 / sqrt(2.0)))
        right = strike * (1.0 + erf(d2 / sqrt(2.0)))
        vega = spot * root * exp(-0.5 * d1 * d1) / 2.5066282746310002
        step = (0.5 * (left - right) - price) / vega
        sigma = sigma - step
        if abs(step) < 1e-9:
            return sigma
    return sigma


def kepler(anomaly, eccentricity):
    x = anomaly
    for i in range(50):
        step = (x - eccentricity * sin(x) - anomaly) / (1.0 - eccentricity * cos(x))
        x = x - step
        if abs(step) < 1e-10:
            return x
    return x


def bisection(c):
    low = -4.0
    high = 4.0
    while high - low > 1e-12 * (1.0 + abs(low)):
        middle = 0.5 * (low + high)
        if ((middle - 1.0) * middle + 2.0) * middle < c:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def black_scholes(spot, strike, years, rate, sigma):
    spread = sigma * sqrt(years)
    d1 = (log(spot / strike) + (rate + 0.5 * sigma * sigma) * years) / spread
    d2 = d1 - spread
    left = spot * (1.0 + erf(d1 * 0.7071067811865476))
    right = strike * exp(-rate * years) * (1.0 + erf(d2 * 0.7071067811865476))
    return 0.5 * (left - right)


def gelu_erf(x):
    return 0.5 * x * (1.0 + erf(x * 0.7071067811865476))


def srgb_decode(c):
    if c <= 0.04045:
        return c / 12.92
    return ((c + 0.055) / 1.055) ** 2.4


def clip_chain(x, low, high):
    y = where(x < low, low, where(x > high, high, x))
    return where(y > 0.5, y * 2.0 - x, where(y < -0.5, y + low, y * y * high))


def index_3d(a, scale):
    weight = _i0 * 0.5 + _i1 * 0.25 + _i2 * 0.125
    return where((_i0 + _i1 + _i2) % 2 == 0, a * scale + weight, a * scale - weight)


DSL = {
    "escape f8": escape,
    "newton fractal": newton_fractal,
    "implied volatility": implied_volatility,
    "kepler": kepler,
    "bisection": bisection,
    "black-scholes": black_scholes,
    "gelu erf": gelu_erf,
    "srgb decode": srgb_decode,
    "clip chain": clip_chain,
    "index 3d": index_3d,
}
