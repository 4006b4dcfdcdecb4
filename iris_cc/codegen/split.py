"""A large function as a schedule of short ones: runs of statements, calls, and the control flow that is too large to be
part of a run.

    Run    a function of its own on tiles and scalars; equal ones are one function
    Call   an elementary function of ours on tiles
    Branch, Counted    what holds schedules in turn; a loop has as many trips as constants say

A value that outlives its run has a tile; `Life` tells for how long.  From IR to IR: nothing here is text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import assert_never

from iris_cc.codegen import weight
from iris_cc.codegen.needs import is_ours
from iris_cc.diagnostics import Span
from iris_cc.ir import walk
from iris_cc.ir.nodes import (
    NOWHERE,
    Alloc,
    Atom,
    Block,
    Check,
    Const,
    For,
    Function,
    If,
    Let,
    Load,
    Stmt,
    Store,
    Var,
    While,
)
from iris_cc.ir.ops import Form
from iris_cc.ir.types import BOOL
from iris_cc.records import record, replace
from iris_cc.target import Target

# A run is cut when it weighs this much; what weighs more in one piece is a schedule of its own.
_RUN = 120
# A short run is compiled as one function while there are few; beyond, an operation at a time, which many runs share.
_SHORT, _MOST_SHORT = 20, 60
# A function that weighs more has short runs only: a compiler takes seconds for that many different statements.
_HUGE = 15_000


@record(eq=False)
class Run:
    """`fn` on `inputs`; `outputs` are the values that outlive it.  `at` is the last position it reaches."""

    fn: Function
    inputs: tuple[Atom, ...]
    outputs: tuple[Var, ...]
    at: int
    loc: Span = NOWHERE

    @property
    def shape(self) -> tuple[Function, tuple[bool, ...]]:
        """What makes two runs one function: the same statements, on tiles and scalars in the same places."""
        return self.fn, tuple(isinstance(atom, Const) for atom in self.inputs)


@record(eq=False)
class CallStep:
    """One elementary function of ours."""

    let: Let
    at: int


@record(eq=False)
class Branch:
    stmt: If
    then: tuple[Step, ...]
    orelse: tuple[Step, ...]
    at: int


@record(eq=False)
class Counted:
    stmt: For
    begin: Run
    body: tuple[Step, ...]
    at: int


Step = Run | CallStep | Branch | Counted


class Life:
    """Where each value is last read: a position in program order, and the end of a loop for what the loop reads again.

    The results of a loop are its carried values under another name.
    """

    def __init__(self, fn: Function) -> None:
        self.alias: dict[Var, Var] = {}
        self.last: dict[Var, int] = {}
        self.end: dict[int, int] = {}
        self._born: dict[Var, int] = {}
        self._now = 0
        self._block(fn.body)
        self.close = self._tick()
        self._use(walk.variables(fn.body.results), self.close)

    def is_read_after(self, var: Var, position: int) -> bool:
        return self.last.get(self.home(var), -1) > position

    def home(self, var: Var) -> Var:
        """The value whose tile `var` is in."""
        while var in self.alias:
            var = self.alias[var]
        return var

    def _tick(self) -> int:
        self._now += 1
        return self._now

    def _use(self, variables: Iterable[Var], at: int) -> None:
        for var in variables:
            home = self.home(var)
            self.last[home] = max(self.last.get(home, 0), at)

    def _block(self, block: Block) -> None:
        for stmt in block.stmts:
            begin = self._tick()
            self._use(walk.variables(walk.operands(stmt)), begin)
            self._born.update((var, begin) for var in (*walk.definitions(stmt), *walk.inner_definitions(stmt)))
            for inner in walk.blocks(stmt):
                self._block(inner)
                self._use(walk.variables(inner.results), self._tick())
            end = self.end[id(stmt)] = self._tick()
            if isinstance(stmt, For | While):
                again = {var for inner in walk.blocks(stmt) for var in walk.reads(inner)}
                self._use((var for var in again if self._born.get(self.home(var), 0) <= begin), end)
                self._use(stmt.carried, end)
                self.alias.update(zip(stmt.outs, stmt.carried, strict=True))


class Splitter:
    """Cuts one function for `target`."""

    def __init__(self, fn: Function, target: Target) -> None:
        self.fn = fn
        self.target = target
        self.life = Life(fn)
        self.known: set[object] = set()
        self.is_huge = weight.called_weight(fn.body, target) > _HUGE
        self.run = _SHORT - 1 if self.is_huge else _RUN

    def steps(self) -> tuple[Step, ...]:
        return tuple(self._steps(self.fn.body))

    def moved(self, targets: tuple[Var, ...], sources: tuple[Atom, ...]) -> Run:
        """All of `targets` at once, as far as they are read.  It ends no life: what follows may read the same."""
        pairs = [(t, s) for t, s in zip(targets, sources, strict=True) if self.life.is_read_after(t, 0) and t != s]
        params, body = _canonical((), tuple(s for _, s in pairs), spread=True)
        fn = Function("move", tuple(params.values()), body)
        return Run(fn, tuple(params), tuple(t for t, _ in pairs), 0)

    def _steps(self, block: Block) -> Iterator[Step]:
        group: list[Stmt] = []
        total = 0
        for stmt in block.stmts:
            size = weight.of_step(stmt, self.target)
            is_call = isinstance(stmt, Let) and is_ours(stmt.op, self.target)
            is_apart = size > _RUN and isinstance(stmt, If | For)
            if group and (is_call or is_apart or total + size > self.run):
                yield from self._runs(group)
                group, total = [], 0
            if is_call:
                assert isinstance(stmt, Let)
                yield CallStep(stmt, self.life.end[id(stmt)])
            elif is_apart:
                assert isinstance(stmt, If | For)
                yield self._compound(stmt)
            else:
                group.append(stmt)
                total += size
        if group:
            yield from self._runs(group)

    def _compound(self, stmt: If | For) -> Step:
        at = self.life.end[id(stmt)]
        match stmt:
            case If():
                return Branch(stmt, tuple(self._steps(stmt.then)), tuple(self._steps(stmt.orelse)), at)
            case For():
                start = self.moved(stmt.carried, stmt.inits)
                return Counted(stmt, start, tuple(self._steps(stmt.body)), at)
            case _:
                assert_never(stmt)

    def _runs(self, group: list[Stmt]) -> Iterator[Run]:
        run = self._run(group)
        is_new = run.shape not in self.known
        if is_new and len(group) < _SHORT and len(self.known) >= _MOST_SHORT and _is_plain(group) and len(group) > 1:
            for stmt in group:
                yield from self._runs([stmt])
            return
        self.known.add(run.shape)
        yield run

    def _run(self, group: list[Stmt]) -> Run:
        at = self.life.end[id(group[-1])]
        outputs = tuple(v for s in group for v in walk.definitions(s) if self.life.is_read_after(v, at))
        params, body = _canonical(tuple(group), outputs, spread=len(group) < _SHORT)
        return Run(Function("step", tuple(params.values()), body), tuple(params), outputs, at, group[0].loc)


def _is_plain(group: list[Stmt]) -> bool:
    return all(isinstance(stmt, Let | Check) for stmt in group)


def _canonical(stmts: tuple[Stmt, ...], results: tuple[Atom, ...], spread: bool) -> tuple[dict[Atom, Var], Block]:
    """`stmts` with values numbered by their first appearance: what goes in, and the block.

    With `spread` the constants beside operators go in, too: runs that differ in nothing else are equal then.
    """
    return _Canonical(spread).made(stmts, results)


class _Canonical:
    def __init__(self, spread: bool) -> None:
        self.spread = spread
        self.params: dict[Atom, Var] = {}
        self.names: dict[Var, Var] = {}
        self.count = 0

    def made(self, stmts: tuple[Stmt, ...], results: tuple[Atom, ...]) -> tuple[dict[Atom, Var], Block]:
        body = self.block(Block(stmts, results), outermost=True)
        return self.params, body

    def block(self, block: Block, outermost: bool = False) -> Block:
        stmts = tuple(self.stmt(stmt, outermost) for stmt in block.stmts)
        return Block(stmts, tuple(self.read(atom, self.spread and outermost) for atom in block.results))

    def stmt(self, stmt: Stmt, outermost: bool) -> Stmt:
        spread = self.spread and outermost and isinstance(stmt, Let) and isinstance(stmt.op.c, Form)
        changed = walk.with_operands(stmt, lambda atom: self.read(atom, spread))
        changed = _with_inner(changed, self.define)
        changed = walk.with_blocks(changed, self.block)
        return replace(_with_outs(changed, self.define), loc=NOWHERE)  # other runs are this one, too

    def new(self, atom: Atom) -> Var:
        self.count += 1
        return Var(self.count, atom.type, atom.hint if isinstance(atom, Var) else "")

    def read(self, atom: Atom, spread: bool) -> Atom:
        if isinstance(atom, Var) and atom in self.names:
            return self.names[atom]
        if isinstance(atom, Const) and (not spread or atom.type is BOOL):
            return atom
        if atom not in self.params:
            self.params[atom] = self.new(atom)
        return self.params[atom]

    def define(self, var: Var) -> Var:
        self.names[var] = self.new(var)
        return self.names[var]


def _with_inner(stmt: Stmt, define: Callable[[Var], Var]) -> Stmt:
    """`stmt` with what it defines for its inner blocks renamed."""
    match stmt:
        case Let() | Check() | If() | Load() | Store() | Alloc():
            return stmt
        case For():
            return replace(stmt, index=define(stmt.index), carried=tuple(map(define, stmt.carried)))
        case While():
            return replace(stmt, carried=tuple(map(define, stmt.carried)))
        case _:
            assert_never(stmt)


def _with_outs(stmt: Stmt, define: Callable[[Var], Var]) -> Stmt:
    """`stmt` with what it defines for the statements after it renamed."""
    match stmt:
        case Let() | Load():
            return replace(stmt, out=define(stmt.out))
        case Check() | Store() | Alloc():
            return stmt
        case If() | For() | While():
            return replace(stmt, outs=tuple(map(define, stmt.outs)))
        case _:
            assert_never(stmt)
