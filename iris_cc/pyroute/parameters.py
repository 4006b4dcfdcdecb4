"""The parameters of a function that has more than plain positional ones, and what its code says of its outputs.

Keyword-only parameters, `*args` and `**kwargs` become inputs like the others; those with a name are passed by it.
This module may not know what a ufunc is, except for the keywords of its call.
"""

from __future__ import annotations

import dis
import functools
import inspect
from collections.abc import Callable
from types import CodeType
from typing import Any

import numpy as np

from iris_cc.numpy_calls.arguments import require, unknown_keyword
from iris_cc.numpy_calls.request import WORDS
from iris_cc.records import record

_NUMBERS = (bool, int, float, complex)


@record(eq=False)
class Default:
    """A default that is no number, for an argument that a call left out: no operand, the function gets it as it is."""

    value: Any

    @classmethod
    def of(cls, value: Any) -> Any:
        return value if type(value) in _NUMBERS or isinstance(value, np.generic) else cls(value)


@record
class Bound:
    """A call as inputs by position, then by name; the positions left over; and the ufunc's own keywords."""

    inputs: tuple[Any, ...]
    names: tuple[str, ...]
    further: tuple[Any, ...]
    words: dict[str, Any]


class Parameters:
    """The parameters of `function`; `loose` where a call says how many inputs there are."""

    def __init__(self, function: Callable[..., Any], words: tuple[str, ...] = WORDS) -> None:
        self.words = words
        self.name = getattr(function, "__name__", "function")
        kinds = _parameters(function)
        self.positional = [each for each in kinds if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
        self.keyword_only = [each for each in kinds if each.kind is each.KEYWORD_ONLY]
        self.takes_more = any(each.kind is each.VAR_POSITIONAL for each in kinds)
        self.takes_names = any(each.kind is each.VAR_KEYWORD for each in kinds)
        self.loose = bool(self.keyword_only) or self.takes_more or self.takes_names

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Bound:
        """TypeError as Python's; a parameter comes before a keyword of the same name that is the ufunc's."""
        places = [each.name for each in self.positional]
        values = dict(zip(places, args))
        named, words = self._sorted(values, kwargs)
        for each in self.positional:
            if each.default is not each.empty:
                values.setdefault(each.name, Default.of(each.default))
        require(self.name, "positional", places, values)
        needed = [each.name for each in self.keyword_only if each.default is each.empty]
        require(self.name, "keyword-only", needed, named)
        inputs, rest = [values[place] for place in places], args[len(places) :]
        more, further = (rest, ()) if self.takes_more else ((), rest)
        return Bound((*inputs, *more, *named.values()), tuple(named), further, words)

    def _sorted(self, values: dict[str, Any], kwargs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The keywords that go by name, and the ufunc's; those of positional parameters go to `values`."""
        named: dict[str, Any] = {}
        words: dict[str, Any] = {}
        plain = {each.name for each in self.positional if each.kind is each.POSITIONAL_OR_KEYWORD}
        own = {each.name for each in self.keyword_only}
        for key, value in kwargs.items():
            if key in plain and key in values:
                raise TypeError(f"{self.name}() got multiple values for argument {key!r}")
            if key not in plain | own and key not in self.words and not self.takes_names:
                raise unknown_keyword(self.name, key)
            target = values if key in plain else words if key in self.words and key not in own else named
            target[key] = value
        return named, words


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # written in C, and silent about it
        return []


def promised_outputs(function: Callable[..., Any]) -> int | None:
    """How many outputs every `return` of the code shows; None where they do not show one number."""
    code = getattr(function, "__code__", None)
    return None if code is None else _promised_by(code)


@functools.lru_cache(maxsize=256)
def _promised_by(code: CodeType) -> int | None:
    counts: set[int] = set()
    before: dis.Instruction | None = None
    for step in dis.get_instructions(code):
        if step.opname == "RETURN_CONST":
            counts.add(_length(step))
        elif step.opname == "RETURN_VALUE":
            counts.add(0 if before is None or step.is_jump_target else _length(before))
        before = step
    return counts.pop() if len(counts) == 1 and counts != {0} else None


def _length(step: dis.Instruction) -> int:
    """The length of the tuple that `step` makes; 0 for no tuple."""
    if step.opname == "BUILD_TUPLE":
        return int(step.arg or 0)
    return len(step.argval) if "CONST" in step.opname and isinstance(step.argval, tuple) else 0
