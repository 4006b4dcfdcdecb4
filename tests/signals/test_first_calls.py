"""Signals in the first long calls of a process, in which the pool of threads is found, or built."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.needs_cc

KERNEL = """
import os, signal, sys, threading, time
import numpy as np, iris_cc

kernel = iris_cc.kernel("def f(x, n):\\n    for i in range(n):\\n        x = x * 0.999999 + 0.5\\n    return x\\n")
x = np.full(200_000, 0.3)
flat = iris_cc.kernel("def g(x, y, n):\\n    for i in range(n):\\n        x = x * 0.999999 + y\\n    return x\\n")
"""

WARM = KERNEL + """
for _ in range(4):
    kernel(x, 200)
    flat(x.reshape(400, 500), x[:500], 200)
"""

RAISING = KERNEL + """
def handler(number, frame):
    raise TimeoutError("by the handler")

signal.signal(signal.SIGALRM, handler)
CALLS
for delay in (0.0005, 0.003, 0.02, 0.2):
    began = time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, delay)
    try:
        call()
        print("lost")
    except TimeoutError as error:
        print(error, time.monotonic() - began < delay + 1)
"""

QUIET = KERNEL + """
rung = []
signal.signal(signal.SIGALRM, lambda number, frame: rung.append(1))
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
found = [kernel(x, 3000) for _ in range(3)]
signal.setitimer(signal.ITIMER_REAL, 0)
wanted = x.copy()
for _ in range(3000):
    wanted = wanted * 0.999999 + 0.5
print(all(np.array_equal(each, wanted) for each in found), len(rung) > 0)
"""


def run(text: str, home: Path) -> subprocess.CompletedProcess[str]:
    env = dict(os.environ, IRIS_CC_CACHE_DIR=str(home), IRIS_CC_NUM_THREADS="2")
    command = [sys.executable, "-c", text]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with the kernels, the pool and what walks large arrays in it."""
    made = tmp_path_factory.mktemp("cache")
    done = run(WARM, made)
    assert done.returncode == 0, done.stderr
    return made


CALLS = {
    "row": "call = lambda: kernel(x, 10**15)",
    "ufunc": "call = lambda: kernel.ufunc(x, np.int64(10**15))",
    "space": "call = lambda: flat(x.reshape(400, 500), x[:500], 10**15)",
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_exception_of_a_handler_comes_out(home: Path, call: str) -> None:
    prepared = "kernel.compile('f8', 'i8'); kernel.compile('f8', int); flat.compile('f8', 'f8', int)\n"
    done = run(RAISING.replace("CALLS", prepared + call), home)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["by the handler True"] * 4


def test_handlers_that_do_not_raise_are_no_hindrance(home: Path) -> None:
    done = run(QUIET, home)
    assert done.stderr == ""
    assert done.stdout.split() == ["True", "True"]


def test_while_the_pool_is_built(tmp_path: Path) -> None:
    """The first long call goes alone, the second one builds the pool: the alarm comes meanwhile."""
    text = RAISING.replace("CALLS", "kernel(x, 3000)\ncall = lambda: kernel(x, 10**15)")
    done = run(text, tmp_path)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["by the handler True"] * 4


def test_faults_of_the_first_call_come_out(home: Path) -> None:
    power = (
        KERNEL
        + """
power = iris_cc.kernel("def f(x, p):\\n    for i in range(300):\\n        x = x * 3 + 1\\n    return x ** p\\n")
p = np.full(200_000, 2)
p[-1] = -1
try:
    power(np.full(200_000, 3), p)
except ValueError as error:
    print(error)
"""
    )
    done = run(power, home)
    assert done.stderr == ""
    assert done.stdout == "Integers to negative integer powers are not allowed.\n"
