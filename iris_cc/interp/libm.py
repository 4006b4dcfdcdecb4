"""Functions of the C library, element by element: what NumPy has no ufunc for.

The library is found once, at the first use; where there is none, `math` computes in f64 and rounds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

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


_IN_MATH: Mapping[str, Callable[..., float]] = {
    "erf": math.erf,
    "erfc": math.erfc,
    "tgamma": math.gamma,
    "lgamma": math.lgamma,
    "fma": _fused,
}
_OPERANDS = {"fma": 3}  # of those that do not take one


def libm_function(name: str, type: Scalar) -> Callable[..., Any]:
    """`name` on arrays and NumPy scalars of `type`."""
    to = np.dtype(type.dtype)

    def evaluate(*values: Any) -> Any:
        function = _function(name, type)
        lanes = np.broadcast_arrays(*values)
        if not lanes[0].ndim:
            return to.type(function(*map(float, values)))
        return np.fromiter(map(function, *(lane.tolist() for lane in lanes)), to, len(lanes[0]))

    return evaluate


@cache
def _function(name: str, type: Scalar) -> Callable[..., float]:
    c_type, symbol = ("float", f"{name}f") if type is Scalar.F32 else ("double", name)
    return _from_library(symbol, c_type, _OPERANDS.get(name, 1)) or _total(_IN_MATH[name])


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
            return math.inf if function is math.lgamma else _gamma_outside(values[0])

    return total


def _gamma_outside(value: float) -> float:
    return math.copysign(math.inf, value) if value == 0 else math.nan
