"""Dead code: what no result and no effect depends on goes.

The effects are checks, stores to the caller's arrays, and while loops, which may pass their iteration limit.  A store
to a local array is needed by the loads of it.  Liveness is one walk over a graph of
dependencies, so a carried value that only feeds itself is found dead in linear time.
"""

from __future__ import annotations

from itertools import compress
from typing import assert_never

from iris_cc.ir import walk
from iris_cc.ir.nodes import Alloc, Array, Atom, Block, Check, For, Function, If, Let, Load, Stmt, Store, Var, While
from iris_cc.passes.scope import with_carried
from iris_cc.records import replace

_TOP = -1  # live from the start; the nodes of branches, loops and local arrays are below it, those of values from 0 on


def dce(fn: Function) -> Function:
    graph = _Graph(fn)
    return replace(fn, body=_Sweep(graph).block(fn.body))


class _Graph:
    """Which node needs which; a branch or loop is a node of its own: that it runs at all."""

    def __init__(self, fn: Function) -> None:
        self.needs: dict[int, list[int]] = {_TOP: []}
        self.nodes: dict[int, int] = {}  # id() of a branch or loop: its node
        self.arrays: dict[Array, int] = {}  # that loads need: the nodes of local ones; of the caller's, the top
        self.need(_TOP, *fn.body.results)
        self.arrays.update((param.array, _TOP) for param in fn.arrays)
        self.block(fn.body, _TOP)
        self.live = self.reachable()

    def need(self, node: int, *atoms: Atom) -> None:
        self.needs.setdefault(node, []).extend(var.id for var in walk.variables(atoms))

    def block(self, block: Block, around: int) -> None:
        for stmt in block.stmts:
            match stmt:
                case Let(out, args=args):
                    self.need(out.id, *args)
                case Check(condition):
                    self.need(_TOP, condition)
                    self.needs[_TOP].append(around)
                case Load(out, array, indices):
                    self.need(out.id, *indices)
                    self.needs[out.id].append(self.arrays[array])
                case Store(array):
                    self.need(self.arrays[array], *walk.operands(stmt))
                    self.needs[self.arrays[array]].append(around)
                case Alloc(array, extents):
                    self.need(self.new(stmt), *extents)
                    self.arrays[array] = self.nodes[id(stmt)]
                case If() | For() | While():
                    self.structured(stmt, around)
                case _:
                    assert_never(stmt)

    def new(self, stmt: Stmt) -> int:
        """A node for the statement itself."""
        return self.nodes.setdefault(id(stmt), _TOP - 1 - len(self.nodes))

    def structured(self, stmt: If | For | While, around: int) -> None:
        node = self.new(stmt)
        self.needs[node] = [around]
        match stmt:
            case If(outs, condition, then, orelse):
                self.need(node, condition)
                for out, left, right in zip(outs, then.results, orelse.results, strict=True):
                    self.need(out.id, left, right)
                    self.needs[out.id].append(node)
            case For():
                self.need(node, stmt.start, stmt.stop, stmt.step)
                self.need(node, *(() if stmt.live is None else (stmt.carried[stmt.live],)))
                self.needs[stmt.index.id] = [node]
                self.carry(stmt, node)
            case While():
                self.needs[_TOP].append(node)
                self.need(node, *stmt.condition.results)
                self.carry(stmt, node)
            case _:
                assert_never(stmt)
        for block in walk.blocks(stmt):
            self.block(block, node)

    def carry(self, loop: For | While, node: int) -> None:
        for out, var, init, next in zip(loop.outs, loop.carried, loop.inits, loop.body.results, strict=True):
            self.need(out.id, var)
            self.need(var.id, init, next)
            self.needs[var.id].append(node)

    def reachable(self) -> set[int]:
        live = {_TOP}
        waiting = [_TOP]
        while waiting:
            fresh = [node for node in self.needs.get(waiting.pop(), ()) if node not in live]
            live.update(fresh)
            waiting += fresh
        return live


class _Sweep:
    """The program without what is not live."""

    def __init__(self, graph: _Graph) -> None:
        self.live = graph.live
        self.nodes = graph.nodes
        self.arrays = graph.arrays

    def block(self, block: Block, wanted: list[bool] | None = None) -> Block:
        kept = tuple(swept for stmt in block.stmts if (swept := self.stmt(stmt)) is not None)
        results = block.results if wanted is None else tuple(compress(block.results, wanted))
        return Block(kept, results)

    def wanted(self, variables: tuple[Var, ...]) -> list[bool]:
        return [var.id in self.live for var in variables]

    def stmt(self, stmt: Stmt) -> Stmt | None:
        match stmt:
            case Let(out) | Load(out):
                return stmt if out.id in self.live else None
            case Check():
                return stmt
            case Store(array) | Alloc(array):
                return stmt if self.arrays[array] in self.live else None
            case If() | For() | While():
                return self.structured(stmt) if self.nodes[id(stmt)] in self.live else None
            case _:
                assert_never(stmt)

    def structured(self, stmt: If | For | While) -> Stmt:
        match stmt:
            case If(outs, then=then, orelse=orelse):
                keep = self.wanted(outs)
                sides = (self.block(then, keep), self.block(orelse, keep))
                return replace(stmt, outs=tuple(compress(outs, keep)), then=sides[0], orelse=sides[1])
            case For(live=live):
                keep = self.wanted(stmt.carried)
                moved = None if live is None else sum(keep[:live])
                return replace(with_carried(stmt, keep), live=moved, body=self.block(stmt.body, keep))
            case While():
                keep = self.wanted(stmt.carried)
                condition, body = self.block(stmt.condition), self.block(stmt.body, keep)
                return replace(with_carried(stmt, keep), condition=condition, body=body)
            case _:
                assert_never(stmt)
