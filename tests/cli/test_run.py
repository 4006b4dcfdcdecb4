"""`run`: kernels over .npy files of every layout, and nothing lost when something fails."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from iris_cc.cli import mapping, npyfiles
from tests.cli.conftest import Program

RNG = np.random.default_rng(7)

LAYOUTS: dict[str, tuple[Any, Any]] = {
    "same shape": (RNG.random((40, 30)), RNG.random((40, 30))),
    "row": (RNG.random((40, 30)), RNG.random(30)),
    "column": (RNG.random((40, 1)), RNG.random((1, 30))),
    "leading one": (RNG.random((1, 900)), RNG.random(900)),
    "fortran": (np.asfortranarray(RNG.random((40, 30))), np.asfortranarray(RNG.random((40, 30)))),
    "fortran and c": (np.asfortranarray(RNG.random((40, 30))), RNG.random((40, 30))),
    "0-d": (np.array(2.5), np.array(4.0)),
    "0-d and 2-d": (np.array(2.5), RNG.random((3, 4))),
    "empty": (np.zeros((0, 5)), np.zeros(5)),
    "empty inside": (np.zeros((5, 0)), np.zeros((5, 1))),
    "big-endian": (RNG.random(50).astype(">f8"), RNG.random(50).astype("<f4")),
    "integers": (np.arange(50, dtype="u1"), np.arange(50, dtype="i2")),
    "3-d": (RNG.random((4, 5, 6)), RNG.random((5, 1))),
}


def expected(a: Any, b: Any) -> Any:
    return a + 0.25 * b


@pytest.mark.parametrize("block", [7, 1 << 18], ids=["small blocks", "one block"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(cli: Program, monkeypatch: pytest.MonkeyPatch, layout: str, block: int) -> None:
    monkeypatch.setattr(mapping, "_BLOCK", block)
    a, b = LAYOUTS[layout]
    done = cli("run", "kernels.py:add", cli.save("a.npy", a), cli.save("b.npy", b), "-o", "c.npy")
    assert done.status == 0, done.err
    assert done.out == ""
    result, wanted = np.load("c.npy"), expected(np.asarray(a), np.asarray(b))
    assert result.dtype == wanted.dtype.newbyteorder("=") and result.shape == wanted.shape
    np.testing.assert_array_equal(result, wanted)
    assert result.flags.f_contiguous == wanted.flags.f_contiguous or result.ndim < 2 or not result.size


def test_numbers_are_python_scalars(cli: Program) -> None:
    a = cli.save("a.npy", np.arange(5, dtype="f4"))
    assert cli("run", "kernels.py:add", a, "2.0", "-o", "c.npy").status == 0
    assert np.load("c.npy").dtype == np.float32
    assert cli("run", "kernels.py:add", "--force", a, "-3", "-o", "c.npy").status == 0
    np.testing.assert_array_equal(np.load("c.npy"), np.arange(5, dtype="f4") - np.float32(0.75))
    assert cli("run", "-o", "d.npy", "kernels.py:add", a, "-1e-3").status == 0
    assert cli("run", "kernels.py:add", "-1e3", "-o", "e.npy", a).status == 0
    np.testing.assert_array_equal(np.load("e.npy"), np.float32(-1e3) + np.float32(0.25) * np.arange(5, dtype="f4"))
    assert cli("run", "kernels.py:add", a, "--wrong", "-o", "f.npy").status == 2


def test_without_arrays_the_value_is_printed(cli: Program) -> None:
    assert float(cli("run", "kernels.py:add", "1.0", "2").out) == 1.5
    assert cli("run", "kernels.py:both", "5", "2", "--json").data["values"] == [7, 3]
    assert cli("run", "kernels.py:escape", "nan", "inf").out.strip() == "50"


def test_several_outputs(cli: Program) -> None:
    a = cli.save("a.npy", np.arange(6.0).reshape(2, 3))
    done = cli("run", "kernels.py:both", a, "1.0", "-o", "s.npy", "-o", "d.npy", "--json")
    assert done.status == 0
    assert [each["path"] for each in done.data["outputs"]] == ["s.npy", "d.npy"]
    np.testing.assert_array_equal(np.load("s.npy"), np.arange(6.0).reshape(2, 3) + 1.0)
    np.testing.assert_array_equal(np.load("d.npy"), np.arange(6.0).reshape(2, 3) - 1.0)


def test_index_kernels_know_their_position(cli: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "_BLOCK", 2)
    a = cli.save("a.npy", np.zeros((3, 2)))
    assert cli("run", "kernels.py:position", a, "-o", "p.npy").status == 0
    np.testing.assert_array_equal(np.load("p.npy"), [[0, 0], [10, 10], [20, 20]])
    assert cli("run", "kernels.py:ramp", "--shape", "2,3", "-o", "r.npy").status == 0
    np.testing.assert_array_equal(np.load("r.npy"), np.arange(6).reshape(2, 3) * 2)
    assert cli("run", "kernels.py:add", a, a, "--shape", "3,2", "-o", "x.npy").status == 2
    assert cli("run", "kernels.py:ramp", "--shape", "2,x", "-o", "x.npy").status == 2


def test_a_function_outside_the_language_runs_in_python(cli: Program) -> None:
    a = cli.save("a.npy", np.arange(4.0))
    done = cli("run", "kernels.py:listed", a, "-o", "c.npy", "--json")
    assert done.status == 0 and done.data["route"] == "python"
    assert "E0102" in done.err
    np.testing.assert_array_equal(np.load("c.npy"), np.arange(4.0) + 3.0)
    assert cli("run", "kernels.py:worded", a, "-o", "w.npy").status == 1


def test_the_interpreter_gives_the_same(cli: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    a = cli.save("a.npy", RNG.random((20, 20)) * 4 - 2)
    assert cli("run", "kernels.py:escape", a, a, "-o", "1.npy").status == 0
    monkeypatch.setenv("ME_DSL_JIT", "0")
    done = cli("run", "kernels.py:escape", a, a, "-o", "2.npy", "--json")
    assert done.data["route"] == "interpreted"
    np.testing.assert_array_equal(np.load("1.npy"), np.load("2.npy"))


# -- arguments and files -----------------------------------------------------------------------------------------------


def test_files_that_are_no_arrays_are_usage(cli: Program, folder: Path) -> None:
    np.savez(folder / "many.npz", a=np.zeros(3))
    (folder / "text.npy").write_text("hello")
    (folder / "short.npy").write_bytes((cli.save("a.npy", np.zeros(500))).read_bytes()[:300])
    (folder / "header.npy").write_bytes(b"\x93NUMPY\x01\x00\x20\x00{'descr': oops}")
    np.save(folder / "object.npy", np.array([None, 1]), allow_pickle=True)
    cli.save("record.npy", np.zeros(3, [("x", "f8")]))
    cli.save("words.npy", np.array(["a", "b"]))
    for name in (
        "many.npz",
        "text.npy",
        "short.npy",
        "header.npy",
        "object.npy",
        "record.npy",
        "words.npy",
        "none.npy",
        ".",
    ):
        done = cli("run", "kernels.py:wave", name, "-o", "out.npy")
        assert done.status == 2, (name, done.err)
        assert done.err.count("\n") <= 2
    assert not (folder / "out.npy").exists()


def test_wrong_counts_and_shapes_are_usage(cli: Program) -> None:
    a, b = cli.save("a.npy", np.zeros((4, 3))), cli.save("b.npy", np.zeros(4))
    assert cli("run", "kernels.py:add", a, "-o", "c.npy").status == 2
    assert cli("run", "kernels.py:add", a, b, a, "-o", "c.npy").status == 2
    assert "do not broadcast" in cli("run", "kernels.py:add", a, b, "-o", "c.npy").err
    assert cli("run", "kernels.py:add", a, "1.0").status == 2
    assert cli("run", "kernels.py:both", a, "1.0", "-o", "c.npy").status == 2
    assert cli("run", "kernels.py:add", a, str(1 << 70), "-o", "c.npy").status == 2
    assert not Path("c.npy").exists()


def test_outputs_are_not_replaced_by_accident(cli: Program, folder: Path) -> None:
    a = cli.save("a.npy", np.arange(3.0))
    (folder / "c.npy").write_text("precious")
    assert cli("run", "kernels.py:wave", a, "-o", "c.npy").status == 2
    assert (folder / "c.npy").read_text() == "precious"
    assert cli("run", "kernels.py:wave", a, "-o", "c.npy", "--force").status == 0
    assert cli("run", "kernels.py:both", a, a, "-o", "d.npy", "-o", "./d.npy").status == 2
    assert cli("run", "kernels.py:wave", a, "-o", "nowhere/d.npy").status == 2
    (folder / "sub").mkdir()
    assert cli("run", "kernels.py:wave", a, "-o", "sub").status == 2


def test_an_input_may_be_its_own_output(cli: Program) -> None:
    a = cli.save("a.npy", np.arange(1000.0))
    assert cli("run", "kernels.py:add", a, a, "-o", a, "--force").status == 0
    np.testing.assert_array_equal(np.load(a), np.arange(1000.0) * 1.25)


def left(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(".part")]


def test_a_kernel_that_raises_leaves_nothing(cli: Program, folder: Path) -> None:
    base, exponent = cli.save("i.npy", np.array([2, 3, 4])), cli.save("n.npy", np.array([1, -1, 2]))
    (folder / "c.npy").write_text("precious")
    done = cli("run", "kernels.py:power", base, exponent, "-o", "c.npy", "--force")
    assert done.status == 1 and "ValueError" in done.err
    assert (folder / "c.npy").read_text() == "precious" and not left(folder)


def test_a_while_loop_without_end_is_the_kernels_fault(
    cli: Program, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", "1000")
    done = cli("run", "kernels.py:endless", cli.save("a.npy", np.zeros(2)), "-o", "c.npy")
    assert done.status == 1 and "ME_DSL_WHILE_MAX_ITERS" in done.err and not left(folder)


def test_a_full_disk_is_the_environment(cli: Program, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fd: int, offset: int, size: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    done = cli("run", "kernels.py:wave", cli.save("a.npy", np.zeros(2)), "-o", "c.npy", "--json")
    assert done.status == 3 and done.data["error"]["kind"] == "environment"
    assert not left(folder) and not (folder / "c.npy").exists()


def test_a_folder_without_permission_is_the_environment(
    cli: Program, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = cli.save("a.npy", np.zeros(2))
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert cli("run", "kernels.py:wave", a, "-o", "c.npy").status == 3


def test_an_interrupt_leaves_nothing(cli: Program, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(self: object, done: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(mapping.Progress, "show", interrupt)
    assert cli("run", "kernels.py:wave", cli.save("a.npy", np.zeros(2)), "-o", "c.npy").status == 130
    assert not left(folder) and not (folder / "c.npy").exists()


def test_the_bar_is_for_terminals(cli: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    a = cli.save("a.npy", np.zeros(100))
    assert "#" not in cli("run", "kernels.py:wave", a, "-o", "1.npy").err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    bar = mapping.Progress(100)
    bar.show(100)
    bar.end()
    assert "100%" in cli.capsys.readouterr().err


# -- blocks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(), (0,), (7,), (3, 5), (1, 1, 9), (2, 3, 4, 5), (4, 0)])
@pytest.mark.parametrize("most", [1, 2, 5, 12, 1000])
def test_blocks_cover_an_array_once_in_order(shape: tuple[int, ...], most: int) -> None:
    places = np.arange(int(np.prod(shape))).reshape(shape)
    parts = [places[block].ravel() for block in npyfiles.blocks(shape, most)]
    assert np.concatenate([*parts, np.zeros(0, int)]).tolist() == places.ravel().tolist()
    assert all(part.size <= max(most, 1) for part in parts)
