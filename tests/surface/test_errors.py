"""What goes wrong in calls, and what the user is told: arguments, types, limits, faults."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import iris_cc
from tests.surface.kernels import add, blend, make, polar

X = np.array([0.5, -1.0, 2.0, 8.0])


@pytest.fixture(params=["compiled", "interpreted"])
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each test of a fault runs on both routes; without a compiler both are the interpreter."""
    if request.param == "interpreted":
        monkeypatch.setenv("ME_DSL_JIT", "0")
    return str(request.param)


# -- arguments ---------------------------------------------------------------------------------------------------------


def message(function: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(TypeError) as caught:
        function(*args, **kwargs)
    return str(caught.value)


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((), {}),
        ((X,), {}),
        ((), {"y": X}),
        ((X,), {"x": X}),
        ((X, X), {"z": 1}),
        ((X, X), {"t": 1, "u": 2}),
        ((), {"t": 1}),
    ],
)
def test_arguments_fail_as_pythons_do(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    assert message(make(blend), *args, **kwargs) == message(blend, *args, **kwargs)


def test_arguments_fail_alike_on_first_and_later_calls() -> None:
    kernel = make(blend)
    first = message(kernel, X)
    for _ in range(3):
        kernel(X, X)
        assert message(kernel, X) == first
        assert message(kernel, X, X, q=1) == message(blend, X, X, q=1)
        assert message(kernel, X, X, x=1) == message(blend, X, X, x=1)


def test_too_many_arguments() -> None:
    kernel = make(add)
    with pytest.raises(TypeError):
        kernel(X, X, X.copy(), X.copy())
    with pytest.raises(TypeError):
        kernel(X, X, X.copy(), out=X.copy())
    with pytest.raises((TypeError, ValueError)):
        make(polar)(X, X, out=(X.copy(),))


def test_a_python_int_beyond_64_bits() -> None:
    kernel = make(add)
    for value in (2**64, -(2**63) - 1, 10**40):
        with pytest.raises(OverflowError, match="too large"):
            kernel(value, 1)
        with pytest.raises(OverflowError, match="too large"):
            kernel(X, y=value)
    assert kernel(2**63 - 1, 0) == 2**63 - 1 and kernel(-(2**63), 0) == -(2**63)
    assert kernel(2**63, 1) == 2**63 + 1 and kernel(np.uint64(1), 2**64 - 2) == 2**64 - 1
    with pytest.raises(OverflowError):
        kernel(np.arange(3), 2**63)
    assert kernel(np.uint64(2**64 - 1), np.uint64(0)) == 2**64 - 1


# -- types -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.array([1, 2], object), "object"),
        (np.array(["a", "b"]), ""),
        (np.array([b"a"]), ""),
        (np.array([1j]), "complex128"),
        (np.array([1], "f2"), "float16"),
        (np.array(["2020-01-01"], "M8[D]"), "datetime64"),
        (np.array([1], "m8[s]"), "timedelta64"),
        (np.array([1], np.longdouble), "float128"),
        (np.array([(1, 2)], "i4,i4"), ""),
        (1j, "complex128"),
        ("text", ""),
        (None, "object"),
    ],
    ids=lambda value: str(getattr(value, "dtype", value)),
)
def test_types_no_kernel_takes(value: Any, shown: str) -> None:
    if shown == "float128" and np.dtype(np.longdouble).itemsize == 8:
        pytest.skip("long double is double here")
    kernel = iris_cc.kernel(add, fallback="error")
    with pytest.raises(TypeError) as caught:
        kernel(value, 1.0)
    assert shown in str(caught.value) and "E0403" in str(caught.value)
    with pytest.raises(TypeError):
        kernel(X, value)


@pytest.mark.needs_cc
def test_float16_results_are_refused() -> None:
    def wave(x):
        return np.sin(x)

    kernel = iris_cc.kernel(wave, fallback="error")
    with pytest.raises(TypeError, match="E0402"):
        kernel(np.array([1], "i1"))
    assert kernel(np.array([1.0], "f4")).dtype == np.float32


# -- faults ------------------------------------------------------------------------------------------------------------


def summed(n, step):
    total = 0
    for i in range(0, n, step):
        total += i
    return total


def powered(x, n):
    return x**n


def endless(x):
    while x > 0:
        x = x + 1.0
    return x


