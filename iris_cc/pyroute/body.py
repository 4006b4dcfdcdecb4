"""The function behind a Python ufunc: how it is called, where its element stands, and what types its results have.

This module may not know a ufunc's calls.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, MappingProxyType
from typing import Any

import numpy as np

from iris_cc.numpy_calls.casts import DType
from iris_cc.pyroute.elements import WEAK
from iris_cc.pyroute.kinds import UNKNOWN, Kind, Number, join, of_value
from iris_cc.pyroute.rewrite import ElementPlace, Rewriter
from iris_cc.pyroute.walk import Inference, output_types

_MOST_ROUNDS = 8


class Body:
    """`function`, which goes to other processes with its `kernel`; `texts` are sources that Python does not keep."""

    def __init__(
        self,
        function: Callable[..., Any],
        texts: Mapping[FunctionType, str] = MappingProxyType({}),
        kernel: Any = None,
        otypes: tuple[DType, ...] | None = None,
    ) -> None:
        self.function = function
        self.kernel = kernel
        self.otypes = otypes
        self._inference: Inference | None = None
        self.called = function
        self.is_indexed = False
        self.place = ElementPlace()
        if type(function) is FunctionType:
            rewriter = Rewriter(function, texts, np.int64)
            self.called, self.place = rewriter.function(function), rewriter.place
            self._inference = Inference(function, texts)
            self.is_indexed = rewriter.reads_symbols(function) or not inspect.signature(function).parameters

    def __reduce__(self) -> tuple[Any, ...]:
        return (Body, (self.function,)) if self.kernel is None else (_of_kernel, (self.kernel,))

    def check_count(self, count: int) -> None:
        """TypeError unless `otypes` has as many types as the function has results."""
        if self.otypes is not None and len(self.otypes) != count:
            name = getattr(self.function, "__name__", "function")
            raise TypeError(f"`{name}` returned {count} values, and otypes has {len(self.otypes)} types")

    def types(
        self, operands: Sequence[object], names: Sequence[str], held: Sequence[tuple[int, Any]]
    ) -> tuple[DType | None, ...]:
        """What is known of the results' types before the function is called: nothing, or one entry for each.

        The last operands have `names`; what is `held` stands between the others.
        """
        if self.otypes is not None:
            return self.otypes
        kinds = [_kind(each) for each in operands]
        for place, value in held:
            kinds.insert(place, of_value(value))
        named = dict(zip(names, kinds[len(kinds) - len(names) :]))
        found = self.returned(kinds[: len(kinds) - len(names)], named)
        if any(_is_object(each) for each in operands):  # as ufuncs have it, unless the function says otherwise
            return tuple(np.dtype(object) if each is None else each for each in found or (None,))
        return found

    def returned(self, args: Sequence[Kind], named: Mapping[str, Kind]) -> tuple[DType | None, ...]:
        kind = UNKNOWN if self._inference is None else self._inference.result(args, named)
        return output_types(kind)

    def folded(self, start: DType | type, element: DType) -> DType | None:
        """The type that a fold from `start` over elements comes to; None for one that the function does not show."""
        total: Kind = Number(start if isinstance(start, type) else start.newbyteorder("="))
        if self._inference is None:
            return None
        for _ in range(_MOST_ROUNDS):
            result = self._inference.result([total, Number(element.newbyteorder("="))], {})
            wider = join(total, result)
            if wider == total:
                break
            total = wider
        types = output_types(total)
        return types[0] if len(types) == 1 else None

    def __dask_tokenize__(self) -> object:
        return repr(self.function) if self.kernel is None else self.kernel.__dask_tokenize__()


def _of_kernel(kernel: Any) -> Body:
    body: Body = kernel.body
    return body


def _kind(operand: object) -> Kind:
    if type(operand) in WEAK:
        return Number(type(operand))
    dtype = getattr(operand, "dtype", None)
    found = Number((dtype if isinstance(dtype, np.dtype) else np.asarray(operand).dtype).newbyteorder("="))
    return found if found.is_plain else UNKNOWN


def _is_object(operand: object) -> bool:
    return type(operand) not in WEAK and getattr(operand, "dtype", None) == np.object_
