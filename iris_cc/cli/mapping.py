"""`iris-cc run`: a kernel over .npy files, mapped into memory and taken a block at a time.

Nothing is lost by a failure: an output has another name until all of it is written.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from iris_cc.api import Kernel
from iris_cc.cli.load import load_kernel
from iris_cc.cli.npyfiles import Array, OutputFile, blocks, check_outputs, open_input, prefers_fortran
from iris_cc.cli.problems import OK, KernelProblem, UsageProblem, diagnostic_data, of_compile_error
from iris_cc.cli.report import Report
from iris_cc.cli.words import TARGET_HELP, parse_number, parse_shape
from iris_cc.diagnostics import CompileError
from iris_cc.kernels.arguments import types_of_arguments
from iris_cc.kernels.explain import Explanation
from iris_cc.target import FP_MODES

_BLOCK = 1 << 18  # elements: a few MiB per operand
_TENTH = 0.1


@dataclass(frozen=True, slots=True)
class MappingJob:
    """A kernel and its operands; `shape` is what they broadcast to."""

    kernel: Kernel
    inputs: tuple[Any, ...]
    shape: tuple[int, ...]
    indexed: bool

    def explain(self) -> Explanation:
        """Which way its calls go; after a call, which way they went."""
        return self.kernel.explain(*self.inputs, **({"shape": self.shape} if self.indexed else {}))

    @property
    def arrays(self) -> list[Array]:
        return [each for each in self.inputs if isinstance(each, np.ndarray)]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="FILE.py:NAME", help=TARGET_HELP)
    parser.add_argument("inputs", nargs="*", metavar="IN", help="a .npy file, or a number (a Python scalar)")
    parser.add_argument(
        "-o", "--output", action="append", default=[], metavar="OUT.npy", help="one for each result of the kernel"
    )
    parser.add_argument("--force", action="store_true", help="replace outputs that exist")
    parser.add_argument(
        "--shape", metavar="N,N,...", help="the result's shape, for a kernel with index symbols and no array"
    )
    parser.add_argument("--fp", choices=FP_MODES, help="floating-point mode, in place of the kernel's own")


def run(arguments: argparse.Namespace, report: Report) -> int:
    outputs = [Path(each) for each in arguments.output]
    check_outputs(outputs, force=arguments.force)
    job = _job(arguments)
    started = time.perf_counter()
    if not outputs and not job.shape and not job.indexed:
        results = _calling(lambda: _several(job.kernel(*job.inputs)))
        shown = [value.item() for value in map(np.asarray, results)]
        report.answer("\n".join(map(repr, shown)), _summary(job, [], started) | {"values": shown})
        return OK
    if not outputs:
        raise UsageProblem("name a file for the result: -o OUT.npy")
    files = _python(job, outputs) if _calling(job.explain).route == "python" else _blockwise(job, outputs, report)
    _publish(files)
    summary = _summary(job, files, started)
    if report.as_json:
        report.answer("", summary)
    for file in files:
        report.say(f"{file.final}: {file.array.dtype} {job.shape}, {summary['route']}")
    return OK


# -- operands ----------------------------------------------------------------------------------------------------------


def _job(arguments: argparse.Namespace) -> MappingJob:
    kernel = load_kernel(arguments.target, arguments.fp)
    inputs = tuple(_operand(word) for word in arguments.inputs)
    _check_count(kernel, len(inputs))
    indexed = kernel.state.source is not None and kernel.state.is_indexed
    if arguments.shape is not None and not indexed:
        raise UsageProblem(f"--shape is for kernels with index symbols; `{kernel.__name__}` has none")
    given = parse_shape(arguments.shape) if arguments.shape is not None else ()
    arrays = [each for each in inputs if isinstance(each, np.ndarray)]
    try:
        shape = np.broadcast_shapes(given, *(array.shape for array in arrays))
    except ValueError:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise UsageProblem(f"the shapes of the inputs do not broadcast: {shapes}") from None
    return MappingJob(kernel, inputs, shape, indexed)


def _operand(word: str) -> Any:
    number = None if Path(word).exists() else parse_number(word)
    return open_input(Path(word)) if number is None else number


def _check_count(kernel: Kernel, count: int) -> None:
    parameters = kernel.__signature__.parameters.values()
    required = sum(each.default is each.empty for each in parameters)
    if not required <= count <= len(parameters):
        names = ", ".join(each.name for each in parameters)
        raise UsageProblem(f"`{kernel.__name__}({names})` does not take {count} input{'s' * (count != 1)}")


def _check_outputs_match(job: MappingJob, results: int, outputs: int) -> None:
    if results != outputs:
        plural = "s" if results != 1 else ""
        raise UsageProblem(f"`{job.kernel.__name__}` gives {results} result{plural}, and {outputs} -o are given")


# -- routes ------------------------------------------------------------------------------------------------------------


def _blockwise(job: MappingJob, outputs: list[Path], report: Report) -> list[OutputFile]:
    """Compiled or interpreted: straight into the output files, block by block."""
    _check_outputs_match(job, job.kernel.nout, len(outputs))
    dtypes = _result_types(job)
    fortran = prefers_fortran(job.arrays, job.shape) and not job.indexed
    files: list[OutputFile] = []
    try:
        for path, dtype in zip(outputs, dtypes, strict=True):
            files.append(OutputFile(path, dtype, job.shape, fortran=fortran))
        results = [np.asarray(file.array) for file in files]
        if job.indexed:
            extra = {} if job.arrays else {"shape": job.shape}
            _calling(lambda: job.kernel(*job.inputs, out=tuple(results), **extra))
        else:
            _fill(job, results, fortran, report)
    except BaseException:
        _discard(files)
        raise
    return files


def _result_types(job: MappingJob) -> list[np.dtype[Any]]:
    state = job.kernel.state.compilable()
    values, _ = job.kernel._dispatcher.bind(job.inputs, {})
    types, _ = types_of_arguments(state.source, values[: job.kernel.nin])
    spec = state.spec(types, len(job.shape))
    return list(spec.dtypes[job.kernel.nin :])


def _fill(job: MappingJob, results: list[Array], fortran: bool, report: Report) -> None:
    """Every block of the results, in the order in which they lie in the file."""
    views = [np.broadcast_to(each, job.shape) if isinstance(each, np.ndarray) else each for each in job.inputs]
    if fortran:
        views = [each.T if isinstance(each, np.ndarray) else each for each in views]
        results = [each.T for each in results]
    shape = results[0].shape
    total = int(np.prod(shape, dtype=object))
    progress, done = Progress(total), 0
    with np.errstate(all="ignore"):
        for block in blocks(shape, _BLOCK):
            parts = [each[block] if isinstance(each, np.ndarray) else each for each in views]
            targets = tuple(each[block] if block else each for each in results)
            _calling(lambda: job.kernel(*parts, out=targets))  # noqa: B023 - called at once
            done += targets[0].size
            progress.show(done)
    progress.end()


def _python(job: MappingJob, outputs: list[Path]) -> list[OutputFile]:
    """The function itself on every element; the types of its results are known only when all are there."""
    results = [np.asarray(each) for each in _calling(lambda: _several(job.kernel(*job.inputs)))]
    _check_outputs_match(job, len(results), len(outputs))
    if any(result.dtype.kind not in "biufc" for result in results):
        raise KernelProblem(
            f"`{job.kernel.__name__}` gives {', '.join(str(each.dtype) for each in results)}, not numbers"
        )
    files: list[OutputFile] = []
    try:
        for path, result in zip(outputs, results, strict=True):
            files.append(OutputFile(path, result.dtype, result.shape, fortran=False))
            files[-1].array[...] = result
    except BaseException:
        _discard(files)
        raise
    return files


def _calling(call: Callable[[], Any]) -> Any:
    """The result of a call of the user's kernel; what it raises is the kernel's fault."""
    try:
        return call()
    except CompileError as error:
        raise of_compile_error(error) from None
    except (MemoryError, OSError):
        raise
    except Exception as error:
        raise KernelProblem(f"the kernel raised {type(error).__name__}: {error}") from error


def _several(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


def _publish(files: list[OutputFile]) -> None:
    try:
        for file in files:
            file.publish()
    except BaseException:
        _discard(files)
        raise


def _discard(files: list[OutputFile]) -> None:
    for file in files:
        file.discard()


# -- talk --------------------------------------------------------------------------------------------------------------


def _summary(job: MappingJob, files: list[OutputFile], started: float) -> dict[str, Any]:
    went = job.explain()
    return {
        "kernel": job.kernel.__name__,
        "route": went.route,
        "reason": diagnostic_data(went.reason) if went.reason is not None else None,
        "shape": list(job.shape),
        "outputs": [{"path": file.final, "dtype": file.array.dtype.str, "shape": list(job.shape)} for file in files],
        "seconds": round(time.perf_counter() - started, 6),
    }


class Progress:
    """A bar on stderr, where stderr is a terminal."""

    _WIDTH = 32

    def __init__(self, total: int) -> None:
        self._total = total
        self._shown = 0.0
        self._on = sys.stderr.isatty()

    def show(self, done: int) -> None:
        now = time.monotonic()
        if self._on and (now - self._shown >= _TENTH or done == self._total):
            self._shown = now
            share = done / self._total
            bar = ("#" * round(share * self._WIDTH)).ljust(self._WIDTH)
            print(f"\r[{bar}] {share:4.0%}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._on and self._shown:
            print("\r" + " " * (self._WIDTH + 8) + "\r", end="", file=sys.stderr, flush=True)
