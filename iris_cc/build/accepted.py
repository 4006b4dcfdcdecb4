"""Which words a user may give the compiler, in `CC` and in ME_DSL_JIT_CFLAGS: those whose meaning is known.

The law: nothing passes that names a file, a directory, a library or a program, because no key knows what is in it; nor
what writes files, changes the state of the process, or calls by other rules.  Compilers grow flags every year, so a
flag is refused unless it is of a kind that is listed.  This module knows no compiler, no directory and no process.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from functools import cache

from iris_cc.build.unit import BuildFailure

# Each runs the compiler named behind it.
WRAPPERS = frozenset({"ccache", "sccache", "distcc", "icecc", "xcrun"})

# -fNAME and -fno-NAME.  A name with `-*` stands for all that begin so.
_SWITCHES = (
    # arithmetic
    *("fast-math", "finite-math-only", "unsafe-math-optimizations", "signed-zeros", "associative-math", "math-errno"),
    *("reciprocal-math", "trapping-math", "rounding-math", "signaling-nans", "cx-limited-range", "cx-fortran-rules"),
    *("honor-nans", "honor-infinities", "approx-func", "float-store", "protect-parens", "fp-int-builtin-inexact"),
    *("wrapv", "wrapv-pointer", "strict-overflow", "strict-aliasing", "strict-float-cast-overflow"),
    *("delete-null-pointer-checks", "aggressive-loop-optimizations"),
    # passes
    *("tree-*", "ipa-*", "ira-*", "lra-*", "gcse", "gcse-*", "cse-*", "ivopts", "unroll-*", "peel-loops", "split-*"),
    *("schedule-*", "sched-*", "sel-sched-*", "modulo-sched", "modulo-sched-*", "reorder-*", "align-*", "inline"),
    *("inline-*", "partial-inlining", "indirect-inlining", "early-inlining", "vectorize", "slp-vectorize", "if-*"),
    *("crossjumping", "combine-*", "caller-saves", "compare-elim", "cprop-*", "code-hoisting", "dce", "dse"),
    *("defer-pop", "devirtualize", "devirtualize-*", "expensive-optimizations", "finite-loops", "forward-propagate"),
    *("function-cse", "guess-branch-probability", "hoist-*", "isolate-*", "jump-tables", "live-range-shrinkage"),
    *("merge-constants", "merge-all-constants", "move-loop-*", "optimize-*", "predictive-commoning", "prefetch-*"),
    *("printf-return-value", "ree", "rename-registers", "rerun-*", "section-anchors", "shrink-wrap", "shrink-wrap-*"),
    *("ssa-*", "store-merging", "stdarg-opt", "thread-jumps", "toplevel-reorder", "unswitch-loops", "web"),
    *("unit-at-a-time", "variable-expansion-in-unroller", "version-loops-for-strides", "loop-*", "whole-program"),
    *("vect-cost-model", "simd-cost-model", "global-isel"),
    # the form of the code, and what is said of it
    *("PIC", "pic", "PIE", "pie", "plt", "common", "semantic-interposition", "omit-frame-pointer", "exceptions"),
    *("asynchronous-unwind-tables", "unwind-tables", "function-sections", "data-sections", "ident", "builtin"),
    *("builtin-*", "hosted", "freestanding", "lto", "fat-lto-objects", "verbose-asm", "gnu89-inline", "signed-char"),
    *("stack-protector", "stack-protector-*", "stack-clash-protection", "stack-check", "hardened", "trampolines"),
    *("color-diagnostics", "caret-diagnostics", "diagnostics-color", "diagnostics-show-*", "integrated-as", "addrsig"),
    *("var-tracking", "var-tracking-*", "eliminate-unused-*", "standalone-debug", "limit-debug-info", "emulated-tls"),
)
# -fNAME=WORD.
_VALUED = (
    *("fp-contract", "fp-model", "excess-precision", "vect-cost-model", "simd-cost-model", "inline-limit", "align-*"),
    *("visibility", "tls-model", "max-errors", "message-length", "diagnostics-color", "ira-*", "sched-*", "vect-*"),
    *("stack-check", "tree-*", "veclib", "cf-protection", "random-seed", "denormal-fp-math", "denormal-fp-math-f32"),
    *("abi-version", "lto", "zero-call-used-regs", "trivial-auto-var-init", "live-patching", "min-function-alignment"),
)
# -mNAME and -mno-NAME: what a CPU has, or how its code is written.
_MACHINE = (
    *("3dnow", "3dnowa", "abm", "adx", "aes", "amx-*", "apxf", "avx", "avx2", "avx10*", "avx5*", "avxifma", "avxvnni"),
    *("avxneconvert", "avxvnniint*", "avx256-*", "bmi", "bmi2", "cldemote", "clflushopt", "clwb", "clzero", "crc32"),
    *("cx16", "f16c", "fma", "fma4", "fsgsbase", "fxsr", "gfni", "lwp", "lzcnt", "mmx", "movbe", "movdir*", "mwaitx"),
    *("pclmul", "pku", "popcnt", "prfchw", "ptwrite", "rdpid", "rdrnd", "rdseed", "rtm", "sahf", "serialize", "sha"),
    *("sha512", "shstk", "sm3", "sm4", "ssse3", "tbm", "tsxldtrk", "uintr", "vaes", "vpclmulqdq", "waitpkg", "xop"),
    *("xsave", "xsavec", "xsaveopt", "xsaves", "evex512", "altivec", "vsx", "power*", "crypto", "zvector", "vx"),
    *("outline-atomics", "fix-cortex-*", "strict-align", "unaligned-access", "relax", "recip", "red-zone"),
    *("vzeroupper", "omit-leaf-frame-pointer", "align-stringops", "inline-*", "push-args", "accumulate-outgoing-args"),
    *("partial-vector-fp-math", "cld", "long-calls"),
)
# -mNAME=WORD.
_MACHINE_VALUED = (
    *("arch", "cpu", "tune", "fpu", "cmodel", "prefer-vector-width", "branch-cost", "branch-protection", "recip"),
    *("tls-dialect", "sve-vector-bits", "rvv-vector-bits", "indirect-branch", "function-return", "harden-sls"),
    *("memcpy-strategy", "memset-strategy", "stringop-strategy", "large-data-threshold", "move-max", "store-max"),
)


def _any_of(names: Iterable[str]) -> str:
    return "(" + "|".join(re.escape(name).replace(r"\*", "[A-Za-z0-9_-]+") for name in names) + ")"


_WORD = "[A-Za-z0-9_.,:+-]+"


@cache
def _accepted() -> re.Pattern[str]:
    """Made when the first flag of a user's is met: it takes longer than most modules take to be imported."""
    kinds = (
        *(rf"-f(no-)?{_any_of(_SWITCHES)}", rf"-f{_any_of(_VALUED)}={_WORD}"),
        *(rf"-m(no-)?{_any_of(_MACHINE)}", rf"-m{_any_of(_MACHINE_VALUED)}={_WORD}"),
        *("-m64", "-msse(2|3|4|4a|4\\.[12])", "-O([0-3sgz]|fast)?", "-std=[a-z0-9:]+", "-ansi", "-p(thread|ipe)"),
        *("-g([0-3]|gdb[0-3]?|dwarf(-[2-5])?|line-tables-only)?", "-w", "-pedantic(-errors)?"),
        *("-W[A-Za-z][A-Za-z0-9=+-]*", "-[DU][A-Z_][A-Z0-9_]*(=.*)?", "--param=[a-z0-9=-]+"),
        "-fuse-ld=(bfd|gold|lld|mold)",
    )
    return re.compile("|".join(kinds), re.DOTALL)


