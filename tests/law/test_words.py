"""Names beyond NumPy's: the functions of expression languages, and the methods of Python's integers; on every route."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import iris_cc
from tests import oracles

X = np.array([0.0, -0.0, 0.25, -0.5, 1.5, 2.0, -3.0, 1e16, 1e300, math.inf, -math.inf, math.nan])
UNARY: dict[str, Any] = {
    "absolute": np.absolute, "conj": np.conjugate, "real": np.real, "imag": lambda x: np.zeros_like(x),
    "square": np.square, "rint": np.rint, "exp10": lambda x: np.power(10.0, x), "ln": np.log,
}  # fmt: skip
BINARY = {
    "power": np.power, "remainder": np.remainder, "fmod": np.fmod, "hypot": np.hypot, "logaddexp": np.logaddexp,
    "minimum": np.minimum, "maximum": np.maximum, "copysign": np.copysign, "nextafter": np.nextafter,
    "arctan2": np.arctan2, "atan2": np.arctan2,
}  # fmt: skip
COUNTS = ("factorial", "arrangements", "combinations")


@pytest.fixture(params=["1", "0"], ids=["compiled", "interpreted"], autouse=True)
def _route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT", request.param)


def dsl(call: str, *params: str) -> iris_cc.Kernel:
    return iris_cc.kernel(f"def f({', '.join(params)}):\n    return {call}", fallback="silent")


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_names_of_one_operand(name: str, dtype: str) -> None:
    with np.errstate(all="ignore"):
        x = X.astype(dtype)
        want = np.asarray(UNARY[name](x))
        got = dsl(f"{name}(x)", "x")(x)
    assert got.dtype == want.dtype
    np.testing.assert_allclose(got, want, rtol=2 * np.finfo(dtype).eps)


@pytest.mark.parametrize("name", BINARY)
def test_names_of_two_operands(name: str) -> None:
    a, b = np.meshgrid(X, X)
    with np.errstate(all="ignore"):
        want = BINARY[name](a, b)
        got = dsl(f"{name}(a, b)", "a", "b")(a, b)
    np.testing.assert_allclose(got, want, rtol=4e-16)


@pytest.mark.parametrize("name", ["sinpi", "cospi"])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_multiples_of_pi(name: str, dtype: str) -> None:
    chance = np.random.default_rng(5)
    x = np.concatenate([X, np.arange(-9, 9, 0.25), chance.uniform(-1, 1, 300), chance.uniform(-1e4, 1e4, 300)])
    with np.errstate(all="ignore"):
        x = x.astype(dtype)
        got = dsl(f"{name}(x)", "x")(x)
    want = np.array([oracles.of_pi(name)(float(value)) for value in x]).astype(dtype)
    whole = want == np.rint(want)
    assert got.dtype == want.dtype
    assert got[whole].tobytes() == want[whole].tobytes()  # zeros with their signs, and extremes
    np.testing.assert_array_max_ulp(got[~np.isnan(want)], want[~np.isnan(want)], 1)
    assert np.isnan(got[np.isnan(want)]).all()


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_fused_multiply_add_rounds_once(dtype: str) -> None:
    chance = np.random.default_rng(6)
    a, b = chance.uniform(1, 2, (2, 400)).astype(dtype)
    c = -(a * b) * (1 + chance.integers(-2, 3, 400) * np.finfo(dtype).eps).astype(dtype)
    want = np.array(
        [oracles.rounded(oracles.fma(*map(float, row)), np.dtype(dtype)) for row in zip(a, b, c, strict=True)]
    )
    assert dsl("fma(a, b, c)", "a", "b", "c")(a, b, c).tobytes() == want.tobytes()


def test_a_weak_operand_gives_way_in_any_place() -> None:
    x = np.float32(2)
    assert dsl("fma(x, 2.0, 3)", "x")(x).dtype == dsl("fma(2.0, 3, x)", "x")(x).dtype == np.float32
    assert dsl("fma(x, y, 1.0)", "x", "y")(x, np.float64(1)).dtype == np.float64
    assert dsl("ncr(x, 2)", "x")(np.int8(5)) == 10.0


@pytest.mark.parametrize("call", ["fac(a)", "npr(a, b)", "ncr(a, b)"])
def test_counting(call: str) -> None:
    numbers = [*range(25), 33, 66, 67, 68, 2.9, -1, -0.5, 1e9, 2.0**63, 2.0**64, 1e300, math.inf, math.nan]
    a, b = (grid.ravel() for grid in np.meshgrid(numbers, numbers))
    row = COUNTS[["fac", "npr", "ncr"].index(call[:3])]
    operands = (a,) if row == "factorial" else (a, b)
    want = [oracles.BY_ROW[f"iris.{row}"](*map(float, values)) for values in zip(*operands, strict=True)]
    np.testing.assert_array_equal(dsl(call, *"ab"[: len(operands)])(*operands), want)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_ldexp(dtype: str) -> None:
    exponents = [*range(-2200, 2200, 7), -1074, -1073, -149, 127, 128, 1023, 1024, 2**62, -(2**62)]
    with np.errstate(all="ignore"):
        x, n = np.meshgrid(np.append(X, [1.75, 5e-324, 3e-45]).astype(dtype), exponents)
        want = np.ldexp(x, n)
        assert dsl("ldexp(x, n)", "x", "n")(x, n).tobytes() == want.tobytes()
        small = dsl("ldexp(x, n)", "x", "n")(x, n.astype("i1"))
    assert dsl("ldexp(x, 3)", "x")(x[:1]).dtype == small.dtype == x.dtype


def scaled(x, n):
    return math.ldexp(x, n) + np.ldexp(x, n)


def test_ldexp_of_python() -> None:
    assert iris_cc.kernel(scaled, fallback="silent")(np.array([1.5, -0.3]), np.array([-3, 80])).tolist() == [
        scaled(1.5, -3), scaled(-0.3, 80),
    ]  # fmt: skip


def ones(n):
    return n.bit_count()


def numpys_ones(n):
    return np.bitwise_count(n)


def length(n):
    return int(n).bit_length()


def of_variables(n):
    total = 0
    for i in range(-n, n):
        total += 3 * i.bit_length() + (i * i).bit_count() + True.bit_length() + (12).bit_count()
    return total


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
def test_bits_of_integers(dtype: str) -> None:
    info = np.iinfo(dtype)
    x = np.array([info.min, info.min + 1, info.max, info.max // 3, 0, 1, 5], dtype)
    got = iris_cc.kernel(ones, fallback="silent")(x)
    assert got.dtype == np.int64 and got.tolist() == [int(value).bit_count() for value in x]
    got = iris_cc.kernel(numpys_ones, fallback="silent")(x)
    assert got.dtype == np.uint8 and got.tolist() == np.bitwise_count(x).tolist()
    if dtype != "u8":
        assert iris_cc.kernel(length, fallback="silent")(x).tolist() == [int(value).bit_length() for value in x]


def test_bits_of_python_ints() -> None:
    n = np.arange(9)
    assert iris_cc.kernel(of_variables, fallback="silent")(n).tolist() == [of_variables(k) for k in range(9)]


def test_numpys_integers_have_no_bit_length() -> None:
    def wrong(n):
        return n.bit_length()

    with pytest.raises(iris_cc.CompileError, match=r"int64 has no `bit_length`[\s\S]*int\(x\)\.bit_length"):
        iris_cc.kernel(wrong, fallback="error")(np.arange(3))
