"""Scalar types, and the one table of their spellings.

Weak Python scalars are not here: they exist during inference only, in the front end.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal

Kind = Literal["bool", "int", "uint", "float"]


class Scalar(Enum):
    """name = (kind, bits, C spelling, NumPy dtype code)."""

    #       kind     bits  C           dtype
    BOOL = ("bool",  8,    "bool",     "b1")  # fmt: skip
    I8   = ("int",   8,    "int8_t",   "i1")  # fmt: skip
    I16  = ("int",   16,   "int16_t",  "i2")  # fmt: skip
    I32  = ("int",   32,   "int32_t",  "i4")  # fmt: skip
    I64  = ("int",   64,   "int64_t",  "i8")  # fmt: skip
    U8   = ("uint",  8,    "uint8_t",  "u1")  # fmt: skip
    U16  = ("uint",  16,   "uint16_t", "u2")  # fmt: skip
    U32  = ("uint",  32,   "uint32_t", "u4")  # fmt: skip
    U64  = ("uint",  64,   "uint64_t", "u8")  # fmt: skip
    F32  = ("float", 32,   "float",    "f4")  # fmt: skip
    F64  = ("float", 64,   "double",   "f8")  # fmt: skip

    def __init__(self, kind: Kind, bits: int, c: str, dtype: str) -> None:
        self.kind: Kind = kind
        self.bits = bits
        self.c = c
        self.dtype = dtype

    __hash__ = object.__hash__  # members are singletons, and Enum's own hash is a call of Python code

    @property
    def is_float(self) -> bool:
        return self.kind == "float"

    @property
    def is_integer(self) -> bool:
        return self.kind in ("int", "uint")

    @property
    def is_signed(self) -> bool:
        return self.kind == "int"

    def wrap(self, value: int) -> int:
        """The integer this type holds after `value` wrapped around: two's complement, as NumPy."""
        value &= (1 << self.bits) - 1
        return value - (1 << self.bits) if self.kind == "int" and value >> (self.bits - 1) else value

    def holds(self, value: int) -> bool:
        return self.wrap(value) == value

    @property
    def lowest(self) -> int:
        """The smallest number of an integer type."""
        return -(1 << (self.bits - 1)) if self.is_signed else 0

    @property
    def highest(self) -> int:
        """The largest number of an integer type."""
        return self.lowest + (1 << self.bits) - 1

    def within(self, other: Scalar) -> bool:
        """Whether `other` has room for every number of this one; both are integer types."""
        return other.lowest <= self.lowest and self.highest <= other.highest

    def __str__(self) -> str:
        return self.name.lower()

    __repr__ = __str__


BOOL, I8, I16, I32, I64, U8, U16, U32, U64, F32, F64 = Scalar

SIGNED = (I8, I16, I32, I64)
UNSIGNED = (U8, U16, U32, U64)
INTEGERS = SIGNED + UNSIGNED
FLOATS = (F32, F64)
NUMBERS = INTEGERS + FLOATS
BITS = (BOOL, *INTEGERS)
ALL = (BOOL, *NUMBERS)

BY_NAME = {str(scalar): scalar for scalar in Scalar}
BY_DTYPE = {scalar.dtype: scalar for scalar in Scalar}
