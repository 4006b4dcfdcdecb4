"""Functions of lanes, written by hand: several elements together give what each gives alone; loops in narrow types."""

from __future__ import annotations

import numpy as np
import pytest

from iris_cc.interp import run
from iris_cc.ir.parser import parse
from iris_cc.ir.verify import verify

COLLATZ = """
func @collatz(%0: lanes<i64>) index n0=%20: i64 -> lanes<i64>, lanes<i64>, i64 {
  %1: lanes<bool> = gt %0, 1:i64
  while carry %2: lanes<i64> = %0, %3: lanes<i64> = 0:i64, %4: lanes<bool> = %1 {
    %5: bool = any %4
    test %5
  } do {
    %6: lanes<i64> = and %2, 1:i64
    %7: lanes<bool> = eq %6, 0:i64
    %8: lanes<i64> = shr %2, 1:i64
    %9: lanes<i64> = mul 3:i64, %2
    %10: lanes<i64> = add %9, 1:i64
    %11: lanes<i64> = select %7, %8, %10
    %12: lanes<i64> = cast %4
    %13: lanes<i64> = add %3, %12
    %14: lanes<bool> = gt %11, 1:i64
    %15: lanes<bool> = and %4, %14
    yield %11, %13, %15
  } -> %16: lanes<i64>, %17: lanes<i64>, %18: lanes<bool>
  %19: lanes<i64> = add %17, %20
  return %17, %19, %20
}
"""


def collatz(n: int) -> int:
    steps = 0
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


@pytest.mark.parametrize("count", [1, 2, 97])
def test_lanes_give_what_elements_give(count: int) -> None:
    fn = verify(parse(COLLATZ))
    numbers = np.arange(count)
    steps, more, one = run(fn, [numbers], indices=[np.array(7)], while_limit=0)
    assert steps.tolist() == [collatz(int(n)) for n in numbers]
    assert more.tolist() == [collatz(int(n)) + 7 for n in numbers] and one.tolist() == [7] * count


def test_all_lanes_begin_together_so_rounds_are_those_of_each() -> None:
    fn, numbers = verify(parse(COLLATZ)), np.array([27, 1, 6])
    run(fn, [numbers], indices=[np.array(0)], while_limit=collatz(27))
    with pytest.raises(RuntimeError, match="while loop"):
        run(fn, [numbers], indices=[np.array(0)], while_limit=collatz(27) - 1)


def test_what_is_one_for_all_lanes_comes_as_one() -> None:
    with pytest.raises(TypeError, match="one i64 for all lanes"):
        run(verify(parse(COLLATZ)), [np.arange(3)], indices=[np.arange(3)], while_limit=0)


@pytest.mark.parametrize(("type", "code"), [("i8", "i1"), ("i16", "i2"), ("i32", "i4"), ("i64", "i8")])
def test_loops_count_in_any_signed_type(type: str, code: str) -> None:
    text = "func @f(%0: T, %1: T, %2: T) -> T {\n"
    text += "for %3: T in %0 .. %1 step %2 carry %4: T = 0:T {\n%5: T = mul %3, %3\n%6: T = add %4, %5\nyield %6\n}"
    fn = verify(parse((text + " -> %7: T\nreturn %7\n}").replace("T", type)))
    end = np.iinfo(code)
    rows = [(0, 5, 1), (5, 0, -2), (end.min, end.min + 9, 3), (end.max - 2, end.max, 1), (3, 3, 1), (1, 9, 100)]
    rows += [(end.max, end.max - 5, -1), (end.min, end.min + 1, end.max)]
    found = run(fn, list(np.array(rows, code).T), while_limit=0)[0]
    with np.errstate(all="ignore"):
        expected = [sum((np.array([i], "i8") ** 2 for i in range(*row)), np.zeros(1, "i8"))[0] for row in rows]
    assert found.tolist() == np.array(expected).astype(code).tolist()
