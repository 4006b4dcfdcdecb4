"""The text of the IR: it parses back, it is canonical, and what is not IR is refused with a place."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris_cc.diagnostics import Span
from iris_cc.ir import walk
from iris_cc.ir.nodes import Block, Const, Function, Let, Stmt, Var
from iris_cc.ir.parser import MAX_DEPTH, IRSyntaxError, parse
from iris_cc.ir.printer import fingerprint, print_function
from iris_cc.ir.types import F64, I64
from iris_cc.ir.verify import verify
from iris_cc.records import replace
from tests.ir.strategies import functions

SAMPLE = """\
func @<lambda>(%0: f64, %1: i32) index i0=%2: i64 n1=%3: i64 flat=%4: i64 -> f64, bool {
  %5: f64 = add %0, -0.0:f64
  %6: bool = lt %5, inf:f64
  %7: i64 = cast %1
  check %6 else zero_step
  if %6 {
    %8: f64 = exp %5
    yield %8
  } else {
    yield -1e-300:f64
  } -> %9: f64
  for %12: i64 in 0:i64 .. %7 step -9223372036854775808:i64 carry %10: f64 = %9, %11: bool = true:bool live %11 {
    yield nan:f64, %11
  } -> %13: f64, %14: bool
  for %15: i64 in 0:i64 .. %2 step 1:i64 carry {
    yield
  }
  while carry %16: f64 = %13 {
    %17: bool = lt %16, -inf:f64
    test %17
  } do {
    yield %16
  } -> %18: f64
  if false:bool {
    yield
  } else {
    yield
  }
  return %18, %14
}
"""


def test_sample_reads_and_prints_as_it_stands() -> None:
    assert print_function(verify(parse(SAMPLE))) == SAMPLE


LANES = """\
func @f(%0: lanes<i64>, %1: f32) -> lanes<i64>, f32 {
  for %4: i32 in 0:i32 .. 9:i32 step 1:i32 carry %2: lanes<bool> = true:bool, %3: bool = true:bool live %3 {
    %5: i64 = cast %4
    %6: lanes<bool> = gt %0, %5
    %7: lanes<bool> = and %2, %6
    check %7 else zero_step
    %8: bool = any %7
    yield %7, %8
  } -> %9: lanes<bool>, %10: bool
  return %0, %1
}
"""


def test_lanes_read_and_print_as_they_stand() -> None:
    assert print_function(verify(parse(LANES))) == LANES
    assert fingerprint(parse(LANES)) != fingerprint(parse(LANES.replace("%9: lanes<bool>", "%9: bool")))


@given(functions(faults=True))
@settings(deadline=None, max_examples=300)
def test_text_parses_back(fn: Function) -> None:
    verify(fn)
    text = print_function(fn)
    again = verify(parse(text))
    assert print_function(again) == text
    assert fingerprint(again) == fingerprint(fn)
    assert walk.size(again) == walk.size(fn)


@given(functions(), st.integers(0, 10**6))
@settings(deadline=None, max_examples=100)
def test_fingerprint_ignores_names_hints_places_and_numbers(fn: Function, shift: int) -> None:
    def var(v: Var) -> Var:
        return Var(v.id + shift, v.type, f"{v.hint}_renamed")

    text = print_function(fn)
    other = parse(text.replace("%", f"%{shift // 10 + 1}"))
    renamed = replace(fn, name="other", result_hints=("a",), loc=Span("elsewhere.py", 1, 2, 3, 4))
    assert fingerprint(other) == fingerprint(fn) == fingerprint(renamed)
    straight = all(isinstance(s, Let) for s in fn.body.stmts) and not fn.indices
    if straight:
        atoms = {v: var(v) for v in (*fn.params, *(s.out for s in fn.body.stmts if isinstance(s, Let)))}
        stmts: list[Stmt] = []
        for s in fn.body.stmts:
            assert isinstance(s, Let)
            moved = Let(atoms[s.out], s.op, tuple(walk.substitute(a, atoms) for a in s.args), Span("e.py", 9, 9, 9, 9))
            stmts.append(moved)
        body = Block(tuple(stmts), tuple(walk.substitute(a, atoms) for a in fn.body.results))
        assert fingerprint(Function("f", tuple(atoms[p] for p in fn.params), body)) == fingerprint(fn)


def test_fingerprint_sees_bits() -> None:
    x = Var(0, F64)
    prints = {fingerprint(Function("f", (x,), Block((), (Const(c, F64),)))) for c in (0.0, -0.0, float("nan"), 1.0)}
    assert len(prints) == 4


def fails(text: str) -> IRSyntaxError:
    with pytest.raises(IRSyntaxError) as caught:
        parse(text)
    return caught.value


HEAD = "func @f(%0: f64) -> f64 {\n"


@pytest.mark.parametrize(
    "text, line, column, message",
    [
        ("", 1, 1, "expected 'func', found 'the end of the text'"),
        ("func f", 1, 6, "expected a function name, found 'f'"),
        ("func @f(%0: f16)", 1, 13, "unknown type 'f16'"),
        ("func @f(%0: f64, %0: f64)", 1, 18, "%0 is defined twice"),
        ("func @f(%0: f64) index q0=%1: i64", 1, 24, "unknown index symbol 'q0'"),
        ("func @f(%0: f64) -> f64 ;", 1, 25, "unexpected character ';'"),
        (HEAD + "  return %1\n}", 2, 10, "%1 is read where it is not defined"),
        (HEAD + "  %1: f64 = frob %0", 2, 13, "unknown operation 'frob'"),
        (HEAD + "  %1: f64 = add %0\n", 2, 3, "add takes 2 values, not 1"),
        (HEAD + "  %1: f64 = add %1, %0\n", 2, 17, "%1 is read where it is not defined"),
        (HEAD + "  return 300:u8\n", 2, 10, "300 is not a value of type u8"),
        (HEAD + "  return 1.5:i64\n", 2, 10, "1.5 is not a value of type i64"),
        (HEAD + "  return true:f64\n", 2, 10, "true is not a value of type f64"),
        (HEAD + "  return 1:bool\n", 2, 10, "1 is not a value of type bool"),
        (HEAD + f"  return {'9' * 5000}:i64\n", 2, 10, f"{'9' * 5000} is not a value of type i64"),
        (HEAD + "  check true:bool else doom", 2, 24, "unknown fault 'doom'"),
        (HEAD + "  return 1:i64\n}", 1, 21, "the result types differ from what the function returns"),
        (HEAD + "  return %0\n}\nfunc", 4, 1, "expected the end, found 'func'"),
        (HEAD + "  jump\n", 2, 3, "expected a statement, found 'jump'"),
        (HEAD + "  return ,\n", 2, 10, "expected '}', found ','"),
        (HEAD + "  if true:bool {\n %1: f64 = neg %0\n yield\n} else {\n yield\n}\n return %1\n}", 8, 9,
         "%1 is read where it is not defined"),
        (HEAD + "  for %1: i64 in 0:i64 .. 1:i64 step 1:i64 carry %2: bool = true:bool live %0 {", 2, 76,
         "the live value is not one the loop carries"),
        (HEAD + "  while carry %1: f64 = %1 {", 2, 25, "%1 is read where it is not defined"),
    ],
)  # fmt: skip
def test_what_is_not_ir_is_refused_with_its_place(text: str, line: int, column: int, message: str) -> None:
    error = fails(text)
    assert (error.line, error.column, error.message) == (line, column, message)
    assert str(error) == f"line {line}, column {column}: {message}"


def test_nesting_is_bounded() -> None:
    def nested(depth: int) -> str:
        return HEAD + "if true:bool {\n" * depth + "yield\n} else {\nyield\n}\n" * depth + "return %0\n}\n"

    verify(parse(nested(MAX_DEPTH // 2)))
    assert fails(nested(10_000)).message == f"blocks are nested deeper than {MAX_DEPTH}"


def test_length_is_bounded() -> None:
    assert "longer than" in fails(" " * ((16 << 20) + 1)).message


@given(functions(), st.data())
@settings(deadline=None, max_examples=200)
def test_damaged_text_parses_or_is_refused(fn: Function, data: st.DataObject) -> None:
    text = print_function(fn)
    at = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 5))
    patch = data.draw(st.sampled_from(["", "%", "%1", "{", "}", ":", "9", "nan", "é", "yield"]))
    damaged = text[:at] + patch + text[at + length :]
    try:
        parse(damaged)
    except IRSyntaxError as error:
        assert 1 <= error.line <= damaged.count("\n") + 1
        assert error.column >= 1


def test_a_long_program_parses_in_linear_time() -> None:
    lines = [f"  %{i + 1}: i64 = add %{i}, 1:i64" for i in range(20_000)]
    text = "\n".join(["func @f(%0: i64) -> i64 {", *lines, "  return %20000", "}", ""])
    fn = parse(text)
    assert print_function(fn) == text
    assert fn.results == (I64,)


NESTED = {
    "if": ("if %0 {\n", "yield\n} else {\nyield\n}\n"),
    "else": ("if %0 {\nyield\n} else {\n", "yield\n}\n"),
    "while": ("while carry {\ntest %0\n} do {\n", "yield\n}\n"),
    "test": ("while carry {\n", "test %0\n} do {\nyield\n}\n"),
}


@pytest.mark.parametrize("kind", NESTED)
@pytest.mark.parametrize("stack", [0, 500, 850, 900])
def test_deep_text_on_a_deep_stack_is_an_error_with_a_place(kind: str, stack: int) -> None:
    head, tail = NESTED[kind]

    def deeper(count: int, text: str) -> IRSyntaxError | None:
        if count:
            return deeper(count - 1, text)
        try:
            parse(text)
        except IRSyntaxError as error:
            return error
        return None

    room = stack - len(inspect.stack())
    for depth in (MAX_DEPTH - 2, 5_000):
        text = f"func @f(%0: bool) -> bool {{\n{head * depth}{tail * depth}return %0\n}}\n"
        error = deeper(max(room, 0), text)
        if error is None:
            assert depth < MAX_DEPTH and stack < 850
        else:
            assert "nested" in error.message and 1 < error.line <= depth * head.count("\n") + 2
