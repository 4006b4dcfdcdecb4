"""One pending exception per thread, for errors that cannot cross a ctypes callback.

ctypes prints and drops an exception raised in a callback, so the callback stashes it here, returns failure,
and NumPy raises an error of its own in its place.  Whoever made the call then asks for the real one.
This module may not know what a ufunc is.
"""

from __future__ import annotations

import threading


class _Stash(threading.local):
    error: BaseException | None = None
    stand_in: type[BaseException] = BaseException


_STASH = _Stash()


def stash(error: BaseException, stand_in: type[BaseException]) -> None:
    """Keep `error` for this thread; `stand_in` is the class NumPy will raise in its place."""
    _STASH.error = error
    _STASH.stand_in = stand_in


def take_pending(raised: BaseException | None = None) -> BaseException | None:
    """The stashed exception of this thread, once.  With `raised`, only if that can be its stand-in.

    A raw ufunc call leaves its stash behind, and the test keeps it from replacing a later, unrelated error.
    """
    error = _STASH.error
    if error is None or (raised is not None and not isinstance(raised, _STASH.stand_in)):
        return None
    _STASH.error = None
    return error


def recover(raised: BaseException, plain: bool = False) -> bool:
    """Raise the stashed exception if `raised` stands in for it; else return, and `raised` stays the answer.

    True asks the caller to try the slow path, which may answer: the error says so with a true attribute `rescue`, or it
    comes of a value and the call is `plain`, so that it has overwritten nothing.
    """
    error = take_pending(raised)
    said = raised if error is None else error
    if getattr(said, "rescue", False) or was_declined(raised) or (plain and type(said) is OverflowError):
        return True
    if error is not None:
        raise error from None
    return False


def was_declined(raised: BaseException) -> bool:
    """Whether NumPy says that no operand's `__array_ufunc__` took the call."""
    return type(raised) is TypeError and "all returned NotImplemented from __array_ufunc__" in str(raised)


def was_noted_twice(raised: BaseException) -> bool:
    """Whether NumPy 2.0 says that another thread was faster to resolve the same reduction; see `ufunc`."""
    return type(raised) is RuntimeError and "Identity cache already includes the item" in str(raised)
