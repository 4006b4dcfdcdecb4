"""Whether results are what the oracle says: dtype, and every bit of every element that counts.

Any nan is any nan.  With a tolerance (bounded programs) results may be some ULP apart, and a result that is smaller
than every normal number may be any such.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.fuzz.oracle import Answers
from tests.fuzz.programs import Case
from tests.fuzz.words import carrier

BOUND = 16  # ULP between two libraries, each with its own error


@dataclass(frozen=True)
class Difference:
    """What is wrong with one result."""

    kind: str
    text: str


def difference(case: Case, want: Answers, got: Sequence[np.ndarray]) -> Difference | None:
    """The first difference, or None."""
    if len(got) != len(case.results):
        return Difference("count", f"{len(got)} results for {len(case.results)}")
    for k, (word, wanted, have) in enumerate(zip(case.results, want.results, got, strict=True)):
        if have.dtype != np.dtype(carrier(word)):
            return Difference("dtype", f"result {k} has dtype {have.dtype}, the law says {carrier(word)}")
        if have.shape != wanted.shape:
            return Difference("shape", f"result {k} has shape {have.shape}, not {wanted.shape}")
        same = _near(have, wanted) if case.mode == "bounded" else same_bits(have, wanted)
        wrong = np.flatnonzero(~same & want.counts)
        if len(wrong):
            first = int(wrong[0])
            text = f"result {k}, element {first}: {have[first]!r}, Python gives {wanted[first]!r} ({len(wrong)} wrong)"
            return Difference("value", text)
    return None


def same_bits(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    if got.dtype.kind != "f":
        return got == want
    bits = f"u{got.dtype.itemsize}"
    got, want = np.ascontiguousarray(got), np.ascontiguousarray(want)
    return (got.view(bits) == want.view(bits)) | (np.isnan(got) & np.isnan(want))


def _near(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    if got.dtype.kind != "f":
        return got == want
    with np.errstate(all="ignore"):
        gap = np.abs(got - want)
        small = np.finfo(got.dtype).tiny
        near = gap <= np.maximum(np.spacing(np.abs(want)) * BOUND, small)
        edge = np.isinf(got) & (np.abs(want) > np.finfo(got.dtype).max * (1 - 1e-6)) & (np.sign(got) == np.sign(want))
        edge |= np.isinf(want) & (np.abs(got) > np.finfo(got.dtype).max * (1 - 1e-6)) & (np.sign(got) == np.sign(want))
    return same_bits(got, want) | near | edge
