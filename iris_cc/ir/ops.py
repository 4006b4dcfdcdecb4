"""The operation table: everything the compiler knows about an operation is one row here.

The front end reads `python` and `elsewhere`, the builder and the verifier `takes` and `over`, the interpreter, the folder
and the tests `numpy`, the C back end `c` and `vector`, the passes `cost` and `traits`.  To add an operation, add a row;
nothing registers itself from elsewhere, and no other module keeps a table of operations.

Python spellings:  an `ast` node class         the operator or comparison
                   "numpy.sin"                 typed as NumPy types it
                   "math.sin"                  arguments become f8, the result is a Python float (or int, or bool)
                   "dsl.arctan2"               a bare name in DSL text, or one the function does not bind; typed as NumPy
NumPy spellings:   "add" is numpy.add;  "libm.erf" is the C library's function, element by element;
                   "iris.cast" is a function of the interpreter's own, where NumPy has none with this meaning.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from enum import Flag, auto
from types import MappingProxyType
from typing import assert_never

from iris_cc.ir.types import ALL, BITS, BOOL, F64, FLOATS, I64, INTEGERS, NUMBERS, SIGNED, U8, Kind, Scalar
from iris_cc.records import record


@record
class Form:
    """C text with the operands in it: `{0} + {1}`; `{T}` is the result's C type."""

    text: str


@record
class Libm:
    """A C library function; the f32 twin has an `f` behind its name.  Declared by `iris_math.h`: nothing is included.

    `own` names the runtime_c headers with a function of ours, `iris_<name>_<type>`, for f64 and f32: short, for vectors,
    and with a bound of its own; `fast` the types with one of lower degree, `iris_fast_<name>_<type>`.  Which of them a
    kernel calls is its dialect's choice.  `near` says that there is `iris_near_<name>_<type>` too, which gives the same
    for arguments that are not far from zero, sooner, and tells of the others.  `builtin` functions have one right value
    for every operand, so that compilers may know them by their names.
    """

    name: str
    own: tuple[str, ...] = ()
    fast: tuple[Scalar, ...] = ()
    near: bool = False
    builtin: bool = False


@record
class Helper:
    """A `static inline` pasted from runtime_c/, one per operand type: `iris_floordiv_i64`.

    `ours` computes what it then may not choose, as our elementary functions do, so its flags mean nothing; `libm` calls
    the C library's mathematics; `near` is as of Libm, for vectors of lanes.
    """

    stem: str
    header: str
    ours: bool = False
    libm: bool = False
    near: bool = False


Spelling = Form | Libm | Helper

# What one evaluation costs, in additions.  Branches are turned into selects by it, never semantics.
CHEAP, DIVIDE, VECTOR, CALL = 1, 6, 15, 40

# What a compiler takes for a function of ours, pasted in: in statements like x * 1.5 + 2, measured.
PASTED = 20


class Trait(Flag):
    """What else is true of an operation, for who relies on it."""

    EXACT = auto()  # certain to the bit on every route: constants fold
    COMMUTES = auto()  # exchanged operands give the same
    ASSOCIATES = auto()  # grouped otherwise they give the same, if nothing is rounded: integers wrap
    EXTREME = auto()  # gives one of its operands; which of two zeros or nans is free
    READS_SIGN = auto()  # the result tells the sign of the last operand; the one of a nan is free
    CHECKED = auto()  # free where the last operand is negative, which a check refuses before
    LOUD = auto()  # C raises FE_INVALID on nan, where NumPy says nothing or Python has no flag at all
    SCALAR = auto()  # compilers have no vectors for it
    INSTRUCTION = auto()  # one instruction where the target has it: compilers make vectors of a loop over lanes


EXACT, COMMUTES, ASSOCIATES, EXTREME, READS_SIGN, CHECKED, LOUD, SCALAR, INSTRUCTION = Trait

SAME = "same"  # `elsewhere`: the operand itself


