"""Arrays in the interpreter: each lane loads from and stores to a row of its own of one ndarray.

Which row that is is a value like any other, so that the lanes of a branch or a loop find theirs.  No access leaves an
array: a load outside gives zero, a store outside does nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from iris_cc.interp.control import Faulted, Slots, Step
from iris_cc.interp.lanes import LaneValues, Value
from iris_cc.interp.special import dtype
from iris_cc.ir.nodes import Array, ArrayParam, Atom, Const, Fault
from iris_cc.records import record


@record
class Place:
    """Where lanes find an array: the memory itself, their rows in it, and its extents."""

    array: Array
    memory: int
    rows: int
    extents: Slots


@record(eq=False)
class Memory:
    """One ndarray for all lanes.  It is no value: gathering lanes leaves it as it is."""

    data: npt.NDArray[Any]


def load(out: int, place: Place, indices: Slots) -> Step:
    type = dtype(place.array.type)

    def step(lanes: LaneValues) -> None:
        data, at, inside = _find(lanes, place, indices)
        if inside.all():
            lanes[out] = data[at]
            return
        found = np.zeros(lanes.count, type)
        if inside.any():
            found[inside] = data[_only(at, inside)]
        lanes[out] = found

    return step


def store(place: Place, indices: Slots, value: int) -> Step:
    def step(lanes: LaneValues) -> None:
        data, at, inside = _find(lanes, place, indices)
        stored = lanes[value]
        if inside.all():
            data[at] = stored
        elif inside.any():
            data[_only(at, inside)] = stored[inside] if stored.ndim else stored

    return step


def alloc(place: Place, extents: Slots) -> Step:
    """As many places for each lane as the largest one needs; the extents of each say how many it has."""

    def step(lanes: LaneValues) -> None:
        sizes = [np.maximum(lanes[slot], 0) for slot in extents]
        try:
            data = np.zeros((lanes.count, *(int(size.max()) for size in sizes)), dtype(place.array.type))
        except (MemoryError, ValueError):  # more than there is, or than there can be
            raise Faulted(Fault.OUT_OF_MEMORY) from None
        lanes[place.memory] = Memory(data)
        lanes[place.rows] = np.arange(lanes.count)
        lanes.update(zip(place.extents, sizes, strict=True))

    return step


def _find(lanes: LaneValues, place: Place, indices: Slots) -> tuple[npt.NDArray[Any], tuple[Value, ...], Value]:
    """The memory, the place of each lane in it, and for which lanes it exists."""
    at = [lanes[slot] for slot in indices]
    inside: Value = np.True_
    for index, slot in zip(at, place.extents, strict=True):
        inside = inside & (index >= 0) & (index < lanes[slot])
    return lanes[place.memory].data, (lanes[place.rows], *at), inside


def _only(at: tuple[Value, ...], inside: Value) -> tuple[Value, ...]:
    return tuple(part[inside] if part.ndim else part for part in at)


def axis_values(params: Sequence[ArrayParam], arrays: Sequence[npt.NDArray[Any]], count: int) -> dict[int, Value]:
    """The extents and steps that are inputs, if the arrays are what the function takes."""
    if len(arrays) != len(params):
        raise TypeError(f"{len(params)} arrays of elements expected, {len(arrays)} given")
    found: dict[int, Value] = {}
    for param, array in zip(params, arrays, strict=True):
        _accept(param, array, count)
        for axis, extent, step in zip(param.axes, array.shape[1:], array.strides[1:], strict=True):
            _agree(axis.extent, extent, found, "extent")
            if extent > 1 and array.size:
                _agree(axis.step, step, found, "step")
    for param, array in zip(params, arrays, strict=True):  # along an axis of one place, or none, any step will do
        for axis, step in zip(param.axes, array.strides[1:], strict=True):
            if not isinstance(axis.step, Const):
                found.setdefault(axis.step.id, np.int64(step))
    return found


def _accept(param: ArrayParam, array: npt.NDArray[Any], count: int) -> None:
    expected = f"an array of {param.array.type} with {1 + len(param.axes)} axes, the first of {count} elements"
    if array.dtype != dtype(param.array.type) or array.ndim != 1 + len(param.axes) or len(array) != count:
        raise TypeError(f"{expected}, is expected")
    if param.array.is_writable and not array.flags.writeable:
        raise TypeError("an array that is stored to is read-only")
    if param.array.is_writable and count > 1 and array.strides[0] == 0 and array.size:
        raise TypeError("an array that is stored to is the same for several elements")


def _agree(atom: Atom, given: int, found: dict[int, Value], what: str) -> None:
    known = atom.value if isinstance(atom, Const) else found.setdefault(atom.id, np.int64(given))
    if known != given:
        raise TypeError(f"an array has the {what} {given}, where {known} is expected")
