"""A function as a flat list of Python closures per block, made once.

Slots are variable numbers; constants have slots of their own, below every variable.  A value is dropped after its last
use, and its memory is reused where nothing else can see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, assert_never

import numpy as np
import numpy.typing as npt

from iris_cc.interp.control import (
    LIMIT,
    ROWS,
    BlockCode,
    Bounds,
    Faulted,
    LoopSlots,
    Slots,
    Step,
    check,
    choose,
    loop_for,
    loop_while,
)
from iris_cc.interp.lanes import LaneValues, Value, spread
from iris_cc.interp.memory import Memory, Place, alloc, axis_values, load, store
from iris_cc.interp.special import Evaluate, dtype, evaluator, returns_fresh_memory
from iris_cc.ir import nodes, walk
from iris_cc.ir.effects import effects
from iris_cc.ir.nodes import (
    Alloc,
    Atom,
    Block,
    Check,
    Const,
    Fault,
    For,
    Function,
    If,
    Let,
    Load,
    Stmt,
    Store,
    Var,
    While,
)
from iris_cc.records import record

Array = npt.NDArray[Any]

# Lanes that have local arrays at once.
_MOST_WITH_ARRAYS = 1024


@record(eq=False)
class Given:
    """What a call works on."""

    values: Sequence[Array]
    arrays: Sequence[Array]
    count: int
    limit: int

    def part(self, first: int, end: int) -> Given:
        """Some of the elements."""
        values = [array[first:end] if array.ndim else array for array in self.values]
        arrays = [array[first:end] for array in self.arrays]
        return Given(values, arrays, end - first, self.limit)

    def pieces(self, most: int) -> Iterator[Given]:
        if self.count <= most:
            yield self
            return
        for first in range(0, self.count, most):
            yield self.part(first, min(first + most, self.count))


class Executable:
    """What `run` executes."""

    def __init__(self, fn: Function) -> None:
        compiler = _Compiler(fn.arrays)
        self.wanted = (*fn.params, *(index.var for index in fn.indices))
        self.has_lanes = walk.has_lanes(fn)
        self.arrays = fn.arrays
        self.results = fn.results
        self.code = compiler.block(fn.body)
        self.places = [compiler.places[param.array] for param in fn.arrays]
        self.constants = {slot: _typed(const) for const, slot in compiler.constants.items()}
        self.faults = {stmt.fault for stmt in walk.statements(fn.body) if isinstance(stmt, Check)}
        self.faults |= {Fault.WHILE_LIMIT for stmt in walk.statements(fn.body) if isinstance(stmt, While)}
        self.allocates = effects(fn.body).allocates
        self.faults |= {Fault.OUT_OF_MEMORY} if self.allocates else set()
        self.branches = any(isinstance(stmt, If | For | While) for stmt in fn.body.stmts)

    def __call__(
        self, inputs: Sequence[Array], indices: Sequence[Array], arrays: Sequence[Array], while_limit: int
    ) -> tuple[Array, ...]:
        values = [*inputs, *indices]
        count = self.accept(values, arrays)
        if count == 0:
            return tuple(np.empty(0, dtype(t)) for t in self.results)
        given = Given(values, arrays, count, while_limit)
        pieces = given.pieces(_MOST_WITH_ARRAYS if self.allocates else count)
        found = [tuple(_fresh(self.results_of(piece), piece.values, piece.count)) for piece in pieces]
        return found[0] if len(found) == 1 else tuple(map(np.concatenate, zip(*found, strict=True)))

    def results_of(self, given: Given) -> list[Value]:
        before = self.kept(given)
        try:
            return self.values(given)
        except Faulted as faulted:
            fault = self.first_fault(given, before, faulted.fault)
        raise fault.exception(fault.message)

    def kept(self, given: Given) -> list[tuple[Array, Array]]:
        """What arrays that are stored to hold, where a second run may have to say which fault comes first."""
        if len(self.faults) < 2:
            return []
        both = zip(self.arrays, given.arrays, strict=True)
        return [(array, array.copy()) for param, array in both if param.array.is_writable]

    def values(self, given: Given) -> list[Value]:
        lanes = LaneValues(None, None, given.count)
        lanes.update(self.constants)
        lanes[LIMIT] = given.limit
        both = zip(self.wanted, given.values, strict=True)
        lanes.update((var.id, value if value.ndim else value[()]) for var, value in both)
        if self.arrays:
            lanes[ROWS] = np.arange(given.count)
            lanes.update(axis_values(self.arrays, given.arrays, given.count))
            lanes.update((place.memory, Memory(a)) for place, a in zip(self.places, given.arrays, strict=True))
        return self.code.values(lanes)

    def first_fault(self, given: Given, before: list[tuple[Array, Array]], known: Fault) -> Fault:
        """What the first lane that faults raises first, where some lane raises `known`."""
        if len(self.faults) == 1:
            return known
        first, end = 0, given.count
        while end - first > 1:
            middle = (first + end) // 2
            if self.fault_of(given.part(first, middle), before) is None:
                first = middle
            else:
                end = middle
        return self.fault_of(given.part(first, end), before) or known

    def fault_of(self, given: Given, before: list[tuple[Array, Array]]) -> Fault | None:
        for array, old in before:
            np.copyto(array, old)
        try:
            self.values(given)
        except Faulted as faulted:
            return faulted.fault
        return None

    def accept(self, values: Sequence[Array], arrays: Sequence[Array]) -> int:
        """The number of lanes, if the arrays are what the function takes."""
        if len(values) != len(self.wanted):
            raise TypeError(f"{len(self.wanted)} arrays expected, {len(values)} given")
        shape = next((array.shape for array in values if array.ndim), ())
        for var, array in zip(self.wanted, values, strict=True):
            if self.has_lanes and not var.lanes:
                if array.dtype != dtype(var.type) or array.ndim:
                    raise TypeError(f"one {var.type} for all lanes expected")
            elif array.dtype != dtype(var.type) or array.shape != shape or array.ndim != 1:
                raise TypeError(f"a one-dimensional array of {var.type} expected, as long as the others")
        count = next((len(array) for array in (*values, *arrays) if array.ndim), 1)
        axis_values(self.arrays, arrays, count)
        return count


def _fresh(values: list[Value], given: Sequence[Array], count: int) -> Iterator[Array]:
    """Arrays of `count` lanes that share no memory with an input or each other."""
    taken = {id(array) for array in given}
    for value in values:
        array = spread(value, count)
        yield array.copy() if id(array) in taken else array
        taken.add(id(array))


def _typed(const: Const) -> Value:
    # A NumPy scalar has a type of its own, so it never changes the type of what it meets.
    return dtype(const.type).type(const.value)


class _Compiler:
    def __init__(self, arrays: Sequence[nodes.ArrayParam]) -> None:
        self.constants: dict[Const, int] = {}
        self.hidden = 0  # slots that no variable has
        self.places: dict[nodes.Array, Place] = {}
        for param in arrays:
            extents = self.slots([axis.extent for axis in param.axes])
            self.places[param.array] = Place(param.array, self.hide(), ROWS, extents)

    def hide(self) -> int:
        self.hidden += 1
        return ROWS - self.hidden

    def slot(self, atom: Atom) -> int:
        match atom:
            case Var():
                return atom.id
            case Const():
                if atom not in self.constants:
                    self.constants[atom] = self.hide()
                return self.constants[atom]
            case _:
                assert_never(atom)

    def slots(self, atoms: Sequence[Atom]) -> Slots:
        return tuple(map(self.slot, atoms))

    def block(self, block: Block) -> BlockCode:
        uses = _Uses(block)
        steps: list[Step] = []
        for at, stmt in enumerate(block.stmts):
            dying = uses.last_at(at)
            if isinstance(stmt, Let):
                steps.append(self.let(stmt, uses, dying))
            else:
                steps.append(self.structured(stmt))
            if dying:
                steps.append(_forget(tuple(dying)))
        return BlockCode(tuple(steps), self.slots(block.results), frozenset(uses.own))

    def let(self, let: Let, uses: _Uses, dying: list[int]) -> Step:
        """One operation; it writes over an operand that dies here, when that has the result's type and is ours."""
        function = evaluator(let.op, tuple(arg.type for arg in let.args), let.out.type)
        args = self.slots(let.args)
        if let.out.id in dying or not returns_fresh_memory(let.op):
            return _apply(function, let.out.id, args)
        for position, arg in enumerate(let.args):
            if arg.type is let.out.type and args[position] in dying and args[position] in uses.private:
                dying.remove(args[position])
                return _overwrite(function, let.out.id, args, args[position])
        return _apply(function, let.out.id, args)

    def structured(self, stmt: Check | If | For | While | Load | Store | Alloc) -> Step:
        match stmt:
            case Check(condition, fault):
                return check(self.slot(condition), fault)
            case If(outs, condition, then, orelse):
                return choose(self.slots(outs), self.slot(condition), self.block(then), self.block(orelse))
            case For(outs, index, start, stop, step, carried, inits, live, body):
                bounds = Bounds(self.slot(index), self.slot(start), self.slot(stop), self.slot(step))
                loop = LoopSlots(self.slots(outs), self.slots(carried), self.slots(inits), _tame(body))
                return loop_for(loop, bounds, live, self.block(body))
            case While(outs, carried, inits, condition, body):
                tame = _tame(condition) and _tame(body)
                loop = LoopSlots(self.slots(outs), self.slots(carried), self.slots(inits), tame)
                return loop_while(loop, self.block(condition), self.block(body))
            case Load(out, array, indices):
                return load(out.id, self.places[array], self.slots(indices))
            case Store(array, indices, value):
                return store(self.places[array], self.slots(indices), self.slot(value))
            case Alloc(array, extents):
                place = Place(array, self.hide(), self.hide(), tuple(self.hide() for _ in extents))
                self.places[array] = place
                return alloc(place, self.slots(extents))
            case _:
                assert_never(stmt)


