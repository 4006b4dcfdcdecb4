"""Where the text of a function is found: files, cells, exec, classes, closures; and what has none."""

from __future__ import annotations

import functools
import linecache
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iris_cc
from iris_cc import CompileError
from tests.frontend.texts import X, agrees, codes_of, function, message_of, module_of

PLAIN = "def kernel(x):\n    return x * 2 + 1\n"


def test_a_function_in_a_file(tmp_path: Path) -> None:
    agrees(module_of(tmp_path / "plain.py", PLAIN).kernel, X)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        "\ufeff" + PLAIN,
        "# -*- coding: utf-8 -*-\n" + PLAIN,
        "\f\n" + PLAIN,
        "x = 'a\x0cb'\n\f" + PLAIN,
        "x = '\u2028'\n" + PLAIN + "\n\f\n",
        "if True:\n\tdef kernel(x):\n\t\treturn x * 2 + 1\n",
        "if True:\n  if 1:\n        def kernel(x):\n            return x * 2 + 1\n",
        "def kernel(x): return x * 2 + 1",
        "def kernel(x): y = x * 2; return y + 1\n",
        "def kernel(\n    x,  # x\n):\n    # a comment\n\n    return (\n        x * 2\n# left\n        + 1\n    )\n",
        "def kernel(x):\n    return x * 2 \\\n        + 1\n",
        "def kernel(x):\n    '''one\nline of a docstring further left\n    '''\n    return x * 2 + 1\n",
        "def before(x): return 0\ndef kernel(x): return x * 2 + 1\ndef after(x): return 0\n",
        "def kernel(x):\n    return 0\n\n\ndef kernel(x):\n    return x * 2 + 1\n",
        "try:\n    def kernel(x):\n        return x * 2 + 1\nfinally:\n    pass\n",
        "y = 1; kernel = None\ndef kernel(x):\n    return x * 2 + 1\n" + "z = 0\n" * 3000,
        "\n" * 5000 + PLAIN,
    ],
)
def test_any_layout_of_a_file(text: str, tmp_path: Path) -> None:
    agrees(module_of(tmp_path / "layout.py", text).kernel, X)


def test_other_encodings(tmp_path: Path) -> None:
    text = "# -*- coding: latin-1 -*-\ndef kernel(größe):\n    # é\n    é = größe * 2; return é + undefiniert\n"
    message = message_of(module_of(tmp_path / "latin.py", text.encode("latin-1")).kernel)
    shown, carets = message.splitlines()[3:5]
    assert shown.index("undefiniert") == carets.index("^")


def test_a_notebook_cell() -> None:
    agrees(function(PLAIN), X)


def test_exec_with_its_text_in_a_caller() -> None:
    text = PLAIN
    scope: dict[str, Any] = {}
    exec(text, scope)
    agrees(scope["kernel"], X)


def test_exec_takes_only_a_text_that_compiles_to_the_function() -> None:
    lure = "def kernel(x):\n    return x * 3\n"
    scope: dict[str, Any] = {}
    exec("def ker" + "nel(x):\n    return x * 2\n", scope)
    kernel = iris_cc.kernel(scope["kernel"], fallback="silent")
    assert lure and kernel(2.0) == 4.0


def test_exec_without_text_runs_in_python_and_says_why() -> None:
    scope: dict[str, Any] = {}
    exec("def ker" + "nel(x):\n    return x * 2\n", scope)
    with pytest.warns(iris_cc.FallbackWarning, match="E0001"):
        kernel = iris_cc.kernel(scope["kernel"])
    np.testing.assert_array_equal(kernel(X), X * 2)
    assert kernel.explain(X).route == "python"
    with pytest.raises(CompileError, match=r"E0001.*\n.*source=text"):
        iris_cc.kernel(scope["kernel"], fallback="error")


def test_exec_with_the_text_given() -> None:
    scope: dict[str, Any] = {}
    exec("\n\ndef ker" + "nel(x):\n    return x * 2\n", scope)
    text = "\n\ndef ker" + "nel(x):\n    return x * 2\n"
    np.testing.assert_array_equal(iris_cc.kernel(scope["kernel"], source=text, fallback="error")(X), X * 2)


def test_a_wrong_text_is_not_believed() -> None:
    scope: dict[str, Any] = {}
    exec("def ker" + "nel(x):\n    return x * 2\n", scope)
    with pytest.raises(CompileError):
        iris_cc.kernel(scope["kernel"], source="y = 1\n", fallback="error")


class Physics:
    """Functions in a class body are plain functions as long as no instance is involved."""

    def fall(t):
        return 4.905 * t**2  # type: ignore[operator]

    @staticmethod
    def rise(t):
        return 2 * t

    class Inner:
        def deep(t):
            return t - 1  # type: ignore[operator]


def test_class_bodies() -> None:
    agrees(Physics.fall, X)
    agrees(Physics.rise, X)
    agrees(Physics.Inner.deep, X)


