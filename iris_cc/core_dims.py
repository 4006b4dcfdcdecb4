"""The core dimensions of a kernel of arrays, as the `signature=` of a generalised ufunc says them: `(m,n),(n)->(m)`.

NumPy's whole grammar: names, fixed sizes `(3)`, optional dimensions `(n?)`, operands without any `()`.  No array is
known here.
"""

from __future__ import annotations

import re

from iris_cc.records import record

_NAME = r"[^\W\d]\w*"
_DIM = rf"\s*(?:{_NAME}|\d+)\s*\??\s*"
_OPERAND = rf"\s*\((?:{_DIM}(?:,{_DIM})*)?\s*\)\s*"
_OPERANDS = rf"{_OPERAND}(?:,{_OPERAND})*"
_SIGNATURE = re.compile(rf"{_OPERANDS}->{_OPERANDS}")


@record
class CoreDim:
    """One core dimension: what it is called, its size if that is fixed, and whether an operand may lack it."""

    name: str
    size: int | None
    optional: bool

    def __str__(self) -> str:
        return f"{self.name}{'?' if self.optional else ''}"


Operand = tuple[CoreDim, ...]


@record
class Signature:
    """The core dimensions of each input and each output."""

    inputs: tuple[Operand, ...]
    outputs: tuple[Operand, ...]

    @property
    def dims(self) -> tuple[CoreDim, ...]:
        """Each dimension once, in the order in which NumPy tells a loop their sizes."""
        found: dict[str, CoreDim] = {}
        for operand in (*self.inputs, *self.outputs):
            for dim in operand:
                found.setdefault(dim.name, dim)
        return tuple(found.values())

    def __str__(self) -> str:
        sides = (self.inputs, self.outputs)
        return "->".join(",".join(f"({','.join(map(str, dims))})" for dims in side) for side in sides)


def parse(text: str) -> Signature:
    """The signature that `text` says; ValueError for what NumPy would not take either."""
    if not isinstance(text, str):
        raise TypeError(f"signature must be a str such as '(n),(n)->()', not {type(text).__name__}")
    if not _SIGNATURE.fullmatch(text):
        raise ValueError(f"not a signature of core dimensions: {text!r}; write it as '(n),(n)->()'")
    inputs, outputs = (tuple(map(_operand, re.findall(_OPERAND, side))) for side in text.split("->"))
    signature = Signature(inputs, outputs)
    for dim in signature.dims:
        alike = [each for operand in (*inputs, *outputs) for each in operand if each.name == dim.name]
        if any(each.optional != dim.optional for each in alike):
            raise ValueError(f"signature {text!r}: the dimension {dim.name} is optional in some operands only")
        if dim.size == 0:
            raise ValueError(f"signature {text!r}: a core dimension of fixed size has at least one place")
    return signature


def _operand(text: str) -> Operand:
    words = text.strip()[1:-1].split(",")
    return tuple(_dim(word.strip()) for word in words if word.strip())


def _dim(word: str) -> CoreDim:
    name = word.rstrip("?").strip()
    return CoreDim(name, int(name) if name.isdecimal() else None, word.endswith("?"))
