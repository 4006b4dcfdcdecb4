"""Printed IR as the source of a kernel: one function, of the types that stand in its text."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, assert_never

import numpy as np

from iris_cc import codes
from iris_cc.core_dims import Signature
from iris_cc.diagnostics import CompileError, Diagnostic, Span
from iris_cc.frontend.program import type_names
from iris_cc.frontend.resolve import Routine
from iris_cc.frontend.source import remember_text
from iris_cc.frontend.values import Type, Weak
from iris_cc.ir import parser, verify, walk
from iris_cc.ir.nodes import Function, Let
from iris_cc.ir.types import BY_DTYPE, Scalar


class IRText:
    """The function that `text` spells; arguments of other types are cast where a ufunc would, and refused elsewhere."""

    def __init__(self, text: str) -> None:
        lines = text.splitlines(keepends=True)
        file = remember_text("ir", text, lines)
        self.place = Span(file, 1, 0, 1, len(lines[0].rstrip()) if lines else 0)
        self._fn = _read(text, self.place)
        self.name = self._fn.name
        self.params = tuple(f"x{k}" for k in range(len(self._fn.params)))
        self.positional = len(self.params)
        self.nout = len(self._fn.results)
        self.is_indexed = bool(self._fn.indices) or not self.params
        self.defaults: Mapping[str, Any] = MappingProxyType({})
        self.lines: Mapping[int, str] = MappingProxyType(dict(enumerate(map(str.rstrip, lines), 1)))
        self.pragmas: Mapping[str, str] = MappingProxyType({})
        self.doc: str | None = None
        self.signature: Signature | None = None
        self.routine: Routine | None = None

    def place_of(self, param: str) -> Span:
        return self.place

    @property
    def twin(self) -> np.ufunc | None:
        match self._fn.body.stmts:
            case (Let(out, op, args),) if self._fn.body.results == (out,) and set(args) == set(self._fn.params):
                found: Any = getattr(np, op.numpy, None)
                return found if isinstance(found, np.ufunc) else None
            case _:
                return None

    def taken(self, types: tuple[Type, ...]) -> tuple[Type, ...]:
        own = tuple(var.type for var in self._fn.params)
        for name, given, mine in zip(self.params, types, own, strict=True):
            if not _is_safe(given, mine):
                text = f"`{name}` is {mine.dtype} here and cannot be {' '.join(type_names((given,)))}"
                raise CompileError((Diagnostic(codes.E0403, text, self.place),))
        return own

    def lower(self, types: tuple[Type, ...], ndim: int, results: tuple[np.dtype[Any], ...] | None) -> Function:
        if results is not None and tuple(BY_DTYPE.get(dtype.str[1:]) for dtype in results) != self._fn.results:
            text = f"the results are {', '.join(type.dtype for type in self._fn.results)} here; otypes must say so"
            raise CompileError((Diagnostic(codes.E0403, text, self.place),))
        return self._fn


def _read(text: str, place: Span) -> Function:
    try:
        fn = verify.verify(parser.parse(text))
    except parser.IRSyntaxError as error:
        where = Span(place.file, error.line, error.column - 1, error.line, error.column)
        raise CompileError((Diagnostic(codes.E0007, error.message, where),)) from None
    except verify.InvalidIR as error:
        raise CompileError((Diagnostic(codes.E0007, str(error), place),)) from None
    if walk.has_lanes(fn):
        raise CompileError((Diagnostic(codes.E0007, "a kernel computes one element: it takes no lanes", place),))
    if fn.arrays:
        text = "a kernel takes values, not arrays: only local ones have a place in it"
        raise CompileError((Diagnostic(codes.E0007, text, place),))
    return fn


def _is_safe(given: Type, mine: Scalar) -> bool:
    match given:
        case Weak.BOOL:
            return True
        case Weak.INT | Weak.WIDE:
            return mine.is_integer or mine.is_float
        case Weak.FLOAT:
            return mine.is_float
        case Scalar():
            return np.can_cast(np.dtype(given.dtype), np.dtype(mine.dtype))
        case _:
            assert_never(given)
