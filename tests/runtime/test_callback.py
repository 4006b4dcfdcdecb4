"""Loops made of Python functions: any stride, any aliasing, and the caller's error state."""

from __future__ import annotations

import ctypes
import threading
import time

import numpy as np
import pytest

from iris_cc.runtime import callback
from iris_cc.runtime.callback import python_loop
from iris_cc.runtime.pending import recover, stash, take_pending
from iris_cc.runtime.ufunc import InnerLoop, make_ufunc

from .conftest import loop_of, resolver

DOUBLE = np.dtype("f8")


def call(run, nin: int, arrays: list[np.ndarray], count: int) -> int:
    """The loop called as NumPy calls it, on the arrays' own pointers and strides."""
    address, keeper = python_loop(run, [each.dtype for each in arrays], nin)
    places = (ctypes.c_void_p * len(arrays))(*(each.ctypes.data for each in arrays))
    steps = (ctypes.c_ssize_t * len(arrays))(*(each.strides[0] for each in arrays))
    function = ctypes.PYFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * 5)(address)
    status = function(None, places, (ctypes.c_ssize_t * 1)(count), steps, None)
    del keeper
    return int(status)


def add(inputs: list[np.ndarray]) -> list[np.ndarray]:
    return [inputs[0] + inputs[1]]


@pytest.mark.parametrize("step", [1, 3, -1, -2])
@pytest.mark.parametrize("count", [0, 1, 7])
def test_strides(step: int, count: int) -> None:
    a, b, out = np.arange(40.0), np.ones(40), np.zeros(40)
    first = 39 if step < 0 else 0
    views = [each[first::step] for each in (a, b, out)]
    assert call(add, 2, views, count) == 0
    expected = np.zeros(40)
    expected[first::step][:count] = views[0][:count] + 1
    np.testing.assert_array_equal(out, expected)


def test_zero_stride_input() -> None:
    out = np.zeros(5)
    assert call(add, 2, [np.broadcast_to(2.0, 5), np.arange(5.0), out], 5) == 0
    np.testing.assert_array_equal(out, np.arange(5.0) + 2)


def test_inputs_are_views_and_read_only() -> None:
    seen: list[np.ndarray] = []

    def run(inputs: list[np.ndarray]) -> list[np.ndarray]:
        seen.append(inputs[0].copy())
        assert not inputs[0].flags.writeable and not inputs[0].flags.owndata
        return [inputs[0]]

    out = np.zeros(5)
    assert call(run, 1, [np.arange(5.0), out], 5) == 0
    np.testing.assert_array_equal(out, seen[0])


def test_reduction_goes_in_order() -> None:
    total, values = np.array([1.0]), np.arange(1.0, 6.0)
    running = np.lib.stride_tricks.as_strided(total, (5,), (0,))
    assert call(lambda v: [2 * v[0] + v[1]], 2, [running, values, running], 5) == 0
    expected = 1.0
    for each in values:
        expected = 2 * expected + each
    assert total[0] == expected


def test_accumulation_goes_in_order() -> None:
    values = np.ones(6)
    assert call(add, 2, [values[:-1], values[1:], values[1:]], 5) == 0
    np.testing.assert_array_equal(values, np.arange(1.0, 7.0))


def test_reversed_onto_itself_goes_in_order() -> None:
    mine = np.arange(6.0)
    assert call(add, 2, [mine[::-1], mine, mine], 6) == 0
    theirs = list(np.arange(6.0))
    for i in range(6):
        theirs[i] += theirs[5 - i]
    np.testing.assert_array_equal(mine, theirs)


def test_same_place_is_one_call() -> None:
    calls: list[int] = []

    def run(inputs: list[np.ndarray]) -> list[np.ndarray]:
        calls.append(len(inputs[0]))
        return [inputs[0] + 1]

    values = np.zeros(10)
    assert call(run, 1, [values, values], 10) == 0
    assert calls == [10]


@pytest.mark.parametrize("step", [2, -2, 3])
def test_interleaved_operands_are_one_call(step) -> None:
    calls: list[int] = []

    def run(inputs: list[np.ndarray]) -> list[np.ndarray]:
        calls.append(len(inputs[0]))
        return [inputs[0] + 1]

    values = np.arange(60.0)
    source, target = (values[1::step], values[2::step]) if step > 0 else (values[-1::step], values[-2::step])
    wanted = source.copy() + 1
    assert call(run, 1, [source, target], 19) == 0
    assert calls == [19]
    np.testing.assert_array_equal(target[:19], wanted[:19])


