"""Lowers what a kernel does with arrays: subscripts, attributes, loads, stores, and arrays of its own.

An array is a reference that is known when the kernel is compiled; its elements are values like any others.  The
element type of a list, and of an output, is that of all that is stored there: it is assumed, and lowering begins again
while something wider is stored.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from iris_cc import codes
from iris_cc.frontend import calls, resolve
from iris_cc.frontend.indexing import Cut, Indexing, Item, number, whole
from iris_cc.frontend.joins import Meeting, meeting, paths_of, union
from iris_cc.frontend.resolve import ArrayFunction, CastTo, KnownFunction
from iris_cc.frontend.values import Paths, Reference, Result, Type, Value, View, Weak, literal, run_time
from iris_cc.ir import ops
from iris_cc.ir.builder import Builder
from iris_cc.ir.nodes import Access, Alloc, Array, Atom, Const, Fault, For, Load, Store, Var
from iris_cc.ir.types import BOOL, BY_DTYPE, F64, I64, Scalar

if TYPE_CHECKING:
    from iris_cc.frontend.expressions import Expressions

_NOTHING = Paths((F64,))  # what an array nobody stores to is taken for
_UNKNOWN = Paths((Weak.BOOL,))  # until something is stored: it joins with anything and changes no type
_FALSE = Const(False, BOOL)
_MOST_PLACES = 16  # of a small array that is copied or filled without a loop
_ATTRIBUTES = ("shape", "size", "ndim", "T")


class Elements:
    """The element types of arrays that take what is stored: those assumed, and those found so far."""

    def __init__(self, assumed: dict[object, Paths]) -> None:
        self.assumed = assumed
        self.found: dict[object, Paths] = {}
        self.made: set[object] = set()

    def meeting(self, key: object) -> Meeting:
        """The assumed type of an array's elements; where nothing is, that of what was stored so far."""
        self.made.add(key)
        return meeting(self.assumed.get(key) or self.found.get(key) or _UNKNOWN)

    def store(self, key: object, value: Value) -> None:
        before = self.found.get(key)
        self.found[key] = paths_of(value) if before is None else meeting(union(before, paths_of(value))).paths

    @property
    def wider(self) -> dict[object, Paths] | None:
        """What is to be assumed next; None if all that was stored is what was assumed."""
        after = dict.fromkeys(self.made, _NOTHING) | self.assumed
        for key, paths in self.found.items():
            known = self.assumed.get(key)
            after[key] = paths if known is None else meeting(union(known, paths)).paths
        return None if after == self.assumed else after


