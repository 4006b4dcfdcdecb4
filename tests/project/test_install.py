"""A wheel and an editable install, each in an environment of its own, outside the checkout and without a network."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest

from iris_cc import stages

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import sys, numpy as np, iris_cc
from iris_cc.codegen.runtime_c import folder

@iris_cc.kernel(fallback="silent")
def kernel(a, b):
    return a % b + a ** 2

x = np.arange(1.0, 100.0)
for _ in range(3):
    np.testing.assert_array_equal(kernel(x, 7.0), x % 7.0 + x**2)
print(kernel.explain(x, 7.0).route)
print(iris_cc.__file__)
print(folder())
"""


def environment(path: Path) -> Path:
    """A new virtual environment that sees this one's packages after its own; its Python."""
    venv.create(path, with_pip=False, symlinks=True)
    (inner,) = path.glob("lib/python*/site-packages")
    folders = dict.fromkeys([sysconfig.get_paths()["purelib"], str(Path(np.__file__).parents[1])])  # may be lent itself
    (inner / "borrowed.pth").write_text("\n".join(folders) + "\n")
    return path / "bin" / "python"


def run(*words: object, cwd: Path) -> str:
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run([str(word) for word in words], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


OFFLINE = ("--no-index", "--no-build-isolation")


def install(python: Path, *what: object, cwd: Path, source: tuple[str, ...] = OFFLINE) -> None:
    """Install into `python`'s environment with this environment's pip and, by default, its build backend."""
    options = ("--no-deps", "--quiet", "--disable-pip-version-check", *source)
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, *what, cwd=cwd)
    assert list(python.parents[1].glob("lib/python*/site-packages/iris_cc-*.dist-info"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--no-deps", "--no-index", "--no-build-isolation", "--quiet", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder, ROOT, cwd=folder)
    (made,) = folder.glob("iris_cc-*.whl")
    return made


def test_what_the_wheel_holds(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    headers = {f"iris_cc/_runtime_c/{path.name}" for path in (ROOT / "runtime_c").iterdir() if path.is_file()}
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "iris_cc").rglob("*.py")}
    assert headers | modules | {"iris_cc/py.typed"} <= names
    others = {name for name in names if not name.startswith(("iris_cc/", "iris_cc-"))}
    assert not others and any(name.endswith("LICENSE") for name in names)


def test_a_wheel_and_its_checkout_have_one_version(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = "from iris_cc.kernels import stages; print(stages.stages_version(), stages.__file__)"
    of_wheel, _, file = run(sys.executable, "-c", program, cwd=tmp_path).partition(" ")
    of_checkout, _, other = run(sys.executable, "-c", program, cwd=ROOT).partition(" ")
    assert Path(file).is_relative_to(tmp_path) and Path(other).is_relative_to(ROOT)
    assert of_wheel == of_checkout == (tmp_path / "iris_cc" / stages.IN_WHEEL).read_text()


def test_a_wheel_runs_kernels(wheel: Path, tmp_path: Path) -> None:
    python = environment(tmp_path / "env")
    install(python, wheel, cwd=tmp_path)
    (tmp_path / "program.py").write_text(PROGRAM)
    route, file, folder = run(python, "program.py", cwd=tmp_path).split()
    assert route == expected_route()
    assert Path(file).is_relative_to(tmp_path) and Path(folder).is_relative_to(tmp_path / "env")
    assert "func @kernel" in run(python.parent / "iris-cc", "dump", "program.py:kernel", "--stage", "ir", cwd=tmp_path)


def test_an_editable_install_runs_kernels(tmp_path: Path) -> None:
    python = environment(tmp_path / "env")
    # An editable build needs `editables` beside the backend: from here, or else from the package index.
    source = OFFLINE if importlib.util.find_spec("editables") else ()
    install(python, "--editable", ROOT, cwd=tmp_path, source=source)
    (tmp_path / "program.py").write_text(PROGRAM)
    route, file, folder = run(python, "program.py", cwd=tmp_path).split()
    assert route == expected_route()
    assert Path(file).is_relative_to(ROOT) and Path(folder) == ROOT / "runtime_c"


def expected_route() -> str:
    from tests.conftest import can_compile

    return "compiled" if can_compile() else "interpreted"


def test_import_starts_no_process_and_writes_nothing(tmp_path: Path) -> None:
    program = """
import sys
import numpy
def watch(event, details):
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.mkdir", "os.rename"):
        raise SystemExit(f"{event} {details}")
    if event == "open" and isinstance(details[1], str) and set(details[1]) & set("wax+"):
        raise SystemExit(f"{event} {details}")
sys.addaudithook(watch)
import iris_cc
print("quiet")
"""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "quiet", done.stdout + done.stderr
