"""The way of one unit: built, then from memory, then from disk; and the ways it is refused."""

from __future__ import annotations

import os
import stat
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from iris_cc import build, forks
from iris_cc.build import negative, obtain, peek
from iris_cc.runtime.loader import load
from tests.build.build_helpers import (
    answers,
    built,
    call,
    exit_status,
    failed,
    fake_compiler,
    files,
    in_child,
    only_entry,
    unit,
)

pytestmark = pytest.mark.needs_cc


def test_built_then_memory_then_disk(cache: Path) -> None:
    assert peek(unit()) == "none"
    assert not cache.exists()
    first = built(obtain(unit()))
    assert first.origin == "built"
    assert call(load(first.artifact), 5) == 19
    assert (built(obtain(unit())).origin, peek(unit())) == ("memory", "memory")
    build.forget()
    assert peek(unit()) == "disk"
    again = built(obtain(unit()))
    assert (again.origin, again.key, again.artifact.path) == ("disk", first.key, first.artifact.path)


def test_layout_modes_and_readable_source(cache: Path) -> None:
    result = built(obtain(unit()))
    path = result.artifact.path
    assert path is not None and path == only_entry(cache)
    assert path.parent == cache / "v1" / result.key[:2]
    assert path.name.startswith(f"{result.key}-") and len(path.name) == 64 + 1 + 16 + 3
    assert files(cache) == sorted(f"v1/{result.key[:2]}/{path.stem}.{suffix}" for suffix in ("c", "so"))
    assert result.artifact.source is not None and result.artifact.source.read_text() == unit().text()
    for item in (cache, *cache.rglob("*")):
        mode = stat.S_IMODE(item.stat().st_mode)
        assert mode == (0o700 if item.is_dir() else 0o600), (item, oct(mode))
    assert files(cache.parent / "tmp") == []


def test_the_umask_does_not_matter(cache: Path) -> None:
    before = os.umask(0)
    try:
        assert answers(1)
    finally:
        os.umask(before)
    assert all(not item.stat().st_mode & 0o077 for item in (cache, *cache.rglob("*")))


