"""Short texts kept in the cache directory: each was computed from something that a stamp stands for.

A note is a saving and no more: without a directory, with a damaged file or in a directory that others can write the
text is computed again.  This module knows no note's meaning.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from iris_cc import config
from iris_cc.build import place
from iris_cc.build.place import Unusable
from iris_cc.build.store import Defect, read_trusted
from iris_cc.digest import hex_digest

DIRECTORY = "notes"
_KEPT = 32
_SETTLED = 2.0  # seconds: the coarsest clock of a file system


def remembered(about: str, stamp: str, changed: float, compute: Callable[[], str]) -> str:
    """`compute()`, from disk where the note about `about` has this stamp.

    Something `changed` a moment ago may change again without another stamp, so it is not noted yet.
    """
    name = hex_digest(about)[:32]
    mark = hex_digest(about, stamp)
    if not config.jit_enabled():
        return compute()
    for kind in place.KINDS:
        try:
            directory = _open(kind)
        except (Unusable, OSError):
            continue
        try:
            text = _read(directory, name, mark)
            if text is None:
                text = compute()
                if changed < time.time() - _SETTLED:
                    _write(directory, name, _encode(mark, text))
            return text
        finally:
            os.close(directory)
    return compute()


def _open(kind: place.PlaceKind) -> int:
    """The directory of notes in a cache directory that is there already.  Raises Unusable or OSError."""
    path, root = place.open_root(kind, create=False)
    try:
        return place.open_directory(path, DIRECTORY, parent=root, create=True)
    finally:
        os.close(root)


def _encode(mark: str, text: str) -> bytes:
    return f"{mark}\n{text}\n{hex_digest(mark, text)}\n".encode()


def _read(directory: int, name: str, mark: str) -> str | None:
    try:
        fd, data = read_trusted(directory, name)
    except (Defect, OSError):
        return None
    os.close(fd)
    rows = data.decode("utf-8", "replace").split("\n")
    return rows[1] if len(rows) > 1 and data == _encode(mark, rows[1]) else None


def _write(directory: int, name: str, data: bytes) -> None:
    """Whole or not at all: it is written under another name first."""
    fresh = f"{name}.{os.getpid()}-{os.urandom(4).hex()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        fd = os.open(fresh, flags, 0o600, dir_fd=directory)
        try:
            os.write(fd, data)
        finally:
            os.close(fd)
        os.rename(fresh, name, src_dir_fd=directory, dst_dir_fd=directory)
        _drop_oldest(directory)
    except OSError:
        pass


def _drop_oldest(directory: int) -> None:
    """A checkout that is gone leaves its note."""
    ages = {name: os.stat(name, dir_fd=directory, follow_symlinks=False).st_mtime for name in os.listdir(directory)}
    for name in sorted(ages, key=ages.__getitem__)[:-_KEPT]:
        os.unlink(name, dir_fd=directory)
