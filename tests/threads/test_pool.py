"""The pool by itself: every element once, whoever computes it, whatever happens around it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from ctypes import CFUNCTYPE, c_int32

import numpy as np
import pytest

from tests.threads import pool
from tests.threads.pool import Run
from tests.threads.scripts import python

pytestmark = pytest.mark.needs_cc


@pytest.fixture(autouse=True)
def four_threads() -> Iterator[None]:
    pool.set_threads(4)
    yield
    pool.set_threads(1)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 7])
@pytest.mark.parametrize(
    ("count", "grain"), [(0, 1), (1, 1), (5, 64), (1000, 1), (1001, 64), (40_000, 512), (40_001, 7)]
)
def test_every_element_once(number: int, count: int, grain: int) -> None:
    pool.set_threads(number)
    run = Run(count, grain)
    assert (run.seen == 1).all()
    assert all(begin % grain == 0 for begin in run.pieces)
    assert run.threads <= number
    assert run.status == 0


def test_long_work_is_shared_and_short_work_is_not() -> None:
    assert Run(200_000, 64).threads > 1
    assert pool.workers() >= 3
    assert Run(500, 64, work=1).threads == 1


def test_a_limit_of_the_call() -> None:
    assert max(Run(100_000, 64, 2).threads for _ in range(5)) == 2
    assert Run(100_000, 64, 1).threads == 1


def test_pieces_are_not_too_many() -> None:
    assert 8 < len(Run(400_000, 64, work=50).pieces) < 120


def test_the_first_status_comes_back() -> None:
    """Whatever fails later, and with every element before it computed."""
    for number in (1, 4):
        pool.set_threads(number)
        for place, other in ((0, 1000), (777, 99_999), (99_999, -1), (60_000, 90_000), (98_000, 50_000)):
            run = Run(100_000, 64, status_at=place, other_at=other)
            first = min(place, other) if other >= 0 else place
            assert run.status == (4 if first == place else 2)
            assert (run.seen[:first] == 1).all()
            assert run.seen.max() == 1


def test_the_caller_stops_it() -> None:
    for number in (1, 4):
        pool.set_threads(number)
        for looks in (1, 2, 10):
            run = Run(400_000, 64, looks=looks)
            assert run.status == 0
            assert run.seen.max() <= 1
            assert run.seen[-1] == 0
        assert Run(400_000, 64, looks=1_000_000).seen.all()


def test_pieces_are_no_larger_than_they_may_be() -> None:
    for number in (1, 4):
        pool.set_threads(number)
        run = Run(400_000, 64, work=1, largest=640)
        assert max(np.diff([*run.pieces, 400_000])) < 2 * 640


def test_flags_of_workers_reach_the_caller() -> None:
    """NumPy looks at them after a ufunc's loop; here the loop is a Python function that NumPy calls."""
    for number in (1, 4):
        pool.set_threads(number)
        division = np.frompyfunc(lambda x: float(Run(100_000, 64, denominator=0.0, work=100).threads), 1, 1)
        with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
            division(np.float64(1))
        quiet = np.frompyfunc(lambda x: float(Run(100_000, 64, work=100).threads), 1, 1)
        with np.errstate(divide="raise", over="raise", invalid="raise"):
            quiet(np.float64(1))


def test_workers_round_as_the_caller_does() -> None:
    rounding = CFUNCTYPE(c_int32, c_int32)(pool.parts().address("set_rounding"))
    usual = Run(100_000, 64, denominator=1.1).results
    try:
        assert rounding(1) == 0
        up = Run(100_000, 64, denominator=1.1).results
    finally:
        rounding(0)
    assert len(np.unique(up)) == len(np.unique(usual)) == 1
    assert up[0] > usual[0]
    assert (Run(100_000, 64, denominator=1.1).results == usual).all()


def test_nested_use_stays_on_its_thread() -> None:
    run = Run(100_000, 64, part="nested_part")
    assert (run.seen == 1).all()
    assert not run.status & 64


def test_many_callers_at_once() -> None:
    def many(number: int) -> bool:
        return all((Run(3000 + number, 16, work=100).seen == 1).all() for _ in range(100))

    with ThreadPoolExecutor(8) as callers:
        assert all(callers.map(many, range(8)))
    assert pool.workers() <= 6  # what an earlier test asked for, not what eight callers might


def test_the_number_changes_while_it_works() -> None:
    stop = threading.Event()

    def turn() -> None:
        number = 0
        while not stop.is_set():
            number = number % 5 + 1
            pool.set_threads(number)

    turner = threading.Thread(target=turn)
    turner.start()
    try:
        for _ in range(200):
            assert (Run(5000, 16, work=100).seen == 1).all()
    finally:
        stop.set()
        turner.join()


def test_signals_go_to_the_process_own_threads() -> None:
    """A worker that took the signal would run Python's handler outside Python."""
    got: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: got.append(threading.get_ident()))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        for _ in range(50):
            Run(20_000, 64)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert got
    assert set(got) == {threading.main_thread().ident}


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_fork_while_others_compute() -> None:
    """The child has none of the parent's workers and callers; it starts its own pool."""
    stop = threading.Event()

    def compute() -> None:
        while not stop.is_set():
            Run(20_000, 16)

    callers = [threading.Thread(target=compute) for _ in range(3)]
    for caller in callers:
        caller.start()
    try:
        for _ in range(10):
            child = os.fork()
            if child == 0:
                signal.alarm(20)
                fine = pool.workers() == 0 and (Run(50_000, 16).seen == 1).all() and pool.workers() == 3
                os._exit(0 if fine else 1)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        for caller in callers:
            caller.join()


def test_a_system_that_gives_no_thread() -> None:
    """No room for a stack: the caller computes alone, and tries again later."""
    script = """
import pathlib, resource, time
from tests.threads import pool
from tests.threads.pool import Run
pool.set_threads(4)
pool.parts()
Run(10, 64)
pages = int(pathlib.Path("/proc/self/statm").read_text().split()[0])
limit = resource.getrlimit(resource.RLIMIT_AS)
Run(50_000, 64, 1)
resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + (3 << 20), limit[1]))
run = Run(50_000, 64)
print((run.seen == 1).all(), pool.workers() < 3)
resource.setrlimit(resource.RLIMIT_AS, limit)
time.sleep(1.1)
run = Run(50_000, 64)
print((run.seen == 1).all(), pool.workers())
"""
    assert python(script) == "True True\nTrue 3\n"


def test_exit_with_sleeping_and_with_busy_workers() -> None:
    script = """
import threading, time
from tests.threads import pool
from tests.threads.pool import Run
pool.set_threads(4)
Run(100_000, 64)
def compute():
    while True:
        Run(1_000_000, 64)
BUSY
print(pool.workers())
"""
    started = time.monotonic()
    assert python(script.replace("BUSY", "")) == "3\n"
    busy = "threading.Thread(target=compute, daemon=True).start(); time.sleep(0.05)"
    assert python(script.replace("BUSY", busy)) == "3\n"
    assert time.monotonic() - started < 20
