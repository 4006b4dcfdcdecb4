"""Calls of known functions: Python's builtins, `math`, NumPy's scalar functions, casts and the names of the DSL.

Each function gets typed values and gives a typed value; the table at the end says which is which.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping

import numpy as np

from iris_cc import codes
from iris_cc.frontend import arith, wide
from iris_cc.frontend.arith import Candidate, numpy_op, truth
from iris_cc.frontend.emit import Emit, name_of
from iris_cc.frontend.joins import meet, meeting, union
from iris_cc.frontend.resolve import CastTo, Known
from iris_cc.frontend.values import WEAK_INTS, Paths, Result, Value, Weak, literal, run_time, scalar_of, strong_literal
from iris_cc.ir import ops
from iris_cc.ir.nodes import Atom, Const
from iris_cc.ir.types import BOOL, F64, I64, U64, Scalar

Arguments = tuple[Value, ...]
_NEVER = Const(False, BOOL)


def call(e: Emit, entity: Known | CastTo, args: Arguments) -> Result:
    """The value of `entity(*args)`; keywords are already in their places."""
    if isinstance(entity, CastTo):
        return cast(e, args[0], entity.scalar)
    if (rule := _RULES.get(entity.key)) is not None:
        return rule(e, args)
    if entity.space == "math":
        return _math(e, entity.name, args)
    row = ops.BY_PYTHON[entity.key]
    if "." in row.numpy:
        return _special(e, row, args)
    name = entity.name if entity.space == "numpy" and hasattr(np, entity.name) else row.numpy
    return numpy_op(e, row, "trunc" if name == "fix" else name, args)


def _special(e: Emit, row: ops.Op, args: Arguments) -> Value:
    """A function NumPy has not: of f8, or typed as NumPy types `sqrt` of one operand and `hypot` of several."""
    if not row.over:
        return run_time(F64, e.op(row, *(e.atom(arg, F64) for arg in args)))
    common, *others = sorted(args, key=lambda arg: arg.is_weak)  # a weak one gives way to any strong one
    for other in others:
        loop = e.loop("hypot", (common, other))
        if loop is None:
            return strong_literal(0.0, F64)
        common = Value(Weak.FLOAT if common.is_weak else loop.results[0])
    loop = e.loop("sqrt", (common,))
    if loop is None:
        return strong_literal(0.0, F64)
    return run_time(loop.results[0], e.op(row, *(e.atom(arg, loop.operands[0]) for arg in args)))


# -- casts --


def cast(e: Emit, value: Value, to: Scalar) -> Value:
    """`np.int8(x)` and its kin: a strong value; what does not fit is NumPy's value on x86."""
    if to is BOOL:
        return run_time(BOOL, e.atom(truth(e, value)))
    if isinstance(value.literal, float) and not to.is_float:
        return run_time(to, e.builder.cast(Const(value.literal, F64), to))
    return run_time(to, e.atom(value, to))


def strengthen(e: Emit, value: Value) -> Value:
    """A Python scalar as the NumPy scalar an array of it holds."""
    scalar = scalar_of(value.type)
    return run_time(scalar, e.atom(value, scalar)) if value.is_weak else value


def int_method(e: Emit, name: str, value: Value) -> Value:
    """`n.bit_count()` and `n.bit_length()`; of NumPy's scalars only the integers have one, and only the first."""
    if isinstance(value.literal, int):
        return literal(getattr(int(value.literal), name)())
    if value.type is Weak.WIDE and name == "bit_length":
        return wide.refuse(e)
    if value.is_weak and value.type is not Weak.FLOAT:
        row = ops.BITL if name == "bit_length" else ops.BITC
        bits = e.atom(value, U64 if value.type is Weak.WIDE else I64)
        return run_time(Weak.INT, e.builder.cast(e.op(row, bits), I64))
    if name == "bit_count" and isinstance(value.type, Scalar) and value.type.is_integer:
        return run_time(Weak.INT, e.builder.cast(e.op(ops.BITC, e.atom(value)), I64))
    return e.error(
        codes.E0401, f"{name_of(value.type)} has no `{name}`", name_of(value.type), help=f"write `int(x).{name}()`"
    )


# -- builtins --


def _abs(e: Emit, args: Arguments) -> Value:
    (value,) = args
    if value.literal is not None:
        return literal(abs(value.literal))
    if isinstance(value.type, Scalar):
        return numpy_op(e, ops.ABS, "absolute", args)
    number = arith.as_number(value)
    if value.type is Weak.WIDE:
        return value
    if value.type is Weak.BOOL:
        return run_time(Weak.INT, e.atom(number, I64))
    return run_time(number.type, e.op(ops.ABS, e.atom(number)))


