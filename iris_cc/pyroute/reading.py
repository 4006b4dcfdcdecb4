"""What expressions are, as far as their syntax and the types of names tell.

`walk` adds the statements.  This module may not know NumPy's rules: `kinds` and `known_calls` say them.
"""

from __future__ import annotations

import ast
from types import FunctionType, ModuleType
from typing import Any, TypeAlias

import numpy as np

from iris_cc.frontend.resolve import symbol_named
from iris_cc.pyroute import known_calls
from iris_cc.pyroute.kinds import (
    NEVER,
    UNKNOWN,
    Kind,
    KnownObject,
    Number,
    Several,
    join,
    join_all,
    of_value,
    operate,
)
from iris_cc.pyroute.rewrite import UNBOUND
from iris_cc.records import record

Names: TypeAlias = "dict[str, Kind]"
Comprehension = (ast.ListComp, ast.SetComp, ast.GeneratorExp)


@record(eq=False)
class Inner:
    """A function defined inside another: its syntax and the walk it was met on."""

    node: Any
    home: Reader


class Reader:
    """Expressions in one call of one function; `names` is None where no execution gets."""

    names: Names | None
    bound: frozenset[str]

    def captured(self, name: str) -> Any:
        """What a free name is bound to; `UNBOUND` for nothing."""
        raise NotImplementedError

    def attribute_of(self, value: Any, name: str) -> Any:
        raise NotImplementedError

    def elements(self, value: Any) -> Kind:
        """What a captured container holds."""
        raise NotImplementedError

    def called(self, function: Any, args: list[Kind], named: dict[str, Kind]) -> Kind:
        """What a call of a plain function, of a kernel or of an inner function gives."""
        raise NotImplementedError

    def assign(self, name: str, kind: Kind) -> None:
        raise NotImplementedError

    def read(self, node: ast.expr) -> Kind:
        match node:
            case ast.Constant(value=value):
                return of_value(value)
            case ast.Name(id=name):
                return self.name(name)
            case ast.BinOp(left=left, op=op, right=right):
                return operate(type(op), self.read(left), self.read(right))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self.read(operand)
                return Number(bool)
            case ast.UnaryOp(op=op, operand=operand):
                return operate(type(op), self.read(operand))
            case ast.BoolOp(values=values):
                return join_all([self.read(each) for each in values])
            case ast.Compare(left=left, ops=operators, comparators=others):
                return self.compare([left, *others], operators)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.choice(test, body, orelse)
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                kind = self.read(value)
                self.assign(name, kind)
                return kind
            case ast.Tuple(elts=elements):
                parts = tuple(self.read(each) for each in elements)
                starred = any(isinstance(each, ast.Starred) for each in elements)
                return NEVER if NEVER in parts else UNKNOWN if starred else Several(parts)
            case ast.Call():
                return self.call(node)
            case ast.Attribute(value=value, attr=name):
                return self.attribute(self.read(value), name)
            case ast.Subscript(value=value, slice=place):
                return self.subscript(value, self.read(place))
            case ast.Lambda():
                return KnownObject(Inner(node, self))
            case ast.Starred(value=value):
                self.read(value)
            case _:
                pass
        for each in ast.iter_child_nodes(node):
            if isinstance(each, ast.expr):
                self.read(each)
        return UNKNOWN

    def name(self, name: str) -> Kind:
        if name in self.bound:
            return NEVER if self.names is None else self.names.get(name, NEVER)
        value = self.captured(name)
        if value is UNBOUND:
            return Number(np.dtype(np.int64)) if symbol_named(name) is not None else UNKNOWN
        return of_value(value)

    def compare(self, sides: list[ast.expr], operators: list[ast.cmpop]) -> Kind:
        kinds = [self.read(each) for each in sides]
        if NEVER in kinds:
            return NEVER
        objects = (ast.Is, ast.IsNot, ast.In, ast.NotIn)
        return join_all(
            Number(bool) if isinstance(op, objects) else operate(type(op), left, right)
            for op, left, right in zip(operators, kinds, kinds[1:])
        )

    def choice(self, test: ast.expr, body: ast.expr, orelse: ast.expr) -> Kind:
        known = self.truth(test)
        if known is not None:
            return self.read(body if known else orelse)
        before = dict(self.names or {})
        first = self.read(body)
        after, self.names = self.names, before
        second = self.read(orelse)
        self.names = joined(after, self.names)
        return join(first, second)

    def truth(self, test: ast.expr) -> bool | None:
        """Whether a test holds for every element; None where it depends."""
        kind = self.read(test)
        if isinstance(kind, Number) and kind.values is not None:
            answers = set(map(bool, kind.values))
            return answers.pop() if len(answers) == 1 else None
        return None

    def attribute(self, kind: Kind, name: str) -> Kind:
        match kind:
            case Number() if kind.is_plain and name in ("real", "imag"):
                if kind.is_weak:
                    return Number(float if kind.kind in (float, complex) else int)
                return Number(kind.dtype.type(1).real.dtype) if kind.dtype.kind in "?biufc" else UNKNOWN
            case Number() if not kind.is_weak and name == "dtype":
                return KnownObject(kind.dtype)
            case KnownObject(np.dtype() as dtype) if name == "type":
                return KnownObject(dtype.type)
            case KnownObject(ModuleType() as module):
                return of_value(self.attribute_of(module, name))
            case KnownObject(type() as kind_) if name in ("e", "pi"):
                return KnownObject(kind_)
        return NEVER if kind == NEVER else UNKNOWN

    def subscript(self, value: ast.expr, place: Kind) -> Kind:
        elements = self.parts(value)
        if NEVER in (place, elements):
            return NEVER
        if isinstance(elements, Several):
            index = place.single if isinstance(place, Number) else None
            if type(index) is int and -len(elements.parts) <= index < len(elements.parts):
                return elements.parts[index]
            return join_all(elements.parts) if isinstance(place, Number) else UNKNOWN
        if isinstance(elements, KnownObject):
            one = isinstance(place, Number) and place.dtype.kind in "biu"
            several = isinstance(place, Several) and all(isinstance(each, Number) for each in place.parts)
            if isinstance(elements.value, np.ndarray):
                count = len(place.parts) if isinstance(place, Several) and several else int(one)
                array = elements.value
                return self.elements(array) if count == array.ndim and (one or several) else UNKNOWN
            return self.elements(elements.value) if isinstance(place, Number) else UNKNOWN
        return UNKNOWN

    def parts(self, node: ast.expr) -> Kind:
        """What an expression holds, where it is read at once: a list that has a name may change."""
        if isinstance(node, ast.List) and not any(isinstance(each, ast.Starred) for each in node.elts):
            return Several(tuple(self.read(each) for each in node.elts))
        return self.read(node)

    def iterated(self, node: ast.expr) -> Kind:
        """What each element of an iterable is."""
        if isinstance(node, Comprehension):
            return self.comprehension(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in self.bound:
            function, args = self.captured(node.func.id), node.args
            if any(isinstance(each, ast.Starred) for each in args):
                return UNKNOWN
            if function is range:
                return NEVER if NEVER in [self.read(each) for each in args] else Number(int)
            if function is enumerate and args:
                return Several((Number(int), self.iterated(args[0])))
            if function is zip:
                return Several(tuple(self.iterated(each) for each in args))
            if any(function is each for each in (reversed, sorted)) and len(args) == 1 and not node.keywords:
                return self.iterated(args[0])
        held = self.parts(node)
        if isinstance(held, Several):
            return join_all(held.parts)
        if isinstance(held, KnownObject):
            one = not isinstance(held.value, np.ndarray) or held.value.ndim == 1
            return self.elements(held.value) if one and not isinstance(held.value, dict) else UNKNOWN
        return held if held == NEVER else UNKNOWN

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Kind:
        before, bound = dict(self.names or {}), self.bound
        for each in node.generators:
            element = self.iterated(each.iter)
            names = {inner.id for inner in ast.walk(each.target) if isinstance(inner, ast.Name)}
            self.bound |= names
            self.bind(each.target, element)
            for test in each.ifs:
                self.read(test)
        found = self.read(node.elt)
        self.names, self.bound = before, bound
        return found

    def bind(self, target: ast.expr, kind: Kind) -> None:
        """Assign what is known to a target."""
        match target:
            case ast.Name(id=name):
                self.assign(name, kind)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                whole = isinstance(kind, Several) and len(kind.parts) == len(elements)
                starred = any(isinstance(each, ast.Starred) for each in elements)
                for k, each in enumerate(elements):
                    part = kind.parts[k] if isinstance(kind, Several) and whole and not starred else UNKNOWN
                    self.bind(each, NEVER if kind == NEVER else part)
            case ast.Starred(value=value):
                self.bind(value, UNKNOWN)
            case _:
                self.read(target)

    def call(self, node: ast.Call) -> Kind:
        function = self.read(node.func)
        if isinstance(node.func, ast.Attribute) and not isinstance(function, KnownObject):
            return self.method(node)
        value = function.value if isinstance(function, KnownObject) else UNBOUND
        if any(value is each for each in (sum, max, min)) and len(node.args) == 1 and not node.keywords:
            if not isinstance(self.parts(node.args[0]), Several) or isinstance(node.args[0], Comprehension):
                element = self.iterated(node.args[0])
                return known_calls.repeated_sum(element) if value is sum else element
            return known_calls.call(value, [self.parts(node.args[0])], {})
        args = [self.read(each) for each in node.args]
        named = {each.arg or "**": self.read(each.value) for each in node.keywords}
        if function == NEVER:
            return NEVER
        if value is UNBOUND or "**" in named or any(isinstance(each, ast.Starred) for each in node.args):
            return UNKNOWN
        if isinstance(value, (FunctionType, Inner)) or hasattr(type(value), "__iris_kernel__"):
            return NEVER if NEVER in (*args, *named.values()) else self.called(value, args, named)
        return known_calls.call(value, args, named)

    def method(self, node: ast.Call) -> Kind:
        """A method of a number."""
        assert isinstance(node.func, ast.Attribute)
        owner = self.read(node.func.value)
        args = [self.read(each) for each in (*node.args, *(keyword.value for keyword in node.keywords))]
        if owner == NEVER or NEVER in args:
            return NEVER
        if not isinstance(owner, Number) or not owner.is_plain or args:
            return UNKNOWN
        match node.func.attr:
            case "item" if owner.dtype.kind in "biufc" and owner.dtype.char not in "gG" and not owner.is_weak:
                return Number(type(np.ones((), owner.dtype).item()))
            case "conjugate" | "conj" if owner.dtype.kind in "iufc":
                return Number(owner.kind)
            case "is_integer":
                return Number(bool)
            case "bit_length" if owner.is_weak:
                return Number(int)
        return UNKNOWN


def joined(left: Names | None, right: Names | None) -> Names | None:
    """What names are where two paths meet; a name that one of them does not bind is not read after it."""
    if left is None or right is None:
        return right if left is None else left
    return {name: join(left.get(name, NEVER), right.get(name, NEVER)) for name in {**left, **right}}
