"""The accepted language: checks a function and every helper it calls, and collects all that is wrong at once.

Statements stand here, expressions in `subset_expressions`.  Needs no types: what it finds is found when the kernel is
made.  It decides nothing about meaning; `lower` does.
"""

from __future__ import annotations

import ast
from typing import Any

from iris_cc import codes
from iris_cc.core_dims import Signature
from iris_cc.diagnostics import Label
from iris_cc.frontend import resolve
from iris_cc.frontend.flow import Definiteness
from iris_cc.frontend.resolve import (
    CastTo,
    Constant,
    HelperFunction,
    KnownFunction,
)
from iris_cc.frontend.shape import arms
from iris_cc.frontend.subset_expressions import CONSTANT_TYPES, MAX_OPERANDS, Checker, ExpressionCheck
from iris_cc.records import lazy


def checker(signature: Signature | None = None) -> Checker:
    """What checks a kernel, with the core dimensions of its operands."""
    return Checker(lambda found, routine: _RoutineCheck(found, routine).run(), signature)


class _RoutineCheck(ExpressionCheck):
    def run(self) -> int:
        self.parameters()
        for stmt in self.body():
            self.stmt(stmt)
        self.flow()
        if self.nout is not None:
            self.core_parameters()
            return self.nout
        counts = list(dict.fromkeys(count for _, count in self.returns))
        if len(counts) > 1:
            first, other = self.returns[0], next(r for r in self.returns if r[1] != counts[0])
            label = Label(self.source.span(first[0]), f"{counts[0]} here")
            self.error(
                codes.E0304, "returns differ in the number of values", other[0], f"{other[1]} here", related=(label,)
            )
        return counts[0] if counts else 1

    def core_parameters(self) -> None:
        """A parameter for each input of the signature, and, if results are stored, for each output."""
        signature = self.checker.signature
        assert signature is not None
        given, nin = len(self.routine.params), len(signature.inputs)
        if given != nin and not self.stores_results:
            text = f"`{self.routine.name}` has {given} parameters, and `{signature}` {nin} inputs"
            self.error(codes.E0112, text, self.source.header)

    def body(self) -> list[ast.stmt]:
        """The statements without a docstring."""
        body = self.source.tree.body
        return body[1:] if ast.get_docstring(self.source.tree, clean=False) is not None else body

    def parameters(self) -> None:
        arguments = self.source.tree.args
        if self.routine.function is None:
            for decorator in self.source.tree.decorator_list:
                self.error(codes.E0101, "a decorator has no meaning in DSL text", decorator)
        for arg in (arguments.vararg, *arguments.kwonlyargs, arguments.kwarg):
            if arg is not None:
                self.error(codes.E0105, f"parameter `{arg.arg}` is not a plain positional one", arg)
        for (name, value), node in zip(self.routine.defaults.items(), arguments.defaults, strict=False):
            entity = resolve.of_object(value, name)
            if not isinstance(entity, Constant):
                self.error(codes.E0107, f"the default of `{name}` is not a number", node)
            else:
                self.number(value, node)
        if len(self.routine.params) >= MAX_OPERANDS:
            self.error(codes.E0111, f"{len(self.routine.params)} parameters are too many", self.source.header)

    def flow(self) -> None:
        seen: set[tuple[str, int, int]] = set()

        def report(node: ast.Name) -> None:
            place = (node.id, node.lineno, node.col_offset)
            if place not in seen:
                seen.add(place)
                self.error(
                    codes.E0301, f"`{node.id}` may be unassigned here", node, "read here", related=self.stores(node)
                )

        flow = Definiteness(self.routine.locals, self.constant, report)
        arguments = self.source.tree.args
        given = {arg.arg for arg in ast.walk(arguments) if isinstance(arg, ast.arg)}
        refused = any(found.code is codes.E0101 for found in self.checker.diagnostics)  # may return inside
        ends = flow.run(self.source.tree, frozenset(given))
        if ends and not refused and not self.yields() and not self.stores_results:
            self.error(codes.E0302, f"a path through `{self.routine.name}` ends without `return`", self.source.header)

    def yields(self) -> bool:
        return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(self.source.tree))

    @lazy
    def first_stores(self) -> dict[str, ast.Name]:
        """Where each name is assigned first."""
        names = (node for node in ast.walk(self.source.tree) if isinstance(node, ast.Name))
        stores = [node for node in names if isinstance(node.ctx, ast.Store)]
        stores.sort(key=lambda node: (node.lineno, node.col_offset), reverse=True)
        return {node.id: node for node in stores}

    def stores(self, read: ast.Name) -> tuple[Label, ...]:
        """Where the name is assigned first, and why that does not help."""
        first = self.first_stores.get(read.id)
        if first is None:
            return ()
        late = (first.lineno, first.col_offset) >= (read.lineno, read.col_offset) or first.lineno == read.lineno
        text = "assigned here, after it is read" if late else "assigned here, but not on every path"
        return (Label(self.source.span(first), text),)

    def constant(self, node: ast.expr) -> Any:
        """The number an expression surely is, without evaluating anything: literals, signs and captured numbers."""
        match node:
            case ast.Constant(value=value) if type(value) in CONSTANT_TYPES:
                return value
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self.constant(operand)
                return None if value is None else -value
            case ast.Name() | ast.Attribute():
                entity = self.routine.entity(node)
                return entity.value if isinstance(entity, Constant) and entity.scalar is None else None
            case _:
                return None

    def block(self, body: list[ast.stmt]) -> None:
        for stmt in body:
            self.stmt(stmt)

    def stmt(self, stmt: ast.stmt) -> None:
        match stmt:
            case ast.Assign(targets=targets, value=value):
                self.expr(value, several=True)
                for target in targets:
                    self.target(target)
                    self.unpack(target, value)
            case ast.AugAssign(target=target, op=op, value=value):
                self.target(target, tuples=False)
                self.operator(op, stmt)
                self.expr(value)
            case ast.AnnAssign(target=target, value=value):
                self.target(target, tuples=False)
                if value is None:
                    self.error(codes.E0108, "an annotation without a value assigns nothing", stmt)
                else:
                    self.expr(value)
            case ast.Return(value=value):
                self.return_(stmt, value)
            case ast.Expr(value=value):
                self.bare(stmt, value)
            case ast.If():
                chain, orelse = arms(stmt)
                for test, body in chain:
                    self.expr(test)
                    self.block(body)
                self.block(orelse)
            case ast.While(test=test, body=body, orelse=orelse):
                self.expr(test)
                self.loop(body, orelse)
            case ast.For():
                self.for_(stmt)
            case ast.Pass() | ast.Break() | ast.Continue():
                pass
            case _:
                name = _STATEMENTS.get(type(stmt).__name__, f"`{type(stmt).__name__.lower()}`")
                self.error(codes.E0101, f"{name} is not supported in a kernel", stmt)

    def bare(self, stmt: ast.Expr, value: ast.expr) -> None:
        if isinstance(value, ast.NamedExpr):
            self.expr(value)
        elif not (isinstance(value, ast.Constant) and (value.value is ... or isinstance(value.value, str))):
            before = len(self.checker.diagnostics)
            self.expr(value, several=True)
            if len(self.checker.diagnostics) == before:
                self.error(codes.E0108, "this value is computed and assigned to nothing", stmt)

    def return_(self, stmt: ast.Return, value: ast.expr | None) -> None:
        if value is None or (isinstance(value, ast.Constant) and value.value is None):
            if not self.stores_results:
                self.error(codes.E0303, "`return` gives no value", stmt)
            return
        self.expr(value, several=True)
        if self.nout is not None:
            if self.stores_results:
                self.error(codes.E0414, "a kernel that stores its results returns nothing", stmt)
            return
        if self.is_root and isinstance(value, ast.List | ast.ListComp):
            self.error(codes.E0110, "a list is returned, and no `signature=` says how long it is", value)
            return
        count = self.count(value)
        if count == 0:
            self.error(codes.E0303, "an empty tuple is no value", stmt)
            return
        if len(self.routine.params) < MAX_OPERANDS < count + len(self.routine.params):
            self.error(codes.E0111, f"{len(self.routine.params)} parameters and {count} results are too many", stmt)
        self.returns.append((stmt, count))

    def count(self, value: ast.expr) -> int:
        """How many values an expression gives, as far as its text tells."""
        match value:
            case ast.Tuple(elts=elts):
                if self.is_root:
                    for element in elts:
                        if self.count(element) != 1 or isinstance(element, ast.Tuple):
                            self.error(codes.E0110, "a tuple inside a tuple is not a value", element)
                return len(elts)
            case ast.IfExp(body=body, orelse=orelse):
                first, second = self.count(body), self.count(orelse)
                if first != second:
                    self.error(codes.E0304, "the two sides differ in the number of values", value)
                return first
            case ast.Call(func=func):
                match self.routine.entity(func):
                    case HelperFunction(function) if (routine := self.helper(function, value)) is not None:
                        return self.checker.outputs.get(routine, 1)
                    case KnownFunction(name="divmod"):
                        return 2
                    case _:
                        return 1
            case _:
                return 1

    def unpack(self, target: ast.expr, value: ast.expr) -> None:
        """A tuple on the left needs as many values on the right, where the text says how many there are."""
        if not isinstance(target, (ast.Tuple, ast.List)) or any(isinstance(e, ast.Starred) for e in target.elts):
            return
        if isinstance(value, (ast.Tuple, ast.List)):
            if len(value.elts) != len(target.elts):
                self.error(codes.E0109, f"{len(value.elts)} values for {len(target.elts)} names", value)
            for inner, element in zip(target.elts, value.elts, strict=False):
                self.unpack(inner, element)
        elif self.references.may_be(value) and not self.has_known_count(value):
            pass
        elif (count := self.count(value)) != len(target.elts):
            self.error(codes.E0109, f"{count} value{'s' * (count != 1)} for {len(target.elts)} names", value)

    def has_known_count(self, value: ast.expr) -> bool:
        match value:
            case ast.Call(func=func):
                return isinstance(self.routine.entity(func), KnownFunction | CastTo | HelperFunction)
            case ast.IfExp():
                return True
            case _:
                return False

    def loop(self, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        self.loops += 1
        self.block(body)
        self.loops -= 1
        self.block(orelse)

    def for_(self, stmt: ast.For) -> None:
        self.target(stmt.target)
        if self.references.is_range(stmt.iter) and not isinstance(stmt.target, ast.Name):
            self.error(codes.E0106, "the variable of a `for` over a `range` is one name", stmt.target)
        self.iterable(stmt.iter)
        self.loop(stmt.body, stmt.orelse)


_STATEMENTS = {
    "FunctionDef": "a function inside", "AsyncFunctionDef": "a function inside", "ClassDef": "a class",
    "Delete": "`del`", "AsyncFor": "`async for`", "With": "`with`", "AsyncWith": "`async with`", "Match": "`match`",
    "Raise": "`raise`", "Try": "`try`", "TryStar": "`try`", "Assert": "`assert`", "Import": "`import`",
    "ImportFrom": "`import`", "Global": "`global`", "Nonlocal": "`nonlocal`", "TypeAlias": "`type`",
}  # fmt: skip
