"""The text itself: names, comments, warnings, readers other than the compiler, and the same text in every run."""

from __future__ import annotations

import keyword
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from iris_cc import codegen
from iris_cc.codegen import declarations, nd_unit, ufunc_unit
from iris_cc.codegen.names import Names, clean, reserved
from iris_cc.codegen.runtime_c import HEADERS, folder, paste, text
from iris_cc.codegen.writer import safe_comment
from iris_cc.diagnostics import Span
from iris_cc.ir import ops
from iris_cc.ir.builder import Builder
from iris_cc.ir.nodes import Function, Index, Var
from iris_cc.ir.types import ALL, BOOL, F32, F64, I64
from tests.codegen.test_control import collatz, ranged
from tests.codegen.test_helpers import caster
from tests.codegen.test_ops import batches, function
from tests.codegen.test_rows import checked
from tests.codegen.units import FLAGS, compile_text, compiler, const, evaluate, make

WORDS = """
    int while register typeof bool true sin exp floorf uint8_t iris_kernel IRIS_FN linux unix PyErr_SetString main class
    x x x_1 x_1_1 k count args steps status out0 a-b 1st _ __ __attribute__ _Bool v*/ q\\ %s {0} first apart length
    flags x_tile x_step i0 NULL INT64_MIN printf t1 t2 M größe 日本語 🐍
"""
HOSTILE = [*WORDS.split(), "a b", "", "a" * 1000, "a" * 1000, "n\n"]


def hostile() -> Function:
    def body(b: Builder, *params: Var) -> tuple[Var, ...]:
        total = b.emit(ops.ADD, params[0], params[1], hint="int")
        for hint, param in zip(HOSTILE[::-1], params, strict=True):
            total = b.emit(ops.ADD, total, param, hint=hint)
        return total, b.emit(ops.SIN, total, hint="sin")

    fn = make((F64,) * len(HOSTILE), body, HOSTILE, name="*/ int main \\\n é")  # type: ignore[arg-type]
    return Function(fn.name, fn.params, fn.body, result_hints=("return", "x"))


@pytest.mark.needs_cc
def test_hostile_names_compile_and_compute() -> None:
    import numpy as np

    fn = hostile()
    values = [np.full(3, float(k)) for k in range(len(HOSTILE))]
    total, _ = evaluate(fn, *values)
    assert total[0] == sum(range(len(HOSTILE))) + 0 + 1


def test_names_are_short_ascii_and_unique() -> None:
    names = Names("status")
    claimed = [names.claim(hint) for hint in HOSTILE * 3]
    assert len(set(claimed)) == len(claimed)
    for name in claimed:
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", name), name
        assert name not in reserved() and name != "status" and not name.startswith(("iris_", "IRIS_", "Py"))
    assert names.claim("speed") == "speed"
    assert names.claim("speed") == "speed_1"


def test_many_equal_hints_are_quick() -> None:
    names = Names()
    assert len({names.claim("x") for _ in range(20_000)}) == 20_000


def test_reserved_covers_what_units_use() -> None:
    assert {"int", "bool", "int64_t", "sinf", "linux"} <= reserved()


# What a header says at file scope: macros, type names, and whatever is declared or called at the start of a line.
DECLARED = re.compile(r"^#define[ ]+(\w+)|^typedef [^;]*?(\w+);|^(?=[^\s#/*])[^(\n]*?(\w+)\(", re.MULTILINE)


def test_reserved_covers_every_header() -> None:
    """A word of a header is reserved, or has a prefix that no name is given."""
    for header in HEADERS:
        for word in filter(None, (word for match in DECLARED.findall(text(header)) for word in match)):
            ours = word.startswith(("iris_", "IRIS_", "Py", "__")) and clean(word, "t") != word
            assert ours or word in reserved(), (header, word)
    assert {"x", "a", "b", "i", "n", "total", "count"}.isdisjoint(reserved())
    assert clean("def", "t") == "def" and "def" in keyword.kwlist


@pytest.mark.parametrize(
    "line", ["a */ b", "/* a", "*" + "/" * 9, "a \\", "??/", "é\x00\r\n\t", "*\\/", "/**/*/", "x" * 999, "????/"]
)
def test_no_source_line_escapes_its_comment(line: str) -> None:
    comment = safe_comment(line)
    assert "*/" not in comment and "/*" not in comment and "\\" not in comment and "??" not in comment
    assert comment.isascii() and comment.isprintable() and len(comment) <= 100


def placed() -> Function:
    builder = Builder()
    x = builder.var(F64, "x")
    builder.loc = Span("/home/user/secret.py", 12, 0, 12, 5)
    y = builder.emit(ops.MUL, x, x, hint="y")
    z = builder.emit(ops.ADD, y, x, hint="z")
    builder.loc = Span("/home/user/secret.py", 13, 0, 13, 5)
    w = builder.emit(ops.SUB, z, x)
    builder.loc = Span("/home/user/other.py", 3, 0, 3, 5)
    v = builder.emit(ops.SUB, w, x)
    return Function("f", (x,), builder.block(v), loc=Span("/home/user/secret.py", 11, 0, 14, 0))


def test_lines_of_the_source_stand_before_their_statements() -> None:
    plain = ufunc_unit(placed())
    assert plain.count("/* line 12 */") == plain.count("/* line 13 */") == 1
    assert "secret" not in plain and "/home" not in plain
    shown = ufunc_unit(placed(), {12: "    y = x*x + x  # */ nice", 13: ""})
    assert "  /* 12: y = x*x + x # * / nice */\n  const double y = x * x;\n  const double z = y + x;\n" in shown
    assert "/* line 13 */" in shown and "/* line 3 of another file */" in shown


