"""The C headers that are pasted into units: where they lie, in which order they go, and what they make of the version.

A wheel carries them as `iris_cc/_runtime_c`; an editable install has only the checkout's `runtime_c/`.
This module may not know what is in a header: who needs one says so.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

# Changes whenever the text emitted for the same IR could mean something else.
_REVISION = "1"

# The order of pasting: a header may use those before it.
HEADERS = (
    "iris_base.h",
    "iris_math.h",
    "iris_int.h",
    "iris_number.h",
    "iris_cast.h",
    "iris_float.h",
    "iris_special.h",
    "iris_range.h",
    "iris_while.h",
    "iris_fenv.h",
    "iris_error.h",
    "iris_row.h",
)


def folder() -> Path:
    """The folder of the headers: the wheel's, else the checkout's."""
    package = Path(__file__).resolve().parents[1]
    wheel = package / "_runtime_c"
    return wheel if (wheel / HEADERS[0]).is_file() else package.parent / "runtime_c"


@cache
def text(header: str) -> str:
    if header not in HEADERS:
        raise ValueError(f"{header} is not a runtime header")
    return (folder() / header).read_text(encoding="ascii")


def paste(headers: set[str]) -> str:
    """The texts of `headers`, each once, in the one order."""
    unknown = headers - set(HEADERS)
    if unknown:
        raise ValueError(f"not runtime headers: {sorted(unknown)}")
    return "\n".join(text(header) for header in HEADERS if header in headers)


@cache
def codegen_version() -> str:
    """What a cache key must hold about this package: equal versions emit equal meanings for equal IR."""
    digest = hashlib.sha256("".join(map(text, HEADERS)).encode()).hexdigest()
    return f"{_REVISION}-{digest[:16]}"
