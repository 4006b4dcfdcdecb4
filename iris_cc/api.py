"""The public face: `kernel`, and the `Kernel` objects it makes.

A kernel is called like the ufunc it is; everything else here looks inside.
"""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Mapping
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, overload

from iris_cc import codes, config, driver, forks
from iris_cc.diagnostics import CompileError, Diagnostic, Span
from iris_cc.dispatch import (
    Explanation,
    KernelDispatcher,
    Kernels,
    explanation_of,
    types_of_arguments,
    warn,
)
from iris_cc.driver import FP_MODES, MATH_MODES, Fp, Math, Options, Specialization, Stage
from iris_cc.fastcall import connect, kernel_type
from iris_cc.frontend import program as front
from iris_cc.frontend.resolve import Routine, describe
from iris_cc.frontend.values import Type, Weak
from iris_cc.records import replace
from iris_cc.runtime import callers
from iris_cc.runtime.dispatcher import Dispatcher
from iris_cc.runtime.limits import WhileLimit
from iris_cc.runtime.pending import take_pending, was_noted_twice

if TYPE_CHECKING:
    from iris_cc.pyroute import Body, PythonUfunc

Fallback = Literal["warn", "silent", "error"]
Compile = Literal["now", "background"]
_FALLBACKS: tuple[Fallback, ...] = ("warn", "silent", "error")
_COMPILES: tuple[Compile, ...] = ("now", "background")


