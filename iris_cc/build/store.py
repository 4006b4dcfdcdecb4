"""The entries of one cache directory: find and verify, publish, quarantine, remove.

No entry is trusted before its owner, mode, size, digest and key were checked through the descriptor that is then
loaded; any defect makes it a miss.  No correctness rests on a lock.  Knows neither compilers nor programs.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from iris_cc.build import place, record
from iris_cc.build.place import PlaceKind, Unusable
from iris_cc.build.unit import Artifact, BytesImage, FileImage

if TYPE_CHECKING:
    from iris_cc.build.staging import Staging

SHARD = r"[0-9a-f]{2}"
ENTRY = r"[0-9a-f]{64}-[0-9a-f]{16}\.(so|c)"
QUARANTINE = "quarantine"
STAGING = "staging"
_QUARANTINED_AT_MOST = 8
_POLL_FIRST, _POLL_MOST = 0.002, 0.02


class Defect(Exception):
    """An entry that may not be loaded, and why."""


class CacheStore:
    """An open, trusted cache directory.  A context manager: it holds one descriptor."""

    def __init__(self, kind: PlaceKind, path: str, fd: int) -> None:
        self.kind = kind
        self.path = path
        self._fd = fd

    @classmethod
    def open(cls, kind: PlaceKind, *, create: bool) -> CacheStore:
        """Raises Unusable."""
        path, fd = place.open_root(kind, create=create)
        return cls(kind, path, fd)

    def __enter__(self) -> CacheStore:
        return self

    def __exit__(self, *raised: object) -> None:
        os.close(self._fd)

    def find(self, key: str, *, passive: bool = False) -> Artifact | None:
        """The first sound entry for `key`.  Defective ones are set aside, with a warning, unless `passive`."""
        try:
            shard = self._open_child(key[:2])
        except Unusable as refused:
            if refused.unsafe and not passive:
                place.warn_unsafe(refused)
            return None
        try:
            for name in sorted(os.listdir(shard)):
                if not (name.startswith(key) and name.endswith(".so")):
                    continue
                try:
                    return self._artifact(shard, key, name, passive)
                except Defect as defect:
                    if not passive:
                        self._set_aside(shard, key[:2], name, str(defect))
        except OSError:
            return None
        finally:
            os.close(shard)
        return None

    def publish(
        self, private: Staging, key: str, code: bytes, text: str, metadata: Mapping[str, object]
    ) -> tuple[Artifact, int]:
        """Make the entry visible, whole or not at all; the artifact and its size.  Raises OSError or Unusable."""
        data, digest = record.encode(key, code, metadata)
        name = record.file_name(key, digest)
        private.write("entry.so", data, durable=True)
        private.write("entry.c", text.encode("utf-8", "replace"))
        shard = self._open_child(key[:2], create=True)
        try:
            # The C goes first: an entry has its C beside it from the moment it is there.
            os.rename("entry.c", name[:-3] + ".c", src_dir_fd=private.fd, dst_dir_fd=shard)
            os.rename("entry.so", name, src_dir_fd=private.fd, dst_dir_fd=shard)
            self._drop_orphans(shard, key)
            _sync(shard)
        finally:
            os.close(shard)
        artifact = self.find(key)
        return (artifact or Artifact(key, None, BytesImage(code))), len(data)

    def staging_directory(self) -> str:
        """Where private directories are made.  Raises Unusable."""
        os.close(self._open_child(STAGING, create=True))
        return os.path.join(self.path, STAGING)

    @contextmanager
    def lock(self, key: str, seconds: float) -> Iterator[bool]:
        """Wait for other builders of this shard, but not longer than this; whether the lock was had.

        It saves work and guards nothing: a holder that is stuck costs the wait.
        """
        from iris_cc.build.staging import hold, release

        try:
            fd = hold(self._open_child(key[:2], create=True))
        except Unusable:
            yield False
            return
        try:
            yield _lock_within(fd, seconds)
        finally:
            release(fd)

    def scan(self) -> Iterator[tuple[str, str, os.stat_result]]:
        """(shard, name, status) of every file whose name is an entry's."""
        for shard in self._names(self._fd):
            if not re.fullmatch(SHARD, shard):
                continue
            try:
                fd = self._open_child(shard)
            except Unusable:
                continue
            try:
                for name in self._names(fd):
                    if re.fullmatch(ENTRY, name):
                        try:
                            yield shard, name, os.stat(name, dir_fd=fd, follow_symlinks=False)
                        except OSError:
                            continue
            finally:
                os.close(fd)

    def read(self, shard: str, name: str) -> record.Record | str:
        """The verified record of one entry, or what is wrong with it.  Changes nothing."""
        try:
            fd = self._open_child(shard)
        except Unusable as refused:
            return refused.reason
        try:
            file, data = read_trusted(fd, name)
            os.close(file)
        except Defect as defect:
            return str(defect)
        except OSError as error:
            return error.strerror or str(error)
        finally:
            os.close(fd)
        return record.judge(data, name, name[:64])

    def remove(self, shard: str, name: str) -> bool:
        """Remove an entry's file; a process that has it loaded keeps it."""
        try:
            fd = self._open_child(shard)
        except Unusable:
            return False
        try:
            os.unlink(name, dir_fd=fd)
        except OSError:
            return False
        finally:
            os.close(fd)
        return True

    def set_aside(self, key: str, name: str, reason: str) -> None:
        """Take an entry out of use and say so once."""
        try:
            shard = self._open_child(key[:2])
        except Unusable:
            return
        try:
            self._set_aside(shard, key[:2], name, reason)
        finally:
            os.close(shard)

    def _artifact(self, shard: int, key: str, name: str, passive: bool) -> Artifact:
        fd, data = read_trusted(shard, name)
        found = record.judge(data, name, key)
        if isinstance(found, str):
            os.close(fd)
            raise Defect(found)
        if not passive:
            _note_use(fd)
        return Artifact(key, os.path.join(self.path, key[:2], name), FileImage(fd, len(found.code)))

    def _set_aside(self, shard: int, shard_name: str, name: str, reason: str) -> None:
        self._quarantine(shard, name)
        path = os.path.join(self.path, shard_name, name)
        place.warn_once(path, reason, "the cached kernel is not loaded, and is built anew")

    def _quarantine(self, shard: int, name: str) -> None:
        try:
            quarantine = self._open_child(QUARANTINE, create=True)
        except Unusable:
            _unlink(name, shard)
            return
        try:
            os.rename(name, f"{time.time_ns()}-{name}", src_dir_fd=shard, dst_dir_fd=quarantine)
            for old in sorted(os.listdir(quarantine))[:-_QUARANTINED_AT_MOST]:
                _unlink(old, quarantine)
        except OSError:
            _unlink(name, shard)
        finally:
            os.close(quarantine)

    def _drop_orphans(self, shard: int, key: str) -> None:
        """The C of a build of this key that was killed before its code was visible."""
        names = set(os.listdir(shard))
        for name in names:
            if name.startswith(key) and name.endswith(".c") and name[:-2] + ".so" not in names:
                _unlink(name, shard)

    def _open_child(self, name: str, *, create: bool = False) -> int:
        return place.open_directory(self.path, name, parent=self._fd, create=create)

    @staticmethod
    def _names(fd: int) -> list[str]:
        try:
            return sorted(os.listdir(fd))
        except OSError:
            return []


