"""Kernels with threads in processes that fork, spawn and end."""

from __future__ import annotations

import sys

import pytest

from tests.threads.scripts import python

pytestmark = pytest.mark.needs_cc

# The pool at work, and what a child has to find out by itself.
HEAD = """
import multiprocessing, os, pickle, signal, sys, threading, time, warnings
import numpy as np, iris_cc
from iris_cc import threads
from iris_cc.runtime import parallel

warnings.simplefilter("ignore", DeprecationWarning)  # fork with threads: it is what is tried here
TEXT = "def f(x):\\n    n = 0\\n    while n < 50:\\n        n += 1\\n        x = x * 0.999 + 0.1\\n    return x\\n"
kernel = iris_cc.kernel(TEXT, fallback="error")
x = np.linspace(0, 1, 100_000)
rows = np.linspace(0, 1, 128_000).reshape(400, 320)[:, :250]

def workers():
    return 0 if threads._state.pool is None else parallel.count_workers(threads._state.pool)

def child(wanted):
    same = kernel(x).tobytes() == wanted and np.array_equal(kernel(rows), kernel(rows.copy()))
    return same and kernel(x).tobytes() == wanted

def busy(stop):
    while not stop.is_set():
        kernel(x)
        kernel(rows)

def main():
    iris_cc.set_num_threads(4)
    for _ in range(3):
        wanted = kernel(x).tobytes()
        kernel(rows)
    assert workers() == 3 and threads._state.spread is not None
BODY

if __name__ == "__main__":
    main()
"""


def run(body: str) -> str:
    """`body` in a process whose pool is at work."""
    return python(HEAD.replace("BODY", "".join(f"    {line}\n" for line in body.strip().splitlines())))


BUSY = """
stop = threading.Event()
callers = [threading.Thread(target=busy, args=(stop,)) for _ in range(3)]
for each in callers:
    each.start()
"""
QUIET = """
stop.set()
for each in callers:
    each.join()
"""


def test_fork_while_the_pool_is_busy() -> None:
    body = f"""{BUSY}
fine = 0
for _ in range(8):
    pid = os.fork()
    if pid == 0:
        signal.alarm(20)
        ok = workers() == 0 and child(wanted) and workers() == 3
        os._exit(0 if ok else 1)
    fine += os.waitpid(pid, 0)[1] == 0
{QUIET}
print(fine)"""
    assert run(body) == "8\n"


def test_a_child_of_a_child() -> None:
    body = """
pid = os.fork()
if pid == 0:
    signal.alarm(20)
    ok = child(wanted)
    pid = os.fork()
    if pid == 0:
        os._exit(0 if child(wanted) and workers() == 3 else 1)
    os._exit(0 if ok and os.waitpid(pid, 0)[1] == 0 else 1)
print(os.waitpid(pid, 0)[1], child(wanted))"""
    assert run(body) == "0 True\n"


def test_multiprocessing_forks() -> None:
    body = """
with multiprocessing.get_context("fork").Pool(3) as pool:
    print(pool.map(child, [wanted] * 6), child(wanted))"""
    assert run(body) == f"{[True] * 6} True\n"


def test_multiprocessing_spawns() -> None:
    """A spawned child imports anew: it has its own number of threads and its own pool."""
    script = """
import multiprocessing
from tests.threads.spawned import call
with multiprocessing.get_context("spawn").Pool(2) as pool:
    print(pool.map(call, [1, 4]))
"""
    script = "if __name__ == '__main__':" + script.replace("\n", "\n    ")
    assert python(script) == "[True, True]\n"


@pytest.mark.parametrize("ending", ["", "sys.exit(0)", "os._exit(0)"])
def test_an_exit_with_sleeping_workers(ending: str) -> None:
    assert run(f"print(workers(), flush=True)\n{ending}") == "3\n"


def test_an_exit_with_busy_daemons() -> None:
    body = """
stop = threading.Event()
for _ in range(3):
    threading.Thread(target=busy, args=(stop,), daemon=True).start()
time.sleep(0.05)
print(workers(), flush=True)"""
    assert run(body) == "3\n"


def test_an_interrupt_during_a_long_call() -> None:
    """It comes to the main thread once the call is over, as in any ufunc."""
    body = """
signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.setitimer(signal.ITIMER_REAL, 0.02)
try:
    for _ in range(2000):
        kernel(x)
    print("missed")
except KeyboardInterrupt:
    print("caught", child(wanted))"""
    assert run(body) == "caught True\n"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_sleep_when_there_is_nothing_to_do() -> None:
    body = """
time.sleep(0.1)
before = time.process_time()
time.sleep(0.5)
print(time.process_time() - before < 0.05)"""
    assert run(body) == "True\n"
