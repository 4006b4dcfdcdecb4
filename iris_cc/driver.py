"""The rope: the one module that knows every stage, from a checked program to a loop NumPy can call.

    program -> specialize -> passes -> (C text -> build -> load) or (interpreter)

It decides nothing about calls: `dispatch` does.  A failure of the environment is a reason, never an exception.
Passes, back end and interpreter are imported when first needed: a kernel found in the cache needs none of them.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Literal, assert_never

import numpy as np

from iris_cc import build, codes, config, forks
from iris_cc.build import BuildFailure, Built, Unit
from iris_cc.codegen import runtime_c
from iris_cc.codes import Code
from iris_cc.diagnostics import CompileError, Diagnostic
from iris_cc.digest import hex_digest
from iris_cc.frontend import program as front
from iris_cc.frontend.program import Program
from iris_cc.frontend.values import Type
from iris_cc.ir.nodes import Fault, Function
from iris_cc.ir.printer import fingerprint, print_function
from iris_cc.ir.walk import size
from iris_cc.records import field, lazy, record
from iris_cc.runtime import callers, loader, signals
from iris_cc.version import __version__

Fp = Literal["strict", "contract", "fast"]
Math = Literal["accurate", "libm", "fast"]
FP_MODES: tuple[Fp, ...] = ("strict", "contract", "fast")
MATH_MODES: tuple[Math, ...] = ("accurate", "libm", "fast")

_CHUNK = 16_384  # elements the interpreter takes at once over an N-d space: its temporaries stay in the cache


@record
class Options:
    """What a kernel was made with.  `fp` None means `ME_DSL_FP_MODE`, or strict."""

    fp: Fp | None = None
    math: Math = "accurate"
    fallback: Literal["warn", "silent", "error"] = "warn"
    threads: int | None = None
    compile: Literal["now", "background"] = "now"
    otypes: tuple[np.dtype[Any], ...] | None = None

    @property
    def patient(self) -> bool:
        """Whether calls go on without the compiler while it works."""
        return self.compile == "background"

    def fp_mode(self) -> Fp:
        named = self.fp or config.fp_mode()
        return next((mode for mode in FP_MODES if mode == named), "strict")


def count_of(threads: Any) -> int | None:
    """A number of threads as an int; NumPy's integers are numbers too."""
    if threads is None:
        return None
    try:
        count = 0 if isinstance(threads, bool) else operator.index(threads)
    except TypeError:
        count = 0
    if count < 1:
        raise ValueError(f"threads must be a positive int or None, not {threads!r}")
    return count


def read_otypes(given: Any) -> tuple[np.dtype[Any], ...] | None:
    """The types of the results: letters as for `np.vectorize`, a dtype-like, or several."""
    if given is None:
        return None
    if isinstance(given, str):
        given = tuple(given) if given and set(given) <= set(np.typecodes["All"]) else (given,)
    several = given if isinstance(given, (tuple, list)) else (given,)
    try:
        found = tuple(np.dtype(each) for each in several if each is not None)
    except TypeError as error:
        raise ValueError(f"otypes must be dtypes, not {given!r}: {error}") from None
    if not found or len(found) != len(several):
        raise ValueError(f"otypes must be dtypes, one for each result, not {given!r}")
    return found


