"""From a specialization to what runs it: compiled and loaded, or on the interpreter with the reason why.

A failure of the environment is a reason, never an exception.  It decides nothing about calls: `state` does.  Back end,
interpreter and callbacks are imported when first needed: a kernel found in the cache needs none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np

from iris_cc import build, codes, config, forks
from iris_cc.build import BuildFailure, Built
from iris_cc.diagnostics import Diagnostic
from iris_cc.ir.nodes import Array, Fault
from iris_cc.ir.operands import operands
from iris_cc.kernels import reasons
from iris_cc.kernels.specialization import Specialization
from iris_cc.numpy_calls import callers
from iris_cc.numpy_calls.shapes import Part, Shape
from iris_cc.records import field, record
from iris_cc.runtime import loader, signals

Route = Literal["compiled", "interpreted"]
Cache = Literal["memory", "disk", "built", "none"]
# run(shape, arrays): over an N-d space, operands first; or run(shape, arrays, part) over a part of a larger one.
RunNd: TypeAlias = "Callable[..., None]"
# run(inputs): the results for 1-d inputs of one length; of arrays, run(inputs, outputs) stores them.
Run: TypeAlias = "Callable[..., Any]"


@record(eq=False)
class Native:
    """A specialization that is machine code: where its loop is, and where the code was found."""

    spec: Specialization
    address: int
    run_nd: RunNd | None
    cache: Cache
    key: str
    artifact: str | None  # the file, if it is in one
    library: loader.Library = field(repr=False)
    share: tuple[int, ...] | None  # how calls are shared out to threads, if they are


@record(eq=False)
class Interpreted:
    """A specialization on the interpreter, and why: a ufunc has a loop that calls it, an index kernel `run_nd`."""

    spec: Specialization
    reason: Diagnostic
    address: int = 0
    keeper: object = None  # what has to live as long as the loop
    run_nd: RunNd | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether only because the compiler is still at work in the background."""
        return self.reason.code is codes.E0509


Realized = Native | Interpreted


def realize(spec: Specialization, route: Route) -> Realized:
    """Make `spec` runnable: compiled if wanted and possible."""
    if route == "interpreted":
        return interpreted(spec, reasons.disabled(spec.source))
    return of_build(spec, build.obtain(spec.unit))


def of_build(spec: Specialization, result: Built | BuildFailure) -> Realized:
    """`spec` with what a build gave for it."""
    if isinstance(result, BuildFailure):
        return interpreted(spec, reasons.of_failure(result, spec.source))
    try:
        library = loader.load(result.artifact)
        address = library.address("iris_nd" if spec.is_indexed else "iris_loop")
    except loader.LoadError as error:
        if not error.wanting:
            build.discard(result.artifact, str(error))
        return interpreted(spec, reasons.not_loaded(spec.source, str(error)))
    signals.connect(library)
    run_nd = _native_nd(address) if spec.is_indexed else None
    share = _share(spec, library)
    return Native(spec, address, run_nd, result.origin, result.key, result.artifact.file, library, share)


def _share(spec: Specialization, library: loader.Library) -> tuple[int, ...] | None:
    if not library.has("iris_parallel_entry"):
        return None
    with forks.imports:
        from iris_cc import threads

    share = threads.connect(library, patient=spec.options.patient)
    return share if spec.unit.fp == "strict" else None  # elsewhere it may show how a call is cut


def _native_nd(address: int) -> RunNd:
    with forks.imports:
        from iris_cc.runtime.ndloop import NativeNd

    return NativeNd(address, _raise_fault)


def _raise_fault(status: int) -> None:
    """The exception that the fault status of an N-d entry stands for."""
    for fault in Fault:
        if status & fault.bit:
            raise fault.exception(fault.message)
    raise RuntimeError(f"the compiled loop failed with status {status}")


# -- the interpreter --


def interpreted(spec: Specialization, reason: Diagnostic) -> Interpreted:
    if spec.is_indexed:
        return Interpreted(spec, reason, run_nd=_interpreted_nd(spec))
    address, keeper = python_loop(interpreter_of(spec), spec)
    return Interpreted(spec, reason, address, keeper)


def python_loop(run: Run, spec: Specialization) -> tuple[int, object]:
    """The address and keeper of a loop that calls `run` on the operands of `spec`."""
    with forks.imports:
        from iris_cc.runtime import array_loop, callback

    if spec.core is not None:
        return array_loop.python_loop(run, spec.dtypes, spec.core)
    return callback.python_loop(run, spec.dtypes, spec.nin)


def interpreter_of(spec: Specialization) -> Run:
    """The function that runs `spec` on 1-d inputs of one length, or on arrays with an axis of elements."""
    with forks.imports:
        from iris_cc import interp

    def run(inputs: list[np.ndarray]) -> Sequence[np.ndarray]:
        limit = config.while_limit()
        return callers.watched(
            spec.source.name, lambda: interp.run(spec.fn, inputs, while_limit=limit, quiet=spec.quiet)
        )

    def run_arrays(inputs: list[np.ndarray], outputs: list[np.ndarray]) -> None:
        values, arrays, results = _by_kind(spec, [*inputs, *outputs])
        limit = config.while_limit()
        given = callers.watched(
            spec.source.name,
            lambda: interp.run(spec.fn, values, arrays=arrays, while_limit=limit, quiet=spec.quiet),
        )
        for result, value in zip(results, given, strict=True):
            np.copyto(result, value)

    return run if spec.core is None else run_arrays


def _by_kind(
    spec: Specialization, given: list[np.ndarray]
) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """Operands as the interpreter takes them: numbers, arrays in the order of the function, results."""
    values, results = [], []
    arrays: dict[Array, np.ndarray] = {}
    for operand, array in zip(operands(spec.raw, spec.core), given, strict=True):
        if operand.array is not None:
            is_one = array.ndim == 1  # a number that is stored: an array of one place
            arrays[operand.array.array] = array[:, None] if is_one else array
        elif operand.is_out:
            results.append(array)
        else:
            values.append(array)
    return values, [arrays[param.array] for param in spec.raw.arrays], results


def _interpreted_nd(spec: Specialization) -> RunNd:
    def run(inputs: list[np.ndarray], indices: list[np.ndarray]) -> Sequence[np.ndarray]:
        with forks.imports:
            from iris_cc import interp

        # Compiled code over an N-d space tells of no floating-point error either.
        return interp.run(spec.fn, inputs, indices=indices, while_limit=config.while_limit(), quiet=True)

    def run_nd(shape: Shape, arrays: list[np.ndarray], part: Part | None = None) -> None:
        with forks.imports:
            from iris_cc.interp import nd

        part = part or Part((0,) * len(shape), shape)
        nd.run_nd(spec.fn, run, shape, arrays, part.origin, part.extents)

    return run_nd