def test_what_is_answered_at_once(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not build.answers_at_once(unit()) and not cache.exists()
    built(obtain(unit()))
    assert build.answers_at_once(unit())
    build.forget()
    assert build.answers_at_once(unit()) and peek(unit()) == "disk"
    monkeypatch.setenv("CC", str(fake_compiler(tmp_path, "exit 1")))
    assert not build.answers_at_once(unit())
    failed(obtain(unit()))
    assert build.answers_at_once(unit())
    now = negative.clock
    monkeypatch.setattr(negative, "clock", lambda: now() + 1000)
    assert not build.answers_at_once(unit())
    monkeypatch.setenv("CC", "no-such-compiler")
    assert build.answers_at_once(unit())
    monkeypatch.delenv("CC")
    monkeypatch.setenv("ME_DSL_JIT", "0")
    assert build.answers_at_once(unit(shift=9))


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_lock_of_forks_is_free_in_parent_and_child() -> None:
    lock = forks.lock()
    held, go = threading.Event(), threading.Event()

    def work() -> None:
        with lock:
            held.set()
            go.wait(30)
            state.append("done")

    state: list[str] = []
    thread = threading.Thread(target=work)
    thread.start()
    assert held.wait(30)
    threading.Timer(0.05, go.set).start()
    child = in_child(lambda: state == ["done"] and lock.acquire(blocking=False))  # the fork waited
    assert exit_status(child) == 0
    thread.join(30)
    assert lock.acquire(blocking=False)
    lock.release()


def test_text_is_asked_for_on_a_miss_only() -> None:
    built(obtain(unit()))

    def never() -> str:
        raise AssertionError("the text was asked for")

    assert built(obtain(unit(text=never))).origin == "memory"
    build.forget()
    assert built(obtain(unit(text=never))).origin == "disk"


@pytest.mark.parametrize(
    "change", [{"identity": "ab" * 32}, {"signature": "i8->i8"}, {"ndim": 2}, {"fp": "contract"}, {"fp": "fast"}]
)
def test_what_is_in_the_key(change: dict[str, Any]) -> None:
    assert build.key_of(unit(**change)) != build.key_of(unit())


def test_what_is_not_in_the_key() -> None:
    assert build.key_of(unit(label="other", meta={"a": "b"}, text=lambda: "")) == build.key_of(unit())


def test_flags_target_and_compiler_are_in_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [build.key_of(unit())]
    monkeypatch.setenv("ME_DSL_JIT_CFLAGS", "-fno-builtin")
    keys.append(build.key_of(unit()))
    monkeypatch.setenv("IRIS_CC_TARGET", "native")
    keys.append(build.key_of(unit()))
    fake = fake_compiler(tmp_path, 'exec cc "$@"')
    monkeypatch.setenv("CC", str(fake))
    keys.append(build.key_of(unit()))
    os.utime(fake, (1, 1))
    keys.append(build.key_of(unit()))
    monkeypatch.setenv("CC", f"{fake} -pipe")
    keys.append(build.key_of(unit()))
    assert all(isinstance(key, str) for key in keys)
    assert len(set(keys)) == len(keys)


def test_kill_switch_touches_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT", "0")
    assert failed(obtain(unit())).kind == "disabled"
    assert failed(build.assembly(unit())).kind == "disabled"
    assert peek(unit()) == "none"
    assert not cache.exists()
    monkeypatch.delenv("ME_DSL_JIT")
    built(obtain(unit()))
    monkeypatch.setenv("ME_DSL_JIT", "off")
    assert failed(obtain(unit())).kind == "disabled"


@pytest.mark.parametrize(
    ("statements", "effort", "level"), [(1, 0, "-O3"), (800, 0, "-O3"), (801, 0, "-O1"), (2, 801, "-O1")]
)
def test_the_level_falls_with_size(
    statements: int, effort: int, level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    monkeypatch.setenv("CC", str(fake_compiler(tmp_path, f'echo "$@" > {log}; exec cc "$@"')))
    built(obtain(unit(statements=statements, effort=effort)))
    # the wrapper is called once: it has no arguments of its own, so one step does
    assert [word for word in log.read_text().split() if word.startswith("-O")] == [level]


def test_too_large(cache: Path) -> None:
    assert failed(obtain(unit(statements=50_001))).kind == "too-large"
    assert not cache.exists()
    assert failed(obtain(unit(text=lambda: " " * (9 << 20)))).kind == "too-large"
    assert files(cache) == []


def test_five_thousand_statements_build_in_time() -> None:
    lines = [f"v{i} = v{i - 1} * v{i - 2} + {i}.5;" if i % 3 else f"v{i} = v{i - 1} < 1 ? v{i - 2} : v{i - 1};"
             for i in range(2, 5_002)]  # fmt: skip
    text = "\n".join(
        [
            "static inline double body(double v0, double v1) {",
            *(f"const double {line}" for line in lines),
            "return v5001; }",
            '__attribute__((visibility("default"))) void loop(char **args, const long *n, const long *s, void *d) {',
            "const double *x = (double *)args[0], *y = (double *)args[1]; double *z = (double *)args[2];",
            "for (long i = 0; i < n[0]; i++) z[i] = body(x[i], y[i]); }",
        ]
    )
    start = time.monotonic()
    built(obtain(unit(text=lambda: text, statements=5_000)))
    assert time.monotonic() - start < 15  # 0.8 s alone on a slow machine; the rest is for a busy one


def test_a_failure_is_remembered_and_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, now = tmp_path / "log", [1000.0]
    monkeypatch.setattr(negative, "clock", lambda: now[0])
    monkeypatch.setenv("CC", str(fake_compiler(tmp_path, f"echo x >> {log}; echo 'k.c:1: error: no'; exit 1")))

    def runs() -> int:
        failed(obtain(unit()))
        return len(log.read_text().split())

    assert build.negative_state(unit()) is None
    counts = [(runs(), now.__setitem__(0, now[0] + step))[0] for step in (0, 9.9, 0.2, 10, 100, 11, 0)]
    #                     first, within 10 s, within, after 10 s, within 120 s, within, after 120 s
    assert counts == [1, 1, 1, 2, 2, 2, 3]
    state = build.negative_state(unit())
    assert state is not None and (state.attempts, state.age, state.retry_in) == (3, 0.0, 120.0)
    assert state.failure.kind == "compiler-error"
    monkeypatch.delenv("CC")
    assert built(obtain(unit())).origin == "built"  # another compiler is a new chance at once


def test_transient_failures_are_tried_again_sooner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(negative, "clock", lambda: now[0])
    fake = fake_compiler(tmp_path, "echo 'cc1: error: No space left on device'; exit 1")
    monkeypatch.setenv("CC", str(fake))
    waits = []
    for _ in range(3):
        failure = failed(obtain(unit()))
        assert (failure.kind, failure.transient) == ("no-space", True)
        state = build.negative_state(unit())
        assert state is not None
        waits.append(state.retry_in)
        now[0] += state.retry_in
    assert waits == [2.0, 10.0, 10.0]


def test_assembly_is_not_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = build.assembly(unit())
    assert isinstance(text, str) and "answer:" in text and ".globl" in text
    monkeypatch.setenv("IRIS_CC_TARGET", "no-such-cpu")
    assert failed(build.assembly(unit())).kind == "unsupported-flag"
    assert not cache.exists()
    assert files(cache.parent / "tmp") == []


def test_threads_share_one_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    monkeypatch.setenv("CC", str(fake_compiler(tmp_path, f'echo x >> {log}; exec cc "$@"')))
    barrier, results = threading.Barrier(12), []

    def work() -> None:
        barrier.wait()
        result = built(obtain(unit()))
        results.append((result.origin, call(load(result.artifact), 2)))

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [("built", 10)] + [("memory", 10)] * 11
    assert len(log.read_text().split()) == 1


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_forked_while_a_thread_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started = tmp_path / "started"
    monkeypatch.setenv("CC", str(fake_compiler(tmp_path, f'touch {started}; sleep 0.3; exec cc "$@"')))
    thread = threading.Thread(target=lambda: built(obtain(unit())))
    thread.start()
    while not started.exists():
        pass
    assert exit_status(in_child(lambda: answers(4))) == 0
    thread.join()
    assert answers(4)


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_forks_do_not_hold_up_a_build() -> None:
    """A child made while a compiler is being started lives on; the build does not wait for it."""
    built(obtain(unit(19, 0)))
    read, write = os.pipe()

    def sleep() -> bool:
        os.close(write)
        return os.read(read, 1) == b""

    children: list[int] = []
    thread = threading.Thread(target=lambda: [built(obtain(unit(19, shift))) for shift in range(1, 6)])
    start = time.monotonic()
    thread.start()
    while thread.is_alive() and len(children) < 200:
        children.append(in_child(sleep))
    thread.join()
    assert time.monotonic() - start < 20
    os.close(write)
    assert {exit_status(child) for child in children} == {0}
    os.close(read)


def test_forked_after_loading() -> None:
    assert answers(6)
    assert exit_status(in_child(lambda: answers(6) and answers(6, 9, 1))) == 0
