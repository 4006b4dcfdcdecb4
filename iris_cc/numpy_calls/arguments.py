"""How many arguments a call must have, in the words of Python and NumPy.  It may not know what is called."""

from __future__ import annotations

from collections.abc import Container, Iterable


def require(name: str, kind: str, names: Iterable[str], given: Container[str]) -> None:
    """TypeError that lists which of `names` are not `given`."""
    missing = [repr(each) for each in names if each not in given]
    if not missing:
        return
    *most, last = missing
    listed = f"{', '.join(most)}{',' * (len(most) > 1)} and {last}" if most else last
    plural = "s" if most else ""
    raise TypeError(f"{name}() missing {len(missing)} required {kind} argument{plural}: {listed}")


def wrong_count(name: str, nin: int, nout: int, given: int) -> TypeError:
    takes = f"from {nin} to {nin + nout} positional arguments"
    return TypeError(f"{name}() takes {takes} but {given} {'was' if given == 1 else 'were'} given")


def unknown_keyword(name: str, key: str) -> TypeError:
    return TypeError(f"{name}() got an unexpected keyword argument {key!r}")
