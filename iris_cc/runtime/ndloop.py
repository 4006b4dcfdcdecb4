"""Calls over an N-d index space, for kernels that ask for their position and so are no ufuncs.

Operands come to `run` broadcast, cast, native, aligned and free of harmful overlap; positions count in the C order of
the broadcast shape.  This module may not know what `run` computes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import _cffi_backend
import numpy as np

from iris_cc.numpy_calls.arguments import wrong_count
from iris_cc.numpy_calls.casts import DType, check_cast, input_place, output_place
from iris_cc.numpy_calls.outputs import MISSING, read_outputs
from iris_cc.numpy_calls.overrides import override
from iris_cc.numpy_calls.request import Request, read_request, read_words
from iris_cc.numpy_calls.shapes import Part, Shape, common_shape, read_shape
from iris_cc.numpy_calls.wrap import answers
from iris_cc.records import record
from iris_cc.runtime import numpy_api as api
from iris_cc.runtime.operands import Operand, read_input
from iris_cc.runtime.ufunc import Word

# run(shape, arrays), or run(shape, arrays, part) where they are a part of a larger space.
Run: TypeAlias = "Callable[..., int | None]"
# resolve(words, ndim, results): the loop for these inputs, with the types asked for of the results.
NdResolve: TypeAlias = "Callable[[tuple[Word, ...], int, tuple[DType | None, ...]], NdLoop]"

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
    nin: int
    nout: int
    shape: Shape
    request: Request
    part: Part | None

    def check_input(self, place: int, source: DType, target: DType) -> None:
        check_cast(self.name, source, target, self.request.casting, input_place(place, self.nin))

    def check_output(self, place: int, source: DType, target: DType) -> None:
        check_cast(self.name, source, target, self.request.casting, output_place(place, self.nin, self.nout))


@record
class _Called:
    """What stands for the function where objects wrap its results."""

    __name__: str
    nin: int
    nout: int


def call_nd(
    name: str,
    nin: int,
    nout: int,
    resolve: NdResolve,
    args: tuple[Any, ...],
    ufunc: Any = None,
    shape: object = None,
    part: Part | None = None,
    **words: Any,
) -> Any:
    """Call as NumPy calls a ufunc; `shape` takes part in the broadcast, and stands alone without array arguments.

    Operands may take the call over if there is a `ufunc` to give them.  `part` says where the elements stand in a
    larger space.
    """
    if len(args) < nin:
        raise wrong_count(name, nin, nout, len(args))
    inputs, further = args[:nin], args[nin:]
    given = read_words(name, words)
    outputs = read_outputs(words.get("out", MISSING), further)
    outputs.check(name, nin, nout)
    found = None if ufunc is None else override(ufunc, "__call__", inputs, outputs.arrays, given)
    if found is not None:
        return found[0]
    request = read_request(name, nin, nout, outputs, given, bool(further) or "out" in words)
    operands = [read_input(each) for each in inputs]
    extra = [] if shape is None else [read_shape(shape)]
    extra += [] if request.mask is None else [request.mask.shape]
    full = common_shape([each.array.shape for each in operands], outputs.shapes, extra)
    rules = _Rules(name, nin, nout, full, request, part)
    loop = _loop(rules, resolve, operands)
    sources = [_source(rules, each, loop.dtypes[i], i) for i, each in enumerate(operands)]
    results = _call(rules, loop, sources, outputs.padded(nout))
    answer = answers(_Called(name, nin, nout) if ufunc is None else ufunc, results, inputs, request)
    return answer[0] if nout == 1 else tuple(answer)


class NativeNd:
    """The compiled entry at `address` as a `run`; it releases the GIL, and `fail` makes an exception of its status."""

    def __init__(self, address: int, fail: Callable[[int], None]) -> None:
        self.entry = FFI.cast(_ENTRY, address)
        self.fail = fail

    def __call__(self, shape: tuple[int, ...], arrays: list[np.ndarray], part: Part | None = None) -> None:
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


def _loop(rules: _Rules, resolve: NdResolve, operands: Sequence[Operand]) -> NdLoop:
    """The loop for the operands in the types asked for."""
    asked = rules.request.wanted
    results = asked.of_outputs(rules.name, rules.nout)
    words = tuple(each.word if want is None else want for each, want in zip(operands, asked.inputs, strict=True))
    loop = resolve(words, len(rules.shape), results)
    wanted = (*asked.inputs, *results)
    if any(want is not None and want != have for want, have in zip(wanted, loop.dtypes, strict=True)):
        raise TypeError(f"ufunc {rules.name!r} did not contain a loop with signature matching types {wanted}")
    return loop


def _source(rules: _Rules, given: Operand, dtype: DType, place: int) -> np.ndarray:
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


def _call(
    rules: _Rules, loop: NdLoop, sources: list[np.ndarray], outputs: Sequence[np.ndarray | None]
) -> list[np.ndarray]:
    kinds = loop.dtypes[len(sources) :]
    for place, (kind, output) in enumerate(zip(kinds, outputs)):
        if output is not None:
            rules.check_output(place, kind, output.dtype)
    targets: list[np.ndarray] = []
    for kind, output in zip(kinds, outputs):
        if output is not None and rules.request.mask is None and _fits(output, kind, sources, targets):
            targets.append(output)
        else:
            targets.append(_new(rules.shape, kind, rules.request.order, sources))
    if 0 not in rules.shape:
        part = () if rules.part is None else (rules.part,)
        status = loop.run(rules.shape, [*sources, *targets], *part)
        if status:
            raise RuntimeError(f"{rules.name}() failed with status {status}")
    return [_deliver(target, output, rules.request.mask) for target, output in zip(targets, outputs)]


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


def _new(full: Shape, kind: DType, order: str | None, sources: list[np.ndarray]) -> np.ndarray:
    wanted = (order or "K").upper()
    if wanted in "KA":
        shaped = [each for each in sources if any(each.strides)]
        fortran = bool(shaped) and all(each.flags.f_contiguous and not each.flags.c_contiguous for each in shaped)
        wanted = "F" if fortran else "C"
    return np.empty(full, kind, "F" if wanted == "F" else "C")


def _deliver(target: np.ndarray, output: np.ndarray | None, mask: np.ndarray | None) -> np.ndarray:
    if output is None or output is target:
        return target
    np.copyto(output, target, casting="unsafe", where=True if mask is None else mask)
    return output
