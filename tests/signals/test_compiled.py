"""Ctrl-C and time limits in compiled calls: heard within a second, as the handler's own exception; nothing is left."""

from __future__ import annotations

import functools
import math
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

import iris_cc
from tests.signals.timed import SOON, Late, alarm, seconds_until, seconds_until_interrupt

pytestmark = pytest.mark.needs_cc

LONG = 10**15


@pytest.fixture(autouse=True, params=[1, 2], ids=["one-thread", "two-threads"])
def _threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", "0")
    iris_cc.set_num_threads(request.param)
    yield
    iris_cc.set_num_threads(None)


@iris_cc.kernel
def counted(x, n):
    for _ in range(n):
        x = x * 0.999999 + 1e-3
    return x


@iris_cc.kernel(threads=1)
def counted_alone(x, n):
    for _ in range(n):
        x = x * 0.999999 + 1e-3
    return x


@iris_cc.kernel
def strides(x, n):
    for i in range(n, 0, -3):
        x = x + 1e-9 * i
    return x


@iris_cc.kernel
def backwards(x, n):
    for i in range(n, 0, -1):
        x = x + 1e-9 * i
    return x


@iris_cc.kernel
def conditional(x, n):
    while x < n:
        x = x + 1e-9
    return x


@iris_cc.kernel
def collatz(x, n):
    """Its trips differ from element to element, so that lanes take new ones."""
    steps = 0
    while x != n:
        x = x // 2 if x % 2 == 0 else 3 * x + 1
        steps += 1
    return steps


@iris_cc.kernel
def escape(x, n):
    z = 0.0 * x
    for i in range(n):
        if z > 4.0:
            return i
        z = z * 0.5 + x
    return n


@iris_cc.kernel
def nested(x, n):
    for i in range(n):
        for j in range(20):
            for _ in range(i % 7):
                x = x * 0.999999 + j
    return x


@iris_cc.kernel
def branching(x, n):
    for _ in range(n):
        if x > 1:
            while x > 1:
                x = x * 0.5
        else:
            x = x + 3
    return x


@iris_cc.kernel
def elementary(x, n):
    for _ in range(n):
        x = math.sin(x) + math.exp(-x)
    return x


def _step(x, n):
    for _ in range(n):
        x = x * 0.999999 + 1e-3
    return x


@iris_cc.kernel
def through_helper(x, n):
    return _step(x, n) + 1


@iris_cc.kernel
def constant_trips(x, n):
    for _ in range(10**14):
        x = x * 0.999999 + n
    return x


@iris_cc.kernel
def several_faults(x, n):
    for _ in range(0, n, 1 + n):
        while x > 0:
            x = x + 1
    return x


@iris_cc.kernel
def powers(x, n):
    r = 1
    for i in range(n):
        r = r + x**i
    return r


LOOPS = [
    *(counted, counted_alone, strides, backwards, conditional, escape, nested, branching),
    *(elementary, through_helper, constant_trips, several_faults),
]


