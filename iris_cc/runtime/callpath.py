"""A stand-in for a ufunc, for a NumPy on which `factory_works()` is false: the same calls on the same loops.

NumPy is used through its public surface only.  It is slower per call and keeps the GIL while a loop runs, so that a
loop may leave a Python error; nothing else differs.  It may not know where a loop comes from.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import c_ssize_t, c_void_p
from typing import Any

import numpy as np

from iris_cc.numpy_calls.casts import DType, check_cast
from iris_cc.numpy_calls.methods import Methods
from iris_cc.numpy_calls.outputs import MISSING
from iris_cc.runtime.ndloop import NdLoop, call_nd
from iris_cc.runtime.operands import native
from iris_cc.runtime.pending import take_pending
from iris_cc.runtime.ufunc import InnerLoop, Reduce, Resolve, Word

_Function = ctypes.PYFUNCTYPE(ctypes.c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)


class FallbackUfunc(Methods):
    """Calls like `np.ufunc`: broadcasting, every keyword, and the methods."""

    signature = None
    identity = None
    ntypes = 0
    nout = 1

    def __init__(
        self, name: str, doc: str | None, nin: int, nout: int, resolve: Resolve, reduce: Reduce | None = None
    ) -> None:
        self.__name__ = self.__qualname__ = name
        self.__doc__ = doc
        self.nin, self.nout, self.nargs = nin, nout, nin + nout
        self.types: list[str] = []
        self._resolve, self._reduce = resolve, reduce
        self._loops: dict[tuple[Word | None, ...], InnerLoop] = {}

    def __repr__(self) -> str:
        return f"<ufunc {self.__name__!r}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        return self.__name__ if self._reduce is None else self._reduce()

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return call_nd(self.__name__, self.nin, self.nout, self._nd_loop, args, self, **kwargs)

    def _find(self, words: tuple[Word, ...], results: tuple[DType | None, ...]) -> InnerLoop:
        key = (*words, *results)
        loop = self._loops.get(key)
        if loop is None:
            loop = self._loops[key] = self._resolve(words, results)
        return loop

    def _nd_loop(self, words: tuple[Word, ...], ndim: int, results: tuple[DType | None, ...]) -> NdLoop:
        loop = self._find(words, results)
        return NdLoop(loop.dtypes, _over(loop, self.nin))

    def _fold(self, method: str, values: np.ndarray, goal: Any, initial: Any) -> _LoopFold:
        """By the loop whose first operand is its own output; the values in its second dtype."""
        kind = native(values.dtype) if goal is None else goal
        loop = self._find((kind, kind), (None,))
        if loop.dtypes[0] != loop.dtypes[2]:
            loop = self._find((loop.dtypes[2], kind), (None,))
        if loop.dtypes[0] != loop.dtypes[2]:
            raise TypeError(f"No loop matching the specified signature and casting was found for ufunc {self.__name__}")
        start = () if initial is MISSING or initial is None else (initial,)
        return _LoopFold(loop, values.astype(loop.dtypes[1], copy=not values.flags.aligned), start)

    def _at(self, array: np.ndarray, second: tuple[Any, ...]) -> tuple[Callable[..., Any], np.ndarray | None]:
        def call(*values: Any) -> Any:
            result = self(*values)
            check_cast(self.__name__, result.dtype, array.dtype, "same_kind", "output")
            return result

        return call, np.asarray(second[0]) if second else None


class _LoopFold:
    """One loop, called once for each line."""

    def __init__(self, loop: InnerLoop, values: np.ndarray, start: tuple[Any, ...]) -> None:
        self.loop = loop
        self.values = values
        self.dtype = loop.dtypes[2]
        self.start = start

    def total(self, line: np.ndarray, *start: Any) -> Any:
        total = np.empty(1, self.dtype)
        total[0], rest = (start[0], line) if start else (line[0], line[1:])
        if rest.size:
            running = np.broadcast_to(total, rest.shape)
            _drive(self.loop, [running, rest, running])
        return total[0]

    def running(self, line: np.ndarray) -> np.ndarray:
        result = line.astype(self.dtype)
        if line.size > 1:
            _drive(self.loop, [result[:-1], line[1:], result[1:]])
        return result

    def settled(self, result: np.ndarray) -> np.ndarray:
        return result


def _over(loop: InnerLoop, nin: int) -> Callable[[tuple[int, ...], list[np.ndarray]], None]:
    """The 1-d loop driven over N-d operands that need no conversion."""

    def run(shape: tuple[int, ...], arrays: list[np.ndarray]) -> None:
        flags = [["readonly"]] * nin + [["writeonly"]] * (len(arrays) - nin)
        with np.nditer(arrays, ["external_loop"], flags) as walk:  # type: ignore[arg-type]
            for chunk in walk:
                _drive(loop, list(chunk) if isinstance(chunk, tuple) else [chunk])

    return run


def _drive(loop: InnerLoop, operands: list[np.ndarray]) -> None:
    """Call the loop once on 1-d operands."""
    count = len(operands)
    places = (c_void_p * count)(*(each.ctypes.data for each in operands))
    steps = (c_ssize_t * count)(*(each.strides[0] for each in operands))
    length = (c_ssize_t * 1)(operands[-1].shape[0])
    if _Function(loop.address)(None, places, length, steps, None):
        raise take_pending() or RuntimeError("the loop failed and gave no reason")
