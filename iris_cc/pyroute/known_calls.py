"""What calls of known functions give: Python's builtins, `math`, NumPy's ufuncs and types.

A function that has no rule here gives `UNKNOWN`.  This module may not know syntax.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from iris_cc.pyroute.kinds import (
    NEVER,
    UNKNOWN,
    Kind,
    KnownObject,
    Number,
    Several,
    by_loop,
    join,
    join_all,
    operate,
)

# Functions of NumPy whose result has a type that only the types of their arguments decide.
_BY_SAMPLE = frozenset(
    getattr(np, name)
    for name in (
        *("where", "clip", "round", "around", "real", "imag", "nan_to_num", "sinc", "interp", "angle", "i0", "fix"),
        *("polyval", "conj", "isclose", "iscomplex", "isreal", "isposinf", "isneginf"),
    )
)
_MATH = frozenset(name for name in dir(math) if not name.startswith("_"))
_MATH_INT = frozenset(("ceil", "comb", "factorial", "floor", "gcd", "isqrt", "lcm", "perm", "trunc"))
_MATH_BOOL = frozenset(("isclose", "isfinite", "isinf", "isnan"))
_MATH_SEVERAL: Mapping[str, Kind] = {
    "frexp": Several((Number(float), Number(int))),
    "modf": Several((Number(float), Number(float))),
}


def call(function: Any, args: Sequence[Kind], named: Mapping[str, Kind]) -> Kind:
    """What `function(*args, **named)` gives for values of these kinds."""
    if NEVER in (*args, *named.values()):
        return NEVER
    try:
        rule = _BUILTINS.get(function)
    except TypeError:  # unhashable
        return UNKNOWN
    if rule is not None:
        return UNKNOWN if named else rule(args)
    if isinstance(function, type) and issubclass(function, np.generic):
        return _cast(function, args)
    if isinstance(function, np.ufunc):
        numbers = [each for each in args if isinstance(each, Number)]
        return by_loop(function, *numbers) if len(numbers) == len(args) and not named else UNKNOWN
    name = getattr(function, "__name__", "")
    if name in _MATH and getattr(math, name) is function:
        return _math(name)
    return _by_sample(function, args) if function in _BY_SAMPLE and not named else UNKNOWN


def _cast(scalar: type[np.generic], args: Sequence[Kind]) -> Kind:
    try:
        dtype = np.dtype(scalar)
    except TypeError:
        return UNKNOWN
    plain = len(args) < 2 and dtype.kind in "?biufc" and all(isinstance(each, Number) for each in args)
    return Number(dtype) if plain else UNKNOWN


def _math(name: str) -> Kind:
    if name in _MATH_SEVERAL:
        return _MATH_SEVERAL[name]
    if name in ("prod", "sumprod"):
        return UNKNOWN
    return Number(int if name in _MATH_INT else bool if name in _MATH_BOOL else float)


def _by_sample(function: Callable[..., Any], args: Sequence[Kind]) -> Kind:
    """The type of the result for ones of these types."""
    samples = [_sample(each) for each in args]
    if any(each is None for each in samples):
        return UNKNOWN
    try:
        with np.errstate(all="ignore"):
            found = function(*samples)
    except (TypeError, ValueError, OverflowError):
        return UNKNOWN
    if isinstance(found, (np.generic, np.ndarray)) and np.ndim(found) == 0 and found.dtype.kind not in "OSUVT":
        return Number(found.dtype)
    return UNKNOWN


def _sample(kind: Kind) -> Any:
    """A value of this kind; None for none."""
    if isinstance(kind, Number):
        if kind.single is not None:
            return kind.single
        return kind.kind(1) if isinstance(kind.kind, type) else np.ones((), kind.kind)[()] if kind.is_plain else None
    if isinstance(kind, KnownObject) and isinstance(kind.value, (list, np.ndarray)):
        return kind.value
    return None


# -- Python's builtins --


def _abs(args: Sequence[Kind]) -> Kind:
    match args:
        case [Number(kind) as value] if value.is_plain:
            if not value.is_weak:
                return by_loop(np.absolute, value)
            return Number(float if kind is complex else int if kind is bool else kind)
    return UNKNOWN


def _extreme(args: Sequence[Kind]) -> Kind:
    if len(args) == 1:
        return join_all(args[0].parts) if isinstance(args[0], Several) else UNKNOWN
    return join_all(args)


def _round(args: Sequence[Kind]) -> Kind:
    match args:
        case [Number() as value] | [Number() as value, KnownObject(None)] if value.dtype.kind in "biuf":
            return Number(int) if value.dtype.kind != "b" or value.is_weak else UNKNOWN
        case [Number() as value, Number()] if value.dtype.kind in "iuf":
            return Number(value.kind)
    return UNKNOWN


def _weak(kind: type, letters: str) -> Callable[[Sequence[Kind]], Kind]:
    def rule(args: Sequence[Kind]) -> Kind:
        known = all(isinstance(each, Number) and each.dtype.kind in letters for each in args)
        return Number(kind) if known and len(args) <= 1 else UNKNOWN

    return rule


def _always(kind: type) -> Callable[[Sequence[Kind]], Kind]:
    return lambda args: Number(kind)


def _power(args: Sequence[Kind]) -> Kind:
    return operate(ast.Pow, *args) if len(args) == 2 else UNKNOWN


def _divmod(args: Sequence[Kind]) -> Kind:
    if len(args) != 2:
        return UNKNOWN
    quotient, rest = operate(ast.FloorDiv, *args), operate(ast.Mod, *args)
    return Several((quotient, rest)) if isinstance(quotient, Number) and isinstance(rest, Number) else UNKNOWN


def _sum(args: Sequence[Kind]) -> Kind:
    match args:
        case [Several(parts)] | [Several(parts), _]:
            total = args[1] if len(args) == 2 else Number(int, frozenset([0]))
            for each in parts:
                total = operate(ast.Add, total, each)
            return total
        case _:
            return UNKNOWN


def repeated_sum(element: Kind) -> Kind:
    """The sum of any number of values of one kind."""
    total: Kind = Number(int, frozenset([0]))
    for _ in range(8):
        wider = join(total, operate(ast.Add, total, element))
        if wider == total:
            return total
        total = wider
    return UNKNOWN


_BUILTINS: Mapping[Any, Callable[[Sequence[Kind]], Kind]] = {
    abs: _abs,
    min: _extreme,
    max: _extreme,
    round: _round,
    int: _weak(int, "biufmSU"),
    float: lambda args: Number(float),
    bool: _always(bool),
    complex: _always(complex),
    pow: _power,
    divmod: _divmod,
    sum: _sum,
    len: _always(int),
    hash: _always(int),
    ord: _always(int),
    isinstance: _always(bool),
    issubclass: _always(bool),
    callable: _always(bool),
    hasattr: _always(bool),
    any: _always(bool),
    all: _always(bool),
    print: lambda args: KnownObject(None),
}
