"""The documents are in step with the code: generated parts, names, links.  `make golden` renews the generated parts."""

from __future__ import annotations

import ast
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import iris_cc
from benchmarks import markdown
from iris_cc.codes import TABLE as CODES
from iris_cc.frontend import resolve
from iris_cc.frontend.composites import COMPOSITES
from iris_cc.ir import ops

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "examples").rglob("*.md")])

COLLATZ = """
def collatz(n):
    steps = 0
    while n > 1:
        n = 3 * n + 1 if n % 2 else n // 2
        steps += 1
    return steps
"""


# -- what is generated -------------------------------------------------------------------------------------------------


def ir_text() -> str:
    return f"```\n{iris_cc.kernel(COLLATZ).inspect_ir('i8')}```"


def lanes_text() -> str:
    return f"```\n{iris_cc.kernel(COLLATZ).ir_after(('i8',), 1, 'mask')}```"


def operation_table() -> str:
    rows = ["| operation | takes | over | NumPy | in Python |", "|---|---|---|---|---|"]
    rows += [
        f"| `{op.name}` | `{op.takes}` | {over(op)} | {numpy_name(op)} | {', '.join(map(spelling, op.python))} |"
        for op in ops.TABLE
    ]
    return "\n".join(rows)


def over(op: ops.Op) -> str:
    return " ".join(map(str, op.over))


def numpy_name(op: ops.Op) -> str:
    return f"`{op.numpy}`" if "." not in op.numpy else ""


OPERATORS = {
    "Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "**", "USub": "-x", "Lt": "<",
    "LtE": "<=", "Gt": ">", "GtE": ">=", "Eq": "==", "NotEq": "!=", "BitAnd": "&", "BitOr": r"\|", "BitXor": "^",
    "Invert": "~", "LShift": "<<", "RShift": ">>",
}  # fmt: skip


def spelling(key: type[ast.AST] | str) -> str:
    if isinstance(key, str):
        return f"`{key.replace('numpy.', 'np.').replace('dsl.', '')}`"
    return f"`{OPERATORS[key.__name__]}`"


def function_table() -> str:
    rows = ["| meaning | `np.` | `math.` | DSL |", "|---|---|---|---|"]
    for op in ops.TABLE:
        names = {space: words(op.python, space) for space in ("numpy", "math", "dsl")}
        if any(names.values()):
            rows.append(f"| {op.name} | {' | '.join(names.values())} |")
    for composite in COMPOSITES:
        names = {space: words(composite.spellings, space) for space in ("numpy", "math", "dsl")}
        if any(names.values()) and not any(each in ops.BY_PYTHON for each in composite.spellings):
            rows.append(f"| {composite.spellings[0].partition('.')[2]} | {' | '.join(names.values())} |")
    builtins = ", ".join(f"`{name}`" for name in resolve.spelled("builtin"))
    return f"Python's builtins: {builtins}.\n\n" + "\n".join(rows)


def words(spellings: tuple[type[ast.AST] | str, ...], space: str) -> str:
    found = [key.partition(".")[2] for key in spellings if isinstance(key, str) and key.startswith(f"{space}.")]
    return ", ".join(f"`{name}`" for name in found)


def error_table() -> str:
    parts = []
    for code in CODES.values():
        lines = [f"## {code.id}: {code.title}", "", f"*{code.level}*"]
        lines += ["", code.text] if code.text else []
        lines += ["", f"What to do: {code.help}."] if code.help else []
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


GENERATED: dict[tuple[str, str], Callable[[], str]] = {
    ("IR.md", "ir"): ir_text,
    ("IR.md", "lanes"): lanes_text,
    ("IR.md", "operations"): operation_table,
    ("language.md", "functions"): function_table,
    ("errors.md", "errors"): error_table,
    ("benchmarks.md", "results"): markdown.cases,
    ("../README.md", "speed"): markdown.claims,
}


@pytest.mark.parametrize(("page", "name"), GENERATED)
def test_generated_parts_are_in_step(page: str, name: str, request: pytest.FixtureRequest) -> None:
    path = DOCS / page
    text = path.read_text()
    made = GENERATED[page, name]()
    pattern = re.compile(rf"(<!-- generated: {name} -->\n).*?(\n?<!-- end -->)", re.DOTALL)
    assert len(pattern.findall(text)) == 1
    renewed = pattern.sub(lambda match: f"<!-- generated: {name} -->\n{made}\n<!-- end -->", text)
    if request.config.getoption("--update-golden"):
        path.write_text(renewed)
    assert path.read_text() == renewed, "run `make golden`"


def test_every_generated_part_has_a_maker() -> None:
    found = {
        (path.name if path.parent == DOCS else f"../{path.name}", name)
        for path in PAGES
        for name in re.findall(r"<!-- generated: (\w+) -->", path.read_text())
    }
    assert found == set(GENERATED)


