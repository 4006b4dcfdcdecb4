"""The walks of a ufunc's methods: along lines of an array, one element after the other.

Nothing is reordered.  What two elements give comes from a `Fold`; this module may not know whether it calls a function
or runs a loop.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from iris_cc.numpy_calls.casts import DType, check_cast
from iris_cc.numpy_calls.shapes import shown


class Fold(Protocol):
    """How the elements of a line are taken together."""

    values: np.ndarray  # what is walked
    dtype: DType  # of what the walks give
    start: tuple[Any, ...]  # the `initial` of a reduction, if there is one

    def total(self, line: np.ndarray, *start: Any) -> Any:
        """Of all elements; there is one, or a start."""

    def running(self, line: np.ndarray) -> np.ndarray:
        """Of each element and all before it."""

    def settled(self, result: np.ndarray) -> np.ndarray:
        """The results in the type they have for the caller."""


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes to reduce over; a scalar has an axis 0 that may be named."""
    if axis is None:
        return tuple(range(ndim))
    given = axis if isinstance(axis, tuple) else (axis,)
    if ndim == 0 and all(each in (0, -1) for each in given):
        return ()
    places = [int(np.lib.array_utils.normalize_axis_index(each, ndim)) for each in given]
    if len(set(places)) != len(places):
        raise ValueError("duplicate value in 'axis'")
    return tuple(sorted(places))


def one_axis(method: str, axis: Any, ndim: int) -> int:
    if axis is None or (isinstance(axis, tuple) and len(axis) != 1):
        raise ValueError(f"{method} does not allow multiple axes")
    axes = axes_of(axis, ndim)
    if not axes:
        raise TypeError(f"cannot {method} on a scalar")
    return axes[0]


def reduce(name: str, fold: Fold, axes: tuple[int, ...], mask: np.ndarray | None) -> np.ndarray:
    """An array without `axes`; several axes are walked as one, in C order."""
    if mask is not None and not fold.start:
        raise ValueError(
            f"reduction operation {name!r} does not have an identity, "
            "so to use a where mask one has to specify 'initial'"
        )
    lines = _lines(fold.values, axes)
    if not fold.start and lines.shape[-1] == 0 and math.prod(lines.shape[:-1]):
        raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
    wanted = None if mask is None else _lines(np.broadcast_to(mask, fold.values.shape), axes)
    result = np.empty(lines.shape[:-1], fold.dtype)
    for place in np.ndindex(result.shape):
        result[place] = fold.total(lines[place] if wanted is None else lines[place][wanted[place]], *fold.start)
    return result


def _lines(array: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    kept = [axis for axis in range(array.ndim) if axis not in axes]
    moved = array.transpose(*kept, *axes)
    shape = moved.shape[: len(kept)]
    return moved.reshape(*shape, math.prod(moved.shape[len(kept) :]))


def accumulate(fold: Fold, axis: int) -> np.ndarray:
    lines = np.moveaxis(fold.values, axis, -1)
    result = np.empty(lines.shape, fold.dtype)
    for place in np.ndindex(lines.shape[:-1]):
        result[place] = fold.running(lines[place])
    return np.moveaxis(result, -1, axis)


def reduceat(name: str, fold: Fold, indices: Any, axis: int) -> np.ndarray:
    lines = np.moveaxis(fold.values, axis, -1)
    size = lines.shape[-1]
    starts = [int(each) for each in read_indices(indices)]
    for each in starts:
        if not 0 <= each < size:
            raise IndexError(f"index {each} out-of-bounds in {name}.reduceat [0, {size})")
    spans = [(start, max(stop, start + 1)) for start, stop in zip(starts, [*starts[1:], size])]
    result = np.empty((*lines.shape[:-1], len(starts)), fold.dtype)
    for place in np.ndindex(lines.shape[:-1]):
        for k, (start, stop) in enumerate(spans):
            result[(*place, k)] = fold.total(lines[place][start:stop])
    return np.moveaxis(result, -1, axis)


def read_indices(indices: Any) -> np.ndarray:
    found = np.asarray(indices, dtype=np.intp)
    if found.ndim == 0:
        raise ValueError("object of too small depth for desired array")
    return found


def at(call: Callable[..., Any], array: np.ndarray, indices: Any, others: np.ndarray | None) -> None:
    """Change one place after the other, so that a repeated index is used as often as it stands there."""
    places = np.asarray(np.arange(array.size).reshape(array.shape)[indices])
    seconds = None if others is None else _spread(others, places.shape)
    for position in np.ndindex(places.shape):
        place = np.unravel_index(places[position], array.shape)
        array[place] = call(array[place], *(() if seconds is None else (seconds[position],)))


def _spread(others: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    try:
        return np.broadcast_to(others, shape)
    except ValueError:
        raise ValueError("array is not broadcastable to correct shape") from None


def hand_over(name: str, method: str, result: np.ndarray, out: np.ndarray) -> None:
    """Copy a method's result into the output it was given."""
    if method == "reduce" and out.ndim != result.ndim:
        raise ValueError(
            f"output parameter for reduction operation {name} has the wrong number of dimensions: "
            f"Found {out.ndim} but expected {result.ndim}"
        )
    if method == "accumulate" and out.shape != result.shape:
        raise ValueError("provided out is the wrong size for the accumulation.")
    if out.shape != result.shape:
        raise ValueError(
            f"output and result of {name}.{method} could not be broadcast together with shapes "
            f"{shown(out.shape, result.shape)}"
        )
    check_cast(name, result.dtype, out.dtype, "same_kind", "output")
    np.copyto(out, result, casting="unsafe")
