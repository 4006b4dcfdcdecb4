"""The cache as its owner sees it: list, verify, limit, clear, and where it is.  For the command line and for tidying.

Nothing here compiles or loads.  An entry that another process has loaded may be removed: that process keeps it.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from iris_cc import records
from iris_cc.build import notes, place
from iris_cc.build.place import Unusable
from iris_cc.build.staging import collect
from iris_cc.build.store import QUARANTINE, STAGING, CacheStore

if TYPE_CHECKING:
    from pathlib import Path

_ORPHAN_AGE = 3_600.0


@records.record
class Entry:
    """One cached kernel.  Times are seconds since the epoch; `source` is None when its C is not there."""

    key: str
    label: str
    signature: str
    size: int
    created: float
    used: float
    path: Path
    source: Path | None
    meta: dict[str, Any]


@records.record
class Location:
    """Where the next build would be kept, and why there."""

    path: Path | None
    kind: Literal["user", "temporary", "memory"]
    reason: str


def entries() -> list[Entry]:
    """Every entry, the most recently used first; a damaged one has no label."""
    found = [entry for store in _stores() for entry, _ in _read_all(store)]
    return sorted(found, key=lambda entry: (-entry.used, entry.key))


def verify_all() -> list[tuple[Entry, bool, str]]:
    """Each entry, whether it would be loaded, and why not.  Changes nothing."""
    return [(entry, not reason, reason or "sound") for store in _stores() for entry, reason in _read_all(store)]


def gc(limit: int) -> tuple[int, int]:
    """Remove what dead builds left and the least recently used entries above `limit` bytes; how many, and bytes."""
    count = total = 0
    for store in _stores():
        collect(os.path.join(store.path, STAGING))
        removed, size = prune(store, limit)
        count, total = count + removed, total + size
    return count, total


def clear() -> int:
    """Remove every entry, what was quarantined or noted, and the bundles of failed builds; the number of entries."""
    count = 0
    for store in _stores():
        for shard, name, _ in list(store.scan()):
            count += store.remove(shard, name) and name.endswith(".so")
        collect(os.path.join(store.path, STAGING))
        shutil.rmtree(os.path.join(store.path, QUARANTINE), ignore_errors=True)
        shutil.rmtree(os.path.join(store.path, notes.DIRECTORY), ignore_errors=True)
        shutil.rmtree(os.path.join(os.path.dirname(store.path), "bundles"), ignore_errors=True)
    return count


def location() -> Location:
    """Where code would be kept now.  Makes nothing."""
    reasons: list[str] = []
    for kind in place.KINDS:
        try:
            path = _path(place.base(kind))
            wrong = _why_not(path)
        except Unusable as refused:
            path, wrong = _path(refused.path), refused.reason
        if wrong is None:
            return Location(path, kind, "; ".join(reasons) or "the directory can be used")
        reasons.append(f"{path}: {wrong}")
    return Location(None, "memory", "; ".join(reasons))


def _path(*parts: str) -> Path:
    from pathlib import Path  # listings only: a build never gets here, and it is dear to import

    return Path(*parts)


def prune(store: CacheStore, limit: int, keep: str | None = None) -> tuple[int, int]:
    """Remove entries, longest unused first, down to `limit` bytes, but not the file `keep`: how many, and bytes."""
    code: dict[tuple[str, str], os.stat_result] = {}
    source: dict[tuple[str, str], os.stat_result] = {}
    for shard, name, status in store.scan():
        stem, _, suffix = name.rpartition(".")
        (code if suffix == "so" else source)[shard, stem] = status
    now = time.time()
    for orphan in source.keys() - code.keys():
        if now - source[orphan].st_mtime > _ORPHAN_AGE:
            store.remove(orphan[0], orphan[1] + ".c")
    sizes = {at: status.st_size + (source[at].st_size if at in source else 0) for at, status in code.items()}
    return _shrink(store, limit, sizes, sorted(code, key=lambda at: code[at].st_mtime_ns), keep)


def _shrink(
    store: CacheStore,
    limit: int,
    sizes: dict[tuple[str, str], int],
    oldest_first: list[tuple[str, str]],
    keep: str | None,
) -> tuple[int, int]:
    total, removed, freed = sum(sizes.values()), 0, 0
    for shard, stem in oldest_first:
        if total - freed <= limit:
            break
        if keep is not None and os.path.basename(keep) == f"{stem}.so":
            continue
        if store.remove(shard, stem + ".so"):
            store.remove(shard, stem + ".c")
            removed, freed = removed + 1, freed + sizes[shard, stem]
    return removed, freed


def _stores() -> Iterator[CacheStore]:
    for kind in place.KINDS:
        try:
            opened = CacheStore.open(kind, create=False)
        except Unusable:
            continue
        with opened as store:
            yield store


def _read_all(store: CacheStore) -> Iterator[tuple[Entry, str]]:
    """Each entry with what is wrong with it (empty when sound)."""
    found = list(store.scan())
    texts = {name: status for _, name, status in found if name.endswith(".c")}
    for shard, name, status in found:
        if not name.endswith(".so"):
            continue
        record = store.read(shard, name)
        wrong = record if isinstance(record, str) else ""
        meta = {} if isinstance(record, str) else _parse(record.metadata)
        path = _path(store.path, shard, name)
        text = texts.get(path.with_suffix(".c").name)
        yield (
            Entry(
                key=name[:64],
                label=str(meta.get("label", "")),
                signature=str(meta.get("signature", "")),
                size=status.st_size,
                created=status.st_ctime if text is None else text.st_mtime,
                used=status.st_mtime,
                path=path,
                source=None if text is None else path.with_suffix(".c"),
                meta=meta,
            ),
            wrong,
        )


def _parse(metadata: bytes) -> dict[str, Any]:
    import json

    try:
        value = json.loads(metadata)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _why_not(path: Path) -> str | None:
    """Why nothing can be kept at `path`, or None."""
    try:
        status = os.lstat(path)
    except OSError:
        parent = next(parent for parent in path.parents if parent.exists())
        return None if os.access(parent, os.W_OK | os.X_OK) else f"{parent} cannot be written"
    if not os.path.isdir(path) or os.path.islink(path):
        return "it is a symbolic link" if os.path.islink(path) else "it is not a directory"
    reason = place.distrust(status)
    if reason is None and not os.access(path, os.W_OK | os.X_OK):
        return "it cannot be written"
    return reason
