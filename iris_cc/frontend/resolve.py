"""What a name means: locals, then closures, globals, builtins, then the names of the DSL.

Looks at objects and never calls them: attributes are read from modules only.
"""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from heapq import nsmallest
from types import BuiltinFunctionType, BuiltinMethodType, FunctionType, MappingProxyType, ModuleType
from typing import Any, Literal

import numpy as np

from iris_cc import codes, forks
from iris_cc.codes import Code
from iris_cc.frontend import composites
from iris_cc.frontend.source import FunctionSource, of_function
from iris_cc.ir import ops
from iris_cc.ir.types import BY_DTYPE, Scalar
from iris_cc.records import record, replace

Space = Literal["builtin", "numpy", "math", "dsl"]


@record
class Local:
    """A parameter or a name the function assigns."""


@record
class Constant:
    """A captured number: a Python scalar is weak, a NumPy scalar is strong (`scalar` says which)."""

    value: bool | int | float
    scalar: Scalar | None


@record
class CapturedItems:
    """A captured tuple or list of numbers, or of such tuples and lists."""

    items: tuple[Constant | CapturedItems, ...]


Item = Constant | CapturedItems


@record
class KnownFunction:
    """A function of known meaning: `numpy.sin`, `math.sin`, `builtin.abs`, `dsl.arctan2`."""

    space: Space
    name: str

    @property
    def key(self) -> str:
        return f"{self.space}.{self.name}"


@record
class ArrayFunction:
    """A function of arrays: what iterates over, reduces or makes them, by its name (`len`, `np.zeros`)."""

    name: str


@record
class CastTo:
    """A NumPy scalar type called as a function."""

    scalar: Scalar


@record
class HelperFunction:
    """A plain Python function, compiled into its caller, or a kernel, whose result is a NumPy scalar (`strong`)."""

    function: Any  # a FunctionType, or the Routine of a kernel of DSL text
    strong: bool


@record
class Symbol:
    """An index symbol: `_i0`, `_n0`, `_ndim`, `_flat_idx`."""

    kind: Literal["i", "n", "ndim", "flat"]
    axis: int


@record
class Namespace:
    """A module: only its attributes mean something."""

    module: ModuleType


@record
class UnusableEntity:
    """A name that cannot stand in a kernel, and why."""

    code: Code
    reason: str
    help: str = ""
    at_root: bool = False  # the first name of a dotted one is at fault


Function = KnownFunction | ArrayFunction | CastTo | HelperFunction
Entity = Local | Constant | CapturedItems | Function | Symbol | Namespace | UnusableEntity

ITERATES = ("enumerate", "range", "reversed", "zip")
REDUCES = ("all", "any", "len", "sum")
MAKES = (
    *("array", "asarray", "empty", "empty_like", "full", "full_like", "ones", "ones_like", "zeros", "zeros_like"),
)
_MOST_GUESSED, _MOST_COMPARED = 50, 500  # names of one kernel that may be mistyped, and known names they may mean

