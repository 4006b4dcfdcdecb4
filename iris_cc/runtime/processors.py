"""How many processors this process may keep busy: its affinity mask, what a container grants it, and what it was told.

Reads a few small files of the kernel; a file that is absent or odd limits nothing.  Nothing is remembered: masks and
quotas change while a process runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from iris_cc import config

_PROC = "/proc/self/cgroup"
_MOUNT = "/sys/fs/cgroup"


def usable() -> int:
    """The smallest of all, at least 1."""
    grants = (affinity(), cgroup_quota(), config.openmp_threads())
    return max(min(grant for grant in grants if grant is not None), 1)


def affinity() -> int:
    """The processors this process may run on; from Python 3.13 on, also what `-X cpu_count` says."""
    told = getattr(os, "process_cpu_count", None)
    if told is not None:
        return told() or 1
    if hasattr(os, "sched_getaffinity"):
        try:
            return len(os.sched_getaffinity(0)) or 1
        except OSError:
            pass
    return os.cpu_count() or 1


def cgroup_quota(proc: str = _PROC, mount: str = _MOUNT) -> int | None:
    """The processor time per time that control groups grant, rounded up; None where there is no limit.

    A limit of any group above this process's own holds too.
    """
    grants = [grant for group in _groups(proc) for grant in _grants(*group, mount) if grant is not None]
    return min(grants, default=None)


def _groups(proc: str) -> Iterator[tuple[str, str]]:
    """The controllers and the path of each group that may limit processor time; no controllers in version 2."""
    for line in _read(proc).splitlines():
        _, controllers, path = (*line.split(":", 2), "", "")[:3]
        if not controllers or "cpu" in controllers.split(","):
            yield controllers, path


def _grants(controllers: str, path: str, mount: str) -> Iterator[int | None]:
    for name in dict.fromkeys((controllers, "cpu")) if controllers else ("",):
        root = os.path.join(mount, name)
        for folder in _upwards(root, path):
            yield _version_1(folder) if controllers else _version_2(folder)


def _upwards(root: str, path: str) -> Iterator[str]:
    """The folder of a group and of those above it.  In a container the path may be one of the host's: then the root."""
    parts = [part for part in path.split("/") if part and part != ".."]
    for length in range(len(parts), -1, -1):
        yield os.path.join(root, *parts[:length])


def _version_2(folder: str) -> int | None:
    quota, period = (*_read(os.path.join(folder, "cpu.max")).split(), "", "")[:2]
    return _rounded(quota, period)


def _version_1(folder: str) -> int | None:
    quota, period = (_read(os.path.join(folder, f"cpu.cfs_{name}_us")).strip() for name in ("quota", "period"))
    return _rounded(quota, period)


def _rounded(quota: str, period: str) -> int | None:
    """`max` and -1 are no limit."""
    if not (quota.isdecimal() and period.isdecimal()) or int(period) == 0:
        return None
    return max(-(-int(quota) // int(period)), 1)


def _read(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read(1 << 16)
    except OSError:
        return ""
