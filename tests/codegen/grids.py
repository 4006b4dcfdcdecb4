"""Corner values of every type, and comparison by bits or by ULP.  It knows NumPy and no code under test."""

from __future__ import annotations

import numpy as np

_FLOATS = [
    0.0,
    1.0,
    0.5,
    1.5,
    2.5,
    2.0,
    3.0,
    7.0,
    0.1,
    0.75,
    1e-5,
    3.14159265358979,
    100.5,
    1e22,
    2.0**31,
    2.0**53,
    2.0**63,
]
_TINY_AND_HUGE = {"f4": [1e-45, 1.2e-38, 3.4e38, 1e30], "f8": [5e-324, 2.3e-308, 1.7e308, 1e300]}
_INTEGERS = [0, 1, 2, 3, 7, 8, 9, 15, 16, 31, 32, 33, 63, 64, 65, 100]


def corners(dtype: str) -> np.ndarray:
    if dtype == "b1":
        return np.array([False, True])
    if dtype[0] == "f":
        positive = _FLOATS + _TINY_AND_HUGE[dtype] + [np.inf]
        return np.array([*positive, *(-value for value in positive), np.nan], dtype)
    info = np.iinfo(dtype)
    wide = [info.min, info.min + 1, info.min // 2, info.max, info.max - 1, info.max // 2]
    values = {*_INTEGERS, *(-value for value in _INTEGERS), *(int(value) for value in wide)}
    return np.array(sorted(value for value in values if info.min <= value <= info.max), dtype)


def grid(*dtypes: str) -> list[np.ndarray]:
    """Every combination of corner values, as one flat array per operand."""
    axes = np.meshgrid(*(corners(dtype) for dtype in dtypes), indexing="ij")
    return [np.ascontiguousarray(axis.ravel()) for axis in axes]


def same_bits(got: np.ndarray, want: np.ndarray, free_zero: bool = False) -> np.ndarray:
    """Where values are equal: bit for bit, but any nan is any nan, and with `free_zero` any zero any zero."""
    assert got.dtype == want.dtype, (got.dtype, want.dtype)
    if got.dtype.kind != "f":
        return got == want
    bits = f"u{got.dtype.itemsize}"
    same = (got.view(bits) == want.view(bits)) | (np.isnan(got) & np.isnan(want))
    return same | ((got == 0) & (want == 0)) if free_zero else same


def ulps(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    """How many floats lie between; nan beside nan is none.  In integers throughout: f8 cannot hold f8's own bits."""
    bits = got.dtype.itemsize * 8
    sign = np.uint64(1 << (bits - 1))

    def ordered(values: np.ndarray) -> np.ndarray:
        raw = values.view(f"u{bits // 8}").astype("u8")
        return np.where(raw & sign, sign - (raw ^ sign), raw + sign)

    left, right = ordered(got), ordered(want)
    distance = np.where(left > right, left - right, right - left)
    distance[np.isnan(got) & np.isnan(want)] = 0
    return distance
