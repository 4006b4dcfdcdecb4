"""Calls over an N-d index space, for kernels that ask for their position and so are no ufuncs.

Operands come to `run` broadcast, cast, native, aligned and free of harmful overlap; positions count in the C order of
the broadcast shape.  This module may not know what `run` computes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

import _cffi_backend
import numpy as np

from iris_cc.records import record
from iris_cc.runtime import numpy_api as api
from iris_cc.runtime import operands as ops
from iris_cc.runtime.ufunc import Word

# run(shape, arrays), or run(shape, arrays, part) where they are a part of a larger space.
Run: TypeAlias = "Callable[..., int | None]"
NdResolve: TypeAlias = "Callable[[tuple[Word, ...], int, np.dtype[Any] | None], NdLoop]"
Order: TypeAlias = Literal["K", "A", "C", "F"]

FFI = _cffi_backend.FFI()
_ENTRY = FFI.typeof(
    "int32_t(*)(int32_t, int64_t const *, int64_t const *, int64_t const *, void *, int64_t const *, uintptr_t *)"
)
_EXCEPTION = FFI.typeof("uintptr_t[1]")
# In the status: a handler of a signal has raised.
_STOPPED = 1 << 30
_INTEGERS = FFI.typeof("int64_t[]")


@record
class NdLoop:
    """`run` for exact dtypes, inputs first; a status other than 0 and None is a failure."""

    dtypes: tuple[np.dtype[Any], ...]
    run: Run


@record
class _Rules:
    """What one call says beside its operands."""

    name: str
    shape: tuple[int, ...]
    mask: np.ndarray | None
    casting: ops.Casting
    order: Order
    nin: int
    nout: int
    part: ops.Part | None

    def check_input(self, place: int, source: np.dtype[Any], target: np.dtype[Any]) -> None:
        ops.check_cast(self.name, source, target, self.casting, f"input {place}" if self.nin > 1 else "input")

    def check_output(self, place: int, source: np.dtype[Any], target: np.dtype[Any]) -> None:
        ops.check_cast(self.name, source, target, self.casting, f"output {place}" if self.nout > 1 else "output")


def call_nd(
    name: str,
    nin: int,
    nout: int,
    resolve: NdResolve,
    inputs: Sequence[object],
    *,
    out: object = None,
    where: object = True,
    casting: ops.Casting = "same_kind",
    order: Order = "K",
    dtype: Any = None,
    subok: bool = True,
    shape: object = None,
    part: ops.Part | None = None,
) -> Any:
    """Call as NumPy calls a ufunc; `shape` takes part in the broadcast, and stands alone without array arguments.

    `part` says where the elements stand in a larger space.
    """
    if len(inputs) < nin:
        raise TypeError(f"{name}() takes from {nin} to {nin + nout} positional arguments but {len(inputs)} were given")
    given = ops.read_inputs(name, inputs[:nin])
    outputs = ops.read_outputs(nout, out, inputs[nin:])
    mask = ops.read_mask(where)
    full = ops.common_shape([each.array.shape for each in given] + _extra_shapes(shape, mask), outputs)
    loop = resolve(tuple(each.word for each in given), len(full), None if dtype is None else np.dtype(dtype))
    rules = _Rules(name, full, mask, casting, order, nin, nout, part)
    sources = [_source(rules, each, loop.dtypes[i], i) for i, each in enumerate(given)]
    results = _call(rules, loop, sources, outputs)
    wrapped = tuple(ops.wrap(result, given, each, subok) for result, each in zip(results, outputs))
    return wrapped[0] if nout == 1 else wrapped


class NativeNd:
    """The compiled entry at `address` as a `run`; it releases the GIL, and `fail` makes an exception of its status."""

    def __init__(self, address: int, fail: Callable[[int], None]) -> None:
        self.entry = FFI.cast(_ENTRY, address)
        self.fail = fail

    def __call__(self, shape: tuple[int, ...], arrays: list[np.ndarray], part: ops.Part | None = None) -> None:
        counts = FFI.new(_INTEGERS, shape)
        origin = FFI.new(_INTEGERS, len(shape) if part is None else part.origin)
        extents = counts if part is None else FFI.new(_INTEGERS, part.extents)
        places = FFI.new(_INTEGERS, [each.ctypes.data for each in arrays])
        strides = FFI.new(_INTEGERS, [step for each in arrays for step in each.strides])
        self.at(len(shape), (counts, origin, extents), places, strides)

    def at(self, ndim: int, space: tuple[Any, Any, Any], places: Any, strides: Any) -> None:
        """The same with everything in C's own arrays: shape, origin and extents; strides by operand and axis."""
        raised = FFI.new(_EXCEPTION)
        status = self.entry(ndim, *space, places, strides, raised)
        if status & _STOPPED and status > 0:
            raise api.take_reference(int(raised[0]))
        if status:
            self.fail(status)


