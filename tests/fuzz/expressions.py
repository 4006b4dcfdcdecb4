"""Random well-typed expressions: every method makes one of the type it is asked for.

Operations and their operand types come from the catalog.  Names in scope are certain to have a value.  A Python int
beside a small NumPy integer is mostly a literal that fits, because what does not fit raises in Python.
"""

from __future__ import annotations

import ast
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.fuzz import trees
from tests.fuzz.catalog import Entry, Types, producers
from tests.fuzz.words import CAST, FLOATS, INTEGERS, STRONG, TRUTHS, WEAK, WORDS, joined, limits, make, value

Scope = dict[str, str]

_NAMES = (
    "t", "s", "acc", "x", "y", "z", "w", "total", "double", "register", "live", "k", "count", "status", "out0",
    "int32_t", "main", "long", "short", "signed", "t1", "t_3", "args", "steps", "auto", "const", "inline", "NULL",
    "isnan_", "f32",
)  # fmt: skip
_FLOAT_LITERALS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 10.0, 0.1, 1e-3, 100.0, 1e10, 2.5, -0.0, -1.0, -2.5, 1e300, 1e-310)
_FLOAT_NAMES = ("math.pi", "math.inf", "math.nan", "-math.inf", "np.pi")
_INT_LITERALS = (0, 1, 1, 2, 3, 4, 5, 7, 8, 10, 16, 31, 63, 100, 127, 128, 255, 1000, 40000, 2**31, 2**53 + 1)


@dataclass
class Signature:
    """A helper a program may call; parameters after `required` have the defaults' types."""

    name: str
    params: list[str]
    words: list[str]
    required: int
    results: list[str]


