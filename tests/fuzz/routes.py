"""The ways a program can run: interpreter, machine code of many programs in one C file, and the public call.

A batch is one shared object: the runtime headers once, then every kernel with its own names.  The flags are those
the build would use, but for the level, which is low for speed most of the time.
"""

from __future__ import annotations

import ctypes
import itertools
import re
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import iris_cc
from iris_cc import build, codegen, interp
from iris_cc.build import BuildFailure
from iris_cc.build.toolchain import plan
from iris_cc.codegen import runtime_c
from iris_cc.frontend import program as front
from iris_cc.ir.nodes import Function
from iris_cc.ir.verify import verify
from iris_cc.passes.run import run as optimize
from iris_cc.runtime import callback
from iris_cc.runtime.ufunc import InnerLoop, make_ufunc, take_pending
from tests.fuzz.inputs import Inputs, laid_out, operand
from tests.fuzz.oracle import function_of
from tests.fuzz.programs import Case
from tests.fuzz.words import WEAK, carrier

WHILE_LIMIT = 100_000
_PYTHON = {"bool": bool, "int": int, "float": float}
_HEADER = re.compile(r"#ifndef (?P<name>IRIS_\w+_H)\n.*?#endif /\* (?P=name) \*/\n", re.DOTALL)
_LIMIT = ("int64_t iris_while_limit = 10000000;", f"int64_t iris_while_limit = {WHILE_LIMIT};")
_EXPORTED = re.compile(r"^extern IRIS_EXPORT \w+ (\w+);", re.MULTILINE)
# Functions, types and objects at the start of a line; and macros.
_DEFINES = re.compile(r"^(?:IRIS_|static |typedef |extern )[^\n]*?\b(iris_\w+)(?:\(|;| = |\[)", re.MULTILINE)
_MACROS = re.compile(r"^#define (\w+)", re.MULTILINE)
_WRITABLE = ("contiguous", "strided", "gapped", "reversed")
_numbers = itertools.count()


@dataclass
class Lowered:
    """A program after the front end, and after the passes."""

    case: Case
    function: Callable[..., Any]
    raw: Function
    fn: Function
    dtypes: tuple[np.dtype[Any], ...]
    machine: ctypes.PyDLL | None = None
    entry: str = "iris_loop"
    level: str = "-O1"
    parts: int | None = None
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def nin(self) -> int:
        return len(self.case.params)


def lower(case: Case) -> Lowered:
    """Raises CompileError where the compiler refuses the program."""
    function = function_of(case)
    program = front.analyze(function)  # type: ignore[arg-type]
    types = tuple(front.type_of(_PYTHON.get(word, word), program) for word in case.params)
    raw = verify(program.lower(types))
    fn = verify(optimize(raw))
    dtypes = tuple(np.dtype(scalar.dtype) for scalar in (*(p.type for p in fn.params), *fn.results))
    return Lowered(case, function, raw, fn, dtypes)


# -- interpreter -------------------------------------------------------------------------------------------------


def interpret(lowered: Lowered, inputs: Inputs, *, passes: bool = True) -> list[np.ndarray]:
    """The IR on the interpreter, on the columns as they are."""
    fn = lowered.fn if passes else lowered.raw
    return list(interp.run(fn, inputs.columns, while_limit=WHILE_LIMIT, quiet=True))


def interpreted_ufunc(lowered: Lowered) -> Any:
    """A ufunc whose loop is the interpreter."""
    if "interpreted" not in lowered.made:

        def run(columns: list[np.ndarray]) -> Sequence[np.ndarray]:
            return interp.run(lowered.fn, columns, while_limit=WHILE_LIMIT, quiet=True)

        address, keeper = callback.python_loop(run, lowered.dtypes, lowered.nin)
        lowered.made["interpreted"] = _ufunc(lowered, InnerLoop(lowered.dtypes, address, keeper, python=True))
    return lowered.made["interpreted"]


def _ufunc(lowered: Lowered, loop: InnerLoop) -> Any:
    nout = len(lowered.dtypes) - lowered.nin
    return make_ufunc("fuzzed", None, lowered.nin, nout, lambda words, requested: loop)


# -- machine code ------------------------------------------------------------------------------------------------


def compiled_ufunc(lowered: Lowered) -> Any:
    """A ufunc whose loop is machine code; `compile_batch` made it."""
    if "compiled" not in lowered.made:
        assert lowered.machine is not None
        address = ctypes.cast(getattr(lowered.machine, lowered.entry), ctypes.c_void_p).value or 0
        lowered.made["compiled"] = _ufunc(lowered, InnerLoop(lowered.dtypes, address, lowered.machine))
    return lowered.made["compiled"]


class BatchFailed(Exception):
    """The compiler refused generated C."""


def flags(level: str) -> tuple[str, ...] | BuildFailure:
    """The compiler and the flags of a kernel, at this level."""
    found = plan(build.Unit("0", "fuzz", "", 1, "strict", 1, str, {}))
    if isinstance(found, BuildFailure):
        return found
    words = [word for word in found.compile_flags if not word.startswith("-O")]
    return (found.compiler.program, *found.compiler.arguments, level, *words, "-shared")


