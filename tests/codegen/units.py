"""Compiles units and calls their entries; the tests of this folder share it.  It computes no expected value."""

from __future__ import annotations

import atexit
import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from iris_cc.codegen import nd_unit, ufunc_unit
from iris_cc.ir import ops
from iris_cc.ir.builder import Builder
from iris_cc.ir.nodes import Atom, Const, Function
from iris_cc.ir.ops import Op
from iris_cc.ir.types import Scalar
from iris_cc.ir.verify import verify

FLAGS = [
    "-O3",
    "-march=x86-64-v3",
    "-ffp-contract=off",
    "-fwrapv",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fno-strict-aliasing",
    "-fvisibility=hidden",
    "-fPIC",
    "-shared",
    "-pipe",
    "-Wall",
    "-Wextra",
    "-Werror",
]

_FOLDER = Path(tempfile.mkdtemp(prefix="iris_cc_codegen_"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)


def make(types: Sequence[Scalar], body: Callable[..., object], hints: str = "xyzwuv", name: str = "kernel") -> Function:
    """The verified function whose results `body(builder, *params)` gives."""
    builder = Builder()
    params = tuple(builder.var(type, hint) for type, hint in zip(types, hints, strict=False))
    results = body(builder, *params)
    results = results if isinstance(results, tuple) else (results,)
    return verify(Function(name, params, builder.block(*results)))


def single(op: Op, *types: Scalar) -> Function:
    return make(types, lambda b, *args: b.emit(op, *args), name=op.name)


def compiler() -> str:
    return shutil.which("cc") or "gcc"


def compile_text(text: str, cc: str | None = None, flags: Sequence[str] = FLAGS) -> Path:
    """The shared object of a unit; a warning is an error."""
    number = len(list(_FOLDER.iterdir()))
    folder = Path(tempfile.mkdtemp(dir=_FOLDER, prefix=f"{number}_"))
    (folder / "unit.c").write_text(text, encoding="ascii")
    command = [cc or compiler(), *flags, "unit.c", "-o", "unit.so", "-lm"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:3000]
    return folder / "unit.so"


def compile_all(texts: Sequence[str]) -> list[ctypes.PyDLL]:
    with ThreadPoolExecutor(4) as pool:
        return [ctypes.PyDLL(str(path)) for path in pool.map(compile_text, texts)]


def build(fn: Function) -> ctypes.PyDLL:
    return compile_all([ufunc_unit(fn)])[0]


def call_raw(library: ctypes.PyDLL, count: int, pointers: Sequence[int], steps: Sequence[int]) -> int:
    """`iris_loop` as NumPy would call it."""
    loop = library.iris_loop
    loop.restype = ctypes.c_int
    args = (ctypes.c_void_p * len(pointers))(*pointers)
    dims = (ctypes.c_ssize_t * 1)(count)
    strides = (ctypes.c_ssize_t * len(steps))(*steps)
    return int(loop(None, args, dims, strides, None))


def call_on(library: ctypes.PyDLL, *arrays: np.ndarray) -> int:
    """`iris_loop` over one-dimensional arrays, inputs then outputs; an array of one element is a scalar."""
    count = max(len(array) for array in arrays)
    steps = [array.strides[0] if len(array) == count else 0 for array in arrays]
    return call_raw(library, count, [array.ctypes.data for array in arrays], steps)


def run(library: ctypes.PyDLL, fn: Function, *arrays: np.ndarray) -> list[np.ndarray]:
    count = max(len(array) for array in arrays)
    outs = [np.zeros(count, type.dtype) for type in fn.results]
    assert call_on(library, *arrays, *outs) == 0
    return outs


def evaluate(fn: Function, *arrays: np.ndarray) -> list[np.ndarray]:
    return run(build(fn), fn, *arrays)


def build_nd(fn: Function, ndim: int) -> ctypes.PyDLL:
    return compile_all([nd_unit(fn, ndim)])[0]


def call_nd(
    library: ctypes.PyDLL,
    ndim: int,
    shape: Sequence[int],
    arrays: Sequence[np.ndarray],
    origin: Sequence[int] = (),
    extents: Sequence[int] = (),
) -> int:
    """On arrays that stand at `origin` in a space of the shape `extents`, by default theirs."""
    entry = library.iris_nd
    entry.restype = ctypes.c_int32
    strides = [stride for array in arrays for stride in array.strides]
    return int(
        entry(
            ctypes.c_int32(ndim),
            (ctypes.c_int64 * max(ndim, 1))(*shape),
            (ctypes.c_int64 * max(ndim, 1))(*(origin or (0,) * ndim)),
            (ctypes.c_int64 * max(ndim, 1))(*(extents or shape)),
            (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays)),
            (ctypes.c_int64 * max(len(strides), 1))(*strides),
            (ctypes.c_void_p * 1)(),
        )
    )


def const(value: bool | int | float, type: Scalar) -> Const:
    return Const(value, type)


def add(builder: Builder, left: Atom, right: Atom) -> Atom:
    return builder.emit(ops.ADD, left, right)
