"""Functions made of text in the ways users make them; the tests of this folder share it."""

from __future__ import annotations

import importlib.util
import linecache
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import iris_cc
from iris_cc import CompileError
from iris_cc.frontend import program as front

X = np.array([0.5, -1.0, 2.0])


def module_of(path: Path, text: str | bytes, name: str | None = None) -> Any:
    """The module a file with this text is, imported as Python imports it."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    linecache.checkcache(str(path))
    spec = importlib.util.spec_from_file_location(name or path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[spec.name]
    return module


def function(text: str, name: str = "kernel", **scope: Any) -> Callable[..., Any]:
    """A function of a text that `linecache` keeps, as a notebook cell's is."""
    file = f"<cell {abs(hash(text)):x}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec", dont_inherit=True), scope)
    return scope[name]


def codes_of(subject: Any, *types: str) -> list[str]:
    """The codes of the diagnostics `subject` gets, at decoration or for these types; empty if it is accepted."""
    try:
        program = front.analyze(subject)
        if types:
            program.lower(tuple(map(front.type_of, types)))
    except CompileError as error:
        return [diagnostic.code.id for diagnostic in error.diagnostics]
    return []


def message_of(subject: Any, *types: str) -> str:
    try:
        program = front.analyze(subject)
        if types:
            program.lower(tuple(map(front.type_of, types)))
    except CompileError as error:
        return str(error)
    return ""


def agrees(plain: Callable[..., Any], *args: np.ndarray) -> iris_cc.Kernel:
    """The kernel of `plain`, after its answers were compared with Python's own, element by element."""
    kernel = iris_cc.kernel(plain, fallback="error")
    with np.errstate(all="ignore"):
        wanted = np.array([plain(*row) for row in zip(*args, strict=True)])
    np.testing.assert_array_equal(kernel(*args), wanted)
    return kernel
