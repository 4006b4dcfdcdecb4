"""Loading: each kernel its own code, every time; and nothing that is slow to import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from iris_cc import build
from iris_cc.build import Artifact, BytesImage, CacheWarning, FileImage, obtain
from iris_cc.runtime import loader
from iris_cc.runtime.loader import LoadError, load
from tests.build.build_helpers import answers, built, call, unit

pytestmark = pytest.mark.needs_cc


def test_addresses_and_variables() -> None:
    library = load(built(obtain(unit())).artifact)
    assert library.has("answer") and not library.has("no_such_name_here")
    with pytest.raises(LoadError, match="no_such_name_here"):
        library.address("no_such_name_here")
    assert library.read_int64("counter") == 7
    library.write_int64("counter", -(2**63))
    assert library.read_int64("counter") == -(2**63)
    with pytest.raises(OverflowError):
        library.write_int64("counter", 2**63)


def test_one_opening_per_key() -> None:
    first = load(built(obtain(unit())).artifact)
    assert load(built(obtain(unit())).artifact) is first
    build.forget()
    assert load(built(obtain(unit())).artifact) is first


def test_descriptor_numbers_are_used_again_and_code_is_not() -> None:
    """glibc takes two openings of one name for one library; the descriptors here have one number."""
    numbers, libraries = set(), []
    for scale in range(40, 60):
        artifact = built(obtain(unit(scale, 1))).artifact
        assert isinstance(artifact.image, FileImage)
        numbers.add(artifact.image._fd)
        libraries.append((scale, load(artifact)))
    assert len(numbers) < 5
    assert [call(library, 10) for _, library in libraries] == [10 * scale + 1 for scale, _ in libraries]


def test_no_descriptor_is_left_open() -> None:
    def count() -> int:
        return len(os.listdir("/proc/self/fd"))

    answers(1, 2, 70)
    before = count()
    for shift in range(71, 81):
        assert answers(1, 2, shift)
    assert count() == before
    obtain(unit(5, 81))
    build.forget()  # never loaded: the descriptor goes with the artifact
    assert count() == before


@pytest.mark.parametrize("descriptors", [True, False])
def test_from_memory_only(descriptors: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not descriptors:
        monkeypatch.setattr(loader, "_has_descriptors", lambda: False)
    for shift in (90, 91):
        code = built(obtain(unit(7, shift))).artifact
        assert code.path is not None
        artifact = Artifact(f"{shift}{descriptors}", None, BytesImage(code.path.read_bytes()))
        assert call(load(artifact), 2) == 14 + shift


def test_a_system_without_descriptor_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "_has_descriptors", lambda: False)
    assert answers(3, 8, 100) and answers(3, 8, 101)


def test_code_the_system_refuses_is_taken_out_of_use(cache: Path) -> None:
    text = "extern int no_such_function_anywhere(void);\n" + unit().text()
    text += '__attribute__((visibility("default"))) int other(void) { return no_such_function_anywhere(); }'
    broken = unit(11, 110, text=lambda: text)
    artifact = built(obtain(broken)).artifact
    with pytest.warns(CacheWarning, match="no_such_function_anywhere"), pytest.raises(LoadError):
        load(artifact)
    assert build.peek(broken) == "none"
    assert built(obtain(broken)).origin == "built"


def test_the_warm_path_imports_and_starts_nothing_slow(cache: Path) -> None:
    built(obtain(unit()))
    script = (
        "import sys, types\n"
        "package = types.ModuleType('iris_cc')\n"  # the rest of the package imports what it likes
        "package.__path__ = [sys.argv[1]]\n"
        "sys.modules['iris_cc'] = package\n"
        "from iris_cc.build import Unit, obtain\n"
        "from iris_cc.runtime.loader import load\n"
        "unit = Unit(sys.argv[2], 'answer', 'i4->i4', 0, 'strict', 2, None, {})\n"
        "result = obtain(unit)\n"
        "assert result.origin == 'disk', result\n"
        "assert load(result.artifact).address('answer')\n"
        "slow = set('subprocess hashlib shutil tempfile json platformdirs pycparser cffi ctypes'.split())\n"
        "assert not slow & set(sys.modules), slow & set(sys.modules)\n"
    )
    command = [sys.executable, "-c", script, str(Path(build.__file__).parents[1]), unit().identity]
    subprocess.run(command, check=True)