def compile_batch(batch: Sequence[Lowered], level: str, folder: Path, parts: int | None = None) -> None:
    """Machine code for all of them; `parts` is the shape of loops over lanes.  Raises BatchFailed."""
    command = flags(level)
    if isinstance(command, BuildFailure):
        raise BatchFailed(command.message)
    files: dict[str, list[str]] = {}  # units that define other words for the headers go into other files
    for lowered in batch:
        number = next(_numbers)
        lowered.entry = f"iris_loop_{number}"
        unit = codegen.ufunc_unit(lowered.fn, parts=parts)
        files.setdefault(_words(unit), []).append(_renamed(unit, number))
    private = Path(tempfile.mkdtemp(dir=folder))
    names = []
    for k, (words, units) in enumerate(files.items()):
        names.append(f"batch{k}.c")
        (private / names[-1]).write_text(words + _headers(units) + "\n".join(map(_rest, units)), encoding="ascii")
    words_of_cc = [*command, *names, "-o", "batch.so", "-lm"]
    done = subprocess.run(words_of_cc, cwd=private, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BatchFailed(done.stderr[:2000])
    library = ctypes.PyDLL(str(private / "batch.so"))
    shutil.rmtree(private)  # what is open stays
    for lowered in batch:
        lowered.machine = library
        lowered.made.pop("compiled", None)


def _words(unit: str) -> str:
    """What a unit defines before its headers, because they read it."""
    return "".join(
        f"{line}\n" for line in unit[: unit.index("#ifndef IRIS_")].splitlines() if line.startswith("#define")
    )


def _headers(units: Sequence[str]) -> str:
    """Every header these units have, once, in the order of pasting."""
    found = {match["name"]: match[0] for unit in units for match in _HEADER.finditer(unit)}
    ordered = [found[name] for name in (f.replace(".", "_").upper() for f in runtime_c.HEADERS) if name in found]
    text = "".join(ordered).replace(*_LIMIT)
    number = next(_numbers)  # files of one shared object may not export the same name
    return "".join(f"#define {name} {name}_{number}\n" for name in _EXPORTED.findall(text)) + text


def _rest(unit: str) -> str:
    """A unit without its headers."""
    return unit[[match.end() for match in _HEADER.finditer(unit)][-1] :]


def _renamed(unit: str, number: int) -> str:
    """The unit, with what it defines beyond the headers under names of its own."""
    rest = _rest(unit)
    names = dict.fromkeys(_DEFINES.findall(rest))
    before = "".join(f"#define {name} {name}_{number}\n" for name in names)
    after = "".join(f"#undef {name}\n" for name in (*names, *_MACROS.findall(rest)))
    return unit[: -len(rest)] + before + rest + after


# -- calls -------------------------------------------------------------------------------------------------------


def call(ufunc: Any, lowered: Lowered, inputs: Inputs, *, native: bool = False) -> list[np.ndarray]:
    """The results of one call with the operands as they lie; `native` passes weak arguments as arrays would be."""
    args = []
    for column, layout, word in zip(inputs.columns, inputs.layouts, lowered.case.params, strict=True):
        value = operand(column, layout, word)
        args.append(np.array(value, carrier(word)) if native and word in WEAK else value)
    results = _called(ufunc, args)
    results = results if isinstance(results, tuple) else (results,)
    return [np.asarray(result).reshape(-1) for result in results]


def _called(ufunc: Any, args: list[Any], **more: Any) -> Any:
    """The call; an exception of the interpreter waits behind the SystemError that NumPy makes of it."""
    try:
        with np.errstate(all="ignore"):
            return ufunc(*args, **more)
    except SystemError:
        error = take_pending()
        if error is None:
            raise
        raise error from None


def in_place(ufunc: Any, lowered: Lowered, inputs: Inputs) -> list[np.ndarray] | None:
    """As `call`, with the first result stored over an operand of its type; None if there is none."""
    operands = list(zip(inputs.columns, inputs.layouts, lowered.case.params, strict=True))
    fitting = [k for k, dtype in enumerate(lowered.dtypes[: lowered.nin]) if dtype == lowered.dtypes[lowered.nin]]
    target = next((k for k in fitting if inputs.layouts[k] in _WRITABLE), None)
    if target is None:
        return None
    args = [
        np.array(operand(column, layout, word), carrier(word))
        if layout in ("weak", "scalar")
        else laid_out(column.copy(), layout)
        for column, layout, word in operands
    ]
    nout = len(lowered.dtypes) - lowered.nin
    results = _called(ufunc, args, out=(args[target], *(None,) * (nout - 1)))
    results = results if isinstance(results, tuple) else (results,)
    return [np.asarray(result).reshape(-1) for result in results]


def public(lowered: Lowered, inputs: Inputs) -> list[np.ndarray]:
    """`iris_cc.kernel(function)(...)`: the front door."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", iris_cc.FallbackWarning)
        kernel = iris_cc.kernel(fallback="error")(lowered.function)
        return call(kernel, lowered, inputs)
