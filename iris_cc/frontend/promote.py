"""NumPy's type rules, asked of NumPy itself: `ufunc.resolve_dtypes` says which loop runs for which operands."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from iris_cc.frontend.values import Type, Weak
from iris_cc.ir.types import BY_DTYPE, Scalar
from iris_cc.records import record


@record
class PromotedTypes:
    """The operand and result types of the loop NumPy picks."""

    operands: tuple[Scalar, ...]
    results: tuple[Scalar, ...]


class NoLoop(Exception):
    """NumPy has no such operation on these types; `half` if it has one in float16, which has no compiled form."""

    def __init__(self, reason: str, half: bool) -> None:
        super().__init__(reason)
        self.half = half


def resolve(ufunc: str, types: tuple[Type, ...]) -> PromotedTypes:
    """The loop of `numpy.<ufunc>` for operands of these types; raises NoLoop."""
    found = _resolve(ufunc, types)
    if isinstance(found, NoLoop):
        raise NoLoop(str(found), found.half)
    return found


@lru_cache(maxsize=4096)
def _resolve(name: str, types: tuple[Type, ...]) -> PromotedTypes | NoLoop:
    ufunc: Any = np._core.umath.clip if name == "clip" else getattr(np, name)  # type: ignore[attr-defined]
    words = (np.dtype(np.uint64),) if types == (Weak.WIDE,) else tuple(map(_word, types))
    try:
        dtypes = ufunc.resolve_dtypes((*words, *(None,) * ufunc.nout))
    except TypeError as error:
        return NoLoop(str(error), half=False)
    codes = [dtype.str[1:] for dtype in dtypes]
    if "f2" not in codes[ufunc.nin :]:  # a float16 that is only looked at is the same number as a float32
        codes = ["f4" if code == "f2" else code for code in codes]
    if not all(code in BY_DTYPE for code in codes):
        return NoLoop(f"numpy.{name} gives {', '.join(str(d) for d in dtypes[ufunc.nin :])} here", half="f2" in codes)
    scalars = tuple(BY_DTYPE[code] for code in codes)
    return PromotedTypes(scalars[: ufunc.nin], scalars[ufunc.nin :])


def _word(type: Type) -> Any:
    if isinstance(type, Weak):
        return np.dtype(bool) if type is Weak.BOOL else type.python
    return np.dtype(type.dtype)
