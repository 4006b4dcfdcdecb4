"""What lowering keeps while it walks: the environment of each function being read, and where control may go next.

Hidden names (they hold a `%`, so no user name is one of them) carry exits as ordinary values: `%ret`, `%brk`, `%cnt`,
`%done` and `%onw` say that control left by `return`, `break`, `continue`, the false test of a while, or for the next
piece of a long `elif` chain; `%rv00`, `%rv01`, ... are what `return` gave.  Because they are ordinary names, every
merge and every loop carries them without a rule of its own.
"""

from __future__ import annotations

from typing import Any

from iris_cc.frontend.resolve import Routine
from iris_cc.frontend.values import Reference, Value, literal
from iris_cc.records import field, record

RETURN, BREAK, CONTINUE, DONE, ONWARD = "%ret", "%brk", "%cnt", "%done", "%onw"
FLAGS = (RETURN, BREAK, CONTINUE, DONE, ONWARD)
FALSE, TRUE = literal(False), literal(True)


def returned(position: int) -> str:
    return f"%rv{position:02d}"  # so that names sort as positions


@record
class Reach:
    """Whether control can go on to the next statement, and by which exits it may have left."""

    next: bool
    exits: frozenset[str] = frozenset()

    def __or__(self, other: Reach) -> Reach:
        return Reach(self.next or other.next, self.exits | other.exits)

    @property
    def keeps_names(self) -> bool:
        """Whether somebody reads the user's names after this: a `return` leaves none in use, and the next piece of a
        chain begins with those from before the chain."""
        return self.next or bool(self.exits - {RETURN, ONWARD})


NEXT = Reach(True)


@record(eq=False, frozen=False)
class Frame:
    """One function being lowered: the kernel, or a helper inside it.  `key` tells inlined copies apart."""

    routine: Routine
    key: tuple[object, ...]
    env: dict[str, Value] = field(default_factory=dict)
    references: dict[str, Reference] = field(default_factory=dict)  # names that hold arrays and tuples
    iterables: dict[str, Any] = field(default_factory=dict)  # what hidden names of rewritten loops run over
    depth: int = 0  # blocks absorbed into one another so far
