"""Kernel text that Python itself refuses is refused; Python's own compiler says which that is."""

from __future__ import annotations

import pytest

import iris_cc
from iris_cc import CompileError
from tests.frontend.texts import codes_of

TEXTS = [
    "def f(x, x):\n    return x",
    "def f(x, /, x):\n    return x",
    "def f(x, *, x):\n    return x",
    "def f(x, *x):\n    return x",
    "def f(x, y=1, z):\n    return x",
    "def f(__debug__):\n    return 1",
    "def f(x):\n    if x > 9: break\n    return x",
    "def f(x):\n    if x > 9: continue\n    return x",
    "def f(x):\n    for i in range(3):\n        x = x + 1\n    else:\n        if x > 9: break\n    return x",
    "def f(x):\n    while x < 3:\n        x = x + 1\n    else:\n        continue\n    return x",
    "def f(x):\n    return np.clip(x, a_min=0, a_min=1)",
    "def f(x):\n    return round(x, ndigits=1, ndigits=2)",
    "def f(x):\n    return pow(base=x, 2)",
    "def f(x):\n    __debug__ = 1\n    return x",
    "def f(x):\n    __debug__ += 1\n    return x",
    "def f(x):\n    for __debug__ in range(3): pass\n    return x",
    "def f(x):\n    return x + (__debug__ := 1)",
    "def f(x):\n    x, __debug__ = 1, 2\n    return x",
    "def f(x):\n    None = 1\n    return x",
    "def f(x):\n    True: int = 1\n    return x",
    "def f(x):\n    1 = x\n    return x",
    "def f(x):\n    x + 1 = x\n    return x",
    "def f(x):\n    x() += 1\n    return x",
    "def f(x):\n    (x, y) += 1\n    return x",
    "def f(x):\n    *a = x, x\n    return x",
    "def f(x):\n    a, *b, *c = x, x, x\n    return x",
    "def f(x):\n    return *x",
    "def f(x):\n    y = *x\n    return y",
    "def f(x):\n    nonlocal y\n    return x",
    "def f(x):\n    global x\n    return x",
    "def f(x):\n    y = 1\n    global y\n    return x",
    "def f(x):\n    global y\n    y: int = 1\n    return x",
    "def f(x):\n    y := x\n    return y",
    "def f(x) -> await y:\n    return x",
    "def f(x: (yield)):\n    return x",
    "def f(x, y=(yield)):\n    return x",
    "def f(x):\n    await x\n    return x",
    "def f(x):\n    async for i in range(3): pass\n    return x",
    "def f(x):\n    return (y for y in await x)",
    "def f(x):\n    return [y := i for y in range(3)]",
    "def f(x):\n    y: (z := 1) = x\n    from math import *\n    return y",
    "def f(x):\n    from __future__ import nothing\n    return x",
    "def f(x):\n    from __future__ import annotations\n    return x",
    "def f(x):\n    del x + 1\n    return x",
    "def f(x):\n    try: pass\n    except: pass\n    except ValueError: pass\n    return x",
    "def f(x):\n    match x:\n        case y: return 1\n        case 2: return 2\n    return x",
    "def f(x):\n    match x:\n        case (y, y): return 1\n    return x",
    "def f(x):\n    return 0777",
    "def f(x):\n    return 1__0",
    "def f(x):\n    return x y",
    "def f(x):\n  return x\n    y = 1",
    "def f(x):\n\tif x:\n        return x\n\treturn x",
    "@decorated\ndef f(x, x):\n    return x",
    "    def f(x, x):\n        return x",
    "\n\n# a comment\n  def f(x):\n    break\n",
    "def f(größe, größe):\n    return größe",
]
VALID = [
    "def f(x, /, y=1):\n    return x + y",
    "def f(x: int, y: 'await z' = 1) -> float:\n    return x + y",
    "def f(x, y=(z := 1)):\n    return x",
    "    def f(x):\n        while True:\n            break\n        return x",
    "def f(x):\n    return x if __debug__ else x",
    "def f(x):\n    global y\n    return x",
]


@pytest.mark.parametrize("text", TEXTS + VALID)
def test_what_python_refuses(text: str) -> None:
    body = "if 1:\n" + text if text.strip("\n")[:1] in (" ", "#") else text
    try:
        compile(body, "text", "exec", dont_inherit=True)
    except SyntaxError:
        assert codes_of(text) == ["E0003"]
        assert text not in VALID
    else:
        assert "E0003" not in codes_of(text)
        assert text not in TEXTS


def test_the_place_is_the_users() -> None:
    with pytest.raises(CompileError) as caught:
        iris_cc.kernel("    def f(x):\n        x = x + 1\n        if x: break\n        return x\n")
    (found,) = caught.value.diagnostics
    assert (found.span.line, found.span.col, found.span.end_col) == (3, 14, 19)
    assert "'break' outside loop" in found.message and str(caught.value).count("^^^^^") == 1
