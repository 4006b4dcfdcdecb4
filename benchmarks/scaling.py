"""How time grows: with the number of elements, with threads, and compile time with the size of the kernel.

    python -m benchmarks.scaling [--quick] [--only elements|threads|size] [--json FILE] [--plot FILE]

Element counts go up to 10^8 as far as memory allows; a contender whose compile time passes a limit is not asked for
larger kernels.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import startup
from benchmarks.cases import Case, all_cases, inputs_of
from benchmarks.cold import fresh_environment
from benchmarks.contenders import CONTENDERS, Turn, Unavailable, make_turn, usable_cpus
from benchmarks.generated import function_of, size_text
from benchmarks.timing import FULL, QUICK, Pace, interleaved, machine

ELEMENT_CASES = ("combine large", "escape f8")
ELEMENT_PEERS = ("iris", "iris-all", "numba", "numba-all", "numexpr", "numexpr-all", "numpy")
THREAD_CASES = ("escape f8", "black-scholes", "combine large")
THREAD_PEERS = ("iris-all", "numba-all", "numexpr-all")
SIZES = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
COMPILE_LIMIT = 60.0  # seconds; who passes it is not asked for more
Curve = dict[str, dict[str, float]]  # by contender, by place on the axis


def _case(name: str) -> Case:
    return next(case for case in all_cases() if case.name == name)


def _free_memory() -> int:
    """Bytes that can be used without swapping."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return 4 << 30


def _turns(case: Case, names: Sequence[str], inputs: tuple[Any, ...], threads: int) -> list[Turn]:
    made = []
    for contender in CONTENDERS:
        if contender.name in names:
            try:
                made.append(make_turn(contender, case, inputs, threads))
            except Unavailable:
                continue  # the table of cases says why
    return made


def elements(quick: bool, threads: int) -> dict[str, Curve]:
    """ns per element of each case and contender, by the number of elements."""
    found: dict[str, Curve] = {}
    for name in ELEMENT_CASES:
        case, curve = _case(name), Curve()
        last = 5 if quick else (8 if name == "combine large" else 7)
        for power in range(last + 1):
            size = 10**power
            if size * 8 * 16 > _free_memory():  # operands, a result for each, and what an expression of NumPy keeps
                print(f"  {name}: no memory for {size:,} elements", file=sys.stderr)
                break
            pace = QUICK if quick or power > 6 else Pace(7, 0.005, 3.0)
            inputs = inputs_of(case, size)
            count = inputs[0].size
            for peer, timing in interleaved(_turns(case, ELEMENT_PEERS, inputs, threads), pace).items():
                curve.setdefault(peer, {})[str(count)] = timing.median / count * 1e9
        found[name] = curve
    return found


def threads_curve(quick: bool, threads: int) -> dict[str, Curve]:
    """ns per element by the number of threads, all counts in turns."""
    found: dict[str, Curve] = {}
    size = 10**5 if quick else 10**7
    for name in THREAD_CASES:
        case, curve = _case(name), Curve()
        turns: list[Turn] = []
        inputs = inputs_of(case, size)
        for count in range(1, threads + 1):
            names = [peer.removesuffix("-all") if count == 1 else peer for peer in THREAD_PEERS]
            for turn in _turns(case, names, inputs, count):
                peer = turn.name.removesuffix("-all")
                turns.append(Turn(f"{peer} {count}", turn.call, turn.elements, turn.enter))
        for label, timing in interleaved(turns, QUICK if quick else Pace(5, 0.01, 10.0)).items():
            peer, count_text = label.rsplit(" ", 1)
            curve.setdefault(peer, {})[count_text] = timing.median / turns[0].elements * 1e9
        found[name] = curve
    return found


def compile_times(quick: bool) -> Curve:
    """Seconds to the first result of kernels of more and more operations, nothing cached."""
    with startup._copy_of_package(bytecode=True) as variables:
        return _compile_times(quick, variables)


def _compile_times(quick: bool, variables: dict[str, str]) -> Curve:
    curve: Curve = {"iris": {}, "cc": {}, "numba": {}}
    late: set[str] = set()
    for size in SIZES[:5] if quick else SIZES:
        name = f"size_{size}"
        text = size_text(name, size)
        measures: dict[str, Callable[[], float]] = {
            "iris": lambda: _iris_seconds(text, name, variables),  # noqa: B023 - called at once
            "cc": lambda: startup._bare_cc(*startup._unit(text, name, 3)),  # noqa: B023
            "numba": lambda: _numba_seconds(text, name),  # noqa: B023
        }
        for who, measure in measures.items():
            if who in late:
                continue
            try:
                seconds = min(measure() for _ in range(1 if quick or size > 500 else 3))
            except ImportError:
                late.add(who)
                continue
            curve[who][str(size)] = seconds
            if seconds > COMPILE_LIMIT:
                late.add(who)
    return {who: points for who, points in curve.items() if points}


