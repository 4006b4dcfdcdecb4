"""Arrays in the IR: their text, the rules about them, and what a statement does to them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from iris_cc.ir import walk
from iris_cc.ir.effects import effects
from iris_cc.ir.nodes import (
    Alloc,
    Array,
    ArrayParam,
    Axis,
    Block,
    Const,
    For,
    Function,
    If,
    Load,
    LoopKind,
    Stmt,
    Store,
    Var,
    may_alias,
)
from iris_cc.ir.parser import IRSyntaxError, parse
from iris_cc.ir.printer import fingerprint, print_function
from iris_cc.ir.types import BOOL, F32, F64, I32, I64
from iris_cc.ir.verify import InvalidIR, verify
from iris_cc.records import replace
from tests.ir.programs import DOT, PROGRAMS
from tests.ir.strategies import functions


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_read_and_print_as_they_stand(name: str) -> None:
    text, _ = PROGRAMS[name]
    assert print_function(verify(parse(text))) == text


def test_the_text_is_canonical() -> None:
    given = """
      func @f(%7: f64, mut &9: f64[%30 by %2, 4:i64 by 8:i64], &3: i8[%30 by %8]) index flat=%1: i64 -> f64 {
        alloc &20: f64[%30, -1:i64]
        %12: f64 = load &9[%1, %1]   store &20[0:i64, %1] = %12
        for threads %5: i64 in 0:i64 .. %30 step 1:i64 carry { store &9[%5, 0:i64] = %7 yield }
        return %12 }
    """
    assert print_function(verify(parse(given))) == """\
