"""One call of a Python ufunc on its elements: the types asked for, the evaluation, and the delivery of its results.

What an object that takes the call over would do is settled before.  This module may not know a ufunc's methods.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from iris_cc.numpy_calls.casts import DType, check_cast, input_place, output_place
from iris_cc.numpy_calls.request import Request
from iris_cc.numpy_calls.wrap import answers
from iris_cc.pyroute.body import Body
from iris_cc.pyroute.elements import WEAK, Caller, ElementSpace, Results, box, evaluate


class Callee(Protocol):
    """What a call knows of its ufunc."""

    __name__: str
    nin: int
    last_count: int | None

    @property
    def nout(self) -> int: ...

    @property
    def body(self) -> Body: ...

    def by_name(self) -> Callable[..., Any]: ...

    def expected(self, operands: Sequence[object]) -> tuple[DType | None, ...]: ...


class UfuncCall:
    """`inputs` are arrays or what becomes one, and Python scalars."""

    def __init__(
        self, ufunc: Callee, inputs: tuple[Any, ...], request: Request, space: ElementSpace | None = None
    ) -> None:
        self.ufunc = ufunc
        self.name = ufunc.__name__
        self.inputs = inputs
        self.request = request
        self.space = space
        self.several = False

    def answer(self, given: tuple[Any, ...]) -> Any:
        """What the caller gets; `given` are the inputs as they came, some of which may dress it."""
        results = self._results()
        outputs = self.request.outputs.padded(len(results.columns))
        arrays = self._arrays(results, outputs)
        for array, out in zip(arrays, outputs):
            if out is not None:
                _store(array, out, results)
        answer = answers(self.ufunc, arrays, given, self.request)
        return tuple(answer) if self.several or len(answer) > 1 else answer[0]

    def _results(self) -> Results:
        """Of the operands as they are; where their types are not those asked for, again with all operands cast alike.

        So the loops of a ufunc are looked for, too.
        """
        wanted = self.request.wanted
        results = self._evaluate(self._cast(wanted.inputs))
        goals = wanted.of_outputs(self.name, len(results.columns))
        goal = next((each for each in goals if each is not None), None)
        if goal is None or results.empty or any(each is not None for each in wanted.inputs):
            return results
        if all(want in (None, have) for want, have in zip(goals, results.types())):
            return results
        return self._evaluate(self._cast([None if type(each) in WEAK else goal for each in self.inputs]))

    def _cast(self, types: Sequence[DType | None]) -> list[Any]:
        cast: list[Any] = []
        for i, (value, target) in enumerate(zip(self.inputs, types)):
            if target is None:
                cast.append(value)
                continue
            array = np.asarray(value)
            if type(value) not in WEAK:
                self._check(array.dtype, target, input_place(i, self.ufunc.nin))
            cast.append(array.astype(target))
        return cast

    def _evaluate(self, operands: Sequence[Any]) -> Results:
        request = self.request

        def accept(count: int) -> None:
            self.ufunc.last_count = count
            self.ufunc.body.check_count(count)
            request.outputs.check(self.name, self.ufunc.nin, count)
            request.wanted.of_outputs(self.name, count)

        caller = Caller(self.ufunc.by_name(), operands, accept)
        boxed = [box(each) for each in operands]
        shapes, expected = request.outputs.shapes, self.ufunc.expected(operands)
        usual = len(expected) or self._usual_count()
        results = evaluate(caller, boxed, shapes, request.mask, request.order, usual, expected, self.space)
        self.several = caller.several
        return results

    def _usual_count(self) -> int:
        """How many outputs there are where the function is not called once."""
        outputs = self.request.outputs
        return len(outputs.arrays) if outputs.form != "positions" and outputs.arrays else self.ufunc.nout

    def _arrays(self, results: Results, outputs: Sequence[np.ndarray | None]) -> list[np.ndarray]:
        """Each output in the type asked for; TypeError unless that, and what is to hold it, may hold its values."""
        count = len(results.columns)
        goals = self.request.wanted.of_outputs(self.name, count)
        arrays: list[np.ndarray] = []
        for k, (array, goal, out) in enumerate(zip(self._typed(results), goals, outputs)):
            made = array if goal is None else array.astype(goal, copy=False)
            if not results.empty:
                place = output_place(k, self.ufunc.nin, count)
                self._check(array.dtype, made.dtype, place)
                self._check(made.dtype, made.dtype if out is None else out.dtype, place)
            arrays.append(made)
        return arrays

    def _typed(self, results: Results) -> tuple[np.ndarray, ...]:
        """Each output in its type, or in the one that the kernel's `otypes` says."""
        given = self.ufunc.body.otypes
        if given is None:
            return results.arrays()
        return tuple(array.astype(target, copy=False) for array, target in zip(results.arrays(), given))

    def _check(self, source: DType, target: DType, place: str) -> None:
        check_cast(self.name, source, target, self.request.casting, place)


def _store(array: np.ndarray, out: np.ndarray, results: Results) -> None:
    if not results.empty:
        np.copyto(np.asarray(out), array, casting="unsafe", where=True if results.mask is None else results.mask)
