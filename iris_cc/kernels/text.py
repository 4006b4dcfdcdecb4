"""A look inside a specialization: the text of one stage."""

from __future__ import annotations

from typing import Literal, assert_never

from iris_cc import build
from iris_cc.build import BuildFailure
from iris_cc.diagnostics import CompileError
from iris_cc.ir.printer import print_function
from iris_cc.kernels import reasons
from iris_cc.kernels.specialization import Specialization

Stage = Literal["source", "ir", "c", "asm"]


def text_of(spec: Specialization, stage: Stage) -> str:
    """The text of one stage; raises CompileError where there is none."""
    match stage:
        case "source":
            return "\n".join(spec.source.lines[number] for number in sorted(spec.source.lines)) + "\n"
        case "ir":
            return print_function(spec.fn)
        case "c":
            return spec.c_text()
        case "asm":
            result = build.assembly(spec.unit)
            if isinstance(result, BuildFailure):
                raise CompileError((reasons.of_failure(result, spec.source),))
            return result
        case _:
            assert_never(stage)
