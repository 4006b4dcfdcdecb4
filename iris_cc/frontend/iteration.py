"""What a `for` runs over: arrays, tuples, `range`, `enumerate`, `zip`, `reversed`; and reductions, which are loops.

Comprehensions and reductions are rewritten as the statements Python would run, under hidden names, and lowered as
those.  A rewritten tree is kept with the node it stands for, so that it is one tree however often it is lowered.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from iris_cc import codes
from iris_cc.frontend import ranges
from iris_cc.frontend.arrays import Arrays
from iris_cc.frontend.indexing import number
from iris_cc.frontend.resolve import ArrayFunction, KnownFunction
from iris_cc.frontend.values import Result, Value, View, Weak, literal, run_time
from iris_cc.ir import ops
from iris_cc.ir.nodes import Atom, Const, Fault
from iris_cc.ir.types import I64
from iris_cc.records import record, replace

if TYPE_CHECKING:
    from iris_cc.frontend.expressions import Expressions

MOST_UNROLLED = 256  # items of a tuple that a loop is written out for

Comprehension = ast.GeneratorExp | ast.ListComp


@record(eq=False)
class Iterable:
    """So many items, each made from its place, which exists."""

    count: Atom
    item: Callable[[Atom], Result]


class Iteration:
    """What loops run over, for the kernel that `walk` lowers."""

    def __init__(self, walk: Expressions, arrays: Arrays) -> None:
        self.walk = walk
        self.arrays = arrays
        self.index = arrays.index
        self.e = walk.e
        self.rewritten: dict[int, tuple[ast.AST, str, list[ast.stmt]]] = {}

    # -- iterables --

    def over(self, node: ast.expr) -> Iterable | tuple[Result, ...]:
        """What `node` iterates over; a tuple where all items are known."""
        if isinstance(node, ast.Name) and node.id in self.walk.frame.iterables:
            hidden: Iterable = self.walk.frame.iterables[node.id]
            return hidden
        if isinstance(node, ast.Call):
            match self.walk.frame.routine.entity(node.func):
                case ArrayFunction("range"):
                    return self.range(node)
                case ArrayFunction("enumerate"):
                    return self.enumerate(node)
                case ArrayFunction("zip"):
                    return self.zip(node)
                case ArrayFunction("reversed"):
                    return self.reversed(self.over(node.args[0]))
                case _:
                    pass
        result = self.walk.expr(node)
        self.walk.at(node)
        match result:
            case View(axes=axes) as view if axes:
                return Iterable(axes[0].extent, lambda place: self.arrays.element(view, place))
            case tuple():
                return result
            case _:
                self.e.error(codes.E0408, "a number cannot be iterated over")
                return ()

    def counted(self, source: Iterable | tuple[Result, ...]) -> Iterable:
        if isinstance(source, Iterable):
            return source
        table = self.arrays.table(source)
        return Iterable(number(len(source)), lambda place: self.arrays.element(table, place))

    def range(self, node: ast.Call) -> Iterable:
        bounds = [self.walk.value(arg) for arg in node.args]
        self.walk.at(node)
        start, stop, step = ranges.bounds(self.e, bounds)

        def item(place: Atom) -> Result:
            return run_time(Weak.INT, self.index.add(start, self.index.mul(place, step)))

        return Iterable(self.trips(start, stop, step), item)

    def trips(self, start: Atom, stop: Atom, step: Atom) -> Atom:
        """How many numbers a range has, where all of them are int64 and no distance is larger than one."""
        if isinstance(step, Const) and int(step.value) < 0:
            start, stop, step = stop, start, number(-int(step.value))
        distance = self.index.larger(self.index.sub(stop, start), number(0))
        if isinstance(step, Const):
            return self.index.divided(self.index.add(distance, number(int(step.value) - 1)), max(int(step.value), 1))
        down = self.index.larger(self.index.sub(start, stop), number(0))
        is_up = self.e.op(ops.GT, step, number(0))
        size = self.e.op(ops.SEL, is_up, step, self.e.op(ops.SUB, number(0), step))
        far = self.e.op(ops.SEL, is_up, distance, down)
        return self.e.op(ops.FDIV, self.index.add(far, self.index.sub(size, number(1))), size)

    def enumerate(self, node: ast.Call) -> Iterable | tuple[Result, ...]:
        source = self.over(node.args[0])
        others = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
        first = self.walk.value(others[0]) if others else literal(0)
        if isinstance(source, tuple) and isinstance(first.literal, int):
            return tuple((literal(first.literal + k), item) for k, item in enumerate(source))
        start, each = self.e.atom(first, I64), self.counted(source)
        return Iterable(each.count, lambda place: (run_time(Weak.INT, self.index.add(start, place)), each.item(place)))

    def zip(self, node: ast.Call) -> Iterable | tuple[Result, ...]:
        sources = [self.over(arg) for arg in node.args]
        if all(isinstance(source, tuple) for source in sources):
            return tuple(zip(*(source for source in sources if isinstance(source, tuple))))
        each = [self.counted(source) for source in sources]
        self.walk.at(node)
        strict = any(keyword.arg == "strict" and _is_true(keyword.value) for keyword in node.keywords)
        count = each[0].count
        for other in each[1:]:
            if strict and count != other.count:
                self.e.check(self.e.op(ops.EQ, count, other.count), Fault.LENGTHS)
            count = self.index.smaller(count, other.count)
        return Iterable(count, lambda place: tuple(source.item(place) for source in each))

    def reversed(self, source: Iterable | tuple[Result, ...]) -> Iterable | tuple[Result, ...]:
        if isinstance(source, tuple):
            return source[::-1]
        last = self.index.sub(source.count, number(1))
        return Iterable(source.count, lambda place: source.item(self.index.sub(last, place)))

    # -- comprehensions and reductions as statements --

    def run(self, node: ast.AST, build: Callable[[str], list[ast.stmt]]) -> Result:
        """Lower the statements that stand for `node`; what the hidden name they leave holds."""
        known = self.rewritten.get(id(node))
        if known is None:
            name = f"%t{len(self.rewritten)}"
            stmts = [ast.fix_missing_locations(ast.copy_location(stmt, node)) for stmt in build(name)]
            known = self.rewritten[id(node)] = (node, name, stmts)
        _, name, stmts = known
        return self.walk.scoped(name, stmts, _targets(node))

    def sum(self, node: ast.Call) -> Result:
        first = node.args[1] if len(node.args) > 1 else _word(node, "start", ast.Constant(0))

        def build(name: str) -> list[ast.stmt]:
            add = lambda each: [_set(name, ast.BinOp(_get(name), ast.Add(), each))]  # noqa: E731
            return [_set(name, first), *_for_each(node.args[0], name, add)]

        return self.run(node, build)

    def any(self, node: ast.Call, key: ast.AST, *, every: bool) -> Result:
        """`any`, or `all` where it is `every`: up to the first item that decides."""

        def build(name: str) -> list[ast.stmt]:
            def decide(each: ast.expr) -> list[ast.stmt]:
                test = ast.UnaryOp(ast.Not(), each) if every else each
                return [ast.If(test, [_set(name, ast.Constant(not every)), ast.Break()], [])]

            decided = ast.UnaryOp(ast.Not(), _get(name)) if every else _get(name)
            leave = [ast.If(decided, [ast.Break()], [])]
            return [_set(name, ast.Constant(every)), *_for_each(node.args[0], name, decide, leave)]

        return self.run(key, build)

    def extreme(self, node: ast.Call, entity: KnownFunction) -> Result:
        """`min` and `max` of the items of one argument."""
        op = ast.Lt() if entity.name == "min" else ast.Gt()
        if not isinstance(node.args[0], Comprehension):
            source = self.over(node.args[0])
            self.walk.at(node)
            if isinstance(source, tuple):
                return self.extreme_of_tuple(source, entity)
            return self.extreme_of(node, source, op)

        def build(name: str) -> list[ast.stmt]:
            item, found = f"{name}i", f"{name}f"

            def take(each: ast.expr) -> list[ast.stmt]:
                first = [_set(name, _get(item)), _set(found, ast.Constant(True))]
                better = ast.If(ast.Compare(_get(item), [op], [_get(name)]), [_set(name, _get(item))], [])
                return [_set(item, each), ast.If(_get(found), [better], first)]

            no = ast.Constant(False)  # which joins with anything and changes no type
            return [_set(name, no), _set(found, no), *_for_each(node.args[0], name, take), ast.Assert(_get(found))]

        return self.run(node, build)

    def extreme_of(self, node: ast.Call, source: Iterable, op: ast.cmpop) -> Result:
        self.e.check(self.e.op(ops.GT, source.count, number(0)), Fault.EMPTY)
        rest = Iterable(
            self.index.sub(source.count, number(1)), lambda place: source.item(self.index.add(place, number(1)))
        )
        hidden = f"%r{id(node)}"
        self.walk.frame.iterables[hidden] = rest
        first = source.item(number(0))

        def build(name: str) -> list[ast.stmt]:
            def take(each: ast.expr) -> list[ast.stmt]:
                return [ast.If(ast.Compare(each, [op], [_get(name)]), [_set(name, each)], [])]

            return [_set(name, _get(f"{hidden}f")), *_for_each(_get(hidden), name, take)]

        self.walk.bind(f"{hidden}f", first)
        return self.run(node, build)

    def extreme_of_tuple(self, items: tuple[Result, ...], entity: KnownFunction) -> Result:
        if not items:
            return self.e.error(codes.E0411, f"`{entity.name}` of nothing")
        return self.walk.extreme_of_values(items, entity)

    def list(self, node: ast.ListComp) -> Result:
        """A list made by a comprehension: an array of as many places as items are looked at."""
        most = self.most(node)
        view = self.arrays.list_of(node, (most,))
        hidden = f"%l{id(node)}"
        self.walk.bind(hidden, view)

        def build(name: str) -> list[ast.stmt]:
            def append(each: ast.expr) -> list[ast.stmt]:
                target = ast.Subscript(ast.Name(hidden, ast.Load()), _get(name), ast.Store())
                return [ast.Assign([target], each), _set(name, ast.BinOp(_get(name), ast.Add(), ast.Constant(1)))]

            return [_set(name, ast.Constant(0)), *_for_each(node, name, append)]

        count = self.run(node, build)
        assert isinstance(count, Value)
        is_full = len(node.generators) == 1 and not node.generators[0].ifs
        extent = most if is_full else self.e.atom(count, I64)
        (axis,) = view.axes
        return replace(view, axes=(replace(axis, extent=extent),))

    def most(self, node: Comprehension) -> Atom:
        """How many items a comprehension makes at most; the inner iterables must not depend on the outer ones."""
        total: Atom = number(1)
        for generator in node.generators:
            source = self.over(generator.iter)
            total = self.index.mul(total, number(len(source)) if isinstance(source, tuple) else source.count)
        return total


def _for_each(
    source: ast.expr, name: str, body: Callable[[ast.expr], list[ast.stmt]], after: Sequence[ast.stmt] = ()
) -> list[ast.stmt]:
    """Statements that run `body` for each item; `after` each inner loop of a comprehension of several."""
    if not isinstance(source, Comprehension):
        item = f"{name}x"
        return [ast.For(ast.Name(item, ast.Store()), source, body(_get(item)), [])]
    stmts = body(source.elt)
    for depth, generator in enumerate(reversed(source.generators)):
        for test in reversed(generator.ifs):
            stmts = [ast.If(test, stmts, [])]
        loop: ast.stmt = ast.For(generator.target, generator.iter, stmts, [])
        is_outermost = depth == len(source.generators) - 1
        stmts = [loop] if is_outermost else [loop, *after]
    return stmts


def _targets(node: ast.AST) -> frozenset[str]:
    """The names that comprehensions inside bind for themselves."""
    own = node.args[0] if isinstance(node, ast.Call) and node.args else node
    if not isinstance(own, Comprehension):
        return frozenset()
    targets = (generator.target for generator in own.generators)
    return frozenset(n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name))


def _get(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _set(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _word(node: ast.Call, name: str, default: ast.expr) -> ast.expr:
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), default)


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