class Specialization:
    """A kernel for one tuple of argument types, and for index kernels one number of dimensions.

    What each stage makes of it is made when first asked for: a kernel found in the cache needs no pass and no C.
    """

    def __init__(self, program: Program, types: tuple[Type, ...], ndim: int, options: Options, fp: Fp) -> None:
        self.program = program
        self.types = types
        self.ndim = ndim
        self.options = options
        self.fp = fp

    @lazy
    def raw(self) -> Function:
        """The IR as lowered."""
        return front.specialize(self.program, self.types, self.ndim, self.options.otypes)

    @lazy
    def fn(self) -> Function:
        """The IR after the passes."""
        with forks.imports:
            from iris_cc.passes.run import run

        return run(self.raw, "calls" if self.options.math == "libm" else "default")

    @property
    def is_indexed(self) -> bool:
        """Whether it runs over an N-d space and not as a ufunc loop."""
        return bool(self.program.symbols) or not self.program.params

    @lazy
    def dtypes(self) -> tuple[np.dtype[Any], ...]:
        """Operands of the loop, inputs then outputs; a weak scalar travels as bool, i8 or f8."""
        return tuple(np.dtype(scalar.dtype) for scalar in (*(p.type for p in self.raw.params), *self.raw.results))

    @property
    def signature(self) -> str:
        inputs = ",".join(front.type_names(self.types))
        return f"{inputs}->{','.join(scalar.dtype for scalar in self.raw.results)}"

    def c_text(self) -> str:
        with forks.imports:
            from iris_cc.codegen.entries import nd_unit, ufunc_unit

        if self.is_indexed:
            return nd_unit(
                self.fn, self.ndim, self.program.lines, math=self.options.math, threads=self.options.threads
            )
        return ufunc_unit(
            self.fn, self.program.lines, math=self.options.math, threads=self.options.threads
        )

    @lazy
    def unit(self) -> Unit:
        """What the build is asked for.  A name, a comment or a moved line is not in its identity."""
        entry = "nd" if self.is_indexed else "loop"
        limit = () if self.options.threads is None else (f"threads {self.options.threads}",)
        parts = (fingerprint(self.raw), stages_version(), self.options.math, entry, *limit)
        return Unit(
            identity=hex_digest(*parts),
            label=_label(self.program.name),
            signature=self.signature,
            ndim=self.ndim,
            fp=self._fp_of_unit(),
            statements=size(self.raw),
            effort=self._effort(),
            text=self.c_text,
            meta={"kernel": self.program.name, "place": str(self.program.place)},
        )

    def _effort(self) -> int:
        """What the compiler has to do, in statements."""
        with forks.imports:
            from iris_cc.codegen import weight

        return weight.effort(self.raw, self.options.math != "libm")

    def _fp_of_unit(self) -> Fp:
        """Elementary functions of ours are right only where each operation rounds by itself."""
        if self.fp == "strict":
            return self.fp
        with forks.imports:
            from iris_cc.codegen import needs

        return "strict" if needs.computes_its_errors(self.raw, self.options.math != "libm") else self.fp

    @lazy
    def quiet(self) -> bool:
        """Whether floating-point flags of this body mean nothing to the user."""
        with forks.imports:
            from iris_cc.codegen import needs

        return needs.flags_put_back(self.fn, self.options.math != "libm") == "IRIS_FLAGS_ALL"


@record(eq=False)
class Realized:
    """A specialization that can run: where its loop is, by which route, and why not a better one."""

    spec: Specialization
    route: Literal["compiled", "interpreted"]
    address: int
    keeper: object
    run_nd: Callable[[tuple[int, ...], list[np.ndarray]], None] | None
    cache: Literal["memory", "disk", "built", "none"] = "none"
    reason: Diagnostic | None = None
    key: str | None = None
    artifact: str | None = None
    library: loader.Library | None = field(default=None, repr=False)
    share: tuple[int, ...] | None = None  # how calls are shared out to threads, if they are

    @property
    def is_waiting(self) -> bool:
        """Whether it runs interpreted only because the compiler is still at work in the background."""
        return self.reason is not None and self.reason.code is codes.E0509


@cache
def stages_version() -> str:
    """What turns a program into C, as a hash: passes, back end and headers.  A change of any is another kernel.

    Files are known by size and time: reading them all would cost a warm start more than the rest of it.
    """
    package = os.path.dirname(__file__)
    texts = [__version__]
    folders = (runtime_c.folder(), *(os.path.join(package, name) for name in ("passes", "codegen", "ir")))
    for folder in folders:
        for entry in sorted(os.scandir(folder), key=lambda each: each.name):
            if entry.name.endswith((".py", ".h")):
                status = entry.stat()
                texts.append(f"{entry.name} {status.st_size} {status.st_mtime_ns}")
    return hex_digest(*texts)[:16]


