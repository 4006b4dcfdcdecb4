"""The identities folding uses, and what it must never rewrite: text in, text out."""

from __future__ import annotations

import pytest

from iris_cc.ir.parser import parse
from iris_cc.ir.printer import print_function
from iris_cc.passes.fold import fold
from tests.passes.texts import after


@pytest.mark.parametrize(
    "type, op, args, result",
    [
        ("i64", "add", "%0, 0:i64", "%0"), ("i64", "add", "0:i64, %0", "%0"), ("u8", "sub", "%0, 0:u8", "%0"),
        ("i64", "sub", "%0, %0", "0:i64"), ("i64", "mul", "%0, 1:i64", "%0"), ("f64", "mul", "1.0:f64, %0", "%0"),
        ("f32", "mul", "%0, 1.0:f32", "%0"), ("i8", "mul", "%0, 0:i8", "0:i8"), ("f64", "div", "%0, 1.0:f64", "%0"),
        ("i64", "floordiv", "%0, 1:i64", "%0"), ("i32", "shl", "%0, 0:i32", "%0"), ("u64", "shr", "%0, 0:u64", "%0"),
        ("bool", "and", "%0, true:bool", "%0"), ("bool", "and", "%0, false:bool", "false:bool"),
        ("bool", "or", "%0, true:bool", "true:bool"), ("bool", "or", "false:bool, %0", "%0"),
        ("bool", "xor", "%0, false:bool", "%0"), ("bool", "xor", "%0, %0", "false:bool"),
        ("u8", "and", "%0, 255:u8", "%0"), ("i8", "and", "%0, 0:i8", "0:i8"), ("i8", "or", "%0, -1:i8", "-1:i8"),
        ("i8", "or", "%0, %0", "%0"), ("i8", "xor", "%0, %0", "0:i8"), ("f64", "cast", "%0", "%0"),
    ],
)  # fmt: skip
def test_identities(type: str, op: str, args: str, result: str) -> None:
    assert after(fold, f"%0: {type}) -> {type}", f"%1: {type} = {op} {args}\nreturn %1") == [f"return {result}"]


@pytest.mark.parametrize(
    "args, wanted",
    [
        ("%0, %1, %1", "return %1"),
        ("true:bool, %1, %2", "return %1"),
        ("false:bool, %1, %2", "return %2"),
        ("%0, true:bool, false:bool", "return %0"),
        ("%0, false:bool, true:bool", "%4: bool = not %0|return %4"),
        ("%0, true:bool, %2", "%4: bool = or %0, %2|return %4"),
        ("%0, %1, false:bool", "%4: bool = and %0, %1|return %4"),
        ("%0, false:bool, %2", "%4: bool = not %0|%5: bool = and %4, %2|return %5"),
        ("%0, %1, true:bool", "%4: bool = not %0|%5: bool = or %4, %1|return %5"),
        ("%0, %0, %2", "%4: bool = or %0, %2|return %4"),
        ("%0, %1, %0", "%4: bool = and %0, %1|return %4"),
    ],
)
def test_selects_of_booleans(args: str, wanted: str) -> None:
    head = "%0: bool, %1: bool, %2: bool, %3: i64) -> bool"
    assert after(fold, head, f"%4: bool = select {args}\nreturn %4") == wanted.split("|")


