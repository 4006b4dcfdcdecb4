"""One table of calls, through the dispatcher in Python and in C."""

from __future__ import annotations

import gc
import itertools
import os
import weakref
from typing import Any, cast

import numpy as np
import pytest

from iris_cc.calls import native
from iris_cc.calls.dispatcher import OVERRIDES, WIDE_SHIFT, Dispatcher, weak_types
from iris_cc.calls.native import attach, available, bind, callable_type
from iris_cc.runtime.ufunc import make_ufunc

from .conftest import Native, resolver

X = np.array([1.0, 2.0, 3.0])
Y = np.array([4.0, 5.0, 6.0])
Z = np.array([7.0, 8.0, 9.0])


def overridden() -> bool:
    return any(name in os.environ for name in OVERRIDES)


class Recorder:
    """A target that says what reached it, and whether the environment overrode the table when it was chosen."""

    def __init__(self, mask: int) -> None:
        self.mask, self.overridden = mask, overridden()

    def __call__(self, *args: object, **kwargs: object) -> object:
        return self.mask, self.overridden, args, kwargs


class Kernel:
    """A dispatcher, by either way, as a kernel holds it: the class attribute `__call__`."""

    def __init__(self, way: str, unit: Native | None, parameters: str, defaults: dict[str, object], choose=Recorder):
        self.chosen: list[tuple[int, bool]] = []

        def note(mask: int):
            self.chosen.append((mask, overridden()))
            return choose(mask)

        self.dispatcher = Dispatcher("f", parameters.split(), defaults, note)
        self.call = self._enter(way, unit)

    def _enter(self, way: str, unit: Native | None):
        if unit is None:
            return type("K", (), {"__call__": self.dispatcher})()
        if way == "builtin" or len(self.dispatcher.parameters) > 32:
            return type("K", (), {"__call__": bind(unit["iris_bind"], self.dispatcher)})()
        called = callable_type(unit["iris_callable_type"], Base, "tests.Called")()
        called.kept = attach(called, unit["iris_vectorcall"], self.dispatcher)
        return called


class Base:
    """What a callable type is made from."""

    __slots__ = ("__dict__", "__weakref__", "kept")


IN_C = [pytest.param(way, marks=pytest.mark.needs_cc) for way in ("builtin", "callable type")]


@pytest.fixture(params=["python", *IN_C])
def kernel(request: pytest.FixtureRequest):
    unit = request.getfixturevalue("unit") if request.param != "python" else None
    if unit is not None and not available():
        pytest.skip("not on this interpreter")
    return lambda *args, **kwargs: Kernel(request.param, unit, *args, **kwargs)


# parameters, defaults, positional, keywords; then the mask, the positional and the keywords that arrive
CASES = [
    ("a b", {}, (X, Y), {}, 0, (X, Y), {}),
    ("a b", {}, (X, Y, Z), {}, 0, (X, Y, Z), {}),
    ("a b", {}, (X, Y), {"out": Z}, 0, (X, Y), {"out": Z}),
    (
        "a b",
        {},
        (X, Y),
        {"where": True, "casting": "unsafe", "order": "F"},
        0,
        (X, Y),
        {"where": True, "casting": "unsafe", "order": "F"},
    ),
    ("a b", {}, (X, Y), {"dtype": "f4", "subok": False}, 0, (X, Y), {"dtype": "f4", "subok": False}),
    ("a b", {}, (X, Y), {"signature": "dd->d"}, 0, (X, Y), {"signature": "dd->d"}),
    ("a b", {}, (X, Y), {"sig": "dd->d"}, 0, (X, Y), {"sig": "dd->d"}),
    ("a b", {}, (X,), {"b": Y}, 0, (X, Y), {}),
    ("a b", {}, (), {"b": Y, "a": X}, 0, (X, Y), {}),
    ("a b", {}, (), {"b": Y, "out": Z, "a": X, "dtype": None}, 0, (X, Y), {"out": Z, "dtype": None}),
    ("a b", {"b": Y}, (X,), {}, 0, (X, Y), {}),
    ("a b", {"b": 2.0}, (X,), {"out": Z}, 0b0100, (X, 2.0), {"out": Z}),
    ("a b c", {"b": 2, "c": True}, (X,), {}, 0b111000, (X, 2, True), {}),
    ("a b c", {"b": 2, "c": True}, (X,), {"c": Z}, 0b001000, (X, 2, Z), {}),
    ("a b c", {"a": 1.0, "b": 2, "c": True}, (), {}, 0b111001, (1.0, 2, True), {}),
    ("a b", {}, (X, 2.0), {}, 0b0100, (X, 2.0), {}),
    ("a b", {}, (1, Y), {}, 0b0010, (1, Y), {}),
    ("a b", {}, (True, False), {}, 0b1111, (True, False), {}),
    ("a b", {}, (1, 2.0, Z), {}, 0b0110, (1, 2.0, Z), {}),
    ("a b", {}, (np.float64(1), np.int64(2)), {}, 0, (np.float64(1), np.int64(2)), {}),
    ("a b", {}, (1j, "x"), {}, 0, (1j, "x"), {}),
    ("a b", {}, (-(2**63), 2**63 - 1), {}, 0b1010, (-(2**63), 2**63 - 1), {}),
    ("a b", {}, (2**63, 2**64 - 1), {}, 0b1010 | 0b11 << WIDE_SHIFT, (2**63, 2**64 - 1), {}),
    ("a b c", {"c": 2**63}, (5, X), {}, 0b100010 | 0b100 << WIDE_SHIFT, (5, X, 2**63), {}),
    ("out where", {}, (X,), {"where": Y}, 0, (X, Y), {}),
    ("out b", {}, (), {"b": 1.0, "out": X, "where": True}, 0b0100, (X, 1.0), {"where": True}),
    ("a", {}, ([1, 2],), {}, 0, ([1, 2],), {}),
    ("", {}, (), {}, 0, (), {}),
]


