"""The function as the Python route runs it: its `while` loops end at the limit, and index symbols have values.

The user's own syntax tree, with counters and look-ups in it, is compiled with the function's own globals, closure and
defaults; plain functions that it calls are treated alike when it calls them.  What has no source runs as it is.  Names
that begin with `%` are ours: no source can hold them.  This module may not know arrays.
"""

from __future__ import annotations

import ast
import builtins
import math
import os
import threading
from collections.abc import Callable, Mapping
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from iris_cc import config
from iris_cc.frontend import source
from iris_cc.frontend.resolve import symbol_named

_LIMIT, _PASSED, _PLAIN, _SYMBOL = "%limit", "%passed", "%plain", "%symbol"
_INSTALLED = tuple(os.sep + name + os.sep for name in ("site-packages", "dist-packages"))


class ElementPlace(threading.local):
    """Where the element stands that this thread computes: what index symbols read."""

    index: tuple[int, ...] = ()
    shape: tuple[int, ...] = ()

    def symbol(self, name: str) -> int:
        """An absent dimension has position 0 and extent 1."""
        found = symbol_named(name)
        assert found is not None
        if found.kind == "ndim":
            return len(self.shape)
        if found.kind == "flat":
            flat = 0
            for position, length in zip(self.index, self.shape):
                flat = flat * length + position
            return flat
        values, absent = (self.index, 0) if found.kind == "i" else (self.shape, 1)
        return values[found.axis] if found.axis < len(values) else absent


class Rewriter:
    """Rewrites one kernel's function and what it calls; `strong` makes the number that a symbol stands for."""

    def __init__(
        self, function: FunctionType, texts: Mapping[FunctionType, str], strong: Callable[[int], Any]
    ) -> None:
        self.place = ElementPlace()
        self._package = (function.__module__ or "").partition(".")[0]
        self._texts = {id(each.__code__): text for each, text in texts.items()}
        self._codes: dict[int, tuple[CodeType, CodeType | None]] = {}  # by identity: equal code may lie elsewhere
        self._ours: dict[str, Any] = {
            _LIMIT: lambda: config.while_limit() or math.inf,
            _PASSED: _passed,
            _PLAIN: self.callee,
            _SYMBOL: lambda name: strong(self.place.symbol(name)),
        }

    def callee(self, called: Any) -> Any:
        """What is called in the place of `called`."""
        if type(called) is FunctionType:
            return self.function(called)
        if type(called) is MethodType and type(called.__func__) is FunctionType:
            plain = self.function(called.__func__)
            return called if plain is called.__func__ else MethodType(plain, called.__self__)
        return called

    def function(self, function: FunctionType) -> FunctionType:
        """`function` rewritten; itself where there is nothing to change, or no source."""
        code = function.__code__
        known = self._codes.get(id(code))
        if known is None:
            known = self._codes[id(code)] = (code, self._rewritten(function))
        return function if known[1] is None else self._made(function, known[1])

    def _made(self, function: FunctionType, code: CodeType) -> FunctionType:
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
        cells |= {name: CellType(value) for name, value in self._ours.items()}
        closure = tuple(cells[name] for name in code.co_freevars)
        made = FunctionType(code, function.__globals__, function.__name__, function.__defaults__, closure)
        made.__kwdefaults__, made.__qualname__ = function.__kwdefaults__, function.__qualname__
        made.__doc__, made.__module__ = function.__doc__, function.__module__
        made.__dict__.update(function.__dict__)
        return made

    def _rewritten(self, function: FunctionType) -> CodeType | None:
        code = function.__code__
        if any(name in self._ours for name in code.co_freevars) or not self._is_the_user_s(function):
            return None
        tree = source.definition_of(function, self._texts.get(id(code)))
        if tree is None:
            return None
        changes = _Changes(function, tree)
        try:
            changes.visit(tree)
        except RecursionError:
            return None
        found = source.compiled(tree, function, tuple(self._ours)) if changes.count else None
        given = {*code.co_freevars, *self._ours}
        return next((each for each in found or () if given.issuperset(each.co_freevars)), None)

    def _is_the_user_s(self, function: FunctionType) -> bool:
        """Whether it belongs to the kernel's package or to no installed one."""
        file = function.__code__.co_filename
        if (function.__module__ or "").partition(".")[0] == self._package:
            return True
        library = os.path.dirname(os.__file__) + os.sep
        return not file.startswith(library) and not any(part in file for part in _INSTALLED)

    def reads_symbols(self, function: FunctionType, seen: set[CodeType] | None = None) -> bool:
        """Whether a function, or a plain one that it names, reads an index symbol."""
        seen = set() if seen is None else seen
        if function.__code__ in seen or not self._is_the_user_s(function):
            return False
        seen.add(function.__code__)
        values = {name: captured(function, name) for name in _names(function.__code__)}
        if any(value is UNBOUND and symbol_named(name) is not None for name, value in values.items()):
            return True
        return any(type(value) is FunctionType and self.reads_symbols(value, seen) for value in values.values())