def _extreme(row: ops.Op) -> Callable[[Emit, Arguments], Value]:
    """Python's `min` and `max`: a later argument wins only if it compares strictly; so nan stays where it is first.

    Each is compared with what may stand before it in its own type: only the result is where they all meet.
    """

    def rule(e: Emit, args: Arguments) -> Value:
        if _are_alike(args):
            best = args[0]
            for later in args[1:]:
                wins = arith.compare(e, row, later, best)
                if wins.literal is None:
                    best = arith.select(e, e.atom(wins), later, best)
                else:
                    best = later if wins.literal else best
            return best
        candidates: list[Candidate] = [(None, args[0])]
        for later in args[1:]:
            candidates = _contested(e, row, candidates, later)
        if len(candidates) == 1:
            return candidates[0][1]
        # A Python int wins a maximum only if it is no less than some number of the type they meet in.
        met = meet(*(value for _, value in candidates))
        return arith.choose(e, candidates, met, low=row is not ops.GT, high=row is not ops.LT)

    return rule


def _are_alike(args: Arguments) -> bool:
    """Whether they compare the same before and after they meet, so that each two may meet as they come."""
    strong = {arg.type for arg in args if not arg.is_weak}
    if len(strong) != 1:
        return not strong and len({arg.type for arg in args}) == 1
    scalar = next(arg.scalar for arg in args if not arg.is_weak)
    return scalar.is_float or all(
        not arg.is_weak or (isinstance(arg.literal, int) and scalar.is_integer and scalar.holds(arg.literal))
        for arg in args
    )


def _contested(e: Emit, row: ops.Op, candidates: list[Candidate], later: Value) -> list[Candidate]:
    """The candidates after one more argument, which beats some of them for some elements."""
    kept: list[Candidate] = []
    beaten: list[Atom] = []
    for condition, value in candidates:
        wins = e.atom(arith.compare(e, row, later, value))
        if wins == _NEVER:
            kept.append((condition, value))
            continue
        if wins != arith.CERTAIN:
            kept.append((e.both(condition, e.op(ops.NOT, wins)), value))
        both = e.both(condition, wins)
        assert both is not None
        beaten.append(both)
    if not beaten:
        return kept
    any_beaten = beaten[0]
    for each in beaten[1:]:
        any_beaten = e.op(ops.OR, any_beaten, each)
    return [*kept, (any_beaten if kept else None, later)]


def _round(e: Emit, args: Arguments) -> Value:
    """`round(x)`, half to even, is a Python int; `round(x, n)` keeps the type."""
    value = args[0]
    if len(args) == 2:
        return _round_to(e, value, args[1], python=True)
    if value.literal is not None and _finite(value.literal):
        return literal(round(value.literal))
    if value.type is Weak.WIDE:
        return value
    if value.type is BOOL:
        return e.no_operation("round", value)
    atom = e.atom(arith.as_number(value))
    if atom.type.is_float:
        atom = e.op(ops.RINT, atom)
    return run_time(Weak.INT, e.builder.cast(atom, I64))


def _round_to(e: Emit, value: Value, digits: Value, *, python: bool) -> Value:
    """Rounding to `digits` decimals, a literal, by NumPy's method: scale, round half to even, scale back."""
    if not isinstance(digits.literal, int) or abs(digits.literal) > 300:
        return e.error(codes.E0204, "the number of digits must be a small literal integer")
    if value.is_weak and python:
        if value.literal is not None:
            return literal(round(value.literal, digits.literal))
        if value.type is not Weak.FLOAT and digits.literal >= 0:
            return arith.positive(e, value)
        return e.error(
            codes.E0401, "`round` of a Python number to digits has no compiled form", help="use `np.round(x, n)`"
        )
    scalar = scalar_of(value.type)
    if scalar is BOOL or (scalar.is_integer and digits.literal < 0):
        return e.no_operation("round", value)
    atom = e.atom(value)
    if scalar.is_integer:
        return run_time(scalar, atom)
    if digits.literal == 0:
        return run_time(scalar, e.op(ops.RINT, atom))
    scale = Const(10.0 ** abs(digits.literal), scalar)
    first, last = (ops.MUL, ops.DIV) if digits.literal > 0 else (ops.DIV, ops.MUL)
    return run_time(scalar, e.op(last, e.op(ops.RINT, e.op(first, atom, scale)), scale))


def _finite(number: float) -> bool:
    return not isinstance(number, float) or math.isfinite(number)


def _int(e: Emit, args: Arguments) -> Value:
    (value,) = args
    if value.literal is not None and _finite(value.literal):
        return literal(int(value.literal))
    if value.type in WEAK_INTS:
        return value
    return run_time(Weak.INT, e.builder.cast(e.atom(value), I64))


def _float(e: Emit, args: Arguments) -> Value:
    (value,) = args
    if value.literal is not None and abs(value.literal) < 1 << 64:
        return literal(float(value.literal))
    return _as_float(e, value)


