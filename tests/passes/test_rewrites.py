"""What each pass does to whole statements: text in, text out."""

from __future__ import annotations

import pytest

from iris_cc.ir import ops
from iris_cc.ir.builder import Builder
from iris_cc.ir.nodes import Function, Let
from iris_cc.ir.types import F64
from iris_cc.passes.cse import cse
from iris_cc.passes.dead import dce
from iris_cc.passes.fold import fold
from iris_cc.passes.ifconvert import LIMIT_OF_VECTORS, ifconvert, ifconvert_cheap
from iris_cc.passes.invariant import invariants
from iris_cc.passes.run import run
from tests.passes.texts import after, lines


def test_constant_control_flow() -> None:
    body = """\
  if true:bool {
    %1: f64 = neg %0
    yield %1
  } else {
    %2: f64 = exp %0
    yield %2
  } -> %3: f64
  check true:bool else zero_step
  check false:bool else zero_step
  for %4: i64 in 3:i64 .. 3:i64 step 1:i64 carry %5: f64 = %3 {
    yield %0
  } -> %6: f64
  for %7: i64 in 0:i64 .. 3:i64 step 1:i64 carry %8: bool = false:bool live %8 {
    yield true:bool
  } -> %9: bool
  while carry %10: f64 = 1.0:f64 {
    %11: bool = gt %10, 2.0:f64
    test %11
  } do {
    yield %0
  } -> %12: f64
  return %6, %9, %12"""
    assert after(fold, "%0: f64) -> f64, bool, f64", body) == [
        "%1: f64 = neg %0", "check false:bool else zero_step", "return %1, false:bool, 1.0:f64",
    ]  # fmt: skip


def test_a_while_that_starts_stays_as_it_was() -> None:
    body = """\
while carry %1: f64 = 1.0:f64 {
%2: f64 = add %1, 1.0:f64
%3: bool = lt %2, %0
test %3
} do {
%4: f64 = mul %1, %0
yield %4
} -> %5: f64
return %5"""
    assert after(fold, "%0: f64) -> f64", body) == lines(body)


def test_common_subexpressions() -> None:
    body = """\
%1: f64 = add %0, %0
%2: f64 = add %0, %0
if true:bool {
%3: f64 = add %0, %0
%4: f64 = exp %0
yield %3, %4
} else {
%5: f64 = exp %0
yield %1, %5
} -> %6: f64, %7: f64
%8: f64 = exp %0
%9: f64 = mul %2, %6
%10: f64 = mul %7, %8
return %9, %10"""
    assert after(cse, "%0: f64) -> f64, f64", body) == lines("""\
%1: f64 = add %0, %0
if true:bool {
%2: f64 = exp %0
yield %1, %2
} else {
%3: f64 = exp %0
yield %1, %3
} -> %4: f64, %5: f64
%6: f64 = exp %0
%7: f64 = mul %1, %4
%8: f64 = mul %5, %6
return %7, %8""")


def test_common_subexpressions_tell_types_and_signs_apart() -> None:
    body = """\
%1: f64 = add %0, 0.0:f64
%2: f64 = add %0, -0.0:f64
%3: i8 = cast %0
%4: i16 = cast %0
return %1, %2, %3, %4"""
    assert after(cse, "%0: f64) -> f64, f64, i8, i16", body) == lines(body)


def test_the_readable_hint_survives() -> None:
    b = Builder()
    x = b.var(F64, "x")
    first, second = b.emit(ops.NEG, x), b.emit(ops.NEG, x, hint="minus")
    fn = cse(Function("f", (x,), b.block(first, second)))
    assert [stmt.out.hint for stmt in fn.body.stmts if isinstance(stmt, Let)] == ["minus"]


def test_dead_code() -> None:
    body = """\
%1: f64 = exp %0
if %2 {
%3: f64 = sin %0
yield %0, %3
} else {
yield %1, %1
} -> %4: f64, %5: f64
for %6: i64 in 0:i64 .. 9:i64 step 1:i64 carry %7: f64 = %5, %8: f64 = 0.0:f64, %9: f64 = %0 {
%10: f64 = add %7, 1.0:f64
%11: f64 = add %8, %9
yield %10, %11, %9
} -> %12: f64, %13: f64, %14: f64
for %15: i64 in 0:i64 .. 9:i64 step 1:i64 carry %16: f64 = %4 {
%17: f64 = neg %16
yield %17
} -> %18: f64
if %2 {
yield
} else {
yield
}
return %13"""
    assert after(dce, "%0: f64, %2: bool) -> f64", body) == lines("""\
for %4: i64 in 0:i64 .. 9:i64 step 1:i64 carry %2: f64 = 0.0:f64, %3: f64 = %0 {
%5: f64 = add %2, %3
yield %5, %3
} -> %6: f64, %7: f64
return %6""")


