"""Kernels across processes: by name where a module holds them, else by their source and captured values.

Machine code is never pickled: the process that loads a kernel compiles it for its own CPU.
"""

from __future__ import annotations

import builtins
import importlib
import linecache
import marshal
import sys
from collections.abc import Callable
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from iris_cc.driver import Options
from iris_cc.frontend.source import block_of, lines_of_text

Rebuild = Callable[[FunctionType | None, str | None, Options], Any]


def reduce_kernel(
    kernel: Any, function: FunctionType | None, text: str | None, options: Options, rebuild: Rebuild
) -> str | tuple[Any, ...]:
    """What `__reduce__` gives for a kernel."""
    if function is None:
        return rebuild, (None, text, options)
    if _found_by_name(kernel, function.__module__, function.__qualname__):
        return function.__qualname__
    return _load, (rebuild, _pack(function), _text_of(function, text), options)


def _found_by_name(kernel: Any, module: str | None, name: str) -> bool:
    found: Any = sys.modules.get(module or "")
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is kernel


def _text_of(function: FunctionType, text: str | None) -> str | None:
    """The lines of the function at their own line numbers, and nothing else of its file."""
    code = function.__code__
    lines = linecache.getlines(code.co_filename, function.__globals__) if text is None else lines_of_text(text)
    first = code.co_firstlineno
    return "\n" * (first - 1) + "".join(block_of(lines, first, code)) if first <= len(lines) else None


def _load(rebuild: Rebuild, packed: dict[str, Any], text: str | None, options: Options) -> Any:
    return rebuild(_unpack(packed), text, options)


def _pack(function: FunctionType) -> dict[str, Any]:
    """A plain function as data: its code, defaults, and the globals and cells it names."""
    names = _names(function.__code__)
    captured = {name: _value(function.__globals__[name]) for name in names if name in function.__globals__}
    cells = [_value(cell.cell_contents) for cell in function.__closure__ or ()]
    return {
        "code": marshal.dumps(function.__code__),
        "name": function.__name__,
        "qualname": function.__qualname__,
        "module": function.__module__,
        "doc": function.__doc__,
        "defaults": function.__defaults__,
        "keyword_defaults": function.__kwdefaults__,
        "globals": captured,
        "cells": cells,
        "text": _text_of(function, None),
    }


def _names(code: CodeType) -> list[str]:
    inner = [name for const in code.co_consts if isinstance(const, CodeType) for name in _names(const)]
    return list(dict.fromkeys([*code.co_names, *inner]))


def _value(value: Any) -> Any:
    if isinstance(value, ModuleType):
        return _Module(value.__name__)
    if isinstance(value, FunctionType) and not _found_by_name(value, value.__module__, value.__qualname__):
        return _Function(_pack(value))
    return value


class _Module:
    def __init__(self, name: str) -> None:
        self.name = name


class _Function:
    def __init__(self, packed: dict[str, Any]) -> None:
        self.packed = packed


def _restore(value: Any) -> Any:
    if isinstance(value, _Module):
        return importlib.import_module(value.name)
    return _unpack(value.packed) if isinstance(value, _Function) else value


def _unpack(packed: dict[str, Any]) -> FunctionType:
    code: CodeType = marshal.loads(packed["code"])
    scope = {"__builtins__": builtins, "__name__": packed["module"]}
    scope |= {name: _restore(value) for name, value in packed["globals"].items()}
    cells = tuple(CellType(_restore(value)) for value in packed["cells"])
    function = FunctionType(code, scope, packed["name"], packed["defaults"], cells)
    function.__kwdefaults__ = packed["keyword_defaults"]
    function.__qualname__, function.__module__, function.__doc__ = packed["qualname"], packed["module"], packed["doc"]
    if packed["text"]:
        _remember(code.co_filename, lines_of_text(packed["text"]))
    return function


def _remember(file: str, lines: list[str]) -> None:
    """Add lines to what is known of a file that is not here; several functions may come from one."""
    known = linecache.getlines(file)
    if known and linecache.cache[file][1:2] != (None,):
        return  # the file is here, and the front end will see whether it still holds the function
    longer, shorter = (lines, known) if len(lines) >= len(known) else (known, lines)
    merged = [mine if mine.strip() else other for mine, other in zip(longer, [*shorter, *longer[len(shorter) :]])]
    linecache.cache[file] = (sum(map(len, merged)), None, merged, file)
