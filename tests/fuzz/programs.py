"""Whole programs from a seed, and what is kept of them: two texts, types and constants.

Modes: "exact" (every join has one type), "mixed" (paths of different types meet), "bounded" (one function known to a
few ULP as the very last operation), "refused" (one operation NumPy has no answer for: the compiler must refuse it).
"""

from __future__ import annotations

import ast
import math
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from tests.fuzz import catalog, trees
from tests.fuzz.statements import Statements, signature
from tests.fuzz.words import INTEGERS, STRONG, WEAK, WORDS, carrier, joined, limits

_PARAMS = ("a", "b", "c", "d")


@dataclass
class Case:
    """One program: everything a replay needs but the inputs."""

    params: list[str]
    results: list[str]
    kernel: str
    oracle: str
    constants: dict[str, Any] = field(default_factory=dict)
    mode: str = "exact"
    note: str = ""
    features: Counter[str] = field(default_factory=Counter)
    trees: list[ast.FunctionDef] = field(default_factory=list)
    seed: str = ""


def of_trees(case: Case, functions: list[ast.FunctionDef]) -> Case:
    """`case` with these functions in place of its own."""
    kernel, oracle = trees.kernel_text(functions), trees.oracle_text(functions)
    return replace(case, kernel=kernel, oracle=oracle, trees=functions)


def program(seed: str) -> Case:
    """The program this seed stands for."""
    rng = random.Random(seed)
    mode = rng.choices(("exact", "mixed", "bounded", "refused"), (74, 18, 6, 2))[0]
    maker = Statements(rng, mixed=mode == "mixed", fuel=rng.choice((8, 15, 30, 45, 80)))
    functions = _helpers(maker) if rng.random() < 0.3 else []
    if mode in ("exact", "mixed") and rng.random() < 0.35:
        return _focused(maker, mode, functions, seed)
    words = _parameters(rng)
    maker.results = [_result(rng, words) for _ in range(rng.choices((1, 2, 3), (70, 22, 8))[0])]
    maker.others = [_other(rng, word) for word in maker.results] if mode == "mixed" else []
    params = list(_PARAMS[: len(words)])
    maker.most_trips = 80
    kernel = maker.routine("kernel", params, words, [], rng.choice((0, 0, 0, 1, 1, 2, 3, 4, 6, 8)))
    functions.append(kernel)
    if mode == "bounded":
        _end_bounded(maker, kernel, words)
    if mode == "refused":
        _end_refused(maker, kernel)
    case = Case(words, maker.results, "", "", maker.constants, mode, "", maker.features, seed=seed)
    maker.features[f"mode {mode}"] += 1
    return of_trees(case, functions)


def _focused(maker: Statements, mode: str, functions: list[ast.FunctionDef], seed: str) -> Case:
    """One operation on the parameters themselves, and perhaps an expression of what it gives: nothing in its way."""
    rng = maker.rng
    table = catalog.producers()[rng.choice(WORDS)]
    entry, choices = rng.choices(table, [math.sqrt(entry.weight) for entry, _ in table])[0]
    types = rng.choice(_interesting(choices, rng))
    result = catalog.result(entry.text, types)
    assert result is not None
    words: list[str] = []
    args: list[ast.expr] = []
    for name, word in zip(_PARAMS, types, strict=False):
        if word == "int" and rng.random() < 0.3:
            args.append(maker.literal("int", limits(next((t for t in types if t in INTEGERS), "int"))))
        elif word == "float" and rng.random() < 0.3:
            args.append(maker.literal("float"))
        else:
            weak = word in WEAK and (not words or rng.random() < 0.5)
            words.append(carrier(word) if weak else word)
            args.append(trees.cast(word, trees.name(name, words[-1])) if weak else trees.name(name, word))
            args[-1] = _renamed(args[-1], name, _PARAMS[len(words) - 1])
    if not words:
        words = ["f8"]
    params = list(_PARAMS[: len(words)])
    value = trees.expr(entry.text, *args, word=result)
    maker.scope, maker.fuel, maker.results = dict(zip(params, words, strict=True)), 8, [result]
    body: list[ast.stmt] = [ast.Return(value)]
    if rng.random() < 0.4:
        maker.scope["t"], maker.results = result, [_result(rng, [result])]
        body = [ast.Assign([trees.store("t")], value), ast.Return(maker.expr(maker.results[0], 3))]
    maker.features.update({"focused": 1, entry.text: 1, f"mode {mode}": 1})
    case = Case(words, maker.results, "", "", maker.constants, mode, "", maker.features, seed=seed)
    return of_trees(case, [*functions, trees.function("kernel", [ast.arg(each) for each in params], [], body)])


