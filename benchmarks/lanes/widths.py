"""Measures the lane loop: time per element for every number of parts, against the element loop and numba.

    python -m benchmarks.lanes.widths [--march x86-64-v3,x86-64-v4] [--cc gcc] [--parts 1,2,3,4,6] [--rule] [--numba]
        [--size N] [NAME ...]

Each round times every contender once, one after the other, so that a noisy moment hits all; the table shows
medians of processor time.
The results of every lane loop are compared with the element loop's, bit by bit.
"""

from __future__ import annotations

import argparse
import ctypes
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import iris_cc
from benchmarks.cases import all_cases, inputs_of
from benchmarks.lanes import kernels
from iris_cc.codegen import ufunc_unit
from iris_cc.codegen.lane_plan import refilled_loop
from iris_cc.ir.nodes import Function
from iris_cc.passes.run import run as optimise

FLAGS = (
    *("-O3", "-ffp-contract=off", "-fwrapv", "-fno-math-errno", "-fno-trapping-math", "-fno-strict-aliasing"),
    *("-fvisibility=hidden", "-fPIC", "-shared", "-w"),
)


def lowered(function: Callable[..., Any], types: Sequence[str]) -> Function:
    """The kernel's IR after the passes."""
    kernel = iris_cc.kernel(function, fallback="error")
    return optimise(kernel.specialization(types, 1).raw)


def built(
    fn: Function, parts: int | None, refills: bool | None, march: str, cc: str, define: str
) -> tuple[Callable[..., None], float, int]:
    """The loop, the seconds its compiler took, and the size of its code."""
    folder = Path(tempfile.mkdtemp())
    (folder / "k.c").write_text(ufunc_unit(fn, parts=parts, refills=refills), encoding="ascii")
    start = time.perf_counter()
    words = [*FLAGS, f"-march={march}", *([f"-D{define}"] if define else [])]
    command = [cc, *words, "k.c", "-o", "k.so", "-lm"]
    subprocess.run(command, cwd=folder, check=True)
    took = time.perf_counter() - start
    loop = ctypes.PyDLL(str(folder / "k.so")).iris_loop
    size = (folder / "k.so").stat().st_size

    def call(*arrays: np.ndarray) -> None:
        pointers = (ctypes.c_void_p * len(arrays))(*(a.ctypes.data for a in arrays))
        steps = (ctypes.c_ssize_t * len(arrays))(*(a.strides[0] for a in arrays))
        assert loop(None, pointers, (ctypes.c_ssize_t * 1)(len(arrays[0])), steps, None) == 0

    return call, took, size


def with_numba(function: Callable[..., Any], inputs: Sequence[np.ndarray]) -> Callable[[], object] | None:
    """The peer, compiled for these inputs, into an array of its own result type."""
    try:
        import numba
    except ImportError:
        return None
    ufunc = numba.vectorize(function)
    result = ufunc(*inputs)
    return lambda: ufunc(*inputs, out=result)


def medians(contenders: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for call in contenders.values():
        call()
    for _ in range(rounds):
        for name, call in contenders.items():
            start = time.thread_time()
            call()
            times[name].append(time.thread_time() - start)
    return {name: statistics.median(taken) for name, taken in times.items()}


def rows(size: int) -> dict[str, kernels.Row]:
    """The kernels made for this, and the cases of the benchmarks, which may have the same names."""
    cases = [case for case in all_cases() if case.group in ("divergent", "loops")]
    inputs = {case.name: inputs_of(case, size) for case in cases}
    types = {name: tuple(array.dtype.str[1:] for array in arrays) for name, arrays in inputs.items()}
    return {f"lanes: {name}": row for name, row in kernels.rows().items()} | {
        case.name: (case.function, types[case.name], inputs[case.name]) for case in cases
    }


def ways(fn: Function, options: argparse.Namespace) -> dict[str, tuple[int | None, bool | None, str]]:
    """What is compared, by its label: parts, refilling and level."""
    found: dict[str, tuple[int | None, bool | None, str]] = {}
    for march in options.march:
        suffix = f" {march.removeprefix('x86-64-')}" if len(options.march) > 1 else ""
        found[f"element{suffix}"] = (0, None, march)
        if options.rule:
            found[f"rule{suffix}"] = (None, None, march)
            continue
        for parts in options.parts:
            found[f"x{parts}{suffix}"] = (parts, False, march)
            if refilled_loop(fn) is not None:
                found[f"r{parts}{suffix}"] = (parts, True, march)
    return found


def measure(name: str, row: kernels.Row, options: argparse.Namespace) -> None:
    function, types, inputs = row
    fn = lowered(function, types)
    contenders: dict[str, Callable[[], object]] = {}
    outs = {}
    for label, (parts, refills, march) in ways(fn, options).items():
        call, _, _ = built(fn, parts, refills, march, options.cc, options.define)
        out = outs[label] = np.empty(len(inputs[0]), fn.results[0].dtype)
        contenders[label] = lambda call=call, out=out: call(*inputs, out)
    if options.numba and (peer := with_numba(function, inputs)) is not None:
        contenders["numba"] = peer
    taken = medians(contenders, options.rounds)
    first = next(iter(outs.values()))
    for label, out in outs.items():
        assert out.tobytes() == first.tobytes(), f"{name}: {label} differs from the element loop"
    per = {label: value / len(inputs[0]) * 1e9 for label, value in taken.items()}
    base = next(iter(per.values()))
    text = "  ".join(f"{label} {ns:7.1f} ({base / ns:4.2f})" for label, ns in per.items())
    print(f"{name:20s} {text}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--march", default="x86-64-v3", type=lambda text: text.split(","))
    parser.add_argument("--cc", default="gcc")
    parser.add_argument("--parts", default="1,2,3,4", type=lambda text: [int(word) for word in text.split(",")])
    parser.add_argument("--define", default="", help="a macro for the compiler, as NAME=VALUE")
    parser.add_argument("--rounds", default=5, type=int)
    parser.add_argument("--size", default=200_000, type=int, help="elements of the benchmarks' cases")
    parser.add_argument("--rule", action="store_true", help="what the rule chooses, and not every width")
    parser.add_argument("--numba", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    for name, row in rows(options.size).items():
        if not options.names or any(word in name for word in options.names):
            measure(name, row, options)


if __name__ == "__main__":
    main()
