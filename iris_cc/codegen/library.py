"""The declarations of the C library's functions, from the operation table.  Compilers may know some by their names.

`iris_math.h` says why others have names of our own; it holds the macro IRIS_LIBRARY and a place for what is made here.
"""

from __future__ import annotations

from iris_cc.ir import ops
from iris_cc.ir.ops import Libm


def declarations() -> str:
    """Of each function that a row names, for f64 and f32."""
    found = {op.c: op.arity for op in ops.TABLE if isinstance(op.c, Libm)}
    known = [line for libm, arity in found.items() if libm.builtin for line in _pair(libm.name, arity)]
    others = [libm for libm in found if not libm.builtin]
    declared = [line for libm in others for line in _pair(libm.name, found[libm], renamed=True)]
    words = [word for libm in others for word in (libm.name, f"{libm.name}f")]
    return "\n".join((*known, "", *declared, "", *(f"#define {word} iris_libm_{word}" for word in words)))


def _pair(name: str, arity: int, *, renamed: bool = False) -> list[str]:
    lines = []
    for type, word in (("double", name), ("float", f"{name}f")):
        parameters = ", ".join([type] * arity)
        text = f"iris_libm_{word}({parameters}) IRIS_LIBRARY({word})" if renamed else f"{word}({parameters})"
        lines.append(f"{type} {text};")
    return lines
