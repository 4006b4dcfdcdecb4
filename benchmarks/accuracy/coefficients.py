"""Every polynomial of the iris_vm headers, from the mathematics: fits, checks, and writes them where they stand.

    python -m benchmarks.accuracy.coefficients            the error of each fit
    python -m benchmarks.accuracy.coefficients --write    renew the polynomials in runtime_c/iris_vm_*.h
    python -m benchmarks.accuracy.coefficients --check    fail if a header holds other numbers

A fit interpolates at Chebyshev points in 400-bit arithmetic (within a factor of two of the minimax polynomial, and it
never fails to converge), and its coefficients are then rounded to the type they are used in.  A header names a
polynomial by a line `/* polynomial NAME */`; what follows up to `/* end */` is written by this program.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import mpmath
from mpmath import mp, mpf

if TYPE_CHECKING:
    from benchmarks.accuracy import fits

mp.prec = 400
RUNTIME = Path(__file__).resolve().parents[2] / "runtime_c"
LN2 = mpmath.log(2)
Real = Callable[[mpf], mpf]


@dataclass(frozen=True)
class Polynomial:
    """A fit to `of` over [low, high]; `note` says in words what it approximates."""

    name: str
    note: str
    of: Real
    low: mpf
    high: mpf
    degree: int
    single: bool = False  # coefficients and arithmetic in float
    scale: Real | None = None  # what the error is multiplied by, relative to the result
    pairs: bool = False  # a shorter chain of more instructions
    chain: bool = False  # a longer chain of fewer

    def fit(self) -> list[mpf]:
        """Coefficients, the constant first, as they are rounded."""
        count = self.degree + 1
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        points = [middle + half * mpmath.cos(mp.pi * (2 * k + 1) / (2 * count)) for k in range(count)]
        with mp.workprec(2000):  # differences of nearly equal numbers, near zero
            values = [self.of(point) for point in points]
        return [self.rounded(c) for c in _interpolate(points, values)]

    def rounded(self, value: mpf) -> mpf:
        with mp.workprec(24 if self.single else 53):
            return +value

    def error(self, coefficients: list[mpf]) -> mpf:
        """The largest error on a grid, after scaling."""
        worst = mpf(0)
        for k in range(201):
            x = self.low + (self.high - self.low) * (k + mpf("0.37")) / 202
            scale = self.scale(x) if self.scale else mpf(1)
            value = mpmath.polyval(coefficients[::-1], x)
            worst = max(worst, abs((value - self.of(x)) * scale))
        return worst

    def text(self) -> str:
        """The C function: two Horner chains, of the even and the odd powers, so that they run side by side."""
        kind, fma, suffix = ("float", "__builtin_fmaf", "f") if self.single else ("double", "__builtin_fma", "")
        numbers = [_hex(c, suffix) for c in self.fit()]
        lines = [f"/* {self.note} */", f"IRIS_VM {kind} {self.name}({kind} x) {{"]
        if self.chain or (self.degree < 4 and not self.pairs):
            lines.append(f"  {kind} p = {numbers[-1]};")
            lines += [f"  p = {fma}(p, x, {c});" for c in numbers[-2::-1]]
            return "\n".join([*lines, "  return p;", "}"])
        if self.pairs:
            return "\n".join([*lines, *_by_pairs(numbers, kind, fma), "}"])
        even, odd = numbers[0::2], numbers[1::2]
        lines.append(f"  const {kind} z = x * x;")
        for chain, parts in (("even", even), ("odd", odd)):
            lines.append(f"  {kind} {chain} = {parts[-1]};")
            lines += [f"  {chain} = {fma}({chain}, z, {c});" for c in parts[-2::-1]]
        return "\n".join([*lines, f"  return {fma}(odd, x, even);", "}"])


def _by_pairs(numbers: list[str], kind: str, fma: str) -> list[str]:
    """Two neighbours at a time, then two of those, then one chain of what there is."""
    lines, terms = [f"  const {kind} z = x * x;"], numbers
    for power, name in (("x", "p"), ("z", "q")):
        for k in range(0, len(terms) - 1, 2):
            lines.append(f"  const {kind} {name}{k // 2} = {fma}({power}, {terms[k + 1]}, {terms[k]});")
        terms = [f"{name}{k}" for k in range(len(terms) // 2)] + terms[len(terms) // 2 * 2 :]
    if len(terms) == 1:
        return [*lines, f"  return {terms[0]};"]
    lines += [f"  const {kind} zz = z * z;", f"  {kind} r = {terms[-1]};"]
    lines += [f"  r = {fma}(r, zz, {c});" for c in terms[-2::-1]]
    return [*lines, "  return r;"]


def _interpolate(points: list[mpf], values: list[mpf]) -> list[mpf]:
    """Newton's divided differences, expanded into powers."""
    table = list(values)
    for level in range(1, len(points)):
        for k in range(len(points) - 1, level - 1, -1):
            table[k] = (table[k] - table[k - 1]) / (points[k] - points[k - level])
    powers = [table[-1]]
    for k in range(len(points) - 2, -1, -1):
        shifted = [mpf(0), *powers]
        powers = [s - points[k] * p for s, p in zip(shifted, [*powers, mpf(0)], strict=True)]
        powers[0] += table[k]
    return powers


