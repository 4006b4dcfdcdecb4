"""The operations programs are made of, and their types: found by running each on NumPy scalars of every type.

An entry is Python text with operands `_0`, `_1`, `_2`.  What NumPy or Python refuses with TypeError is kept apart: the
compiler must refuse it too.  Entries whose bits are not fixed (float powers, transcendental functions) are `BOUNDED`.
"""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from tests.fuzz.words import FLOATS, INTEGERS, STRONG, TRUTHS, WEAK, WORDS, make, word_of

Types = tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """`first` and `rest` limit the operand types; `same` asks for equal ones, `only` for certain results."""

    text: str
    weight: float = 1.0
    first: Types = WORDS
    second: Types = WORDS
    third: Types = WORDS
    same: bool = False
    only: Types = WORDS
    strong: bool = False  # not all operands are Python scalars

    @property
    def arity(self) -> int:
        return 1 + max(k for k in range(3) if f"_{k}" in self.text)

    def operand_types(self) -> Iterator[Types]:
        for types in itertools.product(*(self.first, self.second, self.third)[: self.arity]):
            if self.same and len(set(types[-2:])) > 1:
                continue
            if self.strong and all(word in WEAK for word in types):
                continue
            yield types


_WHOLE = INTEGERS + TRUTHS
_UNSIGNED = ("u1", "u2", "u4", "u8", "b1")
_CONDITIONS = ("b1", "bool", "b1", "i4", "u8", "f8", "int", "float")


def _entries() -> Iterator[Entry]:
    for op in ("+", "-", "*"):
        yield Entry(f"_0 {op} _1", 6)
    for op in ("/", "//", "%"):
        yield Entry(f"_0 {op} _1", 3)
    for op in ("&", "|", "^"):
        yield Entry(f"_0 {op} _1", 2, _WHOLE, _WHOLE)
    for op in ("<", "<=", ">", ">=", "==", "!="):
        yield Entry(f"_0 {op} _1", 2)
    yield Entry("_0 << _1", 2, _WHOLE, _WHOLE, strong=True)
    yield Entry("_0 << (_1 & 15)", 1, _WHOLE, _WHOLE)
    yield Entry("_0 << 3", 0.5, _WHOLE)
    yield Entry("_0 >> _1", 2, _WHOLE, _WHOLE)
    yield Entry("_0 >> (_1 & 7)", 1, _WHOLE, _WHOLE)
    yield Entry("_0 ** _1", 0.6, _WHOLE, _UNSIGNED, strong=True, only=_WHOLE)
    yield Entry("_0 ** (_1 & 3)", 0.6, _WHOLE, _WHOLE, only=_WHOLE)
    for power in (0, 1, 2, 3, 5, 11):
        yield Entry(f"_0 ** {power}", 0.25, _WHOLE, only=_WHOLE)
    yield Entry("pow(_0, 3)", 0.3, _WHOLE, only=_WHOLE)
    yield Entry("2 ** (_0 & 7)", 0.3, _WHOLE, only=_WHOLE)
    yield Entry("np.power(_0, _1)", 0.3, _WHOLE, _UNSIGNED, strong=True, only=_WHOLE)
    for op in ("-", "+", "~"):
        yield Entry(f"{op}_0", 2)
    yield Entry("not _0", 2)
    yield from _calls()


