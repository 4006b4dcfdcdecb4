"""The runner, its tables and its claims, without any peer and without looking at a clock."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import runner, tables
from iris_cc.cli import bench, main

pytestmark = pytest.mark.needs_cc
WORDS = ["--quick", "--size", "500", "--rounds", "2", "--contender", "numpy"]


def test_two_cases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "figures.json"
    assert runner.main([*WORDS, "--case", "escape f8", "--case", "softplus", "--json", str(file)]) == 0
    out = capsys.readouterr().out
    assert "divergent" in out and "softplus" in out and "geometric" not in out
    rows = json.loads(file.read_text())["rows"]
    assert [row["name"] for row in rows] == ["escape f8", "softplus"]
    for row in rows:
        cell = row["contenders"]["iris"]
        assert cell["agrees"] and cell["ratio"] == 1.0 and cell["min"] <= cell["ns"] <= cell["max"]


def test_json_alone_is_all_there_is_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main([*WORDS, "--case", "hash u4", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["name"] == "hash u4"


def test_first_calls_need_no_peer() -> None:
    from benchmarks import cold

    found = cold.first_calls("softplus", ["iris", "no_such_module"], 1)
    assert isinstance(found["iris"], float)
    assert isinstance(found["no_such_module"], str)


def _row(name: str, group: str, **cells: Any) -> dict[str, Any]:
    return {"name": name, "group": group, "contenders": cells}


def test_claims_are_geometric_means_of_what_both_can_do() -> None:
    rows = [
        _row("a", "divergent", iris={"ns": 1.0}, numba={"ns": 2.0}),
        _row("b", "divergent", iris={"ns": 1.0}, numba={"ns": 8.0}),
        _row("c", "divergent", iris={"ns": 1.0}, numba={"reason": "cannot"}),
        _row("d", "divergent", iris={"ns": 1.0}, numba={"ns": 99.0, "counts": False}),
    ]
    (claim,) = tables.claims(rows)
    assert claim["cases"] == 2 and math.isclose(claim["measured"], 4.0) and claim["least_case"] == "a"
    assert "0.80" in tables.text_of_claims([claim])


def test_what_fails_is_said_and_changes_the_status() -> None:
    rows = [_row("a", "divergent", iris={"reason": "FAILED: 3 of 40 sampled elements differ"})]
    assert runner.failures(rows) == ["a: iris: FAILED: 3 of 40 sampled elements differ"]


def test_the_command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--list", "--group", "chain"]) == 0
    assert "blend large" in capfd.readouterr().out
    assert main(["bench", "--group", "nothing"]) == 2
    monkeypatch.setattr(bench, "__file__", "/nowhere/iris_cc/cli/bench.py")
    assert main(["bench"]) == 3
    assert "checkout" in capfd.readouterr().err


@pytest.mark.parametrize("name", ["runner", "calls", "interpreter", "startup", "scaling"])
def test_every_program_tells_its_use(name: str) -> None:
    command = [sys.executable, "-m", f"benchmarks.{name}", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "--quick" in done.stdout and done.stderr == ""