def test_effects_and_what_they_need_stay() -> None:
    body = """\
%2: f64 = exp %0
%3: f64 = neg %0
if %1 {
for %4: i64 in 0:i64 .. 9:i64 step 1:i64 carry %5: f64 = %2, %6: f64 = %3, %7: bool = %1 live %7 {
%8: bool = lt %5, 3.0:f64
check %8 else zero_step
%9: f64 = neg %6
yield %6, %9, %8
} -> %10: f64, %11: f64, %12: bool
yield %11
} else {
yield %0
} -> %13: f64
while carry %14: f64 = %0, %15: f64 = %2 {
%16: bool = lt %14, 1.0:f64
test %16
} do {
%17: f64 = add %14, 1.0:f64
%18: f64 = neg %15
yield %17, %18
} -> %19: f64, %20: f64
return %0"""
    assert after(dce, "%0: f64, %1: bool) -> f64", body) == lines("""\
%2: f64 = exp %0
%3: f64 = neg %0
if %1 {
for %7: i64 in 0:i64 .. 9:i64 step 1:i64 carry %4: f64 = %2, %5: f64 = %3, %6: bool = %1 live %6 {
%8: bool = lt %4, 3.0:f64
check %8 else zero_step
%9: f64 = neg %5
yield %5, %9, %8
} -> %10: f64, %11: f64, %12: bool
yield
} else {
yield
}
while carry %13: f64 = %0 {
%14: bool = lt %13, 1.0:f64
test %14
} do {
%15: f64 = add %13, 1.0:f64
yield %15
} -> %16: f64
return %0""")


def test_invariant_values() -> None:
    body = """\
for %2: i64 in 0:i64 .. 9:i64 step 1:i64 carry %3: f64 = %0, %4: f64 = 0.5:f64, %5: bool = true:bool live %5 {
if %1 {
%6: f64 = neg %3
yield %4, %6
} else {
yield %4, %3
} -> %7: f64, %8: f64
%9: f64 = mul %8, %7
yield %9, 0.5:f64, %5
} -> %10: f64, %11: f64, %12: bool
while carry %13: f64 = %11, %14: i64 = 0:i64 {
%15: bool = lt %14, 3:i64
test %15
} do {
%16: i64 = add %14, 1:i64
yield %13, %16
} -> %17: f64, %18: i64
return %10, %17, %12"""
    assert after(invariants, "%0: f64, %1: bool) -> f64, f64, bool", body) == lines("""\
for %3: i64 in 0:i64 .. 9:i64 step 1:i64 carry %2: f64 = %0 {
if %1 {
%4: f64 = neg %2
yield %4
} else {
yield %2
} -> %5: f64
%6: f64 = mul %5, 0.5:f64
yield %6
} -> %7: f64
while carry %8: i64 = 0:i64 {
%9: bool = lt %8, 3:i64
test %9
} do {
%10: i64 = add %8, 1:i64
yield %10
} -> %11: i64
return %7, 0.5:f64, true:bool""")


def test_an_invariant_live_flag_that_may_be_false_stays() -> None:
    body = """\
for %3: i64 in 0:i64 .. 9:i64 step 1:i64 carry %2: bool = %1 live %2 {
yield %2
} -> %4: bool
return %4"""
    assert after(invariants, "%0: f64, %1: bool) -> bool", body) == lines(body)


def test_cheap_branches_become_selects() -> None:
    body = """\
if %1 {
%2: f64 = neg %0
if %1 {
yield %2
} else {
yield 1.0:f64
} -> %3: f64
yield %3, %0
} else {
%4: f64 = add %0, %0
yield %4, 2.0:f64
} -> %5: f64, %6: f64
return %5, %6"""
    assert after(ifconvert, "%0: f64, %1: bool) -> f64, f64", body) == lines("""\
%2: f64 = neg %0
%3: f64 = select %1, %2, 1.0:f64
%4: f64 = add %0, %0
%5: f64 = select %1, %3, %4
%6: f64 = select %1, %0, 2.0:f64
return %5, %6""")


