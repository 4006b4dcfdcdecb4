"""The function behind a Python ufunc: how it is called, and where the element stands that it computes.

This module may not know a ufunc's calls.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import FunctionType, MappingProxyType
from typing import Any

import numpy as np

from iris_cc.pyroute.rewrite import Place, Rewriter


class Body:
    """`function`, which goes to other processes with its `kernel`; `texts` are sources that Python does not keep."""

    def __init__(
        self,
        function: Callable[..., Any],
        texts: Mapping[FunctionType, str] = MappingProxyType({}),
        kernel: Any = None,
    ) -> None:
        self.function = function
        self.kernel = kernel
        self.called = function
        self.is_indexed = False
        self.place = Place()
        if type(function) is FunctionType:
            rewriter = Rewriter(function, texts, np.int64)
            self.called, self.place = rewriter.function(function), rewriter.place
            self.is_indexed = rewriter.reads_symbols(function) or not inspect.signature(function).parameters

    def __reduce__(self) -> tuple[Any, ...]:
        return (Body, (self.function,)) if self.kernel is None else (_of_kernel, (self.kernel,))

    def __dask_tokenize__(self) -> object:
        return repr(self.function) if self.kernel is None else self.kernel.__dask_tokenize__()


def _of_kernel(kernel: Any) -> Body:
    body: Body = kernel.body
    return body
