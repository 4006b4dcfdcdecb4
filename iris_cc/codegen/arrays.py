"""Arrays inside a kernel as C: what is declared for one, and the text of one place in it.

    (uint64_t)i < (uint64_t)n && (uint64_t)j < (uint64_t)m      whether the place exists
    *(iris_mem_f64 *)(a + i * step + j * step_1)                an array of the caller's: extents and steps are given
    t[i * 4 + j]                                                a local one, in C order

Small local arrays of known extents lie on the stack, the others where `iris_zeros` finds room.  Statements are the
walk's business, and so is where an array of the caller's lies.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from iris_cc.ir.nodes import Alloc, Array, ArrayParam, Atom, Const, Function, Var
from iris_cc.ir.types import BOOL
from iris_cc.ir.walk import arrays, statements, variables
from iris_cc.records import record

# Bytes of local arrays on the stack: of one, and of all of a function together.
_MOST_OF_ONE, _MOST_OF_ALL = 1 << 14, 1 << 16

Spell = Callable[[Atom], str]


@record
class Layout:
    """How one array is written: its pointer, and its extents and steps as text; a local one has no steps."""

    array: Array
    pointer: str
    extents: tuple[str, ...]
    steps: tuple[str, ...] = ()

    def exists(self, indices: Sequence[str]) -> str:
        """The condition that the place exists; empty where there are no axes."""
        pairs = zip(indices, self.extents, strict=True)
        return " && ".join(f"(uint64_t){index} < (uint64_t){extent}" for index, extent in pairs)

    def place(self, indices: Sequence[str]) -> str:
        """The element there, as it lies in memory."""
        if self.array.is_local:
            return f"{self.pointer}[{self._in_c_order(indices)}]"
        offset = "".join(f" + {index} * {step}" for index, step in zip(indices, self.steps, strict=True))
        const = "" if self.array.is_writable else "const "
        return f"*({const}iris_mem_{self.array.type} *)({self.pointer}{offset})"

    def value(self, indices: Sequence[str]) -> str:
        """The element there, as a value."""
        place = self.place(indices)
        return f"{place} != 0" if self.array.type is BOOL and not self.array.is_local else place

    def _in_c_order(self, indices: Sequence[str]) -> str:
        if not indices:
            return "0"
        flat = indices[0]
        for index, extent in zip(indices[1:], self.extents[1:], strict=True):
            flat = f"{f'({flat})' if ' ' in flat else flat} * {extent} + {index}"
        return flat


def of_param(param: ArrayParam, pointer: str, spell: Spell) -> Layout:
    extents, steps = (tuple(map(spell, each)) for each in _axes(param))
    return Layout(param.array, pointer, extents, steps)


def hints(fn: Function) -> dict[Var, str]:
    """The names of extents and steps: after the array that binds them, where they have none of their own."""
    found: dict[Var, str] = {}
    for param in fn.arrays:
        for word, atoms in zip(("extent", "step"), _axes(param), strict=True):
            for axis, var in enumerate(atoms):
                if isinstance(var, Var):
                    found.setdefault(var, var.hint or f"{array_hint(param.array)}_{word}{axis}")
    return found


def array_hint(array: Array) -> str:
    return array.hint or ("local" if array.is_local else "array")


def _axes(param: ArrayParam) -> tuple[tuple[Atom, ...], tuple[Atom, ...]]:
    return tuple(axis.extent for axis in param.axes), tuple(axis.step for axis in param.axes)


def named(fn: Function) -> frozenset[Array]:
    """The arrays that something loads from, stores to or allocates."""
    return frozenset(array for stmt in statements(fn.body) for array in arrays(stmt))


def read_inputs(fn: Function) -> frozenset[Var]:
    """The extents and steps that a load or a store needs."""
    known = named(fn) if fn.arrays else frozenset()
    return frozenset(
        var for param in fn.arrays if param.array in known for atoms in _axes(param) for var in variables(atoms)
    )


def on_stack(fn: Function) -> dict[Array, int]:
    """The local arrays that lie on the stack, with their numbers of places."""
    found: dict[Array, int] = {}
    room = _MOST_OF_ALL
    for stmt in statements(fn.body):
        if isinstance(stmt, Alloc) and (places := constant_places(stmt)) is not None:
            size = places * (stmt.array.type.bits // 8)
            if size <= min(room, _MOST_OF_ONE):
                found[stmt.array] = places
                room -= size
    return found


def on_heap(fn: Function) -> bool:
    """Whether a local array lies elsewhere, where there may be no room for it."""
    return sum(isinstance(stmt, Alloc) for stmt in statements(fn.body)) > len(on_stack(fn))


def constant_places(alloc: Alloc) -> int | None:
    """How many places an array has; None if that is known at run time only."""
    if not all(isinstance(extent, Const) for extent in alloc.extents):
        return None
    return math.prod(map(int, constant_extents(alloc)))


def constant_extents(alloc: Alloc) -> tuple[str, ...]:
    """The extents that are constants; one below zero is zero."""
    return tuple(str(max(int(extent.value), 0)) for extent in alloc.extents if isinstance(extent, Const))