def _hex(value: mpf, suffix: str) -> str:
    text = float(value).hex()
    text = re.sub(r"0+p", "p", text).replace(".p", "p")
    return text + suffix


def _root(of: Real) -> Real:
    """A function of z = x * x, given as one of x."""
    return lambda z: of(mpmath.sqrt(z))


def _exp_tail(r: mpf) -> mpf:
    return (mpmath.exp(r) - 1 - r - r**2 / 2) / r**3


def _exp2_tail(x: mpf) -> mpf:
    return (mpmath.exp(x * LN2) - 1 - x * LN2) / x**2


def _log_tail(s: mpf) -> mpf:
    return (mpmath.log((1 + s) / (1 - s)) - 2 * s) / s**3


def _log_over_third(x: mpf) -> mpf:
    s = mpmath.sqrt(x)
    return mpmath.log((1 + 3 * s / 2) / (1 - 3 * s / 2)) / s


def _sin_tail(r: mpf) -> mpf:
    return (mpmath.sin(r) - r) / r**3


def _cos_tail(r: mpf) -> mpf:
    return (mpmath.cos(r) - 1 + r**2 / 2) / r**4


def _asin_tail(s: mpf) -> mpf:
    return (mpmath.asin(s) - s) / s**3


def _cube_step(h: mpf) -> mpf:
    return (1 - h) ** (-mpf(1) / 3)


STEP = mpf("0.103")
HALF_LN2 = LN2 / 2 * mpf("1.0001")
QUARTER = (mp.pi / 4 * mpf("1.0001")) ** 2
WIDER = (mp.pi / 4 + mpf("0.01")) ** 2
S2 = (mpmath.sqrt(2) - 1) ** 2 / (mpmath.sqrt(2) + 1) ** 2 * mpf("1.001")

