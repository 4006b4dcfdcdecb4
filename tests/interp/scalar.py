"""A second interpreter, for tests only: one element at a time, NumPy scalars and Python, no lane sets.

An array is an ndarray of the element's own: the caller's memory for a parameter, fresh zeros for a local one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, assert_never

import numpy as np

from iris_cc.ir.nodes import Alloc, Atom, Block, Check, Const, Fault, For, Function, If, Let, Load, Store, Var, While
from iris_cc.ir.ops import Op
from iris_cc.ir.types import I64, Scalar
from tests import oracles


def typed(value: Any, type: Scalar) -> Any:
    return np.dtype(type.dtype).type(value)


def apply(op: Op, args: list[Any], result: Scalar) -> Any:
    """One operation on NumPy scalars."""
    match op.numpy:
        case "iris.cast":
            return args[0].astype(np.dtype(result.dtype))
        case "iris.ipow":
            return typed(result.wrap(pow(int(args[0]), max(0, int(args[1])), 1 << result.bits)), result)
        case "iris.pydiv":
            return _divide(int(args[0]), int(args[1]))
        case "iris.pycmp":
            a, b = int(args[0]), float(args[1])
            return np.int64(2 if math.isnan(b) else (a > b) - (a < b))
        case "where":
            return args[1] if args[0] else args[2]
        case "power":  # on scalars NumPy takes a root for 0.5, which is not pow at -inf and -0.0
            return np.power(*(np.array([arg]) for arg in args))[0]
        case name if name in oracles.BY_ROW:
            return oracles.rounded(oracles.BY_ROW[name](*(arg.item() for arg in args)), np.dtype(result.dtype))
        case name:
            return getattr(np, name)(*args)


def _divide(a: int, b: int) -> np.float64:
    if b == 0:
        return np.float64(math.nan if a == 0 else math.copysign(math.inf, a))
    return np.float64(a / b)


Memory = dict[int, "np.ndarray[Any, Any]"]


def run_element(
    fn: Function, values: Sequence[Any], while_limit: int = 0, arrays: Sequence[np.ndarray[Any, Any]] = ()
) -> list[Any]:
    names = {var.id: value for var, value in zip((*fn.params, *(i.var for i in fn.indices)), values, strict=True)}
    memory: Memory = {}
    for param, array in zip(fn.arrays, arrays, strict=True):
        memory[param.array.id] = array
        for axis, extent, step in zip(param.axes, array.shape, array.strides, strict=True):
            both = ((axis.extent, extent), (axis.step, step))
            names.update((var.id, np.int64(number)) for var, number in both if isinstance(var, Var))
    with np.errstate(all="ignore"):
        return _block(fn.body, names, memory, while_limit)


def _read(atom: Atom, names: dict[int, Any]) -> Any:
    match atom:
        case Var():
            return names[atom.id]
        case Const():
            return typed(atom.value, atom.type)
        case _:
            assert_never(atom)


def _place(indices: Sequence[Atom], names: dict[int, Any], array: np.ndarray[Any, Any]) -> tuple[int, ...] | None:
    """None outside of the array."""
    place = tuple(int(_read(index, names)) for index in indices)
    return place if all(0 <= k < extent for k, extent in zip(place, array.shape, strict=True)) else None


def _block(block: Block, names: dict[int, Any], memory: Memory, limit: int) -> list[Any]:
    def bind(variables: tuple[Var, ...], values: list[Any]) -> None:
        names.update((var.id, value) for var, value in zip(variables, values, strict=True))

    for stmt in block.stmts:
        match stmt:
            case Let(out, op, args):
                names[out.id] = apply(op, [_read(arg, names) for arg in args], out.type)
            case Check(condition, fault):
                if not _read(condition, names):
                    raise fault.exception(fault.message)
            case If(outs, condition, then, orelse):
                bind(outs, _block(then if _read(condition, names) else orelse, names, memory, limit))
            case For():
                values = [_read(init, names) for init in stmt.inits]
                start, stop, step = (int(_read(bound, names)) for bound in (stmt.start, stmt.stop, stmt.step))
                for i in range(start, stop, step):
                    if stmt.live is not None and not values[stmt.live]:
                        break
                    bind((stmt.index, *stmt.carried), [typed(i, I64), *values])
                    values = _block(stmt.body, names, memory, limit)
                bind(stmt.outs, values)
            case While():
                bind(stmt.carried, [_read(init, names) for init in stmt.inits])
                done = 0
                while _block(stmt.condition, names, memory, limit)[0]:
                    if limit and done == limit:
                        raise Fault.WHILE_LIMIT.exception(Fault.WHILE_LIMIT.message)
                    bind(stmt.carried, _block(stmt.body, names, memory, limit))
                    done += 1
                bind(stmt.outs, [names[var.id] for var in stmt.carried])
            case Load(out, array, indices):
                place = _place(indices, names, memory[array.id])
                names[out.id] = typed(0, out.type) if place is None else memory[array.id][place]
            case Store(array, indices, value):
                place = _place(indices, names, memory[array.id])
                if place is not None:
                    memory[array.id][place] = _read(value, names)
            case Alloc(array, extents):
                shape = [max(0, int(_read(extent, names))) for extent in extents]
                memory[array.id] = np.zeros(shape, array.type.dtype)
            case _:
                assert_never(stmt)
    return [_read(result, names) for result in block.results]
