"""Compilers that misbehave: each gives a failure that says so, in time, and leaves nothing behind."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from iris_cc import build
from iris_cc.build import BuildFailure, binary, obtain, process
from tests.build.build_helpers import OUTPUT, answers, directories, failed, fake_compiler, files, unit

Fail = Callable[[str], BuildFailure]

pytestmark = pytest.mark.needs_cc


@pytest.fixture
def fail(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Fail:
    """Obtain with a compiler made of this shell text; the failure.  Nothing but bundles may be left."""

    def run(body: str) -> BuildFailure:
        monkeypatch.setenv("CC", str(fake_compiler(tmp_path, OUTPUT + body)))
        failure = failed(obtain(unit()))
        assert [name for name in files(cache) if not name.startswith("bundles/")] == []
        assert directories(cache, "staging") == []
        assert files(tmp_path / "tmp") == []
        return failure

    return run


def _gone(pid: int, seconds: float = 5.0) -> bool:
    """Whether the process ends (or is a zombie nobody reaped yet) within this time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False


def test_an_error_keeps_a_bundle(fail: Fail, cache: Path) -> None:
    failure = fail("echo 'k.c:3:1: error: expected nothing' >&2; exit 1")
    assert (failure.kind, failure.transient) == ("compiler-error", False)
    assert "expected nothing" in failure.message and "expected nothing" in failure.stderr
    key = build.key_of(unit())
    assert isinstance(key, str) and failure.bundle == cache / "bundles" / key[:16]
    assert (failure.bundle / "k.c").read_text() == unit().text()
    assert "expected nothing" in (failure.bundle / "stderr.txt").read_text()
    versions = (failure.bundle / "versions.txt").read_text()
    assert sys.version in versions and "fake 1.0" in versions and key in versions
    command = (failure.bundle / "command.sh").read_text()
    assert "fakecc" in command and " k.c " in command


def test_the_bundle_reproduces_the_error() -> None:
    failure = failed(obtain(unit(text=lambda: "int f(void) { return nonsense; }\n")))
    assert failure.kind == "compiler-error" and failure.bundle is not None
    again = subprocess.run(["sh", "command.sh"], cwd=failure.bundle, capture_output=True, text=True, check=False)
    assert again.returncode != 0 and "nonsense" in again.stderr
    assert "nonsense" in failure.message


def test_twenty_bundles_are_kept(cache: Path) -> None:
    last = [failed(obtain(unit(text=lambda: "#error no\n", identity=f"{n:064x}"))) for n in range(25)][-1]
    kept = list((cache / "bundles").iterdir())
    assert len(kept) == 20 and last.bundle in kept


