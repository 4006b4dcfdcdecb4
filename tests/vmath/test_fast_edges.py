"""Where the results of the fast functions begin to be normal numbers, and where they end to be finite.

Below the first a fast result may be zero; from it on it is within four units, as everywhere.
"""

from __future__ import annotations

import ctypes
import math
from pathlib import Path

import numpy as np
import pytest

import iris_cc
from tests.vmath import unit
from tests.vmath.test_accuracy import errors, odd_ones
from tests.vmath.unit import Name

pytestmark = pytest.mark.needs_cc

FAST = unit.names(True)
STEPS = 20_000
BOUND = 4.0


def _id(name: Name) -> str:
    return name.c


def edges(name: Name) -> list[float]:
    """The smallest normal result, the largest finite one, and the ends of what the functions compute otherwise."""
    limits = np.finfo(name.type)
    smallest, largest = math.log(limits.smallest_normal), math.log(limits.max)
    found = {
        "exp": [smallest, largest],
        "exp2": [smallest / math.log(2), np.nextafter(limits.maxexp, 0)],
        "sinh": [largest + math.log(2), 64 * math.log(2), 32 * math.log(2), 711.0, 91.0],
        "cosh": [largest + math.log(2), 64 * math.log(2), 32 * math.log(2), 711.0, 91.0],
        "tanh": [20.0, 10.0, 19.06, 9.01],
    }[name.function]
    if name.function in ("sinh", "tanh"):
        found = [*found, limits.smallest_normal]
    return [float(x) for x in found] + [-float(x) for x in found if name.function != "exp2"]


def around(name: Name, edge: float) -> np.ndarray:
    """Every neighbour, and wider and wider steps."""
    bits = f"i{np.dtype(name.type).itemsize}"
    near = np.arange(-STEPS, STEPS + 1)
    far = np.unique(np.exp2(np.linspace(14, 40 if name.kind == "f64" else 16, 4_000)).astype(np.int64))
    steps = np.concatenate([near, far, -far])
    x = (np.array(edge, name.type).view(bits).astype(np.int64) + steps).astype(bits).view(name.type)
    return np.ascontiguousarray(x[np.isfinite(x)])


def check(name: Name, x: np.ndarray, got: np.ndarray, references: ctypes.CDLL) -> None:
    hi, lo = unit.exact(references, name, x)
    normal = abs(hi) >= np.finfo(name.type).smallest_normal
    wrong = odd_ones(name, got, hi, lo) & normal
    assert not wrong.any(), f"{x[wrong][:3]}: {got[wrong][:3]} for {hi[wrong][:3]}"
    off = np.where(normal, errors(name, got, hi, lo), 0)
    k = int(np.argmax(off))
    assert off[k] <= BOUND, f"{float(x[k]).hex()}: {got[k]} is off by {off[k]}"


@pytest.fixture(scope="module", params=["cc", "clang"])
def built(request: pytest.FixtureRequest, folder: Path) -> ctypes.CDLL:
    if not unit.has(request.param):
        pytest.skip(f"no {request.param}")
    return unit.compile_text(
        unit.source(FAST), folder, f"fast_{request.param}", request.param, *unit.FLAGS, *unit.BEST
    )[0]


@pytest.mark.parametrize("name", FAST, ids=_id)
def test_normal_results_at_the_edges(name: Name, built: ctypes.CDLL, references: ctypes.CDLL) -> None:
    for edge in edges(name):
        x = around(name, edge)
        for shape in ("contiguous", "single"):
            check(name, x, unit.run(built, shape, name, x), references)


@pytest.mark.parametrize("name", FAST, ids=_id)
def test_the_kernel_of_a_fast_function(name: Name, references: ctypes.CDLL) -> None:
    kernel = iris_cc.kernel(f"def f(x):\n    return {name.function}(x)", math="fast", fallback="error")
    for edge in edges(name):
        x = around(name, edge)
        with np.errstate(all="ignore"):
            check(name, x, kernel(x), references)


def test_the_edges_are_where_results_change() -> None:
    """Of exp, by many digits: the neighbour below gives no normal number, the one above no finite one."""
    mpmath = pytest.importorskip("mpmath")
    text = (unit.folder() / "iris_vm_fast.h").read_text(encoding="ascii")
    for type, low, high in (
        (np.float64, "-0x1.6232bdd7abcd2p9", "0x1.62e42fefa39efp9"),
        (np.float32, "-0x1.5d589ep6", "0x1.62e42ep6"),
    ):
        assert low in text
        assert high in text
        limits = np.finfo(type)
        first, last = type(float.fromhex(low)), type(float.fromhex(high))
        with mpmath.workprec(200):
            smallest, largest = (mpmath.mpf(float(v)) for v in (limits.smallest_normal, limits.max))
            below, above = np.nextafter(first, type(-np.inf)), np.nextafter(last, type(np.inf))
            assert mpmath.exp(float(below)) < smallest <= mpmath.exp(float(first))
            assert mpmath.exp(float(last)) <= largest < mpmath.exp(float(above))
