"""The factory of ufuncs: an empty NumPy ufunc whose loops arrive when a dtype combination is first seen.

NumPy calls the one catch-all promoter for dtypes it has no loop for; the promoter asks `resolve`, adds the
exact-dtype loop it gets and reports those dtypes, and NumPy caches the answer.  This module may not know where
a loop comes from, and it never unloads one.
"""

from __future__ import annotations

import copyreg
import ctypes
import operator
import sys
from collections.abc import Callable
from ctypes import c_int, c_void_p, py_object
from functools import cache
from typing import Any, TypeAlias

import numpy as np

from iris_cc import forks
from iris_cc.records import record
from iris_cc.runtime import numpy_api as api
from iris_cc.runtime.pending import stash, take_pending
from iris_cc.runtime.spread import Table

__all__ = [
    "InnerLoop", "Resolve", "Word", "factory_works",
    "make_ufunc", "spread_table", "take_pending", "use_native_promoter",
]  # fmt: skip


@record
class InnerLoop:
    """One inner loop for exact dtypes: `int loop(void *context, char *const *args, dims, steps, void *aux)`."""

    dtypes: tuple[np.dtype[Any], ...]
    address: int
    keeper: object
    python: bool = False  # the loop re-enters Python, so NumPy keeps the GIL around it
    share: tuple[int, ...] | None = None  # what its unit says about sharing calls out to threads


# An exact dtype, or int, float or complex for a Python scalar that NumPy holds for weak.
Word: TypeAlias = "np.dtype[Any] | type"
Resolve: TypeAlias = "Callable[[tuple[Word, ...], tuple[np.dtype[Any] | None, ...]], InnerLoop]"


# What stands for a ufunc in a pickle.
Reduce: TypeAlias = "Callable[[], tuple[Any, ...]]"


class _Record:
    """What one ufunc owns: all the memory NumPy points into, and the loops by their input dtypes."""

    __slots__ = ("answered", "doc", "empty", "loops", "name", "nin", "nout", "reduce", "resolve", "spread")

    lock = forks.lock()  # of the loops of all of them: never held for long

    def __init__(
        self, name: str, doc: str | None, nin: int, nout: int, resolve: Resolve, reduce: Reduce | None
    ) -> None:
        self.name = own_name(name).encode()
        self.doc = None if doc is None else doc.encode()
        self.nin, self.nout, self.resolve, self.reduce = nin, nout, resolve, reduce
        self.empty = (c_void_p * 1)()  # its tables of functions, data and types, none of which may be NULL
        self.loops: dict[tuple[np.dtype[Any], ...], InnerLoop] = {}
        self.answered: set[tuple[int | None, ...]] = set()  # what the promoter was asked and gave an answer to
        self.spread = Table(nin, nout, self.name)


# What pandas calls operators by.
_OPERATORS = frozenset({
    "add", "sub", "mul", "pow", "mod", "divmod", "floordiv", "truediv", "eq", "ne", "lt", "gt", "le", "ge",
    "or", "xor", "and", "neg", "pos", "abs", "matmul", "remainder",
})  # fmt: skip


def own_name(name: str) -> str:
    """`name`, or one that nobody takes for another's.

    NumPy widens small integers in reductions of whatever is named `add` or `multiply`, pandas calls its operator for
    an `add`, and dask its own function for a `sin`: they ask a ufunc for nothing but its name.
    """
    return f"{name}_" if name in _OPERATORS or hasattr(np, name) else name


def make_ufunc(
    name: str,
    doc: str | None,
    nin: int,
    nout: int,
    resolve: Resolve,
    reduce: Reduce | None = None,
    signature: str | None = None,
) -> np.ufunc:
    """A ufunc without loops; `resolve` gives one for each combination of dtypes when it is first called.

    With core dimensions in `signature` it is a generalised one.
    `reduce` says what a pickle of it holds; without one it is pickled as NumPy's are, by a name in a module.
    """
    record = _Record(name, doc, nin, nout, resolve, reduce)
    nothing = ctypes.addressof(record.empty)
    core = None if signature is None else signature.encode()
    ufunc: np.ufunc = api.from_func_and_data_and_signature(
        nothing, nothing, nothing, 0, nin, nout, api.IDENTITY_NONE, record.name, record.doc, 0, core
    )
    api.set_owned(ufunc, record)
    api.add_promoter(ufunc, (np.dtype,) * nin + (None,) * nout, _PROMOTER[0])
    return ufunc


