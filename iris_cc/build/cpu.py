"""Which instruction set the code may use: read from the system, without starting a process."""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Iterable

from iris_cc import config
from iris_cc.build.unit import BuildFailure

_V2 = frozenset({"cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"})
_V3 = frozenset({"abm", "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "xsave"})
_V4 = frozenset({"avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl"})
_TARGET = r"[A-Za-z0-9_.+=][A-Za-z0-9_.+=-]*"
_LEVEL = r"-march=x86-64-v([1-4])"
_WIDE = r"-m(avx|amx)[a-z0-9-]*"
_ENOUGH = 1 << 16


def level_of(features: frozenset[str]) -> int:
    """The x86-64 level (1 to 4) of a CPU with these features, named as Linux names them."""
    found = 1
    for needed in (_V2, _V3, _V4):
        if not needed <= features:
            break
        found += 1
    return found


def architecture(*, runs_here: bool = True) -> tuple[str, ...] | BuildFailure:
    """The `-march` flag, or none.  With `runs_here`, a level above this CPU's is refused: its code would trap."""
    wanted = config.target()
    if wanted is None:
        return _native()
    if not re.fullmatch(_TARGET, wanted):
        return BuildFailure("unsupported-flag", f"IRIS_CC_TARGET={wanted!r} is not the name of a -march level")
    chosen = (f"-march={wanted}",)
    return (too_high(chosen, "IRIS_CC_TARGET") if runs_here else None) or chosen


def too_high(flags: Iterable[str], source: str) -> BuildFailure | None:
    """A failure if one of these flags asks for a level, or for wide vectors, that this CPU has not."""
    for flag in flags:
        if re.fullmatch(_WIDE, flag) and is_x86_64() and plain(flag[2:]) not in map(plain, host_features()):
            text = f"{flag} in {source}: this CPU has no {flag[2:]}, so the code would stop with SIGILL"
            return BuildFailure("unsupported-flag", text)
        level = re.fullmatch(_LEVEL, flag)
        if level and is_x86_64() and int(level[1]) > host_level():
            text = f"{flag} in {source}: this CPU is x86-64-v{host_level()}, so the code would stop with SIGILL"
            return BuildFailure("unsupported-flag", text)
    return None


def plain(name: str) -> str:
    """A feature as neither Linux nor the compilers write it."""
    return name.replace("_", "").replace("-", "").lower()


def host_text(flags: Iterable[str]) -> str:
    """What tells this CPU from others, where a flag means "whatever this one has"; empty where none does."""
    return " ".join(sorted(host_features())) if any(flag.endswith("=native") for flag in flags) else ""


def host_level() -> int:
    """The x86-64 level of this machine."""
    return level_of(host_features())


@functools.cache
def host_features() -> frozenset[str]:
    """What this CPU can do; a process does not change its CPU."""
    return _macos_features() if sys.platform == "darwin" else linux_features("/proc/cpuinfo")


def linux_features(path: str) -> frozenset[str]:
    """The features of the first processor.  The file has a block per core, so it is read only as far as needed."""
    try:
        with open(path, "rb", buffering=4096) as file:
            read = 0
            for line in file:
                read += len(line)
                if line.startswith((b"flags", b"Features")):  # as x86 and as ARM call them
                    return frozenset(line.decode("ascii", "replace").partition(":")[2].split())
                if read > _ENOUGH:
                    break
    except OSError:
        pass
    return frozenset()


def _native() -> tuple[str, ...]:
    if is_x86_64():
        # plain x86-64 is how every compiler spells level 1
        level = host_level()
        return (f"-march=x86-64-v{level}",) if level > 1 else ("-march=x86-64",)
    if os.uname().machine == "aarch64" and sys.maxsize > 1 << 32:
        return ("-march=armv8-a",)
    return ()


def is_x86_64() -> bool:
    return os.uname().machine in ("x86_64", "amd64") and sys.maxsize > 1 << 32


def _macos_features() -> frozenset[str]:
    """`sysctl hw.optional.*` by the library call; Apple's x86 machines have every feature of a level or none."""
    import ctypes

    library = ctypes.CDLL(None)

    def has(name: bytes) -> bool:
        value = ctypes.c_int(0)
        size = ctypes.c_size_t(ctypes.sizeof(value))
        return library.sysctlbyname(name, ctypes.byref(value), ctypes.byref(size), None, 0) == 0 and value.value != 0

    features: frozenset[str] = frozenset()
    for name, implied in ((b"sse4_2", _V2), (b"avx2_0", _V3), (b"avx512vl", _V4)):
        if has(b"hw.optional." + name):
            features |= implied
    return features