def test_any_aliasing_is_as_in_order() -> None:
    random = np.random.default_rng(7)
    for _ in range(300):
        steps, count = random.integers(-3, 4, 3), int(random.integers(1, 8))
        mine = random.integers(0, 9, 60).astype("f8")
        theirs = mine.copy()
        starts = 30 + random.integers(-8, 8, 3)
        views = [np.lib.stride_tricks.as_strided(mine[k:], (count,), (8 * int(s),)) for k, s in zip(starts, steps)]
        for i in range(count):
            a, b, out = (int(k + i * s) for k, s in zip(starts, steps))
            theirs[out] = theirs[a] + 2 * theirs[b]
        assert call(lambda v: [v[0] + 2 * v[1]], 2, views, count) == 0
        np.testing.assert_array_equal(mine, theirs)


def test_outputs_on_inputs_swap() -> None:
    a, b = np.arange(4.0), np.ones(4)
    assert call(lambda v: [v[1], v[0]], 2, [a, b, a, b], 4) == 0
    np.testing.assert_array_equal(a, np.ones(4))
    np.testing.assert_array_equal(b, np.arange(4.0))


def test_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback, "CHUNK", 16)
    calls: list[int] = []

    def run(inputs: list[np.ndarray]) -> list[np.ndarray]:
        calls.append(len(inputs[0]))
        return [inputs[0] * 2]

    out = np.zeros(100)[::-2]
    assert call(run, 1, [np.arange(50.0), out], 50) == 0
    assert calls == [16, 16, 16, 2]
    np.testing.assert_array_equal(out, np.arange(50.0) * 2)


def test_a_scalar_result_fills_the_output() -> None:
    out = np.zeros(3)
    assert call(lambda v: [np.float64(7)], 1, [np.arange(3.0), out], 3) == 0
    np.testing.assert_array_equal(out, 7)


def test_an_exception_fails_the_loop() -> None:
    error = ValueError("no")

    def run(inputs: list[np.ndarray]) -> list[np.ndarray]:
        raise error

    assert call(run, 1, [np.zeros(2), np.zeros(2)], 2) == -1
    assert take_pending() is error


def test_a_missing_result_fails_the_loop() -> None:
    assert call(lambda v: [], 1, [np.zeros(2), np.zeros(2)], 2) == -1
    assert isinstance(take_pending(), ValueError)


CALLS = {
    "call": lambda f, x: f(x, x),
    "cast": lambda f, x: f(x.astype("f4"), x),
    "scalars": lambda f, x: f(1.0, 2.0),
    "out": lambda f, x: f(x, x, out=x.copy()),
    "reduce": lambda f, x: f.reduce(x),
    "accumulate": lambda f, x: f.accumulate(x),
    "reduceat": lambda f, x: f.reduceat(x, [0, 2]),
    "outer": lambda f, x: f.outer(x, x),
    "at": lambda f, x: f.at(x.copy(), [0, 1], 1.0),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_raw_call_raises_and_the_cause_is_kept(call) -> None:
    error = ValueError("no")

    def body(a, b):
        raise error

    loop = loop_of(body, 2, "f8", "f8", "f8")
    f = make_ufunc("f", None, 2, 1, lambda words, requested: loop)
    with pytest.raises(SystemError) as raised:
        call(f, np.arange(5.0))
    assert take_pending(raised.value) is error


def test_errstate_of_the_caller_holds_inside() -> None:
    f = make_ufunc("f", None, 2, 1, resolver(lambda a, b: np.divide(a, b), 2))
    x = np.arange(3.0)
    with pytest.warns(RuntimeWarning):
        f(x, 0.0)
    with np.errstate(all="ignore"):
        assert np.isinf(f(x, 0.0)).any()
    with np.errstate(all="raise"), pytest.raises(SystemError) as raised:
        f(x, 0.0)
    assert isinstance(take_pending(raised.value), FloatingPointError)


def test_python_loops_run_in_many_threads() -> None:
    def body(a, b):
        time.sleep(0.001)
        return a + b

    f = make_ufunc("f", None, 2, 1, resolver(body, 2))
    x = np.arange(100.0)
    bad: list[int] = []

    def work(seed: int) -> None:
        for _ in range(10):
            if not np.array_equal(f(x, float(seed)), x + seed):
                bad.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert bad == []


def test_pending_is_per_thread_and_matches_its_stand_in() -> None:
    error = KeyError("x")
    stash(error, TypeError)
    other: list[object] = []
    thread = threading.Thread(target=lambda: other.append(take_pending()))
    thread.start()
    thread.join()
    assert other == [None]
    assert take_pending(ValueError()) is None
    with pytest.raises(KeyError):
        recover(TypeError())
    recover(TypeError())


def test_keeper_is_what_keeps_the_loop() -> None:
    address, keeper = python_loop(add, (DOUBLE,) * 3, 2)
    loop = InnerLoop((DOUBLE,) * 3, address, keeper, python=True)
    f = make_ufunc("f", None, 2, 1, lambda words, requested: loop)
    del keeper
    assert f(1.0, 2.0) == 3.0