def _passed() -> None:
    raise RuntimeError(f"a while loop passed {config.WHILE_LIMIT} iterations for one element")


class _Changes(ast.NodeTransformer):
    """Puts our names into a function's tree; `count` says how often."""

    def __init__(self, function: FunctionType, tree: ast.FunctionDef) -> None:
        self.function = function
        self.bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not _is_read(node)}
        self.bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        self.bound |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node is not tree}
        self.count = 0

    def visit_While(self, node: ast.While) -> list[ast.stmt]:
        self.generic_visit(node)
        left = f"%left{self.count}"
        self.count += 1
        start = ast.Assign([ast.Name(left, ast.Store())], _call(_LIMIT))
        over = ast.Compare(ast.Name(left, ast.Load()), [ast.LtE()], [ast.Constant(0)])
        counted = ast.AugAssign(ast.Name(left, ast.Store()), ast.Sub(), ast.Constant(1))
        own: list[ast.stmt] = [ast.If(over, [ast.Expr(_call(_PASSED))], []), counted]
        node.body = [*(_placed(each, node.body[0]) for each in own), *node.body]
        return [_placed(start, node), node]

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, (ast.Name, ast.Attribute)) and self._may_be_plain(node.func):
            node.func = _placed(_call(_PLAIN, node.func), node.func)
            self.count += 1
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if not _is_read(node) or symbol_named(node.id) is None or self._found(node.id) is not UNBOUND:
            return node
        self.count += 1
        read: ast.expr = _placed(_call(_SYMBOL, ast.Constant(node.id)), node)
        return read

    def _may_be_plain(self, node: ast.expr) -> bool:
        """Whether a call of `node` may be one of a plain function: names may be bound later, and anew."""
        found = self._value(node)
        return found is UNBOUND or isinstance(found, (FunctionType, MethodType))

    def _value(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            return self._found(node.id)
        if isinstance(node, ast.Attribute) and isinstance(base := self._value(node.value), ModuleType):
            return getattr(base, node.attr, UNBOUND)
        return UNBOUND

    def _found(self, name: str) -> Any:
        """What a name is bound to outside the function; `UNBOUND` for nothing and for locals."""
        return _LOCAL if name in self.bound else captured(self.function, name)


UNBOUND: Any = object()
_LOCAL: Any = _passed  # stands for what may be a plain function


def captured(function: FunctionType, name: str) -> Any:
    """What a free name of `function` is bound to now; `UNBOUND` for nothing."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
    if name in cells:
        try:
            return cells[name].cell_contents
        except ValueError:  # bound later
            return _LOCAL
    return function.__globals__.get(name, getattr(builtins, name, UNBOUND))


def _names(code: CodeType) -> set[str]:
    inner = [_names(const) for const in code.co_consts if isinstance(const, CodeType)]
    return {*code.co_names, *code.co_freevars}.union(*inner)


def _is_read(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


def _placed(node: Any, like: ast.AST) -> Any:
    """`node` and what is new inside it, at the place of `like`."""
    return ast.fix_missing_locations(ast.copy_location(node, like))
