"""Large kernels in steps: the answers of the Python function, whatever the control flow, and units that stay short."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
import pytest

import iris_cc
from iris_cc.codegen import split, ufunc_unit, weight
from iris_cc.codegen.weight import effort, form
from tests.codegen import units

pytestmark = pytest.mark.needs_cc

RANDOM = np.random.default_rng(7)
X, Y = RANDOM.uniform(0.0, 4.0, 700), RANDOM.uniform(-2.0, 2.0, 700)


@pytest.fixture(params=["calls", "rows"])
def in_steps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kernel goes by steps, and all its control flow is outside of them; they are called, or rows of a table."""
    if request.param == "rows":
        monkeypatch.setattr(split, "_HUGE", 0)
    monkeypatch.setattr(weight, "MOST_WHOLE", 0)
    monkeypatch.setattr(weight, "_MOST_IN_LANES", 0)
    monkeypatch.setattr(split, "_RUN", 1)


def straight(x, y):
    a = x * 3.0 - y
    b = a / (y * y + 1.0)
    return min(a, b) + abs(b) * 0.5 - (a if a > 2.0 else b)


def branches(x, y):
    if x > y:
        z = x - y
        for i in range(3):
            z = z * 1.5 + i
        if z > 4.0:
            z = z - x
    else:
        z = y * y
    return z + x


def swaps(x, y):
    a, b = x, y
    for i in range(9):
        a, b = b + i, a * 0.5
        if a > b:
            a, b = b, a
    return a - b


def leaves(x, y):
    n = 0
    for i in range(60):
        x = x * 1.25 + 0.125
        if x > 30.0:
            n = i
            break
    else:
        n = -1
    return n + y


@pytest.mark.parametrize("function", [straight, branches, swaps, leaves])
@pytest.mark.usefixtures("in_steps")
def test_steps_are_the_function(function: Callable[[float, float], float]) -> None:
    kernel = iris_cc.kernel(function)
    want = np.array([function(x, y) for x, y in zip(X, Y, strict=True)])
    assert np.array_equal(kernel(X, Y), want)
    assert "iris_steps(" in kernel.inspect_c("f8", "f8")
    assert kernel.explain(X, Y).route == "compiled"
    assert np.array_equal(kernel(X[::3], Y[::3]), want[::3])
    in_place = X.copy()
    kernel(in_place, Y, out=in_place)
    assert np.array_equal(in_place, want)
    assert np.array_equal(kernel(X[:40], 0.5), [function(x, 0.5) for x in X[:40]])
    assert np.array_equal(kernel.reduce(X[:3]), reduced(function, X[:3]))


def reduced(function: Callable[[float, float], float], values: np.ndarray) -> float:
    total = values[0]
    for value in values[1:]:
        total = function(total, value)
    return float(total)


@pytest.mark.usefixtures("in_steps")
def test_far_and_special_arguments_of_our_functions() -> None:
    def function(x, y):
        return np.sin(x) + np.exp(y) * np.arctan2(x, 2.0)

    x, y = np.append(X, [1e9, -1e300, math.inf, math.nan, -0.0]), np.append(Y, [1.0, math.nan, 0.0, 1.0, -math.inf])
    with np.errstate(all="ignore"):
        want = function(x, y)
        np.testing.assert_allclose(iris_cc.kernel(function)(x, y), want, rtol=1e-14)


@pytest.mark.usefixtures("in_steps")
def test_a_fault_ends_the_call() -> None:
    """Of two kinds of fault the first element's counts, whatever the step it is in."""

    def function(n, m):
        t = 0
        for i in range(3):
            t = t + n ** (m + i)
        return t + n**n

    kernel = iris_cc.kernel(function)
    n, m = np.arange(1, 9), np.arange(8) % 3
    assert np.array_equal(kernel(n, m), [function(a, b) for a, b in zip(n, m, strict=True)])
    with pytest.raises(ValueError, match="negative integer powers"):
        kernel(n, m - 2)
    assert "iris_steps(" in kernel.inspect_c("i8", "i8")


