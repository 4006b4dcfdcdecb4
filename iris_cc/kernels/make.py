"""The state of a new kernel: from a Python function, DSL text or printed IR.

A function outside the language runs in Python, which is said once; text has no Python function and is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType
from typing import TYPE_CHECKING

from iris_cc import codes, forks
from iris_cc.diagnostics import CompileError, Diagnostic, Span
from iris_cc.frontend import program as front
from iris_cc.kernels.options import Options
from iris_cc.kernels.source import Source
from iris_cc.kernels.state import KernelState, warn
from iris_cc.records import replace
from iris_cc.target import FP_MODES

if TYPE_CHECKING:
    from iris_cc.kernels.python import PythonState


def of_function(
    function: FunctionType, text: str | None, options: Options, texts: Mapping[FunctionType, str]
) -> KernelState | PythonState:
    """Where Python keeps no text, `text` is the whole that defined `function`, and `texts` those of what it calls."""
    known = texts if text is None else {**texts, function: text}
    try:
        source = front.analyze(function, known, options.signature)
    except CompileError as error:
        if options.fallback == "error":
            raise
        return _in_python(function, error, options, known)
    return _state(source, function, options, known)


def of_text(text: str, options: Options, texts: Mapping[FunctionType, str]) -> KernelState:
    """DSL text that holds one `def`."""
    return _state(front.analyze(text, texts, options.signature), None, options, texts)


def of_ir(text: str, options: Options) -> KernelState:
    """The text of one function as the printer writes it."""
    with forks.imports:
        from iris_cc.kernels.irtext import IRText

    return of_source(IRText(text), options)


def of_source(source: Source, options: Options) -> KernelState:
    """Any other source, such as a transform of one; there is no Python function behind it."""
    return _state(source, None, options, {})


def _in_python(
    function: FunctionType, error: CompileError, options: Options, texts: Mapping[FunctionType, str]
) -> PythonState:
    with forks.imports:
        from iris_cc.kernels.python import PythonState

    if options.fallback == "warn":
        first = error.diagnostics[0]
        more = f" (and {len(error.diagnostics) - 1} more)" if len(error.diagnostics) > 1 else ""
        warn(f"kernel `{function.__name__}` runs in Python{more}:\n{first.render()}")
    return PythonState(function, error, options, texts)


def _state(
    source: Source, function: FunctionType | None, options: Options, texts: Mapping[FunctionType, str]
) -> KernelState:
    options = _with_pragmas(options, source)
    if options.otypes is not None and len(options.otypes) != source.nout:
        raise ValueError(f"otypes has {len(options.otypes)} types, and `{source.name}` {source.nout} results")
    return KernelState(source, function, options, texts)


def _with_pragmas(options: Options, source: Source) -> Options:
    """What a DSL text's `# me:` lines say, where the call of `kernel` says nothing."""
    unknown = [key for key in source.pragmas if key != "fp"]
    fp = source.pragmas.get("fp")
    mode = next((mode for mode in FP_MODES if mode == fp), None)
    if unknown or (fp is not None and mode is None):
        text = f"`# me:{unknown[0]}` is not known" if unknown else f"`# me:fp={fp}` is not one of {', '.join(FP_MODES)}"
        line = next((n for n, each in sorted(source.lines.items()) if "me:" in each), source.place.line)
        place = Span(source.place.file, line, 0, line, len(source.lines[line]))
        raise CompileError((Diagnostic(codes.E0508, text, place),))
    return options if mode is None or options.fp is not None else replace(options, fp=mode)
