"""What one call asks for beside its inputs: outputs, types, casting, order, and which elements.

Errors are NumPy's own texts.  This module may not know the function.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from iris_cc.pyroute.elements import DType, ElementSpace
from iris_cc.records import record

MISSING: Any = type("Missing", (), {"__repr__": lambda self: "<no value>"})()
_WARNS_OF_MASKS = np.lib.NumpyVersion(np.__version__) >= "2.4.0"


@record
class Outputs:
    """The outputs a call gives: by position, in a tuple, or one array."""

    arrays: tuple[Any, ...] = ()
    form: str = "tuple"
    as_scalar: bool = True  # False for `out=...`

    def check(self, name: str, nin: int, count: int) -> None:
        """TypeError or ValueError unless a function with `count` outputs takes these."""
        if not self.arrays:
            return
        if self.form == "positions" and len(self.arrays) > count:
            takes = f"from {nin} to {nin + count} positional arguments"
            raise TypeError(f"{name}() takes {takes} but {nin + len(self.arrays)} were given")
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


def read_outputs(out: Any, further: tuple[Any, ...] = ()) -> Outputs:
    if further and out is not MISSING:
        raise TypeError("cannot specify 'out' as both a positional and keyword argument")
    if further:
        return Outputs(further if any(each is not None for each in further) else (), "positions")
    if out is MISSING or out is None:
        return Outputs()
    if out is Ellipsis:
        return Outputs((), "tuple", False)
    return Outputs(out, "tuple") if isinstance(out, tuple) else Outputs((out,), "array")


@record
class Wanted:
    """The types asked for: one per input, and one per output or one for all."""

    inputs: tuple[DType | None, ...]
    outputs: tuple[DType | None, ...]
    each: bool = False  # whether `outputs` has one entry per output

    def of_outputs(self, name: str, count: int) -> tuple[DType | None, ...]:
        if self.each and len(self.outputs) != count:
            raise ValueError(f"a type-tuple must be specified of length {len(self.inputs) + count} for ufunc {name!r}")
        return self.outputs if self.each else self.outputs * count


def read_types(name: str, nin: int, dtype: Any, signature: Any) -> Wanted:
    """`dtype=` asks for the outputs; `signature=` is a type, letters, or a tuple of types."""
    if signature is not None and dtype is not None:
        raise TypeError("cannot specify both 'signature' and 'dtype'")
    if isinstance(signature, str) and "->" in signature:
        before, _, after = signature.partition("->")
        if len(before) != nin:
            raise ValueError(f"a type-string for {name}, {nin} typecode(s) before the -> sign")
        signature = (*before, *after)
    if isinstance(signature, tuple) and len(signature) > 1:
        types = tuple(None if each is None else np.dtype(each) for each in signature)
        if len(types) <= nin:
            raise ValueError(f"a type-tuple must be specified of length {nin + 1} for ufunc {name!r}")
        return Wanted(types[:nin], types[nin:], True)
    single = signature[0] if isinstance(signature, tuple) else dtype if signature is None else signature
    return Wanted((None,) * nin, (None if single is None else np.dtype(single),))


@record
class Request:
    """One call without its inputs."""

    outputs: Outputs
    wanted: Wanted
    where: Any = True
    casting: Any = "same_kind"
    order: Any = "K"
    subok: Any = True
    space: ElementSpace | None = None


def read_request(name: str, nin: int, outputs: Outputs, words: Mapping[str, Any], masks_are_meant: bool) -> Request:
    """The request that these keywords make; `masks_are_meant` where `out` was given, if only as None."""
    outputs.check_arrays()
    given = dict(words)
    wanted = read_types(name, nin, given.pop("dtype", None), given.pop("signature", None))
    request = Request(outputs, wanted, **given)
    np.can_cast(np.bool_, np.bool_, request.casting)  # an unknown rule is an error although nothing is cast
    if not isinstance(request.subok, bool):
        raise TypeError("'subok' must be a boolean")
    if request.where is not True and not masks_are_meant and _WARNS_OF_MASKS:
        text = "'where' used without 'out', expect unitialized memory in output. If this is intentional, use out=None."
        warnings.warn(text, UserWarning, stacklevel=_levels_to_the_user())
    return request


def _levels_to_the_user() -> int:
    """The stack level, for a caller of this, of the first frame outside the package."""
    package = os.path.dirname(os.path.dirname(__file__))
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(package):
        frame, level = frame.f_back, level + 1
    return level


def check_cast(source: DType, target: DType, casting: Any, name: str, place: str) -> None:
    """`place` is "input", "output", or one of them with its number."""
    if not np.can_cast(source, target, casting):
        raise TypeError(
            f"Cannot cast ufunc {name!r} {place} from {source!r} to {target!r} with casting rule {casting!r}"
        )
