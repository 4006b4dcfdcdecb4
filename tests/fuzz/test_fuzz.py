"""Replays every program that failed once, and runs fresh ones: `FUZZ_SEED` names the seed, else the date does."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from pathlib import Path

import pytest

from iris_cc import build, config
from iris_cc.diagnostics import CompileError
from tests.fuzz import corpus, oracle, routes
from tests.fuzz.compare import same_bits
from tests.fuzz.programs import program
from tests.fuzz.runner import ROUTES, Run, judge

SEED = os.environ.get("FUZZ_SEED") or datetime.date.today().isoformat()
PROGRAMS = int(os.environ.get("FUZZ_PROGRAMS") or 600)
ROOT = Path(__file__).parents[2]
SHAPES = (("-O3", None), ("-O3", 0), ("-O1", 1), ("-O2", 2))  # level, and vectors of lanes side by side
FILES = sorted(corpus.FOLDER.glob("*.json"))


def compiles() -> bool:
    return config.jit_enabled() and not isinstance(build.find_compiler(), build.BuildFailure)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").mkdir(mode=0o700)
    monkeypatch.setenv("IRIS_CC_CACHE_DIR", str(tmp_path / "cache"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_failed_once(path: Path, tmp_path: Path) -> None:
    case, inputs, refused = corpus.load(path)
    if refused:
        with pytest.raises(CompileError):
            routes.lower(case)
        return
    low = routes.lower(case)
    if inputs is None:
        return
    run = Run(low, inputs, oracle.answers(case, inputs.columns, inputs.count))
    for name in ROUTES:
        if compiles() or name.startswith("interpreted"):
            for level, parts in SHAPES if name.startswith("compiled") else ((None, None),):
                if level is not None:
                    routes.compile_batch([low], level, tmp_path, parts)
                wrong = judge(run, name)
                assert wrong is None, f"{name} {level} {parts}: {wrong}\n{case.note}\n{case.kernel}"


def test_fresh_programs() -> None:
    words = [sys.executable, "-m", "tests.fuzz", "--seed", SEED, "--programs", str(PROGRAMS), "--minutes", "5"]
    words += [] if compiles() else ["--no-machine"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    print(f"reproduce with: python -m tests.fuzz --seed {SEED!r} --programs {PROGRAMS}")
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


def test_a_seed_always_gives_the_same_program() -> None:
    first, second = program("same:1"), program("same:1")
    assert first.kernel == second.kernel
    assert first.oracle == second.oracle


def test_many_units_share_one_object(tmp_path: Path) -> None:
    """What units define never clashes, whatever the shape of their loops."""
    if not compiles():
        pytest.skip("needs a C compiler, and compilation switched on")
    cases = [program(f"batch:{number}") for number in range(40)]
    batch = [routes.lower(case) for case in cases if case.mode in ("exact", "mixed")]
    routes.compile_batch(batch, "-O0", tmp_path)
    assert all(low.machine is batch[0].machine for low in batch)


def test_the_fuzzer_sees_what_is_wrong() -> None:
    """A kernel that is not the function of its oracle differs."""
    import numpy as np

    from tests.fuzz.inputs import Inputs
    from tests.fuzz.programs import Case

    wrong = Case(
        ["i4", "i4"], ["i4"], "def kernel(a, b):\n    return a // b\n", "def kernel(a, b):\n    return a % b\n"
    )
    inputs = Inputs([np.array([7, 8, 9], "i4"), np.array([2, 3, 4], "i4")], ["contiguous", "strided"], 3)
    run = Run(routes.lower(wrong), inputs, oracle.answers(wrong, inputs.columns, 3))
    found = judge(run, "interpreted")
    assert found is not None
    assert found.kind == "value"


def test_zeros_and_nans_are_told_apart() -> None:
    import numpy as np

    left, right = np.array([0.0, -0.0, np.nan]), np.array([-0.0, -0.0, -np.nan])
    assert same_bits(left, right).tolist() == [False, True, True]
