"""The operation table: every row's spellings exist and mean what the row says.  A new row is tested by being there."""

from __future__ import annotations

import ast
import math

import numpy as np
import pytest

from iris_cc.ir import ops
from iris_cc.ir.nodes import Const
from iris_cc.ir.ops import TABLE, Form, Helper, Libm, Op, headers
from iris_cc.ir.types import ALL, BOOL, F32, F64, I8, I64, U8, U64, Scalar
from tests import oracles

SPELLINGS = [(op, key) for op in TABLE for key in op.python]
ROWS = [pytest.param(op, t, id=f"{op.name}-{t}") for op in TABLE for t in op.over or (BOOL,)]
OURS = {"iris.ipow", "iris.pydiv", "iris.pycmp", "iris.cast", *oracles.BY_ROW}  # tested in exact numbers

# NumPy names that are not the row's ufunc but agree with it on every type the row takes.
SAME_MEANING = {"numpy.fabs": "of a float", "numpy.fix": "a function around trunc",
                "numpy.radians": "a ufunc of its own", "numpy.degrees": "a ufunc of its own"}  # fmt: skip
NEWER_PYTHON = {"math.fma"}  # 3.13


def operands(op: Op, t: Scalar) -> tuple[Scalar, ...]:
    letters = op.takes.partition("->")[0]
    return tuple({"T": t, "b": BOOL, "u": U8, "i": I64, "d": F64}[letter] for letter in letters)


@pytest.mark.parametrize("op, t", ROWS)
def test_numpy_spelling_gives_the_declared_type(op: Op, t: Scalar) -> None:
    if "." in op.numpy:
        assert op.numpy in OURS or op.numpy.startswith("libm.")
        return
    args = [np.ones(3, a.dtype) for a in operands(op, t)]
    with np.errstate(all="ignore"):
        result, scalars = (getattr(np, op.numpy)(*given) for given in (args, [a[0] for a in args]))
    assert result.dtype == np.dtype(op.result(operands(op, t)).dtype)
    assert scalars.dtype == result.dtype


@pytest.mark.parametrize("op, key", SPELLINGS, ids=lambda v: v.name if isinstance(v, Op) else str(v))
def test_python_spelling_exists(op: Op, key: type[ast.AST] | str) -> None:
    if not isinstance(key, str):
        assert issubclass(key, ast.operator | ast.unaryop | ast.cmpop)
        return
    family, _, name = key.partition(".")
    assert family in ("numpy", "math", "dsl")
    if family == "math":
        assert hasattr(math, name) or key in NEWER_PYTHON
    if family == "numpy" and key not in SAME_MEANING:
        found = getattr(np, name, None)
        # The array API's names (asin, pow, bitwise_invert ...) came with NumPy 2.0.
        assert found is getattr(np, op.numpy)


@pytest.mark.parametrize("key", SAME_MEANING)
def test_other_numpy_functions_agree_with_their_row(key: str) -> None:
    row = ops.BY_PYTHON[key]
    for t in (F32, F64):
        values = np.array([0.0, -0.0, 1.5, -1.5, math.inf, -math.inf, math.nan], t.dtype)
        expected, found = (getattr(np, name)(values) for name in (row.numpy, key.removeprefix("numpy.")))
        assert expected.tobytes() == found.tobytes()


@pytest.mark.parametrize("op", TABLE, ids=lambda op: op.name)
def test_row_is_well_formed(op: Op) -> None:
    letters, arrow, result = op.takes.partition("->")
    assert arrow and set(letters) <= set("Tbid") and result in tuple("TbuidU")
    assert ("T" in letters) == bool(op.over)
    assert op.arity == len(letters) and op.cost >= 1
    match op.c:
        case Form(text):
            assert all(f"{{{i}}}" in text for i in range(op.arity)) and headers(op.c) == ()
        case Libm(name):
            assert name.isidentifier() and headers(op.c) == ("iris_math.h",)
        case Helper(stem, header):
            assert stem.startswith("iris_") and headers(op.c) == (header,)
    assert ops.BY_NAME[op.name] is op and repr(op) == f"<op {op.name}>"


def test_rows_judge_types() -> None:
    assert ops.ADD.accepts((F32, F32)) and not ops.ADD.accepts((F32, F64)) and not ops.ADD.accepts((BOOL, BOOL))
    assert not ops.ADD.accepts((F32,)) and ops.SEL.accepts((BOOL, U8, U8)) and not ops.SEL.accepts((U8, U8, U8))
    assert ops.LT.result((I8, I8)) is BOOL and ops.PYDIV.result((I64, I64)) is F64
    assert ops.CAST.may_result((F64,), U8) and not ops.ADD.may_result((F64, F64), F32)
    with pytest.raises(TypeError, match="add does not take"):
        ops.ADD.result((F32, I8))
    with pytest.raises(TypeError, match="the result type its statement gives"):
        ops.CAST.result((F32,))


def test_integers_wrap_as_numpy() -> None:
    for t in ALL:
        if t.is_integer:
            for value in (0, 1, -1, 127, 128, 255, 256, -129, 1 << 63, (1 << 64) + 5, -(1 << 63) - 1):
                assert t.wrap(value) == np.array([value % (1 << 64)], "u8").astype(t.dtype)[0]
                assert t.holds(value) == (t.wrap(value) == value)


def test_constants_compare_by_bits_and_type() -> None:
    assert Const(0.0, F64) != Const(-0.0, F64) and Const(math.nan, F64) == Const(-math.nan, F64)
    assert Const(True, BOOL) != Const(1, I8) and Const(1, I8) != Const(1, I64)
    assert Const(300, U8) == Const(44, U8) and Const(-1, U64).value == (1 << 64) - 1
    assert Const(0.1, F32).value == float(np.float32(0.1)) and Const(1e300, F32).value == math.inf
