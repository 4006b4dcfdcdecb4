"""In place of the pool: a function that cuts rows as small as it may, last piece first, and keeps count."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np

import iris_cc
from iris_cc import build, threads
from iris_cc.build import Built, Unit
from iris_cc.calls import install
from iris_cc.digest import hex_digest
from iris_cc.kernels.realize import Native
from iris_cc.runtime import loader, spread
from iris_cc.runtime.parallel import ENTRY

_TEXT = """
#include <stdint.h>
#define EXPORT __attribute__((visibility("default")))
EXPORT int64_t cut_rows, cut_pieces, cut_grain, cut_most;
typedef struct {
  int32_t (*part)(void *, intptr_t, intptr_t);
  void *whole;
  intptr_t count, grain, largest;
  int32_t most;
  int32_t (*look)(uint32_t *);
  uint32_t *stop;
} work_t;
EXPORT int32_t cut(const work_t *work) {
  int32_t status = 0;
  const intptr_t grain = work->grain;
  intptr_t end = work->count;
  cut_rows++;
  cut_grain = grain;
  cut_most = work->most;
  while (end > 0) {
    const intptr_t begin = end <= 2 * grain ? 0 : (end - 1) / grain * grain - grain;
    cut_pieces++;
    const int32_t found = work->part(work->whole, begin, end);
    if (found) status = found;
    end = begin;
  }
  return status;
}
"""


class Cuts:
    """What was cut."""

    def __init__(self, library: loader.Library) -> None:
        self._library = library

    def _get(self, name: str) -> int:
        return self._library.read_int64(f"cut_{name}")

    @property
    def rows(self) -> int:
        return self._get("rows")

    @property
    def pieces(self) -> int:
        return self._get("pieces")

    @property
    def grain(self) -> int:
        return self._get("grain")

    @property
    def most(self) -> int:
        return self._get("most")

    def clear(self) -> None:
        for name in ("rows", "pieces", "grain", "most"):
            self._library.write_int64(f"cut_{name}", 0)


@cache
def _library() -> loader.Library:
    unit = Unit(hex_digest(_TEXT), "cut", "call", 0, "strict", 10, lambda: _TEXT, {"kernel": "cut"})
    found = build.obtain(unit)
    assert isinstance(found, Built), found
    return loader.load(found.artifact)


@contextmanager
def cutting(kernel: Any) -> Iterator[Cuts]:
    """Rows of the loops that `kernel` has by now are cut."""
    cuts = Cuts(_library())
    cuts.clear()
    loaded = [made.library for made in kernel.state.realized.values() if isinstance(made, Native)]
    assert loaded
    for library in loaded:
        if library.has(ENTRY):
            library.write_int64(ENTRY, _library().address("cut"))
    try:
        yield cuts
    finally:
        for library in loaded:
            threads.connect(library)


def wait_for_the_dispatcher() -> None:
    """Until calls of new kernels go through C, whose unit is built in the background."""
    kernel = iris_cc.kernel("def wait(x): return x + 1.0", fallback="error")
    until = time.monotonic() + 60
    while build.peek(install._unit()) == "none" and time.monotonic() < until:
        kernel(1.0)
        time.sleep(0.02)


def start_spreading() -> loader.Library:
    """The unit that walks large arrays, at work; three calls are what a process needs for it."""
    if threads._state.spread is None:
        if threads.get_num_threads() == 1:
            threads.set_num_threads(4)
        wait_for_the_dispatcher()
        kernel = iris_cc.kernel("def start(x, y): return x - y", fallback="error")
        for _ in range(4):
            kernel(np.ones((200, 300)), np.ones(300))
    assert threads._state.spread is not None
    return threads._state.spread


@contextmanager
def cutting_spaces(lanes: int = 4) -> Iterator[Cuts]:
    """Calls on large arrays of several dimensions are cut; `rows` counts those calls."""
    unit = start_spreading()
    cuts = Cuts(_library())
    cuts.clear()
    unit.write_int64(ENTRY, _library().address("cut"))
    unit.write_int64(spread.LANES, lanes)
    try:
        yield cuts
    finally:
        threads.set_num_threads(threads._state.chosen)
