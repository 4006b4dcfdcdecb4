"""Functions whose elements leave their loops at different times, as IR text, with inputs that suit them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from iris_cc.ir.nodes import Function
from iris_cc.ir.parser import parse
from iris_cc.ir.types import BOOL, Scalar
from iris_cc.ir.verify import verify


def _parsed(text: str) -> Callable[[], Function]:
    return lambda: verify(parse(text))


collatz = _parsed("""
func @collatz(%0: i64) -> i64 {
  while carry %1: i64 = %0, %2: i64 = 0:i64 {
    %3: bool = gt %1, 1:i64
    test %3
  } do {
    %4: i64 = and %1, 1:i64
    %5: bool = eq %4, 0:i64
    %6: i64 = floordiv %1, 2:i64
    %7: i64 = mul 3:i64, %1
    %8: i64 = add %7, 1:i64
    %9: i64 = select %5, %6, %8
    %10: i64 = add %2, 1:i64
    yield %9, %10
  } -> %11: i64, %12: i64
  return %12
}
""")

escape = """
func @escape(%0: TYPE, %1: TYPE) -> i64, TYPE, bool {
  for %7: i64 in 0:i64 .. 40:i64 step 1:i64 carry %2: bool = true:bool, %3: TYPE = %1, %4: TYPE = %0, %5: i64 = 0:i64,
    %6: bool = false:bool live %2 {
    %8: TYPE = mul %3, %3
    %9: TYPE = mul %4, %4
    %10: TYPE = add %8, %9
    %11: bool = gt %10, 4.0:TYPE
    %12: TYPE = sub %8, %9
    %13: TYPE = add %12, %0
    %15: TYPE = mul %3, %4
    %16: TYPE = add %15, %1
    %17: i64 = select %11, %7, %5
    %18: bool = not %11
    yield %18, %16, %13, %17, %11
  } -> %19: bool, %20: TYPE, %21: TYPE, %22: i64, %23: bool
  %24: i64 = select %23, %22, 200:i64
  return %24, %20, %19
}
"""

# Bounds of every kind, and a swap of carried values.
bounds = _parsed("""
func @bounds(%0: i64, %1: i64, %2: i64) -> i64, i64, f64 {
  %30: i64 = and %0, 15:i64
  %31: i64 = and %1, 15:i64
  %32: i64 = and %2, 3:i64
  %33: i64 = sub %32, 2:i64
  for %3: i64 in %30 .. %31 step 1:i64 carry %4: i64 = 0:i64, %5: i64 = %0 {
    %6: i64 = add %5, %3
    yield %6, %4
  } -> %7: i64, %8: i64
  for %9: i64 in %31 .. %30 step %33 carry %10: i64 = %7, %11: i64 = %8 {
    %12: i64 = sub %10, %9
    yield %11, %12
  } -> %13: i64, %14: i64
  for %15: i64 in 9:i64 .. %31 step -1:i64 carry %16: f64 = 1.0:f64 {
    %17: f64 = cast %15
    %18: f64 = div %17, %16
    yield %18
  } -> %19: f64
  for %20: i64 in 3:i64 .. %30 step 3:i64 carry %21: i64 = %14 {
    %22: i64 = mul %21, %20
    yield %22
  } -> %23: i64
  return %13, %23, %19
}
""")

# Loops in loops, branches that stay, and a branch with a loop in it.
nested = _parsed("""
func @nested(%0: f64, %1: i64) -> f64, i64 {
  %2: i64 = and %1, 7:i64
  %3: bool = gt %0, 1.0:f64
  if %3 {
    for %4: i64 in 0:i64 .. %2 step 1:i64 carry %5: f64 = %0 {
      %6: f64 = sqrt %5
      %7: f64 = add %6, 1.5:f64
      yield %7
    } -> %8: f64
    yield %8
  } else {
    yield %0
  } -> %9: f64
  for %10: i64 in 0:i64 .. 5:i64 step 1:i64 carry %11: f64 = %9, %12: i64 = 0:i64 {
    for %13: i64 in %10 .. %2 step 2:i64 carry %14: f64 = %11, %15: i64 = %12, %16: bool = true:bool live %16 {
      %17: f64 = mul %14, 1.25:f64
      %18: bool = lt %17, 30.0:f64
      %19: i64 = add %15, %13
      yield %17, %19, %18
    } -> %20: f64, %21: i64, %22: bool
    if %22 {
      %23: f64 = exp %20
      %24: f64 = log %23
      yield %24
    } else {
      %25: f64 = mul %20, 0.5:f64
      %26: f64 = sin %25
      yield %26
    } -> %27: f64
    while carry %28: i64 = %21 {
      %29: bool = gt %28, 9:i64
      test %29
    } do {
      %30: i64 = floormod %28, 10:i64
      %31: i64 = floordiv %28, 10:i64
      %32: i64 = add %30, %31
      yield %32
    } -> %33: i64
    yield %27, %33
  } -> %34: f64, %35: i64
  return %34, %35
}
""")

# bool and narrow types in lanes, minimum and maximum, classes of floats.
mixed = _parsed("""
func @mixed(%0: i8, %1: f32, %2: bool, %3: u16) -> i8, f32, bool, u16, f32 {
  %50: i64 = cast %0
  %51: i64 = and %50, 7:i64
  for %4: i64 in 0:i64 .. %51 step 1:i64 carry %5: i8 = %0, %6: f32 = %1, %7: bool = %2, %8: u16 = %3,
    %9: f32 = 1.0:f32 {
    %10: i8 = mul %5, 3:i8
    %11: i8 = minimum %10, %0
    %12: f32 = maximum %6, %9
    %13: f32 = abs %12
    %14: f32 = sqrt %13
    %15: bool = isfinite %14
    %16: bool = isnan %6
    %17: bool = signbit %6
    %18: bool = xor %16, %17
    %19: bool = lt %7, %18
    %20: bool = or %19, %15
    %21: u16 = shl %8, 1:u16
    %22: u16 = select %20, %21, %8
    %23: f32 = floor %6
    %24: f32 = cast %11
    %25: f32 = add %23, %24
    %26: f32 = fmin %25, %9
    %27: i8 = cast %26
    %28: i8 = select %7, %11, %27
    yield %28, %25, %20, %22, %14
  } -> %30: i8, %31: f32, %32: bool, %33: u16, %34: f32
  return %30, %31, %32, %33, %34
}
""")

checked = _parsed("""
func @checked(%0: i64, %1: i64) -> i64 {
  for %2: i64 in 0:i64 .. %1 step 1:i64 carry %3: i64 = %0 {
    %4: bool = eq %2, 2:i64
    %5: bool = eq %0, 7:i64
    %6: bool = and %4, %5
    %7: bool = not %6
    check %7 else zero_step
    %8: i64 = add %3, %2
    yield %8
  } -> %9: i64
  return %9
}
""")

checked_while = _parsed("""
func @checked_while(%0: i64, %1: i64) -> i64 {
  %20: i64 = sub %0, 7:i64
  while carry %2: i64 = 0:i64 {
    %3: bool = lt %2, %1
    test %3
  } do {
    %4: bool = eq %2, 2:i64
    %5: bool = eq %20, 0:i64
    %6: bool = and %4, %5
    %7: bool = not %6
    check %7 else zero_step
    %8: i64 = add %2, 1:i64
    yield %8
  } -> %9: i64
  %10: i64 = add %9, %20
  return %10
}
""")

gcd = _parsed("""
func @gcd(%0: i64, %1: i64) -> i64 {
  while carry %2: i64 = %0, %3: i64 = %1 {
    %4: bool = ne %3, 0:i64
    test %4
  } do {
    %5: i64 = floormod %2, %3
    yield %3, %5
  } -> %6: i64, %7: i64
  return %6
}
""")

calls = _parsed("""
func @calls(%0: f64, %1: i64) -> f64 {
  for %2: i64 in 0:i64 .. %1 step 1:i64 carry %3: f64 = %0 {
    %4: f64 = sin %3
    %5: f64 = gamma %4
    yield %5
  } -> %6: f64
  return %6
}
""")

# Lanes that never run, an index that goes down, and values made before the loop that are read after it.
entered = _parsed("""
func @entered(%0: i64, %1: f64) -> i64, f64 {
  %2: i64 = and %0, 3:i64
  %3: bool = ne %2, 0:i64
  %4: f64 = mul %1, 0.5:f64
  %5: f64 = sqrt %4
  for %6: i64 in 20:i64 .. %2 step -1:i64 carry %7: f64 = %4, %8: i64 = %0, %9: bool = %3 live %9 {
    %10: f64 = add %7, %5
    %11: i64 = add %8, %6
    %12: bool = lt %10, 3.0:f64
    yield %10, %11, %12
  } -> %13: f64, %14: i64, %15: bool
  %16: f64 = select %15, %13, %5
  %17: i64 = mul %14, %2
  return %17, %16
}
""")

# i64 of every size as f64, rounded once.
converted = _parsed("""
func @converted(%0: i64) -> f64, f64 {
  %1: i64 = and %0, 31:i64
  for %2: i64 in 0:i64 .. %1 step 1:i64 carry %3: i64 = %0, %4: f64 = 0.0:f64, %5: f64 = 0.0:f64 {
    %6: i64 = mul %3, 6364136223846793005:i64
    %7: i64 = shr %6, 9:i64
    %8: f64 = cast %6
    %9: f64 = cast %7
    %10: f64 = sub %8, %4
    %11: f64 = sub %9, %5
    yield %6, %10, %11
  } -> %12: i64, %13: f64, %14: f64
  return %13, %14
}
""")

# Several functions of one angle, which grows from round to round until the usual reduction serves no more.
turned = """
func @turned(%0: TYPE, %1: i32) -> TYPE, TYPE {
  %2: i32 = and %1, 7:i32
  %3: i64 = cast %2
  for %4: i64 in 0:i64 .. %3 step 1:i64 carry %5: TYPE = %0, %6: TYPE = 0.0:TYPE {
    %7: TYPE = sin %5
    %8: TYPE = mul %7, %0
    %9: TYPE = cos %5
    %10: TYPE = add %8, %9
    %11: TYPE = tan %5
    %12: TYPE = exp %10
    %13: TYPE = add %11, %12
    %14: TYPE = mul %5, 800.0:TYPE
    yield %14, %13
  } -> %15: TYPE, %16: TYPE
  %17: TYPE = cos %15
  return %16, %17
}
"""

# Branches that leave their loop, on either side, with work on the other.
left_early = _parsed("""
func @left_early(%0: f64, %1: i64) -> f64, i64, f64 {
  for %2: i64 in 0:i64 .. 30:i64 step 1:i64 carry %3: bool = true:bool, %4: f64 = %0, %5: f64 = 1.0:f64, %6: i64 = %1,
    %7: i64 = 0:i64 live %3 {
    %10: f64 = mul %4, %4
    %11: bool = gt %10, 50.0:f64
    if %11 {
      yield %4, %5, %2, true:bool, 7:i64
    } else {
      %12: f64 = add %10, 0.5:f64
      %13: f64 = div %12, %5
      %14: f64 = sqrt %12
      %8: f64 = div %14, 0.75:f64
      %9: f64 = sin %8
      %15: i64 = mul %6, 3:i64
      yield %13, %9, %7, false:bool, %15
    } -> %16: f64, %17: f64, %18: i64, %19: bool, %20: i64
    %21: bool = not %19
    yield %21, %16, %17, %20, %18
  } -> %22: bool, %23: f64, %24: f64, %25: i64, %26: i64
  while carry %30: bool = true:bool, %31: f64 = %23, %32: i64 = 0:i64 {
    %33: bool = lt %32, 20:i64
    %34: bool = and %30, %33
    test %34
  } do {
    %35: f64 = div %31, 1.25:f64
    %36: bool = ge %35, 1.0:f64
    if %36 {
      %37: i64 = add %32, 1:i64
      %47: f64 = exp %35
      %38: f64 = sqrt %47
      %48: f64 = div %38, %47
      %39: f64 = sub %48, 0.125:f64
      yield true:bool, %39, %37
    } else {
      yield false:bool, %31, %32
    } -> %40: bool, %41: f64, %42: i64
    yield %40, %41, %42
  } -> %43: bool, %44: f64, %45: i64
  %46: i64 = add %26, %45
  return %23, %46, %44
}
""")

bits_of_index = _parsed("""
func @bits_of_index(%0: f64, %1: i64) -> f64 {
  %2: i64 = and %1, 1:i64
  for %3: i64 in 0:i64 .. 9:i64 step 1:i64 carry %4: f64 = %0, %5: bool = true:bool live %5 {
    %6: i64 = and %3, 2:i64
    %7: bool = eq %6, 0:i64
    %8: f64 = mul %4, 1.5:f64
    %9: f64 = sub 0.5:f64, %4
    %10: f64 = select %7, %8, %9
    %11: i64 = and %1, 4:i64
    %12: bool = eq %11, 0:i64
    %13: f64 = add %10, 0.25:f64
    %14: f64 = sub %10, 0.25:f64
    %15: f64 = select %12, %13, %14
    %16: bool = lt %15, 40.0:f64
    yield %15, %16
  } -> %17: f64, %18: bool
  return %17
}
""")

# Choices by a bit, of values that may be negative and of an index that is one for all; shifts of both kinds of number.
bits = """
func @bits(%0: TYPE, %1: TYPE) -> TYPE, TYPE, TYPE {
  %2: TYPE = and %1, 15:TYPE
  while carry %3: TYPE = %2, %4: TYPE = %0, %5: TYPE = 0:TYPE {
    %6: TYPE = shr %3, 4:TYPE
    %7: bool = ge %3, 1:TYPE
    %8: bool = lt %6, 5:TYPE
    %9: bool = and %7, %8
    test %9
  } do {
    %10: TYPE = and %4, 8:TYPE
    %11: bool = ne %10, 8:TYPE
    %12: TYPE = sub %4, 1000:TYPE
    %13: TYPE = mul %4, 3:TYPE
    %14: TYPE = select %11, %12, %13
    %15: TYPE = and %14, 1:TYPE
    %16: bool = eq %15, 0:TYPE
    %17: TYPE = shr %3, 1:TYPE
    %18: TYPE = shr %14, 1:TYPE
    %19: TYPE = select %16, %17, %18
    %20: TYPE = sub %3, 1:TYPE
    %21: TYPE = add %5, %19
    yield %20, %14, %21
  } -> %22: TYPE, %23: TYPE, %24: TYPE
  return %22, %23, %24
}
"""

indexed = _parsed("""
func @indexed(%0: f64) index i0=%1: i64 flat=%2: i64 n0=%3: i64 -> f64 {
  %10: i64 = and %2, 15:i64
  for %4: i64 in 0:i64 .. %10 step 1:i64 carry %5: f64 = %0 {
    %6: i64 = add %1, %3
    %7: f64 = cast %6
    %8: f64 = add %5, %7
    yield %8
  } -> %9: f64
  return %9
}
""")

# Loops that count in narrow types, with bounds of each lane, steps that are no unit, and a stop that is no constant.
short_counts = _parsed("""
func @short_counts(%0: i16, %1: i8) -> i16, i8, i16 {
  %2: i16 = and %0, 31:i16
  %3: i8 = and %1, 15:i8
  for %4: i16 in -3:i16 .. %2 step 1:i16 carry %5: i16 = %0 {
    %6: i16 = mul %5, %4
    %7: i16 = sub %6, %4
    yield %7
  } -> %8: i16
  for %9: i8 in 120:i8 .. 127:i8 step 5:i8 carry %10: i8 = %1, %11: bool = true:bool live %11 {
    %12: i8 = mul %10, %9
    %13: bool = lt %12, 100:i8
    yield %12, %13
  } -> %14: i8, %15: bool
  for %16: i8 in %3 .. -4:i8 step -1:i8 carry %17: i16 = %8 {
    %18: i16 = cast %16
    %19: i16 = add %17, %18
    yield %19
  } -> %20: i16
  return %8, %14, %20
}
""")

# A count that would fit in 32 bits, but for what is done with it after the loop.
counted_on = _parsed("""
func @counted_on(%0: f32) -> i64 {
  for %1: i64 in 0:i64 .. 90:i64 step 1:i64 carry %2: f32 = %0, %3: i64 = 7:i64, %4: bool = true:bool live %4 {
    %5: f32 = mul %2, 1.25:f32
    %6: bool = lt %5, 1000.0:f32
    %7: i64 = select %6, %1, %3
    yield %5, %7, %6
  } -> %8: f32, %9: i64, %10: bool
  %11: i64 = mul %9, 5000000000:i64
  return %11
}
""")

KERNELS: dict[str, Callable[[], Function]] = {
    "counted_on": counted_on,
    "short_counts": short_counts,
    "collatz": collatz,
    "escape_f8": _parsed(escape.replace("TYPE", "f64")),
    "escape_f4": _parsed(escape.replace("TYPE", "f32")),
    "escape_f4_count": _parsed(
        escape.replace("-> i64, TYPE, bool", "-> i64").replace("%24, %20, %19", "%24").replace("TYPE", "f32")
    ),
    "entered": entered,
    "gcd": gcd,
    "converted": converted,
    "bounds": bounds,
    "bits_i8": _parsed(bits.replace("TYPE", "i64")),
    "bits_i4": _parsed(bits.replace("TYPE", "i32")),
    "bits_of_index": bits_of_index,
    "left_early": left_early,
    "nested": nested,
    "turned_f8": _parsed(turned.replace("TYPE", "f64")),
    "turned_f4": _parsed(turned.replace("TYPE", "f32")),
    "mixed": mixed,
}


def inputs(fn: Function, count: int) -> list[np.ndarray]:
    """Values that keep every loop short enough."""
    rng = np.random.default_rng(count)
    return [_values(rng, param.type, count) for param in fn.params]


def _values(rng: np.random.Generator, type: Scalar, count: int) -> np.ndarray:
    if type is BOOL:
        return rng.integers(2, size=count).astype(bool)
    if type.is_float:
        return rng.normal(size=count).astype(type.dtype)
    low = 1 if type.bits == 64 else 0
    return rng.integers(low, 100, size=count).astype(type.dtype)
