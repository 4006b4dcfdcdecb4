"""Kernels that no other process can import: of scripts, of `python -c`, of standard input, of a notebook's cells.

Each check is a script of its own, run as a user runs it; what a plain function gives there is what a kernel must give.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# A kernel that uses all there is to capture, beside the function it is made of.
KERNELS = """
import iris_cc, math, numpy as np
SCALE, HALF, LIMIT = 2.5, np.float32(0.5), 7
def inner(v, by=2):
    return v * by + math.floor(SCALE)
def helper(v):
    return inner(v) - HALF
def close_over(offset):
    def local(x, k=3):
        return helper(x) * k + offset if x < LIMIT else x - offset
    return local
plain = close_over(1.25)
TEXT = {text!r}
kernel = iris_cc.kernel(plain, fallback="silent", source=TEXT)
@iris_cc.kernel(fallback="silent")
def outer(x):
    return kernel(x, 2) + 1
dsl = iris_cc.kernel("def wave(x, k=2):\\n    return where(x > 0, x * k, -x)\\n")
X = np.array([0.5, -1.0, 2.0, 8.0])
def expected():
    return [plain(x) for x in X], [float(plain(x, 2)) + 1 for x in X], [1.0, 1.0, 4.0, 16.0]
def results(kernels):
    return tuple(each(X).tolist() for each in kernels)
