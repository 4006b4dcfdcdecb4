"""Indices and slices of arrays: Python's meaning, in operations on int64.

A negative index counts from the end, and one outside raises; a slice is cut to what there is.  Lowering gives typed
indices and gets places.  It knows no syntax and emits no load or store.
"""

from __future__ import annotations

import numpy as np

from iris_cc import codes
from iris_cc.frontend.emit import Emit, name_of
from iris_cc.frontend.values import Value, View, ViewAxis
from iris_cc.ir import ops
from iris_cc.ir.nodes import Atom, Const, Fault, Var
from iris_cc.ir.ops import Op
from iris_cc.ir.types import BOOL, I64, U64
from iris_cc.records import record, replace


@record
class Cut:
    """A slice: what stands before, between and after the colons."""

    start: Value | None
    stop: Value | None
    step: Value | None


Item = Value | Cut


def number(value: int) -> Const:
    return Const(value, I64)


class Arithmetic:
    """Operations on int64 atoms, done at once where they are constants."""

    def __init__(self, e: Emit) -> None:
        self.e = e

    def op(self, row: Op, left: Atom, right: Atom) -> Atom:
        match left, right:
            case Const(int(a)), Const(int(b)):
                return number(_folded(row, a, b))
            case _, Const(0) if row in (ops.ADD, ops.SUB):
                return left
            case Const(0), _ if row is ops.ADD:
                return right
            case _, Const(1) if row is ops.MUL:
                return left
            case Const(1), _ if row is ops.MUL:
                return right
            case _:
                return self.e.op(row, left, right)

    def add(self, left: Atom, right: Atom) -> Atom:
        return self.op(ops.ADD, left, right)

    def sub(self, left: Atom, right: Atom) -> Atom:
        return self.op(ops.SUB, left, right)

    def mul(self, left: Atom, right: Atom) -> Atom:
        return self.op(ops.MUL, left, right)

    def smaller(self, left: Atom, right: Atom) -> Atom:
        return left if left == right else self.op(ops.MIN, left, right)

    def larger(self, left: Atom, right: Atom) -> Atom:
        return left if left == right else self.op(ops.MAX, left, right)


def _folded(row: Op, left: int, right: int) -> int:
    """By NumPy's function, which wraps."""
    with np.errstate(over="ignore"):
        return int(getattr(np, row.numpy)(np.int64(left), np.int64(right)))


