"""Which flags reach the compiler, at which step, and which of the user's are refused.

The law behind the two steps: gcc and clang link `crtfastmath.o` when a value-unsafe flag stands on the *link* line,
and that object makes the whole process flush subnormals to zero.  So such a flag may stand on a compile line only.
This module knows no compiler, no directory and no process: it maps words to words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from iris_cc.build.unit import BuildFailure

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

_UNSAFE_AT_LINK = r"-Ofast|--optimize.*|-ffast-math|-funsafe-math-optimizations|-mdaz-ftz|-mpc(32|64|80)"
_USER_AT_LINK = r"-fuse-ld=.*|-pthread|-[lL].+|-m64"

# A user flag must look like one of these, alone and whole: an allowlist, since compilers grow flags every year.
_ALLOWED = (
    r"-O([0-3sgz]|fast)?|-[fmgW][A-Za-z0-9_.,:=+/-]*|-[DU][A-Z_][A-Z0-9_]*(=.*)?|-[ILl].+|-std=.+"
    r"|-pedantic|-pthread|-w|-ansi|--param=.+"
)
# These run another program, write a file of their own, read one, change the state of the whole process, need a runtime
# it has not loaded, call by other rules, or trap.
_REFUSED = (
    r"-fplugin.*|-fpass-plugin.*|-fdump.*|-f(cs-|auto-)?profile.*|-fsave.*|-ftest-coverage|-fsyntax-only|-fpreprocessed"
    r"|-fdirectives-only|-fopt-info.*=.*|-fcrash.*|-fmodule.*|-mllvm|-mdaz-ftz|-mpc(32|64|80)|-W[lap],.*"
    r"|-ftrapv|-fsanitize.*|-finstrument.*|-fsplit-stack|-m(abi|16|32|x32|iamcu|regparm|sseregparm|stackrealign).*"
    r"|-m(no-)?(sse|soft-float|80387|hard-float).*|-fnon-call-exceptions|-fpcc-struct-return|-freg-struct-return"
    r"|-fsingle-precision-constant|-fshort-.*|-funsigned-.*|-fpack-struct.*|-fleading-underscore|-mfpmath.*"
    r"|-fcall-(used|saved)-.*|-ffixed-.*|-m(incoming|preferred)-stack.*"
)


def level(effort: int) -> tuple[str, ...]:
    """The optimisation level for a program that is so much to compile, in statements."""
    return _WHOLE if effort <= _LARGE else _IN_STEPS


def refusal(flags: Iterable[str]) -> BuildFailure | None:
    """The first of the user's flags that may not be used, as a failure that names it."""
    for flag in flags:
        if not re.fullmatch(_ALLOWED, flag, re.DOTALL) or re.fullmatch(_REFUSED, flag, re.DOTALL):
            text = f"the flag {flag!r} in ME_DSL_JIT_CFLAGS is not accepted: only flags that shape a unit's code are"
            return BuildFailure("unsupported-flag", text)
    return None


def safe_at_link(words: Iterable[str]) -> tuple[str, ...]:
    """The arguments of `CC` without the flags that would change the floating-point mode of the process."""
    return tuple(word for word in words if not re.fullmatch(_UNSAFE_AT_LINK, word, re.DOTALL))


def user_at_link(words: Iterable[str]) -> tuple[str, ...]:
    """The user's flags that the linker must see; no other reaches it."""
    return tuple(word for word in words if re.fullmatch(_USER_AT_LINK, word, re.DOTALL))
