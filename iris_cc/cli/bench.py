"""`iris-cc bench`: the benchmarks of a checkout, in a process of their own.

They are not part of an installation: where the folder is missing, this says where it is found.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from iris_cc.cli.problems import BROKEN_PIPE, KERNEL, EnvironmentProblem, UsageProblem
from iris_cc.cli.report import Report

_MODULE = "benchmarks.runner"
_USAGE_OF_RUNNER = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    # `--json` alone is the answer on stdout, as everywhere; with a name it goes to that file.
    files = parser.add_argument_group("figures", conflict_handler="resolve")
    files.add_argument("--json", nargs="?", const="-", metavar="FILE", help="every figure as JSON, to FILE or stdout")
    parser.add_argument("--group", action="append", metavar="G", help="only this group of cases; may be repeated")
    parser.add_argument("--case", action="append", metavar="C", help="only cases whose name holds this text")
    parser.add_argument("--contender", action="append", metavar="WHO", help="only these, and iris_cc")
    parser.add_argument("--quick", action="store_true", help="small arrays and few rounds: to see that it works")
    parser.add_argument("--first-call", type=int, metavar="N", help="rounds of first calls; 0 leaves them out")
    parser.add_argument("--list", action="store_true", help="list the cases and stop")
    files.add_argument("--plot", metavar="FILE", help="draw the groups there, and the cases beside it")


def run(arguments: argparse.Namespace, report: Report) -> int:
    root = checkout()
    words: list[str] = []
    for name in ("group", "case", "contender"):
        words += [word for value in getattr(arguments, name) or [] for word in (f"--{name}", value)]
    words += [f"--{name}" for name in ("quick", "list") if getattr(arguments, name)]
    if arguments.first_call is not None:
        words += ["--first-call", str(arguments.first_call)]
    for name in ("json", "plot"):
        value = getattr(arguments, name)
        if value is not None:
            words += [f"--{name}", value if value == "-" else os.path.abspath(value)]
    return _finish(_start(root, words))


def checkout() -> Path:
    """The folder that holds `benchmarks/` beside this package."""
    root = Path(__file__).resolve().parents[2]
    if not (root / "benchmarks" / "runner.py").is_file():
        raise EnvironmentProblem(
            "the benchmarks are not part of an installation: get a checkout of iris_cc, and run `make bench` there"
        )
    return root


def _start(root: Path, words: list[str]) -> int:
    paths = [str(root), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    sys.stdout.flush()
    return subprocess.run([sys.executable, "-m", _MODULE, *words], env=environment, check=False).returncode


def _finish(status: int) -> int:
    if status in (0, KERNEL):
        return status
    if status == BROKEN_PIPE:
        raise BrokenPipeError
    if status == _USAGE_OF_RUNNER:
        raise UsageProblem("no such group, case or contender; `iris-cc bench --list` shows the cases")
    raise EnvironmentProblem(f"the benchmarks ended with status {status}")
