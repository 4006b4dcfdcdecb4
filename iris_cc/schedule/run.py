"""The passes of the schedule, in their order."""

from __future__ import annotations

from collections.abc import Callable

from iris_cc.ir.nodes import Function, Pass
from iris_cc.schedule.flatten import flattened
from iris_cc.schedule.machine import Machine
from iris_cc.schedule.mask import masked
from iris_cc.schedule.narrow import narrowed

STEPS: tuple[tuple[str, Callable[[Machine], Pass]], ...] = (
    ("flatten", lambda machine: lambda fn: flattened(fn, machine)),
    ("narrow", lambda machine: narrowed),
    ("mask", lambda machine: lambda fn: masked(fn, machine)),
)


def scheduled(fn: Function, machine: Machine, last: str) -> Function:
    """`fn` after the passes up to `last`."""
    for name, step in STEPS:
        fn = step(machine)(fn)
        if name == last:
            return fn
    raise ValueError(f"no pass of the schedule is called {last}")
