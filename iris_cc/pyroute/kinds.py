"""What is known of a value before it is computed: a number's type, an object itself, several values, or nothing.

Types are NumPy's and Python's own: NumPy is asked which loop runs, Python is asked what an operator gives.  A rule that
would have to look at a value answers `UNKNOWN`.  This module may not know syntax.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias

import numpy as np

from iris_cc.numpy_calls.casts import DType
from iris_cc.pyroute.elements import with_room
from iris_cc.records import record

_MOST_VALUES = 8
_LARGEST = 1 << 200


@record
class Number:
    """A NumPy scalar of a dtype, or a Python number of a type; `values` where it can only be one of a few literals."""

    kind: DType | type
    values: frozenset[Any] | None = None

    @property
    def is_weak(self) -> bool:
        return isinstance(self.kind, type)

    @property
    def dtype(self) -> DType:
        return np.dtype(self.kind)

    @property
    def is_plain(self) -> bool:
        """Whether operators mean NumPy's ufuncs, or Python's on numbers."""
        return self.is_weak or np.dtype(self.kind).kind in "?biufcmM"

    @property
    def single(self) -> Any:
        """The one literal it is; None for none."""
        return next(iter(self.values)) if self.values is not None and len(self.values) == 1 else None


@record(eq=False)
class KnownObject:
    """An object that was found by its name."""

    value: Any


@record
class Several:
    """A tuple."""

    parts: tuple[Kind, ...]


@record
class Nothing:
    """`certain`: no value at all, for want of a way here; else one of which nothing is known."""

    certain: bool


Kind: TypeAlias = "Number | KnownObject | Several | Nothing"
UNKNOWN = Nothing(False)
NEVER = Nothing(True)


def literal(value: bool | int | float | complex) -> Number:
    return Number(type(value), frozenset([value]))


def of_value(value: Any) -> Kind:
    """What an object is: numbers by their types."""
    if type(value) in (bool, int, float, complex):
        return literal(value)
    if isinstance(value, np.generic):
        return Number(value.dtype)
    return Several(tuple(map(of_value, value))) if type(value) is tuple else KnownObject(value)


def join(left: Kind, right: Kind) -> Kind:
    """What a value is that comes from either of two paths: as `np.where`, Python scalars give way."""
    match left, right:
        case Nothing(certain), _:
            return right if certain else UNKNOWN
        case _, Nothing(certain):
            return left if certain else UNKNOWN
        case Number(), Number():
            return _joined(left, right)
        case Several(parts), Several(others) if len(parts) == len(others):
            return Several(tuple(map(join, parts, others)))
        case KnownObject(value), KnownObject(other) if value is other:
            return left
    return UNKNOWN


def join_all(kinds: Iterable[Kind]) -> Kind:
    found: Kind = NEVER
    for each in kinds:
        found = join(found, each)
    return found


_RANK: Mapping[Any, int] = {bool: 0, int: 1, float: 2, complex: 3}


def _joined(left: Number, right: Number) -> Kind:
    values = None if left.values is None or right.values is None else left.values | right.values
    if values is not None and len(values) > _MOST_VALUES:
        values = None
    if left.is_weak and right.is_weak:
        return Number(max(left.kind, right.kind, key=_RANK.__getitem__), values)
    if left.is_weak:
        left, right = right, left
    if not right.is_weak:
        try:
            return Number(np.promote_types(left.dtype, right.dtype))
        except TypeError:
            return UNKNOWN
    if not left.is_plain or left.dtype.kind in "mM":
        return UNKNOWN
    common = np.result_type(left.dtype, right.kind(1))  # type: ignore[operator]
    ints = [value for value in right.values or () if type(value) is int]
    found = with_room(common, ints, left.dtype.kind in "bu")
    return UNKNOWN if found.hasobject else Number(found)


def dtypes(kind: Kind) -> tuple[DType | None, ...]:
    """The types of the outputs a result shows; None for one that it does not."""
    parts = kind.parts if isinstance(kind, Several) else (kind,)
    return tuple(part.dtype if isinstance(part, Number) and part.dtype.kind not in "SUVO" else None for part in parts)


# -- operations --

_OPERATORS: Mapping[type[ast.AST], tuple[Callable[..., Any], np.ufunc]] = {
    ast.Add: (operator.add, np.add), ast.Sub: (operator.sub, np.subtract), ast.Mult: (operator.mul, np.multiply),
    ast.Div: (operator.truediv, np.true_divide), ast.FloorDiv: (operator.floordiv, np.floor_divide),
    ast.Mod: (operator.mod, np.remainder), ast.Pow: (operator.pow, np.power),
    ast.LShift: (operator.lshift, np.left_shift), ast.RShift: (operator.rshift, np.right_shift),
    ast.BitAnd: (operator.and_, np.bitwise_and), ast.BitOr: (operator.or_, np.bitwise_or),
    ast.BitXor: (operator.xor, np.bitwise_xor), ast.USub: (operator.neg, np.negative),
    ast.UAdd: (operator.pos, np.positive), ast.Invert: (operator.invert, np.invert),
    ast.Eq: (operator.eq, np.equal), ast.NotEq: (operator.ne, np.not_equal), ast.Lt: (operator.lt, np.less),
    ast.LtE: (operator.le, np.less_equal), ast.Gt: (operator.gt, np.greater), ast.GtE: (operator.ge, np.greater_equal),
}  # fmt: skip
_FOLDED = (ast.Add, ast.Sub, ast.Mult, ast.USub, ast.UAdd)


def operate(op: type[ast.AST], *args: Kind) -> Kind:
    """`left op right`, or `op operand`."""
    if NEVER in args:
        return NEVER
    numbers = [each for each in args if isinstance(each, Number) and each.is_plain]
    if len(numbers) != len(args) or op not in _OPERATORS:
        return UNKNOWN
    python, ufunc = _OPERATORS[op]
    if not all(each.is_weak for each in numbers):
        return by_loop(ufunc, *numbers)
    kinds = tuple(each.kind for each in numbers)
    singles = [each.single for each in numbers]
    if op in _FOLDED and None not in singles and all(type(each) is not int or abs(each) < _LARGEST for each in singles):
        return literal(python(*singles))
    if op is ast.Pow:
        return _python_power(*numbers)
    return _python_result(python, kinds)


@cache
def _python_result(python: Callable[..., Any], kinds: tuple[type, ...]) -> Kind:
    """Of Python numbers an operator's type is that of any values; where it raises, there is none."""
    try:
        return Number(type(python(*(kind(1) for kind in kinds))))
    except TypeError:
        return NEVER


