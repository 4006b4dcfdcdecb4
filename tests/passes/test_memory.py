"""Passes on functions with arrays: what they may not move or drop, and that results and memory stay the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris_cc.ir.nodes import Function, Pass
from iris_cc.ir.verify import verify
from iris_cc.passes.cse import cse
from iris_cc.passes.dead import dce
from iris_cc.passes.exits import exits
from iris_cc.passes.fold import fold
from iris_cc.passes.ifconvert import ifconvert, ifconvert_cheap
from iris_cc.passes.invariant import invariants
from iris_cc.passes.run import PIPELINES, run
from tests.interp.scalar import run_element
from tests.interp.test_memory import agree, columns
from tests.ir.array_arguments import Arguments, outcome
from tests.ir.strategies import BLIND, functions, input_types, lanes, seeded_function
from tests.passes.texts import after, lines

PASSES = (fold, cse, dce, invariants, ifconvert, exits)
COUNT = 5


def by_element(fn: Function, seed: int) -> Any:
    params, indices = input_types(fn)
    values = lanes([*params, *indices], COUNT, seed)

    def rows(given: Arguments) -> list[Any]:
        return columns(fn, [run_element(fn, [v[k] for v in values], arrays=given.rows(k)) for k in range(COUNT)])

    return outcome(rows, Arguments(fn, COUNT, seed))


@pytest.mark.parametrize("step", PASSES, ids=lambda step: step.__name__)
@given(fn=functions(BLIND, faults=True, memory=True), seed=st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=60)
def test_a_pass_preserves_results_and_memory(step: Pass, fn: Function, seed: int) -> None:
    changed = verify(step(fn))
    assert agree(by_element(fn, seed), by_element(changed, seed))
    assert verify(step(changed)).results == fn.results


@pytest.mark.parametrize("level", [level for level in PIPELINES if level != "none"])
@given(fn=functions(BLIND, faults=True, memory=True), seed=st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=60)
def test_a_pipeline_preserves_results_and_memory(level: str, fn: Function, seed: int) -> None:
    assert agree(by_element(fn, seed), by_element(run(fn, level, verify=True), seed))


@pytest.mark.parametrize("step", [*PASSES, run], ids=lambda step: step.__name__)
def test_larger_functions(step: Pass) -> None:
    for seed in range(250):
        fn = verify(seeded_function(seed, faults=seed % 4 == 0))
        assert agree(by_element(fn, seed), by_element(verify(step(fn)), seed)), seed


HEAD = "%0: i64, &0: f64[%1 by %2], mut &1: f64[%1 by %3], mut &2: f64[%1 by %4]) -> f64"


def test_a_load_is_done_once_until_something_may_have_stored_there() -> None:
    body = """\
  alloc &3: f64[%1]
  %5: f64 = load &0[%0]
  %6: f64 = load &0[%0]
  %7: f64 = load &1[%0]
  %8: f64 = load &3[%0]
  store &3[%0] = %6
  %9: f64 = load &0[%0]
  %10: f64 = load &1[%0]
  %11: f64 = load &3[%0]
  store &2[%1] = %9
  %12: f64 = load &0[%0]
  %13: f64 = load &1[%0]
  %14: f64 = load &3[%0]
  %15: f64 = fma %5, %6, %7
  %16: f64 = fma %8, %9, %10
  %17: f64 = fma %11, %12, %13
  %18: f64 = fma %15, %16, %17
  %19: f64 = add %18, %14
  return %19"""
    assert after(cse, HEAD, body) == lines("""\
  alloc &3: f64[%1]
  %5: f64 = load &0[%0]
  %6: f64 = load &1[%0]
  %7: f64 = load &3[%0]
  store &3[%0] = %5
  %8: f64 = load &3[%0]
  store &2[%1] = %5
  %9: f64 = load &0[%0]
  %10: f64 = load &1[%0]
  %11: f64 = fma %5, %5, %6
  %12: f64 = fma %7, %5, %6
  %13: f64 = fma %8, %9, %10
  %14: f64 = fma %11, %12, %13
  %15: f64 = add %14, %8
  return %15""")


def test_a_loop_may_have_stored_before_its_own_first_load() -> None:
    body = """\
  %5: f64 = load &1[%0]
  for %6: i64 in 0:i64 .. %1 step 1:i64 carry %7: f64 = %5 {
    %8: f64 = load &1[%0]
    %9: f64 = add %7, %8
    if true:bool {
      store &1[%6] = %9
      yield
    } else {
      yield
    }
    yield %9
  } -> %10: f64
  %11: f64 = load &1[%0]
  %12: f64 = add %10, %11
  return %12"""
    assert after(cse, HEAD, body) == lines(body.replace("%6: i64", "%7: i64").replace("%7: f64", "%6: f64")
                                           .replace("[%6] =", "[%7] =").replace("add %7,", "add %6,"))  # fmt: skip


def test_a_load_in_one_side_is_not_there_in_the_other_or_after_it() -> None:
    body = """\
  if true:bool {
    %5: f64 = load &0[%0]
    yield %5
  } else {
    %6: f64 = load &0[%0]
    yield %6
  } -> %7: f64
  %8: f64 = load &0[%0]
  %9: f64 = add %7, %8
  return %9"""
    assert after(cse, HEAD, body) == lines(body)


def test_dead_loads_and_what_only_they_read_go_and_stores_to_the_caller_stay() -> None:
    body = """\
  alloc &3: f64[%1]
  alloc &4: f64[%0]
  %5: f64 = load &1[%0]
  %6: f64 = load &3[%0]
  store &4[%0] = %6
  store &3[%0] = %5
  for %7: i64 in 0:i64 .. %1 step 1:i64 carry {
    store &3[%7] = 1.0:f64
    yield
  }
  for independent %8: i64 in 0:i64 .. %1 step 1:i64 carry %9: f64 = 0.0:f64 {
    store &2[%8] = 2.0:f64
    %10: f64 = load &4[%8]
    yield %10
  } -> %11: f64
  if true:bool {
    store &1[%0] = 3.0:f64
    yield 1.0:f64
  } else {
    yield 2.0:f64
  } -> %12: f64
  return 0.0:f64""".replace("independent ", "")
    assert after(dce, HEAD, body) == lines("""\
  for %5: i64 in 0:i64 .. %1 step 1:i64 carry {
    store &2[%5] = 2.0:f64
    yield
  }
  if true:bool {
    store &1[%0] = 3.0:f64
    yield
  } else {
    yield
  }
  return 0.0:f64""")


def test_a_local_array_that_is_read_keeps_its_stores_and_the_loops_around_them() -> None:
    body = """\
  alloc &3: f64[%1]
  for %5: i64 in 0:i64 .. %1 step 1:i64 carry {
    %6: f64 = cast %5
    store &3[%5] = %6
    yield
  }
  %7: f64 = load &3[%0]
  return %7"""
    assert after(dce, HEAD, body) == lines(body)


@pytest.mark.parametrize("step", [ifconvert, ifconvert_cheap])
def test_a_side_that_stores_stays_a_side_and_one_that_loads_does_not(step: Pass) -> None:
    sides = """\
  %5: bool = lt %0, 2:i64
  if %5 {
    %6: f64 = load &0[%0]
    yield %6
  } else {
    yield 0.0:f64
  } -> %7: f64
