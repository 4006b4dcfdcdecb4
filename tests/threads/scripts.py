"""Python programs of their own, where a test needs a process to end, to fork or to start cold."""

from __future__ import annotations

import os
import subprocess
import sys


def python(script: str, **environment: str) -> str:
    """What `script` prints; it may not warn, fail or say anything else."""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment},
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout
