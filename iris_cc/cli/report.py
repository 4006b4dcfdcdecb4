"""How a command speaks: the answer on stdout, once, as text or as one JSON object; everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
import warnings
from typing import Any, TextIO

from iris_cc.build import CacheWarning
from iris_cc.cli.problems import Problem
from iris_cc.diagnostics import FallbackWarning


class Report:
    """Where one run of the program writes."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def answer(self, text: str, data: dict[str, Any]) -> None:
        """The data the user asked for."""
        shown = json.dumps(data, indent=2, default=str) if self.as_json else text
        if shown:
            sys.stdout.write(shown if shown.endswith("\n") else shown + "\n")
        sys.stdout.flush()

    def say(self, text: str) -> None:
        """Talk: progress, notes, what was written."""
        print(text, file=sys.stderr)

    def fail(self, problem: Problem) -> int:
        """Say what went wrong; the exit status."""
        lead = "" if problem.diagnostics else "iris-cc: "
        self.say(f"{lead}{problem.message}")
        if self.as_json:
            self.answer("", problem.as_data())
        return problem.status


def debugging() -> bool:
    """`IRIS_CC_DEBUG=1`: errors keep their traceback."""
    return os.environ.get("IRIS_CC_DEBUG", "").strip().lower() not in ("", "0", "false", "off", "no")


def show_warnings_as_talk() -> None:
    """Let this package's warnings read as notes; call it inside `warnings.catch_warnings()`."""
    other = warnings.showwarning

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if issubclass(category, (FallbackWarning, CacheWarning)):
            print(f"iris-cc: note: {message}", file=sys.stderr)
        else:
            other(message, category, filename, lineno, file, line)

    warnings.simplefilter("default", FallbackWarning)
    warnings.simplefilter("default", CacheWarning)
    warnings.showwarning = show
