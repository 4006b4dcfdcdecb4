"""One call of the function per element, and the arrays its results make.

Operands are boxed, arrays of object that hold NumPy scalars, so that NumPy itself broadcasts, masks and orders them
and hands each element over as it is.  This module may not know how a call is written.
"""

from __future__ import annotations

import math
import operator
import reprlib
from collections.abc import Callable, Iterable, Sequence
from numbers import Number
from typing import Any

import numpy as np

from iris_cc.numpy_calls.casts import DType
from iris_cc.numpy_calls.shapes import broadcast_shape
from iris_cc.pyroute.rewrite import ElementPlace
from iris_cc.records import record

WEAK = (bool, int, float, complex)
_KEPT = (*WEAK, str, bytes, type(None))  # arguments of exactly these types reach the function as they are
_NUMBERS = (np.generic, Number)
_NUMBER_TYPES = frozenset(np.dtype(letter).type for letter in "?bhilqBHILQefdgFDG")  # a dtype each
_USUAL = frozenset(WEAK) | _NUMBER_TYPES


# -- operands --


def box(value: object) -> np.ndarray:
    """An array of object with the elements of `value` as NumPy scalars."""
    if type(value) in _KEPT:
        return _single(value)
    array = np.asarray(value)
    boxed = np.empty_like(array, object, subok=False)
    boxed[...] = np.fromiter(array.ravel(), object, array.size).reshape(array.shape)
    return boxed


def _single(value: object) -> np.ndarray:
    boxed = np.empty((), object)
    boxed[()] = value
    return boxed


# -- calls --


class Caller:
    """The function, held to one form of result: bare values, or tuples of one length.

    `accept` is told once how many outputs there are.  Text is a result where an operand is text, and any object where
    an operand is one.
    """

    def __init__(self, function: Callable[..., Any], operands: Iterable[object], accept: Callable[[int], None]) -> None:
        self.function = function
        self.accept = accept
        self.count: int | None = None  # outputs of each call so far
        self.several = False  # whether they come as a tuple
        kinds = {_kind(operand) for operand in operands}
        self.takes_objects = "O" in kinds
        self.takes_text = not kinds.isdisjoint("SUTO")

    def __call__(self, *values: Any) -> tuple[Any, ...]:
        result = self.function(*values)
        if type(result) in _USUAL and self.count == 1 and not self.several:
            return (result,)
        several = isinstance(result, tuple)
        row = result if several else (result,)
        if self.count is None:
            self._begin(len(row), several)
        elif (len(row), several) != (self.count, self.several):
            raise TypeError(
                f"{self._name} returned {_form(len(row), several)} for one element and "
                f"{_form(self.count, self.several)} for another"
            )
        return tuple([self._checked(each, values) for each in row])

    @property
    def _name(self) -> str:
        return f"`{getattr(self.function, '__name__', 'function')}`"

    def _begin(self, count: int, several: bool) -> None:
        if not count:
            raise TypeError(f"{self._name} returned an empty tuple, not a number")
        self.accept(count)
        self.count, self.several = count, several

    def _checked(self, value: Any, values: tuple[Any, ...]) -> Any:
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value[()]
        if isinstance(value, _NUMBERS) and not isinstance(value, np.character):
            return value
        if value is not None and (self.takes_objects or (self.takes_text and isinstance(value, (str, bytes)))):
            return value
        given = ", ".join(map(reprlib.repr, values))
        raise TypeError(f"{self._name} returned {reprlib.repr(value)} for the element ({given}), not a number")


def _kind(operand: object) -> str:
    if type(operand) in _KEPT:
        return "U" if isinstance(operand, (str, bytes)) else "b"
    return np.asarray(operand).dtype.kind


def _form(count: int, several: bool) -> str:
    return f"a tuple of {count}" if several else "one value"


# -- results --


@record
class Results:
    """The rows a function gave: `frame` has their shape and memory order, `mask` says which elements were wanted."""

    frame: np.ndarray
    mask: np.ndarray | None
    columns: tuple[list[Any], ...]
    expected: tuple[DType | None, ...]

    def types(self) -> tuple[DType, ...]:
        """The type of each output: the one its function shows, else the joined one of its values."""
        return tuple(map(fitting_type, self.columns, self.expected))

    def arrays(self) -> tuple[np.ndarray, ...]:
        """Each output in its type; elements that were not wanted hold anything."""
        return tuple(
            _array(self.frame, self.mask, column, target) for column, target in zip(self.columns, self.types())
        )

    @property
    def empty(self) -> bool:
        return not self.columns[0]


def evaluate(
    caller: Caller,
    operands: Sequence[np.ndarray],
    shapes: Sequence[tuple[int, ...]],
    mask: np.ndarray | None,
    order: Any,
    usual: int,
    expected: tuple[DType | None, ...],
    space: ElementSpace | None = None,
) -> Results:
    """Call for every element of the broadcast, in which outputs of these `shapes` take part.

    `usual` is the number of outputs where there is no element, `expected` what is known of their types before; in a
    `space` elements know their position.
    """
    if space is not None:
        masks = () if mask is None else (mask.shape,)
        full = broadcast_shape([*(each.shape for each in operands), *shapes, *masks, *space.shapes])
        operands = (_positions(full, operands), *operands)
    call = caller if space is None else space.located(caller, full)
    spare = max(len(shapes) - 1, 0)
    engine = np.frompyfunc(lambda *values: (call(*values), *(None,) * spare), len(operands), 1 + spare)
    if not spare:
        engine = np.frompyfunc(call, len(operands), 1)
    out = tuple(np.empty(shape, object) for shape in shapes) or None
    found = engine(*operands, out=out, where=True if mask is None else mask, order=order)
    rows = found[0] if spare else found
    frame = rows if isinstance(rows, np.ndarray) else _single(rows)
    return _columns(frame, caller.count or usual, expected)


