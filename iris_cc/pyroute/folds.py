"""The walks of a ufunc's methods over boxed values: one step after the other, in the order of the elements.

Nothing is reordered, and a step gets what the one before gave.  This module may not know where the step comes from.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from iris_cc.pyroute.elements import WEAK, DType, result_type
from iris_cc.pyroute.request import MISSING, check_cast

Step: TypeAlias = Callable[[Any, Any], Any]


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes to reduce over; a scalar has an axis 0 that may be named."""
    if axis is None:
        return tuple(range(ndim))
    given = axis if isinstance(axis, tuple) else (axis,)
    if ndim == 0 and all(each in (0, -1) for each in given):
        return ()
    places = [one_axis(each, ndim) for each in given]
    if len(set(places)) != len(places):
        raise ValueError("duplicate value in 'axis'")
    return tuple(sorted(places))


def one_axis(axis: Any, ndim: int) -> int:
    return int(np.lib.array_utils.normalize_axis_index(axis, ndim))


def reduce(
    name: str, step: Step, boxed: np.ndarray, axes: tuple[int, ...], mask: np.ndarray | None, initial: Any
) -> np.ndarray:
    """An array of object without `axes`; several axes are walked as one, in C order."""
    if mask is not None and initial is MISSING:
        raise ValueError(
            f"reduction operation {name!r} does not have an identity, "
            "so to use a where mask one has to specify 'initial'"
        )
    lines = _lines(boxed, axes)
    if initial is MISSING and lines.shape[-1] == 0 and lines.size == 0 and math.prod(lines.shape[:-1]):
        raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
    wanted = None if mask is None else _lines(np.broadcast_to(mask, boxed.shape), axes)
    start = () if initial is MISSING else (initial,)
    result = np.empty(lines.shape[:-1], object)
    for place in np.ndindex(result.shape):
        line = lines[place] if wanted is None else lines[place][wanted[place]]
        result[place] = functools.reduce(step, line.tolist(), *start)
    return result


def _lines(array: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    kept = [axis for axis in range(array.ndim) if axis not in axes]
    moved = array.transpose(*kept, *axes)
    shape = moved.shape[: len(kept)]
    return moved.reshape(*shape, math.prod(moved.shape[len(kept) :]))


def accumulate(step: Step, boxed: np.ndarray, axis: int) -> np.ndarray:
    lines = np.moveaxis(boxed, axis, -1)
    result = np.empty(lines.shape, object)
    for place in np.ndindex(lines.shape[:-1]):
        result[place] = _of_objects(list(itertools.accumulate(lines[place].tolist(), step)))
    return np.moveaxis(result, -1, axis)


def reduceat(name: str, step: Step, boxed: np.ndarray, indices: Any, axis: int) -> np.ndarray:
    lines = np.moveaxis(boxed, axis, -1)
    size = lines.shape[-1]
    starts = [int(each) for each in np.array(indices, dtype=np.intp, ndmin=1).tolist()]
    for each in starts:
        if not 0 <= each < size:
            raise IndexError(f"index {each} out-of-bounds in {name}.reduceat [0, {size})")
    spans = [(start, max(stop, start + 1)) for start, stop in zip(starts, [*starts[1:], size])]
    result = np.empty((*lines.shape[:-1], len(starts)), object)
    for place in np.ndindex(lines.shape[:-1]):
        line = lines[place].tolist()
        result[place] = _of_objects([functools.reduce(step, line[start:stop]) for start, stop in spans])
    return np.moveaxis(result, -1, axis)


def _of_objects(values: list[Any]) -> np.ndarray:
    return np.fromiter(values, object, len(values))


def at(name: str, call: Callable[..., Any], array: np.ndarray, indices: Any, second: np.ndarray | None) -> None:
    """Change one place after the other, so that a repeated index is used as often as it stands there."""
    places = np.asarray(np.arange(array.size).reshape(array.shape)[indices])
    others = None if second is None else np.broadcast_to(second, places.shape)
    for position in np.ndindex(places.shape):
        place = np.unravel_index(places[position], array.shape)
        value = call(array[place], *(() if others is None else (others[position],)))
        array[place] = _fitting(name, value, array.dtype)


def _fitting(name: str, value: Any, target: DType) -> Any:
    """`value` in the array's own type, to which Python scalars give way."""
    if target.hasobject:
        return value
    kind = result_type([value])
    met = np.result_type(target, type(value)(0)) if type(value) in WEAK else kind
    check_cast(kind if met != target else target, target, "same_kind", name, "output")
    return np.asarray(value).astype(target)


def hand_over(name: str, result: np.ndarray, out: np.ndarray) -> None:
    """Copy a method's result into the output it was given."""
    if out.shape != result.shape:
        shapes = " ".join(str(each).replace(" ", "") for each in (out.shape, result.shape))
        raise ValueError(f"output and result of {name} could not be broadcast together with shapes {shapes}")
    check_cast(result.dtype, out.dtype, "same_kind", name, "output")
    np.copyto(out, result, casting="unsafe")
