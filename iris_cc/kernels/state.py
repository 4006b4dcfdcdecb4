"""Which way a call goes: the ufunc for its weak arguments, the loop for its dtypes, the route that loop takes.

A kernel has one strong ufunc, and one more for each set of arguments that are exact Python scalars, made when first
seen.  Routes change speed, never answers.  `api` gives this a face; `realize` makes the loops.
"""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any, assert_never

import numpy as np

from iris_cc import build, codes, config, forks
from iris_cc.build import BuildFailure
from iris_cc.calls.dispatcher import Callee, Dispatcher, weak_types
from iris_cc.diagnostics import CompileError, Diagnostic, FallbackWarning
from iris_cc.frontend import program as front
from iris_cc.frontend.values import Type, Weak
from iris_cc.kernels import explain, realize, reasons
from iris_cc.kernels.arguments import argument_types, types_of_arguments
from iris_cc.kernels.explain import Explanation
from iris_cc.kernels.options import Options
from iris_cc.kernels.realize import Interpreted, Native, Realized, Route
from iris_cc.kernels.source import Source
from iris_cc.kernels.specialization import Specialization
from iris_cc.numpy_calls import callers
from iris_cc.records import lazy
from iris_cc.runtime.limits import WhileLimit
from iris_cc.runtime.pending import was_declined
from iris_cc.runtime.ufunc import InnerLoop, Resolve, Word, factory_works, make_ufunc
from iris_cc.target import Fp, Target

if TYPE_CHECKING:
    from iris_cc.background import Job

# Errors that Python itself may not have: the function can still run element by element.
_RUNS_IN_PYTHON = frozenset({
    *(codes.E0004, codes.E0005, codes.E0204, codes.E0206),
    *(codes.E0109, codes.E0110, codes.E0408, codes.E0409, codes.E0410),
    *(codes.E0411, codes.E0412, codes.E0413, codes.E0414),
    *(codes.E0401, codes.E0402, codes.E0403, codes.E0404, codes.E0406, codes.E0407),
})  # fmt: skip
_RETRY_AFTER = 10.0  # seconds until a kernel that failed to compile is tried again, if nothing says otherwise


class OutsideTypes(CompileError):
    """A type error of a kernel whose Python function may know better; a kernel's call catches it."""

    rescue = True


