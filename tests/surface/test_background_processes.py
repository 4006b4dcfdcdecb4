"""`compile="background"` in processes of their own: how they begin, what they wait for, and how they end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.surface.fakes import Gate

pytestmark = pytest.mark.needs_cc

_HEAD = """
import atexit, os, sys
import numpy as np
import iris_cc
assert "iris_cc.background" not in sys.modules, "only who asks for it pays for it"
X = np.linspace(-3.0, 40.0, 300)

def make(text, **options):
    return iris_cc.kernel(text, compile="background", **options)

def builds():
    from iris_cc import background
    thread = background._state.thread
    if thread is not None:
        thread.join()

def turn():
    print("your turn", flush=True)
    sys.stdin.readline()

add = make("def add(x, y):\\n    return x + y\\n")
"""


class Process:
    """A script and this test, one after the other: the script says `turn()`, the test `go()`."""

    def __init__(self, script: str) -> None:
        pipe = subprocess.PIPE
        forking = "ignore:This process:DeprecationWarning"  # said of every fork beside a thread
        command = [sys.executable, "-W", "error", "-W", forking, "-c", _HEAD + script]
        self.popen = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)

    def listen(self) -> None:
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        assert line == "your turn\n", (line, self.popen.communicate()[1])

    def go(self) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.write("\n")
        self.popen.stdin.flush()

    def end(self) -> tuple[int, str]:
        """Its status and what it said on stderr."""
        _, said = self.popen.communicate("\n", timeout=30)
        return self.popen.returncode, said


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IRIS_CC_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    return tmp_path / "cache"


@pytest.fixture
def gate(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate(tmp_path)
    monkeypatch.setenv("CC", gate.compiler)
    yield gate
    gate.remove()
    gate.close()


ENDINGS = {
    "falls off the end": ("", 0, ""),
    "exits": ("sys.exit(3)", 3, ""),
    "fails": ("raise KeyError('the user')", 1, "KeyError: 'the user'"),
    "calls at its very end": ("atexit.register(late)", 0, ""),
    "called something at its end before": ("", 0, ""),
    "forks": ("if os.fork() == 0: add(X, X); sys.exit()\nassert os.wait()[1] == 0", 0, ""),
}
_LATE = """
def late():
    assert add(X, 2.0)[0] == -1.0 and add(X, 1)[0] == -2.0
    assert make("def late(x):\\n    return x * 3\\n")(X)[0] == -9.0
"""


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_process_that_ends_in_the_middle_of_a_build(ending: str, gate: Gate, cache: Path) -> None:
    last, status, said = ENDINGS[ending]
    before = "atexit.register(late)\n" if ending.startswith("called") else ""
    process = Process(f"{_LATE}{before}add(X, X); add(X, 2)\nturn()\n{last}\n")
    process.listen()
    compiler = gate.wait()
    if before or "atexit" in last:
        gate.remove()  # those calls may compile
    code, text = process.end()
    assert code == status and text.strip().endswith(said) and bool(text) == bool(said), text
    with pytest.raises(ProcessLookupError):
        os.kill(compiler, 0)
    files = [path.name for path in cache.rglob("*") if path.is_file() and compiler and "staging" in str(path)]
    assert files == [] and not list((cache / "v1" / "staging").iterdir())
    assert not list((cache.parent / "tmp").iterdir())
    assert before or "atexit" in last or not list(cache.rglob("*.so"))


def test_a_process_that_is_killed_leaves_no_half_entry(gate: Gate, cache: Path) -> None:
    process = Process("add(X, X)\nturn()\nos._exit(0)")
    process.listen()
    gate.wait()
    assert process.end() == (0, "")
    assert not list(cache.rglob("*.so"))
    gate.remove()
    assert Process("add(X, X); builds(); assert add.explain(X, X).cache == 'memory'").end() == (0, "")
    assert len(list(cache.rglob("*.so"))) == 1 and not list((cache / "v1" / "staging").iterdir())


def test_no_call_waits_for_the_dispatcher_to_be_built(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(tmp_path, "iris_vectorcall")
    monkeypatch.setenv("CC", gate.compiler)
    process = Process("""
from iris_cc.calls import native
other = make("def other(x):\\n    return x * 2\\n")
for _ in range(4):
    assert add(X, X)[0] == -6 and add(X, 2.0)[0] == -1 and other(X)[0] == -6
assert add.compile("f8", "f8").route == "compiled"
for _ in range(4):
    assert add(X, X)[0] == -6
assert not add._dispatcher.followers and not other._dispatcher.followers
turn()
builds()
for _ in range(4):
    assert add(X, X)[0] == -6 and add(X, 2.0)[0] == -1 and other(X)[0] == -6
assert {each.explain(X, *more).route for each, more in ((add, (X,)), (add, (2.0,)), (other, ()))} == {"compiled"}
assert bool(add._dispatcher.followers) == bool(other._dispatcher.followers) == native.available()
""")
    process.listen()
    gate.open()
    assert process.end() == (0, "")


def test_no_call_waits_for_the_pool_to_be_built(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(tmp_path, "pthread_create")
    monkeypatch.setenv("CC", gate.compiler)
    process = Process("""
from iris_cc import threads
iris_cc.set_num_threads(4)
long = make("def long(x):\\n    for k in range(50):\\n        x = x * 0.5 + 1\\n    return x\\n")
rows = np.linspace(0, 1, 400_000)
assert long.compile("f8").route == "compiled"
wanted = long(rows[:100])
for _ in range(4):
    assert (long(rows)[:100] == wanted).all()
assert threads._state.pool is None
turn()
builds()
assert (long(rows)[:100] == wanted).all()
assert threads._state.pool is not None
""")
    process.listen()
    gate.open()
    assert process.end() == (0, "")


def test_no_call_waits_for_what_walks_large_arrays(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(tmp_path, "iris_know_numpy")
    monkeypatch.setenv("CC", gate.compiler)
    process = Process("""
from iris_cc import threads
iris_cc.set_num_threads(4)
wide = make("def wide(x, y):\\n    return x - y\\n")
x, y = np.ones((400, 300)), np.ones(300)
assert wide.compile("f8", "f8").route == "compiled"
while threads._state.pool is None:
    for _ in range(3):
        assert not wide(x, y).any()
    if threads._state.pool is None:
        builds()
assert not wide(x, y).any() and threads._state.spread is None
turn()
builds()
for _ in range(2):
    assert not wide(x, y).any()
assert threads._state.spread is not None
""")
    process.listen()
    gate.open()
    assert process.end() == (0, "")


def test_commands_compile_before_they_run(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "kernels.py").write_text(
        "import iris_cc\n\n@iris_cc.kernel(compile='background', fallback='error')\ndef add(x, y):\n    return x + y\n"
    )
    command = [sys.executable, "-m", "iris_cc", "run", str(tmp_path / "kernels.py:add"), "1.5", "2", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert '"compiled"' in done.stdout and "3.5" in done.stdout
