"""What the whole suite shares: a cache and an environment of its own, and what to do where nothing can be compiled."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[1]
_OFF = frozenset({"0", "false", "off", "no"})
_PREFIXES = ("ME_DSL_", "IRIS_CC_", "IRIS_JIT_")
_KILL_SWITCH = "ME_DSL_JIT"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite expected output with the present output")


def pytest_configure(config: pytest.Config) -> None:
    # The kill switch alone is taken from outside: `make test-fallback` sets it.
    for name in [name for name in os.environ if name.startswith(_PREFIXES) and name != _KILL_SWITCH]:
        del os.environ[name]
    folder = tempfile.mkdtemp(prefix="iris_cc_tests_")
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ["IRIS_CC_CACHE_DIR"] = os.path.join(folder, "cache")
    # Scripts that tests start find the package without its being installed.
    paths = [str(_ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))


def can_compile() -> bool:
    """Whether kernels can take the compiled route in this session."""
    if os.environ.get(_KILL_SWITCH, "1").strip().lower() in _OFF:
        return False
    chosen = os.environ.get("CC", "").split()
    return any(map(shutil.which, chosen[:1] or ("cc", "gcc", "clang")))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where nothing can be compiled, every kernel says so; that is no failure, even under `-W error`."""
    if not can_compile():
        for item in items:
            item.add_marker(pytest.mark.filterwarnings("ignore::iris_cc.diagnostics.FallbackWarning"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("needs_cc") is not None and not can_compile():
        pytest.skip("needs a C compiler and the compiled route switched on")
