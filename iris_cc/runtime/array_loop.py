"""Inner loops of generalised ufuncs made of a Python function, for the routes that have no machine code.

The loop gets NumPy's pointers and hands views of the operands to `run`: elements along the first axis, core dimensions
after it.  This module may not know what `run` computes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from ctypes import c_void_p
from typing import Any, TypeAlias

import _cffi_backend
import numpy as np

from iris_cc.core_dims import Signature
from iris_cc.runtime import numpy_api as api
from iris_cc.runtime.pending import stash

# run(inputs, outputs): it stores the results.
Run: TypeAlias = "Callable[[list[np.ndarray], list[np.ndarray]], None]"

_FFI = _cffi_backend.FFI()
_BYTES = _FFI.typeof("char *")


def python_loop(run: Run, dtypes: Sequence[np.dtype[Any]], signature: Signature) -> tuple[int, object]:
    """The address of a loop that calls `run` on views of its operands, and its keeper.

    An exception of `run` is stashed and the loop fails; NumPy then raises `SystemError` in its place.
    """
    kinds = tuple(dtypes)
    dims = signature.dims
    sides = (*signature.inputs, *signature.outputs)
    places = [[1 + [each.name for each in dims].index(dim.name) for dim in operand] for operand in sides]
    count, core = len(kinds), sum(map(len, sides))
    nin = len(signature.inputs)

    def loop(context: int, args: int, sizes: int, steps: int, aux: int) -> int:
        try:
            size = api.intptrs(sizes, 1 + len(dims))
            step = api.intptrs(steps, count + core)
            views, at = [], count
            for k, (dtype, operand) in enumerate(zip(kinds, places, strict=True)):
                shape = (size[0], *(size[place] for place in operand))
                strides = (step[k], *step[at : at + len(operand)])
                at += len(operand)
                views.append(_view(api.pointers(args, count)[k] or 0, dtype, shape, strides))
            for each in views[:nin]:
                each.flags.writeable = False
            run(views[:nin], views[nin:])
        except BaseException as error:  # ctypes would print it and report success
            stash(error, SystemError)
            return -1
        return 0

    function = api.LoopFunction(loop)
    return ctypes.cast(function, c_void_p).value or 0, function


def _view(address: int, dtype: np.dtype[Any], shape: tuple[int, ...], strides: tuple[int, ...]) -> np.ndarray:
    """Memory as an array, in place, for any steps."""
    if 0 in shape:
        return np.empty(shape, dtype)
    spans = [(extent - 1) * step for extent, step in zip(shape, strides, strict=True)]
    low = address + sum(span for span in spans if span < 0)
    size = sum(map(abs, spans)) + dtype.itemsize
    memory = _FFI.buffer(_FFI.cast(_BYTES, low), size)
    return np.ndarray(shape, dtype, memory, address - low, strides)
