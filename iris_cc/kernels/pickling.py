"""Kernels across processes: by name where another process can import it, else by source and captured values.

What travels by value is one text of bytes (code of Python's, source, options, numbers, and functions, kernels and
modules that no other process would find), and beside it the objects that only a pickler can take along.  Captured
values travel as the kernel saw them when it was made.  Equal kernels give equal bytes.

Machine code is never pickled: the process that loads a kernel compiles it for its own CPU.  Loading makes functions
of code objects and calls none of them; what that grants to whoever wrote the pickle, every pickle grants.
"""

from __future__ import annotations

import builtins
import dis
import importlib
import importlib.util
import linecache
import marshal
import os
import pickle
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any, TypeAlias

import numpy as np

from iris_cc.core_dims import parse
from iris_cc.digest import sha256
from iris_cc.frontend.resolve import Constant, HelperFunction, Namespace, Routine
from iris_cc.frontend.source import block_of, lines_of_text
from iris_cc.kernels.options import Options
from iris_cc.target import Fp

# What makes a kernel of a function or a text (which may be printed IR), options, floating-point mode, and the texts of
# the functions it calls.
Rebuild: TypeAlias = "Callable[[FunctionType | None, str | None, bool, Options, Fp, Mapping[FunctionType, str]], Any]"

# A module of one process: what another has under such a name is something else.
_MAIN = ("__main__", "__mp_main__")
_FORMAT = 2
# The version of marshal's format that writes equal values alike, whoever else refers to them.
_PLAIN = 2
_MISSING: Any = object()


def reduce_kernel(kernel: Any, rebuild: Rebuild) -> str | tuple[Any, ...]:
    """What `__reduce__` gives for a kernel."""
    function = kernel.py_func
    if function is not None and _is_at_home(kernel, function):
        return str(function.__qualname__)
    data, objects = _Packer(whole=False).pack(kernel)
    return load, (rebuild, data, *objects)


def reduce_ufunc(kernel: Any, mask: int) -> tuple[Any, ...]:
    """What pickles the ufunc of a kernel for weak arguments; `token` is for who compares pickles."""
    return _ufunc_of, (kernel, mask, token(kernel))


def _ufunc_of(kernel: Any, mask: int, _: str) -> Any:
    return kernel.ufunc_for(mask)


def token(kernel: Any) -> str:
    """What the kernel computes, as text: the same in each process, whatever its name and wherever it stands."""
    data, objects = _Packer(whole=True).pack(kernel)
    return sha256(b"\0".join((data, *map(_bytes_of, objects)))).hex()


def _bytes_of(value: Any) -> bytes:
    try:
        return pickle.dumps(value, 4)
    except Exception:  # whatever an object raises that does not go into a pickle: it is itself, in this process
        return f"{os.getpid()} {id(value)}".encode()


# -- what another process finds by name --


def _is_at_home(value: Any, function: FunctionType) -> bool:
    """Whether `value` is what another process would find in the module of `function`."""
    module, name = function.__module__, function.__qualname__
    found: Any = sys.modules.get(module or "")
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is value and _is_importable(module)


def _is_importable(name: str) -> bool:
    """Whether an import finds the module; one that was made here, or loaded from a path, it does not."""
    module = sys.modules.get(name)
    if name in _MAIN or getattr(module, "__spec__", None) is None or name in _taken_by_value():
        return False
    parent = name.rpartition(".")[0]
    path = getattr(sys.modules.get(parent), "__path__", None)
    if parent and (path is None or not _is_importable(parent)):
        return False
    finders = (getattr(each, "find_spec", None) for each in sys.meta_path)
    return any(find is not None and find(name, path) is not None for find in finders)


def _taken_by_value() -> frozenset[str]:
    """The modules of which cloudpickle was told that other processes do not have them."""
    loaded = sys.modules.get("cloudpickle")
    told = getattr(loaded, "list_registry_pickle_by_value", None)
    return frozenset() if told is None else frozenset(told())


# -- packing --


