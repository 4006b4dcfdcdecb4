"""Functions made from text: long expressions, and one kernel for each elementary function.

The text is known to `linecache`, so whoever wants the source of such a function finds it.
"""

from __future__ import annotations

import linecache
import math
from collections.abc import Callable
from typing import Any

import numpy as np

_TWO_ARGUMENTS = frozenset({"power", "arctan2", "hypot"})
_IN_MATH_ONLY = frozenset({"erf", "erfc"})
_OPERANDS = ("x", "y", "z")


def function_of(name: str, text: str) -> Callable[..., Any]:
    """The function `name` that `text` defines."""
    file = f"<benchmark {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    space: dict[str, Any] = {"np": np, "math": math, "__name__": __name__}
    exec(compile(text, file, "exec"), space)
    function: Callable[..., Any] = space[name]
    return function


def unary_text(name: str) -> str:
    """A kernel that is one elementary function."""
    module = "math" if name in _IN_MATH_ONLY else "np"
    operands = "x, y" if name in _TWO_ARGUMENTS else "x"
    return f"def {name}_of({operands}):\n    return {module}.{name}({operands})\n"


def steps(operations: int) -> list[tuple[str, str]]:
    """The operators and right operands of a chain of so many operations; values stay near 1 for operands in [0, 1]."""
    made: list[tuple[str, str]] = []
    for number in range(operations):
        operand = _OPERANDS[number % 3]
        match number % 5:
            case 0:
                made.append(("*", operand))
            case 1:
                made.append(("+", _OPERANDS[(number + 1) % 3]))
            case 2:
                made.append(("-", f"{0.25 + number % 7 / 64}"))
            case 3:
                made.append(("*", f"{0.5 + number % 11 / 32}"))
            case _:
                made.append(("+", operand))
    return made


def chain_text(name: str, operations: int) -> str:
    """A kernel of three operands, one assignment for each operation."""
    lines = [f"def {name}(x, y, z):", "    t = x"]
    lines += [f"    t = t {operator} {operand}" for operator, operand in steps(operations)]
    return "\n".join([*lines, "    return t", ""])


def chain_expression(operations: int) -> str:
    """The same as one expression, for contenders that take no statements."""
    text = "x"
    for operator, operand in steps(operations):
        text = f"({text} {operator} {operand})"
    return text


def size_text(name: str, operations: int) -> str:
    """A kernel of about so many operations that keeps several values alive, as long kernels do."""
    names = ["x", "y", "z"]
    lines = [f"def {name}(x, y, z):"]
    for number in range(operations // 3):
        first, second = names[-1 - number % 3], names[-1 - (number * 7 + 2) % min(len(names), 12)]
        lines.append(f"    v{number} = {first} * {0.25 + number % 97 / 400} + {second} * 0.5")
        names.append(f"v{number}")
    return "\n".join([*lines, f"    return {' + '.join(names[-4:])}", ""])
