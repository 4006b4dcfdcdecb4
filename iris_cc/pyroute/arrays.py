"""A Python function of arrays behind the calls of a generalised ufunc: `np.vectorize` with a signature and keywords.

The function is called once for each element of the outer dimensions, with views of the core dimensions.  A function
that stores its results gets arrays of objects for them, so that no type is guessed before it is known.  This module may
not know why a kernel runs in Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from iris_cc.core_dims import Operand, Signature
from iris_cc.numpy_calls.arguments import unknown_keyword, wrong_count
from iris_cc.pyroute.body import Body

_WORDS = ("out", "axes", "axis", "keepdims", "casting", "dtype")
_WEAK = (bool, int, float)


class PythonArrays:
    """Calls `body` on the core dimensions of its operands; `stores` says that it stores its results to parameters."""

    identity = None
    ntypes = 1

    def __init__(self, body: Body, signature: Signature, stores: bool) -> None:
        self.body = body
        self.core = signature
        self.stores = stores
        self.nin, self.nout = len(signature.inputs), len(signature.outputs)
        self.nargs = self.nin + self.nout
        self.signature = str(signature)
        self.types = [f"{'O' * self.nin}->{'O' * self.nout}"]
        self.__name__ = getattr(body.function, "__name__", "function")
        self.__doc__ = getattr(body.function, "__doc__", None)

    @property
    def entry(self) -> PythonArrays:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return PythonArrays, (self.body, self.core, self.stores)

    def __repr__(self) -> str:
        return f"<ufunc {self.__name__!r}>"

    def __call__(self, /, *args: Any, **words: Any) -> Any:
        if not self.nin <= len(args) <= self.nargs:
            raise wrong_count(self.__name__, self.nin, self.nout, len(args))
        for word in words:
            if word not in _WORDS:
                raise unknown_keyword(self.__name__, word)
        outs = self.outs(args[self.nin :], words.get("out"))
        axes = self.axes(words)
        inputs = [each if type(each) in _WEAK else np.asarray(each) for each in args[: self.nin]]
        moved = [self.core_last(each, dims, at) for each, dims, at in zip(inputs, self.core.inputs, axes)]
        outer, sizes = self.shapes(moved)
        found = [np.empty(outer, object) for _ in range(self.nout)]
        for place in np.ndindex(outer):
            given = [self.at(each, dims, outer, place) for each, dims in zip(moved, self.core.inputs)]
            for kept, result in zip(found, self.results(given, sizes), strict=True):
                kept[place] = result
        dtype = words.get("dtype")
        results = [self.gathered(k, each, outer, sizes, dtype) for k, each in enumerate(found)]
        results = [self.placed(k, each, axes, words) for k, each in enumerate(results)]
        final = [_into(out, each, words.get("casting", "same_kind")) for out, each in zip(outs, results)]
        return final[0] if self.nout == 1 else tuple(final)

    # -- operands --

    def outs(self, positional: Sequence[Any], word: Any) -> list[Any]:
        given = word if isinstance(word, tuple) else positional if word is None else (word,)
        return [*given, *[None] * (self.nout - len(given))]

    def axes(self, words: dict[str, Any]) -> list[tuple[int, ...]]:
        """Where the core dimensions of each operand lie."""
        sides = (*self.core.inputs, *self.core.outputs)
        last = [tuple(range(-len(dims), 0)) for dims in sides]
        if words.get("axis") is not None:
            return [(int(words["axis"]),) if len(dims) == 1 else at for dims, at in zip(sides, last)]
        if words.get("axes") is None:
            return last
        given = [(each,) if isinstance(each, int) else tuple(each) for each in words["axes"]]
        if len(given) not in (self.nin, self.nargs) or any(len(a) != len(b) for a, b in zip(given, sides)):
            raise ValueError("axes should be a list with an entry for all inputs and outputs")
        return [*given, *last[len(given) :]]

    def core_last(self, operand: Any, dims: Operand, axes: tuple[int, ...]) -> Any:
        if not dims:
            return operand
        operand = np.asarray(operand)
        for dim in dims:
            if operand.ndim < len(dims) and dim.optional:
                operand = operand[np.newaxis]
        if operand.ndim < len(dims):
            text = f"does not have enough dimensions (has {operand.ndim}, gufunc core with signature {self.signature}"
            raise ValueError(f"{self.__name__}: Input operand {text} requires {len(dims)})")
        return np.moveaxis(operand, axes, range(-len(dims), 0))

    def shapes(self, operands: Sequence[Any]) -> tuple[tuple[int, ...], dict[str, int]]:
        """The outer shape, and the size of each core dimension."""
        sizes = {dim.name: dim.size for dim in self.core.dims if dim.size is not None}
        outer = []
        for operand, dims in zip(operands, self.core.inputs):
            shape = np.shape(operand)
            outer.append(shape[: len(shape) - len(dims)])
            for dim, size in zip(dims, shape[len(shape) - len(dims) :]):
                if sizes.setdefault(dim.name, size) != size:
                    text = f"mismatch in its core dimension {dim}, with gufunc signature {self.signature}"
                    raise ValueError(f"{self.__name__}: {text} (size {size} is different from {sizes[dim.name]})")
        return np.broadcast_shapes(*outer), sizes

    def at(self, operand: Any, dims: Operand, outer: tuple[int, ...], place: tuple[int, ...]) -> Any:
        """The operand of one element: a NumPy scalar or a view."""
        if type(operand) in _WEAK:
            return operand
        core = operand.shape[operand.ndim - len(dims) :]
        return np.broadcast_to(operand, (*outer, *core))[place]

    # -- results --

    def results(self, given: list[Any], sizes: dict[str, int]) -> Sequence[Any]:
        if self.stores:
            shapes = [tuple(sizes[dim.name] for dim in dims) or (1,) for dims in self.core.outputs]
            stored = [np.zeros(shape, object) for shape in shapes]
            self.body.called(*given, *stored)
            return [each if dims else each[0] for each, dims in zip(stored, self.core.outputs)]
        result = self.body.called(*given)
        results = (result,) if self.nout == 1 else result
        if not isinstance(results, tuple) or len(results) != self.nout:
            raise ValueError(f"{self.__name__}() gives {self.nout} results by its signature {self.signature}")
        return results

    def gathered(self, k: int, found: np.ndarray, outer: tuple[int, ...], sizes: dict[str, int], dtype: Any) -> Any:
        """All results of one output as one array, of the type that NumPy joins theirs to."""
        parts = [_typed(found[place]) for place in np.ndindex(outer)]
        known = self.body.otypes[k] if self.body.otypes else dtype
        joined = np.dtype(known) if known is not None else np.result_type(*parts) if parts else np.dtype("f8")
        dims = self.core.outputs[k]
        for part in parts[:1]:
            for dim, size in zip(dims, np.shape(part)):
                sizes.setdefault(dim.name, size)
        core = tuple(sizes.get(dim.name, 0) for dim in dims)
        result = np.empty((*outer, *core), joined)
        for place, part in zip(np.ndindex(outer), parts, strict=True):
            if np.shape(part) != core:
                text = f"a result of shape {np.shape(part)}, where {core} is expected by its signature {self.signature}"
                raise ValueError(f"{self.__name__}: {text}")
            result[place] = part
        return result

    def placed(self, k: int, result: np.ndarray, axes: list[tuple[int, ...]], words: dict[str, Any]) -> Any:
        dims = self.core.outputs[k]
        if words.get("keepdims") and not dims:
            first = next(at for at, own in zip(axes, self.core.inputs) if own)
            return np.expand_dims(result, first)
        return np.moveaxis(result, range(-len(dims), 0), axes[self.nin + k]) if dims else result


def _typed(result: Any) -> Any:
    """A result as an array of the type of all that is in it; a Python scalar stays one."""
    if type(result) in _WEAK:
        return result
    array = np.asarray(result)
    if array.dtype != object or not array.size:
        return array.astype("f8") if array.dtype == object else array
    return array.astype(np.result_type(*(each if type(each) in _WEAK else np.asarray(each) for each in array.flat)))


def _into(out: Any, result: np.ndarray, casting: Any) -> Any:
    if out is None:
        return result[()]
    np.copyto(out, result, casting=casting)
    return out
