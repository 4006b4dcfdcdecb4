"""The dispatcher in C: built once per machine like any unit, used from a process's second call on.

The first call of a process goes through Python, so that a cold start compiles the user's kernel and nothing else;
those after it do so until the unit is built.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from iris_cc import build, config, forks, threads, units
from iris_cc.build import Built, Unit
from iris_cc.calls import native
from iris_cc.calls.dispatcher import Dispatcher
from iris_cc.runtime import loader
from iris_cc.runtime.limits import Override
from iris_cc.runtime.ufunc import use_native_promoter

if TYPE_CHECKING:
    from iris_cc.background import Job


class _Counting:
    """The first calls of a kernel: counts, and from a process's second call on installs the native.

    Where the builtin has to be built first, that is done behind the calls: none waits for it.
    """

    calls = 0
    lock = forks.lock()
    job: Job | None = None

    def __init__(self, owner: Any, dispatcher: Dispatcher) -> None:
        self.owner = owner
        self.dispatcher = dispatcher

    def __call__(self, /, *args: object, **kwargs: object) -> Any:
        result = self.dispatcher(*args, **kwargs)
        with _Counting.lock:
            _Counting.calls += 1
        if _Counting.calls > 1 and self._is_at_hand():
            self.owner.__call__ = _fastest(self.dispatcher)
        return result

    @classmethod
    def _is_at_hand(cls) -> bool:
        """Whether the unit needs no build; where it needs one, that begins behind the calls."""
        with cls.lock:
            if cls.job is None or (cls.job.finished and cls.job.result is None):
                if build.answers_at_once(_unit()):
                    return True
                with forks.imports:
                    from iris_cc import background

                cls.job = background.start(_unit())
        return cls.job is None or cls.job.finished


def kernel_type(base: type, parameters: int) -> type:
    """The class of a new kernel: one that C calls, if the unit is at hand already, else one of the kernel's own."""
    if parameters <= native.MOST_PARAMETERS and config.jit_enabled() and native.available():
        made = _callable_type(base) if _LOADED or build.peek(_unit()) != "none" else None
        if made is not None:
            return made
    return type("Kernel", (base,), {"__module__": base.__module__, "__doc__": base.__doc__})


def connect(kernel: Any, dispatcher: Dispatcher) -> object:
    """Let calls of `kernel` go to `dispatcher`, in C as soon as that is to be had; the kernel keeps the result."""
    library = _library() if type(kernel) in _LOADED else None
    if library is not None:
        return native.attach(kernel, library.address("iris_vectorcall"), dispatcher)
    owner: Any = type(kernel)
    owner.__call__ = _Counting(owner, dispatcher)
    return None


def _fastest(dispatcher: Dispatcher) -> Any:
    library = _library() if config.jit_enabled() and native.available() else None
    return dispatcher if library is None else native.bind(library.address("iris_bind"), dispatcher)


# The callable type of each base.  A process has one base, and the type is never freed.
_LOADED: dict[type, type] = {}


def _callable_type(base: type) -> type | None:
    library = _library()
    if library is None:
        return None
    made = next((made for made, of in _LOADED.items() if of is base), None)
    if made is None:
        made = native.callable_type(library.address("iris_callable_type"), base, "iris_cc.Kernel")
        _LOADED[made] = base
    return made


def _unit() -> Unit:
    return units.unit("dispatcher", "the call dispatcher")


@cache
def _library() -> loader.Library | None:
    """The loaded unit, or None where it cannot be had; asked once."""
    result = build.obtain(_unit())
    if not isinstance(result, Built):
        return None
    try:
        library = loader.load(result.artifact)
        use_native_promoter(library.address("iris_promote"), library.address("iris_set_promoter"))
        Override.changed = lambda active: library.write_int64("iris_override", int(active))
        Override.set(Override.active)
        threads.connect_calls(library)
    except loader.LoadError:
        return None
    return library
