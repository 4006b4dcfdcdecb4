"""The rules compilers of Python get wrong, one test each, on every route, against Python itself.

The corner rulings and the listed divergences from Python have their tests in `test_rulings.py`.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.law.routes import FLOATS, INTEGERS, NUMBERS, SIGNED, Route, corners, grid

# -- operators ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", SIGNED)
def test_minus_binds_weaker_than_power(route: Route, dtype: str) -> None:
    def f(x):
        return -x**2  # fmt: skip

    route.obeys(f, corners(dtype))
    assert route.call(f, np.array([3], dtype)) == -9


def test_power_goes_from_the_right(route: Route) -> None:
    def f(x):
        return x + 2**3**2

    assert route.obeys(f, np.array([0], "i8")) == 512


@pytest.mark.parametrize("dtype", NUMBERS)
def test_floor_division_floors_and_the_rest_has_the_sign_of_the_divisor(route: Route, dtype: str) -> None:
    def f(x, y):
        return x // y, x % y

    route.obeys(f, *grid(dtype, dtype))


@pytest.mark.parametrize("dtype", INTEGERS)
def test_division_of_integers_is_true_division(route: Route, dtype: str) -> None:
    def f(x, y):
        return x / y

    assert route.obeys(f, *grid(dtype, dtype)).dtype == np.float64


def test_not_binds_weaker_than_equality(route: Route) -> None:
    def f(x):
        return not x == 1  # noqa: SIM201

    assert route.obeys(f, np.array([0, 1, 2])).tolist() == [True, False, True]


def test_comparisons_chain(route: Route) -> None:
    def f(x):
        return 0 < x < 2

    assert route.obeys(f, np.array([-1.0, 0.0, 1.0, 2.0, np.nan])).tolist() == [False, False, True, False, False]


def test_comparisons_chain_over_three(route: Route) -> None:
    def f(x, y):
        return -1 <= x < y != 3

    route.obeys(f, *grid("i4", "i4"))


def test_a_chain_evaluates_its_middle_once(route: Route) -> None:
    def f(x):
        n = 0
        found = -5 < (n := n + 1) < x
        return n, found

    route.obeys(f, np.array([-3, 0, 2, 9]))


def test_constants_are_exact(route: Route) -> None:
    def f(x):
        return x + 2000000000 * 2

    assert route.obeys(f, np.array([1], "i8")) == 4000000001


@pytest.mark.parametrize("dtype", SIGNED)
def test_the_lowest_integer_over_minus_one(route: Route, dtype: str) -> None:
    def f(x, y):
        return x // y, x % y, abs(x), -x

    low = np.iinfo(dtype).min
    assert route.obeys(f, np.array([low], dtype), np.array([-1], dtype))[0] == low


@pytest.mark.parametrize("dtype", INTEGERS)
def test_division_by_zero_is_numpys_zero(route: Route, dtype: str) -> None:
    def f(x, y):
        return x // y, x % y

    values = corners(dtype)
    quotient, rest = route.obeys(f, values, np.zeros_like(values))
    assert not quotient.any()
    assert not rest.any()


@pytest.mark.parametrize("dtype", INTEGERS)
def test_shifts_by_the_width_and_more_or_by_less_than_zero(route: Route, dtype: str) -> None:
    def f(x, y):
        return x << y, x >> y

    route.obeys(f, *grid(dtype, dtype))


def test_bool_operators_are_numpys(route: Route) -> None:
    def f(x, y):
        return x + y, x * y, x & y, x | y, x ^ y, ~x, x // y, x << y

    route.obeys(f, *grid("b1", "b1"))


# -- types -------------------------------------------------------------------------------------------------------


def test_signed_against_unsigned_compares_values(route: Route) -> None:
    def f(x, y):
        return x < y

    assert route.obeys(f, np.array([-1], "i4"), np.array([1], "u4")).tolist() == [True]


def test_unsigned_against_signed_of_64_bits_is_exact(route: Route) -> None:
    def f(x, y):
        return x > y, x >= y, x == y, x != y, x < y, x <= y

    route.obeys(f, *grid("u8", "i8"))
    route.obeys(f, *grid("i8", "u8"))
    wide, narrow = np.array([2**64 - 1, 2**63 + 1, 2**63], "u8"), np.array([-1, 2**63 - 1, -(2**63)], "i8")
    assert route.obeys(f, wide, narrow)[2].tolist() == [False, False, False]


def test_small_products_wrap_before_they_widen(route: Route) -> None:
    def f(x, y, z):
        return x * y + z

    assert route.obeys(f, np.array([100], "i1"), np.array([100], "i1"), np.array([0], "i4")) == 16


def test_single_precision_rounds_at_each_operation(route: Route) -> None:
    def f(x, y, z):
        return x * y + z, (x + y) - x, x / y * y, x * y * z

    rng = np.random.default_rng(1)
    route.obeys(f, *(rng.uniform(-9, 9, 300).astype("f4") for _ in range(3)))


def test_products_and_sums_are_not_contracted(route: Route) -> None:
    def f(x, y):
        return x * x + y * y, x * y - y * x

    rng = np.random.default_rng(2)
    route.obeys(f, rng.uniform(-9, 9, 500), rng.uniform(-9, 9, 500))


def test_large_integers_survive(route: Route) -> None:
    def f(x, y):
        return np.where(x > y, x, y), abs(x), x == y, np.uint64(x), int(x), max(x, y), x if x < 0 else -x

    big = np.array([2**53 + 1, -(2**53) - 1, 2**62 + 1, -(2**63), 2**63 - 1], "i8")
    route.obeys(f, big, big[::-1].copy())


def test_python_scalars_give_way(route: Route) -> None:
    def f(x):
        return x + 1, x * 2.0, x / 3

    for dtype in NUMBERS:
        route.obeys(f, np.array([1, 2, 3], dtype))


def test_weak_and_strong_arguments_differ(route: Route) -> None:
    def f(x, y):
        return x * y

    x = np.array([1.1, 2.2], "f4")
    assert route.obeys(f, x, 2.1).dtype == np.float32
    assert route.obeys(f, x, np.float64(2.1)).dtype == np.float64


# -- loops -------------------------------------------------------------------------------------------------------


def test_a_loop_variable_keeps_its_last_value(route: Route) -> None:
    def f(n):
        i = -1
        for i in range(n):  # noqa: B007
            pass
        return i

    assert route.obeys(f, np.array([0, 1, 5], "i8")).tolist() == [-1, 0, 4]


def test_assigning_the_loop_variable_does_not_change_the_iteration(route: Route) -> None:
    def f(x):
        t = x
        for i in range(5):
            t += i
            i = i * 10
            t += i
        return t, i

    assert route.obeys(f, np.array([0], "i8"))[1] == 40


def test_a_bound_set_in_a_branch_differs_per_element(route: Route) -> None:
    def f(x):
        n = 2
        if x > 1:
            n = 5
        t = x
        for i in range(n):
            t = t + i
        return t

    route.obeys(f, np.array([0, 1, 2, 3], "i4"))


def test_two_loops_may_share_a_variable(route: Route) -> None:
    def f(n, m):
        t = 0
        for i in range(n):
            t += i
        for i in range(m, 0, -2):
            t = t * 3 + i
        return t

    route.obeys(f, *grid_of(range(5), range(6)))


def grid_of(*axes: range) -> list[np.ndarray]:
    return [each.ravel() for each in np.meshgrid(*(np.array(axis) for axis in axes), indexing="ij")]


def test_ranges_of_every_direction(route: Route) -> None:
    def f(a, b, c):
        t = 0
        for i in range(a, b, c if c else 1):
            t = t * 7 + i
        return t

    route.obeys(f, *grid_of(range(-3, 4), range(-3, 4), range(-3, 4)))


def test_a_bound_is_evaluated_once(route: Route) -> None:
    def f(n):
        t = 0
        for i in range(n):
            n = n + 1
            t += i
        return t, n

    route.obeys(f, np.array([0, 1, 4]))


def test_a_step_of_zero_raises(route: Route) -> None:
    def f(n, s):
        t = 0
        for i in range(0, n, s):
            t += i
        return t

    kernel = route.kernel(f)
    assert kernel(np.array([5, 6]), np.array([1, 2])).tolist() == [10, 6]
    with pytest.raises(ValueError, match="must not be zero"):
        kernel(np.array([5, 6]), np.array([1, 0]))


def test_a_step_of_zero_where_no_element_comes_is_nothing(route: Route) -> None:
    def f(n, s):
        t = 0
        if s != 0:
            for i in range(0, n, s):
                t += i
        return t

    route.obeys(f, np.array([5, 6]), np.array([1, 0]))


def test_else_of_a_loop_runs_unless_it_breaks(route: Route) -> None:
    def f(n, m):
        t = 0
        for i in range(n):
            if i == m:
                break
            t += 1
        else:
            t = -t
        k = n
        while k > 0:
            k -= 2
            if k == m:
                break
        else:
            t += 100
        return t

    route.obeys(f, *grid_of(range(5), range(6)))


def test_continue_and_return_inside_loops(route: Route) -> None:
    def f(n, m):
        t = 0
        for i in range(n):
            if i % 2 == m:
                continue
            for j in range(i):
                if j * i > 6:
                    return i, j
                t += j
        return t, -1

    route.obeys(f, *grid_of(range(9), range(3)))


def test_swaps_are_simultaneous(route: Route) -> None:
    def f(a, b):
        for _ in range(3):
            a, b = b, a + b
        return a, b

    route.obeys(f, np.array([1, 2], "i2"), np.array([5, 7], "i2"))


# -- builtins and operands ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", FLOATS)
def test_min_and_max_are_pythons(route: Route, dtype: str) -> None:
    def f(x, y):
        return min(x, y), max(x, y), min(y, x, y)

    route.obeys(f, *grid(dtype, dtype))
    nan = np.array([np.nan])

    def first(x):
        return min(x, 1.0), min(1.0, x)

    low, one = route.obeys(first, nan)
    assert np.isnan(low)
    assert one == 1


@pytest.mark.parametrize("dtype", FLOATS)
def test_minimum_and_maximum_are_numpys(route: Route, dtype: str) -> None:
    def f(x, y):
        return np.minimum(x, y) + 0, np.maximum(x, y) + 0, np.fmin(x, y) + 0, np.fmax(x, y) + 0

    x, y = grid(dtype, dtype)
    not_zeros = (x != 0) | (y != 0)
    route.obeys(f, x[not_zeros], y[not_zeros])


def test_round_is_half_to_even(route: Route) -> None:
    def f(x):
        return round(x)

    values = np.array([0.5, 1.5, 2.5, -0.5, -1.5, 2.4999, 1e15 + 0.5])
    assert route.obeys(f, values).tolist()[:4] == [0, 2, 2, 0]
    route.obeys(f, values.astype("f4"))


def test_int_cuts(route: Route) -> None:
    def f(x):
        return int(x), float(int(x)), bool(x)

    route.obeys(f, np.array([0.9, -0.9, 2.5, -2.5, 1e15]))


def test_abs_is_of_the_operand(route: Route) -> None:
    def f(x):
        return abs(x)

    for dtype in NUMBERS:
        route.obeys(f, corners(dtype))


def test_and_or_give_an_operand(route: Route) -> None:
    def f(x, y):
        return x and y, x or y, (x or y) and x

    route.obeys(f, *grid("i4", "i4"))
    route.obeys(f, *grid("f8", "f8"))


def test_and_or_evaluate_only_what_they_must(route: Route) -> None:
    def f(x):
        n = 0
        t = x > 2 and (n := n + 1) > 0
        return n, t

    route.obeys(f, np.arange(5))


def test_nan_is_not_itself(route: Route) -> None:
    def f(x):
        return x == x, x != x, not x < x  # noqa: PLR0124

    route.obeys(f, corners("f8"))


def test_floats_are_not_folded(route: Route) -> None:
    def f(x):
        return x * 0, x - x, x + 0, x * 1, x / x, 0 - x, x * -1

    route.obeys(f, corners("f8"))
    route.obeys(f, corners("f4"))


def test_a_truth_is_not_zero(route: Route) -> None:
    def f(x):
        return 1 if x else 2

    route.obeys(f, corners("f8"))
