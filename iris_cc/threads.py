"""How many threads a call may use, and the pool they live in.

The pool is a unit of C, `runtime_c/iris_pool.c`, built once per machine.  Until a process needs it, the entry that a
kernel's loops call for long rows is a stand-in of Python's: the first long row finds the pool on disk and puts it in
the stand-in's place.  Where it is not on disk, the first long row of a process goes alone, so that a cold start
compiles the user's kernel and nothing else; the second one builds the pool.

Threads change speed, never a result.
"""

from __future__ import annotations

import operator
import os
import threading
from functools import cache
from typing import TYPE_CHECKING

from iris_cc import build, config
from iris_cc.build import BuildFailure, Unit
from iris_cc.codegen.runtime_c import read
from iris_cc.digest import hex_digest
from iris_cc.runtime import loader, parallel

if TYPE_CHECKING:
    from iris_cc.background import Job

MOST_THREADS = 1024

_STATEMENTS = 300  # about what the unit holds: it is compiled at the full level


class _State:
    """What this process has asked for and what it has."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.chosen: int | None = None
        self.kernels: dict[str, loader.Library] = {}  # every unit with an entry; none is ever unloaded
        self.pool: loader.Library | None = None
        self.applied = 0  # what the pool was last told
        self.waited = False  # a long row went alone because the pool had to be built
        self.patient = False  # some kernel's calls wait for no compiler
        self.job: Job | None = None  # the pool's build, for such kernels
        self.refused = False  # there is none to be had
        self.stand_in: tuple[int, object] | None = None


_state = _State()


def set_num_threads(number: int | None) -> None:
    """Let a call use at most `number` threads, itself among them; None takes the default again.

    It holds for all kernels of this process from the next call on.
    """
    chosen = None if number is None else _checked(number)
    with _state.lock:
        _state.chosen = chosen
        _apply(get_num_threads())


def get_num_threads() -> int:
    """The most threads a call uses: what was set, else `IRIS_CC_NUM_THREADS`, else the processors of this process.

    Its affinity mask and the quota of its container count.
    """
    number = min(_state.chosen or config.num_threads() or _usable(), MOST_THREADS)
    if _state.pool is not None and number != _state.applied:  # the environment or the mask has changed
        with _state.lock:
            _apply(number)
    return number


def connect(library: loader.Library, *, patient: bool = False) -> None:
    """Give the loops of a loaded kernel the way to the pool, if its unit has an entry.

    `patient`: from here on no call waits for the pool to be built.
    """
    if not library.has(parallel.ENTRY):
        return
    with _state.lock:
        _state.patient = _state.patient or patient
        _state.kernels[library.key] = library
        library.write_int64(parallel.ENTRY, _entry())


def _usable() -> int:
    from iris_cc.runtime import processors

    return processors.usable()


def _checked(number: object) -> int:
    try:
        if isinstance(number, bool):
            raise TypeError
        count = operator.index(number)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"the number of threads must be an int or None, not {type(number).__name__}") from None
    if not 1 <= count <= MOST_THREADS:
        raise ValueError(f"the number of threads must be from 1 to {MOST_THREADS}, not {count}")
    return count


def _entry() -> int:
    """What loops call for a long row now; with the lock."""
    if _state.refused or _state.applied == 1:
        return 0
    if _state.pool is not None:
        return _state.pool.address("iris_parallel")
    if _state.stand_in is None:
        _state.stand_in = parallel.stand_in(_start)
    return _state.stand_in[0]


def _apply(number: int) -> None:
    """With the lock: tell the pool, if there is one, and every loop."""
    if _state.pool is not None:
        parallel.set_threads(_state.pool, number)
    _state.applied = number
    entry = _entry()
    for library in _state.kernels.values():
        library.write_int64(parallel.ENTRY, entry)


def _start() -> int:
    """The pool's entry, for the first long row of a process; 0: this row goes alone."""
    if not _state.lock.acquire(blocking=False):
        return 0
    try:
        if _state.pool is None and not _state.refused:
            _load(get_num_threads())
        return _entry() if _state.pool is not None else 0
    finally:
        _state.lock.release()


def _load(number: int) -> None:
    if number == 1:
        _apply(1)
        return
    if not _state.waited and build.peek(_unit()) == "none":
        _state.waited = True
        if _state.patient:
            from iris_cc import background

            _state.job = background.start(_unit())
        return
    if _state.job is not None and not _state.job.finished:
        return
    found = build.obtain(_unit())
    if isinstance(found, BuildFailure):
        _state.refused = found.kind != "disabled" and not found.transient
    else:
        try:
            _state.pool = loader.load(found.artifact)
        except loader.LoadError:
            _state.refused = True
    if _state.pool is not None or _state.refused:
        _apply(number)


@cache
def _unit() -> Unit:
    text = read("iris_pool.c")
    identity = hex_digest(text)
    return Unit(identity, "pool", "call", 0, "strict", _STATEMENTS, lambda: text, {"kernel": "the thread pool"})


def _after_fork_in_child() -> None:
    """Another thread of the parent may have held it.  The pool itself starts anew in C."""
    _state.lock = threading.RLock()


os.register_at_fork(after_in_child=_after_fork_in_child)
