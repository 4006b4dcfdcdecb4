"""Where paths meet: the one type of all that may arrive, as `np.result_type` gives it for all of them at once.

A Python int gives way to its strong partners, but never at the price of its value.  A literal they have no room for
joins with them in int64, or in uint64, or not at all; any other int is looked at when the kernel runs.

What has met is remembered with the value, so neither the order nor the nesting of paths changes a type.
"""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np

from iris_cc.diagnostics import Span
from iris_cc.frontend.values import WEAK_INTS, WIDE_FROM, Paths, Type, Value, Weak, scalar_of
from iris_cc.ir.nodes import Atom, Const
from iris_cc.ir.types import BOOL, BY_DTYPE, F64, I64, U64, Scalar
from iris_cc.records import record, replace

_ORDER: dict[Type, int] = {type: place for place, type in enumerate((*Scalar, *Weak))}


@record
class Meeting:
    """What paths give: their type, and whether it has no room for one of them (`clash`).

    What clashes is carried as f64.  It is an error only where it is used, and one more path may make it a float.
    """

    paths: Paths
    type: Type
    clash: bool

    @property
    def carrier(self) -> Scalar:
        return F64 if self.clash else scalar_of(self.type)

    def value(self, atom: Atom, fits: Atom | None, place: Span) -> Value:
        several = len(self.paths.types) != 1 or self.paths.span is not None or self.paths.unsure
        paths = self.paths if several else None
        return Value(self.type, atom, None, paths, fits, self.clash, place if several else None)

    def nothing(self, place: Span) -> Value:
        """Some value, where none is ever read."""
        return self.value(Const(0, self.carrier), None, place)


def paths_of(value: Value) -> Paths:
    if value.paths is not None:
        return value.paths
    if value.literal is not None and value.type in WEAK_INTS:
        return Paths((), (int(value.literal), int(value.literal)))
    return Paths((value.type,))


def union(*all_paths: Paths) -> Paths:
    types = {type for paths in all_paths for type in paths.types}
    spans = [paths.span for paths in all_paths if paths.span is not None]
    span = (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None
    return Paths(tuple(sorted(types, key=_ORDER.__getitem__)), span, any(paths.unsure for paths in all_paths))


def meet(*values: Value) -> Meeting:
    """What it is where all these values meet."""
    return meeting(union(*map(paths_of, values)))


@lru_cache(maxsize=4096)
def meeting(paths: Paths) -> Meeting:
    strong = common(tuple(type for type in paths.types if isinstance(type, Scalar)))
    type = _join(strong, paths)
    if type is None:
        return Meeting(paths, strong or Weak.INT, clash=True)
    scalar = scalar_of(type)
    unsure = scalar.is_integer and any(
        each in WEAK_INTS and not scalar_of(each).within(scalar) for each in paths.types
    )
    return Meeting(replace(paths, unsure=paths.unsure or unsure), type, clash=False)


def _join(strong: Scalar | None, paths: Paths) -> Type | None:
    """The type of all paths, or None where there is none."""
    if Weak.FLOAT in paths.types:
        return Weak.FLOAT if strong is None else strong if strong.is_float else F64
    if paths.span is None and not any(each in paths.types for each in WEAK_INTS):
        return Weak.BOOL if strong is None else strong
    if strong is None or strong is BOOL:
        return _join_ints(strong, paths)
    if strong.is_float or _holds(strong, paths.span):
        return strong
    return next((each for each in (I64, U64) if strong.within(each) and _holds(each, paths.span)), None)


def _join_ints(strong: Scalar | None, paths: Paths) -> Type | None:
    """Python ints among themselves, or beside bools."""
    low, high = paths.span or (0, 0)
    if Weak.WIDE not in paths.types and high < WIDE_FROM:
        return Weak.INT if strong is None else I64
    if low < 0:
        return None
    return Weak.WIDE if strong is None else U64


def _holds(scalar: Scalar, span: tuple[int, int] | None) -> bool:
    return span is None or (scalar.holds(span[0]) and scalar.holds(span[1]))


@cache
def common(types: tuple[Scalar, ...]) -> Scalar | None:
    """NumPy's common type of strong types, all at once: not what it makes of two and then the third."""
    if not types:
        return None
    return BY_DTYPE[np.result_type(*(np.dtype(each.dtype) for each in types)).str[1:]]
