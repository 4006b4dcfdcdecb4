"""Inner loops made of a Python function, for the routes that have no machine code.

The loop gets NumPy's pointers, lays 1-d views over them without copying and hands them to `run`.  Whatever the
operands share, the outcome is that of going through the elements in order.  This module may not know what `run`
computes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from ctypes import c_void_p
from typing import Any, TypeAlias

import _cffi_backend
import numpy as np

from iris_cc.runtime import numpy_api as api
from iris_cc.runtime.pending import stash

Run: TypeAlias = "Callable[[list[np.ndarray]], Sequence[np.ndarray]]"

# Elements per call of `run`: few enough that its temporaries stay in the L2 cache.
CHUNK = 16_384

_FFI = _cffi_backend.FFI()
_BYTES = _FFI.typeof("char *")


class _Operand:
    """One operand of a call: elements `step` bytes apart from `address` on."""

    __slots__ = ("address", "dtype", "step")

    def __init__(self, dtype: np.dtype[Any], address: int, step: int) -> None:
        self.dtype, self.address, self.step = dtype, address, step

    def view(self, start: int, count: int) -> np.ndarray:
        """Elements `start` to `start + count`, in place, for any step."""
        span = (count - 1) * self.step
        first = self.address + start * self.step
        low = first + min(span, 0)
        memory = _FFI.buffer(_FFI.cast(_BYTES, low), abs(span) + self.dtype.itemsize)
        return np.ndarray((count,), self.dtype, memory, first - low, (self.step,))

    def extent(self, count: int) -> tuple[int, int]:
        last = self.address + (count - 1) * self.step
        return min(self.address, last), max(self.address, last) + self.dtype.itemsize


def python_loop(run: Run, dtypes: Sequence[np.dtype[Any]], nin: int) -> tuple[int, object]:
    """The address of a loop that calls `run(inputs)` on 1-d views and stores what it returns, and its keeper.

    An exception of `run` is stashed and the loop fails; NumPy then raises `SystemError` in its place.
    """
    kinds = tuple(dtypes)
    count = len(kinds)

    def loop(context: int, args: int, dims: int, steps: int, aux: int) -> int:
        try:
            places = (each or 0 for each in api.pointers(args, count))
            operands = map(_Operand, kinds, places, api.intptrs(steps, count))
            _drive(run, list(operands), nin, api.intptrs(dims, 1)[0])
        except BaseException as error:  # ctypes would print it and report success
            stash(error, SystemError)
            return -1
        return 0

    function = api.LoopFunction(loop)
    return ctypes.cast(function, c_void_p).value or 0, function


def _drive(run: Run, operands: list[_Operand], nin: int, total: int) -> None:
    ordered = total > 1 and _must_go_in_order(operands, nin, total)
    chunk = 1 if ordered else CHUNK
    for start in range(0, total, chunk):
        _step(run, operands, nin, start, min(chunk, total - start))


def _step(run: Run, operands: list[_Operand], nin: int, start: int, count: int) -> None:
    views = [operand.view(start, count) for operand in operands]
    inputs, outputs = views[:nin], views[nin:]
    for each in inputs:
        each.flags.writeable = False
    results = run(inputs)
    if len(outputs) > 1:
        # a result may be a view of an input that an earlier output overwrites
        results = [np.array(each) if np.ndim(each) else each for each in results]
    for output, result in zip(outputs, results, strict=True):
        np.copyto(output, result, casting="unsafe")


def _must_go_in_order(operands: list[_Operand], nin: int, total: int) -> bool:
    """Whether an element reads what an earlier one wrote, as in a reduction or an accumulation."""
    return any(_entangled(output, source, total) for output in operands[nin:] for source in operands[:nin])


def _entangled(output: _Operand, source: _Operand, total: int) -> bool:
    low, high = output.extent(total)
    start, stop = source.extent(total)
    if high <= start or stop <= low:
        return False
    if output.step != source.step or output.step == 0:
        return True
    # the same place is harmless: each element is read before it is written; so are the gaps between elements
    gap = (source.address - output.address) % abs(output.step)
    same = output.address == source.address and output.dtype.itemsize == source.dtype.itemsize
    return not same and not output.dtype.itemsize <= gap <= abs(output.step) - source.dtype.itemsize