# Which machine code is for, behind the compiler in `CC`.
_TARGET = r"--target=[A-Za-z0-9_.-]+"
_TARGET_IN_TWO = ("-target", "-arch")
_TRIPLE = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"

_ONLY = "only flags of known kinds that shape a unit's code are, and none that names a file or program"


def refusal(flags: Iterable[str]) -> BuildFailure | None:
    """The first of the user's flags that may not be used, as a failure that names it."""
    for flag in flags:
        if not _accepted().fullmatch(flag):
            return _refused(f"the flag {flag!r} in ME_DSL_JIT_CFLAGS")
    return None


def refusal_in_cc(flags: Sequence[str]) -> BuildFailure | None:
    """The same for what stands behind the compiler in `CC`."""
    rest = iter(flags)
    for flag in rest:
        if flag in _TARGET_IN_TWO and re.fullmatch(_TRIPLE, next(rest, "")):
            continue
        if not _accepted().fullmatch(flag) and not re.fullmatch(_TARGET, flag):
            return _refused(f"the argument {flag!r} of CC")
    return None


def wrappers(words: Sequence[str]) -> int:
    """How many words at the head of `CC` run the compiler behind them."""
    return next((k for k, word in enumerate(words) if os.path.basename(word) not in WRAPPERS), len(words))


def wrong_compiler(program: str) -> str:
    """Why a program of this name cannot be the compiler, or nothing."""
    if os.path.basename(program) == "zig":
        return "`zig cc` has names of its own for CPUs and makes code that traps; name gcc or clang"
    return ""


def _refused(what: str) -> BuildFailure:
    return BuildFailure("unsupported-flag", f"{what} is not accepted: {_ONLY}")
