"""Frozen values, like those of `dataclasses.dataclass(frozen=True, slots=True)`, which cost a fifth to define.

`dataclass` compiles source text for each class. That takes 3.4 million instructions, and the Lambda function defines more than
a hundred: a quarter of its cold start (docs/performance.md). Here all classes share their methods. The fields still come from
`dataclasses`, so `replace`, `fields`, `asdict`, `field`, `__post_init__` and pattern matching work as usual.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, Final, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def frozen(cls: type[T], /) -> type[T]: ...


@overload
def frozen(*, slots: bool) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T] | None = None, /, *, slots: bool = True) -> type[T] | Callable[[type[T]], type[T]]:
    """Make a class of frozen values. `slots=False` leaves room for a `functools.cached_property`."""
    make = _with_slots if slots else _without_slots
    return make if cls is None else make(cls)


def _with_slots(cls: type[T]) -> type[T]:
    made = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    every = _fields(made)
    setters = [getattr(made, one.name).__set__ for one in every]

    def fill(self: object, values: tuple[object, ...]) -> None:
        for setter, value in zip(setters, values, strict=True):
            setter(self, value)

    _complete(made, every, fill)
    return made


def _without_slots(cls: type[T]) -> type[T]:
    made = dataclass(init=False, repr=False, eq=False)(cls)
    every = _fields(made)
    names = [one.name for one in every]

    def fill(self: object, values: tuple[object, ...]) -> None:
        vars(self).update(zip(names, values, strict=True))

    _complete(made, every, fill)
    return made


def _fields(cls: type) -> tuple[Field[Any], ...]:
    return fields(cls)


def _complete(
    cls: type, every: tuple[Field[Any], ...], fill: Callable[[object, tuple[object, ...]], None]
) -> None:
    """Give a class the methods that it does not define itself."""
    names = tuple(one.name for one in every)
    defaults = {one.name: one.default for one in every if one.default is not MISSING}
    factories = {one.name: one.default_factory for one in every if one.default_factory is not MISSING}
    if not all(one.init for one in every):
        raise TypeError(f"{cls.__name__}: a field of a frozen value cannot have init=False")
    post_init = getattr(cls, "__post_init__", None)
    compared = _values_of(tuple(one.name for one in every if one.compare))

    def __init__(self: Any, *values: object, **named: object) -> None:  # noqa: N807  # it is one
        if named or len(values) != len(names):
            values = _bound(type(self).__name__, names, values, named, defaults, factories)
        fill(self, values)
        if post_init is not None:
            post_init(self)

    def __eq__(self: object, other: object) -> bool:  # noqa: N807  # it is one
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: object) -> int:  # noqa: N807  # it is one
        return hash(compared(self))

    made = {"__init__": __init__, "__eq__": __eq__, "__hash__": __hash__, **_SHARED}
    for name, method in made.items():
        if name not in vars(cls):
            setattr(cls, name, method)


def _values_of(names: tuple[str, ...]) -> Callable[[object], object]:
    return attrgetter(*names) if names else lambda _: ()


def _bound(
    kind: str,
    names: tuple[str, ...],
    values: tuple[object, ...],
    named: dict[str, object],
    defaults: Mapping[str, object],
    factories: Mapping[str, Callable[[], object]],
) -> tuple[object, ...]:
    """Return the value of each field, in order. Raises TypeError, as a function does."""
    bound = list(values)
    for name in names[len(values) :]:
        if name in named:
            bound.append(named.pop(name))
        elif name in defaults:
            bound.append(defaults[name])
        elif name in factories:
            bound.append(factories[name]())
        else:
            raise TypeError(f"{kind}() is missing the argument {name!r}")
    if named:
        raise TypeError(f"{kind}() got an unexpected argument {next(iter(named))!r}")
    if len(bound) > len(names):
        raise TypeError(f"{kind}() takes {len(names)} arguments but got {len(bound)}")
    return tuple(bound)


def _repr(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _set(_: object, name: str, __: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(_: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


_SHARED: Final = {"__repr__": _repr, "__setattr__": _set, "__delattr__": _delete}
