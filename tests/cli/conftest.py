"""A folder with kernels and arrays, and a way to run the program in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from iris_cc.cli import main

KERNELS = '''
"""Kernels for the command line."""
import math

import numpy as np

import iris_cc

print("this module talks")

RATE = 0.25


@iris_cc.kernel
def escape(cr, ci, limit=50):
    """Iterations until escape."""
    x = y = 0.0
    for i in range(limit):
        if x * x + y * y > 4.0:
            return i
        x, y = x * x - y * y + cr, 2.0 * x * y + ci
    return limit


def add(a, b):
    return a + RATE * b


def wave(a):
    return np.sin(a)


def both(a, b):
    return a + b, a - b


def listed(a):
    total = 0.0
    for x in {1.0, 2.0}:
        total += x
    return a + total


def worded(a):
    return str(a)


def power(a, b):
    return a**b


def unassigned(a):
    if a > 0:
        b = a
    return b


def position(a):
    return a + _i0 * 10


def ramp():
    return _flat_idx * 2


def endless(a):
    while a < 2.0:
        a = a * 1.0
    return a


class Group:
    @staticmethod
    def product(a, b):
        return a * b


number = 3
'''


@dataclass
class Done:
    """What a run left."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


class Program:
    """`iris-cc`, in this process."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys

    def __call__(self, *words: object) -> Done:
        self.capsys.readouterr()
        try:
            status = main([str(word) for word in words])
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = self.capsys.readouterr()
        assert "Traceback (" not in out
        return Done(status, out, err)

    def save(self, name: str, array: Any) -> Path:
        path = self.folder / name
        np.save(path, array)
        return path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with `kernels.py`, which is also the current one; the cache is the session's."""
    (tmp_path / "kernels.py").write_text(KERNELS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.fixture
def cli(folder: Path, capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(folder, capsys)
