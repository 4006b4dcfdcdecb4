"""A source for one tuple of argument types: its IR before and after the passes, its C text, and the unit to build.

What each stage makes of it is made when first asked for: a kernel found in the cache needs no pass and no C.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from iris_cc import forks
from iris_cc.build import Unit
from iris_cc.core_dims import Signature
from iris_cc.digest import hex_digest
from iris_cc.frontend.program import type_names
from iris_cc.frontend.values import Type
from iris_cc.ir.nodes import Function
from iris_cc.ir.operands import operands
from iris_cc.ir.printer import fingerprint
from iris_cc.ir.walk import size
from iris_cc.kernels.options import Options
from iris_cc.kernels.source import Source
from iris_cc.kernels.stages import stages_version
from iris_cc.records import lazy
from iris_cc.target import Fp, Target


class Specialization:
    """A kernel for one tuple of argument types, and for index kernels one number of dimensions."""

    def __init__(
        self, source: Source, types: tuple[Type, ...], ndim: int, options: Options, target: Target
    ) -> None:
        self.source = source
        self.types = types
        self.ndim = ndim
        self.options = options
        self.target = target

    @lazy
    def raw(self) -> Function:
        """The IR as lowered."""
        return self.source.lower(self.types, self.ndim, self.options.otypes)

    @lazy
    def fn(self) -> Function:
        """The IR after the passes."""
        with forks.imports:
            from iris_cc.passes.run import run

        return run(self.raw, self.level)

    @property
    def level(self) -> str:
        """The name of its pipeline of passes."""
        return "default" if self.target.has_own_math else "calls"

    def behind(self, step: str) -> Function:
        """The IR when the pass `step` has run for the last time; ValueError where none is or may run."""
        with forks.imports:
            from iris_cc.codegen.lane_plan import machine
            from iris_cc.passes.run import trace
            from iris_cc.schedule.run import STEPS, scheduled

        if step in dict(STEPS):
            moving = (self.ndim - 1 if self.ndim else None) if self.is_indexed else 0
            return scheduled(self.fn, machine(self.target, moving), step)
        found = dict(trace(self.raw, self.level))
        if step not in found:
            raise ValueError(f"no pass is called {step}; there are {', '.join([*found, *dict(STEPS)])}")
        return found[step]

    @property
    def is_indexed(self) -> bool:
        """Whether it runs over an N-d space and not as a ufunc loop."""
        return self.source.is_indexed

    @lazy
    def dtypes(self) -> tuple[np.dtype[Any], ...]:
        """Operands of the loop, inputs then outputs; a weak scalar travels as bool, i8 or f8."""
        return tuple(np.dtype(operand.type.dtype) for operand in operands(self.raw, self.core))

    @property
    def core(self) -> Signature | None:
        """The core dimensions of its operands, if they are arrays."""
        return self.source.signature

    @property
    def nin(self) -> int:
        return len(self.types)

    @property
    def signature(self) -> str:
        inputs = ",".join(type_names(self.types))
        return f"{inputs}->{','.join(dtype.str[1:] for dtype in self.dtypes[self.nin :])}"

    def c_text(self) -> str:
        with forks.imports:
            from iris_cc.codegen.entries import nd_unit, ufunc_unit

        target, threads = self.target, self.options.threads
        if self.is_indexed:
            return nd_unit(self.fn, self.ndim, self.source.lines, target=target, threads=threads)
        return ufunc_unit(self.fn, self.source.lines, target=target, threads=threads, signature=self.core)

    @lazy
    def unit(self) -> Unit:
        """What the build is asked for.  A name, a comment or a moved line is not in its identity."""
        entry = "nd" if self.is_indexed else "loop"
        limit = () if self.options.threads is None else (f"threads {self.options.threads}",)
        core = () if self.core is None else (str(self.core),)
        parts = (fingerprint(self.raw), stages_version(), self.target.math, entry, *limit, *core)
        return Unit(
            identity=hex_digest(*parts),
            label=_label(self.source.name),
            signature=self.signature,
            ndim=self.ndim,
            fp=self._fp_of_unit(),
            statements=size(self.raw),
            effort=self._effort(),
            text=self.c_text,
            meta={"kernel": self.source.name, "place": str(self.source.place)},
        )

    def _effort(self) -> int:
        """What the compiler has to do, in statements."""
        with forks.imports:
            from iris_cc.codegen import weight

        return weight.effort(self.raw, self.target)

    def _fp_of_unit(self) -> Fp:
        """Elementary functions of ours are right only where each operation rounds by itself."""
        if self.target.fp == "strict":
            return "strict"
        with forks.imports:
            from iris_cc.codegen import needs

        return "strict" if needs.computes_its_errors(self.raw, self.target) else self.target.fp

    @lazy
    def quiet(self) -> bool:
        """Whether floating-point flags of this body mean nothing to the user."""
        with forks.imports:
            from iris_cc.codegen import needs

        return needs.flags_put_back(self.fn, self.target) is needs.Flags.ALL


def _label(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in name)[:60] or "kernel"
