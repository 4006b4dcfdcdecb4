"""Kernels and threads: first calls at once, the GIL, a kernel that is dropped while others run."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import iris_cc
from tests.surface.kernels import per_element, steps


def at_once(count: int, work: Any) -> list[Any]:
    """The results of `work(number)` in threads that start together."""
    barrier = threading.Barrier(count)

    def wait_and_work(number: int) -> Any:
        barrier.wait(timeout=30)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(wait_and_work, range(count)))


def test_first_calls_from_eight_threads() -> None:
    x = np.linspace(-1, 90, 50)
    wanted = per_element(steps, x, 50)
    for _ in range(3):
        kernel = iris_cc.kernel(steps, fallback="silent")
        for result in at_once(8, lambda number, kernel=kernel: kernel(x)):
            np.testing.assert_array_equal(result, wanted)
        assert len(kernel.signatures) == 1


def test_first_calls_with_eight_types() -> None:
    def mixed(x, y):
        return x * 2 + y

    kernel = iris_cc.kernel(mixed, fallback="silent")
    letters = "bhilBfd?"

    def work(number: int) -> Any:
        values = np.array([0, 1, 5]).astype(letters[number])
        return kernel(values, values), np.array([mixed(value, value) for value in values])

    for actual, wanted in at_once(8, work):
        np.testing.assert_array_equal(actual, wanted)
        assert actual.dtype == wanted.dtype


def test_many_new_kernels_at_once() -> None:
    def work(number: int) -> Any:
        kernel = iris_cc.kernel(f"def k(x):\n    return x * {number} + 1\n", fallback="silent")
        return float(kernel(2.0)), float(kernel(np.float32(2)))

    assert at_once(8, work) == [(number * 2 + 1, number * 2 + 1) for number in range(8)]


def test_a_warning_comes_once_from_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT", "0")
    kernel = iris_cc.kernel(steps)
    with pytest.warns(iris_cc.FallbackWarning) as caught:
        at_once(4, lambda number: kernel(3.0))
    assert len(caught) == 1


@pytest.mark.needs_cc
def test_the_gil_is_released() -> None:
    """While one long call runs, another thread goes on counting."""

    def long(x):
        n = 0
        while n < 100_000:
            n += 1
            x = x * 0.999999 + 1e-9
        return x

    kernel = iris_cc.kernel(long, fallback="error")
    values = np.linspace(0, 1, 20_000)
    kernel(values[:1])
    ticks, stop = [0], threading.Event()

    def count() -> None:
        while not stop.is_set():
            ticks[0] += 1
            time.sleep(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    started = time.perf_counter()
    before = ticks[0]
    kernel(values)
    seconds, during = time.perf_counter() - started, ticks[0] - before
    stop.set()
    counter.join()
    assert seconds > 0.02
    assert during > seconds * 1000 / 20


def test_kernels_are_collected() -> None:
    def dropped(x):
        return x + 1

    kernel = iris_cc.kernel(dropped, fallback="silent")
    kernel(np.arange(3.0))
    kernel(1)
    kernel(1)
    gone = weakref.ref(kernel)
    del kernel
    gc.collect()
    assert gone() is None


def test_a_ufunc_outlives_its_kernel() -> None:
    def kept(x):
        return x + 1

    kernel = iris_cc.kernel(kept, fallback="silent")
    ufunc = kernel.ufunc
    del kernel
    gc.collect()
    np.testing.assert_array_equal(ufunc(np.arange(3.0)), [1, 2, 3])
    np.testing.assert_array_equal(ufunc(np.arange(3, dtype="i2")), [1, 2, 3])


def test_numbers_of_numpy_are_numbers() -> None:
    kernel = iris_cc.kernel("def f(x):\n    return x + 1", threads=np.int64(2))
    assert kernel.options.threads == 2 and type(kernel.options.threads) is int
    for wrong in (True, 0, -1, 1.5, "2", np.float64(2)):
        with pytest.raises(ValueError, match="threads must be a positive int or None"):
            iris_cc.kernel("def f(x):\n    return x + 1", threads=wrong)  # type: ignore[arg-type]
