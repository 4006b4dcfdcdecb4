"""Where compiled code may lie, and whether a directory can be trusted with it.

The ownership rule is the security boundary: code is loaded only from directories and files that nobody but this user
(or root) can write.  A digest in a file tells damage, not malice.  Every directory is opened without following a
link and judged through its descriptor, so what was judged is what is used.  This module knows no entry's format.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import warnings
from typing import Literal

from iris_cc import config
from iris_cc.build.unit import CacheWarning

PlaceKind = Literal["user", "temporary"]
KINDS: tuple[PlaceKind, ...] = ("user", "temporary")
FORMAT = "v1"

_APPLICATION = "iris_cc"
_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_WORKPLACES = ("/tmp", "/var/tmp", "/dev/shm")

# (path, reason) of every warning given in this process
_warned: set[tuple[str, str]] = set()


class Unusable(Exception):
    """This directory is not used.  `missing`: only because it is not there, which is nothing to warn of."""

    def __init__(self, path: str, reason: str, *, missing: bool = False, unsafe: bool = False) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
        self.missing = missing
        self.unsafe = unsafe


def base(kind: PlaceKind) -> str:
    """The path of this kind of place, whether it exists or not.  Raises Unusable when there can be none."""
    if kind == "temporary":
        return os.path.join(temporary_root(), f"{_APPLICATION}-{os.geteuid()}")
    chosen = config.cache_dir()
    if chosen is not None:
        try:
            return os.path.abspath(chosen)
        except OSError:
            raise Unusable(chosen, "it is relative to a working directory that is gone", missing=True) from None
    return _user_cache()


def temporary_root() -> str:
    """`TMPDIR` where it names a directory, or /tmp; read at each use."""
    root = os.environ.get("TMPDIR", "")
    return root if os.path.isabs(root) and os.path.isdir(root) else _WORKPLACES[0]


def workplaces() -> tuple[str, ...]:
    """Directories in which a private directory may be made when nothing can be kept."""
    return tuple(dict.fromkeys((temporary_root(), *_WORKPLACES)))


def open_root(kind: PlaceKind, *, create: bool) -> tuple[str, int]:
    """The path and an open descriptor of the versioned directory.  Raises Unusable."""
    path = base(kind)
    if create:
        _make_base(path, kind)
    parent = open_directory(path)
    try:
        return os.path.join(path, FORMAT), open_directory(path, FORMAT, parent=parent, create=create)
    finally:
        os.close(parent)


def open_directory(path: str, name: str | None = None, *, parent: int | None = None, create: bool = False) -> int:
    """An open descriptor of `path`, or of `name` in it, if it can be trusted.  Raises Unusable."""
    target, full = (path, path) if name is None else (name, os.path.join(path, name))
    try:
        if create:
            make_directory(target, parent)
        fd = os.open(target, _OPEN, dir_fd=parent)
    except OSError as error:
        raise _unopenable(full, error) from None
    reason = distrust(os.fstat(fd))
    if reason is not None:
        os.close(fd)
        raise Unusable(full, reason, unsafe=True)
    return fd


def make_directory(name: str, parent: int | None) -> None:
    """Make it for this user alone, whatever the umask; one that is there is left as it is."""
    try:
        os.mkdir(name, 0o700, dir_fd=parent)
    except FileExistsError:
        pass


def distrust(status: os.stat_result) -> str | None:
    """Why a directory or file with this status is not used, or None."""
    if status.st_uid not in (os.geteuid(), 0):
        return f"it belongs to user {status.st_uid}"
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"others can write it (mode {stat.S_IMODE(status.st_mode):04o})"
    return None


def warn_once(path: str, reason: str, effect: str) -> None:
    """One warning per path and reason in the life of a process."""
    if (path, reason) not in _warned:
        _warned.add((path, reason))
        warnings.warn(f"{path}: {reason}; {effect}", CacheWarning, stacklevel=2)


def warn_unsafe(refused: Unusable) -> None:
    """Say that a directory is passed over because it cannot be trusted, and how that is repaired."""
    path, reason = refused.path, refused.reason
    repair = f"chmod 700 {path}" if "mode" in reason else f"remove {path}, or name another in IRIS_CC_CACHE_DIR"
    warn_once(path, reason, f"compiled kernels are neither read from it nor kept in it.  To repair: {repair}")


def forget_warnings() -> None:
    """Warn again.  For tests, and for a command that reports afresh."""
    _warned.clear()


def _make_base(path: str, kind: PlaceKind) -> None:
    try:
        if kind == "temporary":
            make_directory(path, None)
        else:
            os.makedirs(path, 0o700, exist_ok=True)
    except FileExistsError:
        pass  # a link or a file; opening it says which
    except OSError as error:
        raise _unopenable(path, error) from None


def _unopenable(path: str, error: OSError) -> Unusable:
    match error.errno:
        case errno.ENOENT:
            return Unusable(path, "it does not exist", missing=True)
        case errno.ELOOP:
            return Unusable(path, "it is a symbolic link", unsafe=True)
        case errno.ENOTDIR:
            # O_DIRECTORY answers before O_NOFOLLOW on Linux
            link = os.path.islink(path)
            return Unusable(path, "it is a symbolic link" if link else "it is not a directory", unsafe=link)
        case _:
            return Unusable(path, error.strerror or str(error))


def _user_cache() -> str:
    home = os.path.expanduser("~")
    if sys.platform == "linux":
        # what platformdirs answers here, without the 14 ms of its import
        chosen = os.environ.get("XDG_CACHE_HOME", "").strip()
        if os.path.isabs(chosen):
            return os.path.join(chosen, _APPLICATION)
        path = os.path.join(home, ".cache", _APPLICATION)
    else:
        import platformdirs

        path = platformdirs.user_cache_dir(_APPLICATION)
    # A home that is not there is not made: accounts without one name it /nonexistent on purpose.
    if not os.path.isdir(home):
        raise Unusable(path, f"the home directory {home} does not exist")
    return path
