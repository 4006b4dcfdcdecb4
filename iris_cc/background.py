"""Builds that no call waits for: one thread of the process takes one unit after the other, and ends with the last.

It makes text and runs the compiler; what comes of that is for its owner to load, in a thread of the user's.  A fork
leaves every job to the parent, and the end of the process waits for none.  Imported with the first job.
This module may not know what a unit is for.
"""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable

from iris_cc import build, forks
from iris_cc.build import BuildFailure, Built, Unit
from iris_cc.records import replace

_HEAD_START = 0.02  # seconds that the call which asked for a build gets to give its result by other means
_LEAVING = 1.0  # seconds that the end of the process gives the thread to remove its directory


class Job:
    """One build.  Once it is `finished`, `result` is what came of it; None is nothing, so ask again."""

    def __init__(self, unit: Unit, tell: Callable[[], None] | None) -> None:
        self.unit = unit
        self.finished = False
        self.result: Built | BuildFailure | BaseException | None = None
        self._owner = None if tell is None else weakref.WeakMethod(tell)
        self._done = threading.Event()

    def wait(self) -> None:
        """Until it is finished.  A job that has not begun never will: who cannot wait builds faster at once."""
        with _state.lock:
            _state.awaited.set()
            waiting = list(_state.queue)[1:]
            if self in waiting:
                _state.queue.remove(self)
                self.end()
        self._done.wait()

    def run(self) -> None:
        """Build, and tell the owner; nothing is built for one that is gone."""
        if self._owner is None or self._owner() is not None:
            self.result = _result(self.unit)
        self.finished = True
        tell = self._owner() if self._owner is not None else None
        if tell is not None:
            tell()
        self._done.set()

    def end(self, seconds: float = 0.0) -> None:
        """Let nobody wait for it any more; it is given this long."""
        self._done.wait(seconds)
        self.finished = True
        self._done.set()

    def lose(self) -> None:
        """In a forked child, where nobody is at work on it, and another thread may have held the lock of the event."""
        self._done = threading.Event()
        self.end()


class _State:
    """What this process has to build, the first of the queue being under way."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.queue: deque[Job] = deque()
        self.thread: threading.Thread | None = None
        self.awaited = threading.Event()  # somebody waits, so there is nothing to wait for
        self.leaving = False  # the process ends
        self.hooked = False


_state = _State()


def start(unit: Unit, tell: Callable[[], None] | None = None) -> Job | None:
    """Build `unit`, then call the method `tell` in the building thread; None where no thread is to be had.

    The owner of `tell` is not kept alive.
    """
    job = Job(unit, tell)
    with _state.lock:
        if _state.leaving or not (_state.thread is not None or _start_thread()):
            return None
        _state.queue.append(job)
    return job


def _start_thread() -> bool:
    """With the lock, which the thread needs before it looks at the queue."""
    thread = threading.Thread(target=_work, name="iris_cc.background", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return False
    _state.thread = thread
    if not _state.hooked:
        _state.hooked = True
        atexit.register(_leave)
    return True


def _work() -> None:
    _state.awaited.wait(_HEAD_START)
    while True:
        with _state.lock:
            if not _state.queue:
                _state.thread = None
                return
            job = _state.queue[0]
        job.run()
        with _state.lock:
            if job in _state.queue:
                _state.queue.remove(job)


def _result(unit: Unit) -> Built | BuildFailure | BaseException | None:
    try:
        with forks.imports:  # the text is made by modules that are imported for it
            build.prepare()
            text = unit.text()
        result = build.obtain(replace(unit, text=lambda: text))
    except BaseException as error:  # the owner's to raise
        return error
    return None if isinstance(result, BuildFailure) and result.kind == "disabled" else result


def _leave() -> None:
    """At the end of the process the compiler is ended, and its directory goes; what is published already stays."""
    with _state.lock:
        _state.leaving = True
        _state.awaited.set()
        jobs, thread = list(_state.queue), _state.thread
        _state.queue.clear()
    busy = thread is not None and thread.ident is not None and build.abandon(thread.ident)
    for job in jobs:
        job.end(_LEAVING if busy and job is jobs[0] else 0.0)


def _after_fork_in_child() -> None:
    global _state
    jobs = list(_state.queue)
    _state = _State()
    for job in jobs:
        job.lose()


os.register_at_fork(after_in_child=_after_fork_in_child)