def _extra_shapes(shape: object, mask: np.ndarray | None) -> list[tuple[int, ...]]:
    extra = [] if mask is None else [mask.shape]
    return extra if shape is None else [*extra, ops.read_shape(shape)]


def _source(rules: _Rules, given: ops.Operand, dtype: np.dtype[Any], place: int) -> np.ndarray:
    array = given.array
    if isinstance(given.word, type):  # a weak scalar: its value decides, and it has no dtype of its own
        kind = {int: np.dtype(np.int64), float: np.dtype(np.float64), complex: np.dtype(np.complex128)}[given.word]
        if given.word is not int or dtype.kind not in "iu":
            rules.check_input(place, kind, dtype)
        array = np.asarray(given.given, dtype=dtype)
    else:
        rules.check_input(place, array.dtype, dtype)
    if array.dtype != dtype or not array.flags.aligned or not array.dtype.isnative:
        array = array.astype(dtype)
    return np.broadcast_to(array, rules.shape)


def _call(rules: _Rules, loop: NdLoop, sources: list[np.ndarray], outputs: list[np.ndarray | None]) -> list[np.ndarray]:
    kinds = loop.dtypes[len(sources) :]
    for place, (kind, output) in enumerate(zip(kinds, outputs)):
        if output is not None:
            rules.check_output(place, kind, output.dtype)
    targets: list[np.ndarray] = []
    for kind, output in zip(kinds, outputs):
        if output is not None and rules.mask is None and _fits(output, kind, sources, targets):
            targets.append(output)
        else:
            targets.append(_new(rules.shape, kind, rules.order, sources))
    if 0 not in rules.shape:
        part = () if rules.part is None else (rules.part,)
        status = loop.run(rules.shape, [*sources, *targets], *part)
        if status:
            raise RuntimeError(f"{rules.name}() failed with status {status}")
    return [_deliver(target, output, rules.mask) for target, output in zip(targets, outputs)]


def _fits(output: np.ndarray, kind: np.dtype[Any], sources: list[np.ndarray], others: list[np.ndarray]) -> bool:
    """Whether `run` may write straight into `output`: right elements, and on no memory it still has to read."""
    if output.dtype != kind or not output.dtype.isnative or not output.flags.aligned or _overlaps_itself(output):
        return False
    if any(np.may_share_memory(output, each) for each in others):
        return False
    return all(_same(output, each) or not np.may_share_memory(output, each) for each in sources)


def _overlaps_itself(array: np.ndarray) -> bool:
    """Whether two elements may share a byte, so that the order of writing shows; a view made by hand can do that."""
    if array.flags.c_contiguous or array.flags.f_contiguous:
        return False
    reach = array.itemsize
    for step, length in sorted((abs(step), length) for step, length in zip(array.strides, array.shape) if length > 1):
        if step < reach:
            return True
        reach += step * (length - 1)
    return False


def _same(left: np.ndarray, right: np.ndarray) -> bool:
    """Element by element at the same place, so that each is read before it is written."""
    return (
        left.ctypes.data == right.ctypes.data
        and left.strides == right.strides
        and left.itemsize == right.itemsize
        and all(step != 0 or length == 1 for step, length in zip(left.strides, left.shape))
    )


def _new(full: tuple[int, ...], kind: np.dtype[Any], order: Order, sources: list[np.ndarray]) -> np.ndarray:
    if order in "KA":
        shaped = [each for each in sources if any(each.strides)]
        fortran = bool(shaped) and all(each.flags.f_contiguous and not each.flags.c_contiguous for each in shaped)
        order = "F" if fortran else "C"
    return np.empty(full, kind, "F" if order == "F" else "C")


def _deliver(target: np.ndarray, output: np.ndarray | None, mask: np.ndarray | None) -> np.ndarray:
    if output is None or output is target:
        return target
    np.copyto(output, target, casting="unsafe", where=True if mask is None else mask)
    return output
