"""Makes a failing program small: statements go, expressions become simpler ones of the same type, inputs become one.

A smaller program counts only if it fails on the same route in the same way and still keeps the promises of the oracle.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from iris_cc.diagnostics import CompileError
from tests.fuzz import oracle, routes, trees
from tests.fuzz.inputs import Inputs
from tests.fuzz.programs import Case, of_trees
from tests.fuzz.runner import Finding, Run, judge
from tests.fuzz.words import CAST, WEAK, carrier

Functions = list[ast.FunctionDef]
_PLAIN_OF_KIND = {"b": "True", "f": "1.5"}
_PLAIN = {"bool": "True", "int": "1", "float": "1.0"}


class Shrinker:
    def __init__(self, finding: Finding, folder: Path, seconds: float = 25.0) -> None:
        self.best = finding
        self.folder = folder
        self.deadline = time.monotonic() + seconds

    def run(self) -> Finding:
        # Where types meet, what is left out may have been what gave the result its type.
        keeps_types = self.best.case.mode != "mixed" or self.best.kind != "dtype"
        if self.best.case.trees and keeps_types:
            self.fewer_results()
            while self.round() and time.monotonic() < self.deadline:
                pass
            self.fewer_inputs()
        return self.best

    def round(self) -> bool:
        """One pass over everything that can go; whether anything went."""
        before = self.best.case.kernel
        for change in ("statement", "expression"):
            number = 0
            while time.monotonic() < self.deadline:
                sites = list(_sites(self.best.case.trees, change))
                if number >= len(sites):
                    break
                if not self.one_site(sites[number]):
                    number += 1
        return self.best.case.kernel != before

    def one_site(self, site: tuple[int, int, str, int]) -> bool:
        for variant in range(40):
            functions = [trees.clone(each) for each in self.best.case.trees]
            if not _change(functions, site, variant, self.best.case):
                return False
            if self.accepts(functions):
                return True
        return False

    def accepts(self, functions: Functions) -> bool:
        used = {n.id for function in functions for n in ast.walk(function) if isinstance(n, ast.Name)}
        functions = [each for each in functions if each.name in used or each.name == "kernel"]
        try:
            case = of_trees(self.best.case, functions)
        except Exception:
            return False
        if len(case.kernel) >= len(self.best.case.kernel) and case.kernel >= self.best.case.kernel:
            return False
        return self.fails(case, self.best.inputs)

    def fails(self, case: Case, inputs: Inputs | None) -> bool:
        found = again(case, self.best, inputs, self.folder)
        if found is not None:
            self.best = found
        return found is not None

    def fewer_results(self) -> None:
        if len(self.best.case.results) < 2 or not self.best.text.startswith("result "):
            return
        keep = int(self.best.text.split()[1].rstrip(","))
        functions = [trees.clone(each) for each in self.best.case.trees]
        for node in ast.walk(functions[-1]):
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
                node.value = node.value.elts[keep]
        case = of_trees(self.best.case, functions)
        case.results = [case.results[keep]]
        self.fails(case, self.best.inputs)

    def fewer_inputs(self) -> None:
        inputs = self.best.inputs
        if inputs is None or "element " not in self.best.text:
            return
        plain = [layout if layout in ("weak", "scalar") else "contiguous" for layout in inputs.layouts]
        k = int(self.best.text.split("element ")[1].split(":")[0])
        one = Inputs([column[k : k + 1].copy() for column in inputs.columns], plain, 1)
        if not self.fails(self.best.case, one):
            self.fails(self.best.case, Inputs(inputs.columns, plain, inputs.count))


def again(case: Case, finding: Finding, inputs: Inputs | None, folder: Path) -> Finding | None:
    """`finding` with this program, if it still fails so."""
    same = replace(finding, case=case, inputs=inputs)
    try:
        low = routes.lower(case)
    except CompileError as error:
        first = error.diagnostics[0]
        still = finding.kind == f"rejected {first.code.id}" and _python_takes(case)
        return replace(same, text=first.render()) if still else None
    except SyntaxError:
        return None
    except Exception as error:
        return _if_alike(same, f"{type(error).__name__}: {error}"[:1500]) if finding.route == "front end" else None
    if finding.kind == "accepted":
        return same if oracle.raises_type_error(case, [1] * len(case.params)) else None
    if finding.kind in ("refused by cc", "no C"):
        return _not_compiled(low, same, folder)
    if inputs is None or finding.route == "front end":
        return None
    return _fails_on_route(low, same, folder)


def _if_alike(finding: Finding, text: str) -> Finding | None:
    """The finding with this text, if it is an error of the same class."""
    return replace(finding, text=text) if text.split(":", maxsplit=1)[0] == finding.text.split(":")[0] else None


def _not_compiled(low: routes.Lowered, finding: Finding, folder: Path) -> Finding | None:
    try:
        routes.compile_batch([low], finding.level, folder, finding.parts)
    except routes.BatchFailed as error:
        return replace(finding, text=str(error)) if finding.kind == "refused by cc" else None
    except Exception as error:
        return _if_alike(finding, f"{type(error).__name__}: {error}") if finding.kind == "no C" else None
    return None


def _fails_on_route(low: routes.Lowered, finding: Finding, folder: Path) -> Finding | None:
    assert finding.inputs is not None
    try:
        want = oracle.answers(low.case, finding.inputs.columns, finding.inputs.count)
        if finding.route.startswith("compiled"):
            routes.compile_batch([low], finding.level, folder, finding.parts)
    except oracle.Wrong as error:
        return replace(finding, text=str(error)) if finding.kind == "wrong" else None
    except Exception:
        return None
    if finding.kind == "wrong":
        return None
    wrong = judge(Run(low, finding.inputs, want), finding.route)
    if wrong is None or wrong.kind != finding.kind:
        return None
    return _if_alike(finding, wrong.text) if wrong.kind == "crash" else replace(finding, text=wrong.text)


def _python_takes(case: Case) -> bool:
    columns = [np.ones(1, carrier(word)) for word in case.params]
    try:
        return bool(oracle.answers(case, columns, 1).counts.all())
    except Exception:
        return False


def _sites(functions: Functions, change: str) -> Iterator[tuple[int, int, str, int]]:
    """Every place something can be taken out of: function, node, field, position in a list or -1."""
    for f, function in enumerate(functions):
        for n, node in enumerate(ast.walk(function)):
            for name, value in ast.iter_fields(node):
                if change == "statement" and name in ("body", "orelse") and isinstance(value, list):
                    yield from ((f, n, name, k) for k in range(len(value)))
                elif change == "expression" and isinstance(value, ast.expr) and hasattr(value, "word"):
                    yield f, n, name, -1
                elif change == "expression" and isinstance(value, list):
                    typed = [k for k, each in enumerate(value) if isinstance(each, ast.expr) and hasattr(each, "word")]
                    yield from ((f, n, name, k) for k in typed)


def _change(functions: Functions, site: tuple[int, int, str, int], variant: int, case: Case) -> bool:
    """Apply the `variant`-th change of a site in place; False if there are no more."""
    f, n, name, k = site
    node = list(ast.walk(functions[f]))[n]
    value = getattr(node, name)
    if k >= 0 and isinstance(value[k], ast.stmt):
        options = _statement_options(value[k])
        if variant >= len(options):
            return False
        value[k : k + 1] = options[variant]
        if not value and name == "body":
            value.append(ast.Pass())
        return True
    old = value if k < 0 else value[k]
    options = _expression_options(old, functions[f], case)
    if variant >= len(options):
        return False
    if hasattr(old, "join") and not hasattr(options[variant], "join"):
        options[variant].join = old.join
    if k < 0:
        setattr(node, name, options[variant])
    else:
        value[k] = options[variant]
    return True


def _statement_options(statement: ast.stmt) -> list[list[ast.stmt]]:
    options: list[list[ast.stmt]] = [[]]
    match statement:
        case ast.If(body=body, orelse=orelse) | ast.For(body=body, orelse=orelse) | ast.While(body=body, orelse=orelse):
            options += [body, orelse] if orelse else [body]
    return options


def _expression_options(node: Any, function: ast.FunctionDef, case: Case) -> list[Any]:
    word = node.word
    if isinstance(node, ast.Constant):
        return []
    options: list[Any] = []
    if function.name == "kernel" and not isinstance(node, ast.Name):
        names = [arg.arg for arg in function.args.args]
        options += [trees.name(name, word) for name, have in zip(names, case.params, strict=True) if have == word]
    plain = _PLAIN[word] if word in WEAK else f"{CAST[word]}({_PLAIN_OF_KIND.get(word[0], '1')})"
    if ast.unparse(trees.as_kernel(node)) != plain:
        options.append(trees.expr(plain, word=word))
    if options and hasattr(options[-1], "join"):
        del options[-1].join
    inner = [each for each in ast.walk(node) if each is not node and getattr(each, "word", None) == word]
    return options + sorted(inner, key=lambda each: len(ast.dump(each)))