@pytest.mark.parametrize("inside", [
    "%2: f64 = gamma %0",
    "check %1 else zero_step",
    "for %2: i64 in 0:i64 .. 9:i64 step 1:i64 carry {\nyield\n}",
    "while carry {\ntest %1\n} do {\nyield\n}",
    "\n".join(f"%{i + 2}: f64 = neg %0" for i in range(LIMIT_OF_VECTORS + 1)),
])  # fmt: skip
def test_dear_branches_stay(inside: str) -> None:
    body = f"if %1 {{\n{inside}\nyield\n}} else {{\nyield\n}}\nreturn %0"
    assert after(ifconvert, "%0: f64, %1: bool) -> f64", body) == lines(body)


DEAR = """\
if %1 {
%2: f64 = sin %0
%3: f64 = cos %2
yield %3
} else {
yield 0.0:f64
} -> %4: f64"""


def test_a_dear_branch_goes_where_the_rest_is_vectors() -> None:
    straight = ["%2: f64 = sin %0", "%3: f64 = cos %2", "%4: f64 = select %1, %3, 0.0:f64", "return %4"]
    assert after(ifconvert, "%0: f64, %1: bool) -> f64", f"{DEAR}\nreturn %4") == straight
    kept = after(ifconvert_cheap, "%0: f64, %1: bool) -> f64", f"{DEAR}\nreturn %4")
    assert kept == lines(f"{DEAR}\nreturn %4")


@pytest.mark.parametrize("rest", [
    "%5: f64 = gamma %4\nreturn %5",
    "%5: i64 = cast %4\n%6: i64 = floordiv %5, %5\n%7: f64 = cast %6\nreturn %7",
    "%5: f64 = floormod %4, %0\nreturn %5",
    "for %6: i64 in 0:i64 .. 9:i64 step 1:i64 carry %5: f64 = %4 {\n%7: f64 = mul %5, %0\nyield %7\n} -> %8: f64\n"
    "return %8",
    "if %1 {\ncheck %1 else zero_step\nyield\n} else {\nyield\n}\nreturn %4",
], ids=["library", "integer division", "remainder", "loop", "fault in a branch"])  # fmt: skip
def test_a_dear_branch_stays_where_something_else_ends_vectors(rest: str) -> None:
    assert after(ifconvert, "%0: f64, %1: bool) -> f64", f"{DEAR}\n{rest}") == lines(f"{DEAR}\n{rest}")


def test_of_many_alternatives_only_one_is_computed() -> None:
    def chain(depth: int) -> str:
        if depth == 0:
            return "yield %0"
        out, value = f"%{2 * depth}: f64", f"%{2 * depth + 1}: f64"
        return (
            f"if %1 {{\n{value} = sin %0\nyield {value[:-5]}\n}} else {{\n{chain(depth - 1)}\n}} -> {out}\n"
            f"yield {out[:-5]}"
        )

    body = chain(12).rpartition("\n")[0] + "\nreturn %24"
    assert after(ifconvert, "%0: f64, %1: bool) -> f64", body).count("} else {") == 11  # the innermost is cheap


def test_a_break_becomes_a_live_flag_without_selects() -> None:
    body = """\
for %2: i64 in 0:i64 .. 9:i64 step 1:i64 carry %3: f64 = %0, %4: bool = true:bool live %4 {
%5: bool = gt %3, 4.0:f64
if %5 {
yield false:bool, %3
} else {
%6: f64 = mul %3, %3
yield true:bool, %6
} -> %7: bool, %8: f64
yield %8, %7
} -> %9: f64, %10: bool
return %9"""
    assert after(run, "%0: f64) -> f64", body) == lines("""\
for %3: i64 in 0:i64 .. 9:i64 step 1:i64 carry %1: f64 = %0, %2: bool = true:bool live %2 {
%4: bool = gt %1, 4.0:f64
%5: f64 = mul %1, %1
%6: bool = not %4
%7: f64 = select %4, %1, %5
yield %7, %6
} -> %8: f64, %9: bool
return %8""")
