"""The body of a kernel as one C-family function of scalars: structured IR in, three-address statements out.

It knows one element; where elements lie, and how often the function is called, is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from iris_cc.codegen import arrays
from iris_cc.codegen.arrays import Layout
from iris_cc.codegen.languages import LANGUAGES, literal
from iris_cc.codegen.names import Names
from iris_cc.codegen.needs import (
    can_fault,
    far_types,
    has_watched,
    is_checked_cast,
    is_watched,
    is_watched_loop,
    is_wide_cast,
    order_shows,
    weight,
)
from iris_cc.codegen.writer import Places, Writer
from iris_cc.ir import ops
from iris_cc.ir.nodes import (
    Alloc,
    Array,
    Atom,
    Block,
    Check,
    Const,
    Fault,
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
from iris_cc.ir.ops import Form, Helper, Libm
from iris_cc.ir.types import BOOL, I64, U32, U64, Scalar
from iris_cc.ir.walk import inputs, reads
from iris_cc.target import Target

KERNEL = "iris_kernel"


def far(type: Scalar) -> str:
    """Where the near variants of this type tell of far arguments; a null pointer asks for the whole functions."""
    return f"far_{type}"


def input_hints(fn: Function) -> tuple[str, ...]:
    elements = tuple(var.hint or f"in{k}" for k, var in enumerate(fn.params))
    named = arrays.hints(fn)
    axes = tuple(named[var] for var in fn.axis_inputs)
    return (*elements, *axes, *(index.var.hint or str(index) for index in fn.indices))


def output_hints(fn: Function) -> tuple[str, ...]:
    """The names the results asked for; a result without one is `out0`, `out1`, by its place."""
    hints = (*fn.result_hints, *("" for _ in fn.results))[: len(fn.results)]
    return tuple(hint or f"out{k}" for k, hint in enumerate(hints))


def returns_value(fn: Function) -> bool:
    """One result is returned; several are written through pointers."""
    return len(fn.results) == 1


def kernel_function(fn: Function, target: Target, source: Mapping[int, str] | None = None) -> str:
    """The definition of `iris_kernel`."""
    return Emitter(fn, target, source).function()


class Emitter:
    """Writes one function; the lane loop's emitter replaces what differs when a value is a vector."""

    def __init__(self, fn: Function, target: Target, source: Mapping[int, str] | None) -> None:
        self.fn = fn
        self.target = target
        self.language = LANGUAGES[target.language]
        self.i64, self.u64 = (self.language.types[type] for type in (I64, U64))
        self.out = Writer()
        self.places = Places(fn.loc.file, source)
        self.names = Names("status", "watch", *(far(type) for type in Scalar if type.is_float))
        self.far_types: tuple[Scalar, ...] = ()  # in which functions are called that have a near variant
        self.name: dict[Var, str] = {}
        self.read = frozenset(reads(fn.body)) | arrays.read_inputs(fn)  # asked, never iterated
        self.layout: dict[Array, Layout] = {}
        self.on_stack = arrays.on_stack(fn)

    # -- the function ---------------------------------------------------------------------------------------------

    def function(self) -> str:
        fn = self.fn
        self.far_types = far_types(fn, self.target)
        for var, hint in zip(inputs(fn), input_hints(fn), strict=True):
            self.name[var] = self.names.claim(hint)
        params = [f"{self.type(var.type)} {self.name[var]}" for var in inputs(fn)]
        params += self.array_params()
        pointers: list[str] = []
        if not returns_value(fn):
            pointers = [self.names.claim(hint) for hint in output_hints(fn)]
            params += [f"{self.type(type)} *{name}" for type, name in zip(fn.results, pointers, strict=True)]
        params += [f"{self.type(U32)} *status"] if can_fault(fn) else []
        params += ["iris_watch *watch"] if is_watched(fn) else []
        params += [f"{self.type(U32 if type.bits == 32 else U64)} *{far(type)}" for type in self.far_types]
        result = self.type(fn.results[0]) if returns_value(fn) else "void"
        with self.out.braces(f"{self.language.kernel} {result} {KERNEL}({', '.join(params) or 'void'})"):
            self.unread(*inputs(fn))
            named = arrays.named(fn)
            self.out.lines(*(f"(void){self.layout[each].pointer};" for each in self.layout if each not in named))
            self.statements(fn.body)
            self.finish(pointers)
        return self.out.text()

    def array_params(self) -> list[str]:
        """Where the arrays of the caller begin."""
        for param in self.fn.arrays:
            pointer = self.names.claim(arrays.array_hint(param.array))
            self.layout[param.array] = arrays.of_param(param, pointer, self.factor)
        return [f"{'' if each.is_writable else 'const '}char *{self.layout[each].pointer}" for each in self.layout]

    def finish(self, pointers: list[str]) -> None:
        results = [self.atom(atom) for atom in self.fn.body.results]
        if returns_value(self.fn):
            self.out.line(f"return {results[0]};")
        for pointer, result in zip(pointers, results, strict=False):
            self.out.line(f"*{pointer} = {result};")

    # -- words ----------------------------------------------------------------------------------------------------

    def type(self, type: Scalar) -> str:
        return self.language.types[type]

    def atom(self, atom: Atom, alone: bool = False) -> str:
        match atom:
            case Var():
                return self.name[atom]
            case Const():
                return literal(atom, self.language, alone)
            case _:
                assert_never(atom)

    def bind(self, var: Var) -> str:
        self.name[var] = self.names.claim(var.hint)
        return self.name[var]

    def unread(self, *variables: Var) -> None:
        """What nothing reads is read once here, so that no compiler asks why it exists."""
        for var in variables:
            if var not in self.read:
                self.out.line(f"(void){self.name[var]};")

    # -- statements -----------------------------------------------------------------------------------------------

    def statements(self, block: Block) -> None:
        for stmt in block.stmts:
            if comment := self.places.comment(stmt.loc):
                self.line(comment)
            self.stmt(stmt)
        for stmt in reversed(block.stmts):
            if isinstance(stmt, Alloc) and stmt.array not in self.on_stack:
                self.out.line(f"iris_give_back({self.layout[stmt.array].pointer});")

    def line(self, text: str) -> None:
        """One more line at this point of the program."""
        self.out.line(text)

    def stmt(self, stmt: Stmt) -> None:
        match stmt:
            case Let():
                self.let(stmt)
            case Check():
                self.check(stmt)
            case If():
                self.branch(stmt)
            case For():
                self.counted(stmt)
            case While():
                self.conditional(stmt)
            case Load():
                self.load(stmt)
            case Store():
                self.store(stmt)
            case Alloc():
                self.alloc(stmt)
            case _:
                assert_never(stmt)

    def let(self, let: Let) -> None:
        text = self.value(let)
        self.out.line(f"const {self.type(let.out.type)} {self.bind(let.out)} = {text};")
        self.unread(let.out)

    def check(self, check: Check) -> None:
        if order_shows(self.fn):
            self.out.line(f"if (!*status && !{self.atom(check.condition)}) *status = {fault_bit(check.fault)};")
        else:
            self.out.line(f"*status |= {self.atom(check.condition)} ? 0u : {fault_bit(check.fault)};")

    def load(self, load: Load) -> None:
        layout, indices = self.layout[load.array], self.factors(load.indices)
        value, exists = layout.value(indices), layout.exists(indices)
        zero = literal(Const(0, load.out.type), self.language)
        text = f"{exists} ? {value} : {zero}" if exists else value
        self.out.line(f"const {self.type(load.out.type)} {self.bind(load.out)} = {text};")
        self.unread(load.out)

    def store(self, store: Store) -> None:
        layout, indices = self.layout[store.array], self.factors(store.indices)
        exists = layout.exists(indices)
        put = f"{layout.place(indices)} = {self.atom(store.value)};"
        self.out.line(f"if ({exists}) {put}" if exists else put)

    def alloc(self, alloc: Alloc) -> None:
        """On the stack, or given back at the end of the block, which nothing leaves before."""
        array, type = alloc.array, self.type(alloc.array.type)
        pointer = self.names.claim(arrays.array_hint(array))
        places = self.on_stack.get(array)
        if places is not None:
            self.layout[array] = Layout(array, pointer, arrays.constant_extents(alloc))
            self.out.line(f"{type} {pointer}[{max(places, 1)}] = {{0}};")
            self.out.line(f"(void){pointer};")
            return
        sizes = self.names.claim(f"{pointer}_extents")
        count = len(alloc.extents)
        self.layout[array] = Layout(array, pointer, tuple(f"{sizes}[{axis}]" for axis in range(count)))
        self.out.line(f"{self.i64} {sizes}[{count}] = {{{', '.join(self.factors(alloc.extents))}}};")
        self.out.line(f"{type} *const {pointer} = ({type} *)iris_zeros({sizes}, {count}, sizeof({type}));")
        self.raise_if(f"!{pointer}", Fault.OUT_OF_MEMORY)

    def raise_if(self, condition: str, fault: Fault) -> None:
        first = f"if (!*status && {condition}) *status =" if order_shows(self.fn) else f"if ({condition}) *status |="
        self.out.line(f"{first} {fault_bit(fault)};")

    def factor(self, atom: Atom) -> str:
        return self.atom(atom, alone=True)

    def factors(self, atoms: tuple[Atom, ...]) -> tuple[str, ...]:
        return tuple(map(self.factor, atoms))

    def branch(self, stmt: If) -> None:
        for out in stmt.outs:
            self.out.line(f"{self.type(out.type)} {self.bind(out)};")
        condition = self.atom(stmt.condition)
        is_empty = not stmt.outs and not stmt.orelse.stmts
        with self.out.braces(f"if ({condition})"):
            self.side(stmt.then, stmt.outs)
            if not is_empty:
                self.out.otherwise()
                self.side(stmt.orelse, stmt.outs)
        self.unread(*stmt.outs)

    def side(self, block: Block, outs: tuple[Var, ...]) -> None:
        self.statements(block)
        for out, result in zip(outs, block.results, strict=True):
            self.out.line(f"{self.name[out]} = {self.atom(result)};")

    def carry(self, carried: tuple[Var, ...], inits: tuple[Atom, ...]) -> None:
        starts = [self.atom(init) for init in inits]
        for var, start in zip(carried, starts, strict=True):
            self.out.line(f"{self.type(var.type)} {self.bind(var)} = {start};")

    def leave(self, outs: tuple[Var, ...], carried: tuple[Var, ...]) -> None:
        """A loop's results are its carried variables, which nothing changes after it."""
        for out, var in zip(outs, carried, strict=True):
            self.name[out] = self.name[var]
            if var not in self.read:
                self.unread(out)

    def counted(self, loop: For) -> None:
        self.carry(loop.carried, loop.inits)
        live = None if loop.live is None else loop.carried[loop.live]
        starts_live = loop.live is not None and loop.inits[loop.live] == Const(True, BOOL)
        if is_watched_loop(loop):
            self.watched(loop, "" if live is None else self.name[live])
        else:
            guard = f" && {self.name[live]}" if live is not None and not starts_live else ""
            with self.out.braces(self.loop_head(loop, guard)):
                self.trip(loop, self.name[live] if live is not None and starts_live else "")
        self.leave(loop.outs, loop.carried)

    def trip(self, loop: For, live: str) -> None:
        self.loop_index(loop)
        self.statements(loop.body)
        self.move(loop.carried, loop.body.results)
        if live:
            self.out.line(f"if (!{live}) break;")

    def watched(self, loop: For, live: str) -> None:
        """So many trips at once that nobody waits for them: inside, the loop is what it would be without a watch."""
        start, stop = self.atom(loop.start), self.atom(loop.stop)
        done, pause = self.names.claim("done"), self.names.claim("pause")
        if is_unit(loop.step):
            type, trip, last = self.i64, self.bind(loop.index), stop
            up = as_int(loop.step) > 0
            left = f"({self.u64}){stop} - ({self.u64}){done}" if up else f"({self.u64}){done} - ({self.u64}){stop}"
        else:
            type, trip, last, up = self.u64, self.names.claim("trip"), self.names.claim("trips"), True
            self.out.line(f"const {self.u64} {last} = iris_trips({start}, {stop}, {self.atom(loop.step)});")
            self.name[loop.index] = trip  # until the body computes the index from it
            start, left = "0", f"{last} - {done}"
        compare, sign, advance = ("<", "+", "++") if up else (">", "-", "--")
        self.out.line(f"{type} {done} = {start};")
        with self.out.braces(f"while ({done} {compare} {last}{f' && {live}' if live else ''})"):
            self.out.line(f"const {type} {pause} = {done} {sign} ({type}){some(left, weight(loop.body))};")
            self.out.line(f"{type} {trip} = {done};")
            with self.out.braces(f"for (; {trip} {compare} {pause}; {advance}{trip})"):
                self.trip(loop, live)
            spent = f"({self.u64})({trip} - {done})" if up else f"({self.u64})({done} - {trip})"
            self.out.line(f"if (iris_spend(watch, {times(spent, weight(loop.body))} + 1)) break;")
            self.out.line(f"{done} = {pause};")

    def loop_head(self, loop: For, guard: str) -> str:
        start, stop, step = map(self.atom, (loop.start, loop.stop, loop.step))
        if is_unit(loop.step):
            index = self.bind(loop.index)
            compare, advance = ("<", "++") if as_int(loop.step) > 0 else (">", "--")
            return f"for ({self.i64} {index} = {start}; {index} {compare} {stop}{guard}; {advance}{index})"
        trips, trip = self.names.claim("trips"), self.names.claim("trip")
        self.out.line(f"const {self.u64} {trips} = iris_trips({start}, {stop}, {step});")
        self.name[loop.index] = trip  # until the body computes the index from it
        return f"for ({self.u64} {trip} = 0; {trip} < {trips}{guard}; ++{trip})"

    def loop_index(self, loop: For) -> None:
        """In the general form the index is a function of the trip: it never passes `stop`, so it never overflows."""
        if is_unit(loop.step) or loop.index not in self.read:
            return
        trip = self.name[loop.index]
        start, step = self.atom(loop.start), self.atom(loop.step)
        index = self.bind(loop.index)
        self.out.line(f"const {self.i64} {index} = ({self.i64})(({self.u64}){start} + {trip} * ({self.u64}){step});")

    def conditional(self, loop: While) -> None:
        """Rounds until one bound, the next look or the limit, whichever is nearer; what comes then is outside of them,
        so that they are what they would be without a watch."""
        self.carry(loop.carried, loop.inits)
        cost = max(weight(loop.body), weight(loop.condition))
        holds_watched = any(has_watched(block) for block in (loop.condition, loop.body))
        (self.rounds_outside if holds_watched else self.rounds_inside)(loop, cost)
        self.leave(loop.outs, loop.carried)

    def rounds_inside(self, loop: While, cost: int) -> None:
        """Nothing else is spent during the loop, so that what is left counts its rounds, too."""
        left, pause, since = self.names.claim("left"), self.names.claim("pause"), self.names.claim("since")
        most, ended = self.names.claim("most_rounds"), self.names.claim("ended")
        self.out.line(f"{self.u64} {most} = iris_rounds(), {left} = watch->left, {since} = {left};")
        self.out.line(f"{self.u64} {pause} = iris_pause({left}, {most}, {cost});")
        with self.out.braces("for (;;)"):
            self.rounds_until(loop, f"{left} == {pause}", f"{left} -= {cost};", ended)
            self.out.line(f"{most} -= {f'({since} - {left}) / {cost}' if cost > 1 else f'{since} - {left}'};")
            self.end_at_limit(f"!{most}")
            self.out.line(f"{left} = {since} = iris_look_up(watch->stop);")
            self.out.line(f"if (!{left}) break;")
            self.out.line(f"{pause} = iris_pause({left}, {most}, {cost});")
            self.forget(loop)
        self.out.line(f"{ended}: watch->left = {left};")

    def rounds_outside(self, loop: While, cost: int) -> None:
        """Loops within spend on their own."""
        most, rounds = self.names.claim("most_rounds"), self.names.claim("rounds")
        done, pause, ended = self.names.claim("done"), self.names.claim("pause"), self.names.claim("ended")
        spent = times(f"({rounds} - {done})", cost)
        self.out.line(f"const {self.u64} {most} = iris_rounds();")
        self.out.line(f"{self.u64} {rounds} = 0, {done} = 0, {pause} = {some(most, cost)};")
        with self.out.braces("for (;;)"):
            self.rounds_until(loop, f"{rounds} == {pause}", f"++{rounds};", ended)
            self.end_at_limit(f"{rounds} == {most}")
            self.out.line(f"if (iris_spend(watch, {spent} + 1)) break;")
            self.out.line(f"{done} = {rounds};")
            self.out.line(f"{pause} += {some(f'{most} - {rounds}', cost)};")
            self.forget(loop)
        self.out.line(f"{ended}: iris_note(watch, {spent});")

    def rounds_until(self, loop: While, pauses: str, count: str, ended: str) -> None:
        with self.out.braces("for (;;)"):
            self.statements(loop.condition)
            self.out.line(f"if (!{self.atom(loop.condition.results[0])}) goto {ended};")
            self.out.line(f"if ({pauses}) break;")
            self.out.line(count)
            self.statements(loop.body)
            self.move(loop.carried, loop.body.results)

    def forget(self, loop: While) -> None:
        """What goes on after a pause is news to the compiler, which else moves work of a round to where it may pause
        and makes branches of selects; integers gain nothing (measured)."""
        for var in filter(lambda var: var.type.is_float, loop.carried):
            self.out.line(f"IRIS_FORGET({self.type(var.type)}, {self.name[var]});")

    def end_at_limit(self, reached: str) -> None:
        with self.out.braces(f"if ({reached})"):
            first = "if (!*status) *status =" if order_shows(self.fn) else "*status |="
            self.out.line(f"{first} {fault_bit(Fault.WHILE_LIMIT)};")
            self.out.line("break;")

    def move(self, targets: tuple[Var, ...], results: tuple[Atom, ...]) -> None:
        """Assign all at once: no value is overwritten while another assignment still reads it (the swap problem)."""
        pending = [(self.name[t], self.atom(r), t) for t, r in zip(targets, results, strict=True) if t != r]
        while pending:
            sources = [source for _, source, _ in pending]
            ready = next((move for move in pending if move[0] not in sources), None)
            if ready is None:  # only cycles are left: keep one value aside
                target, _, var = pending[0]
                kept = self.names.claim(f"old_{target}")
                self.out.line(f"const {self.type(var.type)} {kept} = {target};")
                pending = [(t, kept if source == target else source, v) for t, source, v in pending]
                continue
            pending.remove(ready)
            self.out.line(f"{ready[0]} = {ready[1]};")

    # -- values ---------------------------------------------------------------------------------------------------

    def value(self, let: Let) -> str:
        """The right-hand side of one operation."""
        if let.op is ops.CAST:
            return self.cast(let)
        alone = all(isinstance(arg, Const) for arg in let.args)
        args = [self.atom(arg, alone) for arg in let.args]
        if isinstance(let.op.c, Form):
            return let.op.c.text.format(*args, T=self.type(let.out.type))
        if isinstance(let.op.c, Libm) and let.op.c.near and let.out.type in self.far_types:
            name, word = f"{let.op.c.name}_{let.out.type}", far(let.out.type)
            return f"{word} ? iris_near_{name}({args[0]}, {word}) : iris_whole_{name}({args[0]})"
        return f"{self.callee(let)}({', '.join(args)})"

    def callee(self, let: Let) -> str:
        """The scalar function that computes an operation without an operator."""
        match let.op.c:
            case Form():
                raise ValueError(f"{let.op.name} is an operator")
            case Libm(name, own, fast):
                type = let.args[0].type
                is_short = type.bits == 32
                if own and self.target.has_own_math:
                    return f"iris_{'fast_' if self.target.has_fast_math and type in fast else ''}{name}_{type}"
                return self.language.libm_f32.format(name) if is_short else name
            case Helper(stem):
                return _helper(stem, let)
            case _:
                assert_never(let.op.c)

    def cast(self, let: Let) -> str:
        (arg,) = let.args
        text = self.atom(arg, alone=True)
        if let.out.type is BOOL:
            return f"{text} != 0"
        if is_checked_cast(let):
            return f"{checked_cast(let)}({text})"
        if is_wide_cast(let):
            return f"iris_wide_{let.args[0].type}_{let.out.type}({text})"
        return self.language.cast.format(text, T=self.type(let.out.type))


def checked_cast(let: Let) -> str:
    """The function of a cast that can meet a value its result type has no room for."""
    return f"iris_cast_{let.args[0].type}_{let.out.type}"


def _helper(stem: str, let: Let) -> str:
    """A helper of fixed types has one name, one over many types has one per type."""
    takes = let.op.takes.partition("->")[0]
    return f"{stem}_{let.args[takes.index('T')].type}" if "T" in takes else stem


def some(trips: str, cost: int) -> str:
    """How many of so many trips may run before the next look, where each costs so much."""
    return f"iris_some(watch, {trips})" if cost == 1 else f"iris_some_of(watch, {trips}, {cost})"


def times(trips: str, cost: int) -> str:
    return trips if cost == 1 else f"{trips} * {cost}"


def fault_bit(fault: Fault) -> str:
    return f"{fault.bit}u /* {fault} */"


def is_unit(step: Atom) -> bool:
    return isinstance(step, Const) and as_int(step) in (1, -1)


def as_int(step: Atom) -> int:
    return int(step.value) if isinstance(step, Const) else 0
