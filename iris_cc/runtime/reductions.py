"""`reduce` as the law has it: the function applied from element to element, several axes in C order.

NumPy's own folds several axes only of ufuncs it may reorder, and an empty row or a `where` mask only of those that have
an identity.  Here several axes become one before NumPy sees them, and an identity serves where no element does.
It knows NumPy's calling conventions, not kernels.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

MISSING: Any = np._NoValue


def method(one_axis: Callable[..., Any], identity: Any) -> Callable[..., Any]:
    """`reduce` over any axes, by `one_axis`, that method of a ufunc; `identity` is None where there is none."""

    @functools.wraps(one_axis)
    def call(*args: Any, **kwargs: Any) -> Any:
        return _reduce(one_axis, identity, *args, **kwargs)

    return call


def _reduce(
    one_axis: Callable[..., Any],
    identity: Any,
    array: Any,
    axis: Any = 0,
    dtype: Any = None,
    out: Any = None,
    keepdims: bool = False,
    initial: Any = MISSING,
    where: Any = True,
) -> Any:
    rest = {} if dtype is None else {"dtype": dtype}
    rest |= {} if where is True else {"where": where}
    if not isinstance(array, np.ndarray) and hasattr(array, "__array_ufunc__"):
        rest |= {} if initial is MISSING else {"initial": initial}
        return one_axis(array, axis=axis, out=out, keepdims=keepdims, **rest)
    values = np.asanyarray(array)
    axes = _axes(axis, values.ndim)
    if initial is MISSING and identity is not None and (where is not True or not _length(values, axes)):
        initial = identity
    rest |= {} if initial is MISSING else {"initial": initial}
    if len(axes) < 2:
        return one_axis(values, axis=axis, out=out, keepdims=keepdims, **rest)
    if where is not True:
        rest["where"] = _as_one(np.broadcast_to(where, values.shape), axes)
    result = one_axis(
        _as_one(values, axes), axis=-1, out=None if out is None else _without(out, axes, keepdims), **rest
    )
    if out is not None:
        return out[0] if isinstance(out, tuple) else out
    return np.expand_dims(result, axes) if keepdims else result


def _axes(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes that go, in order; raises what NumPy raises for one that is not there or is there twice."""
    if axis is None:
        return tuple(range(ndim))
    if ndim == 0:
        return ()  # NumPy takes axis 0 of a scalar
    return tuple(sorted(np.lib.array_utils.normalize_axis_tuple(axis, ndim, "axis")))


def _length(values: np.ndarray[Any, Any], axes: tuple[int, ...]) -> int:
    return math.prod(values.shape[axis] for axis in axes)


def _as_one(values: Any, axes: tuple[int, ...]) -> Any:
    """`values` with `axes` as one, the last."""
    kept = [axis for axis in range(values.ndim) if axis not in axes]
    moved = values.transpose(*kept, *axes)
    return moved.reshape(*moved.shape[: len(kept)], _length(values, axes))


def _without(out: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    """The caller's array in the shape that the reduction along one axis has."""
    target = out[0] if isinstance(out, tuple) else out
    return np.squeeze(target, axes) if keepdims else target
