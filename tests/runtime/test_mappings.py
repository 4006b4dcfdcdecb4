"""A process at the system's limit of mappings: kernels without room are interpreted, with the reason; none crashes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LIMIT = Path("/proc/sys/vm/max_map_count")
pytestmark = [
    pytest.mark.needs_cc,
    pytest.mark.skipif(not LIMIT.exists() or int(LIMIT.read_text()) > 300_000, reason="needs a limit within reach"),
]

SCRIPT = """
import ctypes, json, os, sys, warnings
import numpy as np
import iris_cc

warnings.simplefilter("ignore")
left, x = int(sys.argv[1]), np.arange(1000.0)


def answer(number):
    kernel = iris_cc.kernel(f"def f(x):\\n    return x * {number}.5 + x")
    right = bool(np.array_equal(kernel(x), x * (number + 0.5) + x))
    said = kernel.explain(x)
    return right, said.route, str(said)


answers = [answer(0)]
os.environ["ME_DSL_JIT"] = "0"
answers.append(answer(1))
del os.environ["ME_DSL_JIT"]

# Objects of Python's need none of what is left: its arenas have room, and so has the heap of malloc.
hold = [bytes(size) for size in range(0, 512, 16) for _ in range(4000)]
del hold[::2]
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
libc.mallopt(-1, 1 << 30), libc.mallopt(-3, 1 << 30)
libc.free(libc.malloc(64 << 20))
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
pages = []
while (page := libc.mmap(None, 4096, 1 + len(pages) % 2, 0x22, -1, 0)) != ctypes.c_void_p(-1).value:
    pages.append(page)
for _ in range(left):
    libc.munmap(pages.pop(), 4096)
answers += [answer(number) for number in range(2, 10)]
for page in pages:
    libc.munmap(page, 4096)
answers.append(answer(11))
print(json.dumps(answers))
"""


@pytest.mark.parametrize("left", [0, 9])
def test_kernels_without_room_are_interpreted(left: int, tmp_path: Path) -> None:
    environment = {**os.environ, "IRIS_CC_CACHE_DIR": str(tmp_path / "cache")}
    command = [sys.executable, "-c", SCRIPT, str(left)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert all(right for right, _, _ in answers)
    routes = [route for _, route, _ in answers]
    assert routes[:2] == ["compiled", "interpreted"] and routes[-2:] == ["interpreted", "compiled"]
    for _, route, said in answers[2:]:
        assert route == "compiled" or ("E0505" in said and "vm.max_map_count" in said)
