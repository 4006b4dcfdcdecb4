"""Calls to and from the thread pool's unit.  Knows its signatures, not where it comes from or when it is wanted."""

from __future__ import annotations

from ctypes import CFUNCTYPE, c_int32, c_int64

from iris_cc.runtime.loader import Library

# In each unit whose rows can be shared out: the address of what shares them out, 0 for nothing; and, in a kernel's,
# that of a Python function which a first long row calls where there is nothing yet.
ENTRY = "iris_parallel_entry"
START = "iris_parallel_start"
SHARE = "iris_share"
LOOK = "iris_look"


def share_of(library: Library) -> tuple[int, ...] | None:
    """What a unit says about sharing out: from how many elements on, in pieces of how many, at most to how many
    threads, whether an element can fail, and the function that asks for signals.  None if it says nothing."""
    if not library.has(SHARE):
        return None
    numbers = (c_int64 * 4).from_address(library.address(SHARE))
    return (*numbers, library.address(LOOK))


def set_threads(pool: Library, number: int) -> None:
    CFUNCTYPE(None, c_int32)(pool.address("iris_set_threads"))(number)


def count_workers(pool: Library) -> int:
    """The threads the pool has started in this process."""
    return int(CFUNCTYPE(c_int32)(pool.address("iris_count_workers"))())
