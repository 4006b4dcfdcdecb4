"""What expressions of the language may hold: names, calls, tuples, arrays; checked before any type is known.

Collects all that is wrong.  It decides nothing about meaning; `lower` does.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from iris_cc import codes
from iris_cc.codes import Code
from iris_cc.core_dims import Signature
from iris_cc.diagnostics import CompileError, Diagnostic, Label, Span
from iris_cc.frontend import resolve
from iris_cc.frontend.arrays import is_attribute
from iris_cc.frontend.may_be import MayBeReferences
from iris_cc.frontend.resolve import (
    ITERATES,
    REDUCES,
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
    UnusableEntity,
)
from iris_cc.frontend.signatures import arity_problem, array_call_problem, is_dtype
from iris_cc.ir import ops
from iris_cc.records import field, record, replace

MAX_OPERANDS = 64
_DEEPEST_CALL = 40
CONSTANT_TYPES = (bool, int, float)
# What a loop may run over: how many arguments, and which keywords.
_ITERABLES = {
    "range": (1, 3, ()), "enumerate": (1, 2, ("start",)), "zip": (1, MAX_OPERANDS, ("strict",)), "reversed": (1, 1, ()),
}  # fmt: skip


@record(eq=False, frozen=False)
class Checker:
    """The diagnostics and facts of one kernel and its helpers."""

    look: Callable[[Checker, Routine], int]  # checks the statements of one function: the number of values it returns
    signature: Signature | None = None  # the core dimensions of the kernel itself
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
            self.outputs[routine] = self.look(self, routine)
            self.active.pop()
            del self.calls[len(self.active) - 1 :]
        return self.outputs[routine]


class ExpressionCheck:
    def __init__(self, checker: Checker, routine: Routine) -> None:
        self.checker = checker
        self.routine = routine
        self.source = routine.source
        self.is_root = len(checker.active) == 1
        signature = checker.signature if self.is_root else None
        # Of a kernel of arrays that stores its results: it returns nothing.
        self.nout = None if signature is None else len(signature.outputs)
        count = 0 if signature is None else len(signature.inputs) + len(signature.outputs)
        self.stores_results = len(routine.params) == count > 0
        arrays = None if not self.is_root else frozenset(self.core_names(signature))
        self.references = MayBeReferences(routine, arrays)
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

    def target(self, target: ast.expr, *, tuples: bool = True) -> None:
        match target:
            case ast.Name():
                pass
            case ast.Subscript(value=value, slice=places):
                self.elements_of(value, "no elements")
                self.expr(value, several=True)
                self.expr(places, several=True)
            case ast.Tuple(elts=elts) | ast.List(elts=elts) if tuples:
                for element in elts:
                    self.target(element)
            case _:
                self.error(codes.E0106, f"cannot assign to {describe_node(target)}", target)

    def iterable(self, node: ast.expr) -> None:
        """What a loop runs over: an array or tuple, or a call of what iterates."""
        if not isinstance(node, ast.Call) or not self.iterates(node.func):
            before = len(self.checker.diagnostics)
            self.expr(node, several=True)
            if not self.references.may_be(node) and len(self.checker.diagnostics) == before:
                self.error(codes.E0103, "a `for` cannot run over a number", node)
            return
        assert isinstance(node.func, ast.Name)
        name, count = node.func.id, len(node.args)
        fewest, most, words = _ITERABLES[name]
        if not fewest <= count <= most or any(keyword.arg not in words for keyword in node.keywords):
            shown = f"{fewest} to {most} positional arguments" if most > fewest else "one argument"
            self.error(codes.E0204, f"`{name}` takes {shown}", node)
        for arg in node.args:
            self.expr(arg) if name == "range" else self.iterable(arg)
        for keyword in node.keywords:
            self.expr(keyword.value)

    def iterates(self, func: ast.expr) -> bool:
        entity = self.routine.entity(func) if isinstance(func, ast.Name) else None
        return isinstance(entity, ArrayFunction) and entity.name in ITERATES

    def expr(self, root: ast.expr, *, several: bool = False) -> None:
        """Check an expression and all inside it; a stack, because a sum may be thousands of terms long.

        `several` says whether it may be more than one number: a tuple, an array, a call that gives them.
        """
        pending: list[tuple[ast.expr, bool]] = [(root, several)]
        while pending:
            node, allowed = pending.pop()
            match node:
                case ast.Constant(value=value) if value is ... and allowed:
                    pass
                case ast.Constant(value=value):
                    self.number(value, node)
                case ast.Attribute(value=value) if self.is_of_value(node):
                    self.elements_of(value, f"no `{node.attr}`")
                    pending.append((value, True))
                case ast.Name() | ast.Attribute():
                    self.name(node, several=allowed)
                case ast.BinOp(op=ast.Mult(), left=left, right=right) if isinstance(left, ast.List) or isinstance(
                    right, ast.List
                ):
                    pending += [(right, isinstance(right, ast.List)), (left, isinstance(left, ast.List))]
                case ast.BinOp(left=left, op=op, right=right):
                    self.operator(op, node)
                    pending += [(right, False), (left, False)]
                case ast.UnaryOp(operand=operand):
                    pending.append((operand, False))
                case ast.BoolOp(values=values):
                    pending += [(value, False) for value in reversed(values)]
                case ast.Compare(left=left, ops=[ast.In() | ast.NotIn()], comparators=[items]):
                    pending += [(items, True), (left, False)]
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
                    pending += reversed(self.call(node, several=allowed))
                case (ast.Tuple(elts=elts) | ast.List(elts=elts)) if allowed:
                    pending += [(element, True) for element in reversed(elts)]
                case ast.Tuple() | ast.List():
                    what = "tuple" if isinstance(node, ast.Tuple) else "list"
                    self.error(codes.E0110, f"a {what} is not a value here", node)
                case ast.Subscript(value=value, slice=places):
                    self.elements_of(value, "no elements")
                    pending += [(places, True), (value, True)]
                case ast.Slice(lower=lower, upper=upper, step=step):
                    pending += [(bound, False) for bound in (step, upper, lower) if bound is not None]
                case ast.ListComp():
                    self.comprehension(node)
                case _:
                    self.error(codes.E0102, f"{describe_node(node)} is not supported in a kernel", node)

    def elements_of(self, node: ast.expr, what: str) -> None:
        if not self.references.may_be(node):
            self.error(codes.E0408, f"a number has {what}", node)

    def is_of_value(self, node: ast.Attribute) -> bool:
        """Whether it is an attribute of an array, and not of a module."""
        if not is_attribute(node):
            return False
        value = node.value
        return not isinstance(value, ast.Name | ast.Attribute) or not isinstance(self.routine.entity(value), Namespace)

    def comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> None:
        for generator in node.generators:
            if generator.is_async:
                self.error(codes.E0102, "`async` is not supported in a kernel", node)
            self.target(generator.target)
            self.iterable(generator.iter)
            for test in generator.ifs:
                self.expr(test)
        self.expr(node.elt, several=True)

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
        if type(value) not in CONSTANT_TYPES:
            self.error(codes.E0107, f"{_shown(value)} is not a number a kernel can use", node)
        elif isinstance(value, int) and not -(1 << 63) <= value < 1 << 64:
            help = "write it as a float, or keep it within 64 bits"
            self.error(codes.E0107, "an integer of more than 64 bits", node, help=help)

    def numbers(self, items: tuple[resolve.Item, ...], node: ast.AST) -> None:
        for item in items:
            if isinstance(item, CapturedItems):
                self.numbers(item.items, node)
            else:
                self.number(item.value, node)

    def name(self, node: ast.Name | ast.Attribute, *, several: bool) -> None:
        entity = self.routine.entity(node)
        match entity:
            case Local():
                pass
            case Constant(value=value):
                self.number(value, node)
            case CapturedItems(items):
                self.numbers(items, node)
                if not several:
                    self.error(codes.E0110, f"`{ast.unparse(node)}` is several numbers, not one", node)
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

    def call(self, node: ast.Call, *, several: bool) -> list[tuple[ast.expr, bool]]:
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
            case KnownFunction("builtin", "min" | "max") if self.is_of_items(node):
                self.items(node.args[0])
                return []
            case KnownFunction() | CastTo() as entity:
                if problem := arity_problem(entity, len(node.args), tuple(k.arg or "" for k in node.keywords)):
                    self.error(codes.E0204, problem, node)
                if isinstance(entity, KnownFunction) and entity.name == "divmod" and not several:
                    self.error(codes.E0110, "`divmod` gives two values", node)
            case ArrayFunction(name):
                return self.array_call(name, node)
            case HelperFunction(function):
                self.helper_call(node, function, several=several)
                return [(arg, True) for arg in args if not isinstance(arg, ast.Starred)]
            case _:
                self.error(codes.E0203, f"`{ast.unparse(node.func)}` is not a function", node.func)
        return [(arg, False) for arg in args if not isinstance(arg, ast.Starred)]

    def is_of_items(self, node: ast.Call) -> bool:
        """Whether it is `min` or `max` of the items of one argument."""
        return len(node.args) == 1 and not node.keywords and self.references.may_be_iterated(node.args[0])

    def array_call(self, name: str, node: ast.Call) -> list[tuple[ast.expr, bool]]:
        if problem := array_call_problem(name, len(node.args), tuple(k.arg or "" for k in node.keywords)):
            self.error(codes.E0204, problem, node)
            return []
        if name == "len":
            self.elements_of(node.args[0], "no length")
        rest = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
        if name in REDUCES and name != "len":
            self.items(node.args[0])
            return [(arg, False) for arg in rest]
        return [(arg, True) for arg in (*node.args[:1], *rest) if not is_dtype(arg)]

    def items(self, node: ast.expr) -> None:
        """What a reduction takes: anything a loop may run over."""
        if isinstance(node, ast.GeneratorExp | ast.ListComp):
            self.comprehension(node)
        else:
            self.iterable(node)

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

    def core_names(self, signature: Signature | None) -> Iterator[str]:
        """The parameters of the kernel itself that are arrays."""
        if signature is not None:
            names = zip(self.routine.params, (*signature.inputs, *signature.outputs))
            yield from (name for k, (name, dims) in enumerate(names) if dims or k >= len(signature.inputs))


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


def describe_node(node: ast.AST) -> str:
    name = type(node).__name__
    return _EXPRESSIONS.get(name, f"`{name.lower()}`")


_EXPRESSIONS = {
    "Lambda": "a lambda", "Dict": "a dictionary", "Set": "a set", "List": "a list", "ListComp": "a comprehension",
    "SetComp": "a comprehension", "DictComp": "a comprehension", "GeneratorExp": "a generator expression",
    "Await": "`await`", "Yield": "`yield`", "YieldFrom": "`yield`", "FormattedValue": "a string",
    "JoinedStr": "a string", "TemplateStr": "a string", "Interpolation": "a string", "Subscript": "a subscript",
    "Starred": "a starred value", "Slice": "a slice", "Attribute": "an attribute", "Tuple": "a tuple",
    "Call": "a call", "Constant": "a constant",
}  # fmt: skip
_OPERATORS = {"MatMult": "@", "Is": "is", "IsNot": "is not", "In": "in", "NotIn": "not in"}