def _interesting(choices: list[catalog.Types], rng: random.Random) -> list[catalog.Types]:
    """Operands of equal types, or Python scalars beside NumPy's, as often as all the others."""
    pick = rng.random()
    if pick < 0.3:
        return [types for types in choices if len(set(types)) == 1] or choices
    if pick < 0.6:
        return [types for types in choices if not set(WEAK).isdisjoint(types) and set(types) - set(WEAK)] or choices
    return choices


def _renamed(node: ast.expr, old: str, new: str) -> ast.expr:
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and each.id == old:
            each.id = new
    return node


def _parameters(rng: random.Random) -> list[str]:
    count = rng.choice((1, 2, 2, 3, 3, 4))
    if rng.random() < 0.35:
        words = [rng.choice(STRONG)] * count
    else:
        words = [rng.choice(STRONG) for _ in range(count)]
    return [rng.choice(WEAK) if k and rng.random() < 0.25 else word for k, word in enumerate(words)]


def _result(rng: random.Random, words: list[str]) -> str:
    pick = rng.random()
    return rng.choice(words) if pick < 0.3 else "b1" if pick < 0.4 else rng.choice(WORDS)


def _other(rng: random.Random, word: str) -> str:
    """A type that joins with `word` to `word`; Python ints beside integers must be literals, so they are left out."""
    fitting = [each for each in WORDS if joined(each, word) == word and not (each == "int" and word in INTEGERS)]
    return rng.choice(fitting or [word])


def _helpers(maker: Statements) -> list[ast.FunctionDef]:
    rng = maker.rng
    made = []
    mixed, maker.mixed, fuel = maker.mixed, False, maker.fuel
    for k in range(rng.choice((1, 1, 2))):
        words = [rng.choice(WORDS) for _ in range(rng.choice((1, 2, 2, 3)))]
        defaults = []
        if words[-1] in WEAK and rng.random() < 0.6:
            defaults = [maker.literal(words[-1])]
        maker.results = [rng.choice(WORDS) for _ in range(rng.choice((1, 1, 1, 2)))]
        maker.fuel, maker.most_trips, maker.others = 12, 6, []
        maker.scope = {}
        node = maker.routine(f"helper{k}", ["p", "q", "r"][: len(words)], words, defaults, rng.choice((0, 1, 2, 3)))
        if isinstance(node.body[0], ast.Pass) and len(node.body) > 1:
            node.body.pop(0)
        made.append(node)
        maker.helpers.append(signature(f"helper{k}", node, words, list(maker.results)))
        maker.features["helper"] += 1
    maker.mixed, maker.fuel = mixed, fuel
    return made


def _end_bounded(maker: Statements, kernel: ast.FunctionDef, words: list[str]) -> None:
    """The kernel's only return becomes a bounded function of exact operands."""
    rng = maker.rng
    maker.scope = dict(zip(_PARAMS, words, strict=False))
    maker.fuel = 12
    word = rng.choice(("f4", "f8", "f8", "float"))
    entry, choices = rng.choice(catalog.producers(exact=False)[word])
    types = maker.operand_types(choices)
    maker.results[:] = [word]
    kernel.body = [ast.Return(maker.apply(entry, types, word, 2))]
    maker.features[f"bounded {entry.text}"] += 1


def _end_refused(maker: Statements, kernel: ast.FunctionDef) -> None:
    """The kernel begins with an operation on operand types for which NumPy raises TypeError, or gives float16."""
    entry, types, half = maker.rng.choice(catalog.refused())
    maker.scope, maker.fuel = dict(zip((p.arg for p in kernel.args.args), [], strict=False)), 3
    node = maker.apply(entry, types, "unknown", 1)
    kernel.body.insert(0, ast.Assign([trees.store("refused")], node))
    maker.features["refused f2" if half else "refused TypeError"] += 1
