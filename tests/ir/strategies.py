"""Random valid functions, and lanes of corner values to run them on.  Shared by the tests of every stage."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from iris_cc.ir import ops
from iris_cc.ir.builder import Builder
from iris_cc.ir.nodes import (
    Access,
    Alloc,
    Array,
    ArrayParam,
    Atom,
    Axis,
    Block,
    Check,
    Const,
    Fault,
    For,
    Function,
    If,
    Index,
    Load,
    Store,
    Var,
    While,
)
from iris_cc.ir.ops import Op
from iris_cc.ir.types import ALL, BOOL, F32, F64, I64, Scalar
from iris_cc.records import replace

# Operations whose result is fixed to the bit whatever computes it: no function that is only right within a bound, and
# none that may choose the sign of a zero.
_FREE_ZERO = (ops.MIN, ops.MAX, ops.FMIN, ops.FMAX)
_BOUNDED = tuple(op for op in ops.TABLE if op.cost >= ops.VECTOR and op not in (ops.IPOW, ops.PYDIV, ops.NEXT))
CERTAIN = tuple(op for op in ops.TABLE if op not in (*_FREE_ZERO, *_BOUNDED, ops.D2R, ops.R2D))
# The same without those that show the sign of a nan, which is free.
BLIND = tuple(op for op in CERTAIN if op not in (ops.SGNB, ops.COPY))

_HINTS = ("", "x", "total", "été", "int")
_T = TypeVar("_T")


def corners(type: Scalar) -> tuple[bool | int | float, ...]:
    """Values of `type` where something may go wrong."""
    if type is BOOL:
        return (False, True)
    if type.is_float:
        large = 3.4028234663852886e38 if type is F32 else 1.7976931348623157e308
        tiny = 1e-45 if type is F32 else 5e-324
        common = (0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e10, -3e9, 2.0**63, float("inf"), float("-inf"), float("nan"))
        return (*common, large, -large, tiny)
    top = (1 << (type.bits - (type.kind == "int"))) - 1
    edges = (0, 1, 2, 3, 7, top, top - 1, top // 2)
    return edges if type.kind == "uint" else (*edges, -1, -2, -7, -top - 1, -top)


def lanes(types: Sequence[Scalar], count: int, seed: int) -> list[npt.NDArray[Any]]:
    """One array of corner values for each type."""
    rng = np.random.default_rng(seed)
    return [
        np.array([corners(t)[i] for i in rng.integers(len(corners(t)), size=count)], dtype=t.dtype) for t in types
    ]


class _Maker:
    """Builds one function; every choice is drawn, so a failure shrinks."""

    def __init__(self, draw: st.DrawFn, pool: Sequence[Op], faults: bool, memory: bool = False) -> None:
        self.draw = draw
        self.pool = pool
        self.faults = faults
        self.memory = memory
        self.fuel = 40
        self.least = 8 if memory else 1  # statements
        self.arrays: list[Array] = []  # in scope
        self.made = 0  # arrays so far
        self.places: list[tuple[Atom, ...]] = []  # that were loaded from or stored to

    def below(self, limit: int) -> int:
        return self.draw(st.integers(0, limit - 1))

    def pick(self, options: Sequence[_T]) -> _T:
        return options[self.below(len(options))]

    def const(self, type: Scalar) -> Const:
        return Const(self.pick(corners(type)), type)

    def atom(self, scope: Sequence[Var], type: Scalar) -> Atom:
        known = [var for var in scope if var.type is type]
        # Mostly what was made last, so that little of a program is dead.
        return self.pick(known[-3:] if self.below(4) else known) if known and self.below(6) else self.const(type)

    def function(self) -> Function:
        builder = Builder()
        params = tuple(builder.var(self.pick(ALL), self.pick(_HINTS)) for _ in range(1 + self.below(3)))
        indices = (Index("i", 0, builder.var(I64)), Index("flat", 0, builder.var(I64)))[: self.pick((0, 0, 1, 2))]
        arrays = self.array_params(builder) if self.memory else ()
        fn = Function("kernel", params, Block((), ()), indices, arrays=arrays)
        scope = [*params, *fn.axis_inputs, *(index.var for index in indices)]
        self.block(builder, scope, 3, self.least)
        results: list[Atom] = [*scope[-24 if self.memory else -6 :]]
        results += [self.atom(scope, self.pick(scope).type) for _ in range(self.below(3))]
        return replace(fn, body=builder.block(*results))

    def array_params(self, builder: Builder) -> tuple[ArrayParam, ...]:
        """Arrays of which some share extents; a last axis may be known to lie side by side."""
        extents: list[Atom] = [Const(3, I64), builder.var(I64, "n"), builder.var(I64, "m")]
        found: list[ArrayParam] = []
        for _ in range(1 + self.below(3)):
            access = self.pick(("mut", "mut", "in"))
            if found and self.below(3):  # one that may be the same memory
                last = found[-1]
                array = self.array(access, last.array.ndim, last.array.type)
                sizes = [axis.extent for axis in last.axes]
            else:
                array = self.array(access, self.below(3))
                sizes = [self.pick(extents) for _ in range(array.ndim)]
            steps: list[Atom] = [builder.var(I64) for _ in range(array.ndim)]
            if steps and not self.below(3):
                steps[-1] = Const(array.type.bits // 8, I64)
            found.append(ArrayParam(array, tuple(map(Axis, sizes, steps))))
        return tuple(found)

    def array(self, access: Access, ndim: int, type: Scalar | None = None) -> Array:
        known = [array.type for array in self.arrays]
        type = type or (self.pick(known) if known and self.below(2) else self.pick(ALL))
        self.made += 1
        self.arrays.append(Array(self.made - 1, type, ndim, access, self.pick(_HINTS)))
        return self.arrays[-1]

    def block(self, builder: Builder, scope: list[Var], depth: int, least: int = 1) -> None:
        """Add statements; what they define joins `scope`."""
        for _ in range(least + self.below(5)):
            self.fuel -= 1
            if self.fuel < 0:
                return
            if self.memory and self.below(2):
                self.access(builder, scope)
                continue
            kind = self.below(10) if depth else 0
            if kind == 7:
                self.choice(builder, scope, depth - 1)
            elif kind == 8:
                self.loop_for(builder, scope, depth - 1)
            elif kind == 9:
                self.loop_while(builder, scope, depth - 1)
            elif kind == 6 and self.faults:
                builder.add(Check(self.atom(scope, BOOL), self.pick((Fault.NEGATIVE_POWER, Fault.ZERO_STEP))))
            else:
                scope.append(self.let(builder, scope))

    def access(self, builder: Builder, scope: list[Var]) -> None:
        """A load, a store or a local array; most places exist."""
        if not self.below(8):
            extents = tuple(self.small(builder, scope) for _ in range(self.below(3)))
            if extents and not self.below(4):
                extents = (Const(-1, I64), *extents[1:])
            builder.add(Alloc(self.array("local", len(extents)), extents))
            return
        array = self.pick(self.arrays[-2:] if self.below(3) else self.arrays)
        indices = self.place(builder, scope, array.ndim)
        if array.is_writable and self.below(2):
            builder.add(Store(array, indices, self.atom(scope, array.type)))
            return
        out = builder.var(array.type, self.pick(_HINTS))
        builder.add(Load(out, array, indices))
        scope.append(out)

    def place(self, builder: Builder, scope: list[Var], ndim: int) -> tuple[Atom, ...]:
        """Often one that was named before, of this array or another."""
        same = [place for place in self.places if len(place) == ndim]
        known = [place for place in same if all(isinstance(atom, Const) or atom in scope for atom in place)]
        if known and self.below(3):
            return self.pick(known[-2:])
        made = tuple(self.small(builder, scope) if self.below(6) else self.atom(scope, I64) for _ in range(ndim))
        self.places.append(made)
        scope += [atom for atom in made if isinstance(atom, Var) and atom not in scope]
        return made

    def let(self, builder: Builder, scope: Sequence[Var]) -> Var:
        op = self.pick(self.pool)
        if op is ops.CAST:
            source = self.pick(scope)
            out = builder.cast(source, self.pick([t for t in ALL if t is not source.type]), self.pick(_HINTS))
            assert isinstance(out, Var)
            return out
        fitting = [var.type for var in scope if var.type in op.over]
        type = self.pick(fitting or op.over) if op.over else BOOL
        wanted = {"T": type, "b": BOOL, "i": I64, "d": F64}
        args = [self.atom(scope, wanted[letter]) for letter in op.takes.partition("->")[0]]
        return builder.emit(op, *args, hint=self.pick(_HINTS))

    def inner(self, builder: Builder, scope: Sequence[Var], depth: int, types: Sequence[Scalar]) -> Block:
        inside, names, arrays = builder.inner(), list(scope), len(self.arrays)
        self.block(inside, names, depth)
        del self.arrays[arrays:]
        return inside.block(*(self.atom(names, type) for type in types))

    def outs(self, builder: Builder, types: Sequence[Scalar]) -> tuple[Var, ...]:
        return tuple(builder.var(type, self.pick(_HINTS)) for type in types)

    def some_types(self, scope: Sequence[Var]) -> list[Scalar]:
        return [self.pick(scope).type if self.below(3) else self.pick(ALL) for _ in range(self.below(4))]

    def choice(self, builder: Builder, scope: list[Var], depth: int) -> None:
        condition = self.atom(scope, BOOL)
        types = self.some_types(scope)
        then, orelse = (self.inner(builder, scope, depth, types) for _ in range(2))
        outs = self.outs(builder, types)
        builder.add(If(outs, condition, then, orelse))
        scope.extend(outs)

    def small(self, builder: Builder, scope: Sequence[Var]) -> Atom:
        """An i64 from 0 to 3, often one that differs per lane."""
        if not self.below(3):
            return Const(self.below(4), I64)
        return builder.emit(ops.AND, self.atom(scope, I64), Const(3, I64))

    def loop_for(self, builder: Builder, scope: list[Var], depth: int) -> None:
        start, stop = self.small(builder, scope), self.small(builder, scope)
        step = Const(self.pick((1, 1, 2, -1, -(1 << 63), (1 << 63) - 1)), I64)
        types = [*self.some_types(scope), BOOL]
        inits = tuple(self.atom(scope, type) for type in types)
        index, carried = builder.var(I64, "i"), self.outs(builder, types)
        live = len(carried) - 1 if self.below(2) else None
        body = self.inner(builder, [*scope, index, *carried], depth, types)
        outs = self.outs(builder, types)
        builder.add(For(outs, index, start, stop, step, carried, inits, live, body))
        scope.extend(outs)

    def loop_while(self, builder: Builder, scope: list[Var], depth: int) -> None:
        """A counter bounds it; a condition of its own may end it earlier."""
        limit = self.small(builder, scope)
        types = [*self.some_types(scope), I64]
        inits = (*(self.atom(scope, type) for type in types[:-1]), Const(0, I64))
        carried = self.outs(builder, types)
        test = builder.inner()
        more: Atom = test.emit(ops.LT, carried[-1], limit)
        if self.below(2):
            more = test.emit(ops.AND, more, self.atom([*scope, *carried], BOOL))
        body, arrays = builder.inner(), len(self.arrays)
        names = [*scope, *carried]
        self.block(body, names, depth)
        del self.arrays[arrays:]
        results = [self.atom(names, type) for type in types[:-1]]
        results.append(body.emit(ops.ADD, carried[-1], Const(1, I64)))
        outs = self.outs(builder, types)
        builder.add(While(outs, carried, inits, test.block(more), body.block(*results)))
        scope.extend(outs)


@st.composite
def functions(
    draw: st.DrawFn, pool: Sequence[Op] = ops.TABLE, faults: bool = False, memory: bool = False
) -> Function:
    """Valid functions over all types, with nested branches and loops that end.

    `faults` adds checks that may fail, `memory` arrays of the caller and of the function's own.
    """
    return _Maker(draw, pool, faults, memory).function()


class _Seeded(_Maker):
    """Draws evenly: larger programs than a search from the simplest on, and none that shrinks."""

    def __init__(self, seed: int, pool: Sequence[Op], faults: bool, memory: bool) -> None:
        super().__init__(st.DrawFn, pool, faults, memory)
        self.random = random.Random(seed)
        self.fuel, self.least = 100, 30

    def below(self, limit: int) -> int:
        return self.random.randrange(limit)


def seeded_function(seed: int, pool: Sequence[Op] = BLIND, faults: bool = False, memory: bool = True) -> Function:
    """The function of a number, of the same kind as those of `functions`."""
    return _Seeded(seed, pool, faults, memory).function()


def input_types(fn: Function) -> tuple[list[Scalar], list[Scalar]]:
    return [p.type for p in fn.params], [index.var.type for index in fn.indices]


def same_bits(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> bool:
    """Equal to the bit, where one nan is as good as another."""
    if left.dtype != right.dtype or left.shape != right.shape:
        return False
    if left.dtype.kind != "f":
        return bool((left == right).all())
    nans = np.isnan(left)
    return bool((nans == np.isnan(right)).all()) and left[~nans].tobytes() == right[~nans].tobytes()


__all__ = ["BLIND", "CERTAIN", "corners", "functions", "input_types", "lanes", "same_bits", "seeded_function"]
