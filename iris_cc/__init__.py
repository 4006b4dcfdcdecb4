"""iris_cc: plain Python functions become typed IR, readable C and real NumPy ufuncs.

    import iris_cc

    @iris_cc.kernel
    def axpy(a, x, y):
        return a * x + y

    axpy(2.0, x_array, y_array)
"""

from typing import TYPE_CHECKING, Any

from iris_cc.api import Kernel, from_ir, kernel
from iris_cc.build import CacheWarning
from iris_cc.diagnostics import CompileError, Diagnostic, FallbackWarning, Label, Span
from iris_cc.kernels.explain import Explanation
from iris_cc.version import __version__

if TYPE_CHECKING:
    from iris_cc.threads import get_num_threads, set_num_threads

__all__ = [
    "CacheWarning",
    "CompileError",
    "Diagnostic",
    "Explanation",
    "FallbackWarning",
    "Kernel",
    "Label",
    "Span",
    "__version__",
    "from_ir",
    "get_num_threads",
    "kernel",
    "set_num_threads",
]


def __getattr__(name: str) -> Any:
    """The pool's two functions, imported when asked for: most processes never do."""
    if name in ("get_num_threads", "set_num_threads"):
        from iris_cc import threads

        return getattr(threads, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
