"""Kernels on real threads: the bits of one thread, the errors and warnings of one thread."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import iris_cc
from iris_cc import threads
from iris_cc.runtime import parallel
from tests.threads.test_pieces import (
    assert_same_bits,
    axpy,
    both,
    branches,
    collatz,
    compiled,
    escape,
    floats,
    indexed,
    large,
)

pytestmark = pytest.mark.needs_cc

NUMBERS = (1, 2, 3, 4, 7)
N = 400_003


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    yield
    iris_cc.set_num_threads(None)


@pytest.fixture(scope="module", autouse=True)
def pool() -> Iterator[None]:
    """The pool is there before a test looks at threads."""
    iris_cc.set_num_threads(4)
    kernel = iris_cc.kernel(escape, fallback="error")
    for _ in range(3):
        kernel(floats(N), floats(N))
    assert threads._state.pool is not None
    assert parallel.count_workers(threads._state.pool) == 3
    yield
    iris_cc.set_num_threads(None)


def at_each_number(call: Any) -> list[Any]:
    results = []
    for number in NUMBERS:
        iris_cc.set_num_threads(number)
        results.append(call())
    return results


@pytest.mark.parametrize("function", [axpy, branches, both, large, escape])
def test_the_bits_do_not_depend_on_the_number(function: Any) -> None:
    x, y = floats(N), floats(N, 2)
    kernel = iris_cc.kernel(function, fallback="error")
    rows = (x[:300_000].reshape(3, -1), y[:100_000])
    for args in ((x, y), (x[::2], y[::-2]), (x[:1], y), rows, (x, y.astype("f4"))):
        first, *others = at_each_number(lambda args=args: kernel(*args))
        for other in others:
            assert_same_bits(other, first)


def test_loops_that_end_at_different_times() -> None:
    n = np.arange(N) + 1
    kernel = iris_cc.kernel(collatz, fallback="error")
    first, *others = at_each_number(lambda: kernel(n))
    for other in others:
        assert_same_bits(other, first)
    assert_same_bits(first[:100], np.array([collatz(int(k)) for k in n[:100]]))


def test_spaces() -> None:
    x = floats(600 * 500).reshape(600, 500)
    kernel = iris_cc.kernel(indexed, fallback="error")
    first, *others = at_each_number(lambda: kernel(x))
    for other in others:
        assert_same_bits(other, first)


def test_in_place_and_reductions() -> None:
    x = floats(N) * 0.01
    kernel = iris_cc.kernel(axpy, fallback="error")

    def call() -> tuple[Any, ...]:
        target = x.copy()
        kernel(x, target, out=target)
        shifted = x.copy()
        kernel(shifted[:-1], 0.5, out=shifted[1:])
        return target, shifted, kernel.accumulate(x), np.asarray(kernel.reduce(x))

    first, *others = at_each_number(call)
    for other in others:
        assert_same_bits(other, first)


def test_division_by_zero_in_the_last_piece() -> None:
    x = np.ones(4_000_000)
    kernel = compiled("def inverse(x): return 1.0 / x", x[:5])
    iris_cc.set_num_threads(4)
    with np.errstate(all="raise"):
        for _ in range(5):
            kernel(x)
    x[-1] = 0.0
    for number in NUMBERS:
        iris_cc.set_num_threads(number)
        for _ in range(3):
            with np.errstate(divide="raise"), pytest.raises(FloatingPointError, match="divide by zero"):
                kernel(x)
        with np.errstate(divide="ignore", invalid="raise", over="raise"):
            assert kernel(x)[-1] == np.inf


def test_control_flow_never_warns() -> None:
    x, y = floats(N), floats(N, 2)
    y[::3] = 0.0
    kernel = compiled(branches, x[:5], y[:5])
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        for number in NUMBERS:
            iris_cc.set_num_threads(number)
            kernel(x, y)


def test_faults() -> None:
    kernel = compiled("def power(x, n): return x ** n", 2, 3)
    x, n = np.full(N, 2), np.zeros(N, int)
    n[-1] = -1
    for number in NUMBERS:
        iris_cc.set_num_threads(number)
        with pytest.raises(ValueError, match="negative integer powers"):
            kernel(x, n)
        assert (kernel(x[:-1], n[:-1]) == 1).all()


def test_many_callers() -> None:
    x, y = floats(20_000), floats(20_000, 2)
    kernel = compiled(escape, x[:5], y[:5])
    wanted = kernel(x, y)
    iris_cc.set_num_threads(4)

    def many(number: int) -> bool:
        return all(kernel(x, y).tobytes() == wanted.tobytes() for _ in range(200))

    with ThreadPoolExecutor(8) as callers:
        assert all(callers.map(many, range(8)))


def test_the_number_changes_during_calls() -> None:
    x, y = floats(50_000), floats(50_000, 2)
    kernel = compiled(escape, x[:5], y[:5])
    wanted = kernel(x, y)
    stop = threading.Event()

    def call() -> bool:
        same = True
        while not stop.is_set():
            same = same and kernel(x, y).tobytes() == wanted.tobytes()
        return same

    with ThreadPoolExecutor(3) as callers:
        running = [callers.submit(call) for _ in range(3)]
        for round in range(200):
            iris_cc.set_num_threads(round % 5 + 1)
        stop.set()
        assert all(each.result() for each in running)


def test_a_limit_of_one_kernel() -> None:
    x = floats(N)
    iris_cc.set_num_threads(4)
    wanted = compiled(axpy, x[:5], x[:5], threads=1)(x, x)
    for most in (2, 3, 100):
        assert_same_bits(compiled(axpy, x[:5], x[:5], threads=most)(x, x), wanted)