POLYNOMIALS = (
    Polynomial(
        "iris_vm_exp_curve",
        "(exp(x) - 1 - x) / x^2 on |x| <= 0.373",
        lambda r: (mpmath.exp(r) - 1 - r) / r**2,
        mpf("-0.373"),
        mpf("0.373"),
        10,
        scale=lambda r: r**2,
        pairs=True,
    ),
    Polynomial(
        "iris_vm_exp_curve_f32",
        "(exp(x) - 1 - x) / x^2 on |x| <= ln(2)/2",
        lambda r: (mpmath.exp(r) - 1 - r) / r**2,
        -HALF_LN2,
        HALF_LN2,
        5,
        single=True,
        scale=lambda r: r**2,
    ),
    Polynomial(
        "iris_vm_exp_tail",
        "(exp(x) - 1 - x - x^2/2) / x^3 on |x| <= ln(2)/2",
        _exp_tail,
        -HALF_LN2,
        HALF_LN2,
        9,
        scale=lambda r: r**3,
    ),
    Polynomial(
        "iris_vm_exp2_tail",
        "(2^x - 1 - x ln(2)) / x^2 on |x| <= 1/2",
        _exp2_tail,
        mpf("-0.5"),
        mpf("0.5"),
        10,
        scale=lambda r: r**2,
    ),
    Polynomial(
        "iris_vm_exp2_tail_f32",
        "(2^x - 1 - x ln(2)) / x^2 on |x| <= 1/2",
        _exp2_tail,
        mpf("-0.5"),
        mpf("0.5"),
        5,
        single=True,
        scale=lambda r: r**2,
    ),
    Polynomial(
        "iris_vm_log_tail",
        "(log((1+s)/(1-s)) - 2s) / s^3, x = s^2, on |s| <= 0.1716",
        _root(_log_tail),
        mpf(0),
        S2,
        6,
        scale=lambda z: z / 2,
    ),
    Polynomial(
        "iris_vm_sin_tail",
        "(sin(r) - r) / r^3, x = r^2, on |r| <= pi/4",
        _root(_sin_tail),
        mpf(0),
        QUARTER,
        6,
        scale=lambda z: z,
    ),
    Polynomial(
        "iris_vm_cos_tail",
        "(cos(r) - 1 + r^2/2) / r^4, x = r^2, on |r| <= pi/4",
        _root(_cos_tail),
        mpf(0),
        QUARTER,
        5,
        scale=lambda z: z**2,
    ),
    Polynomial(
        "iris_vm_sin_tail_f32",
        "(sin(r) - r) / r^3, x = r^2, on |r| <= pi/4 + 1/100",
        _root(_sin_tail),
        mpf(0),
        WIDER,
        3,
        single=True,
        scale=lambda z: z,
    ),
    Polynomial(
        "iris_vm_cos_tail_f32",
        "(cos(r) - 1 + r^2/2) / r^4, x = r^2, on |r| <= pi/4 + 1/100",
        _root(_cos_tail),
        mpf(0),
        WIDER,
        2,
        single=True,
        scale=lambda z: z**2,
    ),
    Polynomial(
        "iris_vm_pow_curve",
        "(log((1+3s/2)/(1-3s/2)) / s - 3 - 73/32 x) / x, x = s^2, on |s| <= 0.1144",
        lambda x: (_log_over_third(x) - 3 - mpf(73) / 32 * x) / x,
        mpf(0),
        S2 / mpf("2.25"),
        8,
        scale=lambda x: x / 3,
    ),
    Polynomial(
        "iris_vm_pow_log2_f32",
        "log2((1+s)/(1-s)) / s, x = s^2, on |s| <= 0.1716",
        _root(lambda s: mpmath.log((1 + s) / (1 - s), 2) / s),
        mpf(0),
        S2,
        4,
        scale=lambda z: mpf(1) / 3,
    ),
    Polynomial("iris_vm_pow_exp2_f32", "2^x on |x| <= 1/2", lambda x: mpf(2) ** x, mpf("-0.5"), mpf("0.5"), 6),
    Polynomial(
        "iris_vm_sinh_tail",
        "(sinh(r) - r) / r^3, x = r^2, on |r| <= ln(2)/2",
        _root(lambda r: (mpmath.sinh(r) - r) / r**3),
        mpf(0),
        HALF_LN2**2,
        5,
        scale=lambda z: z,
    ),
    Polynomial(
        "iris_vm_cosh_tail",
        "(cosh(r) - 1 - r^2/2) / r^4, x = r^2, on |r| <= ln(2)/2",
        _root(lambda r: (mpmath.cosh(r) - 1 - r**2 / 2) / r**4),
        mpf(0),
        HALF_LN2**2,
        4,
        scale=lambda z: z**2,
    ),
    Polynomial(
        "iris_vm_sinh_tail_f32",
        "(sinh(r) - r) / r^3, x = r^2, on |r| <= ln(2)/2",
        _root(lambda r: (mpmath.sinh(r) - r) / r**3),
        mpf(0),
        HALF_LN2**2,
        2,
        single=True,
        scale=lambda z: z,
    ),
    Polynomial(
        "iris_vm_cosh_tail_f32",
        "(cosh(r) - 1 - r^2/2) / r^4, x = r^2, on |r| <= ln(2)/2",
        _root(lambda r: (mpmath.cosh(r) - 1 - r**2 / 2) / r**4),
        mpf(0),
        HALF_LN2**2,
        1,
        single=True,
        scale=lambda z: z**2,
    ),
    Polynomial(
        "iris_vm_asin_tail",
        "(asin(s) - s) / s^3, x = s^2, on |s| <= 1/2",
        _root(_asin_tail),
        mpf(0),
        mpf("0.25"),
        12,
        scale=lambda z: z,
    ),
    Polynomial(
        "iris_vm_asin_tail_f32",
        "(asin(s) - s) / s^3, x = s^2, on |s| <= 1/2",
        _root(_asin_tail),
        mpf(0),
        mpf("0.25"),
        5,
        single=True,
        scale=lambda z: z,
    ),
    Polynomial("iris_vm_cbrt_step", "(1 - x)^(-1/3) on |x| <= 0.103", _cube_step, -STEP, STEP, 3),
    Polynomial("iris_vm_cbrt_step_f32", "(1 - x)^(-1/3) on |x| <= 0.103", _cube_step, -STEP, STEP, 3, single=True),
    Polynomial("iris_vm_fast_exp", "exp(x) on |x| <= ln(2)/2", mpmath.exp, -HALF_LN2, HALF_LN2, 11),
    Polynomial(
        "iris_vm_fast_expm1",
        "(exp(x) - 1 - x) / x^2 on |x| <= ln(2)/2",
        lambda r: (mpmath.exp(r) - 1 - r) / r**2,
        -HALF_LN2,
        HALF_LN2,
        9,
        scale=lambda r: r,
    ),
    Polynomial("iris_vm_fast_exp2", "2^x on |x| <= 1/2", lambda x: mpf(2) ** x, mpf("-0.5"), mpf("0.5"), 11),
    Polynomial("iris_vm_fast_exp_f32", "exp(x) on |x| <= ln(2)/2", mpmath.exp, -HALF_LN2, HALF_LN2, 6, single=True),
    Polynomial(
        "iris_vm_fast_expm1_f32",
        "(exp(x) - 1 - x) / x^2 on |x| <= ln(2)/2",
        lambda r: (mpmath.exp(r) - 1 - r) / r**2,
        -HALF_LN2,
        HALF_LN2,
        4,
        single=True,
        scale=lambda r: r,
    ),
)