def _iris_seconds(text: str, name: str, variables: dict[str, str]) -> float:
    with tempfile.TemporaryDirectory(prefix="iris_cc_size_") as folder:
        answer = startup._python(startup._script(text, name, 3), fresh_environment(folder) | variables)
    return float(answer["first"])


def _numba_seconds(text: str, name: str) -> float:
    numba: Any = importlib.import_module("numba")
    function, x = function_of(name, text), np.linspace(0.0, 1.0, 64)
    start = time.perf_counter()
    numba.vectorize(["f8(f8, f8, f8)"])(function)(x, x, x)
    return time.perf_counter() - start


# -- telling --


def text_of(title: str, curve: Curve, unit: str, scale: float = 1.0) -> str:
    """One table: contenders across, places down."""
    places = sorted({place for points in curve.values() for place in points}, key=int)
    lines = [f"{title} ({unit})".ljust(36) + "".join(name.rjust(14) for name in curve)]
    for place in places:
        cells = [f"{points[place] * scale:.4g}" if place in points else "-" for points in curve.values()]
        lines.append(f"{int(place):,}".rjust(16).ljust(36) + "".join(cell.rjust(14) for cell in cells))
    return "\n".join([*lines, ""])


def speedups(found: dict[str, Curve]) -> str:
    """How many times faster so many threads are than one."""
    lines = ["threads: times faster than one thread"]
    for name, curve in found.items():
        for peer, points in curve.items():
            if "1" in points:
                shown = "  ".join(f"{count}: {points['1'] / value:.2f}" for count, value in points.items())
                lines.append(f"  {name:20}{peer:10}{shown}")
    return "\n".join([*lines, ""])


def draw(result: dict[str, Any], path: Path) -> None:
    """Every curve in one picture."""
    from benchmarks.picture import COLOURS, INK, PALE, pyplot
    from benchmarks.tables import TITLES

    panels: list[tuple[str, str, str, Curve]] = []
    for name, curve in result.get("elements", {}).items():
        panels.append((f"{name.removesuffix(' large')}: elements", "elements", "ns per element", curve))
    for name, curve in result.get("threads", {}).items():
        gains = {
            who: {count: points["1"] / value for count, value in points.items()}
            for who, points in curve.items()
            if "1" in points
        }
        panels.append((f"{name.removesuffix(' large')}: threads", "threads", "times faster than one", gains))
    if "size" in result:
        panels.append(("compile time", "operations in the kernel", "seconds to the first result", result["size"]))
    plt = pyplot()
    columns = min(3, len(panels))
    lines = -(-len(panels) // columns)
    size = (4.2 * columns, 3.2 * lines)
    figure, axes = plt.subplots(lines, columns, figsize=size, squeeze=False, layout="constrained")
    for axis in axes.flat[len(panels) :]:
        axis.set_axis_off()
    for axis, (title, across, up, curve) in zip(axes.flat, panels):
        for name, points in curve.items():
            x = [int(place) for place in points]
            axis.plot(x, list(points.values()), marker="o", markersize=3.5, linewidth=1.6,
                      color=COLOURS.get(name, INK), label=TITLES.get(name, name),
                      zorder=3 if name.startswith("iris") else 2)  # fmt: skip
        axis.set(title=title, xlabel=across, ylabel=up)
        if across == "threads":
            axis.set_ylim(bottom=0.0)
            axis.set_xticks(sorted({int(place) for points in curve.values() for place in points}))
        else:
            axis.set(xscale="log", yscale="log")
        axis.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axis.grid(color=PALE, linewidth=0.5)
        axis.legend(frameon=False, fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    plt.close(figure)


def main(words: list[str] | None = None) -> int:
    """The program."""
    parser = argparse.ArgumentParser(prog="benchmarks.scaling", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small arrays and kernels")
    parser.add_argument("--only", action="append", choices=("elements", "threads", "size"))
    parser.add_argument("--threads", type=int, default=usable_cpus(), help="the most threads (default: all)")
    parser.add_argument("--json", metavar="FILE", help="write the figures there")
    parser.add_argument("--plot", metavar="FILE", help="draw the curves there")
    options = parser.parse_args(words)
    parts = options.only or ["elements", "threads", "size"]
    result: dict[str, Any] = {"machine": machine(options.threads), "pace": FULL.rounds}
    if "elements" in parts:
        result["elements"] = elements(options.quick, options.threads)
        for name, curve in result["elements"].items():
            print(text_of(name, curve, "ns per element"))
    if "threads" in parts:
        result["threads"] = threads_curve(options.quick, options.threads)
        for name, curve in result["threads"].items():
            print(text_of(f"{name}, threads", curve, "ns per element"))
        print(speedups(result["threads"]))
    if "size" in parts:
        result["size"] = compile_times(options.quick)
        print(text_of("operations", result["size"], "ms to the first result", 1e3))
    if options.json:
        Path(options.json).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if options.plot:
        draw(result, Path(options.plot))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
