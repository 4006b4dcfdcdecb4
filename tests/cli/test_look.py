"""`dump`, `explain` and what finds a kernel: files, modules, DSL text, names, types."""

from __future__ import annotations

from pathlib import Path

import pytest

from iris_cc.codes import TABLE
from iris_cc.ir.parser import parse
from iris_cc.ir.verify import verify
from tests.cli.conftest import Program


@pytest.mark.parametrize("target", ["kernels.py:add", "./kernels.py:add", "kernels:add", "kernels.py:Group.product"])
def test_a_kernel_is_found(cli: Program, target: str) -> None:
    done = cli("dump", target, "--types", "f8,f8", "--stage", "ir")
    assert done.status == 0
    assert done.out.startswith("func @") and "-> f64 {" in done.out
    assert "this module talks" not in done.out


def test_stages_differ(cli: Program) -> None:
    texts = {
        stage: cli("dump", "kernels.py:escape", "--types", "f8,f8", "--stage", stage).out
        for stage in ("source", "ir", "c")
    }
    assert "def escape(cr, ci, limit=50):" in texts["source"]
    assert texts["ir"].startswith("func @escape(%0: f64, %1: f64, %2: i64) -> i64 {")
    assert "iris_loop" in texts["c"] and "#include" not in texts["c"]


@pytest.mark.needs_cc
def test_assembly(cli: Program) -> None:
    done = cli("dump", "kernels.py:escape", "--stage", "asm")
    assert done.status == 0 and "iris_loop:" in done.out


def test_assembly_without_a_compiler_is_the_environment(cli: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    done = cli("dump", "kernels.py:escape", "--stage", "asm")
    assert (done.status, done.out) == (3, "")
    assert "E0502" in done.err or "E0501" in done.err


def test_weak_types_are_types_of_their_own(cli: Program) -> None:
    weak = cli("dump", "kernels.py:add", "--types", "f4,float", "--stage", "ir").out
    strong = cli("dump", "kernels.py:add", "--types", "f4,f8", "--stage", "ir").out
    assert "-> f32 {" in weak and "-> f64 {" in strong


def test_the_kernel_may_be_a_file_of_dsl_text(cli: Program, folder: Path) -> None:
    (folder / "wave.dsl").write_text("def wave(a, b):\n    return sin(a) + arctan2(a, b)\n")
    assert cli("dump", "wave.dsl", "--stage", "ir").out.startswith("func @wave(")
    assert cli("dump", "wave.dsl:wave", "--stage", "ir").status == 0
    assert cli("dump", "wave.dsl:other").status == 2


def test_dsl_text_outside_the_language_is_the_kernels_fault(cli: Program, folder: Path) -> None:
    (folder / "bad.dsl").write_text("def bad(a):\n    return nothing(a)\n")
    done = cli("dump", "bad.dsl")
    assert done.status == 1 and "E0201" in done.err


def test_index_kernels_have_dimensions(cli: Program) -> None:
    done = cli("dump", "kernels.py:position", "--stage", "c", "--ndim", "2")
    assert done.status == 0 and "iris_nd" in done.out
    assert cli("dump", "kernels.py:position", "--ndim", "-1").status == 2


def test_fp_takes_the_place_of_the_kernels_own(cli: Program) -> None:
    assert cli("dump", "kernels.py:escape", "--fp", "fast").status == 0
    assert cli("dump", "kernels.py:add", "--fp", "sloppy").status == 2


def test_json_is_one_object(cli: Program) -> None:
    data = cli("dump", "kernels.py:add", "--types", "f8, float", "--stage", "ir", "--json").data
    assert data["kernel"] == "add" and data["types"] == ["f8", "float"] and data["text"].startswith("func @add(")


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("missing.py:add", "no such file"),
        ("missing.package:add", "no such file, and no module"),
        ("kernels.py:nothing", "it has escape, add"),
        ("kernels.py:Group.nothing", "has no `Group.nothing`"),
        ("kernels.py", "say which function"),
        ("kernels.py:number", "not a function"),
        ("a b c", "not the name of a module"),
        (".", "not the name of a module"),
    ],
)
def test_what_is_not_there_is_usage(cli: Program, target: str, words: str) -> None:
    done = cli("dump", target)
    assert (done.status, done.out) == (2, "")
    assert words in done.err
    as_json = cli("dump", target, "--json")
    assert as_json.status == 2 and as_json.data["error"]["kind"] == "usage"


@pytest.mark.parametrize("types", ["f9", "f8,", "f8,f8,f8", "f8", "", "float32x,f8", "f8;f8"])
def test_wrong_types_are_usage(cli: Program, types: str) -> None:
    assert cli("dump", "kernels.py:add", "--types", types).status == 2


