"""First calls of one ufunc from many threads at once, of several dtypes, by each of its ways in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pytest

import iris_cc
from iris_cc.runtime import ufunc as factory

THREADS = 12
KINDS = "fdilhbBHIL"


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """What `work(number)` gives in threads that begin together."""
    gate = threading.Barrier(THREADS)

    def run(number: int) -> Any:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def values(number: int) -> np.ndarray:
    return np.arange(1, 41).astype(KINDS[number % 4])


# The call of a kernel of x * 3 + y, and the same in NumPy.
WAYS: dict[str, tuple[Callable[[Any, np.ndarray], Any], Callable[[np.ndarray], Any]]] = {
    "kernel": (lambda k, v: k(v, v), lambda v: v * 3 + v),
    "scalar": (lambda k, v: k(v, 2), lambda v: v * 3 + 2),
    "ufunc": (lambda k, v: k.ufunc(v, v), lambda v: v * 3 + v),
    "weak": (lambda k, v: k.ufunc(v, 2), lambda v: v * 3 + 2),
    "dtype": (lambda k, v: k.ufunc(v, v, dtype=v.dtype), lambda v: v * 3 + v),
    "out": (lambda k, v: k.ufunc(v, v, out=np.empty_like(v)), lambda v: v * 3 + v),
    "outer": (lambda k, v: k.outer(v, v[:3]), lambda v: v[:, None] * 3 + v[:3]),
}


# NumPy 2.0's way is harmless on every NumPy, and so it is tested on every one.
@pytest.mark.parametrize("once", [factory._NOTES_AN_ANSWER_ONCE, True], ids=["as here", "as on 2.0"])
@pytest.mark.parametrize("way", WAYS)
def test_many_threads_call_first(way: str, once: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "_NOTES_AN_ANSWER_ONCE", once)
    call, wanted = WAYS[way]
    for _ in range(4):
        kernel = iris_cc.kernel("def f(x, y):\n    return x * 3 + y\n", fallback="silent")

        def work(number: int, kernel: Any = kernel) -> list[np.ndarray]:
            return [call(kernel, values(number)) for _ in range(20)]

        with np.errstate(all="ignore"):
            for number, results in enumerate(at_once(work)):
                expected = wanted(values(number))
                for result in results:
                    assert result.dtype == expected.dtype
                    np.testing.assert_array_equal(result, expected)


def test_many_threads_fold_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "_NOTES_AN_ANSWER_ONCE", True)
    def reduced(kernel: iris_cc.Kernel, number: int) -> Any:
        return kernel.reduce(values(number)[:5])

    for _ in range(4):
        kernel = iris_cc.kernel("def f(x, y):\n    return x + y\n", fallback="silent")
        for number, result in enumerate(at_once(partial(reduced, kernel))):
            assert result == 15 and result.dtype == values(number).dtype


def test_an_answer_apart_is_no_other_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of two threads that were asked the same."""
    monkeypatch.setattr(factory, "_NOTES_AN_ANSWER_ONCE", True)
    monkeypatch.setattr(factory, "_is_first", lambda record, asked: False)
    kernel = iris_cc.kernel("def f(x, y):\n    return x * y + 1\n", fallback="silent")
    for _ in range(50):
        for kind in KINDS[:4]:
            x = np.arange(4).astype(kind)
            np.testing.assert_array_equal(kernel.ufunc(x, x), x * x + 1)
            np.testing.assert_array_equal(kernel.ufunc(x, x, dtype=kind), x * x + 1)
