"""Shapes of any number of axes: NumPy's own functions end at 32 operands or 64 axes.  It may not know arrays."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from iris_cc.records import record

Shape: TypeAlias = "tuple[int, ...]"


@record
class Part:
    """Where the elements of a call stand, if they are a part of a larger space: the first of them, and its shape."""

    origin: Shape
    extents: Shape


def common_shape(shapes: Sequence[Shape], outputs: Sequence[Shape], further: Sequence[Shape] = ()) -> Shape:
    """The broadcast of everything; an output takes part in it and may not itself be stretched."""
    full = broadcast_shape([*shapes, *outputs, *further])
    for each in outputs:
        if each != full:
            raise ValueError(
                f"non-broadcastable output operand with shape {shown(each)} doesn't match the broadcast shape "
                f"{shown(full)}"
            )
    return full


def shown(*shapes: Shape) -> str:
    """As NumPy's errors list them."""
    return " ".join(str(each).replace(" ", "") for each in shapes)


def broadcast_shape(shapes: Sequence[Shape]) -> Shape:
    """`np.broadcast_shapes` for any number of axes and operands: NumPy's own takes 32."""
    ndim = max(map(len, shapes), default=0)
    full = [1] * ndim
    for shape in shapes:
        for axis, length in enumerate(shape, ndim - len(shape)):
            if length != 1 and full[axis] not in (1, length):
                raise ValueError(f"operands could not be broadcast together with shapes {shown(*shapes)} ")
            full[axis] = length if length != 1 else full[axis]
    return tuple(full)


def read_shape(shape: object) -> Shape:
    """`shape=` as NumPy reads it: one integer or several; TypeError for what is none."""
    try:
        wanted: Shape = (operator.index(shape),)  # type: ignore[arg-type]
    except TypeError:
        if not isinstance(shape, Iterable):
            raise
        wanted = tuple(map(operator.index, shape))
    if any(length < 0 for length in wanted):
        raise ValueError("negative dimensions are not allowed")
    if math.prod(wanted) >= 1 << 62:
        raise ValueError("array is too big: shape= asks for more elements than memory has addresses")
    return wanted
