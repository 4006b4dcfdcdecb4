"""Kernels in other processes: pickles by name and by value, copies, pools of every kind."""

from __future__ import annotations

import concurrent.futures
import copy
import math
import multiprocessing
import os
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iris_cc
from tests.surface.kernels import per_element, steps

X = np.array([0.5, -1.0, 2.0, 8.0])
SCALE = 2.5
ROOT = Path(__file__).parents[2]


@iris_cc.kernel(fallback="silent")
def doubled(x):
    return x * 2 * SCALE


class Holder:
    @iris_cc.kernel(fallback="silent")
    def tripled(x: Any) -> Any:
        return x * 3


STEPS = iris_cc.kernel(steps, fallback="silent")
PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_by_name(protocol: int) -> None:
    assert pickle.loads(pickle.dumps(doubled, protocol)) is doubled
    assert pickle.loads(pickle.dumps(Holder.__dict__["tripled"], protocol)) is Holder.__dict__["tripled"]


def fresh(data: bytes, *, expect: str, check: str = "result") -> None:
    """Load a pickle in a process that knows nothing of this file, and call it."""
    code = textwrap.dedent(f"""
        import pickle, sys
        import numpy as np
        kernel = pickle.loads(sys.stdin.buffer.read())
        result = kernel(np.array({X.tolist()}))
        assert list({check}) == {expect}, list(result)
    """)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], input=data, check=True, env=env, cwd="/", timeout=60)


def make_local(scale: Any) -> iris_cc.Kernel:
    offset = np.float32(1.5)

    def helper(v, by=2):
        return v * by + math.floor(scale)

    @iris_cc.kernel(fallback="silent")
    def local(x, k=3):
        return helper(x) * scale + k * offset

    return local


def test_local_kernels_by_value() -> None:
    kernel = make_local(1.5)
    copied = pickle.loads(pickle.dumps(kernel))
    assert copied is not kernel
    np.testing.assert_array_equal(copied(X), kernel(X))
    np.testing.assert_array_equal(copied(X, k=4), kernel(X, 4))
    assert copied.__name__ == "local" and copied(X.astype("f4")).dtype == kernel(X.astype("f4")).dtype
    assert copied.inspect_ir("f8", int) == kernel.inspect_ir("f8", int)
    fresh(pickle.dumps(kernel), expect=repr(kernel(X).tolist()))


def test_local_kernels_with_different_closures_stay_different() -> None:
    first, second = (pickle.loads(pickle.dumps(make_local(scale))) for scale in (1.5, 2.5))
    assert not np.array_equal(first(X), second(X))


def test_kernels_of_exec() -> None:
    text = "def made(x):\n    return x * factor + 1\n"
    scope: dict[str, Any] = {"factor": 3.0}
    exec(text, scope)
    kernel = iris_cc.kernel(scope["made"], source=text, fallback="silent")
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(kernel))(X), X * 3 + 1)
    fresh(pickle.dumps(kernel), expect=repr((X * 3 + 1).tolist()))


def test_dsl_kernels() -> None:
    kernel = iris_cc.kernel(
        "# me:fp=contract\ndef wave(x, k=2):\n    return where(x > 0, x * k, _n0)\n", fallback="silent"
    )
    copied = pickle.loads(pickle.dumps(kernel))
    np.testing.assert_array_equal(copied(X), np.where(X > 0, X * 2, 4))
    assert copied.__name__ == "wave"
    fresh(pickle.dumps(kernel), expect=repr(np.where(X > 0, X * 2, 4).tolist()))


def test_options_travel() -> None:
    def plain(x):
        return {0: x}[0] * 2

    kernel = iris_cc.kernel(plain, fallback="silent")
    data = pickle.dumps(kernel)  # warns nobody, there or here
    np.testing.assert_array_equal(pickle.loads(data)(X), 2 * X)


def test_machine_code_does_not_travel() -> None:
    kernel = make_local(1.0)
    kernel(X)
    data = pickle.dumps(kernel)
    assert b"\x7fELF" not in data and len(data) < 100_000


def test_copies() -> None:
    assert copy.copy(doubled) is doubled and copy.deepcopy([doubled])[0] is doubled
    local = make_local(1.0)
    assert copy.copy(local) is local and copy.deepcopy(local) is local


def test_kernels_in_containers_and_objects() -> None:
    data: dict[str, Any] = {"k": doubled, "l": make_local(2.0), "nested": [(doubled, STEPS)]}
    loaded = pickle.loads(pickle.dumps(data))
    assert loaded["k"] is doubled and loaded["nested"][0][0] is doubled
    np.testing.assert_array_equal(loaded["nested"][0][1](X), STEPS(X))
    np.testing.assert_array_equal(loaded["l"](X), data["l"](X))


def call_doubled(value: np.ndarray) -> np.ndarray:
    return doubled(value)


def call(kernel: Any, value: np.ndarray) -> np.ndarray:
    return kernel(value)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(method: str) -> None:
    doubled(X)  # loaded here before the fork
    context = multiprocessing.get_context(method)
    with context.Pool(2) as pool:
        results = pool.map(call_doubled, [X, X + 1, X * 2])
        local = pool.apply(call, (make_local(1.5), X))
        kernels = pool.map(doubled, [X])
    for result, value in zip(results, [X, X + 1, X * 2], strict=True):
        np.testing.assert_array_equal(result, value * 2 * SCALE)
    np.testing.assert_array_equal(local, make_local(1.5)(X))
    np.testing.assert_array_equal(kernels[0], X * 2 * SCALE)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_process_pools() -> None:
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, context) as pool:
        np.testing.assert_array_equal(pool.submit(STEPS, X).result(timeout=60), per_element(steps, X, 50))


def test_thread_pools() -> None:
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for result in pool.map(STEPS, [X] * 20):
            np.testing.assert_array_equal(result, per_element(steps, X, 50))


def test_an_edited_file_does_not_change_a_pickle(tmp_path: Path) -> None:
    path = tmp_path / "edited_then_pickled.py"
    path.write_text("import iris_cc\n\ndef made(x):\n    return x * 2\n")
    scope: dict[str, Any] = {"__name__": "edited_then_pickled"}
    exec(compile(path.read_text(), str(path), "exec"), scope)
    kernel = iris_cc.kernel(scope["made"], fallback="silent")
    data = pickle.dumps(kernel)
    path.write_text(path.read_text().replace("x * 2", "x * 9"))
    np.testing.assert_array_equal(kernel(X), 2 * X)
    np.testing.assert_array_equal(pickle.loads(data)(X), 2 * X)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(kernel))(X), 2 * X)
    fresh(data, expect=repr((2 * X).tolist()))
