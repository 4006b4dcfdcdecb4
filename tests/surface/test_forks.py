"""A process that forks while another thread of it makes first calls: each child makes first calls of its own.

What such a thread imports and the locks it holds are lost to the child, which must neither hang nor find half of them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHILDREN = 24

PROGRAM = """
import os, sys, threading, time, traceback, warnings
import numpy as np, numpy.testing, iris_cc
warnings.simplefilter("ignore")
X = np.linspace(-3, 3, 50)
options = {{"fallback": "silent", "compile": {compile!r}}}
def made(text):
    return iris_cc.kernel(text, **options)
def outside(k):
    space = {{}}
    text = f"def f(x):\\n    return {{{{True: x * {{k}}.5, False: x}}}}[bool(x > 0)]\\n"
    exec(text, space)
    return iris_cc.kernel(space["f"], source=text, **options)
def work(k):  # a call by every route, of kernels that no other process has
    branch = made(f"def f(x, y):\\n    t = x * {{k}}.5\\n    return t if x < y else t - y\\n")
    np.testing.assert_array_equal(branch(X, 1.0), np.where(X < 1, X * (k + .5), X * (k + .5) - 1))
    np.testing.assert_array_equal(branch.ufunc(X, X), X * (k + .5) - X)
    index = made(f"def g(x):\\n    return x + _i0 * {{k}}\\n")
    np.testing.assert_array_equal(index(X), X + np.arange(50) * k)
    np.testing.assert_array_equal(outside(k)(X), np.where(X > 0, X * (k + .5), X))
    np.testing.assert_array_equal(made(f"def h(x):\\n    return exp(x) * {{k}}\\n")(np.zeros(3)), [k] * 3)
thread = threading.Thread(target=lambda: [work(k) for k in range(1, 6)])
thread.start()
children = []
for number in range({children}):
    time.sleep({pause})
    pid = os.fork()
    if pid == 0:
        try:
            work(100 + number)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    children.append(pid)
thread.join()
end, failed, hung = time.monotonic() + 50, 0, 0
for pid in children:
    while True:
        got, status = os.waitpid(pid, os.WNOHANG)
        if got:
            failed += status != 0
            break
        if time.monotonic() > end:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            hung += 1
            break
        time.sleep(0.02)
assert not failed and not hung, (failed, hung)
"""


@pytest.mark.parametrize(
    ("compile", "switch", "pause"),
    [("now", "1", 0.001), ("now", "1", 0.006), ("background", "1", 0.003), ("now", "0", 0.002)],
)
def test_children_of_a_fork_amid_first_calls(compile: str, switch: str, pause: float, tmp_path: Path) -> None:
    program = PROGRAM.format(compile=compile, children=CHILDREN, pause=pause)
    variables = {"IRIS_CC_CACHE_DIR": str(tmp_path), "ME_DSL_JIT": switch, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, check=False, env={**os.environ, **variables}, capture_output=True, text=True, timeout=150
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_every_such_lock_is_made_while_the_package_is_imported() -> None:
    """A fork that is under way when a lock is made does not hold it, and its child never gets it."""
    package = ROOT / "iris_cc"
    makers = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in package.rglob("*.py")
        if re.search(r"^[^#\n]*\bforks\.lock\(\)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    program = f"import sys, iris_cc\nprint([name for name in {makers!r} if name not in sys.modules])\n"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], check=True, env=env, capture_output=True, text=True)
    assert makers and done.stdout == "[]\n"
