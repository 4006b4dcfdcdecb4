"""Inputs of a call as loops take them: an array, and what a resolver is told.  It may not know what is computed."""

from __future__ import annotations

from typing import Any

import numpy as np

from iris_cc.records import record
from iris_cc.runtime.ufunc import Word


@record
class Operand:
    """An input: the array, and what the loop's resolver is told about it."""

    array: np.ndarray
    word: Word
    given: object


def read_input(value: object) -> Operand:
    array = np.asarray(value)
    if isinstance(value, (int, float, complex)) and not isinstance(value, (bool, np.generic)):
        return Operand(array, next(each for each in (int, float, complex) if isinstance(value, each)), value)
    return Operand(array, native(array.dtype), value)


def native(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return dtype if dtype.isnative else dtype.newbyteorder("=")
