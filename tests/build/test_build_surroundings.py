"""What an entry, a kernel or a variable does stays its own: loading without room, hanging, names of CPUs, orders."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

import iris_cc
from iris_cc import build
from iris_cc.build import ask, cpu, obtain
from iris_cc.runtime.loader import LoadError, load
from tests.build.build_helpers import answers, built, call, exit_status, failed, fake_compiler, files, in_child, unit

pytestmark = pytest.mark.needs_cc


def test_a_process_without_room_leaves_the_entry_alone(cache: Path) -> None:
    wanted = unit(7, 300)
    artifact = built(obtain(wanted)).artifact
    import _cffi_backend  # noqa: F401

    def starved() -> bool:
        with open("/proc/self/statm", encoding="ascii") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used, used))
        try:
            load(artifact)
        except LoadError as error:
            return error.wanting
        return False

    assert exit_status(in_child(starved)) == 0
    assert not [name for name in files(cache) if "quarantine" in name]
    build.forget()
    again = obtain(wanted)
    assert built(again).origin == "disk"
    assert call(load(built(again).artifact), 2) == 14 + 300


def test_what_is_at_fault_is_still_taken_out_of_use(cache: Path) -> None:
    broken = unit(11, 301, text=lambda: "extern int nowhere(void);\nint other(void) { return nowhere(); }")
    with pytest.warns(build.CacheWarning), pytest.raises(LoadError) as raised:
        load(built(obtain(broken)).artifact)
    assert not raised.value.wanting
    assert [name for name in files(cache) if "quarantine" in name]


def test_one_kernel_that_takes_too_long_is_its_own_affair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = 'if grep -q slow_kernel k.c; then sleep 100; fi; exec cc "$@"'
    monkeypatch.setenv("CC", str(fake_compiler(tmp_path, body)))
    monkeypatch.setenv("IRIS_CC_TIMEOUT", "3")
    assert failed(obtain(unit(5, 302, text=lambda: "int slow_kernel;"))).kind == "timeout"
    assert answers(2, 5, 303)


def test_a_compiler_that_never_answers_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", str(fake_compiler(tmp_path, "sleep 100")))
    monkeypatch.setenv("IRIS_CC_TIMEOUT", "0.3")
    assert failed(obtain(unit(5, 304))).kind == "timeout"
    assert "does not answer" in failed(obtain(unit(5, 305))).message


def test_a_reason_is_as_long_as_a_person_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "python3 -c \"print(('error ' + 'x' * 999 + chr(10)) * 10000)\"; python3 -c \"print('y' * 10**6)\"; exit 1"
    monkeypatch.setenv("CC", str(fake_compiler(tmp_path, script)))
    kernel = iris_cc.kernel("def f(x):\n    return x * 306.0", fallback="silent")
    assert kernel(2.0) == 612.0
    reason = str(kernel.explain(2.0).reason)
    assert len(reason) < 4_000 and "lines more" in reason and "bundles" in reason


@pytest.mark.parametrize("place", ["IRIS_CC_CACHE_DIR", "CC"])
def test_a_working_directory_that_is_gone(place: str, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = (
        "import os, sys, warnings; os.rmdir(os.getcwd()); import iris_cc; warnings.simplefilter('ignore')\n"
        "k = iris_cc.kernel('def f(x):\\n    return x + 307.0')\n"
        "assert k(1.0) == 308.0, k(1.0); print(k.explain(1.0).route)\n"
    )
    environment = {**os.environ, "IRIS_CC_CACHE_DIR": str(tmp_path / "cache"), place: "./relative"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=gone, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ("interpreted" if place == "CC" else "compiled")


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("IRIS_CC_TARGET", "haswell"),
        ("ME_DSL_JIT_CFLAGS", "-march=haswell"),
        ("ME_DSL_JIT_CFLAGS", "-mavx2 -mfma"),
        ("CC", "{} -mbmi2"),
    ],
)
def test_a_cpu_by_its_name(compiler: str, variable: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """This CPU is taken for one of the first level."""
    if not cpu.is_x86_64():
        return
    ask._features.cache_clear()
    monkeypatch.setenv("CC", compiler)
    monkeypatch.setattr(cpu, "host_features", lambda: frozenset({"sse", "sse2"}))
    monkeypatch.setenv(variable, text.format(compiler))
    failure = failed(obtain(unit(3, 308)))
    assert failure.kind == "unsupported-flag" and "SIGILL" in failure.message
    assert isinstance(build.assembly(unit(3, 308)), str)
    monkeypatch.setenv("CC", compiler)
    monkeypatch.delenv("IRIS_CC_TARGET", raising=False)
    monkeypatch.setenv("ME_DSL_JIT_CFLAGS", "-mtune=haswell -march=x86-64")
    assert answers(3, 2, 309)


_NOT_IN_CC = [
    "@file", "-specs=f", "-B/tmp", "-fplugin=x.so", "-include", "-ofile", "-save-temps", "-Xclang", "--config=f",
    "-wrapper", "-I/tmp", "-L/tmp", "-lfoo", "-isystem", "--sysroot=/x", "-idirafter", "-fprofile-use=x", "cc", "x.c",
    "-", "--", "-target", "-arch", "--target=../x", "-march=/x", "-Wl,-x", "-resource-dir=x", "--gcc-toolchain=/x",
    "-gsplit-dwarf", "-fthinlto-index=x", "-fnew-kind-of-flag", "-mnew-kind-of-flag", "-W", "-m32", "-ftrapv",
]  # fmt: skip


@pytest.mark.parametrize("argument", _NOT_IN_CC)
def test_arguments_of_cc_that_no_key_knows(argument: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for command in ("gcc", "clang -O2"):
        monkeypatch.setenv("CC", f"{command} {argument}")
        failure = failed(obtain(unit(3, 310)))
        assert failure.kind == "unsupported-flag" and repr(argument) in failure.message


@pytest.mark.parametrize(
    ("command", "said"),
    [("ccache", "names no compiler"), ("ccache sccache", "names no compiler"), ("/usr/bin/zig cc", "zig cc")],
)
def test_what_is_no_compiler(command: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", command)
    failure = failed(obtain(unit(3, 311)))
    assert failure.kind == "no-compiler" and said in failure.message


_ACCEPTED = (
    *(
        "-O2 -g -pipe -pthread -m64 -std=gnu11 -Wall -Wno-error=format",
        "-march=x86-64 -mtune=generic -fno-plt -DNDEBUG",
    ),
    *("-fno-omit-frame-pointer -fstack-protector-strong -fno-semantic-interposition", "-fwrapv -fno-strict-aliasing"),
    *(
        "-ffunction-sections -fdata-sections -funroll-loops",
        "-fno-tree-vectorize -mno-avx512f -mprefer-vector-width=256",
    ),
)


@pytest.mark.needs_cc
@pytest.mark.parametrize("words", _ACCEPTED)
def test_what_distributions_put_into_cc(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", f"gcc {words}")
    assert answers(3, 2, 312)
    monkeypatch.delenv("CC")
    monkeypatch.setenv("ME_DSL_JIT_CFLAGS", words)
    assert answers(3, 2, 313)


@pytest.mark.needs_cc
@pytest.mark.parametrize("words", ["--target=x86_64-linux-gnu", "-target x86_64-linux-gnu"])
def test_a_target_of_clang(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if not cpu.is_x86_64():
        return
    monkeypatch.setenv("CC", f"clang {words}")
    assert answers(3, 2, 314)


def test_no_variable_gives_the_compiler_orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    monkeypatch.setenv("CC", str(fake_compiler(tmp_path, f'env > {log}; exec cc "$@"')))
    for name in ("CCC_OVERRIDE_OPTIONS", "COMPILER_PATH", "GCC_EXEC_PREFIX", "CPATH", "DEPENDENCIES_OUTPUT"):
        monkeypatch.setenv(name, "+-ffast-math")
    before = build.key_of(unit(3, 311))
    assert answers(2, 3, 311)
    names = {line.partition("=")[0] for line in log.read_text().splitlines()}
    assert "PATH" in names and not names & {"CCC_OVERRIDE_OPTIONS", "COMPILER_PATH", "GCC_EXEC_PREFIX", "CPATH"}
    monkeypatch.setenv("LIBRARY_PATH", "/somewhere")
    assert build.key_of(unit(3, 311)) != before


def test_an_object_takes_few_mappings() -> None:
    def count() -> int:
        with open("/proc/self/maps", encoding="ascii") as file:
            return sum(1 for _ in file)

    artifacts = [built(obtain(unit(9, shift))).artifact for shift in range(320, 340)]
    before = count()
    for artifact in artifacts:
        load(artifact)
    assert count() - before <= 3 * len(artifacts)
