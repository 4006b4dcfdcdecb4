"""`PythonUfunc`: a Python function behind the calls, methods and attributes of a ufunc.

The number of outputs is what the function returns.  Where nothing says it (no element, and no call before), it is
what every `return` shows, else one; an output that no element gave a value for is of float64.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from iris_cc.numpy_calls.arguments import wrong_count
from iris_cc.numpy_calls.methods import Methods
from iris_cc.numpy_calls.outputs import MISSING, read_outputs
from iris_cc.numpy_calls.overrides import override
from iris_cc.numpy_calls.request import WORDS, read_request, read_words
from iris_cc.numpy_calls.shapes import read_shape
from iris_cc.numpy_calls.spaces import Spaces
from iris_cc.pyroute.body import Body
from iris_cc.pyroute.calls import UfuncCall
from iris_cc.pyroute.elements import WEAK, Caller, ElementSpace, box
from iris_cc.pyroute.parameters import Bound, Default, Parameters, promised_outputs
from iris_cc.pyroute.steps import Step, StepFold, fitting


class PythonUfunc(Methods):
    """Calls `function` on every element of its broadcast inputs; their exact Python scalars stay what they are.

    The last inputs may have `names`: they go to the function by keyword.  `weak` has the Python type of inputs that
    are Python scalars even if they come as arrays of no dimension, as from an object that took a call over.  `held` has
    arguments that are no inputs, with their places.  A function that reads index symbols is called over a space, with
    `shape=` where nothing else says how large it is, and has no methods.
    """

    signature = None
    identity = None

    def __init__(
        self,
        function: Callable[..., Any] | Body,
        nin: int,
        names: tuple[str, ...] | None = None,
        weak: tuple[type | None, ...] = (),
        held: tuple[tuple[int, Any], ...] = (),
    ) -> None:
        self.body = function if isinstance(function, Body) else Body(function)
        self.function = function = self.body.function
        self.__name__ = getattr(function, "__name__", "function")
        functools.update_wrapper(self, function)
        self._words = (*WORDS, "shape") if self.body.is_indexed else WORDS
        self._parameters = Parameters(function, self._words) if names is None else None
        self.nin = len(self._parameters.positional) if self._parameters and self._parameters.loose else nin
        self._names = names
        self._weak = weak
        self._held = held
        self.last_count: int | None = None  # outputs of the last call
        self._promised = promised_outputs(function)

    @property
    def nout(self) -> int:
        return (len(self.body.otypes) if self.body.otypes else 0) or self.last_count or self._promised or 1

    @property
    def entry(self) -> Callable[..., Any]:
        """What a kernel's calls go to."""
        if not self.body.is_indexed:
            return self
        return Spaces(self.__name__, self.nin, lambda: self.nout, self, self, sample=1)

    @property
    def nargs(self) -> int:
        return self.nin + self.nout

    @property
    def types(self) -> list[str]:
        """One loop that takes anything, as those of `np.frompyfunc` do."""
        return [f"{'O' * self.nin}->{'O' * self.nout}"]

    @property
    def ntypes(self) -> int:
        return len(self.types)

    def __repr__(self) -> str:
        return f"<ufunc {self.__name__!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return PythonUfunc, (self.body, self.nin, self._names, self._weak, self._held)

    def __dask_tokenize__(self) -> object:
        known = self.body.__dask_tokenize__()
        return "iris_cc.PythonUfunc", known, self.nin, self._names, repr(self._weak), self._held

    # -- calls --

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        if self._parameters is None or not self._parameters.loose:
            if len(args) < self.nin:
                raise wrong_count(self.__name__, self.nin, self.nout, len(args))
            if not any(type(each) is Default for each in args):
                return self._call(args[: self.nin], args[self.nin :], kwargs)
            bound = Bound(args[: self.nin], (), args[self.nin :], kwargs)
        else:
            bound = self._parameters.bind(args, kwargs)
        held = tuple((place, each.value) for place, each in enumerate(bound.inputs) if type(each) is Default)
        inputs = tuple(each for each in bound.inputs if type(each) is not Default)
        fixed = self._fixed(len(inputs), bound.names, held=held)
        try:
            return fixed.entry(*inputs, *bound.further, **bound.words)
        finally:
            self.last_count = fixed.last_count

    def _fixed(
        self,
        nin: int,
        names: tuple[str, ...] = (),
        weak: tuple[type | None, ...] = (),
        held: tuple[tuple[int, Any], ...] = (),
    ) -> PythonUfunc:
        """The same function with so many inputs."""
        made = PythonUfunc(self.body, nin, names, weak, held)
        made.last_count = self.last_count
        return made

    def _call(self, inputs: tuple[Any, ...], further: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        part = kwargs.pop("part", None) if self.body.is_indexed else None
        shape = kwargs.pop("shape", None) if self.body.is_indexed else None
        words = read_words(self.__name__, kwargs)
        outputs = read_outputs(kwargs.get("out", MISSING), further)
        if self._promised:
            outputs.check(self.__name__, len(inputs), self._promised)
        space, found = None, None
        if self.body.is_indexed:
            inside = () if part is None else (part.origin, part.extents)
            space = ElementSpace(self.body.place, () if shape is None else (read_shape(shape),), *inside)
        else:
            found = override(self._for_others(inputs), "__call__", inputs, outputs.arrays, words)
        if found is not None:
            return found[0]
        masks_are_meant = bool(further) or "out" in kwargs
        request = read_request(self.__name__, self.nin, self.nout, outputs, words, masks_are_meant)
        with np.errstate(all="ignore"):
            return UfuncCall(self, self._as_weak(inputs), request, space).answer(inputs)

    def _for_others(self, inputs: Sequence[Any]) -> PythonUfunc:
        """The ufunc that an object gets to call: it knows which inputs were Python scalars."""
        weak = tuple(type(each) if type(each) in WEAK else None for each in inputs)
        if not any(weak) or self._weak:
            return self
        return self._fixed(self.nin, self._names or (), weak, self._held)

    def _as_weak(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        kinds = (*self._weak, *(None,) * (len(inputs) - len(self._weak)))
        return tuple(
            each if kind is None or np.ndim(each) else kind(np.asarray(each).item())
            for each, kind in zip(inputs, kinds)
        )

    def by_name(self) -> Callable[..., Any]:
        """The function of the inputs: what is held stands in its place, and the last ones go by keyword."""
        called, names, held = self.body.called, self._names or (), self._held
        if not names and not held:
            return called

        @functools.wraps(called)
        def call(*values: Any) -> Any:
            given = list(values)
            for place, value in held:
                given.insert(place, value)
            place = len(given) - len(names)
            return called(*given[:place], **dict(zip(names, given[place:])))

        return call

    def expected(self, operands: Sequence[object]) -> tuple[Any, ...]:
        """What is known of the results' types before the function is called: nothing, or one entry for each."""
        return self.body.types(operands, self._names or (), self._held)

    # -- methods --

    @property
    def is_loose(self) -> bool:
        """Whether a call says how many inputs there are, and their names."""
        return self._parameters is not None and self._parameters.loose

    def _of_count(self, nin: int) -> PythonUfunc:
        parameters = self._parameters
        if parameters is None or not parameters.loose:
            return self
        return self._fixed(nin) if self.nin == nin or (parameters.takes_more and self.nin < nin) else self

    def _fold(self, method: str, values: np.ndarray, goal: Any, initial: Any) -> StepFold:
        start: tuple[Any, ...] = () if initial is MISSING or initial is None else (initial,)
        if start and not (type(initial) in WEAK and goal is None):
            start = (np.asarray(initial, dtype=goal)[()],)
        expected = None if initial is None else self._folded(values, goal, start)
        step, otypes = self._step(method, (values,)), self.body.otypes
        return StepFold(self.__name__, step, values, goal, start, expected, None if otypes is None else otypes[0])

    def _folded(self, values: np.ndarray, goal: Any, start: tuple[Any, ...]) -> Any:
        """The type that the results of a fold have; None where their values say it."""
        element = values.dtype if goal is None else goal
        if element.hasobject:
            return np.dtype(object)
        if self.body.otypes is not None or self._names or self._held:
            return None
        first = type(start[0]) if start and type(start[0]) in WEAK else start[0].dtype if start else element
        return self.body.folded(first, element)

    def _at(self, array: np.ndarray, second: tuple[Any, ...]) -> tuple[Callable[..., Any], np.ndarray | None]:
        step = self._step("at", (array, *second))

        def call(*values: Any) -> Any:
            with np.errstate(all="ignore"):
                return fitting(self.__name__, step(*values), array.dtype)

        return call, box(second[0]) if second else None

    def _step(self, method: str, operands: Sequence[Any]) -> Step:
        """One call of the function that gives one value."""

        def accept(count: int) -> None:
            self.last_count = count

        caller = Caller(self.by_name(), operands, accept)

        def step(*values: Any) -> Any:
            row = caller(*values)
            if caller.several:
                raise ValueError(f"{method} only supported for functions returning a single value")
            return row[0]

        return step
