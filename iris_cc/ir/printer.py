"""IR to text.  The text is canonical: functions equal up to names, hints and places print equally, and it is hashed."""

from __future__ import annotations

from typing import assert_never

from iris_cc.digest import hex_digest
from iris_cc.ir.nodes import (
    Alloc,
    Array,
    ArrayParam,
    Atom,
    Axis,
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
    is_lanes,
)  # fmt: skip


def type_text(atom: Atom) -> str:
    return f"lanes<{atom.type}>" if is_lanes(atom) else str(atom.type)


def print_function(fn: Function, name: str | None = None) -> str:
    """The text of `fn`; values are numbered in order of definition, so gaps never show."""
    return _Printer().function(fn, fn.name if name is None else name)


def fingerprint(fn: Function) -> str:
    """The identity of a program, as a hex SHA-256: no name, place, hint or value number of the user's reaches it."""
    return hex_digest(print_function(fn, "kernel"))


class _Printer:
    def __init__(self) -> None:
        self.numbers: dict[Var, int] = {}
        self.arrays: dict[Array, int] = {}

    def function(self, fn: Function, name: str) -> str:
        params = ", ".join([*map(self.bind, fn.params), *map(self.array_param, fn.arrays)])
        indices = "".join(f" {index}={self.bind(index.var)}" for index in fn.indices)
        head = f"func @{name}({params}){' index' if indices else ''}{indices}"
        results = ", ".join(map(type_text, fn.body.results))
        head += f" -> {results}" if results else ""
        return "\n".join([f"{head} {{", *self.block(fn.body, "return", "  "), "}", ""])

    def bind(self, var: Var) -> str:
        self.numbers[var] = len(self.numbers)
        return f"%{self.numbers[var]}: {type_text(var)}"

    def array_param(self, param: ArrayParam) -> str:
        axes = ", ".join(map(self.axis, param.axes))
        return f"{'mut ' if param.array.is_writable else ''}{self.bind_array(param.array)}[{axes}]"

    def axis(self, axis: Axis) -> str:
        return f"{self.axis_input(axis.extent)} by {self.axis_input(axis.step)}"

    def axis_input(self, atom: Atom) -> str:
        if isinstance(atom, Var):
            self.numbers.setdefault(atom, len(self.numbers))
        return self.atom(atom)

    def bind_array(self, array: Array) -> str:
        self.arrays[array] = len(self.arrays)
        return f"&{self.arrays[array]}: {array.type}"

    def place(self, array: Array, indices: tuple[Atom, ...]) -> str:
        return f"&{self.arrays[array]}[{self.atoms(indices)}]"

    def bind_all(self, variables: tuple[Var, ...]) -> str:
        return ", ".join(map(self.bind, variables))

    def atom(self, atom: Atom) -> str:
        match atom:
            case Var():
                return f"%{self.numbers[atom]}"
            case Const(value, type):
                return f"{str(value).lower() if type.kind == 'bool' else repr(value)}:{type}"
            case _:
                assert_never(atom)

    def atoms(self, atoms: tuple[Atom, ...]) -> str:
        return ", ".join(map(self.atom, atoms))

    def carry(self, variables: tuple[Var, ...], inits: tuple[Atom, ...]) -> str:
        starts = [self.atom(init) for init in inits]
        return ", ".join(f"{self.bind(var)} = {start}" for var, start in zip(variables, starts, strict=True))

    def block(self, block: Block, end: str, pad: str) -> list[str]:
        lines = [line for stmt in block.stmts for line in self.stmt(stmt, pad)]
        return [*lines, f"{pad}{end} {self.atoms(block.results)}".rstrip()]

    def close(self, outs: tuple[Var, ...], pad: str) -> str:
        return f"{pad}}} -> {self.bind_all(outs)}" if outs else f"{pad}}}"

    def stmt(self, stmt: Stmt, pad: str) -> list[str]:
        inner = pad + "  "
        match stmt:
            case Let(out, op, args):
                operands = self.atoms(args)
                return [f"{pad}{self.bind(out)} = {op.name} {operands}"]
            case Check(condition, fault):
                return [f"{pad}check {self.atom(condition)} else {fault}"]
            case If(outs, condition, then, orelse):
                lines = [f"{pad}if {self.atom(condition)} {{", *self.block(then, "yield", inner)]
                lines += [f"{pad}}} else {{", *self.block(orelse, "yield", inner)]
                return [*lines, self.close(outs, pad)]
            case For(outs, index, start, stop, step, carried, inits, live, body):
                bounds = f"{self.atom(start)} .. {self.atom(stop)} step {self.atom(step)}"
                carry = self.carry(carried, inits)
                kind = "" if stmt.kind == "seq" else f"{stmt.kind} "
                head = f"{pad}for {kind}{self.bind(index)} in {bounds} carry {carry}".rstrip()
                head += "" if live is None else f" live {self.atom(carried[live])}"
                return [f"{head} {{", *self.block(body, "yield", inner), self.close(outs, pad)]
            case While(outs, carried, inits, condition, body):
                head = f"{pad}while carry {self.carry(carried, inits)}".rstrip()
                lines = [f"{head} {{", *self.block(condition, "test", inner)]
                lines += [f"{pad}}} do {{", *self.block(body, "yield", inner)]
                return [*lines, self.close(outs, pad)]
            case Load(out, array, indices):
                place = self.place(array, indices)
                return [f"{pad}{self.bind(out)} = load {place}"]
            case Store(array, indices, value):
                return [f"{pad}store {self.place(array, indices)} = {self.atom(value)}"]
            case Alloc(array, extents):
                return [f"{pad}alloc {self.bind_array(array)}[{self.atoms(extents)}]"]
            case _:
                assert_never(stmt)
