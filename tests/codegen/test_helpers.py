"""Casts, powers and exact division: compiled, against CPython's integers and NumPy's scalars."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from iris_cc.codegen import ufunc_unit
from iris_cc.ir import ops
from iris_cc.ir.nodes import Function
from iris_cc.ir.types import ALL, BITS, BOOL, FLOATS, I64, INTEGERS, U64, Scalar
from tests.codegen.grids import corners, grid, same_bits
from tests.codegen.units import build, compile_all, evaluate, make, run, single

pytestmark = pytest.mark.needs_cc


def caster(source: Scalar) -> Function:
    return make((source,), lambda b, x: tuple(b.cast(x, to) for to in ALL if to is not source))


def cast_inputs(source: Scalar) -> np.ndarray:
    values = corners(source.dtype)
    if not source.is_float:
        return values
    edges = [
        sign * (2.0**bits + delta)
        for bits in (7, 8, 15, 16, 31, 32, 63, 64)
        for sign in (1, -1)
        for delta in (-1, -0.5, 0, 0.5, 1)
    ]
    with np.errstate(over="ignore"):
        more = np.array([*edges, 300.0, 3e9, -3e9, 5e9, 1e19, 1e20, -1e20], source.dtype)
    return np.concatenate([values, more, np.nextafter(more, np.inf), np.nextafter(more, -np.inf)])


def as_numpy_casts(values: np.ndarray, to: str) -> np.ndarray:
    """Scalar by scalar: NumPy's vector loop for f -> u4 answers differently from its scalars out of range."""
    with np.errstate(all="ignore"):
        return np.array([value.astype(to) for value in values])


def test_every_cast() -> None:
    wrong = []
    libraries = compile_all([ufunc_unit(caster(source)) for source in ALL])
    for source, library in zip(ALL, libraries, strict=True):
        values = cast_inputs(source)
        targets = [to for to in ALL if to is not source]
        for to, got in zip(targets, run(library, caster(source), values), strict=True):
            want = as_numpy_casts(values, to.dtype)
            wrong += [
                f"{to}({values[k]!r}: {source}) = {got[k]!r}, not {want[k]!r}"
                for k in np.flatnonzero(~same_bits(got, want))
            ]
    assert not wrong, "\n".join(wrong[:40])


def test_negation_of_a_bool() -> None:
    (got,) = evaluate(single(ops.NOT, BOOL), np.array([0, 1, 2, 255], np.uint8).view(bool))
    assert got.tolist() == [True, False, False, False]


def test_an_array_may_hold_any_byte_for_true() -> None:
    fn = make((BOOL, BOOL), lambda b, x, y: (b.emit(ops.AND, x, y), b.emit(ops.EQ, x, y), b.emit(ops.XOR, x, y)))
    raw = np.array([0, 1, 2, 4, 255], np.uint8).view(bool)
    both, equal, differ = evaluate(fn, raw, np.ones(5, bool))
    assert both.view("u1").tolist() == [0, 1, 1, 1, 1]
    assert equal.view("u1").tolist() == [0, 1, 1, 1, 1]
    assert differ.view("u1").tolist() == [1, 0, 0, 0, 0]


def test_integer_power_wraps_as_python_modulo() -> None:
    functions = [single(ops.IPOW, type, type) for type in INTEGERS]
    for type, fn, library in zip(INTEGERS, functions, compile_all(list(map(ufunc_unit, functions))), strict=True):
        base, exponent = grid(type.dtype, type.dtype)
        (got,) = run(library, fn, base, exponent)
        for a, b, value in zip(base.tolist(), exponent.tolist(), got.tolist(), strict=True):
            assert value == (type.wrap(pow(a, b, 1 << 64)) if b >= 0 else 0), (type, a, b)


def integers(count: int) -> np.ndarray:
    chance = random.Random(7)
    sizes = [chance.getrandbits(chance.randrange(1, 64)) * chance.choice((1, -1)) for _ in range(count)]
    near = [2**53 + k for k in range(-3, 4)] + [2**62 + 1, 2**63 - 1, 3 * 2**52 + 1]
    return np.array([*corners("i8").tolist(), *near, *(-value for value in near), *sizes], np.int64)


