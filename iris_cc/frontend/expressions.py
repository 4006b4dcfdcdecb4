"""Lowers expressions: evaluation order and laziness are Python's, types are the law's.

`and`, `or`, conditional expressions and chained comparisons evaluate a side only where Python does; the passes turn
cheap sides into selects later.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from iris_cc import codes
from iris_cc.frontend import arith, calls, composites, references, resolve
from iris_cc.frontend.arrays import Arrays, Elements, is_attribute
from iris_cc.frontend.emit import Emit
from iris_cc.frontend.frames import FALSE, FLAGS, NEXT, Frame, Reach
from iris_cc.frontend.iteration import Iteration
from iris_cc.frontend.joins import Meeting, meet
from iris_cc.frontend.limits import DEEPEST
from iris_cc.frontend.references import References
from iris_cc.frontend.resolve import (
    ArrayFunction,
    CapturedItems,
    CastTo,
    Constant,
    HelperFunction,
    KnownFunction,
    Local,
    Namespace,
    Routine,
    Symbol,
)
from iris_cc.frontend.source import fail
from iris_cc.frontend.values import Conflict, Result, Value, View, flat, literal, run_time, strong_literal
from iris_cc.ir import ops
from iris_cc.ir.builder import Builder
from iris_cc.ir.nodes import Atom, Const, If, Let, Var
from iris_cc.ir.types import BOOL, I64
from iris_cc.records import replace

SIZE_LIMIT = 50_000  # values one lowering may make before it is called too large
MOST_CALLS = 5_000  # helpers that call helpers twice grow as powers of two

_CERTAIN = Const(True, BOOL)

Side = tuple[dict[str, Value], Reach, Builder]


class Expressions:
    """Lowering of expressions in the current frame; `lower` adds the statements."""

    def __init__(self, e: Emit, symbols: dict[Symbol, Value], elements: Elements) -> None:
        self.e = e
        self.symbols = symbols
        self.arrays = Arrays(self, elements)
        self.iteration = Iteration(self, self.arrays)
        self.frames: list[Frame] = []
        self.blocks = 0  # blocks around what is being lowered
        self.inlined = 0  # calls of helpers so far, those of bodies lowered again among them

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    def inline(self, routine: Routine, values: dict[str, Result], call: ast.Call) -> Result:
        raise NotImplementedError

    def scoped(self, name: str, stmts: list[ast.stmt], targets: frozenset[str]) -> Result:
        raise NotImplementedError

    def at(self, node: ast.AST) -> None:
        """Errors and statements from here on belong to `node`."""
        self.e.span = self.e.builder.loc = self.frame.routine.source.span(node)

    # -- forks and merges --

    def fork(self, condition: Atom, then: Callable[[], Reach], orelse: Callable[[], Reach]) -> Reach:
        """`if condition: then else: orelse`, each side in a block and an environment of its own; then they merge."""
        outer, base, span, arrays = self.e.builder, self.frame.env, self.e.span, self.frame.references
        sides: list[Side] = []
        ends: list[References] = []
        self.enter()
        for side in (then, orelse):
            self.e.builder, self.frame.env, self.frame.references = outer.inner(), dict(base), dict(arrays)
            flow = side()
            sides.append((self.frame.env, flow, self.e.builder))
            ends.append(references.leaving(self.frame.references, self.e.builder, flow))
            self.e.span = span
        self.blocks -= 1
        self.e.builder = outer
        self.frame.references = references.merged(ends[0], ends[1], sides[0][1], sides[1][1])
        self.frame.env = self.merge(condition, base, sides[0], sides[1])
        return sides[0][1] | sides[1][1]

    def merge(self, condition: Atom, base: dict[str, Value], then: Side, orelse: Side) -> dict[str, Value]:
        outer = self.e.builder
        merged: dict[str, Value] = {}
        outs: list[Var] = []
        results: tuple[list[Atom], list[Atom]] = ([], [])
        for name in dict.fromkeys((*then[0], *orelse[0])):
            left, right = _value(name, then), _value(name, orelse)
            if left is None or right is None or left is right:
                only = left if left is not None else right
                if only is None:
                    continue
                if left is right or only is base.get(name) or (only.literal is not None and name not in FLAGS):
                    merged[name] = only
                    continue
                met = meet(only)
                left, right = left or self.absent(only, base.get(name)), right or self.absent(only, base.get(name))
            else:
                met = meet(left, right)
            if _same_literal(left, right):
                merged[name] = left
                continue
            sides = ((left, then[2], results[0]), (right, orelse[2], results[1]))
            merged[name] = self.merged(met, name.lstrip("%"), sides, outs)
        self.e.builder = outer
        blocks = (then[2].block(*results[0]), orelse[2].block(*results[1]))
        if outs or blocks[0].stmts or blocks[1].stmts:
            outer.add(If(tuple(outs), condition, blocks[0], blocks[1], self.e.span))
        return merged

    def merged(
        self, met: Meeting, hint: str, sides: tuple[tuple[Value, Builder, list[Atom]], ...], outs: list[Var]
    ) -> Value:
        """One value from both sides of a fork, and whether it fits, where that is not certain."""
        outer = sides[0][1]
        carried: list[tuple[Atom, Atom | None]] = []
        for value, builder, _ in sides:
            self.e.builder = builder
            carried.append(self.e.carry(value, met))
        new = [outer.var(met.carrier, hint)]
        is_open = any(fits is not None for _, fits in carried)
        if is_open:
            new.append(outer.var(BOOL, f"{hint}_fits"))
        outs += new
        for (atom, fits), (_, _, atoms) in zip(carried, sides, strict=True):
            atoms += [atom, fits or _CERTAIN] if is_open else [atom]
        return met.value(new[0], new[1] if is_open else None, self.e.span)

    def absent(self, only: Value, spare: Value | None) -> Value:
        """What `only` is where nobody will read it: what the name was before, if that is at hand."""
        carrier = meet(only).carrier
        if spare is not None and spare.type is only.type and not spare.clash and not only.clash:
            return Value(only.type, self.e.converted(spare, carrier), paths=only.paths)
        return Value(only.type, Const(0, carrier), paths=only.paths, clash=only.clash, place=only.place)

    def choose(self, condition: Atom, then: Callable[[], Result], orelse: Callable[[], Result]) -> Result:
        """A conditional value: one or several numbers from whichever side is taken."""
        results: list[Result] = []

        def side(make: Callable[[], Result]) -> Callable[[], Reach]:
            def run() -> Reach:
                result = make()
                results.append(result)
                self.frame.env.update({f"%v{k}": value for k, value in enumerate(flat(result))})
                return NEXT

            return run

        self.fork(condition, side(then), side(orelse))
        count = min(len(flat(result)) for result in results)
        numbers = [self.frame.env.pop(f"%v{k}") for k in range(count)]
        if references.shape(results[0]) != references.shape(results[1]):
            return self.e.error(codes.E0412, "the two sides are different arrays, or not as many values")
        return references.with_numbers(results[0], iter(numbers))

    # -- expressions --

    def value(self, node: ast.expr) -> Value:
        """The one number `node` is."""
        result = self.expr(node)
        match result:
            case Value():
                return result
            case View():
                self.at(node)
                return self.e.error(codes.E0409, "an array is no number")
            case _:
                self.at(node)
                return self.e.error(codes.E0110, "a tuple is not a value here")

    def expr(self, node: ast.expr) -> Result:
        match node:
            case ast.Constant(value=number):
                assert isinstance(number, (bool, int, float))
                return literal(number)
            case ast.Attribute(value=base) if is_attribute(node) and not self.is_module(base):
                return self.attribute(node)
            case ast.Name() | ast.Attribute():
                return self.name(node)
            case ast.BinOp(left=ast.List() as repeated, op=ast.Mult(), right=count):
                return self.repeated(node, repeated, count)
            case ast.BinOp(left=count, op=ast.Mult(), right=ast.List() as repeated):
                return self.repeated(node, repeated, count)
            case ast.BinOp():
                return self.chain(node)
            case ast.UnaryOp(op=op, operand=operand):
                return self.unary(op, self.value(operand), node)
            case ast.BoolOp(op=op, values=values):
                return self.bool_op(isinstance(op, ast.And), values)
            case ast.Compare():
                return self.comparison(node)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                known = arith.truth(self.e, self.value(test))
                if known.literal is not None:
                    return self.expr(body if known.literal else orelse)
                return self.choose(self.e.atom(known), lambda: self.expr(body), lambda: self.expr(orelse))
            case ast.NamedExpr(target=target, value=inner):
                value = self.named(self.value(inner), target.id)
                self.frame.env[target.id] = value
                return value
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                return tuple(self.expr(element) for element in elts)
            case ast.Subscript():
                return self.arrays.subscript(node)
            case ast.ListComp():
                return self.iteration.list(node)
            case ast.Call():
                return self.call(node)
            case _:
                raise AssertionError(f"{type(node).__name__} passed the check of the language")

    def chain(self, node: ast.BinOp) -> Value:
        """a + b + c + ... may be thousands long: walk its left spine in a loop."""
        spine: list[ast.BinOp] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):
            spine.append(left)
            left = left.left
        result = self.value(left)
        for step in reversed(spine):
            right = self.value(step.right)
            self.at(step)
            self.limit()
            result = arith.binary(self.e, type(step.op), result, right)
        return result

    def enter(self) -> None:
        """One more block inside those that are open: whatever reads the IR recurses over them."""
        self.blocks += 1
        if self.blocks > DEEPEST:
            raise fail(codes.E0005, f"more than {DEEPEST} blocks and conditions inside one another", self.e.span)

    def limit(self) -> None:
        if self.e.builder.numbers.next > SIZE_LIMIT:
            raise fail(codes.E0004, "the kernel is too large", self.e.span)

    def unary(self, op: ast.unaryop, value: Value, node: ast.expr) -> Value:
        self.at(node)
        match op:
            case ast.USub():
                return arith.negative(self.e, value)
            case ast.UAdd():
                return arith.positive(self.e, value)
            case ast.Invert():
                return arith.invert(self.e, value)
            case _:
                return arith.logical_not(self.e, value)

    def bool_op(self, is_and: bool, nodes: list[ast.expr]) -> Value:
        """`a and b` is b where a is true, else a itself; `or` the other way round."""
        result = self.value(nodes[0])
        for node in nodes[1:]:
            result = self.lazy(is_and, result, lambda node=node: self.value(node))  # type: ignore[misc]
        return result

    def lazy(self, is_and: bool, first: Value, second: Callable[[], Value]) -> Value:
        known = arith.truth(self.e, first)
        if known.literal is not None:
            return second() if bool(known.literal) is is_and else first
        sides = (second, lambda: first) if is_and else (lambda: first, second)
        result = self.choose(self.e.atom(known), *sides)
        assert isinstance(result, Value)
        return result

    def is_module(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name | ast.Attribute) and isinstance(self.frame.routine.entity(node), Namespace)

    def attribute(self, node: ast.Attribute) -> Result:
        base = self.expr(node.value)
        self.at(node)
        if isinstance(base, View):
            return self.arrays.attribute(node, base)
        return self.e.error(codes.E0408, f"a number has no `{node.attr}` here")

    def repeated(self, node: ast.BinOp, items: ast.List, count: ast.expr) -> Result:
        """`[x] * n`: an array of n places."""
        values = [self.value(element) for element in items.elts]
        times = self.value(count)
        self.at(node)
        if not self.arrays.index.is_index(times) or len(values) != 1:
            return self.e.error(codes.E0411, "one number is repeated an integer number of times")
        return self.arrays.filled(node, values[0], (self.e.atom(times, I64),))

    def contains(self, node: ast.Compare) -> Value:
        """`x in (a, b, c)` and `x in array`: whether any item is equal."""
        (op,) = node.ops
        item = ast.Name("%in", ast.Load())
        self.bind("%in", self.value(node.left))
        match = ast.Compare(ast.Name("%is", ast.Load()), [ast.Eq()], [item])
        loop = ast.GeneratorExp(match, [ast.comprehension(ast.Name("%is", ast.Store()), node.comparators[0], [], 0)])
        found = self.iteration.any(ast.Call(ast.Name("any", ast.Load()), [loop], []), node, every=False)
        assert isinstance(found, Value)
        return found if isinstance(op, ast.In) else arith.logical_not(self.e, found)

    def bind(self, name: str, result: Result) -> None:
        """`name = result`, whatever it is."""
        if isinstance(result, Value):
            self.frame.env[name] = self.named(result, name)
            self.frame.references.pop(name, None)
        else:
            self.frame.references[name] = result
            self.frame.env.pop(name, None)

    def comparison(self, node: ast.Compare) -> Value:
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
            return self.contains(node)
        left, right = self.value(node.left), self.value(node.comparators[0])
        self.at(node)
        result = arith.compare(self.e, self.row(node.ops[0]), left, right)
        return self.rest_of_comparison(node, 1, right, result)

    def rest_of_comparison(self, node: ast.Compare, k: int, left: Value, so_far: Value) -> Value:
        """`a < b < c` is `a < b and b < c` with b evaluated once."""
        if k == len(node.ops):
            return so_far

        def later() -> Value:
            right = self.value(node.comparators[k])
            self.at(node)
            result = arith.compare(self.e, self.row(node.ops[k]), left, right)
            return self.rest_of_comparison(node, k + 1, right, result)

        return self.lazy(True, so_far, later)

    @staticmethod
    def row(op: ast.cmpop) -> ops.Op:
        return ops.BY_PYTHON[type(op)]

    def name(self, node: ast.Name | ast.Attribute) -> Result:
        if isinstance(node, ast.Name) and node.id in self.frame.references:
            found = self.frame.references[node.id]
            if isinstance(found, Conflict):
                self.at(node)
                return self.e.error(codes.E0412, f"`{node.id}` holds one array or another here")
            return found
        if isinstance(node, ast.Name) and node.id in self.frame.env:
            return self.frame.env[node.id]
        entity = self.frame.routine.entity(node)
        match entity:
            case Local():
                self.at(node)
                return self.e.error(codes.E0412, f"`{ast.unparse(node)}` holds no one array here")
            case CapturedItems(items):
                return self.captured(items)
            case Constant(value, scalar):
                return literal(value) if scalar is None else strong_literal(value, scalar)
            case Symbol():
                return self.symbols[entity]
            case _:
                raise AssertionError(f"{entity} passed the check of the language")

    def captured(self, items: tuple[resolve.Item, ...]) -> tuple[Result, ...]:
        """A captured tuple or list of numbers, whose items are constants."""
        return tuple(
            self.captured(item.items) if isinstance(item, CapturedItems) else _constant_value(item) for item in items
        )

    def array_call(self, entity: ArrayFunction, node: ast.Call) -> Result:
        match entity.name:
            case "len":
                result = self.expr(node.args[0])
                self.at(node)
                return self.arrays.length(result)
            case "sum":
                return self.iteration.sum(node)
            case "any" | "all":
                return self.iteration.any(node, node, every=entity.name == "all")
            case _:
                return self.arrays.make(entity, node)

    def extreme_of_values(self, items: tuple[Result, ...], entity: KnownFunction) -> Result:
        values = tuple(flat(items))
        return values[0] if len(values) == 1 else calls.call(self.e, entity, values)

    def call(self, node: ast.Call) -> Result:
        if (number := resolve.special_float(self.frame.routine, node)) is not None:
            return literal(number)
        if (method := resolve.int_method(self.frame.routine, node)) is not None:
            assert isinstance(node.func, ast.Attribute)
            value = self.value(node.func.value)
            self.at(node)
            return calls.int_method(self.e, method, value)
        entity = self.frame.routine.entity(node.func)
        self.limit()
        match entity:
            case ArrayFunction():
                return self.array_call(entity, node)
            case KnownFunction("builtin", "min" | "max") if len(node.args) == 1:
                return self.iteration.extreme(node, entity)
            case KnownFunction() | CastTo():
                numbers = (*node.args, *(keyword.value for keyword in node.keywords))
                operands = tuple(self.value(each) for each in numbers)
                self.at(node)
                return calls.call(self.e, entity, operands)
            case HelperFunction(function, strong):
                args = [self.expr(arg) for arg in node.args]
                named = {keyword.arg or "": self.expr(keyword.value) for keyword in node.keywords}
                self.at(node)
                self.inlined += 1
                if self.inlined > MOST_CALLS:
                    raise fail(codes.E0206, f"more than {MOST_CALLS:,} calls would be compiled in", self.e.span)
                routine = self.frame.routine.helper(function)
                result = self.inline(routine, self.arguments(routine, args, named), node)
                if not strong:
                    return result
                return references.with_numbers(
                    result, (composites.strengthen(self.e, value) for value in flat(result))
                )
            case _:
                raise AssertionError(f"{entity} passed the check of the language")

    def arguments(self, routine: Routine, args: list[Result], named: dict[str, Result]) -> dict[str, Result]:
        values: dict[str, Result] = {name: constant(routine.defaults[name]) for name in routine.defaults}
        values |= dict(zip(routine.params, args, strict=False)) | named
        return {name: values[name] for name in routine.params}

    def named(self, value: Value, name: str) -> Value:
        """`value`, whose definition now carries the user's name for readers of the C."""
        stmts = self.e.builder.stmts
        if isinstance(value.atom, Var) and not value.atom.hint and stmts:
            last = stmts[-1]
            renamed = Var(value.atom.id, value.atom.type, name)
            if isinstance(last, Let) and last.out == value.atom:
                stmts[-1] = Let(renamed, last.op, last.args, last.loc)
                return replace(value, atom=renamed)
        return value


def _constant_value(constant: Constant) -> Value:
    value, scalar = constant.value, constant.scalar
    return literal(value) if scalar is None else strong_literal(value, scalar)


def constant(value: Any) -> Value:
    """A captured number or default as a value."""
    entity = resolve.of_object(value, "a default")
    assert isinstance(entity, Constant)
    return literal(entity.value) if entity.scalar is None else strong_literal(entity.value, entity.scalar)


def _value(name: str, side: Side) -> Value | None:
    """What `name` is at the end of a side; None if nobody will read it from there."""
    env, flow, _ = side
    if name in FLAGS:
        return env.get(name, FALSE)
    if name.startswith("%") or flow.keeps_names:
        return env.get(name)
    return None


def _same_literal(left: Value | None, right: Value | None) -> bool:
    if left is None or right is None or left.literal is None or right.literal is None:
        return False
    return left.type is right.type and repr(left.literal) == repr(right.literal)


def index_value(atom: Atom) -> Value:
    """Index symbols are strong i8."""
    return run_time(I64, atom)