class KernelState:
    """The specializations, ufuncs and warnings of one kernel that has a source."""

    lock = forks.lock()  # of what the building thread changes too, for all kernels

    def __init__(
        self,
        source: Source,
        function: Callable[..., Any] | None,
        options: Options,
        texts: Mapping[FunctionType, str],
    ) -> None:
        self.source = source
        self.function = function
        self.texts = texts  # of functions for which Python keeps none
        self.options = options
        # The mode is that of the environment in which the kernel is made.
        self.target = Target(math=options.math, fp=options.fp_mode())
        self.kernel: Any = None  # whose these are: what a pickle of a ufunc names
        self.specs: dict[tuple[tuple[Type, ...], int], Specialization] = {}
        self.realized: dict[tuple[Specialization, Route], Realized] = {}
        self.ufuncs: dict[tuple[int, Route], Any] = {}
        self.interpreted: dict[Specialization, set[int]] = {}  # the masks whose ufunc has an interpreted loop of it
        self.replaced: Callable[[int], None] = lambda mask: None  # told that the ufunc of a mask is not given out again
        self.jobs: dict[Specialization, Job] = {}  # builds in the background that were not taken over yet
        self.retry: dict[Specialization, float] = {}
        self.warned = False

    @property
    def fp(self) -> Fp:
        return self.target.fp

    @property
    def nin(self) -> int:
        return len(self.source.params)

    @property
    def nout(self) -> int:
        return self.source.nout

    @property
    def is_indexed(self) -> bool:
        return self.source.is_indexed

    def dispatcher(self) -> Dispatcher:
        return _KernelDispatcher(self)

    def compilable(self) -> KernelState:
        """This state: there is something to compile."""
        return self

    # -- specializations --

    @property
    def types(self) -> tuple[tuple[Type, ...], ...]:
        """The argument types there is a specialization for."""
        return tuple(dict.fromkeys(spec.types for spec in self.specs.values()))

    def letters(self) -> list[str]:
        """The loops of strong operands, in NumPy's letters."""
        strong = (spec for spec in self.specs.values() if not any(isinstance(type, Weak) for type in spec.types))
        split = (([dtype.char for dtype in spec.dtypes], spec.nin) for spec in strong)
        return [f"{''.join(chars[:nin])}->{''.join(chars[nin:])}" for chars, nin in split]

    def spec(self, types: tuple[Type, ...], ndim: int = 0) -> Specialization:
        """The specialization for these types; raises CompileError with every type error."""
        key = (self.source.taken(types), ndim if self.is_indexed else 0)
        found = self.specs.get(key)
        if found is None:
            made = Specialization(self.source, *key, self.options, self.target)
            _ = made.raw  # type errors come now
            found = self.specs.setdefault(key, made)
        return found

    def realize(self, spec: Specialization, route: Route, *, wait: bool = False) -> Realized:
        """`spec` ready to run; a failed build is retried when its time has come.

        A kernel compiled in the background runs interpreted until its build is done, unless it is to `wait`.
        """
        made = self.realized.get((spec, route))
        if made is None or (route == "compiled" and self._may_be_better(spec, made, wait)):
            made = self._realize_anew(spec, route, wait)
        if isinstance(made, Interpreted):
            self.fall_back(made.reason)
        return made

    def _may_be_better(self, spec: Specialization, made: Realized, wait: bool) -> bool:
        if isinstance(made, Interpreted) and made.is_waiting:
            job = self.jobs.get(spec)
            return wait or job is None or job.finished
        due = self.retry.get(spec)
        return due is not None and time.monotonic() >= due

    def _realize_anew(self, spec: Specialization, route: Route, wait: bool) -> Realized:
        made = self._in_background(spec, wait) if route == "compiled" and self.options.patient else None
        try:
            made = made or realize.realize(spec, route)
        except RecursionError:  # the stack of the caller is nearly full
            raise self.rescuable(reasons.too_deep(self.source)) from None
        self.realized[spec, route] = made
        self._trace(made)
        match made:
            case Native(library=library):
                WhileLimit.add(library)
                self.retry.pop(spec, None)
                self.replace_ufuncs(spec)
            case Interpreted():
                if route == "compiled" and not made.is_waiting:
                    self._note_failure(spec)
            case _:
                assert_never(made)
        return made

    def _trace(self, made: Realized) -> None:
        if config.trace():
            match made:
                case Native(key=key, cache=cache):
                    told = f"compiled {key[:16]} ({cache})"
                case Interpreted(reason=reason):
                    told = f"interpreted: {reason.message}"
                case _:
                    assert_never(made)
            print(f"iris_cc: {self.source.name}({made.spec.signature}) {told}", file=sys.stderr)

    def _in_background(self, spec: Specialization, wait: bool) -> Realized | None:
        """What the building thread has of `spec`, at least a job of it; None where this thread is to make it."""
        job = self._job(spec, begin=not wait)
        if job is None:
            return None
        if wait:
            job.wait()
        if not job.finished:
            return realize.interpreted(spec, reasons.in_background(self.source))
        with self.lock:
            if self.jobs.get(spec) is job:
                del self.jobs[spec]
        if isinstance(job.result, BaseException):
            raise job.result
        return realize.of_build(spec, job.result) if job.result is not None else self._in_background(spec, wait)

    def _job(self, spec: Specialization, begin: bool) -> Job | None:
        with self.lock:
            job = self.jobs.get(spec)
        if job is not None or not begin or build.answers_at_once(spec.unit):
            return job
        with forks.imports:
            from iris_cc import background

        with self.lock:
            job = self.jobs.get(spec) or background.start(spec.unit, self.note_builds)
            if job is not None:
                self.jobs[spec] = job
        return job

    def note_builds(self) -> None:
        """The building thread has finished something: the next calls come to see what."""
        with self.lock:
            for spec, job in self.jobs.items():
                if job.finished:
                    self.replace_ufuncs(spec)

    def _note_failure(self, spec: Specialization) -> None:
        state = build.negative_state(spec.unit)
        self.retry[spec] = time.monotonic() + (state.retry_in if state is not None else _RETRY_AFTER)

    def fall_back(self, reason: Diagnostic) -> None:
        """Say once that a slower route is taken; nothing while a build is waited for, which is the user's wish.

        The kill switch is a wish too: it is said, but never an error.
        """
        if reason.code is codes.E0509:
            return
        if self.options.fallback == "error" and reason.code is not codes.E0501:
            raise CompileError((reason,))
        if self.options.fallback != "silent" and not self.warned:
            self.warned = True
            warn(f"kernel `{self.source.name}` runs interpreted: {reason.message} [{reason.code.id}]")

    # -- ufuncs --

    def ufunc(self, mask: int, route: Route) -> Any:
        """The ufunc for calls whose weak arguments `mask` says."""
        found = self.ufuncs.get((mask, route))
        if found is None:
            resolve = functools.partial(self.resolve, mask, route)
            reduce = functools.partial(self.reduce_ufunc, mask)
            made = self._make_ufunc(self.source.doc, resolve, reduce)
            found = self.ufuncs.setdefault((mask, route), made)
        return found

    def ufunc_for(self, mask: int) -> Any:
        """The same by the route that the environment asks for now."""
        WhileLimit.apply(config.while_limit())
        return self.ufunc(mask, wanted_route())

    def reduce_ufunc(self, mask: int) -> tuple[Any, ...]:
        """What pickles the ufunc for these weak arguments."""
        with forks.imports:
            from iris_cc.kernels import pickling

        return pickling.reduce_ufunc(self.kernel, mask)

    def resolve(
        self,
        mask: int,
        route: Route,
        words: tuple[Word, ...],
        requested: tuple[np.dtype[Any] | None, ...],
    ) -> InnerLoop:
        """The loop for operands of these dtypes; `requested` is what `dtype=` or `signature=` ask of the outputs."""
        spec = self.called_spec(mask, words, requested)
        made = self.realize(spec, route)
        if isinstance(made, Interpreted) and route == "compiled":
            with self.lock:
                self.interpreted.setdefault(spec, set()).add(mask)
            made = self.realize(spec, route)  # what was done before the mask was noted replaced nothing
            if isinstance(made, Interpreted):
                return self._loop_that_gives_way(spec)
        match made:
            case Native(address=address, library=library, share=share):
                return InnerLoop(spec.dtypes, address, library, share=share)
            case Interpreted(address=address, keeper=keeper):
                return InnerLoop(spec.dtypes, address, keeper, python=True)
            case _:
                assert_never(made)

    def fitting_spec(
        self, types: tuple[Type, ...], requested: Sequence[np.dtype[Any] | None], ndim: int = 0
    ) -> Specialization:
        """The specialization that gives the requested results: for the operands as they are, else all cast alike."""
        spec = self.spec(types, ndim)
        if _fits(spec, requested):
            return spec
        wanted = next(dtype for dtype in requested if dtype is not None)
        same = front.type_of(wanted, self.source)
        second = self.spec((same,) * len(types), ndim)
        if _fits(second, requested):
            return second
        shown = ", ".join(str(dtype) for dtype in requested)
        raise TypeError(
            f"kernel {self.source.name!r} has no loop that gives {shown} for {spec.signature.split('->')[0]}"
        )

    def called_spec(
        self, mask: int, words: tuple[Word, ...], requested: Sequence[np.dtype[Any] | None], ndim: int = 0
    ) -> Specialization:
        """The specialization for a call's operands; raises OutsideTypes where Python may answer the call."""
        try:
            return self.fitting_spec(argument_types(self.source, weak_types(mask, self.nin), words), requested, ndim)
        except CompileError as error:
            raise self.rescuable(error) from None

    def type_error(self, values: Sequence[object]) -> CompileError | None:
        """What is wrong with the types of these arguments, if anything."""
        try:
            self.spec(*types_of_arguments(self.source, values))
        except CompileError as error:
            return self.rescuable(error)
        return None

    def python(self, error: BaseException) -> Any:
        """The Python function behind a ufunc's face, said once, where types alone are at fault; else None."""
        if not isinstance(error, OutsideTypes) or self.function is None:
            return None
        if not self.warned and self.options.fallback == "warn":
            self.warned = True
            first = error.diagnostics[0]
            warn(f"kernel `{self.source.name}` runs in Python: {first.message} [{first.code.id}]")
        return self.in_python

    @lazy
    def in_python(self) -> Any:
        with forks.imports:
            from iris_cc.kernels.python import python_ufunc
            from iris_cc.pyroute import Body

        assert self.function is not None and self.source.routine is not None
        body = Body(self.function, self.texts, self.kernel, self.options.otypes)
        return python_ufunc(body, len(self.source.routine.params), self.options.signature)

    def rescuable(self, error: CompileError) -> CompileError:
        """The error as one the call may answer in Python, if it can."""
        known = {diagnostic.code for diagnostic in error.diagnostics} <= _RUNS_IN_PYTHON
        if known and self.function is not None and self.options.fallback != "error":
            return OutsideTypes(error.diagnostics)
        return error

    def _loop_that_gives_way(self, spec: Specialization) -> InnerLoop:
        """An interpreted loop for as long as there is no compiled one; then it passes its work on.

        NumPy keeps the loops of a ufunc, so calls at full speed need another ufunc: `replace_ufuncs`.  This is for
        the calls that come too early, and for whoever holds the old one.
        """
        inner = realize.interpreter_of(spec)
        compiled: list[Any] = []

        def is_compiled() -> bool:
            if not compiled and config.jit_enabled():
                made = self.realize(spec, "compiled")
                if isinstance(made, Native):
                    compiled.append(self._ufunc_of(InnerLoop(spec.dtypes, made.address, made.library)))
            return bool(compiled)

        def run(inputs: list[np.ndarray]) -> Sequence[np.ndarray]:
            if not is_compiled():
                return inner(inputs)  # type: ignore[no-any-return]
            result = compiled[0](*inputs)
            return result if self.nout > 1 else (result,)

        def run_arrays(inputs: list[np.ndarray], outputs: list[np.ndarray]) -> None:
            if is_compiled():
                compiled[0](*inputs, out=tuple(outputs))
            else:
                inner(inputs, outputs)

        address, keeper = realize.python_loop(run if spec.core is None else run_arrays, spec)
        return InnerLoop(spec.dtypes, address, keeper, python=True)

    def _ufunc_of(self, loop: InnerLoop) -> Any:
        return self._make_ufunc(None, lambda words, requested: loop, None)

    def _make_ufunc(self, doc: str | None, resolve: Resolve, reduce: Callable[[], tuple[Any, ...]] | None) -> Any:
        core = None if self.source.signature is None else str(self.source.signature)
        return _factory()(self.source.name, doc, self.nin, self.nout, resolve, reduce, core)

    def replace_ufuncs(self, spec: Specialization) -> None:
        """Give out no longer what holds an interpreted loop of `spec`: the next call asks for its loop anew."""
        with self.lock:
            for mask in self.interpreted.pop(spec, ()):
                self.ufuncs.pop((mask, "compiled"), None)
                self.replaced(mask)

    # -- index kernels --

    def calls_nd(self, mask: int, route: Route) -> Callee:
        """Calls of a kernel that knows its position."""
        with forks.imports:
            from iris_cc.runtime import ndloop, ndquick

        def resolve(words: tuple[Word, ...], ndim: int, results: tuple[np.dtype[Any] | None, ...]) -> Any:
            spec = self.called_spec(mask, words, results, ndim)
            made = self.realize(spec, route)
            assert made.run_nd is not None
            return ndloop.NdLoop(spec.dtypes, made.run_nd)

        return ndquick.NdCalls(self.source.name, self.nin, self.nout, resolve, self.kernel.call_part)

    # -- calls --

    def choose(self, mask: int) -> Callee:
        """What calls with these weak arguments go to, as the environment is now."""
        route = wanted_route()
        target: Callee = self.calls_nd(mask, route) if self.is_indexed else self.ufunc(mask, route)
        WhileLimit.apply(config.while_limit())
        return target

    # -- explanations --

    def explain_call(self, args: Sequence[Any], ndim: int) -> Explanation:
        """Which way a call with these arguments goes; compiles and loads nothing."""
        try:
            types, own = types_of_arguments(self.source, args)
        except CompileError as error:
            return self._in_python(error)
        return self.explain(types, max(own, ndim))

    def explain(self, types: tuple[Type, ...], ndim: int) -> Explanation:
        """The same for the types of arguments."""
        try:
            spec = self.spec(types, ndim)
        except CompileError as error:
            return self._in_python(error)
        if wanted_route() == "interpreted":
            return explain.interpreted(reasons.disabled(self.source))
        made = self.realized.get((spec, "compiled"))
        if made is not None and (isinstance(made, Native) or not self._may_be_better(spec, made, wait=False)):
            return explain.of_realized(made)
        job = self.jobs.get(spec)
        key = build.key_of(spec.unit) if job is None or not isinstance(job.result, BuildFailure) else job.result
        if isinstance(key, BuildFailure):
            return explain.interpreted(reasons.of_failure(key, self.source))
        standing = build.peek(spec.unit)
        if standing == "none" and self.options.patient:
            return explain.interpreted(reasons.in_background(self.source))
        return explain.compiled(key, standing)

    def _in_python(self, error: CompileError) -> Explanation:
        """The explanation of types that only Python takes; raises the error where there is no such way."""
        if isinstance(self.rescuable(error), OutsideTypes):
            return explain.in_python(error.diagnostics[0])
        raise error


