"""What a function needs of its unit: headers, a status word, the floating-point flags put back, a while limit, a watch.

Everything here is a question about the IR with a yes, a no or a set as its answer; nothing here is text of the unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import assert_never

from iris_cc.codegen.arrays import constant_places, on_heap
from iris_cc.ir import ops
from iris_cc.ir.nodes import Alloc, Block, Check, Const, Fault, For, Function, If, Let, Load, Stmt, Store, While
from iris_cc.ir.ops import Form, Helper, Libm, Op, Trait
from iris_cc.ir.types import BOOL, F64, I64, U64, Scalar
from iris_cc.ir.walk import has_memory, statements
from iris_cc.target import HOST, Target

# More operations than this for one element, in additions, are long enough to be asked whether they are to end.
_LONG_ELEMENT = 1 << 19
# A load or a store, in additions: each looks whether its place exists.  Places that are zeroed as fast as one adds.
_ACCESS, _ZEROED = 4, 4
# Additions that one unit of patience stands for.
_PER_UNIT = 256


def lets(fn: Function) -> Iterator[Let]:
    return (stmt for stmt in statements(fn.body) if isinstance(stmt, Let))


def has_while(fn: Function) -> bool:
    """Whether the unit exports `iris_while_limit`."""
    return any(isinstance(stmt, While) for stmt in statements(fn.body))


def can_fault(fn: Function) -> bool:
    """Whether an element can make the whole call raise."""
    return any(isinstance(stmt, Check | While) for stmt in statements(fn.body)) or on_heap(fn)


def uses_libm(fn: Function, target: Target = HOST) -> bool:
    """Whether the unit may call the C library's mathematics, so that it is linked with -lm."""
    return any(calls_libm(let.op, target) or (isinstance(let.op.c, Helper) and let.op.c.libm) for let in lets(fn))


def calls_libm(op: Op, target: Target = HOST) -> bool:
    """Whether `op` is a call of the C library; `target` may take our own where there is one."""
    return isinstance(op.c, Libm) and not (target.has_own_math and op.c.own)


def stops_at_fault(fn: Function) -> bool:
    """Whether a row has to end at its first fault.

    To reach the limit of a while loop in every element of an array would take hours; and where there are several kinds
    of faults, the first element that has one is the one that is reported.
    """
    return has_while(fn) or order_shows(fn)


def faults(fn: Function) -> tuple[Fault, ...]:
    """What an element can raise."""
    found = {stmt.fault for stmt in statements(fn.body) if isinstance(stmt, Check)}
    found |= {Fault.WHILE_LIMIT for stmt in statements(fn.body) if isinstance(stmt, While)}
    found |= {Fault.OUT_OF_MEMORY} if on_heap(fn) else set()
    return tuple(fault for fault in Fault if fault in found)


def order_shows(fn: Function) -> bool:
    """Whether it shows which fault comes first, in an element and among elements: there are several kinds."""
    return len(faults(fn)) > 1


def is_watched(fn: Function) -> bool:
    """Whether an element may take long, so that its loops ask whether they are to end."""
    return has_watched(fn.body)


def has_watched(block: Block) -> bool:
    return any(isinstance(stmt, For | While) and is_watched_loop(stmt) for stmt in statements(block))


def is_watched_loop(loop: For | While) -> bool:
    """Whether a loop asks by itself: no constant says that its trips are few enough."""
    return isinstance(loop, While) or not _is_bounded(loop) or _cost_of_loop(loop) > _LONG_ELEMENT


def bounded_cost(block: Block) -> int:
    """The most that a block costs in additions, but for what watched loops in it do."""
    return sum(map(_bounded_cost, block.stmts))


