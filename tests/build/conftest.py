"""Every test of the build has a cache directory, a TMPDIR and process tables of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from iris_cc import build

_VARIABLES = (
    "ME_DSL_JIT",
    "ME_DSL_JIT_CFLAGS",
    "ME_DSL_FP_MODE",
    "CC",
    "IRIS_CC_TARGET",
    "IRIS_CC_TIMEOUT",
    "IRIS_CC_CACHE_MIB",
    "XDG_CACHE_HOME",
)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Path]:
    """The cache directory, which does not exist yet."""
    if request.node.get_closest_marker("needs_cc") and not any(map(shutil.which, ("cc", "gcc", "clang"))):
        pytest.skip("there is no C compiler")
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("IRIS_CC_CACHE_DIR", str(tmp_path / "cache"))
    build.forget()
    yield tmp_path / "cache"
    build.forget()
