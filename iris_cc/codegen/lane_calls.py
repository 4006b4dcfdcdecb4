"""Functions of ours for all lanes at once: a scalar loop over the lanes, which compilers make vectors of.

    iris_lanes_sin_cos_f64(x, result, result_1);

Functions of the same numbers are called together, for what they compute in common.  Where a function has a form for
usual arguments (no reduction of large angles, whole numbers that doubles hold), that form comes first, and the whole
one only if some lane asks for it.  A constant divisor is part of the function: its inverse is a constant, too.
Which calls there are is a question about the IR; what is written is text, and what stands around it is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from iris_cc.codegen import lane_values
from iris_cc.codegen.lane_values import vector
from iris_cc.codegen.languages import LANGUAGES, literal
from iris_cc.codegen.writer import Writer
from iris_cc.ir import kinds, walk
from iris_cc.ir.nodes import Atom, Block, Const, Function, Let, Var
from iris_cc.ir.ops import Form
from iris_cc.target import Target

# Divisors for which iris_lanes_div.h has a form for dividends of any size.
_LARGEST_OF_WIDE = 1 << 36

Calls = tuple[Let, ...]


def together(fn: Function, target: Target, uniform: frozenset[Var]) -> dict[Var, Calls]:
    """The result of every call, with all the calls that its first one makes; the other ones have none left to make."""
    found: dict[Var, Calls] = {}
    for block in _blocks(fn.body):
        by_arguments: dict[object, list[Let]] = {}
        for let in kinds.operations(block.stmts):
            if let.out not in uniform and lane_values.is_called(let, target):
                by_arguments.setdefault(let.args, []).append(let)
        for first, *others in by_arguments.values():
            found[first.out] = (first, *others)
            found.update((other.out, ()) for other in others)
    return found


def _blocks(block: Block) -> Iterator[Block]:
    yield block
    for stmt in block.stmts:
        for inner in walk.blocks(stmt):
            yield from _blocks(inner)


def has_near(callee: str, let: Let) -> bool:
    """Whether `callee` stands for a form for the usual arguments, too.

    `iris_near_sin_f64(x, &far)` is `iris_sin_f64(x)`, or sets the top bit of `far`.
    """
    has_one = not isinstance(let.op.c, Form) and let.op.c.near
    return has_one and callee == f"iris_{let.op.name}_{let.out.type}"


def _forms(calls: Calls) -> tuple[str, ...]:
    """What stands before the names of the functions for some arguments, in the order in which they are tried."""
    if not lane_values.divides(calls[0]):
        return ("near_",)
    divisor = _divisor(calls)
    if calls[0].out.type.bits == 32:
        return ("near_by_" if divisor is not None else "near_",)
    if divisor is None:
        return ("near_", "wide_")
    return ("near_by_", "wide_" if abs(int(divisor.value)) < _LARGEST_OF_WIDE else "near_")


def given(calls: Calls) -> tuple[Atom, ...]:
    """The arguments that the function of all lanes takes: not a constant divisor."""
    args = calls[0].args
    return args[:-1] if _divisor(calls) is not None else args


def _divisor(calls: Calls) -> Const | None:
    last = calls[0].args[-1]
    return last if isinstance(last, Const) and lane_values.divides(calls[0]) else None


def name_of(callees: Iterable[str], calls: Calls) -> str:
    """The function of all lanes; every callee ends with the type of its result."""
    suffix = f"_{calls[0].out.type}"
    names = "_".join(callee.removeprefix("iris_").removesuffix(suffix) for callee in callees)
    divisor = _divisor(calls)
    by = "" if divisor is None else f"_by_{divisor.value}".replace("-", "minus_")
    return f"iris_lanes_{names}{suffix}{by}"


def result_names(count: int) -> list[str]:
    return ["result", *(f"result_{k}" for k in range(1, count))]


def definition(name: str, callees: list[str], calls: Calls, target: Target) -> str:
    """The function of all lanes: arrays of arguments, then of results."""
    type, names, divisor = calls[0].out.type, "xy"[: len(given(calls))], _divisor(calls)
    results = result_names(len(calls))
    out = Writer()
    params = [f"const {vector(type)} *{each}" for each in names] + [f"{vector(type)} *{each}" for each in results]
    near = [has_near(callee, let) for callee, let in zip(callees, calls, strict=True)]

    def loop(call: Callable[[str], str], near_call: Callable[[str], str] | None = None) -> None:
        out.line("IRIS_INDEPENDENT")
        out.line("IRIS_ROLLED /* until it is vectors */")
        with out.braces("for (int lane = 0; lane < IRIS_LANES; ++lane)"):
            for each in names:
                out.line(f"const {type.c} {each}_k = ((const iris_mem_{type} *){each})[lane];")
            for callee, result, is_near in zip(callees, results, near, strict=True):
                text = near_call(callee) if near_call is not None and is_near else call(callee)
                out.line(f"((iris_mem_{type} *){result})[lane] = {text};")

    constant = [] if divisor is None else [literal(divisor, LANGUAGES[target.language], alone=True)]
    arguments = ", ".join([*(f"{each}_k" for each in names), *constant])

    def whole(callee: str) -> str:
        return f"{callee}({arguments})"

    with out.braces(f"IRIS_OUTLINE void {name}({', '.join(params)})"):
        for form in _forms(calls) if any(near) else ():
            out.line(f"uint{type.bits}_t {form}far = 0;")
            loop(whole, lambda callee, form=form: f"iris_{form}{callee[5:]}({arguments}, &{form}far)")  # type: ignore[misc]
            out.line(f"if (!IRIS_UNLIKELY({form}far >> {type.bits - 1})) return;")
        loop(whole)
    return out.text()
