"""IR to C: one self-contained, readable unit per function, whose text is its identity.

`ufunc_unit` makes a NumPy inner loop, `nd_unit` a loop nest over explicit shapes and strides.  Nothing here runs a
compiler, reads an environment variable or knows Python source; the walk is a pure function of the IR.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iris_cc.codegen.entries import ENTRIES, declarations, nd_unit, ufunc_unit
    from iris_cc.codegen.needs import can_fault, has_while, uses_libm

__all__ = [
    "ENTRIES",
    "can_fault",
    "declarations",
    "has_while",
    "nd_unit",
    "ufunc_unit",
    "uses_libm",
]

_HOME = {
    "entries": ("ENTRIES", "declarations", "nd_unit", "ufunc_unit"),
    "needs": ("can_fault", "has_while", "uses_libm"),
}


def __getattr__(name: str) -> Any:
    """Modules are imported at their first use: a kernel found in the cache needs no back end."""
    for home, names in _HOME.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
