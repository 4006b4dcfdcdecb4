"""The first call: from a plain function to the first result, in a new process, with nothing cached on disk.

    python -m benchmarks.cold CASE CONTENDER      one measurement in this process, as JSON

Imports are done before the clock starts; making, compiling and calling are in it.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
WHO = ("iris", "numba", "numba-all", "numexpr", "blosc2", "jax")
ELEMENTS = 64
_MODULES = {"iris": "iris_cc", "numba-all": "numba"}


def fresh_environment(folder: str) -> dict[str, str]:
    """An environment in which every cache is empty."""
    place = Path(folder)
    (place / "tmp").mkdir(exist_ok=True)
    paths = [str(ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,  # with bytecode written, as for any user: only the first of several processes compiles Python
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "IRIS_CC_CACHE_DIR": str(place / "iris"),
        "NUMBA_CACHE_DIR": str(place / "numba"),
        "XDG_CACHE_HOME": str(place / "cache"),
        "TMPDIR": str(place / "tmp"),
        "JAX_ENABLE_COMPILATION_CACHE": "false",
    }


def one(case: str, contender: str) -> float:
    """Seconds to the first result in a process of its own; raises RuntimeError with the reason if there is none."""
    with tempfile.TemporaryDirectory(prefix="iris_cc_cold_") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.cold", case, contender],
            cwd=ROOT, env=fresh_environment(folder), capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
    try:
        answer = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        raise RuntimeError((done.stderr.strip().splitlines() or ["it said nothing"])[-1]) from None
    if "seconds" not in answer:
        raise RuntimeError(answer["reason"])
    return float(answer["seconds"])


def first_calls(case: str, contenders: Sequence[str], rounds: int) -> dict[str, float | str]:
    """Median seconds of each contender, measured in turns, or why there is none."""
    samples: dict[str, list[float]] = {}
    reasons: dict[str, float | str] = {}
    for _ in range(rounds):
        for name in contenders:
            if name in reasons:
                continue
            try:
                samples.setdefault(name, []).append(one(case, name))
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                reasons[name] = str(error)
    return {name: reasons[name] if name in reasons else statistics.median(samples[name]) for name in contenders}


def _measure(case_name: str, contender_name: str) -> dict[str, float | str]:
    import importlib

    try:
        importlib.import_module(_MODULES.get(contender_name, contender_name))
    except ImportError:
        return {"reason": "not installed"}
    from benchmarks.cases import all_cases, inputs_of
    from benchmarks.checking import expected_dtype
    from benchmarks.contenders import Unavailable, by_name, first_line, usable_cpus

    case = next(each for each in all_cases() if each.name == case_name)
    contender = by_name(contender_name)
    inputs = inputs_of(case, ELEMENTS)
    expected_dtype(case, inputs)
    if contender_name == "jax":
        jax: Any = importlib.import_module("jax")
        jax.config.update("jax_enable_x64", True)
        jax.devices("cpu")
    with np.errstate(all="ignore"):
        start = time.perf_counter()
        try:
            contender.prepare(case, inputs, contender.threads or usable_cpus()).call()
        except Unavailable as error:
            return {"reason": str(error)}
        except Exception as error:
            return {"reason": first_line(error)}
        return {"seconds": time.perf_counter() - start}


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1], sys.argv[2])))
