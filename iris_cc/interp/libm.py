"""Functions of the C library, element by element: what NumPy has no ufunc for.

The library is found once, at the first use; where there is none, `math` computes in f64 and rounds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from iris_cc.ir.types import Scalar

# None is the process itself, which has libm because the interpreter or NumPy links it.
_LIBRARIES = (None, "libm.so.6", "libm.dylib", "libm.so", "libc.so")
_IN_MATH = {"erf": math.erf, "erfc": math.erfc, "tgamma": math.gamma, "lgamma": math.lgamma}


def libm_function(name: str, type: Scalar) -> Callable[..., Any]:
    """`name` on arrays and NumPy scalars of `type`."""
    to = np.dtype(type.dtype)

    def evaluate(value: Any) -> Any:
        function = _function(name, type)
        if not value.ndim:
            return to.type(function(float(value)))
        return np.fromiter(map(function, value.tolist()), to, len(value))

    return evaluate


@cache
def _function(name: str, type: Scalar) -> Callable[[float], float]:
    c_type, symbol = (("float", f"{name}f") if type is Scalar.F32 else ("double", name))
    return _from_library(symbol, c_type) or _total(_IN_MATH[name])


def _from_library(symbol: str, c_type: str) -> Callable[[float], float] | None:
    try:
        import _cffi_backend
    except ImportError:
        return None
    signature = _cffi_backend.FFI().typeof(f"{c_type}(*)({c_type})")
    for path in _LIBRARIES:
        try:
            function: Callable[[float], float] = _cffi_backend.load_library(path).load_function(signature, symbol)
        except (OSError, AttributeError):
            continue
        return function
    return None


def _total(function: Callable[[float], float]) -> Callable[[float], float]:
    """`math` raises where the C library returns a value: inf for a pole or too large a result, else nan."""

    def total(value: float) -> float:
        try:
            return function(value)
        except OverflowError:
            return math.inf
        except ValueError:
            return math.inf if function is math.lgamma else _gamma_outside(value)

    return total


def _gamma_outside(value: float) -> float:
    return math.copysign(math.inf, value) if value == 0 else math.nan
