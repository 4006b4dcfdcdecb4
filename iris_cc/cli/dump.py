"""`iris-cc dump`: the text of one stage of a kernel, on stdout."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence
from typing import Any

from iris_cc.api import Kernel
from iris_cc.cli.load import load_kernel
from iris_cc.cli.problems import UsageProblem, of_compile_error
from iris_cc.cli.report import Report
from iris_cc.cli.words import NDIM_HELP, TARGET_HELP, TYPES_HELP, type_name, types_for
from iris_cc.diagnostics import CompileError, FallbackWarning
from iris_cc.target import FP_MODES

AFTER_HELP = "with --stage ir: as the pass leaves it; the last ones are flatten, narrow, mask"
STAGES = ("source", "ir", "c", "asm")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="FILE.py:NAME", help=TARGET_HELP)
    parser.add_argument("--types", metavar="T,T,...", help=TYPES_HELP)
    parser.add_argument("--stage", choices=STAGES, default="c", help="what to print (default: c)")
    parser.add_argument("--after", metavar="PASS", help=AFTER_HELP)
    parser.add_argument("--ndim", type=int, default=1, metavar="N", help=NDIM_HELP)
    parser.add_argument("--fp", choices=FP_MODES, help="floating-point mode, in place of the kernel's own")


def run(arguments: argparse.Namespace, report: Report) -> int:
    if arguments.ndim < 0:
        raise UsageProblem("--ndim cannot be negative")
    if arguments.after and arguments.stage != "ir":
        raise UsageProblem("--after is a pass of the IR: it needs --stage ir")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FallbackWarning)  # what it says is raised below
        kernel = load_kernel(arguments.target, arguments.fp)
    types = types_for(kernel, arguments.types)
    try:
        text = _text(kernel, types, arguments)
    except CompileError as error:
        raise of_compile_error(error) from None
    shown = [type_name(each) for each in types]
    data: dict[str, Any] = {"kernel": kernel.__name__, "types": shown, "stage": arguments.stage, "text": text}
    report.answer(text, data)
    return 0


def _text(kernel: Kernel, types: Sequence[Any], arguments: argparse.Namespace) -> str:
    if not arguments.after:
        return kernel.text(types, arguments.ndim, arguments.stage)
    try:
        return kernel.ir_after(types, arguments.ndim, arguments.after)
    except ValueError as error:
        raise UsageProblem(str(error)) from None
