"""What a kernel was made with, and how the words of its maker are read.  No stage is known here."""

from __future__ import annotations

import operator
import os
from typing import Any, Literal

import numpy as np

from iris_cc import config, core_dims
from iris_cc.core_dims import Signature
from iris_cc.records import record
from iris_cc.target import FP_MODES, MATH_MODES, Fp, Math

Fallback = Literal["warn", "silent", "error"]
Compile = Literal["now", "background"]
_FALLBACKS: tuple[Fallback, ...] = ("warn", "silent", "error")
_COMPILES: tuple[Compile, ...] = ("now", "background")


@record
class Options:
    """What a kernel was made with.  `fp` None means `ME_DSL_FP_MODE`, or strict."""

    fp: Fp | None = None
    math: Math = "accurate"
    fallback: Fallback = "warn"
    threads: int | None = None
    compile: Compile = "now"
    otypes: tuple[np.dtype[Any], ...] | None = None
    signature: Signature | None = None

    @property
    def patient(self) -> bool:
        """Whether calls go on without the compiler while it works."""
        return self.compile == "background"

    def fp_mode(self) -> Fp:
        named = self.fp or config.fp_mode()
        return next((mode for mode in FP_MODES if mode == named), "strict")


def read(
    fp: Any, math: Any, fallback: Any, threads: Any, compile: Any, otypes: Any, signature: Any = None
) -> Options:
    """The options that the keywords of `kernel` say; ValueError for what none of them means."""
    default_math = os.environ.get("IRIS_JIT_SIMD_MATH", "").strip() or "accurate"
    chosen = math or (default_math if default_math in MATH_MODES else "accurate")
    choices = (
        *(("fp", fp, (None, *FP_MODES)), ("math", chosen, MATH_MODES)),
        *(("fallback", fallback, _FALLBACKS), ("compile", compile, _COMPILES)),
    )
    for name, value, allowed in choices:
        if value not in allowed:
            raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, not {value!r}")
    core = None if signature is None else core_dims.parse(signature)
    return Options(fp, chosen, fallback, read_count(threads), compile, read_otypes(otypes), core)


def read_count(threads: Any) -> int | None:
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
