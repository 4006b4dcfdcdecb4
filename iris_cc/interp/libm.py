"""Functions of the C library, element by element: what NumPy has no ufunc for.

The library is found once, at the first use; where there is none, `math` computes in f64 and rounds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from iris_cc.ir.ops import Op
from iris_cc.ir.types import Scalar

# None is the process itself, which has libm because the interpreter or NumPy links it.
_LIBRARIES = (None, "libm.so.6", "libm.dylib", "libm.so", "libc.so")


def _fused(a: float, b: float, c: float) -> float:
    """a * b + c, rounded once."""
    from fractions import Fraction

    if not all(map(math.isfinite, (a, b, c))):
        return c if math.isfinite(a) and math.isfinite(b) else a * b + c
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    try:
        return float(exact) if exact else a * b + c
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def libm_function(op: Op, type: Scalar) -> Callable[..., Any]:
    """The function that `op` names, on arrays and NumPy scalars of `type`."""
    to = np.dtype(type.dtype)

    def evaluate(*values: Any) -> Any:
        function = _function(op, type)
        lanes = np.broadcast_arrays(*values)
        if not lanes[0].ndim:
            return to.type(function(*map(float, values)))
        return np.fromiter(map(function, *(lane.tolist() for lane in lanes)), to, len(lanes[0]))

    return evaluate


@cache
def _function(op: Op, type: Scalar) -> Callable[..., float]:
    name = op.numpy.removeprefix("libm.")
    c_type, symbol = ("float", f"{name}f") if type is Scalar.F32 else ("double", name)
    return _from_library(symbol, c_type, op.arity) or _total(_in_math(op))


def _in_math(op: Op) -> Callable[..., float]:
    """Python's function with the meaning of `op`; `math.fma` is younger than the oldest Python there may be."""
    names = [key.removeprefix("math.") for key in op.python if isinstance(key, str) and key.startswith("math.")]
    found: Callable[..., float] = _fused if names == ["fma"] else getattr(math, names[0])
    return found


def _from_library(symbol: str, c_type: str, operands: int) -> Callable[..., float] | None:
    try:
        import _cffi_backend
    except ImportError:
        return None
    signature = _cffi_backend.FFI().typeof(f"{c_type}(*)({', '.join([c_type] * operands)})")
    for path in _LIBRARIES:
        try:
            function: Callable[..., float] = _cffi_backend.load_library(path).load_function(signature, symbol)
        except (OSError, AttributeError):
            continue
        return function
    return None


def _total(function: Callable[..., float]) -> Callable[..., float]:
    """`math` raises where the C library returns a value: inf for a pole or too large a result, else nan."""

    def total(*values: float) -> float:
        try:
            return function(*values)
        except OverflowError:
            return math.inf
        except ValueError:
            return _outside(function, values[0])

    return total


def _outside(function: Callable[..., float], value: float) -> float:
    if function is math.lgamma:
        return math.inf
    return math.copysign(math.inf, value) if function is math.gamma and value == 0 else math.nan
