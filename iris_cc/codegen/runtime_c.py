"""The C headers that are pasted into units: where they lie, and in which order they go.

A wheel carries them as `iris_cc/_runtime_c`; an editable install has only the checkout's `runtime_c/`.
This module may not know what is in a header: who needs one says so.  One of them is half a header: what it declares
comes from the operation table.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache

from iris_cc import forks

# The order of pasting: a header may use those before it.
HEADERS = (
    "iris_base.h",
    "iris_vm_base.h",
    "iris_vm_exp.h",
    "iris_vm_log.h",
    "iris_vm_pow.h",
    "iris_vm_trig.h",
    "iris_vm_trig_f32.h",
    "iris_vm_atan.h",
    "iris_vm_atan_f32.h",
    "iris_vm_hyp.h",
    "iris_vm_inverse_hyp.h",
    "iris_vm_root.h",
    "iris_vm_erf.h",
    "iris_vm_fast.h",
    "iris_vm_pi.h",
    "iris_math.h",
    "iris_int.h",
    "iris_number.h",
    "iris_cast.h",
    "iris_float.h",
    "iris_special.h",
    "iris_count.h",
    "iris_range.h",
    "iris_while.h",
    "iris_arrays.h",
    "iris_fenv.h",
    "iris_signal.h",
    "iris_error.h",
    "iris_row.h",
    "iris_pieces.h",
    "iris_parallel.h",
    "iris_lanes.h",
    "iris_lanes_masks.h",
    "iris_lanes_512.h",
    "iris_lanes_div.h",
)


# Where the declarations of the C library's functions go.
_DECLARATIONS = "/* the functions that operations name */"

# What a header uses of others.
_REQUIRES: Mapping[str, tuple[str, ...]] = {
    "iris_vm_exp.h": ("iris_vm_base.h",),
    "iris_vm_log.h": ("iris_vm_base.h",),
    "iris_vm_pow.h": ("iris_vm_base.h", "iris_vm_exp.h", "iris_vm_log.h"),
    "iris_vm_trig.h": ("iris_vm_base.h",),
    "iris_vm_trig_f32.h": ("iris_vm_base.h", "iris_vm_trig.h"),
    "iris_vm_atan.h": ("iris_vm_base.h",),
    "iris_vm_atan_f32.h": ("iris_vm_base.h",),
    "iris_vm_hyp.h": ("iris_vm_base.h", "iris_vm_exp.h"),
    "iris_vm_inverse_hyp.h": ("iris_vm_base.h", "iris_vm_log.h"),
    "iris_vm_root.h": ("iris_vm_base.h",),
    "iris_vm_erf.h": ("iris_vm_base.h",),
    "iris_vm_pi.h": ("iris_vm_base.h",),
    "iris_lanes_div.h": ("iris_vm_base.h",),
    "iris_vm_fast.h": ("iris_vm_base.h", "iris_vm_exp.h", "iris_vm_hyp.h"),
}


def folder() -> str:
    """The folder of the C texts: the wheel's, else the checkout's."""
    package = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    wheel = os.path.join(package, "_runtime_c")
    in_wheel = os.path.isfile(os.path.join(wheel, HEADERS[0]))
    return wheel if in_wheel else os.path.join(os.path.dirname(package), "runtime_c")


@cache
def read(name: str) -> str:
    """The text of one file of the folder."""
    with open(os.path.join(folder(), name), "rb") as file:  # on 3.13 to look up a codec takes a working directory
        return file.read().decode("ascii")


@cache
def text(header: str) -> str:
    """A header as it is pasted."""
    if header not in HEADERS:
        raise ValueError(f"{header} is not a runtime header")
    found = read(header)
    if _DECLARATIONS not in found:
        return found
    with forks.imports:
        from iris_cc.codegen import library

    return found.replace(_DECLARATIONS, library.declarations())


def paste(headers: set[str]) -> str:
    """The texts of `headers`, each once, in the one order."""
    unknown = headers - set(HEADERS)
    if unknown:
        raise ValueError(f"not runtime headers: {sorted(unknown)}")
    wanted = headers.union(*(_REQUIRES.get(header, ()) for header in headers))
    return "\n".join(text(header) for header in HEADERS if header in wanted)
