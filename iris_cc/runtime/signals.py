"""Which thread of this process runs the handlers of signals, told to every unit of machine code that asks for it.

This module may not know what a unit computes.
"""

from __future__ import annotations

import os
import threading

from iris_cc.runtime.loader import Library

_MAIN_THREAD = "iris_main_thread"
_LIBRARIES: set[Library] = set()  # compared by identity; none is ever unloaded


def connect(library: Library) -> None:
    """Let the long calls of `library` end where a handler raises."""
    library.write_int64(_MAIN_THREAD, threading.main_thread().ident or 0)
    _LIBRARIES.add(library)


def _after_fork_in_child() -> None:
    """The thread that forked is the main thread now."""
    for library in tuple(_LIBRARIES):
        library.write_int64(_MAIN_THREAD, threading.get_ident())


os.register_at_fork(after_in_child=_after_fork_in_child)
