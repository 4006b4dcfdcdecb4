"""DSL text as a user writes it: names, pragmas, defaults, layout; and what is refused."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest

import iris_cc

X = np.array([0.5, -1.0, 2.0])


def make(text: str, **options: object) -> iris_cc.Kernel:
    return iris_cc.kernel(text, **{"fallback": "silent", **options})


WORDS = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "arctan": np.arctan, "sinh": np.sinh, "tanh": np.tanh, "exp": np.exp,
    "expm1": np.expm1, "exp2": np.exp2, "floor": np.floor, "ceil": np.ceil, "trunc": np.trunc, "rint": np.rint,
    "abs": np.abs, "cbrt": np.cbrt, "arcsinh": np.arcsinh, "sign": np.sign, "isnan": np.isnan, "isfinite": np.isfinite,
}  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_words(word: str, dtype: str) -> None:
    values = X.astype(dtype)
    result = make(f"def k(x):\n    return {word}(x)\n")(values)
    wanted = WORDS[word](values)
    assert result.dtype == wanted.dtype
    if wanted.dtype.kind == "f":
        np.testing.assert_array_max_ulp(result, wanted, 2)
    else:
        np.testing.assert_array_equal(result, wanted)


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("where(x > 0, x, -x)", np.abs(X)),
        ("x * pi", X * math.pi),
        ("np.where(x > 0, 1, 0)", np.where(X > 0, 1, 0)),
        ("math.floor(x) + numpy.floor(x)", 2 * np.floor(X)),
        ("float32(x) + int8(1)", X.astype("f4") + 1),
        ("min(x, 1) + max(x, 0)", np.minimum(X, 1) + np.maximum(X, 0)),
        ("fmax(x, 0.0)", np.fmax(X, 0)),
        ("hypot(x, 0.0) + copysign(1.0, x)", np.abs(X) + np.copysign(1.0, X)),
        ("_i0 + _n0 * _ndim + _flat_idx", np.arange(3) * 2 + 3),
        ("round(x) + int(x)", np.rint(X) + np.trunc(X)),
    ],
)
def test_expressions(expression: str, wanted: np.ndarray) -> None:
    np.testing.assert_array_equal(make(f"def k(x):\n    return {expression}\n")(X), wanted)


@pytest.mark.parametrize(
    "text",
    [
        "def k(a):\n    return a * 2",
        "def k(a):\r\n    return a * 2\r\n",
        "\n\n# a comment\n\ndef k(a):\n    return a * 2\n\n# the end\n",
        "def k(a): return a * 2",
        "def k(a: float) -> float:\n    '''Twice.'''\n    return a * 2\n",
        "def k(\n    a,  # one\n):\n    return (\n        a\n        * 2)\n",
        "def k(a, b=2):\n    return a * b\n",
        "def k(a, b=-2.0):\n    return a * -b\n",
        "def k(a):\n\treturn a * 2\n",
        "# me:fp=strict\ndef k(a):\n    return a * 2\n",
        "#me:fp=contract\ndef k(a):\n    return a * 2\n",
        "def k(a):\n    # me:fp=bogus\n    return a * 2\n",
    ],
)
def test_layouts(text: str) -> None:
    np.testing.assert_array_equal(make(text)(X), X * 2)


def test_it_has_a_face() -> None:
    kernel = make("def wave(a, b=2):\n    return a * b\n")
    assert kernel.__name__ == kernel.__qualname__ == "wave"
    assert str(inspect.signature(kernel)) == "(a, b=2)"
    assert repr(kernel) == "<kernel wave(a, b)>" and kernel.py_func is None
    np.testing.assert_array_equal(kernel(b=3, a=X), X * 3)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a + b", "E0006"),
        ("lambda a: a", "E0006"),
        ("import os\ndef k(a):\n    return a\n", "E0006"),
        ("async def k(a):\n    return a\n", "E0006"),
        ("class K:\n    pass\n", "E0006"),
        ("def k(a):\nreturn a\n", "E0003"),
        ("def k(a, b=[1]):\n    return a\n", "E0107"),
        ("def k(a, b='x'):\n    return a\n", "E0107"),
        ("def k(*a):\n    return 1\n", "E0105"),
        ("def k(a, *, b=1):\n    return a\n", "E0105"),
        ("def k(a):\n    return open(a)\n", "E020[13]"),
        ("def k(a):\n    return os.system(a)\n", "E0201"),
        ("def k(a):\n    return __import__(a)\n", "E020[13]"),
        ("def k(a):\n    return np.load(a)\n", "E0203"),
        ("def k(a):\n    return np.os.system(a)\n", "E0201"),
        ("def k(a):\n    return a.__class__\n", "E0102"),
        ("def k(a):\n    return wave(a)\n", "E0201"),
        ("# me:fp=exact\ndef k(a):\n    return a\n", "E0508"),
        ("# me:speed=1\ndef k(a):\n    return a\n", "E0508"),
        ("", "E0006"),
    ],
)
def test_refused_at_once(text: str, code: str) -> None:
    for fallback in ("warn", "silent", "error"):
        with pytest.raises(iris_cc.CompileError, match=code):
            iris_cc.kernel(text, fallback=fallback)


def test_text_cannot_reach_out() -> None:
    """Text may come from a file or a user: whatever it says, nothing of it is run as Python."""
    for expression in (
        "exec(a)",
        "eval('1')",
        "(lambda: 1)()",
        "a.__init__.__globals__",
        "[c for c in (1,)]",
        "f'{a}'",
    ):
        with pytest.raises(iris_cc.CompileError):
            iris_cc.kernel(f"def k(a):\n    return {expression}\n")


def test_the_callers_names_are_not_seen() -> None:
    hidden = 3.0
    with pytest.raises(iris_cc.CompileError, match="E0201"):
        iris_cc.kernel("def k(a):\n    return a * hidden\n")
    assert hidden == 3.0


@pytest.mark.parametrize("mode", ["strict", "contract", "fast"])
def test_the_mode_of_the_text_counts_unless_the_call_says_one(mode: str) -> None:
    text = f"# me:fp={mode}\ndef k(a):\n    return a * 2\n"
    assert make(text).options.fp_mode() == mode
    assert make(text, fp="strict").options.fp_mode() == "strict"


def test_indented_text() -> None:
    kernel = make("""
        def k(a):
            b = a * 2
            return b
        """)
    np.testing.assert_array_equal(kernel(X), X * 2)


def test_decorators_are_not_dropped_in_silence() -> None:
    with pytest.raises(iris_cc.CompileError):
        make("@anything\ndef k(a):\n    return a\n")


def test_the_docstring() -> None:
    assert make("def k(a):\n    '''Twice.'''\n    return a * 2\n").__doc__ == "Twice."
