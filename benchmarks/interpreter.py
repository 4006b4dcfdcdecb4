"""The interpreter beside NumPy written by hand, on straight-line kernels.

python -m benchmarks.interpreter [--quick] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

import iris_cc
from benchmarks.cases import Case, all_cases, inputs_of
from benchmarks.checking import agreement
from benchmarks.contenders import Turn, by_name, make_turn
from benchmarks.tables import geomean
from benchmarks.timing import FULL, QUICK, interleaved

MILLION = 1_000_000


def straight_cases() -> list[Case]:
    """Cases without loops and positions that NumPy can say."""
    groups = {"transcendental", "arithmetic", "chain"}
    found = [case for case in all_cases() if case.group in groups and case.numpy is not None and not case.indexed]
    return [case for case in found if not case.name.endswith("large") or case.name == "blend large"]


def measure(size: int, quick: bool) -> list[dict[str, Any]]:
    """One row per case: ns per element of both."""
    before = os.environ.get("ME_DSL_JIT")
    os.environ["ME_DSL_JIT"] = "0"
    try:
        return [_row(case, size, quick) for case in straight_cases()]
    finally:
        if before is None:
            del os.environ["ME_DSL_JIT"]
        else:
            os.environ["ME_DSL_JIT"] = before


def _row(case: Case, size: int, quick: bool) -> dict[str, Any]:
    inputs = inputs_of(case, size)
    kernel = iris_cc.kernel(case.function, fallback="silent")
    went = kernel.explain(*inputs)
    if went.route != "interpreted":
        raise RuntimeError(f"{case.name} runs {went.route}")
    by_hand = make_turn(by_name("numpy"), case, inputs, 1)
    out = np.empty_like(by_hand.call())
    interpreted = Turn("interpreter", lambda: kernel(*inputs, out=out), size)
    found = agreement(case, inputs, interpreted.call())
    if not found.holds:
        raise AssertionError(f"{case.name}: {found}")
    timed = interleaved([interpreted, by_hand], QUICK if quick else FULL)
    ours, theirs = timed["interpreter"], timed["numpy"]
    return {
        "name": case.name, "elements": size, "interpreter": ours.median / size * 1e9,
        "numpy": theirs.median / size * 1e9, "ratio": ours.median / theirs.median,
    }  # fmt: skip


def main(words: list[str] | None = None) -> int:
    """The program."""
    parser = argparse.ArgumentParser(prog="benchmarks.interpreter", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smaller arrays and few rounds")
    parser.add_argument("--json", metavar="FILE", help="write the figures there")
    options = parser.parse_args(words)
    size = MILLION // 10 if options.quick else MILLION
    rows = measure(size, options.quick)
    print(f"{'ns per element, ' + format(size, ',') + ' elements':32}{'interpreter':>14}{'numpy':>10}{'ratio':>8}")
    for row in rows:
        print(f"{row['name']:32}{row['interpreter']:14.2f}{row['numpy']:10.2f}{row['ratio']:8.2f}")
    ratios = [row["ratio"] for row in rows]
    print(f"{'geometric mean, and the largest':32}{geomean(ratios):32.2f}{max(ratios):8.2f}")
    if options.json:
        Path(options.json).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
