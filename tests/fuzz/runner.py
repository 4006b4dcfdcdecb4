"""Runs programs on every route and says what differs from the oracle.

Every program runs on the interpreter; a part of them as machine code, without the passes, with results stored over an
operand, or by the public call.  A program NumPy would answer and the compiler refuses is a finding; so is the reverse.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from iris_cc.build import BuildFailure
from iris_cc.diagnostics import CompileError
from tests.fuzz import inputs as making
from tests.fuzz import oracle, routes
from tests.fuzz.compare import Difference, difference
from tests.fuzz.inputs import Inputs
from tests.fuzz.oracle import Answers
from tests.fuzz.programs import Case, program
from tests.fuzz.routes import Lowered

BATCH = 32
PARTS = (None, None, 0, 1, 2)  # vectors of lanes side by side: the rule's choice, none, one, two
LEVELS = ("-O1", "-O1", "-O1", "-O2", "-O3")
_BEYOND_64_BITS = "E0406"  # a constant the language has no room for: documented, so no finding


@dataclass
class Finding:
    """One disagreement, with all that is needed to see it again."""

    case: Case
    route: str
    kind: str
    text: str
    inputs: Inputs | None = None
    level: str = "-O1"
    parts: int | None = None


@dataclass
class Stats:
    programs: int = 0
    elements: int = 0
    counted: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    routes: Counter[str] = field(default_factory=Counter)
    features: Counter[str] = field(default_factory=Counter)
    given_up: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)

    def add(self, other: Stats) -> None:
        self.programs += other.programs
        self.elements += other.elements
        self.counted += other.counted
        for name in ("counts", "routes", "features", "given_up", "seconds"):
            getattr(self, name).update(getattr(other, name))


@dataclass
class Run:
    """One lowered program with its inputs and the answers they must give."""

    lowered: Lowered
    inputs: Inputs
    want: Answers


Route = Callable[[Lowered, Inputs], "list[np.ndarray] | None"]

ROUTES: dict[str, Route] = {
    "interpreted": routes.interpret,
    "interpreted, no passes": lambda low, ins: routes.interpret(low, ins, passes=False),
    "interpreted ufunc": lambda low, ins: routes.call(routes.interpreted_ufunc(low), low, ins, native=True),
    "compiled": lambda low, ins: routes.call(routes.compiled_ufunc(low), low, ins, native=True),
    "compiled, in place": lambda low, ins: routes.in_place(routes.compiled_ufunc(low), low, ins),
    "interpreted, in place": lambda low, ins: routes.in_place(routes.interpreted_ufunc(low), low, ins),
    "public": routes.public,
}


def judge(run: Run, route: str) -> Difference | None:
    """What is wrong with `run` on this route."""
    want, case = run.want, run.lowered.case
    try:
        got = ROUTES[route](run.lowered, run.inputs)
    except ValueError as error:
        if want.fault or want.given_up:
            return None
        return Difference("fault", f"raises {error!r}, Python does not")
    except Exception as error:
        return Difference("crash", f"{type(error).__name__}: {error}"[:1500])
    if got is None:
        return None
    if want.fault:
        return Difference("no fault", "Python raises for the whole call, the kernel does not")
    return difference(case, want, got)


def lowered(case: Case, stats: Stats) -> Lowered | Finding | None:
    """The program after the front end; None where it was rightly refused."""
    try:
        low = routes.lower(case)
    except CompileError as error:
        code = error.diagnostics[0].code.id
        stats.counts[f"refused {code}" if case.mode == "refused" else f"rejected {code}"] += 1
        if case.mode == "refused" or code == _BEYOND_64_BITS:
            return None
        return Finding(case, "front end", f"rejected {code}", error.diagnostics[0].render())
    except Exception as error:
        return Finding(case, "front end", "crash", f"{type(error).__name__}: {error}"[:1500])
    if case.mode == "refused":
        return Finding(case, "front end", "accepted", "Python raises TypeError, or gives float16: it must be refused")
    stats.counts["accepted"] += 1
    return low


def prepared(low: Lowered, ins: Inputs, stats: Stats) -> Run | Finding:
    """With its answers; the columns are kept from being written."""
    for column in ins.columns:
        column.flags.writeable = False
    try:
        want = oracle.answers(low.case, ins.columns, ins.count)
    except oracle.Wrong as error:
        return Finding(low.case, "oracle", "wrong", str(error), ins)
    stats.elements += ins.count
    stats.counted += int(want.counts.sum())
    stats.given_up.update(want.reasons)
    return Run(low, ins, want)


class Runner:
    """Runs batches; `folder` is where their C goes."""

    def __init__(self, seed: str, *, compiled: bool = True, machine: float = 0.33, public: float = 0.01) -> None:
        self.seed = seed
        self.compiled = compiled and not isinstance(routes.flags("-O1"), BuildFailure)
        self.machine = machine
        self.public = public if self.compiled else 0.0
        self.stats = Stats()
        self.folder = Path(tempfile.mkdtemp(prefix="iris_cc_fuzz_"))

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def batch(self, numbers: Iterable[int]) -> list[Finding]:
        """Run these programs of the seed."""
        rng = random.Random(f"{self.seed}:{min(numbers)}:batch")
        findings: list[Finding] = []
        runs: list[Run] = []
        for number in numbers:
            with self._clock("generate"):
                case = program(f"{self.seed}:{number}")
            self.stats.programs += 1
            self.stats.features.update(case.features)
            with self._clock("lower"):
                low = lowered(case, self.stats)
            if isinstance(low, Lowered):
                ins = making.inputs(case.params, random.Random(f"{self.seed}:{number}:inputs"))
                with self._clock("oracle"):
                    made = prepared(low, ins, self.stats)
                runs += [made] if isinstance(made, Run) else []
                findings += [made] if isinstance(made, Finding) else []
            elif low is not None:
                findings.append(low)
        machine = [run for run in runs if rng.random() < self.machine] if self.compiled else []
        with self._clock("compile"):
            findings += self.compile([run.lowered for run in machine], rng.choice(LEVELS), rng.choice(PARTS))
        with self._clock("run"):
            for run in runs:
                findings += self.judge_all(run, rng)
        return findings

    def compile(self, batch: list[Lowered], level: str, parts: int | None) -> list[Finding]:
        """All of them at once; one after the other if that fails."""
        if not batch:
            return []
        try:
            routes.compile_batch(batch, level, self.folder, parts)
        except routes.BatchFailed as error:
            if len(batch) == 1:
                return [Finding(batch[0].case, "compiled", "refused by cc", str(error), None, level, parts)]
            self.stats.counts["batches compiled one by one"] += 1
            return [finding for each in batch for finding in self.compile([each], level, parts)]
        except Exception as error:
            if len(batch) == 1:
                text = f"{type(error).__name__}: {error}"
                return [Finding(batch[0].case, "compiled", "no C", text, None, level, parts)]
            return [finding for each in batch for finding in self.compile([each], level, parts)]
        self.stats.counts[f"compiled {level}"] += len(batch)
        self.stats.counts[f"lanes: parts {parts}"] += len(batch)
        for each in batch:
            each.level, each.parts = level, parts
        return []

    def judge_all(self, run: Run, rng: random.Random) -> list[Finding]:
        names = ["interpreted"]
        names += ["interpreted, no passes"] if rng.random() < 0.3 else []
        names += ["interpreted ufunc"] if rng.random() < 0.1 else []
        names += ["interpreted, in place"] if rng.random() < 0.05 else []
        if run.lowered.machine is not None:
            names += ["compiled"]
            names += ["compiled, in place"] if rng.random() < 0.4 else []
        names += ["public"] if rng.random() < self.public else []
        for name in names:
            self.stats.routes[name] += 1
            if wrong := judge(run, name):
                low = run.lowered
                return [Finding(low.case, name, wrong.kind, wrong.text, run.inputs, low.level, low.parts)]
        return []

    def _clock(self, name: str) -> _Clock:
        return _Clock(self.stats.seconds, name)


class _Clock:
    def __init__(self, seconds: Counter[str], name: str) -> None:
        self.seconds, self.name = seconds, name

    def __enter__(self) -> None:
        self.start = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds[self.name] += time.perf_counter() - self.start  # type: ignore[assignment]
