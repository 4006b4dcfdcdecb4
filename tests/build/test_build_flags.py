"""Flags and targets: what is refused, what reaches the linker, and that no kernel changes the process's arithmetic."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from iris_cc import build
from iris_cc.build import cpu, obtain, place
from tests.build.build_helpers import built, failed, fake_compiler, files, unit

_REFUSED = [
    "-o", "-ofile", "-x", "-xc++", "@file", "-fplugin=x.so", "-wrapper", "-specs=x", "-Bx", "-include",
    "-imacros", "-E", "-S", "-c", "--help", "word", "-Wl,-rpath,x", "-Wa,x", "-Wp,-MD,x", "-save-temps", "-MD",
    "-MF", "-dumpbase", "-fdump-tree-all", "-T", "-z", "-Xlinker", "-mdaz-ftz", "-mpc32", "-mllvm",
    "-fprofile-generate", "-fsyntax-only", "-v", "-###", "-", "--", "-fopt-info-vec=file", "-shared-libgcc",
    "--sysroot=x", "-nostdlib", "-f x", "-O9", "-D", "-U", "-fsingle-precision-constant", "-mfpmath=387",
    "-fuse-ld=/x/ld", "-fuse-ld=evil", "-fproc-stat-report=x",
    "-foptimization-record-file=x", "-fstack-usage", "-ftime-trace", "-finput-charset=x",
    "-I/tmp", "-L/tmp", "-lfoo", "-mabi=ms", "-mno-sse", "-fsanitize=address", "-fopenmp", "-fnew-kind", "-mnew-kind",
    "-fcall-used-rbx", "-fcall-saved-rax", "-ffixed-rbx", "-mincoming-stack-boundary=6",
]  # fmt: skip


@pytest.mark.parametrize("flag", _REFUSED)
def test_refused_flags_are_named(flag: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT_CFLAGS", f"-O2 '{flag}'")
    failure = failed(obtain(unit()))
    assert failure.kind == "unsupported-flag"
    assert repr(flag) in failure.message
    assert not cache.exists()


def test_a_broken_quotation_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT_CFLAGS", "-O2 'x")
    assert failed(obtain(unit())).kind == "unsupported-flag"
    monkeypatch.delenv("ME_DSL_JIT_CFLAGS")
    monkeypatch.setenv("CC", "gcc '")
    assert failed(obtain(unit())).kind == "no-compiler"


@pytest.mark.needs_cc
@pytest.mark.parametrize(
    "flags", ["-O1 -g -DX=1", "-fno-tree-vectorize -Wall --param=max-unroll-times=2", "-funroll-loops"]
)
def test_accepted_flags_reach_the_compiler(flags: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    monkeypatch.setenv("CC", str(fake_compiler(tmp_path, f'echo "$@" >> {log}; exec cc "$@"')))
    monkeypatch.setenv("ME_DSL_JIT_CFLAGS", flags)
    built(obtain(unit()))
    compile_line, link_line = log.read_text().splitlines()
    assert set(flags.split()) <= set(compile_line.split())
    assert "-c" in compile_line.split() and not set(flags.split()) & set(link_line.split())


@pytest.mark.needs_cc
def test_default_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    monkeypatch.setenv("CC", str(fake_compiler(tmp_path, f'echo "$@" >> {log}; exec cc "$@"')))
    built(obtain(unit()))
    (line,) = log.read_text().splitlines()
    wanted = {"-O3", "-ffp-contract=off", "-fwrapv", "-fno-math-errno", "-fno-strict-aliasing", "-fvisibility=hidden",
              "-fPIC", "-shared", "-pipe", "-w", "-fno-trapping-math", "-lm"}  # fmt: skip
    assert wanted <= set(line.split())


@pytest.mark.needs_cc
@pytest.mark.parametrize(
    ("fp", "flags", "arguments"),
    [
        ("fast", "", ""),
        ("strict", "-ffast-math", ""),
        ("strict", "-Ofast -funsafe-math-optimizations", ""),
        ("strict", "", " -ffast-math"),
        ("strict", "", " -Ofast"),
    ],
)
def test_subnormals_survive(fp: str, flags: str, arguments: str, cache: Path) -> None:
    """In a process of its own: a library linked with -ffast-math would flush subnormals there for good."""
    script = (
        "from tests.build.build_helpers import *\n"
        "from iris_cc.build import obtain\n"
        f"load(built(obtain(unit(fp={fp!r}))).artifact)\n"
        "tiny = float.fromhex('0x1p-1060')\n"
        "assert tiny * 2.0 == float.fromhex('0x1p-1059') and tiny * 0.5 != 0.0\n"
    )
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": str(Path(build.__file__).parents[2]),
        "IRIS_CC_CACHE_DIR": str(cache),
        "ME_DSL_JIT_CFLAGS": flags,
        "CC": f"cc{arguments}",
    }
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


@pytest.mark.parametrize("name", ["x y", "a;b", "$(x)", "-march", "a/b", "ü"])
def test_a_bad_target_is_refused(name: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IRIS_CC_TARGET", name)
    failure = failed(obtain(unit()))
    assert failure.kind == "unsupported-flag" and "IRIS_CC_TARGET" in failure.message
    assert not cache.exists()


@pytest.mark.needs_cc
def test_a_target_the_compiler_does_not_know(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IRIS_CC_TARGET", "no-such-cpu")
    failure = failed(obtain(unit()))
    assert failure.kind == "unsupported-flag" and failure.bundle is None
    assert files(cache) == []


@pytest.mark.needs_cc
def test_a_level_above_this_cpu_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu, "host_level", lambda: 2)
    monkeypatch.setattr(cpu, "is_x86_64", lambda: True)
    monkeypatch.setenv("IRIS_CC_TARGET", "x86-64-v3")
    failure = failed(obtain(unit()))
    assert failure.kind == "unsupported-flag" and "x86-64-v2" in failure.message
    assert isinstance(build.assembly(unit()), str)  # to read it is no harm
    monkeypatch.delenv("IRIS_CC_TARGET")
    monkeypatch.setenv("ME_DSL_JIT_CFLAGS", "-march=x86-64-v4")
    assert failed(obtain(unit())).kind == "unsupported-flag"


def test_native_means_this_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store shared by two machines must not give one of them the code of the other."""
    for variable, value in (("IRIS_CC_TARGET", "native"), ("ME_DSL_JIT_CFLAGS", "-march=native")):
        keys = []
        for features in ({"sse2", "avx"}, {"sse2"}):
            monkeypatch.setattr(cpu, "host_features", lambda features=features: frozenset(features))
            monkeypatch.setenv(variable, value)
            keys.append(build.key_of(unit()))
        assert keys[0] != keys[1]
        monkeypatch.delenv(variable)