def test_nested_functions() -> None:
    def outer(scale: float) -> Any:
        if scale > 0:

            def inner(x):
                return x * scale

            return inner
        return None

    agrees(outer(3.0), X)
    np.testing.assert_array_equal(iris_cc.kernel(outer(5.0))(X), X * 5)


def test_decorators() -> None:
    def keep(function: Any) -> Any:
        return function

    def with_options(**options: Any) -> Any:
        return keep

    @keep
    @with_options(
        a=1,
        b="def other(x):",
    )
    # a comment between decorators
    @keep
    def kernel(x):
        return x + 1

    agrees(kernel, X)


def test_a_wrapper_is_what_it_is_and_not_what_it_wraps() -> None:
    def plain(x):
        return x + 1

    @functools.wraps(plain)
    def wrapper(x):
        return plain(x) * 10

    agrees(wrapper, X)
    assert iris_cc.kernel(wrapper)(1.0) == 20.0


def test_kernel_under_other_decorators() -> None:
    def keep(function: Any) -> Any:
        return function

    @iris_cc.kernel
    @keep
    def kernel(x):
        return x + 1

    @keep
    @iris_cc.kernel(fp="strict")
    def second(x):
        return x + 2

    assert kernel(1.0) == 2.0 and second(1.0) == 3.0


def test_an_edited_file(tmp_path: Path) -> None:
    """A function keeps its meaning when its file changes after the import, or says that the text is gone."""
    path = tmp_path / "edited.py"
    module = module_of(path, PLAIN)
    path.write_text("\n" * 40 + "def kernel(x):\n    return x * 100\n")
    kernel = iris_cc.kernel(module.kernel, fallback="silent")
    np.testing.assert_array_equal(kernel(X), X * 2 + 1)


@pytest.mark.parametrize("change", ["x * 100 + 1", "x * 2 - 1", "y * 2 + 1"])
def test_a_file_edited_in_place_is_not_compiled_for_another_function(change: str, tmp_path: Path) -> None:
    path = tmp_path / "edited_in_place.py"
    module = module_of(path, PLAIN)
    path.write_text(PLAIN.replace("x * 2 + 1", change))
    for file in [each for each in linecache.cache if not each.startswith("<")]:  # others' texts lie in no file
        linecache.cache.pop(file)
    kernel = iris_cc.kernel(module.kernel, fallback="silent")
    np.testing.assert_array_equal(kernel(X), X * 2 + 1)


CALLED_THROUGH = {
    "a module": "import numpy as np\n\ndef kernel(x):\n    return np.sin(x) * np.exp(-x)\n",
    "two modules": "import math, numpy\n\ndef kernel(x):\n    return math.sin(x) + numpy.cos(x) + math.pi\n",
    "a module in a module": "import fractions\n\ndef kernel(x):\n    return fractions.math.sin(x)\n",
    "a dotted import": "import numpy.linalg\n\ndef kernel(x):\n    return numpy.sin(x)\n",
    "an import that may fail": "try:\n    import numpy as n\nexcept ImportError:\n    pass\n\n"
    "def kernel(x):\n    return n.sin(x)\n",
    "another name of a module": "import math\nm = math\n\ndef kernel(x):\n    return m.sin(x) + math.cos(x)\n",
    "a module no import binds": "np = __import__('numpy')\n\ndef kernel(x):\n    return np.sin(x) + x\n",
    "an import that comes later": "def kernel(x):\n    return math.sin(x)\n\nimport math\n",
    "a name of a function": "from math import sin as s\nfrom numpy import cos\n\n"
    "def kernel(x):\n    return s(x) + cos(x)\n",
    "a closure": "def outer():\n    import numpy as np\n    def kernel(x):\n        return np.sin(x)\n"
    "    return kernel\n\nkernel = outer()\n",
    "a closure beside an import": "import math as np\n\ndef outer(np):\n    def kernel(x):\n"
    "        return np.sin(x) + math.sin(x)\n    return kernel\n\nimport math\nkernel = outer(math)\n",
    "a function in a class in a function": "import math\n\ndef outer(m, k):\n  class Place:\n     def kernel(x):\n"
    "        return m.sin(x) * k + math.cos(x)\n  return Place\n\nkernel = outer(math, 3.0).kernel\n",
    "a static method": "import math\n\nclass Place:\n\t@staticmethod\n\tdef kernel(x):\n\t\t'''Doc\n\n\t\tstring.'''\n"
    "\t\treturn math.sin(x)\n\nkernel = Place.kernel\n",
    "a decorator": "import functools, math\n\ndef keep(function):\n    return function\n\n@keep\n"
    "@functools.partial(lambda a, b: b, lambda x: math.cos(x))\ndef kernel(x):\n    return math.sin(x)\n",
    "several lines": "import math\n\ndef kernel(x):\n    y = (math\n        .sin(\n            x\n        ))\n"
    "    return (\n        math\n        .cos(y)\n    )\n",
    "loops and jumps": "import math\n\ndef kernel(x):\n    y = x\n    for i in range(3):\n        if y > 0.5:\n"
    "            y = math.sin(y)\n            continue\n"
    "        y = math.fabs(y) if y < 0 else math.exp(-y)\n    return y\n",
    "an annotation": "import math\n\ndef kernel(x: 'float' = 1.0, *, y: int = 2) -> float:\n    return math.sin(x)\n",
}
if sys.version_info >= (3, 12):
    CALLED_THROUGH["type parameters"] = "import math\n\ndef kernel[T: float](x: T) -> T:\n    return math.sin(x)\n"
    CALLED_THROUGH["a generic class"] = (
        "import math\n\nclass Place[T]:\n    def kernel(x: T) -> T:\n        return math.sin(x)\n\n"
        "kernel = Place.kernel\n"
    )