def _calls() -> Iterator[Entry]:
    for builtin, weight in (("abs", 2), ("round", 1.5), ("int", 1.5), ("float", 1.5), ("bool", 1)):
        yield Entry(f"{builtin}(_0)", weight)
    for digits in (0, 1, 2, 5, 0):
        yield Entry(f"round(_0, {digits})", 0.15, STRONG)
        yield Entry(f"np.round(_0, {digits})", 0.1, ("f4", "f8", "float"))
    for builtin in ("min", "max"):
        yield Entry(f"{builtin}(_0, _1)", 1.5, same=True)
        yield Entry(f"{builtin}(_0, _1, _2)", 0.0)
    for one in (
        "absolute", "abs", "fabs", "sign", "negative", "positive", "floor", "ceil", "trunc", "rint", "isnan", "isinf",
        "isfinite", "signbit", "sqrt", "square", "reciprocal", "logical_not", "invert", "bitwise_not", "round",
        "around",
    ):  # fmt: skip
        yield Entry(f"np.{one}(_0)", 0.5)
    for two in (
        "add", "subtract", "multiply", "divide", "true_divide", "floor_divide", "remainder", "mod", "fmod", "minimum",
        "maximum", "fmin", "fmax", "copysign", "nextafter", "logical_and", "logical_or", "logical_xor", "less",
        "less_equal", "greater", "greater_equal", "equal", "not_equal", "bitwise_and", "bitwise_or", "bitwise_xor",
        "left_shift", "right_shift",
    ):  # fmt: skip
        yield Entry(f"np.{two}(_0, _1)", 0.5)
    yield Entry("np.where(_0, _1, _2)", 2.5, _CONDITIONS)
    yield Entry("np.clip(_0, _1, _2)", 1.5, same=True)
    for one in ("sqrt", "floor", "ceil", "fabs", "isnan", "isinf", "isfinite"):
        yield Entry(f"math.{one}(_0)", 0.4)
    yield Entry("math.trunc(_0)", 0.2)
    for two in ("copysign", "fmod"):
        yield Entry(f"math.{two}(_0, _1)", 0.3)


ENTRIES = tuple(entry for entry in _entries() if entry.weight)

_ONE_ARGUMENT = (
    "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "exp",
    "exp2", "expm1", "log", "log2", "log10", "log1p", "cbrt", "deg2rad", "rad2deg",
)  # fmt: skip
_MATH = ("sin", "cos", "exp", "log", "log1p", "expm1", "atan", "tanh", "erf", "erfc")
_NARROW = ("f4", "f8", "i2", "i4", "i8", "u2", "u4", "u8", "int", "float")
BOUNDED = (
    *(Entry(f"np.{each}(_0)", first=_NARROW) for each in _ONE_ARGUMENT),
    *(Entry(f"math.{each}(_0)") for each in _MATH),
    Entry("np.hypot(_0, _1)", 2, _NARROW, _NARROW),
    Entry("np.arctan2(_0, _1)", 2, _NARROW, _NARROW),
    Entry("np.power(_0, _1)", 2, FLOATS, FLOATS),
    Entry("_0 ** _1", 3, FLOATS, FLOATS, strong=True),
    Entry("_0 ** 2", 2, ("f4", "f8", "float")),
    Entry("_0 ** 3", 1, ("f4", "f8", "float")),
    Entry("_0 ** 0.5", 1, ("f4", "f8")),
    Entry("_0 ** -1", 1, ("f4", "f8")),
    Entry("np.float_power(_0, _1)", 1, ("f4", "f8"), ("f4", "f8", "i4")),
)


@cache
def result(text: str, types: Types) -> str | None:
    """The type `text` gives for operands of these types, "f2" and the like included; None for a TypeError."""
    scope = {f"_{k}": make(word, 1) for k, word in enumerate(types)} | {"np": np, "math": math}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return word_of(eval(text, scope))
        except TypeError:
            return None
        except (ArithmeticError, ValueError):
            return "unknown"


@cache
def producers(exact: bool = True) -> dict[str, list[tuple[Entry, list[Types]]]]:
    """For each type the entries that give it, with the operand types that do."""
    found: dict[str, list[tuple[Entry, list[Types]]]] = {word: [] for word in WORDS}
    for entry in ENTRIES if exact else BOUNDED:
        by_result: dict[str, list[Types]] = {}
        for types in entry.operand_types():
            word = result(entry.text, types)
            if word in WORDS and word in entry.only:
                by_result.setdefault(word, []).append(types)
        for word, choices in by_result.items():
            found[word].append((entry, choices))
    return found


@cache
def refused() -> list[tuple[Entry, Types, str | None]]:
    """What NumPy has no answer for, or only one in float16."""
    return [
        (entry, types, result(entry.text, types))
        for entry in ENTRIES
        for types in entry.operand_types()
        if result(entry.text, types) in (None, "f2")
    ]
