"""Everyone who takes part: how each is made ready for a case, called, and told how many threads to use.

A contender gets the case's inputs and a result array to write to where it can; what it cannot do, it says by raising
`Unavailable` with the reason, and the tables show that in place of a time.  Nothing here holds a clock.
"""

from __future__ import annotations

import importlib
import math
import os
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import iris_cc
from benchmarks.cases import SAME, Case
from benchmarks.checking import expected_dtype, python_results
from benchmarks.spellings import jax_spellings, numba_index_3d

Array = Any
PYTHON_SAMPLE = 1_000
SHARED_WORK = 100_000  # elements; a case with fewer is run on one thread


class Unavailable(Exception):
    """This contender has no part in this case; the message says why."""


@dataclass(frozen=True)
class Turn:
    """One contender, ready.  `call` does the work once; `enter` is called before each of its turns, off the clock."""

    name: str
    call: Callable[[], Any]
    elements: int
    enter: Callable[[], object] = lambda: None
    partial: bool = False  # it works on a sample of the elements


@dataclass(frozen=True)
class Contender:
    """`threads` is 1, or 0 for all."""

    name: str
    module: str
    threads: int
    prepare: Callable[[Case, tuple[Array, ...], int], Turn]


def usable_cpus() -> int:
    """The processors this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise Unavailable(f"{name} is not installed") from None


def _numba() -> Any:
    numba = _module("numba")
    import logging

    logging.getLogger("numba").setLevel(logging.ERROR)
    return numba


def _result(case: Case, inputs: tuple[Array, ...]) -> Array:
    return np.empty(inputs[0].shape, expected_dtype(case, inputs))


# -- iris_cc --


def make_kernel(case: Case) -> iris_cc.Kernel:
    """The kernel of a case; a fallback is an error."""
    return iris_cc.kernel(case.iris or case.function, fallback="error")


def _iris(name: str) -> Callable[[Case, tuple[Array, ...], int], Turn]:
    def prepare(case: Case, inputs: tuple[Array, ...], threads: int) -> Turn:
        set_threads = getattr(iris_cc, "set_num_threads", None)
        if threads > 1 and set_threads is None:
            raise Unavailable("this version of iris_cc runs on one thread")
        kernel, out = make_kernel(case), _result(case, inputs)
        enter = (lambda: set_threads(threads)) if set_threads is not None else (lambda: None)
        return Turn(name, lambda: kernel(*inputs, out=out), out.size, enter)

    return prepare


# -- numba --


def numba_signature(case: Case, inputs: tuple[Array, ...]) -> str:
    """Numba's words for the types of a case."""
    words = [np.dtype(each.dtype).str[1:] for each in inputs]
    return f"{expected_dtype(case, inputs).str[1:].replace('b1', 'boolean')}({', '.join(words)})"


def _numba_turn(name: str, parallel: bool) -> Callable[[Case, tuple[Array, ...], int], Turn]:
    def prepare(case: Case, inputs: tuple[Array, ...], threads: int) -> Turn:
        numba = _numba()
        out = _result(case, inputs)
        enter = (lambda: numba.set_num_threads(threads)) if parallel else (lambda: None)
        if case.indexed:
            fill = numba_index_3d(parallel)
            return Turn(name, lambda: (fill(out, *inputs), out)[1], out.size, enter)
        target = {"target": "parallel"} if parallel else {}
        with np.errstate(all="ignore"):
            ufunc = numba.vectorize([numba_signature(case, inputs)], **target)(case.function)
        return Turn(name, lambda: ufunc(*inputs, out=out), out.size, enter)

    return prepare


# -- expressions --


def _names(case: Case) -> tuple[str, ...]:
    code = case.function.__code__
    return code.co_varnames[: code.co_argcount]


def _numexpr_turn(name: str) -> Callable[[Case, tuple[Array, ...], int], Turn]:
    def prepare(case: Case, inputs: tuple[Array, ...], threads: int) -> Turn:
        if case.numexpr is None:
            raise Unavailable(case.reason("numexpr"))
        ne = _module("numexpr")
        text, operands, out = case.numexpr, dict(zip(_names(case), inputs)), _result(case, inputs)
        limit = min(threads, getattr(ne, "MAX_THREADS", threads))
        return Turn(
            name,
            lambda: ne.evaluate(text, local_dict=operands, global_dict={}, out=out, casting="same_kind"),
            out.size,
            lambda: ne.set_num_threads(limit),
        )

    return prepare