@dataclass
class Expressions:
    rng: random.Random
    mixed: bool = False  # paths of different types may meet
    scope: Scope = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)  # names nothing may assign: counters of loops
    constants: dict[str, Any] = field(default_factory=dict)
    helpers: list[Signature] = field(default_factory=list)
    features: Counter[str] = field(default_factory=Counter)
    unsure: int = 0  # > 0 where an expression may not be evaluated
    fuel: int = 60
    fresh: int = 0

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def new_name(self) -> str:
        free = [each for each in _NAMES if each not in self.scope and each not in self.fixed]
        if free and self.chance(0.7):
            return self.rng.choice(free)
        self.fresh += 1
        return f"v{self.fresh}"

    def word(self) -> str:
        """A type to work in: one that is in scope, more often than not."""
        if self.scope and self.chance(0.6):
            return self.rng.choice(list(self.scope.values()))
        return self.rng.choice(WORDS)

    # -- leaves ---------------------------------------------------------------------------------------------------

    def leaf(self, word: str) -> ast.expr:
        names = [each for each, have in self.scope.items() if have == word]
        if names and self.chance(0.9):
            return trees.name(self.rng.choices(names, range(1, len(names) + 1))[0], word)
        if word in WEAK and self.chance(0.5):
            return self.literal(word)
        if self.chance(0.1):
            return self.constant(word)
        others = [each for each in self.scope if each not in names]
        if others and self.chance(0.9):
            other = self.rng.choice(others)
            self.features[f"cast {CAST[word]}"] += 1
            return trees.cast(word, trees.name(other, self.scope[other]))
        if word in STRONG:
            inner = "float" if word in FLOATS else "bool" if word in TRUTHS else "int"
            return trees.cast(word, self.literal(inner, limits(word) if inner == "int" else None))
        return self.literal(word)

    def literal(self, word: str, within: tuple[int, int] | None = None) -> ast.expr:
        if word == "bool":
            return trees.number(self.chance(0.5), "bool")
        if word == "float":
            if self.chance(0.05):
                self.features["math constant"] += 1
                return trees.expr(self.rng.choice(_FLOAT_NAMES), word="float")
            return trees.number(self.rng.choice(_FLOAT_LITERALS), "float")
        low, high = within or (-(2**31), 2**53 + 1)
        numbers = [n for each in _INT_LITERALS for n in (each, each, -each) if low <= n <= high]
        return trees.number(self.rng.choice(numbers), "int")

    def constant(self, word: str) -> ast.expr:
        """A captured number."""
        known = [name for name, number in self.constants.items() if _is(number, word)]
        if not known or (len(self.constants) < 3 and self.chance(0.5)):
            name = f"K{len(self.constants)}"
            number = value(word, self.rng)
            if word == "int" and self.chance(0.7):
                number = number % 200 - 50
            self.constants[name] = make(word, number)
            known = [name]
        self.features["captured constant"] += 1
        return trees.name(self.rng.choice(known), word)

    # -- expressions ----------------------------------------------------------------------------------------------

    def expr(self, word: str, depth: int) -> ast.expr:
        self.fuel -= 1
        if depth <= 0 or self.fuel < 0 or (depth < 3 and self.chance(0.1)):
            return self.leaf(word)
        pick = self.rng.random()
        if pick < 0.05:
            return self.ternary(word, depth)
        if pick < 0.09:
            return self.and_or(word, depth)
        if pick < (0.15 if self.unsure else 0.11):
            return self.walrus(word, depth)
        if pick < 0.2 and word in TRUTHS:
            return self.chained(word, depth)
        if pick < 0.19 and self.helpers and (call := self.call(word, depth)) is not None:
            return call
        if pick < 0.23 and self.mixed and (node := self.mixed_min(word, depth)) is not None:
            return node
        if pick < 0.28:
            self.features[f"cast {CAST[word]}"] += 1
            return trees.cast(word, self.expr(self.word(), depth - 1))
        return self.operation(word, depth)

    def operation(self, word: str, depth: int) -> ast.expr:
        table = producers()[word]
        if not table:
            return self.leaf(word)
        entry, choices = self.rng.choices(table, [entry.weight for entry, _ in table])[0]
        types = self.operand_types(choices)
        self.features[entry.text] += 1
        return self.apply(entry, types, word, depth)

    def apply(self, entry: Entry, types: Types, word: str, depth: int) -> ast.expr:
        args: list[ast.expr] = []
        for k, each in enumerate(types):
            partner = next((t for t in types if t in STRONG and t in INTEGERS), None)
            if each == "int" and partner and k < entry.arity and self.chance(0.75):
                args.append(self.literal("int", limits(partner)))
            else:
                args.append(self.expr(each, depth - 1))
        return trees.expr(entry.text, *args, word=word)

    def operand_types(self, choices: list[Types]) -> Types:
        """Types that are in scope are more interesting than conversions."""
        have = set(self.scope.values())
        tries = [self.rng.choice(choices) for _ in range(5)]
        return max(tries, key=lambda types: sum(each in have for each in types) + self.rng.random())

    def condition(self, depth: int) -> ast.expr:
        """Something to branch on; anything has a truth."""
        word = self.rng.choice(("b1", "b1", "b1", "bool")) if self.chance(0.85) else self.word()
        if self.mixed and word in WEAK:
            word = "b1"  # a literal test has one path only, and nothing joins
        return self.expr(word, depth)

    def maybe(self, word: str, depth: int) -> ast.expr:
        """An expression that is not evaluated on every path."""
        self.unsure += 1
        node = self.expr(word, depth)
        self.unsure -= 1
        return node

    def sides(self, word: str) -> tuple[str, str]:
        """The types of two paths that meet in `word`."""
        if self.mixed and self.chance(0.5):
            other = [each for each in WORDS if joined(each, word) == word and each != word and _safe(each, word)]
            if other:
                pair = [word, self.rng.choice(other)]
                self.rng.shuffle(pair)
                return pair[0], pair[1]
        return word, word

    def side(self, own: str, word: str, depth: int) -> ast.expr:
        """A path of type `own` that meets one which makes it `word`."""
        if own == word:
            return self.maybe(word, depth)
        self.features["mixed join"] += 1
        if own == "int" and word in INTEGERS:
            return trees.wider(self.literal("int", limits(word)), word)
        node = self.maybe(own, depth)
        return trees.wider(trees.cast(own, node) if hasattr(node, "join") else node, word)

    def ternary(self, word: str, depth: int) -> ast.expr:
        self.features["ternary"] += 1
        test = self.condition(depth - 1)
        first, second = self.sides(word)
        sides = [self.side(each, word, depth - 1) for each in (first, second)]
        return trees.expr("_1 if _0 else _2", test, *sides, word=word)

    def and_or(self, word: str, depth: int) -> ast.expr:
        op = self.rng.choice(("and", "or"))
        self.features[op] += 1
        args = [self.expr(word, depth - 1), *(self.maybe(word, depth - 1) for _ in range(self.rng.choice((1, 1, 2))))]
        return trees.expr(f" {op} ".join(f"_{k}" for k in range(len(args))), *args, word=word)

    def mixed_min(self, word: str, depth: int) -> ast.expr | None:
        """`min` of operands of two types: whichever is chosen takes the type of both."""
        first, second = self.sides(word)
        if first == second or word in WEAK:
            return None
        self.features["mixed min/max"] += 1
        text = self.rng.choice(("min(_0, _1)", "max(_0, _1)"))
        args = [
            self.literal("int", limits(word)) if each == "int" and word in INTEGERS else self.expr(each, depth - 1)
            for each in (first, second)
        ]
        return trees.wider(trees.expr(text, *args, word=word), word)

    def walrus(self, word: str, depth: int) -> ast.expr:
        mine = [each for each, have in self.scope.items() if have == word and each not in self.fixed]
        inner = self.expr(word, depth - 1)
        if mine and (self.unsure or self.chance(0.4)):
            target = self.rng.choice(mine)
        elif not self.unsure:
            target = self.new_name()
        else:
            return inner
        self.features["walrus"] += 1
        if target in self.scope and self.scope[target] != word:
            return inner
        self.scope[target] = word
        node = ast.NamedExpr(trees.store(target), inner)
        node.word = word
        return node

    def chained(self, word: str, depth: int) -> ast.expr:
        """`a < b <= c`; the middle decides whether NumPy or Python compares."""
        self.features["chained comparison"] += 1
        pool = WEAK if word == "bool" else STRONG
        middle = self.rng.choice([each for each in self.scope.values() if each in pool] or pool)
        others = [each for each in (WEAK if word == "bool" else WORDS) if each in self.scope.values() or each == middle]
        count = self.rng.choice((2, 2, 3))
        text, args = "_0", [self.expr(self.rng.choice(others), depth - 1)]
        for k in range(1, count + 1):
            text += f" {self.rng.choice(('<', '<=', '>', '>=', '==', '!='))} _{k}"
            make = self.expr if k == 1 else self.maybe
            args.append(make(middle if k < count else self.rng.choice(others), depth - 1))
        return trees.expr(text, *args, word=word)

    def call(self, word: str, depth: int) -> ast.expr | None:
        fitting = [helper for helper in self.helpers if helper.results == [word]]
        if not fitting:
            return None
        return self.call_of(self.rng.choice(fitting), depth, word)

    def call_of(self, helper: Signature, depth: int, word: str | None) -> ast.expr:
        """A call with positional, keyword and left-out arguments."""
        self.features["helper call"] += 1
        count = self.rng.randint(helper.required, len(helper.words))
        args = [self.expr(each, depth - 1) for each in helper.words[:count]]
        first_keyword = self.rng.randint(0, count) if self.chance(0.4) else count
        named = zip(helper.params[first_keyword:count], args[first_keyword:], strict=True)
        keywords = [ast.keyword(name, arg) for name, arg in named]
        node = ast.Call(ast.Name(helper.name, ast.Load()), args[:first_keyword], keywords)
        if word is not None:
            node.word = word
        return node


def _is(number: Any, word: str) -> bool:
    return type(number) is type(make(word, 0))


def _safe(word: str, wide: str) -> bool:
    """Whether a value of type `word` that takes the type `wide` is one conversion, with nothing free about it."""
    return not (word in FLOATS and wide in INTEGERS)
