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
    Bounds,
    Code,
    Faulted,
    Loop,
    Slots,
    Step,
    check,
    choose,
    loop_for,
    loop_while,
)
from iris_cc.interp.lanes import Lanes, Value, spread
from iris_cc.interp.special import Evaluate, dtype, evaluator, returns_fresh_memory
from iris_cc.ir import walk
from iris_cc.ir.nodes import Atom, Block, Check, Const, Fault, For, Function, If, Let, Stmt, Var, While

Array = npt.NDArray[Any]


class Program:
    """What `run` executes."""

    def __init__(self, fn: Function) -> None:
        compiler = _Compiler()
        self.wanted = (*fn.params, *(index.var for index in fn.indices))
        self.results = fn.results
        self.code = compiler.block(fn.body)
        self.constants = {slot: _typed(const) for const, slot in compiler.constants.items()}
        self.faults = {stmt.fault for stmt in walk.statements(fn.body) if isinstance(stmt, Check)}
        self.faults |= {Fault.WHILE_LIMIT for stmt in walk.statements(fn.body) if isinstance(stmt, While)}
        self.branches = any(isinstance(stmt, If | For | While) for stmt in fn.body.stmts)

    def __call__(self, inputs: Sequence[Array], indices: Sequence[Array], while_limit: int) -> tuple[Array, ...]:
        given = [*inputs, *indices]
        count = self.accept(given)
        if count == 0:
            return tuple(np.empty(0, dtype(t)) for t in self.results)
        try:
            return tuple(_fresh(self.values(given, count, while_limit), given, count))
        except Faulted as faulted:
            fault = self.first_fault(given, count, while_limit, faulted.fault)
        raise fault.exception(fault.message)

    def values(self, given: Sequence[Array], count: int, while_limit: int) -> list[Value]:
        lanes = Lanes(None, None, count)
        lanes.update(self.constants)
        lanes[LIMIT] = while_limit
        lanes.update(zip((var.id for var in self.wanted), given, strict=True))
        return self.code.values(lanes)

    def first_fault(self, given: Sequence[Array], count: int, while_limit: int, known: Fault) -> Fault:
        """What the first lane that faults raises first, where some lane raises `known`."""
        if len(self.faults) == 1:
            return known
        first, end = 0, count
        while end - first > 1:
            middle = (first + end) // 2
            if self.fault_of(given, first, middle, while_limit) is None:
                first = middle
            else:
                end = middle
        return self.fault_of(given, first, end, while_limit) or known

    def fault_of(self, given: Sequence[Array], first: int, end: int, while_limit: int) -> Fault | None:
        try:
            self.values([array[first:end] for array in given], end - first, while_limit)
        except Faulted as faulted:
            return faulted.fault
        return None

    def accept(self, given: Sequence[Array]) -> int:
        """The number of lanes, if the arrays are what the function takes."""
        if len(given) != len(self.wanted):
            raise TypeError(f"{len(self.wanted)} arrays expected, {len(given)} given")
        for var, array in zip(self.wanted, given, strict=True):
            if array.dtype != dtype(var.type) or array.shape != given[0].shape or array.ndim != 1:
                raise TypeError(f"a one-dimensional array of {var.type} expected, as long as the others")
        return len(given[0]) if given else 1


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
    def __init__(self) -> None:
        self.constants: dict[Const, int] = {}

    def slot(self, atom: Atom) -> int:
        match atom:
            case Var():
                return atom.id
            case Const():
                return self.constants.setdefault(atom, LIMIT - 1 - len(self.constants))
            case _:
                assert_never(atom)

    def slots(self, atoms: Sequence[Atom]) -> Slots:
        return tuple(map(self.slot, atoms))

    def block(self, block: Block) -> Code:
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
        return Code(tuple(steps), self.slots(block.results), frozenset(uses.own))

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

    def structured(self, stmt: Check | If | For | While) -> Step:
        match stmt:
            case Check(condition, fault):
                return check(self.slot(condition), fault)
            case If(outs, condition, then, orelse):
                return choose(self.slots(outs), self.slot(condition), self.block(then), self.block(orelse))
            case For(outs, index, start, stop, step, carried, inits, live, body):
                bounds = Bounds(self.slot(index), self.slot(start), self.slot(stop), self.slot(step))
                loop = Loop(self.slots(outs), self.slots(carried), self.slots(inits), _tame(body))
                return loop_for(loop, bounds, live, self.block(body))
            case While(outs, carried, inits, condition, body):
                tame = _tame(condition) and _tame(body)
                loop = Loop(self.slots(outs), self.slots(carried), self.slots(inits), tame)
                return loop_while(loop, self.block(condition), self.block(body))
            case _:
                assert_never(stmt)


def _tame(block: Block) -> bool:
    """Whether a lane that has left the loop may run on: no check can fail on it, and no inner loop can run away."""
    return all(isinstance(stmt, Let | If) for stmt in walk.statements(block))


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
    def step(lanes: Lanes) -> None:
        for slot in slots:
            del lanes[slot]

    return step


def _apply(function: Evaluate, out: int, args: Slots) -> Step:
    if len(args) == 1:
        (only,) = args

        def unary(lanes: Lanes) -> None:
            lanes[out] = function(lanes[only])

        return unary
    if len(args) == 2:
        left, right = args

        def binary(lanes: Lanes) -> None:
            lanes[out] = function(lanes[left], lanes[right])

        return binary

    def any_number(lanes: Lanes) -> None:
        lanes[out] = function(*[lanes[arg] for arg in args])

    return any_number


def _overwrite(function: Evaluate, out: int, args: Slots, target: int) -> Step:
    def step(lanes: Lanes) -> None:
        values = [lanes[arg] for arg in args]
        memory = lanes.pop(target)
        # A value that is the same on every lane has no memory of its own.
        lanes[out] = function(*values, out=memory) if isinstance(memory, np.ndarray) else function(*values)

    return step
