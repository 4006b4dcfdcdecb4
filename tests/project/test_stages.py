"""The version behind the cache key follows the contents of what makes C of IR, wherever those files lie.

The oracle is what a person does to a copy of the package: an edit must give another version, no edit must not.
"""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from iris_cc import stages
from iris_cc.build import notes

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = ("passes.run", "codegen.entries")


@pytest.fixture(autouse=True)
def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kill switch writes no note."""
    monkeypatch.delenv("ME_DSL_JIT", raising=False)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("origin")
    unwanted = shutil.ignore_patterns("__pycache__", "golden")
    for name in ("iris_cc", "runtime_c"):
        shutil.copytree(ROOT / name, top / name, ignore=unwanted)
    return top


@pytest.fixture
def copy(origin: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(origin, tmp_path / "copy"))


def listing(top: Path) -> stages.Listing:
    return stages.listing(str(top / "iris_cc"), str(top / "runtime_c"))


def version(top: Path) -> str:
    return stages.version(listing(top), lambda data: hashlib.sha256(data).digest())


def reported(top: Path, cache: Path, **more: str) -> str:
    """The version that a process with this copy of the package computes."""
    own = {"PYTHONPATH": str(top), "IRIS_CC_CACHE_DIR": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}
    env = {**os.environ, **own, **more}
    program = "from iris_cc.kernels import stages; print(stages.__file__, stages.stages_version())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=top, env=env, capture_output=True, text=True, check=True
    )
    file, found = done.stdout.split()
    assert Path(file).is_relative_to(top)
    return found


def append(path: Path) -> None:
    path.write_text(path.read_text() + "\n")


def edit_in_place(top: Path) -> None:
    """Size and time of modification stay."""
    path = top / "iris_cc/passes/fold.py"
    before = path.stat()
    path.write_bytes(path.read_bytes().swapcase())
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def move(top: Path) -> None:
    (top / "iris_cc/codegen/lanes_of").mkdir()
    (top / "iris_cc/codegen/lanes.py").rename(top / "iris_cc/codegen/lanes_of/lanes.py")


def move_and_edit(top: Path) -> None:
    move(top)
    append(top / "iris_cc/codegen/lanes_of/lanes.py")


def new_room(top: Path) -> None:
    (top / "iris_cc/schedule/loops").mkdir(parents=True)
    (top / "iris_cc/schedule/loops/masks.py").write_text("MASK = 1\n")


def new_header(top: Path) -> None:
    (top / "runtime_c/device").mkdir()
    (top / "runtime_c/device/iris_grid.h").write_text("#define GRID 1\n")


CHANGES: dict[str, Callable[[Path], object]] = {
    "an edit": lambda top: append(top / "iris_cc/passes/fold.py"),
    "an edit of the same size and time": edit_in_place,
    "an edit of their caller": lambda top: append(top / "iris_cc/kernels/specialization.py"),
    "an edit of the version": lambda top: append(top / "iris_cc/version.py"),
    "an edit of a header": lambda top: append(top / "runtime_c/iris_math.h"),
    "a removed module": lambda top: (top / "iris_cc/passes/fold.py").unlink(),
    "a moved pass": move,
    "a moved and edited pass": move_and_edit,
    "a new room": new_room,
    "a header in a folder": new_header,
}
NO_CHANGES: dict[str, Callable[[Path], object]] = {
    "touch": lambda top: [path.touch() for path in top.rglob("*.py")],
    "another inode": lambda top: os.replace(
        shutil.copy(top / "iris_cc/passes/fold.py", top / "other"), top / "iris_cc/passes/fold.py"
    ),
    "an edit of the command line": lambda top: append(top / "iris_cc/cli/doctor.py"),
    "an edit of what calls": lambda top: append(top / "iris_cc/kernels/realize.py"),
    "an edit of what runs code": lambda top: append(top / "iris_cc/runtime/loader.py"),
    "what an editor leaves": lambda top: (top / "iris_cc/passes/.#fold.py").symlink_to("someone@somewhere"),
    "bytecode": lambda top: (top / "iris_cc/passes/__pycache__").mkdir(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_another_version(copy: Path, change: str) -> None:
    before, stamp = version(copy), stages.stamp(listing(copy))
    CHANGES[change](copy)
    assert version(copy) != before
    assert stages.stamp(listing(copy)) != stamp, "it would be looked for in the notes and found"


@pytest.mark.parametrize("change", NO_CHANGES)
def test_no_change_is_the_same_version(copy: Path, change: str) -> None:
    before = version(copy)
    NO_CHANGES[change](copy)
    assert version(copy) == before


def test_a_subfolder_that_moved_is_followed(copy: Path) -> None:
    move(copy)
    before = version(copy)
    append(copy / "iris_cc/codegen/lanes_of/lanes.py")
    assert version(copy) != before


def test_a_place_is_no_part_of_it(origin: Path, copy: Path) -> None:
    assert version(origin) == version(copy)


# -- what a process remembers --


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache directory that is there, as after a first build."""
    path = tmp_path / "cache"
    path.mkdir(mode=0o700)
    (path / "v1").mkdir(mode=0o700)
    return path


def note_of(cache: Path) -> Path:
    (found,) = (cache / "v1" / notes.DIRECTORY).iterdir()
    return found


