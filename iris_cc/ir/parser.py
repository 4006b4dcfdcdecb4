"""Text to IR: the inverse of the printer.

It judges syntax and names (defined once, read in scope).  Types are the verifier's business, so a text that parses may
still be invalid.  Sizes are bounded, so a hostile text ends in an error and never in a crash.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, cast, get_args

from iris_cc.ir import ops
from iris_cc.ir.nodes import (
    Access,
    Alloc,
    Array,
    ArrayParam,
    Atom,
    Axis,
    Block,
    Check,
    Const,
    Fault,
    For,
    Function,
    If,
    Index,
    Let,
    Load,
    LoopKind,
    Stmt,
    Store,
    Var,
    While,
    is_lanes,
)  # fmt: skip
from iris_cc.ir.types import BY_NAME as TYPES
from iris_cc.ir.types import I64, Scalar

# Far above what the front end makes: it limits nesting to what the compilers downstream take.
MAX_CHARACTERS = 16 << 20
MAX_DEPTH = 200

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<var>%\d{1,9}\b)
      | (?P<array>&\d{1,9}\b)
      | (?P<name>@[^\s()]+)
      | (?P<number>-?(?:(?:inf|nan)\b|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))
      | (?P<word>[A-Za-z_]\w*)
      | (?P<mark>->|\.\.|[][(){}<>,:=])""",
    re.VERBOSE | re.ASCII,
)
_FAULTS = {str(fault): fault for fault in Fault}
_KINDS: dict[str, LoopKind] = {kind: kind for kind in get_args(LoopKind) if kind != "seq"}
_INDEX = re.compile(r"(?:(?P<kind>[in])(?P<axis>\d{1,2})|flat)", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,20}", re.ASCII)


