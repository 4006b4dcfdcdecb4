"""A ufunc's methods: reduce, accumulate, reduceat, outer and at.

They are NumPy's but for one thing: several axes are reduced in C order, by any function.  This module may not know what
a ufunc computes: its subclass gives a `Fold`, and what `at` does to one element.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from iris_cc.numpy_calls import folds
from iris_cc.numpy_calls.folds import Fold
from iris_cc.numpy_calls.masks import read_mask
from iris_cc.numpy_calls.outputs import MISSING, read_outputs
from iris_cc.numpy_calls.overrides import override
from iris_cc.numpy_calls.wrap import dress, wrapper

_WEAK = (bool, int, float, complex)


class Methods(ABC):
    """For a class whose instances are called as ufuncs are."""

    __name__: str
    nin: int

    @property
    @abstractmethod
    def nout(self) -> int: ...

    @abstractmethod
    def __call__(self, /, *args: Any, **kwargs: Any) -> Any: ...

    @abstractmethod
    def _fold(self, method: str, values: np.ndarray, goal: Any, initial: Any) -> Fold:
        """The fold of `values`, in the type `goal` unless that is None."""

    @abstractmethod
    def _at(self, array: np.ndarray, second: tuple[Any, ...]) -> tuple[Callable[..., Any], np.ndarray | None]:
        """What gives an element its new value, and the second operands as an array."""

    def _of_count(self, nin: int) -> Methods:
        """This ufunc with so many inputs, if it can have them."""
        return self

    def _for_others(self, inputs: tuple[Any, ...]) -> Any:
        """What an object that takes a call over is told to be the ufunc."""
        return self

    def reduce(
        self,
        array: Any,
        axis: Any = 0,
        dtype: Any = None,
        out: Any = None,
        keepdims: bool = False,
        initial: Any = MISSING,
        where: Any = True,
    ) -> Any:
        """Folds along an axis, from its first element to its last; several axes in C order."""
        words = _given(axis=(axis, 0), dtype=(dtype, None), keepdims=(keepdims, False), initial=(initial, MISSING))
        words |= {} if where is True else {"where": where}

        def walk(fold: Fold) -> np.ndarray:
            axes = folds.axes_of(axis, fold.values.ndim)
            result = folds.reduce(self.__name__, fold, axes, read_mask(where))
            return np.expand_dims(result, axes) if keepdims else result

        return self._method("reduce", (array,), dtype, out, words, walk)

    def accumulate(self, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None) -> Any:
        """What `reduce` has come to at each element of an axis."""

        def walk(fold: Fold) -> np.ndarray:
            return folds.accumulate(fold, folds.one_axis("accumulate", axis, fold.values.ndim))

        return self._method("accumulate", (array,), dtype, out, _given(axis=(axis, 0), dtype=(dtype, None)), walk)

    def reduceat(self, array: Any, indices: Any, axis: Any = 0, dtype: Any = None, out: Any = None) -> Any:
        """Folds each slice between two indices."""

        def walk(fold: Fold) -> np.ndarray:
            return folds.reduceat(self.__name__, fold, indices, folds.one_axis("reduceat", axis, fold.values.ndim))

        words = _given(axis=(axis, 0), dtype=(dtype, None))
        return self._method("reduceat", (array, indices), dtype, out, words, walk)

    def outer(self, /, *pair: Any, **kwargs: Any) -> Any:
        """The function on every pair of elements."""
        ufunc = self._binary("outer product", one_output=False)
        if len(pair) != 2:
            raise TypeError("exactly two arguments expected")
        outputs = read_outputs(kwargs.get("out", MISSING))
        words = {key: value for key, value in kwargs.items() if key != "out"}
        found = override(ufunc._for_others(pair), "outer", pair, outputs.arrays, words)
        if found is not None:
            return found[0]
        for each, place in zip(pair, ("first", "second")):
            if isinstance(each, np.matrix):
                raise TypeError(
                    f"{self.__name__}.outer() was passed a numpy matrix as {place} argument. Special handling of "
                    "matrix is removed. Convert to a ndarray via 'matrix.A' "
                )
        first, second = (each if type(each) in _WEAK else np.asanyarray(each) for each in pair)
        if np.ndim(first) and np.ndim(second):
            first = first.reshape(first.shape + (1,) * second.ndim)
        return ufunc(first, second, **kwargs)

    def at(self, array: Any, indices: Any, second: Any = MISSING, /) -> None:
        """Change `array` in place at `indices`, one after the other."""
        given = () if second is MISSING else (second,)
        ufunc = self._of_count(1 + len(given))
        if override(ufunc._for_others((array, indices, *given)), "at", (array, indices, *given), (), {}) is not None:
            return
        if ufunc.nin > 2:
            raise ValueError("Only unary and binary ufuncs supported at this time")
        if ufunc.nout != 1:
            raise ValueError("Only single output ufuncs supported at this time")
        if 1 + len(given) != ufunc.nin:
            few = "second operand needed for ufunc"
            raise ValueError(few if ufunc.nin == 2 else "second operand provided when ufunc is unary")
        if not isinstance(array, np.ndarray):
            raise TypeError("first operand must be array")
        if not array.flags.writeable:
            raise ValueError("assignment destination is read-only")
        call, others = ufunc._at(array, given)
        folds.at(call, np.asarray(array), indices, others)

    def _binary(self, method: str, one_output: bool = True) -> Methods:
        """This ufunc with two inputs; ValueError where it cannot have two."""
        ufunc = self._of_count(2)
        if ufunc.nin != 2:
            raise ValueError(f"{method} only supported for binary functions")
        if one_output and ufunc.nout != 1:
            raise ValueError(f"{method} only supported for functions returning a single value")
        return ufunc

    def _method(
        self,
        method: str,
        inputs: tuple[Any, ...],
        dtype: Any,
        out: Any,
        words: dict[str, Any],
        walk: Callable[[Fold], np.ndarray],
    ) -> Any:
        """What reduce, accumulate and reduceat have in common."""
        ufunc = self._binary(method)
        outputs = read_outputs(MISSING if out is None else out)
        found = override(ufunc, method, inputs, outputs.arrays, words)
        if found is not None:
            return found[0]
        outputs.check(self.__name__, 1, 1)
        outputs.check_arrays()
        if any(each is None for each in outputs.arrays):
            raise TypeError("return arrays must be of ArrayType")
        target = outputs.arrays[0] if outputs.arrays else None
        goal = np.dtype(dtype) if dtype is not None else None if target is None else target.dtype
        fold = ufunc._fold(method, np.asarray(inputs[0]), goal, words.get("initial", MISSING))
        result = fold.settled(walk(fold))
        if target is None:
            return dress(wrapper(inputs[:1]), result, None, outputs.as_scalar)
        folds.hand_over(self.__name__, method, result, np.asarray(target))
        return target


def _given(**words: tuple[Any, Any]) -> dict[str, Any]:
    """The keywords that are not at their defaults: what an object that takes the call over is told."""
    return {key: value for key, (value, default) in words.items() if value is not default}