def _note_use(fd: int) -> None:
    """The time of last modification orders removal."""
    try:
        os.utime(fd)
    except OSError:
        pass  # a read-only store has no order of use


def read_trusted(directory: int, name: str) -> tuple[int, bytes]:
    """An open descriptor of a file nobody else can write, and all its bytes.  Raises Defect."""
    # O_NONBLOCK: a FIFO of this name must not stop the process.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        fd = os.open(name, flags, dir_fd=directory)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EINTR, errno.ENOENT):
            raise  # the process is in trouble or the entry is gone; the entry is not at fault
        raise Defect("it is a symbolic link" if error.errno == errno.ELOOP else str(error.strerror)) from None
    try:
        return fd, _checked_bytes(fd)
    except BaseException:
        os.close(fd)
        raise


def _checked_bytes(fd: int) -> bytes:
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        raise Defect("it is not a regular file")
    reason = place.distrust(status)
    if reason is not None:
        raise Defect(reason)
    if status.st_size > record.MAX_SIZE:
        raise Defect("it is too large to be a kernel")
    parts, left = [], status.st_size
    try:
        while left > 0 and (part := os.read(fd, left)):
            parts.append(part)
            left -= len(part)
    except OSError as error:
        raise Defect(f"it cannot be read: {error.strerror}") from None
    if left:
        raise Defect("the file is cut short")
    return b"".join(parts)


def _lock_within(fd: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    pause = _POLL_FIRST
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
        except OSError:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, _POLL_MOST)


def _sync(directory: int) -> None:
    try:
        os.fsync(directory)
    except OSError:
        pass  # the entry is visible; a power cut may lose it, which is a miss


def _unlink(name: str, directory: int) -> None:
    try:
        os.unlink(name, dir_fd=directory)
    except OSError:
        pass
