"""What the schedule asks of who writes the code, and of where elements lie."""

from __future__ import annotations

from collections.abc import Callable

from iris_cc.ir.nodes import Let
from iris_cc.records import record


@record(eq=False)
class Machine:
    """`moving` is the axis along which the elements of a row lie, None for a single point.

    `goes_lane_by_lane` says that no vector instruction stands for an operation; `has_near` that it has a form for usual
    operands, which is given up for all lanes if one lane asks for something else.
    """

    moving: int | None
    goes_lane_by_lane: Callable[[Let], bool]
    has_near: Callable[[Let], bool]