class Kernel:
    """An elementwise function on arrays: a real NumPy ufunc with a look inside.

    Calling it broadcasts, takes every keyword of a ufunc (`out`, `where`, `dtype`, `casting`, `order`, ...) and its own
    parameters by name, and gives what the undecorated function gives on each element with NumPy scalars.
    """

    __iris_kernel__ = True  # how the front end knows one without importing this module
    __name__: str
    __call__: Callable[..., Any]

    def __init__(
        self,
        function: FunctionType | None,
        text: str | None,
        options: Options,
        texts: Mapping[FunctionType, str] = MappingProxyType({}),
    ) -> None:
        self.py_func = function
        self._text = text
        self._options = options
        self._kernels: Kernels | None = None
        self._problem: CompileError | None = None
        known = {**texts, function: text} if function is not None and text is not None else texts
        try:
            if function is None:
                program = front.analyze(text or "")
            else:
                program = front.analyze(function, known)
        except CompileError as error:
            if function is None or options.fallback == "error":
                raise
            self._problem = error
            self._outside(error)
        else:
            self._options = options = _with_pragmas(options, program)
            if options.otypes is not None and len(options.otypes) != program.nout:
                raise ValueError(f"otypes has {len(options.otypes)} types, and `{program.name}` {program.nout} results")
            self._kernels = Kernels(program, function, options, known)
            self._kernels.kernel = self
        self._dress(function, known)

    def _outside(self, error: CompileError) -> None:
        if self._options.fallback == "warn":
            first = error.diagnostics[0]
            more = f" (and {len(error.diagnostics) - 1} more)" if len(error.diagnostics) > 1 else ""
            warn(f"kernel `{_name(self.py_func)}` runs in Python{more}:\n{first.render()}")

    def _dress(self, function: FunctionType | None, known: Mapping[FunctionType, str]) -> None:
        """Name, doc and signature of the function, and the way calls go."""
        if function is not None:
            for name in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__", "__wrapped__"):
                setattr(self, name, function if name == "__wrapped__" else getattr(function, name))
        elif self._kernels is not None:
            program = self._kernels.program
            self.__name__ = self.__qualname__ = program.name
            self.__doc__ = program.doc
        if self._kernels is not None:
            self._dispatcher: Dispatcher = KernelDispatcher(self._kernels, self._kernels.program.defaults)
        else:
            assert function is not None
            with forks.imports:
                from iris_cc.pyroute import Body, PythonUfunc

            body = Body(function, known, self, self._options.otypes)
            self._python = PythonUfunc(body, len(inspect.signature(function).parameters))
            self._dispatcher = _python_dispatcher(self._python)
        self._kept = connect(self, self._dispatcher)

    @property
    def dsl_routine(self) -> Any:
        """What another kernel compiles in when it calls this one and there is no Python function; else None."""
        return self._kernels.program.routine if self.py_func is None and self._kernels is not None else None

    # -- the ufunc --

    @property
    def ufunc(self) -> Any:
        """The `numpy.ufunc` itself: the one for strong operands, which promotes Python scalars as every ufunc does."""
        if self._is_indexed:
            raise TypeError(f"kernel {self.__name__!r} uses index symbols, so it is not a ufunc")
        return self.ufunc_for(0)

    def ufunc_for(self, mask: int) -> Any:
        """The ufunc for calls whose weak arguments `mask` says."""
        if self._kernels is None:
            return self._python
        WhileLimit.apply(config.while_limit())
        return self._inside().ufunc(mask, config.jit_enabled())

    @property
    def _is_indexed(self) -> bool:
        return self._python.body.is_indexed if self._kernels is None else self._kernels.is_indexed

    def _method(self, name: str) -> Callable[..., Any]:
        """A method of the ufunc, with the error that is meant where NumPy can only report a failure."""
        method = getattr(self.ufunc, name)

        @functools.wraps(method)
        def call(*args: Any, **kwargs: Any) -> Any:
            take_pending()
            try:
                return callers.call(method, args, kwargs)
            except BaseException as raised:
                if was_noted_twice(raised):  # before anything was computed, and now it is known
                    return method(*args, **kwargs)
                error = take_pending(raised) or raised
                rescue = self._kernels.python(error) if self._kernels is not None else None
                if rescue is not None:
                    return getattr(rescue, name)(*args, **kwargs)
                if error is raised:
                    raise
                raise error from None

        return call

    @property
    def nin(self) -> int:
        """The number of inputs."""
        return self._kernels.nin if self._kernels is not None else self._python.nin

    @property
    def nout(self) -> int:
        """The number of outputs."""
        return self._kernels.nout if self._kernels is not None else self._python.nout

    @property
    def nargs(self) -> int:
        """Inputs and outputs together."""
        return self.nin + self.nout

    @property
    def types(self) -> list[str]:
        """The loops that exist so far, in NumPy's letters: `dd->d`."""
        specs = self._kernels.specs.values() if self._kernels is not None else ()
        return [_letters(spec) for spec in specs if not any(isinstance(t, Weak) for t in spec.types)]

    @property
    def reduce(self) -> Callable[..., Any]:
        """`ufunc.reduce`, of any kernel along several axes too, in C order."""
        from iris_cc.frontend.twin import numpy_twin
        from iris_cc.runtime import reductions

        twin = numpy_twin(self._kernels.program) if self._kernels is not None and self.nin == 2 else None
        return reductions.method(self._method("reduce"), None if twin is None else twin.identity)

    @property
    def accumulate(self) -> Callable[..., Any]:
        """`ufunc.accumulate`."""
        return self._method("accumulate")

    @property
    def reduceat(self) -> Callable[..., Any]:
        """`ufunc.reduceat`."""
        return self._method("reduceat")

    @property
    def outer(self) -> Callable[..., Any]:
        """`ufunc.outer`."""
        return self._method("outer")

    @property
    def at(self) -> Callable[..., Any]:
        """`ufunc.at`."""
        return self._method("at")

    # -- a look inside --

    @property
    def signatures(self) -> tuple[tuple[str, ...], ...]:
        """The argument types there is a specialization for: `("f8", "float")`, the second a Python float."""
        if self._kernels is None:
            return ()
        return tuple(dict.fromkeys(front.type_names(spec.types) for spec in self._kernels.specs.values()))

    def compile(self, *types: Any, ndim: int = 1) -> Explanation:
        """Compile ahead of time for these types (dtype-likes, or float, int, bool); says where the code is.

        What is being compiled in the background is waited for.  Raises CompileError for types the kernel cannot take.
        """
        kernels = self._inside()
        made = kernels.realize(self._spec(types, ndim), config.jit_enabled(), wait=True)
        return explanation_of(made)

    def inspect_ir(self, *types: Any, ndim: int = 1) -> str:
        """The typed IR for these argument types, after the passes."""
        return self._stage(types, ndim, "ir")

    def inspect_c(self, *types: Any, ndim: int = 1) -> str:
        """The C unit for these argument types: one self-contained file."""
        return self._stage(types, ndim, "c")

    def inspect_asm(self, *types: Any, ndim: int = 1) -> str:
        """The assembly the system compiler makes of it; raises CompileError where there is none."""
        return self._stage(types, ndim, "asm")

    def explain(self, *args: Any, **kwargs: Any) -> Explanation:
        """Which way a call with these arguments goes, and why; computes, compiles and loads nothing."""
        if self._kernels is None:
            assert self._problem is not None
            return Explanation("python", self._problem.diagnostics[0], None, None, "none")
        values, rest = self._dispatcher.bind(args, kwargs)
        ndim = max(_ndim_of(rest.get("shape")), _ndim_of(getattr(rest.get("out"), "shape", None)))
        return self._kernels.explain_call(values[: self.nin], ndim)

    def _stage(self, types: tuple[Any, ...], ndim: int, stage: Stage) -> str:
        return driver.text_of(self._spec(types, ndim), stage)

    def _spec(self, types: tuple[Any, ...], ndim: int) -> Specialization:
        kernels = self._inside()
        return kernels.spec(self._types(types), ndim)

    def _inside(self) -> Kernels:
        if self._kernels is None:
            assert self._problem is not None
            raise self._problem
        return self._kernels

    def _types(self, types: tuple[Any, ...]) -> tuple[Type, ...]:
        """One type per parameter; defaults fill the last ones."""
        program = self._inside().program
        if len(types) > len(program.params):
            raise TypeError(f"{program.name}() takes {len(program.params)} argument types, {len(types)} given")
        given = [front.type_of(word, program, name) for word, name in zip(types, program.params, strict=False)]
        for name in program.params[len(given) :]:
            if name not in program.defaults:
                break
            given += types_of_arguments(program, [program.defaults[name]])[0]
        if len(given) != len(program.params):
            raise TypeError(f"{program.name}() takes {len(program.params)} argument types, {len(types)} given")
        return tuple(given)

    # -- identity --

    @property
    def __signature__(self) -> inspect.Signature:
        if self.py_func is not None:
            return inspect.signature(self.py_func)
        program = self._inside().program
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        empty = inspect.Parameter.empty
        return inspect.Signature(
            [inspect.Parameter(name, kind, default=program.defaults.get(name, empty)) for name in program.params]
        )

    def __repr__(self) -> str:
        return f"<kernel {self.__name__}({', '.join(self.__signature__.parameters)})>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        with forks.imports:
            from iris_cc import pickling

        return pickling.reduce_kernel(self, _rebuild)

    def __dask_tokenize__(self) -> object:
        with forks.imports:
            from iris_cc import pickling

        return "iris_cc.Kernel", pickling.token(self)

    @property
    def body(self) -> Body:
        """The Python function, as calls run it that are not compiled."""
        return (self._python if self._kernels is None else self._kernels.in_python).body

    @property
    def routine(self) -> Routine | None:
        """What the kernel took the names of its function for; None outside the language."""
        return self._kernels.program.routine if self._kernels is not None else None

    @property
    def source_text(self) -> str | None:
        """The DSL text, or the text that defined the function where Python keeps none."""
        return self._text

    @property
    def options(self) -> Options:
        """What the kernel was made with."""
        return self._options

    @property
    def fp(self) -> Fp:
        """How floating-point operations round: of the options, or of the environment when the kernel was made."""
        return self._options.fp_mode() if self._kernels is None else self._kernels.fp

    def __copy__(self) -> Kernel:
        return self

    def __deepcopy__(self, memo: object) -> Kernel:
        return self


