"""From a unit to code: memory, then disk, then the compiler.  The one module of the build that knows every part.

Trouble with the environment is a `BuildFailure`, never an exception.  The way to a cached object starts no process
and imports nothing that only a build needs.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from iris_cc import config, forks
from iris_cc.build import place, toolchain
from iris_cc.build.place import Unusable
from iris_cc.build.store import CacheStore
from iris_cc.build.toolchain import Plan
from iris_cc.build.unit import Artifact, BuildFailure, Built, Standing, Unit
from iris_cc.records import replace

if TYPE_CHECKING:
    from iris_cc.build.negative import NegativeState

_DISABLED = BuildFailure("disabled", f"{config.KILL_SWITCH} switches the compiled route off")


class _Tables:
    """What this process has: verified artifacts by key, and a lock per key that is being obtained."""

    def __init__(self) -> None:
        self.artifacts: dict[str, Artifact] = {}
        self.guard = threading.Lock()
        self.building: dict[str, threading.Lock] = {}

    def lock_of(self, key: str) -> threading.Lock:
        with self.guard:
            return self.building.setdefault(key, threading.Lock())


_tables = _Tables()


def obtain(unit: Unit) -> Built | BuildFailure:
    """Code for `unit`, found or built.  Threads that ask for one key at once share one build."""
    if not config.jit_enabled():
        return _DISABLED
    try:
        return _obtain(unit)
    except ImportError as error:  # modules that only a build needs are code, too, which may find no room any more
        return BuildFailure("io", f"a module that a build needs cannot be loaded: {error}", transient=True)


def _obtain(unit: Unit) -> Built | BuildFailure:
    with forks.imports:  # `CC` with arguments imports a module
        plan = toolchain.plan(unit)
    if isinstance(plan, BuildFailure):
        return plan
    held = _tables.artifacts.get(plan.key)
    if held is not None:
        return Built(held, "memory", plan.key)
    lock = _tables.lock_of(plan.key)
    try:
        with lock:
            held = _tables.artifacts.get(plan.key)
            if held is not None:
                return Built(held, "memory", plan.key)
            result = _obtain_new(unit, plan)
            if isinstance(result, Built):
                _tables.artifacts[plan.key] = result.artifact
            return result
    finally:
        with _tables.guard:
            _tables.building.pop(plan.key, None)


def peek(unit: Unit) -> Standing:
    """Where `obtain` would find the code without compiling.  Starts, writes, warns of and changes nothing."""
    if not config.jit_enabled():
        return "none"
    plan = toolchain.plan(unit)
    if isinstance(plan, BuildFailure):
        return "none"
    if plan.key in _tables.artifacts:
        return "memory"
    return "none" if _find(plan.key, passive=True) is None else "disk"


def answers_at_once(unit: Unit) -> bool:
    """Whether `obtain` would give code or a failure without compiling.  Starts, writes and changes nothing."""
    if not config.jit_enabled():
        return True
    plan = toolchain.plan(unit)
    if isinstance(plan, BuildFailure) or plan.key in _tables.artifacts:
        return True
    return _find(plan.key, passive=True) is not None or _refusal(plan) is not None


def prepare() -> None:
    """Import all that a build needs, where no fork can come between."""
    with forks.imports:
        import json  # noqa: F401

        from iris_cc.build import bundle, negative, work  # noqa: F401


def abandon(thread: int) -> bool:
    """Nobody waits any more for what this thread builds: its compiler is ended, and each that it may yet start.

    Whether the thread has a directory that it will remove in a moment.
    """
    from iris_cc.build import process, staging

    process.end_for(thread)
    return thread in staging.users


def key_of(unit: Unit) -> str | BuildFailure:
    """The key under which `unit` is cached here and now."""
    plan = toolchain.plan(unit)
    return plan if isinstance(plan, BuildFailure) else plan.key


def negative_state(unit: Unit) -> NegativeState | None:
    """The failure remembered for `unit` with the present compiler and flags."""
    plan = toolchain.plan(unit)
    if isinstance(plan, BuildFailure):
        return None
    from iris_cc.build import negative

    return negative.state(plan.key)


def assembly(unit: Unit) -> str | BuildFailure:
    """The assembly of `unit` under the same flags.  Nothing is cached, and a level above this CPU's is allowed."""
    if not config.jit_enabled():
        return _DISABLED
    plan = toolchain.plan(unit, runs_here=False)
    if isinstance(plan, BuildFailure):
        return plan
    from iris_cc.build import work

    return work.assembly(unit, plan)


def discard(artifact: Artifact, reason: str) -> None:
    """The loader could not open verified code: forget it and take it out of use, so that it is built anew."""
    _tables.artifacts.pop(artifact.key, None)
    if artifact.file is None:
        return
    directory, name = os.path.split(artifact.file)
    for kind in place.KINDS:
        try:
            with CacheStore.open(kind, create=False) as store:
                if os.path.join(store.path, artifact.key[:2]) == directory:
                    store.set_aside(artifact.key, name, reason)
        except Unusable:
            continue


def let_go(artifact: Artifact) -> None:
    """This process could not open sound code now: the next time it is looked for afresh."""
    _tables.artifacts.pop(artifact.key, None)


def forget() -> None:
    """Empty the tables of this process, as if it had just started.  What is loaded stays loaded."""
    from iris_cc.build import negative

    _tables.artifacts.clear()
    negative.forget()
    place.forget_warnings()


def _obtain_new(unit: Unit, plan: Plan) -> Built | BuildFailure:
    found = _find(plan.key, passive=False)
    if found is not None:
        return Built(found, "disk", plan.key)
    prepare()
    refused = _refusal(plan)
    if refused is not None:
        return refused
    from iris_cc.build import negative, work

    result = work.build(unit, plan)
    if isinstance(result, BuildFailure):
        negative.remember(plan.key, result)
    else:
        negative.forget(plan.key)
    if isinstance(result, BuildFailure) and result.kind == "timeout":
        _suspect(plan, result)
    else:
        negative.forget(plan.compiler.identity)
    return result


def _suspect(plan: Plan, timeout: BuildFailure) -> None:
    """A compiler that hangs, hangs on the next kernel as well: a program of ten must not wait ten times.

    One that still compiles next to nothing is sound: then the time that passed is that kernel's own affair.
    """
    from iris_cc.build import negative, work

    if not work.is_alive(plan):
        message = f"the compiler does not answer: {timeout.message}"
        negative.remember(plan.compiler.identity, replace(timeout, message=message, transient=False))


def _refusal(plan: Plan) -> BuildFailure | None:
    """A failure of this unit or of this compiler that is not to be repeated yet."""
    with forks.imports:
        from iris_cc.build import negative

    return negative.standing(plan.key) or negative.standing(plan.compiler.identity)


def _find(key: str, *, passive: bool) -> Artifact | None:
    for kind in place.KINDS:
        try:
            with CacheStore.open(kind, create=False) as store:
                found = store.find(key, passive=passive)
        except Unusable as refused:
            if refused.unsafe and not passive:
                place.warn_unsafe(refused)
            continue
        if found is not None:
            return found
    return None


def _after_fork_in_child() -> None:
    """Another thread of the parent may have held these; here nobody will ever release them."""
    import sys

    _tables.guard = threading.Lock()
    _tables.building = {}
    staging = sys.modules.get("iris_cc.build.staging")
    if staging is not None:
        staging.drop_inherited()


os.register_at_fork(after_in_child=_after_fork_in_child)
