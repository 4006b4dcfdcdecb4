"""Arrays in .npy files: inputs mapped into memory, outputs that appear whole or not at all.

Knows no kernel.  A mapped file larger than memory is read and written page by page by the system.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from iris_cc.cli.problems import UsageProblem

Array = np.ndarray[Any, np.dtype[Any]]
Slices = tuple[slice, ...]


def open_input(path: Path) -> Array:
    """The array in `path`, read as it is needed.  Raises UsageProblem for anything but numbers in .npy form."""
    if path.is_dir():
        raise UsageProblem(f"{path} is a directory, not a .npy file")
    try:
        with path.open("rb") as file:
            is_npy = file.read(6) == b"\x93NUMPY"
        if not is_npy:
            raise UsageProblem(f"{path} is not a .npy file")
        found = _load(path)
    except FileNotFoundError:
        raise UsageProblem(f"{path}: no such file, and not a number") from None
    except OSError as error:
        raise UsageProblem(f"{path}: {error.strerror or error}") from None
    except MemoryError:
        raise UsageProblem(f"{path} cannot be read: its header claims more elements than there is memory") from None
    except (ValueError, EOFError, SyntaxError) as error:
        raise UsageProblem(f"{path} cannot be read: {error}") from None
    if found.dtype.kind not in "biufc":
        raise UsageProblem(f"{path} holds {found.dtype}, not plain numbers")
    return found


def _load(path: Path) -> Array:
    try:
        found = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError:
        # An array without elements cannot be mapped; one of objects fails here again, and says so.
        found = np.load(path, allow_pickle=False)
    return np.asarray(found)


class OutputFile:
    """One output: a file beside the final one, which takes its name when everything is in it."""

    def __init__(self, final: Path, dtype: np.dtype[Any], shape: tuple[int, ...], *, fortran: bool) -> None:
        self.final = final
        self.temporary = final.with_name(f".{final.name}.{secrets.token_hex(6)}.part")
        self.array = self._make(dtype, shape, fortran)

    def _make(self, dtype: np.dtype[Any], shape: tuple[int, ...], fortran: bool) -> Array:
        made = os.open(self.temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
        os.close(made)
        try:
            if 0 in shape:
                with self._open() as file:
                    np.save(file, np.empty(shape, dtype, order="F" if fortran else "C"))
                return np.empty(shape, dtype)
            self._reserve(dtype, shape, fortran)
            return np.lib.format.open_memmap(self.temporary, "r+")
        except BaseException:
            self.discard()
            raise

    def _open(self) -> Any:
        return self.temporary.open("wb")

    def _reserve(self, dtype: np.dtype[Any], shape: tuple[int, ...], fortran: bool) -> None:
        """Write the header and take all the space now: a full disk is an error here, and a crash in a mapping later."""
        with self._open() as file:
            header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": fortran, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            file.flush()
            size = file.tell() + dtype.itemsize * int(np.prod(shape, dtype=object))
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                _fill(file, size)

    def publish(self) -> None:
        """Give the file its name, once its contents are on the disk."""
        if isinstance(self.array, np.memmap):
            self.array.flush()
        with self.temporary.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(self.temporary, self.final)

    def discard(self) -> None:
        """Remove what was not published."""
        self.temporary.unlink(missing_ok=True)


def _fill(file: Any, size: int) -> None:
    zeros = bytes(1 << 20)
    while (missing := size - file.tell()) > 0:
        file.write(zeros[: min(missing, len(zeros))])


def check_outputs(paths: Sequence[Path], *, force: bool) -> None:
    """Refuse outputs that cannot or may not be written, before anything is computed."""
    if len(set(map(Path.absolute, paths))) != len(paths):
        raise UsageProblem("two outputs have the same name")
    for path in paths:
        if path.is_dir():
            raise UsageProblem(f"{path} is a directory")
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise UsageProblem(f"{path} is not a regular file, and only those are replaced")
        if path.exists() and not force:
            raise UsageProblem(f"{path} exists; --force replaces it")
        if not path.absolute().parent.is_dir():
            raise UsageProblem(f"{path.absolute().parent}: no such directory")
        if not os.access(path.absolute().parent, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "no permission to write there", str(path.absolute().parent))


def blocks(shape: tuple[int, ...], most: int) -> Iterator[Slices]:
    """Consecutive parts of an array in C order, each of about `most` elements."""
    if 0 in shape:
        return
    axis, inner = len(shape) - 1, 1
    while axis > 0 and inner * shape[axis] <= most:
        inner *= shape[axis]
        axis -= 1
    if axis < 0:
        yield ()
        return
    rows = max(1, most // inner)
    for lead in np.ndindex(shape[:axis]):
        outer = tuple(slice(place, place + 1) for place in lead)
        for start in range(0, shape[axis], rows):
            yield (*outer, slice(start, min(start + rows, shape[axis])))


def prefers_fortran(arrays: Sequence[Array], shape: tuple[int, ...]) -> bool:
    """Whether every array of the full shape lies in Fortran order, as a ufunc's `order="K"` decides."""
    full = [array for array in arrays if array.shape == shape]
    return bool(full) and all(array.flags.f_contiguous and not array.flags.c_contiguous for array in full)
