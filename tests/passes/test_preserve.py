"""Every pass keeps every result bit for bit, and gives valid IR."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris_cc.interp import run as interpret
from iris_cc.ir import ops, walk
from iris_cc.ir.builder import Builder
from iris_cc.ir.nodes import Const, Function, If, Pass
from iris_cc.ir.parser import parse
from iris_cc.ir.printer import print_function
from iris_cc.ir.types import F64
from iris_cc.ir.verify import verify
from iris_cc.passes.cse import cse
from iris_cc.passes.dead import dce
from iris_cc.passes.fold import fold
from iris_cc.passes.ifconvert import ifconvert
from iris_cc.passes.invariant import invariants
from iris_cc.passes.run import PIPELINES, run
from tests.ir.strategies import CERTAIN, functions, input_types, lanes, same_bits

PASSES = (fold, cse, dce, invariants, ifconvert)


def outcome(fn: Function, arrays: list[Any]) -> list[Any] | str:
    count = len(fn.params)
    try:
        return list(interpret(fn, arrays[:count], indices=arrays[count:], while_limit=0, quiet=True))
    except ValueError as error:
        return str(error)


def agree(left: list[Any] | str, right: list[Any] | str) -> bool:
    if isinstance(left, str) or isinstance(right, str):
        return left == right
    return len(left) == len(right) and all(map(same_bits, left, right))


@pytest.mark.parametrize("step", PASSES, ids=lambda step: step.__name__)
@given(fn=functions(CERTAIN, faults=True), seed=st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=150)
def test_a_pass_preserves_results(step: Pass, fn: Function, seed: int) -> None:
    params, indices = input_types(fn)
    arrays = lanes([*params, *indices], 6, seed)
    after = verify(step(fn))
    assert agree(outcome(fn, arrays), outcome(after, arrays))
    assert verify(step(after)).results == fn.results


@pytest.mark.parametrize("level", [level for level in PIPELINES if level != "none"])
@given(fn=functions(CERTAIN, faults=True), seed=st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=200)
def test_a_pipeline_preserves_results(level: str, fn: Function, seed: int) -> None:
    params, indices = input_types(fn)
    arrays = lanes([*params, *indices], 6, seed)
    after = run(fn, level, verify=True)
    assert agree(outcome(fn, arrays), outcome(after, arrays))
    assert run(fn, "none") is fn


@given(fn=functions(faults=True))
@settings(deadline=None, max_examples=100)
def test_passes_give_valid_ir_on_every_operation(fn: Function) -> None:
    assert run(fn, verify=True).results == fn.results


def test_five_thousand_statements_pass_in_a_second() -> None:
    b = Builder()
    x, y = b.var(F64), b.var(F64)
    values = [x, y]
    for i in range(5000):
        op = (ops.ADD, ops.MUL, ops.SUB)[i % 3]
        values.append(b.emit(op, values[-1], values[-1 - i * i % 7 % len(values)]))
    fn = Function("k", (x, y), b.block(values[-1]))
    start = time.process_time()
    run(fn)
    assert time.process_time() - start < 1


def test_many_branches_pass_in_a_second() -> None:
    b = Builder()
    x = b.var(F64)
    value = x
    for i in range(1500):
        condition = b.emit(ops.LT, value, Const(i, F64))
        then, orelse = b.inner(), b.inner()
        left, right = then.emit(ops.EXP, value), orelse.emit(ops.SIN, value)
        value = b.var(F64)
        b.add(If((value,), condition, then.block(left), orelse.block(right)))
    fn = Function("k", (x,), b.block(value))
    start = time.process_time()
    assert walk.size(run(fn)) == 6000
    assert time.process_time() - start < 1


def test_a_loop_nest_passes_in_linear_time() -> None:
    """Liveness of carried values is one walk, not one per nesting level."""
    depth = 60
    lines = ["func @f(%0: i64) -> i64 {"]
    for i in range(0, 2 * depth, 2):
        lines += [f"for %{i + 1}: i64 in 0:i64 .. %0 step 1:i64 carry %{i + 2}: i64 = %{i} {{"]
    lines += [f"yield %{2 * depth}"]
    for i in range(depth):
        lines += [f"}} -> %{1000 + i}: i64", f"{'yield' if i + 1 < depth else 'return'} %{1000 + i}"]
    start = time.process_time()
    after = run(verify(parse("\n".join([*lines, "}"]))), verify=True)
    assert time.process_time() - start < 1
    assert print_function(after).count("for") <= depth


SCRIPT = """
import sys
from iris_cc.ir.parser import parse
from iris_cc.ir.parser import parse
from iris_cc.ir.printer import print_function
from iris_cc.passes.run import run
print(print_function(run(parse(sys.stdin.read()))))
"""


def test_the_result_does_not_hang_on_the_hash_seed() -> None:
    lines = ["func @f(%0: f64, %1: i64, %2: bool) -> f64, i64 {"]
    lines += ["if %2 {", "%3: i64 = shl %1, 2:i64", "%4: f64 = neg %0", "yield %3, %4, true:bool"]
    lines += ["} else {", "%5: f64 = exp %0", "yield %1, %5, %2", "} -> %6: i64, %7: f64, %8: bool"]
    lines += ["%9: f64 = select %8, %7, %0", "return %9, %6", "}"]
    texts = set()
    for seed in ("0", "1", "77"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run([sys.executable, "-c", SCRIPT], input="\n".join(lines), capture_output=True, text=True,
                              check=True, env=environment)  # fmt: skip
        texts.add(done.stdout)
    assert len(texts) == 1