@pytest.mark.parametrize("name", [name for name in CALLED_THROUGH if name != "an annotation"])
def test_functions_called_through(name: str, tmp_path: Path) -> None:
    # CPython calls an attribute of what the module imports in another way than an attribute of anything else.
    agrees(module_of(tmp_path / "through.py", CALLED_THROUGH[name]).kernel, X)


@pytest.mark.parametrize("name", CALLED_THROUGH)
def test_an_edited_function_called_through(name: str, tmp_path: Path) -> None:
    path = tmp_path / "through.py"
    kernel = module_of(path, CALLED_THROUGH[name]).kernel
    assert codes_of(kernel) == (["E0105"] if name == "an annotation" else [])
    path.write_text(CALLED_THROUGH[name].replace("sin", "cosh"))
    for file in [each for each in linecache.cache if not each.startswith("<")]:
        linecache.cache.pop(file)
    if name != "a name of a function":  # there the import alone has changed, and with it nothing of the function
        assert codes_of(kernel) == ["E0001"]


BROKEN = ["return x * 2 +", "break", "x = 1; nonlocal x", "return (x * 2 + 1", "global x"]


@pytest.mark.parametrize("line", BROKEN)
def test_a_file_edited_to_what_does_not_compile(line: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    kernel = module_of(path, PLAIN).kernel
    path.write_text(PLAIN.replace("return x * 2 + 1", line))
    for file in [each for each in linecache.cache if not each.startswith("<")]:
        linecache.cache.pop(file)
    assert codes_of(kernel) in (["E0001"], ["E0003"])
    np.testing.assert_array_equal(iris_cc.kernel(kernel, fallback="silent")(X), X * 2 + 1)


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "gone.py"
    module = module_of(path, PLAIN)
    path.unlink()
    for file in [each for each in linecache.cache if not each.startswith("<")]:  # others' texts lie in no file
        linecache.cache.pop(file)
    kernel = iris_cc.kernel(module.kernel, fallback="silent")
    np.testing.assert_array_equal(kernel(X), X * 2 + 1)
    reason = kernel.explain(X).reason
    assert reason is not None and reason.code.id == "E0001"


lambda_kernel = lambda x: x + 1  # noqa: E731


def generator(x):
    yield x


async def coroutine(x):
    return x


async def both(x):
    yield x


class Callable:
    def __call__(self, x):
        return x

    def method(self, x):
        return x


@pytest.mark.parametrize(
    ("subject", "code"),
    [(lambda_kernel, "E0002"), (generator, "E0006"), (coroutine, "E0006"), (both, "E0006")],
    ids=["lambda", "generator", "coroutine", "async generator"],
)
def test_functions_without_a_body_for_kernels(subject: Any, code: str) -> None:
    assert codes_of(subject) == [code]


@pytest.mark.parametrize(
    "subject",
    [abs, math.sin, np.sin, Callable, Callable(), Callable().method, functools.partial(abs), 3, b"def f(x): return x"],
    ids=str,
)
def test_objects_that_are_no_functions(subject: Any) -> None:
    with pytest.raises(CompileError, match="E0006"):
        iris_cc.kernel(subject)


def test_a_kernel_of_a_kernel() -> None:
    first = iris_cc.kernel(function(PLAIN))
    assert iris_cc.kernel(first)(3.0) == 7.0
    assert iris_cc.kernel(iris_cc.kernel(PLAIN))(3.0) == 7.0


def test_spans_are_the_users_own_lines(tmp_path: Path) -> None:
    text = "\n\nclass K:\n    @staticmethod\n    def kernel(x):\n        y = x\n        return y + nowhere\n"
    path = tmp_path / "spans.py"
    with pytest.raises(CompileError) as caught:
        iris_cc.kernel(module_of(path, text).K.kernel, fallback="error")
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.span.file, diagnostic.span.line, diagnostic.span.col) == (str(path), 7, 19)
