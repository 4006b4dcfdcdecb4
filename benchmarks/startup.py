"""What a user waits for before the first result, each part in new processes, in turns.

    python -m benchmarks.startup [--quick] [--json FILE]

cold        the first call of a small kernel with nothing cached, beside `cc` alone with the same flags on the same text
warm        from the end of `import iris_cc` to the first result, the compiled kernel being on disk
import      `import iris_cc` after `import numpy`, and whether it starts a process
large       a kernel of 5 000 operations: its first call, and `cc` alone
"""

from __future__ import annotations

import argparse
import compileall
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.cold import ROOT, fresh_environment
from iris_cc import stages

# What each new process runs; the last line of its output is JSON.
_HEAD = """
import sys, time, json, os
import numpy as np
started = []
if WATCHED:  # a hook costs time at every import, so a watched process is not timed
    sys.addaudithook(lambda event, args: started.append(event) if event in (
        "subprocess.Popen", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.system", "os.spawn") else None)
before = time.perf_counter()
import iris_cc
imported = time.perf_counter()
at_import = list(started)
"""
_SMALL = """
def small(a, b):
    return a * b + 0.5 if a > b else b - a * a
"""
_CALL = """
x = np.linspace(0.0, 1.0, 64)
args = (x,) * {operands}
begin = time.perf_counter()
kernel = iris_cc.kernel({name}, fallback="error", source=TEXT)
result = kernel(*args)
end = time.perf_counter()
print(json.dumps({{"import": imported - before, "first": end - begin, "since_import": end - imported,
    "processes_at_import": at_import, "processes": started}}))
"""


def _script(text: str, name: str, operands: int, *, watched: bool = False) -> str:
    return f"WATCHED = {watched}{_HEAD}\nTEXT = {text!r}\nexec(TEXT)\n{_CALL.format(name=name, operands=operands)}"


def _python(script: str, environment: dict[str, str]) -> dict[str, Any]:
    """Run a script in a new process; `-P` keeps the checkout around it out of its path."""
    command = [sys.executable, "-P", "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def _unit(text: str, name: str, operands: int) -> tuple[tuple[tuple[str, ...], ...], str]:
    """The commands that build a kernel, and its C text."""
    import iris_cc
    from iris_cc.build import compile as building
    from iris_cc.build import toolchain

    space: dict[str, Any] = {}
    exec(compile(text, "<benchmark>", "exec"), space)
    kernel = iris_cc.kernel(space[name], fallback="error", source=text)
    spec = kernel.specialization(("f8",) * operands, 1)
    plan = toolchain.plan(spec.unit)
    if not isinstance(plan, toolchain.Plan):
        raise RuntimeError(plan.message)
    return building._commands(plan), spec.c_text()


def _bare_cc(commands: tuple[tuple[str, ...], ...], text: str) -> float:
    """Seconds of the compiler alone, in an empty folder; only starting it and waiting is on the clock."""
    with tempfile.TemporaryDirectory(prefix="iris_cc_cc_") as folder:
        (Path(folder) / "k.c").write_text(text, encoding="utf-8")
        environment = {**os.environ, "LC_ALL": "C", "TMPDIR": folder}
        start = time.perf_counter()
        for command in commands:
            with subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL) as process:
                if process.wait() != 0:
                    raise RuntimeError(f"{command[0]} failed")
        return time.perf_counter() - start


def _summary(samples: list[float]) -> dict[str, float]:
    return {"median": statistics.median(samples), "min": min(samples), "max": max(samples)}


@contextmanager
def _copy_of_package(*, bytecode: bool) -> Iterator[dict[str, str]]:
    """Variables under which new processes import a copy of the package, as a wheel installs it, with its bytecode or
    without any."""
    with tempfile.TemporaryDirectory(prefix="iris_cc_copy_") as folder:
        for part in ("iris_cc", "runtime_c"):
            shutil.copytree(ROOT / part, Path(folder) / part, ignore=shutil.ignore_patterns("__pycache__"))
        files = stages.listing(str(Path(folder, "iris_cc")), str(Path(folder, "runtime_c")))
        computed = stages.version(files, lambda data: hashlib.sha256(data).digest())
        Path(folder, "iris_cc", stages.IN_WHEEL).write_text(computed, encoding="ascii")
        if bytecode:
            compileall.compile_dir(folder, quiet=2)
        yield {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}


