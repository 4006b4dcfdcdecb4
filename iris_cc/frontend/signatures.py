"""How many arguments each known function takes, before any type is known."""

from __future__ import annotations

import ast

import numpy as np

from iris_cc.frontend.composites import BY_SPELLING, MANY
from iris_cc.frontend.resolve import CastTo, KnownFunction
from iris_cc.ir import ops
from iris_cc.ir.types import Scalar


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


# Of functions of arrays: the fewest and the most positional arguments, and keywords.
_ARRAY_CALLS: dict[str, tuple[int, int, tuple[str, ...]]] = {
    "len": (1, 1, ()), "sum": (1, 2, ("start",)), "any": (1, 1, ()), "all": (1, 1, ()),
    "np.array": (1, 2, ("dtype",)), "np.asarray": (1, 2, ("dtype",)),
    **{f"np.{name}": (0, 2, ("shape", "dtype")) for name in ("empty", "zeros", "ones")},
    **{f"np.{name}_like": (1, 2, ("dtype",)) for name in ("empty", "zeros", "ones")},
    "np.full": (1, 3, ("shape", "fill_value", "dtype")), "np.full_like": (1, 3, ("fill_value", "dtype")),
}  # fmt: skip


def array_call_problem(name: str, positional: int, keywords: tuple[str, ...]) -> str:
    """What is wrong with a call of a function of arrays, or an empty text."""
    if name not in _ARRAY_CALLS:
        return f"`{name}` stands after `in` only"
    fewest, most, allowed = _ARRAY_CALLS[name]
    unknown = [keyword for keyword in keywords if keyword not in allowed]
    if unknown:
        return f"`{name}` takes no keyword `{unknown[0]}` here"
    needed = max(fewest, 1) + name.startswith("np.full")
    if positional > most or positional + len(keywords) < needed:
        return f"`{name}` takes {needed} to {most} arguments, {positional + len(keywords)} given"
    return ""


def is_dtype(node: ast.expr) -> bool:
    """Whether an argument is a dtype by its form, which is no value: `np.float32`, `x.dtype`, `"f4"`, `float`."""
    match node:
        case ast.Attribute(attr="dtype") | ast.Constant(value=str()):
            return True
        case ast.Attribute(attr=name):
            return name in _DTYPES
        case ast.Name(id=name):
            return name in _DTYPES or name in ("float", "int", "bool")
        case _:
            return False


_DTYPES = frozenset(np.dtype(scalar.dtype).name for scalar in Scalar) | {"bool_"}
