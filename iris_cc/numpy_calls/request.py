"""What one call asks for beside its inputs: outputs, types, casting, order, and which elements.

This module may not know the function.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from iris_cc.numpy_calls.arguments import unknown_keyword
from iris_cc.numpy_calls.masks import read_mask, warn_of_mask
from iris_cc.numpy_calls.outputs import MISSING, Outputs
from iris_cc.numpy_calls.types import Wanted, read_types
from iris_cc.records import record

WORDS = ("out", "where", "casting", "order", "dtype", "subok", "signature", "sig")


@record
class Request:
    """One call without its inputs; the mask is None where every element is wanted."""

    outputs: Outputs
    wanted: Wanted
    mask: np.ndarray | None = None
    casting: Any = "same_kind"
    order: Any = "K"
    subok: Any = True


def read_words(name: str, words: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords except `out`, under one name each, as an object that takes the call over is told."""
    unknown = next((key for key in words if key not in WORDS), None)
    if unknown is not None:
        raise unknown_keyword(name, unknown)
    if "sig" in words and "signature" in words:
        raise TypeError("cannot specify both 'sig' and 'signature'")
    return {"signature" if key == "sig" else key: value for key, value in words.items() if key != "out"}


def read_request(
    name: str, nin: int, nout: int, outputs: Outputs, words: Mapping[str, Any], masks_are_meant: bool
) -> Request:
    """The request that these words make; `masks_are_meant` where `out` was given, if only as None."""
    outputs.check_arrays()
    wanted = read_types(name, nin, nout, words.get("dtype"), words.get("signature", MISSING))
    mask = read_mask(words.get("where", True))
    rest = {key: words[key] for key in ("casting", "order", "subok") if key in words}
    request = Request(outputs, wanted, mask, **rest)
    np.can_cast(np.bool_, np.bool_, request.casting)  # an unknown rule is an error although nothing is cast,
    np.array(0, order=request.order)  # and so is an unknown order
    if not isinstance(request.subok, bool):
        raise TypeError("'subok' must be a boolean")
    if mask is not None and not masks_are_meant:
        warn_of_mask()
    return request
