"""The verifier: it takes every valid function and refuses each way to break one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from iris_cc.ir import ops
from iris_cc.ir.nodes import Block, Check, Const, Fault, For, Function, If, Index, Let, Stmt, Var, While
from iris_cc.ir.types import BOOL, F32, F64, I32, I64, U32
from iris_cc.ir.verify import InvalidIR, verify
from iris_cc.records import replace
from tests.ir.strategies import functions

X, Y, F = Var(0, F64), Var(1, I64), Var(2, BOOL)
A, B, C, D = Var(10, F64), Var(11, F64), Var(12, I64), Var(13, F64)
ZERO, ONE, TRUE, REAL = Const(0, I64), Const(1, I64), Const(True, BOOL), Const(1.0, F64)
UNIT = Block((), ())
K, L, M = Var(3, I64, lanes=True), Var(4, F64, lanes=True), Var(5, BOOL, lanes=True)
G, H, N = Var(14, BOOL), Var(15, BOOL, lanes=True), Var(16, BOOL, lanes=True)


def function(*stmts: Stmt, results: tuple[Var | Const, ...] = (X,), indices: tuple[Index, ...] = ()) -> Function:
    return Function("f", (X, Y, F, K, L, M), Block(stmts, results), indices)


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
    "index type": (function(indices=(Index("i", 0, Var(9, I32)),)), "index i0 is i32, not i64"),
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
    "for index type": (function(loop(index=D)), "a for counts in a signed type, not in f64"),
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
    "unsigned index": (function(loop(index=Var(12, U32))), "a for counts in a signed type, not in u32"),
    "bounds differ": (function(loop(index=Var(12, I32))), "a bound of a for is i64, not i32"),
    "lanes become one": (function(Let(A, ops.ADD, (L, X))), "add (lanes<f64>, f64) -> f64 is not in the table"),
    "one becomes lanes": (function(Let(L, ops.ADD, (X, X))), "add (f64, f64) -> lanes<f64> is not in the table"),
    "any of one": (function(Let(G, ops.ANY, (F,))), "any (bool) -> bool is not in the table"),
    "any in lanes": (function(Let(N, ops.ANY, (M,))), "any (lanes<bool>) -> lanes<bool> is not in the table"),
    "if of lanes": (function(If((), M, UNIT, UNIT)), "an if's condition is lanes<bool>, not bool"),
    "if gives one": (function(If((A,), F, Block((), (L,)), Block((), (X,)))), "`then`: (lanes<f64>) and (f64)"),
    "bound of lanes": (function(loop(stop=K)), "a bound of a for is lanes<i64>, not i64"),
    "index of lanes": (function(loop(index=Var(12, I64, lanes=True))), "a bound of a for is lanes<i64>, not i64"),
    "for carries one": (function(loop(inits=(L,))), "initial values of a for: (lanes<f64>) and (f64)"),
    "for yields lanes": (function(loop(Block((), (L,)))), "values a for yields: (lanes<f64>) and (f64)"),
    "live of lanes": (
        function(loop(Block((), (M,)), carried=(N,), inits=(F,), outs=(H,), live=0)),
        "live value is lanes<bool>, not bool",
    ),
    "while of lanes": (function(spin(Block((), (M,)))), "a while's condition is lanes<bool>, not bool"),
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
    verify(function(Let(Var(10, F64, lanes=True), ops.ADD, (L, X)), Check(M, Fault.ZERO_STEP), Let(G, ops.ANY, (M,))))
    both = Var(10, F64, lanes=True)
    verify(function(If((both,), F, Block((), (L,)), Block((), (X,))), results=(both,)))  # one is the same in all lanes
    zero, one = Const(0, I32), Const(1, I32)
    verify(function(loop(index=Var(12, I32), start=zero, stop=one, step=one), results=(A,)))


@given(functions(faults=True))
@settings(deadline=None, max_examples=100)
def test_random_functions_are_valid(fn: Function) -> None:
    assert verify(fn) is fn
