"""The units of C that are no kernel: one file of `runtime_c/` each, built once per machine like any unit.

It may not know what is in them, nor when one is wanted.
"""

from __future__ import annotations

from functools import cache

from iris_cc.build import Unit
from iris_cc.codegen.runtime_c import read
from iris_cc.digest import hex_digest

_STATEMENTS = 300  # about what one holds: they are compiled at the full level


@cache
def unit(label: str, title: str) -> Unit:
    """The unit whose text is `iris_{label}.c`; people are told its title."""
    text = read(f"iris_{label}.c")
    return Unit(hex_digest(text), label, "call", 0, "strict", _STATEMENTS, lambda: text, {"kernel": title})
