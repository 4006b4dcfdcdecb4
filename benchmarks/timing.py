"""The clock: contenders take turns, so a noisy moment of the machine meets all of them; medians are what is told."""

from __future__ import annotations

import gc
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np

from benchmarks.contenders import Turn, usable_cpus


@dataclass(frozen=True)
class Pace:
    """How much is measured: rounds, the shortest turn, and what one contender may cost in one case, in seconds."""

    rounds: int = 9
    shortest: float = 0.01
    budget: float = 6.0


QUICK = Pace(rounds=3, shortest=0.002, budget=0.5)
FULL = Pace()


@dataclass(frozen=True)
class Timing:
    """Seconds per call: what each turn gave, and how many processors were busy."""

    samples: tuple[float, ...]
    cpus: float

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def best(self) -> float:
        return min(self.samples)

    @property
    def worst(self) -> float:
        return max(self.samples)


@contextmanager
def quiet_machine() -> Iterator[None]:
    """No garbage collection and no floating-point warnings in between."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        if collecting:
            gc.enable()


def one_turn(call: Callable[[], Any], number: int) -> tuple[float, float]:
    """Wall and processor seconds of `number` calls."""
    repeat = range(number)
    busy, start = time.process_time(), time.perf_counter()
    for _ in repeat:
        call()
    return time.perf_counter() - start, time.process_time() - busy


def interleaved(turns: Sequence[Turn], pace: Pace) -> dict[str, Timing]:
    """Every turn in every round, beginning with another each time; the slow ones stop when their budget is spent."""
    if not turns:
        return {}
    samples: dict[str, list[float]] = {turn.name: [] for turn in turns}
    spent: dict[str, float] = {}
    busy: dict[str, float] = dict.fromkeys(samples, 0.0)
    clock: dict[str, float] = dict.fromkeys(samples, 0.0)
    number: dict[str, int] = {}
    with quiet_machine():
        for turn in turns:
            turn.enter()
            once = min(one_turn(turn.call, 1)[0] for _ in range(2))
            number[turn.name] = max(1, round(pace.shortest / max(once, 1e-9)))
            spent[turn.name] = once
        for index in range(pace.rounds):
            start = index % len(turns)
            for turn in (*turns[start:], *turns[:start]):
                if spent[turn.name] > pace.budget and len(samples[turn.name]) >= 2:
                    continue
                turn.enter()
                wall, cpu = one_turn(turn.call, number[turn.name])
                samples[turn.name].append(wall / number[turn.name])
                spent[turn.name] += wall
                busy[turn.name] += cpu
                clock[turn.name] += wall
    return {name: Timing(tuple(each), busy[name] / max(clock[name], 1e-9)) for name, each in samples.items()}


def versions() -> dict[str, str]:
    """Everyone who takes part, with a version where it is installed."""
    found = {"python": platform.python_version(), "numpy": np.__version__}
    for name in ("iris_cc", "numba", "llvmlite", "numexpr", "blosc2", "jax", "jaxlib"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def machine(threads: int) -> dict[str, Any]:
    """What the figures were taken on."""
    return {
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processors": usable_cpus(),
        "threads": threads,
        "compiler": _compiler(),
        "versions": versions(),
        "time": time.strftime("%Y-%m-%d %H:%M:%S"),
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or sys.platform


def _compiler() -> str:
    from iris_cc.build import toolchain

    found = toolchain.find_compiler()
    if not isinstance(found, toolchain.Compiler):
        return found.message
    return toolchain.version_text(found).splitlines()[0]
