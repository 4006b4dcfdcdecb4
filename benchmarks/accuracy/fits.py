"""What of the iris_vm headers `coefficients` cannot fit by interpolation: rounded coefficients, and tables.

A `Fit` is a weighted least squares fit at Chebyshev points whose coefficients are rounded one after the other, the
constant first, each time fitting the rest anew: the later ones make good what the rounding of the earlier ones did.
A `Table` is a C array of doubles.  `coefficients` writes both.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

import mpmath
from mpmath import mp, mpf

from benchmarks.accuracy.coefficients import HALF_LN2, QUARTER, WIDER, Polynomial, _exp_tail, _hex

Number = Callable[[mpf], mpf]


@dataclass(frozen=True)
class Fit(Polynomial):
    """`of` times `scale` is what is fitted: the error of the result."""

    def fit(self) -> list[mpf]:
        count = self.degree + 1
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        points = [middle + half * mpmath.cos(mp.pi * (2 * k + 1) / (8 * count)) for k in range(4 * count)]
        weights = [self.scale(x) if self.scale else mpf(1) for x in points]
        columns = [[w * x**j for x, w in zip(points, weights, strict=True)] for j in range(count)]
        values = [w * self.of(x) for x, w in zip(points, weights, strict=True)]
        products = [[mpmath.fdot(a, b) for b in columns] for a in columns]
        wanted = [mpmath.fdot(a, values) for a in columns]
        known: list[mpf] = []
        while len(known) < count:
            first = len(known)
            rest = range(first, count)
            matrix = mpmath.matrix([[products[i][j] for j in rest] for i in rest])
            left = [wanted[i] - mpmath.fdot(known, products[i][:first]) for i in rest]
            known.append(self.rounded(mpmath.lu_solve(matrix, mpmath.matrix(left))[0]))
        return known


@dataclass(frozen=True)
class Table:
    """`numbers` in an array of `length`, which zeros fill: an index is safe whatever its argument was."""

    name: str
    note: str
    numbers: Callable[[], list[float]]
    length: int

    def text(self) -> str:
        words = [_hex(number, ",") for number in self.numbers()]
        lines = [f"/* {self.note} */", f"static const double {self.name}[{self.length}] = {{"]
        lines += ["    " + " ".join(words[k : k + 4]) for k in range(0, len(words), 4)]
        return "\n".join([*lines, "};"])


def _rounded(value: mpf, bits: int = 53) -> mpf:
    with mp.workprec(bits):
        return +value


def nearly_exact(of: Number, near: mpf, step: mpf, bits: int) -> tuple[mpf, mpf]:
    """Of the arguments by `step` around `near`, the one whose value is best in `bits`, and that value."""
    arguments = [near + k * step for k in range(-200, 201)]
    best = min(arguments, key=lambda x: abs(_rounded(of(x), bits) - of(x)))
    return best, _rounded(of(best), bits)


# erf by nodes: k / 64 for k up to 380.  What the value at a node lacks stands in the low six bits of the slope.
NODES, LOW_BITS, LOW_UNIT = 381, 6, mpf(2) ** -58


def _over(s: mpf) -> mpf:
    """erf(s) / s."""
    return mpmath.erf(s) / s if s else 2 / mpmath.sqrt(mp.pi)


def erf_nodes() -> list[float]:
    return [float(_rounded(_over(mpf(k) / 64))) for k in range(NODES)]


def erf_slopes() -> list[float]:
    return [_slope(mpf(k) / 64) for k in range(NODES)]


def _slope(r: mpf) -> float:
    slope = 2 / mpmath.sqrt(mp.pi) * mpmath.exp(-r * r) - _over(r)
    lost = _over(r) - _rounded(_over(r))
    half = 1 << LOW_BITS - 1
    low = min(max(int(mpmath.nint(lost / LOW_UNIT)) + half, 0), 2 * half - 1)
    bits = struct.unpack("<q", struct.pack("<d", float(slope or mpf(2) ** -80)))[0] >> LOW_BITS
    some = [struct.unpack("<d", struct.pack("<q", bits + k << LOW_BITS | low))[0] for k in (-1, 0, 1)]
    return min(some, key=lambda x: float(abs(x - slope)))


def _scaled_erfc(s: mpf) -> mpf:
    """exp(s^2) erfc(s)."""
    return mpmath.exp(s * s) * mpmath.erfc(s)


def _ratio(t: mpf, pole: mpf, root: mpf) -> mpf:
    s = (t * pole + root) / (1 - t)
    return (1 + mpf("1.5") * s) * _scaled_erfc(s)


def _slope_of(of: Number, start: mpf) -> Number:
    return lambda t: (of(t) - start) / t


POLE, ROOT = mpf("3.5"), mpf("4.03125")
POLE_F32 = mpf("2.5")


def _ratio_f64(t: mpf) -> mpf:
    return _ratio(t, POLE, ROOT)


# (1 + 3s/2) exp(s^2) erfc(s) where it is nearly a float.
ROOT_F32, MIDDLE_F32 = nearly_exact(lambda s: (1 + mpf("1.5") * s) * _scaled_erfc(s), mpf("2.8125"), mpf(2) ** -10, 24)


def _ratio_f32(t: mpf) -> mpf:
    return _ratio(t, POLE_F32, ROOT_F32)


# erf(s) / s - 1 at the square root of a number near 1/2, where it is nearly a float.
SQUARE, BEND = nearly_exact(lambda z: _over(mpmath.sqrt(z)) - 1, mpf("0.5"), mpf(2) ** -18, 24)
TWO_OVER_ROOT_PI = 2 / mpmath.sqrt(mp.pi)


def _from_middle(u: mpf) -> mpf:
    return (_over(mpmath.sqrt(SQUARE + u)) - 1 - BEND) / u


def _root_of_erfc(t: mpf) -> mpf:
    return mpmath.sqrt(mpmath.erfc(mpf("1.5") + t))


def _less_start(start: mpf) -> Number:
    """(erf(s) / s - start) / s^2, of the square."""
    return lambda z: (_over(mpmath.sqrt(z)) - start) / z


def _exp_bend(r: mpf) -> mpf:
    return (mpmath.exp(r) - 1 - r) / r**2


# atan by quarters of octaves: their middles, by the exponents of two.
def _middles(first: int, end: int) -> list[mpf]:
    return [mpf(2) ** e * (1 + mpf(2 * k + 1) / 8) for e in range(first, end) for k in range(4)]


def _atan_rows() -> list[mpf]:
    return [mpf(0), *map(mpmath.atan, _middles(-5, 5)), mp.pi / 2]


def _atan_packed() -> list[float]:
    """A head is from 2^-7 to 2: its upper nine bits hold what it lacks, as a multiple of 2^-61 plus 256."""

    def packed(angle: mpf) -> float:
        head = _rounded(angle)
        lacks = int(mpmath.nint((angle - head) * mpf(2) ** 61)) + 256
        bits = struct.unpack("<Q", struct.pack("<d", float(head)))[0]
        return float(struct.unpack("<d", struct.pack("<Q", bits & (1 << 55) - 1 | lacks << 55))[0])

    return [packed(angle) for angle in _atan_rows()]


def _atan2_rows() -> list[mpf]:
    """The row is what the bits of the middle have after the first seven: 8 for 2^-5; row 0 is for less."""
    angles = [mpf(0)] * 8 + [mpmath.atan(c) for c in _middles(-5, 0)] + [mpf(0)] * 4
    return [turn + sign * a for turn, sign in ((0, 1), (mp.pi / 2, -1), (mp.pi, -1), (mp.pi / 2, 1)) for a in angles]


def heads(rows: Callable[[], list[mpf]]) -> Callable[[], list[float]]:
    return lambda: [float(_rounded(a)) for a in rows()]


def tails(rows: Callable[[], list[mpf]]) -> Callable[[], list[float]]:
    return lambda: [float(a - _rounded(a)) for a in rows()]


def _atan_near(z: mpf) -> mpf:
    t = mpmath.sqrt(z)
    return (mpmath.atan(t) - t) / t**3


def _atan_slope(u: mpf) -> mpf:
    t = mpmath.sqrt(u + mpf("0.5"))
    return mpmath.atan(t) / t


def _tanh_tail(z: mpf) -> mpf:
    x = mpmath.sqrt(z)
    return (mpmath.tanh(x) - x) / x**3


def _sinh_tail(z: mpf) -> mpf:
    x = mpmath.sqrt(z)
    return (mpmath.sinh(x) - x) / x**3


def _atanh_tail(z: mpf) -> mpf:
    s = mpmath.sqrt(z)
    return (mpmath.atanh(s) - s) / s**3


def _cot_slope(z: mpf) -> mpf:
    r = mpmath.sqrt(z)
    return (1 - r * mpmath.cot(r)) / z


def _log_tail(g: mpf) -> mpf:
    return (mpmath.log1p(g) - g + g**2 / 2) / g**3


EVERY: tuple[Fit | Table, ...] = (
    Fit(
        "iris_vm_exp_tail_f32",
        "(exp(x) - 1 - x - x^2/2) / x^3 on |x| <= ln(2)/2",
        _exp_tail,
        -HALF_LN2,
        HALF_LN2,
        5,
        single=True,
        scale=lambda r: r**3,
    ),
    Fit(
        "iris_vm_cot_slope_f32",
        "(1 - r cot(r)) / r^2, x = r^2, on |r| <= pi/4 + 1/100",
        _cot_slope,
        mpf("1e-9"),
        WIDER,
        3,
        single=True,
        scale=lambda z: z,
        pairs=True,
    ),
    Fit(
        "iris_vm_cot_slope",
        "(1 - r cot(r)) / r^2, x = r^2, on |r| <= pi/4",
        _cot_slope,
        mpf("1e-12"),
        QUARTER,
        8,
        scale=lambda z: z,
    ),
    Fit(
        "iris_vm_log_tail_f32",
        "(log(1 + x) - x + x^2/2) / x^3, 1 + x from sqrt(1/2) to sqrt(2)",
        _log_tail,
        mpmath.sqrt(mpf("0.5")) - 1,
        mpmath.sqrt(mpf(2)) - 1,
        8,
        single=True,
        scale=lambda g: g**2,
        pairs=True,
    ),
    Fit(
        "iris_vm_tanh_bend",
        "((tanh(s) - s) / s^3 + 1/3) / s^2, x = s^2, on |s| <= 1",
        lambda z: (_tanh_tail(z) + _rounded(mpf(1) / 3)) / z,
        mpf("1e-7"),
        mpf(1),
        15,
        scale=lambda z: z**2,
    ),
    Fit(
        "iris_vm_tanh_exp",
        "(exp(2x) - 1) / x on |x| <= ln(2)/4",
        lambda r: mpmath.expm1(2 * r) / r,
        -HALF_LN2 / 2,
        HALF_LN2 / 2,
        10,
        scale=lambda r: r,
    ),
    Fit(
        "iris_vm_sinh_small",
        "(sinh(s) - s) / s^3, x = s^2, on |s| <= 1",
        _sinh_tail,
        mpf("1e-12"),
        mpf(1),
        7,
        scale=lambda z: z,
    ),
    Fit(
        "iris_vm_tanh_bend_f32",
        "((tanh(s) - s) / s^3 + 1/3) / s^2, x = s^2, on |s| <= 1",
        lambda z: (_tanh_tail(z) + _rounded(mpf(1) / 3, 24)) / z,
        mpf("1e-4"),
        mpf(1),
        5,
        single=True,
        scale=lambda z: z**2,
        chain=True,
    ),
    Fit(
        "iris_vm_tanh_exp_f32",
        "(exp(2x) - 1) / x on |x| <= ln(2)/4",
        lambda r: mpmath.expm1(2 * r) / r,
        -HALF_LN2 / 2,
        HALF_LN2 / 2,
        5,
        single=True,
        scale=lambda r: r,
        chain=True,
    ),
    Fit(
        "iris_vm_sinh_small_f32",
        "(sinh(s) - s) / s^3, x = s^2, on |s| <= 1",
        _sinh_tail,
        mpf("1e-9"),
        mpf(1),
        3,
        single=True,
        scale=lambda z: z,
    ),
    Fit(
        "iris_vm_atanh_tail",
        "(atanh(s) - s) / s^3, x = s^2, on |s| <= 0.2006",
        _atanh_tail,
        mpf("1e-12"),
        mpf("0.2006") ** 2,
        8,
        scale=lambda z: z,
        pairs=True,
    ),
    Fit(
        "iris_vm_atanh_tail_f32",
        "(atanh(s) - s) / s^3, x = s^2, on |s| <= 0.2006",
        _atanh_tail,
        mpf("1e-9"),
        mpf("0.2006") ** 2,
        3,
        single=True,
        scale=lambda z: z,
        pairs=True,
    ),
    Table("iris_vm_atan_rows", "atan(c); the upper nine bits: what it lacks", _atan_packed, 42),
    Table("iris_vm_atan2_heads", "atan(c), pi/2 - atan(c), pi - atan(c), pi/2 + atan(c)", heads(_atan2_rows), 128),
    Table("iris_vm_atan2_tails", "and what they lack", tails(_atan2_rows), 128),
    Fit(
        "iris_vm_atan_near",
        "(atan(t) - t) / t^3, x = t^2, on |t| <= 0.0725",
        _atan_near,
        mpf("1e-12"),
        mpf("0.0725") ** 2,
        4,
        scale=lambda z: z,
    ),
    Fit(
        "iris_vm_atan_bend_f32",
        "atan(t) / t - 7/8, x = t^2 - 1/2, on |t| <= 1",
        lambda u: _atan_slope(u) - mpf("0.875"),
        mpf("1e-9") - mpf("0.5"),
        mpf("0.5"),
        9,
        single=True,
        scale=lambda u: 1 / _atan_slope(u),
        pairs=True,
    ),
    Table("iris_vm_erf_nodes", "erf(r) / r, r = k / 64", erf_nodes, 512),
    Table("iris_vm_erf_slopes", "erf'(r) - erf(r) / r; low bits: what the node lacks", erf_slopes, 512),
    Fit(
        "iris_vm_erfc_small",
        "(erf(s) / s - 2/sqrt(pi)) / s^2, x = s^2, on |s| <= 5/16",
        _less_start(TWO_OVER_ROOT_PI),
        mpf("1e-10"),
        mpf("0.0978"),
        6,
        scale=lambda z: z,
    ),
    Fit(
        "iris_vm_erfc_exp",
        "(exp(x) - 1 - x) / x^2 on |x| <= ln(2)/2",
        _exp_bend,
        -HALF_LN2,
        HALF_LN2,
        10,
        scale=lambda r: r**2,
    ),
    Fit(
        "iris_vm_erfc_bend",
        "(R(x) - R(0)) / x, R((s-129/32)/(s+7/2)) = (1+3s/2) exp(s^2) erfc(s), 5/16 <= s <= 28",
        _slope_of(_ratio_f64, _rounded(_ratio_f64(mpf(0)))),
        (mpf("0.3125") - ROOT) / (mpf("0.3125") + POLE),
        (28 - ROOT) / (28 + POLE),
        21,
        scale=lambda t: t / _ratio_f64(t),
    ),
    Fit(
        "iris_vm_erf_small_f32",
        "(erf(s) / s - value at x = 0) / x, x = s^2 - 1/2 or a little more, on |s| <= 1",
        _from_middle,
        -SQUARE + mpf("1e-12"),
        1 - SQUARE,
        5,
        single=True,
        scale=lambda u: u,
    ),
    Fit(
        "iris_vm_erf_root_f32",
        "sqrt(erfc(s)), x = s - 3/2, on 1 <= s <= 63/16",
        _root_of_erfc,
        mpf("-0.5"),
        mpf("2.4375"),
        11,
        single=True,
        scale=lambda t: 2 * _root_of_erfc(t),
    ),
    Fit(
        "iris_vm_erfc_small_f32",
        "(erf(s) / s - 2/sqrt(pi)) / s^2, x = s^2, on |s| <= 9/32",
        _less_start(_rounded(TWO_OVER_ROOT_PI, 24)),
        mpf("1e-9"),
        mpf("0.0793"),
        3,
        single=True,
        scale=lambda z: z * mpmath.sqrt(z),
    ),
    Fit(
        "iris_vm_erfc_exp_f32",
        "(exp(x) - 1 - x) / x^2 on |x| <= ln(2)/2",
        _exp_bend,
        -HALF_LN2,
        HALF_LN2,
        5,
        single=True,
        scale=lambda r: r**2,
    ),
    Fit(
        "iris_vm_erfc_bend_f32",
        "(R(x) - R(0)) / x, R((s-s0)/(s+5/2)) = (1+3s/2) exp(s^2) erfc(s), 1/4 <= s <= 10.3",
        _slope_of(_ratio_f32, MIDDLE_F32),
        (mpf("0.25") - ROOT_F32) / (mpf("0.25") + POLE_F32),
        (mpf("10.3") - ROOT_F32) / (mpf("10.3") + POLE_F32),
        8,
        single=True,
        scale=lambda t: t / _ratio_f32(t),
    ),
)
