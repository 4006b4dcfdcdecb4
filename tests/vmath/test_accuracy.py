"""Errors in units in the last place, special values, exact cases, symmetry: against the C library and mathematics."""

from __future__ import annotations

import ctypes
import math

import numpy as np
import pytest

from tests.vmath import samples, unit
from tests.vmath.unit import Name

pytestmark = pytest.mark.needs_cc

ACCURATE = unit.names(False)
FAST = unit.names(True)
ODD = ("expm1", "log1p", "sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "cbrt", "erf")


def _id(name: Name) -> str:
    return name.c


def errors(name: Name, got: np.ndarray, hi: np.ndarray, lo: np.ndarray) -> np.ndarray:
    """Of finite values, in units in the last place of hi + lo; zero elsewhere."""
    digits, lowest = (53, -1074) if name.kind == "f64" else (24, -149)
    with np.errstate(all="ignore"):
        fraction, exponent = np.frexp(hi)
        below = (abs(fraction) == 0.5) & (lo != 0) & ((lo < 0) == (hi > 0))
        place = np.maximum(exponent - below - digits, lowest)
        wide = got.astype(np.longdouble)
        off = np.ldexp(abs((wide - hi) - lo), -place)
        largest = np.finfo(name.type).max
        return np.where((abs(hi) <= largest) & np.isfinite(got), off, 0).astype(float)


def odd_ones(name: Name, got: np.ndarray, hi: np.ndarray, lo: np.ndarray) -> np.ndarray:
    """Where one is nan, infinite or zero and the other is not; overflow may begin one unit early or late."""
    with np.errstate(all="ignore"):
        rounded = hi.astype(name.type)
        largest = np.finfo(name.type).max
        same = (got == rounded) | (np.isnan(got) & np.isnan(rounded))
        strange = ~np.isfinite(got) | ~np.isfinite(rounded) | ((hi == 0) & (lo == 0))
        edge = (abs(got) >= largest) & (abs(rounded) >= largest) & (np.sign(got) == np.sign(rounded))
        return strange & ~same & ~edge


def _check(best: ctypes.CDLL, references: ctypes.CDLL, name: Name, bound: float, *arguments: np.ndarray) -> None:
    got = unit.run(best, "contiguous", name, *arguments)
    hi, lo = unit.exact(references, name, *arguments)
    wrong = odd_ones(name, got, hi, lo)
    if name.fast:
        wrong &= abs(hi) >= np.finfo(name.type).tiny  # subnormal results are free
    where = [[float(a[k]) for a in arguments] for k in np.flatnonzero(wrong)[:3]]
    assert not wrong.any(), f"{where}: {got[wrong][:3]} for {hi[wrong][:3]}"
    off = errors(name, got, hi, lo)
    if name.fast:
        off[abs(hi) < np.finfo(name.type).tiny] = 0
    k = int(np.argmax(off))
    assert off[k] <= bound, f"{[float(a[k]) for a in arguments]}: {got[k]} is off by {off[k]}"


@pytest.mark.parametrize("name", ACCURATE, ids=_id)
def test_at_most_one_unit(name: Name, best: ctypes.CDLL, references: ctypes.CDLL) -> None:
    _check(best, references, name, 1.0, *samples.points(name, 200_000))


def test_tan_of_float_close_to_multiples_of_half_pi(best: ctypes.CDLL, references: ctypes.CDLL) -> None:
    """Where the reduced angle is so small that its tail counts beside it; the first was off by 92 units once."""
    multiples = np.arange(1, 1 << 17) * (np.pi / 2)
    found = [multiples.astype(np.float32), np.array([float.fromhex("0x1.9a48dep+15")], np.float32)]
    x = np.concatenate([*found, np.nextafter(found[0], np.float32(0)), np.nextafter(found[0], np.float32(np.inf))])
    _check(best, references, Name("tan", "f32"), 1.0, x)


@pytest.mark.parametrize("name", FAST, ids=_id)
def test_fast_at_most_four_units(name: Name, best: ctypes.CDLL, references: ctypes.CDLL) -> None:
    _check(best, references, name, 4.0, *samples.points(name, 200_000))


@pytest.mark.parametrize("name", ACCURATE, ids=_id)
def test_special_values_and_signs(name: Name, best: ctypes.CDLL, references: ctypes.CDLL) -> None:
    arguments = samples.special(name)
    _check(best, references, name, 1.0, *arguments)
    got = unit.run(best, "contiguous", name, *arguments)
    hi, _ = unit.exact(references, name, *arguments)
    known = ~np.isnan(hi)
    assert (np.signbit(got) == np.signbit(hi))[known].all(), [
        a[known & (np.signbit(got) != np.signbit(hi))] for a in arguments
    ]


@pytest.mark.parametrize("name", FAST, ids=_id)
def test_fast_special_values(name: Name, best: ctypes.CDLL, references: ctypes.CDLL) -> None:
    _check(best, references, name, 4.0, *samples.special(name))


@pytest.mark.parametrize("name", [n for n in ACCURATE if n.kind == "f64" and n.function != "erfc"], ids=_id)
def test_against_mpmath(name: Name, best: ctypes.CDLL) -> None:
    mpmath = pytest.importorskip("mpmath")
    named = {"exp2": lambda x: mpmath.mpf(2) ** x, "log2": lambda x: mpmath.log(x, 2), "pow": mpmath.power,
             "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x))}  # fmt: skip
    compute = named.get(name.function) or getattr(mpmath, name.function)
    arguments = [a[::400] for a in samples.points(name, 200_000)]
    arguments = [np.ascontiguousarray(a) for a in arguments]
    got = unit.run(best, "contiguous", name, *arguments)
    for k in np.flatnonzero(np.isfinite(got) & (got != 0)):
        given = [float(a[k]) for a in arguments]
        bits = 1300 if name.function in ("sin", "cos", "tan") else 200
        with mpmath.workprec(bits):
            value = compute(*map(mpmath.mpf, given))
            place = max(mpmath.frexp(value)[1] - 53, -1074)
            off = abs(mpmath.mpf(float(got[k])) - value) / mpmath.ldexp(1, place)
        assert off <= 1.0, (given, float(got[k]), float(off))


def one(best: ctypes.CDLL, function: str, kind: str, *values: float) -> float:
    name = Name(function, kind)
    return float(unit.run(best, "contiguous", name, *(np.array([v], name.type) for v in values))[0])


@pytest.mark.parametrize("kind", unit.KINDS)
def test_exact_cases(kind: str, best: ctypes.CDLL) -> None:
    def f(function: str, *values: float) -> float:
        return one(best, function, kind, *values)

    digits, lowest, highest = (53, -1074, 1023) if kind == "f64" else (24, -149, 127)
    assert [f(name, 0.0) for name in ("exp", "exp2", "cos", "cosh", "erfc")] == [1.0] * 5
    for k in range(lowest, highest + 1):
        assert f("exp2", k) == 2.0**k
        assert f("log2", 2.0**k) == k
        assert f("pow", 2.0, k) == 2.0**k
    for k in range(1, 23 if kind == "f64" else 11):
        assert f("pow", 10.0, k) == 10.0**k
        assert f("log10", 10.0**k) == k
    for k in range(1, 200):
        cube = float(k**3)
        assert f("cbrt", cube) == k
        assert f("cbrt", -cube) == -k
        assert f("pow", cube, 1.0) == cube
        assert f("pow", float(k), 3.0) == k**3
        assert f("pow", float(-k), 3.0) == -(k**3)
        assert f("pow", float(k), 0.0) == 1
        assert f("hypot", 3.0 * k, 4.0 * k) == 5 * k
        assert f("hypot", 5.0 * k, 12.0 * k) == 13 * k
        assert f("pow", float(k * k), 0.5) == k
    for k in range(lowest // 3 + 1, highest // 3 - 2):
        assert f("cbrt", 343 * 2.0 ** (3 * k)) == 7 * 2.0**k
    for base in (3, 5, 6, 7, 11, 13):
        power = 1
        while base**power < 2**digits:
            assert f("pow", float(base), power) == float(base**power)
            power += 1
    assert f("log", 1.0) == 0.0
    assert f("acos", 1.0) == 0.0
    assert f("acosh", 1.0) == 0.0


def test_familiar_values(best: ctypes.CDLL) -> None:
    assert one(best, "cos", "f64", math.pi) == -1
    assert one(best, "sin", "f64", math.pi / 2) == 1
    assert one(best, "sin", "f64", math.pi) == 1.2246467991473532e-16
    assert one(best, "pow", "f64", 10.0, -1.0) == 0.1
    assert one(best, "atan2", "f64", 0.0, -1.0) == math.pi
    assert one(best, "asin", "f64", 1.0) == math.pi / 2
    assert one(best, "acos", "f64", -1.0) == math.pi
    assert one(best, "exp", "f64", 1.0) == math.e
    # The double that lies nearest to a multiple of pi/2, relative to its own spacing.
    hard = 6381956970095103.0 * 2.0**797
    assert one(best, "cos", "f64", hard) == -4.68716592425462761112e-19
    assert abs(one(best, "sin", "f64", hard)) == 1


def test_squares_are_products(best: ctypes.CDLL) -> None:
    for kind, (type, _) in unit.KINDS.items():
        x = samples.points(Name("cbrt", kind), 20_000)[0]
        with np.errstate(all="ignore"):
            want = (x * x).astype(type)
        np.testing.assert_array_equal(unit.run(best, "contiguous", Name("pow", kind), x, np.full_like(x, 2)), want)
        np.testing.assert_array_equal(unit.run(best, "contiguous", Name("pow", kind), x, np.full_like(x, 1)), x)


# expm1 and log1p, odd at zero only, keep the sign and nothing more.
SYMMETRIC = {*ODD, "cos", "cosh"} - {"expm1", "log1p"}


@pytest.mark.parametrize("name", [n for n in ACCURATE if n.function in SYMMETRIC], ids=_id)
def test_symmetry(name: Name, best: ctypes.CDLL) -> None:
    x = samples.points(name, 40_000)[0]
    up, down = unit.run(best, "contiguous", name, x), unit.run(best, "contiguous", name, -x)
    sign = -1 if name.function in ODD else 1
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(down, sign * up)


@pytest.mark.parametrize("name", [n for n in ACCURATE if n.function not in ("sin", "cos", "tan", *unit.TWO)], ids=_id)
def test_monotonic_where_formulas_meet(name: Name, best: ctypes.CDLL) -> None:
    """Neighbours: a step back of at most one unit, and none of the formulas' own making at their joints."""
    for joint in samples.JOINTS[name.function]:
        start = np.array([joint], name.type)
        whole = start.view(f"i{start.itemsize}") + np.arange(-2000, 2001)
        x = whole.astype(f"i{start.itemsize}").view(name.type)
        got = unit.run(best, "contiguous", name, x)
        got = got[np.isfinite(got)].astype(np.longdouble)
        falls = (name.function in ("acos", "erfc")) != (joint < 0)  # the bits of a negative float count downwards
        steps = np.diff(got) * (-1 if falls else 1)
        unit_here = float(np.spacing(np.max(abs(got)).astype(name.type))) if got.size else 0
        assert steps.size == 0 or steps.min() >= -unit_here, (joint, steps.min(), unit_here)
