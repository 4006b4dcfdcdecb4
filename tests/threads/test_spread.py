"""Large arrays of several dimensions, cut as NumPy's iterator goes: NumPy's results, layouts, errors and refusals."""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import iris_cc
from iris_cc import threads
from iris_cc.runtime import parallel, spread
from tests.threads.cutting import cutting_spaces, start_spreading
from tests.threads.scripts import python
from tests.threads.test_pieces import assert_same_bits, axpy, both, branches, compiled, floats

pytestmark = pytest.mark.needs_cc

NUMBERS = (1, 2, 3, 4)


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    iris_cc.set_num_threads(4)
    start_spreading()
    yield
    iris_cc.set_num_threads(None)


def grid(*shape: int, seed: int = 1) -> np.ndarray:
    return floats(int(np.prod(shape)), seed).reshape(shape)


def alone(kernel: iris_cc.Kernel, *args: Any, **kwargs: Any) -> Any:
    iris_cc.set_num_threads(1)
    try:
        return kernel(*args, **kwargs)
    finally:
        iris_cc.set_num_threads(4)


LAYOUTS: dict[str, tuple[np.ndarray, np.ndarray]] = {
    "a column": (grid(400, 300), grid(400, 1)),
    "a row": (grid(400, 300), grid(300)),
    "outer": (grid(400, 1), grid(300)),
    "slices": (grid(400, 320)[:, :300], grid(800, 300)[::2]),
    "transposed": (grid(400, 300), grid(300, 400).T),
    "F order": (np.asfortranarray(grid(400, 300)), grid(400, 1)),
    "reversed": (grid(400, 300)[::-1, ::-1], grid(400, 300)),
    "tall": (grid(50_000, 3), grid(3)),
    "long rows": (grid(3, 50_000), grid(3, 1)),
    "three axes": (grid(40, 30, 50).transpose(1, 2, 0), grid(50, 1)),
    "five axes": (grid(4, 7, 1, 5, 300), grid(7, 9, 1, 1)),
    "a Python scalar": (grid(400, 320)[:, :300], np.array(2.0)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("function", [axpy, branches, both])
def test_results_and_layouts_are_numpys(function: Callable[..., Any], layout: str) -> None:
    x, y = LAYOUTS[layout]
    kernel = compiled(function, x.flat[:1], y.flat[:1])
    wanted = alone(kernel, x, y)
    with cutting_spaces() as cuts:
        found = kernel(x, y)
        assert cuts.rows == 1 and cuts.pieces > 1
    assert_same_bits(found, wanted)
    for one, other in zip(*(each if isinstance(each, tuple) else (each,) for each in (found, wanted)), strict=True):
        assert one.strides == other.strides


@pytest.mark.parametrize("number", NUMBERS)
def test_on_real_threads(number: int) -> None:
    start_spreading()
    for x, y in LAYOUTS.values():
        for function in (axpy, both):
            kernel = compiled(function, x.flat[:1], y.flat[:1])
            wanted = alone(kernel, x, y)
            iris_cc.set_num_threads(number)
            for _ in range(3):
                assert_same_bits(kernel(x, y), wanted)


def test_scalars_of_all_kinds() -> None:
    x = grid(400, 320)[:, :300]
    kernel = compiled(axpy, x[0], x[0])
    for scalar in (2.5, 3, True, np.float64(1.5)):
        kernel(x[0], scalar)
        kernel(scalar, x[0])
        wanted = alone(kernel, x, scalar)
        with cutting_spaces() as cuts:
            assert_same_bits(kernel(x, scalar), wanted)
            assert_same_bits(kernel(x=x, a=scalar), alone(kernel, scalar, x))
            assert cuts.rows == 2, scalar


def test_other_types_and_unaligned_data() -> None:
    raw = np.zeros(400 * 300 * 4 + 1, np.uint8)
    x = raw[1:].view("f4").reshape(400, 300)
    x[...] = grid(400, 300)
    y = (grid(400, 1) * 10).astype("i2")
    kernel = compiled(axpy, x[0], y[0])
    wanted = alone(kernel, x, y)
    with cutting_spaces() as cuts:
        assert_same_bits(kernel(x, y), wanted)
        assert cuts.rows == 1


# -- results that are given --


def test_given_results_come_back() -> None:
    x, y = LAYOUTS["a column"]
    kernel = compiled(both, x[0], y[0])
    wanted = alone(kernel, x, y)
    with cutting_spaces() as cuts:
        for form in ("positions", "keyword", "the second", "strided"):
            first, second = np.zeros(x.shape), np.zeros(x.shape, bool)
            if form == "strided":
                first = np.zeros((300, 800)).T[::2]
            if form == "positions":
                found = kernel(x, y, first, second)
            else:
                found = kernel(x, y, out=(None if form == "the second" else first, second))
            assert found[1] is second and (found[0] is first or form == "the second")
            assert_same_bits(found, wanted)
        assert cuts.rows == 4
        larger = np.zeros((2, *x.shape)), np.zeros((2, *x.shape), bool)
        kernel(x, y, out=larger)
        assert cuts.rows == 5
    assert_same_bits((larger[0][1], larger[1][0]), wanted)


@pytest.mark.parametrize("function", [axpy, "def waves(a, x): return exp(a) * sin(x)"])
def test_in_place(function: Any) -> None:
    start, y = grid(400, 320), grid(400, 1)
    kernel = compiled(function, y[0], y[0])
    wanted = alone(kernel, start[:, :300], y)
    x = start.copy()[:, :300]
    with cutting_spaces() as cuts:
        assert kernel(x, y, out=x) is x
        assert cuts.rows == 1
    assert_same_bits(x, wanted)
    for number in NUMBERS:
        iris_cc.set_num_threads(number)
        for _ in range(5):
            x = start.copy()[:, :300]
            kernel(x, y, out=x)
            assert_same_bits(x, wanted)


@pytest.mark.parametrize("shift", [-2, 1, 40])
def test_results_that_overlap_operands(shift: int) -> None:
    """NumPy's iterator computes them elsewhere first."""

    def call(kernel: iris_cc.Kernel) -> np.ndarray:
        memory = floats(400 * 320 + 100)
        x, out = (memory[start : start + 400 * 320].reshape(400, 320)[:, :300] for start in (50, 50 + shift))
        kernel(x, grid(400, 1), out=out)
        return memory

    kernel = compiled(axpy, floats(5), floats(5))
    wanted = alone(call, kernel)  # type: ignore[arg-type]
    with cutting_spaces():
        assert_same_bits(call(kernel), wanted)


def test_results_on_one_place_are_not_cut() -> None:
    x, y = LAYOUTS["a column"]
    kernel = compiled(axpy, x[0], y[0])
    for strides in ((0, 8), (8, 8), (2400, 4)):
        outs = [np.lib.stride_tricks.as_strided(np.zeros(400 * 300), x.shape, strides) for _ in range(2)]
        alone(kernel, x, y, out=outs[0])
        with cutting_spaces() as cuts:
            kernel(x, y, out=outs[1])
            assert cuts.rows == 0
        assert_same_bits(outs[1].copy(), outs[0].copy())


def test_results_that_overlap_each_other_are_not_cut() -> None:
    x, y = LAYOUTS["a column"]
    kernel = compiled("def f(x, y): return x + y, x - y", x[0], y[0])
    memory = np.zeros((401, 300))
    with cutting_spaces() as cuts:
        kernel(x, y, out=(memory[1:], memory[:-1]))
        assert cuts.rows == 0


# -- what stays NumPy's --


class Named(np.ndarray):
    pass


def test_what_is_left_to_numpy() -> None:
    x, y = LAYOUTS["a column"]
    kernel = compiled(axpy, x[0], y[0])
    kernel(x.astype("f4"), y)
    with cutting_spaces() as cuts:
        assert type(kernel(x.view(Named), y)) is Named
        kernel(x.tolist(), y)
        kernel(x, y, where=x > 0, out=np.zeros(x.shape))
        kernel(x, y, dtype="f8")
        kernel(x, y, order="F")
        kernel(x, y, out=np.zeros(x.shape, "f4"))
        kernel(x.astype(">f8"), y)
        kernel(x, x)  # one row
        kernel(x.T, x.T)
        kernel(x[:50], y[:50])  # small
        kernel.ufunc(x, y)
        assert cuts.rows == 0
        for wrong in (np.zeros((300, 400)), np.zeros((1, 300)), "abc", [1]):
            with pytest.raises((TypeError, ValueError)) as expected:
                kernel.ufunc(x, y, out=wrong)
            with pytest.raises(expected.type) as found:
                kernel(x, y, out=wrong)
            assert str(found.value) == str(expected.value)
        assert cuts.rows == 0
    frozen = np.zeros(x.shape)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        kernel(x, y, out=frozen)
    with pytest.raises(ValueError, match="could not be broadcast"):
        kernel(x, grid(399, 1))


def test_modes_in_which_the_cut_may_show_are_left_to_numpy() -> None:
    x, y = LAYOUTS["a column"]
    for fp in ("contract", "fast"):
        kernel = compiled(axpy, x[0], y[0], fp=fp)
        with cutting_spaces() as cuts:
            kernel(x, y)
            assert cuts.rows == 0


def test_a_limit_of_one_kernel() -> None:
    x, y = LAYOUTS["a column"]
    for most in (1, 2, 3):
        kernel = compiled(axpy, x[0], y[0], threads=most)
        with cutting_spaces() as cuts:
            kernel(x, y)
            assert (cuts.rows, cuts.most) == ((0, 0) if most == 1 else (1, most))


# -- errors and warnings --


def test_warnings_and_errors_of_floats() -> None:
    x, y = grid(400, 300), np.ones((400, 1))
    y[-1] = 0.0
    kernel = compiled("def inverse(x, y): return x / y", x[0], np.ones(1))
    with cutting_spaces() as cuts:
        with np.errstate(all="raise"):
            kernel(x[:-1], y[:-1])
        with (
            np.errstate(divide="raise"),
            pytest.raises(FloatingPointError, match="divide by zero encountered in inver"),
        ):
            kernel(x, y)
        with np.errstate(divide="ignore", invalid="raise", over="raise"):
            kernel(x, y)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            line = sys._getframe().f_lineno + 1
            kernel(x, y)
        assert [(str(each.message), each.filename, each.lineno) for each in seen] == [
            ("divide by zero encountered in inverse", __file__, line)
        ]
        heard: list[Any] = []
        with np.errstate(divide="call", call=lambda *said: heard.append(said)):
            kernel(x, y)
        assert heard == [("divide by zero", 1)]
        assert cuts.rows == 5


def test_control_flow_never_warns() -> None:
    x, y = grid(400, 300), grid(400, 1)
    y[::3] = 0.0
    kernel = compiled(branches, x[0], y[0])
    with cutting_spaces() as cuts, np.errstate(all="raise"):
        kernel(x, y)
        assert cuts.rows == 1


def test_a_fault_is_raised_by_the_ufunc() -> None:
    """The call is made again, so a call whose operands it has overwritten is not cut."""
    kernel = compiled("def power(x, n): return x ** n", 2, 3)
    x, n = np.full((400, 1), 2), np.zeros((400, 320), int)[:, :300]
    kernel(x, n)
    for place in (0, 200, 399):
        n[...] = 3
        n[place, 7] = -1
        with cutting_spaces() as cuts:
            with pytest.raises(ValueError, match="negative integer powers"):
                kernel(x, n)
            assert cuts.rows == 1
            with pytest.raises(ValueError, match="negative integer powers"):
                kernel(x, n, out=n)
            assert cuts.rows == 1
    n[...] = 3
    n[399, 299] = -1
    for number in NUMBERS:
        iris_cc.set_num_threads(number)
        for _ in range(3):
            with pytest.raises(ValueError, match="negative integer powers"):
                kernel(x, n)
            assert (kernel(x[:-1], n[:-1]) == 8).all()


# -- when it is there --


def test_the_units_are_found_or_built_when_a_call_is_worth_it(tmp_path: Any) -> None:
    script = """
import numpy as np, iris_cc
from iris_cc import threads
from iris_cc.runtime import parallel
from tests.threads.cutting import wait_for_the_dispatcher
wait_for_the_dispatcher()
iris_cc.set_num_threads(NUMBER)
kernel = iris_cc.kernel("def f(x, y): return sqrt(x / (x + 1.0)) * exp(y)", fallback="error")
x, y = np.ones((600, 700)), np.ones(700)
seen = []
for k in range(6):
    wanted = kernel(x[:2], y) if k < 2 else kernel(x, y)
    seen.append(threads._state.spread is not None)
pool = threads._state.pool
print(seen, pool is not None and parallel.count_workers(pool))
"""
    cache = str(tmp_path / "cache")
    alone = f"{[False] * 6} False\n"
    assert python(script.replace("NUMBER", "1"), IRIS_CC_CACHE_DIR=cache) == alone
    assert python(script.replace("NUMBER", "3"), IRIS_CC_CACHE_DIR=cache).startswith("[False, False, False, True")
    assert (
        python(script.replace("NUMBER", "3"), IRIS_CC_CACHE_DIR=cache) == "[False, False, True, True, True, True] 2\n"
    )
    assert python(script.replace("NUMBER", "1"), IRIS_CC_CACHE_DIR=cache) == alone


def test_a_unit_that_cannot_be_built_is_no_error() -> None:
    script = """
import numpy as np, iris_cc
from iris_cc import threads
iris_cc.set_num_threads(3)
real = threads.build.obtain
threads.build.obtain = lambda unit: BROKEN
kernel = iris_cc.kernel("def f(x, y): return x - y", fallback="error")
for _ in range(5):
    assert (kernel(np.ones((600, 700)), np.ones(700)) == 0).all()
print(threads._state.pool is not None, threads._state.spread)
"""
    failure = 'threads.BuildFailure("compiler-error", "no") if unit.label == "spread" else real(unit)'
    assert python(script.replace("BROKEN", failure)) == "True None\n"
    assert python(
        script.replace("BROKEN", failure.replace('threads.BuildFailure("compiler-error", "no")', "1 / 0"))
    ) == ("True None\n")


def test_the_layout_of_arrays_is_checked() -> None:
    assert spread._array_type() == id(np.ndarray)


def test_loops_past_the_end_of_the_table_are_numpys() -> None:
    kernel = iris_cc.kernel(axpy, fallback="error")
    kinds = ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8")
    for one in kinds[:2]:
        for other in kinds:
            if (one, other) != ("?", "?"):
                kernel(np.ones(2, one), np.ones(2, other))
    with cutting_spaces() as cuts:
        kernel(np.ones((400, 300), "i1"), np.ones(300, "f8"))
        assert cuts.rows == 0
        kernel(np.ones((400, 300), "?"), np.ones(300, "f8"))
        assert cuts.rows == 1


def test_many_callers_and_a_number_that_changes() -> None:
    import threading
    from concurrent.futures import ThreadPoolExecutor

    start_spreading()
    assert threads._state.pool is not None and parallel.count_workers(threads._state.pool) >= 0
    x, y = grid(300, 300), grid(300, 1)
    kernel = compiled(axpy, x[0], y[0])
    wanted = kernel(x, y).tobytes()
    stop = threading.Event()

    def call() -> bool:
        same = True
        while not stop.is_set():
            same = same and kernel(x, y).tobytes() == wanted
        return same

    with ThreadPoolExecutor(6) as callers:
        running = [callers.submit(call) for _ in range(6)]
        for round in range(300):
            iris_cc.set_num_threads(round % 5 + 1)
        stop.set()
        assert all(each.result() for each in running)


def test_faults_and_warnings_of_some_callers_are_theirs_alone() -> None:
    from concurrent.futures import ThreadPoolExecutor

    start_spreading()
    x, n = np.full((400, 1), 2), np.zeros((400, 320), int)[:, :300]
    wrong = np.zeros((400, 320), int)[:, :300]
    wrong[333, 7] = -1
    top, bottom, zero = grid(400, 300), grid(400, 1), grid(400, 1)
    zero[-1] = 0.0
    power = compiled("def power(x, n): return x ** n", x[0], n[0])
    divide = compiled("def divide(x, y): return x / y", top[0], bottom[0])
    wanted = divide(top, bottom).tobytes()

    def call(number: int) -> bool:
        fine = True
        for _ in range(20):
            if number % 4 == 0:
                with pytest.raises(ValueError, match="negative integer powers"):
                    power(x, wrong)
            elif number % 4 == 1:
                fine = fine and bool((power(x, n) == 1).all())
            elif number % 4 == 2:
                with np.errstate(divide="raise"), pytest.raises(FloatingPointError, match="divide by zero"):
                    divide(top, zero)
            else:
                with np.errstate(all="raise"):
                    fine = fine and divide(top, bottom).tobytes() == wanted
        return fine

    with ThreadPoolExecutor(16) as callers:
        assert all(callers.map(call, range(16)))


def test_references_are_given_back() -> None:
    start_spreading()
    x, y = grid(400, 300), grid(300)
    out, truth = np.zeros(x.shape), np.zeros(x.shape, bool)
    kernel = compiled(both, x[0], y)
    held = (x, y, out, truth, x.dtype, truth.dtype)
    before = [sys.getrefcount(each) for each in held]
    for _ in range(20):
        kernel(x, y, out=(out, truth))
        kernel(x, y, out=(None, truth))
        kernel(x, y)
    assert [sys.getrefcount(each) for each in held] == before


# -- anything --


def any_array(pick: random.Random, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """An array of `shape` that lies in memory in some way."""
    order = pick.sample(range(len(shape)), len(shape))
    every = [pick.choice((1, 1, 2, 3)) for _ in shape]
    more = [pick.choice((0, 0, 1, 5)) for _ in shape]
    size = [shape[axis] * every[axis] + more[axis] for axis in order]
    memory = (np.random.default_rng(pick.randrange(1 << 30)).standard_normal(size) * 5).astype(dtype)
    array = memory.transpose([order.index(axis) for axis in range(len(shape))])
    array = array[tuple(slice(0, length * step, step) for length, step in zip(shape, every, strict=True))]
    return np.flip(array, tuple(axis for axis in range(len(shape)) if pick.random() < 0.2))


@pytest.mark.parametrize("seed", range(60))
def test_any_layout(seed: int) -> None:
    pick = random.Random(seed)
    shape = pick.choice([(400, 300), (30_000, 3), (5, 20_000), (40, 7, 90), (3, 5, 7, 11, 25), (2, 1, 300, 2, 40)])
    kernel = iris_cc.kernel(pick.choice([axpy, both]), fallback="error")
    args = []
    for _ in range(2):
        own = tuple(1 if pick.random() < 0.2 else length for length in shape)[pick.choice((0, 0, 0, 1)) :]
        args.append(any_array(pick, own, pick.choice(("f8", "f4", "i4", "u1", "i8"))))
    wanted = alone(kernel, *args)
    given = {}
    if pick.random() < 0.5 and not isinstance(wanted, tuple):
        given = {"out": any_array(pick, wanted.shape, wanted.dtype.str)}
    with cutting_spaces(lanes=pick.choice((2, 3, 8))):
        found = kernel(*args, **given)
    assert_same_bits(found, wanted)
    for number in (2, 4):
        iris_cc.set_num_threads(number)
        assert_same_bits(kernel(*args, **given), wanted)
