"""Private directories for one build each, and the removal of those whose owner died.

The owner holds an advisory lock on the directory itself for as long as it lives; the system drops it with the
process, however that ends, in every container of this host.  A directory whose lock can be taken is therefore garbage.
Removing one that is not would cost its owner a build and nothing else.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from iris_cc import records

PREFIX = "staging-"
_ATTEMPTS = 16
_REMOVALS = 3
_STALE_WITHOUT_LOCKS = 3_600.0

# descriptors that hold a lock: a child made by fork closes its copies, or the lock would outlive the owner
_held: set[int] = set()

# the threads that have a directory now
users: set[int] = set()


@records.record
class Staging:
    """A directory that is this build's alone."""

    path: str
    fd: int

    def write(self, name: str, data: bytes, *, durable: bool = False) -> str:
        """A new file with these bytes, readable and writable by this user only."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open(name, flags, 0o600, dir_fd=self.fd)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(fd, view) :]
            if durable:
                os.fsync(fd)
        finally:
            os.close(fd)
        return os.path.join(self.path, name)


@contextmanager
def staging(parent: str, prefix: str = PREFIX) -> Iterator[Staging]:
    """A fresh directory in `parent`, gone afterwards whatever happens.  Raises OSError when it cannot be made."""
    path, fd = _make(parent, prefix)
    users.add(threading.get_ident())
    try:
        yield Staging(path, fd)
    finally:
        _remove(path)
        release(fd)
        users.discard(threading.get_ident())


def collect(parent: str, prefix: str = PREFIX) -> int:
    """Remove the directories of dead builds; how many."""
    try:
        names = [name for name in os.listdir(parent) if name.startswith(prefix)]
    except OSError:
        return 0
    return sum(_collect_one(os.path.join(parent, name)) for name in names)


def hold(fd: int) -> int:
    """Remember a descriptor that carries a lock."""
    _held.add(fd)
    return fd


def release(fd: int) -> None:
    """Give up a lock explicitly: a forked child may still have the descriptor."""
    _held.discard(fd)
    try:
        fcntl.flock(fd, fcntl.LOCK_UN)
    except OSError:
        pass
    os.close(fd)


def drop_inherited() -> None:
    """In a forked child: the locks are the parent's, and so are the directories."""
    users.clear()
    for fd in _held:
        try:
            os.close(fd)
        except OSError:
            pass
    _held.clear()


def _make(parent: str, prefix: str) -> tuple[str, int]:
    for _ in range(_ATTEMPTS):
        path = os.path.join(parent, f"{prefix}{os.getpid()}-{os.urandom(6).hex()}")
        try:
            os.mkdir(path, 0o700)
            fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except (FileExistsError, FileNotFoundError):
            if not os.path.isdir(parent):
                raise
            continue
        hold(fd)
        _lock(fd)
        # Between the making and the lock a collector may have taken it for garbage.
        if _same(path, fd):
            return path, fd
        release(fd)
    raise OSError(errno.EEXIST, "no private directory could be made", parent)


def _lock(fd: int) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
    except OSError:
        pass  # a file system without locks: age decides there


def _same(path: str, fd: int) -> bool:
    try:
        there, here = os.lstat(path), os.fstat(fd)
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


def _collect_one(path: str) -> bool:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        status = os.fstat(fd)
        if status.st_uid != os.geteuid():
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            if time.time() - status.st_mtime < _STALE_WITHOUT_LOCKS:
                return False
        _remove(path)
        return not os.path.exists(path)
    finally:
        os.close(fd)


def _remove(path: str) -> None:
    """A compiler orphaned by a killed owner may still write here; what it adds goes with a later collection."""
    for _ in range(_REMOVALS):
        shutil.rmtree(path, ignore_errors=True)
        if not os.path.exists(path):
            return