def settle(top: Path) -> None:
    """Until the last change of any file is so old that it is noted."""
    time.sleep(max(0.0, stages.changed(listing(top)) + 2.5 - time.time()))


def test_processes_follow_edits_with_a_note_between_them(copy: Path, cache: Path) -> None:
    settle(copy)
    assert reported(copy, cache) == version(copy)
    first = note_of(cache).read_text()
    assert reported(copy, cache) == version(copy) and note_of(cache).read_text() == first
    edit_in_place(copy)
    assert reported(copy, cache) == version(copy), "an edit of a moment ago"
    settle(copy)
    assert reported(copy, cache) == version(copy)
    assert note_of(cache).read_text() != first


def test_without_a_cache_directory_nothing_is_made(copy: Path, tmp_path: Path) -> None:
    settle(copy)
    assert reported(copy, tmp_path / "nowhere") == version(copy)
    assert not (tmp_path / "nowhere").exists()


def test_the_kill_switch_writes_nothing(copy: Path, cache: Path) -> None:
    settle(copy)
    assert reported(copy, cache, ME_DSL_JIT="0") == version(copy)
    assert [path.name for path in cache.rglob("*")] == ["v1"]


def test_the_note_is_what_answers(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setenv("IRIS_CC_CACHE_DIR", str(cache))
    asked = []

    def remembered(stamp: str, changed: float = 0.0) -> str:
        return notes.remembered("numbers", stamp, changed, lambda: asked.append(stamp) or f"of {stamp}")

    assert [remembered("a"), remembered("a"), remembered("b"), remembered("a")] == ["of a", "of a", "of b", "of a"]
    assert asked == ["a", "b", "a"], "one note about one thing"
    assert [remembered("c", time.time()) for _ in range(2)] == ["of c"] * 2
    assert asked[3:] == ["c", "c"], "what changed a moment ago is not noted"


DAMAGES: tuple[Callable[[Path], object], ...] = (
    lambda note: note.write_bytes(b""),
    lambda note: note.write_bytes(os.urandom(200)),
    lambda note: note.write_bytes(note.read_bytes()[:-2]),
    lambda note: note.write_bytes(note.read_bytes().replace(b"right", b"wrong")),
    lambda note: note.chmod(0o666),
    lambda note: (note.write_bytes(note.read_bytes().replace(b"right", b"wrong")), note.chmod(0)),
    lambda note: (note.unlink(), os.mkfifo(note)),
    lambda note: (note.unlink(), note.mkdir()),
    lambda note: (note.rename(note.with_name("elsewhere")), note.symlink_to("elsewhere")),
    lambda note: note.parent.chmod(0o777),
    lambda note: note.parent.chmod(0o500),
    lambda note: (shutil.rmtree(note.parent), note.parent.write_text("a file")),
)


@pytest.mark.parametrize("damage", DAMAGES, ids=range(len(DAMAGES)))
def test_a_damaged_note_is_computed_again(
    monkeypatch: pytest.MonkeyPatch, cache: Path, damage: Callable[[Path], object]
) -> None:
    monkeypatch.setenv("IRIS_CC_CACHE_DIR", str(cache))
    monkeypatch.setenv("TMPDIR", str(cache.parent))
    assert notes.remembered("it", "stamp", 0.0, lambda: "right") == "right"
    damage(note_of(cache))
    for _ in range(2):
        assert notes.remembered("it", "stamp", 0.0, lambda: "right") == "right"


def test_notes_of_checkouts_that_are_gone_are_dropped(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setenv("IRIS_CC_CACHE_DIR", str(cache))
    for number in range(100):
        assert notes.remembered(f"checkout {number}", "", 0.0, lambda: "text") == "text"
    assert len(list((cache / "v1" / notes.DIRECTORY).iterdir())) < 50


# -- what takes part --


def imports(name: str) -> Iterator[str]:
    """The modules of the package that one of them imports, anywhere in its text."""
    path = ROOT / "iris_cc" / name.replace(".", "/")
    text = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "iris_cc":
            module = (node.module or "").removeprefix("iris_cc").removeprefix(".")
            for each in node.names:
                inner = f"{module}.{each.name}".removeprefix(".")
                yield inner if exists(inner) else module


def exists(name: str) -> bool:
    path = ROOT / "iris_cc" / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def test_every_module_that_makes_text_takes_part() -> None:
    found, waiting = set[str](), list(ENTRIES)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [*imports(name), *([name.rpartition(".")[0]] if "." in name else [])]
    assert len(found) > 40
    assert found - taking_part() == set()


def test_whoever_calls_the_stages_takes_part() -> None:
    modules = [path.relative_to(ROOT / "iris_cc").with_suffix("") for path in (ROOT / "iris_cc").rglob("*.py")]
    names = {".".join(path.parts).removesuffix(".__init__") for path in modules if path.parts != ("__init__",)}
    callers = {name for name in names if set(ENTRIES) & set(imports(name))}
    assert callers and callers - taking_part() == set()


def taking_part() -> set[str]:
    paths = (name.removeprefix("iris_cc/").removesuffix(".py") for name, _, _ in listing(ROOT))
    return {path.removesuffix("/__init__").replace("/", ".") for path in paths}


def test_every_room_left_out_exists() -> None:
    assert all(exists(name) for name in stages.ELSEWHERE)