class Arrays:
    """What `walk` asks about arrays, while it lowers one kernel."""

    def __init__(self, walk: Expressions, elements: Elements) -> None:
        self.walk = walk
        self.e = walk.e
        self.index = Indexing(walk.e)
        self.elements = elements
        self.made = 0

    def array(self, type: Scalar, ndim: int, access: Access, hint: str = "") -> Array:
        self.made += 1
        return Array(self.made - 1, type, ndim, access, hint)

    # -- reading --

    def subscript(self, node: ast.Subscript) -> Result:
        errors = len(self.e.diagnostics)
        base = self.walk.expr(node.value)
        match base:
            case Value() if len(self.e.diagnostics) > errors:
                return base
            case View():
                items = self.items(node.slice, len(base.axes))
                self.walk.at(node)
                return self.read(self.index.item(base, items))
            case Value():
                self.walk.at(node)
                return self.e.error(codes.E0408, "a number has no elements")
            case _:
                return self.element_of_tuple(node, base)

    def read(self, view: View) -> Result:
        """An element where all axes are held, else the rest of the array."""
        return view if view.axes else self.load(view)

    def load(self, view: View) -> Value:
        met = self.elements.meeting(view.key) if view.widens else None
        out = self.e.builder.var(view.array.type if met is None else met.carrier, view.name)
        self.e.builder.add(Load(out, view.array, _indices(view), self.e.span))
        return run_time(view.element if met is None else met.type, out)

    def element(self, view: View, place: Atom) -> Result:
        """What lies at one place along the first axis, which exists."""
        return self.read(self.index.held(view, (place,)))

    def items(self, node: ast.expr, count: int) -> tuple[Item, ...]:
        """The typed indices and slices of a subscript, `...` as the full slices it stands for."""
        parts = node.elts if isinstance(node, ast.Tuple) else [node]
        dots = [k for k, part in enumerate(parts) if isinstance(part, ast.Constant) and part.value is ...]
        if len(parts) - len(dots) > count or len(dots) > 1:
            self.walk.at(node)
            self.e.error(codes.E0410, f"{len(parts) - len(dots)} indices for {count} axes")
            return ()
        found: list[Item] = []
        for part in parts:
            if isinstance(part, ast.Constant) and part.value is ...:
                found += [Cut(None, None, None)] * (count - len(parts) + 1)
            else:
                found.append(self.item(part))
        return tuple(found)

    def item(self, node: ast.expr) -> Item:
        if isinstance(node, ast.Slice):
            bounds = (node.lower, node.upper, node.step)
            return Cut(*(None if bound is None else self.walk.value(bound) for bound in bounds))
        return self.walk.value(node)

    def element_of_tuple(self, node: ast.Subscript, base: tuple[Result, ...]) -> Result:
        if isinstance(node.slice, ast.Slice):
            cut = self.item(node.slice)
            assert isinstance(cut, Cut)
            known = [None if each is None else each.literal for each in (cut.start, cut.stop, cut.step)]
            bounds = [each for each in known if each is None or isinstance(each, int)]
            if len(bounds) == 3 and bounds[2] != 0:
                return base[bounds[0] : bounds[1] : bounds[2]]
            return self.e.error(codes.E0411, "a slice of a tuple has constant bounds")
        index = self.walk.value(node.slice)
        self.walk.at(node)
        if isinstance(index.literal, int) and -len(base) <= index.literal < len(base):
            return base[index.literal]
        table = self.table(base)
        return self.read(self.index.item(table, (index,)))

    def table(self, values: tuple[Result, ...]) -> View:
        """A tuple of numbers, or of tuples of as many each, as an array, so that a computed index can choose."""
        extents = _extents(values)
        numbers = [each for part in values for each in _numbers(part)]
        if extents is None or not numbers:
            self.e.error(codes.E0411, "a computed index chooses among numbers, or among rows of as many each")
            return self.local(F64, (number(0),), "table")
        met = meeting(union(*map(paths_of, numbers)))
        view = self.local(met.type, tuple(map(number, extents)), "table")
        for place, value in zip(_places(extents), numbers, strict=True):
            self.put(view, place, self.e.carry(value, met)[0])
        return view

    def attribute(self, node: ast.Attribute, base: View) -> Result:
        sizes = tuple(self.size(axis.extent) for axis in base.axes)
        match node.attr:
            case "shape":
                return sizes
            case "ndim":
                return literal(len(sizes))
            case "size":
                total: Atom = number(1)
                for axis in base.axes:
                    total = self.index.mul(total, axis.extent)
                return self.size(total)
            case "T":
                return View(base.array, base.held, base.axes[::-1], base.element, base.name, base.key, base.is_list)
            case _:
                self.walk.at(node)
                return self.e.error(codes.E0411, f"`.{node.attr}` of an array is not supported")

    def size(self, extent: Atom) -> Value:
        """An extent as the Python int it is."""
        return literal(int(extent.value)) if isinstance(extent, Const) else run_time(Weak.INT, extent)

    def length(self, result: Result) -> Value:
        match result:
            case View(axes=axes) if axes:
                return self.size(axes[0].extent)
            case tuple():
                return literal(len(result))
            case _:
                return self.e.error(codes.E0408, "a number has no length")

    # -- storing --

    def store(self, target: ast.Subscript, result: Result) -> None:
        base = self.walk.expr(target.value)
        if not isinstance(base, View):
            self.walk.at(target)
            what = "a number has no elements" if isinstance(base, Value) else "a tuple cannot be stored to"
            self.e.error(codes.E0408 if isinstance(base, Value) else codes.E0411, what)
            return
        items = self.items(target.slice, len(base.axes))
        self.walk.at(target)
        self.assign(self.index.item(base, items), result)

    def assign(self, view: View, result: Result) -> None:
        """`view[...] = result`: one number, a number for all places, or an array of the same shape."""
        if not view.array.is_writable:
            self.e.error(codes.E0413, f"`{view.name or 'the array'}` is only read")
        elif isinstance(result, Value):
            self.everywhere(view, result)
        elif isinstance(result, View):
            self.copy(view, result)
        else:
            self.spread(view, result)

    def everywhere(self, view: View, value: Value) -> None:
        atom = self.stored(view, value)
        for place in self.places(tuple(axis.extent for axis in view.axes)):
            self.put(view, place, atom)

    def copy(self, view: View, source: View) -> None:
        if len(source.axes) != len(view.axes):
            self.e.error(codes.E0414, f"an array of {len(source.axes)} axes where {len(view.axes)} are expected")
            return
        for axis, other in zip(view.axes, source.axes, strict=True):
            self.same_size(axis.extent, other.extent)
        if source.array == view.array:  # as if all were read before any is stored
            kept = self.local(source.element, _sizes(source))
            self.copy(kept, source)
            source = kept
        for place in self.places(tuple(axis.extent for axis in view.axes)):
            value = self.load(self.index.held(source, place))
            self.put(view, place, self.stored(view, value))

    def spread(self, view: View, parts: tuple[Result, ...]) -> None:
        """A tuple or list into an array: one part for each place along the first axis."""
        if not view.axes:
            self.e.error(codes.E0409, "several values for one number")
            return
        self.same_size(view.axes[0].extent, number(len(parts)))
        for k, part in enumerate(parts):
            self.assign(self.index.held(view, (number(k),)), part)

    def stored(self, view: View, value: Value) -> Atom:
        """`value` as the array takes it."""
        if not view.widens:
            return self.e.atom(calls.cast(self.e, value, view.array.type))
        self.elements.store(view.key, value)
        atom, fits = self.e.carry(self.e.used(value), self.elements.meeting(view.key))
        self.check_fits(fits)
        return self.e.builder.cast(atom, view.array.type)

    def put(self, view: View, place: tuple[Atom, ...], atom: Atom) -> None:
        held = self.index.held(view, place)
        self.e.builder.add(Store(view.array, _indices(held), atom, self.e.span))

    # -- loops that nobody wrote --

    def places(self, extents: tuple[Atom, ...]) -> Iterator[tuple[Atom, ...]]:
        """Places of an array: what is emitted while one stands there is done for each."""
        if all(isinstance(extent, Const) for extent in extents):
            sizes = [int(extent.value) for extent in extents if isinstance(extent, Const)]
            if prod(sizes) <= _MOST_PLACES:
                yield from (tuple(map(number, place)) for place in product(*map(range, sizes)))
                return
        loops: list[tuple[Builder, Var, Atom]] = []
        outer = self.e.builder
        for extent in extents:
            index = outer.var(I64, "k")
            loops.append((self.e.builder, index, extent))
            self.e.builder = self.e.builder.inner()
        yield tuple(index for _, index, _ in loops)
        for around, index, extent in reversed(loops):
            body = self.e.builder.block()
            self.e.builder = around
            loop = For((), index, number(0), extent, number(1), (), (), None, body, self.e.span)
            around.add(loop)

    def same_size(self, left: Atom, right: Atom) -> None:
        if left != right:
            same = number(0) if isinstance(left, Const) and isinstance(right, Const) else None
            condition = _FALSE if same is not None else self.e.op(ops.EQ, left, right)
            self.e.check(condition, Fault.SHAPE)

    def check_fits(self, fits: Atom | None) -> None:
        if fits is not None:
            self.e.check(fits, Fault.OUT_OF_BOUNDS)

    # -- arrays of the kernel's own --

    def local(self, element: Type, extents: tuple[Atom, ...], hint: str = "", key: object = None) -> View:
        scalar = element.scalar if isinstance(element, Weak) else element
        array = self.array(scalar, len(extents), "local", hint)
        self.e.builder.add(Alloc(array, extents, self.e.span))
        return View(array, (None,) * len(extents), whole(extents), element, "", key, key is not None)

    def list_of(self, node: ast.AST, extents: tuple[Atom, ...]) -> View:
        """A list, which takes whatever is stored."""
        key = (self.walk.frame.key, id(node))
        return self.local(self.elements.meeting(key).type, extents, "", key)

    def filled(self, node: ast.AST, value: Value, extents: tuple[Atom, ...]) -> View:
        """A list that holds `value` everywhere."""
        view = self.list_of(node, extents)
        self.elements.store(view.key, value)
        if value.literal is None or value.literal != 0 or str(value.literal).startswith("-"):
            self.everywhere(view, value)
        return view

    def shape(self, node: ast.expr) -> tuple[Atom, ...]:
        """The extents that an int, a tuple of ints or a `.shape` says."""
        result = self.walk.expr(node)
        parts = result if isinstance(result, tuple) else (result,)
        found: list[Atom] = []
        for part in parts:
            if isinstance(part, Value) and self.index.is_index(part):
                found.append(self.e.atom(part, I64))
            else:
                found.append(number(0))
        return tuple(found)

    def dtype(self, node: ast.expr | None) -> Scalar:
        """The type that a `dtype=` names."""
        if node is None:
            return F64
        entity = None
        match node:
            case ast.Attribute(value=value, attr="dtype"):
                base = self.walk.expr(value)
                if isinstance(base, View):
                    return base.array.type
                if isinstance(base, Value):
                    return base.scalar
            case ast.Constant(value=str(text)) if text in BY_DTYPE:
                return BY_DTYPE[text]
            case ast.Name() | ast.Attribute():
                entity = self.walk.frame.routine.entity(node)
            case _:
                pass
        match entity:
            case CastTo(scalar):
                return scalar
            case KnownFunction("builtin", ("float" | "int" | "bool") as name):
                return {"float": F64, "int": I64, "bool": BOOL}[name]
            case _:
                self.walk.at(node)
                self.e.error(codes.E0411, "a dtype is named: `np.float32`, `float`, `x.dtype` or 'f4'")
                return F64

    def make(self, entity: ArrayFunction, node: ast.Call) -> Result:
        """`np.zeros(shape, dtype)` and its kin."""
        words = {keyword.arg: keyword.value for keyword in node.keywords}
        first, *rest = node.args or [words["shape"]]
        name = entity.name.removeprefix("np.")
        if name in ("array", "asarray"):
            return self.array_of(node, first, words.get("dtype", rest[0] if rest else None))
        like = name.endswith("_like")
        fill = name.startswith("full")
        value = self.walk.value(words.get("fill_value", rest[0] if rest else first)) if fill else literal(0)
        after = rest[1:] if fill and "fill_value" not in words else rest
        given = words.get("dtype", after[0] if after else None)
        if like:
            base = self.walk.expr(first)
            if not isinstance(base, View):
                return self.e.error(codes.E0408, f"`{name}` takes an array")
            extents = tuple(axis.extent for axis in base.axes)
            type = base.array.type if given is None else self.dtype(given)
        else:
            extents = self.shape(first)
            type = value.scalar if fill and given is None else self.dtype(given)
        self.walk.at(node)
        view = self.local(type, extents)
        if name.startswith("ones"):
            value = literal(1)
        if fill or name.startswith("ones"):
            self.everywhere(view, value)
        return view

    def array_of(self, node: ast.Call, source: ast.expr, given: ast.expr | None) -> Result:
        """`np.array(values)`: a copy, of NumPy's type for all of them."""
        result = self.walk.expr(source)
        self.walk.at(node)
        if isinstance(result, View):
            view = self.local(result.scalar if given is None else self.dtype(given), _sizes(result))
            self.copy(view, result)
            return view
        values = result if isinstance(result, tuple) else (result,)
        extents = _extents(values)
        numbers = [each for part in values for each in _numbers(part)]
        if extents is None or not numbers or not isinstance(result, tuple):
            return self.e.error(codes.E0411, "`np.array` takes numbers, or rows of as many numbers each")
        met = meeting(union(*map(paths_of, numbers)))
        view = self.local(met.carrier if given is None else self.dtype(given), tuple(map(number, extents)))
        self.spread(view, values)
        return view


