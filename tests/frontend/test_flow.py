"""Definite assignment against Python itself: every path of a function is walked, with every read watched.

Conditions are calls of `c()`, each of which may be true or false; a function's paths are all the answers `c` can give.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from typing import Any

import pytest

from iris_cc.frontend.flow import Definiteness
from iris_cc.frontend.resolve import assigned_names
from tests.frontend.texts import codes_of, message_of

Place = tuple[int, int]
_DEEPEST = 10  # answers of `c` on one path


class TooLong(Exception):
    """A path that asks more than is walked."""


class _Watched(ast.NodeTransformer):
    """Reads of locals ask first whether the local exists; loops and the end of the function say that they are there."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if isinstance(node.ctx, ast.Store) or node.id not in self.names:
            return node
        text = f"read({node.id!r}, {node.lineno}, {node.col_offset}, locals())"
        return ast.copy_location(ast.parse(text, mode="eval").body, node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        assert isinstance(node.target, ast.Name)
        load = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
        value = ast.BinOp(self.visit(load), node.op, self.visit(node.value))
        return ast.fix_missing_locations(ast.copy_location(ast.Assign([node.target], value), node))

    def visit_While(self, node: ast.While) -> ast.AST:
        self.generic_visit(node)
        node.body.insert(0, ast.parse("tick()").body[0])
        return node


def walked(text: str) -> tuple[set[Place], bool]:
    """Every place where some path reads an unassigned name, and whether some path falls off the end."""
    tree = ast.parse(text)
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    _Watched(assigned_names(definition)).visit(definition)
    definition.body.append(ast.parse("end()").body[0])
    places: set[Place] = set()
    falls = [False]
    for answers in _paths():
        scope = _world(answers, places, falls)
        exec(compile(ast.fix_missing_locations(tree), "<walked>", "exec", dont_inherit=True), scope)
        try:
            scope["kernel"]()
        except TooLong:
            pass
    return places, falls[0]


class _Answers:
    def __init__(self, given: list[bool]) -> None:
        self.given, self.asked = given, 0

    def next(self) -> bool:
        if self.asked == _DEEPEST:
            raise TooLong
        if self.asked == len(self.given):
            self.given.append(False)
        self.asked += 1
        return self.given[self.asked - 1]


def _paths() -> Iterator[_Answers]:
    """All sequences of answers, each only as long as its path asks."""
    given: list[bool] = []
    while True:
        answers = _Answers(given)
        yield answers
        del given[answers.asked :]
        while given and given[-1]:
            given.pop()
        if not given:
            return
        given[-1] = True


def _world(answers: _Answers, places: set[Place], falls: list[bool]) -> dict[str, Any]:
    ticks = [0]

    def read(name: str, line: int, column: int, here: dict[str, Any]) -> Any:
        if name not in here:
            places.add((line, column))
        return 1

    def tick() -> None:
        ticks[0] += 1
        if ticks[0] > 40:
            raise TooLong

    def end() -> None:
        falls[0] = True

    return {"read": read, "tick": tick, "end": end, "c": answers.next}


def analysed(text: str) -> tuple[set[Place], bool]:
    """What the data-flow analysis says of the same."""
    definition = ast.parse(text).body[0]
    assert isinstance(definition, ast.FunctionDef)
    found: set[Place] = set()

    def constant(node: ast.expr) -> Any:
        try:
            return ast.literal_eval(node)
        except ValueError:
            return None

    flow = Definiteness(assigned_names(definition), constant, lambda node: found.add((node.lineno, node.col_offset)))
    return found, flow.run(definition, frozenset())


TABLE = [
    "a = 1\nreturn a",
    "return a\na = 1",
    "if c():\n    a = 1\nreturn a",
    "if c():\n    a = 1\nelse:\n    a = 2\nreturn a",
    "if c():\n    a = 1\nelse:\n    return 0\nreturn a",
    "if c():\n    a = 1\nelif c():\n    a = 2\nreturn a",
    "if c() and (a := 1):\n    return a\nreturn 0",
    "if c() and (a := 1):\n    return 0\nreturn a",
    "if c() or (a := 1):\n    return 0\nreturn a",
    "if not (c() or (a := 1)):\n    return a\nreturn 0",
    "if (a := c()) or c():\n    pass\nreturn a",
    "b = (a := 1) if c() else 2\nreturn a + b",
    "b = a if (a := c()) else a\nreturn b",
    "b = 1 < c() < (a := 2)\nreturn a",
    "if 0 < c() < (a := 2):\n    return a\nreturn 1",
    "for i in range(4):\n    pass\nreturn i",
    "for i in range(0):\n    pass\nreturn i",
    "for i in range(c()):\n    pass\nreturn i",
    "for i in range(c()):\n    a = i\nelse:\n    a = 1\nreturn a",
    "for i in range(c()):\n    if c():\n        a = 1\n        break\nelse:\n    a = 2\nreturn a",
    "for i in range(c()):\n    if c():\n        break\n    a = 1\nelse:\n    a = 2\nreturn a",
    "for i in range(3):\n    a = i\nreturn a",
    "for i in range(3):\n    if c():\n        continue\n    a = i\nreturn a",
    "for i in range(3):\n    if c():\n        break\n    a = i\nreturn a",
    "for i in range(3):\n    return i",
    "for i in range(3):\n    if c():\n        a = 1\n    if i:\n        b = a\nreturn 0",
    "for i in range(5, 0, -2):\n    a = i\nreturn a",
    "for i in range(0, 5, -2):\n    a = i\nreturn a",
    "for i in range(2):\n    for j in range(2):\n        a = j\n    b = a\nreturn a + b + j",
    "while c():\n    a = 1\nreturn a",
    "while True:\n    a = 1\n    if c():\n        break\nreturn a",
    "while True:\n    if c():\n        break\n    a = 1\nreturn a",
    "while True:\n    if c():\n        return 1",
    "while 1:\n    if c():\n        a = 1\n        continue\n    return a",
    "while c():\n    a = 1\n    break\nelse:\n    a = 2\nreturn a",
    "while c():\n    return 1\nelse:\n    return 2",
    "while c():\n    return 1",
    "while (a := c()):\n    b = a\nreturn a",
    "while (a := c()):\n    b = a\nreturn b",
    "while False:\n    a = b\nreturn 1",
    "if False:\n    a = 1\nreturn a",
    "if True:\n    a = 1\nreturn a",
    "if True:\n    return 1\na += 1",
    "if c() and True:\n    a = 1\nelse:\n    a = 2\nreturn a",
    "a += 1\nreturn a",
    "a = a\nreturn a",
    "a, b = 1, c()\nreturn a + b",
    "a = b = c()\nreturn a + b",
    "a: int = 1\nreturn a",
    "if c():\n    a: int = 1\nreturn a",
    "if c():\n    return 1\nelif c():\n    return 2\nelse:\n    return 3",
    "if c():\n    return 1\nelif c():\n    return 2",
    "pass",
]


def indented(body: str) -> str:
    return "def kernel():\n" + "".join(f"    {line}\n" for line in body.splitlines())


@pytest.mark.parametrize("body", TABLE)
def test_table(body: str) -> None:
    text = indented(body)
    assert analysed(text) == walked(text), text


class _Maker:
    """Random functions of a few names, every condition a new `c()`."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.budget = 9

    def block(self, depth: int, in_loop: bool) -> list[str]:
        lines = [line for _ in range(self.random.randint(1, 3)) for line in self.statement(depth, in_loop)]
        return lines or ["pass"]

    def name(self) -> str:
        return self.random.choice("xyz")

    def value(self) -> str:
        kind = self.random.randint(0, 7)
        if kind < 3:
            return self.name()
        if kind == 3:
            return f"({self.name()} := 1)"
        if kind == 4:
            return f"({self.name()} if {self.condition()} else ({self.name()} := 2))"
        if kind == 5:
            return f"({self.condition()} and ({self.name()} := 3)) + {self.name()}"
        return "1"

    def condition(self) -> str:
        kind = self.random.randint(0, 9)
        if kind == 0:
            return self.random.choice(["True", "False", "1", "0"])
        if kind == 1:
            return f"not {self.condition()}"
        if kind == 2:
            return f"(c() {self.random.choice(['and', 'or'])} ({self.name()} := c()))"
        if kind == 3:
            return f"(0 < c() < ({self.name()} := 1 + c()))"
        return "c()"

    def statement(self, depth: int, in_loop: bool) -> list[str]:
        self.budget -= 1
        kind = self.random.randint(0, 9)
        if self.budget < 0 or depth > 3 or kind < 3:
            return [f"{self.name()} = {self.value()}"]
        if kind == 3:
            return [f"{self.name()} += {self.name()}"]
        if kind == 4 and in_loop:
            return [self.random.choice(["break", "continue"])]
        if kind == 5:
            return [f"return {self.value()}"]
        return self.compound(kind, depth)

    def compound(self, kind: int, depth: int) -> list[str]:
        looped = kind >= 8
        head = {8: f"while {self.condition()}:", 9: f"for {self.name()} in range({self.count()}):"}
        lines = [head.get(kind, f"if {self.condition()}:")]
        lines += [f"    {line}" for line in self.block(depth + 1, looped)]
        if self.random.random() < 0.4:
            lines += ["else:", *(f"    {line}" for line in self.block(depth + 1, False))]
        return lines

    def count(self) -> str:
        return self.random.choice(["c()", "c() + c()", "1, 2", "1", "3, 2, -1"])


@pytest.mark.parametrize("first", range(0, 200, 25))
def test_random_functions(first: int) -> None:
    for seed in range(first, first + 25):
        # The first lines make each name a local without ever giving it a value.
        text = indented("\n".join(["if 0:", "    x = y = z = 1", *_Maker(seed).block(0, False)]))
        # A `break` in the `else` of a loop that no loop surrounds is no Python.
        try:
            compile(text, "<random>", "exec")
        except SyntaxError:
            continue
        assert analysed(text) == walked(text), text


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("def k(x):\n    if x > 0:\n        y = 1\n    return y\n", ["E0301"]),
        ("def k(x):\n    for i in range(4):\n        y = x\n    return i + y\n", []),
        ("def k(x, n):\n    for i in range(n):\n        y = x\n    return i + y\n", ["E0301", "E0301"]),
        ("def k(x):\n    x = x + 1\n    return x\n", []),
        ("def k(x):\n    if x > 0:\n        return x\n", ["E0302"]),
        ("def k(x):\n    while True:\n        x += 1\n        if x > 3:\n            return x\n", []),
        ("def k(x):\n    return x\n    return y\n", ["E0201"]),
        ("def k(x):\n    y = y + 1\n    return y\n", ["E0301"]),
        ("def k(x):\n    return y + y + y\n    y = 1\n", ["E0301", "E0301", "E0301"]),
    ],
)
def test_what_the_user_is_told(text: str, codes: list[str]) -> None:
    assert codes_of(text) == codes


def test_constants_of_the_module_count_as_bounds() -> None:
    from tests.frontend.texts import function

    loop = "def kernel(x):\n    for i in range(N):\n        y = x\n    return y\n"
    assert codes_of(function(loop, N=3)) == []
    assert codes_of(function(loop, N=0)) == ["E0301"]
    assert codes_of(function("def kernel(x):\n    if N:\n        y = x\n    return y\n", N=True)) == []


def test_each_place_is_reported_once() -> None:
    message = message_of("def k(x):\n    for i in range(3):\n        x += y\n        y = 1\n    return x\n")
    assert message.count("E0301") == 1
