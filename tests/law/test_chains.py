"""`elif` chains longer than any stack is deep: the arm that Python takes, whatever the arms do."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iris_cc
from iris_cc import config
from tests.frontend.texts import function
from tests.law.routes import Route


def chain(arms: list[tuple[str, list[str]]], orelse: list[str], pad: str) -> str:
    """The lines of an `if` with these tests and bodies."""
    lines = [f"{pad}{'elif' if k else 'if'} {test}:\n" + "".join(f"{pad}    {line}\n" for line in body)
             for k, (test, body) in enumerate(arms)]  # fmt: skip
    return "".join(lines) + (f"{pad}else:\n" + "".join(f"{pad}    {line}\n" for line in orelse) if orelse else "")


def arm(source: random.Random, k: int, loop: bool, binds: bool) -> tuple[str, list[str]]:
    tests = [f"x == {k}", f"x < {k} + 0.5", f"not x > {k}", f"(t := x - {k}) == 0", f"{k} <= x < {k} + 1 and y < 1e9",
             "K == 3", "K == 4"]  # fmt: skip
    bodies = [["y = x * 2 + 1"], [f"y = {k}.5"], ["pass"], [f"return y + {k}"], [f"return {k}.25"],
              [f"y += {k}", f"if y > {k * 2}:", "    y = -y", "else:", "    return x"], ["y, t = t, y"]]  # fmt: skip
    bodies += [["break"], ["continue"], [f"y -= {k}", "continue"]] if loop else []
    weights = [6, 1, 1, 4 * binds, 2, 0.02, 1]
    return source.choices(tests, weights)[0], source.choice(bodies)


def text(seed: int, count: int, loop: bool) -> str:
    source = random.Random(seed)
    binds = seed == 0 and count < 80  # a chain whose tests bind names is as deep as it is long
    arms = [arm(source, k, loop, binds) for k in range(count)]
    orelse = source.choice([[], ["y = 7.5"], ["return -x"]])
    pad = "        " if loop else "    "
    head = "def kernel(x):\n    y = 1.0 * x\n    t = 0.5 * x\n" + "    for i in range(3):\n" * loop
    tail = f"{pad}y = y * 0.5\n{pad}x = x + 1.0\n" + "    else:\n        y += 100.0\n" * loop + "    return y + t\n"
    return head + chain(arms, orelse, pad) + tail


@pytest.mark.parametrize("loop", [False, True])
@pytest.mark.parametrize(("count", "seeds"), [(29, 2), (31, 4), (61, 3), (90, 1), (300, 1)])
def test_random_chains(route: Route, count: int, seeds: int, loop: bool) -> None:
    x = np.array([-1.0, *range(0, count + 3, max(1, count // 40)), count - 2.0, count - 1.0, 0.25, np.nan, np.inf])
    for seed in range(seeds):
        route.obeys(function(text(seed, count, loop), K=3), x)


def returns(count: int) -> str:
    arms = [(f"x > {count - k}", [f"return {k}.5"]) for k in range(count)]
    return "def kernel(x):\n" + chain(arms, [], "    ") + "    return x\n"


@pytest.mark.parametrize("count", [130, 160, 200, 250, 300, 500])
@pytest.mark.parametrize("deep", [0, 70, 300])
def test_chains_of_returns_at_any_depth_of_the_caller(route: Route, count: int, deep: int) -> None:
    def below(levels: int) -> Any:
        return below(levels - 1) if levels else route.obeys(function(returns(count)), np.array([1.0, 2.0, count + 0.5]))

    below(deep)
    kernel = iris_cc.kernel(returns(count), fallback="silent")
    np.testing.assert_array_equal(kernel(np.array([-1.0, count + 1.0])), [-1.0, 0.5])


def test_constant_tests_leave_no_trace_in_types(route: Route) -> None:
    arms = [(f"K == {k}", [f"return x * {k}" if k == 70 else "return x * 2.5"]) for k in range(100)]
    plain = function("def kernel(x):\n" + chain(arms, ["return 0.5"], "    "), K=70)
    got = route.obeys(plain, np.arange(5, dtype="i2"))
    assert got.dtype == np.int16


@pytest.mark.parametrize("count", [20, 40, 70])
@pytest.mark.parametrize("dtype", ["i2", "u1", "f4"])
def test_what_no_arm_leaves_has_no_part_in_the_type(route: Route, count: int, dtype: str) -> None:
    arms = [(f"x == {k}", ["y = x + 1", "z = x"] if k % 3 else ["y = x", "z = -x", "pass"]) for k in range(count)]
    head, tail = "def kernel(x):\n    y = 1.5\n", "    return y, z\n"
    for orelse in (["y, z = x, x"], ["return x, x"]):
        got = route.obeys(function(head + chain(arms, orelse, "    ") + tail), np.arange(count + 3).astype(dtype))
        assert got[0].dtype == got[1].dtype == dtype


INNER = "".join(f"elif x > {k}:\n x = x + 1\n" for k in range(25)).splitlines(keepends=True)
REFUSED = {
    "comparisons": "def kernel(x):\n    return " + " < ".join(["x"] * 30_000) + "\n",
    "sums": "def kernel(x):\n    return " + " + ".join(["x"] * 30_000) + "\n",
    "powers": "def kernel(x):\n    return " + " ** ".join(["x"] * 5_000) + "\n",
    "many sums": "def kernel(x):\n    return " + " + ".join(["x"] * 150_000) + "\n",
    "signs": "def kernel(x):\n    return " + "-" * 20_000 + "x\n",
    "arms": returns(5_000),
    "more arms": returns(12_000),
    "attributes": "def kernel(x):\n    return x" + ".real" * 90_000 + "\n",
    "conditions": "def kernel(x):\n    return " + "x if x > 1 else " * 5_000 + "x\n",
    "chains in chains": "def kernel(x):\n"
    + "".join(
        "".join(" " * k + line for line in ["if x > 1000:\n", " pass\n", *INNER, f"elif x > -{k}:\n"])
        for k in range(1, 20)
    )
    + " " * 20
    + "x = x - 1\n return x\n",
}


PROGRAM = """
import sys, numpy as np, iris_cc
sys.setrecursionlimit(10**6)
try:
    kernel = iris_cc.kernel(open("text.py").read(), fallback="error")
    kernel(np.ones(3))
    print("answered")
except iris_cc.CompileError as error:
    print(*{each.code.id for each in error.diagnostics})
"""


@pytest.mark.parametrize("name", REFUSED)
def test_no_recursion_limit_lets_the_process_crash(name: str, tmp_path: Path) -> None:
    (tmp_path / "text.py").write_text(REFUSED[name])
    env = {**os.environ, config.KILL_SWITCH: "0"}
    words = [sys.executable, "-W", "ignore", "-c", PROGRAM]
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said = done.stdout.strip()
    assert said in ("E0004", "E0005") or (said == "answered" and name in ("sums", "arms")), said
