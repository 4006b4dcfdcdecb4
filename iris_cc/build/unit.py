"""What is asked of the build and what it gives back: frozen data, and the two forms a built image takes.

Nothing here touches a directory or starts a process.  `BuildFailure` is a value: trouble with the environment (no
compiler, a full disk, a read-only home) is an answer, never an exception.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

from iris_cc.records import record

if TYPE_CHECKING:
    from pathlib import Path

FailureKind = Literal[
    "disabled",
    "no-compiler",
    "timeout",
    "compiler-error",
    "bad-output",
    "no-space",
    "too-large",
    "io",
    "unsupported-flag",
]
Origin = Literal["memory", "disk", "built"]
Standing = Literal["memory", "disk", "none"]


class CacheWarning(UserWarning):
    """The cache cannot be used as it is, or an entry of it was damaged.  Results are not affected."""


@record(eq=False)
class Unit:
    """One translation unit, known by what it computes; its text is asked for on a miss only.

    `effort` is what the compiler has to do, in statements, where that is more than the `statements` themselves.
    """

    identity: str
    label: str
    signature: str
    ndim: int
    fp: str
    statements: int
    text: Callable[[], str]
    meta: Mapping[str, str]
    effort: int = 0


@record
class BuildFailure:
    """Why there is no code.  `transient`: the same build may succeed a moment later."""

    kind: FailureKind
    message: str
    stderr: str = ""
    transient: bool = False
    bundle: Path | None = None


class FileImage:
    """An open descriptor of a file that was verified through this very descriptor.

    Opening the path again could give another file, so the loader takes the descriptor and not the name.
    """

    __slots__ = ("_fd", "size")

    def __init__(self, fd: int, size: int) -> None:
        self._fd = fd
        self.size = size

    def take(self) -> int | None:
        """The descriptor, once; the caller closes it.  None when it was taken before."""
        fd, self._fd = self._fd, -1
        return fd if fd >= 0 else None

    def __del__(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


@record
class BytesImage:
    """A shared object that no directory keeps."""

    data: bytes


@record
class Artifact:
    """Verified machine code for one key.  `file` is its absolute name, or None when it lives in memory only."""

    key: str
    file: str | None
    image: FileImage | BytesImage

    @property
    def path(self) -> Path | None:
        """Where the code lies."""
        from pathlib import Path

        return None if self.file is None else Path(self.file)

    @property
    def source(self) -> Path | None:
        """Where the C it was made from lies: to be read by people, never trusted."""
        path = self.path
        return None if path is None else path.with_suffix(".c")


@record
class Built:
    """Code that can be loaded, and where it was found."""

    artifact: Artifact
    origin: Origin
    key: str
