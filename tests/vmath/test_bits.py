"""The bits of a result depend on the argument alone: not on place, shape of loop, CPU level or compiler."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import numpy as np
import pytest

from iris_cc.build import cpu
from iris_cc.ir import ops
from tests.vmath import samples, unit
from tests.vmath.unit import Name

pytestmark = pytest.mark.needs_cc

EVERY = unit.names(False) + unit.names(True)


def _id(name: Name) -> str:
    return name.c


def same(got: np.ndarray, want: np.ndarray) -> None:
    """Equal bits, any nan for any nan."""
    bits = f"u{got.itemsize}"
    alike = (got.view(bits) == want.view(bits)) | (np.isnan(got) & np.isnan(want))
    assert alike.all(), np.flatnonzero(~alike)[:10]


def arguments(name: Name, count: int) -> tuple[np.ndarray, ...]:
    """Special values among others, in an order in which neighbours differ."""
    some = [np.concatenate(pair) for pair in zip(samples.points(name, count), samples.special(name), strict=True)]
    order = np.random.default_rng(2).permutation(some[0].size)
    return tuple(np.ascontiguousarray(a[order]) for a in some)


@pytest.mark.parametrize("name", EVERY, ids=_id)
def test_every_shape_and_place(name: Name, best: ctypes.CDLL) -> None:
    given = arguments(name, 4_000)
    whole = unit.run(best, "contiguous", name, *given)
    same(unit.run(best, "single", name, *given), whole)
    strided = unit.run(best, "strided", name, *given)
    last = strided.size // 3
    same(strided[: 3 * last : 3], whole[: 3 * last : 3])
    for length in (*range(1, 24), 33):
        for first in (0, 1, 3):
            part = tuple(np.ascontiguousarray(a[first : first + length]) for a in given)
            same(unit.run(best, "contiguous", name, *part), whole[first : first + length])
    lanes = unit.run(best, "lanes", name, *given)
    full = lanes.size // 16 * 16
    same(lanes[:full], whole[:full])


@pytest.mark.parametrize("name", [n for n in unit.names(False) if n.function in ("sin", "cos", "tan")], ids=_id)
def test_near_variants(name: Name, best: ctypes.CDLL) -> None:
    limit = 2.0**28 if name.kind == "f64" else 2.0**16
    x = samples.points(name, 40_000)[0]
    near = x[(abs(x) < limit) | ~np.isfinite(x)]
    out = np.empty_like(near)
    function = getattr(best, f"near_{name.c}")
    assert unit.call(function, near.size, near, out) == 0
    same(out, unit.run(best, "contiguous", name, near))
    for value in (limit, -limit, np.finfo(name.type).max):
        with_far = near[:37].copy()
        with_far[20] = value
        assert unit.call(function, 37, with_far, out) == 1


@pytest.fixture(scope="session")
def others(folder: Path) -> dict[str, ctypes.CDLL]:
    """The same functions for the other levels that run here, and by clang."""
    text = unit.source(EVERY)
    built = {}
    if unit.X86:
        flags = [flag for flag in unit.FLAGS if flag != "-O3"]
        built["v1"] = unit.compile_text(text, folder, "v1", "cc", *flags, "-O2", "-march=x86-64")[0]
        if cpu.host_level() == 4:
            for compiler in filter(unit.has, ("gcc", "clang")):
                words = (*unit.FLAGS, "-march=x86-64-v4")
                built[f"v4 {compiler}"] = unit.compile_text(text, folder, f"v4_{compiler}", compiler, *words)[0]
    if unit.has("clang"):
        built["clang"] = unit.compile_text(text, folder, "clang", "clang", *unit.FLAGS, *unit.BEST)[0]
    return built


@pytest.mark.parametrize("name", EVERY, ids=_id)
def test_every_level_and_compiler(name: Name, best: ctypes.CDLL, others: dict[str, ctypes.CDLL]) -> None:
    given = arguments(name, 4_000)
    want = unit.run(best, "contiguous", name, *given)
    for library in others.values():
        same(unit.run(library, "contiguous", name, *given), want)


def vectors(folder: Path, stem: str, text: str) -> set[int]:
    """The lines of the loops of which gcc made vectors."""
    path = folder / f"{stem}.c"
    path.write_text(text)
    words = ["gcc", *unit.FLAGS, *unit.BEST, "-fopt-info-vec", "-S", "-o", str(folder / f"{stem}.s"), str(path)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stderr
    return {int(line.split(":")[1]) for line in said.splitlines() if "loop vectorized" in line}


gcc_for_avx2 = pytest.mark.skipif(not unit.X86 or not unit.has("gcc"), reason="looks at gcc for AVX2")


@gcc_for_avx2
def test_every_loop_becomes_vectors(folder: Path) -> None:
    text = unit.source(EVERY)
    found = vectors(folder, "vectors", text)
    lines = text.splitlines()
    for name in EVERY:
        for shape in ("contiguous", "lanes"):
            first = next(k for k, line in enumerate(lines, 1) if line.startswith(f"void {shape}_{name.c}("))
            last = next(k for k in range(first, len(lines) + 1) if lines[k - 1] == "}")
            call = next(k for k in range(first, last) if f"{name.c}(" in lines[k] and "void" not in lines[k]) + 1
            assert found & set(range(call - 2, call + 1)), f"{shape} {name.c}"


@gcc_for_avx2
def test_a_branch_and_a_constant_become_vectors(folder: Path) -> None:
    """What is known while compiling must not make branches of choices.

    Angles and tables still do that here; in kernels they stand before the choice, and become vectors.
    """
    loops: list[tuple[str, str]] = []
    for name in [n for n in EVERY if n.function not in ("sin", "cos", "tan", "atan", "atan2", "erf")]:
        c = unit.KINDS[name.kind][1]
        for constant in ("2.4", "0.5", "-1", "3", "2") if name.two else ("",):
            call = f"{name.c}(x[k]{f', ({c}){constant}' if constant else ''})"
            for value in (call, f"x[k] > 1 ? x[k] / 3 : {call}"):
                head = f"void loop_{len(loops)}(long n, const {c} *x, {c} *out) {{ IRIS_INDEPENDENT"
                loops.append((value, f"{head}\n  for (long k = 0; k < n; ++k) out[k] = {value};\n}}\n"))
    before = unit.headers()
    found = vectors(folder, "branches", before + "\n" + "".join(text for _, text in loops))
    first = before.count("\n") + 2
    missed = [loops[k][0] for k in range(len(loops)) if not found & {first + 3 * k, first + 3 * k + 1}]
    assert not missed, "\n".join(missed)


def test_headers_are_plain_c_for_readers() -> None:
    pycparser = pytest.importorskip("pycparser")
    words = ["cc", "-E", "-P", "-DIRIS_READ_BACK", "-x", "c", "-"]
    text = subprocess.run(words, input=unit.headers(), capture_output=True, text=True, check=True).stdout
    pycparser.CParser().parse(text)


def test_the_operations_know_which_functions_there_are() -> None:
    listed = {f"iris_fast_{op.name}_{type}" for op in ops.TABLE for type in getattr(op.c, "fast", ())}
    assert listed == {name.c for name in unit.names(True)}


def test_headers_are_short() -> None:
    for path in sorted(unit.folder().glob("iris_vm_*.h")):
        assert len(path.read_text(encoding="ascii").splitlines()) < 500, path.name
        assert path.name in unit.HEADERS


def test_coefficients_are_what_the_program_makes() -> None:
    pytest.importorskip("mpmath")
    coefficients = pytest.importorskip("benchmarks.accuracy.coefficients")
    for path in sorted(coefficients.RUNTIME.glob("iris_vm_*.h")):
        text = path.read_text(encoding="ascii")
        assert coefficients.renewed(text) == text, path.name
