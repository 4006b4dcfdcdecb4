"""Operands of a call as NumPy reads them: weak scalars, broadcasting, `out=`, `where=`, casting rules, wrapping.

For the two call paths that NumPy's own ufunc machinery does not serve.  It may not know what is computed.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias, cast

import numpy as np

from iris_cc.records import record
from iris_cc.runtime.ufunc import Word

Shape: TypeAlias = "tuple[int, ...]"
Casting: TypeAlias = Literal["no", "equiv", "safe", "same_kind", "unsafe"]


@record
class Part:
    """Where the elements of a call stand, if they are a part of a larger space: the first of them, and its shape."""

    origin: Shape
    extents: Shape


@record
class Operand:
    """An input: the array, and what the loop's resolver is told about it."""

    array: np.ndarray
    word: Word
    given: object


def read_inputs(name: str, inputs: Sequence[object]) -> tuple[Operand, ...]:
    return tuple(_read(name, each) for each in inputs)


def _read(name: str, value: object) -> Operand:
    if isinstance(value, np.ndarray):
        return Operand(np.asarray(value), native(value.dtype), value)
    refuses = getattr(type(value), "__array_ufunc__", refuse_nothing) is None
    overrides = hasattr(type(value), "__array_ufunc__") and not isinstance(value, np.generic)
    if refuses or (overrides and not hasattr(value, "__array__")):
        raise TypeError(f"operand {type(value).__name__!r} does not support {name}()")
    array = np.asarray(value)
    if isinstance(value, (int, float, complex)) and not isinstance(value, (bool, np.generic)):
        return Operand(array, next(each for each in (int, float, complex) if isinstance(value, each)), value)
    return Operand(array, native(array.dtype), value)


def native(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return dtype if dtype.isnative else dtype.newbyteorder("=")


def refuse_nothing() -> None:
    """Stands for the absence of `__array_ufunc__`, which is not the same as None."""


def read_outputs(nout: int, out: object, further: Sequence[object] = ()) -> list[np.ndarray | None]:
    """`out=` (an array or a tuple) or the positions after the inputs, one entry per output."""
    if further and out is not None:
        raise TypeError("cannot specify 'out' as both a positional and keyword argument")
    given = tuple(further) if further else out if isinstance(out, tuple) else (out,) if nout == 1 else out
    if given is None:
        return [None] * nout
    if not isinstance(given, tuple):
        raise TypeError("'out' must be a tuple of arrays")
    if further:
        given += (None,) * (nout - len(given))
    if len(given) != nout:
        raise ValueError("The 'out' tuple must have exactly one entry per ufunc output")
    return [_output(each) for each in given]


def _output(value: object) -> np.ndarray | None:
    if value is not None and not isinstance(value, np.ndarray):
        raise TypeError("return arrays must be of ArrayType")
    if value is not None and not value.flags.writeable:
        raise ValueError("output array is read-only")
    return value


def common_shape(shapes: Sequence[Shape], outputs: Sequence[np.ndarray | None]) -> Shape:
    """The broadcast of everything; an output takes part in it and may not itself be stretched."""
    given = [each.shape for each in outputs if each is not None]
    full = broadcast_shape([*shapes, *given])
    for each in given:
        if each != full:
            text = [str(shape).replace(" ", "") for shape in (each, full)]
            raise ValueError(
                f"non-broadcastable output operand with shape {text[0]} doesn't match the broadcast shape {text[1]}"
            )
    return full


def broadcast_shape(shapes: Sequence[Shape]) -> Shape:
    """`np.broadcast_shapes` for any number of axes and operands: NumPy's own takes 32."""
    ndim = max(map(len, shapes), default=0)
    full = [1] * ndim
    for shape in shapes:
        for axis, length in enumerate(shape, ndim - len(shape)):
            if length != 1 and full[axis] not in (1, length):
                listed = " ".join(str(each).replace(" ", "") for each in shapes)
                raise ValueError(f"operands could not be broadcast together with shapes {listed} ")
            full[axis] = length if length != 1 else full[axis]
    return tuple(full)


def read_shape(shape: object) -> Shape:
    """`shape=` as NumPy reads it: one integer or several; TypeError for what is none."""
    try:
        wanted: Shape = (operator.index(shape),)  # type: ignore[arg-type]
    except TypeError:
        if not isinstance(shape, Iterable):
            raise
        wanted = tuple(map(operator.index, shape))
    if any(length < 0 for length in wanted):
        raise ValueError("negative dimensions are not allowed")
    if math.prod(wanted) >= 1 << 62:
        raise ValueError("array is too big: shape= asks for more elements than memory has addresses")
    return wanted


def check_cast(name: str, source: np.dtype[Any], target: np.dtype[Any], casting: Casting, place: str) -> None:
    if not np.can_cast(source, target, casting):
        raise TypeError(
            f"Cannot cast ufunc {name!r} {place} from {source!r} to {target!r} with casting rule {casting!r}"
        )


def read_mask(where: object) -> np.ndarray | None:
    """None where every element is wanted."""
    if where is True:
        return None
    mask = np.asarray(where)
    if mask.dtype != np.bool_:
        raise TypeError(f"Cannot cast array data from {mask.dtype!r} to dtype('bool') according to the rule 'safe'")
    return mask


def read_signature(
    nin: int, nout: int, dtype: object = None, signature: object = None
) -> tuple[np.dtype[Any] | None, ...]:
    """What `dtype=` or `signature=` asks of each operand."""
    count = nin + nout
    if signature is None:
        wanted = None if dtype is None else np.dtype(cast(Any, dtype))
        return (None,) * nin + (wanted,) * nout
    if dtype is not None:
        raise TypeError("cannot specify both 'signature' and 'dtype'")
    if isinstance(signature, str):
        ins, arrow, outs = signature.partition("->")
        signature = (*ins, *outs) if arrow else (None,) * nin + (signature,) * nout
    if not isinstance(signature, tuple):
        signature = (None,) * nin + (signature,) * nout
    if len(signature) != count:
        raise ValueError(f"a type-tuple must be specified of length 1 or {count}")
    return tuple(None if each is None else np.dtype(cast(Any, each)) for each in signature)


def wrap(result: np.ndarray, operands: Sequence[Operand], out: np.ndarray | None, subok: bool) -> Any:
    """A given output as it is; else the subclass of the inputs that claims most, or a scalar for no dimensions."""
    if out is not None:
        return out
    claims = [each.given for each in operands if subok and isinstance(each.given, np.ndarray)]
    claims = [each for each in claims if type(each) is not np.ndarray]
    if claims:
        first = max(claims, key=lambda each: getattr(each, "__array_priority__", 0.0))
        context = (_Caller(len(operands)), tuple(each.given for each in operands), 0) if _is_masked(first) else None
        return cast(Any, first).__array_wrap__(result, context, False)
    return result[()] if result.ndim == 0 else result


@record
class _Caller:
    """What a masked array asks of the function whose result it wraps: how many operands have masks to hand on."""

    nin: int


def _is_masked(array: object) -> bool:
    masked = sys.modules.get("numpy.ma")  # whoever made one has imported it
    return masked is not None and isinstance(array, masked.MaskedArray)
