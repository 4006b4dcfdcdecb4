"""A checked kernel before any type is known, and its lowering for given types: the front end's whole surface."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from types import FunctionType, MappingProxyType
from typing import Any, Protocol

import numpy as np

from iris_cc import codes
from iris_cc.core_dims import Signature
from iris_cc.diagnostics import CompileError, Diagnostic, Span
from iris_cc.frontend import resolve, source
from iris_cc.frontend.lower import lower
from iris_cc.frontend.resolve import Routine, Symbol, routine_of
from iris_cc.frontend.source import fail
from iris_cc.frontend.subset import checker
from iris_cc.frontend.values import WEAK_OF, Type, Weak, scalar_of
from iris_cc.ir.nodes import Function
from iris_cc.ir.types import BY_DTYPE, Scalar
from iris_cc.records import record


@record(eq=False)
class Program:
    """One kernel that passed every check that needs no types."""

    routine: Routine
    nout: int
    symbols: tuple[Symbol, ...]
    signature: Signature | None  # the core dimensions of a kernel of arrays
    pragmas: Mapping[str, str]  # what a DSL text's `# me:` lines say

    @property
    def name(self) -> str:
        return self.routine.name

    @property
    def params(self) -> tuple[str, ...]:
        """The inputs; parameters that results are stored to are none."""
        return self.routine.params if self.signature is None else self.routine.params[: len(self.signature.inputs)]

    @property
    def defaults(self) -> Mapping[str, Any]:
        return self.routine.defaults

    @property
    def positional(self) -> int:
        """How many parameters take no keyword."""
        return len(self.routine.source.tree.args.posonlyargs)

    @property
    def is_indexed(self) -> bool:
        """Whether it runs over an N-d space and not as a ufunc."""
        return bool(self.symbols) or not self.params

    @property
    def doc(self) -> str | None:
        return ast.get_docstring(self.routine.source.tree)

    @property
    def place(self) -> Span:
        return self.routine.source.header

    def place_of(self, param: str) -> Span:
        """Where a parameter stands; for any other name, the kernel's own place."""
        source = self.routine.source
        arguments = (*source.tree.args.posonlyargs, *source.tree.args.args)
        return next((source.span(arg) for arg in arguments if arg.arg == param), self.place)

    @property
    def lines(self) -> Mapping[int, str]:
        """The user's source lines by number."""
        return self.routine.source.lines

    @property
    def twin(self) -> np.ufunc | None:
        """The ufunc of NumPy's that the kernel is by its text, if it is one."""
        from iris_cc.frontend.twin import numpy_twin

        return numpy_twin(self.routine)

    def taken(self, types: tuple[Type, ...]) -> tuple[Type, ...]:
        """All types of the language are taken as they are."""
        return types

    def lower(
        self, types: tuple[Type, ...], ndim: int = 0, results: tuple[np.dtype[Any], ...] | None = None
    ) -> Function:
        """The IR for argument types, cast to `results`; raises CompileError with every type error."""
        scalars = None if results is None else tuple(scalar_of(type_of(dtype, self)) for dtype in results)
        try:
            return lower(self.routine, types, self.symbols, ndim, scalars, self.signature)
        except RecursionError:
            raise fail(codes.E0005, "the source is nested too deep", self.place) from None


def analyze(
    kernel: FunctionType | str,
    texts: Mapping[Any, str] = MappingProxyType({}),
    signature: Signature | None = None,
) -> Program:
    """Check a function or DSL text; raises CompileError with everything that is wrong.

    `signature` has the core dimensions of its operands.
    `texts` has the text of functions where Python keeps none, each whole, with its lines where they stood.
    """
    try:
        return _analyze(kernel, texts, signature)
    except RecursionError:
        file = kernel.__code__.co_filename if isinstance(kernel, FunctionType) else "<kernel>"
        raise fail(codes.E0005, "the source is nested too deep", Span(file, 0, 0, 0, 0)) from None


def _analyze(kernel: FunctionType | str, texts: Mapping[Any, str], signature: Signature | None) -> Program:
    if isinstance(kernel, str):
        routine = routine_of(source.of_text(kernel), None, {}, texts)
        options = source.pragma(kernel)
    else:
        routine = routine_of(source.of_function(kernel, texts.get(kernel)), kernel, {}, texts)
        options = {}
    found = checker(signature)
    nout = found.check(routine)
    if found.diagnostics:
        raise CompileError(found.diagnostics)
    symbols = sorted(found.symbols, key=lambda s: (s.kind, s.axis))
    return Program(routine, nout, tuple(symbols), signature, options)


class HasParameterPlaces(Protocol):
    """What knows where its parameters stand."""

    def place_of(self, param: str) -> Span: ...


def type_of(word: Any, source: HasParameterPlaces | None = None, param: str = "") -> Type:
    """A dtype-like, or `float`, `int`, `bool` for a Python scalar, as an argument type; raises CompileError.

    `param` is the parameter of `source` that it is for.
    """
    if isinstance(word, (Scalar, Weak)):
        return word
    if isinstance(word, type) and word in WEAK_OF:
        return WEAK_OF[word]
    try:
        dtype = np.dtype(word)
    except TypeError as error:
        raise fail(codes.E0403, str(error), _place(source, param)) from None
    scalar = BY_DTYPE.get(dtype.str[1:]) if dtype.kind in "biuf" else None
    if scalar is None:
        what = f"`{param}` cannot be" if param else "compiled code takes no operand"
        shown = {"U": "string", "S": "bytes", "V": "a structured type"}.get(dtype.kind, str(dtype))
        raise CompileError((Diagnostic(codes.E0403, f"{what} of type {shown}", _place(source, param), shown),))
    return scalar


def type_names(types: tuple[Type, ...]) -> tuple[str, ...]:
    """`f8`, or `float` for a weak one."""
    return tuple(str(t) if isinstance(t, Weak) else t.dtype for t in types)


def _place(source: HasParameterPlaces | None, param: str) -> Span:
    return Span("<types>", 0, 0, 0, 0) if source is None else source.place_of(param)


__all__ = [
    "WEAK_OF",
    "Program",
    "Symbol",
    "Type",
    "Weak",
    "analyze",
    "resolve",
    "scalar_of",
    "type_names",
    "type_of",
]
