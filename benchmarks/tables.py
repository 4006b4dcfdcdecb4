"""What the figures say, as text: one table for each group, and the geometric means beside what was aimed at.

It reads rows and prints nothing itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.cases import GROUPS

Row = dict[str, Any]
TITLES = {"iris": "iris_cc", "iris-all": "iris_cc all", "numba-all": "numba all", "numexpr-all": "numexpr all",
          "blosc2-all": "blosc2 all"}  # fmt: skip
SCALARS_ONLY = "add of two floats"  # a call with no array: shown, and in no mean
_NAME, _CELL = 24, 16


@dataclass(frozen=True)
class Aim:
    """How many times faster than `theirs` is aimed at, over the cases of a group that both can do."""

    what: str
    group: str
    ours: str
    theirs: str
    wanted: float


AIMS: tuple[Aim, ...] = (
    Aim("divergent kernels, one thread", "divergent", "iris", "numba", 5.0),
    Aim("divergent kernels, all threads", "divergent", "iris-all", "numba-all", 5.0),
    Aim("more such loops, one thread", "loops", "iris", "numba", 5.0),
    Aim("transcendental kernels", "transcendental", "iris", "numba", 6.0),
    Aim("transcendental kernels", "transcendental", "iris", "numpy", 2.0),
    Aim("single functions, f8", "functions f8", "iris", "numpy", 1.0),
    Aim("single functions, f4", "functions f4", "iris", "numpy", 0.8),
    Aim("arithmetic in cache", "arithmetic", "iris", "numba", 1.0),
    Aim("arithmetic chains, one thread", "chain", "iris", "numpy", 3.0),
    Aim("arithmetic chains, one thread", "chain", "iris", "numexpr", 1.5),
    Aim("arithmetic chains, all threads", "chain", "iris-all", "numexpr-all", 1.5),
    Aim("calls of 8 elements", "calls", "iris", "numpy", 1 / 1.1),
)
FIRST_CALL = Aim("first call, nothing cached", "", "iris", "numba", 3.0)


def geomean(values: Iterable[float]) -> float:
    """The geometric mean; nan of nothing."""
    logs = [math.log(value) for value in values]
    return math.exp(math.fsum(logs) / len(logs)) if logs else math.nan


def pairs(rows: Sequence[Row], group: str, ours: str, theirs: str) -> dict[str, float]:
    """By case: how many times longer `theirs` takes than `ours`, where both did the same work."""
    found = {}
    for row in rows:
        mine, other = row["contenders"].get(ours, {}), row["contenders"].get(theirs, {})
        if row["group"] != group or row["name"] == SCALARS_ONLY:
            continue
        if "ns" in mine and "ns" in other and other.get("counts", True):
            found[row["name"]] = other["ns"] / mine["ns"]
    return found


def first_calls(rows: Sequence[Row], ours: str = "iris", theirs: str = "numba") -> dict[str, float]:
    """By case: how many times longer the first call of `theirs` takes."""
    found = {}
    for row in rows:
        mine, other = (row.get("first_call", {}).get(name) for name in (ours, theirs))
        if isinstance(mine, float) and isinstance(other, float):
            found[row["name"]] = other / mine
    return found


def claims(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The geometric mean of every aim that has a case among the rows."""
    made = []
    for aim, ratios in [
        *((aim, pairs(rows, aim.group, aim.ours, aim.theirs)) for aim in AIMS),
        (FIRST_CALL, first_calls(rows)),
    ]:
        if ratios:
            low = min(ratios, key=lambda name: ratios[name])
            made.append({
                "what": aim.what, "ours": aim.ours, "against": aim.theirs, "cases": len(ratios),
                "wanted": aim.wanted, "measured": geomean(ratios.values()), "least": ratios[low], "least_case": low,
            })  # fmt: skip
    return made


