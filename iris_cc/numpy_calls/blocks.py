"""Index kernels on Dask arrays: a call computes nothing, and each block is told where it stands in the whole array.

Dask is never imported here: whoever hands in its arrays has loaded it.  This module may not know what is computed.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any, Protocol

import numpy as np

from iris_cc.numpy_calls.shapes import Part, Shape, broadcast_shape, read_shape

# One block along one axis.
_PLACE = np.dtype([("start", np.int64), ("count", np.int64)])


class PlacedCalls(Protocol):
    """A kernel over spaces: what is called on NumPy's arrays, and on blocks, in other processes too.

    `sample` is the length of the axes of an array on which a call shows the types of its results.
    """

    name: str
    nin: int
    plain: Callable[..., Any]
    located: Callable[..., Any]
    sample: int


def is_lazy(value: object) -> bool:
    """Whether it is a Dask array."""
    return isinstance(value, getattr(sys.modules.get("dask.array"), "Array", ()))


def call(callee: PlacedCalls, inputs: Sequence[Any], outs: Sequence[Any], words: Mapping[str, Any]) -> Any:
    """The lazy result of a call with Dask arrays among its inputs, or a tuple of them."""
    if any(each is not None for each in outs):
        raise NotImplementedError(f"kernel {callee.name!r} has no `out=` for Dask arrays: it makes new ones")
    where = words.get("where", True)
    rest = {key: value for key, value in words.items() if key not in ("where", "shape")} | {"out": None}
    operands = [_lazy(callee.name, each) for each in (*inputs, where)]
    shape = words.get("shape")
    shapes = [each.shape for each in operands if is_lazy(each)]
    full = broadcast_shape(shapes if shape is None else [*shapes, read_shape(shape)])
    shown = _shown(callee, operands, len(full), rest)
    several = isinstance(shown, tuple)
    samples = shown if several else (shown,)
    dtypes = tuple(each.dtype for each in samples)
    chunks, operands = _unified(operands, full, dtypes)
    fixed = {"located": callee.located, "extents": full, "dtypes": dtypes, "words": rest}
    if not several:
        return _blockwise(callee.name, chunks, operands, fixed, shown)
    rows = _blockwise(callee.name, chunks, operands, fixed, np.empty((0,) * max(len(full), 1), object))
    return tuple(
        rows.map_blocks(operator.itemgetter(k), token=callee.name, dtype=each.dtype, meta=_empty(each))
        for k, each in enumerate(samples)
    )


def _lazy(name: str, value: Any) -> Any:
    """Arrays as Dask's; scalars as they are, for the kernel has a law for them."""
    if not is_lazy(value):
        return sys.modules["dask.array"].asanyarray(value) if np.ndim(value) else value
    if any(map(math.isnan, value.shape)):
        raise ValueError(
            f"kernel {name!r} must know where elements stand, and the chunks of a Dask array have unknown sizes: "
            "call its method `compute_chunk_sizes` first"
        )
    return value


def _shown(callee: PlacedCalls, operands: Sequence[Any], ndim: int, words: Mapping[str, Any]) -> Any:
    """What a call gives for small arrays of the types of the operands."""
    try:
        return _on_sample(callee, operands, ndim, words, callee.sample)
    except Exception:  # whatever a function in Python raises of an element that nobody gave
        if not callee.sample:
            raise
        return _on_sample(callee, operands, ndim, words, 0)


def _on_sample(callee: PlacedCalls, operands: Sequence[Any], ndim: int, words: Mapping[str, Any], length: int) -> Any:
    meta_of = sys.modules["dask.array"].utils.meta_from_array
    *inputs, where = (
        np.ones_like(meta_of(each), shape=(length,) * each.ndim) if is_lazy(each) else each for each in operands
    )
    return callee.plain(*inputs, where=where, shape=(length,) * max(ndim, 1), **words)


def _empty(sample: Any) -> Any:
    return sample[(slice(0, 0),) * sample.ndim]


def _unified(
    operands: Sequence[Any], full: Shape, dtypes: Sequence[np.dtype[Any]]
) -> tuple[tuple[tuple[int, ...], ...], list[Any]]:
    """The chunks of the result, and the operands in such chunks; axes that `shape=` stretches are Dask's to cut."""
    dask = sys.modules["dask.array"]
    pairs = [part for each in operands for part in (each, _axes(each, len(full)))]
    known, unified = dask.core.unify_chunks(*pairs)
    wanted = tuple(known[axis] if sum(known.get(axis, ())) == length else "auto" for axis, length in enumerate(full))
    widest = max(dtypes, key=lambda dtype: dtype.itemsize)
    return dask.core.normalize_chunks(wanted, full, dtype=widest), unified


def _axes(operand: Any, ndim: int) -> tuple[int, ...] | None:
    """The axes of the result that an array has; None for a scalar."""
    return tuple(range(ndim - operand.ndim, ndim)) if is_lazy(operand) else None


def _blockwise(
    name: str, chunks: Sequence[tuple[int, ...]], operands: Sequence[Any], fixed: Mapping[str, Any], sample: Any
) -> Any:
    dask = sys.modules["dask.array"]
    ndim = len(chunks)
    pairs = [part for each in operands for part in (each, _axes(each, ndim))]
    for axis, counts in enumerate(chunks):
        starts = accumulate(counts, initial=0)
        places = np.fromiter(zip(starts, counts), _PLACE, len(counts))
        pairs += [dask.from_array(places, chunks=1), (axis,)]
    return dask.blockwise(
        compute_block,
        *(tuple(range(ndim)), *pairs),
        **fixed,
        token=name,
        dtype=sample.dtype,
        meta=_empty(sample),
        align_arrays=False,
        adjust_chunks=dict(enumerate(chunks)),
    )


def compute_block(
    *given: Any,
    located: Callable[..., Any],
    extents: Shape,
    dtypes: tuple[np.dtype[Any], ...],
    words: Mapping[str, Any],
) -> Any:
    """One block of the result: of the operands' blocks, the mask's, and the place along each axis."""
    ndim = len(extents)
    values, where, places = given[: -1 - ndim], given[-1 - ndim], given[len(given) - ndim :]
    rows = [each.item() for each in places]
    part = Part(tuple(start for start, _ in rows), extents)
    shape = tuple(count for _, count in rows)
    result = located(*values, **words, where=where, shape=shape, part=part)
    if isinstance(result, tuple):
        return tuple(map(_settled, result, dtypes))
    return _settled(result, dtypes[0])


def _settled(result: Any, dtype: np.dtype[Any]) -> Any:
    """The result in the type that was said before it was computed."""
    if result.dtype == dtype:
        return result
    if not np.can_cast(result.dtype, dtype, "safe"):
        raise TypeError(
            f"a block has results of {result.dtype}, not {dtype} as expected: say `otypes=` where the kernel is made"
        )
    return result.astype(dtype)