def test_range_with_step_zero(route: str) -> None:
    kernel = make(summed)
    steps = np.array([1, 2, 0, 3])
    with pytest.raises(ValueError, match="zero"):
        kernel(10, steps)
    np.testing.assert_array_equal(kernel(10, steps[:2]), [45, 20])
    with pytest.raises(ValueError, match="zero"):
        kernel(0, 0)

    def literal(x):
        for i in range(0, 3, 0):
            x += i
        return x

    with pytest.raises(ValueError, match="zero"):
        make(literal)(X)


def test_range_with_step_zero_on_a_path_no_element_takes(route: str) -> None:
    def guarded(n, step):
        total = 0
        if step != 0:
            for i in range(0, n, step):
                total += i
        return total

    np.testing.assert_array_equal(make(guarded)(10, np.array([1, 0, 2])), [45, 0, 20])


@pytest.mark.parametrize("dtype", ["i1", "i4", "i8"])
def test_int_to_a_negative_power(dtype: str, route: str) -> None:
    kernel = make(powered)
    n = np.array([2, -1], dtype)
    with pytest.raises(ValueError, match=r"[Ii]ntegers to negative integer powers"):
        kernel(np.array([3, 3], dtype), n)
    np.testing.assert_array_equal(kernel(np.array([3, 3], dtype), abs(n)), [9, 3])
    np.testing.assert_array_equal(kernel(np.array([2.0, 4.0]), n), [4.0, 0.25])


def test_a_fault_in_a_large_array(route: str) -> None:
    n = np.full(100_000, 2)
    kernel = make(powered)
    np.testing.assert_array_equal(kernel(n, n), 4)
    n[70_000] = -1
    with pytest.raises(ValueError, match="negative integer powers"):
        kernel(np.full(100_000, 2), n)
    n[70_000] = 3
    assert kernel(np.full(100_000, 2), n)[70_000] == 8


