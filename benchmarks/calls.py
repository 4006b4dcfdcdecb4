"""What a call costs: eight doubles, with `out=`, with one Python scalar, and scalars alone.

    python -m benchmarks.calls [--quick] [--json FILE]

The statements are timed as `timeit` does, without a function around them, in turns; medians and the ratio to `np.add`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import timeit
from collections.abc import Callable
from typing import Any

import numpy as np

import iris_cc
from benchmarks.kernels import add
from benchmarks.timing import QUICK, Pace, Timing, quiet_machine

STATEMENTS = {
    "new": "f(a, b)",
    "out": "f(a, b, out=out)",
    "scalar": "f(a, 2.0)",
    "scalars": "f(1.5, 2.0)",
}
WORDS = {
    "new": "8 elements",
    "out": "8 elements, out=",
    "scalar": "8 elements and a Python float",
    "scalars": "two Python floats",
}
PACE = Pace(rounds=25, shortest=0.01)


def _callables() -> dict[str, Callable[..., Any]]:
    """Who is called: NumPy's own, the kernel and the ufunc in it, Python, and peers that are installed."""
    kernel = iris_cc.kernel(add, fallback="error")
    found: dict[str, Callable[..., Any]] = {"iris": kernel, "ufunc": kernel.ufunc, "numpy": np.add, "python": add}
    try:
        numba: Any = importlib.import_module("numba")
        found["numba"] = numba.vectorize(["f8(f8, f8)"])(add)
    except ImportError:
        pass
    try:
        numexpr: Any = importlib.import_module("numexpr")

        def evaluate(a: Any, b: Any, out: Any = None) -> Any:
            return numexpr.evaluate("a + b", local_dict={"a": a, "b": b}, global_dict={}, out=out)

        found["numexpr"] = evaluate
    except ImportError:
        pass
    return found


def measure(pace: Pace = PACE) -> dict[str, dict[str, Timing]]:
    """For each kind of call, seconds per call of everyone who can make it."""
    a, b = np.linspace(0.0, 1.0, 8), np.linspace(1.0, 2.0, 8)
    called = _callables()
    timers: dict[tuple[str, str], tuple[timeit.Timer, int]] = {}
    for kind, statement in STATEMENTS.items():
        for name, function in called.items():
            if name == "python" and kind != "scalars":
                continue
            timer = timeit.Timer(statement, globals={"f": function, "a": a, "b": b, "out": np.empty(8)})
            timer.timeit(10)
            once = timer.timeit(200) / 200
            timers[kind, name] = timer, max(1, round(pace.shortest / once))
    samples: dict[tuple[str, str], list[float]] = {key: [] for key in timers}
    with quiet_machine():
        for _ in range(pace.rounds):
            for key, (timer, number) in timers.items():
                samples[key].append(timer.timeit(number) / number)
    return {
        kind: {name: Timing(tuple(each), 1.0) for (k, name), each in samples.items() if k == kind}
        for kind in STATEMENTS
    }


def table(measured: dict[str, dict[str, Timing]]) -> str:
    """Medians in ns, and the ratio to `np.add` where it is the same call."""
    names = ["numpy", "ufunc", "iris", "numba", "numexpr", "python"]
    titles = {"numpy": "np.add", "ufunc": "kernel.ufunc", "iris": "kernel"}
    lines = ["ns per call".ljust(32) + "".join(titles.get(name, name).rjust(18) for name in names)]
    for kind, row in measured.items():
        base = row["numpy"].median
        cells = [
            (f"{row[name].median * 1e9:.0f} ({row[name].median / base:.2f}x)" if name in row else "-").rjust(18)
            for name in names
        ]
        lines.append(WORDS[kind].ljust(32) + "".join(cells))
    return "\n".join(lines)


def as_data(measured: dict[str, dict[str, Timing]]) -> dict[str, Any]:
    """The figures for a JSON file."""
    return {
        kind: {
            name: {
                "ns": timing.median * 1e9,
                "min": timing.best * 1e9,
                "max": timing.worst * 1e9,
                "ratio": timing.median / row["numpy"].median,
            }
            for name, timing in row.items()
        }
        for kind, row in measured.items()
    }


def main(words: list[str] | None = None) -> int:
    """The program."""
    parser = argparse.ArgumentParser(prog="benchmarks.calls", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few and short rounds")
    parser.add_argument("--json", metavar="FILE", help="write the figures there")
    options = parser.parse_args(words)
    measured = measure(Pace(5, QUICK.shortest) if options.quick else PACE)
    print(table(measured))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(as_data(measured), file, indent=1)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
