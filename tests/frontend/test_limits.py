"""Texts of any size and depth: accepted or refused with a code, never a crash of the compiler."""

from __future__ import annotations

import pickle
import time

import numpy as np
import pytest

import iris_cc
from iris_cc import CompileError
from iris_cc.frontend import program as front
from tests.frontend.texts import X, codes_of, function

HEAD = "def kernel(x):\n    "


def expression(text: str) -> str:
    return f"{HEAD}return {text}\n"


REFUSED = {
    "parentheses": (expression("(" * 1000 + "x" + ")" * 1000), "E0003"),
    "signs": (expression("-" * 1000 + "x"), "E0005"),
    "many signs": (expression("-" * 100_000 + "x"), "E0005"),
    "negations": (expression("not " * 1000 + "x"), "E0005"),
    "powers": (expression("**".join(["x"] * 3000)), "E0005"),
    "attributes": (expression("x" + ".a" * 5000), "E0005"),
    "subscripts": (expression("x" + "[0]" * 5000), "E0005"),
    "calls": (expression("abs(" * 500 + "x" + ")" * 500), "E0003"),
    "conditionals": (expression(" if x > 1 else ".join(["x"] * 2000)), "E0005"),
    "hex of 900 kB": (expression("x + 0x" + "f" * 900_000), "E0107"),
    "hex beyond the limit": (expression("x + 0x" + "f" * (1 << 20)), "E0004"),
    "decimal of 900 kB": (expression("x + " + "9" * 900_000), "E0003"),
    "text beyond the limit": (HEAD + "x = x + 1\n    " * 80_000 + "return x\n", "E0004"),
    "comparisons": (expression("<".join(["x"] * 40_000)), "E0005"),
    "more comparisons": (expression("<".join(["x"] * 100_000)), "E0004"),
    "conjunctions": (expression(" and ".join(["x"] * 100_000)), "E0004"),
    "sums": (expression("+".join(["x"] * 200_000)), "E0004"),
    "calls of calls": (expression("x" + "()" * 100_000), "E0004"),
    "elements of elements": (expression("x" + "[0]" * 100_000), "E0004"),
    "numbers": (expression("x" + ", 1" * 200_000), "E0004"),
    "statements": (HEAD + "x = x + 1\n    " * 70_000 + "return x\n", "E0004"),
    "short statements": (HEAD + "x=1;" * 100_000 + "return x\n", "E0004"),
    "arms": (HEAD + "if x > 9:\n        return 1\n    el" * 30_000 + "if x > 1:\n        x = 1\n    return x", "E0004"),
    "comparisons inside one another": (expression("(x < " * 100 + "x" + " < x)" * 100), "E0005"),
    "conditions inside one another": (expression("(x if x > " * 90 + "x" + " else x)" * 90), "E0005"),
    "null byte": (expression("x\0"), "E0003"),
    "lone surrogate": (expression("x # \ud800"), "E0003"),
    "nothing": ("", "E0006"),
    "empty lines": ("\n\n\n", "E0006"),
    "a comment": ("# only this", "E0006"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_code(name: str) -> None:
    text, code = REFUSED[name]
    started = time.process_time()
    assert set(codes_of(text, "f8")) == {code}
    assert time.process_time() - started < 0.5


HUGE_CONSTANTS = ["2**10**9", "10**(10**7)", "(1 << 10**10)", "2**63 * 2**1000000", "(2**60000)**60000", "-(2**70)"]


@pytest.mark.parametrize("text", HUGE_CONSTANTS)
def test_constants_beyond_any_number_are_refused_before_they_are_computed(text: str) -> None:
    started = time.monotonic()
    assert codes_of(expression(f"x + {text}"), "i8") == ["E0406"]
    assert time.monotonic() - started < 2


ACCEPTED = {
    "parentheses": expression("(" * 150 + "x" + ")" * 150),
    "nested sums": expression("(1 + " * 90 + "x" + ")" * 90),
    "signs": expression("-" * 100 + "x"),
    "sum of 2000": expression("+".join(["x"] * 2000)),
    "sum of 2000 numbers": expression("x + " + "+".join(["1"] * 2000)),
    "calls": expression("abs(" * 100 + "x" + ")" * 100),
    "and of 5000": expression(" and ".join(["x"] * 5000)),
    "conditionals": expression(" if x > 1 else ".join(["x"] * 60)),
    "early returns": HEAD
    + "".join(f"if x > {i}:\n        return x * {i}\n    " for i in range(100, 0, -1))
    + "return x\n",
    "nested ifs": "def kernel(x):\n"
    + "".join(" " * (i + 1) + f"if x > {i / 100}:\n" for i in range(60))
    + " " * 62
    + "return x\n return -x\n",
    "nested loops": "def kernel(x):\n"
    + "".join(" " * (i + 1) + f"for i{i} in range(1):\n" for i in range(18))
    + " " * 20
    + "x = x + 1\n return x\n",
    "statements": HEAD + "x = x * 0.5 + 1\n    " * 1000 + "return x\n",
    "chained assignment": HEAD + " = ".join(f"a{i}" for i in range(1000)) + " = x\n    return a999\n",
    "a long name": HEAD + "y" * 50_000 + " = x\n    return " + "y" * 50_000 + "\n",
    "walruses": expression("(y := " * 100 + "x" + ")" * 100),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted_and_right(name: str) -> None:
    text = ACCEPTED[name]
    plain = function(text)
    kernel = iris_cc.kernel(text, fallback="error")
    np.testing.assert_array_equal(kernel(X), np.array([plain(x) for x in X]))


HEAVY = {
    "unknown names": HEAD + "".join(f"x = x + nowhere{k}\n    " for k in range(10_000)) + "return x\n",
    "unassigned names": HEAD + "if x > 1: y = 1\n    " + "x = x + y\n    " * 10_000 + "return x\n",
    "many unassigned names": HEAD
    + f"if x > 1: {'; '.join(f'y{k} = 1' for k in range(4_000))}\n    "
    + "".join(f"x = x + y{k}\n    " for k in range(4_000))
    + "return x\n",
    "wrong types": HEAD + "x = x & 1.5\n    " * 10_000 + "return x\n",
    "a line of letters beyond ASCII": HEAD + "; ".join(f"é{k} = x + ü{k}" for k in range(8_000)) + "\n    return x\n",
    "a long name": expression("n" * 900_000),
    "a long attribute": expression("x." + "n" * 900_000),
    "a long string": expression("'" + "n" * 900_000 + "'"),
    "a long keyword": expression("abs(" + "n" * 900_000 + "=x)"),
    "a long function": f"def {'n' * 900_000}(x):\n    pass\n",
    "many functions": "def f(x):\n    return x\n" * 10_000,
    "an error in the last line": HEAD + "x = x + 1\n    " * 15_000 + "return y\n",
}


@pytest.mark.parametrize("name", HEAVY)
def test_messages_are_as_long_as_people_read(name: str) -> None:
    started = time.process_time()
    with pytest.raises(CompileError) as caught:
        front.analyze(HEAVY[name]).lower((front.type_of("f8"),))
    assert time.process_time() - started < 5  # a tenth of it on a fast machine: what is wrong takes minutes
    message, found = str(caught.value), caught.value.diagnostics
    assert len(message) < 20_000 and max(map(len, message.splitlines())) < 1_000
    assert message.count("error[") == min(len(found), 20)
    assert message.endswith(f"\n\nand {len(found) - 20:,} more") is (len(found) > 20)


def test_all_diagnostics_are_there_and_survive_a_pickle() -> None:
    with pytest.raises(CompileError) as caught:
        front.analyze(HEAD + "".join(f"x = x + nowhere{k}\n    " for k in range(50)) + "return x\n")
    assert len(caught.value.diagnostics) == 50
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.diagnostics == caught.value.diagnostics and str(again) == str(caught.value)


def test_a_sum_of_5000_terms_is_accepted_or_refused_as_too_deep() -> None:
    # Python 3.11's own parser gives up between 2 000 and 5 000 terms; later ones go further.
    assert codes_of(expression("+".join(["x"] * 5000)), "f8") in ([], ["E0005"])


def test_a_deep_stack_of_the_caller_is_no_different() -> None:
    def deeper(count: int) -> list[str]:
        return deeper(count - 1) if count else codes_of(expression("(1 + " * 90 + "x" + ")" * 90), "f8")

    assert deeper(500) in ([], ["E0005"])
    assert codes_of(expression("(1 + " * 90 + "x" + ")" * 90), "f8") == []


def test_operands() -> None:
    def text(inputs: int, outputs: int) -> str:
        names = ", ".join(f"a{i}" for i in range(inputs))
        return f"def kernel({names}):\n    return {', '.join(['a0 + 1'] * outputs)}\n"

    assert codes_of(text(63, 1), *["f8"] * 63) == []
    assert codes_of(text(1, 63), "f8") == []
    assert "E0111" in codes_of(text(64, 1))
    assert "E0111" in codes_of(text(32, 33))
