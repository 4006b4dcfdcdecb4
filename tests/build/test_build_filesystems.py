"""Real file systems that are full, read-only or without execution; mounted here, so only root can run these."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from iris_cc import build
from iris_cc.build import obtain
from iris_cc.runtime.loader import load
from tests.build.build_helpers import answers, built, call, failed, files, unit

pytestmark = [pytest.mark.needs_cc, pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")]
Mount = Callable[..., None]


@pytest.fixture
def mount(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mount]:
    """Mount a memory file system, undone at the end."""
    mounted: list[Path] = []

    def do(path: Path, options: str) -> None:
        path.mkdir(mode=0o700, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", options, "none", str(path)]
        if path not in mounted:
            if subprocess.run(command, capture_output=True, check=False).returncode != 0:
                pytest.skip("nothing can be mounted here")
            mounted.append(path)
        else:
            subprocess.run(["mount", "-o", f"remount,{options}", str(path)], check=True)

    yield do
    for path in mounted:
        subprocess.run(["umount", "-l", str(path)], check=True)


def test_a_read_only_store(cache: Path, mount: Mount) -> None:
    mount(cache, "mode=0700")
    built(obtain(unit(17, 1)))
    mount(cache, "ro")
    build.forget()
    assert built(obtain(unit(17, 1))).origin == "disk"
    assert answers(2, 17, 1)
    path = built(obtain(unit(17, 2))).artifact.path
    assert path is not None and path.is_relative_to(cache.parent / "tmp")
    assert answers(2, 17, 2)


def test_a_damaged_entry_in_a_read_only_store(cache: Path, mount: Mount) -> None:
    mount(cache, "mode=0700")
    path = built(obtain(unit(17, 3))).artifact.path
    assert path is not None
    os.truncate(path, 1000)
    mount(cache, "ro")
    build.forget()
    with pytest.warns(build.CacheWarning, match="cut short"):
        assert answers(2, 17, 3)
    build.forget()
    with pytest.warns(build.CacheWarning, match="cut short"):
        assert built(obtain(unit(17, 3))).origin == "disk"  # the one in the temporary directory


@pytest.mark.parametrize("size", [f"{pages * 4}k" for pages in range(2, 12)])
def test_a_full_disk_moves_on(size: str, cache: Path, mount: Mount) -> None:
    """Whichever step has no room: the staging directory, the compiler, or the publication."""
    mount(cache, f"mode=0700,size={size}")
    result = built(obtain(unit(17, 4)))
    assert call(load(result.artifact), 2) == 38
    path = result.artifact.path
    kept = path is not None and path.is_relative_to(cache)
    assert len(files(cache)) == (2 if kept else 0)


def test_every_disk_full(cache: Path, mount: Mount, monkeypatch: pytest.MonkeyPatch) -> None:
    mount(cache, "mode=0700,size=12k")
    mount(cache.parent / "tmp", "mode=0700,size=12k")
    monkeypatch.setattr("iris_cc.build.place._WORKPLACES", (str(cache.parent / "tmp"),))
    failure = failed(obtain(unit(17, 5)))
    assert (failure.kind, failure.transient) == ("no-space", True)
    assert files(cache.parent) == []


def test_a_store_without_execution(cache: Path, mount: Mount) -> None:
    mount(cache, "mode=0700,noexec")
    assert answers(2, 17, 6)
    build.forget()
    assert built(obtain(unit(17, 6))).origin == "disk"
