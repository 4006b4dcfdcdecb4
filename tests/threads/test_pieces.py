"""Rows and spaces in pieces: cut anywhere, in any order, the bits are those of the whole; what overlaps is not cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import iris_cc
from tests.threads.cutting import cutting

pytestmark = pytest.mark.needs_cc

N = 100_000


def axpy(a, x):
    return a * x + 1.0


def branches(x, y):
    return x / y if x > y else y - x


def collatz(n):
    steps = 0
    while n > 1:
        n = 3 * n + 1 if n % 2 else n // 2
        steps += 1
    return steps


def escape(cr, ci):
    x = y = 0.0
    for i in range(60):
        if x * x + y * y > 4.0:
            return i
        x, y = x * x - y * y + cr, 2.0 * x * y + ci
    return 60


def both(x, y):
    return x + y, x > y


def large(x, y):
    for _ in range(3):
        x = x * y + 0.5
        y = y * x - x / (y + 3.0) + (x - y) * (x + y) * 0.125
    return x - y


def floats(count: int = N, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(count)


def compiled(function: Callable[..., Any] | str, *args: Any, **options: Any) -> iris_cc.Kernel:
    kernel = iris_cc.kernel(function, fallback="error", **options)
    kernel(*args)
    return kernel


def assert_same_bits(left: Any, right: Any) -> None:
    if isinstance(left, tuple):
        for one, other in zip(left, right, strict=True):
            assert_same_bits(one, other)
        return
    assert left.dtype == right.dtype and left.shape == right.shape
    assert left.tobytes() == right.tobytes()


LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "contiguous": lambda x: x,
    "strided": lambda x: np.repeat(x, 3)[::3],
    "reversed": lambda x: x[::-1],
    "odd length": lambda x: x[:-7],
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("options", [{}, {"fp": "contract"}, {"fp": "fast"}], ids=str)
@pytest.mark.parametrize("function", [axpy, branches, both, large, escape])
def test_cut_rows_have_the_same_bits(function: Any, options: dict[str, Any], layout: str) -> None:
    x, y = (LAYOUTS[layout](floats(seed=seed)) for seed in (1, 2))
    kernel = compiled(function, x[:5], y[:5], **options)
    wanted = kernel(x, y)
    with cutting(kernel) as cuts:
        assert_same_bits(kernel(x, y), wanted)
        assert cuts.rows == 1 and cuts.pieces > 1


def test_a_while_loop() -> None:
    n = np.arange(N) + 1
    kernel = compiled(collatz, n[:5])
    wanted = kernel(n)
    with cutting(kernel) as cuts:
        assert_same_bits(kernel(n), wanted)
        assert cuts.pieces > 10


def test_small_types_and_casts() -> None:
    kernel = compiled(axpy, np.int8(1), np.float32(1))
    a, x = (floats() * 50).astype("i1"), floats(seed=2).astype("f4")
    wanted = kernel(a, x)
    with cutting(kernel) as cuts:
        assert_same_bits(kernel(a, x), wanted)
        assert cuts.rows == 1


def test_scalars_are_broadcast_to_every_piece() -> None:
    x = floats()
    kernel = compiled(axpy, x[:5], x[:5])
    for args in ((x[:1], x), (x, x[3:4])):
        wanted = kernel(*args)
        with cutting(kernel) as cuts:
            assert_same_bits(kernel(*args), wanted)
            assert cuts.rows == 1


def test_a_ufunc_goes_row_by_row() -> None:
    left, right = floats(3 * N).reshape(3, N), floats()
    kernel = compiled(axpy, right[:5], right[:5])
    wanted = kernel(left, right)
    with cutting(kernel) as cuts:
        assert_same_bits(kernel.ufunc(left, right), wanted)
        assert cuts.rows == 3
        cuts.clear()
        kernel.ufunc(left[:, :100], right[:100])
        assert cuts.rows == 0


def test_in_place() -> None:
    x, y = floats(), floats(seed=2)
    kernel = compiled(axpy, x[:5], y[:5])
    wanted = kernel(x, y)
    with cutting(kernel) as cuts:
        kernel(x, y, out=y)
        assert_same_bits(y, wanted)
        assert cuts.rows == 1


def test_masked() -> None:
    x, mask = floats(), np.ones(N, bool)
    mask[N // 2] = False
    kernel = compiled(axpy, x[:5], x[:5])
    wanted = kernel(x, x, where=mask, out=np.zeros(N))
    with cutting(kernel):
        assert_same_bits(kernel(x, x, where=mask, out=np.zeros(N)), wanted)


def test_reductions_and_accumulations_are_not_cut() -> None:
    x = floats() * 0.01
    kernel = compiled(axpy, x[:5], x[:5])
    wanted = kernel.reduce(x), kernel.accumulate(x), kernel.reduce(np.tile(x, (2, 1)), axis=1)
    with cutting(kernel) as cuts:
        assert (kernel.reduce(x), 0) == (wanted[0], cuts.rows)
        assert_same_bits(kernel.accumulate(x), wanted[1])
        assert_same_bits(kernel.reduce(np.tile(x, (2, 1)), axis=1), wanted[2])
        assert cuts.rows == 0
        by_column = np.tile(x, (3, 1))
        one_row_after_the_other = kernel.ufunc.reduce(by_column, axis=0)
        if np.lib.NumpyVersion(np.__version__) >= "2.3.0":  # before, NumPy went block by block
            assert cuts.rows > 0  # each step of it is a row of its own
    assert_same_bits(kernel.ufunc.reduce(by_column, axis=0), one_row_after_the_other)


def test_results_on_one_place_are_not_cut() -> None:
    x = floats()
    kernel = compiled(axpy, x[:5], x[:5])
    place = np.zeros(1)
    everywhere = np.lib.stride_tricks.as_strided(place, (N,), (0,))
    with cutting(kernel) as cuts:
        kernel(x, x, out=everywhere)
        assert cuts.rows == 0
    assert place[0] == x[-1] * x[-1] + 1.0


def test_every_fault_is_raised() -> None:
    kernel = compiled("def power(x, n): return x ** n", 2, 3)
    kernel(np.arange(5), np.arange(5))
    x = np.full(N, 2)
    for place in (0, N // 2, N - 1):
        n = np.zeros(N, int)
        n[place] = -1
        with cutting(kernel) as cuts, pytest.raises(ValueError, match="negative integer powers"):
            kernel(x, n)
        assert cuts.rows == 1


def test_a_limit_is_in_the_unit() -> None:
    x = floats()
    kernel = compiled(axpy, x[:5], x[:5], threads=3)
    with cutting(kernel) as cuts:
        kernel(x, x)
        assert cuts.most == 3
    alone = compiled(axpy, x[:5], x[:5], threads=1)
    assert "iris_parallel" not in alone.inspect_c("f8", "f8")
    with cutting(alone) as cuts:
        assert_same_bits(alone(x, x), kernel(x, x))
        assert cuts.rows == 0
    assert alone.explain(x, x).key != kernel.explain(x, x).key != compiled(axpy, x[:5], x[:5]).explain(x, x).key


def test_a_limit_beyond_all_numbers() -> None:
    x = floats()
    kernel = compiled(axpy, x[:5], x[:5], threads=(1 << 64) + 1)
    with cutting(kernel) as cuts:
        kernel(x, x)
        assert cuts.most == 1 << 20


def test_short_rows_are_not_asked_for() -> None:
    x = floats(2000)
    kernel = compiled(axpy, x[:5], x[:5])
    with cutting(kernel) as cuts:
        kernel(x, x)
        assert cuts.rows == 0


# -- spaces --


def indexed(x):
    return x * _i0 + _i1 * 3 - _i2 + _flat_idx + _n0 - _n1 + _n2 * _ndim  # noqa: F821


SHAPES = [
    *((N,), (300, 400), (3, N // 2), (N // 2, 3)),
    *((100, 40, 50), (2, 3, N // 4), (2, N // 4, 3), (1, 1, N), (7, 130, 90), (60, 2000), (1, 30, 3000)),
]


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_spaces_are_cut_along_one_axis(shape: tuple[int, ...], order: Any) -> None:
    x = np.asarray(floats(int(np.prod(shape))).reshape(shape), order=order)
    kernel = compiled(indexed, x[(slice(1),) * x.ndim])
    wanted = kernel(x)
    with cutting(kernel) as cuts:
        assert_same_bits(np.ascontiguousarray(kernel(x)), np.ascontiguousarray(wanted))
        assert cuts.rows == 1 and cuts.pieces > 1


def test_a_space_with_a_broadcast_operand_and_an_output() -> None:
    x, out = floats(400), np.zeros((300, 400))
    kernel = compiled(indexed, np.zeros((1, 1)))
    wanted = kernel(np.broadcast_to(x, (300, 400)))
    with cutting(kernel) as cuts:
        kernel(np.broadcast_to(x, (300, 400)), out=out)
        assert cuts.rows == 1
    assert_same_bits(out, wanted)


def test_a_space_on_one_place() -> None:
    """Whoever gives such an output gets the last element, as in a loop over all."""
    place = np.zeros(400)
    out = np.lib.stride_tricks.as_strided(place, (300, 400), (0, 8))
    kernel = compiled(indexed, np.zeros((1, 1)))
    x = floats(300 * 400).reshape(300, 400)
    wanted = kernel(x)
    with cutting(kernel):
        kernel(x, out=out)
    assert_same_bits(place, wanted[-1])


def test_a_small_space_and_none() -> None:
    kernel = compiled(indexed, np.zeros((1, 1)))
    with cutting(kernel) as cuts:
        assert kernel(np.zeros((0, 5))).shape == (0, 5)
        kernel(np.zeros((20, 20)))
        assert cuts.rows == 0


def test_faults_in_a_space() -> None:
    kernel = iris_cc.kernel("def power(x): return x ** (_i1 - _n1 + 1 + x)", fallback="error")
    x = np.full((300, 400), 400)
    assert (kernel(x) > -(2**63)).all()
    x[150, 20] = 2
    with cutting(kernel) as cuts, pytest.raises(ValueError, match="negative integer powers"):
        kernel(x)
    assert cuts.rows == 1
