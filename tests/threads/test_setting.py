"""The number of threads: what is set, what the environment says, what the machine has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import iris_cc
from iris_cc.runtime import processors
from tests.threads.scripts import python


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    yield
    iris_cc.set_num_threads(None)


def test_set_and_get() -> None:
    for number in (1, 5, np.int64(3), 1024):
        iris_cc.set_num_threads(number)  # type: ignore[arg-type]
        assert iris_cc.get_num_threads() == number
        assert type(iris_cc.get_num_threads()) is int
    iris_cc.set_num_threads(None)
    assert iris_cc.get_num_threads() == processors.usable()


@pytest.mark.parametrize("number", [0, -1, 1025, 10**30])
def test_numbers_that_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match=f"must be from 1 to 1024, not {number}"):
        iris_cc.set_num_threads(number)


@pytest.mark.parametrize("number", [2.0, "2", True, [2]])
def test_what_is_no_number(number: Any) -> None:
    with pytest.raises(TypeError, match=f"must be an int or None, not {type(number).__name__}"):
        iris_cc.set_num_threads(number)
    with pytest.raises((TypeError, ValueError), match="threads must be"):
        iris_cc.kernel(lambda x: x, threads=number)


def test_the_environment_counts_until_a_number_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, number in (("3", 3), (" 2 ", 2), ("5000", 1024), ("9" * 30, 1024)):
        monkeypatch.setenv("IRIS_CC_NUM_THREADS", text)
        assert iris_cc.get_num_threads() == number
    for text in ("", "0", "-2", "many", "1.5", "²", "9" * 5000):
        monkeypatch.setenv("IRIS_CC_NUM_THREADS", text)
        assert iris_cc.get_num_threads() == processors.usable()
    monkeypatch.setenv("IRIS_CC_NUM_THREADS", "3")
    iris_cc.set_num_threads(2)
    assert iris_cc.get_num_threads() == 2


USED = """
import numpy as np, os, iris_cc
from iris_cc import threads
from iris_cc.runtime import parallel
BEFORE
x = np.linspace(0, 1, 300_000)
kernel = iris_cc.kernel("def f(x): return sqrt(x / (x + 1.0)) / (x + 2.0)", fallback="error"OPTION)
for _ in range(4):
    y = kernel(x)
pool = threads._state.pool
print(iris_cc.get_num_threads(), 0 if pool is None else parallel.count_workers(pool))
"""


def used(before: str = "", option: str = "", **environment: str) -> str:
    return python(USED.replace("BEFORE", before).replace("OPTION", option), **environment).strip()


@pytest.mark.needs_cc
def test_what_is_used() -> None:
    assert used(IRIS_CC_NUM_THREADS="3") == "3 2"
    assert used("iris_cc.set_num_threads(4)", IRIS_CC_NUM_THREADS="2") == "4 3"
    assert used(IRIS_CC_NUM_THREADS="1") == "1 0"
    assert used("iris_cc.set_num_threads(4)", ", threads=1") == "4 0"


@pytest.mark.needs_cc
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity masks here")
def test_a_narrow_mask() -> None:
    first, *others = sorted(os.sched_getaffinity(0))
    assert used(f"os.sched_setaffinity(0, {{{first}}})") == "1 0"
    if others:
        assert used(f"os.sched_setaffinity(0, {{{first}, {others[0]}}})") in ("1 0", "2 1")  # a quota may be less


@pytest.mark.needs_cc
def test_a_cold_start_compiles_the_kernel_alone(tmp_path: Any) -> None:
    """The pool is built at the second long row of a process that does not find it."""
    script = """
import numpy as np, iris_cc
from iris_cc import threads
iris_cc.set_num_threads(3)
kernel = iris_cc.kernel("def f(x): return sqrt(x / (x + 1.0))", fallback="error")
seen = []
for count in (8, 500_000, 500_000, 500_000):
    kernel(np.ones(count))
    seen.append(threads._state.pool is not None)
print(seen)
"""
    cache = str(tmp_path / "cache")
    assert python(script, IRIS_CC_CACHE_DIR=cache) == "[False, False, True, True]\n"
    assert python(script, IRIS_CC_CACHE_DIR=cache) == "[False, True, True, True]\n"


def test_the_kill_switch_needs_no_pool() -> None:
    script = USED.replace("BEFORE", "iris_cc.set_num_threads(4)").replace("OPTION", "").replace('"error"', '"silent"')
    assert python(script, ME_DSL_JIT="0") == "4 0\n"


@pytest.mark.needs_cc
def test_a_pool_that_cannot_be_built_is_no_error() -> None:
    before = """
iris_cc.set_num_threads(3)
real = threads.build.obtain
threads.build.obtain = lambda unit: threads.BuildFailure("compiler-error", "no") if unit.label == "pool" else real(unit)
"""
    assert used(before) == "3 0"
    before = """
iris_cc.set_num_threads(3)
def broken(): raise SystemError("broken")
threads._load = lambda number: broken()
"""
    assert used(before) == "3 0"
