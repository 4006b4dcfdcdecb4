"""Runs every test of this folder on every route: compiled, where there is a compiler, and interpreted."""

from __future__ import annotations

import pytest

from iris_cc import build, config
from tests.law.routes import Route


def _compiles() -> bool:
    return config.jit_enabled() and not isinstance(build.find_compiler(), build.BuildFailure)


@pytest.fixture(params=["compiled", "interpreted"])
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Route:
    if request.param == "interpreted":
        monkeypatch.setenv(config.KILL_SWITCH, "0")
    elif not _compiles():
        pytest.skip("needs a C compiler, and compilation switched on")
    return Route(request.param)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """One cache for all tests of this run, and none of the user's."""
    folder = tmp_path_factory.getbasetemp() / "law_cache"
    folder.mkdir(mode=0o700, exist_ok=True)
    monkeypatch.setenv("IRIS_CC_CACHE_DIR", str(folder))
