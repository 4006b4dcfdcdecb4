"""How NumPy and JAX say what a kernel says, where handing them the function itself is not enough.

`NUMPY` holds functions of whole arrays, expression by expression, as a user writes them; loops keep the elements that
are still running and put the others aside.  `jax_spellings` needs JAX, so it is a function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.kernels import LIMIT

Array = Any


def _escape(cr: Array, ci: Array) -> Array:
    count = np.full(cr.shape, LIMIT, np.int64)
    index = np.arange(cr.size)
    x, y = np.zeros_like(cr), np.zeros_like(ci)
    for i in range(LIMIT):
        xx, yy = x * x, y * y
        inside = xx + yy <= 4.0
        count[index[~inside]] = i
        y = (2.0 * x * y + ci)[inside]
        x = (xx - yy + cr)[inside]
        index, cr, ci = index[inside], cr[inside], ci[inside]
        if not index.size:
            break
    return count


def _newton_fractal(x: Array, y: Array) -> Array:
    count = np.full(x.shape, 60, np.int64)
    index = np.arange(x.size)
    for n in range(60):
        xx, yy = x * x, y * y
        fr = x * xx - 3.0 * x * yy - 1.0
        fi = 3.0 * xx * y - y * yy
        running = ~(fr * fr + fi * fi < 1e-20)
        count[index[~running]] = n
        dr, di = 3.0 * (xx - yy), 6.0 * x * y
        norm = dr * dr + di * di
        x = (x - (fr * dr + fi * di) / norm)[running]
        y = (y - (fi * dr - fr * di) / norm)[running]
        index = index[running]
        if not index.size:
            break
    return count


def _kepler(anomaly: Array, eccentricity: Array) -> Array:
    result = anomaly.copy()
    index = np.arange(anomaly.size)
    x = anomaly
    for _ in range(50):
        step = (x - eccentricity * np.sin(x) - anomaly) / (1.0 - eccentricity * np.cos(x))
        x = x - step
        result[index] = x
        running = ~(np.abs(step) < 1e-10)
        index, x = index[running], x[running]
        anomaly, eccentricity = anomaly[running], eccentricity[running]
        if not index.size:
            break
    return result


def _collatz(start: Array) -> Array:
    count = np.zeros(start.shape, np.int64)
    index = np.flatnonzero(start > 1)
    n = start[index]
    while index.size:
        n = np.where(n % 2 == 0, n // 2, 3 * n + 1)
        count[index] += 1
        running = n > 1
        index, n = index[running], n[running]
    return count


def _bisection(c: Array) -> Array:
    low, high = np.full_like(c, -4.0), np.full_like(c, 4.0)
    running = np.ones(c.shape, bool)
    while running.any():
        middle = 0.5 * (low + high)
        below = ((middle - 1.0) * middle + 2.0) * middle < c
        low = np.where(running & below, middle, low)
        high = np.where(running & ~below, middle, high)
        running = high - low > 1e-12 * (1.0 + np.abs(low))
    return 0.5 * (low + high)


def _srgb_decode(c: Array) -> Array:
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def _clip_chain(x: Array, low: Array, high: Array) -> Array:
    y = np.where(x < low, low, np.where(x > high, high, x))
    return np.where(y > 0.5, y * 2.0 - x, np.where(y < -0.5, y + low, y * y * high))


def _index_3d(a: Array, scale: Array) -> Array:
    i, j, k = np.ogrid[: a.shape[0], : a.shape[1], : a.shape[2]]
    weight = i * 0.5 + j * 0.25 + k * 0.125
    return np.where((i + j + k) % 2 == 0, a * scale + weight, a * scale - weight)


NUMPY: dict[str, Callable[..., Array]] = {
    "escape f8": _escape,
    "escape f4": _escape,
    "newton fractal": _newton_fractal,
    "kepler": _kepler,
    "collatz": _collatz,
    "bisection": _bisection,
    "srgb decode": _srgb_decode,
    "clip chain": _clip_chain,
    "index 3d": _index_3d,
}


def numba_index_3d(parallel: bool) -> Callable[..., Any]:
    """The index kernel for numba, whose `vectorize` knows no positions: loops over an output array."""
    import numba

    def fill(out: Array, a: Array, scale: Array) -> None:
        for i in numba.prange(a.shape[0]):
            for j in range(a.shape[1]):
                for k in range(a.shape[2]):
                    value = a[i, j, k] * scale[i, j, k]
                    weight = i * 0.5 + j * 0.25 + k * 0.125
                    out[i, j, k] = value + weight if (i + j + k) % 2 == 0 else value - weight

    made: Callable[..., Any] = numba.njit("(f8[:,:,::1], f8[:,:,::1], f8[:,:,::1])", parallel=parallel)(fill)
    return made


def jax_spellings() -> dict[str, Callable[..., Any]]:
    """By name of the case: functions of whole arrays, to be given to `jax.jit`."""
    import jax
    import jax.numpy as jnp
    from jax import lax
    from jax.scipy.special import erf

    def escape(cr: Array, ci: Array) -> Array:
        zero = jnp.zeros((), cr.dtype)
        state = (jnp.int64(0), zero, zero)
        return lax.while_loop(
            lambda s: (s[0] < LIMIT) & (s[1] * s[1] + s[2] * s[2] <= 4.0),
            lambda s: (s[0] + 1, s[1] * s[1] - s[2] * s[2] + cr, 2.0 * s[1] * s[2] + ci),
            state,
        )[0]

    def newton_fractal(zr: Array, zi: Array) -> Array:
        def body(s: Array) -> Array:
            n, x, y, _ = s
            xx, yy = x * x, y * y
            fr, fi = x * xx - 3.0 * x * yy - 1.0, 3.0 * xx * y - y * yy
            done = fr * fr + fi * fi < 1e-20
            dr, di = 3.0 * (xx - yy), 6.0 * x * y
            norm = dr * dr + di * di
            after = x - (fr * dr + fi * di) / norm, y - (fi * dr - fr * di) / norm
            return n + ~done, *after, done

        return lax.while_loop(lambda s: (s[0] < 60) & ~s[3], body, (jnp.int64(0), zr, zi, jnp.bool_(False)))[0]

    def newton(start: Array, step_of: Callable[[Array], Array], limit: int, enough: float) -> Array:
        def body(s: Array) -> Array:
            step = step_of(s[1])
            return s[0] + 1, s[1] - step, jnp.abs(step) < enough

        return lax.while_loop(lambda s: (s[0] < limit) & ~s[2], body, (0, start, jnp.bool_(False)))[1]

    def kepler(anomaly: Array, e: Array) -> Array:
        return newton(anomaly, lambda x: (x - e * jnp.sin(x) - anomaly) / (1.0 - e * jnp.cos(x)), 50, 1e-10)

    def implied_volatility(price: Array, spot: Array, strike: Array, years: Array) -> Array:
        root, moneyness = jnp.sqrt(years), jnp.log(spot / strike)

        def step_of(sigma: Array) -> Array:
            spread = sigma * root
            d1 = (moneyness + 0.5 * spread * spread) / spread
            d2 = d1 - spread
            value = 0.5 * (spot * (1.0 + erf(d1 / 2.0**0.5)) - strike * (1.0 + erf(d2 / 2.0**0.5)))
            return (value - price) / (spot * root * jnp.exp(-0.5 * d1 * d1) / (2.0 * jnp.pi) ** 0.5)

        return newton(jnp.asarray(0.5), step_of, 40, 1e-9)

    def collatz(start: Array) -> Array:
        return lax.while_loop(
            lambda s: s[0] > 1,
            lambda s: (jnp.where(s[0] % 2 == 0, s[0] // 2, 3 * s[0] + 1), s[1] + 1),
            (start, jnp.int64(0)),
        )[1]

    def bisection(c: Array) -> Array:
        def body(s: Array) -> Array:
            middle = 0.5 * (s[0] + s[1])
            below = ((middle - 1.0) * middle + 2.0) * middle < c
            return jnp.where(below, middle, s[0]), jnp.where(below, s[1], middle)

        low, high = lax.while_loop(lambda s: s[1] - s[0] > 1e-12 * (1.0 + jnp.abs(s[0])), body, (-4.0, 4.0))
        return 0.5 * (low + high)

    def srgb_decode(c: Array) -> Array:
        return jnp.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)

    def clip_chain(x: Array, low: Array, high: Array) -> Array:
        y = jnp.where(x < low, low, jnp.where(x > high, high, x))
        return jnp.where(y > 0.5, y * 2.0 - x, jnp.where(y < -0.5, y + low, y * y * high))

    def index_3d(a: Array, scale: Array) -> Array:
        i, j, k = (lax.broadcasted_iota(jnp.int64, a.shape, axis) for axis in range(3))
        weight = i * 0.5 + j * 0.25 + k * 0.125
        return jnp.where((i + j + k) % 2 == 0, a * scale + weight, a * scale - weight)

    looping: dict[str, Callable[..., Any]] = {
        "escape f8": escape,
        "escape f4": escape,
        "newton fractal": newton_fractal,
        "implied volatility": implied_volatility,
        "kepler": kepler,
        "collatz": collatz,
        "bisection": bisection,
    }
    whole: dict[str, Callable[..., Any]] = {"srgb decode": srgb_decode, "clip chain": clip_chain, "index 3d": index_3d}
    return {name: jax.vmap(each) for name, each in looping.items()} | whole