@pytest.mark.parametrize("type", ["f32", "f64"])
@pytest.mark.parametrize(
    "op, args",
    [
        ("add", "%0, 0.0:T"), ("add", "0.0:T, %0"), ("add", "%0, -0.0:T"), ("sub", "%0, %0"), ("mul", "%0, 0.0:T"),
        ("mul", "-0.0:T, %0"), ("mul", "%0, -1.0:T"), ("div", "%0, %0"), ("div", "0.0:T, %0"),
        ("floordiv", "%0, 1.0:T"), ("floordiv", "1.0:T, 0.0:T"), ("pow", "2.0:T, 2.0:T"), ("log", "1.0:T"),
        ("eq", "%0, %0"), ("ne", "%0, %0"), ("le", "%0, %0"), ("lt", "%0, %0"), ("ge", "%0, %0"), ("gt", "%0, %0"),
        ("minimum", "%0, %0"), ("add", "inf:T, -inf:T"), ("div", "1.0:T, 0.0:T"), ("div", "0.0:T, 0.0:T"),
        ("sqrt", "-1.0:T"), ("exp", "0.0:T"), ("sin", "0.0:T"),
        ("minimum", "0.0:T, -0.0:T"), ("mul", "H:T, H:T"), ("hypot", "3.0:T, 4.0:T"), ("cbrt", "8.0:T"),
    ],
)  # fmt: skip
def test_never_folded_for_floats(type: str, op: str, args: str) -> None:
    args = args.replace("H", "3e38" if type == "f32" else "1e308")  # a product that overflows
    result = "bool" if op in ("eq", "ne", "le", "lt", "ge", "gt") else type
    body = f"%1: {result} = {op} {args.replace('T', type)}"
    text = print_function(parse(f"func @f(%0: {type}) -> {result} {{\n{body}\nreturn %1\n}}\n"))
    assert print_function(fold(parse(text))) == text


@pytest.mark.parametrize(
    "type, op, args",
    [("i64", "floordiv", "1:i64, 0:i64"), ("i8", "floordiv", "-128:i8, -1:i8"), ("u8", "floormod", "1:u8, 0:u8"),
     ("i64", "ipow", "2:i64, -1:i64"), ("i16", "rem", "%0, 1:i16"), ("u8", "sub", "0:u8, %0")],
)  # fmt: skip
def test_never_folded_for_integers(type: str, op: str, args: str) -> None:
    text = print_function(parse(f"func @f(%0: {type}) -> {type} {{\n%1: {type} = {op} {args}\nreturn %1\n}}\n"))
    assert print_function(fold(parse(text))) == text


def test_comparisons_of_a_value_with_itself() -> None:
    for op, value in {"eq": "true", "le": "true", "ge": "true", "ne": "false", "lt": "false", "gt": "false"}.items():
        body = f"%1: bool = {op} %0, %0\nreturn %1"
        assert after(fold, "%0: i64) -> bool", body) == [f"return {value}:bool"]


def test_double_operations() -> None:
    for type, op in (("f64", "neg"), ("i8", "neg"), ("bool", "not"), ("u8", "invert")):
        body = f"%1: {type} = {op} %0\n%2: {type} = {op} %1\nreturn %2"
        assert after(fold, f"%0: {type}) -> {type}", body)[-1] == "return %0"
    body = "%2: bool = eq %0, %1\n%3: bool = not %2\nreturn %3"
    assert after(fold, "%0: f64, %1: f64) -> bool", body)[1:] == ["%3: bool = ne %0, %1", "return %3"]
    body = "%2: bool = lt %0, %1\n%3: bool = not %2\nreturn %3"  # nan: not (x < y) is not x >= y
    assert after(fold, "%0: f64, %1: f64) -> bool", body)[1:] == ["%3: bool = not %2", "return %3"]


@pytest.mark.parametrize("narrow, wide, goes", [
    ("i32", "f64", True), ("i64", "f64", False), ("i32", "f32", False), ("i16", "f32", True), ("f32", "f64", True),
    ("f64", "f32", False), ("i8", "i64", True), ("i64", "i8", False), ("i64", "u64", True), ("bool", "i8", True),
    ("i8", "bool", False), ("u32", "i32", True), ("f64", "i64", False), ("bool", "f32", True),
])  # fmt: skip
def test_casts_there_and_back(narrow: str, wide: str, goes: bool) -> None:
    body = f"%1: {wide} = cast %0\n%2: {narrow} = cast %1\nreturn %2"
    found = after(fold, f"%0: {narrow}) -> {narrow}", body)
    assert found[-1] == ("return %0" if goes else "return %2")
