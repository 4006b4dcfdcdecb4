"""What the tests of the law share: every route a kernel can take, and the oracle, which is Python itself.

The oracle calls the undecorated function once per element with NumPy scalars.  It knows nothing of the compiler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import iris_cc

Function = Callable[..., Any]
WEAK = (bool, int, float)

INTEGERS = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")
SIGNED = INTEGERS[:4]
FLOATS = ("f4", "f8")
NUMBERS = INTEGERS + FLOATS


class Route:
    """A way to run kernels: compiled or interpreted."""

    def __init__(self, name: str) -> None:
        self.name = name

    def kernel(self, function: Function | str) -> Any:
        return iris_cc.kernel(fallback="silent")(function)

    def call(self, function: Function, *args: Any) -> Any:
        """The kernel's answer, after seeing that it goes the way it should."""
        kernel = self.kernel(function)
        with np.errstate(all="ignore"):
            result = kernel(*args)
        assert kernel.explain(*args).route == self.name
        return result

    def obeys(self, function: Function, *args: Any) -> Any:
        """Assert that the kernel gives what Python gives, dtype and bits; returns it."""
        got = self.call(function, *args)
        want = per_element(function, *args)
        results = got if isinstance(got, tuple) else (got,)
        assert len(results) == len(want)
        for have, wanted in zip(results, want, strict=True):
            assert_same(np.asarray(have), wanted)
        return got


def per_element(function: Function, *args: Any) -> list[np.ndarray]:
    """The law: one array for each result of the plain function."""
    shape = np.broadcast_shapes(*(np.shape(arg) for arg in args))
    views = [arg if type(arg) in WEAK else np.broadcast_to(np.asarray(arg), shape) for arg in args]
    rows = []
    with np.errstate(all="ignore"):
        for place in np.ndindex(shape):
            row = function(*(view if type(view) in WEAK else view[place] for view in views))
            rows.append(row if isinstance(row, tuple) else (row,))
    return [joined(column).reshape(shape) for column in zip(*rows, strict=True)]


def joined(values: Iterable[Any]) -> np.ndarray:
    """Values of several types in the one they join to: Python scalars give way."""
    column = list(values)
    strong = [np.asarray(value).dtype for value in column if type(value) not in WEAK]
    weak = [type(value)(0) for value in column if type(value) in WEAK]
    return np.array([np.asarray(value).astype(np.result_type(*strong, *weak)) for value in column])


def assert_same(got: np.ndarray, want: np.ndarray) -> None:
    assert got.dtype == want.dtype, f"dtype {got.dtype}, the law says {want.dtype}"
    assert got.shape == want.shape
    if got.dtype.kind == "f":
        both_nan = np.isnan(got) & np.isnan(want)
        bits = f"u{got.dtype.itemsize}"
        same = both_nan | (np.ascontiguousarray(got).view(bits) == np.ascontiguousarray(want).view(bits))
    else:
        same = got == want
    assert np.all(same), f"got {got[~same]}, the law says {want[~same]}"


def corners(dtype: str) -> np.ndarray:
    """Values where something may go wrong."""
    if dtype == "b1":
        return np.array([False, True])
    if dtype[0] == "f":
        plain = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 7.0, 0.1, 1e-40, 1e10, 3e38, np.inf]
        return np.array([*plain, *(-value for value in plain), np.nan], dtype)
    info = np.iinfo(dtype)
    numbers = {0, 1, 2, 3, 5, 7, 8, 31, 33, 63, 65, -1, -2, -3, -7, info.min, info.min + 1, info.max, info.max - 1}
    return np.array(sorted(n for n in numbers if info.min <= n <= info.max), dtype)


def grid(*dtypes: str) -> list[np.ndarray]:
    """Every combination of corner values."""
    return [np.ascontiguousarray(each.ravel()) for each in np.meshgrid(*map(corners, dtypes), indexing="ij")]