@record(eq=False)  # rows are singletons: compared and hashed by identity
class Op:
    name: str
    takes: str  # "TT->T": T ranges over `over`; b is bool, u u8, i i64, d f64; U is any type
    over: tuple[Scalar, ...]
    c: Spelling
    numpy: str
    python: tuple[type[ast.AST] | str, ...] = ()
    cost: int = CHEAP
    traits: Trait = Trait(0)
    vector: Mapping[Kind, str] = MappingProxyType({})  # C text on vectors of lanes, by the kind of the first operand
    elsewhere: str | bool | None = None  # on types NumPy takes beside `over`: another row, SAME, or the one result
    mirror: str = ""  # the row that gives of (y, x) what this one gives of (x, y), if it is another
    pasted: int = PASTED

    @property
    def arity(self) -> int:
        return len(self.takes.partition("->")[0])

    @property
    def compares(self) -> bool:
        return self.takes == "TT->b"

    @property
    def mirrored(self) -> Op:
        """The comparison that holds for (y, x) where this one holds for (x, y)."""
        return BY_NAME[self.mirror] if self.mirror else self

    def accepts(self, operands: tuple[Scalar, ...]) -> bool:
        """Whether the operand types fit `takes`."""
        letters = self.takes.partition("->")[0]
        if len(letters) != len(operands):
            return False
        shared = {t for letter, t in zip(letters, operands, strict=True) if letter == "T"}
        fixed = all(letter == "T" or _FIXED[letter] is t for letter, t in zip(letters, operands, strict=True))
        return fixed and len(shared) <= 1 and shared <= set(self.over)

    def result(self, operands: tuple[Scalar, ...]) -> Scalar:
        """The result type for operands this row accepts; a cast's result is the caller's to choose."""
        if not self.accepts(operands):
            raise TypeError(f"{self.name} does not take ({', '.join(map(str, operands))})")
        letter = self.takes.partition("->")[2]
        if letter == "U":
            raise TypeError(f"{self.name} has the result type its statement gives")
        return operands[self.takes.index("T")] if letter == "T" else _FIXED[letter]

    def may_result(self, operands: tuple[Scalar, ...], result: Scalar) -> bool:
        if self.takes.endswith("U"):
            return self.accepts(operands)
        return self.accepts(operands) and self.result(operands) is result

    def __repr__(self) -> str:
        return f"<op {self.name}>"


_FIXED = {"b": BOOL, "u": U8, "i": I64, "d": F64}


def headers(spelling: Spelling) -> tuple[str, ...]:
    """The runtime_c headers a spelling needs; the C library's, where there is a choice."""
    match spelling:
        case Form():
            return ()
        case Libm():
            return ("iris_math.h",)
        case Helper(header=header):
            return (header,)
        case _:
            assert_never(spelling)


def _int(stem: str) -> Helper:
    return Helper(f"iris_{stem}", "iris_int.h")


def _float(stem: str) -> Helper:
    return Helper(f"iris_{stem}", "iris_float.h")


# The headers of our own elementary functions, for f64 and f32.
_EXP = ("iris_vm_exp.h", "iris_vm_exp.h")
_LOG = ("iris_vm_log.h", "iris_vm_log.h")
_POW = ("iris_vm_pow.h", "iris_vm_pow.h")
_TRIG = ("iris_vm_trig.h", "iris_vm_trig_f32.h")
_ATAN = ("iris_vm_atan.h", "iris_vm_atan_f32.h")
_HYP = ("iris_vm_hyp.h", "iris_vm_hyp.h")
_ARC = ("iris_vm_inverse_hyp.h", "iris_vm_inverse_hyp.h")
_ROOT = ("iris_vm_root.h", "iris_vm_root.h")
_ERF = ("iris_vm_erf.h", "iris_vm_erf.h")


def _number(stem: str, libm: bool = False) -> Helper:
    return Helper(f"iris_{stem}", "iris_number.h", libm=libm)


def _division(stem: str) -> Helper:
    return Helper(f"iris_{stem}", "iris_number.h", libm=True, near=True)


def _builtin(name: str) -> Libm:
    return Libm(name, builtin=True)


# On vectors of lanes: {0} {1} {2} the operands, {t} the type of the first, {T} its name, {n} its bits, {r} the result's.


def _compared(name: str, of_masks: str) -> Mapping[Kind, str]:
    """A comparison; of bools it is one of masks, whose bits are independent."""
    text = f"IRIS_{name}({{t}}, {{0}}, {{1}})"
    return {"bool": of_masks, "int": text, "uint": text, "float": text}


