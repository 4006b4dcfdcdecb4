"""The types a function returns, found without calling it: a walk of its syntax with types in the place of values.

Statements of any kind are walked.  Where paths meet types join, loops go round until nothing widens, and what cannot be
told is unknown and makes what depends on it unknown.  Nothing here decides what becomes of an unknown type.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from iris_cc.frontend import source
from iris_cc.numpy_calls.casts import DType
from iris_cc.pyroute.elements import WEAK
from iris_cc.pyroute.kinds import NEVER, UNKNOWN, Kind, KnownObject, Number, Several, dtypes, join, join_all, of_value
from iris_cc.pyroute.reading import Inner, Names, Reader, joined
from iris_cc.pyroute.rewrite import UNBOUND, captured
from iris_cc.records import record

_MOST_STEPS = 20_000
_DEEPEST_CALL = 30
_MOST_ROUNDS = 30
_MOST_ELEMENTS = 1000

Scope = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


class TooLarge(Exception):
    """More steps than a function is worth."""


@record(eq=False)
class Witness:
    """Something a walk found outside the function: what it saw holds while `look` gives the same."""

    look: Callable[[], Any]
    seen: Any

    @property
    def holds(self) -> bool:
        return bool(_stamp(self.look()) == self.seen)


def _stamp(value: Any) -> Any:
    """What of an object a walk depends on."""
    if type(value) in WEAK:
        return type(value), repr(value)
    if isinstance(value, np.generic):
        return type(value), value.dtype
    if isinstance(value, np.ndarray):
        return value.dtype, value.ndim
    if isinstance(value, (tuple, list, dict)) and len(value) <= _MOST_ELEMENTS:
        return type(value), [_stamp(each) for each in (value.values() if isinstance(value, dict) else value)]
    return type(value), id(value)


class Inference:
    """The types of one function's results, kept while what they rest on holds."""

    def __init__(self, function: FunctionType, texts: Mapping[FunctionType, str]) -> None:
        self.function = function
        self.texts = texts
        self.trees: dict[int, tuple[FunctionType, ast.FunctionDef | None]] = {}
        self.known: dict[Any, tuple[tuple[Witness, ...], Kind]] = {}
        self.witnesses: list[Witness] = []
        self.steps = 0
        self.depth = 0
        self.assumed: dict[Any, Kind] = {}  # what recursive calls are taken to give

    def result(self, args: Sequence[Kind], named: Mapping[str, Kind]) -> Kind:
        """What a call with arguments of these kinds gives."""
        key = (tuple(map(_key, args)), tuple((name, _key(kind)) for name, kind in named.items()))
        found = self.known.get(key)
        if found is None or not all(witness.holds for witness in found[0]):
            self.witnesses, self.steps, self.depth, self.assumed = [], 0, 0, {}
            try:
                kind = self.call(self.function, list(args), dict(named))
            except (TooLarge, RecursionError):
                kind = UNKNOWN
            found = self.known[key] = (tuple(self.witnesses), kind)
        return found[1]

    def tree(self, function: FunctionType) -> ast.FunctionDef | None:
        found = self.trees.get(id(function.__code__))
        if found is None:
            tree = source.definition_of(function, self.texts.get(function))
            found = self.trees[id(function.__code__)] = (function, tree)
        return found[1]

    def call(self, function: Any, args: list[Kind], named: dict[str, Kind]) -> Kind:
        """What a plain function, a kernel or an inner function gives; recursive calls give less at first."""
        if not isinstance(function, (FunctionType, Inner)):
            inner = function.py_func
            return _strong(self.call(inner, args, named)) if isinstance(inner, FunctionType) else UNKNOWN
        node: Any = function.node if isinstance(function, Inner) else self.tree(function)
        if node is None or isinstance(node, ast.AsyncFunctionDef) or (function.__module__ or "").startswith("numpy"):
            return UNKNOWN
        names = self.bind(function, node.args, args, named)
        if names is None or self.depth > _DEEPEST_CALL:
            return UNKNOWN
        key = (id(node), tuple((name, _key(kind)) for name, kind in names.items()))
        if key in self.assumed:
            return self.assumed[key]
        self.assumed[key] = NEVER
        self.depth += 1
        for _ in range(_MOST_ROUNDS):
            found = Walk(self, function, node, dict(names)).run()
            if found == self.assumed[key]:
                break
            self.assumed[key] = found = join(self.assumed[key], found)
        else:
            found = UNKNOWN
        self.depth -= 1
        del self.assumed[key]
        return found

    def bind(
        self, function: Any, params: ast.arguments, args: list[Kind], named: dict[str, Kind]
    ) -> dict[str, Kind] | None:
        """The parameters of a call; None where they do not fit, or come in bundles."""
        places = [each.arg for each in (*params.posonlyargs, *params.args)]
        keyword = [each.arg for each in params.kwonlyargs]
        if len(args) > len(places) and params.vararg is None:
            return None
        names: dict[str, Kind] = {}
        if isinstance(function, FunctionType):
            given = function.__defaults__ or ()
            names = dict(zip(places[len(places) - len(given) :], map(of_value, given)))
            names |= {name: of_value(value) for name, value in (function.__kwdefaults__ or {}).items()}
        else:
            home = function.home
            names = {n: home.read(d) for n, d in zip(places[len(places) - len(params.defaults) :], params.defaults)}
            names |= {n: home.read(d) for n, d in zip(keyword, params.kw_defaults) if d is not None}
        names |= dict(zip(places, args))
        unknown = {name for name in named if name not in places and name not in keyword}
        if unknown and params.kwarg is None:
            return None
        names |= {name: kind for name, kind in named.items() if name not in unknown}
        if params.vararg is not None:
            names[params.vararg.arg] = Several(tuple(args[len(places) :]))
        if params.kwarg is not None:
            names[params.kwarg.arg] = UNKNOWN
        return names if all(name in names for name in (*places, *keyword)) else None


