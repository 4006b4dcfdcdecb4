"""Calls of steps as data: rows of a table and one loop over them, for kernels of so many steps that calls are too long.

    static const iris_order iris_orders_1[] = {{iris_order_1, {0, 1}, {{.as_f64 = 2.0}}}, ...};
    iris_orders(iris_s, begin, end, iris_orders_1, 250);

A compiler takes a twentieth of the time for a row that it takes for a call.  Which steps there are is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from iris_cc.codegen.languages import Language, literal
from iris_cc.codegen.writer import Writer
from iris_cc.ir.nodes import Const

_MOST_TILES, _MOST_CONSTANTS = 4, 2


class Tile(NamedTuple):
    """One tile of `iris_s`."""

    member: str
    number: int

    def __str__(self) -> str:
        return f"iris_s->{self.member}[{self.number}]"


class Orders:
    """The tables of a unit, and what a row calls: the step, with what the row says."""

    def __init__(self, language: Language, tiles: str) -> None:
        self.language = language
        self.tiles = tiles
        self.pending: list[str] = []
        self.count = 0
        self._callers: dict[tuple[str, tuple[str, ...]], str] = {}

    def take(self, name: str, arguments: Sequence[Tile | Const]) -> list[str] | None:
        """Put a call into the table that is open: the functions this takes; None where a row has too few places."""
        tiles = [each.number for each in arguments if isinstance(each, Tile)]
        constants = [each for each in arguments if isinstance(each, Const)]
        if len(tiles) > _MOST_TILES or len(constants) > _MOST_CONSTANTS:
            return None
        kinds = tuple(each.member if isinstance(each, Tile) else f".as_{each.type}" for each in arguments)
        is_new = (name, kinds) not in self._callers
        caller = self._callers.setdefault((name, kinds), f"iris_order_{len(self._callers) + 1}")
        values = ", ".join(f"{{.as_{each.type} = {literal(each, self.language, True)}}}" for each in constants)
        self.pending.append(f"{{{caller}, {{{', '.join(map(str, tiles))}}}, {{{values or '{0}'}}}}},")
        return [self._caller(caller, name, kinds)] if is_new else []

    def close(self) -> tuple[str, str] | None:
        """The table that is open, and its call; None if nothing is in it."""
        if not self.pending:
            return None
        self.count += 1
        rows, self.pending = self.pending, []
        out = Writer()
        with out.braces(f"static const iris_order iris_orders_{self.count}[] ="):
            out.lines(*rows)
        return out.text().rstrip("\n") + ";\n", f"(iris_s, begin, end, iris_orders_{self.count}, {len(rows)});"

    def head(self) -> str:
        """What a row is, and the loop over rows; nothing where there are none."""
        if not self.count:
            return ""
        out = Writer()
        with out.braces("typedef struct iris_order"):
            out.line(f"void (*run)({self.tiles} *, intptr_t, intptr_t, const struct iris_order *);")
            out.line(f"uint16_t tile[{_MOST_TILES}];")
            fields = " ".join(f"{word} as_{type};" for type, word in self.language.types.items())
            out.line(f"union {{ {fields} }} constant[{_MOST_CONSTANTS}];")
        text = out.text().rstrip("\n") + " iris_order;\n\n"
        out = Writer()
        rows = "const iris_order *row, int count"
        with out.braces(f"IRIS_OUTLINE void iris_orders({self.tiles} *iris_s, intptr_t begin, intptr_t end, {rows})"):
            out.line("for (; count > 0; --count, ++row) row->run(iris_s, begin, end, row);")
        return text + out.text()

    def _caller(self, caller: str, name: str, kinds: Sequence[str]) -> str:
        arguments = ["begin", "end"]
        tiles = constants = 0
        for kind in kinds:
            if kind.startswith("."):
                arguments.append(f"row->constant[{constants}]{kind}")
                constants += 1
            else:
                arguments.append(f"iris_s->{kind}[row->tile[{tiles}]]")
                tiles += 1
        out = Writer()
        head = f"{self.tiles} *iris_s, intptr_t begin, intptr_t end, const iris_order *row"
        with out.braces(f"static void {caller}({head})"):
            out.line(f"{name}({', '.join(arguments)});")
        return out.text()
