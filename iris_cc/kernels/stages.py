"""The version of everything between the IR and the text of a unit: part of the identity of what is built."""

from __future__ import annotations

import os
from functools import cache

from iris_cc import build, stages
from iris_cc.codegen import runtime_c
from iris_cc.digest import sha256


@cache
def stages_version() -> str:
    """What turns IR into C, as a digest of its contents.  A change of any part is another kernel.

    A wheel knows it.  In a checkout files are read anew only where one was touched: reading them all would cost a warm
    start more than the rest of it.
    """
    package = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    known = stages.of_wheel(package)
    if known is not None:
        return known
    files = stages.listing(package, runtime_c.folder())
    return build.remembered(
        f"stages {package}", stages.stamp(files), stages.changed(files), lambda: stages.version(files, sha256)
    )
