"""A call of a kernel, in Python: which ufunc it goes to, and with which arguments.

This is the meaning of a call; `native` holds the same thing in C for the usual cases and comes here with the rest.
It may not know how a ufunc is made: `choose` gives one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from iris_cc import config, forks
from iris_cc.numpy_calls import callers
from iris_cc.numpy_calls.arguments import require, unknown_keyword
from iris_cc.runtime.limits import Override
from iris_cc.runtime.pending import take_pending

Callee: TypeAlias = Callable[..., Any]
# choose(mask): what calls with these weak arguments go to.  It is asked once per mask, and at each call while one of
# `OVERRIDES` is in the environment.
Choose: TypeAlias = Callable[[int], Callee]

OVERRIDES = (config.KILL_SWITCH, config.WHILE_LIMIT)

# Keywords of a ufunc call.  A parameter of the same name comes first.
PASSED = ("out", "where", "dtype", "casting", "order", "subok", "signature", "sig", "axis", "axes", "keepdims", "shape")

# A mask has two bits per parameter, the first parameter lowest, and above them one for each int of 2^63 and more.
WEAK_BITS = {float: 1, int: 2, bool: 3}
WIDE_SHIFT = 128  # a ufunc has 64 operands at most


class WideInt(int):
    """Stands for the type of a Python int from 2^63 to 2^64 - 1, which travels as uint64."""


def weak_types(mask: int, count: int) -> tuple[type | None, ...]:
    """The Python type of each weak argument in `mask`, None for the others."""
    types = (None, float, int, bool)
    wide = mask >> WIDE_SHIFT
    return tuple(WideInt if wide >> i & 1 else types[mask >> 2 * i & 3] for i in range(count))


class Follower(Protocol):
    """Keeps a copy of a dispatcher's targets."""

    def add(self, mask: int, target: Callee) -> None: ...

    def drop(self, mask: int) -> None: ...


class Dispatcher:
    """Calls `choose`'s targets with parameters by position or keyword, defaults, and a ufunc's own keywords."""

    __slots__ = (
        *("__weakref__", "changes", "choose", "defaults", "followers", "forgotten"),
        *("name", "parameters", "positional", "targets"),
    )
    lock = forks.lock()  # of the targets of all of them: never held for long

    def __init__(
        self,
        name: str,
        parameters: Sequence[str],
        defaults: Mapping[str, object],
        choose: Choose,
        positional: int = 0,  # how many parameters take no keyword
    ) -> None:
        self.name = name
        self.parameters = tuple(parameters)
        self.positional = positional
        self.defaults = dict(defaults)
        self.choose = choose
        self.targets: dict[int, Callee] = {}
        self.changes = 0  # how often a target was forgotten
        self.forgotten: list[Callee] = []  # a call may be in them, and C counts no reference: they stay
        self.followers: list[Follower] = []

    def __call__(self, /, *args: object, **kwargs: object) -> Any:
        return self.run(*self.bind(args, kwargs))

    def run(self, values: Sequence[object], rest: Mapping[str, object]) -> Any:
        """A call of bound arguments."""
        target = self.target(self.mask(values))
        take_pending()  # a ufunc that was called by itself may have left an error
        try:
            return callers.call(target, values, rest)
        except BaseException as raised:
            error = take_pending(raised) or raised
            rescue = self.rescue(error, values, rest)
            if rescue is not None:
                return rescue(*values, **rest)
            if error is raised:
                raise
            raise error from None

    def rescue(self, error: BaseException, values: Sequence[object], rest: Mapping[str, object]) -> Callee | None:
        """What answers a call of these arguments that ended with `error` after all; None where nothing does."""
        return None

    def target(self, mask: int) -> Callee:
        if Override.active or any(name in os.environ for name in OVERRIDES):
            return self.choose(mask)
        known = self.targets.get(mask)
        return self._learn(mask) if known is None else known

    def _learn(self, mask: int) -> Callee:
        before = self.changes
        made = self.choose(mask)  # may take long, so outside the lock
        with self.lock:
            if mask in self.targets:
                return self.targets[mask]
            if self.changes == before:  # else it may be what was to be forgotten
                self.targets[mask] = made
                for each in self.followers:
                    each.add(mask, made)
        return made

    def forget(self, mask: int) -> None:
        """Choose anew at the next call with these weak arguments."""
        with self.lock:
            self.changes += 1
            if mask in self.targets:
                self.forgotten.append(self.targets.pop(mask))
            for each in self.followers:
                each.drop(mask)

    def follow(self, follower: Follower) -> None:
        """Tell `follower` of every target there is and will be."""
        with self.lock:
            for mask, target in self.targets.items():
                follower.add(mask, target)
            self.followers.append(follower)

    def bind(self, args: tuple[object, ...], kwargs: dict[str, object]) -> tuple[list[object], dict[str, object]]:
        """The positional arguments of the target (parameters, then outputs) and its keywords; TypeError as Python's."""
        values = dict(zip(self.parameters, args))
        rest: dict[str, object] = {}
        only = self.parameters[: self.positional]
        for key, value in kwargs.items():
            if key in only and key not in PASSED:
                text = "got some positional-only arguments passed as keyword arguments"
                raise TypeError(f"{self.name}() {text}: {key!r}")
            if key in only:
                rest[key] = value
            elif key in values:
                raise TypeError(f"{self.name}() got multiple values for argument {key!r}")
            if key in self.parameters:
                values[key] = value
            elif key in PASSED:
                rest[key] = value
            else:
                raise unknown_keyword(self.name, key)
        for key, value in self.defaults.items():
            values.setdefault(key, value)
        require(self.name, "positional", self.parameters, values)
        return [*(values[each] for each in self.parameters), *args[len(self.parameters) :]], rest

    def mask(self, values: Sequence[object]) -> int:
        """Which parameters got an exact Python float, int or bool."""
        mask = 0
        for place, (name, value) in enumerate(zip(self.parameters, values)):
            bits = WEAK_BITS.get(type(value), 0)
            if type(value) is int and not -(1 << 63) <= value < 1 << 63:
                if not 0 <= value < 1 << 64:
                    raise OverflowError(f"{self.name}() argument {name!r}: Python int too large for 64 bits")
                mask |= 1 << WIDE_SHIFT + place
            mask |= bits << 2 * place
        return mask
