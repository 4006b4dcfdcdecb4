"""Errors, threads, lifetime and native loops of run-time ufuncs."""

from __future__ import annotations

import gc
import os
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest

from iris_cc.runtime.callpath import FallbackUfunc
from iris_cc.runtime.ufunc import InnerLoop, factory_works, make_ufunc, take_pending

from .conftest import Native, loop_of, resolver
from .test_ufunc import OPERANDS, X, Y, same, subtract

UNSUPPORTED = {
    "object": X.astype(object),
    "str": np.array(["a"] * 4),
    "bytes": np.array([b"a"] * 4),
    "complex": X + 1j,
    "half": X.astype("f2"),
    "long double": X.astype("g"),
    "datetime": np.array(["2020"] * 4, "M8[D]"),
    "record": np.zeros(4, "f8,i4"),
    "None": None,
    "Python str": "a",
    "variable string": np.array(["a"] * 4, np.dtypes.StringDType()),
}


@pytest.mark.parametrize("operand", UNSUPPORTED.values(), ids=UNSUPPORTED.keys())
def test_unsupported_operands_raise_type_error(operand) -> None:
    f = make_ufunc("f", None, 2, 1, resolver(subtract, 2))
    for _ in range(2):
        with pytest.raises(TypeError) as error:
            f(operand, X)
        assert "ufunc 'f' did not contain a loop" in str(error.value)
        cause = take_pending(error.value)
        assert isinstance(cause, TypeError) and "kernel has no operation" in str(cause)
    with pytest.raises(TypeError, match="kernel has no operation"):
        FallbackUfunc("f", None, 2, 1, resolver(subtract, 2))(operand, X)


class Odd(Exception):
    """An error no NumPy code knows."""


@pytest.mark.parametrize("error", [Odd("x"), KeyboardInterrupt(), SystemExit(3), TypeError("x")])
def test_errors_of_resolve_are_kept(error) -> None:
    def resolve(words, requested) -> InnerLoop:
        raise error

    f = make_ufunc("f", None, 2, 1, resolve)
    for call in (lambda: f(X, Y), lambda: f.reduce(X), lambda: f.at(X.copy(), [0], 1.0), lambda: f.outer(X, Y)):
        with pytest.raises(TypeError) as raised:
            call()
        assert take_pending(raised.value) is error
        assert take_pending() is None


def test_resolve_may_succeed_after_a_failure() -> None:
    attempts = []

    def resolve(words, requested) -> InnerLoop:
        attempts.append(words)
        if len(attempts) == 1:
            raise Odd
        return loop_of(subtract, 2, "f8", "f8", "f8")

    f = make_ufunc("f", None, 2, 1, resolve)
    with pytest.raises(TypeError):
        f(X, Y)
    same(f(X, Y), X - Y)


def test_loops_that_differ_in_outputs_only_are_refused() -> None:
    f = make_ufunc("f", None, 1, 1, lambda words, wanted: loop_of(lambda a: a, 1, "f8", "f4" if wanted[0] else "f8"))
    same(f(X), X)
    with pytest.raises(TypeError) as error:
        f(X, dtype="f4")
    assert "differ in their outputs only" in str(take_pending(error.value))


@pytest.mark.needs_cc
def test_native_promoter_lets_errors_through(unit: Native, monkeypatch: pytest.MonkeyPatch) -> None:
    from iris_cc.runtime import ufunc as module

    monkeypatch.setattr(module, "_PROMOTER", list(module._PROMOTER))
    module.use_native_promoter(unit["iris_promote"], unit["iris_set_promoter"])
    f = make_ufunc("f", None, 2, 1, resolver(subtract, 2))
    same(f(X, Y), X - Y)
    same(f.reduce(X), np.subtract.reduce(X))
    with pytest.raises(TypeError, match="kernel has no operation on complex128"):
        f(X, Y + 1j)

    def resolve(words, requested) -> InnerLoop:
        raise Odd("as it is")

    with pytest.raises(Odd, match="as it is"):
        make_ufunc("g", None, 2, 1, resolve)(X, Y)
    assert take_pending() is None