def _tame(block: Block) -> bool:
    """Whether a lane that has left the loop may run on: nothing shows that it did, and no inner loop can run away."""
    return effects(block).may_speculate


class _Uses:
    """Where the values a block defines are used for the last time, and which of them nothing else can see."""

    def __init__(self, block: Block) -> None:
        self.own = {var.id: at for at, stmt in enumerate(block.stmts) for var in walk.definitions(stmt)}
        last = dict(self.own)
        shared: set[int] = {var.id for var in walk.variables(block.results)}
        fresh: set[int] = set()
        for at, stmt in enumerate(block.stmts):
            used = [var.id for var in _reads(stmt)]
            last.update((slot, at) for slot in used if slot in self.own)
            if isinstance(stmt, Let):
                fresh.add(stmt.out.id)
            else:
                shared.update(used)
        self.private = fresh - shared
        self.dying: dict[int, list[int]] = {}
        results = {var.id for var in walk.variables(block.results)}
        for slot, at in last.items():
            if slot not in results:
                self.dying.setdefault(at, []).append(slot)

    def last_at(self, at: int) -> list[int]:
        return self.dying.get(at, [])


def _reads(stmt: Stmt) -> Iterator[Var]:
    yield from walk.variables(walk.operands(stmt))
    for block in walk.blocks(stmt):
        yield from walk.reads(block)


def _forget(slots: Slots) -> Step:
    def step(lanes: LaneValues) -> None:
        for slot in slots:
            del lanes[slot]

    return step


def _apply(function: Evaluate, out: int, args: Slots) -> Step:
    if len(args) == 1:
        (only,) = args

        def unary(lanes: LaneValues) -> None:
            lanes[out] = function(lanes[only])

        return unary
    if len(args) == 2:
        left, right = args

        def binary(lanes: LaneValues) -> None:
            lanes[out] = function(lanes[left], lanes[right])

        return binary

    def any_number(lanes: LaneValues) -> None:
        lanes[out] = function(*[lanes[arg] for arg in args])

    return any_number


def _overwrite(function: Evaluate, out: int, args: Slots, target: int) -> Step:
    def step(lanes: LaneValues) -> None:
        values = [lanes[arg] for arg in args]
        memory = lanes.pop(target)
        # A value that is the same on every lane has no memory of its own.
        lanes[out] = function(*values, out=memory) if isinstance(memory, np.ndarray) else function(*values)

    return step