def indexed() -> Function:
    builder = Builder()
    x = builder.var(F32, "x")
    indices = tuple(Index(kind, axis, builder.var(I64)) for kind, axis in (("i", 0), ("i", 1), ("n", 0), ("flat", 0)))  # type: ignore[arg-type]
    total = builder.cast(x, F64)
    for index in indices:
        total = builder.emit(ops.ADD, total, builder.cast(index.var, F64))
    return Function("indexed", (x,), builder.block(total), indices)


def broad() -> list[str]:
    """A unit for every operation, cast, loop form and entry."""
    units = [ufunc_unit(function(types, rows)) for types, rows in batches()]
    units += [ufunc_unit(caster(type)) for type in ALL]
    units += [ufunc_unit(fn) for fn in (hostile(), placed(), checked(), collatz(), ranged(2), ranged(None), ranged(-1))]
    units += [nd_unit(indexed(), ndim) for ndim in range(4)]
    units.append(ufunc_unit(make((), lambda b: const(1.5, F64))))
    always = make((BOOL,), lambda b, x: (b.emit(ops.GE, x, const(False, BOOL)), b.emit(ops.EQ, x, x)))
    return [*units, ufunc_unit(always)]


@pytest.mark.needs_cc
@pytest.mark.parametrize("cc", ["gcc", "clang"])
@pytest.mark.parametrize("standard", ["gnu11", "gnu2x"])
def test_no_compiler_warns(cc: str, standard: str) -> None:
    if shutil.which(cc) is None:
        pytest.skip(f"no {cc}")
    flags = [*FLAGS[1:], "-O0", "-fsyntax-only", f"-std={standard}"]
    flags = [flag for flag in flags if flag != "-shared"]

    def complaints(unit: str) -> str:
        command = [cc, *flags, "-x", "c", "-"]
        return subprocess.run(command, input=unit, capture_output=True, text=True, check=False).stderr

    with ThreadPoolExecutor(4) as pool:
        assert not "".join(pool.map(complaints, broad()))[:2000]


@pytest.mark.needs_cc
def test_the_bare_command_is_enough(tmp_path: Path) -> None:
    assert compile_text(ufunc_unit(collatz()), flags=["-O3", "-shared", "-fPIC"]).exists()


@pytest.mark.needs_cc
def test_only_the_entries_are_exported() -> None:
    path = compile_text(ufunc_unit(collatz()))
    listing = subprocess.run(["nm", "-D", "--defined-only", path], capture_output=True, text=True, check=True).stdout
    names = sorted(line.split()[-1] for line in listing.splitlines())
    words = ["iris_main_thread", "iris_parallel_entry", "iris_parallel_start", "iris_share", "iris_while_limit"]
    assert names == ["iris_look", "iris_loop", *words]


@pytest.mark.needs_cc
def test_another_reader_understands_every_unit() -> None:
    pycparser = pytest.importorskip("pycparser")
    parser = pycparser.CParser()
    for unit in broad()[::3]:
        command = [compiler(), "-E", "-P", "-DIRIS_READ_BACK", "-x", "c", "-"]
        plain = subprocess.run(command, input=unit, capture_output=True, text=True, check=True).stdout
        tree = parser.parse(plain)
        names = [node.decl.name for node in tree.ext if type(node).__name__ == "FuncDef"]
        assert "iris_kernel" in names and names[-1] in ("iris_loop", "iris_nd")


def test_units_include_nothing_and_declare_once() -> None:
    for unit in broad():
        assert "#include" not in unit and unit.isascii()
        for header in HEADERS:
            assert unit.count(f"/* {header} - ") <= 1


def test_the_text_is_the_same_in_every_run() -> None:
    program = (
        "import tests.codegen.test_text as t, hashlib; print(hashlib.sha256(''.join(t.broad()).encode()).hexdigest())"
    )
    root = Path(__file__).resolve().parents[2]

    def digest(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=root, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    assert digest("1") == digest("2")


def test_headers() -> None:
    assert sorted(HEADERS) == sorted(path.name for path in Path(folder()).glob("*.h"))
    assert all(text(header).isascii() for header in HEADERS)
    with pytest.raises(AttributeError):
        codegen.nothing  # noqa: B018


def test_declarations_suit_cffi() -> None:
    import cffi

    cffi.FFI().cdef(declarations())
    assert "iris_nd" in declarations("iris_nd") and "iris_loop" not in declarations("iris_nd")


def test_a_ufunc_has_no_index_symbols() -> None:
    with pytest.raises(ValueError, match="index"):
        ufunc_unit(indexed())


def test_a_wheel_carries_its_headers_inside(tmp_path: Path) -> None:
    """Without a checkout around it the package reads `_runtime_c`."""
    root = Path(codegen.__file__).resolve().parents[2]
    shutil.copytree(root / "iris_cc", tmp_path / "iris_cc", ignore=shutil.ignore_patterns("__pycache__", "_runtime_c"))
    shutil.copytree(folder(), tmp_path / "iris_cc" / "_runtime_c")
    program = "from iris_cc.codegen import runtime_c; print(runtime_c.folder(), len(runtime_c.paste({'iris_math.h'})))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()
    assert done == [str((tmp_path / "iris_cc" / "_runtime_c").resolve()), str(len(paste({"iris_math.h"})))]
