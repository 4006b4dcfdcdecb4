"""What more threads bring: large arrays at 1 .. N threads, in turns; where sharing begins; arrays of several axes;
what a small call pays.

    python -m benchmarks.threads [--quick] [--most N] [--sizes N ...]

The machine should have nothing else to do: a busy one shows the other programs, not the threads.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import iris_cc

TEXTS = {
    "axpy": "def axpy(x, y): return 2.5 * x + y",
    "exp(x) * sin(y)": "def waves(x, y): return exp(x) * sin(y)",
    "polynomial of 32": "def poly(x, y):\n    r = x\n    for i in range(32):\n        r = r * x + y\n    return r",
    "escape of 200": """
def escape(cr, ci):
    x = y = 0.0
    for i in range(200):
        if x * x + y * y > 4.0:
            return i
        x, y = x * x - y * y + cr, 2.0 * x * y + ci
    return 200
""",
}


def in_turns(calls: dict[int, Callable[[], object]], rounds: int) -> dict[int, float]:
    """The median seconds at each number of threads, in turns so that what disturbs the machine disturbs them all."""
    times: dict[int, list[float]] = {number: [] for number in calls}
    for _ in range(rounds):
        for number, call in calls.items():
            iris_cc.set_num_threads(number)
            begin = time.perf_counter()
            call()
            times[number].append(time.perf_counter() - begin)
    return {number: statistics.median(each) for number, each in times.items()}


def row(name: str, kernel: Any, x: np.ndarray, y: np.ndarray, numbers: list[int], rounds: int) -> None:
    out = np.empty(np.broadcast_shapes(x.shape, y.shape), kernel(x[:1], y[:1]).dtype)

    def call() -> None:
        kernel(x, y, out)

    calls = dict.fromkeys(numbers, call)
    in_turns(calls, 3)
    found = in_turns(calls, rounds)
    cells = (f"{number}: {found[number] * 1e3:8.3f} ({found[1] / found[number]:.2f})" for number in numbers)
    print(f"  {name:28}", "   ".join(cells))


def table(size: int, numbers: list[int], rounds: int) -> None:
    x, y = np.linspace(-2, 0.5, size), np.linspace(-1.2, 1.2, size)
    print(f"{size} elements of f8: milliseconds (times one thread)")
    for name, text in TEXTS.items():
        row(name, iris_cc.kernel(text.strip() + "\n", fallback="error"), x, y, numbers, rounds)


def grid(*shape: int) -> np.ndarray:
    return np.linspace(-2, 0.5, int(np.prod(shape))).reshape(shape)


def layouts(numbers: list[int], rounds: int) -> None:
    """Operands that do not lie side by side: NumPy alone would bring them to a loop 8 192 elements at a time."""
    operands = {
        "(4000, 300) and (4000, 1)": (grid(4000, 300), grid(4000, 1)),
        "(4000, 320)[:, :300] and (300)": (grid(4000, 320)[:, :300], grid(300)),
        "(1000, 1000) and .T": (grid(1000, 1000), grid(1000, 1000).T),
        "(400000, 3) and (3)": (grid(400_000, 3), grid(3)),
        "(300, 300) and (300, 1)": (grid(300, 300), grid(300, 1)),
    }
    for name in ("axpy", "exp(x) * sin(y)"):
        print(f"{name}, broadcast, sliced and transposed: milliseconds (times one thread)")
        kernel = iris_cc.kernel(TEXTS[name].strip() + "\n", fallback="error")
        for label, (x, y) in operands.items():
            row(label, kernel, x, y, numbers, rounds)


def small(rounds: int) -> None:
    """Eight elements: a call that never looks at threads, beside one of the same kernel that may not use them."""
    x = np.linspace(0, 1, 8)
    out = np.empty(8)
    limits = {2: None, 1: 1}
    kernels = {most: iris_cc.kernel(TEXTS["axpy"] + "\n", threads=limit) for most, limit in limits.items()}

    def thousand(kernel: Any) -> Callable[[], None]:
        def call() -> None:
            for _ in range(1000):
                kernel(x, x, out)

        return call

    found = in_turns({most: thousand(kernel) for most, kernel in kernels.items()}, 20 * rounds)
    print(f"8 elements: {found[2] * 1e6:.0f} ns, {found[1] * 1e6:.0f} ns where the unit has no way to threads")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--most", type=int, default=None, help="the largest number of threads")
    parser.add_argument("--sizes", type=int, nargs="*", help="numbers of elements")
    given = parser.parse_args()
    iris_cc.set_num_threads(None)
    most = given.most or iris_cc.get_num_threads()
    numbers = [number for number in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96) if number < most] + [most]
    rounds = 5 if given.quick else 15
    for size in given.sizes or (10_000_000, 1_000_000, 100_000, 30_000, 10_000):
        table(size, numbers, rounds if size > 100_000 else 20 * rounds)
    layouts(numbers, 5 * rounds)
    small(rounds)


if __name__ == "__main__":
    main()
