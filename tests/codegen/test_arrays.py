"""Arrays inside kernels, compiled, against Python and against an interpreter of one element at a time."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iris_cc.codegen import nd_unit, needs, runtime_c, ufunc_unit
from iris_cc.codegen.cfamily import kernel_function
from iris_cc.ir import ops
from iris_cc.ir.nodes import Fault, Function, Var
from iris_cc.ir.parser import parse
from iris_cc.ir.verify import verify
from iris_cc.passes.run import run as run_passes
from iris_cc.target import Target
from tests.codegen.units import FLAGS, call_on, compile_all, compile_text
from tests.interp.scalar import run_element
from tests.interp.test_memory import agree, columns
from tests.ir.array_arguments import Arguments, outcome
from tests.ir.programs import PROGRAMS
from tests.ir.strategies import BLIND, functions, input_types, lanes, seeded_function

LIBM = Target(math="libm")

pytestmark = pytest.mark.needs_cc

# Functions no pass has seen carry values that only carry themselves.
QUICK = [*(flag for flag in FLAGS if flag != "-O3"), "-O1", "-Wno-unused-variable"]
# A negative power of an integer is a fault that somebody has to look for.
POOL = tuple(op for op in BLIND if op is not ops.IPOW)


def driver(fn: Function, number: int) -> str:
    """A function that calls the kernel for one element, by pointers to values, arrays and results."""
    kernel = kernel_function(fn, LIBM).replace("iris_kernel(", f"kernel_{number}(")
    types = [*(var.type for var in fn.params), *(var.type for var in fn.axis_inputs), *(i.var.type for i in fn.indices)]
    args = [f"*(const {type.c} *)values[{k}]" for k, type in enumerate(types)]
    args += [f"arrays[{k}]" for k in range(len(fn.arrays))]
    single = len(fn.results) == 1
    args += [] if single else [f"({type.c} *)results[{k}]" for k, type in enumerate(fn.results)]
    args += ["&status"] if needs.can_fault(fn) else []
    args += ["&watch"] if needs.is_watched(fn) else []
    call = f"kernel_{number}({', '.join(args)});"
    body = f"*({fn.results[0].c} *)results[0] = {call}" if single else call
    return f"""{kernel}
