"""Programs with arrays, written by hand as canonical text, each beside the same thing in Python on one element.

Shared by the tests of every stage.  The Python functions take the scalars, then one ndarray per array.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Rows = Any

DOT = """\
func @dot(&0: f64[%0 by %1], &1: f64[%0 by 8:i64]) -> f64 {
  for %3: i64 in 0:i64 .. %0 step 1:i64 carry %2: f64 = 0.0:f64 {
    %4: f64 = load &0[%3]
    %5: f64 = load &1[%3]
    %6: f64 = mul %4, %5
    %7: f64 = add %2, %6
    yield %7
  } -> %8: f64
  return %8
}
"""


def dot(x: Rows, y: Rows) -> list[Any]:
    total = 0.0
    for i in range(len(x)):
        total += float(x[i]) * float(y[i])
    return [total]


# The running sum of a vector into another, which may be the same memory; rounds of the second loop are independent.
RUNNING = """\
func @running(%0: i32, &0: i32[%1 by %2], mut &1: i32[%1 by %3]) {
  for %5: i64 in 0:i64 .. %1 step 1:i64 carry %4: i32 = 0:i32 {
    %6: i32 = load &0[%5]
    %7: i32 = add %4, %6
    store &1[%5] = %7
    yield %7
  } -> %8: i32
  for independent %9: i64 in 0:i64 .. %1 step 1:i64 carry {
    %10: i32 = load &1[%9]
    %11: i32 = mul %10, %0
    store &1[%9] = %11
    yield
  }
  return
}
"""


def running(scale: Any, source: Rows, target: Rows) -> list[Any]:
    total = 0
    for i in range(len(source)):
        total = (total + int(source[i])) & 0xFFFFFFFF
        target[i] = np.uint32(total).view(np.int32)
    for i in range(len(target)):
        target[i] = np.uint32(int(target[i]) * int(scale) & 0xFFFFFFFF).view(np.int32)
    return []


# Two places on: out of the array at both ends, where a load gives zero and a store does nothing.
SHIFTED = """\
func @shifted(%0: i64, &0: bool[%1 by %2], mut &1: bool[%1 by %3]) -> bool {
  for %4: i64 in 0:i64 .. %1 step 1:i64 carry {
    %5: i64 = add %4, %0
    %6: bool = load &0[%4]
    store &1[%5] = %6
    yield
  }
  %7: bool = load &0[%0]
  return %7
}
"""


def shifted(by: Any, source: Rows, target: Rows) -> list[Any]:
    for i in range(len(source)):
        if 0 <= i + int(by) < len(target):
            target[i + int(by)] = source[i]
    return [bool(source[int(by)]) if 0 <= int(by) < len(source) else False]


# How often each of the numbers 0 to 3 is in a matrix, counted in a local array that is zero for each row.
COUNTED = """\
func @counted(&0: u8[%0 by %1, %2 by %3], mut &1: i64[%0 by %4, 4:i64 by %5]) -> i64 {
  for %7: i64 in 0:i64 .. %0 step 1:i64 carry %6: i64 = 0:i64 {
    alloc &2: i64[4:i64]
    for %8: i64 in 0:i64 .. %2 step 1:i64 carry {
      %9: u8 = load &0[%7, %8]
      %10: i64 = cast %9
      %11: i64 = load &2[%10]
      %12: i64 = add %11, 1:i64
      store &2[%10] = %12
      yield
    }
    for %14: i64 in 0:i64 .. 4:i64 step 1:i64 carry %13: i64 = %6 {
      %15: i64 = load &2[%14]
      store &1[%7, %14] = %15
      %16: i64 = maximum %13, %15
      yield %16
    } -> %17: i64
    yield %17
  } -> %18: i64
  return %18
}
"""


def counted(matrix: Rows, counts: Rows) -> list[Any]:
    most = 0
    for i in range(matrix.shape[0]):
        for number in range(4):
            counts[i, number] = sum(int(value) == number for value in matrix[i])
            most = max(most, int(counts[i, number]))
    return [most]


# A vector turned around by way of a local array of as many places as the element asks for.
TURNED = """\
func @turned(%0: i64, mut &0: f32[%1 by %2]) -> f32 {
  alloc &1: f32[%0]
  for %3: i64 in 0:i64 .. %1 step 1:i64 carry {
    %4: f32 = load &0[%3]
    store &1[%3] = %4
    yield
  }
  %5: i64 = sub %1, 1:i64
  for %6: i64 in 0:i64 .. %1 step 1:i64 carry {
    %7: i64 = sub %5, %6
    %8: f32 = load &1[%7]
    store &0[%6] = %8
    yield
  }
  %9: f32 = load &1[0:i64]
  return %9
}
"""


def turned(room: Any, vector: Rows) -> list[Any]:
    kept = [np.float32(0)] * len(vector)
    for i in range(min(max(int(room), 0), len(vector))):
        kept[i] = vector[i]
    for i in range(len(vector)):
        vector[i] = kept[len(vector) - 1 - i]
    return [kept[0] if int(room) > 0 and len(vector) else np.float32(0)]


# One value of the element's own beside a matrix of the function's own that is too large for a stack.
TABLE = """\
func @table(%0: i64, mut &0: i64[]) -> i64, i64 {
  alloc &1: i64[100:i64, 100:i64]
  %1: i64 = load &0[]
  store &1[%0, 7:i64] = %1
  store &0[] = %0
  %2: i64 = load &1[%0, 7:i64]
  %3: i64 = load &1[7:i64, %0]
  return %2, %3
}
"""


def table(row: Any, place: Rows) -> list[Any]:
    before = int(place[()])
    place[()] = row
    inside = 0 <= int(row) < 100
    return [before if inside else 0, before if int(row) == 7 else 0]


PROGRAMS: dict[str, tuple[str, Callable[..., Any]]] = {
    "dot": (DOT, dot), "running": (RUNNING, running), "shifted": (SHIFTED, shifted),
}  # fmt: skip
PROGRAMS |= {"counted": (COUNTED, counted), "turned": (TURNED, turned), "table": (TABLE, table)}
