"""The ufunc of NumPy's that a kernel is, where it is one by its text: `return a + b` is `np.add`.

Reductions ask for its identity.  Nothing else follows: types, names and bits are the kernel's own.
"""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from iris_cc.frontend.resolve import KnownFunction, Routine
from iris_cc.ir import ops


def numpy_twin(routine: Routine) -> np.ufunc | None:
    """The ufunc with the meaning of a kernel of two parameters that is one operation on them."""
    tree = routine.source.tree
    body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    match body:
        case [ast.Return(value=ast.BinOp(left=left, op=op, right=right))]:
            name = ops.BY_PYTHON[type(op)].numpy
        case [ast.Return(value=ast.Call(func=func, args=[left, right], keywords=[]))]:
            entity = routine.entity(func)
            name = entity.name if isinstance(entity, KnownFunction) and entity.space in ("numpy", "dsl") else ""
        case _:
            return None
    names = [side.id for side in (left, right) if isinstance(side, ast.Name)]
    found: Any = getattr(np, name, None)
    return found if sorted(names) == sorted(routine.params) and isinstance(found, np.ufunc) else None