func @f(%0: f64, mut &0: f64[%1 by %2, 4:i64 by 8:i64], &1: i8[%1 by %3]) index flat=%4: i64 -> f64 {
  alloc &2: f64[%1, -1:i64]
  %5: f64 = load &0[%4, %4]
  store &2[0:i64, %4] = %5
  for threads %6: i64 in 0:i64 .. %1 step 1:i64 carry {
    store &0[%6, 0:i64] = %0
    yield
  }
  return %5
}
"""


@given(functions(faults=True, memory=True))
@settings(deadline=None, max_examples=200)
def test_text_parses_back(fn: Function) -> None:
    text = print_function(verify(fn))
    again = verify(parse(text))
    assert print_function(again) == text and fingerprint(again) == fingerprint(fn)


def test_whatever_memory_means_is_part_of_the_identity() -> None:
    changes = [
        ("&0: f64[%0 by %1]", "mut &0: f64[%0 by %1]"), ("%0 by 8:i64", "%0 by 16:i64"),
        ("%0 by 8:i64", "5:i64 by 8:i64"), ("%0 by 8:i64", "%9 by 8:i64"),
        ("load &1[%3]", "load &0[%3]"), ("load &1[%3]", "load &1[%0]"),
        ("%5: f64 = load", "alloc &2: f64[%0]\n%5: f64 = load"), ("%6: f64 =", "%6: f64 = add %4, %5 %10: f64 ="),
    ]  # fmt: skip
    texts = [DOT, *(DOT.replace(*change) for change in changes)]
    assert len({fingerprint(verify(parse(text))) for text in texts}) == len(texts)


HEAD = "func @f(%0: i64, mut &0: f64[%1 by %2]) -> i64 {\n"


@pytest.mark.parametrize(
    "text, line, column, message",
    [
        (HEAD + "%3: f64 = load &1[%0]", 2, 16, "&1 is named where it is not defined"),
        (HEAD + "%3: f64 = load &0[%3]", 2, 19, "%3 is read where it is not defined"),
        (HEAD + "%3: f64 = load &0[]", 2, 16, "&0 takes 1 indices, not 0"),
        (HEAD + "store &0[%0, %0] = 1.0:f64", 2, 7, "&0 takes 1 indices, not 2"),
        (HEAD + "store &0[%0] 1.0:f64", 2, 14, "expected '=', found '1.0'"),
        (HEAD + "alloc &0: f64[]", 2, 7, "&0 is defined twice"),
        (HEAD + "if true:bool { alloc &1: f64[] yield } else { store &1[] = 1.0:f64", 2, 53,
         "&1 is named where it is not defined"),
        (HEAD + "if true:bool { alloc &1: f64[] yield } else { alloc &1: f64[]", 2, 53, "&1 is defined twice"),
        (HEAD + "for seq %3: i64", 2, 5, "expected a definition, found 'seq'"),
        ("func @f(&0: f64[%1 by %2], %3: f64)", 1, 28, "expected an array, found '%3'"),
        ("func @f(&0: f64[%1 by]", 1, 22, "expected a value, found ']'"),
        ("func @f(&0: f64[%1])", 1, 19, "expected 'by', found ']'"),
        ("func @f(&0: f64[], &0: f64[])", 1, 20, "&0 is defined twice"),
        ("func @f(mut %0: f64)", 1, 13, "expected an array, found '%0'"),
        ("func @f(&0: f64[%1 by %2]) index i0=%1: i64", 1, 37, "%1 is defined twice"),
    ],
)  # fmt: skip
def test_what_is_not_ir_is_refused_with_its_place(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(IRSyntaxError) as caught:
        parse(text)
    assert (caught.value.line, caught.value.column, caught.value.message) == (line, column, message)


X, K, N, S = Var(0, F64), Var(1, I64), Var(2, I64), Var(3, I64)
A, B, L = Array(0, F64, 1, "in"), Array(1, F64, 1, "mut"), Array(2, F64, 1, "local")
OUT, INDEX, ZERO, ONE = Var(10, F64), Var(11, I64), Const(0, I64), Const(1, I64)
PARAMS = (ArrayParam(A, (Axis(N, S),)), ArrayParam(B, (Axis(N, ONE),)))


def function(
    *stmts: Stmt, results: tuple[Var | Const, ...] = (X,), arrays: tuple[ArrayParam, ...] = PARAMS
) -> Function:
    return Function("f", (X, K), Block(stmts, results), arrays=arrays)


def param(array: Array, *axes: Axis) -> tuple[ArrayParam, ...]:
    return (ArrayParam(array, axes),)


def loop(*stmts: Stmt, kind: LoopKind, results: tuple[Var | Const, ...] = ()) -> For:
    carried = tuple(Var(20 + k, atom.type) for k, atom in enumerate(results))
    outs = tuple(Var(30 + k, atom.type) for k, atom in enumerate(results))
    return For(outs, INDEX, ZERO, N, ONE, carried, results, None, Block(stmts, results), kind=kind)


BROKEN = {
    "returns nothing and writes nothing": (function(results=(), arrays=param(A, Axis(N, S))), "takes an array it may"),
    "local parameter": (function(arrays=param(L, Axis(N, S))), "&2 is defined here, but its access is local"),
    "allocated parameter": (function(Alloc(Array(5, F64, 1, "mut"), (N,))), "but its access is mut"),
    "parameter twice": (function(arrays=PARAMS + PARAMS), "&0 is defined twice"),
    "local twice": (function(Alloc(L, (N,)), Alloc(L, (N,))), "&2 is defined twice"),
    "axes of a parameter": (function(arrays=param(A, Axis(N, S), Axis(N, S))), "&0 has 1 axes, 2 are given"),
    "axes of a local array": (function(Alloc(L, ())), "&2 has 1 axes, 0 are given"),
    "extent type": (function(arrays=param(A, Axis(Var(9, I32), S))), "an extent of &0 is i32, not i64"),
    "step type": (function(arrays=param(A, Axis(N, Const(8, I32)))), "a step of &0 is i32, not i64"),
    "an extent that is an element": (function(arrays=param(A, Axis(K, S))), "%1 is defined twice"),
    "local extent type": (function(Alloc(L, (X,))), "an extent of &2 is f64, not i64"),
    "unknown extent": (function(Alloc(L, (INDEX,))), "%11: i64 is read where it is not defined"),
    "load of nothing": (function(Load(OUT, L, (K,))), "&2: f64 is named where it is not defined"),
    "load of another": (function(Load(OUT, replace(A, ndim=2), (K, K))), "&0: f64 is named where it is not defined"),
    "store to what is read": (function(Store(A, (K,), X)), "&0 is only read, and stored to"),
    "number of indices": (function(Load(OUT, A, ())), "&0 takes 1 indices, not 0"),
    "index type": (function(Load(OUT, A, (X,))), "an index of &0 is f64, not i64"),
    "load type": (function(Load(Var(10, F32), A, (K,))), "an element of &0 is f32, not f64"),
    "store type": (function(Store(B, (K,), K)), "an element of &1 is i64, not f64"),
    "store of what is unknown": (function(Store(B, (K,), OUT)), "%10: f64 is read where it is not defined"),
    "own result": (function(Load(Var(10, F64), A, (INDEX,))), "%11: i64 is read where it is not defined"),
    "local escapes": (
        function(If((), Const(True, BOOL), Block((Alloc(L, (N,)),), ()), Block((), ())), Store(L, (K,), X)),
        "&2: f64 is named where it is not defined",
    ),
    "independent and carries": (function(loop(kind="independent", results=(X,))), "a for of kind independent carries"),
    "grid and carries": (function(loop(kind="grid", results=(X,))), "a for of kind grid carries nothing"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_functions_are_refused(case: str) -> None:
    fn, message = BROKEN[case]
    with pytest.raises(InvalidIR) as caught:
        verify(fn)
    assert str(caught.value).startswith("@f: ") and message in str(caught.value)


def test_the_parts_of_the_broken_functions_are_valid() -> None:
    verify(function(Alloc(L, (N,)), Load(OUT, L, (K,)), Store(L, (K,), OUT), Store(B, (K,), OUT)))
    verify(function(loop(Store(B, (INDEX,), X), kind="independent"), results=()))
    verify(function(loop(kind="seq", results=(X,))))


def test_arrays_of_the_caller_may_overlap_if_one_is_written() -> None:
    other = Array(3, F32, 2, "in")
    assert may_alias(A, B) and may_alias(B, A) and may_alias(B, B) and may_alias(B, other) and may_alias(L, L)
    assert not may_alias(A, other) and not may_alias(A, A) and not may_alias(L, B) and not may_alias(B, L)


def test_effects() -> None:
    fn = parse("""\
