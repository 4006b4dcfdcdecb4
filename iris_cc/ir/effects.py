"""What a statement does besides making values: what a pass asks before it moves, doubles or drops one.

Nothing here knows a pass.  Whether two arrays may overlap is `may_alias`, beside the nodes.
"""

from __future__ import annotations

from typing import assert_never

from iris_cc.ir.nodes import Alloc, Array, Block, Check, For, If, Let, Load, Stmt, Store, While, may_alias
from iris_cc.records import record


@record
class Effects:
    """Of all that may run, whichever way branches go.  Arrays that are allocated inside are nobody else's business."""

    reads: frozenset[Array] = frozenset()
    writes: frozenset[Array] = frozenset()
    raises: bool = False
    endless: bool = False  # it may never end
    loops: bool = False
    allocates: bool = False

    @property
    def may_speculate(self) -> bool:
        """Whether it may run for an element that does not need it: nothing shows that it did, and it is soon done."""
        return not (self.writes or self.raises or self.endless or self.loops or self.allocates)

    def may_write(self, array: Array) -> bool:
        """Whether a load of `array` may give something else afterwards."""
        return any(may_alias(array, written) for written in self.writes)

    def __or__(self, other: Effects) -> Effects:
        return Effects(
            self.reads | other.reads,
            self.writes | other.writes,
            self.raises or other.raises,
            self.endless or other.endless,
            self.loops or other.loops,
            self.allocates or other.allocates,
        )

    def outside(self, own: frozenset[Array]) -> Effects:
        """The same, as seen where the arrays `own` do not exist."""
        reads, writes = self.reads - own, self.writes - own
        return Effects(reads, writes, self.raises, self.endless, self.loops, self.allocates)


NOTHING = Effects()


def effects(node: Stmt | Block) -> Effects:
    match node:
        case Block(stmts):
            found = NOTHING
            for stmt in stmts:
                found = found | effects(stmt)
            own = frozenset(stmt.array for stmt in stmts if isinstance(stmt, Alloc))
            return found.outside(own) if own else found
        case Let():
            return NOTHING
        case Check():
            return Effects(raises=True)
        case Load(_, array):
            return Effects(reads=frozenset((array,)))
        case Store(array):
            return Effects(writes=frozenset((array,)))
        case Alloc(array):
            return Effects(writes=frozenset((array,)), allocates=True)
        case If(then=then, orelse=orelse):
            return effects(then) | effects(orelse)
        case For(body=body):
            return effects(body) | Effects(loops=True)
        case While(condition=condition, body=body):
            return effects(condition) | effects(body) | Effects(raises=True, endless=True, loops=True)
        case _:
            assert_never(node)
