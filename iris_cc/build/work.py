"""The part of the service that only a miss needs: choose where to work, compile, publish, tidy up.

Tries the user's directory, then the temporary one, then memory only; each may be missing, unsafe, read-only or full.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

from iris_cc import config
from iris_cc.build import compile, flags, place
from iris_cc.build.manage import prune
from iris_cc.build.place import Unusable
from iris_cc.build.staging import Staging, collect, staging
from iris_cc.build.store import CacheStore
from iris_cc.build.toolchain import Plan
from iris_cc.build.unit import Artifact, BuildFailure, Built, BytesImage, FailureKind, Unit
from iris_cc.records import replace

Result = TypeVar("Result")

# bytes published by this process since it last measured the whole cache; None before the first time
_unmeasured: dict[str, int] = {}


class _Job:
    """One build.  The text is made at most once, and only if no other process was faster."""

    def __init__(self, unit: Unit, plan: Plan) -> None:
        self.unit = unit
        self.plan = plan
        self._text: str | None = None

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = self.unit.text()
        return self._text

    def metadata(self) -> dict[str, object]:
        """No time and no directory in it: the same build gives the same file."""
        unit = self.unit
        return {
            "key": self.plan.key,
            "identity": unit.identity,
            "label": unit.label,
            "signature": unit.signature,
            "ndim": unit.ndim,
            "fp": unit.fp,
            "statements": unit.statements,
            "target": self.plan.target,
            "meta": dict(unit.meta),
        }


def build(unit: Unit, plan: Plan) -> Built | BuildFailure:
    """Compile `unit` and keep the result in the first place that takes it."""
    job = _Job(unit, plan)
    failure: BuildFailure | None = None
    for kind in place.KINDS:
        try:
            with CacheStore.open(kind, create=True) as store:
                result = _build_in(store, job)
        except Unusable as refused:
            if refused.unsafe:
                place.warn_unsafe(refused)
            continue
        except OSError:
            continue
        if isinstance(result, Built) or result.kind != "no-space":
            return result
        failure = result
    unkept: Built | BuildFailure = _somewhere(lambda private: _build_unkept(job, private))
    # A full disk in every place is better told by the compiler than by a directory that could not be made.
    return failure if failure is not None and isinstance(unkept, BuildFailure) else unkept


def assembly(unit: Unit, plan: Plan) -> str | BuildFailure:
    """Assembly text, made in a directory that is gone afterwards."""
    text = unit.text()
    refused = _too_long(unit, text)
    if refused is not None:
        return refused
    return _somewhere(lambda private: compile.assembly_text(plan, text, private))


def is_alive(plan: Plan) -> bool:
    """Whether the compiler makes an object of next to nothing, soon."""
    return not isinstance(_somewhere(lambda private: compile.trial(plan, private)), BuildFailure)


def _build_in(store: CacheStore, job: _Job) -> Built | BuildFailure:
    """Raises OSError or Unusable when this place cannot be worked in."""
    key = job.plan.key
    directory = store.staging_directory()
    with store.lock(key, config.timeout()):
        found = store.find(key)
        if found is not None:
            return Built(found, "disk", key)
        refused = _too_long(job.unit, job.text)
        if refused is not None:
            return refused
        with staging(directory) as private:
            made = compile.shared_object(job.plan, job.text, private)
            if isinstance(made, compile.Refused):
                collect(directory)
                return _with_bundle(store, job, made)
            try:
                artifact, size = store.publish(private, key, made.code, job.text, job.metadata())
            except (OSError, Unusable):
                return _in_memory(key, made.code)
    # After the build, not before: the compiler that a killed process left behind has had time to end.
    collect(directory)
    _limit(store, artifact, size)
    return Built(artifact, "built", key)


def _with_bundle(store: CacheStore, job: _Job, refused: compile.Refused) -> BuildFailure:
    failure = refused.failure
    if failure.kind not in ("compiler-error", "bad-output"):
        return failure
    from iris_cc.build import bundle

    path = bundle.keep(store.kind, job.plan, job.text, refused.commands, failure.stderr or failure.message)
    return replace(failure, bundle=path)


def _build_unkept(job: _Job, private: Staging) -> Built | BuildFailure:
    refused = _too_long(job.unit, job.text)
    if refused is not None:
        return refused
    made = compile.shared_object(job.plan, job.text, private)
    return made.failure if isinstance(made, compile.Refused) else _in_memory(job.plan.key, made.code)


def _in_memory(key: str, code: bytes) -> Built:
    return Built(Artifact(key, None, BytesImage(code)), "built", key)


def _somewhere(task: Callable[[Staging], Result | BuildFailure]) -> Result | BuildFailure:
    """Run `task` in the first directory where a private one can be made and has room."""
    failure: BuildFailure | None = None
    prefix = f"iris_cc-staging-{os.geteuid()}-"
    for parent in place.workplaces():
        try:
            with staging(parent, prefix) as private:
                result = task(private)
        except OSError as error:
            kind: FailureKind = "no-space" if compile.is_full(error) else "io"
            failure = BuildFailure(kind, f"{parent}: no directory to compile in: {error.strerror}", transient=True)
            continue
        collect(parent, prefix)
        if not (isinstance(result, BuildFailure) and result.kind == "no-space"):
            return result
        failure = result
    assert failure is not None
    return failure


def _too_long(unit: Unit, text: str) -> BuildFailure | None:
    if len(text) <= flags.MAX_TEXT:
        return None
    message = f"{unit.label}: {len(text)} bytes of C; more than {flags.MAX_TEXT} are not compiled"
    return BuildFailure("too-large", message)


def _limit(store: CacheStore, artifact: Artifact, size: int) -> None:
    """Measuring the whole cache at each build would cost more with each entry, so it is done now and then."""
    limit = config.cache_limit_bytes()
    since = _unmeasured.get(store.path)
    total = size if since is None else since + size
    if since is None or total > limit // 16:
        prune(store, limit, keep=artifact.file)
        total = 0
    _unmeasured[store.path] = total
