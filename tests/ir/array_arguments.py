"""Arrays to call a function with, one row per element: of any layout, overlapping, with bytes around them to watch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from iris_cc.ir.nodes import ArrayParam, Atom, Const, Function
from tests.ir.strategies import corners

Rows = npt.NDArray[Any]


class Arguments:
    """The same arrays for the same seed; `memory` is everything they lie in."""

    def __init__(self, fn: Function, count: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.count = count
        self.sizes = {var: int(self.rng.choice((0, 1, 2, 3, 4, 4, 4, 5))) for var in fn.axis_inputs}
        self.memory: list[Rows] = []
        self.arrays: list[Rows] = []
        for param in fn.arrays:
            self.arrays.append(self.one(param))

    def one(self, param: ArrayParam) -> Rows:
        shape = (self.count, *(self.size(axis.extent) for axis in param.axes))
        flat = any(isinstance(axis.step, Const) for axis in param.axes)
        twins = [a for a in self.arrays if a.shape == shape and a.dtype == param.array.type.dtype and a.strides[0]]
        if twins and not flat and self.rng.integers(4):
            return twins[-1][:, ::-1] if len(shape) > 1 and not self.rng.integers(3) else twins[-1]
        if flat or self.rng.integers(3) == 0:
            return self.made(shape, param)
        order = [0, *(1 + self.rng.permutation(len(shape) - 1))]
        if self.rng.integers(2):
            order = [*order[1:], 0]
        made = self.made([shape[axis] for axis in order], param).transpose(np.argsort(order))
        if not param.array.is_writable and self.rng.integers(3) == 0:
            return np.broadcast_to(made[:1], shape)
        return made[:, ::-1] if len(shape) > 1 and self.rng.integers(2) else made

    def size(self, atom: Atom) -> int:
        return int(atom.value) if isinstance(atom, Const) else self.sizes[atom]

    def made(self, shape: Any, param: ArrayParam) -> Rows:
        values = np.array(corners(param.array.type), param.array.type.dtype)
        whole = values[self.rng.integers(len(values), size=(shape[0] + 2, *shape[1:]))]
        self.memory.append(whole)
        return whole[1:-1]

    def rows(self, element: int) -> list[Rows]:
        """The arrays of one element."""
        return [array[element, ...] for array in self.arrays]


Outcome = tuple[list[Any], list[Rows]] | str


def outcome(run: Callable[[Arguments], list[Any]], given: Arguments) -> Outcome:
    """Results and memory afterwards; or the exception, after which memory means nothing."""
    try:
        results = run(given)
    except (ValueError, RuntimeError, MemoryError) as error:
        return str(error)
    return results, given.memory