@pytest.mark.parametrize("case", CASES)
def test_calls(kernel, case) -> None:
    parameters, defaults, args, kwargs, mask, positions, keywords = case
    k = kernel(parameters, defaults)
    for _ in range(3):
        got = k.call(*args, **kwargs)
        assert got[:2] == (mask, False)
        assert len(got[2]) == len(positions)
        assert all(mine is theirs or mine == theirs for mine, theirs in zip(got[2], positions))
        assert list(got[3]) == list(keywords) and all(got[3][key] is keywords[key] for key in keywords)
    assert k.chosen == [(mask, False)]


WRONG = [
    ("a", {}, (), {}, "f() missing 1 required positional argument: 'a'"),
    ("a b", {}, (), {}, "f() missing 2 required positional arguments: 'a' and 'b'"),
    ("a b c", {}, (), {}, "f() missing 3 required positional arguments: 'a', 'b', and 'c'"),
    ("a b c", {"c": 1}, (), {"a": 1}, "f() missing 1 required positional argument: 'b'"),
    ("a b", {}, (X, Y), {"b": Y}, "f() got multiple values for argument 'b'"),
    ("a b", {}, (X, Y), {"c": Y}, "f() got an unexpected keyword argument 'c'"),
    ("a b", {}, (X,), {"c": Y}, "f() got an unexpected keyword argument 'c'"),
]


@pytest.mark.parametrize("case", WRONG)
def test_wrong_calls_read_as_python_says_it(kernel, case) -> None:
    parameters, defaults, args, kwargs, text = case
    k = kernel(parameters, defaults)
    for _ in range(2):
        with pytest.raises(TypeError) as error:
            k.call(*args, **kwargs)
        assert str(error.value) == text
    scope: dict[str, object] = {}
    exec(
        f"def f({', '.join(p + (f'={defaults[p]}' if p in defaults else '') for p in parameters.split())}): pass", scope
    )
    with pytest.raises(TypeError) as python:
        scope["f"](*args, **kwargs)  # type: ignore[operator]
    assert str(python.value) == text


@pytest.mark.parametrize("value", [2**64, -(2**63) - 1, 10**40])
def test_int_too_wide(kernel, value) -> None:
    k = kernel("a b", {"b": 1})
    for _ in range(2):
        with pytest.raises(OverflowError, match="argument 'a'"):
            k.call(value)
        with pytest.raises(OverflowError, match="argument 'b'"):
            k.call(X, b=value)


def test_keywords_that_are_not_interned(kernel) -> None:
    k = kernel("alpha beta", {})
    names = {"".join(["al", "pha"]): X, "".join(["be", "ta"]): Y, "".join(["o", "ut"]): Z}
    assert k.call(**names)[2:] == ((X, Y), {"out": Z})


class Float(float):
    """No exact float, so no weak scalar."""


def test_subclasses_of_scalars_are_not_weak(kernel) -> None:
    assert kernel("a", {}).call(Float(1.0))[0] == 0


def test_many_masks(kernel) -> None:
    k = kernel("a b c", {})
    choices = (X, 1.0, 2, True)
    for _ in range(2):
        for args in itertools.product(choices, repeat=3):
            expected = sum(next(j for j, c in enumerate(choices) if c is each) << 2 * i for i, each in enumerate(args))
            assert k.call(*args)[0] == expected
    assert len(k.chosen) == 64


