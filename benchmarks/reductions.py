"""`kernel.reduce` and `kernel.accumulate` beside NumPy's own: four million doubles, one thread.

    python -m benchmarks.reductions [--quick]

Each contender is checked against the function folded over NumPy scalars on a short row first; medians, turn by turn.
"""

from __future__ import annotations

import argparse
import functools
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

import iris_cc
from benchmarks.kernels import add
from benchmarks.timing import QUICK, Pace, Turn, interleaved

SIZE = 4_000_000
PACE = Pace(rounds=15, shortest=0.0)


def larger(a, b):  # type: ignore[no-untyped-def]
    """The larger of two."""
    return a if a > b else b


PAIRS: tuple[tuple[Callable[..., Any], np.ufunc], ...] = ((add, np.add), (larger, np.maximum))
METHODS: dict[str, Callable[[Any, np.ndarray[Any, Any]], Any]] = {
    "reduce": lambda f, x: f.reduce(x),
    "reduce, axis=0": lambda f, x: f.reduce(x.reshape(2000, -1), axis=0),
    "reduce, axis=1": lambda f, x: f.reduce(x.reshape(2000, -1), axis=1),
    "accumulate": lambda f, x: f.accumulate(x),
}


def check(function: Callable[..., Any], kernel: Any) -> None:
    short = np.random.default_rng(1).normal(size=999)
    assert kernel.reduce(short) == functools.reduce(function, short)
    assert np.array_equal(kernel.accumulate(short), list(itertools.accumulate(short, function)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    pace = QUICK if parser.parse_args().quick else PACE
    x = np.random.default_rng(0).random(SIZE)
    print(f"{'ms':28}{'iris_cc':>10}{'NumPy':>10}")
    for function, own in PAIRS:
        kernel = iris_cc.kernel(function, threads=1, fallback="error")
        check(function, kernel)
        for name, call in METHODS.items():
            turns = [Turn(who, functools.partial(call, f, x), SIZE) for who, f in (("iris", kernel), ("numpy", own))]
            times = interleaved(turns, pace)
            print(
                f"{f'{function.__name__}.{name}':28}" + "".join(f"{each.median * 1e3:10.2f}" for each in times.values())
            )


if __name__ == "__main__":
    main()
