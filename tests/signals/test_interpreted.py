"""Ctrl-C and time limits where nothing is compiled: in the interpreter and in Python."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

import iris_cc
from tests.signals.timed import SOON, Late, seconds_until, seconds_until_interrupt

LONG = 10**15


@pytest.fixture(autouse=True)
def _interpreted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ME_DSL_JIT", "0")
    monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", "0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", iris_cc.FallbackWarning)
        yield


COUNTED = "def f(x, n):\n    for i in range(n):\n        x = x * 0.999999 + 1e-3\n    return x"
CONDITIONAL = "def f(x, n):\n    while x < n:\n        x = x + 1e-9\n    return x"
INDEXED = "def f(x, n):\n    for i in range(n):\n        x = x * 0.999999 + _i0\n    return x"


@pytest.mark.parametrize("text", [COUNTED, CONDITIONAL, INDEXED], ids=["for", "while", "index"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, TimeoutError, SystemError, Late])
def test_the_interpreter(text: str, error: type[BaseException]) -> None:
    kernel = iris_cc.kernel(text)
    for count in (1, 5000):
        x = np.full(count, 0.5)
        assert seconds_until(error, partial(kernel, x, np.int64(LONG))) < SOON
    np.testing.assert_array_equal(kernel(np.zeros(3), 0), np.zeros(3))


def test_methods_of_the_interpreter() -> None:
    kernel = iris_cc.kernel("def f(x, y):\n    for i in range(1000):\n        x = x * 0.999999 + y\n    return x")
    x = np.full(100_000, 0.5)
    calls: list[Any] = [
        lambda: kernel.reduce(x),
        lambda: kernel.accumulate(x),
        lambda: kernel.outer(x[:30_000], x[:30_000]),
        lambda: kernel.at(x, np.zeros(100_000, int), 0.5),
    ]
    for call in calls:
        assert seconds_until(Late, call) < SOON


def test_ctrl_c() -> None:
    kernel = iris_cc.kernel(COUNTED)
    assert seconds_until_interrupt(lambda: kernel(np.full(100, 0.5), np.int64(LONG))) < SOON


def test_the_python_route() -> None:
    seen: list[float] = []

    @iris_cc.kernel
    def outside(x: Any, n: Any) -> Any:
        seen.append(x)
        while x < n:
            x = x + 1e-9
        return x

    for error in (KeyboardInterrupt, TimeoutError, Late):
        assert seconds_until(error, lambda: outside(np.full(5, 0.5), LONG)) < SOON
        assert seconds_until(error, lambda: outside.ufunc(np.full(5, 0.5), LONG)) < SOON
    assert outside(np.zeros(2), -1.0).tolist() == [0.0, 0.0]
