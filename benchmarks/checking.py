"""What is right: the Python function itself, on NumPy scalars, element by element.

Nothing is timed before its results were compared with these.
"""

from __future__ import annotations

import types
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.cases import Case

Array = Any
SAMPLE = 300


@dataclass(frozen=True)
class Agreement:
    """How results compare with the Python function's: looked at, outside the bound, worst."""

    looked_at: int
    outside: int
    worst: float  # in ULP; 0 or inf for exact cases
    far: int = 0  # elements that are another number altogether

    @property
    def holds(self) -> bool:
        return self.outside == 0

    @property
    def counts(self) -> bool:
        """Whether it is the same work: a fused multiply-add is; one element in twenty far off is not."""
        return self.far * 20 <= self.looked_at

    def __str__(self) -> str:
        return f"{self.outside} of {self.looked_at} sampled elements differ" if self.outside else "agrees"


def sample_of(size: int, most: int = SAMPLE) -> Array:
    """Positions to look at: the ends, and others drawn alike in every run."""
    if size <= most:
        return np.arange(size)
    drawn = np.random.default_rng(11).choice(size, most - 8, replace=False)
    return np.unique(np.concatenate([drawn, np.arange(4), np.arange(size - 4, size)]))


def python_results(case: Case, inputs: tuple[Array, ...], where: Array) -> list[Any]:
    """The function on the elements at the flat positions `where`."""
    shape = inputs[0].shape
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        if not case.indexed:
            flat = [each.reshape(-1) for each in inputs]
            return [case.function(*(each[i] for each in flat)) for i in where.tolist()]
        results = []
        for position in zip(*(axis.tolist() for axis in np.unravel_index(where, shape))):
            space = {f"_i{axis}": np.int64(i) for axis, i in enumerate(position)}
            function = types.FunctionType(case.function.__code__, {**case.function.__globals__, **space})
            results.append(function(*(each[position] for each in inputs)))
        return results


def expected_dtype(case: Case, inputs: tuple[Array, ...]) -> np.dtype[Any]:
    """The type of the result: for a function of `math`, which knows doubles only, that of its operand."""
    kind = inputs[0] if case.iris is not None else np.asarray(python_results(case, inputs, np.arange(1))[0])
    dtype: np.dtype[Any] = kind.dtype
    return dtype


def agreement(case: Case, inputs: tuple[Array, ...], result: Array, most: int = SAMPLE) -> Agreement:
    """`result` against the Python function, on a sample."""
    where = sample_of(inputs[0].size, most)
    dtype = expected_dtype(case, inputs)
    want = np.asarray(python_results(case, inputs, where)).astype(dtype)
    got = np.asarray(result).reshape(-1)[where]
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    if case.ulp is None and bool(same.all()):
        return Agreement(len(where), 0, 0.0)
    if dtype.kind != "f":
        return Agreement(len(where), int((~same).sum()), float("inf"), int((~same).sum()))
    distance = ulps(got.astype(dtype), want, case.scale)
    outside, far = int((distance > (case.ulp or 0.0)).sum()), int((distance > (case.ulp or 0.0) + 1_000.0).sum())
    return Agreement(len(where), outside, float(distance.max(initial=0.0)), far)


def ulps(got: Array, want: Array, scale: float) -> Array:
    """The distance in units of the last place of `want`, or of `scale` where that is larger."""
    with np.errstate(all="ignore"):
        unit = np.spacing(np.maximum(np.abs(want), want.dtype.type(scale))).astype("f8")
        distance = np.abs(got.astype("f8") - want.astype("f8")) / unit
        same = (got == want) | (np.isnan(got) & np.isnan(want))
    return np.where(same, 0.0, np.where(np.isnan(distance), np.inf, distance))
