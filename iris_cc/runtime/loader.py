"""Open verified machine code and find the addresses in it.  The one place where code enters the process.

Never closes a library: a ufunc, a thread or a pickled address may still point into it.  Uses cffi's compiled half
only; its parser (pycparser, 60 ms) is not imported.  Decides nothing about the cache: it is handed what was verified.
"""

from __future__ import annotations

import itertools
import os
import re
import threading
from typing import Any, assert_never

from iris_cc import build, forks
from iris_cc.build import Artifact, BytesImage, FileImage

_DESCRIPTORS = "/proc/self/fd/"

# The dynamic linker's words for a process that is short of address space, mappings, memory or descriptors.
_WANTS_SPACE = (
    r"[Cc]annot allocate|failed to map segment|cannot map zero-fill|[Cc]annot create shared object|out of memory"
    r"|cannot change memory protections|cannot apply additional memory protection|cannot make segment writable|mmap"
)
_WANTS = _WANTS_SPACE + r"|Too many open files|cannot create TLS|cannot enable executable stack"


class LoadError(RuntimeError):
    """The system refused to open the code, or a name is not in it.

    `wanting` is what this process had too little of: the code may be sound, and another process, or this one later,
    loads it.
    """

    def __init__(self, message: str, wanting: bool = False) -> None:
        super().__init__(message)
        self.wanting = wanting


class Library:
    """One loaded object."""

    __slots__ = ("_handle", "key")

    def __init__(self, key: str, handle: Any) -> None:
        self.key = key
        self._handle = handle

    def has(self, name: str) -> bool:
        """Whether the library, or one it needs, exports `name`."""
        try:
            self.address(name)
        except LoadError:
            return False
        return True

    def address(self, name: str) -> int:
        """The address of an exported function or variable.  Raises LoadError."""
        cffi = _backend()
        try:
            pointer = self._handle.load_function(_types().pointer, name)
        except AttributeError as error:
            raise LoadError(f"no symbol {name!r} in kernel {self.key[:16]}") from error
        return int(cffi.cast(_types().address, pointer))

    def read_int64(self, name: str) -> int:
        """The value of an exported `int64_t`.  Raises LoadError."""
        self.address(name)
        return int(self._handle.read_variable(_types().int64, name))

    def write_int64(self, name: str, value: int) -> None:
        """Set an exported `int64_t`.  Raises LoadError, and OverflowError for a value it cannot hold."""
        self.address(name)
        self._handle.write_variable(_types().int64, name, value)


class _Types:
    """The three C types that are spoken of here."""

    def __init__(self) -> None:
        cffi = _backend()
        self.pointer = cffi.new_pointer_type(cffi.new_void_type())
        self.int64 = cffi.new_primitive_type("int64_t")
        self.address = cffi.new_primitive_type("uintptr_t")


class _Libraries:
    """What this process has loaded, by key.  `opened` numbers the openings."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.libraries: dict[str, Library] = {}
        self.opened = itertools.count()
        self.types: _Types | None = None


_tables = _Libraries()


def load(artifact: Artifact) -> Library:
    """The library of this artifact, opened at most once in a process.  Raises LoadError."""
    known = _tables.libraries.get(artifact.key)
    if known is not None:
        return known
    with _tables.lock:
        known = _tables.libraries.get(artifact.key)
        if known is None:
            known = Library(artifact.key, _opened(artifact))
            _tables.libraries[artifact.key] = known
    return known


def _backend() -> Any:
    with forks.imports:
        try:
            import _cffi_backend
        except ImportError as error:  # code as well, which may find no room any more
            raise LoadError(f"what opens kernels cannot be loaded: {_said(str(error))}", wanting=True) from error

    return _cffi_backend


def _types() -> _Types:
    if _tables.types is None:
        _tables.types = _Types()
    return _tables.types


def _opened(artifact: Artifact) -> Any:
    """Code that the system refuses is taken out of use; code that this process has no room for is not at fault."""
    try:
        return _open(artifact)
    except LoadError as error:
        if error.wanting:
            build.let_go(artifact)
        else:
            build.discard(artifact, f"the system does not load it: {error}")
        raise


def _open(artifact: Artifact) -> Any:
    match artifact.image:
        case BytesImage(data=data):
            return _open_bytes(data)
        case FileImage() as image:
            return _open_file(artifact, image)
        case _:
            assert_never(artifact.image)


def _open_file(artifact: Artifact, image: FileImage) -> Any:
    fd = image.take()
    if fd is None:
        raise LoadError(f"kernel {artifact.key[:16]} was given out before and could not be opened", wanting=True)
    try:
        if _has_descriptors():
            try:
                return _open_descriptor(fd)
            except LoadError:
                pass  # a file system mounted noexec: the same verified bytes from memory
        data = os.pread(fd, image.size, 0)
    except (OSError, MemoryError) as error:
        raise LoadError(f"a kernel cannot be read: {error}", wanting=True) from error
    finally:
        os.close(fd)
    return _open_bytes(data)


def _open_bytes(data: bytes) -> Any:
    try:
        if hasattr(os, "memfd_create") and _has_descriptors():
            return _open_memory(data)
        return _open_copy(data)
    except (OSError, MemoryError) as error:
        raise LoadError(f"no memory or directory to load a kernel from: {error}", wanting=True) from error


def _open_memory(data: bytes) -> Any:
    fd = os.memfd_create("iris_cc", os.MFD_CLOEXEC)
    try:
        _write_all(fd, data)
        return _open_descriptor(fd)
    finally:
        os.close(fd)


def _open_copy(data: bytes) -> Any:
    """For systems without /proc: a private file, gone as soon as it is mapped."""
    import shutil
    import tempfile

    directory = tempfile.mkdtemp(prefix="iris_cc-load-")
    try:
        path = os.path.join(directory, f"{next(_tables.opened)}.so")
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o700)
        try:
            _write_all(fd, data)
        finally:
            os.close(fd)
        return _dlopen(path)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _open_descriptor(fd: int) -> Any:
    """Through the descriptor that was verified.

    glibc takes two openings of one *name* for one library, and a descriptor's number is used again as soon as it is
    closed: the second kernel would get the first one's code.  So each opening spells the path its own way, with
    `/` for a 0 and `./` for a 1 of a running number; both mean "here".
    """
    spelling = "".join("./" if bit == "1" else "/" for bit in f"{next(_tables.opened):b}")
    return _dlopen(f"{_DESCRIPTORS}{spelling}{fd}")


def _dlopen(path: str) -> Any:
    cffi = _backend()
    try:
        return cffi.load_library(path, os.RTLD_NOW | os.RTLD_LOCAL | getattr(os, "RTLD_NODELETE", 0))
    except (OSError, MemoryError) as error:
        raise LoadError(_said(str(error)), wanting=_is_want(str(error))) from error


def _said(message: str) -> str:
    """What the system said; at the limit of mappings it speaks of memory or segments, and there may be plenty."""
    if re.search(_WANTS_SPACE, message) is None:
        return message
    return f"{message} (the limits on address space and on mappings, `ulimit -v` and vm.max_map_count, count here)"


def _is_want(message: str) -> bool:
    """Whether the dynamic linker wanted something of the process, and found nothing wrong with the file."""
    return re.search(_WANTS, message) is not None


def _has_descriptors() -> bool:
    return os.path.isdir(_DESCRIPTORS)


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _after_fork_in_child() -> None:
    _tables.lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork_in_child)
