"""A large function as C: tiles of values, short functions over them, and the calls of these in order.

    iris_each_sin_f64(begin, end, iris_s->f64[0], iris_s->f64[1]);
    iris_step_1(begin, end, iris_s->f64[1], 2.0, iris_s->f64[0]);

The time to compile it grows with the number of different steps and with the number of calls, never faster.  Steps on a
whole tile become vectors.  Where elements go different ways, control flow is the C of one element, and its steps take a
range of one.  No loop here is long: the trips of each are a small constant.  Where elements lie is not known here.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import assert_never

from iris_cc.codegen.calls import Copies, Outlined
from iris_cc.codegen.cfamily import Emitter, as_int
from iris_cc.codegen.languages import LANGUAGES, literal
from iris_cc.codegen.names import Names
from iris_cc.codegen.needs import can_fault, order_shows
from iris_cc.codegen.orders import Orders, Tile
from iris_cc.codegen.split import Branch, CallStep, Counted, Life, Run, Splitter, Step
from iris_cc.codegen.writer import Places, Writer
from iris_cc.diagnostics import Span
from iris_cc.ir.nodes import Atom, Const, For, Function, Var
from iris_cc.ir.types import Scalar
from iris_cc.ir.walk import inputs
from iris_cc.target import Target

STEPS = "iris_steps"
TILES = "iris_tiles"

# Elements of a tile: as many as let all tiles stay in the second-level cache, and few on a thread's stack.
_TILE_BYTES = 1 << 17
_MOST_ELEMENTS = 256
# Calls of one C function.
_CALLS = 250


class Slots:
    """The tiles: which one a value is in, for as long as it is read."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.place: dict[Var, Tile] = {}
        self.count: dict[Scalar, int] = {}
        self._free: dict[Scalar, list[int]] = {}
        self._ends: list[tuple[int, int, Scalar, int]] = []

    def take(self, var: Var) -> Tile:
        """A tile for a value that is read later on."""
        home = self.life.home(var)
        free = self._free.setdefault(home.type, [])
        number = free.pop() if free else self.count.get(home.type, 0)
        self.count[home.type] = max(self.count.get(home.type, 0), number + 1)
        self.place[home] = Tile(_member(home.type), number)
        heapq.heappush(self._ends, (self.life.last.get(home, 0), home.id, home.type, number))
        return self.place[home]

    def at(self, var: Var) -> Tile:
        return self.place[self.life.home(var)]

    def release(self, position: int) -> None:
        """The tiles of values that are not read beyond `position`."""
        while self._ends and self._ends[0][0] <= position:
            _, _, type, number = heapq.heappop(self._ends)
            self._free[type].append(number)

    def elements(self) -> int:
        """How many elements a tile has."""
        width = sum(type.bits // 8 * count for type, count in self.count.items())
        return min(_MOST_ELEMENTS, 1 << max((_TILE_BYTES // max(width, 1)).bit_length() - 1, 0))


class StepText(Outlined):
    """The statements of one run, for one element."""

    def definition(self, name: str, constants: Sequence[bool]) -> str:
        """`name` over a range of elements: what goes in as tiles or scalars, what comes out as tiles."""
        fn, out = self.fn, self.out
        self.names = Names("status", "begin", "end", "k")
        loads, params = [], []
        for var, is_constant in zip(fn.params, constants, strict=True):
            word = self.type(var.type)
            self.name[var] = self.names.claim(var.hint)
            if is_constant:
                params.append(f"{word} {self.name[var]}")
                continue
            tile = self.names.claim(f"{self.name[var]}_tile")
            params.append(f"const {word} *{tile}")
            loads.append(f"const {word} {self.name[var]} = {tile}[k];")
        results = [self.names.claim("out") for _ in fn.results]
        params += [f"{self.type(type)} *{result}" for type, result in zip(fn.results, results, strict=True)]
        params += ["uint32_t *status"] if can_fault(fn) else []
        with out.braces(f"IRIS_OUTLINE void {name}(intptr_t begin, intptr_t end, {', '.join(params)})"):
            out.line("IRIS_INDEPENDENT")
            with out.braces("for (intptr_t k = begin; k < end; ++k)"):
                out.lines(*loads)
                self.statements(fn.body)
                for result, atom in zip(results, fn.body.results, strict=True):
                    out.line(f"{result}[k] = {self.atom(atom)};")
        return out.text()


class Steps:
    """Writes `iris_steps` and what it calls."""

    def __init__(self, fn: Function, target: Target, source: Mapping[int, str] | None) -> None:
        self.fn = fn
        self.target = target
        self.language = LANGUAGES[target.language]
        self.source = source
        self.splitter = Splitter(fn, target)
        self.slots = Slots(self.splitter.life)
        self.copies = Copies(target)
        self.names = Emitter(fn, target, None)  # for the names of scalar functions
        self.places = Places(fn.loc.file, source)
        self.out = Writer()
        self.functions: list[str] = []
        self.step_names: dict[object, str] = {}
        self.orders = Orders(self.language, TILES)
        self.in_rows = False
        self.leaves = order_shows(fn)
        self.parts = 0
        self.loops = 0
        self.status = ", status" if can_fault(fn) else ""
        self.in_places = [self._input(var) for var in inputs(fn)]
        self._function(STEPS, self.splitter.steps())
        self.out_places = [self.element(atom) for atom in fn.body.results]

    def text(self) -> str:
        """The tiles, then all functions, each before what calls it."""
        members = [
            f"{self.language.types[type]} {_member(type)}[{count}][IRIS_TILE];"
            for type, count in self.slots.count.items()
        ]
        out = Writer()
        out.line(f"#define IRIS_TILE {self.slots.elements()} /* elements */")
        with out.braces("typedef struct"):
            out.lines(*(members or ["char none;"]))
        head = out.text().rstrip("\n") + f" {TILES};\n"
        return "\n".join([head, *self.copies.definitions(), *filter(None, [self.orders.head()]), *self.functions])

    # -- values ---------------------------------------------------------------------------------------------------

    def _input(self, var: Var) -> str | None:
        """The tile of a parameter; None for one that nothing reads."""
        return str(self.slots.take(var)) if self.splitter.life.is_read_after(var, 0) else None

    def atom(self, atom: Atom) -> str:
        return literal(atom, self.language, True) if isinstance(atom, Const) else str(self.slots.at(atom))

    def argument(self, atom: Atom) -> Tile | Const:
        return atom if isinstance(atom, Const) else self.slots.at(atom)

    def element(self, atom: Atom) -> str:
        """The value of element `k`."""
        return self.atom(atom) if isinstance(atom, Const) else f"{self.atom(atom)}[k]"

    # -- schedules ------------------------------------------------------------------------------------------------

    def _function(self, name: str, steps: Sequence[Step]) -> None:
        """`name` as a function that takes these steps."""
        before, self.out = self.out, Writer()
        status = ", uint32_t *status" if self.status else ""
        head = f"IRIS_OUTLINE void {name}({TILES} *iris_s, intptr_t begin, intptr_t end{status})"
        with self.out.braces(head):
            if not self.slots.count:
                self.out.line("(void)iris_s;")
            self._steps(steps, "begin", "end")
        self.functions.append(self.out.text())
        self.out = before

    def _steps(self, steps: Sequence[Step], begin: str, end: str) -> None:
        """The steps in order; a long list is several functions."""
        if len(steps) <= _CALLS:
            self.in_rows = self.splitter.is_huge and begin == "begin" and not self.status
            for step in steps:
                self._step(step, begin, end)
            self._close_table()
            self.in_rows = False
            return
        for first in range(0, len(steps), _CALLS):
            self.parts += 1
            name = f"iris_part_{self.parts}"
            self._function(name, steps[first : first + _CALLS])
            self.out.line(f"{name}(iris_s, {begin}, {end}{self.status});")
            self._leave()

    def _step(self, step: Step, begin: str, end: str) -> None:
        match step:
            case Run():
                self._run(step, begin, end)
            case CallStep():
                self._call(step, begin, end)
            case _:
                self._control(step, begin, end)
        self.slots.release(step.at)

    def _control(self, step: Branch | Counted, begin: str, end: str) -> None:
        """Control flow around steps; those inside it are calls."""
        self._close_table()
        in_rows, self.in_rows = self.in_rows, False
        match step:
            case Counted() if step.stmt.live is None:
                self._counted(step, begin, end)
            case Branch() | Counted():
                self._apart(step, begin, end)
            case _:
                assert_never(step)
        self.in_rows = in_rows

    def _order(
        self, name: str, begin: str, end: str, arguments: Sequence[Tile | Const], loc: Span, faults: bool
    ) -> None:
        """A call of a step, as a row of a table where there are very many."""
        if self.in_rows and (functions := self.orders.take(name, arguments)) is not None:
            self.functions += functions
            return
        self._close_table()
        self._comment(loc)
        words = [literal(each, self.language, True) if isinstance(each, Const) else str(each) for each in arguments]
        self.out.line(f"{name}({', '.join([begin, end, *words, *(['status'] if faults else [])])});")

    def _close_table(self) -> None:
        if (closed := self.orders.close()) is not None:
            table, call = closed
            self.functions.append(table)
            self.out.line(f"iris_orders{call}")

    def _comment(self, loc: Span) -> None:
        if comment := self.places.comment(loc):
            self.out.line(comment)

    def _run(self, run: Run, begin: str, end: str) -> None:
        if not run.outputs and not can_fault(run.fn):
            return
        arguments = [self.argument(atom) for atom in run.inputs]
        self.slots.release(run.at)
        targets = [self.slots.at(v) if self._has_tile(v) else self.slots.take(v) for v in run.outputs]
        faults = can_fault(run.fn)
        self._order(self._name(run), begin, end, [*arguments, *targets], run.loc, faults)
        if faults:
            self._leave()

    def _leave(self) -> None:
        """The first fault of an element is the one that counts, where it shows which."""
        if self.leaves:
            self.out.line("if (*status) return;")

    def _has_tile(self, var: Var) -> bool:
        return self.splitter.life.home(var) in self.slots.place

    def _name(self, run: Run) -> str:
        """The function of a run, written when it is first met."""
        shape = run.shape
        if shape not in self.step_names:
            self.step_names[shape] = f"iris_step_{len(self.step_names) + 1}"
            text = StepText(run.fn, self.target, None, self.copies)
            self.functions.append(text.definition(self.step_names[shape], shape[1]))
        return self.step_names[shape]

    def _call(self, call: CallStep, begin: str, end: str) -> None:
        let = call.let
        if not self.splitter.life.is_read_after(let.out, call.at):
            return
        name = self.copies.each(let, self.names.callee(let))
        arguments = [self.argument(arg) for arg in let.args]  # and kept: functions may read them a second time
        self._order(name, begin, end, [*arguments, self.slots.take(let.out)], let.loc, False)

    # -- control flow ---------------------------------------------------------------------------------------------

    def _counted(self, step: Counted, begin: str, end: str) -> None:
        """Every element runs every trip, unless it is one element, which may leave the loop."""
        loop = step.stmt
        self._run(step.begin, begin, end)
        self.loops += 1
        trip = f"trip_{self.loops}"
        with self.out.braces(f"for (int64_t {trip} = 0; {trip} < {_trips(loop)}; ++{trip})"):
            if loop.live is not None:
                self.out.line(f"if (!{self.element(loop.carried[loop.live])}) break;")
            if self._is_read(loop.index):
                value = f"{self.atom(loop.start)} + {trip} * {self.atom(loop.step)}"
                self.out.line(f"for (intptr_t i = {begin}; i < {end}; ++i) {self.slots.take(loop.index)}[i] = {value};")
            self._steps(step.body, begin, end)
            self._move(loop.carried, loop.body.results, begin, end)

    def _apart(self, step: Branch | Counted, begin: str, end: str) -> None:
        """Each element by itself."""
        if begin != "k":
            with self.out.braces(f"for (intptr_t k = {begin}; k < {end}; ++k)"):
                self._apart(step, "k", "k + 1")
            return
        match step:
            case Branch():
                self._branch(step)
            case Counted():
                self._counted(step, begin, end)
            case _:
                assert_never(step)

    def _branch(self, step: Branch) -> None:
        stmt = step.stmt
        for out in stmt.outs:
            if self._is_read(out):
                self.slots.take(out)
        with self.out.braces(f"if ({self.element(stmt.condition)})"):
            self._steps(step.then, "k", "k + 1")
            self._move(stmt.outs, stmt.then.results, "k", "k + 1")
            self.out.otherwise()
            self._steps(step.orelse, "k", "k + 1")
            self._move(stmt.outs, stmt.orelse.results, "k", "k + 1")

    def _move(self, targets: tuple[Var, ...], sources: tuple[Atom, ...], begin: str, end: str) -> None:
        self._run(self.splitter.moved(targets, sources), begin, end)

    def _is_read(self, var: Var) -> bool:
        return self.splitter.life.is_read_after(var, 0)


def _trips(loop: For) -> int:
    return len(range(as_int(loop.start), as_int(loop.stop), as_int(loop.step)))


def _member(type: Scalar) -> str:
    return f"tiles_{type}"
