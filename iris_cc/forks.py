"""Locks that a fork waits for, so that its child finds nothing half done, and no lock held by a thread it has not.

What is done under one is short, for a fork stands still meanwhile.  Knows nothing else of this package.
"""

from __future__ import annotations

import os
import threading


def lock() -> threading.RLock:
    """A new lock that every fork from now on holds.

    Make it while the package is imported: a fork that is under way in another thread knows nothing of it, and its child
    finds it held for ever.
    """
    made = threading.RLock()

    def release() -> None:
        try:
            made.release()
        except RuntimeError:
            pass  # made while another thread was forking, so that this fork does not hold it

    os.register_at_fork(before=made.acquire, after_in_parent=release, after_in_child=release)
    return made


# Held by what imports a module of this package late, or one that it needs.  The import system has a lock per module,
# which a child of a fork inherits held, and its parent's half of the module with it.
imports = lock()

# Held while a program is started: a child that is forked meanwhile keeps the pipe on which the start waits for word of
# `exec`, and the start lasts as long as that child lives.
starting = lock()