@pytest.mark.parametrize("types", ["c16,f8", "f8,O", "U3,f8", "f2,f8"])
def test_types_no_kernel_takes_are_its_fault(cli: Program, types: str) -> None:
    done = cli("dump", "kernels.py:add", "--types", types)
    assert done.status == 1 and "E0403" in done.err


def test_a_kernel_outside_the_language_gives_all_diagnostics(cli: Program) -> None:
    done = cli("dump", "kernels.py:unassigned", "--json")
    assert done.status == 1
    found = done.data["error"]["diagnostics"]
    assert [each["code"] for each in found] == ["E0301"] and found[0]["line"] > 1
    assert "kernels.py" in done.err


def test_a_module_that_fails_shows_its_own_traceback(cli: Program, folder: Path) -> None:
    (folder / "broken.py").write_text("def f(a):\n    return a\n\nraise RuntimeError('on purpose')\n")
    done = cli("dump", "broken.py:f")
    assert done.status == 1
    assert "RuntimeError: on purpose" in done.err and "broken.py" in done.err
    assert "importlib" not in done.err and "iris_cc" not in done.err.replace("iris-cc", "").replace(str(folder), "")
    (folder / "syntax.py").write_text("def f(a:\n")
    assert cli("dump", "syntax.py:f").status == 1
    (folder / "leaves.py").write_text("import sys\nsys.exit(5)\n")
    assert cli("dump", "leaves.py:f").status == 1


def test_a_module_finds_its_neighbours(cli: Program, folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "constants_beside.py").write_text("SCALE = 4.0\n")
    (inner / "uses.py").write_text("from constants_beside import SCALE\n\ndef f(a):\n    return a * SCALE\n")
    assert "4.0" in cli("dump", "inner/uses.py:f", "--stage", "ir").out


# -- explain -----------------------------------------------------------------------------------------------------------


def test_explain_a_kernel_in_the_language(cli: Program) -> None:
    data = cli("explain", "kernels.py:wave", "--json").data
    assert data["kernel"] == "wave" and data["route"] in ("compiled", "interpreted")
    if data["route"] == "compiled":
        assert len(data["key"]) == 64 and data["libm"] == []


@pytest.mark.needs_cc
def test_explain_names_the_artifact_when_there_is_one(cli: Program) -> None:
    x = cli.save("x.npy", [1.0, 2.0])
    assert cli("run", "kernels.py:wave", x, "-o", "y.npy").status == 0
    data = cli("explain", "kernels.py:wave", "--json").data
    assert data["cache"] in ("disk", "memory")
    assert Path(data["artifact"]).is_file() and Path(data["source"]).is_file()
    assert "C:        " in cli("explain", "kernels.py:wave").out


def test_explain_a_kernel_outside_the_language(cli: Program) -> None:
    done = cli("explain", "kernels.py:listed")
    assert done.status == 0
    assert "route:    python" in done.out and "E0102" in done.out


def test_explain_under_the_kill_switch(cli: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT", "0")
    data = cli("explain", "kernels.py:add", "--json").data
    assert data["route"] == "interpreted" and data["reason"][0]["code"] == "E0501"


@pytest.mark.parametrize("code", TABLE)
def test_explain_every_code(cli: Program, code: str) -> None:
    done = cli("explain", code)
    assert done.status == 0 and TABLE[code].title in done.out
    assert cli("explain", code.lower(), "--json").data["code"] == code


def test_explain_an_unknown_code(cli: Program) -> None:
    done = cli("explain", "E0133")
    assert done.status == 2 and "did you mean" in done.err
    assert cli("explain", "Z9").status == 2


@pytest.mark.parametrize("step", ["fold", "cse", "ifconvert", "dce", "flatten", "narrow", "mask"])
def test_the_ir_behind_a_pass(cli: Program, step: str) -> None:
    done = cli("dump", "kernels.py:escape", "--types", "f8,f8", "--stage", "ir", "--after", step)
    assert done.status == 0 and done.out.startswith("func @escape(%0: ")
    assert ("lanes<bool> = and" in done.out) == (step == "mask")
    assert verify(parse(done.out)).results


def test_a_pass_that_there_is_not(cli: Program) -> None:
    done = cli("dump", "kernels.py:escape", "--types", "f8,f8", "--stage", "ir", "--after", "masks")
    assert done.status == 2 and "no pass is called masks" in done.err and "narrow, mask" in done.err
    assert cli("dump", "kernels.py:escape", "--types", "f8,f8", "--after", "mask").status == 2
