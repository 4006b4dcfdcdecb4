"""Which loop a row takes must never show: strides, scalars, overlap, reductions, faults and floating-point flags."""

from __future__ import annotations

import ctypes
import re
import subprocess
from functools import cache

import numpy as np
import pytest

from iris_cc.codegen import ufunc_unit
from iris_cc.ir import ops
from iris_cc.ir.nodes import Check, Fault, Function
from iris_cc.ir.types import BOOL, F32, F64, I32, I64
from tests.codegen.units import FLAGS, build, call_on, call_raw, compile_text, compiler, const, evaluate, make

pytestmark = pytest.mark.needs_cc

LENGTHS = (0, 1, 2, 3, 7, 8, 31, 33, 511, 512, 513, 1025)


def mixed_body(b, i, x):
    total = b.emit(ops.ADD, b.cast(i, F64), x)
    return total, b.cast(b.emit(ops.MUL, x, x), F32), b.emit(ops.GT, x, total)


def heavy_body(b, i, x):
    """Above the cost at which strided operands are gathered."""
    total = b.emit(ops.SQRT, b.emit(ops.DIV, b.emit(ops.MUL, x, x), b.emit(ops.ADD, b.cast(i, F64), const(0.5, F64))))
    return b.emit(ops.DIV, total, x), b.cast(total, F32), b.emit(ops.GT, x, total)


def reference(heavy: bool, i: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, ...]:
    with np.errstate(all="ignore"):
        if heavy:
            total = np.sqrt((x * x) / (i.astype("f8") + 0.5))
            return total / x, total.astype("f4"), x > total
        total = i.astype("f8") + x
        return total, (x * x).astype("f4"), x > total


@pytest.fixture(scope="module", params=[False, True], ids=["cheap", "heavy"])
def mixed(request: pytest.FixtureRequest) -> tuple[bool, ctypes.PyDLL]:
    return request.param, build(make((I32, F64), heavy_body if request.param else mixed_body))


ALL_STEPS = [
    (1, 1, 1, 1, 1),
    (1, 0, 1, 1, 1),
    (0, 1, 1, 1, 1),
    (0, 0, 1, 1, 1),
    (2, 1, 1, 1, 1),
    (1, -1, 1, 1, 1),
    (-3, 2, 2, -1, 3),
    (1, 1, 2, 1, -1),
    (0, 2, -2, 3, 1),
]


@pytest.mark.parametrize("steps", ALL_STEPS)
def test_strides(mixed: tuple[bool, ctypes.PyDLL], steps: tuple[int, ...]) -> None:
    heavy, library = mixed
    for count in LENGTHS:
        span = 3 * max(count, 1)
        bases: list[np.ndarray] = [np.arange(span, dtype=np.int32), np.linspace(0.25, 9, span)]
        bases += [np.zeros(span, type) for type in ("f8", "f4", "b1")]
        views = []
        for base, step in zip(bases, steps, strict=True):
            if step == 0:
                views.append(np.broadcast_to(base[:1], count))
            else:
                view = base[:: abs(step)][:count]
                views.append(view[::-1] if step < 0 else view)
        want = reference(heavy, views[0].copy(), views[1].copy())
        code = call_raw(library, count, [view.ctypes.data for view in views], [view.strides[0] for view in views])
        assert code == 0
        for got, right in zip(views[2:], want, strict=True):
            assert np.array_equal(got, right), (count, steps)


def test_untouched_between_strided_results() -> None:
    library = build(make((F64,), lambda b, x: b.emit(ops.ADD, x, x)))
    out = np.full(2000, -7.0)
    call_on(library, np.arange(1000.0), out[::2])
    assert (out[::2] == 2 * np.arange(1000.0)).all() and (out[1::2] == -7).all()


@pytest.fixture(scope="module", params=[0, 80], ids=["small", "large"])
def multiply_add(request: pytest.FixtureRequest) -> ctypes.PyDLL:
    """3 * x + y; above a size the sequential loop is another one."""

    def body(b, x, y):
        for _ in range(request.param):
            x = b.emit(ops.INV, x)
        return b.emit(ops.ADD, b.emit(ops.MUL, x, const(3, I64)), y)

    return build(make((I64, I64), body))


def by_python(x: int, y: int) -> int:
    return I64.wrap(3 * x + y)