@pytest.mark.parametrize("count", [31, 32, 33, 60])
def test_many_parameters(kernel, count) -> None:
    names = [f"p{i}" for i in range(count)]
    k = kernel(" ".join(names), {names[-1]: 3})
    got = k.call(*[1.0] * (count - 1), out=Z)
    assert got[0] == sum(1 << 2 * i for i in range(count - 1)) | 2 << 2 * (count - 1)
    assert got[2] == (1.0,) * (count - 1) + (3,) and got[3] == {"out": Z}


@pytest.mark.parametrize("name", ["ME_DSL_JIT", "ME_DSL_WHILE_MAX_ITERS"])
def test_environment(kernel, monkeypatch: pytest.MonkeyPatch, name) -> None:
    monkeypatch.delenv("ME_DSL_JIT", raising=False)
    monkeypatch.delenv("ME_DSL_WHILE_MAX_ITERS", raising=False)
    k = kernel("a b", {"b": 1.0})
    for _ in range(2):
        assert k.call(X, Y)[1] is False
        with monkeypatch.context() as patch:
            patch.setenv(name, "5")
            assert k.call(X, Y)[1] is True
            assert k.call(X)[:2] == (0b0100, True)
        assert k.call(X, Y)[1] is False
    assert k.chosen.count((0, False)) == 1 and k.chosen.count((0, True)) == 2


@pytest.mark.needs_cc
def test_environment_without_dict_versions(unit: Native, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "_dicts_have_versions", lambda: False)
    monkeypatch.delenv("ME_DSL_JIT", raising=False)
    k = Kernel("builtin", unit, "a b", {})
    assert k.call(X, Y)[1] is False
    monkeypatch.setenv("ME_DSL_JIT", "0")
    assert k.call(X, Y)[1] is True


def test_stashed_errors_take_the_place_of_numpys(kernel) -> None:
    def resolve(words, requested):
        raise LookupError("the real one")

    k = kernel("a b", {"b": 1.0}, lambda mask: make_ufunc("f", None, 2, 1, resolve))
    for _ in range(2):
        for args in ((X, Y), (X,), (1.0, 2.0)):
            with pytest.raises(LookupError, match="the real one") as error:
                k.call(*args)
            assert error.value.__cause__ is None


def test_numpys_own_errors_survive(kernel) -> None:
    f = make_ufunc("f", None, 2, 1, resolver(lambda a, b: np.subtract(a, b), 2))
    k = kernel("a b", {}, lambda mask: f)
    for _ in range(2):
        with pytest.raises(ValueError, match="could not be broadcast") as error:
            k.call(X, np.ones(2))
        assert error.value.__context__ is None
        with pytest.raises(TypeError, match="casting rule 'same_kind'"):
            k.call(X, Y, out=np.empty(3, "i4"))
        with pytest.raises(TypeError, match="positional arguments"):
            k.call(X, Y, X, Y)


def test_a_stale_error_is_not_raised_in_place_of_another(kernel) -> None:
    f = make_ufunc("f", None, 2, 1, resolver(lambda a, b: np.subtract(a, b), 2))
    with pytest.raises(TypeError):
        f(X, 1j)  # nobody takes what is stashed here
    with pytest.raises(ValueError, match="broadcast"):
        kernel("a b", {}, lambda mask: f).call(X, np.ones(2))


def test_a_failing_choice_reaches_the_caller_and_is_asked_again(kernel) -> None:
    answers = [ValueError("first"), Recorder(0)]

    def choose(mask: int):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    k = kernel("a", {}, choose)
    with pytest.raises(ValueError, match="first"):
        k.call(X)
    assert k.call(X)[2] == (X,)


def test_a_forgotten_target_is_chosen_anew(kernel) -> None:
    k = kernel("a b", {})
    for args in ((X, Y), (1.0, Y), (X, 2.0), (1, 2)) * 2:
        k.call(*args)
    k.dispatcher.forget(0b0001)
    k.dispatcher.forget(0b1010)
    k.dispatcher.forget(0b1111)  # there is none
    for _ in range(2):
        for args, mask in (((X, Y), 0), ((1.0, Y), 1), ((X, 2.0), 4), ((1, 2), 10)):
            assert k.call(*args)[0] == mask
    assert [mask for mask, _ in k.chosen] == [0, 1, 4, 10, 1, 10]
    k.dispatcher.forget(0)
    assert k.call(X, Y)[0] == 0 and len(k.chosen) == 7


