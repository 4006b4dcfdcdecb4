"""The rows of functions that are several operations: Python itself knows each, and takes as many arguments."""

from __future__ import annotations

import builtins
import math

import numpy as np
import pytest

import iris_cc
from iris_cc.frontend.composites import COMPOSITES, MANY, Composite

HOMES = {"builtin": builtins, "math": math, "numpy": np}
WORDS = [
    pytest.param(row, space, name, id=f"{space}.{name}")
    for row in COMPOSITES
    for space, _, name in (spelling.partition(".") for spelling in row.spellings)
]
PREFIX = {"builtin": "", "math": "math.", "numpy": "np.", "dsl": ""}


def counts(row: Composite) -> list[int]:
    return [row.arity] if not row.most else [row.arity, 5 if row.most == MANY else row.most]


@pytest.mark.parametrize("row, space, name", WORDS)
def test_python_takes_as_many_arguments(row: Composite, space: str, name: str) -> None:
    if space == "dsl":
        return
    function = getattr(HOMES[space], name)
    for count in counts(row):
        function(*[2] * count)
    for keyword in row.keywords:
        function(1, **{keyword: 0})


@pytest.mark.parametrize("row, space, name", WORDS)
def test_a_kernel_takes_as_many_and_no_more(row: Composite, space: str, name: str) -> None:
    def of(count: int) -> str:
        return f"def k(x):\n    return {PREFIX[space]}{name}({', '.join(['x'] + ['1'] * (count - 1))})\n"

    for count in counts(row):
        assert iris_cc.kernel(of(count)).inspect_ir("f8")
    for count in {row.arity - 1, max(row.most, row.arity) + 1} - {0}:
        with pytest.raises(iris_cc.CompileError, match=f"`{name}` takes"):
            iris_cc.kernel(of(count)).inspect_ir("f8")
