"""The committed results as Markdown, for README.md and docs/benchmarks.md; `make golden` puts it there.

It reads `benchmarks/results/cases.json` and measures nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.cases import GROUPS
from benchmarks.contenders import NAMES
from benchmarks.tables import TITLES, number, text_of_machine

RESULTS = Path(__file__).resolve().parent / "results" / "cases.json"


def results() -> dict[str, Any]:
    """What `make bench` measured last."""
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return found


def claims() -> str:
    """The geometric means beside what is aimed at."""
    lines = ["| what | against | cases | times faster | aimed at | least of them |", "|---|---|---:|---:|---:|---|"]
    for each in results()["claims"]:
        against = TITLES.get(each["against"], each["against"])
        least = f"{each['least']:.2f} ({each['least_case']})"
        figures = f"{each['cases']} | {each['measured']:.2f} | {each['wanted']:.2f}"
        lines.append(f"| {each['what']} | {against} | {figures} | {least} |")
    return "\n".join(lines)


def cases() -> str:
    """Nanoseconds per element of every case and contender, group by group."""
    found = results()
    parts = [" · ".join(text_of_machine(found["machine"]).splitlines()) + f"; {found['machine']['time'][:10]}."]
    for group, about in GROUPS.items():
        rows = [row for row in found["rows"] if row["group"] == group]
        names = [name for name in NAMES if any("ns" in row["contenders"].get(name, {}) for row in rows)]
        if rows:
            parts.append(f"**{group}**: {about}")
            parts.append("\n".join([*_head(names), *(_line(row, names) for row in rows)]))
    return "\n\n".join(parts)


def _head(names: list[str]) -> list[str]:
    titles = " | ".join(TITLES.get(name, name) for name in names)
    return [f"| case | {titles} |", f"|---|{'---:|' * len(names)}"]


def _line(row: dict[str, Any], names: list[str]) -> str:
    return f"| {row['name']} | {' | '.join(_cell(row['contenders'].get(name, {})) for name in names)} |"


def _cell(cell: dict[str, Any]) -> str:
    if "ns" not in cell:
        return ""
    return f"{'' if cell.get('agrees', True) else '≠ '}{number(cell['ns'])}"
