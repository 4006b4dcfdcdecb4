"""Expected output lies beside its input: tests/golden/<area>/<case>.py and what the compiler must make of it.

`code` holds accepted kernels with their IR and C; each also runs, compiled and interpreted, against the plain function
called once per element.  `errors` holds rejected ones with the text a user reads.  `make golden` (this file with
`--update-golden`) rewrites the expected files; review the diff like code.

The comment lines at the head of a case say how to read it:

    # types: f8,int       argument types; float, int and bool are Python scalars
    # run: [1, nan], 3    one call's arguments; there may be several
    # result: f8          the result's type, where the elements of the runs do not show it by themselves
    # ulp: 2              how far a float may be from Python's (transcendental functions); exact without it
    # ndim: 2             dimensions of an index kernel;  `# shape: 2,3` if it has no array argument
    # signature: (n)->()  core dimensions; `# types` are those of their elements
    # dsl                 the file is DSL text and not a module that defines `kernel`
"""

from __future__ import annotations

import difflib
import linecache
import math
import re
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest

import iris_cc
from iris_cc import codes
from iris_cc.codegen import runtime_c

GOLDEN = Path(__file__).parent / "golden"
STAGES = {"code": ("ir", "c"), "errors": ("txt",)}
WEAK = {"float": float, "int": int, "bool": bool}
NUMBERS = {"nan": math.nan, "inf": math.inf}
# What a bare name of DSL text means to the reference: NumPy's function, or C's where NumPy has none.
WORDS: dict[str, Any] = {name: getattr(np, name) for name in vars(np)["_core"].umath.__all__} | {
    "np": np, "numpy": np, "math": math, "pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan,
    "where": np.where, "clip": np.clip, "exp10": lambda x: np.power(10.0, x), "fdim": lambda x, y: np.maximum(x - y, 0),
    "float32": np.float32, "float64": np.float64, "int32": np.int32, "int64": np.int64,
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One input file."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def area(self) -> str:
        return self.path.parent.name

    @cached_property
    def text(self) -> str:
        return self.path.read_bytes().decode()

    @cached_property
    def header(self) -> list[tuple[str, str]]:
        lines = (line[2:] for line in self.text.splitlines() if line.startswith("# "))
        return [(key.strip(), value.strip()) for key, _, value in (line.partition(":") for line in lines)]

    def said(self, key: str) -> list[str]:
        return [value for name, value in self.header if name == key]

    def one(self, key: str, default: str = "") -> str:
        return next(iter(self.said(key)), default)

    @property
    def types(self) -> list[Any]:
        words = [word.strip() for word in self.one("types").split(",") if word.strip()]
        return [WEAK.get(word, word) for word in words]

    @property
    def signature(self) -> str | None:
        return self.one("signature") or None

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(int(size) for size in self.one("shape").split(",") if size)

    @property
    def is_dsl(self) -> bool:
        return bool(self.said("dsl"))

    @cached_property
    def kernel(self) -> iris_cc.Kernel:
        return make(self)

    def runs(self) -> list[list[Any]]:
        """The arguments of each run: arrays of the case's types, and Python scalars; each once more at length."""
        found = []
        for line in self.said("run"):
            values = eval(f"({line},)" if line else "()", dict(NUMBERS))  # the case is our own file
            found.append([argument(value, type_) for value, type_ in zip(values, self.types, strict=True)])
        steps = () if self.said("ndim") or self.signature else (1, 2)
        return found + [[at_length(arg, step) for arg in args] for args in found for step in steps]


def argument(value: Any, type_: Any) -> Any:
    return type_(value) if isinstance(type_, type) else np.array(value, type_)


def at_length(arg: Any, step: int) -> Any:
    """The same elements again and again, `step` items apart: enough for every block of a loop and its rest."""
    return np.repeat(np.resize(arg, 103), step)[::step] if isinstance(arg, np.ndarray) else arg


CASES = [Case(path) for area in STAGES for path in sorted((GOLDEN / area).glob("*.py"))]
CODE = [pytest.param(case, id=case.name) for case in CASES if case.area == "code"]


def namespace(case: Case, words: dict[str, Any]) -> dict[str, Any]:
    """What the case defines.  Its file is called by its name alone, so that no message holds a path."""
    file = case.path.name
    linecache.cache[file] = (len(case.text), None, case.text.splitlines(keepends=True), file)
    scope = dict(words, __name__=case.name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        exec(compile(case.text, file, "exec", dont_inherit=True), scope)
    return scope


def make(case: Case) -> iris_cc.Kernel:
    if case.is_dsl:
        return iris_cc.kernel(case.text, fallback="silent")
    return iris_cc.kernel(namespace(case, {})["kernel"], fallback="error", signature=case.signature)


def python_function(case: Case) -> FunctionType:
    """The reference: the case's own function, as plain Python."""
    scope = namespace(case, WORDS if case.is_dsl else {})
    found = scope.get("kernel") or [value for value in scope.values() if isinstance(value, FunctionType)][-1]
    return getattr(found, "py_func", found)


# -- texts -------------------------------------------------------------------------------------------------------------


def without_runtime(unit: str) -> str:
    """A C unit with every pasted header as one line."""
    for header in runtime_c.HEADERS:
        unit = unit.replace(runtime_c.text(header), f"/* {header} */\n")
    return unit


def diagnostics(case: Case) -> str:
    """What the user reads; DSL text has a name made of its hash, which is left out."""
    with pytest.raises(iris_cc.CompileError) as caught:
        made = make(case)
        made.inspect_ir(*case.types)
    return re.sub(r"<kernel [0-9a-f]{12}>", "<kernel>", f"{caught.value}\n")


def stage_text(case: Case, stage: str) -> str:
    ndim = int(case.one("ndim", "1"))
    match stage:
        case "ir":
            return case.kernel.inspect_ir(*case.types, ndim=ndim)
        case "c":
            return without_runtime(case.kernel.inspect_c(*case.types, ndim=ndim))
        case _:
            return diagnostics(case)


EXPECTED = [(case, stage) for case in CASES for stage in STAGES[case.area]]


@pytest.mark.parametrize(("case", "stage"), EXPECTED, ids=lambda part: getattr(part, "name", part))
def test_text(case: Case, stage: str, request: pytest.FixtureRequest) -> None:
    expected, actual = case.path.with_suffix(f".{stage}"), stage_text(case, stage)
    if request.config.getoption("--update-golden"):
        expected.write_text(actual, encoding="utf-8")
    assert expected.exists(), f"{expected.name} is missing: run `make golden`"
    wanted = expected.read_text(encoding="utf-8")
    lines = difflib.unified_diff(wanted.splitlines(True), actual.splitlines(True), expected.name, "actual")
    diff = "".join(lines)
    assert not diff, f"\n{diff}\nrun `make golden` if the change is intended"


def test_every_expected_file_has_its_input() -> None:
    known = {case.path.with_suffix(f".{stage}") for case in CASES for stage in ("py", *STAGES[case.area])}
    found = {path for path in GOLDEN.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert sorted(found - known) == []


def test_no_expected_file_holds_a_path() -> None:
    roots = [str(Path.home()), str(GOLDEN.parents[1]), "/tmp/", "<kernel "]
    for case in CASES:
        for stage in STAGES[case.area]:
            text = case.path.with_suffix(f".{stage}").read_text(encoding="utf-8")
            assert not [root for root in roots if root in text], f"{case.name}.{stage}"


def test_there_are_enough_cases() -> None:
    assert len([case for case in CASES if case.area == "code"]) >= 60
    assert len([case for case in CASES if case.area == "errors"]) >= 45


def test_every_code_of_the_language_has_a_case() -> None:
    """E0007 is of printed IR, which has cases of its own: tests/surface/test_from_ir.py."""
    shown = "".join(path.read_text(encoding="utf-8") for path in (GOLDEN / "errors").glob("*.txt"))
    assert [code for code in codes.TABLE if code < "E05" and code != "E0007" and f"error[{code}]" not in shown] == []


# -- runs --------------------------------------------------------------------------------------------------------------


def elements(case: Case, args: Sequence[Any]) -> tuple[tuple[int, ...], list[tuple[Any, ...]]]:
    """The shape of a run and, per element in C order, what the plain function returns."""
    function = python_function(case)
    shape = np.broadcast_shapes(*map(np.shape, args), case.shape)
    rows = []
    for place in np.ndindex(shape):
        function.__globals__.update(index_symbols(shape, place))
        values = [arg if type(arg) in WEAK.values() else np.broadcast_to(arg, shape)[place] for arg in args]
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            result = function(*values)
        rows.append(result if isinstance(result, tuple) else (result,))
    return shape, rows


def index_symbols(shape: tuple[int, ...], place: tuple[int, ...]) -> dict[str, np.int64]:
    flat = np.ravel_multi_index(place, shape) if shape else 0
    symbols = {"_ndim": np.int64(len(shape)), "_flat_idx": np.int64(flat)}
    for axis, (index, size) in enumerate(zip((*place, *(0,) * 8)[:8], (*shape, *(1,) * 8)[:8], strict=True)):
        symbols |= {f"_i{axis}": np.int64(index), f"_n{axis}": np.int64(size)}
    return symbols


def join_of(values: Sequence[Any]) -> np.dtype[Any]:
    """The type where paths meet: NumPy's promotion, to which Python scalars give way."""
    strong = {value.dtype for value in values if isinstance(value, np.generic | np.ndarray)}
    weak = {type(value) for value in values if type(value) in WEAK.values()}
    words = [*sorted(strong, key=str), *(kind(0) for kind in sorted(weak, key=str))]
    return np.result_type(*words)


def distance(actual: np.ndarray, wanted: np.ndarray) -> float:
    """The largest distance in units of the last place; nan equals nan, and zeros differ in sign by a whole inf."""
    zero = wanted == 0
    same_nans = np.array_equal(np.isnan(actual), np.isnan(wanted))
    if not same_nans or not np.array_equal(np.signbit(actual[zero]), np.signbit(wanted[zero])):
        return math.inf
    differs = (actual != wanted) & ~np.isnan(wanted)
    if not differs.any():
        return 0.0
    return float(np.max(np.abs(actual[differs].astype("f8") - wanted[differs]) / np.spacing(np.abs(wanted[differs]))))


def check_arrays(case: Case, args: Sequence[Any], results: Any) -> None:
    """A kernel of arrays is what `np.vectorize` makes of its function; one that stores its results gets arrays."""
    assert case.signature is not None
    function = python_function(case)
    inputs, outputs = case.signature.split("->")
    given = function.__code__.co_argcount

    def stored(*values: Any) -> Any:
        outs = [np.zeros(int(size) if size else 1) for size in re.findall(r"\((\d*)\)", outputs)]
        function(*values, *outs)
        found = [out if size else out[0] for out, size in zip(outs, re.findall(r"\((\d*)\)", outputs), strict=True)]
        return found[0] if len(found) == 1 else tuple(found)

    called = stored if given > inputs.count("(") else function
    with np.errstate(all="ignore"):
        wanted = np.vectorize(called, signature=case.signature)(*args)
    wanted, results = ((each if isinstance(each, tuple) else (each,)) for each in (wanted, results))
    for actual, expected in zip(results, wanted, strict=True):
        np.testing.assert_array_equal(actual, expected, strict=called is function)


def check(case: Case, args: Sequence[Any], results: Any) -> None:
    if case.signature:
        check_arrays(case, args, results)
        return
    shape, rows = elements(case, args)
    results = results if isinstance(results, tuple) else (results,)
    types = case.one("result").split(",") if case.said("result") else []
    assert len(results) == len(rows[0])
    for k, actual in enumerate(map(np.asarray, results)):
        column = [row[k] for row in rows]
        dtype = np.dtype(types[k]) if types else join_of(column)
        assert actual.dtype == dtype, f"output {k}"
        with np.errstate(all="ignore"):
            wanted = np.array([np.asarray(value).astype(dtype) for value in column], dtype).reshape(shape)
        if dtype.kind == "f":
            assert distance(actual, wanted) <= float(case.one("ulp", "0")), f"output {k}: {actual} is not {wanted}"
        else:
            np.testing.assert_array_equal(actual, wanted, f"output {k}")


def run(case: Case, kernel: Callable[..., Any]) -> None:
    runs = case.runs()
    assert runs, "a golden that does not run shows stability and no sense"
    for args in runs:
        with np.errstate(all="ignore"):
            results = kernel(*args, **({"shape": case.shape} if case.shape else {}))
        check(case, args, results)


@pytest.fixture(scope="module")
def _built(request: pytest.FixtureRequest) -> None:
    """All that this session is going to run, built a few at a time."""
    compiled = [item for item in request.session.items if item.name.startswith("test_compiled[")]
    chosen = [vars(item)["callspec"].params["case"] for item in compiled]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda case: case.kernel.compile(*case.types, ndim=int(case.one("ndim", "1"))), chosen))


@pytest.mark.needs_cc
@pytest.mark.usefixtures("_built")
@pytest.mark.parametrize("case", CODE)
def test_compiled(case: Case) -> None:
    run(case, case.kernel)


@pytest.mark.parametrize("case", CODE)
def test_interpreted(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ME_DSL_JIT", "0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", iris_cc.FallbackWarning)
        run(case, make(case))
