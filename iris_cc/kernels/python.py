"""The state of a kernel whose function is outside the language: Python runs it, element by element."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from itertools import islice
from types import FunctionType
from typing import TYPE_CHECKING, Any, NoReturn

from iris_cc.calls.dispatcher import Dispatcher
from iris_cc.core_dims import Signature
from iris_cc.diagnostics import CompileError
from iris_cc.kernels import explain
from iris_cc.kernels.explain import Explanation
from iris_cc.kernels.options import Options
from iris_cc.pyroute import Body, Default, PythonUfunc
from iris_cc.pyroute.arrays import PythonArrays
from iris_cc.records import lazy
from iris_cc.target import Fp

if TYPE_CHECKING:
    from iris_cc.frontend.values import Type


class PythonState:
    """What calls of such a kernel go to, and the `problem` that keeps it out of the language."""

    source = None
    types: tuple[tuple[Type, ...], ...] = ()

    def __init__(
        self, function: FunctionType, problem: CompileError, options: Options, texts: Mapping[FunctionType, str]
    ) -> None:
        self.function = function
        self.problem = problem
        self.options = options
        self.texts = texts
        self.kernel: Any = None  # whose state this is: what a pickle of the ufunc names

    @lazy
    def in_python(self) -> PythonUfunc | PythonArrays:
        """The function as a ufunc."""
        body = Body(self.function, self.texts, self.kernel, self.options.otypes)
        return python_ufunc(body, len(inspect.signature(self.function).parameters), self.options.signature)

    @property
    def nin(self) -> int:
        return self.in_python.nin

    @property
    def nout(self) -> int:
        return self.in_python.nout

    @property
    def is_indexed(self) -> bool:
        return self.options.signature is None and self.in_python.body.is_indexed

    @property
    def fp(self) -> Fp:
        return self.options.fp_mode()

    def letters(self) -> list[str]:
        """There are no loops."""
        return []

    def dispatcher(self) -> Dispatcher:
        target = self.in_python
        if isinstance(target, PythonUfunc) and target.is_loose:
            return _LooseDispatcher(target.__name__, (), {}, lambda mask: target)
        parameters = dict(islice(inspect.signature(self.function).parameters.items(), target.nin))
        defaults: Mapping[str, object] = {
            name: Default.of(p.default) for name, p in parameters.items() if p.default is not inspect.Parameter.empty
        }
        entry = target.entry
        return Dispatcher(target.__name__, tuple(parameters), defaults, lambda mask: entry)

    def ufunc_for(self, mask: int) -> PythonUfunc | PythonArrays:
        """One for all calls: Python's scalars are what they are."""
        return self.in_python

    def python(self, error: BaseException) -> None:
        """Nothing answers a call that failed in Python."""
        return

    def compilable(self) -> NoReturn:
        """There is nothing to compile: raises what keeps the function out of the language."""
        raise self.problem

    def explain_call(self, args: Sequence[Any], ndim: int) -> Explanation:
        return explain.in_python(self.problem.diagnostics[0])


def python_ufunc(body: Body, count: int, signature: Signature | None) -> PythonUfunc | PythonArrays:
    """What calls a function of `count` parameters element by element; with a `signature`, elements are arrays."""
    if signature is None:
        return PythonUfunc(body, count)
    return PythonArrays(body, signature, stores=count > len(signature.inputs))


class _LooseDispatcher(Dispatcher):
    """Calls of a function with keyword-only parameters, `*args` or `**kwargs`: its ufunc binds them by itself."""

    __slots__ = ()

    def __call__(self, /, *args: object, **kwargs: object) -> Any:
        return self.choose(0)(*args, **kwargs)
