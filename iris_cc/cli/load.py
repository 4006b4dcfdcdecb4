"""From `FILE.py:NAME`, `package.module:NAME` or a file of DSL text to a kernel.

The user's module runs here and nowhere else; what it prints goes to stderr, because stdout is data.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType, TracebackType
from typing import Any

from iris_cc import api
from iris_cc.api import Kernel
from iris_cc.cli.problems import KernelProblem, Problem, UsageProblem, of_compile_error
from iris_cc.diagnostics import CompileError
from iris_cc.kernels.options import Options
from iris_cc.records import replace
from iris_cc.target import Fp


@dataclass(frozen=True, slots=True)
class KernelPath:
    """Where a kernel is: a Python file, an importable module, or a file of DSL text; and its name in there."""

    place: str
    name: str | None

    def __str__(self) -> str:
        return self.place if self.name is None else f"{self.place}:{self.name}"


def parse(text: str) -> KernelPath:
    """Split `PLACE:NAME` at its last colon; a file whose own name has a colon is taken whole."""
    if Path(text).exists():
        return KernelPath(text, None)
    place, colon, name = text.rpartition(":")
    return KernelPath(place, name) if colon and place and name else KernelPath(text.rstrip(":"), None)


def load_kernel(text: str, fp: Fp | None = None) -> Kernel:
    """The kernel that `text` names; a plain function becomes one.  `fp` takes the place of the kernel's own mode.

    Raises Problem: for a module that fails, a name that is not there, or a kernel that cannot be made.
    """
    target = parse(text)
    path = Path(target.place)
    try:
        if path.suffix != ".py" and path.is_file():
            return _of_text(path, target.name, fp)
        module = _of_file(path) if path.suffix == ".py" else _of_module(target.place)
        return _of_object(_find(module, target), target, fp)
    except CompileError as error:
        raise of_compile_error(error) from None


def _of_text(path: Path, name: str | None, fp: Fp | None) -> Kernel:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageProblem(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageProblem(f"{path} is neither a Python file nor DSL text in UTF-8") from None
    made = api.kernel(text) if fp is None else api.kernel(text, fp=fp)
    if name is not None and made.__name__ != name:
        raise UsageProblem(f"{path} defines `{made.__name__}`, not `{name}`")
    return made


def _of_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise UsageProblem(f"{path}: no such file")
    path = path.resolve()
    name = f"_iris_cc_file_{hashlib.sha256(str(path).encode(errors='replace')).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageProblem(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))  # as for `python FILE.py`: neighbours can be imported
    execute = spec.loader.exec_module
    try:
        _run(lambda: execute(module), str(path))
    except Problem:
        del sys.modules[name]
        raise
    return module


def _of_module(name: str) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise UsageProblem(f"{name}: no such file, and not the name of a module")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        found = None
    if found is None:
        raise UsageProblem(f"{name}: no such file, and no module of that name")
    _run(lambda: importlib.import_module(name), name)
    return sys.modules[name]


def _run(action: Any, what: str) -> None:
    """Run the user's module; what it raises is the user's to read, with its traceback."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            action()
    except CompileError as error:
        raise of_compile_error(error) from None
    except (Exception, SystemExit) as error:
        error.__traceback__ = _from_user_code(error.__traceback__)
        text = "".join(traceback.format_exception(error, chain=True)).rstrip()
        raise KernelProblem(f"{what} failed while it was imported\n{text}") from None


def _from_user_code(trace: TracebackType | None) -> TracebackType | None:
    """The traceback without the frames of this module and of the import system."""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file != __file__ and not file.startswith("<frozen importlib") and "importlib" not in Path(file).parts:
            return trace
        trace = trace.tb_next
    return None


def _find(module: ModuleType, target: KernelPath) -> Any:
    if target.name is None:
        names = ", ".join(_kernels_in(module)) or "it holds no function"
        raise UsageProblem(f"say which function of {target.place} is meant: {target.place}:NAME ({names})")
    found: Any = module
    for part in target.name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            names = ", ".join(_kernels_in(module)) or "no function"
            raise UsageProblem(f"{target.place} has no `{target.name}`; it has {names}") from None
    return found


def _kernels_in(module: ModuleType) -> list[str]:
    """Names that could have been meant: kernels, and functions written in this module."""
    return [
        name
        for name, value in vars(module).items()
        if isinstance(value, Kernel) or (isinstance(value, FunctionType) and value.__module__ == module.__name__)
    ]


def _of_object(found: Any, target: KernelPath, fp: Fp | None) -> Kernel:
    if isinstance(found, Kernel):
        return _for_a_command(found, fp)
    if isinstance(found, FunctionType):
        return api.make(found, Options(fp=fp))
    raise UsageProblem(f"{target} is a {type(found).__name__}, not a function")


def _for_a_command(kernel: Kernel, fp: Fp | None) -> Kernel:
    """The kernel in this mode, and compiled before it runs: a command has nothing to do meanwhile."""
    old = kernel.options
    options = replace(old, fp=fp or old.fp, compile="now")
    text = kernel.source_text if kernel.py_func is not None else None
    return kernel if options == old else api.make(kernel, options, text)
