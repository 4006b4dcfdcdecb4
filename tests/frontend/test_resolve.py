"""What names mean: any alias of a known function, scopes as Python has them, captured values, helpers and kernels."""

from __future__ import annotations

import math
import types
from typing import Any

import numpy as np
import pytest

import iris_cc
from tests.frontend.texts import X, agrees, codes_of, function, message_of

BODY = "def kernel(x):\n    return {}\n"


@pytest.mark.parametrize(
    ("imports", "expression"),
    [
        ("from numpy import sqrt as s", "s(abs(x))"),
        ("import numpy", "numpy.sqrt(abs(x))"),
        ("import numpy as anything", "anything.floor(x) + anything.pi"),
        ("import numpy as np; sine = np.floor", "sine(x)"),
        ("from math import floor, pi as circle", "floor(x) + circle"),
        ("import math as m", "m.copysign(1.0, x) * m.inf"),
        ("from numpy import float32 as f, int8", "f(x) + int8(x)"),
        ("import builtins", "builtins.abs(x)"),
        ("from builtins import max as most", "most(x, 0.5)"),
        ("import numpy as np; where = np.where", "where(x > 0, x, -x)"),
        ("import numpy as np", "np.absolute(x) + np.abs(x)"),
    ],
)
def test_aliases(imports: str, expression: str) -> None:
    agrees(function(f"{imports}\n{BODY.format(expression)}"), X)


def test_a_module_of_the_users() -> None:
    tools = types.ModuleType("tools")
    tools.inner = types.ModuleType("tools.inner")  # type: ignore[attr-defined]
    tools.inner.SCALE = 2.5
    tools.inner.half = function("def half(x):\n    return x / 2\n", "half")
    agrees(function(BODY.format("tools.inner.half(x) * tools.inner.SCALE"), tools=tools), X)


@pytest.mark.parametrize("expression", ["np.random.normal(x)", "np.linalg.norm(x)", "np.sum(x)", "np.random.rand()"])
def test_functions_of_modules_without_a_scalar_meaning(expression: str) -> None:
    assert codes_of(function(f"import numpy as np\n{BODY.format(expression)}")) == ["E0203"]


def test_globals_shadow_builtins_and_the_words_of_the_dsl() -> None:
    triple = function("def triple(x):\n    return 3 * x\n", "triple")
    agrees(function(BODY.format("abs(x)"), abs=triple), X)
    agrees(function(BODY.format("sin(x)"), sin=triple), X)
    agrees(function(BODY.format("x * pi + e"), pi=3, e=np.int8(1)), X)
    agrees(function(BODY.format("abs(x) * max"), max=2), X)
    assert codes_of(function(BODY.format("abs(x)"), abs=3.0)) == ["E0203"]
    assert codes_of(function("def kernel(x):\n    for i in range(3):\n        x += i\n    return x\n", range=list)) == [
        "E0203"
    ]


def test_locals_shadow_everything() -> None:
    agrees(function("def kernel(x):\n    abs = x * 2\n    sin = abs + 1\n    return sin * abs\n"), X)
    agrees(function("def kernel(x):\n    pi = x\n    np = pi + 1\n    return np\n", np=np), X)
    assert codes_of(function("def kernel(abs):\n    return abs(abs)\n")) == ["E0203"]
    assert codes_of(function("def kernel(np):\n    return np.sin(np)\n", np=np)) != []
    assert codes_of(function("def kernel(range):\n    for i in range(3):\n        pass\n    return i\n")) == ["E0203"]


def test_bare_names_of_the_dsl_where_nothing_is_bound() -> None:
    kernel = iris_cc.kernel(function(BODY.format("where(x > 0, x, 0.0) + fmax(x, 1) + pi")), fallback="error")
    np.testing.assert_array_equal(kernel(X), np.where(X > 0, X, 0) + np.fmax(X, 1) + math.pi)


