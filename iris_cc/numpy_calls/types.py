"""The types a call asks for: `dtype=` of its outputs, `signature=` of its operands.  It may not know the loops."""

from __future__ import annotations

from typing import Any

import numpy as np

from iris_cc.numpy_calls.casts import DType
from iris_cc.numpy_calls.outputs import MISSING
from iris_cc.records import record


@record
class Wanted:
    """One type per input, and one per output, or one for all where `form` is "dtype"."""

    inputs: tuple[DType | None, ...]
    outputs: tuple[DType | None, ...]
    form: str = "dtype"

    def of_outputs(self, name: str, count: int) -> tuple[DType | None, ...]:
        """One entry for each of `count` outputs; ValueError where the call asks for another number."""
        if self.form == "dtype":
            return self.outputs * count
        if len(self.outputs) != count:
            raise _wrong_length(name, self.form, len(self.inputs), count)
        return self.outputs


def read_types(name: str, nin: int, nout: int, dtype: Any = None, signature: Any = MISSING) -> Wanted:
    """What is asked for; the number of outputs may be a guess, which `Wanted.of_outputs` is to check."""
    if signature is MISSING:
        return Wanted((None,) * nin, (None if dtype is None else np.dtype(dtype),))
    if dtype is not None:
        raise TypeError("cannot specify both 'signature' and 'dtype'")
    if not isinstance(signature, (str, tuple)):
        raise TypeError("the signature object to ufunc must be a string or a tuple.")
    if len(signature) == 1:
        if signature[0] is None:
            raise TypeError("a single item type tuple cannot contain None.")
        raise TypeError("Use `dtype` or  fill the tuple with more than one 'None'.")
    if isinstance(signature, tuple):
        types = tuple(None if each is None else np.dtype(each) for each in signature)
        wanted = Wanted(types[:nin], types[nin:], "tuple")
    else:
        before, _, after = signature.partition("->")
        wanted = Wanted(tuple(map(_of_letter, before)), tuple(map(_of_letter, after)), "string")
    if len(wanted.inputs) != nin or not wanted.outputs:
        raise _wrong_length(name, wanted.form, nin, nout)
    return wanted


def _of_letter(letter: str) -> DType:
    if letter not in np.typecodes["All"]:
        raise ValueError("Invalid data-type for array")
    return np.dtype(letter)


def _wrong_length(name: str, form: str, nin: int, nout: int) -> ValueError:
    if form == "tuple":
        return ValueError(f"a type-tuple must be specified of length {nin + nout} for ufunc {name!r}")
    return ValueError(f"a type-string for {name}, {nin} typecode(s) before and {nout} after the -> sign")
