"""NumPy's ufunc C-API, reached with ctypes through the capsule NumPy exports.

The table's indices and the structures below are ABI: they have not moved since NumPy 1.22 (`Spec`) and
1.0 (`obj`).  Every call here holds the GIL (`PYFUNCTYPE`); cffi and `CFUNCTYPE` would release it.
This module may not know what a kernel is, and it keeps nothing alive for its callers.
"""

from __future__ import annotations

import ctypes
import gc
from ctypes import POINTER, PYFUNCTYPE, c_char_p, c_int, c_ssize_t, c_void_p, py_object, pythonapi
from typing import Any

import numpy as np

FROM_FUNC_AND_DATA_AND_SIGNATURE = 31
ADD_LOOP_FROM_SPEC = 43
ADD_PROMOTER = 44

METH_STRIDED_LOOP = 5
METH_REQUIRES_PYAPI = 1 << 0
METH_NO_FLOATINGPOINT_ERRORS = 1 << 1
NO_CASTING = 0
IDENTITY_NONE = -1

PROMOTER_CAPSULE = b"numpy._ufunc_promoter"

# The object header, then nin, nout, nargs, identity (4 ints), functions, data, ntypes + reserved1, name, types,
# doc, ptr: 16 + 7 * 8 bytes before `obj`, which NumPy visits and releases with the ufunc and otherwise leaves alone.
OBJ_OFFSET = object.__basicsize__ + 72


class Slot(ctypes.Structure):
    """PyType_Slot."""

    _fields_ = [("slot", c_int), ("pfunc", c_void_p)]


class Spec(ctypes.Structure):
    """PyArrayMethod_Spec."""

    _fields_ = [
        ("name", c_char_p),
        ("nin", c_int),
        ("nout", c_int),
        ("casting", c_int),
        ("flags", c_int),
        ("dtypes", POINTER(c_void_p)),
        ("slots", POINTER(Slot)),
    ]


# int promoter(ufunc, op_dtypes[], signature[], new_op_dtypes[])
Promoter = PYFUNCTYPE(c_int, py_object, c_void_p, c_void_p, c_void_p)
# int loop(context, args[], dimensions[], strides[], auxdata)
LoopFunction = PYFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)

_get_pointer = PYFUNCTYPE(c_void_p, py_object, c_char_p)(("PyCapsule_GetPointer", pythonapi))
new_capsule = PYFUNCTYPE(py_object, c_void_p, c_char_p, c_void_p)(("PyCapsule_New", pythonapi))
_track = PYFUNCTYPE(None, c_void_p)(("PyObject_GC_Track", pythonapi))
add_reference = PYFUNCTYPE(None, c_void_p)(("Py_IncRef", pythonapi))
drop_reference = PYFUNCTYPE(None, c_void_p)(("Py_DecRef", pythonapi))

# NumPy's tables of functions: their addresses.
UFUNC_TABLE: int = _get_pointer(np._core._multiarray_umath._UFUNC_API, None)  # type: ignore[attr-defined]
ARRAY_TABLE: int = _get_pointer(np._core._multiarray_umath._ARRAY_API, None)  # type: ignore[attr-defined]

_table: Any = ctypes.cast(UFUNC_TABLE, POINTER(c_void_p))


def _api(index: int, result: Any, *arguments: Any) -> Any:
    return PYFUNCTYPE(result, *arguments)(_table[index])


from_func_and_data_and_signature = _api(
    FROM_FUNC_AND_DATA_AND_SIGNATURE,
    py_object,
    *(c_void_p, c_void_p, c_void_p, c_int),
    *(c_int, c_int, c_int, c_char_p, c_char_p, c_int, c_char_p),
)
add_loop_from_spec = _api(ADD_LOOP_FROM_SPEC, c_int, py_object, POINTER(Spec))
add_promoter = _api(ADD_PROMOTER, c_int, py_object, py_object, py_object)


def set_owned(ufunc: np.ufunc, value: object) -> None:
    """Give the ufunc a reference to `value` that dies with it (ctypes stores a pointer without counting it)."""
    add_reference(id(value))
    field: Any = py_object.from_address(id(ufunc) + OBJ_OFFSET)
    field.value = value
    if not gc.is_tracked(ufunc):  # NumPy tracks only what frompyfunc makes; a kernel and its ufunc are a cycle
        _track(id(ufunc))


def owned(ufunc: np.ufunc) -> Any:
    return py_object.from_address(id(ufunc) + OBJ_OFFSET).value


def pointers(address: int, count: int) -> Any:
    """The `count` pointers at `address`, readable and writable (None is NULL)."""
    return (c_void_p * count).from_address(address)


def intptrs(address: int, count: int) -> Any:
    return (c_ssize_t * count).from_address(address)


def take_reference(address: int) -> Any:
    """The object at `address`, a reference to which was ours already."""
    found = from_address(address)
    drop_reference(address)
    return found


def from_address(address: int) -> Any:
    """The object at `address` (a new reference)."""
    return py_object.from_buffer(c_void_p(address)).value
