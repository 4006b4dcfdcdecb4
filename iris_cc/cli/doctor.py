"""`iris-cc doctor`: checks, one line each, of everything that compiled kernels need.

Its test kernel is compiled afresh in a directory of its own, so the user's cache is neither trusted nor changed.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from iris_cc import api, build, config, threads
from iris_cc.build import BuildFailure, cpu, manage, toolchain
from iris_cc.calls import install, native
from iris_cc.cli.problems import ENVIRONMENT, OK
from iris_cc.cli.report import Report
from iris_cc.kernels.options import Options
from iris_cc.kernels.realize import Interpreted, realize
from iris_cc.kernels.specialization import Specialization
from iris_cc.runtime import processors
from iris_cc.runtime.ufunc import factory_works
from iris_cc.version import __version__

Status = Literal["ok", "note", "fail"]

_PROBE = "def doctor(x):\n    return x * x + 0.5 if x > 1.0 else -x\n"
_SHARED = "def doctor(x, y):\n    return x * x + y\n"


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """What was looked at, how it is, and the details.  `fatal`: without it there is no compiled code."""

    name: str
    status: Status
    text: str
    fatal: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`doctor` needs none."""


def run(arguments: argparse.Namespace, report: Report) -> int:
    checks = [_safely(name, look) for name, look in _LOOKS]
    works = not any(check.fatal for check in checks)
    data = {"ok": works, "checks": [{"name": c.name, "status": c.status, "text": c.text} for c in checks]}
    lines = [_line(check) for check in checks]
    compiled = works and config.jit_enabled()
    lines.append(
        "kernels are compiled here" if compiled else "kernels run on the interpreter here: their answers are the same"
    )
    report.answer("\n".join(lines), data)
    return OK if works else ENVIRONMENT


def _line(check: HealthCheck) -> str:
    first, *more = check.text.splitlines() or [""]
    lead = f"{check.status:<5}{check.name:<14}"
    return "\n".join([lead + first, *(" " * len(lead) + line for line in more)])


def _safely(name: str, look: Callable[[], HealthCheck]) -> HealthCheck:
    """A check that breaks is a finding, not an end."""
    try:
        return look()
    except Exception as error:
        return HealthCheck(name, "fail", f"{type(error).__name__}: {error}", fatal=name == "test kernel")


# -- what is looked at -------------------------------------------------------------------------------------------------


def _versions() -> HealthCheck:
    packages = ", ".join(f"{name} {_version(name)}" for name in ("numpy", "cffi", "platformdirs"))
    text = f"iris_cc {__version__}, {platform.python_implementation()} {platform.python_version()}, {packages}"
    return HealthCheck("versions", "ok", text)


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _platform() -> HealthCheck:
    level = f", x86-64-v{cpu.host_level()}" if os.uname().machine in ("x86_64", "amd64") else ""
    return HealthCheck("platform", "ok", f"{sys.platform} {os.uname().machine}{level}")


def _kill_switch() -> HealthCheck:
    if config.jit_enabled():
        return HealthCheck("kill switch", "ok", f"{config.KILL_SWITCH} is not set to off")
    return HealthCheck(
        "kill switch",
        "note",
        f"{config.KILL_SWITCH}={os.environ[config.KILL_SWITCH]}: nothing is compiled, loaded or written",
    )


def _compiler() -> HealthCheck:
    found = build.find_compiler()
    if isinstance(found, BuildFailure):
        return HealthCheck("compiler", "fail", found.message, fatal=True)
    version = build.version_text(found).splitlines() or ["?"]
    words = shlex.join((found.program, *found.arguments))
    return HealthCheck("compiler", "ok", f"{words}\n{version[0]}")


def _flags() -> HealthCheck:
    plan = toolchain.plan(_probe().unit)
    if isinstance(plan, BuildFailure):
        return HealthCheck("flags", "fail", plan.message, fatal=True)
    return HealthCheck("flags", "ok", shlex.join(plan.compile_flags))


def _cache() -> HealthCheck:
    where = manage.location()
    if where.path is None:
        return HealthCheck("cache", "note", f"memory only: {where.reason}")
    found = manage.verify_all()
    bad = [(entry, reason) for entry, sound, reason in found if not sound]
    size = sum(entry.size for entry, _, _ in found)
    lines = [f"{where.path}", f"{len(found)} kernels, {size / (1 << 20):.1f} of {config.cache_limit_bytes() >> 20} MiB"]
    lines += [f"{entry.path.name}: {reason}; it will be built again" for entry, reason in bad]
    if where.kind != "user":
        lines.append(where.reason)
    return HealthCheck("cache", "note" if bad or where.kind != "user" else "ok", "\n".join(lines))


def _factory() -> HealthCheck:
    if factory_works():
        return HealthCheck("ufunc factory", "ok", "NumPy takes ufuncs made at run time")
    return HealthCheck("ufunc factory", "note", "this NumPy or interpreter takes none; calls go through a slower path")


def _dispatcher() -> HealthCheck:
    if not config.jit_enabled():
        return HealthCheck("dispatcher", "note", "in Python, as the kill switch asks")
    if not native.available():
        return HealthCheck("dispatcher", "note", "in Python: this interpreter cannot run the one in C")
    with _private_cache():
        library = install._library()
    return (
        HealthCheck("dispatcher", "ok", "in C")
        if library is not None
        else HealthCheck("dispatcher", "note", "in Python: the one in C could not be built")
    )