def test_closures() -> None:
    def outer(scale: float) -> Any:
        strong = np.float32(scale)

        def helper(x):
            return x * strong

        def kernel(x):
            return helper(x) + scale

        return kernel

    agrees(outer(0.1), X)
    single = X.astype("f4")
    assert iris_cc.kernel(outer(0.1))(single).dtype == np.float32
    assert iris_cc.kernel(outer(0.1))(X).dtype == np.float64


def test_a_cell_is_read_when_the_kernel_is_made() -> None:
    def outer() -> tuple[Any, Any]:
        def kernel(x):
            return x * later

        def set_later(value: float) -> None:
            nonlocal later  # type: ignore[misc]
            later = value

        later = 2.0
        return kernel, set_later

    plain, set_later = outer()
    kernel = iris_cc.kernel(plain)
    set_later(3.0)
    assert iris_cc.kernel(plain)(1.0) == 3.0
    assert kernel(1.0) in (2.0, 3.0)


def test_a_cell_without_a_value() -> None:
    def outer() -> Any:
        def kernel(x):
            return x * later

        yield kernel
        later = 1.0
        yield later

    assert codes_of(next(outer())) == ["E0201"]


@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "i2", "u4", "i8", "u8", "f4", "f8"])
def test_numpy_scalars_keep_their_type(dtype: str) -> None:
    constant = np.dtype(dtype).type(1)
    plain = function(BODY.format("x + CONSTANT"), CONSTANT=constant)
    for kind in ("i1", "u2", "f4", "f8"):
        x = np.array([1, 2, 3], kind)
        result = iris_cc.kernel(plain, fallback="error")(x)
        assert result.dtype == (x[0] + constant).dtype
        np.testing.assert_array_equal(result, [value + constant for value in x])


@pytest.mark.parametrize("constant", [1, True, 2.5, -(2**63)], ids=str)
def test_python_scalars_give_way(constant: Any) -> None:
    plain = function(BODY.format("x + CONSTANT"), CONSTANT=constant)
    for kind in ("f4", "f8"):
        x = np.array([1, 2, 3], kind)
        result = iris_cc.kernel(plain, fallback="error")(x)
        assert result.dtype == (x[0] + constant).dtype
        np.testing.assert_array_equal(result, [value + constant for value in x])


@pytest.mark.parametrize(
    "value",
    [None, "text", 2j, [None], np.array(1.0), np.float16(1), np.complex64(1), np.datetime64("2020"), 2**64, object()],
)
def test_captured_things_that_are_no_numbers(value: Any) -> None:
    (code,) = codes_of(function(BODY.format("x + VALUE"), VALUE=value))
    assert code in ("E0202", "E0107")


def test_classes_of_numbers_are_no_numbers() -> None:
    class Number(float):
        pass

    assert codes_of(function(BODY.format("x + VALUE"), VALUE=Number(1))) == ["E0202"]


def test_a_kernel_in_a_kernel() -> None:
    inner = iris_cc.kernel(function("def inner(x, k=2):\n    return x * k, x + k\n", "inner"))
    plain = function(
        "def kernel(x):\n    a, b = inner(x)\n    c, d = inner(x, k=5)\n    return a + b * c - d\n", inner=inner
    )
    wanted = [(2 * x) + (x + 2) * (5 * x) - (x + 5) for x in X]
    np.testing.assert_array_equal(iris_cc.kernel(plain, fallback="error")(X), wanted)


def test_a_kernels_result_is_strong_where_a_functions_is_not() -> None:
    """`inner(1)` is an int for a plain function and an int64 for a kernel, as calling them says."""
    one = function("def one(x):\n    return 1\n", "one")
    weak = function("def kernel(x):\n    return x + one(x)\n", one=one)
    strong = function("def kernel(x):\n    return x + one(x)\n", one=iris_cc.kernel(one))
    x = np.array([1, 2], "i1")
    assert iris_cc.kernel(weak, fallback="error")(x).dtype == np.int8
    assert iris_cc.kernel(strong, fallback="silent")(x).dtype == np.int64


