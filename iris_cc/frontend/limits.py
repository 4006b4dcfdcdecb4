"""How large a text and how deep a tree may be: asked first, without recursion, because everything after it recurses.

CPython's parser and compiler recurse in C and know no limit but the one a user can raise, and a stack that overflows
there ends the process.  Here the size of the text bounds how deep they can come, whatever that limit is.
"""

from __future__ import annotations

import ast

MOST_CHARACTERS = 1 << 20
MOST_WORDS = 50_000  # a chain has one between two operators; the C stack of CPython 3.11 holds a chain of 60 000
MOST_BRACKETS = 20_000  # calls of calls have no words between them
DEEPEST = 150  # levels of the tree, each a few frames of every walk

_BLANKS = bytes(byte if chr(byte).isalnum() or byte == ord("_") or byte > 127 else 32 for byte in range(256))


def too_large(text: str) -> str:
    """Why a text is too large to be parsed, or nothing."""
    if len(text) > MOST_CHARACTERS:
        return f"the source is {len(text):,} characters; at most {MOST_CHARACTERS:,} are accepted"
    words = len(text.encode(errors="replace").translate(_BLANKS).split())
    if words > MOST_WORDS:
        return f"the source has {words:,} words; at most {MOST_WORDS:,} are accepted"
    brackets = sum(map(text.count, "([{"))
    if brackets > MOST_BRACKETS:
        return f"the source has {brackets:,} brackets; at most {MOST_BRACKETS:,} are accepted"
    return ""


def too_deep(root: ast.AST) -> ast.AST | None:
    """The first node nested too deep, if one is."""
    pending: list[tuple[ast.AST, int]] = [(root, 0)]
    while pending:
        node, depth = pending.pop()
        flat, inner = _flat(node), depth + _levels(node)
        if inner > DEEPEST:
            return node
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, _LEAVES):
                pending.append((child, depth if child is flat else inner))
    return None


_LEAVES = (ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.Name, ast.Constant)


def _flat(node: ast.AST) -> ast.AST | None:
    """The child that every walk takes in the same loop: the sum in front of a sum, the `elif` of an `if`."""
    match node:
        case ast.BinOp(left=ast.BinOp() as left):
            return left
        case ast.If(orelse=[ast.If() as other]):
            return other
        case _:
            return None


def _levels(node: ast.AST) -> int:
    """What a node puts over its children: conditions are nested in one another."""
    match node:
        case ast.Compare(ops=operators):
            return 2 * len(operators) - 1
        case ast.IfExp() | ast.For() | ast.While():
            return 2
        case _:
            return 1
