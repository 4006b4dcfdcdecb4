"""Random statements and functions around the expressions: branches, loops, exits, several results, helpers.

Scopes are states of a data-flow analysis: the names that surely have a value, each with its type, or None where
control cannot come.  Loops end by construction: trip counts are small, and a counter nothing else assigns bounds a
`while`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.fuzz import trees
from tests.fuzz.catalog import producers
from tests.fuzz.expressions import Expressions, Scope, Signature
from tests.fuzz.words import INTEGERS, STRONG, WORDS, joined, limits

Body = list[ast.stmt]

_AUGMENTED = {f"_0 {op} _1" for op in ("+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>")}
_SHIFTS = {"_0 << _1"}


@dataclass
class Loop:
    breaks: list[Scope] = field(default_factory=list)
    continues: list[Scope] = field(default_factory=list)


@dataclass
class Statements(Expressions):
    results: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # in mixed programs, the second type of each result
    loops: list[Loop] = field(default_factory=list)
    nest: int = 0
    trips: int = 1
    most_trips: int = 80
    reachable: bool = True
    returned: bool = False

    # -- functions ------------------------------------------------------------------------------------------------

    def routine(
        self, name: str, params: list[str], words: list[str], defaults: list[ast.expr], size: int
    ) -> ast.FunctionDef:
        """A whole function in a fresh scope."""
        self.scope = dict(zip(params, words, strict=True))
        self.fixed, self.loops, self.nest, self.trips, self.reachable = set(), [], 0, 1, True
        self.returned = False
        body: Body = []
        if self.chance(0.08):
            body.append(ast.Expr(ast.Constant("Says what it does.")))
        if self.mixed and self.chance(0.4):
            body += self.accumulation()
        body += self.block(size)
        if self.reachable:
            body.append(self.return_())
        return trees.function(name, [ast.arg(each) for each in params], defaults, body)

    def block(self, size: int) -> Body:
        body: Body = []
        for _ in range(size):
            if not self.reachable or (self.fuel < 0 and body):
                break
            body += self.statement()
        return body or [ast.Pass()]

    def statement(self) -> Body:
        kinds = {
            self.assign: 5.0, self.reassign: 4.0, self.augment: 5.0, self.swap: 2.0, self.several: 1.0, self.bare: 0.5,
            self.if_: 4.0 * (self.nest < 3), self.for_: 2.2 * (self.nest < 3 and self.trips * 3 <= self.most_trips),
            self.while_: 1.2 * (self.nest < 3 and self.trips * 3 <= self.most_trips),
            self.leave: 3.0 * (self.nest > 0),
        }  # fmt: skip
        return self.rng.choices(list(kinds), list(kinds.values()))[0]()

    # -- assignments ----------------------------------------------------------------------------------------------

    def free(self) -> list[str]:
        return [each for each in self.scope if each not in self.fixed]

    def assign(self) -> Body:
        word = self.word() if self.chance(0.7) else self.rng.choice(WORDS)
        value = self.expr(word, 3)
        names = [self.new_name()]
        if self.chance(0.08):
            names.append(self.new_name())
            self.features["chained assignment"] += 1
        self.scope.update(dict.fromkeys(names, word))
        if len(names) == 1 and self.chance(0.05):
            self.features["annotated assignment"] += 1
            return [ast.AnnAssign(trees.store(names[0]), ast.Name("float", ast.Load()), value, 1)]
        return [ast.Assign([trees.store(name) for name in names], value)]

    def reassign(self) -> Body:
        if not (free := self.free()):
            return self.assign()
        name = self.rng.choice(free)
        if not self.loops and self.chance(0.25):  # another type from here on; where paths meet the name is given up
            self.features["retyped name"] += 1
            word = self.rng.choice(WORDS)
        else:
            word = self.scope[name]
        value = self.expr(word, 3)
        self.scope[name] = word
        return [ast.Assign([trees.store(name)], value)]

    def augment(self) -> Body:
        if not (free := self.free()):
            return self.assign()
        name = self.rng.choice(free)
        word = self.scope[name]
        table = [
            (entry, fitting)
            for entry, choices in producers()[word]
            if entry.text in _AUGMENTED and (fitting := [t[1] for t in choices if t[0] == word])
        ]
        if not table:
            return self.reassign()
        entry, rights = self.rng.choices(table, [entry.weight for entry, _ in table])[0]
        right = self.rng.choice([each for each in rights if each in self.scope.values()] or rights)
        within = limits(word) if word in STRONG and word in INTEGERS else None
        value = self.literal("int", within) if right == "int" and within and self.chance(0.7) else self.expr(right, 2)
        op = ast.parse(entry.text, mode="eval").body.op
        self.features[f"augmented {entry.text[3:-3]}="] += 1
        node = ast.AugAssign(trees.store(name), op, value)
        node.word = word
        return [node]

    def swap(self) -> Body:
        """Several names at once, each from what all were before."""
        self.features["tuple assignment"] += 1
        names = self.rng.sample(self.free(), min(len(self.free()), self.rng.choice((2, 2, 3))))
        if len(names) < 2:
            return self.assign()
        values = []
        for name in names:
            word = self.scope[name]
            same = [each for each in names if self.scope[each] == word and each != name]
            values.append(trees.name(self.rng.choice(same), word) if same and self.chance(0.6) else self.expr(word, 2))
        return [_unpack(names, ast.Tuple(values, ast.Load()))]

    def several(self) -> Body:
        """`q, r = divmod(a, b)`, or a helper with several results."""
        helpers = [helper for helper in self.helpers if len(helper.results) > 1]
        if helpers and self.chance(0.7):
            helper = self.rng.choice(helpers)
            value, words = self.call_of(helper, 3, None), helper.results
            self.features["helper with several results"] += 1
        else:
            words = [self.rng.choice([each for each in WORDS if each not in ("b1", "bool")])] * 2
            text = "divmod(_0, _1)" if words[0] not in STRONG or self.chance(0.6) else "np.divmod(_0, _1)"
            value = trees.expr(text, self.expr(words[0], 2), self.expr(words[0], 2))
            self.features["divmod"] += 1
        names = [self.new_name(), f"v{self.fresh + 50}", f"v{self.fresh + 51}"][: len(words)]
        self.fresh += 60
        self.scope.update(zip(names, words, strict=True))
        watched = [name for name, word in zip(names, words, strict=True) if word == "int"]
        return [_unpack(names, value), *(trees.marked(f"_w({name})") for name in watched)]

    def bare(self) -> Body:
        if self.chance(0.4):
            return [ast.Pass()]
        name, word = self.new_name(), self.word()
        value = self.expr(word, 2)
        self.scope[name] = word
        self.features["walrus"] += 1
        return [ast.Expr(ast.NamedExpr(trees.store(name), value))]

    def accumulation(self) -> Body:
        """`acc = 0` and then `acc += x`: the type of x, as a loop's names have one type."""
        word = self.rng.choice(STRONG[1:])
        name = "mixed_acc"
        start = trees.wider(self.literal("int", limits(word) if word in INTEGERS else None), word)
        self.features["mixed accumulation"] += 1
        bound = self.bound()
        outer, self.trips = self.trips, self.trips * 5
        before = dict(self.scope)
        step = self.expr(word, 2)
        add = ast.AugAssign(trees.store(name), self.rng.choice((ast.Add, ast.Sub, ast.Mult))(), step)
        self.trips = outer
        loop = ast.For(trees.store("mixed_i"), trees.expr("range(_0)", bound), [add], [])
        self.scope = before | {name: word}  # a loop may run never
        return [ast.Assign([trees.store(name)], start), loop]

    # -- exits ----------------------------------------------------------------------------------------------------

    def return_(self) -> ast.stmt:
        values = []
        for k, word in enumerate(self.results):
            own = self.others[k] if self.others and self.returned and self.chance(0.5) else word
            if own == word:
                values.append(self.expr(word, 3))
            else:
                values.append(self.side(own, word, 3))
        self.reachable, self.returned = False, True  # the first gives the results their types
        return ast.Return(values[0] if len(values) == 1 else ast.Tuple(values, ast.Load()))

    def leave(self) -> Body:
        kind = self.rng.choice(("return", "break", "continue")) if self.loops else "return"
        self.features[kind] += 1
        if kind == "return":
            return [self.return_()]
        loop = self.loops[-1]
        (loop.breaks if kind == "break" else loop.continues).append(dict(self.scope))
        self.reachable = False
        return [ast.Break() if kind == "break" else ast.Continue()]

    # -- branches -------------------------------------------------------------------------------------------------

    def if_(self) -> Body:
        self.features["if"] += 1
        test = self.condition(3)
        before = dict(self.scope)
        then, first = self.side_block()
        self.scope = dict(before)
        if self.chance(0.55):
            orelse, second = self.side_block()
        else:
            orelse, second = [], dict(before)
        return [ast.If(test, then, orelse), *self.meet([first, second])]

    def side_block(self) -> tuple[Body, Scope | None]:
        self.nest += 1
        body = self.block(self.rng.choice((1, 1, 2, 3)))
        self.nest -= 1
        end = dict(self.scope) if self.reachable else None
        self.reachable = True
        return body, end

    def meet(self, states: Sequence[Scope | None], *, joins: bool = True) -> Body:
        """Go on where these states come together; what the oracle must convert there."""
        sure = [state for state in states if state is not None]
        self.reachable = bool(sure)
        if not sure:
            self.scope = {}
            return []
        self.scope = {name: word for name, word in sure[0].items() if all(s.get(name) == word for s in sure)}
        statements: Body = []
        if self.mixed and joins and len(sure) == 2:
            for name in sure[0].keys() & sure[1].keys() - self.scope.keys():
                first, second = sure[0][name], sure[1][name]
                word = joined(first, second)
                if self.chance(0.7) and not ("int" in (first, second) and word in INTEGERS and word != "int"):
                    self.features["mixed meet"] += 1
                    self.scope[name] = word
                    statements.append(trees.marked(f"{name} = _j({name}, '{word}')"))
        return sorted(statements, key=ast.dump)

    # -- loops ----------------------------------------------------------------------------------------------------

    def bound(self) -> ast.expr:
        """Something small that may differ for each element."""
        pick = self.rng.random()
        if pick < 0.35:
            return trees.number(self.rng.choice((0, 1, 2, 3, 4, 5, -2)), "int")
        word = self.rng.choice([each for each in self.scope.values() if each in INTEGERS] or ["int"])
        small = trees.expr(f"_0 & {self.rng.choice((3, 7))}", self.expr(word, 1), word=word)
        if pick < 0.7:
            return small
        return trees.expr(f"int(_0) - {self.rng.choice((1, 3))}", small, word="int")

    def step(self) -> ast.expr:
        pick = self.rng.random()
        if pick < 0.6:
            return trees.number(self.rng.choice((1, 2, 3, -1, -1, -2, -3)), "int")
        if pick < 0.65:
            self.features["step that may be zero"] += 1
            return trees.expr("int(_0 & 3)", self.leaf(self.rng.choice(INTEGERS)))
        sign = self.rng.choice(("", "-"))
        return trees.expr(f"{sign}(int(_0 & 1) + 1)", self.leaf(self.rng.choice(INTEGERS)), word="int")

    def for_(self) -> Body:
        count = self.rng.choice((1, 1, 2, 3))
        self.features[f"for range({count})"] += 1
        bounds = [self.bound() for _ in range(min(count, 2))] + ([self.step()] if count == 3 else [])
        text = f"range({', '.join(f'_{k}' for k in range(count))})"
        before = self.give_up_some()
        reused = [name for name in self.free() if self.scope[name] == "int"]
        target = self.rng.choice(reused) if reused and self.chance(0.3) else self.new_name()
        if before.get(target, "int") != "int":
            before.pop(target)
        self.scope[target] = "int"
        body, ends = self.loop_body(5)
        numbers = [each.value for each in bounds if isinstance(each, ast.Constant) and isinstance(each.value, int)]
        surely = len(numbers) == count and bool(range(*numbers))
        exhausted = [*ends.continues, *([self.scope] if self.reachable else [])] if surely else [before]
        loop = ast.For(trees.store(target), trees.expr(text, *bounds), body, [])
        self.after_loop(loop, exhausted, ends)
        return [loop]

    def give_up_some(self) -> Scope:
        """The state before a loop, without names the body may give another type."""
        for name in self.free():
            if self.chance(0.1):
                self.scope.pop(name)
        return dict(self.scope)

    def loop_body(self, most: int) -> tuple[Body, Loop]:
        self.loops.append(Loop())
        outer, self.trips, self.nest = self.trips, self.trips * most, self.nest + 1
        self.reachable = True
        body = self.block(self.rng.choice((1, 2, 2, 3)))
        self.trips, self.nest = outer, self.nest - 1
        return body, self.loops.pop()

    def after_loop(self, loop: ast.For | ast.While, exhausted: Sequence[Scope], ends: Loop) -> None:
        self.meet(exhausted, joins=False)  # a name of two types is given up at the end of a loop
        if self.reachable and self.chance(0.3):
            self.features["loop else"] += 1
            loop.orelse, end = self.side_block()
        else:
            end = dict(self.scope) if self.reachable else None
        self.meet([end, *ends.breaks], joins=False)

    def while_(self) -> Body:
        shape = self.rng.choice(("count", "count", "walrus", "forever", "shift"))
        self.features[f"while {shape}"] += 1
        name = self.new_name()
        self.fixed.add(name)
        limit = self.rng.choice((2, 3, 5))
        if shape == "shift":
            word = self.rng.choice(("u1", "u2", "i1"))
            start = self.expr(word, 2)
            self.scope[name] = word
            first = ast.parse(f"{name} >>= 1\nif {name} <= 3:\n    break").body
            test: ast.expr | Callable[[], ast.expr] = trees.name(name, word)
        else:
            start, self.scope[name] = trees.number(0, "int"), "int"
            first = [] if shape == "walrus" else ast.parse(f"{name} += 1").body
            if shape == "forever":
                first += ast.parse(f"if {name} > {limit}:\n    break").body
            tests: dict[str, Callable[[], ast.expr]] = {
                "count": lambda: trees.expr(f"{name} < {limit} and _0", self.maybe(self.rng.choice(("b1", "bool")), 2)),
                "walrus": lambda: trees.expr(f"({name} := {name} + 1) <= {limit}"),
                "forever": lambda: ast.Constant(True),
            }
            test = tests[shape]
        begin = ast.Assign([trees.store(name)], start)
        before = self.give_up_some()
        condition = test if isinstance(test, ast.expr) else test()
        at_first = dict(self.scope)
        body, ends = self.loop_body(8 if shape == "shift" else limit)
        if first and isinstance(first[-1], ast.If):
            ends.breaks.append(at_first)
        loop = ast.While(condition, first + body, [])
        if shape == "forever":
            self.meet(list(ends.breaks), joins=False)
            return [begin, loop]
        self.reachable = True
        self.after_loop(loop, [before], ends)
        return [begin, loop]


def _unpack(names: list[str], value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Tuple([trees.store(name) for name in names], ast.Store())], value)


def signature(name: str, node: ast.FunctionDef, words: list[str], results: list[str]) -> Signature:
    params = [each.arg for each in node.args.args]
    return Signature(name, params, words, len(params) - len(node.args.defaults), results)