def test_the_limit_of_while(route: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def count(n):
        k = 0
        while k < n:
            k += 1
        return k

    kernel = make(count)
    np.testing.assert_array_equal(kernel(np.array([10, 2000])), [10, 2000])
    monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", "1000")
    np.testing.assert_array_equal(kernel(np.array([10, 999])), [10, 999])
    for value in (2000, np.array([1, 2000]), np.array([1001])):
        with pytest.raises(RuntimeError, match="while"):
            kernel(value)
    np.testing.assert_array_equal(kernel(np.array([1000])), [1000])
    monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", "0")  # no limit
    np.testing.assert_array_equal(kernel(np.array([10, 2000])), [10, 2000])
    monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", "nonsense")
    np.testing.assert_array_equal(kernel(np.array([10, 2000])), [10, 2000])
    monkeypatch.delenv("ME_DSL_WHILE_MAX_ITERS")
    np.testing.assert_array_equal(kernel(np.array([10, 2000])), [10, 2000])
    with pytest.raises(ValueError):
        summed_steps = make(summed)
        summed_steps(3, 0)


def test_the_limit_is_set_before_the_first_call(route: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", "100")
    kernel = make(endless)
    with pytest.raises(RuntimeError, match="while"):
        kernel(X)
    np.testing.assert_array_equal(kernel(-X[:1]), -X[:1])
    monkeypatch.delenv("ME_DSL_WHILE_MAX_ITERS")

    def count(n):
        k = 0
        while k < n:
            k += 1
        return k

    assert make(count)(5000) == 5000


def test_the_limit_counts_one_loop_of_one_element(route: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", "50")

    def nested(n):
        total = 0
        for _ in range(20):
            k = 0
            while k < n:
                k += 1
                total += 1
        return total

    np.testing.assert_array_equal(make(nested)(np.array([40] * 10)), [800] * 10)


# -- operands ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [17, 31, 32, 33, 40, 63])
def test_many_parameters(count: int) -> None:
    names = [f"p{i}" for i in range(count)]
    defaults = [f"{name}={i}" if i > count // 2 else name for i, name in enumerate(names)]
    terms = [f"{name} * {i + 1}" for i, name in enumerate(names)]
    text = f"def many({', '.join(defaults)}):\n    return {' + '.join(terms)}\n"
    kernel = iris_cc.kernel(text, fallback="silent")
    given = [X + i for i in range(count // 2 + 1)]
    wanted = sum(value * (i + 1) for i, value in enumerate([*given, *range(count // 2 + 1, count)]))
    for _ in range(3):
        np.testing.assert_array_equal(kernel(*given), wanted)
    np.testing.assert_array_equal(kernel(**dict(zip(names, given))), wanted)
    last = wanted - (count - 1) * count + 2.5 * count
    np.testing.assert_array_equal(kernel(*given, **{names[-1]: 2.5}), last)


def test_more_operands_than_a_ufunc_has() -> None:
    names = ", ".join(f"p{i}" for i in range(64))
    with pytest.raises(iris_cc.CompileError, match="E0111"):
        iris_cc.kernel(f"def many({names}):\n    return p0\n")


# -- options -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"fp": "loose"},
        {"math": "wrong"},
        {"fallback": "quiet"},
        {"threads": 0},
        {"threads": -1},
        {"threads": 1.5},
        {"threads": True},
    ],
)
def test_options_are_checked(options: dict[str, Any]) -> None:
    (name,) = options
    with pytest.raises(ValueError, match=name):
        iris_cc.kernel(add, **options)


def test_unknown_options() -> None:
    with pytest.raises(TypeError):
        iris_cc.kernel(add, speed="high")


@pytest.mark.parametrize(
    "options", [{"fp": "strict"}, {"fp": "contract"}, {"fp": "fast"}, {"math": "libm"}, {"threads": 2}]
)
def test_options_change_no_exact_answer(options: dict[str, Any]) -> None:
    np.testing.assert_array_equal(make(add, **options)(X, X), X + X)


def test_types_in_a_look_inside() -> None:
    kernel = make(blend)
    assert "f64" in kernel.inspect_ir("f8", np.float32)
    assert kernel.inspect_ir("f8", "f4", float) == kernel.inspect_ir("f8", "f4")
    for types in (("f8",), ("f8", "f8", "f8", "f8")):
        with pytest.raises(TypeError, match="argument types"):
            kernel.inspect_ir(*types)
    with pytest.raises(TypeError, match="E0403"):
        kernel.inspect_c("f8", "c16")
    with pytest.raises(TypeError, match="E0403"):
        kernel.inspect_c("f8", "nonsense")


def test_no_warnings_where_all_is_well() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", iris_cc.FallbackWarning)
        kernel = iris_cc.kernel(add)
        kernel(X, X)
        kernel.explain(X, X)
        kernel.inspect_c("f4", "f4")


def strict(x, /, y=1):
    return x + y


def test_positional_only_parameters() -> None:
    assert make(strict)(1.0, y=2) == 3.0
    assert message(make(strict), x=1.0) == message(strict, x=1.0)
    assert message(make(strict), x=1.0, y=2) == message(strict, x=1.0, y=2)


def test_a_limit_seen_once_does_not_stay(route: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def count_up(n):
        k = 0
        while k < n:
            k += 1
        return k

    kernel = make(count_up)
    monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", "10")
    assert kernel.ufunc(np.int64(5)) == 5
    monkeypatch.delenv("ME_DSL_WHILE_MAX_ITERS")
    assert kernel.ufunc(np.int64(20)) == 20
    assert make(count_up)(np.int64(20)) == 20


@pytest.mark.needs_cc
def test_a_row_ends_at_its_first_endless_loop() -> None:
    """Ten million rounds take a second or less; in each of a million elements they would take hours."""
    for text in (
        "def f(x):\n    n = 0\n    while x < 1.0:\n        n += 1\n    return n",
        "def f(x):\n    n = 0\n    while x < 1.0:\n        for i in range(2):\n            n += i\n    return n",
        "def f(x):\n    n = _i0\n    while x < 1.0:\n        n += 1\n    return n",
    ):
        endless = iris_cc.kernel(text)
        for x in (np.zeros(1_000_000), np.zeros((1_000, 1_000))[:, ::2], np.zeros(3)):
            with pytest.raises(RuntimeError, match="ME_DSL_WHILE_MAX_ITERS"):
                endless(x)
        with pytest.raises(RuntimeError, match="ME_DSL_WHILE_MAX_ITERS"):
            endless(0.0, shape=(5,)) if "_i0" in text else endless(0.0)
