"""A language is a row of differences: how it spells types, literals and functions.  The walk reads the row and never
asks which language it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from iris_cc.ir.nodes import Const, round_to_f32
from iris_cc.ir.types import BOOL, F32, F64, I8, I16, I32, I64, U32, U64, Scalar
from iris_cc.records import field, record
from iris_cc.target import LanguageName


@record
class Language:
    """One language of the C family."""

    name: LanguageName
    kernel: str  # qualifiers of the function of one element
    cast: str  # {T} the type, {0} the operand
    libm_f32: str  # {0} the name of the f64 function
    types: Mapping[Scalar, str] = field(default_factory=lambda: {scalar: scalar.c for scalar in Scalar})
    suffixes: Mapping[Scalar, str] = field(default_factory=lambda: {F32: "f", U32: "u", U64: "ULL"})
    lowest: Mapping[Scalar, str] = field(
        default_factory=lambda: {I8: "INT8_MIN", I16: "INT16_MIN", I32: "INT32_MIN", I64: "INT64_MIN"}
    )
    infinity: Mapping[Scalar, str] = field(default_factory=lambda: {F32: "IRIS_INF_F32", F64: "IRIS_INF_F64"})
    nan: Mapping[Scalar, str] = field(default_factory=lambda: {F32: "IRIS_NAN_F32", F64: "IRIS_NAN_F64"})


C = Language("c", kernel="IRIS_KERNEL", cast="({T}){0}", libm_f32="{0}f")

LANGUAGES: Mapping[LanguageName, Language] = {language.name: language for language in (C,)}


def literal(const: Const, language: Language, alone: bool = False) -> str:
    """The constant, exactly.  `alone` says that no other operand gives the expression its type."""
    value, type = const.value, const.type
    if type is BOOL:
        return "true" if value else "false"
    if type.is_float:
        return _float(float(value), type, language)
    return _integer(int(value), type, language, alone)


def _float(value: float, type: Scalar, language: Language) -> str:
    if math.isnan(value):
        return language.nan[type]
    if math.isinf(value):
        return language.infinity[type] if value > 0 else f"(-{language.infinity[type]})"
    digits = _shortest_f32(value) if type is F32 else repr(value)
    digits += "" if "." in digits or "e" in digits else ".0"
    return _parenthesised(f"{digits}{language.suffixes.get(type, '')}")


def _shortest_f32(value: float) -> str:
    """The fewest digits that any correct reader takes for this f32.

    A C compiler rounds decimal digits once, `float` and then f32 twice: digits count only where both neighbours agree.
    """
    for precision in range(1, 10):
        digits = f"{value:.{precision}g}"
        near = float(digits)
        around = (near, math.nextafter(near, math.inf), math.nextafter(near, -math.inf))
        if near == value or all(round_to_f32(number) == value for number in around):
            return digits
    return repr(value)


def _integer(value: int, type: Scalar, language: Language, alone: bool) -> str:
    if type.is_signed and value == type.wrap(1 << (type.bits - 1)):
        return language.lowest[type]
    suffix = language.suffixes.get(type, "")
    if type is I64 and (alone or not I32.holds(value)):
        suffix = "LL"
    return _parenthesised(f"{value}{suffix}")


def _parenthesised(text: str) -> str:
    """A minus of its own would join one before it."""
    return f"({text})" if text.startswith("-") else text
