"""Which flags reach the compiler, and at which step.

The law behind the two steps: gcc and clang link `crtfastmath.o` when a value-unsafe flag stands on the *link* line,
and that object makes the whole process flush subnormals to zero.  So such a flag may stand on a compile line only.
This module knows no compiler, no directory and no process: it maps words to words.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

# Raise this when the meaning of a cached object changes for a reason no flag shows.
BUILD_VERSION = 1

COMPILE = (
    "-fwrapv",
    "-fno-math-errno",
    "-fno-strict-aliasing",
    "-fno-trapping-math",
    "-fvisibility=hidden",
    "-fPIC",
    "-pipe",
    "-w",
)
LINK = ("-shared", "-fPIC")
# One mapping for code and constants and one for variables: a process may have 65 530 of them.
_FEW_MAPPINGS = ("-Wl,-z,noseparate-code", "-Wl,-z,norelro", "-Wl,--build-id=none")
LIBRARIES = ("-lm",)

# The word of ours tells the headers what no compiler but gcc tells them.
# "fast" names its licences one by one: nan and infinity keep their meaning, and no umbrella flag can reach a linker.
FLOATING = {
    "strict": ("-ffp-contract=off",),
    "contract": ("-ffp-contract=fast",),
    "fast": (
        *("-ffp-contract=fast", "-fno-signed-zeros", "-fassociative-math", "-freciprocal-math"),
        "-DIRIS_REASSOCIATED",
    ),
}

# Behind the user's flags: integers wrap, and strict arithmetic is strict, whatever those say.
LAST = {
    "strict": (
        *("-fwrapv", "-fno-unsafe-math-optimizations", "-fno-finite-math-only", "-fsigned-zeros"),
        *("-fno-associative-math", "-fno-reciprocal-math", "-fno-trapping-math", "-ffp-contract=off"),
    ),
    "contract": ("-fwrapv",),
    "fast": ("-fwrapv",),
}

# gcc -O3 takes time superlinear in the size of a function.  A larger program comes in short functions, most of them
# called once: what they cost is the compiler's passes, so those that pay are named.
_LARGE = 800
_WHOLE = ("-O3",)
_IN_STEPS = ("-O1", "-ftree-vectorize", "--param=vect-epilogues-nomask=0")
MAX_STATEMENTS = 50_000
MAX_TEXT = 8 << 20

_UNSAFE_AT_LINK = r"-Ofast|-ffast-math|-funsafe-math-optimizations"
_USER_AT_LINK = r"-fuse-ld=.*|-pthread|-m64"


def level(effort: int) -> tuple[str, ...]:
    """The optimisation level for a program that is so much to compile, in statements."""
    return _WHOLE if effort <= _LARGE else _IN_STEPS


def few_mappings() -> tuple[str, ...]:
    """How the linker is told to make an object of few mappings, where it understands that."""
    return _FEW_MAPPINGS if sys.platform == "linux" else ()


def safe_at_link(words: Iterable[str]) -> tuple[str, ...]:
    """The arguments of `CC` without the flags that would change the floating-point mode of the process."""
    return tuple(word for word in words if not re.fullmatch(_UNSAFE_AT_LINK, word, re.DOTALL))


def user_at_link(words: Iterable[str]) -> tuple[str, ...]:
    """The user's flags that the linker must see; no other reaches it."""
    return tuple(word for word in words if re.fullmatch(_USER_AT_LINK, word, re.DOTALL))