def _chosen(order: str, nan: int) -> Mapping[Kind, str]:
    """The first operand where it is in this order to the other, or where `nan` (an operand's place) is nan.

    Which of two zeros it gives is free; here it is the one of iris_number.h.
    """
    test = f"IRIS_{order}({{t}}, {{0}}, {{1}})"
    whole = f"iris_select_{{t}}({test}, {{0}}, {{1}})"
    return {
        "int": whole,
        "uint": whole,
        "float": f"iris_select_{{t}}({test} | IRIS_NE({{t}}, {{{nan}}}, {{{nan}}}), {{0}}, {{1}})",
    }


_ABS: Mapping[Kind, str] = {
    "int": "iris_select_{t}(IRIS_LT({t}, {0}, iris_all_{t}(0)), -{0}, {0})",
    "float": "(iris_v_{t})((iris_v_i{n}){0} & ~INT{n}_MIN)",
}
_INFINITE = "IRIS_EQ({t}, {0}, iris_all_{t}(IRIS_INF_{T})) | IRIS_EQ({t}, {0}, iris_all_{t}(-IRIS_INF_{T}))"
_SIGN_BIT = "IRIS_LT(i{n}, (iris_v_i{n}){0}, iris_all_i{n}(0))"


# fmt: off
#   arithmetic; bool operands never reach these rows: the front end gives NumPy's meaning by AND, OR, XOR
ADD   = Op("add",      "TT->T", NUMBERS,  Form("{0} + {1}"),     "add",          (ast.Add, "numpy.add"), traits=EXACT | COMMUTES | ASSOCIATES, elsewhere="or")
SUB   = Op("sub",      "TT->T", NUMBERS,  Form("{0} - {1}"),     "subtract",     (ast.Sub, "numpy.subtract"), traits=EXACT)
MUL   = Op("mul",      "TT->T", NUMBERS,  Form("{0} * {1}"),     "multiply",     (ast.Mult, "numpy.multiply"), traits=EXACT | COMMUTES | ASSOCIATES, elsewhere="and")
DIV   = Op("div",      "TT->T", FLOATS,   Form("{0} / {1}"),     "divide",       (ast.Div, "numpy.divide", "numpy.true_divide"), DIVIDE, traits=EXACT)
FDIV  = Op("floordiv", "TT->T", NUMBERS,  _division("floordiv"),   "floor_divide", (ast.FloorDiv, "numpy.floor_divide"), 2 * DIVIDE, traits=EXACT | SCALAR)
MOD   = Op("floormod", "TT->T", NUMBERS,  _division("floormod"),   "remainder",    (ast.Mod, "numpy.remainder", "numpy.mod", "dsl.remainder"), 2 * DIVIDE, traits=EXACT | SCALAR)
REM   = Op("rem",      "TT->T", NUMBERS,  _number("rem", libm=True), "fmod",         ("numpy.fmod", "math.fmod", "dsl.fmod"), 2 * DIVIDE, traits=EXACT | SCALAR)
NEG   = Op("neg",      "T->T",  NUMBERS,  Form("-{0}"),          "negative",     (ast.USub, "numpy.negative"), traits=EXACT)
ABS   = Op("abs",      "T->T",  SIGNED + FLOATS, _number("abs"), "absolute",     ("numpy.absolute", "numpy.abs", "numpy.fabs", "math.fabs", "dsl.fabs", "dsl.absolute"), traits=EXACT, vector=_ABS, elsewhere=SAME)
SIGN  = Op("sign",     "T->T",  NUMBERS,  _number("sign"),       "sign",         ("numpy.sign", "dsl.sign"), traits=EXACT | LOUD)
IPOW  = Op("ipow",     "TT->T", INTEGERS, _int("ipow"),          "iris.ipow",    (), CALL, traits=EXACT | CHECKED)
POW   = Op("pow",      "TT->T", FLOATS,   Libm("pow", _POW),     "power",        (ast.Pow, "numpy.power", "numpy.pow", "math.pow", "dsl.pow", "dsl.power"), VECTOR, pasted=6 * PASTED)
FMA   = Op("fma",      "TTT->T", FLOATS,  _builtin("fma"),       "libm.fma",     ("math.fma", "dsl.fma"), 2)  # rounded once
PYDIV = Op("pydiv",    "ii->d", (),       _int("pydiv"),         "iris.pydiv",   (), CALL, traits=EXACT)  # int / int, correctly rounded at any size
#   comparison
LT    = Op("lt",       "TT->b", ALL,      Form("{0} < {1}"),     "less",          (ast.Lt, "numpy.less"), traits=EXACT | LOUD, vector=_compared("LT", "~{0} & {1}"), mirror="gt")
LE    = Op("le",       "TT->b", ALL,      Form("{0} <= {1}"),    "less_equal",    (ast.LtE, "numpy.less_equal"), traits=EXACT | LOUD, vector=_compared("LE", "~{0} | {1}"), mirror="ge")
GT    = Op("gt",       "TT->b", ALL,      Form("{0} > {1}"),     "greater",       (ast.Gt, "numpy.greater"), traits=EXACT | LOUD, vector=_compared("GT", "{0} & ~{1}"), mirror="lt")
GE    = Op("ge",       "TT->b", ALL,      Form("{0} >= {1}"),    "greater_equal", (ast.GtE, "numpy.greater_equal"), traits=EXACT | LOUD, vector=_compared("GE", "{0} | ~{1}"), mirror="le")
EQ    = Op("eq",       "TT->b", ALL,      Form("{0} == {1}"),    "equal",         (ast.Eq, "numpy.equal"), traits=EXACT | COMMUTES, vector=_compared("EQ", "~({0} ^ {1})"))
NE    = Op("ne",       "TT->b", ALL,      Form("{0} != {1}"),    "not_equal",     (ast.NotEq, "numpy.not_equal"), traits=EXACT | COMMUTES, vector=_compared("NE", "{0} ^ {1}"))
PYCMP = Op("pycmp",    "id->i", (),       _int("pycmp"),         "iris.pycmp",    (), DIVIDE, traits=EXACT | LOUD | SCALAR)  # int against float, exactly: -1, 0, 1, or 2 for nan
#   bits; on bool they are the logical operations
AND   = Op("and",      "TT->T", BITS,     Form("{0} & {1}"),     "bitwise_and",   (ast.BitAnd, "numpy.bitwise_and"), traits=EXACT | COMMUTES | ASSOCIATES)
OR    = Op("or",       "TT->T", BITS,     Form("{0} | {1}"),     "bitwise_or",    (ast.BitOr, "numpy.bitwise_or"), traits=EXACT | COMMUTES | ASSOCIATES)
XOR   = Op("xor",      "TT->T", BITS,     Form("{0} ^ {1}"),     "bitwise_xor",   (ast.BitXor, "numpy.bitwise_xor"), traits=EXACT | COMMUTES | ASSOCIATES)
INV   = Op("invert",   "T->T",  INTEGERS, Form("~{0}"),          "invert",        (ast.Invert, "numpy.invert", "numpy.bitwise_not", "numpy.bitwise_invert"), traits=EXACT, elsewhere="not")
NOT   = Op("not",      "b->b",  (),       Form("!{0}"),          "logical_not",   (), traits=EXACT, vector={"bool": "~{0}"})
SHL   = Op("shl",      "TT->T", INTEGERS, _int("shl"),           "left_shift",    (ast.LShift, "numpy.left_shift", "numpy.bitwise_left_shift"), 3, traits=EXACT)
SHR   = Op("shr",      "TT->T", INTEGERS, _int("shr"),           "right_shift",   (ast.RShift, "numpy.right_shift", "numpy.bitwise_right_shift"), 3, traits=EXACT)
BITC  = Op("bitcount", "T->u",  INTEGERS, _int("bitcount"),      "bitwise_count", ("numpy.bitwise_count",), 2)  # ones in the magnitude
BITL  = Op("bitlength", "i->i", (),       _int("bitlength"),     "iris.bitlength", (), 2)  # of the magnitude: Python's int.bit_length
#   data movement
CAST  = Op("cast",     "T->U",  ALL,      Helper("iris_cast", "iris_cast.h"), "iris.cast", traits=EXACT)
SEL   = Op("select",   "bTT->T", ALL,     Form("{0} ? {1} : {2}"), "where", traits=EXACT, vector={"bool": "iris_select_{r}({0}, {1}, {2})"})
#   choosing; NumPy's meaning of nan (Python's `min` and `max` are a comparison and a select)
MIN   = Op("minimum",  "TT->T", NUMBERS,  _number("minimum"),    "minimum",      ("numpy.minimum", "dsl.minimum"), 2, traits=EXACT | COMMUTES | ASSOCIATES | EXTREME | LOUD, vector=_chosen("LT", 0), elsewhere="and")
MAX   = Op("maximum",  "TT->T", NUMBERS,  _number("maximum"),    "maximum",      ("numpy.maximum", "dsl.maximum"), 2, traits=EXACT | COMMUTES | ASSOCIATES | EXTREME | LOUD, vector=_chosen("GT", 0), elsewhere="or")
FMIN  = Op("fmin",     "TT->T", NUMBERS,  _number("fmin"),       "fmin",         ("numpy.fmin", "dsl.fmin"), 2, traits=EXACT | COMMUTES | ASSOCIATES | EXTREME | LOUD, vector=_chosen("LT", 1), elsewhere="and")
FMAX  = Op("fmax",     "TT->T", NUMBERS,  _number("fmax"),       "fmax",         ("numpy.fmax", "dsl.fmax"), 2, traits=EXACT | COMMUTES | ASSOCIATES | EXTREME | LOUD, vector=_chosen("GT", 1), elsewhere="or")
#   rounding and the parts of a float
FLOOR = Op("floor",    "T->T",  FLOATS,   _builtin("floor"),     "floor",        ("numpy.floor", "math.floor", "dsl.floor"), 2, traits=EXACT | INSTRUCTION, elsewhere=SAME)
CEIL  = Op("ceil",     "T->T",  FLOATS,   _builtin("ceil"),      "ceil",         ("numpy.ceil", "math.ceil", "dsl.ceil"), 2, traits=EXACT | INSTRUCTION, elsewhere=SAME)
TRUNC = Op("trunc",    "T->T",  FLOATS,   _builtin("trunc"),     "trunc",        ("numpy.trunc", "numpy.fix", "math.trunc", "dsl.trunc"), 2, traits=EXACT | INSTRUCTION, elsewhere=SAME)
RINT  = Op("rint",     "T->T",  FLOATS,   _builtin("rint"),      "rint",         ("numpy.rint", "dsl.rint"), 2, traits=EXACT | INSTRUCTION)
COPY  = Op("copysign", "TT->T", FLOATS,   _builtin("copysign"),  "copysign",     ("numpy.copysign", "math.copysign", "dsl.copysign"), 2, traits=EXACT | INSTRUCTION | READS_SIGN)
NEXT  = Op("nextafter", "TT->T", FLOATS,  Libm("nextafter"),     "nextafter",    ("numpy.nextafter", "math.nextafter", "dsl.nextafter"), CALL)
LDEXP = Op("ldexp",    "Ti->T", FLOATS,   _float("ldexp"),       "ldexp",        ("numpy.ldexp", "math.ldexp", "dsl.ldexp"), 4)
ISNAN = Op("isnan",    "T->b",  FLOATS,   _float("isnan"),       "isnan",        ("numpy.isnan", "math.isnan", "dsl.isnan"), traits=EXACT, vector={"float": "IRIS_NE({t}, {0}, {0})"}, elsewhere=False)
ISINF = Op("isinf",    "T->b",  FLOATS,   _float("isinf"),       "isinf",        ("numpy.isinf", "math.isinf", "dsl.isinf"), traits=EXACT | LOUD, vector={"float": _INFINITE}, elsewhere=False)
ISFIN = Op("isfinite", "T->b",  FLOATS,   _float("isfinite"),    "isfinite",     ("numpy.isfinite", "math.isfinite", "dsl.isfinite"), traits=EXACT, vector={"float": "IRIS_EQ({t}, {0} - {0}, iris_all_{t}(0))"}, elsewhere=True)
SGNB  = Op("signbit",  "T->b",  FLOATS,   _float("signbit"),     "signbit",      ("numpy.signbit", "dsl.signbit"), traits=EXACT | READS_SIGN, vector={"float": _SIGN_BIT})
#   powers and roots
SQRT  = Op("sqrt",     "T->T",  FLOATS,   _builtin("sqrt"),      "sqrt",         ("numpy.sqrt", "math.sqrt", "dsl.sqrt"), DIVIDE, traits=EXACT | INSTRUCTION)
CBRT  = Op("cbrt",     "T->T",  FLOATS,   Libm("cbrt", _ROOT),   "cbrt",         ("numpy.cbrt", "math.cbrt", "dsl.cbrt"), VECTOR)
SQR   = Op("square",   "T->T",  NUMBERS,  Form("{0} * {0}"),     "square",       ("numpy.square", "dsl.square"), traits=EXACT)
RECIP = Op("reciprocal", "T->T", NUMBERS, _number("reciprocal"), "reciprocal",   ("numpy.reciprocal", "dsl.reciprocal"), DIVIDE, traits=EXACT, vector={"float": "iris_all_{t}(1) / {0}"})
HYPOT = Op("hypot",    "TT->T", FLOATS,   Libm("hypot", _ROOT),  "hypot",        ("numpy.hypot", "math.hypot", "dsl.hypot"), VECTOR, pasted=30)
#   exponentials and logarithms
EXP   = Op("exp",      "T->T",  FLOATS,   Libm("exp", _EXP, FLOATS), "exp",          ("numpy.exp", "math.exp", "dsl.exp"), VECTOR)
EXP2  = Op("exp2",     "T->T",  FLOATS,   Libm("exp2", _EXP, (F64,)), "exp2",         ("numpy.exp2", "math.exp2", "dsl.exp2"), VECTOR)
EXPM1 = Op("expm1",    "T->T",  FLOATS,   Libm("expm1", _EXP),   "expm1",        ("numpy.expm1", "math.expm1", "dsl.expm1"), VECTOR)
LOG   = Op("log",      "T->T",  FLOATS,   Libm("log", _LOG),     "log",          ("numpy.log", "math.log", "dsl.log", "dsl.ln"), VECTOR)
LOG2  = Op("log2",     "T->T",  FLOATS,   Libm("log2", _LOG),    "log2",         ("numpy.log2", "math.log2", "dsl.log2"), VECTOR)
LOG10 = Op("log10",    "T->T",  FLOATS,   Libm("log10", _LOG),   "log10",        ("numpy.log10", "math.log10", "dsl.log10"), VECTOR)
LOG1P = Op("log1p",    "T->T",  FLOATS,   Libm("log1p", _LOG),   "log1p",        ("numpy.log1p", "math.log1p", "dsl.log1p"), VECTOR)
LAE   = Op("logaddexp", "TT->T", FLOATS,  Helper("iris_logaddexp", "iris_special.h", libm=True), "logaddexp", ("numpy.logaddexp", "dsl.logaddexp"), 2 * CALL)
#   trigonometry
SIN   = Op("sin",      "T->T",  FLOATS,   Libm("sin", _TRIG, near=True), "sin",          ("numpy.sin", "math.sin", "dsl.sin"), VECTOR)
COS   = Op("cos",      "T->T",  FLOATS,   Libm("cos", _TRIG, near=True), "cos",          ("numpy.cos", "math.cos", "dsl.cos"), VECTOR)
TAN   = Op("tan",      "T->T",  FLOATS,   Libm("tan", _TRIG, near=True), "tan",          ("numpy.tan", "math.tan", "dsl.tan"), VECTOR)
ASIN  = Op("asin",     "T->T",  FLOATS,   Libm("asin", _ATAN), "arcsin",       ("numpy.arcsin", "numpy.asin", "math.asin", "dsl.arcsin", "dsl.asin"), VECTOR)
ACOS  = Op("acos",     "T->T",  FLOATS,   Libm("acos", _ATAN), "arccos",       ("numpy.arccos", "numpy.acos", "math.acos", "dsl.arccos", "dsl.acos"), VECTOR)
ATAN  = Op("atan",     "T->T",  FLOATS,   Libm("atan", _ATAN), "arctan",       ("numpy.arctan", "numpy.atan", "math.atan", "dsl.arctan", "dsl.atan"), VECTOR)
ATAN2 = Op("atan2",    "TT->T", FLOATS,   Libm("atan2", _ATAN),  "arctan2",      ("numpy.arctan2", "numpy.atan2", "math.atan2", "dsl.arctan2", "dsl.atan2"), VECTOR, pasted=2 * PASTED)
SINPI = Op("sinpi",    "T->T",  FLOATS,   Helper("iris_sinpi", "iris_vm_pi.h", ours=True), "iris.sinpi", ("dsl.sinpi",), VECTOR)
COSPI = Op("cospi",    "T->T",  FLOATS,   Helper("iris_cospi", "iris_vm_pi.h", ours=True), "iris.cospi", ("dsl.cospi",), VECTOR)
SINH  = Op("sinh",     "T->T",  FLOATS,   Libm("sinh", _HYP, FLOATS), "sinh",         ("numpy.sinh", "math.sinh", "dsl.sinh"), VECTOR)
COSH  = Op("cosh",     "T->T",  FLOATS,   Libm("cosh", _HYP, FLOATS), "cosh",         ("numpy.cosh", "math.cosh", "dsl.cosh"), VECTOR)
TANH  = Op("tanh",     "T->T",  FLOATS,   Libm("tanh", _HYP, FLOATS), "tanh",         ("numpy.tanh", "math.tanh", "dsl.tanh"), VECTOR)
ASINH = Op("asinh",    "T->T",  FLOATS,   Libm("asinh", _ARC),   "arcsinh",      ("numpy.arcsinh", "numpy.asinh", "math.asinh", "dsl.arcsinh", "dsl.asinh"), VECTOR)
ACOSH = Op("acosh",    "T->T",  FLOATS,   Libm("acosh", _ARC),   "arccosh",      ("numpy.arccosh", "numpy.acosh", "math.acosh", "dsl.arccosh", "dsl.acosh"), VECTOR)
ATANH = Op("atanh",    "T->T",  FLOATS,   Libm("atanh", _ARC),   "arctanh",      ("numpy.arctanh", "numpy.atanh", "math.atanh", "dsl.arctanh", "dsl.atanh"), VECTOR)
D2R   = Op("deg2rad",  "T->T",  FLOATS,   _float("deg2rad"),     "deg2rad",      ("numpy.deg2rad", "numpy.radians", "math.radians", "dsl.deg2rad", "dsl.radians"))
R2D   = Op("rad2deg",  "T->T",  FLOATS,   _float("rad2deg"),     "rad2deg",      ("numpy.rad2deg", "numpy.degrees", "math.degrees", "dsl.rad2deg", "dsl.degrees"))
#   special functions; NumPy has none of them
ERF   = Op("erf",      "T->T",  FLOATS,   Libm("erf", _ERF), "libm.erf",     ("math.erf", "dsl.erf"), VECTOR)
ERFC  = Op("erfc",     "T->T",  FLOATS,   Libm("erfc", _ERF), "libm.erfc",    ("math.erfc", "dsl.erfc"), VECTOR)
GAMMA = Op("gamma",    "T->T",  FLOATS,   Libm("tgamma"),        "libm.tgamma",  ("math.gamma", "dsl.gamma", "dsl.tgamma"), CALL)
LGAM  = Op("lgamma",   "T->T",  FLOATS,   Libm("lgamma"),        "libm.lgamma",  ("math.lgamma", "dsl.lgamma"), CALL)
#   counting, of whole numbers that are floats: inf beyond 2^64, nan outside the domain
FAC   = Op("factorial", "d->d", (),       Helper("iris_factorial", "iris_count.h", ours=True), "iris.factorial", ("dsl.fac",), CALL)
NPR   = Op("arrangements", "dd->d", (),   Helper("iris_arrangements", "iris_count.h", ours=True), "iris.arrangements", ("dsl.npr",), CALL)
NCR   = Op("combinations", "dd->d", (),   Helper("iris_combinations", "iris_count.h", ours=True), "iris.combinations", ("dsl.ncr",), CALL)
#   over lanes: of a number per lane, one for all
ANY   = Op("any",      "b->b",  (),       Helper("iris_any", "iris_lanes_masks.h"), "iris.any")  # whether it holds in some lane
# fmt: on

REDUCTIONS = (ANY,)
TABLE: tuple[Op, ...] = tuple(
    value for value in globals().values() if isinstance(value, Op) and value not in REDUCTIONS
)  # what an element computes
BY_NAME = {op.name: op for op in (*TABLE, *REDUCTIONS)}
BY_PYTHON: dict[type[ast.AST] | str, Op] = {key: op for op in TABLE for key in op.python}
assert len(BY_NAME) == len(TABLE) + len(REDUCTIONS), "two rows share a name"
assert len(BY_PYTHON) == sum(len(op.python) for op in TABLE), "two rows share a Python spelling"
