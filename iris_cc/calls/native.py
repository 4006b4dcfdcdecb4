"""The dispatcher in C: `runtime_c/iris_dispatcher.c` bound to one kernel.

The C unit reads a plain structure that Python fills and owns; every object in it is also held by the tuple the
builtin is bound to, so the garbage collector sees them all.  This module may not know what a call means:
`Dispatcher` says that, and stays the slow path.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from ctypes import PYFUNCTYPE, c_ssize_t, c_uint64, c_void_p, py_object
from functools import cache
from typing import Any

from iris_cc.calls.dispatcher import OVERRIDES, PASSED, WIDE_SHIFT, Callee, Dispatcher
from iris_cc.runtime.pending import recover
from iris_cc.runtime.ufunc import spread_table

MOST_PARAMETERS = 32
MOST_ENTRIES = 16
_LOW = (1 << 2 * MOST_PARAMETERS) - 1


class _FollowerEntry(ctypes.Structure):
    _fields_ = [("mask", c_uint64), ("wide", c_uint64), ("ufunc", c_void_p), ("spread", c_void_p)]


class _FollowerState(ctypes.Structure):
    """The `state_t` of the C unit, field by field."""

    _fields_ = [
        ("parameters", c_ssize_t),
        ("names", c_void_p),
        ("defaults", c_void_p),
        ("passed_count", c_ssize_t),
        ("passed", c_void_p),
        ("environ", c_void_p),
        ("version", c_void_p),
        ("clear_version", c_uint64),
        ("guard_count", c_ssize_t),
        ("guards", c_void_p),
        ("slow", c_void_p),
        ("recover", c_void_p),
        ("entries", c_ssize_t),
        ("table", _FollowerEntry * MOST_ENTRIES),
    ]


_PASSED = tuple(map(sys.intern, PASSED))


@cache
def available() -> bool:
    """Whether the C unit may run here: a type stands where it reads it, and the environment is a plain dict."""
    if sys.implementation.name != "cpython" or (hasattr(sys, "_is_gil_enabled") and not sys._is_gil_enabled()):
        return False
    probe = 1.5
    type_at = c_void_p.from_address(id(probe) + ctypes.sizeof(c_ssize_t)).value
    return type_at == id(float) and type(getattr(os.environ, "_data", None)) is dict


# PyDictObject: the header, ma_used, ma_version_tag.  In Python 3.11 every change of any dict takes a new number;
# from 3.12 on the C unit has itself told of changes, as it cannot before.
_VERSION_OFFSET = object.__basicsize__ + ctypes.sizeof(c_ssize_t)


@cache
def _dicts_have_versions() -> bool:
    """Whether a dict shows each of its changes in one number; tried rather than believed."""
    if sys.version_info >= (3, 12):
        return False
    probe: dict[bytes, bytes] = {}
    number = c_uint64.from_address(id(probe) + _VERSION_OFFSET)
    seen = [number.value]
    for change in (
        lambda: probe.__setitem__(b"a", b"1"),
        lambda: probe.__setitem__(b"a", b"2"),
        lambda: probe.update({b"b": b"3"}),
        lambda: probe.pop(b"b"),
        lambda: probe.__delitem__(b"a"),
        lambda: probe.setdefault(b"c", b"4"),
        lambda: probe.clear(),
    ):
        change()
        seen.append(number.value)
    return len(set(seen)) == len(seen) and 0 not in seen[1:]


def _version_address(mapping: dict[bytes, bytes]) -> int | None:
    return id(mapping) + _VERSION_OFFSET if _dicts_have_versions() else None


def bind(address: int, dispatcher: Dispatcher) -> Callable[..., Any]:
    """A builtin that calls as `dispatcher` does; `address` is that of the unit's `iris_bind`.

    It is no descriptor: as a class attribute `__call__` it gets the arguments of the call alone.
    """
    if not available():
        raise RuntimeError("the C dispatcher cannot run on this interpreter")
    if len(dispatcher.parameters) > MOST_PARAMETERS:
        return dispatcher
    return PYFUNCTYPE(py_object, py_object)(address)(_prepare(dispatcher))  # type: ignore[no-any-return]


class _Tail(ctypes.Structure):
    """The two words at the end of an instance of a callable type."""

    _fields_ = [("vectorcall", c_void_p), ("state", c_void_p)]


def callable_type(address: int, base: type, name: str) -> type:
    """A subclass of `base` whose instances CPython calls without a lookup; `address`: the unit's `iris_callable_type`.

    As a class attribute a builtin costs a search of the class per call, and a dict per call with keywords.
    All bases of one process must have one size, so there should be one.
    """
    if not available():
        raise RuntimeError("the C dispatcher cannot run on this interpreter")
    make = PYFUNCTYPE(py_object, py_object, ctypes.c_char_p, c_ssize_t)(address)
    return make((base,), name.encode(), base.__basicsize__)  # type: ignore[no-any-return]


def attach(instance: object, vectorcall: int, dispatcher: Dispatcher) -> object:
    """Let calls of `instance`, of a `callable_type`, go to `dispatcher`; `vectorcall`: the unit's `iris_vectorcall`.

    What it returns must be kept on the instance, which holds only addresses itself.
    """
    if len(dispatcher.parameters) > MOST_PARAMETERS:
        raise ValueError(f"more than {MOST_PARAMETERS} parameters")
    kept = _prepare(dispatcher)
    tail = _Tail.from_address(id(instance) + type(instance).__basicsize__ - ctypes.sizeof(_Tail))
    tail.state = kept[0]
    tail.vectorcall = vectorcall
    return kept


def _prepare(dispatcher: Dispatcher) -> tuple[Any, ...]:
    """The filled structure: its address, then everything that it points to."""
    # a name that takes no keyword is one that no keyword is
    marked = (f"{name}/" if k < dispatcher.positional else name for k, name in enumerate(dispatcher.parameters))
    names = tuple(map(sys.intern, marked))
    guards = tuple(os.environ.encodekey(each) for each in OVERRIDES)
    environ = os.environ._data  # type: ignore[attr-defined]
    arrays = (_addresses(names), _defaults(dispatcher), _addresses(_PASSED), _addresses(guards))
    places = tuple(map(ctypes.addressof, arrays))
    state = _FollowerState(
        *(len(names), places[0], places[1]),
        *(len(_PASSED), places[2]),
        *(id(environ), _version_address(environ), 0, len(guards), places[3]),
        *(id(dispatcher), id(recover)),
    )
    dispatcher.follow(_Table(state))
    return ctypes.addressof(state), state, arrays, names, guards, environ, dispatcher


def _addresses(objects: tuple[object, ...]) -> Any:
    return (c_void_p * max(len(objects), 1))(*map(id, objects))


def _defaults(dispatcher: Dispatcher) -> Any:
    given = dispatcher.defaults
    found = (id(given[each]) if each in given else None for each in dispatcher.parameters)
    return (c_void_p * max(len(dispatcher.parameters), 1))(*found)


class _Table:
    """A dispatcher's targets in the C structure; those past its end stay on the slow path.

    Calls read it at any time, with the GIL: what they see between two statements here must hold too.
    """

    __slots__ = ("state",)

    def __init__(self, state: _FollowerState) -> None:
        self.state = state

    def add(self, mask: int, target: Callee) -> None:
        place = self.state.entries
        if place < MOST_ENTRIES:
            low, wide = mask & _LOW, mask >> WIDE_SHIFT
            self.state.table[place] = _FollowerEntry(low, wide, id(target), spread_table(target))
            self.state.entries = place + 1

    def drop(self, mask: int) -> None:
        last = self.state.entries - 1
        for place in range(last + 1):
            entry = self.state.table[place]
            if entry.mask | entry.wide << WIDE_SHIFT == mask:
                self.state.table[place] = self.state.table[last]
                self.state.entries = last
                return
