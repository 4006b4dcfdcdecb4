"""A stand-in for a ufunc, for a NumPy on which `factory_works()` is false: the same calls on the same loops.

NumPy is used through its public surface only.  It is slower per call and keeps the GIL while a loop runs, so that a
loop may leave a Python error; nothing else differs.  It may not know where a loop comes from.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from ctypes import c_ssize_t, c_void_p
from typing import Any

import numpy as np

from iris_cc.runtime import operands as ops
from iris_cc.runtime.ndloop import NdLoop, Order, call_nd
from iris_cc.runtime.pending import take_pending
from iris_cc.runtime.ufunc import InnerLoop, Reduce, Resolve, Word

_Function = ctypes.PYFUNCTYPE(ctypes.c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
_MISSING = object()


class FallbackUfunc:
    """Calls like `np.ufunc`: broadcasting, every keyword, and the methods."""

    signature = None
    identity = None
    ntypes = 0

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

    def __call__(
        self,
        *args: object,
        out: object = None,
        where: object = True,
        casting: ops.Casting = "same_kind",
        order: Order = "K",
        dtype: object = None,
        subok: bool = True,
        signature: object = None,
        sig: object = None,
    ) -> Any:
        if not self.nin <= len(args) <= self.nargs:
            takes = f"from {self.nin} to {self.nargs} positional arguments"
            raise TypeError(f"{self.__name__}() takes {takes} but {len(args)} were given")
        wanted = ops.read_signature(self.nin, self.nout, dtype, sig if signature is None else signature)
        return call_nd(
            self.__name__,
            self.nin,
            self.nout,
            lambda words, ndim, _: self._nd_loop(words, wanted),
            args,
            out=out,
            where=where,
            casting=casting,
            order=order,
            subok=subok,
        )

    def outer(self, a: object, b: object, /, **kwargs: Any) -> Any:
        self._require_binary("outer", outputs=False)
        left, right = np.asanyarray(a), np.asanyarray(b)
        return self(left.reshape(left.shape + (1,) * right.ndim), right, **kwargs)

    def reduce(
        self,
        array: object,
        axis: int | tuple[int, ...] | None = 0,
        dtype: object = None,
        out: object = None,
        keepdims: bool = False,
        initial: object = _MISSING,
        where: object = True,
    ) -> Any:
        self._require_binary("reduce")
        loop, values = self._reduction(array, dtype)
        place = _one_axis(self.__name__, values.ndim, axis)
        if place is None:
            return values[()]
        mask = ops.read_mask(where)
        if mask is not None and initial is _MISSING:
            raise ValueError(
                f"reduction operation {self.__name__!r} does not have an identity, "
                "so to use a where mask one has to specify 'initial'"
            )
        columns = np.moveaxis(values, place, -1)
        wanted = None if mask is None else np.moveaxis(np.broadcast_to(mask, values.shape), place, -1)
        result = np.empty(columns.shape[:-1], loop.dtypes[2])
        for index in np.ndindex(result.shape):
            column = columns[index] if wanted is None else columns[index][wanted[index]]
            result[index] = self._fold(loop, column, initial)
        return _hand_over(np.expand_dims(result, place) if keepdims else result, out)

    def accumulate(self, array: object, axis: int = 0, dtype: object = None, out: object = None) -> Any:
        self._require_binary("accumulate")
        loop, values = self._reduction(array, dtype)
        place = _one_axis(self.__name__, values.ndim, axis)
        if place is None:
            raise TypeError("cannot accumulate on a scalar")
        result = values.astype(loop.dtypes[2])
        columns, sources = np.moveaxis(result, place, -1), np.moveaxis(values, place, -1)
        for index in np.ndindex(columns.shape[:-1]):
            column = columns[index]
            if column.size > 1:
                _drive(loop, [column[:-1], sources[index][1:], column[1:]])
        return _hand_over(result, out)

    def reduceat(
        self, array: object, indices: Iterable[int], axis: int = 0, dtype: object = None, out: object = None
    ) -> Any:
        self._require_binary("reduceat")
        loop, values = self._reduction(array, dtype)
        columns = np.moveaxis(values, axis, -1)
        starts = [int(each) for each in np.asarray(indices, dtype=np.intp)]
        size = columns.shape[-1]
        if any(not 0 <= each < size for each in starts):
            raise IndexError(f"index out-of-bounds in {self.__name__}.reduceat [0, {size})")
        result = np.empty((*columns.shape[:-1], len(starts)), loop.dtypes[2])
        for index in np.ndindex(columns.shape[:-1]):
            for k, (start, stop) in enumerate(zip(starts, [*starts[1:], size])):
                result[(*index, k)] = self._fold(loop, columns[index][start : max(stop, start + 1)], _MISSING)
        return _hand_over(np.moveaxis(result, -1, axis), out)

    def at(self, array: np.ndarray, indices: Any, other: object = _MISSING, /) -> None:
        """One place after the other, so that a repeated index is used as often as it stands there."""
        if not isinstance(array, np.ndarray):
            raise TypeError("first operand must be array")
        places = np.asarray(np.arange(array.size).reshape(array.shape)[indices])
        operands = [] if other is _MISSING else [np.broadcast_to(np.asarray(other), places.shape)]
        if len(operands) + 1 != self.nin:
            raise ValueError("second operand needed for ufunc" if self.nin == 2 else "too many operands for ufunc.at")
        for position in np.ndindex(places.shape):
            place = np.unravel_index(places[position], array.shape)
            cell = array[(*place, np.newaxis)]
            self(cell, *(each[position] for each in operands), out=cell)

    def _require_binary(self, method: str, outputs: bool = True) -> None:
        if self.nin != 2 or (outputs and self.nout != 1):
            raise ValueError(f"{method} only supported for binary functions")

    def _find(self, words: tuple[Word, ...], wanted: tuple[np.dtype[Any] | None, ...]) -> InnerLoop:
        chosen = tuple(word if want is None else want for word, want in zip(words, wanted))
        key = (*chosen, *wanted[self.nin :])
        loop = self._loops.get(key)
        if loop is None:
            loop = self._loops[key] = self._resolve(chosen, wanted[self.nin :])
        if any(want is not None and want != have for want, have in zip(wanted, loop.dtypes)):
            raise TypeError(f"ufunc {self.__name__!r} did not contain a loop with signature matching types {wanted}")
        return loop

    def _nd_loop(self, words: tuple[Word, ...], wanted: tuple[np.dtype[Any] | None, ...]) -> NdLoop:
        loop = self._find(words, wanted)
        return NdLoop(loop.dtypes, _over(loop, self.nin))

    def _reduction(self, array: object, dtype: object) -> tuple[InnerLoop, np.ndarray]:
        """The loop whose first operand is its own output, and the values in its second dtype."""
        values = np.asarray(array)
        kind = ops.native(values.dtype) if dtype is None else np.dtype(dtype)  # type: ignore[call-overload]
        loop = self._find((kind, kind), (None, None, None))
        if loop.dtypes[0] != loop.dtypes[2]:
            loop = self._find((loop.dtypes[2], kind), (None, None, None))
        if loop.dtypes[0] != loop.dtypes[2]:
            raise TypeError(f"ufunc {self.__name__!r} has no loop that reduces {kind!r}")
        ops.check_cast(self.__name__, values.dtype, loop.dtypes[1], "same_kind", "input 1")
        return loop, values.astype(loop.dtypes[1], copy=not values.flags.aligned)

    def _fold(self, loop: InnerLoop, column: np.ndarray, initial: object) -> Any:
        total = np.empty(1, loop.dtypes[2])
        if initial is not _MISSING and initial is not None:
            total[0] = initial
        elif not column.size:
            raise ValueError(f"zero-size array to reduction operation {self.__name__} which has no identity")
        else:
            total[0], column = column[0], column[1:]
        if column.size:
            running = np.broadcast_to(total, column.shape)
            _drive(loop, [running, column, running])
        return total[0]


def _one_axis(name: str, ndim: int, axis: int | tuple[int, ...] | None) -> int | None:
    axes = tuple(range(ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if len(axes) > 1:
        raise ValueError(f"reduction operation {name!r} is not reorderable, so at most one axis may be specified")
    if not axes or (ndim == 0 and axes[0] in (0, -1)):
        return None
    return int(np.lib.array_utils.normalize_axis_index(axes[0], ndim))


def _hand_over(result: np.ndarray, out: object) -> Any:
    target = ops.read_outputs(1, out)[0]
    if target is None:
        return result[()] if result.ndim == 0 else result
    if target.shape != result.shape:
        raise ValueError(f"output parameter has shape {target.shape}, not {result.shape}")
    np.copyto(target, result, casting="same_kind")
    return target


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
