"""Plain functions the surface tests make kernels of, and the law as code: once per element, on NumPy scalars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import iris_cc
from iris_cc.runtime import numpy_api


def add(x, y):
    return x + y


def blend(x, y, t=0.25):
    return x + (y - x) * t


def steps(x, limit=50):
    n = 0
    while x > 1:
        x = x / 2
        n += 1
        if n >= limit:
            break
    return n


def polar(x, y):
    return x * x + y * y, x - y


def make(function: Callable[..., Any], **options: Any) -> iris_cc.Kernel:
    return iris_cc.kernel(function, **{"fallback": "silent", **options})


def loops_in_python(ufunc: Any) -> list[str]:
    """The loops of a ufunc that are not compiled, in NumPy's letters."""
    record = numpy_api.owned(ufunc)
    loops = [loop for loop in record.loops.values() if loop.python]
    letters = ["".join(each.char for each in loop.dtypes) for loop in loops]
    return sorted(f"{each[: record.nin]}->{each[record.nin :]}" for each in letters)


def per_element(function: Callable[..., Any], *args: Any) -> Any:
    """What the law says: an array, or a tuple of them, of the results on each element."""
    weak = (bool, int, float)
    shape = np.broadcast_shapes(*map(np.shape, args))
    rows = []
    with np.errstate(all="ignore"):
        for place in np.ndindex(shape):
            values = [a if type(a) in weak else np.broadcast_to(np.asarray(a), shape)[place] for a in args]
            rows.append(function(*values))
    if rows and isinstance(rows[0], tuple):
        return tuple(np.array([row[k] for row in rows]).reshape(shape) for k in range(len(rows[0])))
    return np.array(rows).reshape(shape)
