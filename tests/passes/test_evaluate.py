"""The folder's Python arithmetic against NumPy: where it gives a value, it is the one run time would give."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from iris_cc.interp import run as interpret
from iris_cc.ir import ops
from iris_cc.ir.nodes import Block, Const, Function, Let, Var
from iris_cc.ir.ops import TABLE, Op
from iris_cc.ir.types import ALL, BOOL, F64, I64, Scalar
from iris_cc.passes.evaluate import evaluate
from tests.ir.strategies import corners, same_bits

ROWS = [pytest.param(op, t, id=f"{op.name}-{t}") for op in TABLE for t in op.over or (BOOL,)]


@pytest.mark.parametrize("op, t", ROWS)
def test_constants_evaluate_as_the_interpreter_does(op: Op, t: Scalar) -> None:
    """On every pair of corner values."""
    types = [{"T": t, "b": BOOL, "i": I64, "d": F64}[letter] for letter in op.takes.partition("->")[0]]
    for result in ALL if op is ops.CAST else (op.result(tuple(types)),):
        params = tuple(Var(i, u) for i, u in enumerate(types))
        out = Var(9, result)
        fn = Function("k", params, Block((Let(out, op, params),), (out,)))
        rows = list(product(*(corners(u) for u in types)))
        columns = [np.array(column, u.dtype) for column, u in zip(zip(*rows, strict=True), types, strict=True)]
        with np.errstate(all="ignore"):
            (wanted,) = interpret(fn, columns, while_limit=0)
        for row, want in zip(rows, wanted, strict=True):
            args = tuple(Const(value, u) for value, u in zip(row, types, strict=True))
            found = evaluate(op, args, result)
            if found is None:
                continue
            assert same_bits(np.array([found.value], result.dtype), np.array([want])), (row, found, want)


def test_transcendental_functions_are_never_evaluated() -> None:
    for op in TABLE:
        if op.cost >= ops.CALL and op not in (ops.IPOW, ops.PYDIV):
            assert evaluate(op, (Const(1.0, F64),) * op.arity, F64) is None


def test_what_would_raise_a_flag_is_left_to_run_time() -> None:
    for op, values in ((ops.DIV, (1.0, 0.0)), (ops.MUL, (1e200, 1e200)), (ops.SUB, (math.inf, math.inf))):
        assert evaluate(op, tuple(Const(value, F64) for value in values), F64) is None
    assert evaluate(ops.ADD, (Const(math.inf, F64), Const(1.0, F64)), F64) == Const(math.inf, F64)
    assert evaluate(ops.SQRT, (Const(-0.0, F64),), F64) == Const(-0.0, F64)
