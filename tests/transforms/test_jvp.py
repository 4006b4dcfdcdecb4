"""A transform of a source is a kernel on every route: forward-mode differentiation, against central differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import iris_cc
from iris_cc import api
from iris_cc.ir.verify import verify
from iris_cc.kernels.options import Options
from tests.transforms.jvp import Jvp


@iris_cc.kernel(fallback="silent")
def smooth(x, y):
    return np.exp(-x * x) * np.sin(3.0 * y) / np.sqrt(1.0 + y * y)


@iris_cc.kernel(fallback="silent")
def two_results(x, y):
    if x > y:
        return x * y, np.log(x * x + 1.0)
    return np.tanh(x - y), np.cos(y)


@iris_cc.kernel(fallback="silent")
def kepler(mean, eccentricity):
    anomaly = mean
    for _ in range(30):
        step = (anomaly - eccentricity * np.sin(anomaly) - mean) / (1.0 - eccentricity * np.cos(anomaly))
        anomaly = anomaly - step
        if step * step < 1e-30:
            break
    return anomaly


@iris_cc.kernel(fallback="silent")
def newton_root(a, start):
    x = start
    while (x * x - a) * (x * x - a) > 1e-24:
        x = 0.5 * (x + a / x) if x > 0.0 else -x
    return x


CASES: dict[str, tuple[Any, tuple[float, float], tuple[float, float]]] = {
    "smooth": (smooth, (-2.0, 2.0), (-2.0, 2.0)),
    "two_results": (two_results, (0.1, 2.0), (2.1, 3.0)),
    "kepler": (kepler, (0.1, 3.0), (0.05, 0.6)),
    "newton_root": (newton_root, (1.0, 9.0), (0.5, 4.0)),
}


def differences(call: Callable[..., Any], x: Any, y: Any, dx: Any, dy: Any) -> list[Any]:
    """The directional derivative of each result, by a central difference of the kernel itself."""
    step = 1e-6
    above, below = call(x + step * dx, y + step * dy), call(x - step * dx, y - step * dy)
    pairs = zip(above, below) if isinstance(above, tuple) else [(above, below)]
    return [(high - low) / (2 * step) for high, low in pairs]


@pytest.mark.parametrize("route", [pytest.param("compiled", marks=pytest.mark.needs_cc), "interpreted"])
@pytest.mark.parametrize("name", CASES)
def test_the_transform_is_a_kernel(name: str, route: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel, *ranges = CASES[name]
    if route == "interpreted":
        monkeypatch.setenv("ME_DSL_JIT", "0")
    jvp = api.of_source(Jvp(kernel.state.source), Options(fallback="silent"))
    rng = np.random.default_rng(5)
    x, y = (rng.uniform(*each, 200) for each in ranges)
    dx, dy = rng.normal(size=(2, 200))
    if name == "newton_root":  # the root does not depend on where the search began
        dy = np.zeros(200)
    values = jvp(x, y, dx, dy)
    count = kernel.nout
    plain = kernel(x, y)
    plain = plain if isinstance(plain, tuple) else (plain,)
    for value, want in zip(values[:count], plain, strict=True):
        np.testing.assert_array_equal(value, want)
    for tangent, want in zip(values[count:], differences(kernel, x, y, dx, dy), strict=True):
        np.testing.assert_allclose(tangent, want, rtol=2e-6, atol=2e-8)
    assert jvp.explain(x, y, dx, dy).route == route


@pytest.mark.parametrize("name", CASES)
def test_its_functions_are_valid(name: str) -> None:
    spec = api.of_source(Jvp(CASES[name][0].state.source)).specialization(("f8",) * 4)
    verify(spec.raw)
    verify(spec.fn)