def _as_float(e: Emit, value: Value) -> Value:
    """A Python float; the way from f4 is exact."""
    return run_time(Weak.FLOAT, e.builder.cast(e.atom(value), F64))


def _bool(e: Emit, args: Arguments) -> Value:
    return truth(e, args[0])


def _pow(e: Emit, args: Arguments) -> Value:
    return arith.binary(e, ast.Pow, args[0], args[1])


def _divmod(e: Emit, args: Arguments) -> Result:
    return arith.binary(e, ast.FloorDiv, *args), arith.binary(e, ast.Mod, *args)


# -- math --


def _math(e: Emit, name: str, args: Arguments) -> Value:
    """`math.f`: arguments become Python floats, and so is the result; where Python raises, the value is NumPy's."""
    if all(arg.literal is not None for arg in args):
        try:
            answer = getattr(math, name)(*(arg.literal for arg in args))
        except (ArithmeticError, ValueError, TypeError, AttributeError):
            pass
        else:
            return literal(answer)
    floats = tuple(e.atom(_float(e, (arg,)), F64) for arg in args)
    row = ops.BY_PYTHON[f"math.{name}"]
    out = e.op(row, *floats)
    return run_time(Weak.BOOL if out.type is BOOL else Weak.FLOAT, out)


def _math_whole(name: str) -> Callable[[Emit, Arguments], Value]:
    """`math.floor`, `ceil`, `trunc`: a Python int.  NumPy's integers go by way of a float, as CPython does it."""

    def rule(e: Emit, args: Arguments) -> Value:
        (value,) = args
        if value.literal is not None and _finite(value.literal):
            return literal(getattr(math, name)(value.literal))
        if value.is_weak and value.type is not Weak.FLOAT:
            return arith.positive(e, value)
        if name == "trunc" and value.type not in (F64, Weak.FLOAT):
            return e.no_operation("math.trunc", value)  # NumPy's scalars have no __trunc__; float64 is a Python float
        atom = e.op(ops.BY_PYTHON[f"math.{name}"], e.atom(_as_float(e, value)))
        return run_time(Weak.INT, e.builder.cast(atom, I64))

    return rule


def _math_log(e: Emit, args: Arguments) -> Value:
    """`math.log(x)` or, with a base, the quotient of two logarithms, as CPython computes it."""
    logs = [_math(e, "log", (arg,)) for arg in args]
    return logs[0] if len(logs) == 1 else arith.binary(e, ast.Div, logs[0], logs[1])


def _math_hypot(e: Emit, args: Arguments) -> Value:
    if len(args) == 1:
        return _math(e, "fabs", args)
    result = _math(e, "hypot", args[:2])
    for arg in args[2:]:
        result = _math(e, "hypot", (result, arg))
    return result


# -- NumPy's functions that are several operations --


def _where(e: Emit, args: Arguments) -> Value:
    """`np.where` converts what it gets, whatever the values: Python ints wrap in their partner's type, as in NumPy."""
    condition, then, orelse = args
    known = truth(e, condition)
    types = tuple(Weak.INT if value.type is Weak.WIDE else value.type for value in (then, orelse))
    scalar = scalar_of(meeting(union(*(Paths((each,)) for each in types))).type)
    return run_time(scalar, e.op(ops.SEL, e.atom(known), e.atom(then, scalar), e.atom(orelse, scalar)))


def _clip(e: Emit, args: Arguments) -> Value:
    """`np.clip(x, low, high)` is `minimum(maximum(x, low), high)` in the one type NumPy picks for the three."""
    args = (strengthen(e, args[0]), *args[1:])  # NumPy makes an array of the first, so only bounds are weak
    loop = e.loop("clip", args)
    if loop is None:
        return strong_literal(0.0, F64)
    scalar = loop.operands[0]
    x, low, high = (
        Value(scalar, e.atom(arg, scalar))
        for arg in (args[0], _bound(e, args[1], scalar, ops.MAX), _bound(e, args[2], scalar, ops.MIN))
    )
    return numpy_op(e, ops.MIN, "minimum", (numpy_op(e, ops.MAX, "maximum", (x, low)), high))


def _bound(e: Emit, bound: Value, scalar: Scalar, row: ops.Op) -> Value:
    """A Python int as a bound of an integer: one beyond the type's range bounds nothing, as in NumPy.

    A lower bound above the range, or an upper one below it, is no number of the type, where NumPy raises OverflowError:
    a constant has no compiled form, any other int counts as the nearest number.
    """
    if bound.type not in WEAK_INTS or not scalar.is_integer:
        return bound
    if bound.literal is None:
        return run_time(scalar, e.nearest(bound, scalar))
    number = int(bound.literal)
    number = max(number, scalar.lowest) if row is ops.MAX else min(number, scalar.highest)
    return literal(number) if scalar.holds(number) else e.out_of_bounds(number, scalar)


