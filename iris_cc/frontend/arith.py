"""Operators on typed values: NumPy's meaning where a strong value takes part, Python's where all are weak."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from iris_cc import codes
from iris_cc.frontend import wide
from iris_cc.frontend.emit import Emit
from iris_cc.frontend.joins import Meeting, common, meet
from iris_cc.frontend.values import Paths, Type, Value, Weak, literal, run_time
from iris_cc.ir import ops
from iris_cc.ir.nodes import Atom, Const, Fault
from iris_cc.ir.ops import Op, Trait
from iris_cc.ir.types import BOOL, F64, I64, U64, Scalar

_LARGEST_FOLD = 4096  # bits of an integer constant: Python's are exact at any size, ours up to a sane one
_UNROLLED_POWER = 64
_FLOAT_POWER = 3  # the largest whole exponent that floats raise by multiplication

CERTAIN = Const(True, BOOL)
Candidate = tuple[Atom | None, Value]  # a value, and where it is the one to take

_PYTHON: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.LShift: operator.lshift,
    ast.RShift: operator.rshift, ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
}  # fmt: skip
_SYMBOLS: Mapping[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip
_BITWISE = (ast.BitAnd, ast.BitOr, ast.BitXor)
_SHIFTS = (ast.LShift, ast.RShift)


# -- NumPy's operations --


def numpy_op(e: Emit, row: Op, ufunc: str, args: tuple[Value, ...]) -> Value:
    """`numpy.<ufunc>(*args)`: a strong value of the type NumPy gives."""
    if row.compares:
        return compare(e, row, *args, strong=True)
    loop = e.loop(ufunc, args)
    if loop is None:
        return _stand_in()
    operand = loop.operands[0]
    if Trait.EXTREME in row.traits and operand.is_integer and not all(arg.is_weak for arg in args):
        return _extreme(e, row, args, operand)
    if operand.is_integer and operand is not U64 and any(wide.is_argument(arg) for arg in args):
        return wide.refuse(e)  # NumPy raises OverflowError
    atoms = tuple(e.atom(arg, operand) for arg in args)
    if operand is not BOOL and row is ops.POW:
        return run_time(operand, _power(e, atoms[0], atoms[1]))
    return run_time(loop.results[0], _row(e, row, operand, atoms))


def _extreme(e: Emit, row: Op, args: tuple[Value, ...], operand: Scalar) -> Value:
    """The smaller or larger of two integers, where a Python int may be none of the type's numbers.

    Then it decides nothing if it loses.  Where it wins NumPy raises OverflowError: a constant has no compiled form,
    any other int counts as the nearest number.
    """
    args = tuple(map(e.used, args))
    for weak, other in (args, args[::-1]):
        number = weak.literal
        if isinstance(number, int) and not operand.holds(int(number)):
            loses = number < 0 if row in (ops.MAX, ops.FMAX) else number > 0
            return run_time(operand, e.atom(other, operand)) if loses else e.out_of_bounds(int(number), operand)
    return run_time(operand, e.op(row, *(e.nearest(arg, operand) for arg in args)))


def _row(e: Emit, row: Op, operand: Scalar, atoms: tuple[Atom, ...]) -> Atom:
    """One row on operands of one type, which NumPy may take where the row does not."""
    if operand in row.over or row.elsewhere is None:
        return e.op(row, *atoms)
    if isinstance(row.elsewhere, bool):
        return Const(row.elsewhere, BOOL)
    return atoms[0] if row.elsewhere == ops.SAME else e.op(ops.BY_NAME[row.elsewhere], *atoms)


def _stand_in() -> Value:
    return run_time(F64, Const(0.0, F64))


def _power(e: Emit, base: Atom, exponent: Atom) -> Atom:
    """`base ** exponent` of one numeric type."""
    if base.type.is_float:
        if isinstance(exponent, Const) and exponent.value in range(_FLOAT_POWER + 1):
            return _by_squaring(e, base, int(exponent.value))
        return e.op(ops.POW, base, exponent)
    if isinstance(exponent, Const) and 0 <= exponent.value <= _UNROLLED_POWER:
        return _by_squaring(e, base, int(exponent.value))
    if base.type.is_signed:
        e.check(e.op(ops.GE, exponent, Const(0, exponent.type)), Fault.NEGATIVE_POWER)
    return e.op(ops.IPOW, base, exponent)


def _by_squaring(e: Emit, base: Atom, exponent: int) -> Atom:
    if base.type.is_float and exponent == 3:
        return e.op(ops.MUL, e.op(ops.MUL, base, base), base)
    result: Atom | None = None
    while exponent:
        if exponent & 1:
            result = base if result is None else e.op(ops.MUL, result, base)
        exponent >>= 1
        if exponent:
            base = e.op(ops.MUL, base, base)
    return Const(1, base.type) if result is None else result


# -- operators --


def binary(e: Emit, op: type[ast.AST], left: Value, right: Value) -> Value:
    """`left op right`."""
    row = ops.BY_PYTHON[op]
    if not (left.is_weak and right.is_weak):
        return numpy_op(e, row, row.numpy, (left, right))
    if left.literal is not None and right.literal is not None:
        folded = _fold(e, op, left.literal, right.literal)
        if folded is not None:
            return folded
    return _python_binary(e, op, row, left, right)


def _fold(e: Emit, op: type[ast.AST], left: Any, right: Any) -> Value | None:
    """Python's own answer on two literals; None where Python would raise, or answer outside the language."""
    if isinstance(left, int) and isinstance(right, int) and _fold_is_huge(op, left, right):
        return e.error(codes.E0406, "a constant expression gives an integer far beyond 64 bits")
    try:
        answer = _PYTHON[op](left, right)
    except (ArithmeticError, ValueError, TypeError):
        return None
    return literal(answer) if type(answer) in (bool, int, float) else None


