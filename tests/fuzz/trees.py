"""Syntax trees with types on them: built from templates, printed as the kernel or as its oracle.

Nodes carry `word` (the type of the value, where it may be replaced) and `join` (the wider type this path takes when it
meets another).  The kernel's text knows neither.  The oracle's text is the same function with two kinds of calls added:
`_w(e)` around operations on Python ints, which gives up the element when 64 bits are left, and `_j(e, "f8")` where
paths of different types meet.  Nothing else differs.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from tests.fuzz.words import CAST


@cache
def _template(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def expr(text: str, *args: ast.expr, word: str | None = None) -> ast.expr:
    """The expression `text` with `_0`, `_1`, ... replaced by `args`."""
    node = _fill(_template(text), args)
    if word is not None and not hasattr(node, "word"):
        node.word = word
    return node


def _fill(node: Any, args: tuple[ast.expr, ...]) -> Any:
    if isinstance(node, ast.Name) and node.id[0] == "_" and node.id[1:].isdigit():
        return args[int(node.id[1:])]
    if isinstance(node, list):
        return [_fill(inner, args) for inner in node]
    if isinstance(node, ast.AST):
        return type(node)(**{name: _fill(inner, args) for name, inner in ast.iter_fields(node)})
    return node


def name(id: str, word: str) -> ast.expr:
    node = ast.Name(id, ast.Load())
    node.word = word
    return node


def store(id: str) -> ast.Name:
    return ast.Name(id, ast.Store())


def number(value: bool | int | float, word: str) -> ast.expr:
    """A literal; a negative one is a sign and a number, as Python reads it."""
    if isinstance(value, float) and math.isnan(value):
        return expr("math.nan", word=word)
    negative = not isinstance(value, bool) and (value < 0 or str(value)[0] == "-")
    text = "math.inf" if abs(value) == float("inf") else repr(abs(value) if not isinstance(value, bool) else value)
    return expr(f"-{text}" if negative else text, word=word)


def cast(word: str, inner: ast.expr) -> ast.expr:
    return expr(f"{CAST[word]}(_0)", inner, word=word)


def wider(node: ast.expr, word: str) -> ast.expr:
    """`node` where it meets a path of another type."""
    node.join = word
    return node


def marked(text: str) -> ast.stmt:
    """A statement that only the oracle has."""
    statement = ast.parse(text).body[0]
    statement.oracle = True
    return statement


def function(id: str, params: Iterable[ast.arg], defaults: list[ast.expr], body: list[ast.stmt]) -> ast.FunctionDef:
    arguments = ast.arguments(posonlyargs=[], args=list(params), kwonlyargs=[], kw_defaults=[], defaults=defaults)
    parts: dict[str, Any] = {"args": arguments, "body": body, "decorator_list": [], "type_params": []}
    return ast.FunctionDef(name=id, **parts)


def kernel_text(functions: Iterable[ast.FunctionDef]) -> str:
    return _text(functions, as_kernel)


def oracle_text(functions: Iterable[ast.FunctionDef]) -> str:
    return _text(functions, as_oracle)


def _text(functions: Iterable[ast.FunctionDef], rewrite: Callable[[Any], Any]) -> str:
    return "\n\n".join(ast.unparse(rewrite(each)) for each in functions) + "\n"


def clone(node: Any) -> Any:
    """A copy with the types on it."""
    if isinstance(node, list):
        return [clone(each) for each in node]
    if not isinstance(node, ast.AST):
        return node
    new = type(node).__new__(type(node))
    for name, value in node.__dict__.items():
        new.__dict__[name] = clone(value)
    return new


def as_kernel(node: Any) -> Any:
    if isinstance(node, list):
        return [as_kernel(each) for each in node if not getattr(each, "oracle", False)]
    if not isinstance(node, ast.AST):
        return node
    new: Any = type(node)(**{name: as_kernel(getattr(node, name)) for name in node._fields if hasattr(node, name)})
    new.lineno = 1  # `unparse` asks for one on some nodes
    return new


def as_oracle(node: Any) -> Any:
    if isinstance(node, list):
        return [as_oracle(each) for each in node]
    if not isinstance(node, ast.AST):
        return node
    word, join = getattr(node, "word", None), getattr(node, "join", None)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        value: ast.expr = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, as_oracle(node.value))
        return ast.Assign([node.target], _watched(value) if word == "int" else value, lineno=1)
    new: Any = type(node)(**{name: as_oracle(getattr(node, name)) for name in node._fields if hasattr(node, name)})
    new.lineno = 1
    if word == "int" and isinstance(node, ast.BinOp | ast.UnaryOp | ast.Call):
        new = _watched(new)
    if join is not None:
        new = ast.Call(ast.Name("_j", ast.Load()), [new, ast.Constant(join)], [])
    return new


def _watched(node: ast.expr) -> ast.expr:
    return ast.Call(ast.Name("_w", ast.Load()), [node], [])
