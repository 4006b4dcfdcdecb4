"""What the caller gets: `__array_wrap__` of an input dresses a result, a given output is handed back.

NumPy has this in C for its own ufuncs only.  This module may not know what a ufunc computes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from iris_cc.numpy_calls.overrides import SCALARS
from iris_cc.numpy_calls.request import Request

_SCALAR_PRIORITY = -1_000_000.0


def answers(ufunc: Any, arrays: Sequence[np.ndarray], inputs: tuple[Any, ...], request: Request) -> list[Any]:
    """Each of the results, which given outputs hold already, as the caller of `ufunc` sees it."""
    outputs = request.outputs.padded(len(arrays))
    wrap = wrapper(inputs, request.subok)
    found: list[Any] = []
    for k, (array, out) in enumerate(zip(arrays, outputs, strict=True)):
        context = (ufunc, (*inputs, *outputs), k)
        if out is None:
            found.append(dress(wrap, array, context, request.outputs.as_scalar))
        else:
            found.append(out if type(out) is np.ndarray else dress(wrapper([out]), out, context, False))
    return found


def wrapper(inputs: Sequence[Any], subok: bool = True) -> Callable[..., Any] | None:
    """The `__array_wrap__` of the input with the highest priority; None where that is a plain array or scalar."""
    best, chosen = -np.inf, None
    for each in inputs if subok else ():
        if type(each) is np.ndarray:
            priority, wrap = 0.0, None
        elif isinstance(each, SCALARS):
            priority, wrap = _SCALAR_PRIORITY, None
        else:
            wrap = getattr(each, "__array_wrap__", None)
            usual = 0.0 if isinstance(each, np.ndarray) else _SCALAR_PRIORITY
            priority = getattr(each, "__array_priority__", usual)
            if wrap is None:
                continue
        if priority > best or (priority == best and chosen is None):
            best, chosen = priority, wrap
    return chosen


def dress(wrap: Callable[..., Any] | None, array: np.ndarray, context: object, as_scalar: bool) -> Any:
    """The result as the caller sees it: wrapped, a scalar for no dimensions, or the array."""
    scalar = as_scalar and array.ndim == 0
    if wrap is None:
        return array[()] if scalar else array
    try:
        return wrap(array, context, scalar)
    except TypeError as error:
        trace = error.__traceback__
        if trace is not None and trace.tb_next is not None:  # raised inside, not by the call
            raise
    return wrap(array, context)  # written before NumPy 2
