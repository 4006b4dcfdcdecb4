"""`iris-cc explain`: which way a kernel's calls go and why, or what a diagnostic code means."""

from __future__ import annotations

import argparse
import difflib
import re
import warnings
from typing import Any

from iris_cc import codes
from iris_cc.api import Kernel
from iris_cc.build import manage
from iris_cc.cli.load import load_kernel
from iris_cc.cli.problems import UsageProblem, diagnostic_data, of_compile_error
from iris_cc.cli.report import Report
from iris_cc.cli.words import NDIM_HELP, TYPES_HELP, type_name, types_for
from iris_cc.codegen import needs
from iris_cc.codes import Code
from iris_cc.diagnostics import CompileError, Diagnostic, FallbackWarning
from iris_cc.ir.ops import VECTOR
from iris_cc.kernels.arguments import complete
from iris_cc.kernels.explain import Explanation
from iris_cc.kernels.state import KernelState


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="FILE.py:NAME|CODE", help="a kernel, or a code such as E0103")
    parser.add_argument("--types", metavar="T,T,...", help=TYPES_HELP)
    parser.add_argument("--ndim", type=int, default=1, metavar="N", help=NDIM_HELP)


def run(arguments: argparse.Namespace, report: Report) -> int:
    what: str = arguments.what
    if re.fullmatch(r"[A-Za-z]\d+", what):
        return explain_code(what, report)
    return explain_kernel(arguments, report)


# -- codes -------------------------------------------------------------------------------------------------------------


def explain_code(word: str, report: Report) -> int:
    code = codes.TABLE.get(word.upper())
    if code is None:
        near = difflib.get_close_matches(word.upper(), codes.TABLE, n=4, cutoff=0.6)
        hint = "".join(f"\n  {each}: {codes.TABLE[each].title}" for each in near)
        raise UsageProblem(f"there is no code {word}" + (f"; did you mean{hint}" if near else ""))
    report.answer(
        code_text(code),
        {"code": code.id, "level": code.level, "title": code.title, "help": code.help, "text": code.text},
    )
    return 0


def code_text(code: Code) -> str:
    """One row of the table, for people."""
    lines = [f"{code.level}[{code.id}]: {code.title}"]
    if code.text:
        lines += ["", code.text]
    if code.help:
        lines += ["", f"help: {code.help}"]
    return "\n".join(lines)


# -- kernels -----------------------------------------------------------------------------------------------------------


def explain_kernel(arguments: argparse.Namespace, report: Report) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FallbackWarning)  # what it says is part of the answer
        kernel = load_kernel(arguments.what)
    types = types_for(kernel, arguments.types)
    try:
        found, problems = explanation_of(kernel, types, arguments.ndim)
    except CompileError as error:
        raise of_compile_error(error) from None
    libm = _libm_functions(kernel, types, arguments.ndim) if found.route == "compiled" else []
    shown = ",".join(map(type_name, types))
    data: dict[str, Any] = {
        "kernel": kernel.__name__,
        "types": [type_name(each) for each in types],
        "route": found.route,
        "reason": [diagnostic_data(problem) for problem in problems],
        "key": found.key,
        "artifact": found.artifact,
        "source": found.artifact.with_suffix(".c") if found.artifact is not None else None,
        "cache": found.cache,
        "libm": libm,
    }
    report.answer(_kernel_text(kernel, shown, found, problems, libm), data)
    return 0


def explanation_of(kernel: Kernel, types: tuple[Any, ...], ndim: int) -> tuple[Explanation, tuple[Diagnostic, ...]]:
    """Where a call goes, and every diagnostic that keeps it off a faster route."""
    state = kernel.state
    if not isinstance(state, KernelState):
        return state.explain_call((), ndim), state.problem.diagnostics
    found = state.explain(complete(state.source, types), ndim)
    if found.key is not None and found.artifact is None:
        held = next((entry.path for entry in manage.entries() if entry.key == found.key), None)
        found = Explanation(found.route, found.reason, found.key, held, found.cache)
    return found, (found.reason,) if found.reason is not None else ()


def _libm_functions(kernel: Kernel, types: tuple[Any, ...], ndim: int) -> list[str]:
    """The functions of the platform's C library the code calls: their last digit is the platform's."""
    spec = kernel.specialization(types, ndim)
    called = dict.fromkeys(let.op for let in needs.lets(spec.fn) if needs.calls_libm(let.op, spec.target))
    return [op.name for op in called if op.cost >= VECTOR]


def _kernel_text(
    kernel: Kernel, shown: str, found: Explanation, problems: tuple[Diagnostic, ...], libm: list[str]
) -> str:
    lines = [f"{kernel.__name__}({shown})", f"route:    {found.route}", f"cache:    {found.cache}"]
    if found.key is not None:
        lines.append(f"key:      {found.key}")
    if found.artifact is not None:
        lines += [f"code:     {found.artifact}", f"C:        {found.artifact.with_suffix('.c')}"]
    if libm:
        lines.append(f"libm:     {', '.join(libm)}")
    for problem in problems:
        lines += ["", problem.render()]
    return "\n".join(lines)