def test_a_kernel_of_dsl_text_in_a_kernel() -> None:
    inner = iris_cc.kernel("def inner(x):\n    return x * 2\n")
    plain = function("def kernel(x):\n    return inner(x) + 1\n", inner=inner)
    np.testing.assert_array_equal(iris_cc.kernel(plain, fallback="silent")(X), X * 2 + 1)


def test_recursion() -> None:
    plain = function("def kernel(n):\n    return 1 if n < 2 else n * kernel(n - 1)\n")
    assert codes_of(plain) == ["E0205"]
    assert "calls itself" in message_of(plain)
    kernel = iris_cc.kernel(plain, fallback="silent")
    np.testing.assert_array_equal(kernel(np.arange(6)), [math.factorial(n) if n else 1 for n in range(6)])


def test_mutual_recursion() -> None:
    text = (
        "def even(n):\n    return True if n == 0 else odd(n - 1)\n\n\n"
        "def odd(n):\n    return False if n == 0 else even(n - 1)\n\n\n"
        "def kernel(n):\n    return even(n)\n"
    )
    plain = function(text)
    assert codes_of(plain) == ["E0205"]
    np.testing.assert_array_equal(
        iris_cc.kernel(plain, fallback="silent")(np.arange(5)), [True, False, True, False, True]
    )


def test_a_helper_of_a_helper_sees_its_own_globals() -> None:
    inner = function("K = 10\ndef inner(x):\n    return x * K\n", "inner")
    agrees(function("K = 2\ndef kernel(x):\n    return inner(x) + K\n", inner=inner), X)


def test_helpers_with_the_same_name() -> None:
    one = function("def f(x):\n    return x + 1\n", "f")
    two = function("def f(x):\n    return g(x) * 2\n", "f", g=one)
    agrees(function("def kernel(x):\n    return f(x) + g(x)\n", f=two, g=one), X)


@pytest.mark.parametrize(
    ("signature", "call"),
    [
        ("a, b=2", "f(x)"),
        ("a, b=2", "f(b=x, a=1)"),
        ("a, b=2", "f(x, b=3)"),
        ("a, /, b", "f(x, b=3)"),
        ("a=1, b=2", "f(b=x)"),
        ("a: int, b: 'text' = 2", "f(x)"),
    ],
)
def test_calls_of_helpers(signature: str, call: str) -> None:
    agrees(function(f"def f({signature}):\n    return a * 10 + b\n\n\n{BODY.format(call)}"), X)


@pytest.mark.parametrize("call", ["f()", "f(x, 1, 2)", "f(x, a=1)", "f(x, c=1)", "f(*x)", "f(**x)"])
def test_wrong_calls_of_helpers(call: str) -> None:
    assert set(codes_of(function(f"def f(a, b=2):\n    return a * 10 + b\n\n\n{BODY.format(call)}"))) == {"E0204"}


def test_arguments_are_evaluated_once_and_in_order() -> None:
    agrees(function(f"def f(a, b):\n    return a * a + b\n\n\n{BODY.format('f((y := x + 1), (y := y * 2)) + y')}"), X)
    agrees(function(f"def f(a, b):\n    return a - b\n\n\n{BODY.format('f(b=(y := x + 1), a=(y := y * 2)) + y')}"), X)


def test_defaults_are_the_values_python_has() -> None:
    agrees(function("K = 5\ndef f(a, b=K * 2):\n    return a + b\nK = 7\ndef kernel(x):\n    return f(x) * K\n"), X)
    assert codes_of("def kernel(x, k=undefined):\n    return x * k\n") != []


@pytest.mark.parametrize("text", ["inf", "-inf", "nan", "1e3", " 2.5 "])
def test_float_of_a_literal_text(text: str) -> None:
    agrees(function(BODY.format(f"x + float({text!r})")), X)
    assert codes_of(function(BODY.format("x + float('abc')"))) != []