def cold_and_cc(text: str, name: str, operands: int, rounds: int) -> dict[str, Any]:
    """First calls with an empty cache and runs of `cc`, in turns."""
    with _copy_of_package(bytecode=True) as variables:
        return _cold_and_cc(text, name, operands, rounds, variables)


def _cold_and_cc(text: str, name: str, operands: int, rounds: int, variables: dict[str, str]) -> dict[str, Any]:
    commands, c_text = _unit(text, name, operands)
    script = _script(text, name, operands)
    first, alone = [], []
    for index in range(rounds + 1):
        with tempfile.TemporaryDirectory(prefix="iris_cc_cold_") as folder:
            answer = _python(script, fresh_environment(folder) | variables)
        seconds = _bare_cc(commands, c_text)
        if index:  # the first round brings the files into memory
            first.append(answer["first"])
            alone.append(seconds)
    return {
        "first_call": _summary(first), "cc": _summary(alone), "lines": c_text.count("\n"),
        "ratio": statistics.median(first) / statistics.median(alone),
        "ratio_of_best": min(first) / min(alone),
    }  # fmt: skip


def warm(rounds: int, bytecode: bool) -> dict[str, Any]:
    """New processes that find the kernel on disk; with the package's bytecode, or without any."""
    script = _script(_SMALL, "small", 2)
    with (
        tempfile.TemporaryDirectory(prefix="iris_cc_warm_") as folder,
        _copy_of_package(bytecode=bytecode) as variables,
    ):
        environment = fresh_environment(folder) | variables
        _python(script, environment)
        answers = [_python(script, environment) for _ in range(rounds)]
        watched = _python(_script(_SMALL, "small", 2, watched=True), environment)
    return {
        "first_result": _summary([each["since_import"] for each in answers]),
        "import": _summary([each["import"] for each in answers]),
        "processes_at_import": watched["processes_at_import"],
        "processes": watched["processes"],
    }


def measure(quick: bool = False) -> dict[str, Any]:
    """Everything this module knows."""
    from benchmarks.generated import size_text

    rounds = 3 if quick else 15
    large = 300 if quick else 5_000
    return {
        "cold": cold_and_cc(_SMALL, "small", 2, rounds),
        "warm": warm(rounds, bytecode=True),
        "warm_without_bytecode": warm(max(rounds // 3, 2), bytecode=False),
        "large": cold_and_cc(size_text("large", large), "large", 3, 1 if quick else 3) | {"operations": large},
    }


def text_of(found: dict[str, Any]) -> str:
    """The figures as lines."""

    def ms(part: dict[str, float]) -> str:
        return f"{part['median'] * 1e3:9.2f} ms   ({part['min'] * 1e3:.2f} .. {part['max'] * 1e3:.2f})"

    cold, large, with_code, without = (found[k] for k in ("cold", "large", "warm", "warm_without_bytecode"))
    starts = ", ".join(with_code["processes_at_import"]) or "none"
    later = ", ".join(with_code["processes"]) or "none"
    return "\n".join([
        f"first call, nothing cached        {ms(cold['first_call'])}",
        f"cc alone on the same text         {ms(cold['cc'])}",
        f"  ratio of medians {cold['ratio']:.2f}, of the best {cold['ratio_of_best']:.2f}",
        f"import to first result, on disk   {ms(with_code['first_result'])}",
        f"  without bytecode                {ms(without['first_result'])}",
        f"  processes started: {later}",
        f"import iris_cc after numpy        {ms(with_code['import'])}",
        f"  without bytecode                {ms(without['import'])}",
        f"  processes started: {starts}",
        f"first call of {large['operations']:5} operations    {ms(large['first_call'])}",
        f"  cc alone                        {ms(large['cc'])}",
    ])  # fmt: skip


def main(words: list[str] | None = None) -> int:
    """The program."""
    parser = argparse.ArgumentParser(prog="benchmarks.startup", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few rounds and a smaller large kernel")
    parser.add_argument("--json", metavar="FILE", help="write the figures there")
    options = parser.parse_args(words)
    found = measure(options.quick)
    print(text_of(found))
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
