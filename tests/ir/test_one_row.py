"""What is true of an operation stands in its row, and a row is all that a new operation needs."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from iris_cc.ir import ops
from iris_cc.ir.ops import SAME, TABLE, Helper, Libm, Op, Trait
from iris_cc.ir.types import ALL, INTEGERS, Scalar
from tests.ir.strategies import corners, same_bits

ROOT = Path(__file__).resolve().parents[2] / "iris_cc"
MODULES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "ir" / "ops.py")
ROW_NAMES = {name for name, value in vars(ops).items() if isinstance(value, Op)}

# Tables that have operations, or words that operations have too, as keys, and why each may.
EXCEPTIONS = {
    ("passes/identities.py", "_RULES"): "a rewrite relates operations to each other, and is what that pass is",
    ("interp/special.py", "_OWN"): "the functions that rows name by `iris.`: the row holds the name, this the code",
    ("pyroute/known_calls.py", "_MATH_INT"): "names of Python's `math`, of which few are operations",
    ("pyroute/known_calls.py", "_MATH_BOOL"): "names of Python's `math`, of which few are operations",
    ("runtime/ufunc.py", "_OPERATORS"): "pandas' names of operators",
}


# -- no table beside the table -----------------------------------------------------------------------------------------


def tables(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Collections of a module that have more operations in them than a condition has: their names and lines."""
    names = dict(named(tree))
    for node in ast.walk(tree):
        match node:
            case ast.Dict(keys=keys):
                found, most = [part for key in keys for part in parts(key)], 1
            case ast.Set(elts=elements) | ast.List(elts=elements) | ast.Tuple(elts=elements):
                found, most = elements, 1 if isinstance(node, ast.Set) or node in names else 3
            case _:
                continue
        words = {each.value for each in found if isinstance(each, ast.Constant)}
        if sum(map(is_row, found)) > most or len(words & set(ops.BY_NAME)) > 2:
            yield names.get(node, ""), node.lineno


def named(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """What a name of the module is bound to, also by way of a call: `frozenset((...))`."""
    for stmt in tree.body:
        if isinstance(stmt, ast.Assign | ast.AnnAssign):
            name = ast.unparse(stmt.targets[0] if isinstance(stmt, ast.Assign) else stmt.target)
            for value in (stmt.value, *(stmt.value.args if isinstance(stmt.value, ast.Call) else ())):
                if value is not None:
                    yield value, name


def parts(key: ast.expr | None) -> list[ast.expr]:
    return key.elts if isinstance(key, ast.Tuple) else [key] if key is not None else []


def is_row(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="ops"), attr=name) | ast.Name(id=name):
            return name in ROW_NAMES
    return False


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_other_module_has_a_table_of_operations(path: Path) -> None:
    where = str(path.relative_to(ROOT))
    found = [(name, line) for name, line in tables(ast.parse(path.read_text())) if (where, name) not in EXCEPTIONS]
    assert not found, f"{where}: {found}: make it a column or a trait of the row"


def test_every_exception_is_one() -> None:
    found = {(str(path.relative_to(ROOT)), name) for path in MODULES for name, _ in tables(ast.parse(path.read_text()))}
    assert found == set(EXCEPTIONS)


@pytest.mark.parametrize(
    "text, is_table",
    [("_LOUD = frozenset({ops.LT, ops.LE})", True), ("_ROWS: dict = {ops.ADD: ops.OR, ops.MUL: ops.AND}", True),
     ("_BY = {(ops.MIN, 'int'): 1, (ops.MAX, 'int'): 2}", True), ("x = op in (ops.FDIV, ops.MOD, ops.REM, LAE)", True),
     ("_WHOLE = (ops.FLOOR, ops.CEIL)", True), ("_ON = {'add': 1, 'sub': 2, 'mul': 3}", True),
     ("if op in (ops.SHL, ops.SHR): pass", False), ("x = {'add': 1}", False), ("e.op(ops.SEL, a, b)", False)],
)  # fmt: skip
def test_a_table_is_seen(text: str, is_table: bool) -> None:
    assert bool(list(tables(ast.parse(text)))) is is_table


# -- traits mean what they say -----------------------------------------------------------------------------------------


def rows_with(trait: Trait) -> list[Op]:
    return [op for op in TABLE if trait in op.traits and "." not in op.numpy]


def columns(op: Op, t: Scalar, count: int) -> list[np.ndarray]:
    rows = list(product(corners(t), repeat=count))
    return [np.array(column, t.dtype) for column in zip(*rows, strict=True)]


