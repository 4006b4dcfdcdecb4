"""Why a kernel does not run compiled, as diagnostics that point at its source."""

from __future__ import annotations

from typing import Protocol

from iris_cc import build, codes, config
from iris_cc.build import BuildFailure
from iris_cc.codes import Code
from iris_cc.diagnostics import CompileError, Diagnostic, Span
from iris_cc.ir.nodes import Fault


class HasPlace(Protocol):
    """What stands somewhere: a source."""

    @property
    def place(self) -> Span: ...


_CODE_OF: dict[build.FailureKind, Code] = {
    "disabled": codes.E0501,
    "no-compiler": codes.E0502,
    "compiler-error": codes.E0503,
    "timeout": codes.E0504,
    "bad-output": codes.E0505,
    "no-space": codes.E0505,
    "io": codes.E0505,
    "unsupported-flag": codes.E0506,
    "too-large": codes.E0507,
}
_NOTES, _LONGEST_NOTE, _LONGEST_MESSAGE = 6, 200, 1000


def disabled(source: HasPlace) -> Diagnostic:
    return Diagnostic(codes.E0501, f"compilation is switched off by {config.KILL_SWITCH}", source.place)


def in_background(source: HasPlace) -> Diagnostic:
    return Diagnostic(codes.E0509, "the compiler is at work in the background", source.place)


def not_loaded(source: HasPlace, message: str) -> Diagnostic:
    return Diagnostic(codes.E0505, message, source.place)


def too_deep(source: HasPlace) -> CompileError:
    return CompileError((Diagnostic(codes.E0005, "too little of the stack is left to compile here", source.place),))


def is_out_of_bounds(error: BaseException) -> bool:
    """Whether an element met a Python int for which its type has no room."""
    return isinstance(error, OverflowError) and str(error) == Fault.OUT_OF_BOUNDS.message


def out_of_bounds(source: HasPlace) -> CompileError:
    return CompileError((Diagnostic(codes.E0407, Fault.OUT_OF_BOUNDS.message, source.place),))


def of_failure(failure: BuildFailure, source: HasPlace) -> Diagnostic:
    """A failed build as a diagnostic of the kernel."""
    lines = failure.stderr.strip().splitlines()
    notes = tuple(_cut(line) for line in lines[:_NOTES])
    if len(lines) > _NOTES:
        notes += (f"... and {len(lines) - _NOTES} lines more",)
    if failure.bundle is not None:
        notes += (f"everything needed to report this lies in {failure.bundle}",)
    return Diagnostic(_CODE_OF[failure.kind], _cut(failure.message, _LONGEST_MESSAGE), source.place, notes=notes)


def _cut(text: str, most: int = _LONGEST_NOTE) -> str:
    """As much as a person reads; a bundle holds the rest."""
    return text if len(text) <= most else f"{text[:most]} ... ({len(text) - most} characters more)"