func @f(%0: f64, mut &0: f64[%1 by %2]) -> f64 {
  if true:bool {
    alloc &1: f64[%1]
    %3: f64 = load &1[%1]
    store &1[%1] = %3
    %4: f64 = load &0[%1]
    yield
  } else {
    for %5: i64 in 0:i64 .. %1 step 1:i64 carry {
      store &0[%5] = %0
      check false:bool else zero_step
      yield
    }
    yield
  }
  while carry {
    test false:bool
  } do {
    yield
  }
  return %0
}
""")
    (param,), (choice, spin) = fn.arrays, fn.body.stmts
    then, orelse = map(effects, walk.blocks(choice))
    assert then.reads == {param.array} and not then.writes and then.allocates and not then.raises
    assert orelse.writes == {param.array} and orelse.raises and orelse.loops and not orelse.endless
    assert effects(choice) == then | orelse and effects(choice).may_write(param.array)
    assert effects(spin).endless and effects(spin).raises and not effects(spin).writes
    assert effects(then_load := walk.blocks(choice)[0].stmts[3]).may_speculate and isinstance(then_load, Load)
    assert not any(effects(stmt).may_speculate for stmt in (choice, spin, *walk.blocks(choice)[0].stmts[::2]))
    assert walk.has_memory(fn) and list(walk.arrays(then_load)) == [param.array]
