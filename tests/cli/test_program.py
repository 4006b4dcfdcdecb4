"""The program as a process, `doctor`, `cache`, and the ends every command shares."""

from __future__ import annotations

import functools
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import iris_cc
from iris_cc import build, threads
from iris_cc.cli import command, doctor, dump
from iris_cc.runtime.processors import affinity, cgroup_quota
from tests.cli.conftest import Program

ROOT = Path(__file__).resolve().parents[2]


def process(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        [sys.executable, "-m", "iris_cc", *words], capture_output=True, text=True, env=env, check=False
    )


# -- the program -------------------------------------------------------------------------------------------------------


def test_help_and_version(cli: Program) -> None:
    for name in command._COMMANDS:
        done = cli(name, "--help")
        assert done.status == 0 and name in done.out
    assert cli("--version").out.strip() == f"iris-cc {iris_cc.__version__}"


@pytest.mark.parametrize("words", [(), ("nothing",), ("dump",), ("cache",), ("cache", "shrink"), ("run", "--what")])
def test_wrong_arguments_are_usage(cli: Program, words: tuple[str, ...]) -> None:
    done = cli(*words)
    assert (done.status, done.out) == (2, "") and "usage: iris-cc" in done.err
    assert cli(*words, "--json").data["error"]["kind"] == "usage"


def test_python_dash_m() -> None:
    done = process("dump", "kernels.py:add", "--types", "f8,f8", "--stage", "ir")
    assert done.returncode == 0 and done.stdout.startswith("func @add(")
    assert "this module talks" in done.stderr and "this module talks" not in done.stdout


def test_a_closed_pipe_is_quiet() -> None:
    words = [sys.executable, "-m", "iris_cc", "dump", "kernels.py:escape"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, text=True)
    assert running.stdout is not None and running.stderr is not None
    running.stdout.close()
    err = running.stderr.read()
    running.stderr.close()
    assert running.wait() == 141
    assert "Error" not in err and "Traceback" not in err


def test_ctrl_c(folder: Path) -> None:
    (folder / "slow.py").write_text("import time\nopen('started', 'w').close()\ntime.sleep(60)\n")
    words = [sys.executable, "-m", "iris_cc", "dump", "slow.py:f"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    # whoever runs the tests in the background has told them to ignore the signal
    listens = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    running = subprocess.Popen(words, stderr=subprocess.PIPE, env=env, text=True, preexec_fn=listens)  # noqa: PLW1509
    deadline = time.monotonic() + 30
    while not (folder / "started").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=30)
    assert running.returncode == 130 and "Traceback" not in err