def _logical(row: ops.Op) -> Callable[[Emit, Arguments], Value]:
    def rule(e: Emit, args: Arguments) -> Value:
        atoms: list[Atom] = [e.atom(truth(e, arg)) for arg in args]
        return run_time(BOOL, e.op(row, *atoms))

    return rule


def _same_number(ufunc: str) -> Callable[[Emit, Arguments], Value]:
    """A ufunc that gives a real number back, in the type of its loop."""

    def rule(e: Emit, args: Arguments) -> Value:
        loop = e.loop(ufunc, args)
        return run_time(loop.results[0], e.atom(args[0], loop.operands[0])) if loop else strong_literal(0.0, F64)

    return rule


def _np_round(e: Emit, args: Arguments) -> Value:
    digits = args[1] if len(args) == 2 else literal(0)
    return _round_to(e, strengthen(e, args[0]), digits, python=False)


def _np_divmod(e: Emit, args: Arguments) -> Result:
    return numpy_op(e, ops.FDIV, "floor_divide", args), numpy_op(e, ops.MOD, "remainder", args)


def _float_power(e: Emit, args: Arguments) -> Value:
    wide = tuple(run_time(F64, e.atom(arg, F64)) for arg in args)
    return numpy_op(e, ops.POW, "power", wide)


def _exp10(e: Emit, args: Arguments) -> Value:
    return numpy_op(e, ops.POW, "power", (literal(10.0), args[0]))


def _real(e: Emit, args: Arguments) -> Value:
    return strengthen(e, args[0])


def _imag(e: Emit, args: Arguments) -> Value:
    return strong_literal(0, scalar_of(args[0].type))


def _np_ldexp(e: Emit, args: Arguments) -> Value:
    loop = e.loop("ldexp", args)
    if loop is None:
        return strong_literal(0.0, F64)
    return run_time(loop.results[0], e.op(ops.LDEXP, e.atom(args[0], loop.operands[0]), e.atom(args[1], I64)))


def _math_ldexp(e: Emit, args: Arguments) -> Value:
    """`math.ldexp(x, n)`: a Python float; what is too large is infinite."""
    x, exponent = args
    if scalar_of(exponent.type).is_float:
        return e.no_operation("math.ldexp", x, exponent)
    return run_time(Weak.FLOAT, e.op(ops.LDEXP, e.atom(_as_float(e, x), F64), e.nearest(exponent, I64)))


def _fdim(e: Emit, args: Arguments) -> Value:
    """C's positive difference: `x - y` if x > y, nan if unordered, else 0."""
    x, y = args
    difference = numpy_op(e, ops.SUB, "subtract", args)
    smaller = arith.compare(e, ops.LE, x, y, strong=True)
    return arith.select(e, e.atom(smaller), literal(0), difference)


_RULES: Mapping[str, Callable[[Emit, Arguments], Result]] = {
    "builtin.abs": _abs,
    "builtin.min": _extreme(ops.LT),
    "builtin.max": _extreme(ops.GT),
    "builtin.round": _round,
    "builtin.int": _int,
    "builtin.float": _float,
    "builtin.bool": _bool,
    "builtin.pow": _pow,
    "builtin.divmod": _divmod,
    "math.floor": _math_whole("floor"),
    "math.ceil": _math_whole("ceil"),
    "math.trunc": _math_whole("trunc"),
    "math.log": _math_log,
    "math.hypot": _math_hypot,
    "numpy.where": _where,
    "dsl.where": _where,
    "numpy.clip": _clip,
    "dsl.clip": _clip,
    "numpy.logical_and": _logical(ops.AND),
    "dsl.logical_and": _logical(ops.AND),
    "numpy.logical_or": _logical(ops.OR),
    "dsl.logical_or": _logical(ops.OR),
    "numpy.logical_xor": _logical(ops.XOR),
    "dsl.logical_xor": _logical(ops.XOR),
    "numpy.logical_not": _logical(ops.NOT),
    "dsl.logical_not": _logical(ops.NOT),
    "numpy.positive": _same_number("positive"),
    "numpy.round": _np_round,
    "numpy.around": _np_round,
    "numpy.divmod": _np_divmod,
    "numpy.float_power": _float_power,
    "numpy.conjugate": _same_number("conjugate"),
    "dsl.conj": _same_number("conjugate"),
    "dsl.real": _real,
    "dsl.imag": _imag,
    "numpy.ldexp": _np_ldexp,
    "dsl.ldexp": _np_ldexp,
    "math.ldexp": _math_ldexp,
    "dsl.exp10": _exp10,
    "dsl.fdim": _fdim,
}
