"""Calls on large arrays of several dimensions: what `runtime_c/iris_spread.c` is told about ufuncs and about NumPy.

The structures here are that unit's, field by field; everything they point to is kept beside them.  This module may
not know where the unit comes from, nor when a call is worth it.
"""

from __future__ import annotations

import ctypes
from ctypes import PYFUNCTYPE, c_char_p, c_int, c_ssize_t, c_void_p
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from iris_cc.runtime import numpy_api as api

if TYPE_CHECKING:
    from iris_cc.runtime.loader import Library

FUNCTION = "iris_spread"
# In the unit: how many threads a call may use.
LANES = "iris_lanes"

MOST_LOOPS = 16
# What NumPy brings to a loop at once: fewer elements than two of these are not looked at.
_BUFFER = 8192
_SMALLEST_CHUNK = 256


class _SpreadLoop(ctypes.Structure):
    _fields_ = [
        ("loop", c_void_p),
        ("descrs", c_void_p),
        ("scalars", c_void_p),
        ("sizes", c_void_p),
        ("least", c_ssize_t),
        ("chunk", c_ssize_t),
        ("most", c_ssize_t),
        ("faults", c_ssize_t),
        ("look", c_void_p),
    ]


class _Spread(ctypes.Structure):
    _fields_ = [
        ("nin", c_ssize_t),
        ("nout", c_ssize_t),
        ("name", c_char_p),
        ("count", c_ssize_t),
        ("loops", c_void_p * MOST_LOOPS),
    ]


class Table:
    """The loops of one ufunc that may be shared out."""

    __slots__ = ("_kept", "_spread")

    def __init__(self, nin: int, nout: int, name: bytes) -> None:
        self._spread = _Spread(nin, nout, name)
        self._kept: list[object] = [name]

    @property
    def address(self) -> int:
        return ctypes.addressof(self._spread)

    def add(self, address: int, dtypes: tuple[np.dtype[Any], ...], share: tuple[int, ...]) -> None:
        """The loop at `address`; `share` is what its unit says.  Loops past the end of the table stay NumPy's."""
        place = self._spread.count
        if place == MOST_LOOPS:
            return
        long, grain, most, faults, look = share
        pointers = c_void_p * len(dtypes)
        descrs, scalars = pointers(*map(id, dtypes)), pointers(*(id(each.type) for each in dtypes))
        sizes = (c_ssize_t * len(dtypes))(*(each.itemsize for each in dtypes))
        places = [ctypes.addressof(each) for each in (descrs, scalars, sizes)]
        chunk = min(max(grain, _SMALLEST_CHUNK), _BUFFER)
        loop = _SpreadLoop(address, *places, max(long, 2 * _BUFFER), chunk, most, faults, look)
        self._kept += [dtypes, descrs, scalars, sizes, loop]
        self._spread.loops[place] = ctypes.addressof(loop)
        self._spread.count = place + 1  # last: a call may be reading


def tell_about_numpy(unit: Library) -> None:
    weak = (c_void_p * 3)(*(id(np.dtype(each)) for each in (np.bool_, np.int64, np.float64)))
    function = PYFUNCTYPE(None, c_void_p, c_void_p, c_void_p, c_void_p)(unit.address("iris_know_numpy"))
    function(api.ARRAY_TABLE, api.UFUNC_TABLE, id(np.ndarray), weak)


def send_calls(dispatcher: Library, entry: int, start: int) -> None:
    """Let the call dispatcher ask `entry` first, the unit's function; 0 is none, and then it calls `start` before, the
    address of a Python function that may put one there; 0 for none of that."""
    function = PYFUNCTYPE(None, c_void_p, c_void_p, c_void_p)(dispatcher.address("iris_set_spread"))
    function(_array_type(), *((entry, start) if _array_type() else (0, 0)))


@cache
def _array_type() -> int:
    """The address of the type of arrays, if they lie in memory as C code takes them to; else 0."""
    probe = np.empty((2, 3), np.float32, order="F")
    start = id(probe) + object.__basicsize__
    data, shape, strides, _, descr = (c_void_p.from_address(start + place).value for place in (0, 16, 24, 32, 40))
    found = (
        data == probe.ctypes.data
        and c_int.from_address(start + 8).value == 2
        and shape is not None
        and tuple((c_ssize_t * 2).from_address(shape)) == probe.shape
        and strides is not None
        and tuple((c_ssize_t * 2).from_address(strides)) == probe.strides
        and descr == id(probe.dtype)
        and c_int.from_address(start + 48).value & 3 == 2
    )
    return id(np.ndarray) if found and np.dtype(np.float32) is probe.dtype else 0
