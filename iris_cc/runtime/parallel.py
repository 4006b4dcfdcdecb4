"""Calls to and from the thread pool's unit.  Knows its signatures, not where it comes from or when it is wanted."""

from __future__ import annotations

import _thread
import ctypes
from collections.abc import Callable
from ctypes import CFUNCTYPE, c_int32, c_int64, c_ssize_t, c_void_p

from iris_cc.runtime.loader import Library

# In each unit whose rows can be shared out: the address of what shares them out, 0 for nothing.
ENTRY = "iris_parallel_entry"
SHARE = "iris_share"

_PARALLEL = CFUNCTYPE(c_int32, c_void_p, c_void_p, c_ssize_t, c_ssize_t, c_int32)
_PART = CFUNCTYPE(c_int32, c_void_p, c_ssize_t, c_ssize_t)


def share_of(library: Library) -> tuple[int, ...] | None:
    """What a unit says about sharing out: from how many elements on, in pieces of how many, at most to how many
    threads, and whether an element can fail.  None if it says nothing."""
    if not library.has(SHARE):
        return None
    return tuple((c_int64 * 4).from_address(library.address(SHARE)))


def stand_in(start: Callable[[], int]) -> tuple[int, object]:
    """The address and keeper of an entry that first asks `start` for the address of the real one; 0 is none.

    Loops call it without the GIL, and nothing that happens here may stop one.
    """

    def call(part: int, context: int, count: int, grain: int, most: int) -> int:
        address = 0
        try:
            address = start()
        except KeyboardInterrupt:
            _thread.interrupt_main()
        except BaseException:  # no thread is a reason to be slower, never to fail
            pass
        if address:
            return int(_PARALLEL(address)(part, context, count, grain, most))
        return int(_PART(part)(context, 0, count))

    callback = _PARALLEL(call)
    return ctypes.cast(callback, c_void_p).value or 0, callback


def set_threads(pool: Library, number: int) -> None:
    CFUNCTYPE(None, c_int32)(pool.address("iris_set_threads"))(number)


def count_workers(pool: Library) -> int:
    """The threads the pool has started in this process."""
    return int(CFUNCTYPE(c_int32)(pool.address("iris_count_workers"))())
