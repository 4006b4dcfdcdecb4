"""Programs that failed once, as small readable files: text, types, inputs and a note."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from tests.fuzz.inputs import Inputs
from tests.fuzz.programs import Case
from tests.fuzz.runner import Finding
from tests.fuzz.words import carrier, make, word_of

FOLDER = Path(__file__).with_name("corpus")


def save(finding: Finding, folder: Path = FOLDER) -> Path:
    """Write a finding down; the name comes from the note and the program."""
    case, inputs = finding.case, finding.inputs
    words = {"route": finding.route, "kind": finding.kind, "text": finding.text.splitlines()[0], "mode": case.mode}
    row: dict[str, Any] = {
        "note": case.note or f"{finding.kind} ({finding.route}): {words['text']}",
        "mode": case.mode,
        "refused": finding.kind == "accepted",
        "params": case.params,
        "results": case.results,
        "constants": {
            name: [word_of(each), _written(each)] for name, each in case.constants.items() if name in case.kernel
        },
        "kernel": case.kernel.splitlines(),
        "oracle": case.oracle.splitlines() if case.oracle != case.kernel else None,
        "columns": [[_written(each) for each in column] for column in inputs.columns] if inputs else None,
        "layouts": inputs.layouts if inputs else None,
    }
    folder.mkdir(exist_ok=True)
    about = re.sub(r"[^a-z0-9]+", "_", row["note"].lower())[:40].strip("_")
    path = folder / f"{about}_{hashlib.sha256(case.kernel.encode()).hexdigest()[:6]}.json"
    path.write_text(_text(row), encoding="utf-8")
    return path


def _text(row: dict[str, Any]) -> str:
    """JSON with one line for each line of a program and for each column."""
    lines = []
    for key, value in row.items():
        if isinstance(value, list) and value and (key in ("kernel", "oracle") or isinstance(value[0], list)):
            inner = ",\n".join(f"    {json.dumps(each)}" for each in value)
            lines.append(f"  {json.dumps(key)}: [\n{inner}\n  ]")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def load(path: Path) -> tuple[Case, Inputs | None, bool]:
    """The program of a file, its inputs, and whether the compiler must refuse it."""
    row = json.loads(path.read_text(encoding="utf-8"))
    kernel = "\n".join(row["kernel"]) + "\n"
    oracle = "\n".join(row["oracle"]) + "\n" if row["oracle"] else kernel
    constants = {name: make(word, _read(text)) for name, (word, text) in row["constants"].items()}
    case = Case(row["params"], row["results"], kernel, oracle, constants, row["mode"], row["note"])
    if row["columns"] is None:
        return case, None, row["refused"]
    columns = [
        np.array([_read(each) for each in column], carrier(word))
        for column, word in zip(row["columns"], case.params, strict=True)
    ]
    return case, Inputs(columns, row["layouts"], len(columns[0])), row["refused"]


def _written(number: Any) -> Any:
    number = number.item() if isinstance(number, np.generic) else number
    return number.hex() if isinstance(number, float) else number


def _read(text: Any) -> Any:
    return float.fromhex(text) if isinstance(text, str) else text
