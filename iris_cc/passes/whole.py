"""`float(int(x))` without leaving floats.

Told that nothing traps, gcc turns the C conversion there and back into `trunc`, which keeps the sign of zero: -0.9
would become -0.0 where Python has 0.0.  Written as float operations it means the same to every compiler, and it becomes
vectors where the CPU converts no 64-bit integers.

    cast[f64](cast[i64](x))    ->    select(-2**63 <= x < 2**63, trunc(x) + 0.0, -2**63)
"""

from __future__ import annotations

from iris_cc.ir import ops
from iris_cc.ir.nodes import Atom, Block, Const, Function, Let, Stmt, Var
from iris_cc.ir.types import BOOL, F64, I32, I64, Scalar
from iris_cc.ir.walk import highest_id, with_blocks
from iris_cc.records import replace


def whole(fn: Function) -> Function:
    """`fn` with every such pair of casts as float operations."""
    return replace(fn, body=_Whole(highest_id(fn) + 1).block(fn.body))


class _Whole:
    def __init__(self, next_id: int) -> None:
        self.next_id = next_id
        self.cut: dict[Var, Atom] = {}  # integer -> the float it is the whole part of

    def block(self, block: Block) -> Block:
        stmts: list[Stmt] = []
        for stmt in block.stmts:
            if isinstance(stmt, Let) and stmt.op is ops.CAST:
                stmts += self.cast(stmt)
            else:
                stmts.append(with_blocks(stmt, self.block))
        return replace(block, stmts=tuple(stmts))

    def cast(self, let: Let) -> list[Let]:
        (source,) = let.args
        if source.type.is_float and let.out.type in (I32, I64):
            self.cut[let.out] = source
        if not (let.out.type.is_float and isinstance(source, Var) and source in self.cut):
            return [let]
        return self.floats(let, self.cut[source], source.type)

    def floats(self, let: Let, source: Atom, integer: Scalar) -> list[Let]:
        """The float operations that define `let.out`; in f64, which holds every i32 and every float's whole part."""
        made: list[Let] = []

        def emit(op: ops.Op, type: Scalar, *args: Atom) -> Var:
            out = Var(self.next_id, type)
            self.next_id += 1
            made.append(Let(out, op, args, let.loc))
            return out

        wide = source if source.type is F64 else emit(ops.CAST, F64, source)
        limit = float(1 << (integer.bits - 1))
        lowest = -limit - 1 if integer is I32 else -limit  # what is above -2**31 - 1 is cut to -2**31
        above = emit(ops.GT if integer is I32 else ops.GE, BOOL, wide, Const(lowest, F64))
        fits = emit(ops.AND, BOOL, above, emit(ops.LT, BOOL, wide, Const(limit, F64)))
        part = emit(ops.ADD, F64, emit(ops.TRUNC, F64, wide), Const(0.0, F64))
        value = emit(ops.SEL, F64, fits, part, Const(-limit, F64))
        last = Let(let.out, ops.CAST, (value,), let.loc)
        return [*made, last] if let.out.type is not F64 else [*made[:-1], replace(made[-1], out=let.out)]
