"""What a kernel is called with, as names: numbers, arrays with core dimensions, and where its results go.

Sizes of core dimensions are inputs that arrays share; a fixed one is a constant.  Of the body nothing is known here.
"""

from __future__ import annotations

from iris_cc.core_dims import CoreDim, Operand, Signature
from iris_cc.frontend.arrays import Arrays
from iris_cc.frontend.indexing import number, whole
from iris_cc.frontend.references import References
from iris_cc.frontend.resolve import Routine
from iris_cc.frontend.values import Type, Value, View, run_time, scalar_of
from iris_cc.ir.nodes import ArrayParam, Atom, Axis
from iris_cc.ir.types import I64, Scalar


class Operands:
    """The parameters of `routine` for these types, in the order of the signature if there is one."""

    def __init__(
        self,
        arrays: Arrays,
        routine: Routine,
        types: tuple[Type, ...],
        signature: Signature | None,
        wanted: tuple[Scalar, ...] | None,
    ) -> None:
        self.own = arrays
        self.builder = arrays.e.builder
        self.signature = signature
        self.env: dict[str, Value] = {}
        self.references: References = {}
        self.outputs: tuple[View | None, ...] | None = None  # for each: its array, or None where a number is returned
        self.sizes: dict[str, Atom] = {}
        self.bound: list[ArrayParam] = []
        inputs = signature.inputs if signature is not None else ((),) * len(types)
        names = routine.params[: len(types)]
        self.params = tuple(
            self.builder.var(scalar_of(type), name) for name, type, dims in zip(names, types, inputs) if not dims
        )
        numbers = iter(self.params)
        for name, type, dims in zip(names, types, inputs):
            if dims:
                self.references[name] = self.input(name, scalar_of(type), dims)
            else:
                self.env[name] = run_time(type, next(numbers))
        if signature is not None:
            self.results(signature, routine.params[len(types) :], wanted)

    @property
    def arrays(self) -> tuple[ArrayParam, ...]:
        return tuple(self.bound)

    def size(self, dim: CoreDim) -> Atom:
        if dim.size is not None:
            return number(dim.size)
        if dim.name not in self.sizes:
            self.sizes[dim.name] = self.builder.var(I64, dim.name)
        return self.sizes[dim.name]

    def bind(self, view: View, name: str, dims: Operand) -> View:
        """The array with a step for each core dimension; a number that is stored has one place."""
        steps: list[Atom] = [self.builder.var(I64, f"{name}_step{k}") for k in range(len(dims))]
        steps = steps or [number(view.array.type.bits // 8)]
        axes = (Axis(axis.extent, step) for axis, step in zip(view.axes, steps, strict=True))
        self.bound.append(ArrayParam(view.array, tuple(axes)))
        return view

    def input(self, name: str, scalar: Scalar, dims: Operand) -> View:
        array = self.own.array(scalar, len(dims), "in", name)
        extents = tuple(map(self.size, dims))
        return self.bind(View(array, (None,) * len(dims), whole(extents), scalar, name), name, dims)

    def results(self, signature: Signature, names: tuple[str, ...], wanted: tuple[Scalar, ...] | None) -> None:
        """Where results go: the parameters after the inputs if there are any, else what `return` gives."""
        outputs: list[View | None] = []
        for k, dims in enumerate(signature.outputs):
            if not dims and not names:
                outputs.append(None)
                continue
            name = names[k] if names else "out" if len(signature.outputs) == 1 else f"out{k}"
            key = None if wanted is not None else ("out", k)
            scalar = wanted[k] if wanted is not None else self.own.elements.meeting(key).carrier
            extents = tuple(map(self.size, dims)) or (number(1),)
            array = self.own.array(scalar, len(extents), "mut", name)
            view = View(array, (None,) * len(extents), whole(extents), scalar, name, key)
            outputs.append(self.bind(view, name, dims))
            if names:
                self.references[name] = view
        self.outputs = tuple(outputs)

    def scalars_of(self, wanted: tuple[Scalar, ...]) -> tuple[Scalar, ...]:
        """Of the types wanted for results, those of numbers that are returned."""
        if self.outputs is None:
            return wanted
        return tuple(scalar for scalar, view in zip(wanted, self.outputs, strict=True) if view is None)
