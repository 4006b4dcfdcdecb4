"""The public face: `kernel`, and the `Kernel` objects it makes.

A kernel is called like the ufunc it is; everything else here looks inside.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any, overload

from iris_cc import codes, forks
from iris_cc.calls.install import connect, kernel_type
from iris_cc.diagnostics import CompileError, Diagnostic, Span
from iris_cc.frontend.program import type_names
from iris_cc.frontend.resolve import Routine, describe
from iris_cc.ir.printer import print_function
from iris_cc.kernels import explain as explaining
from iris_cc.kernels import make as states
from iris_cc.kernels import options as reading
from iris_cc.kernels.arguments import complete
from iris_cc.kernels.explain import Explanation
from iris_cc.kernels.options import Compile, Fallback, Options
from iris_cc.kernels.specialization import Specialization
from iris_cc.kernels.state import KernelState, wanted_route
from iris_cc.numpy_calls import callers
from iris_cc.records import replace
from iris_cc.runtime.pending import take_pending, was_noted_twice
from iris_cc.target import Fp, Math

if TYPE_CHECKING:
    from iris_cc.kernels.python import PythonState
    from iris_cc.kernels.source import Source
    from iris_cc.kernels.text import Stage
    from iris_cc.pyroute import Body


class Kernel:
    """An elementwise function on arrays: a real NumPy ufunc with a look inside.

    Calling it broadcasts, takes every keyword of a ufunc (`out`, `where`, `dtype`, `casting`, `order`, ...) and its own
    parameters by name, and gives what the undecorated function gives on each element with NumPy scalars.
    """

    __iris_kernel__ = True  # how the front end knows one without importing this module
    __name__: str
    __call__: Callable[..., Any]

    def __init__(self, state: KernelState | PythonState, function: FunctionType | None, text: str | None) -> None:
        self.py_func = function
        self.state = state  # for the package's own use
        self._text = text
        state.kernel = self
        if function is not None:
            for name in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__", "__wrapped__"):
                setattr(self, name, function if name == "__wrapped__" else getattr(function, name))
        elif state.source is not None:
            self.__name__ = self.__qualname__ = state.source.name
            self.__doc__ = state.source.doc
        self._dispatcher = state.dispatcher()
        self._kept = connect(self, self._dispatcher)

    @property
    def dsl_routine(self) -> Any:
        """What another kernel compiles in when it calls this one and there is no Python function; else None."""
        return self.routine if self.py_func is None else None

    # -- the ufunc --

    @property
    def ufunc(self) -> Any:
        """The `numpy.ufunc` itself: the one for strong operands, which promotes Python scalars as every ufunc does."""
        if self.state.is_indexed:
            raise TypeError(f"kernel {self.__name__!r} uses index symbols, so it is not a ufunc")
        return self.state.ufunc_for(0)

    def ufunc_for(self, mask: int) -> Any:
        """The ufunc for calls whose weak arguments `mask` says."""
        return self.state.ufunc_for(mask)

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
                rescue = self.state.python(error)
                if rescue is not None:
                    return getattr(rescue, name)(*args, **kwargs)
                if error is raised:
                    raise
                raise error from None

        return call

    @property
    def signature(self) -> str | None:
        """The core dimensions of a kernel of arrays, as `np.ufunc.signature`; None for one of numbers."""
        return None if self.options.signature is None else str(self.options.signature)

    @property
    def nin(self) -> int:
        """The number of inputs."""
        return self.state.nin

    @property
    def nout(self) -> int:
        """The number of outputs."""
        return self.state.nout

    @property
    def nargs(self) -> int:
        """Inputs and outputs together."""
        return self.nin + self.nout

    @property
    def types(self) -> list[str]:
        """The loops that exist so far, in NumPy's letters: `dd->d`."""
        return self.state.letters()

    @property
    def reduce(self) -> Callable[..., Any]:
        """`ufunc.reduce`, of any kernel along several axes too, in C order."""
        from iris_cc.runtime import reductions

        twin = self.state.source.twin if self.state.source is not None and self.nin == 2 else None
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

    def call_part(self, *values: object, **words: object) -> Any:
        """A call with all arguments, whose arrays are the `part` of a larger space: a block of a Dask array."""
        return self._dispatcher.run(values, words)

    # -- a look inside --

    @property
    def signatures(self) -> tuple[tuple[str, ...], ...]:
        """The argument types there is a specialization for: `("f8", "float")`, the second a Python float."""
        return tuple(type_names(types) for types in self.state.types)

    def compile(self, *types: Any, ndim: int = 1) -> Explanation:
        """Compile ahead of time for these types (dtype-likes, or float, int, bool); says where the code is.

        What is being compiled in the background is waited for.  Raises CompileError for types the kernel cannot take.
        """
        spec = self.specialization(types, ndim)
        return explaining.of_realized(self.state.compilable().realize(spec, wanted_route(), wait=True))

    def inspect_ir(self, *types: Any, ndim: int = 1) -> str:
        """The typed IR for these argument types, after the passes."""
        return self.text(types, ndim, "ir")

    def inspect_c(self, *types: Any, ndim: int = 1) -> str:
        """The C unit for these argument types: one self-contained file."""
        return self.text(types, ndim, "c")

    def inspect_asm(self, *types: Any, ndim: int = 1) -> str:
        """The assembly the system compiler makes of it; raises CompileError where there is none."""
        return self.text(types, ndim, "asm")

    def explain(self, *args: Any, **kwargs: Any) -> Explanation:
        """Which way a call with these arguments goes, and why; computes, compiles and loads nothing."""
        values, rest = self._dispatcher.bind(args, kwargs)
        ndim = max(_ndim_of(rest.get("shape")), _ndim_of(getattr(rest.get("out"), "shape", None)))
        return self.state.explain_call(values[: self.nin], ndim)

    def specialization(self, types: Sequence[Any], ndim: int = 1) -> Specialization:
        """The kernel for these argument types; raises CompileError for types it cannot take."""
        state = self.state.compilable()
        return state.spec(complete(state.source, types), ndim)

    def text(self, types: Sequence[Any], ndim: int, stage: Stage) -> str:
        """What one stage makes of the kernel for these argument types."""
        with forks.imports:
            from iris_cc.kernels.text import text_of

        return text_of(self.specialization(types, ndim), stage)

    def ir_after(self, types: Sequence[Any], ndim: int, step: str) -> str:
        """The IR for these argument types when the pass `step` has run; ValueError if there is none."""
        return print_function(self.specialization(types, ndim).behind(step))

    # -- identity --

    @property
    def __signature__(self) -> inspect.Signature:
        if self.py_func is not None:
            return inspect.signature(self.py_func)
        return _signature(self.state.compilable().source)

    def __repr__(self) -> str:
        return f"<kernel {self.__name__}({', '.join(self.__signature__.parameters)})>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        with forks.imports:
            from iris_cc.kernels import pickling

        return pickling.reduce_kernel(self, _rebuild)

    def __dask_tokenize__(self) -> object:
        with forks.imports:
            from iris_cc.kernels import pickling

        return "iris_cc.Kernel", pickling.token(self)

    @property
    def body(self) -> Body:
        """The Python function, as calls run it that are not compiled."""
        return self.state.in_python.body

    @property
    def routine(self) -> Routine | None:
        """What the kernel took the names of its function for; None outside the language."""
        return None if self.state.source is None else self.state.source.routine

    @property
    def source_text(self) -> str | None:
        """The DSL text or printed IR, or the text that defined the function where Python keeps none."""
        return self._text

    @property
    def options(self) -> Options:
        """What the kernel was made with."""
        return self.state.options

    @property
    def fp(self) -> Fp:
        """How floating-point operations round: of the options, or of the environment when the kernel was made."""
        return self.state.fp

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
    signature: str | None = None,
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
    signature: str | None = None,
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
    signature: str | None = None,
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
    signature the core dimensions of a kernel of arrays, as for `np.vectorize`: "(n),(n)->()", "(3,3),(3)->(3)",
              "(n?)".  Arrays are indexed, iterated over and returned; or results are stored to parameters after the
              inputs, one for each output, where one without core dimensions is an array of one place
    source    the whole text that defined `function`, where Python keeps none (`exec`)

    Raises CompileError for DSL text outside the language, and TypeError for what is no function.
    """
    options = reading.read(fp, math, fallback, threads, compile, otypes, signature)
    if function is None:
        return lambda each: make(each, options, source)
    return make(function, options, source)


def from_ir(
    text: str,
    /,
    *,
    fp: Fp | None = None,
    math: Math | None = None,
    fallback: Fallback = "warn",
    threads: int | None = None,
    compile: Compile = "now",
) -> Kernel:
    """Make a kernel of the text of one IR function, as `Kernel.inspect_ir` prints it.

    It takes arguments of the types that stand in the text, and what NumPy casts to them safely; parameters have no
    names, so they go by position.  The options are those of `kernel`.

    Raises CompileError for text that is no valid function of the IR.
    """
    options = reading.read(fp, math, fallback, threads, compile, None)
    if not isinstance(text, str):
        raise TypeError(f"from_ir() takes the text of a function, not {type(text).__name__}")
    return _of_ir(text, options)


def make(
    function: Callable[..., Any] | str,
    options: Options,
    source: str | None = None,
    texts: Mapping[FunctionType, str] = MappingProxyType({}),
) -> Kernel:
    """A kernel of a function, of DSL text, or of another kernel with other options."""
    if isinstance(function, Kernel):
        if function.py_func is None and function.routine is None:
            return _of_ir(function.source_text or "", options)
        function = function.py_func or function.source_text or ""
    if isinstance(function, str):
        return _of_state(states.of_text(function, options, texts), None, function)
    if not isinstance(function, FunctionType):
        name = getattr(function, "__name__", type(function).__name__)
        what = describe(function).removesuffix(" without a compiled form").removesuffix(", not a number")
        raise CompileError((Diagnostic(codes.E0006, f"`{name}` is {what}", Span("<python>", 0, 0, 0, 0)),))
    return _of_state(states.of_function(function, source, options, texts), function, source)


def of_source(source: Source, options: Options = Options()) -> Kernel:  # noqa: B008 - frozen
    """A kernel of any source; a transform of a kernel's source gives another kernel."""
    return _of_state(states.of_source(source, options), None, None)


