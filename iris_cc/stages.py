"""The version of what turns IR into the text of a unit: a digest of the contents of those files, in every folder.

A cache key holds it, so that no edit, no moved module and no new folder is answered with code of before.  Whatever the
package holds takes part, except the rooms named in `ELSEWHERE`: a new room takes part until someone says why not.
The hook that builds the wheel runs this file by itself; it may import nothing of the package.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

# Rooms that cannot change the text of a unit of given IR.  Passes, back end and IR import none of them.
ELSEWHERE = frozenset(
    {
        *("frontend", "pyroute"),  # they come before the IR, which is in the key itself
        *("build", "runtime", "units", "background", "threads"),  # they come after the text
        *("__init__", "__main__", "api", "cli", "calls", "config", "kernels"),  # calls and users
    }
)
CALLER = os.path.join("kernels", "specialization.py")  # but for this one, which chooses passes and the form of the unit
IN_WHEEL = "_stages_version"  # a file of the package in a wheel, of which nobody edits a part

_SUFFIXES = (".py", ".h")
_CACHES = "__pycache__"

# A file: its name relative to the folders that are read, its path, and its status.
Listing = Sequence[tuple[str, str, os.stat_result]]


def of_wheel(package: str) -> str | None:
    """The version as computed when the wheel was built; None in a checkout."""
    try:
        with open(os.path.join(package, IN_WHEEL), "rb") as file:
            return file.read().decode("ascii")
    except FileNotFoundError:
        return None


def listing(package: str, headers: str) -> Listing:
    """Every file that takes part, in the order of names."""
    path = os.path.join(package, CALLER)
    caller = (f"iris_cc/{CALLER}", path, os.stat(path))
    return sorted((caller, *_files(package, "iris_cc/", ELSEWHERE), *_files(headers, "runtime_c/", frozenset())))


def stamp(files: Listing) -> str:
    """What tells without reading a file that none was changed.  No program sets a time of change (`st_ctime`) back."""
    return "".join(
        f"{path}\0{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}\n"
        for _, path, status in files
    )


def changed(files: Listing) -> float:
    """When the last of them was changed, in seconds since the epoch."""
    return max(status.st_ctime for _, _, status in files)


def version(files: Listing, sha256: Callable[[bytes], bytes]) -> str:
    """The digest of names and contents."""
    rows = []
    for name, path, _ in files:
        with open(path, "rb") as file:
            rows.append(f"{name} {sha256(file.read()).hex()}\n")
    return sha256("".join(rows).encode()).hex()[:32]


def _files(folder: str, prefix: str, but: frozenset[str]) -> Iterator[tuple[str, str, os.stat_result]]:
    for entry in os.scandir(folder):
        stem, suffix = os.path.splitext(entry.name)
        if not stem.isidentifier() or stem in but:  # what no import can name is an editor's
            continue
        if suffix in _SUFFIXES:
            yield prefix + entry.name, entry.path, entry.stat()
        elif not suffix and stem != _CACHES and entry.is_dir():
            yield from _files(entry.path, f"{prefix}{entry.name}/", frozenset())
