"""`iris-cc cache`: what is kept on disk, whether it is sound, and less of it."""

from __future__ import annotations

import argparse
import time
from typing import Any

from iris_cc import config
from iris_cc.build import manage
from iris_cc.build.manage import Entry
from iris_cc.cli.problems import ENVIRONMENT, OK, UsageProblem
from iris_cc.cli.report import Report

ACTIONS = {
    "ls": "list the kernels, the most recently used first",
    "path": "print the directory",
    "verify": "check owner, mode, size and digest of every entry; status 3 if one would not be loaded",
    "gc": "remove what dead builds left, and the least recently used entries above the limit",
    "clear": "remove every entry",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, text in ACTIONS.items():
        action = actions.add_parser(name, help=text, description=text)
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON object on stdout")
        if name == "gc":
            action.add_argument(
                "--limit-mib", type=float, metavar="N", help="keep at most N MiB (default: IRIS_CC_CACHE_MIB, or 256)"
            )


def run(arguments: argparse.Namespace, report: Report) -> int:
    match arguments.action:
        case "ls":
            return _list(report)
        case "path":
            return _path(report)
        case "verify":
            return _verify(report)
        case "gc":
            return _gc(arguments.limit_mib, report)
        case _:
            return _clear(report)


def _list(report: Report) -> int:
    found = manage.entries()
    data = {"entries": [_data(entry) for entry in found], "bytes": sum(entry.size for entry in found)}
    lines = [
        f"{entry.key[:16]}  {entry.size:>9,}  {_ago(entry.used):>8}  {entry.label}({entry.signature})"
        for entry in found
    ]
    report.answer("\n".join(lines), data)
    if not found and not report.as_json:
        report.say("the cache is empty")
    return OK


def _path(report: Report) -> int:
    where = manage.location()
    report.answer(
        "" if where.path is None else str(where.path), {"path": where.path, "kind": where.kind, "reason": where.reason}
    )
    if where.kind != "user":
        report.say(f"iris-cc: note: {where.reason}")
    return OK


def _verify(report: Report) -> int:
    found = manage.verify_all()
    data = {"entries": [{**_data(entry), "sound": sound, "reason": reason} for entry, sound, reason in found]}
    lines = [
        f"{'ok ' if sound else 'bad'}  {entry.key[:16]}  {entry.label or '?'}: {reason}"
        for entry, sound, reason in found
    ]
    report.answer("\n".join(lines), data)
    return OK if all(sound for _, sound, _ in found) else ENVIRONMENT


def _gc(limit_mib: float | None, report: Report) -> int:
    if limit_mib is not None and not 0 <= limit_mib < 1 << 40:
        raise UsageProblem("--limit-mib must be a number of MiB, 0 or more")
    limit = config.cache_limit_bytes() if limit_mib is None else int(limit_mib * (1 << 20))
    count, size = manage.gc(limit)
    report.answer(f"removed {count} entries, {size:,} bytes", {"removed": count, "bytes": size, "limit": limit})
    return OK


def _clear(report: Report) -> int:
    count = manage.clear()
    report.answer(f"removed {count} entries", {"removed": count})
    return OK


def _data(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "label": entry.label,
        "signature": entry.signature,
        "bytes": entry.size,
        "created": entry.created,
        "used": entry.used,
        "path": entry.path,
        "source": entry.source,
    }


def _ago(moment: float) -> str:
    seconds = max(time.time() - moment, 0)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