def spread_table(target: object) -> int:
    """The address of what is known of the loops of a ufunc that was made here; 0 for anything else."""
    record = _record_of(target)
    return 0 if record is None else record.spread.address


def _record_of(target: object) -> _Record | None:
    if not isinstance(target, np.ufunc):
        return None
    try:
        record = api.owned(target)
    except ValueError:  # NumPy's own ufuncs own nothing
        return None
    return record if isinstance(record, _Record) else None


_numpys_reduce = copyreg.dispatch_table.get(np.ufunc, operator.attrgetter("__name__"))


def _reduce_ufunc(ufunc: np.ufunc) -> str | tuple[Any, ...]:
    """What a pickler asks for any ufunc of the process."""
    record = _record_of(ufunc)
    return _numpys_reduce(ufunc) if record is None or record.reduce is None else record.reduce()


copyreg.pickle(np.ufunc, _reduce_ufunc)


def _word(address: int | None) -> Word | None:
    """What a DType class stands for; NumPy's abstract classes for Python scalars give the Python type."""
    if address is None:
        return None
    scalar: type = api.from_address(address).type
    return scalar if scalar in (int, float, complex) else np.dtype(scalar)


def _promote(ufunc: np.ufunc, op_dtypes: int, signature: int, new_dtypes: int) -> int:
    """Find or add the loop for `op_dtypes` and report its DTypes; an exception is the caller's to pass on."""
    record: _Record = api.owned(ufunc)
    nin, count = record.nin, record.nin + record.nout
    given = list(api.pointers(op_dtypes, count))
    if given[0] is None and nin > 1:  # a reduction: its first operand is what the second becomes
        given[0] = given[1]
    words = tuple(_word(each) for each in given[:nin])
    requested = tuple(_word(each) for each in given[nin:])
    loop = record.resolve(words, requested)  # type: ignore[arg-type]
    _register(ufunc, record, loop)
    asked = api.pointers(op_dtypes, count)
    if _NOTES_AN_ANSWER_ONCE and not _is_first(record, tuple(asked)):
        _ask_apart(asked, nin)
    _report(loop, nin, given, api.pointers(new_dtypes, count))
    return 0


# NumPy 2.0 notes what a promoter answers under the DTypes it was asked for, and fails where two threads have asked at
# once.  From 2.1 on an equal note is no error.
_NOTES_AN_ANSWER_ONCE = np.lib.NumpyVersion(np.__version__) < "2.1.0"


def _is_first(record: _Record, asked: tuple[int | None, ...]) -> bool:
    """Whether this thread's answer is the one that is noted under `asked`.  An answer in the notes is asked no more."""
    with record.lock:
        first = asked not in record.answered
        record.answered.add(asked)
    return first


def _ask_apart(asked: Any, place: int) -> None:
    """Let this answer be noted under DTypes that nobody asks for: the output's is a type that is no DType's.

    The caller owns what stands there; only inputs and the answer are read from here on.
    """
    apart = type("Apart", (), {})
    api.add_reference(id(apart))
    if asked[place] is not None:
        api.drop_reference(asked[place])
    asked[place] = id(apart)


def _register(ufunc: np.ufunc, record: _Record, loop: InnerLoop) -> None:
    """Add `loop` unless its dtypes are there already.

    Input dtypes alone select a loop: outputs follow from them, so NumPy need never choose between two.
    """
    if len(loop.dtypes) != record.nin + record.nout:
        raise ValueError(f"a loop of {len(loop.dtypes)} dtypes for {record.nin + record.nout} operands")
    key = loop.dtypes[: record.nin]
    with record.lock:
        known = record.loops.get(key)
        if known is None:
            _add_loop(ufunc, record, loop)
            record.loops[key] = loop
            if loop.share is not None:
                record.spread.add(loop.address, loop.dtypes, loop.share)
        elif known.dtypes != loop.dtypes:
            raise TypeError(f"two loops of {ufunc.__name__!r} differ in their outputs only")


