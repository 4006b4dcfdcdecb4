"""What the words of a command line mean: types, numbers, sizes.  Raises UsageProblem and knows no command."""

from __future__ import annotations

from typing import Any

import numpy as np

from iris_cc.api import Kernel
from iris_cc.cli.problems import UsageProblem

TARGET_HELP = "the kernel; also package.module:NAME, or a file of DSL text"
TYPES_HELP = "f8, i4, ..., or float, int, bool for a Python scalar (default: f8 each)"
NDIM_HELP = "dimensions, for a kernel with index symbols (default: 1)"

_PYTHON = {"float": float, "int": int, "bool": bool}
_TRUTH = {"true": True, "false": False}


def parse_types(text: str) -> tuple[Any, ...]:
    """`f8,float,i4`: dtypes, and Python's float, int and bool for scalars that give way to their partner."""
    return tuple(_parse_type(word.strip()) for word in text.split(",")) if text.strip() else ()


def _parse_type(word: str) -> Any:
    if word in _PYTHON:
        return _PYTHON[word]
    try:
        if word:
            return np.dtype(word)
    except (TypeError, ValueError, SyntaxError):
        pass
    raise UsageProblem(f"{word!r} is not a type: write f8, f4, i8, u1, ..., or float, int, bool for a Python scalar")


def types_for(kernel: Kernel, text: str | None) -> tuple[Any, ...]:
    """The types `--types` gives; without it, f8 for each parameter that has no default."""
    parameters = list(kernel.__signature__.parameters.values())
    required = [each.name for each in parameters if each.default is each.empty]
    if text is None:
        return (np.dtype("f8"),) * len(required)
    types = parse_types(text)
    if not len(required) <= len(types) <= len(parameters):
        names = ", ".join(each.name for each in parameters)
        raise UsageProblem(
            f"`{kernel.__name__}({names})` takes {_count(len(required), len(parameters))}, not {len(types)}"
        )
    return types


def _count(fewest: int, most: int) -> str:
    if fewest == most:
        return f"{most} type{'s' * (most != 1)}"
    return f"{fewest} to {most} types"


def parse_number(text: str) -> bool | int | float | None:
    """A Python scalar, or None where `text` is no number."""
    if text.lower() in _TRUTH:
        return _TRUTH[text.lower()]
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if isinstance(number, int) and not -(1 << 63) <= number < 1 << 63:
            raise UsageProblem(f"{text} does not fit in 64 bits")
        return number
    return None


def is_input(word: str) -> bool:
    """Whether a word can name a file or a number, and is no misspelt option."""
    return not word.startswith("-") or parse_number(word) is not None


def parse_shape(text: str) -> tuple[int, ...]:
    """`480,640` as a shape."""
    try:
        shape = tuple(int(word) for word in text.split(",") if word.strip())
    except ValueError:
        shape = (-1,)
    if any(extent < 0 for extent in shape):
        raise UsageProblem(f"{text!r} is not a shape: write whole numbers with commas, such as 480,640")
    return shape


def type_name(word: Any) -> str:
    """The word for a type: `f8`, or `float` for a Python scalar."""
    return str(word.__name__) if isinstance(word, type) else np.dtype(word).str[1:]
