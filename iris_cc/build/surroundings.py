"""The environment variables that a compiler gets: those it needs to be found and to run, and none that gives it orders.

`CCC_OVERRIDE_OPTIONS`, `COMPILER_PATH`, `GCC_EXEC_PREFIX`, `CPATH` and their like add flags, programs and files that no
key would know of.  What is let through and may change what comes out is named in the key.
"""

from __future__ import annotations

import os
import re

_NEEDED = (
    r"PATH|HOME|USER|LOGNAME|LANG|TZ|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|XDG_CACHE_HOME|VIRTUAL_ENV|SSL_CERT_FILE"
    r"|(S?CCACHE|DISTCC|ICECC)_\w+|(CONDA|PYTHON)\w*"
)
# They say where a library or a system is found, or which one is meant.
_TOLD = r"LIBRARY_PATH|SDKROOT|MACOSX_DEPLOYMENT_TARGET|DEVELOPER_DIR|(NIX|GUIX|ZIG)_\w+"


def of_compiler() -> dict[str, str]:
    """The variables a compiler runs with."""
    kept = {name: value for name, value in os.environ.items() if re.fullmatch(f"{_NEEDED}|{_TOLD}", name)}
    return {**kept, "LC_ALL": "C"}


def told() -> str:
    """Those of them that the key has to name."""
    found = sorted((name, value) for name, value in os.environ.items() if re.fullmatch(_TOLD, name))
    return " ".join(f"{name}={value!r}" for name, value in found)
