"""The libraries of this folder, each compiled once per session."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from tests.vmath import unit


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vmath")


@pytest.fixture(scope="session")
def best(folder: Path) -> ctypes.CDLL:
    """For this CPU level, by gcc."""
    text = unit.source(unit.names(False) + unit.names(True))
    return unit.compile_text(text, folder, "best", "cc", *unit.FLAGS, *unit.BEST)[0]


@pytest.fixture(scope="session")
def references(folder: Path) -> ctypes.CDLL:
    return unit.compile_text(unit.reference_source(), folder, "reference", "cc", "-O2", "-fPIC", "-shared")[0]