def _python_power(base: Number, exponent: Number) -> Kind:
    """Python's power of reals is an int, a float or a complex number, as the values are."""
    if complex in (base.kind, exponent.kind):
        return Number(complex)
    whole = exponent.kind is not float or (exponent.values is not None and all(map(_is_whole, exponent.values)))
    if float in (base.kind, exponent.kind):
        return Number(float) if whole else UNKNOWN
    signs = {value < 0 for value in exponent.values} if exponent.values is not None else {True, False}
    if exponent.kind is bool or signs == {False}:
        return Number(int)
    return Number(float) if signs == {True} else UNKNOWN


def _is_whole(value: float) -> bool:
    return value == value // 1


def by_loop(ufunc: np.ufunc, *numbers: Number) -> Kind:
    """What a ufunc gives for scalars; `NEVER` where it raises."""
    if len(numbers) != ufunc.nin or ufunc.signature is not None or not all(each.is_plain for each in numbers):
        return UNKNOWN
    found = _loop(ufunc, tuple(np.dtype(bool) if each.kind is bool else each.kind for each in numbers))
    return UNKNOWN if found is None else found


@cache
def _loop(ufunc: np.ufunc, words: tuple[Any, ...]) -> Kind | None:
    try:
        found = ufunc.resolve_dtypes((*words, *(None,) * ufunc.nout))[ufunc.nin :]
    except TypeError:
        return NEVER
    if any(dtype.kind in "OSUVT" for dtype in found):
        return None
    results = tuple(Number(dtype) for dtype in found)
    return results[0] if ufunc.nout == 1 else Several(results)