class _Packer:
    """Functions, modules and kernels as tables of plain data, which refer to each other by number.

    `whole`: for comparison.  All that is compiled in goes by value, and nothing that says only where it stands.
    """

    def __init__(self, whole: bool) -> None:
        self.whole = whole
        self.functions: list[Any] = []
        self.modules: list[Any] = []
        self.kernels: list[Any] = []  # each after those that it calls
        self.objects: list[Any] = []
        self.places: dict[int, tuple[str, int]] = {}
        self.kept: list[Any] = []  # so that no number in `places` is used again
        self.routines: dict[Any, Routine] = {}

    def pack(self, kernel: Any) -> tuple[bytes, tuple[Any, ...]]:
        root = self._kernel(kernel)
        tables = (tuple(self.functions), tuple(self.modules), tuple(self.kernels), root[1])
        magic = importlib.util.MAGIC_NUMBER
        return marshal.dumps((_FORMAT, magic, marshal.dumps(tables, _PLAIN)), _PLAIN), tuple(self.objects)

    def _place(self, value: Any, kind: str, count: int) -> tuple[str, int]:
        self.kept.append(value)
        self.places[id(value)] = (kind, count)
        return kind, count

    def _kernel(self, kernel: Any) -> tuple[str, int]:
        place = self._place(kernel, "kernel", sum(kind == "kernel" for kind, _ in self.places.values()))
        routine: Routine | None = kernel.routine
        if routine is not None:
            self.routines = {**routine.family, routine.function: routine, **self.routines}
        function = None if kernel.py_func is None else self._function(kernel.py_func, kernel.source_text)
        text = kernel.source_text if function is None else None
        is_ir = text is not None and routine is None
        options = kernel.options
        types = None if options.otypes is None else [np.lib.format.dtype_to_descr(each) for each in options.otypes]
        core = None if options.signature is None else str(options.signature)
        shown = (options.fp, options.math, options.fallback, options.threads, options.compile, types, core)
        self.kernels.append((place[1], None if function is None else function[1], text, is_ir, shown, kernel.fp))
        return place

    def _function(self, function: FunctionType, text: str | None = None) -> tuple[str, int]:
        """A plain function as data: its code, defaults, and the globals and cells it names."""
        place = self._place(function, "function", len(self.functions))
        self.functions.append(None)
        routine, code = self.routines.get(function), function.__code__
        seen: Mapping[str, Any] = {} if routine is None else routine.seen
        scope = function.__globals__
        captured = tuple(
            (name, self._value(_as_seen(seen.get(name), scope[name]), code))
            for name in sorted(set(_globals_of(code)))
            if name in scope
        )
        cells = tuple(
            self._value(_as_seen(seen.get(name), _content(cell)), code)
            for name, cell in zip(code.co_freevars, function.__closure__ or ())
        )
        defaults = tuple(self._value(each, code) for each in function.__defaults__ or ())
        by_keyword = tuple((name, self._value(each, code)) for name, each in (function.__kwdefaults__ or {}).items())
        if self.whole:  # numbers and functions of other modules, which a name alone does not tell
            paths = sorted(path for path in seen if "." in path)
            labels: Any = tuple((path, self._value(_as_seen(seen[path], path), code)) for path in paths)
        else:
            module = "__main__" if function.__module__ in _MAIN else function.__module__
            labels = (function.__qualname__, module, function.__doc__, _text_of(function, routine, text))
        shown = _bare(code) if self.whole else code
        self.functions[place[1]] = (shown, function.__name__, defaults, by_keyword, captured, cells, labels)
        return place

    def _value(self, value: Any, code: CodeType) -> tuple[Any, ...]:
        """A captured value; `code` is what uses it."""
        if value is _MISSING:
            return ("missing",)
        if value is None or type(value) in (bool, int, float, complex, str, bytes):
            return "plain", value
        if isinstance(value, np.generic) and value.dtype.kind in "biufc":
            return "number", value.dtype.str, value.tobytes()
        if id(value) in self.places:
            return self.places[id(value)]
        if isinstance(value, ModuleType):
            return self._module(value, code)
        if isinstance(value, FunctionType) and (
            (self.whole and value in self.routines) or not _is_at_home(value, value)
        ):
            return self._function(value)
        if hasattr(type(value), "__iris_kernel__") and (
            self.whole or value.py_func is None or not _is_at_home(value, value.py_func)
        ):
            return self._kernel(value)
        place = self._place(value, "object", len(self.objects))
        self.objects.append(value)
        return place

    def _module(self, module: ModuleType, code: CodeType) -> tuple[Any, ...]:
        """By name; one that no import finds with what the function may read of it."""
        if _is_importable(module.__name__):
            return "import", module.__name__
        place = self._place(module, "module", len(self.modules))
        self.modules.append(None)
        names = sorted(name for name in set(_names(code)) if hasattr(module, name))
        values = tuple((name, self._value(getattr(module, name), code)) for name in names)
        self.modules[place[1]] = (module.__name__, values)
        return place


def _as_seen(entity: Any, value: Any) -> Any:
    """What the kernel took a name for when it was made; `value` is what the name stands for now."""
    match entity:
        case Constant(value=seen, scalar=scalar):
            return seen if scalar is None else np.dtype(scalar.dtype).type(seen)
        case HelperFunction(function=seen, strong=False) | Namespace(module=seen):
            return seen
        case _:
            return value


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return _MISSING


def _inner(code: CodeType) -> Iterator[CodeType]:
    """The code of a function and of those inside it."""
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _inner(const)


def _names(code: CodeType) -> Iterator[str]:
    for each in _inner(code):
        yield from each.co_names


def _globals_of(code: CodeType) -> Iterator[str]:
    for each in _inner(code):
        for instruction in dis.get_instructions(each):
            if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                yield instruction.argval