def computed(op: Op, *args: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.asarray(getattr(np, op.numpy)(*args))


def alike(op: Op, left: np.ndarray, right: np.ndarray) -> bool:
    if Trait.EXTREME in op.traits:  # which of two zeros is free
        return bool(np.array_equal(left, right, equal_nan=left.dtype.kind == "f"))
    return same_bits(left, right)


@pytest.mark.parametrize("op", rows_with(Trait.COMMUTES), ids=lambda op: op.name)
def test_exchanged_operands_give_the_same(op: Op) -> None:
    for t in op.over:
        x, y = columns(op, t, 2)
        assert alike(op, computed(op, x, y), computed(op, y, x))


@pytest.mark.parametrize("op", rows_with(Trait.ASSOCIATES), ids=lambda op: op.name)
def test_operands_may_be_grouped_otherwise(op: Op) -> None:
    for t in op.over if Trait.EXTREME in op.traits else set(op.over) & set(INTEGERS):
        x, y, z = columns(op, t, 3)
        assert alike(op, computed(op, computed(op, x, y), z), computed(op, x, computed(op, y, z)))


@pytest.mark.parametrize("op", rows_with(Trait.EXTREME), ids=lambda op: op.name)
def test_an_extreme_is_one_of_its_operands(op: Op) -> None:
    for t in op.over:
        x, y = columns(op, t, 2)
        found = computed(op, x, y)
        nan = np.isnan(found) if t.is_float else False
        assert ((found == x) | (found == y) | nan).all()


@pytest.mark.parametrize("op", [op for op in TABLE if op.compares], ids=lambda op: op.name)
def test_a_mirrored_comparison_has_its_operands_exchanged(op: Op) -> None:
    assert op.mirrored.mirrored is op and (op.mirrored is op) == (Trait.COMMUTES in op.traits)
    for t in ALL:
        x, y = columns(op, t, 2)
        assert same_bits(computed(op, x, y), computed(op.mirrored, y, x))


@pytest.mark.parametrize("op", [op for op in TABLE if op.elsewhere is not None], ids=lambda op: op.name)
def test_elsewhere_a_row_means_what_numpy_gives(op: Op) -> None:
    """On the types that NumPy takes without a conversion and the row does not."""
    tried = 0
    for t in set(ALL) - set(op.over):
        args = columns(op, t, op.arity)
        try:
            found = computed(op, *args)
        except TypeError:
            continue
        if found.dtype not in (args[0].dtype, np.dtype(bool)):
            continue  # a NumPy that converts it
        tried += 1
        if isinstance(op.elsewhere, bool):
            assert (found == op.elsewhere).all() and found.dtype == bool
        elif op.elsewhere == SAME:
            assert same_bits(found, args[0])
        else:
            assert same_bits(found, computed(ops.BY_NAME[str(op.elsewhere)], *args))
    assert tried or op.elsewhere == SAME


@pytest.mark.parametrize("op", TABLE, ids=lambda op: op.name)
def test_columns_fit_each_other(op: Op) -> None:
    assert not op.mirror or op.compares
    assert all(text.format(*"xyz", t="f64", T="F64", n=64, r="f64") for text in op.vector.values())
    if isinstance(op.elsewhere, str) and op.elsewhere != SAME:
        assert ops.BY_NAME[op.elsewhere].arity == op.arity
    match op.c:
        case Libm(name=name, builtin=builtin):
            assert not (op.c.own and builtin) and bool(op.c.own) >= op.c.near
            assert op.numpy == f"libm.{name}" or "." not in op.numpy
        case Helper(ours=True, libm=libm, near=near):
            assert not libm and not near
    if Trait.INSTRUCTION in op.traits:
        assert isinstance(op.c, Libm) and op.c.builtin


# -- a new row ---------------------------------------------------------------------------------------------------------

WITH_A_NEW_ROW = """
import math, sys
import numpy as np
import iris_cc
from iris_cc.ir import ops

row = ops.Op("ieee", "TT->T", ops.FLOATS, ops.Libm("remainder"), "libm.remainder", ("math.remainder", "dsl.ieee"), 40)
ops.TABLE += (row,)
ops.BY_NAME[row.name] = row
ops.BY_PYTHON.update((key, row) for key in row.python)

def python(x, y):
    return math.remainder(x, y) + 1

def dsl(x, y):
    return ieee(x, y)

def in_a_loop(x, y):
    while abs(x) > y:
        x = math.remainder(x, y)
    return x

FALLBACK = "error" if sys.argv[1] == "compiled" else "silent"
rng = np.random.default_rng(3)
x, y = rng.normal(0, 30, 200), rng.uniform(0.5, 4, 200)
x[:4], y[:4] = [np.nan, np.inf, 2.5, -0.0], [1, 2, 0.0, 3]

def remainder(a, b):
    try:
        return math.remainder(a, b)
    except ValueError:
        return math.nan

with np.errstate(invalid="ignore"):
    for dtype in ("f8", "f4"):
        a, b = x.astype(dtype), y.astype(dtype)
        want = np.array(list(map(remainder, a.tolist(), b.tolist())))
        bare = iris_cc.kernel(dsl, fallback=FALLBACK)
        assert bare(a, b).dtype == dtype and bare.explain(a, b).route == sys.argv[1]
        np.testing.assert_array_equal(bare(a, b), want.astype(dtype))
        of_math = iris_cc.kernel(python, fallback=FALLBACK)
        np.testing.assert_array_equal(of_math(a, b), want + 1)
        loop = iris_cc.kernel(in_a_loop, fallback=FALLBACK)
        inside = np.abs(b) > 0
        inside[:2] = False
        a, b = a[inside].astype("f8"), b[inside].astype("f8")
        np.testing.assert_array_equal(loop(a, b), [p if abs(p) <= q else remainder(p, q) for p, q in zip(a, b)])
    small = iris_cc.kernel("def k(x, y):\\n    return ieee(x, y) * ieee(5.5, 2.0)", fallback=FALLBACK)
    assert small(np.float32(7), 4) == 0.5
"""


@pytest.mark.parametrize("route", [pytest.param("compiled", marks=pytest.mark.needs_cc), "interpreted"])
def test_a_row_is_all_that_a_function_of_two_operands_needs(route: str, tmp_path: Path) -> None:
    """IEEE 754's remainder, which NumPy has not, under `math` and as a bare name, compiled and interpreted."""
    script = tmp_path / "new_row.py"
    script.write_text(WITH_A_NEW_ROW)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "IRIS_CC_CACHE_DIR": str(tmp_path),
        "ME_DSL_JIT": "1" if route == "compiled" else "0",
    }
    done = subprocess.run(
        [sys.executable, script, route], env=environment, check=False, capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