def _add_loop(ufunc: np.ufunc, record: _Record, loop: InnerLoop) -> None:
    classes = (c_void_p * len(loop.dtypes))(*(id(type(each)) for each in loop.dtypes))
    slots = (api.Slot * 2)(api.Slot(api.METH_STRIDED_LOOP, loop.address), api.Slot(0, None))
    # a Python loop reports through the NumPy calls it makes itself
    flags = api.METH_REQUIRES_PYAPI | api.METH_NO_FLOATINGPOINT_ERRORS if loop.python else 0
    spec = api.Spec(record.name, record.nin, record.nout, api.NO_CASTING, flags, classes, slots)
    api.add_loop_from_spec(ufunc, ctypes.byref(spec))


def _report(loop: InnerLoop, nin: int, given: list[int | None], answer: Any) -> None:
    """Write the loop's DTypes, each a new reference.

    NumPy gives up when nothing changed, so a fully specified request is answered with open outputs.
    """
    classes: list[int | None] = [id(type(each)) for each in loop.dtypes]
    if classes == given:
        classes[nin:] = [None] * (len(classes) - nin)
    for position, each in enumerate(classes):
        if each is not None:
            api.add_reference(each)
        answer[position] = each


def _promoter(ufunc: np.ufunc, op_dtypes: int, signature: int, new_dtypes: int) -> int:
    try:
        return _promote(ufunc, op_dtypes, signature, new_dtypes)
    except BaseException as error:  # ctypes would print it and report success
        stash(error, TypeError)
        return -1


_CALLBACK = api.Promoter(_promoter)
# The capsule new ufuncs get.  Without a compiler it is the ctypes callback.
_PROMOTER: list[Any] = [api.new_capsule(ctypes.cast(_CALLBACK, c_void_p), api.PROMOTER_CAPSULE, None)]


def use_native_promoter(promoter: int, set_hook: int) -> None:
    """From here on, new ufuncs use a promoter written in C, through which exceptions reach the caller as they are.

    `promoter` has NumPy's promoter signature; `set_hook(function)` gives it the function to call.
    """
    ctypes.PYFUNCTYPE(c_int, py_object)(set_hook)(_promote)
    _PROMOTER[0] = api.new_capsule(promoter, api.PROMOTER_CAPSULE, None)


@cache
def factory_works() -> bool:
    """Whether ufuncs can be made here: one is made, called with new dtypes and reduced.  Needs no compiler."""
    if sys.implementation.name != "cpython" or (hasattr(sys, "_is_gil_enabled") and not sys._is_gil_enabled()):
        return False
    try:
        return _self_test()
    except Exception:
        return False


def _self_test() -> bool:
    def body(context: int, args: int, dims: int, steps: int, aux: int) -> int:
        step = api.intptrs(steps, 3)
        left, right, out = api.pointers(args, 3)
        for i in range(api.intptrs(dims, 1)[0]):
            a = ctypes.c_double.from_address(left + i * step[0]).value
            b = ctypes.c_double.from_address(right + i * step[1]).value
            ctypes.c_double.from_address(out + i * step[2]).value = a - b
        return 0

    function = api.LoopFunction(body)
    double = np.dtype("f8")
    loop = InnerLoop((double,) * 3, ctypes.cast(function, c_void_p).value or 0, function, python=True)
    ufunc = make_ufunc("self_test", None, 2, 1, lambda words, requested: loop)
    values = np.array([5.0, 3.0, 1.0])
    return bool(
        ufunc(values, np.float32(1)).tolist() == [4.0, 2.0, 0.0]
        and ufunc.reduce(values) == 1.0
        and type(api.owned(ufunc)) is _Record
    )
