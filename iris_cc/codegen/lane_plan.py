"""What the lane loop has to know of a function before it writes a line: which values are one for all lanes, which
outlive the straight segment that makes them, and how wide a lane is.  Whether the lane loop pays: lane_pays.

Questions about the IR only; nothing here is text.
"""

from __future__ import annotations

from typing import assert_never

from iris_cc.codegen import lane_pays, lane_values, needs
from iris_cc.ir import kinds, walk
from iris_cc.ir.nodes import Alloc, Atom, Block, Check, Const, For, Function, If, Let, Load, Stmt, Store, Var, While
from iris_cc.records import record
from iris_cc.schedule.flatten import flattened
from iris_cc.schedule.machine import Machine
from iris_cc.schedule.narrow import narrowed
from iris_cc.schedule.uniform import lane_bits, uniform
from iris_cc.target import HOST, Target

_EVERYWHERE = -1  # the segment of what no single segment holds


@record(eq=False)
class LanePlan:
    """How one function runs in lanes; `fn` is the form to write, with counts that may be narrower.

    `uniform` values are scalars, the same in every lane that reads them;
    `crossing` values are arrays, because another segment than their own reads them.  With `refills` a lane whose
    element is done takes the next one while the others go on.
    """

    fn: Function
    lane_bits: int
    parts: lane_pays.Parts
    refills: bool
    in_a_row: int  # rounds before the next look for lanes that are done
    is_watched: bool  # whether loops ask if they are to end, as the function says that was planned
    uniform: frozenset[Var]
    crossing: frozenset[Var]


def plan(
    fn: Function, moving: int | None, parts: int | None = None, refills: bool | None = None, target: Target = HOST
) -> LanePlan | None:
    """The plan for rows along the axis `moving`; None for the element loop.

    `parts` None asks the rule, 0 means the element loop, any other number that many vectors per block.
    Elementary functions of ours work on vectors; whose they are, `target` says.
    """
    if parts == 0 or not needs.trips_differ(fn) or walk.has_memory(fn) or not fn.results:
        return None
    is_watched = needs.is_watched(fn)
    fn = flattened(fn, machine(target, moving))
    short = narrowed(fn)
    found = _planned(short, moving, parts, refills, target, is_watched) if short is not fn else None
    if found is not None and found.lane_bits == 32:
        return found
    return _planned(fn, moving, parts, refills, target, is_watched)


def _planned(
    fn: Function, moving: int | None, parts: int | None, refills: bool | None, target: Target, is_watched: bool
) -> LanePlan | None:
    loop = refilled_loop(fn) if refills is not False else None
    if refills is None and loop is not None and len(loop.carried) > lane_pays.MOST_REFILLED:
        loop = None
    found = uniform(fn, moving, loop)
    bits = lane_bits(fn, found)
    chosen = lane_pays.parts(fn, found, target, loop) if parts is None else (parts, parts)
    if chosen == lane_pays.NO_LANES:
        return None
    in_a_row = 1 if loop is None else lane_pays.in_a_row(fn, found, target, loop)
    crossing = _Segments(fn, target).crossing()
    return LanePlan(fn, bits, chosen, loop is not None, in_a_row, is_watched, found, crossing)


def machine(target: Target, moving: int | None) -> Machine:
    """The machine that the text of lanes is written for."""
    return Machine(
        moving,
        lambda let: lane_values.goes_lane_by_lane(let, target),
        lambda let: lane_values.is_called(let, target) and lane_values.has_near(let, target),
    )


def refilled_loop(fn: Function) -> For | While | None:
    """The one loop of a function that is a straight line before and after it: what lanes can enter one by one."""
    others = [stmt for stmt in fn.body.stmts if kinds.operation(stmt) is None]
    loop = kinds.loop(others[0]) if len(others) == 1 else None
    if loop is None:
        return None
    return loop if isinstance(loop, While) or (isinstance(loop.step, Const) and loop.step.value in (1, -1)) else None


# -- segments --


class _Segments:
    """Numbers the straight segments as the emitter will cut them, and sees which values cross."""

    def __init__(self, fn: Function, target: Target) -> None:
        self.fn = fn
        self.target = target
        self.now = 0
        self.home: dict[Var, int] = {}
        self.crosses: set[Var] = set()

    def crossing(self) -> frozenset[Var]:
        self.block(self.fn.body)
        self.use(*self.fn.body.results)
        return frozenset(self.crosses)

    def use(self, *atoms: Atom, at: int | None = None) -> None:
        segment = self.now if at is None else at
        for atom in atoms:
            if isinstance(atom, Var) and self.home.get(atom, _EVERYWHERE) != segment:
                self.crosses.add(atom)

    def cut(self) -> None:
        self.now += 1

    def block(self, block: Block) -> None:
        for stmt in block.stmts:
            self.stmt(stmt)

    def stmt(self, stmt: Stmt) -> None:
        match stmt:
            case Let(out, args=args):
                is_called = lane_values.is_called(stmt, self.target)
                self.now += is_called
                self.use(*args)
                self.home[out] = self.now
                self.now += is_called
            case Check(condition):
                self.use(condition)
            case If():
                self.use(stmt.condition)
                self.inside(stmt.then)
                self.inside(stmt.orelse)
            case For():
                self.use(*stmt.inits)
                self.use(stmt.start, stmt.stop, stmt.step, at=_EVERYWHERE - 1)
                self.inside(stmt.body)
            case While():
                self.use(*stmt.inits)
                self.inside(stmt.condition)
                self.inside(stmt.body)
            case Load() | Store() | Alloc():
                raise AssertionError("elements with memory go one after the other")
            case _:
                assert_never(stmt)

    def inside(self, block: Block) -> None:
        self.cut()
        self.block(block)
        self.use(*block.results)
        self.cut()