_DSL_CONSTANTS = MappingProxyType({"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan})
_DSL_MODULES = MappingProxyType({"math": math, "np": np, "numpy": np})


def spelled(space: Space) -> list[str]:
    """The names of all functions of a space."""
    keys = (key for key in (*composites.BY_SPELLING, *ops.BY_PYTHON) if isinstance(key, str))
    return [name for of, _, name in (key.partition(".") for key in keys) if of == space]


def _is_known(space: Space, name: str) -> bool:
    return any(f"{space}.{name}" in table for table in (composites.BY_SPELLING, ops.BY_PYTHON))


def symbol_named(name: str) -> Symbol | None:
    """The index symbol a name no scope binds stands for."""
    if name == "_ndim":
        return Symbol("ndim", 0)
    if name == "_flat_idx":
        return Symbol("flat", 0)
    if name[:2] in ("_i", "_n") and name[2:].isdecimal() and name[2:] == str(int(name[2:])):
        return Symbol("i" if name[1] == "i" else "n", int(name[2:]))
    return None


def of_name(name: str) -> Entity | None:
    """The index symbol or DSL word a name no scope binds stands for."""
    if (symbol := symbol_named(name)) is not None:
        return symbol
    if _is_known("dsl", name):
        return KnownFunction("dsl", name)
    if name in _DSL_CONSTANTS:
        return Constant(_DSL_CONSTANTS[name], None)
    if name in _casts_by_name():
        return CastTo(_casts_by_name()[name])
    return None


def of_dsl(name: str) -> Entity | None:
    """What a free name of DSL text means: builtins and modules come first, as in Python."""
    if _is_known("builtin", name):
        return KnownFunction("builtin", name)
    if name in ITERATES or name in REDUCES:
        return ArrayFunction(name)
    if name in _DSL_MODULES:
        return Namespace(_DSL_MODULES[name])
    return of_name(name)


def of_object(value: Any, name: str) -> Entity:
    """What a captured object means."""
    if isinstance(value, np.generic):
        scalar = BY_DTYPE.get(value.dtype.newbyteorder("=").str[1:])
        if scalar is None:
            return UnusableEntity(codes.E0202, f"`{name}` is a NumPy scalar of type {value.dtype}")
        return Constant(value.item(), scalar)
    if type(value) in (bool, int, float):
        return Constant(value, None)
    if isinstance(value, ModuleType):
        return Namespace(value)
    if type(value) in (tuple, list):
        items = [of_object(item, name) for item in value]
        numbers = tuple(item for item in items if isinstance(item, Constant | CapturedItems))
        if len(numbers) == len(items):
            return CapturedItems(numbers)
    try:
        known = _known_objects().get(value)
    except TypeError:  # unhashable
        known = None
    if known is not None:
        return known
    if isinstance(value, FunctionType) and (value.__module__ or "").split(".")[0] != "numpy":
        return HelperFunction(value, strong=False)
    if hasattr(type(value), "__iris_kernel__") and (inner := value.py_func or value.dsl_routine) is not None:
        return HelperFunction(inner, strong=True)
    return UnusableEntity(codes.E0203 if callable(value) else codes.E0202, f"`{name}` is {describe(value)}")


def special_float(routine: Routine, node: ast.Call) -> float | None:
    """The number of `float("inf")`, `float("-inf")`, `float("nan")` or any constant text Python's `float` reads."""
    match node:
        case ast.Call(args=[ast.Constant(value=str(text))], keywords=[]):
            if routine.entity(node.func) == KnownFunction("builtin", "float"):
                try:
                    return float(text)
                except ValueError:
                    return None
            return None
        case _:
            return None


def int_method(routine: Routine, node: ast.Call) -> str | None:
    """The name of a method of Python's integers that `node` calls on a value, not on a module."""
    match node:
        case ast.Call(func=ast.Attribute(value=base, attr=("bit_count" | "bit_length") as name), args=[], keywords=[]):
            of_module = isinstance(base, ast.Name | ast.Attribute) and isinstance(routine.entity(base), Namespace)
            return None if of_module else name
        case _:
            return None


def of_attribute(node: ast.Attribute, lookup: Callable[[str], Entity]) -> Entity:
    """`np.sin`, `math.pi`, `package.module.helper`: attributes of modules, all the way."""
    names = [node.attr]
    base: ast.expr = node.value
    while isinstance(base, ast.Attribute):
        names.append(base.attr)
        base = base.value
    if not isinstance(base, ast.Name):
        return UnusableEntity(codes.E0102, "attributes of values are not supported")
    entity, path = lookup(base.id), base.id
    if isinstance(entity, UnusableEntity):
        return replace(entity, at_root=entity.code is codes.E0201)
    for name in reversed(names):
        if isinstance(entity, UnusableEntity):
            return entity
        if not isinstance(entity, Namespace):
            reason = f"`{path}` is a number here, and attributes of numbers are not supported"
            return UnusableEntity(codes.E0102, reason)
        path = f"{path}.{name}"
        try:
            value = getattr(entity.module, name)
        except AttributeError:
            near = nearest(name, dir(entity.module))
            help = f"did you mean `{near}`?" if near else "see the module's documentation"
            return UnusableEntity(codes.E0201, f"module `{entity.module.__name__}` has no `{name}`", help)
        entity = of_object(value, path)
    return entity


@cache
def _known_objects() -> Mapping[Any, Entity]:
    """Functions and types by identity, so that any alias (`from numpy import sin as s`) is understood."""
    homes: tuple[tuple[Space, Any], ...] = (("builtin", builtins), ("math", math), ("numpy", np))
    found: dict[Any, Entity] = {}
    for space, home in homes:
        found |= {getattr(home, name): KnownFunction(space, name) for name in spelled(space) if hasattr(home, name)}
    found |= {np.dtype(scalar.dtype).type: CastTo(scalar) for scalar in Scalar}
    found |= {getattr(builtins, name): ArrayFunction(name) for name in (*ITERATES, *REDUCES)}
    found |= {getattr(np, name): ArrayFunction(f"np.{name}") for name in MAKES}
    return MappingProxyType(found)


@cache
def _casts_by_name() -> Mapping[str, Scalar]:
    return MappingProxyType({np.dtype(scalar.dtype).name: scalar for scalar in Scalar if scalar is not Scalar.BOOL})


def describe(value: Any) -> str:
    """What kind of thing a captured object is, for a sentence."""
    if isinstance(value, type):
        return "a class"
    if isinstance(value, np.ufunc) or (getattr(value, "__module__", None) or "").split(".")[0] == "numpy":
        return "a NumPy function without a compiled form" if callable(value) else "a NumPy object"
    if isinstance(value, (BuiltinFunctionType, BuiltinMethodType)):
        return "a builtin function without a compiled form"
    kind = type(value).__name__
    return "None" if value is None else f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}, not a number"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name a mistyped one most likely means."""
    with forks.imports:
        import difflib

    found = difflib.get_close_matches(name, [each for each in known if not each.startswith("_")], 1, 0.75)
    return found[0] if found else None


@record(eq=False)
class Routine:
    """One function the compiler reads: the kernel itself or a helper.  Compared by identity."""

    name: str
    source: FunctionSource
    params: tuple[str, ...]
    defaults: Mapping[str, Any]
    locals: frozenset[str]
    function: Any  # a FunctionType (mypy would bind it as a method), or None for DSL text
    seen: dict[str, Entity]  # what names meant when the kernel was made; they are looked up once
    family: dict[Any, Routine]  # the routines of one kernel by their functions, shared by all of them
    texts: Mapping[Any, str]  # of functions whose file may not be here

    def lookup(self, name: str) -> Entity:
        if name not in self.seen:
            self.seen[name] = self._look(name)
        return self.seen[name]

    def helper(self, function: Any) -> Routine:
        """The routine of what a Helper names, as this kernel first saw it; raises CompileError for want of source."""
        if isinstance(function, Routine):
            return function
        if function not in self.family:
            source = of_function(function, self.texts.get(function))
            self.family[function] = routine_of(source, function, self.family, self.texts)
        return self.family[function]

    def _look(self, name: str) -> Entity:
        if name in self.locals:
            return Local()
        if self.function is None:
            found = of_dsl(name)
        else:
            found = _captured(self.function, name) or of_name(name)
        return found or self._unknown(name)

    def _unknown(self, name: str) -> UnusableEntity:
        if hasattr(builtins, name):
            return UnusableEntity(codes.E0203, f"`{name}` is {describe(getattr(builtins, name))}")
        near = nearest(name, self.known_names()) if len(self.seen) < _MOST_GUESSED else None
        return UnusableEntity(codes.E0201, f"`{name}` is not defined", f"did you mean `{near}`?" if near else "")

    def known_names(self) -> list[str]:
        """What a mistyped name may mean, as far as it is compared."""
        captured = () if self.function is None else (*self.function.__globals__, *self.function.__code__.co_freevars)
        first = nsmallest(_MOST_COMPARED, self.locals)
        return [*first, *captured, *spelled("builtin"), *spelled("dsl")][:_MOST_COMPARED]

    def entity(self, node: ast.expr) -> Entity:
        """What an expression in the place of a function or a constant names."""
        match node:
            case ast.Name(id=name):
                return self.lookup(name)
            case ast.Attribute():
                path = ast.unparse(node)
                if path not in self.seen:
                    self.seen[path] = of_attribute(node, self.lookup)
                return self.seen[path]
            case _:
                return UnusableEntity(codes.E0203, "only named functions can be called")


def _captured(function: FunctionType, name: str) -> Entity | None:
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    if name in cells:
        try:
            return of_object(cells[name].cell_contents, name)
        except ValueError:
            return UnusableEntity(codes.E0201, f"`{name}` has no value yet")
    if name in function.__globals__:
        return of_object(function.__globals__[name], name)
    if hasattr(builtins, name):
        return of_object(getattr(builtins, name), name)
    return None


def routine_of(
    source: FunctionSource, function: FunctionType | None, family: dict[Any, Routine], texts: Mapping[Any, str]
) -> Routine:
    """The routine a definition stands for; parameters outside the language are reported by `subset`."""
    arguments = source.tree.args
    params = tuple(arg.arg for arg in (*arguments.posonlyargs, *arguments.args))
    named = params[len(params) - len(arguments.defaults) :]
    if function is not None:
        defaults = dict(zip(named, function.__defaults__ or (), strict=False))
    else:
        defaults = {name: _literal(node) for name, node in zip(named, arguments.defaults, strict=True)}
    bound = frozenset(params) | assigned_names(source.tree)
    return Routine(source.tree.name, source, params, defaults, bound, function, {}, family, texts)


_BINDS_NOTHING = (ast.expr_context, ast.operator, ast.Constant, ast.BinOp, ast.Call, ast.Attribute, ast.Assign)


def assigned_names(root: ast.AST) -> frozenset[str]:
    """Every name `root` binds, at any depth, by whatever means: those outside the language are reported elsewhere."""
    names: set[str] = set()
    for node in ast.walk(root):
        if isinstance(node, _BINDS_NOTHING):  # most nodes by far
            continue
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AsyncFunctionDef(name=name):
                names |= {name} if node is not root else set()
            case ast.alias(name=name, asname=other):
                names.add((other or name).partition(".")[0])
            case ast.arg(arg=name):
                names.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                names.add(name)
            case _:
                pass
    return frozenset(names)


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return node
