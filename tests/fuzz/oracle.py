"""The oracle: the plain Python function, called once per element with NumPy scalars and Python scalars.

It knows nothing of the code under test.  Elements it gives up, and why nothing can be compared there:
* Python raised: the kernel gives NumPy's value instead, which no Python function shows;
* a Python int left 64 bits: the kernel's wraps;
* NumPy leaves the outcome free: which of two zeros `minimum` picks, the sign of a nan that `copysign` reads.
`np.where` gives scalars here and not arrays without dimensions, which `+=` would change in place.
A negative power of integers and a zero step make the whole call raise; they are reported as faults.
"""

from __future__ import annotations

import linecache
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.fuzz.programs import Case
from tests.fuzz.words import WEAK, carrier, convert, make, word_of

_FAULTS = ("Integers to negative integer powers", "arg 3 must not be zero")


class Free(Exception):
    """The law leaves this element's value open."""


class Wrong(Exception):
    """The program breaks a promise of the generator: a finding about the fuzzer, not about the compiler."""


@dataclass
class Answers:
    """Arrays of the results, and which elements count."""

    results: list[np.ndarray]
    counts: np.ndarray
    reasons: dict[str, int] = field(default_factory=dict)
    fault: bool = False

    @property
    def given_up(self) -> int:
        return int(len(self.counts) - self.counts.sum())


def within_64_bits(value: Any) -> Any:
    if type(value) is int and not -(1 << 63) <= value < 1 << 63:
        raise Free("left 64 bits")
    return value


class _Numpy:
    """NumPy, with what it leaves free made visible."""

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    @staticmethod
    def where(condition: Any, then: Any, orelse: Any) -> Any:
        return np.where(condition, then, orelse)[()]

    @staticmethod
    def copysign(value: Any, sign: Any) -> Any:
        _no_nan(sign)
        return np.copysign(value, sign)

    @staticmethod
    def signbit(value: Any) -> Any:
        _no_nan(value)
        return np.signbit(value)


class _Math:
    def __getattr__(self, name: str) -> Any:
        return getattr(math, name)

    @staticmethod
    def copysign(value: Any, sign: Any) -> Any:
        _no_nan(sign)
        return math.copysign(value, sign)


def _no_nan(value: Any) -> None:
    if np.isnan(value):
        raise Free("sign of nan")


def _choosing(name: str) -> Callable[..., Any]:
    function = getattr(np, name)

    def chosen(*args: Any) -> Any:
        result = function(*args)
        if result == 0 and isinstance(result, np.floating) and any(map(_is_minus, args)) and any(map(_is_plus, args)):
            raise Free("sign of zero")
        return result

    return chosen


def _is_minus(value: Any) -> bool:
    return value == 0 and bool(np.signbit(value))


def _is_plus(value: Any) -> bool:
    return value == 0 and not np.signbit(value)


for _name in ("minimum", "maximum", "fmin", "fmax", "clip"):
    setattr(_Numpy, _name, staticmethod(_choosing(_name)))

_SCOPE = {"np": _Numpy(), "math": _Math(), "_w": within_64_bits, "_j": convert}
_loaded = 0


def load(text: str, scope: dict[str, Any]) -> Callable[..., Any]:
    """The function `kernel` of a text, with its source where `inspect` finds it."""
    global _loaded
    _loaded += 1
    file = f"<fuzz {_loaded}>"
    if _loaded > 400:
        linecache.cache.pop(f"<fuzz {_loaded - 400}>", None)
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(text, file, "exec"), scope)
    return scope["kernel"]


def function_of(case: Case) -> Callable[..., Any]:
    """The program itself, as the compiler gets it."""
    return load(case.kernel, {"np": np, "math": math, **case.constants, "__name__": "fuzzed"})


def answers(case: Case, columns: Sequence[np.ndarray], count: int) -> Answers:
    """What the program gives for each element; `columns` hold one value per element, weak ones too."""
    function = load(case.oracle, {**_SCOPE, **case.constants})
    results = [np.zeros(count, carrier(word)) for word in case.results]
    found = Answers(results, np.zeros(count, bool))
    rows = [_scalars(column, word) for column, word in zip(columns, case.params, strict=True)]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for k in range(count):
            _element(function, [row[k] for row in rows], case, found, k)
    return found


def _scalars(column: np.ndarray, word: str) -> list[Any]:
    return column.tolist() if word in WEAK else list(column)


def _element(function: Callable[..., Any], args: list[Any], case: Case, found: Answers, k: int) -> None:
    try:
        value = function(*args)
    except (ZeroDivisionError, OverflowError, ValueError, Free) as error:
        if isinstance(error, ValueError) and any(text in str(error) for text in _FAULTS):
            found.fault = True
        reason = str(error) if isinstance(error, Free) else type(error).__name__
        found.reasons[reason] = found.reasons.get(reason, 0) + 1
        return
    except TypeError as error:
        raise Wrong(f"the Python function raises TypeError: {error}") from None
    values = value if isinstance(value, tuple) else (value,)
    for result, each, word in zip(found.results, values, case.results, strict=True):
        if word_of(each) != word:
            raise Wrong(f"the Python function gives {word_of(each)}, the generator meant {word}")
        if type(each) is int:
            try:
                within_64_bits(each)
            except Free:
                found.reasons["left 64 bits"] = found.reasons.get("left 64 bits", 0) + 1
                return
        result[k] = each
    found.counts[k] = True


def raises_type_error(case: Case, args: Sequence[Any]) -> bool:
    """Whether the plain function raises TypeError, or meets a float16, on one element."""
    function = load(case.oracle, {**_SCOPE, **case.constants})
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            function(*(make(word, arg) for word, arg in zip(case.params, args, strict=True)))
        except TypeError:
            return True
        except Exception:
            return False
    return False
