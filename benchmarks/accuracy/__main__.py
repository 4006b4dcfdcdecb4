"""Measures every function of the iris_vm headers in units in the last place and writes docs/accuracy.md.

    python -m benchmarks.accuracy [--quick] [--only exp,log] [--processes 2]

Doubles: 10^7 points per function against 113-bit arithmetic; the worst ones again against mpmath.  Floats of one
argument: all 2^32 of them against our own double, which is measured by itself.  `--quick` takes a hundredth of both and
writes nothing.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import mpmath
import numpy as np

from benchmarks.accuracy import library, points
from benchmarks.accuracy.library import Name, Score

DOCS = Path(__file__).resolve().parents[2] / "docs"
RESULTS = Path(__file__).resolve().parent / "results.json"
MPMATH = {
    "exp2": lambda x: mpmath.mpf(2) ** x,
    "log2": lambda x: mpmath.log(x, 2),
    "pow": mpmath.power,
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
}


@dataclass
class Result:
    """What one implementation of one function did."""

    most: float = 0.0
    worst: tuple[float, ...] = ()
    total: float = 0.0
    counted: int = 0
    wrong: int = 0
    wrong_at: tuple[float, ...] = ()

    def add(self, score: Score, arguments: tuple[np.ndarray, ...]) -> None:
        worst = tuple(float(a[score.where]) for a in arguments)
        self.add_at(score, worst, tuple(float(a[score.wrong_at]) for a in arguments))

    def add_at(self, score: Score, worst: tuple[float, ...], wrong_at: tuple[float, ...]) -> None:
        if score.most > self.most:
            self.most = score.most
            self.worst = worst
        if score.wrong and not self.wrong:
            self.wrong_at = wrong_at
        self.total += score.sum
        self.counted += score.counted
        self.wrong += int(score.wrong)


Contender = Callable[..., np.ndarray]


def contenders(name: Name) -> dict[str, Contender]:
    """Who is measured on the function: ours, NumPy, the C library."""
    found: dict[str, Contender] = {"accurate": lambda *a: library.run(name, *a)}
    fast = Name(name.function, name.kind, fast=True)
    if fast in library.present():
        found["fast"] = lambda *a: library.run(fast, *a)  # where the result is normal: see `freed`
    ufunc = getattr(np, library.NUMPY.get(name.function, name.function), None)
    if ufunc is not None:
        found["NumPy"] = ufunc
    found["C library"] = lambda *a: library.glibc(name, *a)
    return found


def freed(who: str, got: np.ndarray, value: np.ndarray) -> np.ndarray:
    """The results; a fast one may be anything where the value is subnormal."""
    if who != "fast":
        return got
    rounded = value.astype(got.dtype)
    return np.where(abs(rounded) < np.finfo(got.dtype).tiny, rounded, got)


def arguments(name: Name, count: int, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, ...]]:
    block = 200_000
    for _ in range(max(1, count // block)):
        if name.two:
            yield from points.two(name.function, block, rng)
        else:
            yield from ((x,) for x in points.one(name.function, block, rng))


def doubles(name: Name, count: int) -> dict[str, Result]:
    rng = np.random.default_rng(20240229)
    results = {who: Result() for who in contenders(name)}
    with np.errstate(all="ignore"):
        for some in arguments(name, count, rng):
            some = tuple(map(np.ascontiguousarray, some))
            hi, lo = library.exact(name.function, *some)
            for who, compute in contenders(name).items():
                results[who].add(library.score_f64(freed(who, compute(*some), hi), hi, lo), some)
    return results


def floats(name: Name, count: int, every: bool) -> dict[str, Result]:
    rng = np.random.default_rng(20240229)
    results = {who: Result() for who in contenders(name)}
    with np.errstate(all="ignore"):
        for some in arguments(name, count, rng):
            narrow = tuple(np.ascontiguousarray(a, dtype=np.float32) for a in some)
            value = library.wide(name.function, *narrow)
            for who, compute in contenders(name).items():
                results[who].add(library.score_f32(freed(who, compute(*narrow), value), value), narrow)
        if every and not name.two:
            results["accurate"] = Result()
            started = time.monotonic()
            for first in range(0, 1 << 32, 1 << 28):
                score, (worst, wrong) = library.sweep(name, first, 1 << 28)
                results["accurate"].add_at(score, (worst,), (wrong,))
                print(f"  {name.c}: {(first >> 28) + 1}/16 after {time.monotonic() - started:.0f} s", flush=True)
    return results


def checked(name: Name, worst: tuple[float, ...]) -> float:
    """The error of our function at one point, by mpmath."""
    with mpmath.workprec(3000):
        compute = MPMATH.get(name.function) or getattr(mpmath, name.function)
        exact = compute(*map(mpmath.mpf, worst))
        got = library.run(name, *(np.array([a]) for a in worst))[0]
        place = mpmath.frexp(exact)[1] - 53
        return float(abs(mpmath.mpf(float(got)) - exact) / mpmath.ldexp(1, max(place, -1074)))


def measure(name: Name, count: int, every: bool) -> tuple[Name, dict[str, Result]]:
    results = doubles(name, count) if name.kind == "f64" else floats(name, count, every)
    worst = results["accurate"].worst
    if name.kind == "f64" and worst:
        again = checked(name, worst)
        if abs(again - results["accurate"].most) > 1e-3:
            raise AssertionError(f"{name.c}{worst}: {results['accurate'].most} against 113 bits, {again} by mpmath")
    return name, results


def _cell(result: Result | None) -> str:
    if result is None:
        return "-"
    wrong = f" ({result.wrong} wrong)" if result.wrong else ""
    return f"{result.most:.3f} / {result.total / max(result.counted, 1):.3f}{wrong}"


def page(table: dict[str, dict[str, Result]]) -> str:
    lines = [
        "# Accuracy of the elementary functions",
        "",
        "Made by `python -m benchmarks.accuracy`; do not edit. Errors are in units in the last place of the exact",
        "value: largest / mean. Wrong are results that are nan, infinite or zero where they must not be, or back.",
        "",
        f"NumPy {np.__version__}, {platform.libc_ver()[0]} {platform.libc_ver()[1]}, {platform.machine()}.",
        "",
    ]
    for kind, title, how in (
        ("f64", "float64", "10^7 points per function: all bit patterns, all exponents, the usual ranges, and the hard "
         "places, against 113-bit arithmetic; the worst point of each again by mpmath."),
        ("f32", "float32", "*accurate*, one argument: all 2^32 arguments, against our float64 function. The rest: 10^7 "
         "points, against the C library's float64."),
    ):  # fmt: skip
        lines += [f"## {title}", "", how, "", "| function | accurate | fast | NumPy | C library | worst argument |",
                  "|--|--|--|--|--|--|"]  # fmt: skip
        for c, results in table.items():
            if not c.endswith(kind):
                continue
            worst = ", ".join(map(repr, results["accurate"].worst))
            cells = [_cell(results.get(who)) for who in ("accurate", "fast", "NumPy", "C library")]
            lines.append(f"| {c.split('_')[1]} | {' | '.join(cells)} | {worst} |")
        lines.append("")
    return "\n".join(lines)


def _kept() -> dict[str, dict[str, Result]]:
    """Earlier results, so that `--only` renews some lines of the page."""
    if not RESULTS.is_file():
        return {}
    raw = json.loads(RESULTS.read_text())
    return {c: {who: Result(**{**r, "worst": tuple(r["worst"])}) for who, r in some.items()} for c, some in raw.items()}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a hundredth of the points; writes nothing")
    parser.add_argument("--only", default="", help="functions, separated by commas; the other lines stay as they are")
    parser.add_argument("--kind", default="f64,f32", help="f64, f32 or both")
    parser.add_argument("--sampled", action="store_true", help="floats: 10^7 points, not all of them")
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    wanted = set(filter(None, chosen.only.split(",")))
    names = [n for n in library.present() if not n.fast and n.kind in chosen.kind.split(",")]
    names = [n for n in names if not wanted or n.function in wanted]
    library.ours(), library.reference()
    count = 100_000 if chosen.quick else 10_000_000
    bad = 0
    with ProcessPoolExecutor(chosen.processes) as pool:
        every = not (chosen.quick or chosen.sampled)
        for future in as_completed([pool.submit(measure, name, count, every) for name in names]):
            name, results = future.result()
            table = {} if chosen.quick else _kept()
            before = table.get(name.c, {}).get("accurate")
            if before is not None and before.counted == 1 << 32 and not every:
                results["accurate"] = before
            table[name.c] = results
            bad += results["accurate"].most > 1.0 or results["accurate"].wrong > 0
            print(f"{name.c:18} " + "  ".join(f"{who} {_cell(r)}" for who, r in results.items()), flush=True)
            if not chosen.quick:
                order = {n.c: k for k, n in enumerate(library.present())}
                table = dict(sorted(table.items(), key=lambda item: order.get(item[0], 0)))
                RESULTS.write_text(
                    json.dumps({c: {w: asdict(r) for w, r in s.items()} for c, s in table.items()}, indent=1)
                )
                (DOCS / "accuracy.md").write_text(page(table), encoding="utf-8")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
