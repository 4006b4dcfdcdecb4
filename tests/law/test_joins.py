"""No join changes a value: Python numbers beside every dtype, in every form in which they meet it.

The oracle is Python on NumPy scalars, element by element.  Where it gives several types the kernel's one type may be a
float that rounds; it is never an integer that wraps.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iris_cc
from tests.law.routes import INTEGERS, NUMBERS, Function, Route, corners

CONSTANTS = (-(2**31) - 1, -129, -1, 1, 127, 128, 256, 65536, 2**32, 2**63 - 1, 2**63 + 5, 2**64 - 1, 0.5, True)
X = np.array([1, 7, 2**63 + 5, 2**64 - 1], np.uint64)
BIG = 2**63 + 5


def extremes(c: Any) -> Function:
    def f(x):
        a, b, d, e = max(x, c), min(x, c), max(c, x), min(c, x)
        g, h, k = max(c, min(x, 100)), max(x, c, 3), min(2.5, x, c)
        return a, b, d, e, g, h, k, x < c, x <= c, x == c, c != x, c > x, c >= x, -5 < x < c

    return f


def paths(c: Any) -> Function:
    def f(x):
        picked = x if x > 3 else c
        if x > 100:
            late = c
        elif x > 2:
            late = x
        else:
            late = 1
        for i in range(3):
            if x == i:
                late = x
        return picked, x and c, x or c, late

    return f


def sentinels(c: Any) -> Function:
    def f(x):
        found = c
        if x > 3:
            found = x
        last = c
        for i in range(3):
            if x > i:
                last = x
        return found == c, found < 0, last > 1, last == c, (c if x > 3 else x) == x

    return f


def assert_values(function: Function, got: Any, x: np.ndarray) -> None:
    results = got if isinstance(got, tuple) else (got,)
    with np.errstate(all="ignore"):
        rows = [function(value) for value in x]
    for place, result in enumerate(results):
        for row, have, value in zip(rows, result, x, strict=True):
            want = row[place] if isinstance(row, tuple) else row
            assert equals(want, have, result.dtype), f"output {place} of {value!r}: {have!r}, Python says {want!r}"


def equals(want: Any, have: Any, dtype: np.dtype[Any]) -> bool:
    want, exact = (each.item() if isinstance(each, np.generic) else each for each in (want, have))
    if dtype.kind == "f":
        with np.errstate(all="ignore"):
            return bool(np.array_equal(dtype.type(want), have, equal_nan=True))
    return bool(want == exact)


def raises_in_python(function: Function, x: np.ndarray) -> bool:
    try:
        with np.errstate(all="ignore"):
            for value in x:
                function(value)
    except OverflowError:  # NumPy compares no bool with what int64 has no room for
        return True
    return False


@pytest.mark.parametrize("dtype", ["b1", *NUMBERS])
@pytest.mark.parametrize("make", [extremes, paths, sentinels])
def test_every_constant_beside_every_dtype(route: Route, dtype: str, make: Any) -> None:
    x = corners(dtype)
    if dtype == "u8":
        x = np.concatenate([x, X])
    for c in CONSTANTS:
        function = make(c)
        if not raises_in_python(function, x):
            kernel = route.kernel(function)
            assert_values(function, kernel(x), x)
            if make is extremes:  # nothing in it needs more than 64 bits
                assert kernel.explain(x).route == route.name


@pytest.mark.parametrize("dtype", INTEGERS)
def test_a_constant_that_can_only_lose_costs_nothing(route: Route, dtype: str) -> None:
    below, above = int(np.iinfo(dtype).min) - 1, int(np.iinfo(dtype).max) + 1

    def f(x):
        return max(x, below), min(above, x)

    if below >= -(2**63) and above < 2**64:
        assert [each.dtype for each in route.call(f, corners(dtype))] == [np.dtype(dtype)] * 2


def test_what_no_type_holds_is_refused_by_name(route: Route) -> None:
    def sentinel(x):
        s = x if x > 5 else -1
        return 0 if s < 0 else s

    def mixed(x):
        return x if x > 5 else 2**63

    def smaller(x):
        return np.minimum(x, -1)

    for function, dtype, words in (
        (sentinel, "u8", ("uint64", "-1")),
        (mixed, "i8", ("int64", str(2**63))),
        (mixed, "i1", ("int8", str(2**63))),
        (smaller, "u8", ("uint64", "-1")),
        (smaller, "u1", ("uint8", "-1")),
    ):
        with pytest.raises(iris_cc.CompileError) as caught:
            iris_cc.kernel(fallback="error")(function).compile(dtype)
        assert {diagnostic.code.id for diagnostic in caught.value.diagnostics} == {"E0407"}
        text = str(caught.value)
        assert all(word in text for word in (*words, "help:"))
    assert route.kernel(sentinel)(X).tolist() == [0, 7, BIG, 2**64 - 1]
    assert route.kernel(mixed)(np.array([1, 9], "i1")).tolist() == [2**63, 9]
    with pytest.raises(OverflowError):  # as NumPy does
        route.kernel(smaller)(X)


def test_a_join_nobody_uses_is_no_error(route: Route) -> None:
    def f(x, n):
        total = 0
        for i in range(4):
            t = x if x > i else -1
            u = x if x > i else n
            t, u = u, t
            if x > 100:
                t, u = n, -3
            t, u = x, x + 1
            total += t < u
        return total, n

    total, same = route.call(f, X[:2], -5)
    assert total.tolist() == [4, 4]
    assert same.tolist() == [-5, -5]


@pytest.mark.parametrize("dtype", INTEGERS)
def test_an_int_argument_joins_by_its_value(route: Route, dtype: str) -> None:
    def f(x, n):
        return x if x > 5 else n

    def carried(x, n):
        best = n
        for i in range(3):
            if x > i + 3:
                best = x
        return best

    info = np.iinfo(dtype)
    for function in (f, carried):
        kernel, strict = route.kernel(function), iris_cc.kernel(fallback="error")(function)
        for n in (0, 3, -1, int(info.max), int(info.min), 300, -300, 70000, 2**40, -(2**40)):
            x = np.array([1, 9], dtype)
            for _ in range(2):  # by the first way into the kernel, and by those of later calls
                assert kernel(x, n).tolist() == [n, 9]
                assert kernel(np.array([9, 9], dtype), n).tolist() == [9, 9]  # no element takes that path
                assert kernel(np.array([[1, 9]] * 3, dtype)[:, ::-1], n).tolist() == [[9, n]] * 3
            if info.min <= n <= info.max:
                assert kernel(x, n).dtype == np.dtype(dtype)
            elif route.name == "compiled":
                with pytest.raises(OverflowError):
                    strict(x, n)
            if not info.min <= n <= info.max:
                with pytest.raises(OverflowError):
                    kernel(x, n, out=x)  # what was overwritten cannot be read again
                assert kernel(np.array([9, 9], dtype), n, out=np.zeros(2, dtype)).tolist() == [9, 9]


def test_an_int_argument_that_does_not_fit_is_said_once(route: Route) -> None:
    def f(x, n):
        return x if x > 5 else n

    kernel = iris_cc.kernel(f)
    if route.name == "interpreted":
        with pytest.warns(iris_cc.FallbackWarning, match="switched off"):
            kernel(X, 0)
    else:
        kernel(X, 0)
        with pytest.warns(iris_cc.FallbackWarning, match="E0407"):
            assert kernel(X, -1).tolist() == [-1, 7, BIG, 2**64 - 1]
    assert kernel(X, -1).tolist() == [-1, 7, BIG, 2**64 - 1]
    text = iris_cc.kernel("def f(x, n):\n    return x if x > 5 else n", fallback="silent")
    for _ in range(3):
        with pytest.raises(OverflowError, match="out of bounds"):  # there is no function to ask
            text(X, -1)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_extremes_with_an_int_argument(route: Route, dtype: str) -> None:
    def f(x, n):
        return max(x, n), min(n, x), max(n, x, 5), x < n, x == n

    info = np.iinfo(dtype)
    kernel = route.kernel(f)
    for n in (0, 5, -1, int(info.max), 100):
        if info.min <= n <= info.max:
            assert_values(lambda x, n=n: f(x, n), kernel(corners(dtype), n), corners(dtype))

    def most(x, n):
        return max(x, n)

    assert route.call(most, X, -7).tolist() == X.tolist()  # exact, as -7 never wins
    assert route.call(most, X, 2**40).tolist() == [2**40, 2**40, BIG, 2**64 - 1]

    def least(x, n):
        return min(n, x)

    assert route.kernel(least)(X, -7).tolist() == [-7] * len(X)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_numpys_extremes_and_clip(route: Route, dtype: str) -> None:
    info = np.iinfo(dtype)
    below, above = max(int(info.min) - 1, -(2**63)), min(int(info.max) + 1, 2**64 - 1)

    def f(x):
        low, high = np.maximum(x, below), np.minimum(above, x)
        return low, high, np.fmax(below, x), np.fmin(x, above), np.clip(x, below, above)

    x = corners(dtype)
    for result in route.call(f, x):
        assert result.dtype == x.dtype
        assert result.tolist() == x.tolist()

    def g(x, low, high):
        return np.maximum(x, low), np.minimum(x, high), np.clip(x, low, high), np.clip(x, 0, high)

    low, high = max(below, -(2**63)), min(above, 2**63 - 1)
    assert [each.tolist() for each in route.call(g, x, low, high)] == [
        x.tolist(), np.minimum(x, min(high, int(info.max))).tolist(), *(
            np.clip(x, each, min(high, int(info.max))).tolist() for each in (max(low, int(info.min)), 0)
        ),
    ]  # fmt: skip


# -- all paths at once ---------------------------------------------------------------------------------------------


# The body of `f(x, b)`: three paths.
FORMS = {
    "returns": """
    if x > 2:
        return {0}
    if x > 1:
        return {1}
    return {2}""",
    "elif": """
    if x > 2:
        r = {0}
    elif x > 1:
        r = {1}
    else:
        r = {2}
    return r""",
    "later": """
    r = {0} if x > 3 else {1}
    if x < 2:
        r = {2}
    return r""",
    "loop": """
    r = {0}
    for i in range(3):
        if x > i:
            r = {1}
        elif x > 0.5:
            r = {2}
    return r""",
    "return in loop": """
    for i in range(3):
        if x > i + 1:
            return {0}
        if x < 1:
            return {1}
    return {2}""",
    "ternary": "    return {0} if x > 2 else ({1} if x > 1 else {2})",
    "nested": "    return ({0} if x > 3 else {1}) if x > 2 else {2}",
    "or": "    return ({0} if x > 3 else {1}) or {2}",
    "max": "    return max({0}, {1}, {2})",
    "min": "    return min({0}, {1}, {2})",
}
PARTS = [("0.1", "b", "x"), ("7", "b", "x"), ("True", "0.1", "x"), ("np.int16(3)", "np.uint16(4)", "x")]


def written(folder: Path, text: str) -> Function:
    """The function `f` of a file with this text."""
    file = folder / f"made{len(list(folder.iterdir()))}.py"
    file.write_text(text)
    space: dict[str, Any] = {"np": np}
    exec(compile(text, str(file), "exec"), space)
    made: Function = space["f"]
    return made


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("parts", PARTS)
def test_the_order_of_paths_changes_nothing(route: Route, form: str, parts: tuple[str, ...], tmp_path: Path) -> None:
    x, flags = np.array([0.25, 1.5, 2.5, 3.5], "f4"), np.array([True, False, True, True])
    for order in itertools.permutations(parts):
        f = written(tmp_path, f"def f(x, b):\n{FORMS[form].format(*order).strip(chr(10))}\n")
        got = route.call(f, x, flags)
        want = [f(value, flag) for value, flag in zip(x, flags, strict=True)]
        assert got.dtype == np.float32, order
        assert got.tolist() == [np.float32(value).item() for value in want], order


def test_joins_are_numpys_result_type(route: Route) -> None:
    def f(a, b, c):
        if a > 3:
            return a
        if b > 3:
            return b
        return c

    for kinds in (("i1", "u1", "f4"), ("b1", "i2", "f4"), ("u8", "i8", "i1"), ("u4", "i4", "f4"), ("i2", "u2", "f4")):
        for dtypes in itertools.permutations(kinds):
            arrays = [np.array([1, 5], dtype) for dtype in dtypes]
            assert route.call(f, *arrays).dtype == np.result_type(*dtypes)


# -- range -----------------------------------------------------------------------------------------------------------

RANGES = (
    *("range(x)", "range(0, x)", "range(-2, x, 3)", "range(x, 10)", "range(10, x, -1)", "range(x, 3, -2)"),
    *("range(x, -1, -1)", "range(0, 10, x)", "range(-3, 10, x)", "range(0, x, 2**62)", "range(x, x + np.uint64(3))"),
    *("range(x, 2**64 - 1)", "range(5, 2**64 - 1, x)", "range(0, 10, 2**63 + 1)", "range(x, x // np.uint64(2), -1)"),
    *("range(2**63, 2**63 + 3)", "range(3, x, x)", "range(x, 0, -(2**63))"),
)


@pytest.mark.parametrize("bounds", RANGES)
def test_range_has_the_right_trips_or_raises(route: Route, bounds: str, tmp_path: Path) -> None:
    """Whether the bounds are uint64 arrays or Python ints."""
    f = written(
        tmp_path,
        f"""\