def test_no_traceback_without_being_asked(cli: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise LookupError("a bug")

    monkeypatch.setattr(dump, "run", broken)
    done = cli("dump", "kernels.py:add")
    assert done.status == 3 and "internal error: LookupError: a bug" in done.err and "Traceback" not in done.err
    monkeypatch.setenv("IRIS_CC_DEBUG", "1")
    with pytest.raises(LookupError):
        cli("dump", "kernels.py:add")


# -- doctor ------------------------------------------------------------------------------------------------------------


@pytest.mark.needs_cc
def test_a_healthy_machine(cli: Program) -> None:
    done = cli("doctor", "--json")
    assert done.status == 0 and done.data["ok"] is True
    checks = {each["name"]: each for each in done.data["checks"]}
    assert checks["test kernel"]["status"] == "ok" and "-ffp-contract=off" in checks["flags"]["text"]
    assert all(each["status"] != "fail" for each in checks.values())
    assert "kernels are compiled here" in cli("doctor").out


def threads_line(cli: Program) -> tuple[str, list[str]]:
    check = next(each for each in cli("doctor", "--json").data["checks"] if each["name"] == "threads")
    return check["status"], check["text"].splitlines()


@pytest.mark.needs_cc
def test_what_doctor_says_about_threads(cli: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    processors = (
        f"processors of this process: {affinity()} by affinity, {cgroup_quota() or 'no limit'} by control groups"
    )
    said = {
        "3": "IRIS_CC_NUM_THREADS says 3",
        " 2 ": "IRIS_CC_NUM_THREADS says 2",
        "5000": "IRIS_CC_NUM_THREADS says 5000: 1024 is the most",
        "many": "IRIS_CC_NUM_THREADS says 'many', which is no number of threads: it is ignored",
        "": "IRIS_CC_NUM_THREADS is not set",
    }
    with monkeypatch.context() as patch:
        patch.setattr(doctor, "_pool", lambda: ("ok", "not tried"))
        for text, words in said.items():
            patch.setenv("IRIS_CC_NUM_THREADS", text)
            status, lines = threads_line(cli)
            assert status == "ok" and lines[1:3] == [processors, words]
    threads.set_num_threads(None)  # what this process has set would come first
    monkeypatch.setenv("IRIS_CC_NUM_THREADS", "3")
    status, lines = threads_line(cli)
    assert lines[0] == "a call uses at most 3" and re.fullmatch(r"the pool works, with \d+ workers", lines[3])
    monkeypatch.setenv("IRIS_CC_NUM_THREADS", "1")
    assert threads_line(cli)[1][::3] == ["a call uses at most 1", "the pool is not needed"]
    monkeypatch.setenv("ME_DSL_JIT", "0")
    assert threads_line(cli)[0] == "note"


@pytest.mark.needs_cc
@pytest.mark.parametrize(
    ("means", "words"),
    [
        ((None, False), "the pool could not be built: each call stays on its thread"),
        ((2, False), "the pool works, with 2 workers, but not for short rows of large arrays"),
        ((0, True), "the pool works, with 0 workers"),
    ],
)
def test_a_pool_that_is_not_whole(
    cli: Program, monkeypatch: pytest.MonkeyPatch, means: tuple[int | None, bool], words: str
) -> None:
    threads.set_num_threads(None)
    monkeypatch.setenv("IRIS_CC_NUM_THREADS", "3")
    monkeypatch.setattr(threads, "means", lambda: means)
    status, lines = threads_line(cli)
    assert (status, lines[3]) == ("note", words)


def test_no_compiler(cli: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    done = cli("doctor")
    assert done.status == 3 and "no-such-compiler" in done.out and "interpreter" in done.out


@pytest.mark.needs_cc
def test_a_compiler_that_fails(cli: Program, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = folder / "badcc"
    script.write_text("#!/bin/sh\necho 'everything is wrong' >&2\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setenv("CC", str(script))
    done = cli("doctor", "--json")
    assert done.status == 3
    assert {each["name"]: each["status"] for each in done.data["checks"]}["test kernel"] == "fail"


def test_the_kill_switch_is_no_failure(monkeypatch: pytest.MonkeyPatch, cli: Program) -> None:
    monkeypatch.setenv("ME_DSL_JIT", "0")
    checks = {each["name"]: each["status"] for each in cli("doctor", "--json").data["checks"]}
    assert checks["kill switch"] == "note" and checks["test kernel"] == "note"


def test_doctor_leaves_the_cache_alone(cli: Program, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IRIS_CC_CACHE_DIR", str(folder / "cache"))
    cli("doctor")
    assert not (folder / "cache").exists()
    assert os.environ["IRIS_CC_CACHE_DIR"] == str(folder / "cache")


# -- cache -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IRIS_CC_CACHE_DIR", str(folder / "cache"))
    monkeypatch.setenv("TMPDIR", str(folder))
    build.forget()
    return folder / "cache"


def test_an_empty_cache(cli: Program, own_cache: Path) -> None:
    assert cli("cache", "path").out.strip() == str(own_cache)
    listed = cli("cache", "ls")
    assert (listed.status, listed.out) == (0, "") and "empty" in listed.err
    assert cli("cache", "ls", "--json").data == {"entries": [], "bytes": 0}
    assert cli("cache", "--json", "verify").data == {"entries": []}
    assert cli("cache", "gc").status == cli("cache", "clear").status == 0


@pytest.mark.needs_cc
def test_a_cache_with_a_kernel(cli: Program, own_cache: Path) -> None:
    x = cli.save("x.npy", [1.0, 2.0])
    assert process("run", "kernels.py:add", str(x), "1.0", "-o", "y.npy").returncode == 0
    (entry,) = cli("cache", "ls", "--json").data["entries"]
    assert entry["label"] == "add" and entry["signature"].startswith("f8,float->f8")
    assert "add(f8,float->f8)" in cli("cache", "ls").out
    assert cli("cache", "verify").status == 0
    Path(entry["path"]).write_bytes(Path(entry["path"]).read_bytes()[:-9])
    assert cli("cache", "verify").status == 3 and "bad" in cli("cache", "verify").out
    assert json.loads(process("cache", "gc", "--limit-mib", "0", "--json").stdout)["removed"] == 1
    assert cli("cache", "gc", "--limit-mib", "-1").status == 2
    assert cli("cache", "clear").status == 0
    assert cli("cache", "ls", "--json").data["entries"] == []


def test_where_nothing_can_be_kept(cli: Program, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = folder / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.setenv("IRIS_CC_CACHE_DIR", str(shared))
    done = cli("cache", "path", "--json")
    assert done.data["kind"] != "user" and "others can write it" in done.data["reason"]