@pytest.mark.parametrize("body", ["sleep 100", "trap '' TERM INT HUP; while :; do sleep 1; done", "kill -STOP $$"])
def test_a_compiler_that_hangs(body: str, fail: Fail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IRIS_CC_TIMEOUT", "0.3")
    start = time.monotonic()
    failure = fail(body)
    assert (failure.kind, failure.transient, failure.bundle) == ("timeout", True, None)
    assert 0.3 <= time.monotonic() - start < 5
    assert "0.3 s" in failure.message and "IRIS_CC_TIMEOUT" in failure.message


def test_children_of_a_hanging_compiler_are_killed(fail: Fail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IRIS_CC_TIMEOUT", "0.5")
    number = tmp_path / "pid"
    assert fail(f"(trap '' TERM; sleep 100 & echo $! > {number}; wait) & wait").kind == "timeout"
    assert _gone(int(number.read_text()))


def test_a_child_that_outlives_the_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds the pipe open; the build neither waits for it nor lets it live."""
    number = tmp_path / "pid"
    monkeypatch.setenv("CC", str(fake_compiler(tmp_path, f'sleep 100 & echo $! > {number}; exec cc "$@"')))
    start = time.monotonic()
    assert answers(8, 2, 200)
    assert time.monotonic() - start < 10
    assert _gone(int(number.read_text()))


def test_a_hundred_megabytes_of_output(fail: Fail) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    failure = fail("head -c 100000000 /dev/zero | tr '\\0' 'x' >&2; exit 1")
    assert failure.kind == "compiler-error"
    assert len(failure.stderr) < 2 * process.OUTPUT_LIMIT and "more bytes were dropped" in failure.stderr
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB


def test_endless_output_after_the_compiler_ended(fail: Fail) -> None:
    start = time.monotonic()
    assert fail("yes & exit 1").kind == "compiler-error"
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("exit 0", "left no k.so"),
        (': > "$out"', "empty"),
        ('echo garbage > "$out"', "not an ELF"),
        ('printf "\\177ELF" > "$out"', "cut short"),
        ('mkdir "$out"', "not a regular file"),
        ('mkfifo "$out"', "not a regular file"),
        ('ln -s /bin/sh "$out"', "left no k.so"),
        ('cp /bin/sh "$out"; truncate -s 70M "$out"', "bytes"),
        ('cc "$@" && truncate -s -100 "$out"', "past the end"),
        ('cc "$@" && truncate -s 4096 "$out"', "past the end"),
        ('cc -c k.c -o "$out"', "not a shared object"),
    ],
)
def test_success_without_a_usable_file(body: str, said: str, fail: Fail, cache: Path) -> None:
    failure = fail(body)
    assert (failure.kind, failure.transient) == ("bad-output", False)
    assert said in failure.message
    assert failure.bundle is not None and failure.bundle.parent == cache / "bundles"


def test_every_truncation_of_a_shared_object_is_seen(tmp_path: Path) -> None:
    source, made = tmp_path / "k.c", tmp_path / "k.so"
    source.write_text(unit().text())
    subprocess.run(["cc", "-shared", "-fPIC", source, "-o", made], check=True)
    data = made.read_bytes()
    assert binary.defect(data) is None
    assert binary.defect(data + b"more") is None
    assert all(binary.defect(data[:length]) is not None for length in range(len(data)))


def test_an_object_for_another_machine(tmp_path: Path) -> None:
    source, made = tmp_path / "k.c", tmp_path / "k.so"
    source.write_text(unit().text())
    subprocess.run(["cc", "-shared", "-fPIC", source, "-o", made], check=True)
    data = bytearray(made.read_bytes())
    data[18] ^= 0x55
    assert "machine" in (binary.defect(bytes(data)) or "")
    data[18] ^= 0x55
    data[4] ^= 3
    assert "class" in (binary.defect(bytes(data)) or "")


@pytest.mark.parametrize(
    ("body", "kind", "transient"),
    [
        ("kill -9 $$", "io", True),
        ("kill -SEGV $$", "io", True),
        ("echo 'gcc: fatal error: Killed signal terminated program cc1'; exit 1", "io", True),
        ("echo 'cc1: out of memory allocating 65536 bytes'; exit 1", "io", True),
        ("echo 'fatal error: error writing to x: No space left on device'; exit 1", "no-space", True),
        ("echo \"cc: error: unrecognized command-line option '-march=foo'\"; exit 1", "unsupported-flag", False),
        ("echo 'clang: error: unknown argument: -fno-such'; exit 1", "unsupported-flag", False),
        ("exit 77", "compiler-error", False),
    ],
)
def test_classes_of_failure(body: str, kind: str, transient: bool, fail: Fail) -> None:
    failure = fail(body)
    assert (failure.kind, failure.transient) == (kind, transient)


def test_no_compiler(cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for value in ("/no/such/cc", "no-such-cc-anywhere -m64", str(tmp_path)):
        monkeypatch.setenv("CC", value)
        failure = failed(obtain(unit()))
        assert failure.kind == "no-compiler" and value in failure.message
    monkeypatch.delenv("CC")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert failed(obtain(unit())).kind == "no-compiler"
    assert not cache.exists()


def test_a_file_that_is_not_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "cc"
    program.write_bytes(b"\x00\x01")
    program.chmod(0o755)
    monkeypatch.setenv("CC", str(program))
    assert failed(obtain(unit())).kind == "no-compiler"


def test_the_working_directory_is_not_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_compiler(tmp_path, "exit 1", name="cc")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".:{os.environ['PATH']}")
    assert answers(1, 6, 201)


def test_what_the_compiler_is_given(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    body = (
        f'{{ pwd; echo "$TMPDIR"; echo "$LC_ALL"; readlink /proc/self/fd/0; stat -c %a .; ps -o sid= -p $$; }} > {log}'
    )
    monkeypatch.setenv("CC", str(fake_compiler(tmp_path, f'{body}; exec cc "$@"')))
    monkeypatch.setenv("DEPENDENCIES_OUTPUT", str(tmp_path / "deps"))
    assert answers(1, 6, 202)
    where, temporary, locale, stdin, mode, session = log.read_text().split()
    assert where == temporary and Path(where).parent == cache / "v1" / "staging"
    assert (locale, stdin, mode) == ("C", "/dev/null", "700")
    assert int(session) != os.getsid(0)
    assert not (tmp_path / "deps").exists()


def test_ccache_like_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    wrapper = fake_compiler(tmp_path, f'echo x >> {log}; exec "$@"', name="ccache")
    monkeypatch.setenv("CC", f"{wrapper} cc -pipe")
    assert answers(2, 6, 203)
    assert log.read_text()
    monkeypatch.setenv("CC", f"{wrapper} no-such-cc")
    assert failed(obtain(unit())).kind == "no-compiler"


def test_the_upgrade_of_a_wrapped_compiler_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_compiler(tmp_path, "exit 1", name="ccache")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("CC", "ccache inner -O2")
    keys = []
    for body in ("exit 1", "exit 22"):
        fake_compiler(tmp_path, body, name="inner")
        keys.append(build.key_of(unit()))
    assert keys[0] != keys[1]


def test_interrupted_by_the_user(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = tmp_path / "pid"
    monkeypatch.setenv(
        "CC", str(fake_compiler(tmp_path, f"echo $$ > {number}; kill -INT {os.getpid()}; exec sleep 100"))
    )
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            obtain(unit())
    finally:
        signal.signal(signal.SIGINT, before)
    assert _gone(int(number.read_text()))
    assert files(cache) == [] and directories(cache, "staging") == []
    monkeypatch.delenv("CC")
    assert answers(2, 6, 204)


def test_a_thread_that_nobody_waits_for(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the end of a process: the compiler of such a thread is ended, and each that it would start; no other's is."""
    number, stands = tmp_path / "pid", tmp_path / "stands"
    os.mkfifo(stands)
    compiler = fake_compiler(tmp_path, f"echo $$ > {number}; cat {stands}; exec sleep 100")
    monkeypatch.setenv("CC", str(compiler))
    monkeypatch.setattr(process, "_ended", set())
    results: list[object] = []
    go = threading.Event()

    def work() -> None:
        results.append(obtain(unit()))
        go.wait(30)
        results.append(obtain(unit(shift=5)))

    thread = threading.Thread(target=work)
    thread.start()
    os.close(os.open(stands, os.O_WRONLY))  # it opens when the compiler stands there
    assert thread.ident is not None and build.abandon(thread.ident)
    assert _gone(int(number.read_text()))
    go.set()
    thread.join(30)
    assert [failed(each).kind for each in results] == ["io", "io"]
    assert not build.abandon(thread.ident)
    assert files(cache) == [] and directories(cache, "staging") == []
    monkeypatch.delenv("CC")
    assert answers(2, 6, 206)


def test_without_exit_handles(fail: Fail, monkeypatch: pytest.MonkeyPatch) -> None:
    """Systems that cannot poll for the end of a process."""
    monkeypatch.setattr(process, "_exit_handle", lambda pid: None)
    assert fail("yes & exit 1").kind == "compiler-error"
    monkeypatch.setenv("IRIS_CC_TIMEOUT", "0.3")
    assert fail("sleep 100").kind == "timeout"
    monkeypatch.delenv("IRIS_CC_TIMEOUT")
    monkeypatch.delenv("CC")
    assert answers(2, 6, 205)
