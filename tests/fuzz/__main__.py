"""`python -m tests.fuzz --minutes 5 --seed S --jobs 2`: random programs until the time is over.

Each job is a process of its own, so that a program whose machine code crashes takes only its job with it: the program
is then found by running the last batch one by one.  Exit status 1 if anything disagrees.
"""

from __future__ import annotations

import argparse
import datetime
import os
import pickle
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz import corpus
from tests.fuzz.programs import program
from tests.fuzz.runner import BATCH, Finding, Runner, Stats
from tests.fuzz.shrink import Shrinker

_MOST_SHRUNK = 12  # findings one job makes small; one bug is seen many times


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--programs", type=int, default=0, help="stop after this many instead")
    parser.add_argument("--seed", default=datetime.date.today().isoformat())
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--no-machine", action="store_true", help="interpreter only")
    parser.add_argument("--keep", action="store_true", help="write findings to tests/fuzz/corpus")
    parser.add_argument("--show", metavar="NUMBER", type=int, help="print one program of the seed and run it")
    parser.add_argument("--job", type=int, default=-1, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.show is not None:
        return show(options)
    return job(options) if options.job >= 0 else lead(options)


def show(options: argparse.Namespace) -> int:
    case = program(f"{options.seed}:{options.show}")
    print(case.params, "->", case.results, case.constants, case.mode)
    print(case.kernel, "\n# as the oracle runs it\n", case.oracle, sep="")
    runner = Runner(options.seed, machine=1.0, public=1.0)
    findings = runner.batch([options.show])
    for finding in findings:
        print(report(finding))
    runner.close()
    return bool(findings)


def job(options: argparse.Namespace) -> int:
    """One process: batches `job`, `job + jobs`, ...; the journal says which is running."""
    runner = Runner(options.seed, compiled=not options.no_machine)
    end = time.monotonic() + options.minutes * 60
    found: list[Finding] = []
    number, shrunk = options.job * BATCH, 0
    while time.monotonic() < end and (not options.programs or number < options.programs):
        (options.folder / f"journal{options.job}").write_text(str(number))
        for finding in runner.batch(range(number, number + BATCH)):
            if shrunk < _MOST_SHRUNK:
                shrunk += 1
                finding = Shrinker(finding, runner.folder).run()
            finding.case.trees = []
            found.append(finding)
        number += BATCH * options.jobs
        (options.folder / f"result{options.job}").write_bytes(pickle.dumps((runner.stats, found)))
    runner.close()
    return 0


def lead(options: argparse.Namespace) -> int:
    """Start the jobs, wait, and tell what they saw."""
    print(f"seed {options.seed!r}, {options.jobs} jobs", flush=True)
    start = time.monotonic()
    stats, findings, crashes = Stats(), [], []
    with tempfile.TemporaryDirectory(prefix="iris_cc_fuzz_") as name:
        folder = Path(name)
        environment = os.environ | {"IRIS_CC_CACHE_DIR": str(folder / "cache")}
        (folder / "cache").mkdir(mode=0o700)
        words = [sys.executable, "-m", "tests.fuzz", *sys.argv[1:], "--seed", options.seed, "--folder", name]
        jobs = [subprocess.Popen([*words, "--job", str(k)], env=environment) for k in range(options.jobs)]
        for k, process in enumerate(jobs):
            if process.wait() != 0:
                crashes.append((k, process.returncode, (folder / f"journal{k}").read_text()))
            result = folder / f"result{k}"
            if result.exists():
                made, found = pickle.loads(result.read_bytes())
                stats.add(made)
                findings += found
    for finding in unique(findings):
        print(report(finding))
        if options.keep:
            print(f"kept as {corpus.save(finding)}")
    for k, status, number in crashes:
        print(f"job {k} ended with status {status} in the batch from {number}: --show each to find the program")
    print(summary(stats, time.monotonic() - start))
    print(f"{len(findings)} disagreements" if findings or crashes else "no disagreement")
    return 1 if findings or crashes else 0


def unique(findings: list[Finding]) -> list[Finding]:
    """One of each program, the smallest first."""
    by_text = {finding.case.kernel: finding for finding in sorted(findings, key=lambda f: -len(f.case.kernel))}
    return sorted(by_text.values(), key=lambda f: len(f.case.kernel))[:30]


def report(finding: Finding) -> str:
    case = finding.case
    lines = [f"--- {finding.kind} on route {finding.route!r}, program {case.seed}", finding.text]
    lines.append(f"types {', '.join(case.params)} -> {', '.join(case.results)}; mode {case.mode}")
    lines += [f"compiled at {finding.level}, lanes {finding.parts}"] if "compiled" in finding.route else []
    lines += [f"{name} = {number!r}" for name, number in case.constants.items() if name in case.kernel]
    lines.append(case.kernel)
    if finding.inputs is not None and finding.inputs.count <= 4:
        lines.append(f"inputs {[column.tolist() for column in finding.inputs.columns]} {finding.inputs.layouts}")
    elif finding.inputs is not None and "element " in finding.text:
        k = int(finding.text.split("element ")[1].split(":")[0])
        element = [column[k].item() for column in finding.inputs.columns]
        lines.append(f"inputs at {k}: {element} {finding.inputs.layouts}")
    return "\n".join(lines)


def summary(stats: Stats, seconds: float) -> str:
    counts = stats.counts
    accepted = counts["accepted"]
    rejected = sum(count for name, count in counts.items() if name.startswith("rejected"))
    lines = ["features:"]
    lines += [f"  {count:7d}  {name}" for name, count in sorted(stats.features.items(), key=lambda row: -row[1])]
    lines.append("routes:")
    lines += [f"  {count:7d}  {name}" for name, count in stats.routes.most_common()]
    lines += [f"  {count:7d}  {name}" for name, count in sorted(counts.items())]
    lines.append(f"elements: {stats.elements}, compared {stats.counted}, given up: {stats.given_up.most_common()}")
    shares = ", ".join(f"{name} {part / max(stats.programs, 1) * 1e3:.1f}" for name, part in stats.seconds.items())
    lines.append(f"ms per program: {shares}")
    lines.append(
        f"{stats.programs} programs in {seconds:.0f} s: {stats.programs / max(seconds, 1e-9):.1f}/s; "
        f"accepted {accepted / max(accepted + rejected, 1):.2%} of those Python runs"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
