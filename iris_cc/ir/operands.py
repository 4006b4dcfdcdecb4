"""The operands of a function, in the order in which they are called: values, arrays and results.

For a function of numbers that is inputs, then results; one of arrays has the order of its signature.
"""

from __future__ import annotations

from collections.abc import Iterator

from iris_cc.core_dims import Signature
from iris_cc.ir.nodes import ArrayParam, Atom, Function, Var
from iris_cc.ir.types import Scalar
from iris_cc.records import record


@record
class CallOperand:
    """One operand: the value it becomes, the array it is, or, with neither, a result."""

    type: Scalar
    is_out: bool
    value: Var | None = None
    array: ArrayParam | None = None


def operands(fn: Function, signature: Signature | None) -> tuple[CallOperand, ...]:
    if signature is None:
        ins = (CallOperand(param.type, False, param) for param in fn.params)
        return (*ins, *(CallOperand(type, True) for type in fn.results))
    return tuple(_of_signature(fn, signature))


def _of_signature(fn: Function, signature: Signature) -> Iterator[CallOperand]:
    values, results = iter(fn.params), iter(fn.results)
    given = (param for param in fn.arrays if not param.array.is_writable)
    stored = tuple(param for param in fn.arrays if param.array.is_writable)
    for dims in signature.inputs:
        if dims:
            array = next(given)
            yield CallOperand(array.array.type, False, array=array)
        else:
            value = next(values)
            yield CallOperand(value.type, False, value)
    all_stored = len(stored) == len(signature.outputs)
    places = iter(stored)
    for dims in signature.outputs:
        if dims or all_stored:
            array = next(places)
            yield CallOperand(array.array.type, True, array=array)
        else:
            yield CallOperand(next(results), True)


def core_inputs(fn: Function, signature: Signature) -> dict[Var, tuple[str, int]]:
    """Where NumPy tells a loop the sizes and steps that are inputs: ("dims" or "steps", place)."""
    sizes = {dim.name: 1 + k for k, dim in enumerate(signature.dims)}
    all_operands = operands(fn, signature)
    at = len(all_operands)
    found: dict[Var, tuple[str, int]] = {}
    for operand, dims in zip(all_operands, (*signature.inputs, *signature.outputs), strict=True):
        axes = operand.array.axes if operand.array is not None else ()
        for axis, dim in zip(axes, dims):
            _note(found, axis.extent, ("dims", sizes[dim.name]))
            _note(found, axis.step, ("steps", at))
            at += 1
    return found


def _note(found: dict[Var, tuple[str, int]], atom: Atom, place: tuple[str, int]) -> None:
    if isinstance(atom, Var):
        found.setdefault(atom, place)