def realize(spec: Specialization, *, compiled: bool) -> Realized:
    """Make `spec` runnable: compiled if wanted and possible, else on the interpreter with the reason why."""
    if not compiled:
        return interpreted(spec, disabled(spec.program))
    return of_build(spec, build.obtain(spec.unit))


def of_build(spec: Specialization, result: Built | BuildFailure) -> Realized:
    """`spec` with what a build gave for it: loaded, or interpreted with the reason why there is no code."""
    if isinstance(result, BuildFailure):
        return interpreted(spec, reason_of(result, spec.program))
    try:
        library = loader.load(result.artifact)
        address = library.address("iris_nd" if spec.is_indexed else "iris_loop")
    except loader.LoadError as error:
        if not error.wanting:
            build.discard(result.artifact, str(error))
        return interpreted(spec, Diagnostic(codes.E0505, str(error), spec.program.place))
    signals.connect(library)
    share = None
    if library.has("iris_parallel_entry"):
        with forks.imports:
            from iris_cc import threads

        share = threads.connect(library, patient=spec.options.patient)
    if spec.unit.fp != "strict":  # there it may show how a call is cut
        share = None
    run_nd = _native_nd(address) if spec.is_indexed else None
    file = result.artifact.file
    return Realized(spec, "compiled", address, library, run_nd, result.origin, None, result.key, file, library, share)


def interpreted(spec: Specialization, reason: Diagnostic) -> Realized:
    """`spec` on the interpreter."""
    if spec.is_indexed:
        return Realized(
            spec, "interpreted", 0, None, lambda shape, arrays: _interpret_nd(spec, shape, arrays), reason=reason
        )

    address, keeper = python_loop(interpreter_of(spec), spec)
    return Realized(spec, "interpreted", address, keeper, None, reason=reason)


def python_loop(run: Callable[[list[np.ndarray]], Sequence[np.ndarray]], spec: Specialization) -> tuple[int, object]:
    """The address and keeper of a loop that calls `run` on the operands of `spec`."""
    with forks.imports:
        from iris_cc.runtime import callback

    return callback.python_loop(run, spec.dtypes, len(spec.raw.params))


def interpreter_of(spec: Specialization) -> Callable[[list[np.ndarray]], Sequence[np.ndarray]]:
    """The function that runs `spec` on 1-d inputs of one length."""
    with forks.imports:
        from iris_cc import interp

    def run(inputs: list[np.ndarray]) -> Sequence[np.ndarray]:
        limit = config.while_limit()
        return callers.watched(
            spec.program.name, lambda: interp.run(spec.fn, inputs, while_limit=limit, quiet=spec.quiet)
        )

    return run


def _native_nd(address: int) -> Callable[[tuple[int, ...], list[np.ndarray]], None]:
    with forks.imports:
        from iris_cc.runtime.ndloop import Native

    return Native(address, _raise_fault)


def _raise_fault(status: int) -> None:
    """The exception that the fault status of an N-d entry stands for."""
    for fault in Fault:
        if status & fault.bit:
            raise fault.exception(fault.message)
    raise RuntimeError(f"the compiled loop failed with status {status}")


def _interpret_nd(spec: Specialization, shape: tuple[int, ...], arrays: list[np.ndarray]) -> None:
    """The interpreter over an N-d space, in C order, a chunk of elements at a time."""
    nin = len(spec.fn.params)
    total = int(np.prod(shape, dtype=np.int64))
    flat = [np.broadcast_to(array, shape).reshape(-1) for array in arrays[:nin]]
    results = [np.empty(total, array.dtype) for array in arrays[nin:]]
    for start in range(0, total, _CHUNK):
        stop = min(start + _CHUNK, total)
        positions = np.arange(start, stop, dtype=np.int64)
        axes = np.unravel_index(positions, shape) if shape else ()
        indices = [_index_values(index.kind, index.axis, positions, axes, shape) for index in spec.fn.indices]
        inputs = [array[start:stop] for array in flat]
        values = _run_chunk(spec, inputs, indices, stop - start)
        for result, value in zip(results, values, strict=True):
            result[start:stop] = value
    for array, result in zip(arrays[nin:], results, strict=True):
        array[...] = result.reshape(shape)