@record(eq=False)
class ElementSpace:
    """Where elements stand: `shapes` take part in the broadcast; `origin` and `extents` are those of a larger space."""

    place: ElementPlace
    shapes: tuple[tuple[int, ...], ...] = ()
    origin: tuple[int, ...] | None = None
    extents: tuple[int, ...] | None = None

    def located(self, caller: Caller, full: tuple[int, ...]) -> Located:
        return Located(caller, self, full if self.extents is None else self.extents)


@record(eq=False)
class Located:
    """A caller whose first value is the element's position."""

    caller: Caller
    space: ElementSpace
    extents: tuple[int, ...]

    def __call__(self, position: tuple[int, ...], *values: Any) -> tuple[Any, ...]:
        place, origin = self.space.place, self.space.origin
        before = place.index, place.shape
        place.index = position if origin is None else tuple(map(operator.add, position, origin))
        place.shape = self.extents
        try:
            return self.caller(*values)
        finally:
            place.index, place.shape = before


def _positions(shape: tuple[int, ...], operands: Sequence[np.ndarray]) -> np.ndarray:
    """The position of each element, in the memory order of an operand of this shape."""
    like = next((each for each in operands if each.shape == shape), np.empty(()))
    boxed = np.empty_like(like, object, shape=shape)
    boxed[...] = np.fromiter(np.ndindex(*shape), object, math.prod(shape)).reshape(shape)
    return boxed


def _columns(frame: np.ndarray, count: int, expected: tuple[DType | None, ...]) -> Results:
    """One list of values per output, from an array of rows that has None where an element was not wanted."""
    everything = frame.ravel()  # `flat` ends at 32 axes
    rows = [row for row in everything if row is not None]
    given = np.fromiter((row is not None for row in everything), bool, frame.size)
    mask = None if given.all() else given.reshape(frame.shape)
    columns = tuple([row[k] for row in rows] for k in range(count))
    return Results(frame, mask, columns, expected if len(expected) == count else (None,) * count)


def array_of(frame: np.ndarray, expected: DType | None) -> np.ndarray:
    """The values in an array of object, in the type expected of them or their joined one."""
    values = list(frame.ravel())
    return _array(frame, None, values, fitting_type(values, expected))


def _array(frame: np.ndarray, mask: np.ndarray | None, values: list[Any], target: DType) -> np.ndarray:
    array = np.empty_like(frame, target)
    if mask is None:
        array[...] = _converted(values, target).reshape(frame.shape)
    else:
        array[mask] = _converted(values, target)
    return array


def _converted(values: list[Any], target: DType) -> np.ndarray:
    if target.kind in "VT":
        return np.array(values, target)
    return np.fromiter(values, target, len(values))


def result_type(values: Iterable[Any]) -> DType:
    """The one type of values from many paths: strong ones promote, Python scalars give way; float64 for none."""
    given = list(values)
    types = set(map(type, given))
    weak = types & set(WEAK)
    plain = weak | _NUMBER_TYPES
    strong = {np.dtype(kind) for kind in types if kind in _NUMBER_TYPES}
    strong |= {_dtype(value) for value in given if type(value) not in plain}
    if not given:
        return np.dtype(float)
    words: list[Any] = [*sorted(strong, key=str), *(kind(0) for kind in sorted(weak, key=str))]
    ints = [value for value in given if type(value) is int] if int in weak else []
    return with_room(np.result_type(*words), ints, all(dtype.kind in "bu" for dtype in strong))


def fitting_type(values: list[Any], expected: DType | None) -> DType:
    """`expected`, or a wider type where it cannot hold what the values turned out to be."""
    if expected is None:
        return result_type(values)
    kinds = {type(value) for value in values}
    weak = kinds & set(WEAK)
    if expected.hasobject or not kinds:
        return expected
    strong = {_dtype(value) for value in values if type(value) not in weak}
    letters = "?iufc" if weak <= {bool} else "iufc" if weak <= {bool, int} else "fc" if complex not in weak else "c"
    fits = (not weak or expected.char in letters or expected.kind in letters) and all(
        np.can_cast(each, expected, "safe") for each in strong
    )
    if not fits:
        return result_type([*values, np.empty((), expected)[()]])
    return with_room(expected, [value for value in values if type(value) is int], expected.kind in "bu")


def _dtype(value: Any) -> DType:
    if isinstance(value, np.generic):
        return value.dtype
    return np.asarray(value).dtype if isinstance(value, (*WEAK, str, bytes)) else np.dtype(object)


def with_room(joined: DType, ints: list[int], unsigned: bool) -> DType:
    """The joined type, or one that has room for the Python ints too: int64, uint64 beside `unsigned`, else object."""
    if joined.kind not in "iu" or not ints:
        return joined
    low, high = min(ints), max(ints)
    if np.iinfo(joined).min <= low and high <= np.iinfo(joined).max:
        return joined
    if joined != np.uint64 and low >= -(1 << 63) and high < 1 << 63:
        return np.dtype(np.int64)
    return np.dtype(np.uint64) if unsigned and low >= 0 and high < 1 << 64 else np.dtype(object)
