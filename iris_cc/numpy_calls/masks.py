"""`where=`: which elements a call is to compute.  It may not know what they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from iris_cc.numpy_calls import callers

_WARNS_OF_MASKS = np.lib.NumpyVersion(np.__version__) >= "2.4.0"


def read_mask(where: Any) -> np.ndarray | None:
    """None where every element is wanted; what is no array is true or false as Python has it."""
    if where is True:
        return None
    mask = where if isinstance(where, np.ndarray) else np.asarray(where, dtype=bool)
    if mask.dtype != np.bool_:
        raise TypeError(f"Cannot cast array data from {mask.dtype!r} to dtype('bool') according to the rule 'safe'")
    return mask


def warn_of_mask() -> None:
    """NumPy's warning that a masked call without `out=` leaves elements unset."""
    if _WARNS_OF_MASKS:
        text = "'where' used without 'out', expect unitialized memory in output. If this is intentional, use out=None."
        callers.warn(text, UserWarning)
