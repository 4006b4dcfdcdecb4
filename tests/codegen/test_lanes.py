"""The lane loop against the element loop: the same bits for every width, length and layout, and the same faults."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iris_cc.codegen import nd_unit, ufunc_unit
from iris_cc.codegen.lane_plan import plan
from iris_cc.ir.nodes import Function
from iris_cc.passes.run import run as optimise
from tests.codegen import lane_kernels
from tests.codegen.units import FLAGS, call_nd, call_raw, compile_text
from tests.ir.strategies import functions, lanes, same_bits

pytestmark = pytest.mark.needs_cc

# (parts, bytes of a vector): with 64-bit lanes 1, 2, 8, 16 and 48 elements at once
WIDTHS = [(1, 8), (1, 16), (2, 32), (4, 32), (12, 32)]
QUICK = [flag for flag in FLAGS if flag != "-O3"] + ["-O1"]


def library(text: str, width: int = 0, flags: Sequence[str] = FLAGS) -> ctypes.PyDLL:
    extra = [f"-DIRIS_VECTOR_BYTES={width}"] if width else []
    return ctypes.PyDLL(str(compile_text(text, flags=[*flags, *extra])))


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


@pytest.fixture(scope="module", params=sorted(lane_kernels.KERNELS))
def case(request: pytest.FixtureRequest) -> tuple[Function, ctypes.PyDLL, list[ctypes.PyDLL]]:
    fn = optimise(lane_kernels.KERNELS[request.param](), verify=True)
    element = library(ufunc_unit(fn, parts=0), flags=QUICK)
    return (
        fn,
        element,
        [library(ufunc_unit(fn, parts=parts), width, QUICK) for parts, width in WIDTHS[:-1]]
        + [library(ufunc_unit(fn, parts=3))],
    )


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


def faulting() -> list[tuple[ctypes.PyDLL, ctypes.PyDLL]]:
    fn = optimise(lane_kernels.checked(), verify=True)
    return [(library(ufunc_unit(fn, parts=0), flags=QUICK), library(ufunc_unit(fn, parts=2), flags=QUICK))]


def test_only_a_live_lane_faults() -> None:
    """checked(x, n) fails if x is 7 while the loop of that element still runs."""
    ((element, loop),) = faulting()
    for count in (1, 5, 8, 9, 30):
        for bad in range(count):
            for trips, fails in ((0, False), (3, True)):
                x, n = np.arange(100, 100 + count), np.full(count, 5)
                x[bad], n[bad] = 7, trips
                for which in (element, loop):
                    assert called(which, x, n, np.zeros(count, np.int64)) is not fails


def test_the_while_limit_counts_for_each_element() -> None:
    fn = optimise(lane_kernels.collatz(), verify=True)
    n = np.arange(1, 60)
    steps = np.zeros(len(n), np.int64)
    element = library(ufunc_unit(fn, parts=0), flags=QUICK)
    assert called(element, n, steps)
    for parts, width in WIDTHS:
        loop = library(ufunc_unit(fn, parts=parts), width, QUICK)
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
    fn=functions(faults=True), seed=st.integers(0, 2**32 - 1), parts=st.sampled_from([1, 2, 3]), optimised=st.booleans()
)
@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
def test_any_function_gives_the_same_bits(fn: Function, seed: int, parts: int, optimised: bool) -> None:
    fn = optimise(fn) if optimised else fn
    if plan(fn, 0, parts) is None:
        return
    count = 21
    arrays = lanes([param.type for param in fn.params], count, seed)
    texts = [nd_unit(fn, 1, parts=some) for some in (0, parts)]
    results = []
    flags = [flag for flag in FLAGS if flag != "-O3"] + [
        "-O0",
        "-w",
    ]  # a function that no pass has seen is full of unread values
    for text in texts:
        made = outs(fn, count)
        status = call_nd(library(text, flags=flags), 1, (count,), [*arrays, *made])
        results.append((status, made))
    assert results[0][0] == results[1][0]
    if not results[0][0]:
        assert all(map(same_bits, results[0][1], results[1][1]))


@pytest.mark.parametrize("shape", [(), (1,), (30,), (3, 17), (2, 3, 9), (0,)])
def test_index_symbols_are_positions(shape: tuple[int, ...]) -> None:
    fn = optimise(lane_kernels.indexed(), verify=True)
    ndim = len(shape)
    element, loop = (library(nd_unit(fn, ndim, parts=parts), flags=QUICK) for parts in (0, 2))
    x = np.asarray(np.random.default_rng(3).random(shape))
    want, got = np.zeros(shape), np.zeros(shape)
    assert call_nd(element, ndim, shape, [x, want]) == call_nd(loop, ndim, shape, [x, got]) == 0
    assert want.tobytes() == got.tobytes()
