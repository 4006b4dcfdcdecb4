"""The table of cases is complete, and every kernel in it computes what its Python function says.  Nothing is timed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import iris_cc
from benchmarks.cases import GROUPS, SAME, Case, all_cases, inputs_of
from benchmarks.checking import agreement, expected_dtype, ulps
from benchmarks.contenders import CONTENDERS, Unavailable, by_name, make_turn

CASES = all_cases()
KERNELS = [case for case in CASES if case.call is None]
MUST_BE_THERE = (
    "escape f8", "escape f4", "newton fractal", "implied volatility", "kepler", "collatz", "bisection", "black-scholes",
    "haversine", "gelu tanh", "gelu erf", "softplus", "srgb decode", "horner 12", "hash u4", "hash u8", "clip chain",
    "index 3d", "200 operations", "exp f8", "exp f4", "power f8", "erf f4",
)  # fmt: skip


def test_the_table_is_complete() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
    assert set(MUST_BE_THERE) <= set(names)
    assert {case.group for case in CASES} == set(GROUPS)
    for case in CASES:
        assert case.text and case.size > 0


def test_who_cannot_say_a_case_has_a_reason() -> None:
    for case in CASES:
        for peer in ("numpy", "numexpr", "jax"):
            assert getattr(case, peer) is not None or dict(case.why).get(peer), (case.name, peer)


@pytest.mark.needs_cc
@pytest.mark.parametrize("group", [group for group in GROUPS if group != "calls"])
def test_kernels_agree_with_python(group: str) -> None:
    for case in KERNELS:
        if case.group == group:
            inputs = inputs_of(case, 60)
            kernel = iris_cc.kernel(case.iris or case.function, fallback="error")
            result = np.asarray(kernel(*inputs))
            assert result.dtype == expected_dtype(case, inputs), case.name
            found = agreement(case, inputs, result, 40)
            assert found.holds, f"{case.name}: {found}, worst {found.worst:g} ULP"


@pytest.mark.parametrize("case", [case for case in KERNELS if case.numpy is not None], ids=lambda case: case.name)
def test_numpy_says_the_same(case: Case) -> None:
    inputs = inputs_of(case, 60)
    assert agreement(case, inputs, make_turn(by_name("numpy"), case, inputs, 1).call(), 30).holds


def test_a_wrong_result_is_seen() -> None:
    case = next(case for case in CASES if case.name == "escape f8")
    inputs = inputs_of(case, 100)
    right = np.array([case.function(*pair) for pair in zip(*inputs, strict=True)])
    assert agreement(case, inputs, right).holds
    found = agreement(case, inputs, right + 1)
    assert not found.holds and not found.counts
    case = next(case for case in CASES if case.name == "horner 12")
    inputs = inputs_of(case, 100)
    nearly = agreement(case, inputs, np.nextafter(case.function(*inputs), np.inf))
    assert not nearly.holds and nearly.counts  # rounded otherwise, yet the same work


def test_distance_in_units_of_the_last_place() -> None:
    one = np.array([1.0, 1.0, np.nan, 0.0, np.inf])
    other = np.array([np.nextafter(1.0, 2.0), 1.0, np.nan, -0.0, np.inf])
    assert ulps(other, one, 0.0).tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert ulps(np.array([np.nan]), np.array([1.0]), 0.0).tolist() == [np.inf]


def test_a_peer_that_is_not_installed_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(case for case in CASES if case.name == "gelu tanh")
    real = __import__("importlib").import_module

    def refuse(name: str, *rest: Any) -> Any:
        if name in {"numba", "numexpr", "blosc2", "jax"}:
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr("importlib.import_module", refuse)
    for contender in CONTENDERS:
        if contender.module in {"numba", "numexpr", "blosc2", "jax"}:
            with pytest.raises(Unavailable, match=r"not installed|one processor"):
                make_turn(contender, case, inputs_of(case, 10), 1 if contender.name.endswith("-all") else 2)


def test_the_same_function_is_given_to_numpy_where_it_can_be() -> None:
    assert any(case.numpy == SAME for case in CASES)