# -- what is said ------------------------------------------------------------------------------------------------------


def test_every_listed_function_is_accepted() -> None:
    for key in ops.BY_PYTHON:
        if isinstance(key, str):
            space, _, name = key.partition(".")
            arity = ops.BY_PYTHON[key].arity
            called = {"numpy": f"np.{name}", "math": f"math.{name}", "dsl": name}[space]
            assert space != "numpy" or hasattr(np, name)
            if space == "math" and not hasattr(math, name):
                continue  # of a newer Python
            text = f"def f(a, b, c):\n    return {called}({', '.join('abc'[:arity])})"
            assert iris_cc.kernel(text).nin == 3


def test_the_new_operation_of_the_walk_is_a_row() -> None:
    text = (DOCS / "adding-an-operation.md").read_text()
    line = re.search(r"```python\n(\w+) = (Op\(.*\))\n```", text)
    assert line is not None
    written = eval(line[2], dict(vars(ops)))
    row = vars(ops)[line[1]]
    assert all(
        getattr(written, name) == getattr(row, name)
        for name in ("name", "takes", "over", "c", "numpy", "python", "cost")
    )


def test_an_operation_needs_its_row_only() -> None:
    """Take the row out and the function is unknown; put a row in and it runs, on both routes and in the table."""
    program = """
import ast, os
from iris_cc.ir import ops
gone = ops.BY_NAME["exp2"]
ops.TABLE = tuple(op for op in ops.TABLE if op is not gone)
for key in gone.python: del ops.BY_PYTHON[key]
del ops.BY_NAME["exp2"]
import numpy as np, iris_cc, warnings
warnings.simplefilter("ignore")
try:
    iris_cc.kernel("def f(a):\\n    return exp2(a)")
except iris_cc.CompileError as error:
    assert error.diagnostics[0].code.id in ("E0201", "E0203"), error
else:
    raise SystemExit("accepted without a row")
row = ops.Op("exp2", "T->T", ops.FLOATS, ops.Libm("exp2"), "exp2", ("numpy.exp2", "math.exp2", "dsl.exp2"), ops.CALL)
ops.TABLE += (row,); ops.BY_NAME["exp2"] = row
for key in row.python: ops.BY_PYTHON[key] = row
x = np.linspace(-3, 3, 7)
for _ in "compiled", "interpreted":
    for text in "exp2(a)", "np.exp2(a)", "math.exp2(a)":
        kernel = iris_cc.kernel(f"def f(a):\\n    return {text} + exp2(2.0)")
        np.testing.assert_allclose(kernel(x), np.exp2(x) + 4.0, rtol=1e-15)
    os.environ["ME_DSL_JIT"] = "0"
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_every_variable_is_documented() -> None:
    text = (DOCS / "environment.md").read_text()
    sources = "".join(path.read_text() for path in (ROOT / "iris_cc").rglob("*.py"))
    names = set(re.findall(r"\"((?:ME_DSL|IRIS_CC|IRIS_JIT)_[A-Z_]+|CC)\"", sources))
    assert names - {"IRIS_FLAGS_ALL", "IRIS_FLAGS_INVALID"} == set(re.findall(r"^\| `(\w+)`", text, re.MULTILINE))


def test_every_divergence_is_numbered() -> None:
    text = (DOCS / "semantics.md").read_text()
    part = text.partition("## The divergences")[2].partition("\n## ")[0]
    assert re.findall(r"^(\d)\. ", part, re.MULTILINE) == list("123456")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_named_files_exist(page: Path) -> None:
    for name in re.findall(r"`((?:iris_cc|tests|examples|runtime_c|docs)/[\w/.-]+)`", page.read_text()):
        assert (ROOT / name).exists() or name == "iris_cc/_runtime_c", name


def test_picture_is_small() -> None:
    assert (DOCS / "images" / "mandelbrot.png").stat().st_size < 200_000


@pytest.mark.parametrize("command", ["dump", "run", "explain", "doctor", "cache"])
def test_readme_names_every_command(command: str) -> None:
    assert f"iris-cc {command}" in (ROOT / "README.md").read_text()


def test_make_help_lists_every_target() -> None:
    if shutil.which("make") is None:
        pytest.skip("no make")
    done = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^  make ([a-z-]+) ", done.stdout, re.MULTILINE))
    declared = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert (
        listed == declared >= {"help", "demo", "test", "test-all", "test-fallback", "lint", "golden", "fuzz", "clean"}
    )


def test_ci_runs_the_readmes_command() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert "set -euo pipefail" in script and "\nmake test\n" in script and "\nmake lint\n" in script
    assert "make test" in (ROOT / "README.md").read_text()
