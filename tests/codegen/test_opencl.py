"""A second language is a row: OpenCL C, compiled by clang and run on the host, has the bits of every other route.

`get_global_id` and its kin are functions of the test's own, so a grid of work items is a loop of calls.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iris_cc
from iris_cc.codegen import languages
from iris_cc.ir.nodes import Function
from tests.codegen.opencl import OPENCL, grid_text

pytestmark = [pytest.mark.needs_cc, pytest.mark.skipif(shutil.which("clang") is None, reason="no clang")]

GRID = """#include <stddef.h>
static size_t item, items;
size_t _Z13get_global_idj(unsigned axis) { (void)axis; return item; }
size_t _Z15get_global_sizej(unsigned axis) { (void)axis; return items; }
void at(size_t k, size_t of) { item = k; items = of; }
"""


@iris_cc.kernel
def blend(x, y):
    t = x * y - 0.5
    return t * t if t > 0.0 else -t / (1.0 + x * x)


@iris_cc.kernel
def escape(cr, ci):
    x = y = 0.0
    for i in range(200):
        if x * x + y * y > 4.0:
            return i
        x, y = x * x - y * y + cr, 2.0 * x * y + ci
    return 200


@iris_cc.kernel
def collatz(n):
    steps = 0
    while n > 1:
        n = 3 * n + 1 if n % 2 else n // 2
        steps += 1
    return steps


@iris_cc.kernel
def parts(a, b):
    q = 0
    for i in range(a, b, 3):
        q += i & 5
    return a // b, a % b, q, a < b


CASES: dict[str, tuple[Any, list[np.ndarray]]] = {
    "blend f8": (blend, [np.linspace(-3, 3, 1001), np.linspace(2, -2, 1001)]),
    "blend f4": (blend, [np.linspace(-3, 3, 1001, dtype="f4"), np.linspace(2, -2, 1001, dtype="f4")]),
    "escape": (escape, [np.linspace(-2, 1, 501), np.linspace(-1, 1, 501)]),
    "collatz": (collatz, [np.arange(1, 500)]),
    "parts i8": (parts, [np.arange(-50, 50), np.arange(60, -40, -1)]),
    "parts i2": (parts, [np.arange(-50, 50, dtype="i2"), np.arange(60, -40, -1, dtype="i2")]),
}


@pytest.fixture(autouse=True)
def _row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(languages.LANGUAGES, "opencl", OPENCL)  # type: ignore[misc]


def built(fn: Function, folder: Path, rounds: int = 1 << 40) -> ctypes.CDLL:
    (folder / "kernel.cl").write_text(grid_text(fn, rounds))
    (folder / "grid.c").write_text(GRID)
    flags = ["-O2", "-fPIC", "-ffp-contract=off", "-fwrapv"]
    headers = ["-x", "cl", "-cl-std=CL1.2", "-Xclang", "-finclude-default-header"]
    subprocess.run(["clang", *headers, *flags, "-c", "kernel.cl", "-o", "kernel.o"], cwd=folder, check=True)
    subprocess.run(["clang", *flags, "-c", "grid.c", "-o", "grid.o"], cwd=folder, check=True)
    subprocess.run(["clang", "-shared", "kernel.o", "grid.o", "-o", "unit.so", "-lm"], cwd=folder, check=True)
    return ctypes.CDLL(str(folder / "unit.so"))


def run(unit: ctypes.CDLL, fn: Function, inputs: list[np.ndarray], items: int = 7) -> tuple[list[np.ndarray], int]:
    count = len(inputs[0])
    outs = [np.zeros(count, type.dtype) for type in fn.results]
    status = np.zeros(1, "u4")
    places = [ctypes.c_void_p(each.ctypes.data) for each in (*inputs, *outs)]
    for item in range(items):
        unit.at(ctypes.c_size_t(item), ctypes.c_size_t(items))
        unit.run(*places, ctypes.c_ulong(count), ctypes.c_void_p(status.ctypes.data))
    return outs, int(status[0])


@pytest.mark.parametrize("name", CASES)
def test_the_bits_of_every_other_route(name: str, tmp_path: Path) -> None:
    kernel, inputs = CASES[name]
    fn = kernel.specialization([each.dtype for each in inputs]).fn
    outs, status = run(built(fn, tmp_path), fn, inputs)
    want = kernel(*inputs)
    for got, each in zip(outs, want if isinstance(want, tuple) else (want,), strict=True):
        np.testing.assert_array_equal(got, each)
    assert status == 0


def test_the_limit_of_while_is_told(tmp_path: Path) -> None:
    fn = collatz.specialization(["i8"]).fn
    numbers = np.arange(1, 100)
    _, status = run(built(fn, tmp_path, rounds=20), fn, [numbers])
    assert status == 4
