"""What can go wrong at the command line, each with its exit status.  Knows no command and prints nothing."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from iris_cc import codes
from iris_cc.diagnostics import CompileError, Diagnostic

OK, KERNEL, USAGE, ENVIRONMENT = 0, 1, 2, 3
INTERRUPTED, BROKEN_PIPE = 130, 141

Kind = Literal["kernel", "usage", "environment"]


class Problem(Exception):
    """An end with a message for the user and a status for the shell."""

    kind: ClassVar[Kind]
    status: ClassVar[int]

    def __init__(self, message: str, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.diagnostics = diagnostics

    def as_data(self) -> dict[str, Any]:
        """The object `--json` prints in place of an answer."""
        found = [diagnostic_data(diagnostic) for diagnostic in self.diagnostics]
        return {"error": {"kind": self.kind, "message": self.message, "diagnostics": found}}


class KernelProblem(Problem):
    """The user's kernel, or the module that holds it, is at fault."""

    kind = "kernel"
    status = KERNEL


class UsageProblem(Problem):
    """A missing file or name, or arguments that make no sense."""

    kind = "usage"
    status = USAGE


class EnvironmentProblem(Problem):
    """This machine lacks something: a compiler, space, a permission."""

    kind = "environment"
    status = ENVIRONMENT


def of_compile_error(error: CompileError) -> Problem:
    """A compile error as the kernel's fault, or the environment's if every diagnostic is about that."""
    environment = all(d.code.id.startswith("E05") and d.code is not codes.E0508 for d in error.diagnostics)
    made = EnvironmentProblem if environment else KernelProblem
    return made(str(error), error.diagnostics)


def diagnostic_data(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as plain data."""
    span = diagnostic.span
    return {
        "code": diagnostic.code.id,
        "level": diagnostic.code.level,
        "message": diagnostic.message,
        "file": span.file,
        "line": span.line,
        "column": span.col + 1,
        "label": diagnostic.label,
        "help": diagnostic.help or diagnostic.code.help,
        "notes": list(diagnostic.notes),
    }
