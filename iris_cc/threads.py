"""How many threads a call may use, the pool they live in, and the two ways to it.

A long row asks the pool itself.  Large arrays of several dimensions, which NumPy brings to a loop in short rows, are
walked by a unit of their own, to which the call dispatcher turns first.  Both are units of C that are built once per
machine.  Until a process needs them, functions of Python's have their places: the first call that is worth it finds
the units on disk.  Where they are not on disk it goes alone, so that a cold start compiles the user's kernel and
nothing else; the second one builds them.

Threads change speed, never a result.
"""

from __future__ import annotations

import _thread
import operator
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from iris_cc import build, config, units
from iris_cc.build import BuildFailure, Unit
from iris_cc.runtime import loader, parallel, spread

if TYPE_CHECKING:
    from iris_cc.background import Job

MOST_THREADS = 1024


class _PoolState:
    """What this process has asked for and what it has."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.chosen: int | None = None
        self.kernels: dict[str, loader.Library] = {}  # every unit with an entry; none is ever unloaded
        self.calls: loader.Library | None = None  # the call dispatcher
        self.pool: loader.Library | None = None
        self.spread: loader.Library | None = None  # what walks arrays of several dimensions
        self.applied = 0  # what the pool was last told
        self.waited = False  # a call went alone because a unit had to be built
        self.patient = False  # some kernel's calls wait for no compiler
        self.jobs: dict[str, Job | None] = {}  # builds of units, for such kernels
        self.refused = False  # there is no pool to be had
        self.spread_refused = False


_state = _PoolState()


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

    Its affinity mask, the quota of its container and `OMP_NUM_THREADS` count.
    """
    number = min(_state.chosen or config.num_threads() or _usable(), MOST_THREADS)
    if _state.pool is not None and number != _state.applied:  # the environment or the mask has changed
        with _state.lock:
            _apply(number)
    return number


def means() -> tuple[int | None, bool]:
    """What this process has by now: the pool's threads, None without a pool, and whether short rows find them too."""
    workers = None if _state.pool is None else parallel.count_workers(_state.pool)
    return workers, _state.spread is not None


def connect(library: loader.Library, *, patient: bool = False) -> tuple[int, ...] | None:
    """Give the loops of a loaded kernel the way to the pool, if its unit has an entry; what it says about sharing.

    `patient`: from here on no call waits for the pool to be built.
    """
    if not library.has(parallel.ENTRY):
        return None
    with _state.lock:
        _state.patient = _state.patient or patient
        _state.kernels[library.key] = library
        _write_entry(library)
    return parallel.share_of(library)


def connect_calls(library: loader.Library) -> None:
    """Give the call dispatcher the way to what shares large arrays out."""
    with _state.lock:
        _state.calls = library
        _send_calls(library)


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


def _write_entry(library: loader.Library) -> None:
    """Tell a unit what its loops call for a long row now; with the lock."""
    alone = _state.refused or _state.applied == 1
    ready = _state.pool is not None and not alone
    if library.has(parallel.START):
        library.write_int64(parallel.START, 0 if ready or alone else id(_start))
    library.write_int64(parallel.ENTRY, _state.pool.address("iris_parallel") if _state.pool and ready else 0)


def _send_calls(dispatcher: loader.Library) -> None:
    """Tell the dispatcher where calls on large arrays of several dimensions go first; with the lock."""
    if _state.refused or _state.spread_refused or _state.applied == 1:
        spread.send_calls(dispatcher, 0, 0)
    elif _state.spread is not None:
        spread.send_calls(dispatcher, _state.spread.address(spread.FUNCTION), 0)
    else:
        spread.send_calls(dispatcher, 0, id(_start_spread))


def _apply(number: int) -> None:
    """With the lock: tell the pool, if there is one, every loop, and what walks large arrays."""
    if _state.pool is not None:
        parallel.set_threads(_state.pool, number)
    _state.applied = number
    for library in _state.kernels.values():
        _write_entry(library)
    if _state.spread is not None:
        _state.spread.write_int64(spread.LANES, number)
    if _state.calls is not None:
        _send_calls(_state.calls)


def _start() -> None:
    """For a first long row, which goes alone where this puts no pool in its reach."""
    _undisturbed(_load_pool)


def _start_spread() -> None:
    """The same for the first call on large arrays of several dimensions; it goes alone in any case."""
    _undisturbed(_load_pool_and_spread)


def _undisturbed(work: Callable[[], None]) -> None:
    """Do `work`, if nobody is at it, where no handler of a signal runs: what one raises is the caller's, and meets no
    code that takes it for a failure of its own.  No thread is a reason to be slower, never to fail."""
    done = _thread.allocate_lock()
    done.acquire()

    def run() -> None:
        try:
            if _state.lock.acquire(blocking=False):
                try:
                    work()
                finally:
                    _state.lock.release()
        except Exception:
            pass
        finally:
            done.release()

    if threading.current_thread() is threading.main_thread():
        try:
            _thread.start_new_thread(run, ())
        except RuntimeError:  # there are too many
            return
    else:
        run()
    done.acquire()


def _load_pool() -> None:
    if _state.pool is None and not _state.refused:
        _load(get_num_threads())


def _load_pool_and_spread() -> None:
    _load_pool()
    if _state.pool is not None and _state.spread is None and not _state.spread_refused:
        _load_spread()


def _load(number: int) -> None:
    if number == 1:
        _apply(1)
        return
    _state.pool, _state.refused = _loaded(_pool())
    if _state.pool is not None or _state.refused:
        _apply(number)


def _load_spread() -> None:
    unit, _state.spread_refused = _loaded(_spread())
    if unit is not None:
        spread.tell_about_numpy(unit)
        connect(unit)
        _state.spread = unit
    if _state.spread is not None or _state.spread_refused:
        _apply(_state.applied)


def _loaded(unit: Unit) -> tuple[loader.Library | None, bool]:
    """The unit as a library; whether there is none to be had in this process."""
    if unit.label not in _state.jobs and build.peek(unit) == "none" and _may_go_alone(unit):
        return None, False
    job = _state.jobs.get(unit.label)
    if job is not None and not job.finished:
        return None, False
    found = build.obtain(unit)
    if isinstance(found, BuildFailure):
        return None, found.kind != "disabled" and not found.transient
    try:
        return loader.load(found.artifact), False
    except loader.LoadError:
        return None, True


def _may_go_alone(unit: Unit) -> bool:
    """Whether this call does without a unit that has to be built: a patient one always, others once per process."""
    if _state.patient:
        from iris_cc import background

        _state.jobs[unit.label] = background.start(unit)
        return True
    first, _state.waited = not _state.waited, True
    return first


def _pool() -> Unit:
    return units.unit("pool", "the thread pool")


def _spread() -> Unit:
    return units.unit("spread", "what shares large arrays out")


def _after_fork_in_child() -> None:
    """Another thread of the parent may have held it.  The pool itself starts anew in C."""
    _state.lock = threading.RLock()


os.register_at_fork(after_in_child=_after_fork_in_child)
