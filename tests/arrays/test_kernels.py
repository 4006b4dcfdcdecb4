"""Kernels of arrays are what `np.vectorize` makes of their functions, on every route and for every layout."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import iris_cc

ROUTES = ("compiled", "interpreted", "python")
rng = np.random.default_rng(7)


def dot(x: Any, y: Any) -> Any:
    total = 0.0
    for i in range(len(x)):
        total += x[i] * y[i]
    return total


def matvec(m: Any, v: Any) -> Any:
    rows, columns = m.shape
    out = np.zeros(rows)
    for i in range(rows):
        for j in range(columns):
            out[i] += m[i, j] * v[j]
    return out


def smooth(x: Any, width: Any) -> Any:
    out = np.empty_like(x)
    for i in range(len(x)):
        low, high = max(i - width, 0), min(i + width + 1, len(x))
        total = x[low] - x[low]
        for v in x[low:high]:
            total += v
        out[i] = total / (high - low)
    return out


def longest_run(x: Any) -> Any:
    best = run = 0
    for a, b in zip(x[:-1], x[1:]):  # noqa: RUF007
        run = run + 1 if a == b else 0
        best = max(best, run)
    return best, sum(1 for v in x if v > x[0]), x[-1]


def sorted_middle(x: Any) -> Any:
    kept = [v for v in x]  # noqa: C416
    for i in range(1, len(kept)):
        v, j = kept[i], i - 1
        while j >= 0 and kept[j] > v:
            kept[j + 1] = kept[j]
            j -= 1
        kept[j + 1] = v
    return kept[len(kept) // 2]


def edit_distance(a: Any, b: Any) -> Any:
    row = [j for j in range(len(b) + 1)]  # noqa: C416
    for i, p in enumerate(a):
        before = row[0]
        row[0] = i + 1
        for j, q in enumerate(b):
            kept = row[j + 1]
            row[j + 1] = min(before + (p != q), row[j] + 1, kept + 1)
            before = kept
    return row[len(b)]


def pick(x: Any, i: Any) -> Any:
    return x[i]


def sums(x: Any) -> Any:
    return sum(x), max(x), min(x), any(v > 3 for v in x), all(v > 0 for v in x), x.size


KERNELS: list[tuple[Callable[..., Any], str, list[Any]]] = [
    (dot, "(n),(n)->()", [rng.random((4, 5)), rng.random(5)]),
    (dot, "(n),(n)->()", [rng.integers(-9, 9, (3, 4)).astype("i2"), rng.random((2, 1, 4)).astype("f4")]),
    (dot, "(n),(n)->()", [np.empty((3, 0)), np.empty(0)]),
    (matvec, "(m,n),(n)->(m)", [rng.random((2, 3, 4)), rng.random(4)]),
    (matvec, "(m,n),(n)->(m)", [np.asfortranarray(rng.random((3, 4))), rng.random((5, 8))[:, ::-2]]),
    (smooth, "(n),()->(n)", [rng.random((3, 9)), np.array([0, 1, 4])]),
    (smooth, "(n),()->(n)", [rng.random(9).astype("f4")[::-1], 2]),
    (longest_run, "(n)->(),(),()", [rng.integers(0, 3, (6, 12))]),
    (sorted_middle, "(n)->()", [rng.random((5, 7))]),
    (sorted_middle, "(n)->()", [rng.integers(0, 250, (4, 5)).astype("u1").T.copy().T]),
    (edit_distance, "(m),(n)->()", [rng.integers(0, 3, (4, 6)), rng.integers(0, 3, (4, 5))]),
    (edit_distance, "(m),(n)->()", [np.empty((2, 0), "i4"), rng.integers(0, 3, 5).astype("i4")]),
    (pick, "(n),()->()", [rng.random(4), np.array([0, -1, 3, -4], "i1")]),
    (pick, "(n),()->()", [rng.random((4, 2)) > 0.5, np.array([0, 1, 1, 0], "u8")]),
    (sums, "(n)->(),(),(),(),(),()", [rng.random((3, 6)) * 5]),
]
IDS = [f"{function.__name__}-{k}" for k, (function, _, _) in enumerate(KERNELS)]


@pytest.fixture(params=ROUTES)
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "interpreted":
        monkeypatch.setenv("ME_DSL_JIT", "0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", iris_cc.FallbackWarning)
        yield request.param


def made(function: Callable[..., Any], signature: str, route: str) -> Callable[..., Any]:
    kernel = iris_cc.kernel(function, signature=signature)
    if route == "python":
        return kernel.state.in_python
    return kernel


def same(actual: Any, wanted: Any) -> None:
    actual, wanted = ((each if isinstance(each, tuple) else (each,)) for each in (actual, wanted))
    for got, expected in zip(actual, wanted, strict=True):
        np.testing.assert_array_equal(got, expected)
        assert np.shape(got) == np.shape(expected) and np.asarray(got).dtype == np.asarray(expected).dtype


@pytest.mark.parametrize(("function", "signature", "args"), KERNELS, ids=IDS)
def test_is_what_vectorize_makes(function: Callable[..., Any], signature: str, args: list[Any], route: str) -> None:
    same(made(function, signature, route)(*args), np.vectorize(function, signature=signature)(*args))


def test_is_a_generalised_ufunc(route: str) -> None:
    x, y = rng.random((3, 4, 5)), rng.random((3, 4, 5))
    kernel = made(dot, "(n),(n)->()", route)
    wanted = (x * y)[..., 0].copy() * 0
    for k in range(5):
        wanted += x[..., k] * y[..., k]
    out = np.empty((3, 4))
    assert kernel(x, y, out=out) is out
    same(out, wanted)
    same(kernel(x, y, keepdims=True), wanted[..., None])
    moved = [np.moveaxis(each, -1, 0) for each in (x, y)]
    same(kernel(*moved, axis=0), wanted)
    same(kernel(moved[0], y, axes=[0, 2, ()]), wanted)
    with pytest.raises(ValueError, match=r"core dimension|mismatch"):
        kernel(x, y[..., :4])
    with pytest.raises(ValueError, match="enough dimensions"):
        kernel(1.0, y)
    with pytest.raises(TypeError):
        kernel(x, y, where=out > 0)


def test_results_may_be_stored_to_parameters(route: str) -> None:
    def scaled(x: Any, factor: Any, out: Any, total: Any) -> None:
        total[0] = 0.0
        for i, v in enumerate(x):
            out[i] = factor * v
            total[0] += out[i]

    kernel = made(scaled, "(n),()->(n),()", route)
    x = np.arange(6.0).reshape(2, 3)
    out, total = kernel(x, np.array([2.0, 10.0]))
    same(out, x * [[2], [10]])
    same(total, np.array([6.0, 120.0]))


def test_an_index_outside_raises_after_the_others_are_done(route: str) -> None:
    kernel = made(pick, "(n),()->()", route)
    for wrong in (4, -5, 1 << 40):
        with pytest.raises(IndexError, match="bounds"):
            kernel(np.arange(4.0), np.array([0, wrong, 1]))
    same(kernel(np.arange(4.0), np.array([0, 3, -4])), np.array([0.0, 3.0, 0.0]))


def test_faults_have_the_exceptions_of_python(route: str) -> None:
    def smallest(x: Any) -> Any:
        return min(x)

    def strict(x: Any, y: Any) -> Any:
        return sum(a * b for a, b in zip(x, y, strict=True))

    with pytest.raises(ValueError):
        made(smallest, "(n)->()", route)(np.empty(0))
    with pytest.raises(ValueError):
        made(strict, "(m),(n)->()", route)(np.ones(2), np.ones(3))


def test_an_array_returned_has_the_size_of_its_dimension(route: str) -> None:
    def shorter(x: Any) -> Any:
        return x[1:]

    with pytest.raises(ValueError):
        made(shorter, "(n)->(n)", route)(np.ones((2, 3)))


def test_optional_dimensions_are_numpys() -> None:
    def total(x: Any, y: Any) -> Any:
        out = np.zeros((x.shape[0], y.shape[1]))
        for i in range(x.shape[0]):
            for j in range(y.shape[1]):
                for k in range(x.shape[1]):
                    out[i, j] += x[i, k] * y[k, j]
        return out

    kernel = iris_cc.kernel(total, signature="(m?,n),(n,p?)->(m?,p?)")
    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    for x, y in ((a, b), (a[0], b), (a, b[:, 0]), (a[0], b[:, 0])):
        same(kernel(x, y), np.matmul(x, y))


def test_what_is_made_of_it() -> None:
    kernel = iris_cc.kernel(dot, signature=" ( n ),(n)->( ) ")
    assert kernel.signature == kernel.ufunc.signature == "(n),(n)->()"
    assert isinstance(kernel.ufunc, np.ufunc) and kernel.nin == 2 and kernel.nout == 1
    assert "load" in kernel.inspect_ir("f8", "f8") and "iris_loop" in kernel.inspect_c("f8", "f8")
    x = rng.random((3, 4))
    same(pickle.loads(pickle.dumps(kernel))(x, x), kernel(x, x))
    assert iris_cc.kernel(dot, fallback="silent").signature is None


@pytest.mark.parametrize("signature", ["n->()", "(n)", "(n)->", "(n,)->()x", "(1n)->()", "(n?),(n)->()", "(0)->()"])
def test_what_is_no_signature_is_refused(signature: str) -> None:
    with pytest.raises(ValueError):
        iris_cc.kernel(dot, signature=signature)


@pytest.mark.parametrize("bounds", [(None, None), (1, None), (None, -1), (-2, None), (1, 3), (3, 1), (-9, 9), (2, -2)])
@pytest.mark.parametrize("step", [None, 1, 2, -1, -2])
def test_slices_are_pythons(bounds: tuple[Any, Any], step: int | None, route: str) -> None:
    words = [*("" if each is None else str(each) for each in bounds), "" if step is None else str(step)]
    cut = ":".join(words)
    text = f"def f(x, i):\n    y = x[{cut}]\n    return len(y), sum(v * (k + 1) for k, v in enumerate(y))"
    text += f", len(x[i:i + 3:{step or ''}]), sum(x[:i])"
    scope: dict[str, Any] = {}
    exec(text, scope)
    kernel = iris_cc.kernel(scope["f"], signature="(n),()->(),(),(),()", source=text, fallback="error")
    called = kernel.state.in_python if route == "python" else kernel
    x = np.arange(1.0, 6.0)
    for i in range(-7, 8):
        wanted = np.vectorize(scope["f"], signature="(n),()->(),(),(),()")(x, np.int64(i))
        np.testing.assert_array_equal(called(x, i), wanted)  # a sum of nothing is an int in Python
