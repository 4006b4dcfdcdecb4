"""How many arguments each known function takes, before any type is known."""

from __future__ import annotations

import numpy as np

from iris_cc.frontend.composites import BY_SPELLING, MANY
from iris_cc.frontend.resolve import CastTo, KnownFunction
from iris_cc.ir import ops


def arity_problem(entity: KnownFunction | CastTo, positional: int, keywords: tuple[str, ...]) -> str:
    """What is wrong with a call of `entity`, or an empty text."""
    name = f"np.{np.dtype(entity.scalar.dtype).name}" if isinstance(entity, CastTo) else entity.name
    fewest, most, allowed = (1, 1, ()) if isinstance(entity, CastTo) else _arity(entity)
    for keyword in keywords:
        if keyword not in allowed:
            return f"`{name}` takes no keyword `{keyword}` here"
    given = positional + len(keywords)
    if not fewest <= given <= most:
        expected = f"{fewest}" if fewest == most else f"{fewest} or more" if most == MANY else f"{fewest} or {most}"
        return f"`{name}` takes {expected} argument{'s' * (expected != '1')}, {given} given"
    return ""


def _arity(entity: KnownFunction) -> tuple[int, int, tuple[str, ...]]:
    """The fewest and the most positional arguments, and keywords."""
    if (composite := BY_SPELLING.get(entity.key)) is not None:
        return composite.arity, composite.most or composite.arity, composite.keywords
    arity = ops.BY_PYTHON[entity.key].arity
    return (arity, arity, ())
