"""Branches and loops, compiled, against the same thing written in Python."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping

import numpy as np
import pytest

from iris_cc.codegen import has_while, ufunc_unit
from iris_cc.ir import ops
from iris_cc.ir.builder import Builder
from iris_cc.ir.nodes import Atom, For, Function, If, Let, Var, While
from iris_cc.ir.types import BOOL, F64, I64, Scalar
from tests.codegen.units import build, call_on, compile_all, const, evaluate, make, run

pytestmark = pytest.mark.needs_cc

TRUE, FALSE = const(True, BOOL), const(False, BOOL)


def loop(
    b: Builder,
    bounds: tuple[Atom, Atom, Atom],
    inits: Mapping[str, Atom],
    body,
    live: int | None = None,
) -> tuple[Var, ...]:
    index = b.var(I64, "i")
    carried = tuple(b.var(init.type, hint) for hint, init in inits.items())
    inner = b.inner()
    results = body(inner, index, *carried)
    outs = tuple(b.var(var.type, var.hint) for var in carried)
    b.add(For(outs, index, *bounds, carried, tuple(inits.values()), live, inner.block(*results)))
    return outs


def choose(b: Builder, condition: Atom, then, orelse, types: tuple[Scalar, ...]) -> tuple[Var, ...]:
    yes, no = b.inner(), b.inner()
    left, right = then(yes), orelse(no)
    outs = tuple(b.var(type, "chosen") for type in types)
    b.add(If(outs, condition, yes.block(*left), no.block(*right)))
    return outs


def ranged(step: int | None) -> Function:
    """How often range(start, stop, step) runs (up to 1000 times), its last index, and the sum of all."""

    def body(b: Builder, start: Var, stop: Var, *rest: Var) -> tuple[Atom, ...]:
        by = const(step, I64) if step is not None else rest[0]

        def one(q: Builder, i: Var, *values: Var) -> tuple[Atom, ...]:
            count, _, total, _ = values
            more = q.emit(ops.ADD, count, const(1, I64))
            return more, i, q.emit(ops.ADD, total, i), q.emit(ops.LT, more, const(1000, I64))

        inits = {"count": const(0, I64), "last": const(-1, I64), "total": const(0, I64), "live": TRUE}
        return loop(b, (start, stop, by), inits, one, live=3)[:3]

    return make((I64,) * (2 if step is not None else 3), body)


LOW, HIGH = -(2**63), 2**63 - 1
BOUNDS = [0, 1, 2, 9, -1, -7, LOW, LOW + 1, LOW + 5, HIGH, HIGH - 1, HIGH - 5, 2**62]
STEPS = [1, -1, 2, -2, 3, 7, -5, 2**62, -(2**62), HIGH, LOW, 0]


def by_range(start: int, stop: int, step: int) -> tuple[int, int, int]:
    if step == 0:
        return 0, -1, 0
    count, last, total = 0, -1, 0
    for last in range(start, stop, step):
        count += 1
        total = I64.wrap(total + last)
        if count == 1000:
            break
    return count, last, total


def test_every_range() -> None:
    start, stop = (axis.ravel() for axis in np.meshgrid(np.array(BOUNDS), np.array(BOUNDS)))
    constant = [ranged(step) for step in STEPS]
    libraries = compile_all([ufunc_unit(fn) for fn in [*constant, ranged(None)]])
    for k, step in enumerate(STEPS):
        by_constant = run(libraries[k], constant[k], start, stop)
        by_variable = run(libraries[-1], ranged(None), start, stop, np.full(len(start), step))
        for n, (a, z) in enumerate(zip(start.tolist(), stop.tolist(), strict=True)):
            want = by_range(a, z, step)
            assert tuple(int(array[n]) for array in by_constant) == want, (a, z, step)
            assert tuple(int(array[n]) for array in by_variable) == want, (a, z, step)


@pytest.mark.parametrize("rotate", [1, 2, 3])
def test_carried_values_move_at_once(rotate: int) -> None:
    def body(b: Builder, n: Var) -> tuple[Atom, ...]:
        def one(q: Builder, i: Var, *values: Var) -> tuple[Atom, ...]:
            turned = [*values[rotate:], *values[:rotate]]
            turned[4] = q.emit(ops.ADD, values[0], i)
            return tuple(turned)

        return loop(b, (const(0, I64), n, const(1, I64)), {f"v{k}": const(k, I64) for k in range(5)}, one)

    fn = make((I64,), body)
    n = np.arange(20)
    for column, count in zip(zip(*evaluate(fn, n), strict=True), n, strict=True):
        values = list(range(5))
        for i in range(count):
            fifth = values[0] + i
            values = [*values[rotate:], *values[:rotate]]
            values[4] = fifth
        assert list(map(int, column)) == values


def test_a_swap_and_a_value_that_stays() -> None:
    def body(b: Builder, n: Var, x: Var) -> tuple[Atom, ...]:
        inits: dict[str, Atom] = {"a": x, "b": n, "c": const(3, I64)}
        return loop(b, (const(0, I64), n, const(1, I64)), inits, lambda q, i, p, r, s: (r, p, s))

    a, b, c = evaluate(make((I64, I64), body), np.array([0, 1, 4, 7]), np.array([50] * 4))
    assert (a.tolist(), b.tolist(), c.tolist()) == ([50, 1, 50, 7], [0, 50, 4, 50], [3] * 4)


@pytest.mark.parametrize("first", ["constant", "parameter"])
def test_a_loop_that_is_dead_at_once_does_not_run(first: str) -> None:
    def body(b: Builder, n: Var, alive: Var) -> tuple[Atom, ...]:
        inits = {"live": FALSE if first == "constant" else alive, "count": const(0, I64)}

        def one(q: Builder, i: Var, live: Var, count: Var) -> tuple[Atom, ...]:
            return q.emit(ops.LT, i, const(2, I64)), q.emit(ops.ADD, count, const(1, I64))

        return loop(b, (const(0, I64), n, const(1, I64)), inits, one, live=0)

    live, count = evaluate(make((I64, BOOL), body), np.array([5, 5, 2]), np.array([False, True, True]))
    if first == "parameter":
        assert (live.tolist(), count.tolist()) == ([False, False, True], [0, 3, 2])
    else:
        assert (live.tolist(), count.tolist()) == ([False] * 3, [0] * 3)


def test_nested_loops_and_branches() -> None:
    def body(b: Builder, n: Var, x: Var) -> Atom:
        def outer(q: Builder, i: Var, total: Var) -> tuple[Atom, ...]:
            def inner(r: Builder, j: Var, sum: Var) -> tuple[Atom, ...]:
                odd = r.emit(ops.EQ, r.emit(ops.AND, j, const(1, I64)), const(1, I64))
                return choose(
                    r,
                    odd,
                    lambda s: (s.emit(ops.ADD, sum, x),),
                    lambda s: (s.emit(ops.SUB, sum, s.cast(i, F64)),),
                    (F64,),
                )

            return loop(q, (i, n, const(1, I64)), {"total": total}, inner)

        return loop(b, (const(0, I64), n, const(1, I64)), {"total": const(0.0, F64)}, outer)[0]

    fn = make((I64, F64), body)
    n, x = np.arange(30), np.linspace(-1, 1, 30)
    (got,) = evaluate(fn, n, x)
    for k in range(30):
        total = 0.0
        for i in range(n[k]):
            for j in range(i, n[k]):
                total = total + x[k] if j & 1 else total - float(i)
        assert got[k] == total


def test_a_loop_of_fixed_length_still_becomes_vectors() -> None:
    def body(b: Builder, x: Var) -> Atom:
        def newton(q: Builder, i: Var, y: Var) -> tuple[Atom, ...]:
            return (q.emit(ops.MUL, const(0.5, F64), q.emit(ops.ADD, y, q.emit(ops.DIV, x, y))),)

        return loop(b, (const(0, I64), const(4, I64), const(1, I64)), {"y": x}, newton)[0]

    x = np.linspace(1, 3, 100)
    (got,) = evaluate(make((F64,), body), x)
    y = x
    for _ in range(4):
        y = 0.5 * (y + x / y)
    assert (got == y).all()


def test_an_if_without_results_and_unread_values() -> None:
    def body(b: Builder, x: Var, unused: Var) -> Atom:
        b.emit(ops.MUL, x, x, hint="nobody")
        choose(b, b.emit(ops.GT, x, const(0, I64)), lambda q: (q.emit(ops.NEG, x),), lambda q: (x,), (I64,))
        b.add(If((), TRUE, b.inner().block(), b.inner().block()))
        b.add(For((), b.var(I64, "i"), x, x, const(3, I64), (), (), None, b.inner().block()))
        return x

    (got,) = evaluate(make((I64, F64), body), np.arange(3), np.zeros(3))
    assert got.tolist() == [0, 1, 2]


# -- while ------------------------------------------------------------------------------------------------------------


def collatz() -> Function:
    def body(b: Builder, n: Var) -> Atom:
        carried = (b.var(I64, "n"), b.var(I64, "steps"))
        test, inner = b.inner(), b.inner()
        condition = test.emit(ops.NE, carried[0], const(1, I64))
        odd = inner.emit(ops.EQ, inner.emit(ops.AND, carried[0], const(1, I64)), const(1, I64))
        (following,) = choose(
            inner,
            odd,
            lambda q: (q.emit(ops.ADD, q.emit(ops.MUL, carried[0], const(3, I64)), const(1, I64)),),
            lambda q: (q.emit(ops.FDIV, carried[0], const(2, I64)),),
            (I64,),
        )
        more = inner.emit(ops.ADD, carried[1], const(1, I64))
        outs = (b.var(I64), b.var(I64, "steps"))
        block = inner.block(following, more)
        b.add(While(outs, carried, (n, const(0, I64)), test.block(condition), block))
        return outs[1]

    return make((I64,), body, "n")


def collatz_steps(n: int) -> int:
    steps = 0
    while n != 1:
        n = 3 * n + 1 if n & 1 else n // 2
        steps += 1
    return steps


def test_while_and_its_limit() -> None:
    fn = collatz()
    assert has_while(fn)
    library = build(fn)
    limit = ctypes.c_int64.in_dll(library, "iris_while_limit")
    assert limit.value == 10_000_000
    n = np.arange(1, 500)
    want = [collatz_steps(int(value)) for value in n]
    out = np.zeros(len(n), np.int64)
    for allowed in (10_000_000, max(want), 0):
        limit.value = allowed
        assert call_on(library, n, out) == 0
        assert out.tolist() == want
    limit.value = max(want) - 1
    with pytest.raises(RuntimeError, match="ME_DSL_WHILE_MAX_ITERS"):
        call_on(library, n, out)
    limit.value = 5
    with pytest.raises(RuntimeError):
        call_on(library, np.array([0]), out[:1])  # would never end
    assert call_on(library, np.array([32]), out[:1]) == 0


def test_a_let_is_one_statement_on_its_line() -> None:
    fn = collatz()
    text = ufunc_unit(fn)
    assert sum(isinstance(stmt, Let) for stmt in fn.body.stmts) == 0
    assert "\n      const int64_t t7 = steps + 1;\n" in text and "if (!most_rounds) {" in text