@pytest.mark.parametrize("count", LENGTHS)
@pytest.mark.parametrize("other_step", [8, 16, 0, -8])
def test_reduce_and_accumulate(multiply_add: ctypes.PyDLL, count: int, other_step: int) -> None:
    """NumPy reduces with the result over the first operand at step 0, and accumulates with it one element behind."""
    other = np.arange(1, 2 * count + 8)
    first = other.ctypes.data + (8 * (count - 1) if other_step < 0 else 0)
    values = [int(other[(first - other.ctypes.data + k * other_step) // 8]) for k in range(count)]
    total = np.array([5])
    call_raw(multiply_add, count, [total.ctypes.data, first, total.ctypes.data], [0, other_step, 0])
    want = [5]
    for value in values:
        want.append(by_python(want[-1], value))
    assert total[0] == want[-1]
    running = np.zeros(count + 1, np.int64)
    running[0] = 5
    start = running.ctypes.data
    call_raw(multiply_add, count, [start, first, start + 8], [8, other_step, 8])
    assert running.tolist() == want


@pytest.mark.parametrize("count", LENGTHS)
@pytest.mark.parametrize("shift", [-9, -2, -1, 0, 1, 2, 9])
def test_overlap_is_sequential(multiply_add: ctypes.PyDLL, count: int, shift: int) -> None:
    """A result anywhere over an operand gives what one element after the other gives."""
    memory = np.arange(count + 20)
    want = memory.tolist()
    for k in range(count):
        want[10 + shift + k] = by_python(want[10 + k], 4)
    start, y = memory.ctypes.data + 80, np.array([4])
    call_raw(multiply_add, count, [start, y.ctypes.data, start + 8 * shift], [8, 0, 8])
    assert memory.tolist() == want


def test_overlap_in_opposite_directions(multiply_add: ctypes.PyDLL) -> None:
    memory = np.arange(600)
    want = memory.tolist()
    for k in range(600):
        want[599 - k] = by_python(want[k], want[k])
    start = memory.ctypes.data
    call_raw(multiply_add, 600, [start, start, start + 8 * 599], [8, 8, -8])
    assert memory.tolist() == want


def test_result_over_an_operand_of_another_size() -> None:
    library = build(make((I32,), lambda b, x: b.cast(x, I64)))
    memory = np.arange(40, dtype=np.int32)
    want = memory.copy()
    for k in range(10):
        want[2 * k : 2 * k + 2] = np.array([want[k]], np.int64).view(np.int32)
    call_raw(library, 10, [memory.ctypes.data] * 2, [4, 8])
    assert memory.tolist() == want.tolist()


def test_in_place_and_results_that_swap() -> None:
    library = build(make((F64, F64), lambda b, x, y: (b.emit(ops.ADD, x, y), b.emit(ops.SUB, x, y))))
    x, y = np.arange(700.0), np.arange(700.0)[::-1].copy()
    want = y + x, y - x
    call_on(library, y, x, x, y)
    assert (x == want[0]).all() and (y == want[1]).all()


# -- faults -----------------------------------------------------------------------------------------------------------


def checked() -> Function:
    def body(b, x, y):
        b.add(Check(b.emit(ops.GE, y, const(0, I64)), Fault.NEGATIVE_POWER))
        b.add(Check(b.emit(ops.NE, x, const(9, I64)), Fault.ZERO_STEP))
        return b.emit(ops.IPOW, x, y)

    return make((I64, I64), body)


def test_faults_raise() -> None:
    library = build(checked())
    x, out = np.arange(1000) % 9, np.zeros(1000, np.int64)
    assert call_on(library, x, np.full(1000, 2), out) == 0
    assert (out == x * x).all()
    exponents = np.full(1000, 2)
    exponents[777] = -1
    with pytest.raises(ValueError, match="Integers to negative integer powers are not allowed"):
        call_on(library, x, exponents, out)
    with pytest.raises(ValueError, match="range"):
        call_on(library, np.array([9]), np.array([1]), out[:1])
    strided = np.full(2000, 2)
    strided[1000] = -3
    with pytest.raises(ValueError, match="negative integer powers"):
        call_on(library, x, strided[::2], out)
    assert call_on(library, x[:0], x[:0], out[:0]) == 0


# -- floating-point flags -----------------------------------------------------------------------------------------


def test_flags_of_a_straight_line_are_real() -> None:
    control = make((F64,), lambda b, x: b.emit(ops.DIV, const(1.0, F64), x))
    assert _raised(control, np.zeros(9)) & 4
    assert _raised(control, np.ones(9)) & 5 == 0


def test_comparisons_and_choices_do_not_raise_invalid() -> None:
    def body(b, x, y):
        return tuple(b.emit(op, x, y) for op in (ops.LT, ops.GE, ops.MIN, ops.MAX, ops.FMIN))

    nan = np.full(9, np.nan)
    assert _raised(make((F64, F64), body), nan, np.ones(9)) & 1 == 0
    casts = make((F64,), lambda b, x: (b.cast(x, I32), b.emit(ops.SIGN, x), b.emit(ops.ISFIN, x), b.cast(x, BOOL)))
    assert _raised(casts, nan) & 1 == 0


NAN = float("nan")
PAIRS = [
    (1.0, 0.0),
    (0.0, 0.0),
    (NAN, 1.0),
    (1.0, NAN),
    (float("inf"), 2.0),
    (-1.0, float("inf")),
    (7.5, 2.0),
    (1e308, 1e-9),
]
KINDS = {"invalid value": 1, "divide by zero": 4, "overflow": 8, "underflow": 16}


@pytest.mark.parametrize(
    "op",
    [ops.DIV, ops.FDIV, ops.MOD, ops.REM, ops.MIN, ops.LT, ops.MUL, ops.SQRT, ops.SIGN, ops.RINT, ops.ISNAN],
    ids=repr,
)
def test_one_operation_warns_as_numpy(op: ops.Op) -> None:
    if not is_gcc():
        pytest.skip("clang computes both sides of a choice, and their flags with them")
    fn = make((F64, F64), lambda b, x, y: b.emit(op, *(x, y)[: op.arity]))
    for pair in PAIRS:
        arrays = [np.full(5, value) for value in pair]
        seen: set[str] = set()
        with np.errstate(all="call", call=lambda kind, flag, seen=seen: seen.add(kind)):
            getattr(np, op.numpy)(*arrays[: op.arity])
        assert _raised(fn, *arrays) == sum(KINDS[kind] for kind in seen), (op, pair)


def test_a_select_raises_nothing() -> None:
    def body(b, x):
        inverse = b.emit(ops.DIV, const(1.0, F64), x)
        return b.emit(ops.SEL, b.emit(ops.EQ, x, const(0.0, F64)), x, inverse)

    assert _raised(make((F64,), body), np.zeros(9)) == 0


PROBE = """
unsigned flags(void) { return __builtin_ia32_stmxcsr() & 63; }
void clear(void) { __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() & ~63u); }
"""


@cache
def is_gcc() -> bool:
    version = subprocess.run([compiler(), "--version"], capture_output=True, text=True, check=True).stdout
    return "Free Software" in version


@cache
def _probe() -> ctypes.PyDLL:
    return ctypes.PyDLL(str(compile_text(PROBE, flags=[flag for flag in FLAGS if "visibility" not in flag])))


@cache
def _built(fn: Function) -> ctypes.PyDLL:
    return build(fn)


def _raised(fn: Function, *arrays: np.ndarray) -> int:
    """The x86 flags (1 invalid, 4 division by zero) a call raises."""
    probe, library = _probe(), _built(fn)
    outs = [np.zeros(len(arrays[0]), type.dtype) for type in fn.results]
    probe.clear()
    assert call_on(library, *arrays, *outs) == 0
    return int(probe.flags()) & ~0x20 & ~0x2  # rounding and subnormal operands are no warnings


def test_nothing_is_lost_when_flags_are_put_back() -> None:
    """A division by zero before a loud comparison still shows."""

    def body(b, x):
        return b.emit(ops.GT, b.emit(ops.DIV, const(1.0, F64), x), x)

    assert _raised(make((F64,), body), np.zeros(9)) == 4


def test_evaluate_with_scalars() -> None:
    fn = make((F64, F64, F64), lambda b, a, x, y: b.emit(ops.ADD, b.emit(ops.MUL, a, x), y), "axy")
    x = np.linspace(0, 1, 2000)
    (got,) = evaluate(fn, np.array([0.5]), x, np.array([2.0]))
    assert (got == 0.5 * x + 2.0).all()


def test_straight_lines_become_vectors() -> None:
    """gcc says which loops it vectorised; the contiguous one must be among them."""

    def clip(b, x, low, high):
        raised = b.emit(ops.SEL, b.emit(ops.LT, x, low), low, x)
        return b.emit(ops.MIN, b.emit(ops.ABS, b.emit(ops.SEL, b.emit(ops.GT, raised, high), high, raised)), high)

    kernels = [
        make((F64, F64, F64), lambda b, a, x, y: b.emit(ops.ADD, b.emit(ops.MUL, a, x), y)),
        make((F32, F32, F32), clip),
        make((F64, F64, F64), clip),
        make((I32, F64), lambda b, i, x: b.emit(ops.MUL, b.cast(i, F64), x)),
        make((F64, F64), lambda b, x, y: b.emit(ops.GT, x, y)),
        make((F64,), lambda b, x: b.cast(b.emit(ops.FLOOR, x), I32)),
        make((I32, I32), lambda b, x, y: b.emit(ops.SHL, b.emit(ops.SIGN, x), y)),
        make((F64,), lambda b, x: b.emit(ops.AND, b.emit(ops.ISFIN, x), b.emit(ops.SGNB, x))),
        make((BOOL, F64, F64), lambda b, m, x, y: b.emit(ops.SEL, m, x, y)),
    ]
    if not is_gcc():
        pytest.skip("only gcc is asked")
    for number, fn in enumerate(kernels):
        text = ufunc_unit(fn)
        line = next(k for k, row in enumerate(text.splitlines(), 1) if row.strip() == "IRIS_INDEPENDENT") + 1
        command = [compiler(), *FLAGS, "-fopt-info-vec", "-S", "-o", "/dev/null", "-x", "c", "-"]
        said = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stderr
        assert re.search(rf":{line}:\d+: optimized: .*loop vectorized", said), (number, said)