def test_int_division_is_rounded_once() -> None:
    values = integers(300)
    a, b = (axis.ravel() for axis in np.meshgrid(values, values))
    (got,) = evaluate(single(ops.PYDIV, I64, I64), a, b)
    for x, y, quotient in zip(a.tolist(), b.tolist(), got, strict=True):
        if y:
            assert quotient == x / y, (x, y)
            assert np.signbit(quotient) == np.signbit(x / y), (x, y)
        elif x:
            assert quotient == (np.inf if x > 0 else -np.inf)
        else:
            assert np.isnan(quotient)


def test_int_against_float_is_exact() -> None:
    ints = integers(60)
    close = np.concatenate(
        [ints.astype("f8"), np.nextafter(ints.astype("f8"), np.inf), corners("f8"), [-(2.0**63), 0.5]]
    )
    a, b = (axis.ravel() for axis in np.meshgrid(ints, close))
    (got,) = evaluate(single(ops.PYCMP, *(I64,), *FLOATS[1:]), a, b)
    for x, y, order in zip(a.tolist(), b.tolist(), got.tolist(), strict=True):
        want = 2 if math.isnan(y) else (x > y) - (x < y)
        assert order == want, (x, y)


def test_python_division_and_remainder_of_integers() -> None:
    pair = lambda b, x, y: (b.emit(ops.FDIV, x, y), b.emit(ops.MOD, x, y))  # noqa: E731
    functions = [make((type, type), pair) for type in INTEGERS]
    for type, fn, library in zip(INTEGERS, functions, compile_all(list(map(ufunc_unit, functions))), strict=True):
        a, b = grid(type.dtype, type.dtype)
        quotients, rests = run(library, fn, a, b)
        for x, y, q, r in zip(a.tolist(), b.tolist(), quotients.tolist(), rests.tolist(), strict=True):
            assert (q, r) == ((type.wrap(x // y), x % y) if y else (0, 0)), (type, x, y)


def test_constants_are_exact() -> None:
    """Each constant, stored as its own type, has the bits it began with."""
    from iris_cc.ir.nodes import Const

    for type in (*FLOATS, *BITS):
        values = corners(type.dtype)
        if type.is_float:
            chance = np.random.default_rng(3)
            bits = chance.integers(0, 2**63, 200).astype(f"u{type.bits // 8}").view(type.dtype)
            values = np.concatenate([values, bits])
        constants = [Const(value.item(), type) for value in values]
        fn = make((I64,), lambda b, x, constants=constants: tuple(constants))
        got = np.concatenate(evaluate_cheaply(fn, len(constants)))
        assert same_bits(got, values).all(), type


def evaluate_cheaply(fn: Function, results: int) -> list[np.ndarray]:
    """Many results in few units: the pairs of operands a row compares grow with the square."""
    from iris_cc.records import replace

    found: list[np.ndarray] = []
    for first in range(0, results, 40):
        part = replace(fn, body=replace(fn.body, results=fn.body.results[first : first + 40]))
        found += run(build(part), part, np.zeros(1, np.int64))
    return found


def test_constant_operands_keep_their_type() -> None:
    from tests.codegen.units import const

    fn = make(
        (I64,),
        lambda b, x: (
            b.emit(ops.MUL, const(100000, I64), const(100000, I64)),
            b.emit(ops.ADD, const(2**63 - 1, I64), const(1, I64)),
            b.emit(ops.NEG, const(-(2**63), I64)),
            b.emit(ops.NEG, const(-5, I64)),
            b.emit(ops.MUL, const(2**64 - 1, U64), const(3, U64)),
            b.emit(ops.INV, const(0, U64)),
            b.emit(ops.ADD, x, const(1, I64)),
        ),
    )
    got = [int(array[0]) for array in evaluate(fn, np.array([2**63 - 1]))]
    assert got == [10**10, -(2**63), -(2**63), 5, 2**64 - 3, 2**64 - 1, -(2**63)]
