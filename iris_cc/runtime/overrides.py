"""Other people's arrays: `__array_ufunc__`, which takes a call over, and `__array_wrap__`, which dresses its result.

NumPy has both in C for its own ufuncs only.  This module may not know what a ufunc computes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

_ABSENT = object()
_SCALAR_PRIORITY = -1_000_000.0
_SCALARS = (np.generic, bool, int, float, complex, str, bytes)


def override(
    ufunc: Any, method: str, inputs: Sequence[Any], out: tuple[Any, ...], words: Mapping[str, Any]
) -> tuple[Any] | None:
    """What the first object that takes the call over gives, in a tuple; None where none wants to."""
    found = handlers((*inputs, *out))
    if not found:
        return None
    keywords = {**({"out": out} if any(each is not None for each in out) else {}), **words}
    for each in found:
        result = type(each).__array_ufunc__(each, ufunc, method, *inputs, **keywords)
        if result is not NotImplemented:
            return (result,)
    shown = ", ".join([repr(method), *map(repr, inputs), *(f"{key}={value!r}" for key, value in keywords.items())])
    types = ", ".join(repr(type(each).__name__) for each in (*inputs, *out))
    raise TypeError(f"operand type(s) all returned NotImplemented from __array_ufunc__({ufunc!r}, {shown}): {types}")


def handlers(operands: Sequence[Any]) -> list[Any]:
    """One object per type that overrides, subclasses before their bases, else from left to right."""
    found: list[Any] = []
    for each in operands:
        kind = type(each)
        if kind is np.ndarray or isinstance(each, _SCALARS) or any(type(other) is kind for other in found):
            continue
        handler = getattr(kind, "__array_ufunc__", _ABSENT)
        if handler is None:
            raise TypeError(f"operand {kind.__name__!r} does not support ufuncs (__array_ufunc__=None)")
        if handler is not _ABSENT and handler is not np.ndarray.__array_ufunc__:
            place = next((i for i, other in enumerate(found) if issubclass(kind, type(other))), len(found))
            found.insert(place, each)
    return found


def wrapper(inputs: Sequence[Any], subok: bool = True) -> Callable[..., Any] | None:
    """The `__array_wrap__` of the input with the highest priority; None where that is a plain array or scalar."""
    best, chosen = -np.inf, None
    for each in inputs if subok else ():
        if type(each) is np.ndarray:
            priority, wrap = 0.0, None
        elif isinstance(each, _SCALARS):
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
