"""Whether code for a CPU that is known by its name runs on this one: the compiler is asked what the name means.

A level (x86-64-v3) is known without it, and so is `native`.  Any other name, and any flag for one feature, costs one
run of the compiler in the life of a process.  Nothing is compiled.
"""

from __future__ import annotations

import functools
import os
import re

from iris_cc import config
from iris_cc.build import cpu
from iris_cc.build.unit import BuildFailure

_NAMES_A_CPU = r"-m(arch|cpu)=(?!native$|x86-64(-v[1-4])?$).+"
_NAMES_A_FEATURE = r"-m(?!no-|tune=|64$|cmodel|prefer-|red-zone|tls-|vzeroupper)[a-z0-9.-]+"

# What compilers use without being asked for it by name; what they do not use traps nobody.
_USED = r"__((?:SSE|SSSE|AVX|AMX|BMI)\w*?|FMA4?|F16C|LZCNT|POPCNT|MOVBE|XOP|TBM|LAHF_SAHF|GFNI)__"
# Where Linux has another word for it.
_IN_LINUX = {"sse3": "pni", "lzcnt": "abm", "bmi": "bmi1", "lahfsahf": "lahflm"}
# Not features, or without a word in Linux.
_NO_FEATURE = frozenset({"ssemath", "sse2math", "avx10", "evex512", "evex256"})


def wants_more(program: str, flags: tuple[str, ...]) -> BuildFailure | None:
    """A failure if these flags let the compiler use what this CPU has not."""
    asking = [flag for flag in flags if re.fullmatch(_NAMES_A_CPU, flag) or re.fullmatch(_NAMES_A_FEATURE, flag)]
    if not asking or not cpu.is_x86_64():
        return None
    has = {cpu.plain(name) for name in cpu.host_features()}
    wanted = _features(program, flags)
    missing = sorted(name for name in wanted - _NO_FEATURE if _IN_LINUX.get(name, name) not in has)
    if not missing:
        return None
    text = f"{' '.join(asking)} (see IRIS_CC_TARGET, ME_DSL_JIT_CFLAGS, CC): this CPU has no {', '.join(missing[:4])}"
    return BuildFailure("unsupported-flag", f"{text}, so the code would stop with SIGILL")


@functools.cache
def _features(program: str, flags: tuple[str, ...]) -> frozenset[str]:
    """What the compiler may use under these flags; nothing where it does not know them, and the build says so."""
    from iris_cc.build import process, surroundings

    command = (program, *flags, "-dM", "-E", "-x", "c", os.devnull)
    try:
        outcome = process.run(command, "/", min(config.timeout(), 10.0), surroundings.of_compiler())
    except OSError:
        return frozenset()
    names = re.findall(rf"^#define {_USED} 1$", outcome.output, re.MULTILINE)
    return frozenset(map(cpu.plain, names)) if outcome.status == 0 else frozenset()