def _fold_is_huge(op: type[ast.AST], left: int, right: int) -> bool:
    if op is ast.Pow:
        return right > 0 and left.bit_length() * right > _LARGEST_FOLD
    if op is ast.LShift:
        return right > _LARGEST_FOLD
    return op is ast.Mult and left.bit_length() + right.bit_length() > _LARGEST_FOLD


def _python_binary(e: Emit, op: type[ast.AST], row: Op, left: Value, right: Value) -> Value:
    """An operator on Python scalars: Python's meaning, integers 64 bits wide, NumPy's value where Python raises."""
    if Weak.FLOAT in (left.type, right.type):
        if op in _BITWISE or op in _SHIFTS:
            return e.no_operation(_SYMBOLS[op], left, right)
        if op is ast.Pow:
            return run_time(Weak.FLOAT, _power(e, e.atom(left, F64), e.atom(right, F64)))
        return run_time(Weak.FLOAT, e.op(row, e.atom(left, F64), e.atom(right, F64)))
    if Weak.WIDE in (left.type, right.type):
        return wide.binary(e, op, row, left, right)
    if op in _BITWISE and left.type is right.type is Weak.BOOL:
        return run_time(Weak.BOOL, e.op(row, e.atom(left), e.atom(right)))
    if op is ast.Div:
        return run_time(Weak.FLOAT, e.op(ops.PYDIV, e.atom(left, I64), e.atom(right, I64)))
    if op is ast.Pow:
        if right.literal is not None and right.literal < 0:
            return run_time(Weak.FLOAT, e.op(ops.POW, e.atom(left, F64), e.atom(right, F64)))
        return run_time(Weak.INT, _power(e, e.atom(left, I64), e.atom(right, I64)))
    return run_time(Weak.INT, e.op(row, e.atom(left, I64), e.atom(right, I64)))


def negative(e: Emit, value: Value) -> Value:
    if value.literal is not None:
        return literal(-value.literal)
    if isinstance(value.type, Scalar):
        return numpy_op(e, ops.NEG, "negative", (value,))
    number = as_number(value)
    if number.type is Weak.WIDE:
        return wide.signed(e, e.op(ops.NEG, e.atom(number)))
    return run_time(number.type, e.op(ops.NEG, e.atom(number)))


def positive(e: Emit, value: Value) -> Value:
    if value.literal is not None:
        return literal(+value.literal)
    if isinstance(value.type, Scalar):
        return value if e.loop("positive", (value,)) else _stand_in()
    number = as_number(value)
    return run_time(number.type, e.atom(number))


def invert(e: Emit, value: Value) -> Value:
    if isinstance(value.literal, int):
        return literal(~int(value.literal))
    if isinstance(value.type, Scalar):
        return numpy_op(e, ops.INV, "invert", (value,))
    if value.type is Weak.FLOAT:
        return e.no_operation("~", value)
    if value.type is Weak.WIDE:
        return wide.signed(e, e.op(ops.INV, e.atom(value)))
    return run_time(Weak.INT, e.op(ops.INV, e.atom(value, I64)))


def as_number(value: Value) -> Value:
    """A Python bool in arithmetic is an int."""
    if value.type is not Weak.BOOL:
        return value
    if value.literal is not None:
        return literal(int(value.literal))
    return Value(Weak.INT, value.atom, paths=Paths((), (0, 1)))


def truth(e: Emit, value: Value) -> Value:
    """`bool(value)`: weak, and a literal if `value` is one.  nan is true."""
    if value.literal is not None:
        return literal(bool(value.literal))
    atom = e.atom(value)
    if atom.type is not BOOL:
        atom = e.op(ops.NE, atom, Const(0, atom.type))
    return run_time(Weak.BOOL, atom)


def logical_not(e: Emit, value: Value) -> Value:
    known = truth(e, value)
    if known.literal is not None:
        return literal(not known.literal)
    return run_time(Weak.BOOL, e.op(ops.NOT, e.atom(known)))


def select(e: Emit, condition: Atom, then: Value, orelse: Value) -> Value:
    """One of two values that are already computed, joined as where two paths meet."""
    return choose(e, ((None, orelse), (condition, then)), meet(then, orelse))