class Indexing(Arithmetic):
    """Places of views."""

    def __init__(self, e: Emit) -> None:
        super().__init__(e)
        self.below: dict[Var, Atom] = {}  # what indices of loops that begin at 0 or later are below

    # -- one index --

    def place(self, value: Value, extent: Atom) -> Atom:
        """The place that an index means, which is checked to exist."""
        if not self.is_index(value):
            return number(0)
        if value.literal is not None:
            return self.known_place(int(value.literal), extent)
        return self.found_place(value, extent)

    def is_index(self, value: Value) -> bool:
        if value.scalar.is_integer:
            return True
        self.e.error(codes.E0410, f"an index is {name_of(value.type)}", name_of(value.type))
        return False

    def known_place(self, index: int, extent: Atom) -> Atom:
        if isinstance(extent, Const):
            size = int(extent.value)
            if not -size <= index < size:
                self.e.check(Const(False, BOOL), Fault.INDEX)
            return number(index % size if size else 0)
        if not I64.holds(index):
            self.e.check(Const(False, BOOL), Fault.INDEX)
            return number(0)
        place = number(index) if index >= 0 else self.add(extent, number(index))
        first = self.e.op(ops.LT, place, extent) if index >= 0 else self.e.op(ops.GE, place, number(0))
        self.e.check(first, Fault.INDEX)
        return place

    def found_place(self, value: Value, extent: Atom) -> Atom:
        index = self.e.atom(value)
        if index.type is U64:
            fits = self.e.within(index, I64)
            assert fits is not None
            self.e.check(fits, Fault.INDEX)
        index = self.e.builder.cast(index, I64)
        if isinstance(index, Var) and self.below.get(index) == extent:
            return index
        if value.scalar.is_signed:
            negative = self.e.op(ops.LT, index, number(0))
            index = self.e.op(ops.SEL, negative, self.add(index, extent), index)
        exists = self.e.op(ops.LT, index, extent)
        if value.scalar.is_signed:
            exists = self.e.op(ops.AND, self.e.op(ops.GE, index, number(0)), exists)
        self.e.check(exists, Fault.INDEX)
        return index

    # -- views --

    def base(self, axis: ViewAxis, place: Atom) -> Atom:
        """The index along the axis of the array for a place along one of a view."""
        return self.add(axis.start, self.mul(place, axis.step))

    def held(self, view: View, places: tuple[Atom, ...]) -> View:
        """`view` with its first axes held at places that exist."""
        indices = list(view.held)
        for axis, place in zip(view.axes, places, strict=False):
            indices[axis.base] = self.base(axis, place)
        return replace(view, held=tuple(indices), axes=view.axes[len(places) :])

    def item(self, view: View, items: tuple[Item, ...]) -> View:
        """`view[items]`, one for each of its first axes."""
        indices, axes = list(view.held), []
        for axis, item in zip(view.axes, items, strict=False):
            match item:
                case Value():
                    indices[axis.base] = self.base(axis, self.place(item, axis.extent))
                case Cut():
                    axes.append(self.cut(axis, item))
        return replace(view, held=tuple(indices), axes=(*axes, *view.axes[len(items) :]))

    def cut(self, axis: ViewAxis, cut: Cut) -> ViewAxis:
        step = 1
        if cut.step is not None:
            known = cut.step.literal
            if not isinstance(known, int) or known == 0 or not I64.holds(known):
                self.e.error(codes.E0411, "the step of a slice is a constant that is not 0")
                return axis
            step = int(known)
        n = axis.extent
        low, high = (number(0), n) if step > 0 else (number(-1), self.sub(n, number(1)))
        first = (low if step > 0 else high) if cut.start is None else self.bound(cut.start, n, low, high)
        last = (high if step > 0 else low) if cut.stop is None else self.bound(cut.stop, n, low, high)
        distance = self.sub(last, first) if step > 0 else self.sub(first, last)
        extent = distance if cut.start is None and cut.stop is None else self.larger(distance, number(0))
        if abs(step) > 1:
            extent = self.divided(self.add(extent, number(abs(step) - 1)), abs(step))
        return ViewAxis(axis.base, self.base(axis, first), self.mul(axis.step, number(step)), extent)

    def divided(self, total: Atom, by: int) -> Atom:
        if isinstance(total, Const):
            return number(int(total.value) // by)
        return self.e.op(ops.FDIV, total, number(by))

    def bound(self, value: Value, n: Atom, low: Atom, high: Atom) -> Atom:
        """A bound of a slice: from the end if negative, and no further than there are places."""
        if not self.is_index(value):
            return low
        if value.literal is not None:
            index = min(max(int(value.literal), I64.lowest), I64.highest)
            if index < 0:
                return self.larger(self.add(n, number(index)), low)
            return self.smaller(number(index), high)
        index_atom = self.e.atom(value)
        if index_atom.type is U64:
            index_atom = self.e.op(ops.MIN, index_atom, Const(I64.highest, U64))
        found = self.e.builder.cast(index_atom, I64)
        if value.scalar.is_signed:
            negative = self.e.op(ops.LT, found, number(0))
            found = self.e.op(ops.SEL, negative, self.add(found, n), found)
        return self.smaller(self.larger(found, low), high)


def whole(extents: tuple[Atom, ...]) -> tuple[ViewAxis, ...]:
    """The axes of an array as it is."""
    return tuple(ViewAxis(k, number(0), number(1), extent) for k, extent in enumerate(extents))
