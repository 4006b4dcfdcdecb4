"""The limit of `while` iterations in loaded code, kept at what the environment says, and whether calls have to look.

It may not know what loads code, nor which kernels there are.
"""

from __future__ import annotations

from collections.abc import Callable

from iris_cc import config, forks
from iris_cc.runtime.loader import Library


class Override:
    """Whether something other than the environment sends every call the slow way; `changed` hears of it."""

    active = False
    changed: Callable[[bool], None] | None = None

    @classmethod
    def set(cls, active: bool) -> None:
        cls.active = active
        if cls.changed is not None:
            cls.changed(active)


class WhileLimit:
    """The limit of `while` iterations that all loaded code has now: one for the process, as the environment is.

    While it is not the default every call looks at the environment, so that it goes back in time.
    """

    lock = forks.lock()
    current = config.DEFAULT_WHILE_LIMIT
    libraries: set[Library] = set()  # compared by identity

    @classmethod
    def add(cls, library: Library) -> None:
        """Keep `library` at the limit from now on, if it has one."""
        if library not in cls.libraries and library.has("iris_while_limit"):
            with cls.lock:
                cls.libraries.add(library)
                library.write_int64("iris_while_limit", cls.current)

    @classmethod
    def apply(cls, limit: int) -> None:
        if limit == cls.current:
            return
        with cls.lock:
            for library in cls.libraries:
                library.write_int64("iris_while_limit", limit)
            cls.current = limit
            Override.set(limit != config.DEFAULT_WHILE_LIMIT)