def _run_chunk(
    spec: Specialization, inputs: list[np.ndarray], indices: list[np.ndarray], count: int
) -> Sequence[np.ndarray]:
    with forks.imports:
        from iris_cc import interp

    if inputs or indices:  # compiled code over an N-d space tells of no floating-point error either
        return interp.run(spec.fn, inputs, indices=indices, while_limit=config.while_limit(), quiet=True)
    # Without any operand there is nothing to take a length from: one element stands for all.
    ones = interp.run(spec.fn, [], indices=[], while_limit=config.while_limit(), quiet=True)
    return [np.broadcast_to(value, (count,)) for value in ones]


def _index_values(
    kind: Literal["i", "n", "flat"],
    axis: int,
    positions: np.ndarray,
    axes: Sequence[np.ndarray],
    shape: tuple[int, ...],
) -> np.ndarray:
    match kind:
        case "flat":
            return positions
        case "i":
            return np.asarray(axes[axis], dtype=np.int64)
        case "n":
            return np.full(len(positions), shape[axis], np.int64)
        case _:
            assert_never(kind)


# -- reasons --

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


def disabled(program: Program) -> Diagnostic:
    return Diagnostic(codes.E0501, f"compilation is switched off by {config.KILL_SWITCH}", program.place)


def is_out_of_bounds(error: BaseException) -> bool:
    """Whether an element met a Python int for which its type has no room."""
    return isinstance(error, OverflowError) and str(error) == Fault.OUT_OF_BOUNDS.message


def out_of_bounds(program: Program) -> Diagnostic:
    return Diagnostic(codes.E0407, Fault.OUT_OF_BOUNDS.message, program.place)


def too_deep(program: Program) -> CompileError:
    return CompileError((Diagnostic(codes.E0005, "too little of the stack is left to compile here", program.place),))


def in_background(program: Program) -> Diagnostic:
    return Diagnostic(codes.E0509, "the compiler is at work in the background", program.place)


def reason_of(failure: BuildFailure, program: Program) -> Diagnostic:
    """A failed build as a diagnostic of the kernel."""
    lines = failure.stderr.strip().splitlines()
    notes = tuple(_cut(line) for line in lines[:_NOTES])
    if len(lines) > _NOTES:
        notes += (f"... and {len(lines) - _NOTES} lines more",)
    if failure.bundle is not None:
        notes += (f"everything needed to report this lies in {failure.bundle}",)
    return Diagnostic(_CODE_OF[failure.kind], _cut(failure.message, _LONGEST_MESSAGE), program.place, notes=notes)


def _cut(text: str, most: int = _LONGEST_NOTE) -> str:
    """As much as a person reads; a bundle holds the rest."""
    return text if len(text) <= most else f"{text[:most]} ... ({len(text) - most} characters more)"


def _label(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in name)[:60] or "kernel"


# -- looking inside --

Stage = Literal["source", "ir", "c", "asm"]


def text_of(spec: Specialization, stage: Stage) -> str:
    """The text of one stage; raises CompileError where there is none."""
    match stage:
        case "source":
            return "\n".join(spec.program.lines[number] for number in sorted(spec.program.lines)) + "\n"
        case "ir":
            return print_function(spec.fn)
        case "c":
            return spec.c_text()
        case "asm":
            result = build.assembly(spec.unit)
            if isinstance(result, BuildFailure):
                raise CompileError((reason_of(result, spec.program),))
            return result
        case _:
            assert_never(stage)


__all__ = ["Built", "Options", "Realized", "Specialization", "realize", "text_of"]
