"""Inputs of a program: corner and random values per type, and the ways their arrays can lie in memory."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.fuzz.words import WEAK, carrier, limits, make, value

LAYOUTS = ("contiguous", "strided", "reversed", "scalar", "stride 0", "big-endian", "unaligned", "gapped")


@dataclass
class Inputs:
    """One column per parameter with a value for each element, and how each is handed over."""

    columns: list[np.ndarray]
    layouts: list[str]
    count: int

    @property
    def all_scalar(self) -> bool:
        """Whether the call has no array operand."""
        return all(layout in ("weak", "scalar") for layout in self.layouts)


def inputs(params: list[str], rng: random.Random) -> Inputs:
    count = rng.choice((1, 2, 3, 5, 8, 12, 16, 17, 24, 33, 40, 70)) if rng.random() < 0.98 else 0
    plain = rng.random() < 0.4
    columns: list[np.ndarray] = []
    layouts: list[str] = []
    for word in params:
        layout = "weak" if word in WEAK else "contiguous" if plain else rng.choice(LAYOUTS)
        like = rng.choice(columns) if columns and count and rng.random() < 0.35 else None
        if layout in ("weak", "scalar", "stride 0"):
            one = _scalar(word, rng) if like is None else near(like[0], word, rng)
            column = np.full(count, one, carrier(word))
        elif like is not None:
            column = np.array([near(each, word, rng) for each in like], carrier(word))
        else:
            column = np.array([value(word, rng) for _ in range(count)], carrier(word))
        columns.append(column)
        layouts.append(layout)
    if all(layout in ("weak", "scalar") for layout in layouts):
        columns, count = [_first(column, word, rng) for column, word in zip(columns, params, strict=True)], 1
    return Inputs(columns, layouts, count)


def near(other: Any, word: str, rng: random.Random) -> Any:
    """The value of another column in this type, or one beside it: where comparisons and choices are close."""
    kind, number = carrier(word), other.item()
    with np.errstate(all="ignore"):
        if kind == "b1":
            return bool(number)
        if kind in ("f4", "f8"):
            return np.dtype(kind).type(number) + rng.choice((0, 0, 0, 0.5, -0.5, 1))
    if isinstance(number, float):
        number = int(number) if np.isfinite(number) else 0
    low, high = limits(word)
    return (number + rng.choice((0, 0, 0, 1, -1)) - low) % (high - low + 1) + low


def _scalar(word: str, rng: random.Random) -> Any:
    number = value(word, rng)
    if word == "int" and rng.random() < 0.5:
        number = number % 40 - 8
    return number


def _first(column: np.ndarray, word: str, rng: random.Random) -> np.ndarray:
    return column[:1] if len(column) else np.array([value(word, rng)], carrier(word))


def operand(column: np.ndarray, layout: str, word: str) -> Any:
    """The argument of a call."""
    if layout in ("weak", "scalar"):
        first = column[0] if len(column) else np.zeros(1, column.dtype)[0]
        return make(word, first.item()) if layout == "weak" else np.array(first)
    return laid_out(column, layout)


def laid_out(column: np.ndarray, layout: str) -> np.ndarray:
    """The same values, lying differently."""
    count, dtype = len(column), column.dtype
    match layout:
        case "strided":
            room = np.zeros(2 * count, dtype)
            room[::2] = column
            return room[::2]
        case "gapped":
            room = np.zeros((count, 3), dtype)
            room[:, 1] = column
            return room[:, 1]
        case "reversed":
            return column[::-1].copy()[::-1]
        case "stride 0":
            return np.broadcast_to(column[0], (count,)) if count else column
        case "big-endian":
            return column.astype(dtype.newbyteorder(">"))
        case "unaligned":
            room = np.zeros(count * dtype.itemsize + 1, "u1")
            view = room[1:].view(dtype)
            view[...] = column
            return view
        case _:
            return column
