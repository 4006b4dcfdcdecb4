"""The lane loop against the element loop: the same bits for every width, length and layout, and the same faults."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iris_cc.build.cpu import host_level
from iris_cc.codegen import nd_unit, ufunc_unit
from iris_cc.codegen.lane_plan import plan
from iris_cc.ir import walk
from iris_cc.ir.nodes import Function, If
from iris_cc.ir.parser import parse
from iris_cc.ir.verify import verify
from iris_cc.passes.run import run as optimise
from tests.codegen import lane_kernels
from tests.codegen.units import FLAGS, call_nd, call_raw, compile_text, compiler
from tests.ir.strategies import functions, lanes, same_bits

pytestmark = pytest.mark.needs_cc

# (parts, bytes of a vector, refilling): with 64-bit lanes 1, 2, 8, 12, 16, 48 and 8 elements at once
WIDTHS = [
    *((1, 8, True), (1, 16, False), (2, 32, True), (3, 32, False), (4, 32, True), (12, 32, True)),
    (1, 64, True),  # no register of this target: what every compiler makes of it
]
QUICK = [flag for flag in FLAGS if flag != "-O3"] + ["-O1"]

# Levels with instructions of their own for masks, choices and new elements, by compiler, as far as this CPU runs them.
LEVELS = [
    (cc, f"x86-64-v{level}")
    for cc in ("gcc", "clang")
    for level in (1, 2, 3, 4)
    if shutil.which(cc) is not None and level <= host_level()
]


def libraries(makers: Sequence[tuple[str, int]], flags: Sequence[str] = QUICK) -> list[ctypes.PyDLL]:
    """The units, two compilers at a time."""

    def one(maker: tuple[str, int]) -> Any:
        text, width = maker
        return compile_text(text, flags=[*flags, *([f"-DIRIS_VECTOR_BYTES={width}"] if width else [])])

    with ThreadPoolExecutor(2) as pool:
        return [ctypes.PyDLL(str(path)) for path in pool.map(one, makers)]


def element_and_lanes(fn: Function, widths: Sequence[tuple[int, int, bool]] = WIDTHS) -> list[ctypes.PyDLL]:
    """The element loop, then the lane loop in each of `widths`."""
    lane_loops = [(ufunc_unit(fn, parts=parts, refills=refills), width) for parts, width, refills in widths]
    return libraries([(ufunc_unit(fn, parts=0), 0), *lane_loops])


def called(loop: ctypes.PyDLL, *arrays: np.ndarray) -> bool:
    """Whether the loop ran without a fault."""
    try:
        return call_raw(loop, len(arrays[-1]), [a.ctypes.data for a in arrays], [a.strides[0] for a in arrays]) == 0
    except (ValueError, RuntimeError):
        return False


def layouts(array: np.ndarray) -> list[np.ndarray]:
    """The same length in other places: strided, reversed, and one element for all."""
    wide = np.zeros(3 * len(array), array.dtype)
    wide[::3] = array
    return [array, wide[::3], array[::-1], np.broadcast_to(array[:1], array.shape) if len(array) else array]


@pytest.mark.parametrize("refills", [False, True])
@pytest.mark.parametrize("kernel", sorted(lane_kernels.KERNELS))
def test_every_level_and_compiler_gives_the_same_bits(kernel: str, refills: bool) -> None:
    fn = optimise(lane_kernels.KERNELS[kernel](), verify=True)
    flags = [flag for flag in QUICK if not flag.startswith("-march")]
    texts = [ufunc_unit(fn, parts=0), ufunc_unit(fn, parts=2, refills=refills)]

    def built(row: tuple[str, str]) -> ctypes.PyDLL:
        cc, level = row
        return ctypes.PyDLL(str(compile_text(texts[1], cc, [*flags, f"-march={level.replace('-v1', '')}"])))

    element = libraries([(texts[0], 0)])[0]
    with ThreadPoolExecutor(2) as pool:
        loops = list(pool.map(built, LEVELS))
    for count in (3, 40, 150):
        inputs, want = lane_kernels.inputs(fn, count), outs(fn, count)
        assert called(element, *inputs, *want)
        for loop, level in zip(loops, LEVELS, strict=True):
            got = outs(fn, count)
            assert called(loop, *inputs, *got)
            assert all(map(same_bits, got, want)), (fn.name, count, level)


@pytest.fixture(scope="module", params=sorted(lane_kernels.KERNELS))
def case(request: pytest.FixtureRequest) -> tuple[Function, ctypes.PyDLL, list[ctypes.PyDLL]]:
    fn = optimise(lane_kernels.KERNELS[request.param](), verify=True)
    element, *others = element_and_lanes(fn)
    return fn, element, others


def outs(fn: Function, count: int) -> list[np.ndarray]:
    return [np.zeros(count, type.dtype) for type in fn.results]


def test_every_length_and_layout_gives_the_same_bits(case: Any) -> None:
    fn, element, others = case
    for count in [*range(10), 15, 16, 17, 31, 33, 50]:
        inputs = lane_kernels.inputs(fn, count)
        for turn in range(4):
            shown = [layouts(array)[(turn * (k + 1)) % 4] for k, array in enumerate(inputs)]
            want = outs(fn, count)
            assert called(element, *shown, *want)
            for loop in others:
                got = outs(fn, count)
                assert called(loop, *shown, *got)
                assert all(map(same_bits, got, want)), (fn.name, count, turn)
                reversed_outs = [array[::-1] for array in outs(fn, count)]
                assert called(loop, *shown, *reversed_outs)
                assert all(map(same_bits, reversed_outs, want))


def test_results_may_lie_over_operands(case: Any) -> None:
    """In place, shifted by one as accumulate does, and one result for all as reduce does."""
    fn, element, others = case
    if fn.results[0] is not fn.params[0].type:
        return
    for loop in others:
        for shift, step in ((0, 1), (1, 1), (-1, 1), (0, 0)):
            memories = []
            for which in (element, loop):
                inputs = lane_kernels.inputs(fn, 42)
                memory = inputs[0]
                size = memory.itemsize
                places = [memory.ctypes.data + size, *(a.ctypes.data for a in inputs[1:])]
                rest = outs(fn, 42)[1:]
                pointers = [*places, memory.ctypes.data + size + shift * size, *(a.ctypes.data for a in rest)]
                steps = [size, *(a.itemsize for a in inputs[1:]), step * size, *(a.itemsize for a in rest)]
                assert call_raw(which, 40, pointers, steps) == 0
                memories.append([memory, *rest])
            assert all(map(same_bits, *memories)), (fn.name, shift, step)


@pytest.mark.parametrize("kernel", ["checked", "checked_while"])
def test_only_a_live_lane_faults(kernel: str) -> None:
    """The check fails if x is 7 in the third round: only where that round is run."""
    fn = optimise(getattr(lane_kernels, kernel)(), verify=True)
    for which in element_and_lanes(fn, [(2, 32, False), (2, 32, True)]):
        for count in (1, 5, 8, 9, 30):
            for bad in range(count):
                for trips, fails in ((0, False), (2, False), (3, True)):
                    x, n = np.arange(100, 100 + count), np.full(count, 5)
                    x[bad], n[bad] = 7, trips
                    assert called(which, x, n, np.zeros(count, np.int64)) is not fails


def test_the_while_limit_counts_for_each_element() -> None:
    fn = optimise(lane_kernels.collatz(), verify=True)
    n = np.arange(1, 60)
    steps = np.zeros(len(n), np.int64)
    element, *others = element_and_lanes(fn, [*WIDTHS, (2, 32, False)])
    assert called(element, n, steps)
    for loop in others:
        limit = ctypes.c_int64.in_dll(loop, "iris_while_limit")
        for most in (1, 9, int(steps.max()) - 1, int(steps.max()), 0):
            limit.value = most
            for first in range(0, len(n), 7):
                some = n[first : first + 20].copy()
                fits = not most or bool((steps[first : first + 20] <= most).all())
                assert called(loop, some, np.zeros(len(some), np.int64)) is fits
        limit.value = 5
        assert not called(loop, np.full(9, 27), np.zeros(9, np.int64))


@given(
    fn=functions(faults=True),
    seed=st.integers(0, 2**32 - 1),
    parts=st.sampled_from([1, 2, 3]),
    optimised=st.booleans(),
    refills=st.booleans(),
)
@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
def test_any_function_gives_the_same_bits(fn: Function, seed: int, parts: int, optimised: bool, refills: bool) -> None:
    fn = optimise(fn) if optimised else fn
    if plan(fn, 0, parts) is None:
        return
    count = 21
    arrays = lanes([param.type for param in fn.params], count, seed)
    results = []
    flags = [*QUICK, "-O0", "-w"]  # a function that no pass has seen is full of unread values
    units = [(nd_unit(fn, 1, parts=some, refills=refills), 0) for some in (0, parts)]
    for loop in libraries(units, flags):
        made = outs(fn, count)
        results.append((call_nd(loop, 1, (count,), [*arrays, *made]), made))
    assert results[0][0] == results[1][0]
    if not results[0][0]:
        assert all(map(same_bits, results[0][1], results[1][1]))


@pytest.mark.parametrize("shape", [(), (1,), (30,), (3, 17), (2, 3, 9), (0,)])
def test_index_symbols_are_positions(shape: tuple[int, ...]) -> None:
    fn = optimise(lane_kernels.indexed(), verify=True)
    ndim = len(shape)
    ways = [(0, False), (2, False), (2, True)]
    x = np.asarray(np.random.default_rng(3).random(shape))
    found = []
    for loop in libraries([(nd_unit(fn, ndim, parts=parts, refills=refills), 0) for parts, refills in ways]):
        out = np.zeros(shape)
        assert call_nd(loop, ndim, shape, [x, out]) == 0
        found.append(out.tobytes())
    assert len(set(found)) == 1


DIVISION = """
func @division(%0: TYPE, %1: TYPE, %2: i64) -> TYPE, TYPE {
  for %3: i64 in 0:i64 .. %2 step 1:i64 carry %4: TYPE = %0, %5: TYPE = 0:TYPE, %6: TYPE = 0:TYPE {
    %7: TYPE = floordiv %4, DIVISOR
    %8: TYPE = floormod %4, DIVISOR
    %9: TYPE = add %4, 1:TYPE
    yield %9, %7, %8
  } -> %10: TYPE, %11: TYPE, %12: TYPE
  return %11, %12
}
"""


def dividends(dtype: str) -> np.ndarray:
    """Numbers around every limit, and others of every length."""
    info, rng = np.iinfo(dtype), np.random.default_rng(7)
    around = [sign * (1 << k) + d for k in range(info.bits) for sign in (1, -1) for d in (-1, 0, 1)]
    drawn = [int(x) >> int(rng.integers(60)) for x in rng.integers(-(2**62), 2**62, 400)]
    numbers = [0, 1, 2, 3, 7, info.max, info.min, *around, *drawn]
    return np.array([n for n in numbers if info.min <= n <= info.max], dtype)


@pytest.mark.parametrize("dtype", ["int64", "uint64", "int32", "uint32"])
@pytest.mark.parametrize("divisor", ["%1", "10", "7", "-3", "1000000007", "281474976710657"])
def test_whole_division_is_pythons(dtype: str, divisor: str) -> None:
    """Floor and remainder by vectors of doubles: exact within their limits, and known to be beyond them elsewhere."""
    info = np.iinfo(dtype)
    if divisor != "%1" and not info.min <= int(divisor) <= info.max:
        divisor = {"-3": "3"}.get(divisor, "2147483647")
    type = dtype.replace("int", "i").replace("ui", "u")
    constant = divisor if divisor == "%1" else f"{divisor}:{type}"
    fn = optimise(verify(parse(DIVISION.replace("DIVISOR", constant).replace("TYPE", type))), verify=True)
    assert plan(fn, 0) is not None
    a = dividends(dtype)
    pairs = [(x, y) for x in a for y in (a if divisor == "%1" else a[:1])]
    rng = np.random.default_rng(3)
    if len(pairs) > 6000:
        pairs = [pairs[k] for k in rng.choice(len(pairs), 6000, replace=False)]
    x, y = (np.array(side, dtype) for side in zip(*pairs, strict=True))
    trips = rng.integers(1, 4, len(x))
    last = [int(n) + int(trip) - 1 for n, trip in zip(x, trips, strict=True)]
    last = [(n - info.min) % (1 << info.bits) + info.min for n in last]
    by = [int(d) if divisor == "%1" else int(divisor) for d in y]
    wanted = [divmod(n, d) if d else (0, 0) for n, d in zip(last, by, strict=True)]
    quotients = [(q - info.min) % (1 << info.bits) + info.min for q, _ in wanted]
    flags = [flag for flag in QUICK if not flag.startswith("-march")]
    for refills in (False, True):
        text = ufunc_unit(fn, parts=2, refills=refills)
        for cc, level in [*LEVELS[:: 1 if refills else 3], ("cc", "reassociated")]:
            target = "-DIRIS_REASSOCIATED" if level == "reassociated" else f"-march={level.replace('-v1', '')}"
            loop = ctypes.PyDLL(str(compile_text(text, cc, [*flags, target])))
            got = outs(fn, len(x))
            assert called(loop, x, y, trips, *got)
            assert got[0].tolist() == quotients, (cc, level)
            assert got[1].tolist() == [r for _, r in wanted], (cc, level)


def units() -> list[str]:
    """A lane loop of every form, as it is compiled for users."""
    made = [optimise(kernel(), verify=True) for kernel in (*lane_kernels.KERNELS.values(), lane_kernels.checked_while)]
    return [ufunc_unit(fn, parts=parts, refills=refills) for fn in made for parts, refills in ((1, False), (3, True))]


@pytest.mark.parametrize("cc", ["gcc", "clang"])
def test_no_compiler_warns(cc: str) -> None:
    if shutil.which(cc) is None:
        pytest.skip(f"no {cc}")
    for march in ("x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4"):
        flags = [flag for flag in FLAGS if not flag.startswith(("-march", "-O", "-shared"))]
        command = [cc, *flags, f"-march={march}", "-fsyntax-only", "-x", "c", "-"]
        for unit in units()[:: 1 if march.endswith("3") else 3]:
            done = subprocess.run(command, input=unit, capture_output=True, text=True, check=False)
            assert not done.stderr, done.stderr[:2000]


def test_another_reader_understands_lane_loops() -> None:
    pycparser = pytest.importorskip("pycparser")
    for unit in units()[::3]:
        command = [compiler(), "-E", "-P", "-DIRIS_READ_BACK", "-x", "c", "-"]
        plain = subprocess.run(command, input=unit, capture_output=True, text=True, check=True).stdout
        tree = pycparser.CParser().parse(plain)
        assert "iris_lanes" in [node.decl.name for node in tree.ext if type(node).__name__ == "FuncDef"]


def test_the_lane_loop_becomes_vectors() -> None:
    """The rounds of Mandelbrot are arithmetic on whole registers: no element is taken out of one."""
    fn = optimise(lane_kernels.KERNELS["escape_f8"](), verify=True)
    path = compile_text(ufunc_unit(fn, parts=2, refills=False), flags=[*FLAGS, "-save-temps"])
    listing = next(path.parent.glob("*.s")).read_text()
    block = listing[listing.index("iris_lanes:") : listing.index(".size\tiris_lanes")]
    assert len(re.findall(r"vmulpd.*ymm", block)) >= 6
    assert "vmulsd" not in block


def test_a_lane_unit_compiles_in_reasonable_time() -> None:
    fn = optimise(lane_kernels.KERNELS["nested"](), verify=True)

    def seconds(parts: int) -> float:
        text = ufunc_unit(fn, parts=parts)
        start = time.perf_counter()
        compile_text(text)
        return time.perf_counter() - start

    assert min(seconds(2) for _ in range(3)) < 6 * min(seconds(0) for _ in range(3))


def test_a_branch_that_only_leaves_its_loop_is_no_branch() -> None:
    made = plan(optimise(lane_kernels.left_early()), 0, 2)
    assert made is not None
    assert not any(isinstance(stmt, If) for stmt in walk.statements(made.fn.body))
    kept = plan(optimise(lane_kernels.nested()), 0, 2)
    assert kept is not None
    assert any(isinstance(stmt, If) for stmt in walk.statements(kept.fn.body))


def test_the_rule() -> None:
    """Straight bodies and fixed trips have no lanes; calls of the C library stay with the element loop."""
    assert plan(optimise(lane_kernels.collatz()), 0) is not None
    assert plan(optimise(lane_kernels.KERNELS["escape_f8"]()), 0) is not None
    short = plan(optimise(lane_kernels.KERNELS["escape_f4_count"]()), 0)
    assert short is not None and short.lane_bits == 32 and short.refills
    assert 40 % short.in_a_row == 0 and short.in_a_row > 1  # no lane passes its bound among these rounds
    nine = plan(optimise(lane_kernels.bits_of_index()), 0)
    assert nine is not None and nine.in_a_row == 3
    assert plan(optimise(lane_kernels.gcd()), 0) is not None
    assert plan(optimise(lane_kernels.calls()), 0) is None
