"""The passes of the schedule: valid in, valid out, and the numbers of the function of one element, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris_cc.codegen.lane_plan import machine
from iris_cc.interp import run as interpret
from iris_cc.ir.nodes import Function
from iris_cc.ir.parser import parse
from iris_cc.ir.printer import print_function
from iris_cc.ir.verify import verify
from iris_cc.passes.run import run as optimised
from iris_cc.schedule.mask import masked
from iris_cc.schedule.run import STEPS, scheduled
from iris_cc.schedule.uniform import is_fixed
from iris_cc.target import HOST
from tests.codegen import lane_kernels
from tests.ir.programs import DOT
from tests.ir.strategies import CERTAIN, functions, input_types, lanes, same_bits, seeded_function

NAMES = [name for name, _ in STEPS]
COUNT = 7
OTHERS = {"indexed": lane_kernels.indexed, "checked": lane_kernels.checked, "while": lane_kernels.checked_while}


def outcome(fn: Function, params: list[Any], indices: list[Any], limit: int = 0) -> list[Any] | str:
    try:
        return list(interpret(fn, params, indices=indices, while_limit=limit, quiet=True))
    except (ValueError, RuntimeError) as error:
        return str(error)


def check(fn: Function, arrays: list[Any], moving: int | None = 0, limit: int = 0) -> None:
    """Every pass gives what the function gives; what is one for all lanes is given once."""
    params, indices = arrays[: len(fn.params)], arrays[len(fn.params) :]
    fixed = [is_fixed(index, moving) for index in fn.indices]
    indices = [np.full_like(array, array[0]) if one else array for array, one in zip(indices, fixed, strict=True)]
    expected = outcome(fn, params, indices, limit)
    for name in NAMES:
        after = verify(scheduled(fn, machine(HOST, moving), name))
        text = print_function(after)
        assert print_function(verify(parse(text))) == text
        if name == "mask":
            indices = [np.array(array[0]) if one else array for array, one in zip(indices, fixed, strict=True)]
        found = outcome(after, params, indices, limit)
        if isinstance(expected, str) or isinstance(found, str):
            assert found == expected, name
            continue
        wide = [array.astype(want.dtype) for array, want in zip(found, expected, strict=True)]
        assert all(map(same_bits, wide, expected)), name


@given(fn=functions(CERTAIN, faults=True), seed=st.integers(0, 2**32 - 1), moving=st.sampled_from([0, None]))
@settings(deadline=None, max_examples=300)
def test_any_function_keeps_its_results(fn: Function, seed: int, moving: int | None) -> None:
    params, indices = input_types(fn)
    check(fn, lanes([*params, *indices], COUNT, seed), moving)


@pytest.mark.parametrize("seed", range(60))
def test_large_functions_keep_their_results(seed: int) -> None:
    fn = seeded_function(seed, faults=seed % 3 == 0, memory=False)
    params, indices = input_types(fn)
    for each in (fn, optimised(fn)):
        check(each, lanes([*params, *indices], COUNT, seed))


@pytest.mark.parametrize("kernel", [*lane_kernels.KERNELS, *OTHERS])
def test_kernels_keep_their_results(kernel: str) -> None:
    made = lane_kernels.KERNELS | OTHERS
    fn = optimised(made[kernel]())
    arrays = [*lane_kernels.inputs(fn, 33), *(np.arange(33) + k for k, _ in enumerate(fn.indices))]
    for moving in (0, None):
        check(fn, arrays, moving)
    for limit in (1, 4, 50):
        check(fn, arrays, 0, limit)


def test_the_function_of_no_lanes_is_the_function_of_one() -> None:
    fn = masked(lane_kernels.collatz(), machine(HOST, 0))
    assert [len(array) for array in interpret(fn, [np.empty(0, "i8")], while_limit=0)] == [0]


def test_elements_with_memory_have_no_lanes() -> None:
    with pytest.raises(ValueError, match="memory"):
        masked(parse(DOT), machine(HOST, 0))
    with pytest.raises(ValueError, match="no pass"):
        scheduled(lane_kernels.collatz(), machine(HOST, 0), "masks")


def test_what_nothing_reads_after_the_loop_is_not_chosen() -> None:
    """Of the values that a loop of lanes carries, those that are read after it are chosen by the mask of the round."""
    text = print_function(scheduled(optimised(lane_kernels.collatz()), machine(HOST, 0), "mask"))
    assert text.count("select") == 1 and "cast %" in text  # the choice of the element; a step adds the mask


def test_choices_take_the_mask_into_their_condition() -> None:
    text = print_function(scheduled(optimised(lane_kernels.KERNELS["escape_f4_count"]()), machine(HOST, 0), "mask"))
    body = text.partition("for ")[2].partition("->")[0]
    assert body.count("select") == 2 and body.count("lanes<bool> = and") == 2


def test_usual_arguments_are_zero_outside_of_the_mask() -> None:
    for kernel, count in (("turned_f8", 3), ("gcd", 2)):
        text = print_function(scheduled(optimised(lane_kernels.KERNELS[kernel]()), machine(HOST, 0), "mask"))
        zeros = [line for line in text.splitlines() if "select" in line and line.endswith((" 0.0:f64", " 0:i64"))]
        assert len(zeros) == count, text
