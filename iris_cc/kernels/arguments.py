"""The types of arguments: of a call's operands as NumPy names them, of values, and of words such as "f8" or `float`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from iris_cc.calls.dispatcher import WideInt
from iris_cc.frontend import program as front
from iris_cc.frontend.values import Type, Weak, weak_of
from iris_cc.kernels.source import Source
from iris_cc.runtime.ufunc import Word


def argument_types(source: Source, weak: tuple[type | None, ...], words: tuple[Word, ...]) -> tuple[Type, ...]:
    """What each operand is: weak where the call had a Python scalar, else what NumPy would make of it."""
    strong = [word for word, kind in zip(words, weak, strict=True) if kind is None and isinstance(word, np.dtype)]
    types: list[Type] = []
    for word, kind, param in zip(words, weak, source.params, strict=True):
        weakly = None if kind is None else Weak.WIDE if kind is WideInt else front.WEAK_OF[kind]
        forced = weakly is not None and isinstance(word, np.dtype) and word != np.dtype(weakly.scalar.dtype)
        if weakly is not None and not forced:  # a `signature=` may ask for another type
            types.append(weakly)
        else:
            dtype = word if isinstance(word, np.dtype) else np.result_type(*strong, word(0))
            types.append(front.type_of(dtype, source, param))
    return tuple(types)


def types_of_arguments(source: Source, args: Sequence[Any]) -> tuple[tuple[Type, ...], int]:
    """The argument types of a call, and the number of dimensions they broadcast to."""
    types: list[Type] = []
    ndim = 0
    for arg, param in zip(args, source.params, strict=False):
        if type(arg) in front.WEAK_OF:
            types.append(weak_of(arg))
        else:
            dtype = getattr(arg, "dtype", None)
            array = arg if isinstance(dtype, np.dtype) else np.asarray(arg)
            types.append(front.type_of(array.dtype, source, param))
            ndim = max(ndim, np.ndim(array))
    return tuple(types), ndim


def complete(source: Source, words: Sequence[Any]) -> tuple[Type, ...]:
    """One type per parameter of dtype-likes, or `float`, `int`, `bool`; defaults fill the last ones."""
    given = [front.type_of(word, source, name) for word, name in zip(words, source.params, strict=False)]
    for name in source.params[len(given) :]:
        if name not in source.defaults:
            break
        given += types_of_arguments(source, [source.defaults[name]])[0]
    if len(given) != len(source.params) or len(words) > len(source.params):
        raise TypeError(f"{source.name}() takes {len(source.params)} argument types, {len(words)} given")
    return tuple(given)
