"""The pipelines, which are plain tuples, and the loop that runs one."""

from __future__ import annotations

from collections.abc import Iterator

from iris_cc.ir.nodes import Function, Pass
from iris_cc.ir.verify import verify as verified
from iris_cc.passes.cse import cse
from iris_cc.passes.dead import dce
from iris_cc.passes.exits import exits
from iris_cc.passes.fold import fold
from iris_cc.passes.ifconvert import ifconvert, ifconvert_cheap
from iris_cc.passes.invariant import invariants

PIPELINES: dict[str, tuple[Pass, ...]] = {
    "none": (),
    "tidy": (fold, invariants, cse, dce),  # branches stay
    "default": (fold, invariants, cse, ifconvert, fold, exits, cse, dce),
    "calls": (fold, invariants, cse, ifconvert_cheap, fold, exits, cse, dce),  # elementary functions are the library's
}

# A loop made steady in one round feeds the folding of the next.  More rounds than this gain nothing on real kernels,
# and time stays linear.
ROUNDS = 3


def run(fn: Function, level: str = "default", verify: bool = False) -> Function:
    """`fn` after the pipeline `level`; `verify` puts the verifier behind every pass."""
    for _, after in trace(fn, level):
        fn = verified(after) if verify else after
    return fn


def trace(fn: Function, level: str) -> Iterator[tuple[str, Function]]:
    """The name of each pass as it runs, and what it makes of what was before it."""
    for _ in range(ROUNDS):
        before = fn
        for step in PIPELINES[level]:
            fn = step(fn)
            yield step.__name__, fn
        if fn == before:
            break
