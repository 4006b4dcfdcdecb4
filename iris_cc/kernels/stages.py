"""The version of everything between the IR and the text of a unit: part of the identity of what is built."""

from __future__ import annotations

import os
from functools import cache

from iris_cc.codegen import runtime_c
from iris_cc.digest import hex_digest
from iris_cc.version import __version__


@cache
def stages_version() -> str:
    """What turns a program into C, as a hash: passes, back end and headers.  A change of any is another kernel.

    Files are known by size and time: reading them all would cost a warm start more than the rest of it.
    """
    package = os.path.dirname(os.path.dirname(__file__))
    texts = [__version__]
    folders = (runtime_c.folder(), *(os.path.join(package, name) for name in ("passes", "codegen", "ir")))
    for folder in folders:
        for entry in sorted(os.scandir(folder), key=lambda each: each.name):
            if entry.name.endswith((".py", ".h")):
                status = entry.stat()
                texts.append(f"{entry.name} {status.st_size} {status.st_mtime_ns}")
    return hex_digest(*texts)[:16]
