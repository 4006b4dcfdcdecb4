"""The outputs that a call gives.  It may not know what is stored in them."""

from __future__ import annotations

from typing import Any

import numpy as np

from iris_cc.numpy_calls.arguments import wrong_count
from iris_cc.records import record

MISSING: Any = np._NoValue


@record
class Outputs:
    """By position, in a tuple, or one array."""

    arrays: tuple[Any, ...] = ()
    form: str = "tuple"
    as_scalar: bool = True  # False for `out=...`

    def check(self, name: str, nin: int, count: int) -> None:
        """TypeError or ValueError unless a function with `count` outputs takes these."""
        if not self.arrays:
            return
        if self.form == "positions" and len(self.arrays) > count:
            raise wrong_count(name, nin, count, nin + len(self.arrays))
        if self.form == "array" and count > 1:
            raise TypeError("'out' must be a tuple of arrays")
        if self.form == "tuple" and len(self.arrays) != count:
            raise ValueError("The 'out' tuple must have exactly one entry per ufunc output")

    def check_arrays(self) -> None:
        for each in self.arrays:
            if each is not None and not isinstance(each, np.ndarray):
                raise TypeError("return arrays must be of ArrayType")
            if each is not None and not each.flags.writeable:
                raise ValueError("output array is read-only")

    def padded(self, count: int) -> tuple[Any, ...]:
        return (*self.arrays, *(None,) * (count - len(self.arrays)))

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        return [each.shape for each in self.arrays if each is not None]


def read_outputs(out: Any = MISSING, further: tuple[Any, ...] = ()) -> Outputs:
    """`out=` (an array or a tuple), or the positions after the inputs."""
    if further and out is not MISSING:
        raise TypeError("cannot specify 'out' as both a positional and keyword argument")
    if further:
        return Outputs(further, "positions")
    if out is MISSING or out is None:
        return Outputs()
    if out is Ellipsis:
        return Outputs((), "tuple", False)
    if isinstance(out, tuple) and not out:
        raise ValueError("The 'out' tuple must have exactly one entry per ufunc output")
    return Outputs(out, "tuple") if isinstance(out, tuple) else Outputs((out,), "array")
