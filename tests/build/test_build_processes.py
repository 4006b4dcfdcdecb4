"""Several processes, and processes that die or may not write."""

from __future__ import annotations

import fcntl
import os
import pwd
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from iris_cc import build
from iris_cc.build import obtain
from iris_cc.runtime.loader import load
from tests.build.build_helpers import (
    answers,
    built,
    call,
    directories,
    exit_status,
    fake_compiler,
    files,
    in_child,
    only_entry,
    unit,
)

pytestmark = pytest.mark.needs_cc
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def _nothing_else(cache: Path) -> None:
    """One entry and its C; empty directories; nothing in TMPDIR."""
    path = only_entry(cache)
    assert files(cache) == sorted(str(p.relative_to(cache)) for p in (path, path.with_suffix(".c")))
    assert directories(cache, "staging") == []
    assert list((cache.parent / "tmp").iterdir()) == []


def test_eight_processes_compile_once(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, gate = tmp_path / "log", tmp_path / "gate"
    monkeypatch.setenv("CC", str(fake_compiler(tmp_path, f'echo x >> {log}; exec cc "$@"')))

    def work() -> bool:
        while not gate.exists():
            pass
        return answers(7)

    children = [in_child(work) for _ in range(8)]
    gate.touch()
    assert [exit_status(child) for child in children] == [0] * 8
    assert len(log.read_text().split()) == 1
    _nothing_else(cache)


def test_a_stuck_holder_costs_the_wait_only(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = build.key_of(unit())
    assert isinstance(key, str)
    shard = cache / "v1" / key[:2]
    shard.mkdir(parents=True, mode=0o700)
    for directory in (cache, cache / "v1"):
        directory.chmod(0o700)
    fd = os.open(shard, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    monkeypatch.setenv("IRIS_CC_TIMEOUT", "1")
    start = time.monotonic()
    assert built(obtain(unit())).origin == "built"
    assert 1 <= time.monotonic() - start < 4
    os.close(fd)


def _kill_points(cache: Path, delays: list[float]) -> None:
    for number, delay in enumerate(delays):
        read, write = os.pipe()

        def work(write: int = write) -> bool:
            os.write(write, b"x")
            return isinstance(obtain(unit(13, 500)), build.Built)

        child = in_child(work)
        os.read(read, 1)
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        assert exit_status(child) in (-signal.SIGKILL, 0), number
        os.close(read)
        os.close(write)
        build.forget()
        result = built(obtain(unit(13, 500)))
        assert call(load(result.artifact), 2) == 526
        if result.origin == "disk":  # nothing was built, so nothing was tidied
            built(obtain(unit(13, 501)))
            for path in cache.rglob(f"{build.key_of(unit(13, 501))}*"):
                path.unlink()
        _nothing_else(cache)
        build.forget()
        for path in (only_entry(cache), *cache.rglob("*.c")):
            path.unlink()


def _delays(count: int) -> list[float]:
    """Stepped over the 60 ms of a build, with some chance in each."""
    chance = random.Random(3)
    return [0.06 * (step + chance.random()) / count for step in range(count)]


def test_killed_at_a_hundred_points(cache: Path) -> None:
    _kill_points(cache, _delays(100))


def test_killed_between_the_two_renames(cache: Path) -> None:
    """The C is visible, its code not yet: the next build removes or completes it."""

    def work() -> bool:
        real = os.rename

        def die(source: str, *rest: object, **keywords: object) -> None:
            if source == "entry.so":
                os.kill(os.getpid(), signal.SIGKILL)
            real(source, *rest, **keywords)  # type: ignore[arg-type]

        os.rename = die  # type: ignore[assignment]
        obtain(unit(meta={"made": "differently"}))
        return False

    assert exit_status(in_child(work)) == -signal.SIGKILL
    assert [name for name in files(cache) if name.endswith(".so") and "staging" not in name] == []
    assert answers(2)
    _nothing_else(cache)


def _as_nobody(task: Callable[[], bool]) -> int:
    def work() -> bool:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        return task()

    return exit_status(in_child(work))


def _open_the_way(path: Path) -> None:
    """Let other users pass through pytest's private directories."""
    for parent in (path, *path.parents):
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)


@needs_root
def test_a_directory_that_cannot_be_written(cache: Path, tmp_path: Path) -> None:
    _open_the_way(tmp_path)
    cache.mkdir(0o755)
    (tmp_path / "tmp").chmod(0o777)

    def work() -> bool:
        result = built(obtain(unit()))
        path = result.artifact.path
        assert path is not None and path.is_relative_to(tmp_path / "tmp" / "iris_cc-65534")
        return call(load(result.artifact), 3) == 13

    assert _as_nobody(work) == 0
    assert list(cache.iterdir()) == []


@needs_root
def test_nothing_can_be_written(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _open_the_way(tmp_path)
    cache.mkdir(0o755)
    (tmp_path / "tmp").chmod(0o755)
    monkeypatch.setattr("iris_cc.build.place._WORKPLACES", (str(tmp_path / "tmp"),))

    def work() -> bool:
        result = obtain(unit())
        return isinstance(result, build.BuildFailure) and (result.kind, result.transient) == ("io", True)

    assert _as_nobody(work) == 0


@needs_root
def test_a_read_only_store_of_root_is_read(cache: Path, tmp_path: Path) -> None:
    _open_the_way(tmp_path)
    built(obtain(unit()))
    for path in (cache, *cache.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (tmp_path / "tmp").chmod(0o777)
    build.forget()
    assert _as_nobody(lambda: built(obtain(unit())).origin == "disk" and answers(3)) == 0


@needs_root
def test_no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _open_the_way(tmp_path)
    (tmp_path / "tmp").chmod(0o777)
    monkeypatch.delenv("IRIS_CC_CACHE_DIR")
    for home in ("/nonexistent", str(tmp_path / "missing"), None):
        if home is None:
            monkeypatch.delenv("HOME")
        else:
            monkeypatch.setenv("HOME", home)

        def work(home: str | None = home) -> bool:
            result = built(obtain(unit()))
            path = result.artifact.path
            expected = home is None or (path is not None and path.is_relative_to(tmp_path / "tmp"))
            return expected and call(load(result.artifact), 3) == 13

        assert _as_nobody(work) == 0
        assert home is None or not Path(home).exists()
    assert pwd.getpwuid(os.geteuid()).pw_dir  # the test itself ran with a home


def test_a_home_that_is_not_there_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IRIS_CC_CACHE_DIR")
    monkeypatch.setenv("HOME", str(tmp_path / "missing"))
    path = built(obtain(unit())).artifact.path
    assert path is not None and path.is_relative_to(tmp_path / "tmp")
    assert not (tmp_path / "missing").exists()