def test_what_is_forgotten_while_it_is_chosen_is_not_kept(kernel) -> None:
    def choose(mask: int):
        if len(k.chosen) == 1:
            k.dispatcher.forget(mask)
        return Recorder(mask)

    k = kernel("a", {}, choose)
    for _ in range(3):
        assert k.call(X)[2] == (X,)
    assert len(k.chosen) == 2


def test_a_target_may_be_forgotten_while_it_runs(kernel) -> None:
    def body(a):
        k.dispatcher.forget(0)
        gc.collect()
        return np.negative(a)

    k = kernel("a", {}, lambda mask: make_ufunc("f", None, 1, 1, resolver(body, 1)))
    for _ in range(5):
        np.testing.assert_array_equal(k.call(X), -X)


@pytest.mark.needs_cc
def test_the_table_follows(unit: Native) -> None:
    k = Kernel("builtin", unit, "a b", {})
    follower = k.dispatcher.followers[0]

    def table() -> dict[int, int]:
        state = cast(Any, follower).state
        return {state.table[place].mask: state.table[place].ufunc for place in range(state.entries)}

    def targets() -> dict[int, int]:
        return {mask: id(target) for mask, target in k.dispatcher.targets.items()}

    for args in ((X, Y), (1.0, Y), (X, 2.0), (1, 2)):
        k.call(*args)
        assert table() == targets()
    for mask in (1, 10, 7, 0, 4):
        k.dispatcher.forget(mask)
        assert table() == targets()
    k.call(X, Y)
    assert table() == targets() and len(table()) == 1


def test_real_ufuncs(kernel) -> None:
    k = kernel("a b", {"b": 2.0}, lambda mask: make_ufunc("f", None, 2, 1, resolver(lambda a, b: np.add(a, b), 2)))
    out = np.empty(3)
    for _ in range(3):
        np.testing.assert_array_equal(k.call(X, Y), X + Y)
        np.testing.assert_array_equal(k.call(X), X + 2)
        assert k.call(X, Y, out) is out and k.call(X, out=out) is out and k.call(b=X, a=Y, out=out) is out
        assert k.call(1, 2) == 3
        with pytest.raises(TypeError, match="no operation on object"):
            k.call(None, X)


def test_dropped_kernels_are_collected(kernel) -> None:
    # the cycle: dispatcher, its choice, kernel, class, builtin, dispatcher
    def one() -> weakref.ref[Any]:
        k = kernel("a b", {"b": [1.0]}, lambda mask: make_ufunc("f", None, 2, 1, resolver(lambda a, b: a + b, 2)))
        k.call(X, Y)
        return weakref.ref(k.dispatcher)

    alive = [one() for _ in range(300)]
    gc.collect()
    assert not any(each() is not None for each in alive)


def test_arguments_are_neither_kept_nor_lost(kernel) -> None:
    import sys

    k = kernel("a b", {"b": object()}, lambda mask: lambda *args, **kwargs: None)
    value, other, name = np.ones(3), np.ones(2), "out"

    def wrong() -> None:
        with pytest.raises(TypeError):
            k.call(value, nonsense=other)

    calls = (
        lambda: k.call(value, other),
        lambda: k.call(value),
        lambda: k.call(a=value, out=other),
        lambda: k.call(value, b=other, **{name: value}),
        wrong,
    )
    for call in calls:
        call()
    before = [sys.getrefcount(each) for each in (value, other, None, name)]
    for _ in range(200):
        for call in calls:
            call()
    after = [sys.getrefcount(each) for each in (value, other, None, name)]
    assert [abs(a - b) < 50 for a, b in zip(after, before)] == [True] * 4


@pytest.mark.needs_cc
def test_callable_types(unit: Native) -> None:
    kind = callable_type(unit["iris_callable_type"], Base, "tests.Called")
    assert issubclass(kind, Base) and kind.__name__ == "Called" and kind.__module__ == "tests"
    with pytest.raises(TypeError):
        cast(Any, kind())(X)  # nothing attached
    with pytest.raises(RuntimeError, match="one size"):
        callable_type(unit["iris_callable_type"], type("Wide", (Base,), {"__slots__": ("a", "b")}), "tests.Wide")
    with pytest.raises(ValueError, match="32"):
        attach(kind(), unit["iris_vectorcall"], Dispatcher("f", [f"p{i}" for i in range(33)], {}, Recorder))


def test_weak_types() -> None:
    assert weak_types(0b11100100, 4) == (None, float, int, bool)


def test_dict_versions_are_tried_not_assumed() -> None:
    assert native._dicts_have_versions() in {True, False}
