"""Which way calls of a kernel go, and why, as an answer to the user.  Computes, compiles and loads nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, assert_never

from iris_cc.diagnostics import Diagnostic
from iris_cc.kernels.realize import Cache, Interpreted, Native, Realized
from iris_cc.records import record

if TYPE_CHECKING:
    from pathlib import Path


@record
class Explanation:
    """Which way a call goes, and why.

    `reason` is the diagnostic that keeps it off a faster route, or None; `key` and `artifact` name the cached code;
    `cache` says where it comes from: "memory", "disk", "built" (by this explanation's kernel) or "none".
    """

    route: Literal["compiled", "interpreted", "python"]
    reason: Diagnostic | None
    key: str | None
    artifact: Path | None
    cache: Cache

    def __str__(self) -> str:
        lines = [f"route: {self.route}", f"cache: {self.cache}"]
        if self.key is not None:
            lines.append(f"key: {self.key}")
        if self.artifact is not None:
            lines.append(f"code: {self.artifact}")
            lines.append(f"C: {self.artifact.with_suffix('.c')}")
        if self.reason is not None:
            lines.append(self.reason.render())
        return "\n".join(lines)


def compiled(key: str, cache: Cache) -> Explanation:
    """What a call is that finds, or will build, the code of `key`."""
    return Explanation("compiled", None, key, None, cache)


def interpreted(reason: Diagnostic) -> Explanation:
    return Explanation("interpreted", reason, None, None, "none")


def in_python(reason: Diagnostic) -> Explanation:
    return Explanation("python", reason, None, None, "none")


def of_realized(made: Realized) -> Explanation:
    """How a realized specialization runs."""
    match made:
        case Native(key=key, artifact=file, cache=cache):
            from pathlib import Path

            return Explanation("compiled", None, key, None if file is None else Path(file), cache)
        case Interpreted(reason=reason):
            return interpreted(reason)
        case _:
            assert_never(made)
