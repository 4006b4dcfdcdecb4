"""Identities that hold bit for bit on every operand: the value of one operation as an atom or as a simpler operation.

Never here, because they are false for floats: x + 0 (it makes -0.0 positive), x * 0, x - x, and x == x (nan).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iris_cc.ir import ops
from iris_cc.ir.nodes import Atom, Const, Let, Var
from iris_cc.ir.ops import Op
from iris_cc.ir.types import BOOL, Scalar

Simpler = Atom | tuple[Op, tuple[Atom, ...]]
Made = Mapping[int, Let]  # the operation that made a variable, by its number

TRUE, FALSE = Const(True, BOOL), Const(False, BOOL)


def simplify(let: Let, made: Made) -> Simpler | None:
    """What `let` is in simpler words, or None."""
    rule = _RULES.get(let.op)
    return None if rule is None else rule(let, made)


def _is(atom: Atom, value: int) -> bool:
    return isinstance(atom, Const) and atom.value == value


def _operand_of(op: Op, atom: Atom, made: Made) -> Atom | None:
    """x, if `atom` is `op x`."""
    let = made.get(atom.id) if isinstance(atom, Var) else None
    return let.args[0] if let is not None and let.op is op else None


def _add(let: Let, made: Made) -> Simpler | None:
    left, right = let.args
    if not let.out.type.is_integer:
        return None
    return left if _is(right, 0) else right if _is(left, 0) else None


def _sub(let: Let, made: Made) -> Simpler | None:
    left, right = let.args
    if not let.out.type.is_integer:
        return None
    return left if _is(right, 0) else Const(0, let.out.type) if left == right else None


def _mul(let: Let, made: Made) -> Simpler | None:
    left, right = let.args
    if _is(right, 1):
        return left
    if _is(left, 1):
        return right
    if let.out.type.is_integer and (_is(left, 0) or _is(right, 0)):
        return Const(0, let.out.type)
    return None


def _div(let: Let, made: Made) -> Simpler | None:
    return let.args[0] if _is(let.args[1], 1) else None


def _floordiv(let: Let, made: Made) -> Simpler | None:
    if let.out.type.is_integer and _is(let.args[1], 1):
        return let.args[0]
    return _HALVED(let, made)


def _floored(op: Op, parameter: Callable[[int], int]) -> Callable[[Let, Made], Simpler | None]:
    """Floor division and remainder by 2^k, k > 0, are a shift and a mask, for negative values too."""

    def rule(let: Let, made: Made) -> Simpler | None:
        left, right = let.args
        if not (let.out.type.is_integer and isinstance(right, Const)):
            return None
        value = int(right.value)
        if value < 2 or value & (value - 1):
            return None
        return (op, (left, Const(parameter(value), let.out.type)))

    return rule


_HALVED = _floored(ops.SHR, lambda value: value.bit_length() - 1)
_REST = _floored(ops.AND, lambda value: value - 1)


def _twice(let: Let, made: Made) -> Simpler | None:
    """The operation undoes itself: neg, not, invert."""
    return _operand_of(let.op, let.args[0], made)


def _and(let: Let, made: Made) -> Simpler | None:
    left, right = let.args
    ones = Const(True if let.out.type is BOOL else -1, let.out.type)
    if right in (left, ones):
        return left
    if left == ones:
        return right
    return Const(0, let.out.type) if _is(left, 0) or _is(right, 0) else None


def _or(let: Let, made: Made) -> Simpler | None:
    left, right = let.args
    ones = Const(True if let.out.type is BOOL else -1, let.out.type)
    if left == right or _is(right, 0):
        return left
    if _is(left, 0):
        return right
    return ones if ones in (left, right) else None


def _xor(let: Let, made: Made) -> Simpler | None:
    left, right = let.args
    if left == right:
        return Const(0, let.out.type)
    if _is(left, 0):
        return right
    if _is(right, 0):
        return left
    if let.out.type is BOOL and TRUE in (left, right):
        return (ops.NOT, (right if left == TRUE else left,))
    return None


def _shift(let: Let, made: Made) -> Simpler | None:
    return let.args[0] if _is(let.args[1], 0) else None


def _reflexive(result: Const) -> Callable[[Let, Made], Simpler | None]:
    """x against itself; nan is why floats stay."""

    def rule(let: Let, made: Made) -> Simpler | None:
        left, right = let.args
        return result if left == right and not left.type.is_float else None

    return rule


def _not(let: Let, made: Made) -> Simpler | None:
    inner = made.get(let.args[0].id) if isinstance(let.args[0], Var) else None
    if inner is None:
        return None
    if inner.op is ops.NOT:
        return inner.args[0]
    # True of nan as well, unlike not (x < y), which is not x >= y.
    if inner.op in (ops.EQ, ops.NE):
        return (ops.NE if inner.op is ops.EQ else ops.EQ, inner.args)
    return None


def _select(let: Let, made: Made) -> Simpler | None:
    condition, left, right = let.args
    if isinstance(condition, Const):
        return left if condition.value else right
    if left == right:
        return left
    if (left, right) == (TRUE, FALSE):
        return condition
    if (left, right) == (FALSE, TRUE):
        return (ops.NOT, (condition,))
    if left in (TRUE, condition) and let.out.type is BOOL:
        return (ops.OR, (condition, right))
    if right in (FALSE, condition) and let.out.type is BOOL:
        return (ops.AND, (condition, left))
    inner = _operand_of(ops.NOT, condition, made)
    return None if inner is None else (ops.SEL, (inner, right, left))


def _cast(let: Let, made: Made) -> Simpler | None:
    (source,) = let.args
    if source.type is let.out.type:
        return source
    origin = _operand_of(ops.CAST, source, made)
    if origin is None or origin.type is not let.out.type:
        return None
    return origin if _holds_all(source.type, origin.type) else None


def _holds_all(wide: Scalar, narrow: Scalar) -> bool:
    """Whether every value of `narrow` is a value of `wide`, so that a cast there and back changes nothing."""
    if narrow is BOOL:
        return True
    if wide.is_float:
        whole = 53 if wide is Scalar.F64 else 24  # bits of an integer it holds exactly
        return narrow.bits <= (wide.bits if narrow.is_float else whole)
    if not (wide.is_integer and narrow.is_integer):
        return False
    # Between integers of one width the bits come back even if the value is another.
    return narrow.bits <= wide.bits


_RULES: dict[Op, Callable[[Let, Made], Simpler | None]] = {
    ops.ADD: _add, ops.SUB: _sub, ops.MUL: _mul, ops.DIV: _div, ops.FDIV: _floordiv,
    ops.MOD: lambda let, made: _REST(let, made),
    ops.NEG: _twice, ops.INV: _twice, ops.NOT: _not,
    ops.AND: _and, ops.OR: _or, ops.XOR: _xor, ops.SHL: _shift, ops.SHR: _shift,
    ops.EQ: _reflexive(TRUE), ops.LE: _reflexive(TRUE), ops.GE: _reflexive(TRUE),
    ops.NE: _reflexive(FALSE), ops.LT: _reflexive(FALSE), ops.GT: _reflexive(FALSE),
    ops.SEL: _select, ops.CAST: _cast,
}  # fmt: skip
