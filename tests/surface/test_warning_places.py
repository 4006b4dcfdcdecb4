"""Which line a warning names, and what it says: what NumPy's own ufuncs would, on every route, from the first call."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import iris_cc

ZERO, ONE = np.array([0.0, 1.0]), np.array([1.0, 1.0])
HUGE = np.array([1e308, 1.0])

Place = tuple[str, int, str, str]


def places(work: Callable[[], Any]) -> list[Place]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        work()
    return [(each.filename, each.lineno, each.category.__name__, str(each.message)) for each in caught]


def line_of(work: Callable[[], Any]) -> int:
    return work.__code__.co_firstlineno


@pytest.fixture(params=["1", "0"], ids=["compiled", "interpreted"])
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> iris_cc.Kernel:
    monkeypatch.setenv("ME_DSL_JIT", request.param)
    return iris_cc.kernel("def quotient(x, y):\n    return y * 10.0 / x\n", fallback="silent")


def test_floating_point_warnings(kernel: iris_cc.Kernel) -> None:
    divide, invalid, over = (
        f"{kind} encountered in quotient" for kind in ("divide by zero", "invalid value", "overflow")
    )
    works: list[tuple[Callable[[], Any], list[str]]] = [
        (lambda: kernel(ZERO, ONE), [divide]),
        (lambda: kernel(ZERO, 1), [divide]),
        (lambda: kernel(x=ZERO, y=0.0), [invalid]),
        (lambda: kernel(ONE, HUGE), [over]),
        (lambda: kernel(ZERO, y=ZERO, out=np.empty(2)), [invalid]),
        (lambda: kernel.ufunc(ZERO, ONE), [divide]),
        (lambda: kernel.outer(ZERO, ONE), [divide]),
        (lambda: kernel(ONE, ONE), []),
    ]
    for _ in range(4):
        for work, texts in works:
            assert places(work) == [(__file__, line_of(work), "RuntimeWarning", text) for text in texts]


def test_modes_of_errors(kernel: iris_cc.Kernel) -> None:
    with np.errstate(all="ignore"):
        assert places(lambda: kernel(ZERO, ONE)) == []
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        kernel(ZERO, ONE)
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        kernel(ZERO, ONE)
    seen: list[tuple[str, int]] = []
    with np.errstate(divide="call", call=lambda kind, flag: seen.append((kind, flag))):
        assert places(lambda: kernel(ZERO, ONE)) == []
    assert seen == [("divide by zero", 1)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match="divide by zero encountered in quotient"):
            kernel(ZERO, ONE)


def test_a_line_warns_once_by_default(kernel: iris_cc.Kernel) -> None:
    """By the registry of the caller's module, as every warning."""
    program = "def work():\n    kernel(zero, one)\n"
    scope: dict[str, Any] = {"kernel": kernel, "zero": ZERO, "one": ONE, "__name__": "somewhere"}
    exec(compile(program, "somewhere.py", "exec"), scope)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            scope["work"]()
    assert [(each.filename, each.lineno) for each in caught] == [("somewhere.py", 2)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.filterwarnings("ignore", module="somewhere")
        scope["work"]()
    assert not caught


def test_fallback_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT", "0")
    scaled = iris_cc.kernel("def scaled(x):\n    return x * 2\n")
    index = iris_cc.kernel("def index(x):\n    return x * _i0\n")
    folded = iris_cc.kernel("def folded(x, y):\n    return x + y\n")
    for work in (lambda: scaled(ONE), lambda: index(ONE), lambda: folded.reduce(ONE)):
        ((file, line, category, _),) = places(work)
        assert (file, line, category) == (__file__, line_of(work), "FallbackWarning")


def test_index_kernels_tell_of_no_floating_point_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for switch in ("1", "0"):
        monkeypatch.setenv("ME_DSL_JIT", switch)
        index = iris_cc.kernel("def index(x):\n    return 1 / x + _i0\n", fallback="silent")
        assert places(partial(index, ZERO)) == []


def test_frames_end_with_their_calls(kernel: iris_cc.Kernel) -> None:
    """A call keeps nothing of its caller's."""
    scope: dict[str, Any] = {"kernel": kernel, "one": ONE}
    before = sys.getrefcount(scope)
    exec("for _ in range(5): kernel(one, one)", scope)
    assert sys.getrefcount(scope) == before
