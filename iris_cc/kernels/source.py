"""What a kernel is made of: a name, parameters, and a function of the IR for each tuple of argument types.

A Python function and DSL text are one case (`frontend.program.Program`), printed IR is another (`irtext.IRText`); a
transform of a source is a source again.  Identity, cache, pickling, background builds and routes follow from the
source alone.  It may not know how its functions are run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from iris_cc.core_dims import Signature
from iris_cc.diagnostics import Span
from iris_cc.frontend.resolve import Routine
from iris_cc.frontend.values import Type
from iris_cc.ir.nodes import Function


class Source(Protocol):
    """What the rest of the house asks of a kernel."""

    @property
    def name(self) -> str: ...

    @property
    def params(self) -> tuple[str, ...]:
        """The names of the parameters."""

    @property
    def positional(self) -> int:
        """How many of them take no keyword."""

    @property
    def defaults(self) -> Mapping[str, Any]:
        """The values of the parameters that have one."""

    @property
    def nout(self) -> int:
        """How many results there are."""

    @property
    def is_indexed(self) -> bool:
        """Whether it runs over an N-d space, with its position, and not as a ufunc."""

    @property
    def signature(self) -> Signature | None:
        """The core dimensions of its operands, if it is a kernel of arrays."""

    @property
    def doc(self) -> str | None: ...

    @property
    def place(self) -> Span:
        """Where what is said of the kernel as a whole points to."""

    def place_of(self, param: str) -> Span:
        """Where what is said of a parameter points to."""

    @property
    def lines(self) -> Mapping[int, str]:
        """The lines of text that the places of its functions are about, by number."""

    @property
    def twin(self) -> np.ufunc | None:
        """The ufunc of NumPy's that it is, if it is one: reductions ask for its identity."""

    @property
    def routine(self) -> Routine | None:
        """What a kernel that calls it compiles in, where there is such a thing."""

    @property
    def pragmas(self) -> Mapping[str, str]:
        """What the text itself says of options."""

    def taken(self, types: tuple[Type, ...]) -> tuple[Type, ...]:
        """The types it is specialized for when arguments have `types`; raises CompileError."""

    def lower(self, types: tuple[Type, ...], ndim: int, results: tuple[np.dtype[Any], ...] | None) -> Function:
        """The IR for types that `taken` gave and so many dimensions, its results cast to `results` (None: as they
        are); raises CompileError with every type error."""
