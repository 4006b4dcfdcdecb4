"""Names for C: made from hints, unique in their function, never a word that C, a header or the unit uses already.

A user's name is a hint, whatever it holds; what comes out is ASCII, short, and the same in every run.
"""

from __future__ import annotations

import re
from functools import cache

from iris_cc.ir import ops
from iris_cc.ir.ops import Libm

_LONGEST = 40

_KEYWORDS = """
    alignas alignof asm auto bool break case char const constexpr continue default do double else enum extern false
    float for goto if inline int long main nullptr register restrict return short signed sizeof static static_assert
    struct switch thread_local true typedef typeof typeof_unqual union unsigned void volatile while
    and and_eq bitand bitor catch class compl concept delete explicit export friend mutable namespace new not not_eq
    operator or or_eq private protected public template this throw try typeid typename using virtual xor xor_eq
"""

# Macros that compilers define without being asked, in their default mode.
_PREDEFINED = "arm hpux i386 linux mips powerpc PPC sparc sun unix vax NULL EOF errno INFINITY NAN M_PI"


# What iris_base.h and iris_signal.h declare without a prefix of ours; the other headers declare the C library's
# mathematics.
_FIXED_WIDTH = """
    int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t INT8_MIN INT16_MIN INT32_MIN INT64_MIN
    clock_gettime
"""


@cache
def reserved() -> frozenset[str]:
    """Every word that a header may say, pasted or not, so that a name does not depend on what else a kernel does.

    Words with a prefix of ours are not listed: no name has one.
    """
    words = {*_KEYWORDS.split(), *_PREDEFINED.split(), *_FIXED_WIDTH.split()}
    for op in ops.TABLE:
        if isinstance(op.c, Libm):
            words.update((op.c.name, f"{op.c.name}f"))
    return frozenset(words)


def clean(hint: str, fallback: str) -> str:
    """`hint` as an identifier: other characters become `_`, and none leads."""
    word = re.sub(r"[^A-Za-z0-9_]", "_", hint[: 4 * _LONGEST]).strip("_")[:_LONGEST].rstrip("_")
    if not word:
        return fallback
    return f"v_{word}" if word[0].isdigit() or _is_ours(word) else word


def _is_ours(word: str) -> bool:
    """Headers and entries have these prefixes to themselves."""
    return word.lower().startswith(("iris_", "py"))


class Names:
    """The names of one C function."""

    def __init__(self, *taken: str) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    def claim(self, hint: str, fallback: str = "t") -> str:
        """A name like `hint` that nothing in this function has: `x`, then `x_1`, `x_2`."""
        stem = clean(hint, fallback)
        if hint and self._is_free(stem):
            self._taken.add(stem)
            return stem
        number = self._next.get(stem, 0) + 1
        joint = "_" if hint else ""
        while not self._is_free(f"{stem}{joint}{number}"):
            number += 1
        self._next[stem] = number
        name = f"{stem}{joint}{number}"
        self._taken.add(name)
        return name

    def _is_free(self, name: str) -> bool:
        return name not in self._taken and name not in reserved()
