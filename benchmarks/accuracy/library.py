"""Builds what is measured: loops over the functions of the iris_vm headers, and the references beside them."""

from __future__ import annotations

import ctypes
import hashlib
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
RUNTIME = HERE.parents[1] / "runtime_c"

# The order of pasting; each header may use those before it.
HEADERS = (
    "iris_base.h",
    *(
        f"iris_vm_{part}.h"
        for part in (
            "base",
            "exp",
            "log",
            "trig",
            "trig_f32",
            "pow",
            "hyp",
            "inverse_hyp",
            "atan",
            "atan_f32",
            "root",
            "erf",
            "fast",
        )
    ),
)
FLAGS = ("-O3", "-march=x86-64-v3", "-ffp-contract=off", "-fwrapv", "-fno-math-errno", "-fno-trapping-math",
         "-fno-strict-aliasing", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared")  # fmt: skip

ONE = ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "asin", "acos", "atan", "sinh",
       "cosh", "tanh", "asinh", "acosh", "atanh", "cbrt", "erf", "erfc")  # fmt: skip
TWO = ("pow", "atan2", "hypot")
NUMPY = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "acosh": "arccosh",
         "atanh": "arctanh", "atan2": "arctan2", "pow": "power"}  # fmt: skip


@dataclass(frozen=True)
class Name:
    """One function of the headers: `iris_exp_f64`, `iris_fast_exp_f32`."""

    function: str
    kind: str  # f64 or f32
    fast: bool = False

    @property
    def c(self) -> str:
        return f"iris_{'fast_' if self.fast else ''}{self.function}_{self.kind}"

    @property
    def two(self) -> bool:
        return self.function in TWO

    @property
    def type(self) -> type[np.floating]:
        return np.float64 if self.kind == "f64" else np.float32


class Score(ctypes.Structure):
    _fields_ = [
        ("most", ctypes.c_double),
        ("sum", ctypes.c_double),
        ("where", ctypes.c_long),
        ("counted", ctypes.c_long),
        ("wrong", ctypes.c_double),
        ("wrong_at", ctypes.c_long),
    ]


@cache
def headers_text() -> str:
    return "\n".join(path.read_text() for name in HEADERS if (path := RUNTIME / name).is_file())


@cache
def present() -> tuple[Name, ...]:
    """The functions the headers have."""
    text = headers_text()
    every = [Name(f, kind, fast) for fast in (False, True) for f in ONE + TWO for kind in ("f64", "f32")]
    return tuple(name for name in every if f" {name.c}(" in text)


def loop(name: Name) -> str:
    """A contiguous loop, as a generated kernel has it."""
    kind = "double" if name.kind == "f64" else "float"
    second = f", const {kind} *y" if name.two else ""
    call = f"{name.c}(x[k]{', y[k]' if name.two else ''})"
    return (
        f"void loop_{name.c}(long n, const {kind} *x{second}, {kind} *out) {{\n"
        f"  IRIS_INDEPENDENT\n  for (long k = 0; k < n; ++k) out[k] = {call};\n}}\n"
    )


def near_loop(name: Name) -> str:
    """A loop over the variant without the reduction of large arguments, in blocks that are done again if one is met."""
    kind, word = ("double", "uint64_t") if name.kind == "f64" else ("float", "uint32_t")
    near = name.c.replace("iris_", "iris_near_")
    return (
        f"void loop_near_{name.c}(long n, const {kind} *x, {kind} *out) {{\n"
        f"  for (long first = 0; first < n; first += 512) {{\n"
        f"    const long count = n - first < 512 ? n - first : 512;\n    {word} far = 0;\n"
        f"    {kind} tile[512];\n"
        f"  IRIS_INDEPENDENT\n    for (long k = 0; k < count; ++k) tile[k] = {near}(x[first + k], &far);\n"
        f"    if (far >> (8 * sizeof far - 1))\n"
        f"      for (long k = 0; k < count; ++k) tile[k] = {name.c}(x[first + k]);\n"
        f"    __builtin_memcpy(out + first, tile, (unsigned long)count * sizeof(tile[0]));\n  }}\n}}\n"
    )


