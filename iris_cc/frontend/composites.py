"""Functions with a meaning of their own: several operations, none, or one that is typed as no other is.

Python's builtins, `math`, NumPy's functions and names of the DSL.  Each rule gets typed values and gives a typed value;
the table at the end is all there is to know of such a function: who reads names, counts arguments, lowers calls and
makes the documentation reads the row.  What a name of the user's means is not known here.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable

from iris_cc import codes
from iris_cc.frontend import arith
from iris_cc.frontend.arith import Candidate, numpy_op, truth
from iris_cc.frontend.emit import Emit
from iris_cc.frontend.joins import meet, meeting, union
from iris_cc.frontend.values import WEAK_INTS, Paths, Result, Value, Weak, literal, run_time, scalar_of, strong_literal
from iris_cc.ir import ops
from iris_cc.ir.nodes import Atom, Const
from iris_cc.ir.types import BOOL, F64, I64, Scalar
from iris_cc.records import record

Arguments = tuple[Value, ...]
Rule = Callable[[Emit, Arguments], Result]

MANY = 32  # the most arguments of a function that takes any number
_NEVER = Const(False, BOOL)


@record(eq=False)
class Composite:
    """What a user may write, with how many arguments (`most`: more than `arity` may be), and what it then means.

    A spelling that an operation has, too, means what is said here.
    """

    spellings: tuple[str, ...]  # as in the operation table, and "builtin.abs"
    arity: int
    rule: Rule
    most: int = 0
    keywords: tuple[str, ...] = ()


def strengthen(e: Emit, value: Value) -> Value:
    """A Python scalar as the NumPy scalar an array of it holds."""
    scalar = scalar_of(value.type)
    return run_time(scalar, e.atom(value, scalar)) if value.is_weak else value


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


def _extreme(row: ops.Op) -> Rule:
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


def of_math(e: Emit, name: str, args: Arguments) -> Value:
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


def _math_whole(name: str) -> Rule:
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
    logs = [of_math(e, "log", (arg,)) for arg in args]
    return logs[0] if len(logs) == 1 else arith.binary(e, ast.Div, logs[0], logs[1])


def _math_hypot(e: Emit, args: Arguments) -> Value:
    if len(args) == 1:
        return of_math(e, "fabs", args)
    result = of_math(e, "hypot", args[:2])
    for arg in args[2:]:
        result = of_math(e, "hypot", (result, arg))
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


def _logical(row: ops.Op) -> Rule:
    def rule(e: Emit, args: Arguments) -> Value:
        atoms: list[Atom] = [e.atom(truth(e, arg)) for arg in args]
        return run_time(BOOL, e.op(row, *atoms))

    return rule


def _same_number(ufunc: str) -> Rule:
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


COMPOSITES = (
    Composite(("builtin.abs",), 1, _abs),
    Composite(("builtin.min",), 2, _extreme(ops.LT), most=MANY),
    Composite(("builtin.max",), 2, _extreme(ops.GT), most=MANY),
    Composite(("builtin.round",), 1, _round, most=2, keywords=("ndigits",)),
    Composite(("builtin.int",), 1, _int),
    Composite(("builtin.float",), 1, _float),
    Composite(("builtin.bool",), 1, _bool),
    Composite(("builtin.pow",), 2, _pow),
    Composite(("builtin.divmod",), 2, _divmod),
    Composite(("math.floor",), 1, _math_whole("floor")),
    Composite(("math.ceil",), 1, _math_whole("ceil")),
    Composite(("math.trunc",), 1, _math_whole("trunc")),
    Composite(("math.log",), 1, _math_log, most=2),
    Composite(("math.hypot",), 1, _math_hypot, most=MANY),
    Composite(("math.ldexp",), 2, _math_ldexp),
    Composite(("numpy.ldexp", "dsl.ldexp"), 2, _np_ldexp),
    Composite(("numpy.where", "dsl.where"), 3, _where),
    Composite(("numpy.clip", "dsl.clip"), 3, _clip),
    Composite(("numpy.logical_and", "dsl.logical_and"), 2, _logical(ops.AND)),
    Composite(("numpy.logical_or", "dsl.logical_or"), 2, _logical(ops.OR)),
    Composite(("numpy.logical_xor", "dsl.logical_xor"), 2, _logical(ops.XOR)),
    Composite(("numpy.logical_not", "dsl.logical_not"), 1, _logical(ops.NOT)),
    Composite(("numpy.positive",), 1, _same_number("positive")),
    Composite(("numpy.round", "numpy.around"), 1, _np_round, most=2, keywords=("decimals",)),
    Composite(("numpy.divmod",), 2, _np_divmod),
    Composite(("numpy.float_power",), 2, _float_power),
    Composite(("numpy.conjugate", "dsl.conj"), 1, _same_number("conjugate")),
    Composite(("dsl.exp10",), 1, _exp10),
    Composite(("dsl.fdim",), 2, _fdim),
    Composite(("dsl.real",), 1, _real),
    Composite(("dsl.imag",), 1, _imag),
)
BY_SPELLING = {spelling: composite for composite in COMPOSITES for spelling in composite.spellings}
assert len(BY_SPELLING) == sum(len(composite.spellings) for composite in COMPOSITES), "two rows share a spelling"
