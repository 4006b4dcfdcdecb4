"""The accepted language: checks a function and every helper it calls, and collects all that is wrong at once.

Needs no types: what it finds is found when the kernel is made.  It decides nothing about meaning; `lower` does.
"""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from iris_cc import codes
from iris_cc.codes import Code
from iris_cc.diagnostics import CompileError, Diagnostic, Label, Span
from iris_cc.frontend import resolve
from iris_cc.frontend.flow import Definiteness
from iris_cc.frontend.resolve import (
    CastTo,
    Constant,
    HelperFunction,
    KnownFunction,
    Local,
    Namespace,
    Routine,
    Symbol,
    UnusableEntity,
)
from iris_cc.frontend.shape import arms
from iris_cc.frontend.signatures import arity_problem
from iris_cc.ir import ops
from iris_cc.records import field, lazy, record, replace

MAX_OPERANDS = 64
_DEEPEST_CALL = 40
_CONSTANT_TYPES = (bool, int, float)


@record(eq=False, frozen=False)
class Checker:
    """The diagnostics and facts of one kernel and its helpers."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    symbols: dict[Symbol, None] = field(default_factory=dict)
    outputs: dict[Routine, int] = field(default_factory=dict)
    active: list[Routine] = field(default_factory=list)
    calls: list[Label] = field(default_factory=list)

    def check(self, routine: Routine, call: Label | None = None) -> int:
        """Check `routine` and what it calls; the number of values it returns."""
        if routine not in self.outputs:
            self.active.append(routine)
            self.calls += [call] if call is not None else []
            self.outputs[routine] = 1
            self.outputs[routine] = _RoutineCheck(self, routine).run()
            self.active.pop()
            del self.calls[len(self.active) - 1 :]
        return self.outputs[routine]


class _RoutineCheck:
    def __init__(self, checker: Checker, routine: Routine) -> None:
        self.checker = checker
        self.routine = routine
        self.source = routine.source
        self.loops = 0
        self.returns: list[tuple[ast.Return, int]] = []

    def error(
        self,
        code: Code,
        message: str,
        node: ast.AST | Span,
        label: str = "",
        help: str = "",
        *,
        related: tuple[Label, ...] = (),
    ) -> None:
        span = node if isinstance(node, Span) else self.source.span(node)
        related += tuple(self.checker.calls[-1:])
        self.checker.diagnostics.append(Diagnostic(code, message, span, label, help, related=related))

    def run(self) -> int:
        self.parameters()
        for stmt in self.body():
            self.stmt(stmt)
        self.flow()
        counts = list(dict.fromkeys(count for _, count in self.returns))
        if len(counts) > 1:
            first, other = self.returns[0], next(r for r in self.returns if r[1] != counts[0])
            label = Label(self.source.span(first[0]), f"{counts[0]} here")
            self.error(
                codes.E0304, "returns differ in the number of values", other[0], f"{other[1]} here", related=(label,)
            )
        return counts[0] if counts else 1

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
        if flow.run(self.source.tree, frozenset(given)) and not refused and not self.yields():
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
            case ast.Constant(value=value) if type(value) in _CONSTANT_TYPES:
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
                self.expr(value, tuples=True)
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
            self.expr(value, tuples=True)
            if len(self.checker.diagnostics) == before:
                self.error(codes.E0108, "this value is computed and assigned to nothing", stmt)

    def return_(self, stmt: ast.Return, value: ast.expr | None) -> None:
        if value is None or (isinstance(value, ast.Constant) and value.value is None):
            self.error(codes.E0303, "`return` gives no value", stmt)
            return
        self.expr(value, tuples=True)
        count = self.count(value)
        if count == 0:
            self.error(codes.E0303, "an empty tuple is no value", stmt)
            return
        if len(self.routine.params) < MAX_OPERANDS < count + len(self.routine.params):
            self.error(codes.E0111, f"{len(self.routine.params)} parameters and {count} results are too many", stmt)
        self.returns.append((stmt, count))

    def count(self, value: ast.expr) -> int:
        """How many values an expression gives."""
        match value:
            case ast.Tuple(elts=elts):
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
        """A tuple on the left needs as many values on the right."""
        if isinstance(target, (ast.Tuple, ast.List)):
            starred = any(isinstance(element, ast.Starred) for element in target.elts)
            if isinstance(value, (ast.Tuple, ast.List)):
                if len(value.elts) != len(target.elts) and not starred:
                    self.error(codes.E0109, f"{len(value.elts)} values for {len(target.elts)} names", value)
                for inner, element in zip(target.elts, value.elts, strict=False):
                    self.unpack(inner, element)
            elif not starred and (count := self.count(value)) != len(target.elts):
                self.error(codes.E0109, f"{count} value{'s' * (count != 1)} for {len(target.elts)} names", value)
        elif isinstance(value, ast.Tuple) or self.count(value) != 1:
            self.error(codes.E0110, "one name cannot hold several values", value)

    def target(self, target: ast.expr, *, tuples: bool = True) -> None:
        match target:
            case ast.Name():
                pass
            case ast.Tuple(elts=elts) | ast.List(elts=elts) if tuples:
                for element in elts:
                    self.target(element)
            case _:
                self.error(codes.E0106, f"cannot assign to {_describe(target)}", target)

    def loop(self, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        self.loops += 1
        self.block(body)
        self.loops -= 1
        self.block(orelse)

    def for_(self, stmt: ast.For) -> None:
        if not isinstance(stmt.target, ast.Name):
            self.error(
                codes.E0106, "the variable of a `for` is one name", stmt.target, help="write `for i in range(...)`"
            )
        call = stmt.iter
        if not (isinstance(call, ast.Call) and self.is_range(call.func)):
            self.error(codes.E0103, "`for` must iterate over `range`", call)
        else:
            if call.keywords or not 1 <= len(call.args) <= 3:
                self.error(codes.E0204, "`range` takes one to three positional arguments", call)
            for arg in call.args:
                self.expr(arg)
        self.loop(stmt.body, stmt.orelse)

    def is_range(self, func: ast.expr) -> bool:
        if not isinstance(func, ast.Name) or func.id != "range" or "range" in self.routine.locals:
            return False
        function = self.routine.function
        return function is None or (
            function.__globals__.get("range", range) is range and "range" not in function.__code__.co_freevars
        )

    def expr(self, root: ast.expr, *, tuples: bool = False) -> None:
        """Check an expression and all inside it; a stack, because a sum may be thousands of terms long."""
        pending: list[tuple[ast.expr, bool]] = [(root, tuples)]
        while pending:
            node, allowed = pending.pop()
            match node:
                case ast.Constant(value=value):
                    self.number(value, node)
                case ast.Name() | ast.Attribute():
                    self.name(node)
                case ast.BinOp(left=left, op=op, right=right):
                    self.operator(op, node)
                    pending += [(right, False), (left, False)]
                case ast.UnaryOp(operand=operand):
                    pending.append((operand, False))
                case ast.BoolOp(values=values):
                    pending += [(value, False) for value in reversed(values)]
                case ast.Compare(left=left, ops=operators, comparators=comparators):
                    for operator in operators:
                        self.operator(operator, node)
                    pending += [(value, False) for value in (*reversed(comparators), left)]
                case ast.IfExp(test=test, body=body, orelse=orelse):
                    pending += [(orelse, allowed), (body, allowed), (test, False)]
                case ast.NamedExpr(value=value):
                    pending.append((value, False))
                case ast.Call() if self.is_special_float(node):
                    pass
                case ast.Call(func=ast.Attribute(value=value)) if resolve.int_method(self.routine, node):
                    pending.append((value, False))
                case ast.Call():
                    pending += [(arg, False) for arg in reversed(self.call(node, several=allowed))]
                case ast.Tuple(elts=elts) if allowed:
                    pending += [(element, True) for element in reversed(elts)]
                case ast.Tuple():
                    self.error(codes.E0110, "a tuple is not a value here", node)
                case _:
                    self.error(codes.E0102, f"{_describe(node)} is not supported in a kernel", node)

    def is_special_float(self, node: ast.Call) -> bool:
        """`float("inf")` and its kin: how Python writes what has no literal."""
        return resolve.special_float(self.routine, node) is not None

    def operator(self, op: ast.AST, node: ast.AST) -> None:
        if type(op) not in ops.BY_PYTHON:
            self.error(
                codes.E0104,
                f"the operator `{_OPERATORS.get(type(op).__name__, type(op).__name__)}` is not supported",
                node,
            )

    def number(self, value: Any, node: ast.AST | Span) -> None:
        if isinstance(value, np.generic):
            return
        if type(value) not in _CONSTANT_TYPES:
            self.error(codes.E0107, f"{_shown(value)} is not a number a kernel can use", node)
        elif isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
            help = "write it as a float, or keep it within 64 bits"
            self.error(codes.E0107, "an integer of more than 64 bits", node, help=help)

    def name(self, node: ast.Name | ast.Attribute) -> None:
        entity = self.routine.entity(node)
        match entity:
            case Local():
                pass
            case Constant(value=value):
                self.number(value, node)
            case Symbol(kind, axis):
                if axis > 7:
                    self.error(codes.E0405, f"`{ast.unparse(node)}` needs more dimensions than arrays have", node)
                self.checker.symbols[Symbol(kind, axis)] = None
            case UnusableEntity():
                self.unusable(entity, node)
            case Namespace():
                self.error(codes.E0202, f"`{ast.unparse(node)}` is a module, not a number", node)
            case _:
                self.error(codes.E0202, f"`{ast.unparse(node)}` is a function, not a number", node, help="call it")

    def unusable(self, entity: UnusableEntity, node: ast.expr, *, called: bool = False) -> None:
        """A name that means nothing here: the caret goes under the part that is wrong."""
        code = codes.E0203 if called and entity.code is codes.E0202 else entity.code
        if entity.code is codes.E0201:
            while isinstance(node, ast.Attribute) and entity.at_root:
                node = node.value
        self.error(code, entity.reason, node, help=entity.help)

    def call(self, node: ast.Call, *, several: bool) -> list[ast.expr]:
        """Check who is called and with how many arguments; the arguments to look at next."""
        args = [*node.args, *(keyword.value for keyword in node.keywords)]
        for arg in node.args:
            if isinstance(arg, ast.Starred):
                self.error(codes.E0204, "`*` arguments are not supported", arg)
        if any(keyword.arg is None for keyword in node.keywords):
            self.error(codes.E0204, "`**` arguments are not supported", node)
        match self.routine.entity(node.func):
            case UnusableEntity() as entity:
                self.unusable(entity, node.func, called=True)
            case KnownFunction() | CastTo() as entity:
                if problem := arity_problem(entity, len(node.args), tuple(k.arg or "" for k in node.keywords)):
                    self.error(codes.E0204, problem, node)
                if isinstance(entity, KnownFunction) and entity.name == "divmod" and not several:
                    self.error(codes.E0110, "`divmod` gives two values", node)
            case HelperFunction(function):
                self.helper_call(node, function, several=several)
            case _:
                self.error(codes.E0203, f"`{ast.unparse(node.func)}` is not a function", node.func)
        return [arg for arg in args if not isinstance(arg, ast.Starred)]

    def helper(self, function: Any, node: ast.AST) -> Routine | None:
        try:
            return self.routine.helper(function)
        except CompileError as error:
            for found in error.diagnostics:
                related = (Label(self.source.span(node), "called here"),)
                self.checker.diagnostics.append(replace(found, related=related))
            return None

    def helper_call(self, node: ast.Call, function: Any, *, several: bool) -> None:
        routine = self.helper(function, node)
        if routine is None:
            return
        if routine in self.checker.active:
            self.error(codes.E0205, f"`{routine.name}` calls itself", node)
            return
        if len(self.checker.active) > _DEEPEST_CALL:
            self.error(codes.E0206, "calls are nested too deep", node)
            return
        count = self.checker.check(routine, Label(self.source.span(node), "called here"))
        if count != 1 and not several:
            self.error(codes.E0110, f"`{routine.name}` gives {count} values", node)
        if all(keyword.arg for keyword in node.keywords) and (problem := _binding_problem(routine, node)):
            self.error(codes.E0204, problem, node)


def _binding_problem(routine: Routine, node: ast.Call) -> str:
    names = [keyword.arg or "" for keyword in node.keywords]
    if len(node.args) > len(routine.params):
        return f"`{routine.name}` takes {len(routine.params)} arguments, {len(node.args)} are given"
    given = set(routine.params[: len(node.args)])
    posonly = {arg.arg for arg in routine.source.tree.args.posonlyargs}
    for name in names:
        if name not in routine.params or name in posonly:
            return f"`{routine.name}` has no keyword parameter `{name}`"
        if name in given:
            return f"`{routine.name}` gets `{name}` twice"
        given.add(name)
    missing = [name for name in routine.params if name not in given and name not in routine.defaults]
    return f"`{routine.name}` needs `{missing[0]}`" if missing else ""


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _describe(node: ast.AST) -> str:
    name = type(node).__name__
    return _EXPRESSIONS.get(name, f"`{name.lower()}`")


_STATEMENTS = {
    "FunctionDef": "a function inside", "AsyncFunctionDef": "a function inside", "ClassDef": "a class",
    "Delete": "`del`", "AsyncFor": "`async for`", "With": "`with`", "AsyncWith": "`async with`", "Match": "`match`",
    "Raise": "`raise`", "Try": "`try`", "TryStar": "`try`", "Assert": "`assert`", "Import": "`import`",
    "ImportFrom": "`import`", "Global": "`global`", "Nonlocal": "`nonlocal`", "TypeAlias": "`type`",
}  # fmt: skip
_EXPRESSIONS = {
    "Lambda": "a lambda", "Dict": "a dictionary", "Set": "a set", "List": "a list", "ListComp": "a comprehension",
    "SetComp": "a comprehension", "DictComp": "a comprehension", "GeneratorExp": "a generator expression",
    "Await": "`await`", "Yield": "`yield`", "YieldFrom": "`yield`", "FormattedValue": "a string",
    "JoinedStr": "a string", "TemplateStr": "a string", "Interpolation": "a string", "Subscript": "a subscript",
    "Starred": "a starred value", "Slice": "a slice", "Attribute": "an attribute", "Tuple": "a tuple",
    "Call": "a call", "Constant": "a constant",
}  # fmt: skip
_OPERATORS = {"MatMult": "@", "Is": "is", "IsNot": "is not", "In": "in", "NotIn": "not in"}