def choose(
    e: Emit, candidates: Sequence[Candidate], met: Meeting, *, low: bool = True, high: bool = True
) -> Value:
    """The last candidate whose condition holds; the first has none."""
    (_, first), *others = candidates
    atom, fits = e.carry(first, met, low=low, high=high)
    for condition, value in others:
        assert condition is not None
        chosen, chosen_fits = e.carry(value, met, low=low, high=high)
        atom = e.op(ops.SEL, condition, chosen, atom)
        if fits is not None or chosen_fits is not None:
            fits = e.op(ops.SEL, condition, chosen_fits or CERTAIN, fits or CERTAIN)
    return met.value(atom, fits, e.span)


# -- comparison --


def compare(e: Emit, row: Op, left: Value, right: Value, *, strong: bool = False) -> Value:
    """`left < right` and its kin; integers compare exactly whatever their types.  Weak operands give a Python bool."""
    weak = left.is_weak and right.is_weak and not strong
    left, right = e.used(left), e.used(right)
    if left.literal is not None and right.literal is not None:
        answer = _holds(row, left.literal, right.literal)
        return literal(answer) if weak else run_time(BOOL, Const(answer, BOOL))
    result: Type = Weak.BOOL if weak else BOOL
    if not left.scalar.is_float and not right.scalar.is_float:
        return run_time(result, _compare_integers(e, row, left, right))
    if weak:
        return run_time(result, _compare_python(e, row, left, right))
    loop = e.loop(row.numpy, (left, right))
    if loop is None:
        return run_time(result, Const(False, BOOL))
    return run_time(result, e.op(row, e.atom(left, loop.operands[0]), e.atom(right, loop.operands[1])))


def _compare_python(e: Emit, row: Op, left: Value, right: Value) -> Atom:
    """Python scalars of which one is a float: int against float is exact."""
    if left.type is right.type:
        return e.op(row, e.atom(left), e.atom(right))
    for value in (left, right):
        if value.literal is not None and value.type is not Weak.FLOAT and _is_float(int(value.literal)):
            return e.op(row, e.atom(left, F64), e.atom(right, F64))
    if Weak.WIDE in (left.type, right.type):
        return e.atom(wide.refuse(e), BOOL)
    if left.type is Weak.FLOAT:
        order = e.op(ops.PYCMP, e.atom(right, I64), e.atom(left))
        return _from_order(e, row.mirrored, order)
    return _from_order(e, row, e.op(ops.PYCMP, e.atom(left, I64), e.atom(right)))


def _is_float(number: int) -> bool:
    return abs(number) < 1 << 64 and int(float(number)) == number


def _holds(row: Op, left: Any, right: Any) -> bool:
    """A comparison of numbers by Python, whose `operator` has the rows' names."""
    found: bool = getattr(operator, row.name)(left, right)
    return found


def _from_order(e: Emit, row: Op, order: Atom) -> Atom:
    """-1, 0, 1 for smaller, equal, larger; 2 for unordered, where only `!=` holds."""
    if row is ops.GT:
        return e.op(ops.EQ, order, Const(1, I64))
    if row is ops.GE:
        return e.op(ops.OR, e.op(ops.EQ, order, Const(0, I64)), e.op(ops.EQ, order, Const(1, I64)))
    return e.op(row, order, Const(0, I64))


def _compare_integers(e: Emit, row: Op, left: Value, right: Value) -> Atom:
    for value, other, is_left in ((left, right, True), (right, left, False)):
        if value.literal is not None:
            return _compare_with_literal(e, row, other, int(value.literal), is_left)
    both = common((left.scalar, right.scalar))
    assert both is not None
    if not both.is_float:
        return e.op(row, e.atom(left, both), e.atom(right, both))
    if left.scalar is U64:
        return _compare_mixed(e, row.mirrored, e.atom(right, I64), e.atom(left))
    return _compare_mixed(e, row, e.atom(left, I64), e.atom(right))


def _compare_with_literal(e: Emit, row: Op, value: Value, number: int, literal_is_left: bool) -> Atom:
    """A literal is compared in its partner's own type; one outside that type's range decides the answer alone."""
    if literal_is_left:
        row = row.mirrored
    if value.scalar.holds(number) and value.scalar is not BOOL:
        return e.op(row, e.atom(value), Const(number, value.scalar))
    if value.scalar is BOOL and -(1 << 63) <= number < 1 << 63:
        return e.op(row, e.atom(value, I64), Const(number, I64))
    return Const(_holds(row, 0, 1 if number > 0 else -1), BOOL)


def _compare_mixed(e: Emit, row: Op, signed: Atom, unsigned: Atom) -> Atom:
    """i64 against u64, exactly."""
    negative_ = e.op(ops.LT, signed, Const(0, I64))
    same = e.op(row, e.builder.cast(signed, U64), unsigned)
    if row in (ops.LT, ops.LE, ops.NE):
        return e.op(ops.OR, negative_, same)
    return e.op(ops.AND, e.op(ops.NOT, negative_), same)
