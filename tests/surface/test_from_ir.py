"""Kernels of printed IR: every route, every face of a kernel, and texts that are none."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iris_cc

ROOT = Path(__file__).resolve().parents[2]

AXPY = """func @axpy(%0: f64, %1: f64, %2: f64) -> f64 {
  %3: f64 = mul %0, %1
  %4: f64 = add %3, %2
  return %4
}
"""
COLLATZ = """func @collatz(%0: i64) -> i64 {
  while carry %1: i64 = %0, %2: i64 = 0:i64 {
    %3: bool = gt %1, 1:i64
    test %3
  } do {
    %4: i64 = floormod %1, 2:i64
    %5: bool = eq %4, 0:i64
    %6: i64 = floordiv %1, 2:i64
    %7: i64 = mul %1, 3:i64
    %8: i64 = add %7, 1:i64
    %9: i64 = select %5, %6, %8
    %10: i64 = add %2, 1:i64
    yield %9, %10
  } -> %11: i64, %12: i64
  return %12
}
"""
PLACE = """func @place(%0: i64) index i0=%1: i64 n1=%2: i64 flat=%3: i64 -> i64, i64 {
  %4: i64 = mul %1, %2
  %5: i64 = add %4, %0
  return %5, %3
}
"""
ROUTES = [pytest.param("compiled", marks=pytest.mark.needs_cc), "interpreted"]


def collatz(n: int) -> int:
    count = 0
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


@pytest.fixture(params=ROUTES)
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "interpreted":
        monkeypatch.setenv("ME_DSL_JIT", "0")
    return str(request.param)


def made(text: str, **options: Any) -> iris_cc.Kernel:
    return iris_cc.from_ir(text, fallback="silent", **options)


def test_values(route: str) -> None:
    x, y = np.linspace(-3, 3, 1001), np.linspace(1, 2, 1001)
    kernel = made(AXPY)
    np.testing.assert_array_equal(kernel(2.5, x, y), 2.5 * x + y)
    assert kernel.explain(2.5, x, y).route == route
    numbers = np.arange(1, 400)
    assert made(COLLATZ)(numbers).tolist() == [collatz(int(n)) for n in numbers]


def test_positions(route: str) -> None:
    given = np.arange(12).reshape(3, 4)
    first, flat = made(PLACE)(given)
    rows = np.arange(3)[:, None]
    np.testing.assert_array_equal(first, rows * 4 + given)
    np.testing.assert_array_equal(flat, given)
    first, flat = made(PLACE)(np.arange(5))  # an axis that is not there has extent 1
    np.testing.assert_array_equal(first, 2 * np.arange(5))
    np.testing.assert_array_equal(flat, np.arange(5))


SQUEEZED = """func @squeezed(%0: i64, %1: i64) -> i64, i64 {
  alloc &0: i64[%1]
  for %2: i64 in 0:i64 .. %0 step 1:i64 carry {
    %3: i64 = floormod %2, 5:i64
    %4: i64 = load &0[%3]
    %5: i64 = add %4, %2
    store &0[%3] = %5
    yield
  }
  %6: i64 = load &0[0:i64]
  %7: i64 = load &0[4:i64]
  return %6, %7
}
"""


def test_local_arrays(route: str) -> None:
    upto, room = np.arange(40)[:, None], np.array([0, 4, 5, -1])
    first, last = made(SQUEEZED)(upto, room)
    sums = np.array([[sum(range(k, n, 5)) for k in (0, 4)] for n in range(40)])
    np.testing.assert_array_equal(first, np.where(room > 0, sums[:, :1], 0))
    np.testing.assert_array_equal(last, np.where(room > 4, sums[:, 1:], 0))
    with pytest.raises(MemoryError, match="no memory for a local array"):
        made(SQUEEZED)(1, np.array([1, 1 << 60]))


def test_it_is_a_ufunc(route: str) -> None:
    kernel = made("func @sum(%0: f64, %1: f64) -> f64 {\n  %2: f64 = add %0, %1\n  return %2\n}\n")
    x = np.arange(6.0).reshape(2, 3)
    assert isinstance(kernel.ufunc, np.ufunc)
    np.testing.assert_array_equal(kernel.reduce(x, axis=1), np.add.reduce(x, axis=1))
    assert kernel.reduce(np.empty(0)) == 0.0  # the identity of the operation it is
    np.testing.assert_array_equal(kernel.outer(x[0], x[1]), np.add.outer(x[0], x[1]))
    out = np.empty((2, 3))
    assert kernel(x, 1, out=out) is out and np.array_equal(out, x + 1)
    assert (kernel.nin, kernel.nout, kernel.__name__) == (2, 1, "sum")


def test_what_casts_safely_is_taken_and_nothing_else(route: str) -> None:
    kernel = made(AXPY)
    x = np.arange(5)
    for dtype in ("i1", "u2", "i4", "f4", "f8", "?"):
        np.testing.assert_array_equal(kernel(x.astype(dtype), 2, 1.0), 2.0 * x.astype(dtype) + 1.0)
    with pytest.raises(iris_cc.CompileError, match="E0403"):
        kernel(x.astype("c16"), 1.0, 1.0)
    numbers = made(COLLATZ)
    assert numbers(np.uint8(27)) == 111 and numbers(27) == 111 and numbers(True) == 0
    for refused in (27.0, np.float32(27), np.array([27.0]), np.uint64(27)):
        with pytest.raises((iris_cc.CompileError, TypeError)):
            numbers(refused)
    with pytest.raises(OverflowError):
        numbers(1 << 64)


def test_parameters_go_by_position(route: str) -> None:
    kernel = made(AXPY)
    assert all(p.kind is inspect.Parameter.POSITIONAL_ONLY for p in inspect.signature(kernel).parameters.values())
    with pytest.raises(TypeError, match="positional-only"):
        kernel(1.0, 2.0, x2=3.0)
    with pytest.raises(TypeError, match="missing 1 required"):
        kernel(1.0, 2.0)
    assert repr(kernel) == "<kernel axpy(x0, x1, x2)>"


def test_what_a_kernel_prints_makes_the_same_kernel(route: str) -> None:
    @iris_cc.kernel(fallback="silent")
    def gelu(x):
        return 0.5 * x * (1.0 + np.tanh(0.7978845608 * (x + 0.044715 * x * x * x)))

    x = np.linspace(-5, 5, 777)
    text = gelu.inspect_ir("f8")
    again = made(text)
    np.testing.assert_array_equal(again(x), gelu(x))
    assert again.inspect_ir("f8") == text
    assert again.signatures == (("f8",),) and again.types == ["d->d"]


@pytest.mark.needs_cc
def test_options_reach_it() -> None:
    text = "func @f(%0: f64) -> f64 {\n  %1: f64 = exp %0\n  return %1\n}\n"
    assert "iris_exp_f64" in made(text).inspect_c("f8")
    assert "iris_exp_f64" not in made(text, math="libm").inspect_c("f8")
    assert made(text, fp="fast").fp == "fast" and made(text, threads=1).options.threads == 1
    waiting = made(text, compile="background")
    np.testing.assert_allclose(waiting(np.ones(3)), np.e)
    assert waiting.compile("f8").route == "compiled"


@pytest.mark.parametrize("protocol", [2, 5])
def test_it_travels(protocol: int, tmp_path: Path) -> None:
    kernel = made(AXPY, math="libm")
    data = pickle.dumps((kernel, kernel.ufunc), protocol)
    back, ufunc = pickle.loads(data)
    x = np.arange(4.0)
    np.testing.assert_array_equal(back(2.0, x, 1.0), 2.0 * x + 1.0)
    np.testing.assert_array_equal(ufunc(2.0, x, 1.0), 2.0 * x + 1.0)
    assert back.options == kernel.options and back.__dask_tokenize__() == kernel.__dask_tokenize__()
    path = tmp_path / "kernel.pkl"
    path.write_bytes(data)
    program = (
        f"import pickle, numpy as np\nk, u = pickle.load(open({str(path)!r}, 'rb'))\n"
        "assert k(2.0, np.arange(4.0), 1.0).tolist() == u(2.0, np.arange(4.0), 1.0).tolist() == [1, 3, 5, 7]\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, timeout=120)


def test_another_kernel_does_not_compile_it_in() -> None:
    inner = made(AXPY)
    with pytest.raises(iris_cc.CompileError):

        @iris_cc.kernel(fallback="error")
        def outer(x):
            return inner(x, x, x)


BROKEN = {
    "": (1, "found 'the end of the text'"),
    "def f(x):\n    return x\n": (1, "expected 'func'"),
    "func @f(%0: f64) -> f64 {\n  return %1\n}\n": (2, "%1"),
    "func @f(%0: f64) -> f64 {\n  %1: f64 = sinus %0\n  return %1\n}\n": (2, "sinus"),
    "func @f(%0: f64) -> f64 {\n  %1: f64 = add %0, 1:i64\n  return %1\n}\n": (1, "not in the table"),
    "func @f(%0: f64) -> i64 {\n  return %0\n}\n": (1, "result types"),
    AXPY + AXPY: (6, "func"),
    "func @f(%0: i64, &0: f64[%1 by %2]) -> f64 {\n  %3: f64 = load &0[%0]\n  return %3\n}\n": (1, "not arrays"),
    "func @f(%0: lanes<f64>) -> lanes<f64> {\n  return %0\n}\n": (1, "no lanes"),
}


@pytest.mark.parametrize("text", BROKEN)
def test_texts_that_are_none(text: str) -> None:
    with pytest.raises(iris_cc.CompileError) as caught:
        iris_cc.from_ir(text)
    (diagnostic,) = caught.value.diagnostics
    line, words = BROKEN[text]
    assert (diagnostic.code.id, diagnostic.span.line) == ("E0007", line) and words in diagnostic.message


def test_what_is_no_text() -> None:
    for given in (None, 1, AXPY.encode(), lambda x: x):
        with pytest.raises(TypeError, match="text of a function"):
            iris_cc.from_ir(given)  # type: ignore[arg-type]


def test_loops_count_in_narrow_types(route: str) -> None:
    text = "func @f(%0: i8, %1: i8) -> i32 {\n  for %2: i8 in %0 .. %1 step STEP:i8 carry %3: i32 = 0:i32 {\n"
    text += "    %4: i32 = cast %2\n    %5: i32 = mul %4, %4\n    %6: i32 = add %3, %5\n    yield %6\n"
    text += "  } -> %7: i32\n  return %7\n}\n"
    first, last = np.array([-128, 120, 127, 0], "i1"), np.array([-120, 127, -128, 100], "i1")
    for step in (1, 100, -1, -128):
        kernel = iris_cc.from_ir(text.replace("STEP", str(step)), fallback="silent")
        expected = [sum(i * i for i in range(a, b, step)) for a, b in zip(first.tolist(), last.tolist(), strict=True)]
        found = kernel(first, last)
        assert found.dtype == np.int32 and found.tolist() == expected
