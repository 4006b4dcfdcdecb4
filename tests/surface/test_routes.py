"""Which way a call goes: the kill switch, missing and broken compilers, the cache, and what `explain` says of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iris_cc
from iris_cc import build
from tests.surface.fakes import BODIES, fake_compiler
from tests.surface.kernels import loops_in_python, per_element

ROOT = Path(__file__).parents[2]
X = np.array([0.5, -1.0, 2.0, 8.0])


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A cache directory of the test's own, and a process that remembers no build."""
    monkeypatch.setenv("IRIS_CC_CACHE_DIR", str(tmp_path / "cache"))
    build.forget()
    yield tmp_path / "cache"
    build.forget()


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def halved(x):
    n = 0
    while x > 1:
        x /= 2
        n += 1
    return n


def expected() -> np.ndarray:
    return per_element(halved, X)


# -- the kill switch ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["0", "false", "off", "no", "FALSE", " Off "])
def test_the_kill_switch(word: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT", word)
    kernel = iris_cc.kernel(halved)
    with pytest.warns(iris_cc.FallbackWarning, match="E0501"):
        np.testing.assert_array_equal(kernel(X), expected())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(kernel(X), expected())  # once is enough
        np.testing.assert_array_equal(kernel(X.astype("f4")), expected())
    explained = kernel.explain(X)
    assert (explained.route, explained.key, explained.artifact, explained.cache) == ("interpreted", None, None, "none")
    assert explained.reason is not None and explained.reason.code.id == "E0501"
    assert not files(cache)


@pytest.mark.needs_cc
@pytest.mark.parametrize("word", ["", "1", "yes", "on"])
def test_other_words_switch_nothing_off(word: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT", word)
    kernel = iris_cc.kernel(halved, fallback="error")
    np.testing.assert_array_equal(kernel(X), expected())
    assert kernel.explain(X).route == "compiled"


@pytest.mark.needs_cc
def test_the_kill_switch_after_a_kernel_was_compiled(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = iris_cc.kernel(halved)
    for _ in range(3):
        np.testing.assert_array_equal(kernel(X), expected())
    assert kernel.explain(X).route == "compiled"
    before = files(cache)
    monkeypatch.setenv("ME_DSL_JIT", "off")
    with pytest.warns(iris_cc.FallbackWarning, match="E0501"):
        np.testing.assert_array_equal(kernel(X), expected())
    assert kernel.explain(X).route == "interpreted"
    np.testing.assert_array_equal(kernel(X.astype("f4")), expected())
    np.testing.assert_array_equal(kernel.ufunc(X), expected())
    assert files(cache) == before
    monkeypatch.delenv("ME_DSL_JIT")
    assert kernel.explain(X).route == "compiled"
    np.testing.assert_array_equal(kernel(X), expected())


def test_the_kill_switch_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT", "0")
    kernel = iris_cc.kernel(halved, fallback="error")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", iris_cc.FallbackWarning)
        np.testing.assert_array_equal(kernel(X), expected())
    quiet = iris_cc.kernel(halved, fallback="silent")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(quiet(X), expected())


def test_the_warning_points_at_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT", "0")
    kernel = iris_cc.kernel(halved)
    with pytest.warns(iris_cc.FallbackWarning) as caught:
        kernel(X)
    assert caught[0].filename == __file__
    with pytest.warns(iris_cc.FallbackWarning) as caught:

        @iris_cc.kernel
        def outside(x):
            return {0: x}[0]

    assert caught[0].filename == __file__


# -- compilers ---------------------------------------------------------------------------------------------------------


def test_no_compiler(cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ME_DSL_JIT", raising=False)
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    kernel = iris_cc.kernel(halved)
    with pytest.warns(iris_cc.FallbackWarning, match="E0502"):
        np.testing.assert_array_equal(kernel(X), expected())
    explained = kernel.explain(X)
    assert explained.route == "interpreted" and explained.reason is not None
    assert explained.reason.code.id == "E0502"
    with pytest.raises(iris_cc.CompileError, match="E0502"):
        iris_cc.kernel(halved, fallback="error")(X)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(iris_cc.kernel(halved, fallback="silent")(X), expected())


@pytest.mark.needs_cc
@pytest.mark.filterwarnings("ignore::iris_cc.CacheWarning")
@pytest.mark.parametrize("name", BODIES)
def test_a_broken_compiler(name: str, cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CC", fake_compiler(tmp_path, name))
    monkeypatch.setenv("IRIS_CC_TIMEOUT", "0.5")
    code = {"failing": "E0503", "hanging": "E0504"}.get(name, "E0505")
    started = time.monotonic()
    kernel = iris_cc.kernel(halved)
    with pytest.warns(iris_cc.FallbackWarning, match=code):
        np.testing.assert_array_equal(kernel(X), expected())
    np.testing.assert_array_equal(kernel(X), expected())
    explained = kernel.explain(X)
    assert explained.route == "interpreted" and explained.reason is not None
    assert explained.reason.code.id == code
    assert explained.cache == "none"
    assert time.monotonic() - started < 10
    with pytest.raises(iris_cc.CompileError, match=code):
        iris_cc.kernel(halved, fallback="error")(X)


@pytest.mark.needs_cc
def test_where_a_fallback_is_an_error_every_call_raises(
    cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CC", fake_compiler(tmp_path, "failing"))
    kernel = iris_cc.kernel(halved, fallback="error")
    indexed = iris_cc.kernel("def ramp(a):\n    return a + _i0\n", fallback="error")
    for _ in range(3):
        with pytest.raises(iris_cc.CompileError, match="E0503"):
            kernel(X)
        with pytest.raises(iris_cc.CompileError, match="E0503"):
            kernel(X, dtype="i8")
        with pytest.raises(iris_cc.CompileError, match="E0503"):
            kernel.compile("f8")
        with pytest.raises(iris_cc.CompileError, match="E0503"):
            indexed(X)


@pytest.mark.needs_cc
def test_a_failed_build_is_tried_again_when_its_time_has_come(
    cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kernel = iris_cc.kernel(halved, fallback="silent")
    broken = tmp_path / "broken"
    broken.mkdir()
    monkeypatch.setenv("CC", fake_compiler(broken, "failing"))
    np.testing.assert_array_equal(kernel(X), expected())
    assert kernel.explain(X).route == "interpreted"
    monkeypatch.delenv("CC")
    _let_time_pass(monkeypatch, 1000)
    np.testing.assert_array_equal(kernel(X), expected())
    assert kernel.explain(X).route == "compiled"
    np.testing.assert_array_equal(kernel(X), expected())


@pytest.mark.needs_cc
def test_after_a_retry_calls_are_as_fast_as_any(cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kernel = iris_cc.kernel(halved, fallback="silent")
    monkeypatch.setenv("CC", fake_compiler(tmp_path, "failing"))
    for values in (X, X.astype("f4")):
        np.testing.assert_array_equal(kernel(values), per_element(halved, values))
    np.testing.assert_array_equal(kernel(8.0), halved(8.0))
    old = kernel.ufunc
    monkeypatch.delenv("CC")
    _let_time_pass(monkeypatch, 1000)
    np.testing.assert_array_equal(old(X), expected())  # what somebody kept passes its work on
    assert loops_in_python(old) == ["d->l", "f->l"]
    np.testing.assert_array_equal(kernel(X), expected())
    np.testing.assert_array_equal(kernel(8.0), halved(8.0))
    for _ in range(2):
        np.testing.assert_array_equal(kernel(X.astype("f4")), per_element(halved, X.astype("f4")))
        np.testing.assert_array_equal(kernel(8.0), halved(8.0))
    assert kernel.ufunc is not old and kernel._dispatcher.targets[0] is kernel.ufunc
    assert [loops_in_python(target) for target in kernel._dispatcher.targets.values()] == [[], []]


def _let_time_pass(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    now, monotonic = time.time, time.monotonic
    monkeypatch.setattr(time, "time", lambda: now() + seconds)
    monkeypatch.setattr(time, "monotonic", lambda: monotonic() + seconds)


@pytest.mark.needs_cc
def test_a_refused_flag(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT_CFLAGS", "-include /etc/passwd")
    kernel = iris_cc.kernel(halved)
    with pytest.warns(iris_cc.FallbackWarning, match="E0506"):
        np.testing.assert_array_equal(kernel(X), expected())
    assert not files(cache)


@pytest.mark.needs_cc
def test_fast_math_flushes_no_subnormals(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT_CFLAGS", "-ffast-math")
    kernel = iris_cc.kernel(halved, fallback="silent")
    kernel(X)
    assert np.float64(1e-310) / 2 > 0 and np.array([1e-310])[0] * 0.5 > 0


# -- explanations ------------------------------------------------------------------------------------------------------


@pytest.mark.needs_cc
def test_built_then_memory_then_disk(cache: Path) -> None:
    kernel = iris_cc.kernel(halved)
    before = kernel.explain(X)
    assert (before.route, before.cache, before.artifact) == ("compiled", "none", None)
    assert not files(cache)  # explaining builds nothing
    kernel(X)
    built = kernel.explain(X)
    assert (built.route, built.reason, built.cache) == ("compiled", None, "built")
    assert built.artifact is not None and built.artifact.is_file() and built.key == before.key
    assert built.artifact.with_suffix(".c").read_text().count("iris_loop")
    second = iris_cc.kernel(halved)
    assert second.explain(X).cache == "memory"
    second(X)
    assert second.explain(X).cache == "memory" and second.explain(X).key == built.key
    build.forget()
    third = iris_cc.kernel(halved)
    assert third.explain(X).cache == "disk"
    third(X)
    assert third.explain(X).cache == "disk"
    assert str(built.artifact) in str(built) and "route: compiled" in str(built)


_FRESH = """
import sys
sys.path.insert(0, {root!r})
import numpy as np
from tests.surface.test_routes import X, expected, halved
import iris_cc
kernel = iris_cc.kernel(halved, fallback="error")
assert (kernel(X) == expected()).all()
print(kernel.explain(X).cache, kernel.explain(X).key)
"""


@pytest.mark.needs_cc
def test_a_fresh_process_finds_it_on_disk(cache: Path) -> None:
    def fresh() -> list[str]:
        code = _FRESH.format(root=str(ROOT))
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    first, second = fresh(), fresh()
    assert (first[0], second[0]) == ("built", "disk")
    assert first[1] == second[1]


@pytest.mark.needs_cc
def test_compile_ahead_of_time(cache: Path) -> None:
    kernel = iris_cc.kernel(halved)
    assert len(kernel.signatures) == 0 and kernel.types == []
    made = kernel.compile("f4")
    assert made.route == "compiled" and made.cache == "built"
    assert kernel.compile("f4").key == made.key
    kernel.compile(float)
    assert list(kernel.signatures) == [("f4",), ("float",)] and kernel.types == ["f->l"]
    assert kernel.explain(X.astype("f4")).key == made.key


def test_explain_of_the_python_route() -> None:
    def outside(x):
        return {0: x}[0]

    kernel = iris_cc.kernel(outside, fallback="silent")
    explained = kernel.explain(X)
    assert (explained.route, explained.key, explained.artifact, explained.cache) == ("python", None, None, "none")
    assert explained.reason is not None and explained.reason.code.id == "E0102"
    assert "E0102" in str(explained) and "{0: x}" in str(explained)


def test_fallback_of_kernels_outside_the_language() -> None:
    def outside(x):
        return {1: 2}[1] * x

    with pytest.warns(iris_cc.FallbackWarning, match="E0102") as caught:
        kernel = iris_cc.kernel(outside)
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(kernel(X), 2 * X)
        iris_cc.kernel(outside, fallback="silent")
    with pytest.raises(iris_cc.CompileError, match="E0102"):
        iris_cc.kernel(outside, fallback="error")


def test_types_outside_the_language_run_in_python() -> None:
    def bits(x):
        return x & 3 if x == 1 else x

    kernel = iris_cc.kernel(bits)
    values = np.array([2.0, 4.0])
    with pytest.warns(iris_cc.FallbackWarning, match="E0401"):
        np.testing.assert_array_equal(kernel(values), values)
    assert kernel.explain(values).route == "python"
    assert kernel.explain(np.array([1, 2])).route != "python"


def test_the_environment_is_read_at_use(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = iris_cc.kernel(halved, fallback="silent")
    monkeypatch.setenv("ME_DSL_JIT", "0")
    assert kernel.explain(X).route == "interpreted"
    np.testing.assert_array_equal(kernel(X), expected())
    assert "ME_DSL_JIT" in os.environ and not files(cache)
