"""Runs every contender on every case, in one process, turn by turn, and says what came out.

    python -m benchmarks.runner [--group G] [--case C] [--quick] [--json FILE] [--plot FILE]

Each contender's results are compared with the Python function's before anything is timed.  A contender that is not
installed, or cannot say a case, is shown as `-` with the reason.  Ratios say how many times slower than iris_cc on one
thread; nothing is asserted about them.  The exit status is 1 only if
this package failed or differed somewhere.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import calls, cold
from benchmarks.cases import GROUPS, Case, all_cases, inputs_of
from benchmarks.checking import Agreement, agreement
from benchmarks.contenders import CONTENDERS, NAMES, Contender, Turn, Unavailable, make_turn, usable_cpus
from benchmarks.tables import Row, claims, text_of_claims, text_of_group, text_of_machine
from benchmarks.timing import FULL, QUICK, Pace, Timing, interleaved, machine

QUICK_SIZE = 20_000
BROKEN_PIPE = 141
FIRST_CALL_GROUPS = frozenset({"divergent", "transcendental", "arithmetic"})


def run_case(case: Case, contenders: Sequence[Contender], threads: int, pace: Pace, size: int) -> Row:
    """One row: everyone made ready, checked, and timed in turns."""
    inputs = inputs_of(case, size)
    turns: list[Turn] = []
    cells: dict[str, dict[str, Any]] = {}
    for contender in contenders:
        try:
            turn = make_turn(contender, case, inputs, threads)
        except Unavailable as error:
            cells[contender.name] = {"reason": str(error)}
            continue
        if not turn.partial:
            found = agreement(case, inputs, turn.call())
            if not found.holds and contender.name.startswith("iris"):
                cells[contender.name] = {"reason": f"FAILED: {found}, worst {found.worst:g} ULP"}
                continue
            cells[contender.name] = _checked(found)
        turns.append(turn)
    timings = interleaved(turns, pace)
    for turn in turns:
        cells[turn.name] = cells.get(turn.name, {}) | _timed(timings[turn.name], turn.elements)
    return _row(case, inputs[0].size, {name: cells[name] for name in NAMES if name in cells})


def run_calls(cases: Sequence[Case], contenders: Sequence[Contender], pace: Pace) -> list[Row]:
    """The rows of the group `calls`: time per call, measured without a function around the call."""
    measured = calls.measure(Pace(pace.rounds, pace.shortest / 4))
    rows = []
    for case in cases:
        assert case.call is not None
        row = measured[case.call]
        cells = {
            each.name: _timed(row[each.name], 1) if each.name in row else {"reason": _no_call(case, each.name)}
            for each in contenders
        }
        rows.append(_row(case, 1, cells))
    return rows


def _no_call(case: Case, name: str) -> str:
    if name in {"numba", "numexpr"}:
        return f"{name} is not installed"
    if name == "python":
        return "Python adds no arrays"
    return "eight elements are no work for several threads" if name.endswith("-all") else case.reason(name)


def _checked(found: Agreement) -> dict[str, Any]:
    return {
        "agrees": found.holds,
        "counts": found.counts,
        "outside": found.outside,
        "looked_at": found.looked_at,
        "worst_ulp": found.worst if found.worst < float("inf") else None,
    }


def _timed(timing: Timing, elements: int) -> dict[str, Any]:
    scale = 1e9 / elements
    return {
        "ns": timing.median * scale,
        "min": timing.best * scale,
        "max": timing.worst * scale,
        "rounds": len(timing.samples),
        "cpus": round(timing.cpus, 2),
    }


def _row(case: Case, elements: int, cells: dict[str, dict[str, Any]]) -> Row:
    ours = cells.get("iris", {}).get("ns")
    for cell in cells.values():
        if ours and "ns" in cell:
            cell["ratio"] = cell["ns"] / ours
    return {
        "name": case.name, "group": case.group, "text": case.text, "elements": elements, "contenders": cells,
        "exact": case.ulp is None, "ulp": case.ulp,
    }  # fmt: skip


# -- the program --


def parser() -> argparse.ArgumentParser:
    """The grammar of the command line."""
    made = argparse.ArgumentParser(prog="benchmarks.runner", description=(__doc__ or "").splitlines()[0])
    made.add_argument("--group", action="append", choices=tuple(GROUPS), help="only this group; may be repeated")
    made.add_argument("--case", action="append", metavar="C", help="only cases whose name holds this text")
    made.add_argument("--contender", action="append", choices=NAMES, help="only these, and iris")
    made.add_argument("--quick", action="store_true", help="small arrays and few rounds: to see that it works")
    made.add_argument("--size", type=int, help="elements, in place of each case's own")
    made.add_argument("--rounds", type=int, help="rounds, in place of the usual")
    made.add_argument("--threads", type=int, default=usable_cpus(), help="what `all threads` means (default: all)")
    made.add_argument("--first-call", type=int, metavar="N", help="rounds of first calls; 0 leaves them out")
    made.add_argument("--list", action="store_true", help="list the cases and stop")
    made.add_argument("--json", metavar="FILE", help="write every figure there; - is stdout")
    made.add_argument("--plot", metavar="FILE", help="draw the groups there, and the cases beside it")
    return made


def chosen(options: argparse.Namespace) -> list[Case]:
    """The cases that were asked for."""
    return [
        case
        for case in all_cases()
        if (not options.group or case.group in options.group)
        and (not options.case or any(word in case.name for word in options.case))
    ]


def main(words: list[str] | None = None) -> int:
    """The program."""
    grammar = parser()
    options = grammar.parse_args(words)
    cases = chosen(options)
    if not cases:
        grammar.error("no case of that name; --list shows them")
    talk = sys.stderr if options.json == "-" else sys.stdout
    if options.list:
        for case in cases:
            print(f"{case.name:24} {case.group:16} {case.text}")
        return 0
    os.environ.setdefault("NUMEXPR_MAX_THREADS", str(max(options.threads, 1)))
    result = run(cases, options, talk)
    if options.json == "-":
        print(json.dumps(result, indent=1))
    elif options.json:
        target = Path(options.json)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print(f"figures: {target}", file=sys.stderr)
    if options.plot:
        from benchmarks import picture

        for path in picture.draw(result, Path(options.plot)):
            print(f"picture: {path}", file=sys.stderr)
    return int(bool(failures(result["rows"])))


def failures(rows: Sequence[Row]) -> list[str]:
    """Where this package itself failed or gave another answer than the Python function."""
    return [
        f"{row['name']}: {name}: {cell['reason']}"
        for row in rows
        for name, cell in row["contenders"].items()
        if str(cell.get("reason", "")).startswith("FAILED")
    ]


def _guarded(words: list[str] | None = None) -> int:
    """`main`, for a reader of stdout that may go away."""
    try:
        return main(words)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE


def run(cases: Sequence[Case], options: argparse.Namespace, talk: Any) -> dict[str, Any]:
    """Every row, printed group by group as it comes."""
    pace = QUICK if options.quick else FULL
    if options.rounds:
        pace = Pace(options.rounds, pace.shortest, pace.budget)
    who = [each for each in CONTENDERS if not options.contender or each.name in {"iris", *options.contender}]
    about = machine(options.threads)
    print(text_of_machine(about), file=talk, flush=True)
    rows: list[Row] = []
    for group in GROUPS:
        mine = [case for case in cases if case.group == group]
        if not mine:
            continue
        made = run_calls(mine, who, pace) if group == "calls" else _run_group(mine, who, options, pace)
        rows += made
        print(text_of_group(group, made, [each.name for each in who]), file=talk, flush=True)
    result = {"machine": about, "quick": options.quick, "rows": rows, "claims": claims(rows)}
    print(text_of_claims(result["claims"]), file=talk, flush=True)
    return result


def _run_group(cases: Sequence[Case], who: Sequence[Contender], options: argparse.Namespace, pace: Pace) -> list[Row]:
    first_rounds = options.first_call if options.first_call is not None else (0 if options.quick else 3)
    names = [each.name for each in who if each.name in cold.WHO]
    made = []
    for case in cases:
        size = options.size or (min(case.size, QUICK_SIZE) if options.quick else case.size)
        print(f"{case.name} ...", file=sys.stderr, end="\r", flush=True)
        row = run_case(case, who, options.threads, pace, size)
        if first_rounds and case.group in FIRST_CALL_GROUPS:
            row["first_call"] = cold.first_calls(case.name, names, first_rounds)
        gc.collect()
        made.append(row)
    print(" " * 40, file=sys.stderr, end="\r", flush=True)
    return made


if __name__ == "__main__":
    raise SystemExit(_guarded())
