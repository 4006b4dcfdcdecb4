"""Imports flow one way: a module imports its own package and lower layers, never a sibling of its layer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1] / "iris_cc"

# From the ground up.  Names in one row are siblings and may not know each other.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("version", "records", "config", "digest", "forks", "stages"),
    ("codes", "target", "core_dims"),
    ("diagnostics",),
    ("ir",),
    ("interp",),
    ("frontend", "passes", "schedule"),
    ("codegen",),
    ("build",),
    ("numpy_calls",),
    ("runtime",),
    ("units",),
    ("background",),
    ("threads",),
    ("pyroute", "calls"),
    ("kernels",),
    ("api",),
    ("__init__",),
    ("cli",),
    ("__main__",),
)

# What a lower layer may not know, although it lies below.
FORBIDDEN: dict[str, frozenset[str]] = {
    "config": frozenset({"records", "version"}),
    "frontend": frozenset({"interp"}),
    "schedule": frozenset({"interp"}),
    "codegen": frozenset({"interp", "frontend", "passes"}),
    "build": frozenset({"ir", "frontend", "passes", "schedule", "codegen", "interp", "diagnostics", "codes"}),
    "numpy_calls": frozenset(
        {"ir", "frontend", "passes", "schedule", "codegen", "interp", "build", "diagnostics", "codes"}
    ),
    "runtime": frozenset({"ir", "frontend", "passes", "schedule", "codegen", "interp", "diagnostics", "codes"}),
    "background": frozenset(
        {"ir", "frontend", "passes", "schedule", "codegen", "interp", "runtime", "diagnostics", "codes"}
    ),
    "pyroute": frozenset({"ir", "passes", "schedule", "codegen", "interp", "build", "runtime"}),
}
# `units` reads the text of a unit of C; of the code generator it knows nothing else.  The Python route reads the source
# of functions and knows the names of index symbols.
# Constants are folded by the functions of the interpreter; how it runs is not known there.
ALLOWED_ONLY: dict[tuple[str, str], frozenset[str]] = {
    ("units", "codegen"): frozenset({"codegen.runtime_c.read"}),
    ("passes", "interp"): frozenset({"interp.special.evaluator"}),
    ("pyroute", "frontend"): frozenset({"frontend.source", "frontend.resolve.symbol_named"}),
}
# Outside packages: who may know NumPy's arrays, ctypes and the subprocess module.
OUTSIDE: dict[str, frozenset[str]] = {
    "numpy": frozenset(
        {"frontend", "interp", "passes", "numpy_calls", "runtime", "pyroute", "kernels", "cli"}
    ),
    "ctypes": frozenset({"calls", "runtime", "build", "interp"}),
    "subprocess": frozenset({"build", "cli"}),
    "cffi": frozenset(),
    "_cffi_backend": frozenset({"runtime", "interp"}),
}

MODULES = sorted(ROOT.rglob("*.py"))


def rank(package: str) -> int:
    found = [number for number, row in enumerate(LAYERS) if package in row]
    assert found, f"{package} has no layer: add it to LAYERS"
    return found[0]


def package_of(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[0]


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Every dotted name a module imports, with its line; also imports inside functions and `if TYPE_CHECKING`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative imports hide the layer"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_flow_one_way(path: Path) -> None:
    own = package_of(path)
    for name, line in imported(path):
        first, _, rest = name.partition(".")
        if first != "iris_cc":
            continue
        other = rest.split(".")[0] if (ROOT / rest.split(".")[0]).exists() or is_module(rest) else "__init__"
        if other == own:
            continue
        where = f"{path.relative_to(ROOT)}:{line}: {own} imports {name}"
        assert rank(other) < rank(own), f"{where}, which is not below it"
        assert other not in FORBIDDEN.get(own, ()), f"{where}, which it may not know"
        allowed = ALLOWED_ONLY.get((own, other), (rest,))
        assert rest in allowed or rest.rpartition(".")[0] in allowed, f"{where}; only {allowed} is allowed"


def is_module(rest: str) -> bool:
    return (ROOT / f"{rest.split('.', maxsplit=1)[0]}.py").exists()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_outside_packages_stay_where_they_belong(path: Path) -> None:
    for name, line in imported(path):
        allowed = OUTSIDE.get(name.split(".")[0])
        assert allowed is None or package_of(path) in allowed, f"{path.relative_to(ROOT)}:{line} imports {name}"


def test_every_layer_exists() -> None:
    present = {package_of(path) for path in MODULES}
    assert present == {name for row in LAYERS for name in row}


def test_a_name_of_a_class_is_one_class() -> None:
    """One word, one meaning: a reader who searches for a class finds it, and not its namesakes of other fields."""
    homes: dict[str, list[str]] = {}
    for path in MODULES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert not {name: found for name, found in homes.items() if len(found) > 1}


def test_no_module_is_too_long() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in MODULES}
    assert not {name: count for name, count in long.items() if count > 500}
