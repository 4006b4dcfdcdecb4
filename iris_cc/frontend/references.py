"""What names hold that is no number: arrays and tuples, and what becomes of them where paths meet.

An array is known when the kernel is compiled, so a name that holds one array on one path and another, or none, on the
other holds neither after them.  Knows no syntax and emits nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iris_cc.frontend.frames import Reach
from iris_cc.frontend.values import Conflict, Reference, Result, Value, View
from iris_cc.ir.builder import Builder
from iris_cc.ir.nodes import Alloc, Array

References = dict[str, Reference]


def leaving(names: References, builder: Builder, flow: Reach) -> References:
    """What names hold where a block ends: its own arrays end with it."""
    own = {stmt.array for stmt in builder.stmts if isinstance(stmt, Alloc)}
    kept = {name: each for name, each in names.items() if flow.keeps_names or name.startswith("%rv")}
    return {name: Conflict(name) if own and _names_any(each, own) else each for name, each in kept.items()}


def merged(left: References, right: References, left_flow: Reach, right_flow: Reach) -> References:
    """What names hold after a fork."""
    found: References = {}
    for name in dict.fromkeys((*left, *right)):
        sides = [side[name] for side in (left, right) if name in side]
        alone = (name in left and not right_flow.keeps_names) or (name in right and not left_flow.keeps_names)
        is_one = len(sides) == 2 and same(sides[0], sides[1])
        found[name] = sides[0] if is_one or (len(sides) == 1 and (alone or name.startswith("%"))) else Conflict(name)
    return found


def changed(before: References, after: References, numbers: Iterable[str]) -> frozenset[str]:
    """The names that hold something else at the end of a loop's body than at its head, where some hold `numbers`."""
    known = {name: each for name, each in before.items() if not isinstance(each, Conflict)}
    other = {name for name, each in known.items() if name not in after or not same(each, after[name])}
    return frozenset(other | {name for name in numbers if name in after and name not in before})


def after_loop(before: References, after: References) -> References:
    """What names hold after a loop, whose body may have run or not."""
    steady = {name for name, each in before.items() if name in after and same(each, after[name])}
    names = (*before, *(name for name in after if name not in before and not name.startswith("%")))
    return {name: before[name] if name in steady else Conflict(name) for name in names}


def same(left: Reference, right: Reference) -> bool:
    return left is right or (not isinstance(left, Conflict) and left == right)


def shape(result: Result) -> object:
    """What two results have in common if they differ in numbers only."""
    match result:
        case Value():
            return None
        case View():
            return result
        case _:
            return tuple(map(shape, result))


def with_numbers(result: Result, numbers: Iterator[Value]) -> Result:
    """`result` with its numbers replaced, in order."""
    match result:
        case Value():
            return next(numbers)
        case View():
            return result
        case _:
            return tuple(with_numbers(part, numbers) for part in result)


def _names_any(reference: Reference, arrays: set[Array]) -> bool:
    match reference:
        case View(array=array):
            return array in arrays
        case tuple():
            return any(_names_any(part, arrays) for part in reference if not isinstance(part, Value))
        case _:
            return False
