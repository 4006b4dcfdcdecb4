"""A Python function as the step of a fold, over boxed values.  This module may not know which method walks."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from iris_cc.numpy_calls.casts import DType, check_cast
from iris_cc.pyroute.elements import WEAK, array_of, box, result_type

Step: TypeAlias = Callable[..., Any]


class StepFold:
    """`step(total, element)`; a step gets what the one before gave.

    Results are of the type `expected`, or what their values say, or of `otype` if the kernel has one; and in the end of
    the type `goal` that the call asks for.
    """

    dtype = np.dtype(object)

    def __init__(
        self,
        name: str,
        step: Step,
        values: np.ndarray,
        goal: DType | None,
        start: tuple[Any, ...],
        expected: DType | None,
        otype: DType | None,
    ) -> None:
        self.name = name
        self.step = step
        self.values = box(values if goal is None else values.astype(goal))
        self.goal = goal
        self.start = start
        self.expected = expected
        self.otype = otype

    def total(self, line: np.ndarray, *start: Any) -> Any:
        with np.errstate(all="ignore"):
            return functools.reduce(self.step, line.tolist(), *start)

    def running(self, line: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.fromiter(itertools.accumulate(line.tolist(), self.step), object, line.size)

    def settled(self, result: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            array = array_of(result, self.expected)
            array = array if self.otype is None else array.astype(self.otype, copy=False)
            if self.goal is None or array.dtype == self.goal:
                return array
            if array.size:
                check_cast(self.name, array.dtype, self.goal, "same_kind", "output")
            return array.astype(self.goal)


def fitting(name: str, value: Any, target: DType) -> Any:
    """`value` in the type of the array it goes to, to which Python scalars give way."""
    if target.hasobject:
        return value
    kind = result_type([value])
    met = np.result_type(target, type(value)(0)) if type(value) in WEAK else kind
    check_cast(name, kind if met != target else target, target, "same_kind", "output")
    return np.asarray(value).astype(target)
