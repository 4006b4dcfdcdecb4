"""What a kernel's identity holds: what it means, and nothing of how or where it is written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import iris_cc
from tests.frontend.texts import function, module_of

ROOT = Path(__file__).parents[2]

BASE = """
SCALE = 2.5


def helper(v, by=3):
    return v * by + 1


def kernel(x, n):
    total = 0
    for i in range(n):
        if x > i:
            total += helper(x) * SCALE
        else:
            total -= i
    return total
"""


def key(plain: Any, *types: str, **options: Any) -> str:
    """The identity the cache would look for, without asking for a compiler."""
    kernel = iris_cc.kernel(plain, fallback="error", **options)
    words = types or ("f8", "i8")
    return str(kernel.specialization(words, 1).unit.identity)


def changed(old: str, new: str) -> str:
    assert old in BASE
    return BASE.replace(old, new)


SAME = {
    "a comment": changed("    total = 0\n", "    # zero\n    total = 0  # here\n"),
    "blank lines": changed("\n\ndef kernel", "\n\n\n\n\n\ndef kernel"),
    "a docstring": changed("def kernel(x, n):\n", "def kernel(x, n):\n    '''Text.'''\n"),
    "annotations": changed("def kernel(x, n):", "def kernel(x: float, n: int) -> float:"),
    "other local names": re.sub(r"\bi\b", "j", BASE.replace("total", "sum_")),
    "other parameter names": re.sub(r"\bn\b", "int", re.sub(r"\bx\b", "größe", BASE)),
    "another helper name": BASE.replace("helper", "assistant"),
    "another constant name": BASE.replace("SCALE", "FACTOR"),
    "spaces and parentheses": changed("helper(x) * SCALE", "( helper( x )*(SCALE) )"),
    "another spelling of a number": changed("SCALE = 2.5", "SCALE = 5 / 2"),
    "quotes and an unused function": BASE + "\n\ndef unused(x):\n    return x\n",
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_what_changes_nothing(name: str) -> None:
    assert key(function(SAME[name])) == key(function(BASE))


OTHER = {
    "an operator": changed("total -= i", "total += i"),
    "a literal": changed("total = 0", "total = 1"),
    "a captured constant": changed("SCALE = 2.5", "SCALE = 2.6"),
    "the type of a captured constant": "import numpy as np\n" + changed("SCALE = 2.5", "SCALE = np.int64(2)"),
    "an inlined helper": changed("v * by + 1", "v * by - 1"),
    "a helper's default": changed("by=3", "by=4"),
    "the order of operations": changed("helper(x) * SCALE", "SCALE + helper(x)"),
    "a sign of zero": changed("SCALE = 2.5", "SCALE = -0.0"),
}


@pytest.mark.parametrize("name", OTHER)
def test_what_changes_the_meaning(name: str) -> None:
    assert key(function(OTHER[name])) != key(function(BASE))


def test_zeros_and_nans_differ() -> None:
    texts = [changed("SCALE = 2.5", f"SCALE = {text}") for text in ("0.0", "-0.0", "float('nan')", "float('inf')")]
    assert len({key(function(text)) for text in texts}) == 4


def test_types_and_options_are_in_it() -> None:
    plain = function(BASE)
    assert len({key(plain, *types) for types in (("f8", "i8"), ("f4", "i8"), ("f8", "i4"))}) == 3
    assert (
        iris_cc.kernel(plain).specialization(("f8", "i8"), 1).unit.fp
        != iris_cc.kernel(plain, fp="fast").specialization(("f8", "i8"), 1).unit.fp
    )


@pytest.mark.needs_cc
def test_the_key_a_user_sees(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ME_DSL_JIT")
    moved = module_of(tmp_path / "moved.py", "# moved\n" * 100 + SAME["a comment"]).kernel

    def seen(plain: Any, **options: Any) -> Any:
        return iris_cc.kernel(plain, **options).explain(1.5, 3).key

    assert seen(function(BASE)) == seen(moved) is not None
    assert seen(function(BASE)) != seen(function(OTHER["an inlined helper"]))
    assert seen(function(BASE)) != seen(function(BASE), fp="contract")
    monkeypatch.setenv("ME_DSL_JIT_CFLAGS", "-O1")
    flagged = seen(function(BASE))
    monkeypatch.delenv("ME_DSL_JIT_CFLAGS")
    assert flagged != seen(function(BASE))


_PROGRAM = """
import hashlib, sys
from pathlib import Path
import iris_cc
from tests.test_golden import CASES, stage_text
digest = hashlib.sha256()
for case in CASES:
    if case.area == "code":
        digest.update(stage_text(case, "ir").encode() + stage_text(case, "c").encode())
print(digest.hexdigest())
"""


def test_the_same_bytes_in_every_process() -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "ME_DSL_JIT": "0", "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("0", "1", "4242")
    ]
    answers = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(set(answers)) == 1
