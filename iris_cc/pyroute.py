"""The Python route: the user's own function, element by element on NumPy scalars, behind a ufunc's call.

It is the law in its plainest form, used for functions outside the language.  It may not know the compiler.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

_WEAK = (bool, int, float, complex)


def call(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    *,
    out: Any = None,
    where: Any = True,
    dtype: Any = None,
    casting: Any = "same_kind",
    order: Any = "K",
    subok: bool = True,
) -> Any:
    """`function` on every element of the broadcast `args`; results of several types join by NumPy promotion."""
    operands = [arg if type(arg) in _WEAK else np.asarray(arg) for arg in args]
    shape = np.broadcast_shapes(*(np.shape(operand) for operand in operands), np.shape(where))
    views = [op if type(op) in _WEAK else np.broadcast_to(op, shape) for op in operands]
    mask = np.broadcast_to(np.asarray(where, dtype=bool), shape)
    rows: list[tuple[Any, ...]] = []
    places: list[tuple[int, ...]] = []
    several = False
    with np.errstate(all="ignore"):
        for place in np.ndindex(shape):
            if mask[place]:
                result = function(*(view if type(view) in _WEAK else view[place] for view in views))
                several = several or isinstance(result, tuple)
                rows.append(result if isinstance(result, tuple) else (result,))
                places.append(place)
    nout = len(rows[0]) if rows else 1
    given = out if isinstance(out, tuple) else (out,) * 1 if nout == 1 else (None,) * nout
    results = tuple(
        _store([row[k] for row in rows], places, shape, given[k] if k < len(given) else None, dtype, casting, order)
        for k in range(nout)
    )
    return results if several else results[0]


def _store(
    values: list[Any],
    places: list[tuple[int, ...]],
    shape: tuple[int, ...],
    out: Any,
    dtype: Any,
    casting: Any,
    order: Any,
) -> Any:
    target = np.dtype(dtype) if dtype is not None else result_type(values)
    array = np.empty(shape, target, order="F" if order == "F" else "C") if out is None else np.asarray(out)
    if out is not None and not np.can_cast(target, array.dtype, casting):
        raise TypeError(f"cannot cast output from {target!r} to {array.dtype!r} with casting rule {casting!r}")
    for place, value in zip(places, values, strict=True):
        array[place] = np.asarray(value).astype(target, casting="unsafe")
    if out is not None:
        return out
    return array[()] if not shape else array


def result_type(values: list[Any]) -> np.dtype[Any]:
    """The one type of values from many paths: strong ones promote, Python scalars give way."""
    strong = {np.asarray(value).dtype for value in values if type(value) not in _WEAK}
    weak = {type(value) for value in values if type(value) in _WEAK}
    words: list[Any] = [*sorted(strong, key=str), *(kind(0) for kind in sorted(weak, key=str))]
    return np.result_type(*words) if words else np.dtype(float)


class PythonUfunc:
    """The calls of a ufunc on a Python function; the methods go by way of `np.frompyfunc`."""

    signature = None
    identity = None

    def __init__(self, function: Callable[..., Any], nin: int) -> None:
        self.function = function
        self.nin, self.nout, self.nargs = nin, 1, nin + 1
        self.types: list[str] = []
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) > self.nin:
            kwargs["out"] = args[self.nin :]
        return call(self.function, args[: self.nin], **kwargs)

    def _method(self, name: str, array: Any, *args: Any, **kwargs: Any) -> Any:
        values = np.asarray(array)
        boxed = np.empty(values.shape, object)
        boxed[...] = values
        for place in np.ndindex(values.shape):
            boxed[place] = values[place]
        result = getattr(np.frompyfunc(self.function, self.nin, 1), name)(boxed, *args, **kwargs)
        flat = list(np.ravel(result)) if isinstance(result, np.ndarray) else [result]
        kind = result_type(flat)
        return np.asarray(result).astype(kind)[()] if not np.ndim(result) else np.asarray(result).astype(kind)

    def reduce(self, array: Any, *args: Any, **kwargs: Any) -> Any:
        return self._method("reduce", array, *args, **kwargs)

    def accumulate(self, array: Any, *args: Any, **kwargs: Any) -> Any:
        return self._method("accumulate", array, *args, **kwargs)

    def outer(self, left: Any, right: Any, **kwargs: Any) -> Any:
        first, second = np.asarray(left), np.asarray(right)
        return self(first.reshape(first.shape + (1,) * second.ndim), second, **kwargs)

    def at(self, array: Any, indices: Any, *second: Any) -> None:
        others = np.broadcast_to(np.asarray(second[0]), np.shape(array[indices])) if second else None
        for place in np.ndindex(np.shape(indices)):
            where = np.asarray(indices)[place]
            array[where] = self.function(array[where], *(() if others is None else (others[place],)))
