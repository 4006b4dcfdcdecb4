"""How many arguments each known function takes, before any type is known."""

from __future__ import annotations

import numpy as np

from iris_cc.frontend.resolve import CastTo, Known
from iris_cc.ir import ops

_MANY = 32

# name -> (fewest, most positional arguments, keywords); the others are rows of the operation table
_BUILTINS: dict[str, tuple[int, int, tuple[str, ...]]] = {
    "abs": (1, 1, ()),
    "min": (2, _MANY, ()),
    "max": (2, _MANY, ()),
    "round": (1, 2, ("ndigits",)),
    "int": (1, 1, ()),
    "float": (1, 1, ()),
    "bool": (1, 1, ()),
    "pow": (2, 2, ()),
    "divmod": (2, 2, ()),
}
_COMPOSITES: dict[str, tuple[int, int, tuple[str, ...]]] = {
    "where": (3, 3, ()),
    "clip": (3, 3, ()),
    "logical_and": (2, 2, ()),
    "logical_or": (2, 2, ()),
    "logical_xor": (2, 2, ()),
    "logical_not": (1, 1, ()),
    "positive": (1, 1, ()),
    "round": (1, 2, ("decimals",)),
    "around": (1, 2, ("decimals",)),
    "divmod": (2, 2, ()),
    "float_power": (2, 2, ()),
    "exp10": (1, 1, ()),
    "fdim": (2, 2, ()),
    "conj": (1, 1, ()),
    "conjugate": (1, 1, ()),
    "real": (1, 1, ()),
    "imag": (1, 1, ()),
}
_MATH: dict[str, tuple[int, int, tuple[str, ...]]] = {"log": (1, 2, ()), "hypot": (1, _MANY, ())}


def arity_problem(entity: Known | CastTo, positional: int, keywords: tuple[str, ...]) -> str:
    """What is wrong with a call of `entity`, or an empty text."""
    name = f"np.{np.dtype(entity.scalar.dtype).name}" if isinstance(entity, CastTo) else entity.name
    fewest, most, allowed = (1, 1, ()) if isinstance(entity, CastTo) else _arity(entity)
    for keyword in keywords:
        if keyword not in allowed:
            return f"`{name}` takes no keyword `{keyword}` here"
    given = positional + len(keywords)
    if not fewest <= given <= most:
        expected = f"{fewest}" if fewest == most else f"{fewest} or more" if most == _MANY else f"{fewest} or {most}"
        return f"`{name}` takes {expected} argument{'s' * (expected != '1')}, {given} given"
    return ""


def _arity(entity: Known) -> tuple[int, int, tuple[str, ...]]:
    if entity.space == "builtin":
        return _BUILTINS[entity.name]
    if entity.space == "math" and entity.name in _MATH:
        return _MATH[entity.name]
    if entity.name in _COMPOSITES and entity.space in ("numpy", "dsl"):
        return _COMPOSITES[entity.name]
    arity = ops.BY_PYTHON[entity.key].arity
    return (arity, arity, ())
