"""A signal that comes during a call, and how long the call goes on after it.  It computes no expected value."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

SOON = 1.0  # seconds after which a signal has to be heard
DELAY = 0.25


class Late(Exception):
    """What the handlers of these tests raise."""


@contextmanager
def alarm(handler: Callable[..., Any], delay: float = DELAY, every: float = 0.0) -> Iterator[None]:
    """The handler is called that many seconds from now on, by a timer of the system."""
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, delay, every)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def seconds_until(error: type[BaseException], call: Callable[[], Any], raised: BaseException | None = None) -> float:
    """How long after the alarm `call` ends, which has to be with the exception of its handler and nothing else."""
    thrown = error("by the handler") if raised is None else raised

    def handler(number: int, frame: object) -> None:
        raise thrown

    began = time.monotonic()
    try:
        with alarm(handler):
            call()
    except error as caught:
        assert caught is thrown
        assert caught.__cause__ is None
        return time.monotonic() - began - DELAY
    raise AssertionError(f"the call ended after {time.monotonic() - began:.2f} s as if nothing had happened")


def seconds_until_interrupt(call: Callable[[], Any]) -> float:
    """The same for Ctrl-C, which another thread sends; a process that was started to ignore it hears it here, too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(DELAY, os.kill, (os.getpid(), signal.SIGINT))
    began = time.monotonic()
    timer.start()
    try:
        call()
        time.sleep(5)
    except KeyboardInterrupt:
        return time.monotonic() - began - DELAY
    finally:
        timer.join()
        signal.signal(signal.SIGINT, before)
    raise AssertionError("the interrupt did not come")
