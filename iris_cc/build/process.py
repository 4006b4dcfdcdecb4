"""Run one program under a deadline, keep a bounded part of what it prints, and leave none of its children behind.

No shell.  The program leads a session of its own, so that it and all it started are one process group and end
together: killing a compiler driver alone leaves the compiler proper running.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from iris_cc import forks, records

OUTPUT_LIMIT = 64 << 10
_CHUNK = 64 << 10
_DRAIN_LIMIT = 1 << 20
_TICK = 0.02

# The leader that each thread waits for, and the threads for which none is to run any more; under the same lock.
_leaders: dict[int, int] = {}
_ended: set[int] = set()


@records.record
class Outcome:
    """How a program ended.  `status` is None when the deadline passed; negative for a signal."""

    status: int | None
    output: str


class _Capture:
    """The first `OUTPUT_LIMIT` bytes; what follows is read and dropped, so that the writer never blocks."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.kept = bytearray()
        self.dropped = 0
        os.set_blocking(fd, False)

    def read(self) -> int | None:
        """Bytes read, 0 at the end of the stream, None when there is nothing now."""
        try:
            chunk = os.read(self.fd, _CHUNK)
        except BlockingIOError:
            return None
        room = OUTPUT_LIMIT - len(self.kept)
        self.kept += chunk[:room]
        self.dropped += max(len(chunk) - max(room, 0), 0)
        return len(chunk)

    def drain(self) -> None:
        """What is in the pipe now.  A surviving child may write for ever, so this too is bounded."""
        total = 0
        while total < _DRAIN_LIMIT:
            count = self.read()
            if not count:
                return
            total += count

    def text(self) -> str:
        text = self.kept.decode("utf-8", "replace")
        return f"{text}\n[{self.dropped} more bytes were dropped]" if self.dropped else text


def run(argv: Sequence[str], directory: str, timeout: float, environment: Mapping[str, str]) -> Outcome:
    """Run `argv` in `directory`.  Raises OSError when it cannot be started."""
    deadline = time.monotonic() + timeout
    process: subprocess.Popen[bytes] | None = None
    try:
        with _interrupts_held(), forks.starting:
            process = _start(argv, directory, environment)
            _leaders[threading.get_ident()] = process.pid
            if threading.get_ident() in _ended:
                _kill_group(process.pid)
        assert process.stdout is not None
        capture = _Capture(process.stdout.fileno())
        in_time = _follow(process, capture, deadline)
    finally:
        if process is not None:
            _end(process)
    return Outcome(process.returncode if in_time else None, capture.text())


def end_for(thread: int) -> None:
    """End the program that this thread waits for, and from now on each that it starts."""
    with forks.starting:
        _ended.add(thread)
        if thread in _leaders:
            _kill_group(_leaders[thread])


def _start(argv: Sequence[str], directory: str, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=directory,
        env=environment,
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    # Before the leader is reaped its number cannot be given to another process.
    _kill_group(process.pid)
    with forks.starting:
        _leaders.pop(threading.get_ident(), None)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C waits until the process is known: between fork and assignment nobody could end it.

    Masking the signal would not do: a thread of NumPy's takes it, and the main thread raises all the same.
    """
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield  # no KeyboardInterrupt is raised here
        return
    noted: list[FrameType | None] = []
    signal.signal(signal.SIGINT, lambda _number, frame: noted.append(frame))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
    if noted:
        handler(signal.SIGINT, noted[0])


def _follow(process: subprocess.Popen[bytes], capture: _Capture, deadline: float) -> bool:
    """Read until the program has ended (True) or the deadline has passed (False).

    The end of the stream is not the end of the program, nor the other way round: a child may keep the pipe.
    """
    handle = _exit_handle(process.pid)
    poller = select.poll()
    poller.register(capture.fd, select.POLLIN)
    if handle is not None:
        poller.register(handle, select.POLLIN)
    try:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            ready = {fd for fd, _ in poller.poll(1000 * (left if handle is not None else min(left, _TICK)))}
            if handle in ready or (handle is None and process.poll() is not None):
                capture.drain()
                return True
            if capture.fd in ready and capture.read() == 0:
                poller.unregister(capture.fd)
    finally:
        if handle is not None:
            os.close(handle)


def _exit_handle(pid: int) -> int | None:
    """A descriptor that becomes readable when the process ends, where the system has such."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def _after_fork_in_child() -> None:
    """What the parent's threads wait for is not this process's to end."""
    _leaders.clear()
    _ended.clear()


os.register_at_fork(after_in_child=_after_fork_in_child)
