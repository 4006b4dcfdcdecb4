"""The verifier: valid in, valid out.  It stands between passes in tests and says where the first rule is broken."""

from __future__ import annotations

from typing import assert_never

from iris_cc.ir import ops
from iris_cc.ir.nodes import (
    Access,
    Alloc,
    Array,
    Atom,
    Block,
    Check,
    Const,
    For,
    Function,
    If,
    Let,
    Load,
    Stmt,
    Store,
    Var,
    While,
    is_lanes,
)  # fmt: skip
from iris_cc.ir.printer import type_text
from iris_cc.ir.types import BOOL, I64, SIGNED, Scalar


class InvalidIR(Exception):
    """A function breaks a rule of the IR: always a bug of whoever made it, never of the user."""


def verify(fn: Function) -> Function:
    """`fn` itself, if every rule holds; raises InvalidIR otherwise."""
    _Verifier(fn).function()
    return fn


class _Verifier:
    def __init__(self, fn: Function) -> None:
        self.fn = fn
        self.defined: set[int] = set()  # every number so far: a variable is defined exactly once
        self.visible: set[Var] = set()  # the variables in scope here
        self.trail: list[Var] = []      # the same in order of definition: a scope that ends takes back its own
        self.array_ids: set[int] = set()
        self.arrays: list[Array] = []   # those in scope here

    def fail(self, message: str) -> None:
        raise InvalidIR(f"@{self.fn.name}: {message}")

    def function(self) -> None:
        self.define(self.fn.params)
        self.define(self.fn.axis_inputs)
        for param in self.fn.arrays:
            self.define_array(param.array, ("in", "mut"), len(param.axes))
            for axis in param.axes:
                self.scalar(axis.extent, I64, f"an extent of &{param.array.id}")
                self.typed(axis.step, I64, f"a step of &{param.array.id}")
        for index in self.fn.indices:
            self.define((index.var,))
            self.typed(index.var, I64, f"index {index}")
        if not self.fn.body.results and not any(param.array.is_writable for param in self.fn.arrays):
            self.fail("a function returns at least one value or takes an array it may write")
        self.block(self.fn.body)

    def define(self, variables: tuple[Var, ...]) -> None:
        for var in variables:
            if var.id in self.defined:
                self.fail(f"%{var.id} is defined twice")
            self.defined.add(var.id)
            self.visible.add(var)
            self.trail.append(var)

    def leave(self, length: int) -> None:
        """End a scope that began when the trail had `length` variables."""
        self.visible.difference_update(self.trail[length:])
        del self.trail[length:]

    def define_array(self, array: Array, access: tuple[Access, ...], axes: int) -> None:
        if array.id in self.array_ids:
            self.fail(f"&{array.id} is defined twice")
        if array.access not in access:
            self.fail(f"&{array.id} is defined here, but its access is {array.access}")
        if array.ndim != axes:
            self.fail(f"&{array.id} has {array.ndim} axes, {axes} are given")
        self.array_ids.add(array.id)
        self.arrays.append(array)

    def access(self, array: Array, indices: tuple[Atom, ...], value: Atom) -> None:
        """One place of an array, and what comes from there or goes there."""
        self.use(*indices)
        if array not in self.arrays:
            self.fail(f"&{array.id}: {array.type} is named where it is not defined")
        if len(indices) != array.ndim:
            self.fail(f"&{array.id} takes {array.ndim} indices, not {len(indices)}")
        for index in indices:
            self.scalar(index, I64, f"an index of &{array.id}")
        self.scalar(value, array.type, f"an element of &{array.id}")

    def use(self, *atoms: Atom) -> None:
        for atom in atoms:
            match atom:
                case Var():
                    if atom not in self.visible:
                        self.fail(f"%{atom.id}: {atom.type} is read where it is not defined")
                case Const():
                    pass
                case _:
                    assert_never(atom)

    def typed(self, atom: Atom, type: Scalar, what: str) -> None:
        if atom.type is not type:
            self.fail(f"{what} is {type_text(atom)}, not {type}")

    def scalar(self, atom: Atom, type: Scalar, what: str) -> None:
        """One number of this type for all lanes: what decides where a program goes, and what memory holds."""
        self.typed(atom, type, what)
        if is_lanes(atom):
            self.fail(f"{what} is {type_text(atom)}, not {type}")

    def flow(self, atoms: tuple[Atom, ...], targets: tuple[Var, ...], what: str) -> None:
        """Each value becomes its target; a scalar may become lanes."""
        fits = len(atoms) == len(targets) and all(
            atom.type is target.type and (target.lanes or not is_lanes(atom))
            for atom, target in zip(atoms, targets, strict=True)
        )
        if not fits:
            self.fail(f"{what}: ({', '.join(map(type_text, atoms))}) and ({', '.join(map(type_text, targets))})")

    def block(self, block: Block, *inner: Var) -> None:
        """Check a block in a scope of its own: what it defines is not visible after it."""
        outside, arrays = len(self.trail), len(self.arrays)
        self.define(inner)
        for stmt in block.stmts:
            self.stmt(stmt)
        self.use(*block.results)
        self.leave(outside)
        del self.arrays[arrays:]

    def stmt(self, stmt: Stmt) -> None:
        match stmt:
            case Let(out, op, args):
                self.use(*args)
                in_lanes = any(map(is_lanes, args))
                fits = out.lanes == in_lanes if op not in ops.REDUCTIONS else in_lanes and not out.lanes
                if not fits or not op.may_result(tuple(a.type for a in args), out.type):
                    self.fail(f"{op.name} ({', '.join(map(type_text, args))}) -> {type_text(out)} is not in the table")
                self.define((out,))
            case Check(condition):
                self.use(condition)
                self.typed(condition, BOOL, "a check's condition")
            case If(outs, condition, then, orelse):
                self.use(condition)
                self.scalar(condition, BOOL, "an if's condition")
                self.block(then)
                self.block(orelse)
                self.flow(then.results, outs, "results of `then`")
                self.flow(orelse.results, outs, "results of `else`")
                self.define(outs)
            case For():
                self.loop_for(stmt)
            case While(outs, carried, inits, condition, body):
                self.use(*inits)
                self.flow(inits, carried, "initial values of a while")
                # A carried value is in scope in both blocks, and defined once.
                outside = len(self.trail)
                self.define(carried)
                self.block(condition)
                self.block(body)
                self.leave(outside)
                if len(condition.results) != 1:
                    self.fail("a while's condition is one value")
                self.scalar(condition.results[0], BOOL, "a while's condition")
                self.flow(body.results, carried, "values a while yields")
                self.flow(carried, outs, "results of a while")
                self.define(outs)
            case Load(out, array, indices):
                self.access(array, indices, out)
                self.define((out,))
            case Store(array, indices, value):
                self.use(value)
                self.access(array, indices, value)
                if not array.is_writable:
                    self.fail(f"&{array.id} is only read, and stored to")
            case Alloc(array, extents):
                self.use(*extents)
                for extent in extents:
                    self.scalar(extent, I64, f"an extent of &{array.id}")
                self.define_array(array, ("local",), len(extents))
            case _:
                assert_never(stmt)

    def loop_for(self, loop: For) -> None:
        self.use(loop.start, loop.stop, loop.step, *loop.inits)
        if loop.index.type not in SIGNED:
            self.fail(f"a for counts in a signed type, not in {loop.index.type}")
        for atom in (loop.start, loop.stop, loop.step, loop.index):
            self.scalar(atom, loop.index.type, "a bound of a for")
        if loop.kind != "seq" and (loop.carried or loop.live is not None):
            self.fail(f"a for of kind {loop.kind} carries nothing: its rounds run in any order")
        self.flow(loop.inits, loop.carried, "initial values of a for")
        self.block(loop.body, loop.index, *loop.carried)
        self.flow(loop.body.results, loop.carried, "values a for yields")
        self.flow(loop.carried, loop.outs, "results of a for")
        if loop.live is not None:
            if not 0 <= loop.live < len(loop.carried):
                self.fail("a for's live value is not one it carries")
            self.scalar(loop.carried[loop.live], BOOL, "a for's live value")
        self.define(loop.outs)