@overload
def kernel(function: Callable[..., Any] | str, /) -> Kernel: ...
@overload
def kernel(
    function: Callable[..., Any] | str,
    /,
    *,
    fp: Fp | None = None,
    math: Math | None = None,
    fallback: Fallback = "warn",
    threads: int | None = None,
    compile: Compile = "now",
    otypes: Any = None,
    source: str | None = None,
) -> Kernel: ...
@overload
def kernel(
    *,
    fp: Fp | None = None,
    math: Math | None = None,
    fallback: Fallback = "warn",
    threads: int | None = None,
    compile: Compile = "now",
    otypes: Any = None,
    source: str | None = None,
) -> Callable[[Callable[..., Any] | str], Kernel]: ...


def kernel(
    function: Callable[..., Any] | str | None = None,
    /,
    *,
    fp: Fp | None = None,
    math: Math | None = None,
    fallback: Fallback = "warn",
    threads: int | None = None,
    compile: Compile = "now",
    otypes: Any = None,
    source: str | None = None,
) -> Kernel | Callable[[Callable[..., Any] | str], Kernel]:
    """Make a kernel of a plain function of scalars, or of DSL text that holds one `def`.

    fp        "strict" (each operation rounds as NumPy's does), "contract" (fused multiply-add allowed) or "fast"
              (reassociation allowed); None is `ME_DSL_FP_MODE`, or strict
    math      "accurate", "libm" or "fast": the bound of elementary functions
    fallback  what happens where compiled code is not possible: "warn" once, "silent", or "error" (CompileError)
    threads   the most threads a call may use; None is all
    compile   "now": the first call with new types waits for the compiler; "background": calls run interpreted, with
              the same results, until it is done.  `Kernel.compile(types)` waits in either case
    otypes    the types of the results: a dtype-like, several, or letters as for `np.vectorize`; None: by its returns
    source    the whole text that defined `function`, where Python keeps none (`exec`)

    Raises CompileError for DSL text outside the language, and TypeError for what is no function.
    """
    options = _options(fp, math, fallback, threads, compile, otypes)
    if function is None:
        return lambda each: make(each, options, source)
    return make(function, options, source)