"""
    stores = """\
  if %5 {
    store &1[%0] = %7
    yield
  } else {
    yield
  }
"""
    allocates = """\
  if %5 {
    alloc &3: f64[%0]
    %8: f64 = load &3[%1]
    yield %8
  } else {
    yield %7
  } -> %9: f64
"""
    straight = ["%5: bool = lt %0, 2:i64", "%6: f64 = load &0[%0]", "%7: f64 = select %5, %6, 0.0:f64"]
    kept = lines(stores + allocates)
    assert after(step, HEAD, sides + stores + allocates + "return %9") == [*straight, *kept, "return %9"]


def test_a_side_that_is_always_taken_stores_without_a_branch() -> None:
    body = """\
  if true:bool {
    alloc &3: f64[%1]
    store &1[%0] = 1.0:f64
    %5: f64 = load &3[%0]
    yield %5
  } else {
    store &2[%0] = 1.0:f64
    yield 0.0:f64
  } -> %6: f64
  for %7: i64 in 5:i64 .. 5:i64 step 1:i64 carry {
    store &1[%7] = 1.0:f64
    yield
  }
  return %6"""
    assert after(fold, HEAD, body) == lines("""\
  alloc &3: f64[%1]
  store &1[%0] = 1.0:f64
  %5: f64 = load &3[%0]
  return %5""")
