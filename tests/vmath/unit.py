"""Compiles the elementary functions as a kernel has them, with loops of several shapes, for the tests of this folder.

The references are the C library's long double functions, and for float its double ones.
"""

from __future__ import annotations

import ctypes
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from iris_cc.codegen import runtime_c

# The order of pasting: a header may use those before it.
PARTS = (
    "base",
    "exp",
    "log",
    "trig",
    "trig_f32",
    "pi",
    "pow",
    "hyp",
    "inverse_hyp",
    "atan",
    "atan_f32",
    "root",
    "erf",
    "fast",
)
HEADERS = ("iris_base.h", *(f"iris_vm_{part}.h" for part in PARTS))

ONE = ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "sinh",
       "cosh", "tanh", "asinh", "acosh", "atanh", "cbrt", "erf", "erfc")  # fmt: skip
TWO = ("pow", "atan2", "hypot")
KINDS: dict[str, tuple[type[np.floating], str]] = {"f64": (np.float64, "double"), "f32": (np.float32, "float")}

FLAGS = ("-O3", "-ffp-contract=off", "-fwrapv", "-fno-math-errno", "-fno-trapping-math", "-fno-strict-aliasing",
         "-fPIC", "-shared", "-Wall", "-Wextra", "-Werror")  # fmt: skip
X86 = platform.machine() == "x86_64"
BEST = ("-march=x86-64-v3",) if X86 else ()


@dataclass(frozen=True)
class Name:
    function: str
    kind: str
    fast: bool = False

    @property
    def c(self) -> str:
        return f"iris_{'fast_' if self.fast else ''}{self.function}_{self.kind}"

    @property
    def two(self) -> bool:
        return self.function in TWO

    @property
    def type(self) -> type[np.floating]:
        return KINDS[self.kind][0]


def folder() -> Path:
    return Path(runtime_c.folder())


def headers() -> str:
    return "\n".join((folder() / header).read_text(encoding="ascii") for header in HEADERS)


def names(fast: bool) -> list[Name]:
    text = headers()
    every = [Name(function, kind, fast) for function in ONE + TWO for kind in KINDS]
    return [name for name in every if f" {name.c}(" in text]


def loops(name: Name) -> str:
    """Side by side, with steps, one element a call, and a few lanes of a small array."""
    c = KINDS[name.kind][1]
    second = f", const {c} *y" if name.two else ""

    def call(index: str) -> str:
        return f"{name.c}(x[{index}]{f', y[{index}]' if name.two else ''})"

    return f"""
void contiguous_{name.c}(long n, const {c} *x{second}, {c} *out) {{
  IRIS_INDEPENDENT
  for (long k = 0; k < n; ++k) out[k] = {call("k")};
}}
void strided_{name.c}(long n, const {c} *x{second}, {c} *out) {{
  IRIS_INDEPENDENT
  for (long k = 0; k < n; ++k) out[3 * k] = {call("3 * k")};
}}
__attribute__((noinline)) {c} scalar_{name.c}(const {c} *x{second}) {{ return {call("0")}; }}
void single_{name.c}(long n, const {c} *x{second}, {c} *out) {{
  for (long k = 0; k < n; ++k) out[k] = scalar_{name.c}(x + k{", y + k" if name.two else ""});
}}
void lanes_{name.c}(long n, const {c} *x{second}, {c} *out) {{
  for (long first = 0; first + 16 <= n; first += 16) {{
    {c} lane[16], value[16];
    for (int l = 0; l < 16; ++l) lane[l] = x[first + l];
    for (int l = 0; l < 16; ++l) value[l] = {name.c}(lane[l]{", y[first + l]" if name.two else ""});
    for (int l = 0; l < 16; ++l) out[first + l] = value[l];
  }}
}}
""" + (near_loop(name) if name.function in ("sin", "cos", "tan") and not name.fast else "")


def near_loop(name: Name) -> str:
    c = KINDS[name.kind][1]
    word = "uint64_t" if name.kind == "f64" else "uint32_t"
    return f"""
{word} near_{name.c}(long n, const {c} *x, {c} *out) {{
  {word} far = 0;
  IRIS_INDEPENDENT
  for (long k = 0; k < n; ++k) out[k] = {name.c.replace("iris_", "iris_near_")}(x[k], &far);
  return far >> (8 * sizeof far - 1);
}}
"""


def source(some: list[Name]) -> str:
    return headers() + "".join(map(loops, some))


def reference_source() -> str:
    lines = ["#include <math.h>"]
    for f in ONE + TWO:
        two = f in TWO
        for c, wide, suffix, letter in (("double", "long double", "f64", "l"), ("float", "double", "f32", "")):
            second = f", const {c} *y" if two else ""
            call = f"{f}{letter}(x[k]{', y[k]' if two else ''})"
            lines.append(
                f"void exact_{f}_{suffix}(long n, const {c} *x{second}, double *hi, double *lo) {{\n"
                f"  for (long k = 0; k < n; ++k) {{\n    const {wide} value = {call};\n    hi[k] = (double)value;\n"
                f"    lo[k] = isfinite(hi[k]) ? (double)(value - hi[k]) : 0;\n  }}\n}}"
            )
    return "\n".join(lines)


def compile_text(text: str, folder: Path, stem: str, compiler: str, *flags: str) -> tuple[ctypes.CDLL, str]:
    """The library, and what the compiler said."""
    path, out = folder / f"{stem}.c", folder / f"{stem}.so"
    path.write_text(text)
    done = subprocess.run(
        [compiler, *flags, "-o", str(out), str(path), "-lm"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return ctypes.CDLL(str(out)), done.stderr


def run(library: ctypes.CDLL, shape: str, name: Name, *arguments: np.ndarray) -> np.ndarray:
    """Results in an array of the arguments' size."""
    out = np.full(arguments[0].size, 99, name.type)
    count = out.size // 3 if shape == "strided" else out.size
    call(getattr(library, f"{shape}_{name.c}"), count, *arguments, out)
    return out


def call(function: ctypes._CFuncPtr, count: int, *arrays: np.ndarray) -> int:
    return int(function(ctypes.c_long(count), *(ctypes.c_void_p(a.ctypes.data) for a in arrays)))


def exact(library: ctypes.CDLL, name: Name, *arguments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    hi, lo = np.empty(arguments[0].size), np.empty(arguments[0].size)
    call(getattr(library, f"exact_{name.function}_{name.kind}"), hi.size, *arguments, hi, lo)
    return hi, lo


def has(compiler: str) -> bool:
    return shutil.which(compiler) is not None
