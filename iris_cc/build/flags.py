"""Which flags reach the compiler, at which step, and which of the user's are refused.

The law behind the two steps: gcc and clang link `crtfastmath.o` when a value-unsafe flag stands on the *link* line,
and that object makes the whole process flush subnormals to zero.  So such a flag may stand on a compile line only.
This module knows no compiler, no directory and no process: it maps words to words.
"""

from __future__ import annotations

import re
import sys
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

_UNSAFE_AT_LINK = r"-Ofast|--optimize.*|-ffast-math|-funsafe-math-optimizations|-mdaz-ftz|-mpc(32|64|80)"
_USER_AT_LINK = r"-fuse-ld=.*|-pthread|-[lL].+|-m64"

# A user flag must look like one of these, alone and whole: an allowlist, since compilers grow flags every year.  What
# stands behind `=` is a word and no path; `-f` has it only where it says how to compile.
_VALUED = (
    r"fp-contract|fp-model|excess-precision|(vect|simd)-cost-model|inline-limit|align-[a-z]+|visibility|tls-model"
    r"|max-errors|message-length|diagnostics-[a-z-]+|(ira|sched|stack|tree|vec)[a-z-]*|veclib|cf-protection|random-seed"
    r"|denormal-fp-math(-f32)?|abi-version|lto|zero-call-used-regs|trivial-auto-var-init|live-patching|min-function-alignment"
)
_ALLOWED = (
    r"-O([0-3sgz]|fast)?|-f[A-Za-z0-9_+-]+|-f(" + _VALUED + r")=[A-Za-z0-9_.,:+-]+|-fuse-ld=(bfd|gold|lld|mold)"
    r"|-[mgW][A-Za-z0-9_.,:=+-]*|-[DU][A-Z_][A-Z0-9_]*(=.*)?|-[IL].+|-l[A-Za-z0-9_.+-]+|-std=[a-z0-9:]+"
    r"|-pedantic|-pthread|-w|-ansi|--param=[a-z0-9=-]+"
)
# These run another program, write a file of their own, read one, change the state of the whole process, need a runtime
# it has not loaded, call by other rules, or trap.
_REFUSED = (
    r"-fplugin.*|-fpass-plugin.*|-fproc-stat.*|-foptimization-record.*|-fstack-usage|-fcallgraph-info.*|-ftime-trace.*"
    r"|-gsplit-dwarf.*|-fxray.*|-fgnu-tm|-fembed.*|-fopenmp.*|-fopenacc|-fcoverage.*|-fada.*|-fgo.*|-fbuild.*|-fdump.*|-f(cs-|auto-)?profile.*|-fsave.*|-ftest-coverage|-fsyntax-only|-fpreprocessed"
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


# In `CC` the words before the flags are programs; these read a file for more flags or text, run a program, write a
# file, or hand flags to a tool that no rule here sees.
_REFUSED_IN_CC = (
    r"@.*|--?specs.*|-B.*|-f(pass-)?plugin.*|-wrapper|-include.*|-imacros.*|--include.*|--imacros.*|-o.*|--output.*"
    r"|-?-save-temps.*|-fdump.*|-dump.*|-X.*|-W[lap],.*|--config.*|-fuse-ld=.*/.*|-fproc-stat.*|-foptimization-record.*"
    r"|-f(cs-|auto-)?profile.*|-fsave.*|-mllvm|-T.*|-[xEScM].*|-ftime-trace.*|--driver-mode.*|-mdaz-ftz|-mpc(32|64|80)"
)


def refusal_in_cc(words: Iterable[str]) -> BuildFailure | None:
    """The first argument of `CC` that may not be used, as a failure that names it."""
    for word in words:
        if re.fullmatch(_REFUSED_IN_CC, word, re.DOTALL) and not re.fullmatch(_ALLOWED, word, re.DOTALL):
            return BuildFailure(
                "unsupported-flag", f"the argument {word!r} of CC is not accepted: no key would know it"
            )
        if re.fullmatch(_REFUSED, word, re.DOTALL):
            return BuildFailure(
                "unsupported-flag", f"the argument {word!r} of CC is not accepted: no key would know it"
            )
    return None


def few_mappings() -> tuple[str, ...]:
    """How the linker is told to make an object of few mappings, where it understands that."""
    return _FEW_MAPPINGS if sys.platform == "linux" else ()


def safe_at_link(words: Iterable[str]) -> tuple[str, ...]:
    """The arguments of `CC` without the flags that would change the floating-point mode of the process."""
    return tuple(word for word in words if not re.fullmatch(_UNSAFE_AT_LINK, word, re.DOTALL))


def user_at_link(words: Iterable[str]) -> tuple[str, ...]:
    """The user's flags that the linker must see; no other reaches it."""
    return tuple(word for word in words if re.fullmatch(_USER_AT_LINK, word, re.DOTALL))
