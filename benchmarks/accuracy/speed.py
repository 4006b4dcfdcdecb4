"""Nanoseconds per element of a contiguous loop, and what a function adds to the time of the compiler.

    python -m benchmarks.accuracy.speed [--only exp,log]

Contenders take turns within one run, and the best of many counts, so ratios hold on a busy machine.
"""

from __future__ import annotations

import argparse
import ctypes
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.accuracy import library, points
from benchmarks.accuracy.library import Name

COUNT = 4096
ROUNDS, REPEATS = 40, 20

# The headers of a kernel with one function.
NEEDS = {
    "exp": ("exp",), "exp2": ("exp",), "expm1": ("exp",), "log": ("log",), "log2": ("log",), "log10": ("log",),
    "log1p": ("log",), "sin": ("trig", "trig_f32"), "cos": ("trig", "trig_f32"), "tan": ("trig", "trig_f32"),
    "pow": ("exp", "log", "pow"), "sinh": ("exp", "hyp"), "cosh": ("exp", "hyp"), "tanh": ("exp", "hyp"),
    "asinh": ("log", "inverse_hyp"), "acosh": ("log", "inverse_hyp"), "atanh": ("log", "inverse_hyp"),
    "cbrt": ("root",), "hypot": ("root",), "erf": ("erf",), "erfc": ("erf",),
}  # fmt: skip


def _work(function: ctypes._CFuncPtr, *arrays: np.ndarray) -> Callable[[], None]:
    function.restype = None
    given = (ctypes.c_long(arrays[0].size), *(ctypes.c_void_p(a.ctypes.data) for a in arrays))

    def work(keep: tuple[np.ndarray, ...] = arrays) -> None:
        function(*given)

    return work


def contenders(name: Name) -> dict[str, Callable[[], None]]:
    rng = np.random.default_rng(1)
    ranges = [(0.1, 10.0)] * 2 if name.two else [points.NARROW[name.function]]
    arrays = [rng.uniform(*bounds, COUNT).astype(name.type) for bounds in ranges]
    out = np.empty_like(arrays[0])
    found = {"accurate": _work(getattr(library.ours(), f"loop_{name.c}"), *arrays, out)}
    if hasattr(library.ours(), f"loop_near_{name.c}"):
        found["near"] = _work(getattr(library.ours(), f"loop_near_{name.c}"), *arrays, out)
    fast = Name(name.function, name.kind, fast=True)
    if fast in library.present():
        found["fast"] = _work(getattr(library.ours(), f"loop_{fast.c}"), *arrays, out)
    ufunc = getattr(np, library.NUMPY.get(name.function, name.function), None)
    if ufunc is not None:
        found["NumPy"] = lambda: ufunc(*arrays, out=out)
    found["C library"] = _work(getattr(library.reference(), f"glibc_{name.function}_{name.kind}"), *arrays, out)
    return found


def nanoseconds(name: Name) -> dict[str, float]:
    best: dict[str, float] = {}
    with np.errstate(all="ignore"):
        some = contenders(name)
        for _ in range(ROUNDS):
            for who, work in some.items():
                started = time.perf_counter()
                for _ in range(REPEATS):
                    work()
                taken = (time.perf_counter() - started) / REPEATS / COUNT * 1e9
                best[who] = min(best.get(who, math.inf), taken)
    return best


def compiler_milliseconds(name: Name | None) -> float:
    """The compiler's own time for a unit with a contiguous and a strided loop; None for one that only multiplies."""
    parts = ("base", *NEEDS.get(name.function, ("atan", "atan_f32"))) if name else ()
    text = "\n".join((library.RUNTIME / h).read_text() for h in ("iris_base.h", *(f"iris_vm_{p}.h" for p in parts)))
    if name:
        kind = "double" if name.kind == "f64" else "float"
        call = f"{name.c}(x[k * step]{', y[k * step]' if name.two else ''})"
        strided = f"for (long k = 0; k < n; ++k) out[k * step] = {call};"
        text += library.loop(name)
        text += (
            f"void strided(long n, long step, const {kind} *x, const {kind} *y, {kind} *out) {{ (void)y; {strided} }}"
        )
    else:
        text += (
            "void f(long n, double *x, double *o) { IRIS_INDEPENDENT for (long k = 0; k < n; ++k) o[k] = x[k] * x[k]; }"
        )
    best = math.inf
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "unit.c"
        path.write_text(text)
        words = ["gcc", *(f for f in library.FLAGS if f[:2] != "-W" and f != "-shared"), "-S", "-o", f"{folder}/unit.s"]
        for _ in range(5):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([*words, str(path)], check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best * 1e3


def _mean(ratios: list[float]) -> float:
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.speed", description=__doc__)
    parser.add_argument("--only", default="")
    wanted = set(filter(None, parser.parse_args().only.split(",")))
    empty = compiler_milliseconds(None)
    ratios: dict[tuple[str, str], list[float]] = {}
    columns = ("accurate", "near", "fast", "NumPy", "C library")
    print(f"| function | {' | '.join(columns)} | NumPy / ours | C library / ours | gcc ms |\n|{'--|' * 9}")
    for name in library.present():
        if name.fast or (wanted and name.function not in wanted):
            continue
        taken = nanoseconds(name)
        ours = taken.get("near", taken["accurate"])
        for who in ("NumPy", "C library"):
            if who in taken:
                ratios.setdefault((name.kind, who), []).append(taken[who] / ours)
        cells = [f"{taken[c]:.2f}" if c in taken else "" for c in columns]
        cells += [f"{taken[who] / ours:.1f}" if who in taken else "" for who in ("NumPy", "C library")]
        print(f"| {name.c} | {' | '.join(cells)} | {compiler_milliseconds(name) - empty:.0f} |", flush=True)
    for (kind, who), some in ratios.items():
        print(f"{kind}: {who} takes {_mean(some):.2f} times as long (geometric mean of {len(some)})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
