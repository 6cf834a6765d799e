"""Reads JSON objects into dataclasses, by their annotations."""

import types
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any, ClassVar, Literal, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints


class Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


Options = TypeVar("Options", bound=Dataclass)


class BadOptions(ValueError):
    """The values cannot be used; the message says why."""


def read(cls: type[Options], values: Mapping[str, Any]) -> Options:
    """Return an instance with these values and its own defaults.

    Raises:
        BadOptions: An unknown or a missing name, a wrong type, a negative number of seconds.
    """
    check(cls, values)
    for field in fields(cls):
        if field.default is MISSING and field.default_factory is MISSING and field.name not in values:
            raise BadOptions(f"{field.name} is needed")
    return cls(**values)


def check(cls: type[Dataclass], values: Mapping[str, Any]) -> None:
    """Accept values that fit the fields of their names; some may be missing.

    Raises:
        BadOptions: An unknown name, a wrong type, a negative number of seconds.
    """
    hints = get_type_hints(cls)
    for name, value in values.items():
        if name not in hints:
            raise BadOptions(f"unknown field {name!r}")
        if not _fits(value, hints[name]):
            raise BadOptions(f"{name} has the wrong type or is none of the choices")


def _fits(value: object, hint: Any) -> bool:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return value in inner
    if origin in (Union, types.UnionType):
        return any(_fits(value, one) for one in inner)
    if origin is Sequence:
        return isinstance(value, list) and all(_fits(item, inner[0]) for item in value)
    if hint is bool or isinstance(value, bool):
        return hint is bool and isinstance(value, bool)
    if hint is float:  # every one of them is a duration
        return isinstance(value, int | float) and value >= 0
    return isinstance(value, hint)
