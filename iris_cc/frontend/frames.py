"""What lowering keeps while it walks: the environment of each function being read, and where control may go next.

Hidden names (they hold a `%`, so no user name is one of them) carry exits as ordinary values: `%ret`, `%brk`, `%cnt`
and `%done` say that control left by `return`, `break`, `continue` or the false test of a while; `%rv00`, `%rv01`, ...
are what `return` gave.  Because they are ordinary names, every merge and every loop carries them without a rule of its
own.
"""

from __future__ import annotations

import ast

from iris_cc.frontend.resolve import Routine
from iris_cc.frontend.values import Value, literal
from iris_cc.records import field, record

RETURN, BREAK, CONTINUE, DONE = "%ret", "%brk", "%cnt", "%done"
FLAGS = (RETURN, BREAK, CONTINUE, DONE)
FALSE, TRUE = literal(False), literal(True)


def returned(position: int) -> str:
    return f"%rv{position:02d}"  # so that names sort as positions


@record
class Flow:
    """Whether control can go on to the next statement, and by which exits it may have left."""

    next: bool
    exits: frozenset[str] = frozenset()

    def __or__(self, other: Flow) -> Flow:
        return Flow(self.next or other.next, self.exits | other.exits)

    @property
    def keeps_names(self) -> bool:
        """Whether somebody reads the user's names after this: everything but a `return` leaves them in use."""
        return self.next or bool(self.exits - {RETURN})


NEXT = Flow(True)


@record(eq=False, frozen=False)
class Frame:
    """One function being lowered: the kernel, or a helper inside it.  `key` tells inlined copies apart."""

    routine: Routine
    key: tuple[object, ...]
    env: dict[str, Value] = field(default_factory=dict)
    depth: int = 0  # blocks absorbed into one another so far


def always_exits(body: list[ast.stmt]) -> bool:
    """Whether no path falls off the end of `body`, as far as its shape alone tells."""
    for stmt in body:
        if isinstance(stmt, (ast.Return, ast.Break, ast.Continue)):
            return True
        if isinstance(stmt, ast.If) and stmt.orelse and always_exits(stmt.body) and always_exits(stmt.orelse):
            return True
    return False


def may_exit(stmt: ast.stmt) -> bool:
    """Whether control may leave the block `stmt` stands in, as far as its shape alone tells."""
    match stmt:
        case ast.Return() | ast.Break() | ast.Continue():
            return True
        case ast.If(body=body, orelse=orelse):
            return any(map(may_exit, (*body, *orelse)))
        case ast.For(body=body, orelse=orelse) | ast.While(body=body, orelse=orelse):
            return any(map(_may_return, body)) or any(map(may_exit, orelse))
        case _:
            return False


def _may_return(stmt: ast.stmt) -> bool:
    return any(isinstance(node, ast.Return) for node in ast.walk(stmt))


def loop_exits(body: list[ast.stmt]) -> frozenset[str]:
    """The exits a loop with this body may leave by: `return` anywhere in it, `break` of its own."""
    found = {RETURN} if any(map(_may_return, body)) else set()
    pending = list(body)
    while pending:
        match pending.pop():
            case ast.Break():
                found.add(BREAK)
            case ast.If(body=inner, orelse=orelse):
                pending += [*inner, *orelse]
            case ast.For(orelse=orelse) | ast.While(orelse=orelse):
                pending += orelse
    return frozenset(found)


def has_walrus(node: ast.expr) -> bool:
    return any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(node))
