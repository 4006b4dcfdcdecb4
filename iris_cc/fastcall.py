"""The dispatcher in C: built once per machine like any unit, used from a process's second call on.

The first call of a process goes through Python, so that a cold start compiles the user's kernel and nothing else.
"""

from __future__ import annotations

import hashlib
import threading
from functools import cache
from typing import Any

from iris_cc import build, config
from iris_cc.build import Built, Unit
from iris_cc.codegen.runtime_c import folder
from iris_cc.runtime import builtin, loader
from iris_cc.runtime.dispatcher import Dispatcher
from iris_cc.runtime.ufunc import use_native_promoter

_STATEMENTS = 300  # about what the unit holds: it is compiled at the full level


class _Counting:
    """The first call of a kernel: counts, and from a process's second call on installs the builtin."""

    calls = 0
    lock = threading.Lock()

    def __init__(self, owner: type, dispatcher: Dispatcher) -> None:
        self.owner = owner
        self.dispatcher = dispatcher

    def __call__(self, /, *args: object, **kwargs: object) -> Any:
        result = self.dispatcher(*args, **kwargs)
        with _Counting.lock:
            _Counting.calls += 1
        if _Counting.calls > 1:
            self.owner.__call__ = _fastest(self.dispatcher)  # type: ignore[operator]
        return result


def speed_up(owner: type, dispatcher: Dispatcher) -> None:
    """Let instances of `owner` call `dispatcher`, in C as soon as that is worth its building."""
    owner.__call__ = _Counting(owner, dispatcher)  # type: ignore[operator]


def _fastest(dispatcher: Dispatcher) -> Any:
    if not config.jit_enabled():
        return dispatcher
    library = _library()
    if library is None:
        return dispatcher
    return builtin.bind(library.address("iris_bind"), dispatcher)


@cache
def _library() -> loader.Library | None:
    """The loaded unit, or None where it cannot be had; asked once."""
    if not builtin.available():
        return None
    text = (folder() / "iris_dispatch.c").read_text(encoding="ascii")
    identity = hashlib.sha256(text.encode()).hexdigest()
    unit = Unit(identity, "dispatch", "call", 0, "strict", _STATEMENTS, lambda: text, {"kernel": "the call dispatcher"})
    result = build.obtain(unit)
    if not isinstance(result, Built):
        return None
    try:
        library = loader.load(result.artifact)
        use_native_promoter(library.address("iris_promote"), library.address("iris_set_promoter"))
    except loader.LoadError:
        return None
    return library
