"""Loops for the tests of the runtime: Python ones that need nothing, and small C ones where there is a compiler."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from iris_cc.runtime import numpy_api, ufunc
from iris_cc.runtime.callback import python_loop
from iris_cc.runtime.ufunc import InnerLoop, Resolve, take_pending

ROOT = Path(__file__).parents[2]

LOOPS = r"""
typedef __INTPTR_TYPE__ isize;
typedef int gil_t;
extern void *PyExc_ValueError;
void PyErr_SetString(void *, const char *);
gil_t PyGILState_Ensure(void);
void PyGILState_Release(gil_t);
int usleep(unsigned);

int add(void *c, char *const *a, const isize *d, const isize *s, void *x) {
  char *p = a[0], *q = a[1], *r = a[2];
  (void)c; (void)x;
  for (isize i = 0; i < d[0]; i++, p += s[0], q += s[1], r += s[2]) *(double *)r = *(double *)p + *(double *)q;
  return 0;
}
int slow(void *c, char *const *a, const isize *d, const isize *s, void *x) {
  usleep(300000);
  return add(c, a, d, s, x);
}
int fail(void *c, char *const *a, const isize *d, const isize *s, void *x) {
  (void)c; (void)a; (void)d; (void)s; (void)x;
  gil_t gil = PyGILState_Ensure();
  PyErr_SetString(PyExc_ValueError, "from C");
  PyGILState_Release(gil);
  return -1;
}
int divide(void *c, char *const *a, const isize *d, const isize *s, void *x) {
  char *p = a[0], *q = a[1], *r = a[2];
  (void)c; (void)x;
  for (isize i = 0; i < d[0]; i++, p += s[0], q += s[1], r += s[2]) *(double *)r = *(double *)p / *(double *)q;
  return 0;
}
/* out = in + flat index in C order */
int ramp(int ndim, const long *shape, const long *origin, const long *extents, char *const *data,
         const long *strides) {
  (void)origin; (void)extents;
  long total = 1;
  for (int k = 0; k < ndim; k++) total *= shape[k];
  for (long flat = 0; flat < total; flat++) {
    long rest = flat, from = 0, to = 0;
    for (int k = ndim - 1; k >= 0; k--) {
      from += rest % shape[k] * strides[k];
      to += rest % shape[k] * strides[ndim + k];
      rest /= shape[k];
    }
    double value = *(double *)(data[0] + from);
    if (value != value) return 7;
    *(double *)(data[1] + to) = value + (double)flat;
  }
  return 0;
}
"""


class Native:
    """A compiled library, and the addresses in it."""

    def __init__(self, path: Path) -> None:
        self.library = ctypes.PyDLL(str(path))

    def __getitem__(self, name: str) -> int:
        return ctypes.cast(getattr(self.library, name), ctypes.c_void_p).value or 0


def compiled(source: Path, target: Path) -> Native:
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    flags = ["-O2", "-fPIC", "-shared", "-Wall", "-Wextra", "-Werror"]
    subprocess.run(["cc", *flags, str(source), "-o", str(target)], check=True)
    return Native(target)


@pytest.fixture(scope="session")
def native(tmp_path_factory: pytest.TempPathFactory) -> Native:
    folder = tmp_path_factory.mktemp("loops")
    (folder / "loops.c").write_text(LOOPS)
    return compiled(folder / "loops.c", folder / "loops.so")


@pytest.fixture(scope="session")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Native:
    """The dispatcher unit, built."""
    return compiled(ROOT / "runtime_c" / "iris_dispatcher.c", tmp_path_factory.mktemp("unit") / "dispatch.so")


@pytest.fixture(autouse=True)
def _nothing_pending() -> None:
    take_pending()


Body = Callable[..., object]
_WEAK = {int: np.dtype("i8"), float: np.dtype("f8")}


def loop_of(body: Body, nin: int, *names: str) -> InnerLoop:
    """A Python loop that applies `body` to whole arrays."""
    dtypes = tuple(map(np.dtype, names))

    def run(inputs: list[np.ndarray]) -> tuple[np.ndarray, ...]:
        result = body(*inputs)
        return result if isinstance(result, tuple) else (result,)

    address, keeper = python_loop(run, dtypes, nin)
    return InnerLoop(dtypes, address, keeper, python=True)


def resolver(body: Body, nin: int, nout: int = 1, log: list[object] | None = None) -> Resolve:
    """What a kernel's resolver does: exact loops of numeric dtypes, weak scalars as i8 and f8, `dtype=` by casting."""

    def resolve(words: tuple[object, ...], requested: tuple[np.dtype | None, ...]) -> InnerLoop:
        if log is not None:
            log.append((words, requested))
        kinds = [_WEAK.get(word, word) if isinstance(word, type) else word for word in words]
        for kind in kinds:
            if not isinstance(kind, np.dtype) or kind.kind not in "biuf" or kind.itemsize not in (1, 4, 8):
                raise TypeError(f"kernel has no operation on {kind}")
        if requested[0] is not None:
            kinds = [requested[0]] * nin
        result = body(*(np.ones(1, kind) for kind in kinds))
        results = result if isinstance(result, tuple) else (result,)
        return loop_of(body, nin, *(kind.str for kind in kinds), *(each.dtype.str for each in results))  # type: ignore

    return resolve


@pytest.fixture(autouse=True)
def _ctypes_promoter(monkeypatch: pytest.MonkeyPatch) -> None:
    """The promoter and the environment of a fresh process, whatever other tests and the caller have done before."""
    for name in ("ME_DSL_JIT", "ME_DSL_WHILE_MAX_ITERS"):
        monkeypatch.delenv(name, raising=False)
    address = ctypes.cast(ufunc._CALLBACK, ctypes.c_void_p)
    monkeypatch.setattr(ufunc, "_PROMOTER", [numpy_api.new_capsule(address, numpy_api.PROMOTER_CAPSULE, None)])