def weight(block: Block, times: int = 1) -> int:
    """How many units of patience it costs to run a block, or so many copies of it: a power of two."""
    return 1 << (times * bounded_cost(block) // _PER_UNIT).bit_length()


def _bounded_cost(stmt: Stmt) -> int:
    match stmt:
        case Let(op=op):
            return op.cost
        case Check():
            return 1
        case If(then=then, orelse=orelse):
            return 1 + max(bounded_cost(then), bounded_cost(orelse))
        case For():
            cost = _cost_of_loop(stmt) if _is_bounded(stmt) else 1
            return cost if cost <= _LONG_ELEMENT else 1
        case While():
            return 1
        case Load() | Store():
            return _ACCESS
        case Alloc():
            return ops.CALL + (constant_places(stmt) or 0) // _ZEROED
        case _:
            assert_never(stmt)


def _cost_of_loop(loop: For) -> int:
    return _trips(loop) * (1 + bounded_cost(loop.body))


def computes_its_errors(fn: Function, target: Target = HOST) -> bool:
    """Whether a function of ours is called.

    They add what the rounding of a sum lost, which a compiler that may reassociate or fuse takes for nothing.
    """
    return any(is_ours(let.op, target) for let in lets(fn))


def is_ours(op: Op, target: Target = HOST) -> bool:
    """Whether `op` is a function of ours that computes what it may not choose, so that its flags mean nothing."""
    match op.c:
        case Libm():
            return target.has_own_math and bool(op.c.own)
        case Helper(ours=ours):
            return ours
        case Form():
            return False
        case _:
            assert_never(op.c)


def far_types(fn: Function, target: Target = HOST) -> tuple[Scalar, ...]:
    """The types in which a function is called that has a near variant; none where elements go through lanes."""
    if not target.has_own_math or trips_differ(fn):
        return ()
    found = {let.args[0].type for let in lets(fn) if isinstance(let.op.c, Libm) and let.op.c.near}
    return tuple(sorted(found, key=lambda type: -type.bits))


def trips_differ(fn: Function) -> bool:
    """Whether elements may leave a loop at different times, so that the loop over them cannot become vectors.

    Elements with memory go one after the other, too: side by side they would share a local array.
    """
    if has_memory(fn):
        return True
    return any(isinstance(stmt, While) or (isinstance(stmt, For) and not _fixed(stmt)) for stmt in statements(fn.body))


def _fixed(loop: For) -> bool:
    return loop.live is None and not is_watched_loop(loop)


def _is_bounded(loop: For) -> bool:
    return all(isinstance(atom, Const) for atom in (loop.start, loop.stop, loop.step))


def _trips(loop: For) -> int:
    """Of a bounded loop; a step of 0 is never run.  `len` refuses a range this long."""
    start, stop, step = (int(atom.value) for atom in (loop.start, loop.stop, loop.step) if isinstance(atom, Const))
    return max(0, (stop - start + step - (1 if step > 0 else -1)) // step) if step else 0


class Flags(Enum):
    """Floating-point flags of the processor."""

    ALL = "all"
    INVALID = "invalid"


def flags_put_back(fn: Function, target: Target = HOST) -> Flags | None:
    """The floating-point flags that must be after the loop what they were before it; None for no flag.

    Control flow and selects evaluate what Python would not, so no flag of theirs means anything.  In a straight line
    the flags are real, as a ufunc's are, but for `invalid` where an operation is loud on nan.  Our own elementary
    functions compute what they then do not choose, so they report nothing.
    """
    if computes_its_errors(fn, target) or any(_is_control(stmt) for stmt in statements(fn.body)):
        return Flags.ALL
    return Flags.INVALID if any(map(_is_loud, lets(fn))) else None


def _is_control(stmt: object) -> bool:
    return isinstance(stmt, If | For | While) or (isinstance(stmt, Let) and stmt.op is ops.SEL)


def _is_loud(let: Let) -> bool:
    """Whether C raises `invalid` on nan.

    The quiet forms (__builtin_isless and its kin) keep gcc 12 from vectorising, so the flag is put back instead.
    """
    floats = any(arg.type.is_float for arg in let.args)
    cast_out = let.op is ops.CAST and let.out.type is not BOOL and not let.out.type.is_float
    return floats and (Trait.LOUD in let.op.traits or cast_out)


def headers(fn: Function, target: Target = HOST) -> set[str]:
    """The headers of the function's body."""
    found = {"iris_base.h"}
    found |= {"iris_fenv.h", "iris_signal.h", "iris_pieces.h"}
    for stmt in statements(fn.body):
        match stmt:
            case Let(_, op):
                found.update(_op_headers(op, stmt, target))
            case For():
                found.add("iris_range.h")
            case While():
                found.add("iris_while.h")
            case Alloc() | Load() | Store():
                found.add("iris_arrays.h")
            case If() | Check():
                pass
            case _:
                assert_never(stmt)
    return found


def _op_headers(op: Op, let: Let, target: Target) -> tuple[str, ...]:
    if op is ops.CAST and not (is_checked_cast(let) or is_wide_cast(let)):
        return ()
    if isinstance(op.c, Libm) and op.c.own and target.has_own_math:
        quick = target.has_fast_math and let.args[0].type in op.c.fast
        return ("iris_vm_fast.h",) if quick else (op.c.own[let.args[0].type.bits == 32],)
    return ops.headers(op.c)


def is_checked_cast(let: Let) -> bool:
    """Whether a cast can meet a value its result type has no room for: float to integer."""
    return let.args[0].type.is_float and let.out.type.is_integer


def is_wide_cast(let: Let) -> bool:
    """Whether a cast is a conversion of vectors that not every target has: 64-bit integer to double."""
    return let.args[0].type in (I64, U64) and let.out.type is F64
