"""The short way of a call over an N-d index space: exact arrays side by side in memory, of one shape, and Python floats
and ints.  What is anything else goes the long way, through `ndloop.call_nd`, which is the meaning of a call.

It may not convert, broadcast or guess: a call that is not plain is not its business.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from iris_cc.numpy_calls.casts import DType
from iris_cc.numpy_calls.spaces import Spaces
from iris_cc.runtime import ndloop
from iris_cc.runtime.ndloop import NativeNd, NdLoop, NdResolve
from iris_cc.runtime.ufunc import Word

# What decides a loop: a dtype or Python type per input, then the number of dimensions.
Key: TypeAlias = "tuple[Any, ...]"

_FFI = ndloop.FFI
_CELL = {float: _FFI.typeof("double[1]"), int: _FFI.typeof("int64_t[1]")}
_DTYPE_OF = {float: np.dtype(np.float64), int: np.dtype(np.int64)}
_BYTES = _FFI.typeof("char[]")
_PLACES = _FFI.typeof("void *[]")
_INTEGERS = _FFI.typeof("int64_t[]")
# Bits of `ndarray.flags.num`: C order, aligned; and writeable.
_SIDE_BY_SIDE = 0x101
_OWN = 0x501


class NdCalls:
    """The calls of one kernel with the same weak arguments."""

    def __init__(self, name: str, nin: int, nout: int, resolve: NdResolve, located: Callable[..., Any]) -> None:
        self.name = name
        self.nin = nin
        self.nout = nout
        self.resolve = resolve
        self.known: dict[Key, _Plain] = {}
        self.spaces = Spaces(name, nin, lambda: nout, self._long, located)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        out = kwargs.get("out")
        if len(kwargs) == (out is not None) and len(args) == self.nin:
            shape, key = _plain_inputs(args)
            known = self.known.get(key)
            if known is not None and shape and (out is None or known.takes(out, shape, args)):
                return known.call(shape, args, out)
        return self.spaces(*args, **kwargs)

    def _long(self, *args: Any, **kwargs: Any) -> Any:
        return ndloop.call_nd(self.name, self.nin, self.nout, self._resolved, args, **kwargs)

    def _resolved(self, words: tuple[Word, ...], ndim: int, results: tuple[DType | None, ...]) -> NdLoop:
        """The loop of a long call, kept for short ones if it takes these operands as they are."""
        loop = self.resolve(words, ndim, results)
        taken = tuple(_DTYPE_OF.get(word, word) if isinstance(word, type) else word for word in words)
        if not any(results) and ndim and isinstance(loop.run, NativeNd) and loop.dtypes[: self.nin] == taken:
            self.known.setdefault((*words, ndim), _Plain(loop.run, loop.dtypes, words))
        return loop


class _Plain:
    """One loop, and the extents and strides it was last called with."""

    def __init__(self, native: NativeNd, dtypes: tuple[np.dtype[Any], ...], words: tuple[Word, ...]) -> None:
        nin = len(words)
        self.native = native
        self.still = (*(isinstance(word, type) for word in words), *(False,) * (len(dtypes) - nin))
        self.inputs, self.outputs = dtypes[:nin], dtypes[nin:]
        self.last: tuple[Any, ...] = ()  # one tuple, so that threads see all of it or nothing

    def takes(self, out: object, shape: tuple[int, ...], args: tuple[Any, ...]) -> bool:
        """Whether the result may be written straight into `out`: its own memory, or exactly that of an input."""
        if type(out) is not np.ndarray or out.flags.num & _OWN != _OWN or out.shape != shape:
            return False
        if out.dtype != self.outputs[0] or len(self.outputs) > 1:
            return False
        return all(arg is out or type(arg) in _CELL or not np.may_share_memory(arg, out) for arg in args)

    def call(self, shape: tuple[int, ...], args: tuple[Any, ...], out: np.ndarray | None) -> Any:
        results = [out] if out is not None else [np.empty(shape, dtype) for dtype in self.outputs]
        last = self.last
        if not last or last[0] != shape:
            counts = _FFI.new(_INTEGERS, shape)
            space = (counts, _FFI.new(_INTEGERS, len(shape)), counts)
            last = self.last = (shape, space, self._strides(shape))
        kept = [_memory(arg) for arg in (*args, *results)]
        self.native.at(len(shape), last[1], _FFI.new(_PLACES, kept), last[2])
        return results[0] if len(results) == 1 else tuple(results)

    def _strides(self, shape: tuple[int, ...]) -> Any:
        """Of every operand and axis in bytes; a Python scalar stands still."""
        found: list[int] = []
        for dtype, still in zip((*self.inputs, *self.outputs), self.still, strict=True):
            step, steps = (0 if still else dtype.itemsize), []
            for length in reversed(shape):
                steps.append(step)
                step *= length
            found += reversed(steps)
        return _FFI.new(_INTEGERS, found)


def _plain_inputs(args: tuple[Any, ...]) -> tuple[tuple[int, ...], Key]:
    """The shape that all arrays have and the key of the operands; nothing that is known, if a call is not plain."""
    shape: tuple[int, ...] | None = None
    key: list[Any] = []
    for arg in args:
        kind = type(arg)
        if kind is np.ndarray:
            if arg.flags.num & _SIDE_BY_SIDE != _SIDE_BY_SIDE or (shape is not None and arg.shape != shape):
                return (), ()
            shape = arg.shape
            key.append(arg.dtype)
        elif kind in _CELL and (kind is float or -(1 << 63) <= arg < 1 << 63):
            key.append(kind)
        else:
            return (), ()
    return (shape, (*key, len(shape))) if shape else ((), ())


def _memory(operand: Any) -> Any:
    """What keeps an operand's elements in reach of C while it lives."""
    cell = _CELL.get(type(operand))
    return _FFI.from_buffer(_BYTES, operand) if cell is None else _FFI.new(cell, (operand,))