def _of_ir(text: str, options: Options) -> Kernel:
    return _of_state(states.of_ir(text, options), None, text)


def _of_state(state: KernelState | PythonState, function: FunctionType | None, text: str | None) -> Kernel:
    """A kernel of a class through which its calls go to its own dispatcher."""
    own = kernel_type(Kernel, state.nin if function is None else function.__code__.co_argcount)
    return own(state, function, text)  # type: ignore[no-any-return]


def _rebuild(
    function: FunctionType | None,
    text: str | None,
    is_ir: bool,
    options: Options,
    fp: Fp,
    texts: Mapping[FunctionType, str],
) -> Kernel:
    """A kernel from its pickle; the process that loads it compiles for its own CPU."""
    if is_ir:
        made = _of_ir(text or "", options)
    else:
        made = make(text or "", options) if function is None else make(function, options, text, texts)
    if isinstance(made.state, KernelState):
        made.state.target = replace(made.state.target, fp=fp)  # the environment may say something else here
    return made


def _signature(source: Source) -> inspect.Signature:
    """Of a kernel that no Python function stands behind."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    only = inspect.Parameter.POSITIONAL_ONLY
    empty = inspect.Parameter.empty
    return inspect.Signature(
        [
            inspect.Parameter(name, only if k < source.positional else kind, default=source.defaults.get(name, empty))
            for k, name in enumerate(source.params)
        ]
    )


def _ndim_of(shape: Any) -> int:
    return 0 if shape is None else len(shape) if isinstance(shape, (tuple, list)) else 1
