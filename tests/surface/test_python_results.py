"""The types of results on the Python route: those that compiled code gives, whatever the values are."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from typing import Any

import dask.array as da
import numpy as np
import pytest
import xarray as xr

import iris_cc
from tests.surface.python_functions import same

SCALE = 2
TABLE = [1.0, 2.5]


def quiet(function: Callable[..., Any], **options: Any) -> iris_cc.Kernel:
    return iris_cc.kernel(function, fallback="silent", **options)


BODIES = {
    "relu": "if x > 0:\n    return x\nreturn 0",
    "constant": "return 3",
    "large": "if x > 100:\n    return 300\nreturn x",
    "halves": "return x / 2 if x > 1 else x",
    "floats": "y = 0\nfor i in range(3):\n    y += x * 0.5\nreturn y",
    "ints": "return int(x) * 2",
    "bools": "return x > 1 and x < 3",
    "several": "return x, x > 0, 1.5",
    "loop": "n = 0\nwhile x > 1:\n    x, n = x - 1, n + 1\n    if n > 5:\n        break\nelse:\n    return n\nreturn x",
    "names": "y = x\nif x > 1:\n    y = 2.5\nreturn y * x",
    "extremes": "return max(x, 2), min(1.5, x), round(x), abs(x)",
    "numpy": "return np.where(x > 1, x, 2), np.sqrt(np.float64(x)), np.maximum(x, 1), np.int16(3)",
    "maths": "return math.floor(x), math.sin(x), math.isnan(x)",
    "powers": "return x ** 2, 2 ** 3, 2 ** -1, 4.0 ** 2",
    "captured": "return x * SCALE",
    "walrus": "return (y := x + 1) * y",
    "tuple": "a, b = x, 2\na, b = b, a\nreturn a + b",
    "early": "for i in range(5):\n    if i > x:\n        return i\nreturn -1.5",
}


def function_of(body: str, name: str) -> Any:
    scope: dict[str, Any] = {"np": np, "math": math, "SCALE": SCALE}
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    text = f"def {name}(x):\n{indented}"
    exec(compile(text, "<text>", "exec"), scope)
    scope[name].text = text
    return scope[name]


@pytest.mark.parametrize("dtype", ["?", "i1", "u1", "i2", "i4", "i8", "u8", "f4", "f8"])
@pytest.mark.parametrize("name", BODIES)
def test_types_are_those_of_compiled_code(name: str, dtype: str) -> None:
    """One statement outside the language changes no type, nor do values, nor their absence."""
    plain, other = function_of(BODIES[name], name), function_of(f"print(end='')\n{BODIES[name]}", name)
    kernel = quiet(plain, source=plain.text)
    try:
        specialized = kernel.compile(dtype)
    except iris_cc.CompileError:
        return  # NumPy has no such operation, or one in float16
    assert specialized.route in ("compiled", "interpreted")
    results = kernel(np.zeros(0, dtype))
    wanted = [each.dtype for each in (results if isinstance(results, tuple) else (results,))]
    python = quiet(other, source=other.text)
    assert python.explain(np.zeros(1, dtype)).route == "python"
    for values in ([], [0], [1], [0, 1], [1, 1, 1], [3, 0], [-2, -3]):
        if min(values, default=0) < 0 and np.dtype(dtype).kind in "bu":
            continue
        if max(values, default=0) > 1 and dtype == "?":
            continue
        found = python(np.array(values, dtype))
        assert [each.dtype for each in (found if isinstance(found, tuple) else (found,))] == wanted, values


def relu(x):
    assert x <= 100
    if x > 0:
        return x
    return 0


X = np.array([-1.0, -2.0, 3.7, 4.9])


def test_chunks_and_slices() -> None:
    kernel = quiet(relu)
    wanted = np.maximum(X, 0)
    same(kernel(da.from_array(X, chunks=2)).compute(), wanted)
    same(da.from_array(X, chunks=2).map_blocks(kernel).compute(), wanted)
    same(np.apply_along_axis(kernel, 1, X.reshape(2, 2)), wanted.reshape(2, 2))
    chunked = xr.DataArray(X, dims="t").chunk(t=2)
    same(xr.apply_ufunc(kernel, chunked, dask="parallelized", output_dtypes=[float]).values, wanted)
    for dtype in ("i4", "f4", "f8", "c8"):
        for values in ([], [-1], [-1, 1]):
            assert kernel.py_func is relu
            if dtype != "c8":
                assert kernel(np.array(values, dtype)).dtype == dtype


def test_folds() -> None:
    def larger(a, b):
        assert a <= 100
        return a if a > b else b * 0.5

    kernel = quiet(larger)
    for values in ([5], [5, 4, 3], [1, 2]):
        assert kernel.reduce(np.array(values, "i4")).dtype == np.float64
        assert kernel.accumulate(np.array(values, "i4")).dtype == np.float64
        assert kernel.reduceat(np.array(values, "i4"), [0]).dtype == np.float64
        assert kernel.outer(np.array(values, "i4"), np.array(values, "i4")).dtype == np.float64
    assert kernel.reduce(np.array([1, 2], "f4")).dtype == np.float32
    assert kernel.reduce(np.zeros((0, 2), "i4"), initial=3).dtype == np.float64


def recursive(n):
    return 1 if n <= 1 else n * recursive(n - 1)


def guarded(x):
    try:
        y = 1 / x
    except ZeroDivisionError:
        y = 0
    finally:
        print(end="")
    return y


def inner(x):
    def half(v):
        return v / 2

    with np.errstate(all="ignore"):
        y = sum(half(x) * k for k in range(3))
    return y if y is not None else 0


def table(x):
    return TABLE[int(x)] if x >= 0 else 0


def matched(x):
    match int(x):
        case 0:
            return 1
        case _:
            return x * 0.5


def imported(x):
    import math as m

    return m.gcd(int(x), 4) + np.heaviside(x, 0)


@pytest.mark.parametrize("function", [recursive, guarded, inner, table, matched, imported], ids=lambda f: f.__name__)
def test_statements_outside_the_language(function: Callable[..., Any]) -> None:
    kernel = quiet(function)
    every = kernel(np.array([0.0, 1.0])).dtype
    for values in ([], [0.0], [1.0], [1.0, 0.0]):
        assert kernel(np.array(values)).dtype == every == np.float64
    with np.errstate(all="ignore"):
        wanted = [function(each) for each in np.array([0.0, 1.0])]
    same(kernel(np.array([0.0, 1.0])), np.array(wanted, "f8"))


def test_captured_names_are_read_anew() -> None:
    factor: Any = 2

    def scaled(x):
        assert x <= 100
        return int(x) * factor

    kernel = quiet(scaled)
    same(kernel(np.array([1.0, 2.0])), np.array([2, 4]))
    factor = 2.5
    same(kernel(np.array([1.0, 2.0])), np.array([2.5, 5.0]))
    same(kernel(np.zeros(0)), np.zeros(0))


def test_what_cannot_be_told_follows_the_values() -> None:
    class Box:
        value = 2.5

    def opaque(x):
        return x * Box().value if x > 0 else 0

    kernel = quiet(opaque)
    same(kernel(np.array([0, 1])), np.array([0.0, 2.5]))
    same(kernel(np.array([0, 0])), np.array([0, 0]))
    same(quiet(opaque, otypes="d")(np.array([0, 0])), np.zeros(2))
    same(quiet(opaque, otypes=[np.float32])(np.zeros(0, "i4")), np.zeros(0, "f4"))


def test_nothing_is_lost_where_a_value_does_not_fit() -> None:
    def huge(x):
        assert x <= 100
        return 10 ** (int(x) + 30) if x > 0 else 7

    found = quiet(huge)(np.array([1.0, 0.0]))
    assert found.dtype == object and found.tolist() == [10**31, 7]


# -- otypes ------------------------------------------------------------------------------------------------------------


def two(x):
    return x * 2.5, x > 1


def two_in_python(x):
    print(end="")
    return x * 2.5, x > 1


@pytest.mark.parametrize("function", [two, two_in_python])
@pytest.mark.parametrize("otypes", ["if", ["i4", "f4"], (np.float32, bool), "Df", ("f2", "u1")])
def test_otypes(function: Callable[..., Any], otypes: Any) -> None:
    kernel = quiet(function, otypes=otypes)
    wanted = [np.dtype(each) for each in otypes]
    for values in (np.array([1.0, 2.0]), np.array([1, 2], "i1"), np.zeros(0)):
        for found, column, dtype in zip(kernel(values), two(values), wanted, strict=True):
            same(found, column.astype(dtype))
    again = pickle.loads(pickle.dumps(kernel))
    assert [each.dtype for each in again(np.ones(2))] == wanted
    assert kernel.nout == 2


def half(x):
    return x / 2


@pytest.mark.parametrize("otypes", ["f4", "float32", np.float32, np.dtype("f4"), ["f4"], "f"])
def test_one_otype(otypes: Any) -> None:
    kernel = quiet(half, otypes=otypes)
    same(kernel(np.array([1.0, 3.0])), np.array([0.5, 1.5], "f4"))
    same(kernel(3), np.float32(1.5))
    same(quiet(relu, otypes=otypes)(X), np.maximum(X, 0).astype("f4"))


@pytest.mark.parametrize("otypes", ["Z", [None], [], "", 3.5, object(), ["f8", "nonsense"], "dd"])
def test_wrong_otypes(otypes: Any) -> None:
    with pytest.raises(ValueError, match="otypes"):
        quiet(half, otypes=otypes)


def test_otypes_of_another_number() -> None:
    with pytest.raises(TypeError, match="otypes"):
        quiet(relu, otypes="dd")(X)