class _KernelDispatcher(Dispatcher):
    """A dispatcher whose kernel may answer in Python where types leave the language."""

    __slots__ = ("state",)

    def __init__(self, state: KernelState) -> None:
        source = state.source
        super().__init__(source.name, source.params, source.defaults, state.choose, source.positional)
        self.state = state
        state.replaced = self.forget

    def rescue(self, error: BaseException, values: Sequence[object], rest: Mapping[str, object]) -> Callee | None:
        if was_declined(error):  # an array type that took the call over may have kept the reason to itself
            error = self.state.type_error(values) or error
        elif reasons.is_out_of_bounds(error) and self._overwrites_nothing(values, rest):
            error = self.state.rescuable(reasons.out_of_bounds(self.state.source))
        target = self.state.python(error)
        return None if target is None else target.entry

    def _overwrites_nothing(self, values: Sequence[object], rest: Mapping[str, object]) -> bool:
        """Whether a call may be made again after some of its elements were computed."""
        return rest.get("out") is None and len(values) == self.state.nin


def wanted_route() -> Route:
    """The route that the environment asks for, as it is now."""
    return "compiled" if config.jit_enabled() else "interpreted"


def _factory() -> Callable[..., Any]:
    """What makes ufuncs here: the real factory, or a stand-in on a NumPy it does not work with."""
    if factory_works():
        return make_ufunc

    with forks.imports:
        from iris_cc.runtime.callpath import FallbackUfunc

    return FallbackUfunc


def warn(message: str) -> None:
    """A FallbackWarning that points at the first frame outside this package."""
    callers.warn(message, FallbackWarning)


def _fits(spec: Specialization, requested: Sequence[np.dtype[Any] | None]) -> bool:
    results = spec.dtypes[spec.nin :]
    return all(want is None or want == have for want, have in zip(requested, results, strict=True))