def make(
    function: Callable[..., Any] | str,
    options: Options,
    source: str | None = None,
    texts: Mapping[FunctionType, str] = MappingProxyType({}),
) -> Kernel:
    """A kernel of a class through which its calls go to its own dispatcher."""
    if isinstance(function, Kernel):
        function = function.py_func or function._text or ""
    if not isinstance(function, (str, FunctionType)):
        name = getattr(function, "__name__", type(function).__name__)
        what = describe(function).removesuffix(" without a compiled form").removesuffix(", not a number")
        raise CompileError((Diagnostic(codes.E0006, f"`{name}` is {what}", Span("<python>", 0, 0, 0, 0)),))
    if isinstance(function, str):
        return kernel_type(Kernel, _count(function))(None, function, options)  # type: ignore[no-any-return]
    own = kernel_type(Kernel, function.__code__.co_argcount)
    return own(function, source, options, texts)  # type: ignore[no-any-return]


def _count(text: str) -> int:
    """At most how many parameters the one `def` of DSL text has."""
    return text.partition(":")[0].count(",") + 1


def _rebuild(
    function: FunctionType | None, text: str | None, options: Options, fp: Fp, texts: Mapping[FunctionType, str]
) -> Kernel:
    """A kernel from its pickle; the process that loads it compiles for its own CPU."""
    made = make(text or "", options) if function is None else make(function, options, text, texts)
    if made._kernels is not None:
        made._kernels.fp = fp  # the environment may say something else here
    return made


def _options(fp: Any, math: Any, fallback: Any, threads: Any, compile: Any, otypes: Any) -> Options:
    default_math = os.environ.get("IRIS_JIT_SIMD_MATH", "").strip() or "accurate"
    chosen = math or (default_math if default_math in MATH_MODES else "accurate")
    choices = (
        *(("fp", fp, (None, *FP_MODES)), ("math", chosen, MATH_MODES)),
        *(("fallback", fallback, _FALLBACKS), ("compile", compile, _COMPILES)),
    )
    for name, value, allowed in choices:
        if value not in allowed:
            raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, not {value!r}")
    return Options(fp, chosen, fallback, driver.count_of(threads), compile, driver.read_otypes(otypes))


def _with_pragmas(options: Options, program: front.Program) -> Options:
    """What a DSL text's `# me:` lines say, where the call of `kernel` says nothing."""
    unknown = [key for key in program.options if key != "fp"]
    fp = program.options.get("fp")
    if unknown or fp not in (None, *FP_MODES):
        text = f"`# me:{unknown[0]}` is not known" if unknown else f"`# me:fp={fp}` is not one of {', '.join(FP_MODES)}"
        line = next((n for n, each in sorted(program.lines.items()) if "me:" in each), program.place.line)
        place = Span(program.place.file, line, 0, line, len(program.lines[line]))
        raise CompileError((Diagnostic(codes.E0508, text, place),))
    if fp is None or options.fp is not None:
        return options
    return replace(options, fp=fp)


class _LooseDispatcher(Dispatcher):
    """Calls of a function with keyword-only parameters, `*args` or `**kwargs`: its ufunc binds them by itself."""

    __slots__ = ()

    def __call__(self, /, *args: object, **kwargs: object) -> Any:
        return self.choose(0)(*args, **kwargs)


def _python_dispatcher(target: PythonUfunc) -> Dispatcher:
    with forks.imports:
        from iris_cc.pyroute import Default

    name = target.__name__
    if target.is_loose:
        return _LooseDispatcher(name, (), {}, lambda mask: target)
    parameters = inspect.signature(target.function).parameters
    defaults: Mapping[str, object] = {
        name: Default.of(p.default) for name, p in parameters.items() if p.default is not inspect.Parameter.empty
    }
    entry = target.entry
    return Dispatcher(name, tuple(parameters), defaults, lambda mask: entry)


def _letters(spec: Specialization) -> str:
    letters = [dtype.char for dtype in spec.dtypes]
    nin = len(spec.raw.params)
    return f"{''.join(letters[:nin])}->{''.join(letters[nin:])}"


def _ndim_of(shape: Any) -> int:
    return 0 if shape is None else len(shape) if isinstance(shape, (tuple, list)) else 1


def _name(function: Callable[..., Any] | None) -> str:
    return getattr(function, "__name__", "kernel")
