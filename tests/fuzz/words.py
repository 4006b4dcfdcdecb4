"""Types as the fuzzer writes them, and the law of joins.

A strong type is NumPy's code (`i4`), a weak one the name of the Python type (`int`).  Nothing here asks the code under
test: what an operation gives is found by running it on NumPy scalars.
"""

from __future__ import annotations

import random
import struct
from typing import Any

import numpy as np

STRONG = ("b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8")
WEAK = ("bool", "int", "float")
WORDS = STRONG + WEAK
FLOATS = ("f4", "f8", "float")
INTEGERS = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "int")
TRUTHS = ("b1", "bool")
CARRIER = {"bool": "b1", "int": "i8", "float": "f8"}
CAST = {
    "b1": "np.bool_", "i1": "np.int8", "i2": "np.int16", "i4": "np.int32", "i8": "np.int64", "u1": "np.uint8",
    "u2": "np.uint16", "u4": "np.uint32", "u8": "np.uint64", "f4": "np.float32", "f8": "np.float64",
    "bool": "bool", "int": "int", "float": "float",
}  # fmt: skip
_PYTHON = {"bool": bool, "int": int, "float": float}
_RANK = {"bool": 0, "int": 1, "float": 2}


def make(word: str, value: Any) -> Any:
    """`value` as a scalar of this type."""
    return _PYTHON[word](value) if word in WEAK else np.dtype(word).type(value)


def word_of(value: Any) -> str | None:
    """The type of a scalar; None for what is none."""
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return value.dtype.str[1:]
    return next((word for word, python in _PYTHON.items() if type(value) is python), None)


def carrier(word: str) -> str:
    """The dtype a value of this type has in an array."""
    return CARRIER.get(word, word)


def limits(word: str) -> tuple[int, int]:
    """The smallest and largest integer of an integer type."""
    info = np.iinfo(carrier(word))
    return int(info.min), int(info.max)


def joined(left: str, right: str) -> str:
    """The type where two paths meet: NumPy promotion, in which Python scalars give way."""
    if left in WEAK and right in WEAK:
        return max(left, right, key=_RANK.__getitem__)
    if left in STRONG and right in STRONG:
        return np.promote_types(left, right).str[1:]
    strong, weak = (left, right) if left in STRONG else (right, left)
    if weak == "bool":
        return strong
    return np.result_type(np.dtype(strong), _PYTHON[weak](0)).str[1:]


def convert(value: Any, word: str) -> Any:
    """`value` on a path that has met another: in the type both have from there on."""
    if word in WEAK:
        return _PYTHON[word](value)
    if type(value) is int:
        value = np.array(value, "i8" if value < 1 << 63 else "u8")
    return np.asarray(value).astype(word)[()]


# -- values ------------------------------------------------------------------------------------------------------

_HALVES = (0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 1e-3, 0.1, -0.1, 0.75, 3.0, 7.0, -8.0, 100.25, 255.5, 300.7)
_WIDE = (2.0**31, -(2.0**31), 2.0**32, 2.0**53, 2.0**53 + 2, 2.0**53 - 1, 2.0**63, -(2.0**63), 2.0**64, 1e19, 1e22)
_EDGES = {
    "f4": (1e-45, -1e-45, 1.1754944e-38, 3.4028235e38, -3.4028235e38, 16777216.0, 16777215.0, 1e-39),
    "f8": (5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -1.7976931348623157e308, 1e-310),
}
_SPECIAL = (0.0, -0.0, 1.0, -1.0, float("nan"), float("inf"), float("-inf"))
_SMALL = (0, 1, 2, 3, 4, 5, 7, 8, 10, 15, 16, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 200, 255, 256, 1000)


def value(word: str, rng: random.Random) -> Any:
    """A value of this type as a Python number: corners as often as anything else."""
    kind = carrier(word)
    if kind == "b1":
        return rng.random() < 0.5
    if kind in ("f4", "f8"):
        return _float(kind, rng)
    low, high = limits(kind)
    pick = rng.random()
    if pick < 0.3:
        number = rng.choice((low, low + 1, high, high - 1, low // 2, high // 2, 0, 1, -1, 2**53, 2**53 + 1, -(2**53)))
    elif pick < 0.8:
        number = rng.choice((1, 1, -1)) * rng.choice(_SMALL)
    else:
        number = rng.getrandbits(rng.randint(1, 64)) * rng.choice((1, -1))
    return _wrap(number, low, high)


def _float(kind: str, rng: random.Random) -> float:
    pick = rng.random()
    if pick < 0.3:
        return rng.choice(_SPECIAL)
    if pick < 0.55:
        number = rng.choice(_HALVES)
    elif pick < 0.65:
        number = rng.choice(_WIDE)
    elif pick < 0.75:
        number = rng.choice(_EDGES[kind])
    elif pick < 0.95:
        number = rng.uniform(-1, 1) * 10 ** rng.randint(-3, 4)
    else:
        number = struct.unpack("<d", rng.randbytes(8))[0]
    with np.errstate(all="ignore"):
        return float(np.dtype(kind).type(number))


def _wrap(number: int, low: int, high: int) -> int:
    return (number - low) % (high - low + 1) + low
