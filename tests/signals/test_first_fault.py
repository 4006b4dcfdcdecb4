"""Which exception a call raises whose elements fail in several ways: that of the first element that fails, for what
comes first in it, on every route and however the call is cut."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import iris_cc

LIMIT = 50


TEXT = """def f(a, b, c):
    r = a
    for i in range(0, 4, c):
        r = r + 1
    while r < 9:
        r = r + b
    return r + b ** b{extra}
"""


def due(a: int, b: int, c: int) -> type[Exception] | None:
    """By CPython on ints, with the limit counted by hand."""
    try:
        r = a
        for _ in range(0, 4, c):
            r += 1
    except ValueError:
        return ValueError
    rounds = 0
    while r < 9:
        if rounds == LIMIT:
            return RuntimeError
        rounds += 1
        r += b
    return ValueError if b < 0 else None


# fine; no end; an end and a negative power; both, of which the loop comes first; a step of zero
ELEMENTS = {"fine": (4, 2, 1), "endless": (4, 0, 1), "power": (10, -2, 1), "both": (4, -2, 1), "step": (4, 2, 0)}


@pytest.fixture(autouse=True, params=["compiled", "threads", "interpreted"])
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", str(LIMIT))
    if request.param == "interpreted":
        monkeypatch.setenv("ME_DSL_JIT", "0")
    iris_cc.set_num_threads(3 if request.param == "threads" else 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", iris_cc.FallbackWarning)
        yield request.param
    iris_cc.set_num_threads(None)


def columns(names: list[str]) -> list[np.ndarray]:
    return [np.array(column) for column in zip(*(ELEMENTS[name] for name in names), strict=True)]


def raised(call: Any, *args: Any, **words: Any) -> str:
    try:
        call(*args, **words)
    except (ValueError, RuntimeError) as error:
        return str(error)
    return ""


SAID = {
    "endless": "ME_DSL_WHILE",
    "both": "ME_DSL_WHILE",
    "power": "negative integer powers",
    "step": "must not be zero",
}


def check(call: Any, names: list[str], *arrays: Any, **words: Any) -> None:
    first = next((name for name in names if name != "fine"), "fine")
    found = raised(call, *arrays, **words)
    assert (SAID[first] in found) if first != "fine" else found == "", (first, found)


def test_the_table_above_is_pythons() -> None:
    assert [due(*ELEMENTS[name]) for name in ELEMENTS] == [None, RuntimeError, ValueError, RuntimeError, ValueError]


@pytest.mark.needs_cc
@pytest.mark.parametrize("extra", ["", " + 0 * _i0"], ids=["ufunc", "index"])
@pytest.mark.parametrize("size", [1, 7, 40, 3000, 20_000])
def test_the_first_element_that_fails(extra: str, size: int) -> None:
    kernel = iris_cc.kernel(TEXT.format(extra=extra), fallback="silent")
    rng = np.random.default_rng(size)
    for name in ELEMENTS:
        check(kernel, [name], *columns([name]))
    for _ in range(6):
        names = ["fine"] * size
        for place in rng.integers(0, size, 6):
            names[place] = str(rng.choice(list(ELEMENTS)))
        a, b, c = columns(names)
        check(kernel, names, a, b, c)
        check(kernel, names, a.copy(), b, c, out=np.empty(size, int))
        check(kernel, names, *(each.repeat(2)[::2] for each in (a, b, c)))
        here = a.copy()
        check(kernel, names, here, b, c, out=here)


@pytest.mark.needs_cc
def test_spaces_of_several_dimensions() -> None:
    kernel = iris_cc.kernel(TEXT.format(extra=" + 0 * _i1"), fallback="silent")
    rng = np.random.default_rng(5)
    for shape in ((3, 700), (100, 90), (2, 3, 500)):
        for _ in range(4):
            names = ["fine"] * int(np.prod(shape))
            for place in rng.integers(0, len(names), 5):
                names[place] = str(rng.choice(list(ELEMENTS)))
            check(kernel, names, *(each.reshape(shape) for each in columns(names)))