"""


def run(text: str, how: str, folder: Path, **variables: str) -> str:
    """The output of a program that is run as `how` says."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    command, given = [sys.executable], None
    if how == "file":
        path = folder / "script.py"
        path.write_text(text, encoding="utf-8")
        command.append(str(path))
    elif how == "-c":
        command += ["-c", text]
    else:
        given = text
    done = subprocess.run(
        command, check=False, input=given, capture_output=True, text=True, env=env, cwd=folder, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def with_source(text: str) -> str:
    """The kernels; their text is at hand however the program is run."""
    return KERNELS.format(text=None) + textwrap.dedent(text)


WRITE = """
import pickle, cloudpickle
kernels = (kernel, outer, dsl)
assert results(kernels) == expected(), (results(kernels), expected())
for name, module in (("plain", pickle), ("cloud", cloudpickle)):
    for what, value in (("kernels", kernels), ("ufuncs", tuple(each.ufunc for each in kernels))):
        data = module.dumps(value)
        assert b"\\x7fELF" not in data
        open(f"{name}-{what}.pkl", "wb").write(data)
open("expected.txt", "w").write(repr(expected()))
"""
READ = """
import pickle, sys, numpy as np
X = np.array([0.5, -1.0, 2.0, 8.0])
wanted = eval(open("expected.txt").read())
for file in ("plain-kernels", "cloud-kernels", "plain-ufuncs", "cloud-ufuncs"):
    loaded = pickle.load(open(file + ".pkl", "rb"))
    calls = [lambda x: loaded[0](x, 3) if "ufunc" in file else loaded[0](x), loaded[1],
             lambda x: loaded[2](x, 2) if "ufunc" in file else loaded[2](x)]
    found = tuple(call(X).tolist() for call in calls)
    assert found == wanted, (file, found, wanted)
    again = pickle.loads(pickle.dumps(loaded))
    assert again[1](X).tolist() == wanted[1]
"""


@pytest.mark.parametrize("how", ["file", "-c", "stdin"])
@pytest.mark.parametrize("switch", ["1", "0"])
def test_kernels_of_a_program_travel_by_value(how: str, switch: str, tmp_path: Path) -> None:
    run(with_source(WRITE), how, tmp_path, ME_DSL_JIT=switch)
    (tmp_path / "script.py").unlink(missing_ok=True)
    run(READ, "-c", tmp_path, ME_DSL_JIT=switch)


CELLS = """
import linecache, pickle, sys
def cell(number, text):  # as IPython runs one
    name = f"/nowhere/ipykernel_1/{number}.py"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    exec(compile(text, name, "exec"), globals())
cell(1, "import iris_cc, numpy as np\\nSCALE = 3\\ndef helper(v):\\n    return v * SCALE\\n")
cell(2, "@iris_cc.kernel(fallback='error')\\ndef f(x):\\n    return helper(x) + SCALE\\n")
cell(3, "SCALE = 5\\ndef helper(v):\\n    return -v\\n")
X = np.arange(4.0)
assert f(X).tolist() == (X * 3 + 3).tolist()
sys.stdout.buffer.write(pickle.dumps(f))
"""


@pytest.mark.needs_cc
def test_cells_of_a_notebook_travel_as_the_kernel_saw_them(tmp_path: Path) -> None:
    """A name that was given another value since the kernel was made changes neither the kernel nor its copies."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", CELLS]
    done = subprocess.run(command, check=False, capture_output=True, env=env, cwd=tmp_path, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    (tmp_path / "f.pkl").write_bytes(done.stdout)
    code = """
        import pickle, numpy as np
        f = pickle.load(open("f.pkl", "rb"))
        x = np.arange(4.0)
        assert f(x).tolist() == (x * 3 + 3).tolist(), f(x)
        assert f.explain(x).route == "compiled"
        assert pickle.loads(pickle.dumps(f))(x).tolist() == (x * 3 + 3).tolist()
    """
    run(textwrap.dedent(code), "-c", tmp_path)


POOLS = """
import concurrent.futures, multiprocessing, sys
def call(each, value):
    return each(value)
if __name__ == "__main__":
    want = expected()
    for method in ("spawn", "forkserver", "fork"):
        context = multiprocessing.get_context(method)
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            jobs = [pool.submit(each, X) for each in (kernel, outer, dsl)]
            assert tuple(job.result(timeout=60).tolist() for job in jobs) == want, method
            assert pool.submit(call, outer.ufunc, X).result(timeout=60).tolist() == want[1], method
        with context.Pool(1) as pool:
            assert pool.map(outer, [X])[0].tolist() == want[1], method
"""


def test_pools_of_the_standard_library(tmp_path: Path) -> None:
    run(with_source(POOLS), "file", tmp_path, PYTHONWARNINGS="ignore:This process:DeprecationWarning")


JOBLIB = """
import joblib, os
from joblib.externals.loky import get_reusable_executor
def threads(each, value):
    each(value)
    return iris_cc.get_num_threads()
if __name__ == "__main__":
    want = expected()
    for backend in ("loky", "multiprocessing"):
        for each, wanted in zip((kernel, outer, dsl), want):
            found = joblib.Parallel(2, backend=backend)(joblib.delayed(each)(X) for _ in range(2))
            assert [one.tolist() for one in found] == [wanted] * 2, backend
    with joblib.parallel_config("loky", inner_max_num_threads=1, n_jobs=2):
        assert joblib.Parallel()(joblib.delayed(threads)(outer, X) for _ in range(2)) == [1, 1]
    get_reusable_executor().shutdown(wait=True)
"""


def test_joblib(tmp_path: Path) -> None:
    run(with_source(JOBLIB), "file", tmp_path, PYTHONWARNINGS="ignore:This process:DeprecationWarning")


DASK = """
import dask.array as da, dask.dataframe as dd, pandas as pd
from distributed import Client, LocalCluster
@iris_cc.kernel(fallback="silent")
def outside(x):  # runs in Python
    return {True: x + SCALE, False: x - SCALE}[bool(x > 1)]
def threads():
    return iris_cc.get_num_threads()
if __name__ == "__main__":
    chunked = da.from_array(X, chunks=2)
    series = pd.Series(X, index=list("abcd"))
    split = dd.from_pandas(series, npartitions=2)
    want = expected()[1]
    other = [float(each + SCALE if each > 1 else each - SCALE) for each in X]
    assert outer(chunked).compute(scheduler="processes").tolist() == want
    assert outside(chunked).compute(scheduler="processes").tolist() == other
    for scheduler in ("sync", "threads", "processes"):
        assert outer(split).compute(scheduler=scheduler).tolist() == want
        assert outside(split).compute(scheduler=scheduler).tolist() == other
        assert split.map_partitions(outer, meta=series).compute(scheduler=scheduler).tolist() == want
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            assert outer(chunked).compute().tolist() == want
            assert outside(chunked).compute().tolist() == other
            assert outer(split).compute().tolist() == want
            assert client.submit(kernel, X).result(60).tolist() == expected()[0]
            assert client.submit(threads).result(60) == 1
"""


def test_dask(tmp_path: Path) -> None:
    run(with_source(DASK), "file", tmp_path)


TOKENS = """
import dask.base, pickle, iris_cc, numpy as np
SCALE = {scale}
def helper(v):
    return v {operation} SCALE
def make(offset):
    @iris_cc.kernel(fallback="silent", fp={fp!r})
    def f(x, k={default}):
        return helper(x) * k + offset
    return f
f = make({offset})
@iris_cc.kernel(fallback="silent")
def outside(x):
    return [x, SCALE][x > 1]
dsl = iris_cc.kernel("def g(x):\\n    return x {operation} {scale}\\n")
def tokens(*values):
    return [dask.base.tokenize(each, ensure_deterministic=True) for each in values]
everything = (f, f.ufunc, outside, outside.ufunc, dsl, dsl.ufunc)
print(*tokens(*everything))
assert tokens(*everything) == tokens(*everything)
assert tokens(*pickle.loads(pickle.dumps(everything))) == tokens(*everything)
"""


def tokens(folder: Path, **changes: object) -> list[str]:
    parts = {"scale": 2.0, "operation": "*", "default": 3, "offset": 1, "fp": "strict"} | changes
    return run(TOKENS.format(**parts), "file", folder).split()


def test_tokens_say_what_is_computed(tmp_path: Path) -> None:
    first = tokens(tmp_path)
    assert len(set(first)) == len(first) == 6
    assert tokens(tmp_path) == first
    changed: list[tuple[dict[str, object], set[int]]] = [
        ({"scale": 2.5}, {0, 1, 2, 3, 4, 5}),
        ({"scale": 2}, {0, 1, 2, 3, 4, 5}),
        ({"operation": "+"}, {0, 1, 4, 5}),
        ({"default": 4}, {0, 1}),
        ({"offset": -0.0}, {0, 1}),
        ({"fp": "contract"}, {0, 1}),
    ]
    for change, places in changed:
        again = tokens(tmp_path, **change)
        assert {place for place in range(6) if again[place] != first[place]} == places, change


def test_a_token_covers_what_other_modules_hold(tmp_path: Path) -> None:
    """A kernel that an import finds goes by name; what it computes is in its token all the same."""
    (tmp_path / "user.py").write_text(
        "import iris_cc, other\n@iris_cc.kernel\ndef f(x):\n    return other.g(x) * other.K\n"
    )
    found = []
    for number, body in ((2, "x + 1"), (3, "x + 1"), (3, "x + 2"), (2, "x + 1")):
        (tmp_path / "other.py").write_text(f"K = {number}\ndef g(x):\n    return {body}\n")
        code = "import dask.base, user; print(dask.base.tokenize(user.f), dask.base.tokenize(user.f.ufunc))"
        found.append(run(code, "-c", tmp_path, PYTHONPATH=f"{ROOT}:{tmp_path}", PYTHONDONTWRITEBYTECODE="1"))
    assert found[0] == found[3] and len(set(found)) == 3
