"""What one call leaves behind does not reach the next, and what the process has lost stops none."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import iris_cc

ROOT = Path(__file__).parents[2]


def test_the_error_of_a_ufunc_is_not_that_of_a_later_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT", "0")
    kernel = iris_cc.kernel("def f(a, b):\n    return a * b\n", fallback="silent")
    x, words = np.ones(3), np.array(["a"] * 3)
    with pytest.raises(TypeError):
        kernel.ufunc(words, words)
    with pytest.raises(TypeError) as ours:
        kernel(x, x, out=np.zeros(3, "i1"))
    with pytest.raises(TypeError) as theirs:
        np.multiply(x, x, out=np.zeros(3, "i1"))
    assert str(ours.value).replace("'f'", "'multiply'") == str(theirs.value)


@pytest.mark.needs_cc
def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    """Names of places in it name nothing: the next place is taken, and such a compiler is none."""
    folder = tmp_path / "gone"
    folder.mkdir()
    program = textwrap.dedent(f"""
        import os
        import numpy as np, iris_cc
        os.rmdir({str(folder)!r})
        x = np.arange(3.0)
        for number, (cache, compiler, route) in enumerate([
            ("kernels", "", "compiled"), (".", "cc", "compiled"), ({str(tmp_path / "cache")!r}, "./cc", "interpreted"),
        ]):
            os.environ["IRIS_CC_CACHE_DIR"], os.environ["CC"] = cache, compiler
            kernel = iris_cc.kernel(f"def f(x):\\n    return x * 2 + {{number}}\\n", fallback="silent")
            assert kernel(x).tolist() == (x * 2 + number).tolist()
            assert kernel.explain(x).route == route, kernel.explain(x)
    """)
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=False, cwd=folder, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.needs_cc
def test_no_call_waits_for_the_call_dispatcher(tmp_path: Path) -> None:
    """On an empty cache the calls after the first go on while the unit is built, and through it when it is."""
    program = textwrap.dedent("""
        import os, sys, time
        import numpy as np, iris_cc
        from iris_cc import build
        from iris_cc.build import process
        slow = process.run
        def run(*args):
            if build_of_kernel: return slow(*args)
            time.sleep(1.0)
            return slow(*args)
        process.run = run
        x = np.arange(3.0)
        kernel = iris_cc.kernel("def f(x):\\n    return x * 2\\n")
        build_of_kernel = True
        kernel(x)
        build_of_kernel = False
        begin = time.monotonic()
        for _ in range(20):
            assert kernel(x).tolist() == [0.0, 2.0, 4.0]
        assert time.monotonic() - begin < 0.5
        python = type(kernel).__call__
        while type(kernel).__call__ is python and time.monotonic() - begin < 60:
            time.sleep(0.01)
            kernel(x)
        assert type(type(kernel).__call__).__name__ == "builtin_function_or_method"
        assert kernel(x).tolist() == [0.0, 2.0, 4.0]
    """)
    env = {**os.environ, "PYTHONPATH": str(ROOT), "IRIS_CC_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
