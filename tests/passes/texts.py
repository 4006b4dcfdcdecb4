"""Text in, text out: how the tests of single rewrites are written."""

from __future__ import annotations

from iris_cc.ir.nodes import Pass
from iris_cc.ir.parser import parse
from iris_cc.ir.printer import print_function
from iris_cc.ir.verify import verify


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


def after(step: Pass, head: str, body: str) -> list[str]:
    """The body of the function `head` after `step`, one trimmed line each."""
    fn = verify(parse(f"func @f({head} {{\n{body}\n}}\n"))
    return lines(print_function(verify(step(fn))))[1:-1]
