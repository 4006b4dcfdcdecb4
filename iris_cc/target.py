"""What code is made for: a language, whose elementary functions it calls, and how its operations round.

One frozen value that every stage below the IR is handed.  It may not know how any of it is spelled.  The level of the
machine is the build's alone: no text depends on it.
"""

from __future__ import annotations

from typing import Literal

from iris_cc.records import record

LanguageName = Literal["c"]
Fp = Literal["strict", "contract", "fast"]
Math = Literal["accurate", "libm", "fast"]
FP_MODES: tuple[Fp, ...] = ("strict", "contract", "fast")
MATH_MODES: tuple[Math, ...] = ("accurate", "libm", "fast")


@record
class Target:
    """The defaults are those of a kernel."""

    language: LanguageName = "c"
    math: Math = "accurate"
    fp: Fp = "strict"

    @property
    def has_own_math(self) -> bool:
        """Whether elementary functions are ours where there is one, and not the C library's."""
        return self.math != "libm"

    @property
    def has_fast_math(self) -> bool:
        """Whether, of ours, those of lower degree are called."""
        return self.math == "fast"


# C with the defaults of a kernel.
HOST = Target()
