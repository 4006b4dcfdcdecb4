"""Modes that let the compiler reassociate and fuse, and flags of the user's that do: what they may not change.

Elementary functions of ours add what the rounding of a sum lost, and conversions of 64-bit integers lean on one
rounding; a compiler that takes either for nothing gives nonsense, not a last digit.  NumPy is the oracle.
"""

from __future__ import annotations

import linecache
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import iris_cc
from iris_cc.target import Fp

pytestmark = pytest.mark.needs_cc

UNARY = (
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "arcsin", "arccos", "arctan"),
    *("sinh", "cosh", "tanh", "arcsinh", "arctanh", "cbrt"),
)
FAST_FLAGS = ("-ffast-math", "-Ofast", "-funsafe-math-optimizations", "-fassociative-math -fno-signed-zeros")


def made(text: str, name: str) -> Callable[..., Any]:
    scope: dict[str, Any] = {"np": np}
    file = f"<fp mode {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    exec(compile(text, file, "exec"), scope)
    return scope["kernel"]


def near(got: np.ndarray, wanted: np.ndarray, ulp: float) -> None:
    """Equal but for `ulp` units in the last place of `got`'s type; `wanted` may be wider."""
    assert np.all(np.abs(got.astype("f8") - wanted) <= ulp * np.spacing(np.abs(wanted.astype(got.dtype))).astype("f8"))


@pytest.mark.parametrize("fp", ["contract", "fast"])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_elementary_functions(fp: Fp, dtype: str) -> None:
    """All functions in one kernel, each seen through its own result."""
    lines = "".join(f"    r{k} = np.{name}(x)\n" for k, name in enumerate(UNARY))
    results = ", ".join(f"r{k}" for k in range(len(UNARY)))
    function = made(f"def kernel(x):\n{lines}    return {results}\n", f"all {fp} {dtype}")
    x = np.random.default_rng(5).uniform(0.01, 0.99, 333).astype(dtype)
    got = iris_cc.kernel(function, fp=fp)(x)
    for name, values in zip(UNARY, got, strict=True):
        near(values, getattr(np, name)(x.astype("f8")), 2.0 if dtype == "f4" else 6.0)  # glibc's own share of it


@pytest.mark.parametrize("fp", ["strict", "contract", "fast"])
def test_integers_to_double(fp: Fp) -> None:
    """On vectors, in lanes and back; every value is exact in a double."""
    plain = made("def kernel(n):\n    return n * 0.5, np.int64(n * 1.0) + 1\n", f"plain {fp}")
    lanes = made(
        "def kernel(n):\n    t = 0.0\n    while n > 1:\n        t = t + n * 0.5\n        n = n - 3\n    return t\n",
        f"lanes {fp}",
    )
    n = np.concatenate([np.arange(-50, 50), 1 << np.arange(50), -(1 << np.arange(50))])
    halves, back = iris_cc.kernel(plain, fp=fp)(n)
    np.testing.assert_array_equal(halves, n / 2)
    np.testing.assert_array_equal(back, n + 1)
    small = np.arange(60)
    np.testing.assert_array_equal(iris_cc.kernel(lanes, fp=fp)(small), [float(lanes(each)) for each in small])


@pytest.mark.parametrize("variable", ["ME_DSL_JIT_CFLAGS", "CC"])
@pytest.mark.parametrize("flags", FAST_FLAGS)
def test_flags_of_the_user_leave_strict_kernels_strict(
    flags: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, flags if variable != "CC" else f"{os.environ.get('CC', 'cc')} {flags}")
    text = "def kernel(x, y):\n    return (x + y) - y, x * y + x, np.exp2(x), np.tanh(x)\n"
    function = made(text, f"user {flags}")
    rng = np.random.default_rng(7)
    x, y = rng.uniform(-1, 1, 500), rng.uniform(-1e6, 1e6, 500)
    kernel = iris_cc.kernel(function)
    assert kernel.compile("f8", "f8").route == "compiled"
    cancelled, fused, power, tanh = kernel(x, y)
    np.testing.assert_array_equal(cancelled, (x + y) - y)
    np.testing.assert_array_equal(fused, x * y + x)
    near(power, np.exp2(x), 2.0)
    near(tanh, np.tanh(x), 4.0)
    tiny = np.full(8, 1e-310)
    np.testing.assert_array_equal(np.add(tiny, tiny), tiny * 2)  # subnormals of the process are what they were
    assert np.all(np.add(tiny, tiny) > 0)
