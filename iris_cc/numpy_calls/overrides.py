"""`__array_ufunc__`: an operand takes the call over.

NumPy has this in C for its own ufuncs only.  This module may not know what a ufunc computes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

_ABSENT = object()
SCALARS = (np.generic, bool, int, float, complex, str, bytes)


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
        if kind is np.ndarray or isinstance(each, SCALARS) or any(type(other) is kind for other in found):
            continue
        handler = getattr(kind, "__array_ufunc__", _ABSENT)
        if handler is None:
            raise TypeError(f"operand {kind.__name__!r} does not support ufuncs (__array_ufunc__=None)")
        if handler is not _ABSENT and handler is not np.ndarray.__array_ufunc__:
            place = next((i for i, other in enumerate(found) if issubclass(kind, type(other))), len(found))
            found.insert(place, each)
    return found