_V2 = "cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3"
_V3 = f"{_V2} abm avx avx2 bmi1 bmi2 f16c fma movbe xsave"
_V4 = f"{_V3} avx512bw avx512cd avx512dq avx512f avx512vl"


@pytest.mark.parametrize(
    ("features", "level"),
    [
        ("", 1),
        (_V2, 2),
        (_V3, 3),
        (_V4, 4),
        (_V3.replace("movbe", ""), 2),
        (_V4.replace("ssse3", ""), 1),
        ("avx512f", 1),
    ],
)
def test_cpu_levels(features: str, level: int, tmp_path: Path) -> None:
    """The levels are those of the x86-64 psABI, in the names Linux gives the features."""
    file = tmp_path / "cpuinfo"
    file.write_text(f"processor\t: 0\nflags\t\t: fpu sse2 {features}\nbugs\t\t:\n\nprocessor\t: 1\nflags\t\t: {_V4}\n")
    assert cpu.level_of(cpu.linux_features(str(file))) == level


def test_no_cpuinfo_is_level_one(tmp_path: Path) -> None:
    assert cpu.level_of(cpu.linux_features(str(tmp_path / "missing"))) == 1


def test_target_text_names_every_part(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = fake_compiler(tmp_path, "")
    monkeypatch.setenv("CC", str(fake))
    text = build.target_text("contract", 1, headers="f00d")
    assert isinstance(text, str)
    for part in (str(fake), str(fake.stat().st_mtime_ns), "-ffp-contract=fast", "-O3", "f00d", sys.platform):
        assert part in text


def test_user_directory_is_that_of_platformdirs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import platformdirs

    monkeypatch.delenv("IRIS_CC_CACHE_DIR")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert place.base("user") == platformdirs.user_cache_dir("iris_cc")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert place.base("user") == platformdirs.user_cache_dir("iris_cc")


@pytest.mark.needs_cc
def test_version_text() -> None:
    compiler = build.find_compiler()
    assert isinstance(compiler, build.Compiler)
    command = [compiler.program, "--version"]
    assert (
        build.version_text(compiler)
        == subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    )