def number(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"


def _cell(cell: dict[str, Any]) -> str:
    if "ns" not in cell:
        return "-"
    mark = "" if cell.get("agrees", True) else "≠"
    ratio = f" {number(cell['ratio'])}x" if "ratio" in cell else ""
    return f"{mark}{number(cell['ns'])}{ratio}"


def _spread(cell: dict[str, Any]) -> str:
    return f"{number(cell['min'])}..{number(cell['max'])}" if "ns" in cell else ""


def text_of_group(group: str, rows: Sequence[Row], names: Sequence[str]) -> str:
    """One table: each case's median and ratio to iris_cc, below it the least and the most; then the reasons."""
    unit = "ns per call" if group == "calls" else "ns per element"
    shown = [name for name in names if any("ns" in row["contenders"].get(name, {}) for row in rows)]
    lines = ["", f"{group}: {GROUPS[group]}; {unit} (ratio to iris_cc on one thread; below, least..most)"]
    lines.append("".ljust(_NAME) + "".join(TITLES.get(name, name).rjust(_CELL) for name in shown))
    for row in rows:
        cells = [row["contenders"].get(name, {}) for name in shown]
        lines.append(row["name"][:_NAME].ljust(_NAME) + "".join(_cell(cell).rjust(_CELL) for cell in cells))
        lines.append("".ljust(_NAME) + "".join(_spread(cell).rjust(_CELL) for cell in cells))
    if len(rows) > 1:
        lines.append("geometric mean".ljust(_NAME) + "".join(_mean(rows, name).rjust(_CELL) for name in shown))
    first = [row for row in rows if row.get("first_call")]
    if first:
        lines += ["", *_first_call_lines(first)]
    return "\n".join([*lines, *_notes(rows, names)])


def _mean(rows: Sequence[Row], name: str) -> str:
    ratios = pairs(rows, rows[0]["group"], "iris", name)
    part = "" if len(ratios) == len(rows) else f" ({len(ratios)}/{len(rows)})"
    return f"{number(geomean(ratios.values()))}x{part}" if ratios else "-"


def _first_call_lines(rows: Sequence[Row]) -> list[str]:
    names = list(rows[0]["first_call"])
    lines = ["first call, ms".ljust(_NAME) + "".join(TITLES.get(name, name).rjust(_CELL) for name in names)]
    for row in rows:
        cells = [row["first_call"].get(name) for name in names]
        shown = [f"{each * 1e3:.1f}" if isinstance(each, float) else "-" for each in cells]
        lines.append(row["name"][:_NAME].ljust(_NAME) + "".join(cell.rjust(_CELL) for cell in shown))
    return lines


def _notes(rows: Sequence[Row], names: Sequence[str]) -> list[str]:
    """Why a cell is `-`, and what `≠` stands for; the same words once."""
    reasons: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        for name in names:
            cell = row["contenders"].get(name, {})
            if "reason" in cell:
                reasons.setdefault(cell["reason"], {}).setdefault(name, []).append(row["name"])
            elif not cell.get("agrees", True):
                text = "rounds otherwise than the Python function" if cell["counts"] else "other answers; not counted"
                text = f"≠: {text}"
                reasons.setdefault(text, {}).setdefault(name, []).append(row["name"])
    lines = []
    for reason, who in reasons.items():
        everywhere = all(len(cases) == len(rows) for cases in who.values())
        cases = "" if everywhere else f" ({', '.join(dict.fromkeys(case for each in who.values() for case in each))})"
        lines.append(f"  {', '.join(who)}: {reason}{cases}")
    return lines


def text_of_claims(found: Sequence[dict[str, Any]]) -> str:
    """Aims and geometric means; more is faster."""
    if not found:
        return ""
    titles = ("how many times faster", "against", "cases", "aim", "measured", "measured/aim", "least")
    widths = (34, 14, 7, 8, 10, 14, 8)
    lines = ["", "".join(t.ljust(w) if i < 2 else t.rjust(w) for i, (t, w) in enumerate(zip(titles, widths)))]
    for each in found:
        cells = (
            each["what"], TITLES.get(each["against"], each["against"]), str(each["cases"]), f"{each['wanted']:.2f}",
            f"{each['measured']:.2f}", f"{each['measured'] / each['wanted']:.2f}", f"{each['least']:.2f}",
        )  # fmt: skip
        line = "".join(c.ljust(w) if i < 2 else c.rjust(w) for i, (c, w) in enumerate(zip(cells, widths)))
        lines.append(f"{line}  {each['least_case']}")
    return "\n".join(lines)


def text_of_machine(about: dict[str, Any]) -> str:
    """What the figures were taken on."""
    names = " ".join(f"{name} {version}" for name, version in about["versions"].items())
    return (
        f"{about['processor']}, {about['processors']} processors, all threads means {about['threads']}; "
        f"{about['system']}; {about['compiler']}\n{names}"
    )
