"""Casting rules and their refusal.  It may not know what is cast."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np

DType: TypeAlias = "np.dtype[Any]"
Casting: TypeAlias = Literal["no", "equiv", "safe", "same_kind", "unsafe"]


def check_cast(name: str, source: DType, target: DType, casting: Any, place: str) -> None:
    """`place` is "input", "output", or one of them with its number."""
    if not np.can_cast(source, target, casting):
        raise TypeError(
            f"Cannot cast ufunc {name!r} {place} from {source!r} to {target!r} with casting rule {casting!r}"
        )


def input_place(k: int, nin: int) -> str:
    return f"input {k}" if nin > 1 else "input"


def output_place(k: int, nin: int, nout: int) -> str:
    """NumPy counts outputs after the inputs."""
    return f"output {nin + k}" if nout > 1 else "output"
