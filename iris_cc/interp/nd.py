"""The interpreter over an N-d index space, in C order, a chunk of elements at a time.

Operands come broadcast, of the right types, free of overlap.  It may not know how a call was made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, assert_never

import numpy as np

from iris_cc.ir.nodes import Function, Index

# run(inputs, indices): the results for 1-d inputs and index symbols of one length.
Run: TypeAlias = "Callable[[list[np.ndarray], list[np.ndarray]], Sequence[np.ndarray]]"

_CHUNK = 16_384  # elements at once: the temporaries stay in the cache


def run_nd(
    fn: Function,
    run: Run,
    shape: tuple[int, ...],
    arrays: list[np.ndarray],
    origin: tuple[int, ...],
    extents: tuple[int, ...],
) -> None:
    """Fill the last of `arrays` with the results of `fn` at each position; the first are its operands.

    They stand at `origin` in a space of the shape `extents`.
    """
    nin = len(fn.params)
    total = int(np.prod(shape, dtype=np.int64))
    flat = [np.broadcast_to(array, shape).reshape(-1) for array in arrays[:nin]]
    results = [np.empty(total, array.dtype) for array in arrays[nin:]]
    for start in range(0, total, _CHUNK):
        stop = min(start + _CHUNK, total)
        positions = np.arange(start, stop, dtype=np.int64)
        within = np.unravel_index(positions, shape) if shape else ()
        axes = [np.asarray(axis, np.int64) + first for axis, first in zip(within, origin, strict=True)]
        indices = [_values(index, positions, axes, extents) for index in fn.indices]
        values = _chunk(run, [array[start:stop] for array in flat], indices, stop - start)
        for result, value in zip(results, values, strict=True):
            result[start:stop] = value
    for array, result in zip(arrays[nin:], results, strict=True):
        array[...] = result.reshape(shape)


def _chunk(run: Run, inputs: list[np.ndarray], indices: list[np.ndarray], count: int) -> Sequence[np.ndarray]:
    if inputs or indices:
        return run(inputs, indices)
    # Without any operand there is nothing to take a length from: one element stands for all.
    return [np.broadcast_to(value, (count,)) for value in run([], [])]


def _values(index: Index, positions: np.ndarray, axes: Sequence[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    """An index symbol at some positions; an axis the space has not is at 0 and has extent 1."""
    match index.kind:
        case "flat":
            flat = np.zeros_like(positions)
            for place, extent in zip(axes, shape, strict=True):
                flat = flat * extent + place
            return flat
        case "i":
            return axes[index.axis] if index.axis < len(shape) else np.zeros_like(positions)
        case "n":
            return np.full_like(positions, shape[index.axis] if index.axis < len(shape) else 1)
        case _:
            assert_never(index.kind)
