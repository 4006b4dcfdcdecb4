"""The verifier: it takes every valid function and refuses each way to break one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from iris_cc.ir import ops
from iris_cc.ir.nodes import Block, Check, Const, Fault, For, Function, If, Index, Let, Stmt, Var, While
from iris_cc.ir.types import BOOL, F32, F64, I32, I64
from iris_cc.ir.verify import InvalidIR, verify
from iris_cc.records import replace
from tests.ir.strategies import functions

X, Y, F = Var(0, F64), Var(1, I64), Var(2, BOOL)
A, B, C, D = Var(10, F64), Var(11, F64), Var(12, I64), Var(13, F64)
ZERO, ONE, TRUE, REAL = Const(0, I64), Const(1, I64), Const(True, BOOL), Const(1.0, F64)
UNIT = Block((), ())


def function(*stmts: Stmt, results: tuple[Var | Const, ...] = (X,), indices: tuple[Index, ...] = ()) -> Function:
    return Function("f", (X, Y, F), Block(stmts, results), indices)


def let(out: Var = A) -> Let:
    return Let(out, ops.ADD, (X, X))


def loop(body: Block = Block((), (B,)), **changes: object) -> For:  # noqa: B008
    return replace(For((A,), C, ZERO, Y, ONE, (B,), (X,), None, body), **changes)


def spin(condition: Block = Block((), (F,)), body: Block = Block((), (B,)), **changes: object) -> While:  # noqa: B008
    return replace(While((A,), (B,), (X,), condition, body), **changes)


BROKEN = {
    "returns nothing": (function(results=()), "returns at least one value"),
    "undefined": (function(results=(A,)), "%10: f64 is read where it is not defined"),
    "wrong type of a variable": (function(results=(Var(0, F32),)), "%0: f32 is read where it is not defined"),
    "twice": (function(let(), let()), "%10 is defined twice"),
    "parameter again": (function(let(Var(0, F64))), "%0 is defined twice"),
    "index type": (function(indices=(Index("i", 0, Var(5, I32)),)), "index i0 is i32, not i64"),
    "own result": (function(Let(A, ops.NEG, (A,))), "%10: f64 is read where"),
    "operand types": (function(Let(A, ops.ADD, (X, Y))), "add (f64, i64) -> f64 is not in the table"),
    "result type": (function(Let(C, ops.ADD, (X, X))), "add (f64, f64) -> i64 is not in the table"),
    "arity": (function(Let(A, ops.ADD, (X,))), "add (f64) -> f64 is not in the table"),
    "check": (function(Check(Y, Fault.ZERO_STEP)), "a check's condition is i64, not bool"),
    "if condition": (function(If((), X, UNIT, UNIT)), "an if's condition is f64, not bool"),
    "then results": (function(If((A,), F, UNIT, Block((), (X,)))), "results of `then`"),
    "else results": (function(If((A,), F, Block((), (X,)), Block((), (Y,)))), "results of `else`"),
    "inner escapes": (function(If((), F, Block((let(),), ()), UNIT), results=(A,)), "%10: f64 is read where"),
    "sides share": (function(If((), F, Block((let(),), ()), Block((Let(B, ops.NEG, (A,)),), ()))), "%10: f64 is read"),
    "both sides define": (function(If((), F, Block((let(),), ()), Block((let(),), ()))), "%10 is defined twice"),
    "bound type": (function(loop(stop=X)), "a bound of a for is f64, not i64"),
    "for index type": (function(loop(index=D)), "a bound of a for is f64, not i64"),
    "for inits": (function(loop(inits=(Y,))), "initial values of a for"),
    "for yields": (function(loop(Block((), (Y,)))), "values a for yields"),
    "for outs": (function(loop(outs=())), "results of a for"),
    "live position": (function(loop(live=1)), "a for's live value is not one it carries"),
    "live type": (function(loop(live=0)), "a for's live value is f64, not bool"),
    "index escapes": (function(loop(), results=(C,)), "%12: i64 is read where"),
    "carried escapes": (function(loop(), results=(B,)), "%11: f64 is read where"),
    "while inits": (function(spin(inits=())), "initial values of a while"),
    "while condition": (function(spin(Block((), (X,)))), "a while's condition is f64, not bool"),
    "while conditions": (function(spin(Block((), (F, F)))), "a while's condition is one value"),
    "while yields": (function(spin(body=UNIT)), "values a while yields"),
    "while outs": (function(spin(outs=(C,))), "results of a while"),
    "condition to body": (function(spin(Block((let(D),), (F,)), Block((), (D,)))), "%13: f64 is read where"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_functions_are_refused(case: str) -> None:
    fn, message = BROKEN[case]
    with pytest.raises(InvalidIR) as caught:
        verify(fn)
    assert str(caught.value).startswith("@f: ") and message in str(caught.value)


def test_the_parts_of_the_broken_functions_are_valid() -> None:
    verify(function(let(), results=(A,)))
    verify(function(loop(), results=(A,)))
    verify(function(spin(), results=(A,)))


@given(functions(faults=True))
@settings(deadline=None, max_examples=100)
def test_random_functions_are_valid(fn: Function) -> None:
    assert verify(fn) is fn
