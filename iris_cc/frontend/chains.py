"""Lowers long `elif` chains in pieces beside one another, so that no reader of the IR recurses over their length.

Shorter chains lie inside one another, as they do in the syntax tree: `lower` does those.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from iris_cc.frontend import arith
from iris_cc.frontend.expressions import Expressions
from iris_cc.frontend.frames import FALSE, FLAGS, NEXT, ONWARD, TRUE, Reach
from iris_cc.frontend.shape import Arms, has_walrus
from iris_cc.frontend.values import Value

_LONGEST = 30  # arms inside one another


def is_long(chain: Arms) -> bool:
    """Whether a chain is lowered in pieces; one whose tests bind names is as deep as it is long."""
    return len(chain) > _LONGEST and not any(has_walrus(test) for test, _ in chain)


class Chains(Expressions):
    """Lowering of long chains; `lower` adds the other statements."""

    def block(self, stmts: list[ast.stmt]) -> Reach:
        raise NotImplementedError

    def leave(self, way: str) -> Reach:
        raise NotImplementedError

    def long_chain(self, chain: Arms, orelse: list[ast.stmt]) -> Reach:
        """A long `elif` chain in pieces beside one another; a piece runs where no arm before it was taken.

        There all names are what they were before the chain: its tests bind none.
        """
        flow, onward, start = NEXT, TRUE, dict(self.frame.env)
        for first in range(0, len(chain), _LONGEST):
            piece = chain[first : first + _LONGEST]
            is_last = first + _LONGEST >= len(chain)
            end = (lambda: self.block(orelse)) if is_last else (lambda: self.leave(ONWARD))
            if onward.literal is True:
                flow = self.piece(piece, end)
            elif onward.literal is None:
                flow = self.beside(onward, flow, lambda piece=piece, end=end: self.piece(piece, end), start)  # type: ignore[misc]
            self.frame.env = start | self.frame.env
            onward = self.frame.env.pop(ONWARD, FALSE)
            flow = Reach(flow.next, flow.exits - {ONWARD})
        return flow

    def beside(self, onward: Value, taken: Reach, piece: Callable[[], Reach], start: dict[str, Value]) -> Reach:
        """One more piece of a chain where control went `onward`; elsewhere it has `taken` an arm."""

        def run() -> Reach:
            self.frame.env = {name: FALSE if name in FLAGS else value for name, value in start.items()}
            return piece()

        return self.fork(self.e.atom(onward), run, lambda: taken)

    def piece(self, chain: Arms, end: Callable[[], Reach]) -> Reach:
        """The arms of a chain inside one another, and `end` where none is taken."""
        if not chain:
            return end()
        test, body = chain[0]
        self.at(test)
        self.limit()
        known = arith.truth(self.e, self.value(test))
        if known.literal is not None:
            return self.block(body) if known.literal else self.piece(chain[1:], end)
        self.frame.depth += 1
        flow = self.fork(self.e.atom(known), lambda: self.block(body), lambda: self.piece(chain[1:], end))
        self.frame.depth -= 1
        return flow
