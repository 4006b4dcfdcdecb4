"""Which builds failed lately, and when each may be tried again.  One table for the process; nothing is written.

The key of an entry covers the compiler, so another compiler is a new chance at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from iris_cc import records
from iris_cc.build.unit import BuildFailure

# seconds until the next try: after the first failure, and after every later one
_LASTING = (10.0, 120.0)
_TRANSIENT = (2.0, 10.0)

# a test replaces this
clock: Callable[[], float] = time.monotonic


@records.record
class NegativeState:
    """A remembered failure.  `retry_in` is 0 when the next call tries again."""

    failure: BuildFailure
    attempts: int
    age: float
    retry_in: float


@records.record
class _Entry:
    failure: BuildFailure
    attempts: int
    at: float


_entries: dict[str, _Entry] = {}


def remember(key: str, failure: BuildFailure) -> None:
    """Note one more failure of this key."""
    before = _entries.get(key)
    _entries[key] = _Entry(failure, 1 if before is None else before.attempts + 1, clock())


def forget(key: str | None = None) -> None:
    """Drop one key, or all of them."""
    if key is None:
        _entries.clear()
    else:
        _entries.pop(key, None)


def state(key: str) -> NegativeState | None:
    """What is remembered of this key."""
    entry = _entries.get(key)
    if entry is None:
        return None
    waits = _TRANSIENT if entry.failure.transient else _LASTING
    age = clock() - entry.at
    return NegativeState(entry.failure, entry.attempts, age, max(waits[min(entry.attempts, 2) - 1] - age, 0.0))


def standing(key: str) -> BuildFailure | None:
    """The failure that is not to be tried again yet."""
    found = state(key)
    return found.failure if found is not None and found.retry_in > 0 else None
