"""How the Python route runs a function: loops end at the limit, index symbols have values, defaults stay."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import iris_cc
from tests.surface.python_functions import same

LIMIT = 50
PASSED = "a while loop passed ME_DSL_WHILE_MAX_ITERS iterations"


def quiet(function: Callable[..., Any] | str, **options: Any) -> iris_cc.Kernel:
    return iris_cc.kernel(function, fallback="silent", **options)


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", str(LIMIT))


# -- loops -------------------------------------------------------------------------------------------------------------


def count(n):
    assert n >= 0
    i = 0
    while i < n:
        i += 1
    return i


def count_compiled(n):
    i = 0
    while i < n:
        i += 1
    return i


def count_to(n):
    while True:
        n -= 1
        if n < 0:
            break
    else:
        return -1
    return 0


def by_helper(n):
    print(end="")
    return count(n)


def by_inner_function(n):
    def inner(k):
        while k > 0:
            k -= 1
        return k

    return inner(n)


def by_lambda(n):
    call = lambda k: count(k)  # noqa: E731
    return call(n)


def by_comprehension(n):
    return sum([count(k) for k in (n, n)])


def by_local_name(n):
    f = count
    return f(n)


def by_generator(n):
    def numbers(k):
        while k > 0:
            k -= 1
            yield k

    return sum(numbers(n))


def by_recursion(n):
    return 0 if n > 1000 else count(n) + by_recursion(n + 1000)


class Holder:
    def __init__(self) -> None:
        self.calls = 0

    def count(self, n):
        self.calls += 1
        return count(n)


HOLDER = Holder()


def by_method(n):
    return HOLDER.count(n)


def wrapped(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)

    return wrapper


@wrapped
def decorated(n):
    return count(n)


def by_decorated(n):
    assert n >= 0
    return decorated(n)


def nested(n):
    assert n >= 0
    total = 0
    for _ in range(3):
        k = n
        while k > 0:
            k -= 1
            m = 2
            while m > 0:
                m -= 1
                total += 1
    return total


LOOPS = [
    *(count, by_helper, by_inner_function, by_lambda, by_comprehension, by_local_name, by_generator, by_recursion),
    *(by_method, by_decorated, nested),
]


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize("function", LOOPS, ids=lambda each: each.__name__)
def test_the_limit_of_while(function: Callable[..., Any]) -> None:
    kernel = quiet(function)
    assert kernel.explain(1).route == "python"
    assert kernel(LIMIT) == function(LIMIT)
    with pytest.raises(RuntimeError, match=PASSED):
        kernel(np.array([1, LIMIT + 1]))
    assert kernel(np.array([3, LIMIT])).tolist() == [function(3), function(LIMIT)]


@pytest.mark.usefixtures("limited")
def test_the_limit_is_that_of_other_routes() -> None:
    for values in (np.array([LIMIT]), np.array([LIMIT], object), np.array([LIMIT], "f2")):
        same(quiet(count)(values), quiet(count_compiled)(values))
    for values in (np.array([LIMIT + 1]), np.array([LIMIT + 1], object), np.array([LIMIT + 1], "f2")):
        for function in (count, count_compiled, count_to):
            with pytest.raises(RuntimeError, match=PASSED):
                quiet(function)(values)
    with pytest.raises(RuntimeError, match=PASSED):
        quiet(total).reduce(np.array([LIMIT, LIMIT + 1]))


def total(a, b):
    assert a >= 0
    while b > 0:
        a, b = a + 1, b - 1
    return a


def test_the_limit_is_read_at_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = quiet(count)
    for limit, enough in (("10", False), ("200", True), ("0", True), ("99", False), ("100", True)):
        monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", limit)
        if enough:
            assert kernel(100) == 100
        else:
            with pytest.raises(RuntimeError, match=PASSED):
                kernel(100)
    assert count(100) == 100 and kernel.py_func is count


TALLY = 0


def test_a_function_keeps_its_scope() -> None:
    global TALLY
    TALLY, calls = 0, 0

    def tallied(x):
        global TALLY
        nonlocal calls
        TALLY += 1
        calls += 1
        while x > 1:
            x -= 1
        return x + scale

    scale = 10
    kernel = quiet(tallied)
    same(kernel(np.array([2.5, 0.75])), np.array([10.5, 10.75]))
    scale = 20
    same(kernel(np.array([2.5])), np.array([20.5]))
    assert (TALLY, calls) == (3, 3)
    HOLDER.calls = 0
    quiet(by_method)(np.arange(4))
    assert HOLDER.calls == 4


def test_tracebacks_show_the_user_s_lines() -> None:
    def fails(x):
        while x > 0:
            x -= 1
        raise ArithmeticError("here")

    with pytest.raises(ArithmeticError) as caught:
        quiet(fails)(np.array([2.0]))
    assert caught.traceback[-1].lineno == fails.__code__.co_firstlineno + 2
    assert str(caught.traceback[-1].path) == __file__


def test_a_source_that_is_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_WHILE_MAX_ITERS", "10")
    text = "def f(x):\n    assert True\n    while x > 0:\n        x -= 1\n    return x + _i0\n"
    scope: dict[str, Any] = {}
    exec(compile(text, "nowhere", "exec"), scope)
    kernel = quiet(scope["f"], source=text)
    assert kernel(np.array([3, 4])).tolist() == [0, 1]
    with pytest.raises(RuntimeError, match=PASSED):
        kernel(np.array([30]))


# -- index symbols -----------------------------------------------------------------------------------------------------


def places(x):
    assert x <= 1
    return x + _i0 * 100 + _i1 * 10, _flat_idx, _n0 + _n1 * 10 + _n7, _ndim, _i3  # noqa: F821


def places_compiled(x):
    return x + _i0 * 100 + _i1 * 10, _flat_idx, _n0 + _n1 * 10 + _n7, _ndim, _i3  # noqa: F821


@pytest.mark.parametrize("shape", [(5,), (2, 3), (2, 3, 4), (1, 1, 3), (), (0, 3)])
def test_index_symbols(shape: tuple[int, ...]) -> None:
    values = np.linspace(0, 1, int(np.prod(shape))).reshape(shape)
    for each in (values, np.asfortranarray(values), values[::-1] if shape else values):
        for found, wanted in zip(quiet(places)(each), quiet(places_compiled)(each), strict=True):
            same(np.asarray(found), np.asarray(wanted).astype(found.dtype))
    for found, wanted in zip(quiet(places_compiled)(values.astype("c8")), quiet(places_compiled)(values), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-6)


def position():
    return _i0  # noqa: F821


def offset(x):
    print(end="")
    return x + position()


def test_helpers_know_the_position_too() -> None:
    same(quiet(offset)(np.zeros(3)), np.array([0.0, 1.0, 2.0]))


def corner():
    assert True
    return _i0 * 10 + _i1  # noqa: F821


def test_what_gives_the_shape() -> None:
    wanted = np.add.outer(np.arange(2) * 10, np.arange(3))
    kernel = quiet(corner)
    same(kernel(shape=(2, 3)), wanted)
    out = np.zeros((2, 3), "i8")
    assert kernel(out=out) is out
    same(out, wanted)
    assert kernel() == 0
    same(quiet(offset)(np.zeros(2), shape=(3, 2)), np.repeat(np.arange(3.0), 2).reshape(3, 2))
    masked = np.full(3, -1.0)
    quiet(offset)(np.zeros(3), out=masked, where=np.array([True, False, True]))
    same(masked, np.array([0.0, -1.0, 2.0]))
    with pytest.raises(TypeError, match="integer"):
        kernel(shape=(2.5,))
    with pytest.raises(TypeError, match="index symbols"):
        kernel.reduce(np.zeros(3))
    with pytest.raises(TypeError, match="shape"):
        quiet(count)(np.zeros(3), shape=(3,))


def downward(x):
    print(end="")
    return x if x <= 0 else DOWNWARD(x - 1) + _i0  # noqa: F821


DOWNWARD = quiet(downward)


def test_a_kernel_that_calls_itself_keeps_its_place() -> None:
    same(DOWNWARD(np.array([0.0, 1.0, 2.0])), np.array([0.0, 1.0, 2.0]))


def test_threads_have_places_of_their_own() -> None:
    kernel = quiet(offset)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(kernel, [np.zeros(200)] * 8):
            same(found, np.arange(200.0))


# -- defaults ----------------------------------------------------------------------------------------------------------


def polynomial(x, coefficients=(1.0, 2.0, 3.0), *, names=("a", "b"), table=np.arange(4.0)):  # noqa: B008
    total = 0.0
    for c in coefficients:
        total = total * x + c
    return total + len(names) + table[2]


def lengths(x, items=[1, 2, 3], words=None, by=len):  # noqa: B006
    return x + by(items) + (words is None)


def test_defaults_are_no_operands() -> None:
    x = np.array([0.0, 1.0, 2.0])
    same(quiet(polynomial)(x), np.array([polynomial(each) for each in x]))
    same(quiet(lengths)(x), x + 4)
    same(quiet(lengths)(x=x), x + 4)
    same(quiet(lengths)(1.5), np.float64(5.5))
    same(quiet(lengths)(x, by=sum), x + 7)


def test_arguments_are_operands() -> None:
    def both(x, y=(1, 2)):
        return x + (len(y) if isinstance(y, tuple) else y)

    kernel = quiet(both)
    same(kernel(np.zeros(3)), np.full(3, 2.0))
    same(kernel(np.zeros(2), [5, 6]), np.array([5.0, 6.0]))
    same(kernel(np.zeros(2), y=(5, 6)), np.array([5.0, 6.0]))


def test_pickles() -> None:
    for kernel, args in ((quiet(polynomial), (np.arange(3.0),)), (quiet(offset), (np.zeros(3),))):
        same(pickle.loads(pickle.dumps(kernel))(*args), kernel(*args))
