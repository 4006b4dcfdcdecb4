"""The IR interpreter: the route that needs no compiler, and the meaning every other route is held to.

It runs a function on NumPy arrays, one operation at a time over all lanes that take part.  It knows nothing of Python
source, C, passes or broadcasting: arrays come in one-dimensional, of one length and of the exact types.  An array
that a function loads from or stores to has an axis of elements before its own, and any strides.  A function of lanes
takes as many as its arrays are long, and one number (an array without axes) where it takes a scalar.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from iris_cc.interp.program import Array, Executable
from iris_cc.ir.nodes import Function

__all__ = ["Executable", "compile_interpreter", "run"]

# Programs by the identity of their function, which each entry keeps alive: hashing the whole tree at every call would
# cost more than a small call itself.
_PROGRAMS: OrderedDict[int, tuple[Function, Executable]] = OrderedDict()
_MOST = 256


def compile_interpreter(fn: Function) -> Executable:
    """The program of `fn`, made at the first request."""
    known = _PROGRAMS.get(id(fn))
    if known is not None and known[0] is fn:
        return known[1]
    program = Executable(fn)
    _PROGRAMS[id(fn)] = (fn, program)
    while len(_PROGRAMS) > _MOST:
        try:
            _PROGRAMS.popitem(last=False)
        except KeyError:  # another thread was faster
            break
    return program


def run(
    fn: Function,
    inputs: Sequence[Array],
    *,
    indices: Sequence[Array] = (),
    arrays: Sequence[Array] = (),
    while_limit: int,
    quiet: bool | None = None,
) -> tuple[Array, ...]:
    """The results of `fn` for every lane, as fresh arrays.

    What it stores is in `arrays` then; if the call raises, what they hold means nothing.
    `while_limit` bounds the iterations of each `while` for one element; 0 is no bound.  Floating-point flags reach the
    caller's `np.errstate` only if nothing branches, because a branch not taken must report nothing; `quiet` overrides
    that for a function whose branches became selects.
    """
    program = compile_interpreter(fn)
    if program.branches if quiet is None else quiet:
        with np.errstate(all="ignore"):
            return program(inputs, indices, arrays, while_limit)
    return program(inputs, indices, arrays, while_limit)
