"""Kernels that know their position, met by other people's arrays: labels come out again, units are refused, and Dask
arrays stay lazy.

An array type that takes calls over is handed a stand-in for a ufunc and calls it on plain arrays; what may take its
elements apart for that is held to one whole array, for only there positions mean something.  This module may not know
what is computed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from iris_cc.numpy_calls import blocks
from iris_cc.numpy_calls.overrides import handlers, override
from iris_cc.numpy_calls.shapes import Shape, broadcast_shape


class Spaces:
    """Calls `plain` on plain arrays; `expected` is the shape all of them must have, where that is known.

    `located` is called on blocks of Dask arrays, with their place as `part`, in another process maybe.  `sample` is the
    length of the axes of an array on which a call shows its results' types: some functions must see an element.
    """

    signature = None
    identity = None

    def __init__(
        self,
        name: str,
        nin: int,
        outputs: Callable[[], int],
        plain: Callable[..., Any],
        located: Callable[..., Any],
        expected: Shape | None = None,
        sample: int = 0,
    ) -> None:
        # A name of NumPy's ufuncs would be taken for that ufunc by pandas and others.
        self.__name__ = f"{name}_kernel" if isinstance(getattr(np, name, None), np.ufunc) else name
        self.name = name
        self.nin = nin
        self.outputs = outputs
        self.plain = plain
        self.located = located
        self.expected = expected
        self.sample = sample

    @property
    def nout(self) -> int:
        return self.outputs()

    @property
    def nargs(self) -> int:
        return self.nin + self.nout

    @property
    def types(self) -> list[str]:
        return [f"{'O' * self.nin}->{'O' * self.nout}"]

    @property
    def ntypes(self) -> int:
        return len(self.types)

    def __repr__(self) -> str:
        return f"<kernel {self.name!r}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        out = kwargs.get("out")
        outs = (*args[self.nin :], *(out if isinstance(out, tuple) else (out,)))
        inputs = args[: self.nin]
        if self.expected is not None and _shape(inputs) != self.expected:
            raise TypeError(f"an operand takes its elements apart, and kernel {self.name!r} must know where they stand")
        found_types = handlers((*inputs, *outs))
        if not found_types:
            return self.plain(*args, **kwargs)
        if all(map(blocks.is_lazy, found_types)):
            return blocks.call(self, inputs, outs, kwargs)
        self._refuse(inputs, kwargs)
        words = {key: value for key, value in kwargs.items() if key != "out"}
        found = self._in_frames(inputs, words) if not any(each is not None for each in outs) else None
        given = tuple(outs) if any(each is not None for each in outs) else ()
        found = found or override(self._within(inputs), "__call__", inputs, given, words)
        assert found is not None
        return found[0]

    def _refuse(self, inputs: Sequence[Any], kwargs: dict[str, Any]) -> None:
        for each in inputs:
            if _root(each) in ("dask", "dask_expr") and not blocks.is_lazy(each):
                raise TypeError(
                    f"kernel {self.name!r} must know where elements stand, and partitions of a Dask collection do not: "
                    "make it an array of known chunks (`to_dask_array(lengths=True)`), or compute it"
                )
        if any(map(blocks.is_lazy, inputs)) and any(_root(each) == "pandas" for each in inputs):
            raise TypeError(f"kernel {self.name!r} takes no pandas objects beside Dask arrays: pass their values")
        if kwargs.get("shape") is not None:
            raise TypeError("`shape=` goes with NumPy's arrays only")

    def _within(self, inputs: Sequence[Any]) -> Spaces:
        """What is handed to the array types.  Labels are aligned first: arrays may have another shape than operands."""
        aligned = [_root(each) == "xarray" or (_root(each) == "pandas" and hasattr(each, "axes")) for each in inputs]
        return Spaces(
            self.name,
            self.nin,
            self.outputs,
            self.plain,
            self.located,
            None if any(aligned) else _shape(inputs),
            self.sample,
        )

    def _in_frames(self, inputs: Sequence[Any], words: dict[str, Any]) -> tuple[Any] | None:
        """A call on one table: with a second operand pandas makes one array of it, else it calls column by column."""
        pandas = sys.modules.get("pandas")
        if pandas is None or not any(isinstance(each, pandas.DataFrame) for each in inputs) or len(inputs) != 1:
            return None
        whole = Spaces(self.name, 2, self.outputs, lambda array, _, **kwargs: self.plain(array, **kwargs), self.located)
        return override(whole, "__call__", (*inputs, 0), (), words)


def _shape(operands: Sequence[Any]) -> Shape:
    return broadcast_shape([tuple(getattr(each, "shape", None) or np.shape(each)) for each in operands])


def _root(value: object) -> str:
    """The package of an object's type."""
    return type(value).__module__.partition(".")[0]