def by_name() -> dict[str, Polynomial | fits.Table]:
    from benchmarks.accuracy import fits  # which begins with this module

    return {some.name: some for some in (*POLYNOMIALS, *fits.EVERY)}


_REGION = re.compile(r"/\* (polynomial|table) (\w+) \*/\n.*?/\* end \*/\n", re.DOTALL)


def renewed(header: str) -> str:
    """The text of a header with its polynomials written anew."""
    known = by_name()
    return _REGION.sub(lambda m: f"/* {m[1]} {m[2]} */\n{known[m[2]].text()}\n/* end */\n", header)


def main(words: list[str]) -> int:
    stale = 0
    used = set()
    for path in sorted(RUNTIME.glob("iris_vm_*.h")):
        text = path.read_text(encoding="ascii")
        used.update(match[2] for match in _REGION.finditer(text))
        fresh = renewed(text) if words else text
        if fresh != text:
            stale += 1
            print(f"{path.name}: {'renewed' if '--write' in words else 'holds other numbers'}")
            if "--write" in words:
                path.write_text(fresh, encoding="ascii")
    if not words:
        for polynomial in by_name().values():
            if not hasattr(polynomial, "fit"):
                continue
            error = polynomial.error(polynomial.fit())
            mark = "" if polynomial.name in used else "  (in no header)"
            print(f"{polynomial.name:28} degree {polynomial.degree:2}  2^{float(mpmath.log(error, 2)):.1f}{mark}")
    return int(stale > 0 and "--check" in words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