def _blosc2_turn(name: str) -> Callable[[Case, tuple[Array, ...], int], Turn]:
    def prepare(case: Case, inputs: tuple[Array, ...], threads: int) -> Turn:
        single = case.group.startswith("functions")
        if case.blosc2 is None and (case.numexpr is None or case.call or single):
            raise Unavailable(case.reason("blosc2"))
        blosc2 = _module("blosc2")
        plain = blosc2.CParams(clevel=0)
        operands = [blosc2.asarray(each, cparams=plain) for each in inputs]
        if case.blosc2 is not None:
            made = blosc2.dsl_kernel(case.blosc2)
            dtype = expected_dtype(case, inputs)
            lazy = blosc2.lazyudf(made, tuple(operands), dtype=dtype, jit=True, jit_backend="cc", cparams=plain)
        else:
            lazy = blosc2.lazyexpr(case.numexpr, operands=dict(zip(_names(case), operands)))
        return Turn(name, lambda: lazy[()], inputs[0].size, lambda: blosc2.set_nthreads(threads))

    return prepare


# -- JAX --


def _jax_turn(case: Case, inputs: tuple[Array, ...], threads: int) -> Turn:
    if case.jax is None:
        raise Unavailable(case.reason("jax"))
    jax = _module("jax")
    jax.config.update("jax_enable_x64", True)
    function = jax_spellings().get(case.name) or _in_jax(case.function)
    device = jax.devices("cpu")[0]
    with jax.default_device(device):
        operands = [jax.device_put(each, device) for each in inputs]
        compiled = jax.jit(function)
    return Turn("jax", lambda: compiled(*operands).block_until_ready(), inputs[0].size)


def _in_jax(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same code with `jax.numpy` for `np` and JAX's functions for `math`."""
    import jax.numpy as jnp
    from jax.scipy import special

    maths = types.SimpleNamespace(erf=special.erf, erfc=special.erfc, sqrt=math.sqrt)
    return types.FunctionType(function.__code__, {**function.__globals__, "np": jnp, "math": maths})


# -- NumPy and Python --


def _numpy_turn(case: Case, inputs: tuple[Array, ...], threads: int) -> Turn:
    if case.numpy is None:
        raise Unavailable(case.reason("numpy"))
    if isinstance(case.numpy, np.ufunc):
        own, out = case.numpy, _result(case, inputs)
        return Turn("numpy", lambda: own(*inputs, out=out), out.size)
    function = case.function if case.numpy == SAME else case.numpy
    assert callable(function)
    return Turn("numpy", lambda: function(*inputs), inputs[0].size)


def _python_turn(case: Case, inputs: tuple[Array, ...], threads: int) -> Turn:
    """Plain Python on the first elements: Python numbers where they are enough, NumPy scalars for other types."""
    if case.indexed:
        total = min(inputs[0].size, PYTHON_SAMPLE)
        where = np.arange(total)
        return Turn("python", lambda: python_results(case, inputs, where), total, partial=True)
    stride = max(inputs[0].size // PYTHON_SAMPLE, 1)
    some = [each[::stride][:PYTHON_SAMPLE] for each in inputs]
    columns = [each.tolist() if each.dtype.str[1:] in {"f8", "i8"} else list(each) for each in some]
    function = case.function

    def call() -> list[Any]:
        return list(map(function, *columns))

    return Turn("python", call, len(columns[0]), partial=True)


ONE, ALL = 1, 0
CONTENDERS: tuple[Contender, ...] = (
    Contender("iris", "iris_cc", ONE, _iris("iris")),
    Contender("iris-all", "iris_cc", ALL, _iris("iris-all")),
    Contender("numba", "numba", ONE, _numba_turn("numba", parallel=False)),
    Contender("numba-all", "numba", ALL, _numba_turn("numba-all", parallel=True)),
    Contender("numexpr", "numexpr", ONE, _numexpr_turn("numexpr")),
    Contender("numexpr-all", "numexpr", ALL, _numexpr_turn("numexpr-all")),
    Contender("blosc2", "blosc2", ONE, _blosc2_turn("blosc2")),
    Contender("blosc2-all", "blosc2", ALL, _blosc2_turn("blosc2-all")),
    Contender("jax", "jax", ALL, _jax_turn),
    Contender("numpy", "numpy", ONE, _numpy_turn),
    Contender("python", "", ONE, _python_turn),
)
NAMES = tuple(each.name for each in CONTENDERS)


def by_name(name: str) -> Contender:
    """The contender called `name`."""
    return next(each for each in CONTENDERS if each.name == name)


def first_line(error: BaseException) -> str:
    """What an error says, short enough for a table."""
    text = str(error).strip() or type(error).__name__
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:110]


def make_turn(contender: Contender, case: Case, inputs: tuple[Array, ...], threads: int) -> Turn:
    """The contender ready for the case, called once; raises Unavailable with the reason if it cannot be."""
    if contender.name.endswith("-all") and threads == 1:
        raise Unavailable("there is one processor")
    if contender.name.endswith("-all") and case.size < SHARED_WORK:
        raise Unavailable("arrays in the cache are no work for several threads")
    try:
        turn = contender.prepare(case, inputs, contender.threads or threads)
        turn.enter()
        with np.errstate(all="ignore"):
            turn.call()
    except Unavailable:
        raise
    except Exception as error:
        failed = "FAILED: " if contender.name.startswith("iris") else ""
        raise Unavailable(failed + first_line(error)) from error
    return turn
