"""Arguments far from zero among near ones: where an element stands, and what stands beside it, changes no bit of it.

Trigonometric functions go by tiles, with variants that are right near zero only; NumPy is the oracle for the values,
and a call on the element alone for the bits.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import iris_cc

pytestmark = pytest.mark.needs_cc  # the interpreter has NumPy's bits, and NumPy's depend on the place of an element

FAR = (2.0**28, 2.0**30 + 1, -1e10, 1e22, -1.7e38, 65536.0, -70000.0, np.inf, -np.inf, np.nan)
LENGTHS = (2, 3, 7, 64, 511, 512, 513, 1030)


def made(text: str) -> Callable[..., Any]:
    scope: dict[str, Any] = {"np": np}
    file = f"<far {hash(text)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    exec(compile(text, file, "exec"), scope)
    return scope["kernel"]


def mixed(length: int, dtype: str, seed: int) -> np.ndarray:
    """Mostly near, with far arguments in a few places, the first and the last among them."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-20, 20, length)
    for place in {0, length - 1, *rng.integers(0, length, length // 100)}:
        x[place] = FAR[int(rng.integers(len(FAR)))]
    return x.astype(dtype)


def same_bits(got: np.ndarray, wanted: np.ndarray) -> None:
    np.testing.assert_array_equal(got, wanted)  # nan for nan
    np.testing.assert_array_equal(np.signbit(got[got == 0]), np.signbit(wanted[wanted == 0]))


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_values_and_bits(name: str, dtype: str) -> None:
    kernel = iris_cc.kernel(made(f"def kernel(x):\n    return np.{name}(x)\n"))
    for length in LENGTHS:
        x = mixed(length, dtype, length)
        got = kernel(x)
        with np.errstate(invalid="ignore"):
            exact = getattr(np, name)(x.astype("f8")).astype(dtype)
        off = np.abs(got - exact) > 2 * np.spacing(np.abs(exact))  # our ULP and NumPy's
        assert not off.any(), (x[off], got[off], exact[off])
        alone = np.array([kernel(each) for each in x], dtype)
        same_bits(got, alone)
        same_bits(kernel(np.repeat(x, 3)[::3]), alone)  # strided
        same_bits(kernel(x[::-1])[::-1], alone)
        place = x.copy()
        kernel(place, out=place)  # a tile that is computed again finds its arguments
        same_bits(place, alone)
        same_bits(kernel(x, out=np.zeros(2 * length, dtype)[::2]), alone)


@pytest.mark.parametrize("length", LENGTHS)
def test_several_operands_results_and_types(length: int) -> None:
    """Far arguments of either type; both results may be operands."""
    text = "def kernel(x, y):\n    return np.sin(x) * y + np.cos(y), np.tan(y) - np.float32(2) * y\n"
    kernel = iris_cc.kernel(made(text))
    x, y = mixed(length, "f8", length), mixed(length, "f4", length + 1)
    alone = [np.array(column) for column in zip(*(kernel(a, b) for a, b in zip(x, y, strict=True)), strict=True)]
    for got, wanted in zip(kernel(x, y), alone, strict=True):
        same_bits(got, wanted)
    first, second = x.copy(), y.copy()
    kernel(first, second, out=(first, second))
    same_bits(first, alone[0])
    same_bits(second, alone[1])


def test_faults_of_near_nonsense_do_not_count() -> None:
    """What the near variant makes of a far argument may be a negative power; only the truth counts."""
    text = "def kernel(x, n):\n    return n ** np.int64(np.floor(np.sin(x) * 0.0) + 2.0)\n"
    kernel = iris_cc.kernel(made(text))
    x = np.where(np.arange(700) % 50 == 0, 1e22, 1.0)
    np.testing.assert_array_equal(kernel(x, np.arange(700)), np.arange(700) ** 2)
    with pytest.raises(ValueError, match="negative"):
        iris_cc.kernel(made(text.replace("+ 2.0", "- 2.0")))(x, np.arange(700))


def test_reductions_and_positions() -> None:
    """Overlapping rows go one by one; index kernels by rows."""
    fold = iris_cc.kernel(made("def kernel(a, b):\n    return np.sin(a) + b\n"))
    x = mixed(50, "f8", 3)
    x[~np.isfinite(x)] = 1e20
    total = x[0]
    for each in x[1:]:
        total = fold(total, each)
    assert fold.reduce(x) == total
    indexed = iris_cc.kernel(made("def kernel(a):\n    return np.sin(a * _i1) + _i0\n"))
    grid = np.full((3, 700), 1.0)
    grid[1, 5] = 1e300
    got = indexed(grid)
    wanted = np.sin(grid * np.arange(700)) + np.arange(3)[:, None]
    np.testing.assert_allclose(got, wanted, rtol=0, atol=4e-16)