def is_attribute(node: ast.expr) -> bool:
    """Whether it may be an attribute of an array."""
    return isinstance(node, ast.Attribute) and node.attr in _ATTRIBUTES


def _indices(view: View) -> tuple[Atom, ...]:
    assert not view.axes
    return tuple(index for index in view.held if index is not None)


def _sizes(view: View) -> tuple[Atom, ...]:
    return tuple(axis.extent for axis in view.axes)


def _numbers(result: Result) -> Iterator[Value]:
    match result:
        case Value():
            yield result
        case tuple():
            for part in result:
                yield from _numbers(part)
        case _:
            pass


def _extents(values: tuple[Result, ...]) -> tuple[int, ...] | None:
    """The shape of a tuple of numbers or of equal tuples; None for anything else."""
    inner = {_extents(part) if isinstance(part, tuple) else () if isinstance(part, Value) else None for part in values}
    if len(inner) != 1 or None in inner:
        return None
    (rest,) = inner
    assert rest is not None
    return (len(values), *rest)


def _places(extents: tuple[int, ...]) -> Iterator[tuple[Atom, ...]]:
    if not extents:
        yield ()
        return
    for k in range(extents[0]):
        for rest in _places(extents[1:]):
            yield (number(k), *rest)


__all__ = ["Arrays", "Elements", "Reference", "is_attribute", "resolve"]
