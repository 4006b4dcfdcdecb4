"""The program `iris-cc`: reads its arguments, calls one command, and turns every end into an exit status.

0 is success; 1 means that the user's kernel is at fault; 2 is usage; 3 is the environment.  No traceback reaches the
user, except one of the user's own module, unless IRIS_CC_DEBUG=1 asks for it.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any, NoReturn

from iris_cc.cli import bench, cache, doctor, dump, explain, mapping
from iris_cc.cli.problems import BROKEN_PIPE, INTERRUPTED, EnvironmentProblem, Problem, UsageProblem, of_compile_error
from iris_cc.cli.report import Report, debugging, show_warnings_as_talk
from iris_cc.cli.words import is_input
from iris_cc.diagnostics import CompileError
from iris_cc.version import __version__

_COMMANDS: dict[str, tuple[Any, str]] = {
    "dump": (dump, "print the source, IR, C or assembly of a kernel"),
    "run": (mapping, "map a kernel over .npy files of any size"),
    "explain": (explain, "say which way a kernel's calls go and why, or what a diagnostic code means"),
    "doctor": (doctor, "check Python, NumPy, the compiler and the cache"),
    "cache": (cache, "list, verify, limit or clear the compiled kernels on disk"),
    "bench": (bench, "measure kernels against numba, numexpr, blosc2, JAX and NumPy (in a checkout)"),
}
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class _ArgumentParser(argparse.ArgumentParser):
    """Wrong arguments are a problem like any other, so that `--json` holds for them too."""

    def error(self, message: str) -> NoReturn:
        raise UsageProblem(f"{message}\n{self.format_usage().rstrip()}")


def parser() -> argparse.ArgumentParser:
    """The grammar of the command line."""
    made = _ArgumentParser(
        prog="iris-cc", description="Plain Python functions as C-backed NumPy ufuncs: look inside, run, repair."
    )
    made.add_argument("--version", action="version", version=f"iris-cc {__version__}")
    commands = made.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (module, text) in _COMMANDS.items():
        each = commands.add_parser(name, help=text, description=text)
        each.add_argument("--json", action="store_true", help="one JSON object on stdout")
        module.add_arguments(each)
    return made


def _parse(words: list[str]) -> argparse.Namespace:
    """The arguments; inputs of `run` may stand between and behind options, and may be numbers such as -1e-3."""
    grammar = parser()
    arguments, rest = grammar.parse_known_args(words)
    if arguments.command == "run":
        arguments.inputs += [word for word in rest if is_input(word)]
        rest = [word for word in rest if not is_input(word)]
    if rest:
        grammar.error(f"unrecognized arguments: {' '.join(rest)}")
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; the exit status.  Raises SystemExit for `--help` and `--version` only."""
    words = list(sys.argv[1:] if argv is None else argv)
    if sys.stdout is None or sys.stderr is None:  # closed by the caller: there is nobody to talk to
        sys.stdout, sys.stderr = sys.stdout or open(os.devnull, "w"), sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    report = Report(as_json="--json" in words)
    try:
        with warnings.catch_warnings():
            show_warnings_as_talk()
            return _guarded(words, report)
    except BrokenPipeError:
        _silence_stdout()
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED


def _guarded(words: list[str], report: Report) -> int:
    try:
        arguments = _parse(words)
        return int(_COMMANDS[arguments.command][0].run(arguments, report))
    except Problem as problem:
        if debugging():
            raise
        return report.fail(problem)
    except CompileError as error:
        if debugging():
            raise
        return report.fail(of_compile_error(error))
    except BrokenPipeError:
        raise
    except Exception as error:
        if debugging():
            raise
        return report.fail(_unexpected(error))


def _unexpected(error: Exception) -> Problem:
    if isinstance(error, OSError) and error.errno in _FULL:
        return EnvironmentProblem(f"no space left: {error}")
    if isinstance(error, (OSError, MemoryError)):
        return EnvironmentProblem(str(error) or type(error).__name__)
    return EnvironmentProblem(f"internal error: {type(error).__name__}: {error} (IRIS_CC_DEBUG=1 shows where)")


def _silence_stdout() -> None:
    """The reader of stdout is gone: let the interpreter's own flush at exit find no broken pipe."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
    except (OSError, ValueError):
        pass
