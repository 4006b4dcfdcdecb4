"""Constant folding: what is known before any element is computed is not computed again for each.

Only what is certain to the bit, by the function the row names for the interpreter; never a transcendental function,
and nothing that would hide a floating-point flag.
"""

from __future__ import annotations

import math
from typing import assert_never

import numpy as np

from iris_cc import forks
from iris_cc.ir import ops
from iris_cc.ir.nodes import Alloc, Atom, Block, Check, Const, For, Function, If, Let, Load, Stmt, Store, Var, While
from iris_cc.ir.ops import Op, Trait
from iris_cc.ir.types import BOOL, Scalar
from iris_cc.ir.walk import definitions, highest_id
from iris_cc.passes.identities import FALSE, TRUE, Simpler, simplify
from iris_cc.passes.scope import Replacements
from iris_cc.records import replace


def fold(fn: Function) -> Function:
    return replace(fn, body=_Fold(highest_id(fn) + 1).block(fn.body))


class _Fold:
    def __init__(self, next_id: int) -> None:
        self.known = Replacements()
        self.made: dict[int, Let] = {}
        self.next_id = next_id

    def block(self, block: Block) -> Block:
        kept: list[Stmt] = []
        results = self.into(kept, block)
        return Block(tuple(kept), results)

    def into(self, kept: list[Stmt], block: Block) -> tuple[Atom, ...]:
        """Fold the statements of `block` onto the end of `kept`; the block's results."""
        for stmt in block.stmts:
            self.stmt(kept, self.known.in_operands(stmt))
        return self.known.all(block.results)

    def stmt(self, kept: list[Stmt], stmt: Stmt) -> None:
        match stmt:
            case Let():
                self.let(kept, stmt)
            case Check(condition):
                if condition != TRUE:
                    kept.append(stmt)
            case If(outs, Const(value), then, orelse):
                self.known.learn_all(outs, self.into(kept, then if value else orelse))
            case If():
                kept.append(replace(stmt, then=self.block(stmt.then), orelse=self.block(stmt.orelse)))
            case For():
                if _never_runs(stmt):
                    self.known.learn_all(stmt.outs, stmt.inits)
                else:
                    kept.append(replace(stmt, body=self.block(stmt.body)))
            case While():
                if self.is_false_at_entry(stmt):
                    self.known.learn_all(stmt.outs, stmt.inits)
                else:
                    kept.append(replace(stmt, condition=self.block(stmt.condition), body=self.block(stmt.body)))
            case Load() | Store() | Alloc():
                kept.append(stmt)
            case _:
                assert_never(stmt)

    def let(self, kept: list[Stmt], let: Let) -> None:
        """Simplify until nothing more is known; what is left is kept."""
        while True:
            simpler = self.simpler(let)
            if simpler is None and (other := self.select_of_constant(kept, let)) is not let:
                let = other
                continue
            if simpler is None:
                self.made[let.out.id] = let
                kept.append(let)
                return
            if isinstance(simpler, Var | Const):
                self.known.learn(let.out, simpler)
                return
            let = replace(let, op=simpler[0], args=simpler[1])

    def simpler(self, let: Let) -> Simpler | None:
        args = tuple(arg for arg in let.args if isinstance(arg, Const))
        if len(args) == len(let.args):
            found = evaluate(let.op, args, let.out.type)
            if found is not None:
                return found
        return simplify(let, self.made)

    def select_of_constant(self, kept: list[Stmt], let: Let) -> Let:
        """`select c, false, x` is `not c and x`; `select c, x, true` is `not c or x`."""
        if let.op is not ops.SEL or not (let.args[1] == FALSE or let.args[2] == TRUE):
            return let
        condition, left, right = let.args
        inverse = Var(self.next_id, BOOL)
        self.next_id += 1
        self.let(kept, Let(inverse, ops.NOT, (condition,), let.loc))
        op, other = (ops.AND, right) if left == FALSE else (ops.OR, left)
        return replace(let, op=op, args=(self.known(inverse), other))

    def is_false_at_entry(self, loop: While) -> bool:
        """Whether the condition is false on the initial values; one that may fail or loop is left alone."""
        if not all(isinstance(stmt, Let) for stmt in loop.condition.stmts):
            return False
        self.known.learn_all(loop.carried, loop.inits)
        results = self.into([], loop.condition)
        self.known.forget((*loop.carried, *(var for stmt in loop.condition.stmts for var in definitions(stmt))))
        return results == (FALSE,)


def _never_runs(loop: For) -> bool:
    if loop.live is not None and loop.inits[loop.live] == FALSE:
        return True
    match loop.start, loop.stop, loop.step:
        case Const(int(start)), Const(int(stop)), Const(int(step)) if step:
            return not range(start, stop, step)
        case _:
            return False


def evaluate(op: Op, args: tuple[Const, ...], type: Scalar) -> Const | None:
    """The value of `op` on constants as type `type`, or None if only run time may say.

    What raises a flag a caller may have asked for (division by zero, overflow, an invalid operation) is left to it.
    """
    if Trait.EXACT not in op.traits or _is_free(op, args):
        return None
    with forks.imports:
        from iris_cc.interp.special import evaluator

    function = evaluator(op, tuple(arg.type for arg in args), type)
    try:
        with np.errstate(divide="raise", over="raise", invalid="raise", under="ignore"):
            found = function(*(np.dtype(arg.type.dtype).type(arg.value) for arg in args))
    except FloatingPointError:
        return None
    return Const(found.item(), type)


def _is_free(op: Op, args: tuple[Const, ...]) -> bool:
    """Whether routes may differ: in which of two zeros or nans is taken, the sign of a nan, or what a check refuses."""
    last = args[-1]
    if Trait.CHECKED in op.traits and last.value < 0:
        return True
    if Trait.EXTREME in op.traits and last.type.is_float:
        return not (args[0].value < last.value or args[0].value > last.value)
    return Trait.READS_SIGN in op.traits and math.isnan(last.value)