def _threads() -> HealthCheck:
    """How many a call may use and why, and whether the pool shares calls out."""
    quota = processors.cgroup_quota()
    limit = "no limit" if quota is None else quota
    status, pool = _pool() if config.jit_enabled() else ("note", "the pool was not tried: compilation is switched off")
    lines = [
        f"a call uses at most {threads.get_num_threads()}",
        f"processors of this process: {processors.affinity()} by affinity, {limit} by control groups",
        _number_in_environment(),
        pool,
    ]
    return HealthCheck("threads", status, "\n".join(lines))


def _number_in_environment() -> str:
    name = "IRIS_CC_NUM_THREADS"
    given = os.environ.get(name, "").strip()
    if not given:
        return f"{name} is not set"
    number = config.num_threads()
    if number is None:
        return f"{name} says {given[:20]!r}, which is no number of threads: it is ignored"
    return f"{name} says {number}" + (f": {threads.MOST_THREADS} is the most" if number > threads.MOST_THREADS else "")


def _pool() -> tuple[Status, str]:
    """Large calls, one row and many rows, the last of which are shared out."""
    if threads.get_num_threads() == 1:
        return "ok", "the pool is not needed"
    with _private_cache():
        kernel = api.make(_SHARED, Options(fallback="silent"))
        x, y = np.linspace(-3.0, 3.0, 1 << 20), np.linspace(0.0, 1.0, 1 << 10)
        grid = x.reshape(-1, y.size)
        wanted, wanted_grid = x * x + x, grid * grid + y
        right = all(
            np.array_equal(kernel(x, x), wanted) and np.array_equal(kernel(grid, y), wanted_grid) for _ in range(4)
        )
    workers, spreads = threads.means()
    if not right:
        return "fail", "the pool gave wrong values: please report this"
    if workers is None:
        return "note", "the pool could not be built: each call stays on its thread"
    if not spreads:
        return "note", f"the pool works, with {workers} workers, but not for short rows of large arrays"
    return ("ok" if workers else "note"), f"the pool works, with {workers} workers"


def _test_kernel() -> HealthCheck:
    """Compile, load, run, compare."""
    if not config.jit_enabled():
        return HealthCheck("test kernel", "note", "not tried: compilation is switched off")
    x = np.linspace(-3.0, 3.0, 1001)
    with _private_cache():
        made = realize(_probe(), "compiled")
        if isinstance(made, Interpreted):
            return HealthCheck("test kernel", "fail", made.reason.render(), fatal=True)
        kernel = api.make(_PROBE, Options(fallback="error"))
        right = np.array_equal(kernel(x), np.where(x > 1.0, x * x + 0.5, -x))
    if not right:
        text = "it was compiled and gave wrong values: please report this"
        return HealthCheck("test kernel", "fail", text, fatal=True)
    return HealthCheck("test kernel", "ok", f"compiled, loaded and right on {x.size} values")


def _readback() -> HealthCheck:
    """Does another reader of C agree that the unit is C?"""
    try:
        from pycparser import CParser
    except ImportError:
        return HealthCheck("read back", "note", "not tried: pycparser is not installed (`pip install iris_cc[doctor]`)")
    found = build.find_compiler()
    if isinstance(found, BuildFailure):
        return HealthCheck("read back", "note", "not tried: it needs the compiler's preprocessor")
    with tempfile.TemporaryDirectory(prefix="iris_cc_doctor_") as folder:
        path = Path(folder, "k.c")
        path.write_text(_probe().c_text(), encoding="ascii")
        command = [found.program, *found.arguments, "-E", "-P", "-DIRIS_READ_BACK", str(path)]
        plain = subprocess.run(command, capture_output=True, text=True, check=True, timeout=config.timeout()).stdout
    return HealthCheck("read back", "ok", f"pycparser reads the unit: {len(CParser().parse(plain).ext)} declarations")


# -- the test kernel ---------------------------------------------------------------------------------------------------


def _probe() -> Specialization:
    kernel = api.make(_PROBE, Options(fallback="silent"))
    return kernel.specialization((np.dtype("f8"),), 0)


@contextmanager
def _private_cache() -> Iterator[None]:
    """Everything built in here goes to a directory that ends with it, and nothing is taken from elsewhere."""
    name = "IRIS_CC_CACHE_DIR"
    before = os.environ.get(name)
    with tempfile.TemporaryDirectory(prefix="iris_cc_doctor_") as folder:
        os.environ[name] = folder
        build.forget()
        try:
            yield
        finally:
            build.forget()
            if before is None:
                del os.environ[name]
            else:
                os.environ[name] = before


_LOOKS: tuple[tuple[str, Callable[[], HealthCheck]], ...] = (
    ("versions", _versions),
    ("platform", _platform),
    ("kill switch", _kill_switch),
    ("compiler", _compiler),
    ("flags", _flags),
    ("cache", _cache),
    ("ufunc factory", _factory),
    ("dispatcher", _dispatcher),
    ("test kernel", _test_kernel),
    ("threads", _threads),
    ("read back", _readback),
)
