"""`PythonUfunc`: a Python function behind the calls, methods and attributes of a ufunc.

The number of outputs is what the function returns.  Where nothing says it (no element, and no call before), it is
what every `return` shows, else one; an output that no element gave a value for is of float64.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from iris_cc.pyroute import folds
from iris_cc.pyroute.body import Body
from iris_cc.pyroute.calls import UfuncCall
from iris_cc.pyroute.elements import WEAK, Caller, ElementSpace, array_of, box
from iris_cc.pyroute.parameters import WORDS, Bound, Default, Parameters, promised_outputs
from iris_cc.pyroute.request import MISSING, Outputs, check_cast, read_outputs, read_request, read_types
from iris_cc.runtime.operands import read_shape
from iris_cc.runtime.overrides import dress, override, wrapper
from iris_cc.runtime.spaces import Spaces


class PythonUfunc:
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
                raise self._wrong_count(len(args))
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

    def _wrong_count(self, given: int) -> TypeError:
        takes = f"from {self.nin} to {self.nargs} positional arguments"
        return TypeError(f"{self.__name__}() takes {takes} but {given} {'was' if given == 1 else 'were'} given")

    def _call(self, inputs: tuple[Any, ...], further: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        words = {"signature" if key == "sig" else key: value for key, value in kwargs.items() if key != "out"}
        part = words.pop("part", None) if self.body.is_indexed else None
        unknown = next((key for key in words if key not in self._words), None)
        if unknown is not None:
            raise TypeError(f"{self.__name__}() got an unexpected keyword argument {unknown!r}")
        if self._promised and len(further) > self._promised:
            raise self._wrong_count(len(inputs) + len(further))
        outputs = read_outputs(kwargs.get("out", MISSING), further)
        if self.body.is_indexed:
            shape = words.pop("shape", None)
            shapes = () if shape is None else (read_shape(shape),)
            inside = () if part is None else (part.origin, part.extents)
            words["space"] = ElementSpace(self.body.place, shapes, *inside)
            return self._computed(inputs, outputs, words, bool(further) or "out" in kwargs)
        found = override(self._for_others(inputs), "__call__", inputs, outputs.arrays, words)
        if found is not None:
            return found[0]
        return self._computed(inputs, outputs, words, bool(further) or "out" in kwargs)

    def _computed(
        self, inputs: tuple[Any, ...], outputs: Outputs, words: Mapping[str, Any], masks_are_meant: bool
    ) -> Any:
        request = read_request(self.__name__, self.nin, outputs, words, masks_are_meant)
        with np.errstate(all="ignore"):
            return UfuncCall(self, self._as_weak(inputs), request).answer(inputs)

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

    def reduce(
        self,
        array: Any,
        axis: Any = 0,
        dtype: Any = None,
        out: Any = None,
        keepdims: bool = False,
        initial: Any = MISSING,
        where: Any = True,
    ) -> Any:
        """Folds along an axis, from its first element to its last; several axes in C order."""
        words = _given(axis=(axis, 0), dtype=(dtype, None), keepdims=(keepdims, False), initial=(initial, MISSING))
        words |= {} if where is True else {"where": where}

        def walk(step: folds.Step, boxed: np.ndarray) -> np.ndarray:
            axes = folds.axes_of(axis, boxed.ndim)
            start = MISSING if initial is None else initial
            if start is not MISSING and not (type(start) in WEAK and dtype is None):
                start = np.asarray(start, dtype=dtype)[()]
            result = folds.reduce(self.__name__, step, boxed, axes, _mask(where), start)
            return np.expand_dims(result, axes) if keepdims else result

        return self._method("reduce", (array,), dtype, out, words, walk)

    def accumulate(self, array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        """What `reduce` has come to at each element of an axis."""

        def walk(step: folds.Step, boxed: np.ndarray) -> np.ndarray:
            if boxed.ndim == 0:
                raise TypeError("cannot accumulate on a scalar")
            return folds.accumulate(step, boxed, folds.one_axis(axis, boxed.ndim))

        return self._method("accumulate", (array,), dtype, out, _given(axis=(axis, 0), dtype=(dtype, None)), walk)

    def reduceat(self, array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        """Folds each slice between two indices."""

        def walk(step: folds.Step, boxed: np.ndarray) -> np.ndarray:
            if boxed.ndim == 0:
                raise TypeError("cannot reduceat on a scalar")
            return folds.reduceat(self.__name__, step, boxed, indices, folds.one_axis(axis, boxed.ndim))

        words = _given(axis=(axis, 0), dtype=(dtype, None))
        return self._method("reduceat", (array, indices), dtype, out, words, walk)

    def outer(self, left: Any, right: Any, /, **kwargs: Any) -> Any:
        """The function on every pair of elements."""
        ufunc = self._binary("outer product", one_output=False)
        outputs = read_outputs(kwargs.get("out", MISSING))
        words = {key: value for key, value in kwargs.items() if key != "out"}
        found = override(ufunc._for_others((left, right)), "outer", (left, right), outputs.arrays, words)
        if found is not None:
            return found[0]
        if any(isinstance(each, np.matrix) for each in (left, right)):
            raise TypeError("outer() of a matrix is not supported; make it an array first")
        first, second = (each if type(each) in WEAK else np.asanyarray(each) for each in (left, right))
        if np.ndim(second):
            first = np.asanyarray(first) if np.ndim(first) else first
            first = first.reshape(first.shape + (1,) * second.ndim) if np.ndim(first) else first
        return ufunc(first, second, **kwargs)

    def at(self, array: Any, indices: Any, second: Any = MISSING, /) -> None:
        """Change `array` in place at `indices`, one after the other."""
        given = () if second is MISSING else (second,)
        ufunc = self if not self.is_loose else self._fixed(1 + len(given))
        if override(ufunc._for_others((array, indices, *given)), "at", (array, indices, *given), (), {}) is not None:
            return
        if ufunc.nin > 2:
            raise ValueError("Only unary and binary ufuncs supported at this time")
        if ufunc.nout != 1:
            raise ValueError("Only single output ufuncs supported at this time")
        if 1 + len(given) != ufunc.nin:
            few = "second operand needed for ufunc"
            raise ValueError(few if ufunc.nin == 2 else "second operand provided when ufunc is unary")
        if not isinstance(array, np.ndarray):
            raise TypeError("first operand must be array")
        if not array.flags.writeable:
            raise ValueError("assignment destination is read-only")
        call = ufunc._step("at", (array, *given))
        with np.errstate(all="ignore"):
            folds.at(self.__name__, call, array, indices, box(second) if given else None)

    @property
    def is_loose(self) -> bool:
        """Whether a call says how many inputs there are, and their names."""
        return self._parameters is not None and self._parameters.loose

    def _binary(self, method: str, one_output: bool = True) -> PythonUfunc:
        """This ufunc with two inputs; ValueError, as NumPy's, where it cannot have two."""
        parameters = self._parameters
        most = np.inf if parameters is not None and parameters.takes_more else self.nin
        if not self.nin <= 2 <= most:
            raise ValueError(f"{method} only supported for binary functions")
        if one_output and self.nout != 1:
            raise ValueError(f"{method} only supported for functions returning a single value")
        return self._fixed(2) if self.is_loose else self

    def _step(self, method: str, operands: Sequence[Any]) -> Callable[..., Any]:
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

    def _folded(self, values: np.ndarray, goal: Any, words: Mapping[str, Any]) -> Any:
        """The type that the results of a fold have; None where their values say it."""
        element = values.dtype if goal is None else goal
        initial = words.get("initial", MISSING)
        if element.hasobject:
            return np.dtype(object)
        if self.body.otypes is not None or initial is None or self._names or self._held:
            return None
        start = element if initial is MISSING else type(initial) if type(initial) in WEAK else np.asarray(initial).dtype
        return self.body.folded(start, element)

    def _method(
        self,
        method: str,
        inputs: tuple[Any, ...],
        dtype: Any,
        out: Any,
        words: Mapping[str, Any],
        walk: Callable[[folds.Step, np.ndarray], np.ndarray],
    ) -> Any:
        """What reduce, accumulate and reduceat have in common: `walk` gives the results, boxed."""
        ufunc = self._binary(method)
        outputs = read_outputs(MISSING if out is None else out)
        found = override(ufunc, method, inputs, outputs.arrays, words)
        if found is not None:
            return found[0]
        outputs.check(self.__name__, 1, 1)
        outputs.check_arrays()
        goal = read_types(self.__name__, 2, dtype, None).outputs[0]
        values = np.asarray(inputs[0])
        with np.errstate(all="ignore"):
            boxed = box(values if goal is None else values.astype(goal))
            array = array_of(walk(ufunc._step(method, (values,)), boxed), ufunc._folded(values, goal, words))
            array = array if self.body.otypes is None else array.astype(self.body.otypes[0], copy=False)
            if goal is not None and array.dtype != goal:
                if array.size:
                    check_cast(array.dtype, goal, "same_kind", self.__name__, "output")
                array = array.astype(goal)
            given = outputs.padded(1)[0]
            if given is None:
                return dress(wrapper(inputs[:1]), array, None, outputs.as_scalar)
            folds.hand_over(self.__name__, array, given)
            return given


def _given(**words: tuple[Any, Any]) -> dict[str, Any]:
    """The keywords that are not at their defaults: what an object that takes the call over is told."""
    return {key: value for key, (value, default) in words.items() if value is not default}


def _mask(where: Any) -> np.ndarray | None:
    if where is True:
        return None
    mask = where if isinstance(where, np.ndarray) else np.asarray(where, dtype=bool)
    if mask.dtype != np.bool_:
        raise TypeError(f"Cannot cast array data from {mask.dtype!r} to dtype('bool') according to the rule 'safe'")
    return mask
