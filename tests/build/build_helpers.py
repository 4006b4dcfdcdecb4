"""What the tests of the build share: small units, fake compilers, and ways to look at a cache directory."""

from __future__ import annotations

import ctypes
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from iris_cc.build import BuildFailure, Built, Unit, obtain
from iris_cc.runtime.loader import Library, load

TEXT = """
__attribute__((visibility("default"))) long long counter = 7;
__attribute__((visibility("default"))) int answer(int x) { return x * %d + %d; }
"""


def unit(scale: int = 3, shift: int = 4, **changes: object) -> Unit:
    """A unit whose `answer(x)` is `x*scale + shift`."""
    text = TEXT % (scale, shift)
    fields: dict[str, object] = {
        "identity": hashlib.sha256(text.encode()).hexdigest(),
        "label": f"answer_{scale}_{shift}",
        "signature": "i4->i4",
        "ndim": 0,
        "fp": "strict",
        "statements": 2,
        "text": lambda: text,
        "meta": {"function": "answer"},
    }
    fields.update(changes)
    return Unit(**fields)  # type: ignore[arg-type]


def built(result: Built | BuildFailure) -> Built:
    """The result, which has to be code."""
    assert isinstance(result, Built), result
    return result


def failed(result: object) -> BuildFailure:
    """The result, which has to be a failure."""
    assert isinstance(result, BuildFailure), result
    return result


def call(library: Library, x: int) -> int:
    """`answer(x)` of a loaded unit."""
    return int(ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(library.address("answer"))(x))


def answers(x: int, scale: int = 3, shift: int = 4) -> bool:
    """Obtain, load and run: is the answer arithmetic's own?"""
    return call(load(built(obtain(unit(scale, shift))).artifact), x) == x * scale + shift


def fake_compiler(directory: Path, body: str, name: str = "fakecc") -> Path:
    """A shell script that stands for a compiler."""
    path = directory / name
    path.write_text(f'#!/bin/sh\ncase "$*" in *--version*) echo fake 1.0; exit 0;; esac\n{body}\n')
    path.chmod(0o755)
    return path


# finds the word after -o among a script's arguments
OUTPUT = 'out=; last=; for word; do [ "$last" = -o ] && out=$word; last=$word; done\n'


def files(root: Path) -> list[str]:
    """Every file below `root`, as sorted relative names; directories do not count."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_symlink() or not path.is_dir())


def directories(root: Path, name: str) -> list[Path]:
    """What lies directly in each directory of this name."""
    return [child for path in root.rglob(name) for child in path.iterdir()]


def only_entry(root: Path) -> Path:
    """The one .so below `root`."""
    found = list(root.rglob("*.so"))
    assert len(found) == 1, found
    return found[0]


def in_child(task: Callable[[], bool]) -> int:
    """Run `task` in a forked child; the child's number.  It exits with 0 when the task returned True."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = 0 if task() else 2
        finally:
            os._exit(status)
    return pid


def exit_status(pid: int) -> int:
    """Wait for a child; its exit status, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