def f(x):
    trips, last = 0, -1
    for i in {bounds}:
        trips += 1
        last = i
        if trips == 5:
            break
    return trips, last
""",
    )
    kernel = route.kernel(f)
    raised = 0
    for value in (1, 2, 3, 7, 2**62, 2**63 - 1, 2**63, 2**63 + 5, 2**64 - 1):
        with np.errstate(all="ignore"):
            want = f(np.uint64(value))
        try:
            got = kernel(np.array([value], np.uint64))
        except OverflowError:
            raised += 1
            assert value >= 2**63 - 1  # a bound is
        else:
            assert tuple(int(each[0]) for each in got) == tuple(map(int, want)), value
    assert raised in (0, 3, 4)


def test_range_up_to_a_uint64_is_exact(route: Route) -> None:
    def f(x):
        last = -1
        for i in range(x):
            last = i
            if i > 3:
                break
        return last

    assert route.call(f, X).tolist() == [0, 4, 4, 4]


# -- ints of 2^63 and more -------------------------------------------------------------------------------------------


def test_an_int_of_64_bits_keeps_them_beside_a_uint64(route: Route) -> None:
    def mix(h, mult=0x9E3779B97F4A7C15, shift=33):
        h = (h ^ (h >> shift)) * mult
        return h ^ (h >> np.uint64(29)), max(h, mult), h < mult, h if h > 5 else mult, mult

    with np.errstate(all="ignore"):
        want, small = [mix(value) for value in X], [mix(value, 5) for value in X]
    kernel = route.kernel(mix)
    assert kernel.explain(X, 0x9E3779B97F4A7C15, 33).route == route.name
    for got in (
        kernel(X),
        kernel(X, 0x9E3779B97F4A7C15),
        kernel(X, shift=33, mult=0x9E3779B97F4A7C15),
        kernel(h=X, mult=0x9E3779B97F4A7C15),
        kernel(X, np.uint64(0x9E3779B97F4A7C15)),
    ):
        for place, result in enumerate(got):
            assert result.tolist() == [int(row[place]) for row in want]
    assert [each.dtype.str[1:] for each in kernel(X)] == ["u8", "u8", "b1", "u8", "u8"]
    for _ in range(3):  # the two ufuncs by turns
        assert kernel(X, 5)[0].tolist() == [int(row[0]) for row in small]
        assert kernel(X)[0].tolist() == [int(row[0]) for row in want]
    for wrong in (2**64, -(2**63) - 1, 10**30):
        with pytest.raises(OverflowError):
            kernel(X, wrong)


@pytest.mark.parametrize("n", [2**63, BIG, 2**64 - 1])
def test_an_int_of_64_bits_among_python_ints(route: Route, n: int) -> None:
    def bits(x, n, m=0xFFFFFFFFFFFFFFFF):
        return n & 0xFF, n >> 1, n >> 63, n | 1, n ^ m, n % m, m // n, n // 10, n % 10, n & m, n & -2, n.bit_count()

    def numbers(x, n, m=0xFFFFFFFFFFFFFFFF):
        joined = n if x > 5 else m
        return joined, float(n), n * 0.5, bool(n), abs(n), +n, int(n), m - n, min(n, m), max(n, 3), min(3, n)

    def comparisons(x, n, m=0xFFFFFFFFFFFFFFFF):
        return n > x, n >= m, n == m, n < 0, -1 < n <= m, x != n

    for f in (bits, numbers, comparisons):
        x = np.array([1, 7], "i4")
        kernel = route.kernel(f)
        assert_values(lambda each, f=f: f(each, n), kernel(x, n), x)
        assert kernel.explain(x, n, 2**64 - 1).route == route.name


def test_what_needs_more_than_64_bits_answers_in_python(route: Route) -> None:
    def f(x, n, k):
        return n / k, n // k, n > 0.5, n**k % 7

    x = np.array([1, 7], "i4")
    kernel = route.kernel(f)
    assert kernel.explain(x, BIG, 3).route == "python"
    assert [each.tolist()[0] for each in kernel(x, BIG, 3)] == [BIG / 3, BIG // 3, True, BIG**3 % 7]


def test_an_index_kernel_takes_ints_of_64_bits(route: Route) -> None:
    kernel = iris_cc.kernel("def f(x, n):\n    return x * n + np.uint64(_i0)", fallback="silent")
    for n in (3, BIG, 3, 2**64 - 1):
        with np.errstate(all="ignore"):
            want = X * np.uint64(n) + np.arange(4, dtype="u8")
        assert kernel(X, n).tolist() == want.tolist()
