"""How many processors a process may use: files of control groups as they are found in the wild."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from iris_cc.runtime import processors


def quota(folder: Path, groups: str, files: dict[str, str]) -> int | None:
    (folder / "self").write_text(groups)
    for name, text in files.items():
        path = folder / "mount" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return processors.cgroup_quota(str(folder / "self"), str(folder / "mount"))


@pytest.mark.parametrize(
    ("groups", "files", "count"),
    [
        ("0::/\n", {"cpu.max": "200000 100000\n"}, 2),
        ("0::/\n", {"cpu.max": "max 100000\n"}, None),
        ("0::/\n", {"cpu.max": "150000 100000\n"}, 2),  # rounded up
        ("0::/\n", {"cpu.max": "1000 100000\n"}, 1),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000", "a/cpu.max": "300000 100000"}, 3),  # a group above limits
        ("0::/a/b\n", {"a/b/cpu.max": "400000 100000", "a/cpu.max": "300000 100000"}, 3),
        ("0::/../../host\n", {"cpu.max": "500000 100000"}, 5),  # a path from outside the container
        ("0::/docker/0123\n", {"cpu.max": "500000 100000"}, 5),
        (
            "4:cpu,cpuacct:/x\n",
            {"cpu,cpuacct/x/cpu.cfs_quota_us": "250000", "cpu,cpuacct/x/cpu.cfs_period_us": "100000"},
            3,
        ),
        ("4:cpuacct,cpu:/x\n", {"cpu/x/cpu.cfs_quota_us": "100000\n", "cpu/x/cpu.cfs_period_us": "50000\n"}, 2),
        ("4:cpu:/x\n", {"cpu/x/cpu.cfs_quota_us": "-1", "cpu/x/cpu.cfs_period_us": "100000"}, None),
        ("4:cpu:/x\n", {"cpu/cpu.cfs_quota_us": "100000", "cpu/cpu.cfs_period_us": "100000"}, 1),
        ("5:memory:/x\n", {"cpu.max": "100000 100000"}, None),  # no group for processors
        ("5:memory:/\n4:cpu:/\n0::/\n", {"cpu.max": "300000 100000", "cpu/cpu.cfs_quota_us": "-1"}, 3),
        ("0::/\n", {}, None),
        ("", {"cpu.max": "100000 100000"}, None),
        ("0::/\n", {"cpu.max": ""}, None),
        ("0::/\n", {"cpu.max": "100000"}, None),
        ("0::/\n", {"cpu.max": "100000 0"}, None),
        ("0::/\n", {"cpu.max": "a b c"}, None),
        ("nonsense\n0\n::\n", {"cpu.max": "max"}, None),
    ],
)  # fmt: skip
def test_quota(tmp_path: Path, groups: str, files: dict[str, str], count: int | None) -> None:
    assert quota(tmp_path, groups, files) == count


def test_no_control_groups(tmp_path: Path) -> None:
    assert processors.cgroup_quota(str(tmp_path / "absent"), str(tmp_path)) is None


def test_the_smaller_of_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processors, "affinity", lambda: 6)
    for granted, count in ((None, 6), (2, 2), (64, 6)):
        monkeypatch.setattr(processors, "cgroup_quota", lambda granted=granted: granted)
        assert processors.usable() == count


def test_affinity() -> None:
    assert 1 <= processors.affinity() <= (os.cpu_count() or 1)


def test_a_system_without_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.delattr(os, "process_cpu_count", raising=False)
    assert processors.affinity() == (os.cpu_count() or 1)


@pytest.mark.parametrize(
    ("told", "most"),
    [
        ("1", 1),
        (" 2 ", 2),
        ("1,4", 1),
        ("3,2,1", 3),
        ("0", None),
        ("", None),
        ("many", None),
        ("-1", None),
        ("9" * 5000, None),
    ],
)
def test_what_a_pool_of_processes_grants_is_a_bound(
    told: str, most: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processors, "affinity", lambda: 4)
    monkeypatch.setattr(processors, "cgroup_quota", lambda: None)
    monkeypatch.delenv("IRIS_CC_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", told)
    assert processors.usable() == (most or 4)
    monkeypatch.setenv("OMP_NUM_THREADS", "64")
    assert processors.usable() == 4