def _key(kind: Kind) -> Any:
    return ("object", id(kind.value)) if isinstance(kind, KnownObject) else kind


def _strong(kind: Kind) -> Kind:
    """What a kernel gives is NumPy's."""
    if isinstance(kind, Several):
        return Several(tuple(map(_strong, kind.parts)))
    return Number(kind.dtype) if isinstance(kind, Number) else kind


class Walk(Reader):
    """One call of one function."""

    def __init__(self, inference: Inference, function: Any, node: Any, names: Names) -> None:
        self.inference = inference
        self.function = function
        self.node = node
        self.names: Names | None = names
        found = _bindings(node)
        self.unsure = {name for each in found if isinstance(each, (ast.Global, ast.Nonlocal)) for name in each.names}
        self.bound = frozenset(names) | {name for each in found for name in _names_of(each)} - self.unsure
        self.returned: Kind = NEVER
        self.leaving: list[tuple[list[Names], list[Names]]] = []  # of each loop: at `break`, at `continue`
        self.watched: list[Names] = []  # of each `try`: all that its names have been

    def run(self) -> Kind:
        if isinstance(self.node, ast.Lambda):
            return self.read(self.node.body)
        if any(isinstance(each, (ast.Yield, ast.YieldFrom, ast.Await)) for each in _own(self.node)):
            return UNKNOWN
        self.block(self.node.body)
        return self.returned

    # -- names --

    def name(self, name: str) -> Kind:
        if name in self.unsure:
            return UNKNOWN
        if name not in self.bound and isinstance(self.function, Inner):
            return self.function.home.name(name)
        return super().name(name)

    def captured(self, name: str) -> Any:
        if isinstance(self.function, Inner):
            return self.function.home.captured(name)
        return self.seen(lambda: captured(self.function, name))

    def attribute_of(self, value: Any, name: str) -> Any:
        return self.seen(lambda: getattr(value, name, UNBOUND) if isinstance(value, ModuleType) else UNBOUND)

    def seen(self, look: Callable[[], Any]) -> Any:
        value = look()
        self.inference.witnesses.append(Witness(look, _stamp(value)))
        return value

    def elements(self, value: Any) -> Kind:
        if isinstance(value, np.ndarray):
            return Number(value.dtype) if value.dtype.kind in "?biufcmM" else UNKNOWN
        if isinstance(value, (tuple, list, dict)) and len(value) <= _MOST_ELEMENTS:
            return join_all(of_value(each) for each in (value.values() if isinstance(value, dict) else value))
        return Number(int) if isinstance(value, (range, bytes)) else UNKNOWN

    def called(self, function: Any, args: list[Kind], named: dict[str, Kind]) -> Kind:
        return self.inference.call(function, args, named)

    def assign(self, name: str, kind: Kind) -> None:
        if self.names is None or name in self.unsure:
            return
        if kind == NEVER:
            self.names = None
            return
        self.names[name] = kind
        for each in self.watched:
            each[name] = join(each.get(name, NEVER), kind)

    # -- statements --

    def block(self, stmts: list[ast.stmt]) -> None:
        for stmt in stmts:
            if self.names is None:
                return
            self.inference.steps += 1
            if self.inference.steps > _MOST_STEPS:
                raise TooLarge
            self.statement(stmt)

    def statement(self, stmt: ast.stmt) -> None:
        match stmt:
            case ast.Assign(targets=targets, value=value):
                kind = self.read(value)
                for target in targets:
                    self.bind(target, kind)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self.bind(target, self.read(value))
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
                self.bind(target, Reader.read(self, ast.BinOp(ast.Name(name, ast.Load()), op, value)))
            case ast.Return(value=value):
                kind = UNKNOWN if value is None else self.read(value)
                self.returned = join(self.returned, UNKNOWN if isinstance(kind, KnownObject) else kind)
                self.names = None
            case ast.Raise():
                self.names = None
            case ast.If(test=test, body=body, orelse=orelse):
                self.branch(test, body, orelse)
            case ast.While():
                self.loop(stmt, None)
            case ast.For(target=target, iter=iterable):
                self.loop(stmt, lambda: self.bind(target, self.iterated(iterable)))
            case ast.Break() | ast.Continue():
                self.leaving[-1][isinstance(stmt, ast.Continue)].append(dict(self.names or {}))
                self.names = None
            case ast.With(items=items, body=body):
                for item in items:
                    self.read(item.context_expr)
                    if item.optional_vars is not None:
                        self.bind(item.optional_vars, UNKNOWN)
                self.names = joined(self.guarded(body), self.names)  # it may keep an exception to itself
            case ast.Try():
                self.try_(stmt)
            case ast.Match(subject=subject, cases=cases):
                self.match(subject, cases)
            case ast.Expr(value=value):
                self.read(value)
            case ast.FunctionDef(name=name) if not stmt.decorator_list:
                self.assign(name, KnownObject(Inner(stmt, self)))
            case ast.Import() | ast.ImportFrom():
                self.import_(stmt)
            case _:
                for name in _names_of(stmt):
                    self.assign(name, UNKNOWN)

    def branch(self, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        known = self.truth(test)
        if known is not None:
            self.block(body if known else orelse)
            return
        before = dict(self.names or {})
        self.block(body)
        after, self.names = self.names, before
        self.block(orelse)
        self.names = joined(after, self.names)

    def loop(self, stmt: ast.For | ast.While, begin: Callable[[], None] | None) -> None:
        head = self.names
        for _ in range(_MOST_ROUNDS):
            self.leaving.append(([], []))
            self.names = dict(head or {})
            forever = isinstance(stmt, ast.While) and self.truth(stmt.test) is True
            if begin is not None:
                begin()
            start = joined(head, self.names) if begin is None else head
            self.block(stmt.body)
            breaks, continues = self.leaving.pop()
            end: Names | None = self.names
            for each in continues:
                end = joined(end, each)
            wider = joined(start, end)
            if wider == head:
                break
            head = wider
        else:
            raise TooLarge
        self.names = None if forever else dict(head or {})
        self.block(stmt.orelse)
        for each in breaks:
            self.names = joined(self.names, each)

    def guarded(self, body: list[ast.stmt]) -> Names:
        """What names may be wherever the body is left by an exception; its end stays in `names`."""
        seen = dict(self.names or {})
        self.watched.append(seen)
        self.block(body)
        self.watched.pop()
        return seen

    def try_(self, stmt: ast.Try) -> None:
        seen = self.guarded(stmt.body)
        self.block(stmt.orelse)
        end: Names | None = self.names
        for handler in stmt.handlers:
            self.names = dict(seen)
            if handler.name is not None:
                self.assign(handler.name, UNKNOWN)
            self.block(handler.body)
            end = joined(end, self.names)
        ends = end is None
        self.names = dict(seen) if end is None else end
        self.block(stmt.finalbody)
        self.names = None if ends else self.names

    def match(self, subject: ast.expr, cases: Sequence[ast.match_case]) -> None:
        self.read(subject)
        before = dict(self.names or {})
        end = self.names
        for case in cases:
            self.names = dict(before)
            for each in ast.walk(case.pattern):
                for name in _names_of(each):
                    self.assign(name, UNKNOWN)
            if case.guard is not None:
                self.read(case.guard)
            self.block(case.body)
            end = joined(end, self.names)
        self.names = end

    def import_(self, stmt: ast.Import | ast.ImportFrom) -> None:
        """Modules that are there already; nothing is imported."""
        for alias in stmt.names:
            if isinstance(stmt, ast.ImportFrom):
                module = sys.modules.get(stmt.module or "") if not stmt.level else None
                found = getattr(module, alias.name, UNBOUND) if module is not None else UNBOUND
            else:
                found = sys.modules.get(alias.name if alias.asname else alias.name.partition(".")[0], UNBOUND)
            kind = UNKNOWN if found is UNBOUND else of_value(found)
            self.assign(alias.asname or alias.name.partition(".")[0], kind)


def _own(node: Any) -> list[ast.AST]:
    """The nodes of a function that are not those of a function inside it."""
    found: list[ast.AST] = []
    pending: list[ast.AST] = list(node.body) if isinstance(node.body, list) else [node.body]
    while pending:
        each = pending.pop()
        found.append(each)
        if not isinstance(each, Scope):
            pending += ast.iter_child_nodes(each)
    return found


def _bindings(node: Any) -> list[ast.AST]:
    """Where a function binds names: comprehensions bind theirs for themselves."""
    hidden: set[int] = set()
    for each in (found := _own(node)):
        if isinstance(each, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            hidden |= {id(inner) for part in each.generators for inner in ast.walk(part.target)}
    return [each for each in found if id(each) not in hidden]


def _names_of(node: ast.AST) -> list[str]:
    """The names that a node itself binds."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.alias(name=name, asname=other):
            return [(other or name).partition(".")[0]]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.MatchMapping(rest=str(name)):
            return [name]
        case ast.Delete(targets=targets):
            return [each.id for each in targets if isinstance(each, ast.Name)]
        case _:
            return []


def output_types(kind: Kind) -> tuple[DType | None, ...]:
    """The types of the outputs; nothing where not even their number is known."""
    return dtypes(kind) if isinstance(kind, (Number, Several)) else ()
