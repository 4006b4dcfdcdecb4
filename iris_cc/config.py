"""Every environment variable the package reads, each read at use and never at import.

A function here parses one variable and gives its default.  It may not know what the value is used for,
and it may not cache: a test, a notebook or a CI job changes the environment while the process runs.
"""

from __future__ import annotations

import os

KILL_SWITCH = "ME_DSL_JIT"
WHILE_LIMIT = "ME_DSL_WHILE_MAX_ITERS"

DEFAULT_WHILE_LIMIT = 10_000_000

_OFF = frozenset({"0", "false", "off", "no"})
_DEFAULT_TIMEOUT = 60.0
_LONGEST_TIMEOUT = 1e6
_DEFAULT_CACHE_MIB = 256


def _text(name: str) -> str | None:
    value = os.environ.get(name, "").strip()
    return value or None


def jit_enabled() -> bool:
    """False under `ME_DSL_JIT=0|false|off|no`: nothing is compiled, loaded or written."""
    return (_text(KILL_SWITCH) or "1").lower() not in _OFF


def user_cflags() -> tuple[str, ...]:
    """`ME_DSL_JIT_CFLAGS`, split as a shell would split it (no shell ever sees it)."""
    text = _text("ME_DSL_JIT_CFLAGS")
    if text is None:
        return ()
    import shlex

    return tuple(shlex.split(text))


def fp_mode() -> str | None:
    """`ME_DSL_FP_MODE=strict|contract|fast`: the default of `fp=` for kernels that do not say."""
    return _text("ME_DSL_FP_MODE")


def trace() -> bool:
    """`ME_DSL_TRACE=1`: one line on stderr per decision the compiler takes."""
    return (_text("ME_DSL_TRACE") or "0").lower() not in _OFF


def while_limit() -> int:
    """`ME_DSL_WHILE_MAX_ITERS`: iterations one `while` may run for one element; 0 is no limit."""
    text = _text(WHILE_LIMIT)
    if text is None:
        return DEFAULT_WHILE_LIMIT
    try:
        return min(max(int(text), 0), (1 << 63) - 1)
    except ValueError:
        return DEFAULT_WHILE_LIMIT


def compiler() -> str | None:
    """`CC`: the compiler to use in place of `cc` on PATH; may carry arguments."""
    return _text("CC")


def cache_dir() -> str | None:
    """`IRIS_CC_CACHE_DIR`: the directory of compiled kernels, in place of the user's cache directory."""
    text = _text("IRIS_CC_CACHE_DIR")
    return os.path.expanduser(text) if text else None


def cache_limit_bytes() -> int:
    """`IRIS_CC_CACHE_MIB`: the size past which least recently used kernels are removed (default 256)."""
    try:
        return int(float(_text("IRIS_CC_CACHE_MIB") or _DEFAULT_CACHE_MIB) * (1 << 20))
    except (ValueError, OverflowError):  # no number, or no finite one
        return _DEFAULT_CACHE_MIB << 20


def timeout() -> float:
    """`IRIS_CC_TIMEOUT`: seconds one run of the compiler may take (default 60)."""
    try:
        seconds = float(_text("IRIS_CC_TIMEOUT") or _DEFAULT_TIMEOUT)
    except ValueError:
        return _DEFAULT_TIMEOUT
    return seconds if 0 < seconds < _LONGEST_TIMEOUT else _DEFAULT_TIMEOUT


def target() -> str | None:
    """`IRIS_CC_TARGET`: a `-march` level such as `x86-64-v3`, in place of the level of this CPU."""
    return _text("IRIS_CC_TARGET")


def num_threads() -> int | None:
    """`IRIS_CC_NUM_THREADS`: the most threads a call may use; None where it says nothing that can be used."""
    return _count(_text("IRIS_CC_NUM_THREADS") or "")


def openmp_threads() -> int | None:
    """`OMP_NUM_THREADS`: what whoever started this process grants each library in it, such as a pool of processes.

    A list is of nested levels, the outermost first.
    """
    return _count((_text("OMP_NUM_THREADS") or "").partition(",")[0].strip())


def _count(text: str) -> int | None:
    try:
        number = int(text) if text.isdecimal() else 0
    except ValueError:  # more digits than Python reads
        return None
    return number if number > 0 else None