def _bare(code: CodeType) -> CodeType:
    """The code without file, lines and the names of what is around it."""
    consts = tuple(_bare(each) if isinstance(each, CodeType) else each for each in code.co_consts)
    return code.replace(co_consts=consts, co_filename="", co_firstlineno=1, co_linetable=b"", co_qualname=code.co_name)


def _text_of(function: FunctionType, routine: Routine | None, text: str | None) -> str | None:
    """The lines of the function at their own line numbers, and nothing else of its file."""
    code = function.__code__
    first = code.co_firstlineno
    if routine is not None:
        known = routine.source.lines
        return "\n" * (first - 1) + "".join(f"{known[number]}\n" for number in sorted(known))
    lines = linecache.getlines(code.co_filename, function.__globals__) if text is None else lines_of_text(text)
    return "\n" * (first - 1) + "".join(block_of(lines, first, code)) if first <= len(lines) else None


# -- loading --

# Kernels that were loaded here and capture nothing that could change, by their bytes: a worker gets one with each task.
_loaded: weakref.WeakValueDictionary[bytes, Any] = weakref.WeakValueDictionary()


def load(rebuild: Rebuild, data: bytes, *objects: Any) -> Any:
    """The kernel that was packed."""
    known = _loaded.get(data) if not objects else None
    if known is None:
        known = _Loader(rebuild, data, objects).kernel()
        if not objects:
            _loaded[data] = known
    return known


class _Loader:
    """Makes all functions first, then the kernels in their order, and puts each where it is named."""

    def __init__(self, rebuild: Rebuild, data: bytes, objects: tuple[Any, ...]) -> None:
        version, magic, tables = marshal.loads(data)
        if version != _FORMAT or magic != importlib.util.MAGIC_NUMBER:
            raise pickle.UnpicklingError("this kernel was pickled by another version of Python or of iris_cc")
        functions, modules, self.packed, self.root = marshal.loads(tables)
        self.rebuild = rebuild
        self.objects = objects
        self.kernels: dict[int, Any] = {}
        self.texts: dict[FunctionType, str] = {}
        self.waiting: dict[int, list[Callable[[Any], None]]] = {}  # the places of kernels that are not made yet
        self.modules = [ModuleType(name) for name, _ in modules]
        self.functions = [self._function(*each) for each in functions]
        for function, packed in zip(self.functions, functions):
            self._fill(function, *packed[2:6])
        for module, (_, values) in zip(self.modules, modules):
            self._bind_all(vars(module), values)

    def kernel(self) -> Any:
        for label, function, text, is_ir, options, fp in self.packed:
            made = None if function is None else self.functions[function]
            own = text if made is None else self.texts.get(made)
            self.kernels[label] = kernel = self.rebuild(made, own, is_ir, _options(*options), fp, self.texts)
            for bind in self.waiting.pop(label, ()):
                bind(kernel)
        return self.kernels[self.root]

    def _function(self, code: CodeType, name: str, *rest: Any) -> FunctionType:
        qualname, module, doc, text = rest[-1]
        scope = {"__builtins__": builtins, "__name__": module}
        function = FunctionType(code, scope, name, None, tuple(CellType() for _ in code.co_freevars))
        function.__qualname__, function.__module__, function.__doc__ = qualname, module, doc
        if text is not None:
            self.texts[function] = text
        return function

    def _fill(self, function: FunctionType, defaults: Any, by_keyword: Any, captured: Any, cells: Any) -> None:
        self._bind_all(function.__globals__, captured)
        for cell, value in zip(function.__closure__ or (), cells):
            self._bind(value, partial(setattr, cell, "cell_contents"))
        places: dict[str, Any] = {}
        self._bind_all(places, by_keyword)
        function.__kwdefaults__ = places or None
        given: dict[int, Any] = {}
        self._bind_all(given, enumerate(defaults))
        function.__defaults__ = tuple(given[place] for place in range(len(defaults))) or None

    def _bind_all(self, target: dict[Any, Any], values: Any) -> None:
        for name, value in values:
            self._bind(value, partial(target.__setitem__, name))

    def _bind(self, value: tuple[Any, ...], bind: Callable[[Any], None]) -> None:
        match value:
            case ("missing",):
                return
            case ("plain", found):
                bind(found)
            case ("number", dtype, data):
                bind(np.frombuffer(data, dtype)[0])
            case ("import", name):
                bind(importlib.import_module(name))
            case ("module", place):
                bind(self.modules[place])
            case ("function", place):
                bind(self.functions[place])
            case ("object", place):
                bind(self.objects[place])
            case ("kernel", label):
                self.waiting.setdefault(label, []).append(bind)
            case _:
                raise pickle.UnpicklingError(f"a kernel captures nothing of the kind {value[:1]}")


def _options(*options: Any) -> Options:
    fp, math, fallback, threads, compile, types, core = options
    read = np.lib.format.descr_to_dtype
    otypes = None if types is None else tuple(map(read, types))
    return Options(fp, math, fallback, threads, compile, otypes, None if core is None else parse(core))
