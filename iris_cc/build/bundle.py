"""What is needed to repeat a failed build by hand, kept in the cache directory: a compiler error on our C is our bug.

Writes only below `bundles/`, keeps the newest few, and fails silently: a bundle that cannot be kept is not worth a
second error.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from iris_cc.build import place
from iris_cc.build.place import PlaceKind, Unusable
from iris_cc.build.toolchain import Plan, version_text
from iris_cc.version import __version__

DIRECTORY = "bundles"
_KEPT = 20


def keep(kind: PlaceKind, plan: Plan, text: str, commands: Sequence[str], stderr: str) -> Path | None:
    """The directory of the bundle, or None when none could be made."""
    try:
        parent = directory(kind)
        path = parent / plan.key[:16]
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(0o700)
        script = "#!/bin/sh\n" + "".join(f"{command}\n" for command in commands)
        parts = {"k.c": text, "command.sh": script, "stderr.txt": stderr, "versions.txt": _versions(plan)}
        for name, content in parts.items():
            (path / name).write_text(content, encoding="utf-8", errors="replace")
        _trim(parent, path)
    except (OSError, Unusable):
        return None
    return path


def directory(kind: PlaceKind) -> Path:
    """The directory of bundles, made if need be.  Raises OSError or Unusable."""
    base = place.base(kind)
    os.close(place.open_directory(base))
    os.close(place.open_directory(os.path.join(base, DIRECTORY), create=True))
    return Path(base, DIRECTORY)


def _versions(plan: Plan) -> str:
    ours = (f"iris_cc {__version__}", f"python {sys.version}", f"key {plan.key}")
    rows = (*ours, plan.target, version_text(plan.compiler))
    return "".join(f"{row}\n" for row in rows)


def _trim(parent: Path, newest: Path) -> None:
    others = sorted((path for path in parent.iterdir() if path != newest), key=lambda path: path.lstat().st_mtime)
    for path in others[: max(len(others) - _KEPT + 1, 0)]:
        shutil.rmtree(path, ignore_errors=True)