@pytest.mark.usefixtures("in_steps")
@pytest.mark.parametrize("last", [4, 2])
def test_loops_that_may_take_long_call_copies(last: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", "100")

    def function(x, y):
        n = 0
        while x * last < 50.0:
            x = x + np.exp(y)
            n = n + 1
        return n

    kernel = iris_cc.kernel(function)
    assert np.array_equal(kernel(X, Y * 0.5), [function(x, y * 0.5) for x, y in zip(X, Y, strict=True)])
    assert "iris_one_exp_f64(" in kernel.inspect_c("f8", "f8")
    with pytest.raises(RuntimeError, match="ME_DSL_WHILE_MAX_ITERS"):
        kernel(X, np.full_like(X, -800.0))


@pytest.mark.usefixtures("in_steps")
def test_index_symbols_in_steps() -> None:
    body = "a = x\n    for i in range(3):\n        a = a + _i0 * _i1 + i\n    return a - _n1"
    kernel = iris_cc.kernel(f"def f(x):\n    {body}")
    x = RANDOM.uniform(size=(5, 7))
    rows, columns = np.indices(x.shape)
    assert np.array_equal(kernel(x), x + rows * columns + 0 + rows * columns + 1 + rows * columns + 2 - 7)


def test_fewer_integers_fit() -> None:
    """Values of all widths have tiles of their own type."""

    def function(i, u, x):
        a = i + i
        b = u >> 1
        c = x * 2
        d = i > 3
        for k in range(300):
            a = a * 3 + k
            b = b ^ (b << 1)
            c = c * np.float32(0.5) + np.float32(1.0)
            d = d != (k > 5)
        return a, b, c, d

    i = np.arange(-50, 50, dtype=np.int16)
    u, x = np.arange(100, dtype=np.uint8), np.linspace(-3, 3, 100).astype(np.float32)
    kernel = iris_cc.kernel(function)
    fn = kernel.specialization(("i2", "u1", "f4"), 3).fn
    whole = units.run(units.compile_all([ufunc_unit(fn, form="whole")])[0], fn, i, u, x)
    got = units.run(units.compile_all([ufunc_unit(fn, form="steps")])[0], fn, i, u, x)
    with np.errstate(all="ignore"):
        python = list(zip(*(function(*row) for row in zip(i, u, x, strict=True)), strict=True))
    for have, other, law in zip(got, whole, python, strict=True):
        assert np.array_equal(have, other)
        assert np.array_equal(have, np.array(law))


def large(line: str, count: int) -> str:
    return "def f(x):\n" + "".join(f"    {line.format(i)}\n" for i in range(count)) + "    return x"


@pytest.mark.parametrize(
    ("line", "count", "want"),
    [
        ("x = sin(x) + {}", 300, lambda x, i: np.sin(x) + i),
        ("x = exp(log(x) * 0.5) ** 1.1 + {}", 60, lambda x, i: np.exp(np.log(x) * 0.5) ** 1.1 + i),
        ("x = x * 0.5 + {}.25", 2_000, lambda x, i: x * 0.5 + (i + 0.25)),
    ],
)
def test_a_large_kernel_is_compiled_within_seconds(
    line: str, count: int, want: Callable[[np.ndarray, int], np.ndarray]
) -> None:
    kernel = iris_cc.kernel(large(line, count))
    x = np.linspace(0.25, 2.0, 1000)
    begin = time.monotonic()
    got = kernel(x)
    assert time.monotonic() - begin < 30.0  # it took 4 to 35 s of an idle machine before; now a tenth of one
    assert kernel.explain(x).route == "compiled"
    expected = x
    for i in range(count):
        expected = want(expected, i)
    np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("line", "count", "want"),
    [
        ("x = x * 0.5 + {}.25", 8_000, lambda x, i: x * 0.5 + (i + 0.25)),
        ("x = sin(x) + {}", 8_000, lambda x, i: np.sin(x) + i),
        ("x = {} / (abs(x) + 2.5)", 8_000, lambda x, i: i / (abs(x) + 2.5)),
    ],
)
def test_the_largest_kernels_are_tables(
    line: str, count: int, want: Callable[[np.ndarray, int], np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The C of a kernel grows by a line for a step, and no step is long."""
    kernel = iris_cc.kernel(large(line, count))
    text = kernel.inspect_c("f8")
    assert len(text) < 150 * count + 100_000
    x = np.linspace(0.25, 2.0, 1000)
    monkeypatch.setenv("IRIS_CC_TIMEOUT", "20")  # it takes half a second of an idle machine
    expected = x
    for i in range(count):
        expected = want(expected, i)
    np.testing.assert_allclose(kernel(x), expected, rtol=1e-11)
    assert kernel.explain(x).route == "compiled"


def test_rows_have_constants_of_all_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weight, "MOST_WHOLE", 0)
    monkeypatch.setattr(split, "_HUGE", 0)
    monkeypatch.setattr(split, "_SHORT", 2)

    def function(i, u, x, y):
        i = i * 3 + 7
        u = (u ^ 5) + 250
        x = x * np.float32(0.1) + np.float32(np.inf)
        y = y * 1e-310 - 2.5
        return i, u, x, np.sin(y), x > y

    i, u = np.arange(-60, 60, dtype=np.int16), np.arange(120, dtype=np.uint8)
    x, y = np.linspace(-3, 3, 120).astype(np.float32), np.linspace(-1e300, 1e300, 120)
    kernel = iris_cc.kernel(function)
    assert "iris_orders(" in kernel.inspect_c("i2", "u1", "f4", "f8")
    with np.errstate(all="ignore"):
        rows = list(zip(*(function(*row) for row in zip(i, u, x, y, strict=True)), strict=True))
        got = kernel(i, u, x, y)
    for have, law in zip(got, rows, strict=True):
        np.testing.assert_allclose(have, np.array(law), rtol=1e-14)


@pytest.mark.parametrize("count", [100, 1_000])
def test_equal_steps_are_one_function(count: int) -> None:
    """The different functions of a unit do not grow with the number of calls."""
    text = iris_cc.kernel(large("x = sin(x) + {}", count)).inspect_c("f8")
    assert text.count("IRIS_OUTLINE void iris_step_") == 1
    assert text.count("IRIS_OUTLINE void iris_each_") == 1
    assert text.count("iris_each_sin_f64(begin, end") == count


def test_many_different_steps_fall_to_single_operations() -> None:
    signs = [("+-*"[i % 3], "*+-"[i // 3 % 3], "+-*"[i // 9 % 3], "+-*"[i // 27 % 3]) for i in range(400)]
    lines = "".join(f"    x = sin(x) {a} y {b} 3.0 {c} x / (y {d} 2.0)\n" for a, b, c, d in signs)
    text = iris_cc.kernel(f"def f(x, y):\n{lines}    return x").inspect_c("f8", "f8")
    assert text.count("IRIS_OUTLINE void iris_step_") < 80


def test_what_is_compiled_is_counted() -> None:
    def effort_of(text: str) -> int:
        kernel = iris_cc.kernel(text)
        spec = kernel.specialization(("f8",), 1)
        assert (form(spec.raw, spec.target) == "whole") == (effort(spec.raw, spec.target) <= weight.MOST_WHOLE)
        return effort(spec.raw, spec.target)

    plain, sines = effort_of(large("x = x * 2.0 + {}", 20)), effort_of(large("x = sin(x) + {}", 20))
    powers = effort_of(large("x = x ** 1.1 + {}", 20))
    assert plain < sines < powers
