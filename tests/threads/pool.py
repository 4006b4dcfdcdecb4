"""The pool by itself: its unit, and a unit of C with parts that leave traces."""

from __future__ import annotations

import ctypes
from ctypes import CFUNCTYPE, POINTER, c_double, c_int32, c_int64, c_ssize_t, c_uint32, c_void_p
from functools import cache
from typing import Any

import numpy as np

from iris_cc import build, threads
from iris_cc.build import Built, Unit
from iris_cc.digest import hex_digest
from iris_cc.runtime import loader

PARTS = """
#include <fenv.h>
#include <pthread.h>
#include <stdint.h>
typedef struct {
  uint8_t *seen;      /* how often each element was computed */
  int64_t *begins;    /* by element: where the piece it was in began */
  double *results;
  double numerator, denominator;
  int32_t work, status_at, other_at;
  int64_t threads;    /* a bit per thread, hashed */
  void *parallel;
} trace_t;
typedef int32_t (*part_t)(void *, intptr_t, intptr_t);
typedef struct {
  part_t part;
  void *context;
  intptr_t count, grain, largest;
  int32_t most;
  int32_t (*look)(uint32_t *);
  uint32_t *stop;
} work_t;
typedef int32_t (*parallel_t)(const work_t *);
/* Stops the work at the look whose number the word has. */
__attribute__((visibility("default"))) int32_t count_down(uint32_t *stop) {
  uint32_t left = __atomic_load_n(stop, __ATOMIC_RELAXED);
  while (left > 1 && !__atomic_compare_exchange_n(stop, &left, left - 1, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}
  return left == 1;
}
__attribute__((visibility("default"))) int32_t trace_part(void *context, intptr_t begin, intptr_t end) {
  trace_t *trace = context;
  int32_t status = 0;
  uint64_t self = (uint64_t)pthread_self() * 0x9e3779b97f4a7c15u;
  __atomic_fetch_or(&trace->threads, (int64_t)1 << (self >> 58), __ATOMIC_RELAXED);
  for (intptr_t k = begin; k < end; k++) {
    trace->seen[k]++;
    trace->begins[k] = begin;
    volatile double x = trace->numerator;
    for (int32_t n = 0; n < trace->work; n++) x = x / trace->denominator;
    trace->results[k] = x;
    if (k == trace->status_at) status |= 4;
    if (k == trace->other_at) status |= 2;
  }
  return status;
}
__attribute__((visibility("default"))) int32_t nested_part(void *context, intptr_t begin, intptr_t end) {
  trace_t *trace = context;
  trace_t inner = *trace;
  inner.seen += begin, inner.begins += begin, inner.results += begin, inner.threads = 0;
  uint32_t stop = 0;
  work_t work = {trace_part, &inner, end - begin, 1, end - begin, 0, count_down, &stop};
  int32_t status = ((parallel_t)trace->parallel)(&work);
  if (__builtin_popcountll((uint64_t)inner.threads) != 1) status |= 64;
  return status;
}
__attribute__((visibility("default"))) int32_t set_rounding(int32_t up) {
  return fesetround(up ? FE_UPWARD : FE_TONEAREST);
}
"""


class Trace(ctypes.Structure):
    _fields_ = [
        ("seen", c_void_p),
        ("begins", c_void_p),
        ("results", c_void_p),
        ("numerator", c_double),
        ("denominator", c_double),
        ("work", c_int32),
        ("status_at", c_int32),
        ("other_at", c_int32),
        ("threads", c_int64),
        ("parallel", c_void_p),
    ]


class Work(ctypes.Structure):
    _fields_ = [
        ("part", c_void_p),
        ("context", c_void_p),
        ("count", c_ssize_t),
        ("grain", c_ssize_t),
        ("largest", c_ssize_t),
        ("most", c_int32),
        ("look", c_void_p),
        ("stop", c_void_p),
    ]


@cache
def _library(which: str) -> loader.Library:
    unit = threads._pool() if which == "pool" else Unit(
        hex_digest(PARTS), "parts", "call", 0, "strict", 10, lambda: PARTS, {"kernel": "parts"}
    )  # fmt: skip
    found = build.obtain(unit)
    assert isinstance(found, Built), found
    return loader.load(found.artifact)


def pool() -> loader.Library:
    return _library("pool")


def parts() -> loader.Library:
    return _library("parts")


class Run:
    """What one call of the pool left."""

    def __init__(
        self,
        count: int,
        grain: int,
        most: int = 0,
        *,
        work: int = 200,
        status_at: int = -1,
        other_at: int = -1,
        numerator: float = 1.0,
        denominator: float = 1.5,
        part: str = "trace_part",
        largest: int = 1 << 40,
        looks: int = 0,  # after so many the work is to stop; 0 is never
    ) -> None:
        self.seen = np.zeros(count, np.uint8)
        self.begins = np.full(count, -1)
        self.results = np.zeros(count)
        parallel = pool().address("iris_parallel")
        arrays = (self.seen.ctypes.data, self.begins.ctypes.data, self.results.ctypes.data)
        trace = Trace(*arrays, numerator, denominator, work, status_at, other_at, 0, parallel)
        word = c_uint32(looks)
        functions = [parts().address(each) for each in (part, "count_down")]
        places = [ctypes.addressof(each) for each in (trace, word)]
        given = Work(functions[0], places[0], count, grain, largest, most, functions[1], places[1])
        entry: Any = CFUNCTYPE(c_int32, POINTER(Work))(parallel)
        self.status = entry(ctypes.byref(given))
        self.threads = int(trace.threads).bit_count() if trace.threads >= 0 else (trace.threads + (1 << 64)).bit_count()

    @property
    def pieces(self) -> list[int]:
        return [int(begin) for begin in np.unique(self.begins)]


def set_threads(number: int) -> None:
    CFUNCTYPE(None, c_int32)(pool().address("iris_set_threads"))(number)


def workers() -> int:
    return int(CFUNCTYPE(c_int32)(pool().address("iris_count_workers"))())


__all__ = ["Run", "Trace", "parts", "pool", "set_threads", "workers"]