class IRSyntaxError(ValueError):
    """The text is not IR: where, and why."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(f"line {line}, column {column}: {message}")
        self.line = line
        self.column = column
        self.message = message


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def parse(text: str) -> Function:
    """The function `text` spells; raises IRSyntaxError if it spells none."""
    parser = _Parser(text)
    try:
        return parser.function()
    except RecursionError:
        raise parser.error(parser.peek().at, "too little of the stack is left for blocks nested so deep") from None


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.next = 0
        self.depth = 0
        self.seen: set[int] = set()             # numbers defined anywhere so far
        self.visible: dict[int, Var] = {}       # what may be read here
        self.seen_arrays: set[int] = set()
        self.visible_arrays: dict[int, Array] = {}
        self.tokens = self.tokenize()

    # -- words

    def tokenize(self) -> list[_Token]:
        if len(self.text) > MAX_CHARACTERS:
            raise self.error(0, f"the text is longer than {MAX_CHARACTERS} characters")
        tokens: list[_Token] = []
        at = 0
        while at < len(self.text):
            match = _TOKEN.match(self.text, at)
            if match is None:
                raise self.error(at, f"unexpected character {self.text[at]!r}")
            if match.lastgroup != "space":
                tokens.append(_Token(str(match.lastgroup), match.group(), at))
            at = match.end()
        return [*tokens, _Token("end", "the end of the text", at)]

    def error(self, at: int, message: str) -> IRSyntaxError:
        before = self.text[:at]
        return IRSyntaxError(before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1, message)

    def peek(self) -> _Token:
        return self.tokens[self.next]

    def take(self, kind: str, what: str) -> _Token:
        token = self.peek()
        if token.kind != kind:
            raise self.error(token.at, f"expected {what}, found {token.text!r}")
        self.next += 1
        return token

    def skip(self, text: str) -> bool:
        """Step over `text` if it is next."""
        if self.peek().text != text:
            return False
        self.next += 1
        return True

    def expect(self, *texts: str) -> None:
        for text in texts:
            token = self.peek()
            if not self.skip(text):
                raise self.error(token.at, f"expected {text!r}, found {token.text!r}")

    # -- names

    def type(self) -> Scalar:
        token = self.take("word", "a type")
        if token.text not in TYPES:
            raise self.error(token.at, f"unknown type {token.text!r}")
        return TYPES[token.text]

    def value_type(self) -> tuple[Scalar, bool]:
        """`f64`, or `lanes<f64>`: a number per lane."""
        if not self.skip("lanes"):
            return self.type(), False
        self.expect("<")
        type = self.type()
        self.expect(">")
        return type, True

    def bind(self) -> Var:
        """A definition: `%n: type`."""
        token = self.take("var", "a definition")
        number = int(token.text[1:])
        if number in self.seen:
            raise self.error(token.at, f"{token.text} is defined twice")
        self.expect(":")
        type, lanes = self.value_type()
        var = Var(number, type, lanes=lanes)
        self.seen.add(number)
        self.visible[number] = var
        return var

    def read(self) -> Var:
        token = self.take("var", "a variable")
        var = self.visible.get(int(token.text[1:]))
        if var is None:
            raise self.error(token.at, f"{token.text} is read where it is not defined")
        return var

    def hide(self, variables: list[Var]) -> None:
        for var in variables:
            del self.visible[var.id]

    def bind_array(self, access: Access) -> tuple[int, Scalar, Access]:
        """The head of a definition: `&n: type`, before its axes."""
        token = self.take("array", "an array")
        number = int(token.text[1:])
        if number in self.seen_arrays:
            raise self.error(token.at, f"{token.text} is defined twice")
        self.seen_arrays.add(number)
        self.expect(":")
        return number, self.type(), access

    def place(self) -> tuple[Array, tuple[Atom, ...]]:
        """`&n[i, j]`"""
        token = self.take("array", "an array")
        array = self.visible_arrays.get(int(token.text[1:]))
        if array is None:
            raise self.error(token.at, f"{token.text} is named where it is not defined")
        self.expect("[")
        indices = self.atoms()
        self.expect("]")
        if len(indices) != array.ndim:
            raise self.error(token.at, f"{token.text} takes {array.ndim} indices, not {len(indices)}")
        return array, indices

    # -- atoms

    def starts_atom(self) -> bool:
        return self.peek().kind in ("var", "number") or self.peek().text in ("true", "false", "inf", "nan")

    def atom(self) -> Atom:
        if not self.starts_atom():
            raise self.error(self.peek().at, f"expected a value, found {self.peek().text!r}")
        return self.read() if self.peek().kind == "var" else self.constant()

    def constant(self) -> Const:
        token = self.peek()
        self.next += 1
        self.expect(":")
        type = self.type()
        if type.kind == "bool" and token.text in ("true", "false"):
            return Const(token.text == "true", type)
        if type.is_float and token.text not in ("true", "false"):
            return Const(float(token.text), type)
        if type.is_integer and _WHOLE.fullmatch(token.text) and type.holds(int(token.text)):
            return Const(int(token.text), type)
        raise self.error(token.at, f"{token.text} is not a value of type {type}")

    def atoms(self) -> tuple[Atom, ...]:
        """Zero or more values with commas between them."""
        if not self.starts_atom():
            return ()
        atoms = [self.atom()]
        while self.skip(","):
            atoms.append(self.atom())
        return tuple(atoms)

    def bindings(self) -> tuple[Var, ...]:
        if self.peek().kind != "var":
            return ()
        variables = [self.bind()]
        while self.skip(","):
            variables.append(self.bind())
        return tuple(variables)

    # -- the function

    def function(self) -> Function:
        self.expect("func")
        name = self.take("name", "a function name").text[1:]
        self.expect("(")
        params, arrays = self.params()
        self.expect(")")
        indices = self.indices() if self.skip("index") else ()
        returns = self.skip("->")
        head = self.peek().at
        results = self.result_types() if returns else []
        self.expect("{")
        body = self.block("return")
        self.expect("}")
        if self.peek().kind != "end":
            raise self.error(self.peek().at, f"expected the end, found {self.peek().text!r}")
        fn = Function(name, params, body, indices, arrays=arrays)
        if [(atom.type, is_lanes(atom)) for atom in body.results] != results:
            raise self.error(head, "the result types differ from what the function returns")
        return fn

    def result_types(self) -> list[tuple[Scalar, bool]]:
        results = [self.value_type()]
        while self.skip(","):
            results.append(self.value_type())
        return results

    def params(self) -> tuple[tuple[Var, ...], tuple[ArrayParam, ...]]:
        """Values, then arrays."""
        params: list[Var] = []
        arrays: list[ArrayParam] = []
        while not (self.peek().text == ")" and not params and not arrays):
            if arrays or self.peek().kind == "array" or self.peek().text == "mut":
                arrays.append(self.array_param())
            else:
                params.append(self.bind())
            if not self.skip(","):
                break
        return tuple(params), tuple(arrays)

    def array_param(self) -> ArrayParam:
        """`mut &1: f64[%1 by %2, ...]`: an input is an i64 and bound where it is named first."""
        number, type, access = self.bind_array("mut" if self.skip("mut") else "in")
        self.expect("[")
        axes = [self.axis()] if self.starts_atom() else []
        while axes and self.skip(","):
            axes.append(self.axis())
        self.expect("]")
        array = self.visible_arrays[number] = Array(number, type, len(axes), access)
        return ArrayParam(array, tuple(axes))

    def axis(self) -> Axis:
        extent = self.axis_input()
        self.expect("by")
        return Axis(extent, self.axis_input())

    def axis_input(self) -> Atom:
        token = self.peek()
        if token.kind == "var" and int(token.text[1:]) not in self.seen:
            number = int(self.take("var", "an input").text[1:])
            self.seen.add(number)
            self.visible[number] = Var(number, I64)
            return self.visible[number]
        return self.atom()

    def indices(self) -> tuple[Index, ...]:
        found: list[Index] = []
        while self.peek().kind == "word":
            token = self.take("word", "an index symbol")
            match = _INDEX.fullmatch(token.text)
            if match is None:
                raise self.error(token.at, f"unknown index symbol {token.text!r}")
            kind = cast(Literal["i", "n", "flat"], match["kind"] or "flat")
            self.expect("=")
            found.append(Index(kind, int(match["axis"] or 0), self.bind()))
        return tuple(found)

    # -- statements

    def block(self, end: str) -> Block:
        """Statements up to and with the line that starts with `end`; what they define is not visible after it."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(self.peek().at, f"blocks are nested deeper than {MAX_DEPTH}")
        defined: list[Var] = []
        stmts: list[Stmt] = []
        while not self.skip(end):
            stmt, variables = self.stmt()
            stmts.append(stmt)
            defined += variables
        results = self.atoms()
        self.hide(defined)
        for stmt in stmts:
            if isinstance(stmt, Alloc):
                del self.visible_arrays[stmt.array.id]
        self.depth -= 1
        return Block(tuple(stmts), results)

    def stmt(self) -> tuple[Stmt, tuple[Var, ...]]:
        """A statement, and what it defines for those after it."""
        token = self.peek()
        if token.kind == "var":
            let = self.let()
            return let, (let.out,)
        if self.skip("store"):
            return self.store(), ()
        if self.skip("alloc"):
            return self.alloc(), ()
        if self.skip("check"):
            return self.check(), ()
        if self.skip("if"):
            choice = self.choice()
            return choice, choice.outs
        if self.skip("for"):
            count = self.loop_for()
            return count, count.outs
        if self.skip("while"):
            loop = self.loop_while()
            return loop, loop.outs
        raise self.error(token.at, f"expected a statement, found {token.text!r}")

    def let(self) -> Let | Load:
        token = self.peek()
        out = self.bind()
        del self.visible[out.id]  # a statement does not see its own result
        self.expect("=")
        if self.skip("load"):
            load = Load(out, *self.place())
            self.visible[out.id] = out
            return load
        word = self.take("word", "an operation")
        if word.text not in ops.BY_NAME:
            raise self.error(word.at, f"unknown operation {word.text!r}")
        op = ops.BY_NAME[word.text]
        args = self.atoms()
        if len(args) != op.arity:
            raise self.error(token.at, f"{op.name} takes {op.arity} values, not {len(args)}")
        self.visible[out.id] = out
        return Let(out, op, args)

    def check(self) -> Check:
        condition = self.atom()
        self.expect("else")
        word = self.take("word", "a fault")
        if word.text not in _FAULTS:
            raise self.error(word.at, f"unknown fault {word.text!r}")
        return Check(condition, _FAULTS[word.text])

    def store(self) -> Store:
        array, indices = self.place()
        self.expect("=")
        return Store(array, indices, self.atom())

    def alloc(self) -> Alloc:
        number, type, access = self.bind_array("local")
        self.expect("[")
        extents = self.atoms()
        self.expect("]")
        array = self.visible_arrays[number] = Array(number, type, len(extents), access)
        return Alloc(array, extents)

    def outs(self) -> tuple[Var, ...]:
        self.expect("}")
        return self.bindings() if self.skip("->") else ()

    def choice(self) -> If:
        condition = self.atom()
        self.expect("{")
        then = self.block("yield")
        self.expect("}", "else", "{")
        orelse = self.block("yield")
        return If(self.outs(), condition, then, orelse)

    def carry(self) -> tuple[tuple[Var, ...], tuple[Atom, ...]]:
        """`carry %v: type = init, ...`: the inits are read in the scope around the loop."""
        self.expect("carry")
        carried: list[Var] = []
        inits: list[Atom] = []
        while self.peek().kind == "var":
            carried.append(self.bind())
            del self.visible[carried[-1].id]
            self.expect("=")
            inits.append(self.atom())
            if not self.skip(","):
                break
        self.visible.update((var.id, var) for var in carried)
        return tuple(carried), tuple(inits)

    def loop_for(self) -> For:
        kind = _KINDS.get(self.peek().text, "seq")
        self.next += kind != "seq"
        index = self.bind()
        del self.visible[index.id]
        self.expect("in")
        start = self.atom()
        self.expect("..")
        stop = self.atom()
        self.expect("step")
        step = self.atom()
        carried, inits = self.carry()
        live = self.live(carried) if self.skip("live") else None
        self.visible[index.id] = index
        self.expect("{")
        body = self.block("yield")
        self.hide([index, *carried])
        return For(self.outs(), index, start, stop, step, carried, inits, live, body, kind=kind)

    def live(self, carried: tuple[Var, ...]) -> int:
        at = self.peek().at
        var = self.read()
        if var not in carried:
            raise self.error(at, "the live value is not one the loop carries")
        return carried.index(var)

    def loop_while(self) -> While:
        carried, inits = self.carry()
        self.expect("{")
        condition = self.block("test")
        self.expect("}", "do", "{")
        body = self.block("yield")
        self.hide(list(carried))
        return While(self.outs(), carried, inits, condition, body)
