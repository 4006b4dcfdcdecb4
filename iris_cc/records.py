"""Frozen records without generated code: what `dataclasses` gives, at a tenth of the import time; and lazy attributes.

`dataclasses` compiles up to six functions for every class, 0.4 to 0.7 ms each time the package is imported; the budget
of the whole import is 15 ms.  A record has slots, is compared and hashed by its compared fields, matches by position
and cannot be changed.  Nothing here knows what a record is for.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Generic, NoReturn, TypeVar, dataclass_transform, overload

_T = TypeVar("_T")
_MISSING: Any = object()


class _Field:
    """How one field differs from a plain one."""

    __slots__ = ("compare", "default", "factory", "init", "repr")

    def __init__(self, default: Any, factory: Callable[[], Any] | None, compare: bool, repr: bool, init: bool) -> None:
        self.default, self.factory, self.compare, self.repr, self.init = default, factory, compare, repr, init


def field(
    *,
    default: Any = _MISSING,
    default_factory: Callable[[], Any] | None = None,
    compare: bool = True,
    repr: bool = True,
    init: bool = True,
) -> Any:
    """A field with a default made anew each time, or one that takes no part in comparison, text or construction."""
    return _Field(default, default_factory, compare, repr, init)


class lazy(Generic[_T]):
    """An attribute that is made when first asked for.  `functools.cached_property` without its lock.

    Two threads may both make it, of which one is kept; a thread that a fork left behind holds nothing.
    """

    def __init__(self, make: Callable[[Any], _T]) -> None:
        self.make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> lazy[_T]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> _T: ...
    def __get__(self, instance: object, owner: type) -> Any:
        if instance is None:
            return self
        return vars(instance).setdefault(self.name, self.make(instance))


@overload
def record(cls: type[_T], /) -> type[_T]: ...
@overload
def record(*, eq: bool = True, frozen: bool = True, order: bool = False) -> Callable[[type[_T]], type[_T]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: Any = None, /, *, eq: bool = True, frozen: bool = True, order: bool = False) -> Any:
    """Make a class of annotated fields a record; `eq=False` compares by identity, `frozen=False` allows assignment."""
    if cls is None:
        return lambda each: _make(each, eq, frozen, order)
    return _make(cls, eq, frozen, order)


def _make(cls: type, eq: bool, frozen: bool, order: bool) -> type:
    space = dict(cls.__dict__)
    names = tuple(space.get("__annotations__", ()))
    fields = {name: _as_field(space.pop(name, _MISSING)) for name in names}
    for leftover in ("__dict__", "__weakref__"):
        space.pop(leftover, None)
    space["__slots__"] = names
    space["__match_args__"] = tuple(name for name in names if fields[name].init)
    space["__record_fields__"] = fields
    methods = {"__repr__": _repr_of(fields), "__reduce__": _reduce, "__replace__": replace}
    if eq:
        methods |= _comparison(tuple(name for name in names if fields[name].compare), order)
    if frozen:
        methods |= {"__setattr__": _refuse, "__delattr__": _refuse}
    for name, method in methods.items():
        if name not in space or (name == "__hash__" and space[name] is None):
            space[name] = method
    made = type(cls)(cls.__name__, cls.__bases__, space)
    made.__init__ = _init_of(made, fields)  # type: ignore[misc]
    return made


def _as_field(value: Any) -> _Field:
    return value if isinstance(value, _Field) else _Field(value, None, True, True, True)


def _init_of(cls: Any, fields: dict[str, _Field]) -> Callable[..., None]:
    given = tuple(name for name in fields if fields[name].init)
    setters = tuple(cls.__dict__[name].__set__ for name in given)
    by_name = dict(zip(given, setters, strict=True))
    after = getattr(cls, "__post_init__", None)
    count = len(given)

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        for setter, value in zip(setters, args):  # fewer arguments than fields is usual
            setter(self, value)
        if kwargs or len(args) != count:
            _fill(self, cls.__name__, given, fields, by_name, len(args), kwargs)
        if after is not None:
            after(self)

    return init


def _fill(
    self: Any,
    name_of_class: str,
    given: tuple[str, ...],
    fields: dict[str, _Field],
    setters: dict[str, Any],
    done: int,
    kwargs: dict[str, Any],
) -> None:
    """The fields that did not come by position: by name, or their defaults."""
    if done > len(given):
        raise TypeError(f"{name_of_class}() takes {len(given)} values, {done} were given")
    for name in given[done:]:
        value = kwargs.pop(name, _MISSING)
        if value is _MISSING:
            each = fields[name]
            value = each.factory() if each.factory is not None else each.default
            if value is _MISSING:
                raise TypeError(f"{name_of_class}() needs `{name}`")
        setters[name](self, value)
    if kwargs:
        raise TypeError(f"{name_of_class}() does not take {', '.join(map(repr, kwargs))}")


def _repr_of(fields: dict[str, _Field]) -> Callable[[Any], str]:
    shown = tuple(name for name in fields if fields[name].repr)

    def text(self: Any) -> str:
        inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__name__}({inside})"

    return text


def _comparison(names: tuple[str, ...], order: bool) -> dict[str, Callable[..., Any]]:
    values: Callable[[Any], Any] = attrgetter(*names) if names else lambda self: ()

    def equal(self: Any, other: Any) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def digest(self: Any) -> int:
        return hash(values(self))

    def less(self: Any, other: Any) -> Any:
        return values(self) < values(other) if other.__class__ is self.__class__ else NotImplemented

    methods: dict[str, Callable[..., Any]] = {"__eq__": equal, "__hash__": digest}
    return methods | {"__lt__": less} if order else methods


def _refuse(self: Any, *args: Any) -> NoReturn:
    raise AttributeError(f"{type(self).__name__} is frozen")


def _values(self: Any) -> tuple[Any, ...]:
    return tuple(getattr(self, name) for name in type(self).__match_args__)


def _reduce(self: Any) -> tuple[Any, ...]:
    return type(self), _values(self)


def replace(value: _T, /, **changes: Any) -> _T:
    """A record like `value` but for `changes`."""
    cls: Any = type(value)
    fields = {name: changes.pop(name) if name in changes else getattr(value, name) for name in cls.__match_args__}
    if changes:
        raise TypeError(f"{cls.__name__} has no {', '.join(map(repr, changes))}")
    return cls(*fields.values())  # type: ignore[no-any-return]
