"""Whose line a warning names: that of the first frame outside this package.

NumPy's warnings name the innermost frame of Python's, which for a call that goes through Python is one of ours.  This
module may not know what is called.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from types import FrameType, FunctionType
from typing import Any, TypeVar

import numpy as np

_HERE = os.path.dirname(os.path.dirname(__file__)) + os.sep
# By the bit of NumPy's flag.
_KINDS = ("divide", "over", "under", "invalid")

Result = TypeVar("Result")


def _caller() -> FrameType | None:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back
    return frame


def warn(message: str, category: type[Warning]) -> None:
    """A warning that names the caller's line."""
    frame = _caller()
    if frame is None:
        warnings.warn(message, category, stacklevel=2)
        return
    scope = frame.f_globals
    registry = scope.setdefault("__warningregistry__", {})
    place = (frame.f_code.co_filename, frame.f_lineno, scope.get("__name__") or "<unknown>")
    warnings.warn_explicit(message, category, *place, registry)


def call(target: Callable[..., Any], args: Sequence[Any], words: Mapping[str, Any]) -> Any:
    """`target(*args, **words)` from a frame that stands where the caller's does."""
    frame = _caller()
    if frame is None:
        return target(*args, **words)
    above = frame.f_code
    place: dict[str, Any] = {
        "co_filename": above.co_filename,
        "co_firstlineno": frame.f_lineno - 1,
        "co_name": above.co_name,
    }
    return FunctionType(_bare_call.__code__.replace(**place), frame.f_globals)(target, args, words)


def _bare_call(target: Callable[..., Any], args: Sequence[Any], words: Mapping[str, Any]) -> Any:
    return target(*args, **words)


def watched(name: str, work: Callable[[], Result]) -> Result:
    """What `work` gives; its floating-point errors that are to warn do so afterwards, as those of a ufunc `name` do."""
    modes: Any = np.geterr()
    if "warn" not in modes.values() or "log" in modes.values():  # one thing is called for both
        return work()
    given, noted = np.geterrcall(), []

    def note(kind: str, flag: int) -> None:
        if modes[_KINDS[flag.bit_length() - 1]] == "warn":
            noted.append(kind)
        elif callable(given):
            given(kind, flag)

    calls: Any = {each: "call" if mode == "warn" else mode for each, mode in modes.items()}
    with np.errstate(call=note, **calls):
        result = work()
    for kind in dict.fromkeys(noted):
        warn(f"{kind} encountered in {name}", RuntimeWarning)
    return result
