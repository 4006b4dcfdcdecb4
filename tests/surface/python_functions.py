"""What the tests of the Python route's ufunc share: functions outside the language, operands, and comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from iris_cc.pyroute import PythonUfunc

X = np.array([0.5, -1.0, 2.0, 8.0])
Y = np.array([3.0, 4.0, -5.0, 0.25])
GRID = np.arange(12.0).reshape(3, 4) - 5


def mixed(a, b):
    return {1: b}[1] * 2 + a


def pair(a, b):
    return [a + b][0], a > b


def single(x):
    return {0: x}[0] / 2


def add(a, b):
    return {0: a}[0] + b


MIXED, PAIR, SINGLE, ADD = (PythonUfunc(f, f.__code__.co_argcount) for f in (mixed, pair, single, add))


def same(result: Any, wanted: Any) -> None:
    assert type(result) is type(wanted)
    assert np.asarray(result).dtype == np.asarray(wanted).dtype
    np.testing.assert_array_equal(result, wanted)


def outcome(call: Callable[[], Any]) -> tuple[type[BaseException], str]:
    """The public class of an error, and its text."""
    with pytest.raises(Exception) as caught:
        call()
    kind = next(each for each in type(caught.value).__mro__ if each.__module__ == "builtins")
    return kind, str(caught.value).replace("but 1 were given", "but 1 was given")  # as NumPy 2.0 says it


class Refusing:
    __array_ufunc__ = None