def source(names: tuple[Name, ...]) -> str:
    near = [near_loop(name) for name in names if f"iris_near_{name.function}_{name.kind}(" in headers_text()]
    return headers_text() + "\n" + "\n".join([*map(loop, names), *near])


def compiled(text: str, flags: tuple[str, ...], *libraries: str, compiler: str = "gcc") -> Path:
    digest = hashlib.sha256(" ".join((compiler, *flags, text)).encode()).hexdigest()[:20]
    folder = Path(tempfile.gettempdir()) / "iris_cc_accuracy"
    folder.mkdir(exist_ok=True)
    out = folder / f"{digest}.so"
    if not out.exists():
        path = folder / f"{digest}.c"
        path.write_text(text)
        subprocess.run([compiler, *flags, "-o", str(out), str(path), *libraries], check=True)
    return out


@cache
def ours() -> ctypes.CDLL:
    return ctypes.CDLL(str(compiled(source(present()), FLAGS, "-lm")))


@cache
def reference() -> ctypes.CDLL:
    flags = ("-O3", "-march=x86-64-v3", "-fno-builtin", "-fno-trapping-math", "-ffp-contract=off", "-fPIC", "-shared")
    return ctypes.CDLL(str(compiled((HERE / "reference.c").read_text(), flags, "-lquadmath", "-lm")))


def _pointer(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def call(function: ctypes._CFuncPtr, count: int, *arrays: np.ndarray) -> None:
    function.restype = None
    function(ctypes.c_long(count), *map(_pointer, arrays))


def run(name: Name, *arguments: np.ndarray) -> np.ndarray:
    out = np.empty_like(arguments[0])
    call(getattr(ours(), f"loop_{name.c}"), out.size, *arguments, out)
    return out


def glibc(name: Name, *arguments: np.ndarray) -> np.ndarray:
    out = np.empty_like(arguments[0])
    call(getattr(reference(), f"glibc_{name.function}_{name.kind}"), out.size, *arguments, out)
    return out


def exact(function: str, *arguments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The value as a pair of doubles."""
    hi, lo = np.empty_like(arguments[0]), np.empty_like(arguments[0])
    call(getattr(reference(), f"reference_{function}"), hi.size, *arguments, hi, lo)
    return hi, lo


def wide(function: str, *arguments: np.ndarray) -> np.ndarray:
    """The value at floats, as a double."""
    out = np.empty(arguments[0].shape)
    call(getattr(reference(), f"wide_{function}"), out.size, *arguments, out)
    return out


def score_f64(got: np.ndarray, hi: np.ndarray, lo: np.ndarray) -> Score:
    score = Score()
    reference().score_f64(ctypes.c_long(got.size), _pointer(got), _pointer(hi), _pointer(lo), ctypes.byref(score))
    return score


def score_f32(got: np.ndarray, value: np.ndarray, known: float = 0.0) -> Score:
    """`where` is only looked up if the error is larger than the one that is known."""
    score = Score()
    floor = ctypes.c_double(known)
    reference().score_f32(ctypes.c_long(got.size), _pointer(got), _pointer(value), floor, ctypes.byref(score))
    return score


def sweep(name: Name, first: int, count: int) -> tuple[Score, tuple[float, float]]:
    """`count` floats from the bits `first` on: the score, the worst argument, and the first that is wrong.

    The reference is the function of double, which is measured by itself: the C library's would take an hour.
    """
    score, worst = Score(), (ctypes.c_float * 2)()
    loop = ctypes.cast(getattr(ours(), f"loop_{name.c}"), ctypes.c_void_p)
    exact_loop = ctypes.cast(getattr(ours(), f"loop_iris_{name.function}_f64"), ctypes.c_void_p)
    arguments = (ctypes.c_uint32(first), ctypes.c_long(count), loop, exact_loop, ctypes.byref(score), worst)
    reference().sweep_f32(*arguments)
    return score, (worst[0], worst[1])
