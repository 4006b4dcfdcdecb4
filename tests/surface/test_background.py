"""`compile="background"`: interpreted while the compiler works, compiled afterwards, and never another answer."""

from __future__ import annotations

import gc
import os
import pickle
import threading
import time
import warnings
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

import iris_cc
from iris_cc import background, build
from iris_cc.kernels.options import Options
from iris_cc.kernels.realize import Interpreted
from iris_cc.kernels.specialization import Specialization
from iris_cc.kernels.state import KernelState
from tests.surface.fakes import Gate, fake_compiler
from tests.surface.kernels import add, blend, loops_in_python, per_element, polar, steps

pytestmark = pytest.mark.needs_cc

X = np.linspace(-3.0, 40.0, 300)
Y = np.linspace(1.0, 2.0, 300)


def wait_for_builds() -> None:
    """Until the building thread has done all it has to do."""
    thread = background._state.thread
    if thread is not None:
        thread.join(60)
        assert not thread.is_alive()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache directory of the test's own, and a process that remembers no build."""
    monkeypatch.setenv("IRIS_CC_CACHE_DIR", str(tmp_path / "cache"))
    build.forget()
    yield tmp_path / "cache"
    wait_for_builds()
    build.forget()


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A compiler that waits to be let through."""
    gate = Gate(tmp_path)
    monkeypatch.setenv("CC", gate.compiler)
    yield gate
    gate.remove()
    gate.close()


def make(function: Callable[..., Any] | str, **options: Any) -> iris_cc.Kernel:
    return iris_cc.kernel(function, compile="background", **options)


def route(kernel: iris_cc.Kernel, *args: Any) -> tuple[str, str | None]:
    """The route of a call and the code of its reason."""
    found = kernel.explain(*args)
    return found.route, None if found.reason is None else found.reason.code.id


WAITING, COMPILED = ("interpreted", "E0509"), ("compiled", None)


# -- the swap ----------------------------------------------------------------------------------------------------------


CALLS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (add, (X, Y)),
    (add, (X, 2)),
    (add, (np.float32(2.5), 1.5)),
    (blend, (X.astype("f4"), Y.astype("f4"))),
    (steps, (X,)),
    (steps, (7.0, 3)),
    (polar, (X, Y)),
]


@pytest.mark.parametrize(("function", "args"), CALLS, ids=lambda each: getattr(each, "__name__", ""))
def test_the_answer_is_the_same_before_during_and_after(
    function: Callable[..., Any], args: tuple[Any, ...], gate: Gate
) -> None:
    kernel = make(function)
    defaults = function.__defaults__ or ()
    given = (*args, *defaults[len(defaults) - (kernel.nin - len(args)) :]) if len(args) < kernel.nin else args
    wanted = per_element(function, *given)

    def check() -> None:
        actual = kernel(*args)
        for mine, theirs in zip(*(each if kernel.nout > 1 else (each,) for each in (actual, wanted)), strict=True):
            np.testing.assert_array_equal(mine, theirs)
            assert mine.dtype == theirs.dtype

    assert route(kernel, *args) == WAITING
    check()
    gate.wait()
    for _ in range(3):
        check()
        assert route(kernel, *args) == WAITING
    gate.open()
    wait_for_builds()
    assert route(kernel, *args) == COMPILED
    for _ in range(3):
        check()
        assert route(kernel, *args) == COMPILED
    assert kernel.explain(*args).cache == "built" and kernel.explain(*args).artifact is not None


def test_after_the_swap_calls_are_as_fast_as_any(gate: Gate) -> None:
    kernel = make(add)
    for _ in range(3):
        kernel(X, Y)
        kernel(X, 2.0)
    old = kernel.ufunc
    assert loops_in_python(old) == ["dd->d"]
    gate.open()
    wait_for_builds()
    assert kernel._dispatcher.targets == {}  # the next call looks for the new ones
    for _ in range(3):
        np.testing.assert_array_equal(kernel(X, Y), X + Y)
        np.testing.assert_array_equal(kernel(X, 2.0), X + 2)
    targets = kernel._dispatcher.targets
    assert sorted(targets) == [0b0000, 0b0100]
    assert targets[0] is kernel.ufunc and kernel.ufunc is not old
    assert [loops_in_python(each) for each in targets.values()] == [[], []]
    for table in kernel._dispatcher.followers:  # what C reads; there is none where C cannot run
        state = cast(Any, table).state
        entries = {state.table[place].mask: state.table[place].ufunc for place in range(state.entries)}
        assert entries == {mask: id(target) for mask, target in targets.items()}


def test_the_call_path_of_c_is_used_after_the_swap(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    first = iris_cc.kernel(add)
    monkeypatch.setenv("ME_DSL_JIT_CFLAGS", "")
    kernel = make(add)
    kernel(X, Y)
    gate.open()
    wait_for_builds()
    kernel(X, Y)
    if not kernel._dispatcher.followers:
        pytest.skip(f"no call path in C here: {type(first)}")
    monkeypatch.setattr(type(kernel._dispatcher), "__call__", lambda *args: pytest.fail("the slow way"))
    np.testing.assert_array_equal(kernel(X, Y), X + Y)


def test_a_ufunc_somebody_kept_passes_its_work_on(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = make(add)
    kept, method = kernel.ufunc, kernel.reduce
    np.testing.assert_array_equal(kept(X, Y), X + Y)
    assert method(X) == per_element_sum(X)
    gate.open()
    wait_for_builds()
    from iris_cc import interp

    monkeypatch.setattr(interp, "run", lambda *args, **kwargs: pytest.fail("interpreted"))
    np.testing.assert_array_equal(kept(X, Y), X + Y)
    assert method(X) == kernel.reduce(X) == per_element_sum(X)
    assert route(kernel, X, Y) == COMPILED


def per_element_sum(values: np.ndarray) -> Any:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def test_methods_of_the_ufunc(gate: Gate) -> None:
    kernel = make(add)

    def check() -> None:
        assert kernel.reduce(X) == per_element_sum(X)
        np.testing.assert_array_equal(kernel.accumulate(X)[-1], per_element_sum(X))
        np.testing.assert_array_equal(kernel.outer(X[:5], Y[:3]), X[:5, None] + Y[:3])
        np.testing.assert_array_equal(kernel.reduceat(X[:4], [0, 2]), [X[0] + X[1], X[2] + X[3]])
        places = np.zeros(3)
        kernel.at(places, [0, 0, 2], 1.5)
        assert places.tolist() == [3.0, 0.0, 1.5]

    check()
    gate.wait()
    check()
    gate.open()
    wait_for_builds()
    check()
    assert loops_in_python(kernel.ufunc) == []


def test_several_types_at_once(gate: Gate) -> None:
    kernel = make(add)
    arrays = [np.arange(5).astype(letter) for letter in "bhilBHfd?"]
    for each in arrays:
        np.testing.assert_array_equal(kernel(each, each), per_element(add, each, each))
    gate.wait()
    assert gate.started == 1  # one after the other
    assert {route(kernel, each, each) for each in arrays} == {WAITING}
    gate.open()
    wait_for_builds()
    assert {route(kernel, each, each) for each in arrays} == {COMPILED}
    for each in arrays:
        np.testing.assert_array_equal(kernel(each, each), per_element(add, each, each))
    assert loops_in_python(kernel.ufunc) == [] and gate.started == len(arrays)


def test_many_threads_at_once(gate: Gate) -> None:
    kernel = make(add)
    letters = "fdil"
    stop = threading.Event()

    def work(number: int) -> int:
        values, rounds = np.arange(40).astype(letters[number % 4]), 0
        while not stop.wait(0.001) or not rounds:
            other = values if number < 8 else 2
            np.testing.assert_array_equal(kernel(values, other), values + values if number < 8 else values + 2)
            rounds += 1
        return rounds

    with ThreadPoolExecutor(12) as pool:
        results = [pool.submit(work, number) for number in range(12)]
        gate.open()
        wait_for_builds()
        for letter in letters:
            while route(kernel, np.zeros(1, letter), 2) != COMPILED:
                wait_for_builds()
        stop.set()
        assert all(result.result(timeout=60) for result in results)
    for letter in letters:
        kernel(np.zeros(1, letter), np.zeros(1, letter))
        kernel(np.zeros(1, letter), 2)
    wait_for_builds()
    for letter in letters:
        kernel(np.zeros(1, letter), np.zeros(1, letter))
        kernel(np.zeros(1, letter), 2)
    assert gate.started == 8  # each once
    assert {mask: loops_in_python(each) for mask, each in kernel._dispatcher.targets.items()} == {0: [], 0b1000: []}


# -- where nothing is to be waited for ---------------------------------------------------------------------------------


def test_code_that_is_there_is_loaded_at_once(gate: Gate) -> None:
    gate.remove()
    iris_cc.kernel(add).compile("f8", "f8")
    kernel = make(add)
    assert kernel.explain(X, Y).cache == "memory"
    np.testing.assert_array_equal(kernel(X, Y), X + Y)
    assert kernel.explain(X, Y).cache == "memory"
    build.forget()
    kernel = make(add)
    np.testing.assert_array_equal(kernel(X, Y), X + Y)
    assert (*route(kernel, X, Y), kernel.explain(X, Y).cache) == ("compiled", None, "disk")
    assert loops_in_python(kernel.ufunc) == [] and gate.started == 1


def test_compiling_ahead_waits_for_the_build_under_way(gate: Gate) -> None:
    kernel = make(add)
    kernel(X, Y)
    gate.wait()
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(kernel.compile, "f8", "f8")
        gate.open()
        assert (made.result(timeout=60).route, made.result().cache) == ("compiled", "built")
    assert gate.started == 1 and route(kernel, X, Y) == COMPILED
    np.testing.assert_array_equal(kernel(X, Y), X + Y)
    assert loops_in_python(kernel.ufunc) == []


def test_compiling_ahead_does_not_queue(gate: Gate) -> None:
    slow, quick = make(add), make(polar)
    slow(X, Y)
    gate.wait()
    quick(X, Y)  # stands behind the other
    gate.remove()
    made = quick.compile("f8", "f8")
    assert (made.route, made.cache) == ("compiled", "built")
    assert route(slow, X, Y) == WAITING and route(quick, X, Y) == COMPILED
    gate.close()
    wait_for_builds()
    assert route(slow, X, Y) == COMPILED and gate.started == 2


def test_compiling_ahead_of_any_call_is_in_the_foreground(gate: Gate) -> None:
    gate.remove()
    kernel = make(steps)
    made = kernel.compile("f4", int)
    assert (made.route, made.cache) == ("compiled", "built")
    assert background._state.thread is None


def test_where_no_thread_is_to_be_had_it_is_compiled_at_once(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    gate.remove()
    monkeypatch.setattr(threading.Thread, "start", refuse)
    kernel = make(add)
    np.testing.assert_array_equal(kernel(X, Y), X + Y)
    assert kernel.explain(X, Y).cache == "built"


# -- failures ----------------------------------------------------------------------------------------------------------


def failing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", fake_compiler(folder, "failing"))


def test_a_failed_build_warns_once_at_the_next_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(tmp_path, monkeypatch)
    kernel = make(add)
    np.testing.assert_array_equal(kernel(X, Y), X + Y)
    wait_for_builds()
    assert route(kernel, X, Y) == ("interpreted", "E0503")
    with pytest.warns(iris_cc.FallbackWarning, match="E0503") as caught:
        np.testing.assert_array_equal(kernel(X, Y), X + Y)
    assert len(caught) == 1 and caught[0].filename == __file__
    np.testing.assert_array_equal(kernel(X, Y), X + Y)
    np.testing.assert_array_equal(kernel.ufunc(X, Y), X + Y)
    assert route(kernel, X, Y) == ("interpreted", "E0503")


def test_a_failed_build_is_an_error_where_that_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(tmp_path, monkeypatch)
    kernel = make(add, fallback="error")
    indexed = make("def ramp(a):\n    return a + _i0\n", fallback="error")
    np.testing.assert_array_equal(kernel(X, Y), X + Y)
    np.testing.assert_array_equal(indexed(X), X + np.arange(300))
    reduce = kernel.reduce
    wait_for_builds()
    for _ in range(2):
        for call in (lambda: kernel(X, Y), lambda: indexed(X), lambda: kernel.reduce(X), lambda: reduce(X)):
            with pytest.raises(iris_cc.CompileError, match="E0503"):
                call()


def test_a_failed_build_may_be_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(tmp_path, monkeypatch)
    kernel = make(add, fallback="silent")
    for _ in range(3):
        np.testing.assert_array_equal(kernel(X, Y), X + Y)
        wait_for_builds()
    with pytest.warns(iris_cc.FallbackWarning, match="E0503"):
        make(add)(X, Y)  # what is known to fail is not tried, so it is told at once


def test_a_failed_build_is_tried_again_in_the_background(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = make(add, fallback="silent")
    with monkeypatch.context() as patch:
        failing(gate.folder, patch)
        kernel(X, Y)
        wait_for_builds()
        kernel(X, Y)
    assert route(kernel, X, Y) == ("interpreted", "E0503")
    monotonic = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: monotonic() + 1000)
    np.testing.assert_array_equal(kernel(X, Y), X + Y)
    gate.wait()
    assert route(kernel, X, Y) == WAITING
    np.testing.assert_array_equal(kernel(X, Y), X + Y)
    gate.open()
    wait_for_builds()
    np.testing.assert_array_equal(kernel(X, Y), X + Y)
    assert route(kernel, X, Y) == COMPILED and loops_in_python(kernel.ufunc) == []


def test_no_compiler_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    kernel = make(add)
    with pytest.warns(iris_cc.FallbackWarning, match="E0502"):
        np.testing.assert_array_equal(kernel(X, Y), X + Y)
    assert route(kernel, X, Y) == ("interpreted", "E0502")
    with pytest.raises(iris_cc.CompileError, match="E0502"):
        make(add, fallback="error")(X, Y)


def test_a_fault_of_the_compiler_itself_reaches_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    faults, c_text = [LookupError("no such thing")], Specialization.c_text

    def broken(spec: Specialization) -> str:
        if faults:
            raise faults[0]
        return c_text(spec)

    monkeypatch.setattr(Specialization, "c_text", broken)
    kernel = make(add)
    np.testing.assert_array_equal(kernel(X, Y), X + Y)
    wait_for_builds()
    with pytest.raises(LookupError, match="no such thing"):
        kernel(X, Y)
    faults.clear()
    for _ in range(3):
        np.testing.assert_array_equal(kernel(X, Y), X + Y)
        wait_for_builds()
    assert route(kernel, X, Y) == COMPILED


# -- the environment ---------------------------------------------------------------------------------------------------


def test_the_kill_switch(gate: Gate, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def switched_off(kernel: iris_cc.Kernel) -> None:
        with monkeypatch.context() as patch:
            patch.setenv("ME_DSL_JIT", "0")
            np.testing.assert_array_equal(kernel(X, Y), X + Y)
            np.testing.assert_array_equal(kernel.ufunc(X, Y), X + Y)
            assert route(kernel, X, Y) == ("interpreted", "E0501")
            assert kernel.compile("f8", "f8").route == "interpreted"

    kernel = make(add, fallback="silent")
    switched_off(kernel)
    assert background._state.thread is None and not cache.exists()
    kernel(X, Y)
    gate.wait()
    switched_off(kernel)
    assert route(kernel, X, Y) == WAITING
    gate.open()
    wait_for_builds()
    switched_off(kernel)
    np.testing.assert_array_equal(kernel(X, Y), X + Y)
    assert route(kernel, X, Y) == COMPILED
    switched_off(kernel)


def test_a_build_whose_turn_comes_under_the_kill_switch_is_begun_anew(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make(add), make(polar, fallback="silent")
    first(X, Y)
    gate.wait()
    second(X, Y)
    with monkeypatch.context() as patch:
        patch.setenv("ME_DSL_JIT", "0")
        gate.open()
        wait_for_builds()
        second(X, Y)
    assert gate.started == 1
    second(X, Y)
    wait_for_builds()
    second(X, Y)
    assert route(second, X, Y) == route(first, X, Y) == COMPILED and gate.started == 2


ENDLESS = "def endless(x):\n    n = 0\n    while x < 1:\n        n += 1\n    return n\n"


def test_the_limit_of_while(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", "1000")
    kernel = make(ENDLESS)

    def check() -> None:
        for call in (lambda: kernel(np.zeros(3)), lambda: kernel(0.0)):
            with pytest.raises(RuntimeError, match="while"):
                call()
        assert kernel(np.ones(3)).tolist() == [0, 0, 0]

    check()
    gate.open()
    wait_for_builds()
    assert route(kernel, np.zeros(3)) == route(kernel, 0.0) == COMPILED
    check()
    check()


def test_the_trace(gate: Gate, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ME_DSL_TRACE", "1")
    kernel = make(add)
    for _ in range(3):
        kernel(X, Y)
    gate.open()
    wait_for_builds()
    for _ in range(3):
        kernel(X, Y)
    first, second = capsys.readouterr().err.splitlines()
    assert first == "iris_cc: add(f8,f8->f8) interpreted: the compiler is at work in the background"
    assert second.startswith("iris_cc: add(f8,f8->f8) compiled ") and second.endswith(" (built)")


# -- kernels of other kinds --------------------------------------------------------------------------------------------


def test_index_kernels(gate: Gate) -> None:
    kernel = make("def ramp(a, step=1):\n    return a + _i0 * step + _n0\n")
    plane = np.zeros((4, 3))

    def check() -> None:
        np.testing.assert_array_equal(kernel(X), X + np.arange(300) + 300)
        np.testing.assert_array_equal(kernel(plane, 2), plane + np.arange(4)[:, None] * 2 + 4)
        assert kernel(1.0, shape=(2,)).tolist() == [3.0, 4.0]

    check()
    gate.wait()
    check()
    assert route(kernel, X) == route(kernel, plane, 2) == WAITING
    gate.open()
    wait_for_builds()
    assert route(kernel, X) == route(kernel, plane, 2) == COMPILED
    check()
    assert kernel.explain(plane, 2).cache == "built"


def test_text_of_the_dsl_with_a_pragma(gate: Gate) -> None:
    kernel = make("# me:fp=contract\ndef wave(a, b=2):\n    return where(a > 0, a * b, -a)\n", threads=2)
    assert kernel.options == Options("contract", threads=2, compile="background")
    np.testing.assert_array_equal(kernel(X), np.where(X > 0, X * 2, -X))
    assert route(kernel, X) == WAITING
    gate.open()
    wait_for_builds()
    np.testing.assert_array_equal(kernel(X), np.where(X > 0, X * 2, -X))
    assert route(kernel, X) == COMPILED


def test_pickles_keep_the_option(gate: Gate) -> None:
    def local(x):
        return x * 3

    for kernel in (make(local, math="libm", threads=3), make("def text(x):\n    return x * 3\n")):
        kernel(X)
        copied = pickle.loads(pickle.dumps(kernel))
        assert copied.options == kernel.options and copied.options.compile == "background"
        np.testing.assert_array_equal(copied(X), X * 3)
        assert route(copied, X) == WAITING


def test_a_function_outside_the_language_takes_the_option() -> None:
    def outside(x):
        return {0: x}[0] * 2

    np.testing.assert_array_equal(make(outside, fallback="silent")(X), X * 2)
    with pytest.warns(iris_cc.FallbackWarning, match="E0102"):
        make(outside)


def test_types_outside_the_language_run_in_python(gate: Gate) -> None:
    def bits(x):
        return x & 3 if x == 1 else x

    kernel = make(bits)
    with pytest.warns(iris_cc.FallbackWarning, match="E0401"):
        np.testing.assert_array_equal(kernel(np.array([2.0, 4.0])), [2.0, 4.0])


@pytest.mark.parametrize("word", ["later", "", None, True])
def test_other_words_are_refused(word: Any) -> None:
    with pytest.raises(ValueError, match="compile must be one of 'now', 'background', not"):
        iris_cc.kernel(add, compile=word)


# -- life --------------------------------------------------------------------------------------------------------------


def test_a_kernel_that_is_gone_is_not_built(gate: Gate) -> None:
    first, second = make(add), make(polar)
    first(X, Y)
    gate.wait()
    second(X, Y)
    gone = weakref.ref(second.state)
    del second
    gc.collect()
    assert gone() is None
    gate.open()
    wait_for_builds()
    assert gate.started == 1 and route(first, X, Y) == COMPILED


def test_the_thread_ends_with_its_work(gate: Gate) -> None:
    kernel = make(add)
    kernel(X, Y)
    gate.wait()
    thread = background._state.thread
    assert thread is not None and thread.daemon
    gate.open()
    wait_for_builds()
    assert background._state.thread is None and not background._state.queue
    kernel(X, 2)
    wait_for_builds()
    assert route(kernel, X, 2) == COMPILED


def test_a_build_that_ends_between_two_looks_replaces_the_ufunc(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ufunc gets its interpreted loop when the build is done already: it must not stay with it."""
    realize = KernelState.realize

    def slowly(self: KernelState, *args: Any, **kwargs: Any) -> Any:
        made = realize(self, *args, **kwargs)
        if isinstance(made, Interpreted) and made.is_waiting and not gate.is_open:
            gate.open()
            wait_for_builds()
        return made

    kernel = make(add)
    with monkeypatch.context() as patch:
        patch.setattr(KernelState, "realize", slowly)
        np.testing.assert_array_equal(kernel(X, Y), X + Y)
    assert loops_in_python(kernel.ufunc) == [] and route(kernel, X, Y) == COMPILED


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_in_the_middle_of_a_build(gate: Gate) -> None:
    kernel, waiting = make(add), make(polar)
    kernel(X, Y)
    gate.wait()
    waiting(X, Y)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.environ["IRIS_CC_CACHE_DIR"] += "-of-the-child"  # else it waits for the parent's build
            gate.remove()
            np.testing.assert_array_equal(kernel(X, Y), X + Y)
            for values in polar(X, Y), waiting(X, Y):
                np.testing.assert_array_equal(values[0], X * X + Y * Y)
            assert waiting.compile("f8", "f8").route == "compiled"
            wait_for_builds()
            np.testing.assert_array_equal(kernel(X, Y), X + Y)
            assert route(kernel, X, Y) == COMPILED and loops_in_python(kernel.ufunc) == []
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    gate.open()
    wait_for_builds()
    for each in (kernel, waiting):
        each(X, Y)
        assert route(each, X, Y) == COMPILED


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_waits_for_imports_and_text(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """They take locks that a child would find held for ever."""
    entered, made = threading.Event(), threading.Event()
    c_text = Specialization.c_text

    def slowly(spec: Specialization) -> str:
        entered.set()
        for _ in range(10):
            time.sleep(0.01)
        made.set()
        return c_text(spec)

    monkeypatch.setattr(Specialization, "c_text", slowly)
    gate.remove()
    make(add)(X, Y)
    assert entered.wait(60)
    pid = os.fork()
    if pid == 0:
        os._exit(0 if made.is_set() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_waiting_gives_no_warning(gate: Gate) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        kernel = make(add)
        kernel(X, Y)
        gate.wait()
        kernel(X, Y)
        gate.open()
        wait_for_builds()
        kernel(X, Y)
    assert not caught