def test_many_threads_while_loops_are_added() -> None:
    kinds = ["?", "i1", "i4", "i8", "u1", "u4", "u8", "f4", "f8"]
    add = lambda a, b: np.add(a, b)  # noqa: E731
    f = make_ufunc("f", None, 2, 1, resolver(add, 2))
    start = threading.Barrier(8)
    errors: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            start.wait()
            order = np.random.default_rng(seed).permutation(len(kinds) ** 2)
            for each in order:
                a, b = np.ones(5, kinds[each // 9]), np.ones(5, kinds[each % 9])
                same(f(a, b), np.add(a, b))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert errors == []


def resident_kib() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc")
def test_create_call_drop_leaks_nothing() -> None:
    loop = loop_of(subtract, 2, "f8", "f8", "f8")

    def cycle(count: int) -> None:
        for _ in range(count):
            make_ufunc("f", "doc", 2, 1, lambda words, requested: loop)(1.0, 2.0)

    cycle(2_000)
    before = resident_kib()
    cycle(20_000)
    # before 2.4 NumPy itself lost one tuple per loop added
    own = 0 if np.lib.NumpyVersion(np.__version__) >= "2.4.0" else 20 * 512
    assert resident_kib() - before < 1_024 + own


def test_kernels_in_a_cycle_are_collected() -> None:
    class Kernel:
        alive = 0

        def __init__(self) -> None:
            Kernel.alive += 1
            self.f = make_ufunc("f", None, 2, 1, self.resolve)

        def resolve(self, words, requested) -> InnerLoop:
            return loop_of(subtract, 2, "f8", "f8", "f8")

        def __del__(self) -> None:
            Kernel.alive -= 1

    for _ in range(1_000):
        assert Kernel().f(1.0, 2.0) == -1
    gc.collect()
    assert Kernel.alive == 0


def test_the_loop_lives_as_long_as_the_ufunc() -> None:
    f = make_ufunc("f", None, 2, 1, resolver(subtract, 2))
    f(X, Y)
    gc.collect()
    same(f(X, Y), X - Y)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_fork() -> None:
    f = make_ufunc("f", None, 2, 1, resolver(subtract, 2))
    f(X, Y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        good = np.array_equal(f(X, Y), X - Y) and f(X.astype("f4"), 1.0)[0] == 4
        os._exit(0 if good else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_factory_works() -> None:
    assert factory_works()
    assert take_pending() is None


@pytest.mark.needs_cc
@pytest.mark.parametrize("make", [make_ufunc, FallbackUfunc])
def test_native_loop(native: Native, make) -> None:
    loop = InnerLoop((np.dtype("f8"),) * 3, native["add"], native)
    f = make("add", None, 2, 1, lambda words, requested: loop)
    for operands in OPERANDS.values():
        same(f(*operands), np.add(*operands, dtype="f8", casting="unsafe"))
    same(f.reduce(X), np.add.reduce(X))
    same(f.accumulate(X[::-1]), np.add.accumulate(X[::-1]))


@pytest.mark.needs_cc
@pytest.mark.parametrize("make", [make_ufunc, FallbackUfunc])
def test_native_loop_that_fails(native: Native, make) -> None:
    loop = InnerLoop((np.dtype("f8"),) * 3, native["fail"], native)
    f = make("fail", None, 2, 1, lambda words, requested: loop)
    for call in (lambda: f(X, Y), lambda: f(np.ones(9_999, "f4"), 1.0), lambda: f.reduce(X), lambda: f.accumulate(X)):
        with pytest.raises(ValueError, match="from C"):
            call()


@pytest.mark.needs_cc
def test_native_loop_reports_floating_point_flags(native: Native) -> None:
    loop = InnerLoop((np.dtype("f8"),) * 3, native["divide"], native)
    f = make_ufunc("divide", None, 2, 1, lambda words, requested: loop)
    with pytest.warns(RuntimeWarning, match="divide by zero encountered in divide"):
        f(X, 0 * X)
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        f(X, 0 * X)
    with np.errstate(all="ignore"):
        f(X, 0 * X)


@pytest.mark.needs_cc
def test_native_loops_release_the_gil(native: Native) -> None:
    loop = InnerLoop((np.dtype("f8"),) * 3, native["slow"], native)
    f = make_ufunc("slow", None, 2, 1, lambda words, requested: loop)
    f(1.0, 1.0)
    big = np.ones(1_000)
    ticks = 0
    thread = threading.Thread(target=f, args=(big, big))
    thread.start()
    while thread.is_alive():
        ticks += 1
        threading.Event().wait(0.01)
    thread.join()
    assert ticks > 5
