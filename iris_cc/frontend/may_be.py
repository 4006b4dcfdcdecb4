"""Which names of a function may hold arrays or tuples, before any type is known.

Whatever else is indexed or iterated over is a number, and an error when the kernel is made.
"""

from __future__ import annotations

import ast

from iris_cc.frontend.resolve import ITERATES, ArrayFunction, CapturedItems, HelperFunction, Routine


class MayBeReferences:
    """The names of `routine`; `arrays` are the parameters that are, or None where any may be."""

    def __init__(self, routine: Routine, arrays: frozenset[str] | None) -> None:
        self.routine = routine
        self.names = set(routine.params if arrays is None else arrays)
        before = -1
        while len(self.names) > before:
            before = len(self.names)
            for node in ast.walk(routine.source.tree):
                self.look(node)

    def look(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self.assign(target, value)
            case ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source):
                if not self.is_range(source):
                    self.add(target, source)
            case _:
                pass

    def assign(self, target: ast.expr, value: ast.expr) -> None:
        match target, value:
            case (ast.Tuple(elts=targets) | ast.List(elts=targets)), (ast.Tuple(elts=values) | ast.List(elts=values)):
                for inner, element in zip(targets, values):
                    self.assign(inner, element)
            case _:
                self.add(target, value)

    def add(self, target: ast.expr, value: ast.expr) -> None:
        if self.may_be(value):
            stores = (n for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
            self.names.update(n.id for n in stores)

    def is_range(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and self.routine.entity(node.func) == ArrayFunction("range")

    def may_be_iterated(self, node: ast.expr) -> bool:
        return self.is_range(node) or self.may_be(node)

    def may_be(self, node: ast.expr) -> bool:
        match node:
            case ast.Name(id=name) if name in self.routine.locals:
                return name in self.names
            case ast.Name() | ast.Attribute() if isinstance(self.routine.entity(node), CapturedItems):
                return True
            case ast.Attribute(attr="shape" | "T"):
                return True
            case ast.Tuple() | ast.List() | ast.ListComp() | ast.GeneratorExp():
                return True
            case ast.BinOp(left=left, right=right):
                return isinstance(left, ast.List) or isinstance(right, ast.List)
            case ast.Subscript(value=value):
                return self.may_be(value)
            case ast.IfExp(body=body, orelse=orelse):
                return self.may_be(body) or self.may_be(orelse)
            case ast.Call(func=func):
                entity = self.routine.entity(func)
                makes = isinstance(entity, ArrayFunction) and (entity.name[:3] == "np." or entity.name in ITERATES)
                return makes or isinstance(entity, HelperFunction)
            case _:
                return False