@pytest.mark.parametrize("kernel", LOOPS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("count", [1, 3, 50, 4000])
def test_loops_that_never_end(kernel: Any, count: int) -> None:
    x, n = np.full(count, 0.5), np.full(count, LONG)
    kernel(x[:1], 0) if kernel is not constant_trips else kernel.compile("f8", "i8")
    kernel.compile("f8", "i8")
    assert seconds_until(Late, lambda: kernel(x, n)) < SOON


@pytest.mark.parametrize("kernel", [collatz, powers], ids=lambda each: each.__name__)
@pytest.mark.parametrize("count", [1, 50, 4000])
def test_loops_over_integers(kernel: Any, count: int) -> None:
    x = np.arange(1, count + 1)
    kernel.compile("i8", "i8")
    assert seconds_until(Late, lambda: kernel(x, np.full(count, LONG) if kernel is powers else np.int64(0))) < SOON


@iris_cc.kernel
def heavy(x, n):
    for _ in range(2000):
        x = math.sin(x + n)
    return x


@iris_cc.kernel
def sometimes(x, n):
    """Most elements are next to nothing, and then all are long."""
    if x > 0.5:
        for _ in range(40_000):
            x = x * 0.999999 + 1e-3
    return x


def test_a_straight_line_over_many_elements() -> None:
    x = np.full(2_000_000, 0.5)
    heavy.compile("f8", "f8")
    assert seconds_until(Late, lambda: heavy(x, x)) < SOON
    assert seconds_until(Late, lambda: heavy(x[::2], 1.0)) < SOON


def test_elements_that_become_long() -> None:
    x = np.zeros(3_000_000)
    x[1_000_000:] = 1
    sometimes.compile("f8", "f8")
    assert seconds_until(Late, lambda: sometimes(x, x)) < SOON


def test_where_an_accumulation_or_a_reduction_is_long() -> None:
    x = np.full(1_000_000, 0.5)
    heavy.compile("f8", "f8")
    for method in (heavy.reduce, heavy.accumulate, heavy.ufunc.reduce, heavy.ufunc.accumulate):
        assert seconds_until(Late, partial(method, x)) < SOON


def test_reductions_of_short_rows() -> None:
    x = np.full((300_000, 3), 0.5)
    heavy.compile("f8", "f8")
    assert seconds_until(Late, lambda: heavy.reduce(x, axis=1)) < SOON
    assert seconds_until(Late, lambda: heavy.reduceat(x, np.arange(0, 300_000, 2))) < SOON


def test_outer_and_at() -> None:
    x = np.full(3000, 0.5)
    heavy.compile("f8", "f8")
    for outer in (heavy.outer, heavy.ufunc.outer):
        assert seconds_until(Late, partial(outer, x, x)) < SOON
    for at in (heavy.at, heavy.ufunc.at):
        assert seconds_until(Late, partial(at, x, np.zeros(500_000, int), 0.5)) < SOON


def test_other_ways_into_the_ufunc() -> None:
    x = np.full(200_000, 0.5)
    n = np.full(200_000, LONG)
    counted.compile("f8", "i8")
    assert seconds_until(Late, lambda: counted.ufunc(x, n)) < SOON
    assert seconds_until(Late, lambda: counted(x, LONG)) < SOON
    assert seconds_until(Late, lambda: counted(x, n, out=x.astype("f4"), casting="unsafe")) < SOON
    assert seconds_until(Late, lambda: counted(x.reshape(400, 500)[:, ::2], n.reshape(400, 500)[:, ::2])) < SOON
    assert seconds_until(Late, lambda: counted(x.reshape(400, 500), np.full(500, LONG))) < SOON


@iris_cc.kernel
def at_place(x, n):
    for _ in range(n):
        x = x * 0.999999 + _i0  # noqa: F821
    return x


@iris_cc.kernel
def place(x, n):
    for _ in range(2000):
        x = math.sin(x + n + _flat_idx)  # noqa: F821
    return x


@pytest.mark.parametrize("shape", [(), (1,), (5000,), (300, 70), (2, 3, 4000)])
def test_index_kernels(shape: tuple[int, ...]) -> None:
    x = np.full(shape, 0.5)
    at_place.compile("f8", "i8", ndim=len(shape))
    assert seconds_until(Late, lambda: at_place(x, np.full(shape, LONG))) < SOON
    if x.size > 1000:
        many = np.full((400, 5000), 0.5)
        place.compile("f8", "f8", ndim=2)
        assert seconds_until(Late, lambda: place(many, many)) < SOON
        assert seconds_until(Late, lambda: place(many[:, ::2], many[:1, ::2])) < SOON


ERRORS = [KeyboardInterrupt, TimeoutError, SystemError, SystemExit, Late, ValueError, MemoryError]


@pytest.mark.parametrize("error", ERRORS)
def test_whatever_the_handler_raises(error: type[BaseException]) -> None:
    x, n = np.full(3000, 0.5), np.full(3000, LONG)
    counted.compile("f8", "i8")
    for call in (lambda: counted(x, n), lambda: counted.ufunc(x, n), lambda: at_place(x, n)):
        assert seconds_until(error, call) < SOON


def test_ctrl_c() -> None:
    for count in (2, 3000):
        x, n = np.full(count, 0.5), np.full(count, LONG)
        counted.compile("f8", "i8")
        for call in (counted, counted.ufunc, at_place):
            assert seconds_until_interrupt(functools.partial(call, x, n)) < SOON


@pytest.mark.parametrize("call", [counted, at_place, counted.ufunc], ids=["kernel", "index", "ufunc"])
def test_a_handler_that_does_not_raise(call: Callable[..., Any]) -> None:
    rung: list[Any] = []
    counted(2.0, 3)
    call(np.ones(2), np.ones(2, int))
    x = np.linspace(0, 1, 3001)
    n = np.full(3001, 300_000)
    with alarm(lambda number, frame: rung.append(counted(2.0, 3)), 0.02, 0.02):
        began = time.monotonic()
        result = call(x, n)
        spent = time.monotonic() - began
    assert len(rung) >= int(spent / 0.2) - 1 and len(rung) > 0
    wanted = x.copy()
    for _ in range(300_000):
        wanted *= 0.999999
        wanted += np.arange(3001) if call is at_place else 1e-3
    np.testing.assert_array_equal(result, wanted)


def test_flags_of_a_handler_are_not_those_of_the_call() -> None:
    def noisy(number: int, frame: object) -> None:
        with np.errstate(all="ignore"):
            np.ones(3) / np.zeros(3)

    straight = iris_cc.kernel("def f(x, y): return x * y + x * 3 + y * x * x + x * y * y")
    x = np.full(30_000_000, 0.5)
    straight(x[:10], x[:10])
    with alarm(noisy, 0.001, 0.001), np.errstate(all="raise"):
        straight(x, x, out=x)


def test_the_calls_after_it_are_right_and_nothing_is_left() -> None:
    x, n = np.linspace(0, 1, 3000), np.full(3000, LONG)
    few = np.full(3000, 5)
    assert counted.py_func is not None
    wanted = counted.py_func(x, 5)
    counted.compile("f8", "i8")

    def stop_and_go() -> None:
        def handler(number: int, frame: object) -> None:
            raise Late

        with alarm(handler, 0.003), pytest.raises(Late):
            counted(x, n)
        np.testing.assert_array_equal(counted(x, few), wanted)

    for _ in range(10):
        stop_and_go()
    before = _resident()
    for _ in range(50):
        stop_and_go()
    assert _resident() - before < 4 << 20


def _resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def test_calls_of_other_threads_go_on() -> None:
    x = np.linspace(0, 1, 2000)
    found: list[Any] = []
    counted.compile("f8", "i8")
    worker = threading.Thread(target=lambda: found.append(counted(x, np.full(2000, 2_000_000))))
    worker.start()
    assert seconds_until(Late, lambda: counted(x, np.full(2000, LONG))) < SOON
    worker.join()
    wanted = x.copy()
    for _ in range(2_000_000):
        wanted = wanted * 0.999999 + 1e-3
    np.testing.assert_array_equal(found[0], wanted)


def test_faults_come_out_as_before() -> None:
    power = iris_cc.kernel("def f(x, p):\n    for i in range(3):\n        x = x + 1\n    return x ** p")
    x, p = np.arange(1_000_000), np.full(1_000_000, 2)
    p[-1] = -1
    with pytest.raises(ValueError, match="negative integer powers"):
        power(x, p)
    with pytest.raises(ValueError, match="negative integer powers"):
        power.ufunc(x, p)