IRIS_EXPORT uint32_t call_{number}(char *const *values, char *const *arrays, char *const *results) {{
  uint32_t status = 0, stop = 0;
  iris_watch watch = {{IRIS_PATIENCE, &stop}};
  (void)watch, (void)values, (void)arrays, (void)results;
  {body}
  return status;
}}
"""


def library(fns: Sequence[Function]) -> ctypes.PyDLL:
    headers = {"iris_signal.h"}.union(*(needs.headers(fn, target=LIBM) for fn in fns))
    text = runtime_c.paste(headers) + "".join(driver(fn, number) for number, fn in enumerate(fns))
    return ctypes.PyDLL(str(compile_text(text, flags=QUICK)))


def pointers(arrays: Sequence[Any]) -> Any:
    return (ctypes.c_void_p * (len(arrays) + 1))(*(array.ctypes.data for array in arrays))


def call(entry: Any, fn: Function, values: Sequence[Any], arrays: Sequence[Any]) -> list[Any]:
    """One element; what it raises is raised."""
    params = len(fn.params)
    sizes = {}
    for param, array in zip(fn.arrays, arrays, strict=True):
        for axis, extent, step in zip(param.axes, array.shape, array.strides, strict=True):
            sizes.update({var: n for var, n in ((axis.extent, extent), (axis.step, step)) if isinstance(var, Var)})
    given = [*values[:params], *(np.int64(sizes[var]) for var in fn.axis_inputs), *values[params:]]
    inputs = [np.array(value) for value in given]
    results = [np.zeros((), type.dtype) for type in fn.results]
    entry.restype = ctypes.c_uint32
    status = entry(pointers(inputs), pointers(arrays), pointers(results))
    for fault in Fault:
        if status & fault.bit:
            raise fault.exception(fault.message)
    return [result[()] for result in results]


@pytest.mark.parametrize("level", ["none", "default"])
def test_programs_do_what_python_does(level: str) -> None:
    fns = [run_passes(verify(parse(text)), level, verify=True) for text, _ in PROGRAMS.values()]
    compiled = library(fns)
    for number, (fn, (_, python)) in enumerate(zip(fns, PROGRAMS.values(), strict=True)):
        values = [np.array([-1, 0, 1, 7, 2, 99, 100], type.dtype) for type in input_types(fn)[0]]
        entry = getattr(compiled, f"call_{number}")
        for seed in range(20):
            one, other = Arguments(fn, 7, seed), Arguments(fn, 7, seed)
            rows = [[column[k] for column in values] for k in range(7)]
            with np.errstate(all="ignore"):
                wanted = columns(fn, [python(*row, *one.rows(k)) for k, row in enumerate(rows)])
            found = columns(fn, [call(entry, fn, row, other.rows(k)) for k, row in enumerate(rows)])
            assert agree((found, other.memory), (wanted, one.memory))


@given(st.lists(functions(POOL, memory=True), min_size=6, max_size=6), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=5)
def test_random_functions(fns: list[Function], seed: int) -> None:
    compare_all(fns, seed)


@pytest.mark.parametrize("first", [0, 20])
def test_larger_functions(first: int) -> None:
    compare_all([verify(seeded_function(seed, POOL)) for seed in range(first, first + 20)], first)


def compare_all(fns: list[Function], seed: int) -> None:
    fns = [*fns, *(run_passes(fn, "calls") for fn in fns)]
    compiled = library(fns)
    for number, fn in enumerate(fns):
        compare(fn, getattr(compiled, f"call_{number}"), seed)


def compare(fn: Function, entry: Any, seed: int) -> None:
    params, indices = input_types(fn)
    values = list(zip(*lanes([*params, *indices], 4, seed), strict=True))

    def by_c(given: Arguments) -> list[Any]:
        return columns(fn, [call(entry, fn, row, given.rows(k)) for k, row in enumerate(values)])

    def by_element(given: Arguments) -> list[Any]:
        return columns(fn, [run_element(fn, row, arrays=given.rows(k)) for k, row in enumerate(values)])

    assert agree(outcome(by_c, Arguments(fn, 4, seed)), outcome(by_element, Arguments(fn, 4, seed)))


HISTOGRAM = """\
func @histogram(%0: i64, %1: f64) -> i64, f64 {
  alloc &0: i64[10:i64]
  alloc &1: f64[%0]
  while carry %2: i64 = %0 {
    %3: bool = gt %2, 0:i64
    test %3
  } do {
    %4: i64 = floormod %2, 10:i64
    %5: i64 = load &0[%4]
    %6: i64 = add %5, 1:i64
    store &0[%4] = %6
    store &1[%2] = %1
    %7: i64 = floordiv %2, 10:i64
    yield %7
  } -> %8: i64
  %9: i64 = load &0[7:i64]
  %10: f64 = load &1[7:i64]
  return %9, %10
}
"""


def histogram(number: int, value: float) -> tuple[int, float]:
    digits, begins, left = [0] * 10, {}, number
    while left > 0:
        digits[left % 10] += 1
        if left < number:
            begins[left] = value
        left //= 10
    return digits[7], begins.get(7, 0.0)


def test_elements_with_local_arrays_go_one_after_the_other() -> None:
    fn = verify(parse(HISTOGRAM))
    units = [ufunc_unit(fn), ufunc_unit(fn, parts=2), ufunc_unit(fn, form="outlined"), ufunc_unit(fn, target=LIBM)]
    numbers = np.array([7, 77, 717, 7171, 0, -7, 71234, 77777])
    for compiled in compile_all(units):
        counts, begins = np.zeros(len(numbers), "i8"), np.zeros(len(numbers))
        assert call_on(compiled, numbers, np.full(len(numbers), 2.5), counts, begins) == 0
        assert list(zip(counts, begins, strict=True)) == [histogram(int(number), 2.5) for number in numbers]
    assert all("IRIS_INDEPENDENT\n" not in unit.split("iris_kernel", 1)[1] for unit in units)
    assert units[0] == units[1]


def test_memory_comes_back_wherever_a_block_ends() -> None:
    for name, (text, _) in PROGRAMS.items():
        unit = kernel_function(parse(text), LIBM)
        assert unit.count("iris_zeros(") == unit.count("iris_give_back(") == (name in ("turned", "table"))


def test_there_is_no_memory_for_a_huge_array() -> None:
    fn = parse("func @f(%0: i64) -> i64 {\nalloc &0: i16[%0, %0]\n%1: i64 = cast %0\nreturn %1\n}\n")
    (compiled,) = compile_all([ufunc_unit(fn)])
    out = np.zeros(3, "i8")
    for large in (1 << 29, 1 << 32, (1 << 63) - 1):
        with pytest.raises(MemoryError, match="there is no memory for a local array of this size"):
            call_on(compiled, np.array([1, large, -large]), out)
    assert call_on(compiled, np.array([1, 100, -100]), out) == 0


def test_arrays_of_the_caller_have_no_rows() -> None:
    fn = parse(PROGRAMS["dot"][0])
    for unit in (lambda: ufunc_unit(fn), lambda: nd_unit(fn, 1)):
        with pytest.raises(ValueError, match="a kernel of arrays has no loop over rows"):
            unit()
