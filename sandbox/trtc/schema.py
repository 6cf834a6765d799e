"""Checks a request against a declared shape: unknown fields, types, missing fields, ranges, in that order."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.errors import invalid, missing, mistyped, out_of_range, unknown

UINT64_MAX = 2**64 - 1


@dataclass(frozen=True, kw_only=True)
class Int:
    low: int = 0
    high: int = UINT64_MAX
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Text:
    required: bool = False
    pattern: str = ""  # the whole value; an empty value passes
    why: str = ""
    code: str = ""  # last part of InvalidParameter.<code>
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Flag:
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Texts:
    most: int = UINT64_MAX
    pattern: str = ""
    why: str = ""
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Obj:
    shape: "Shape"
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Objs:
    shape: "Shape"
    most: int = UINT64_MAX
    required: bool = False


Field = Int | Text | Flag | Texts | Obj | Objs
Shape = Mapping[str, Field]


def check(shape: Shape, params: Mapping[str, Any]) -> None:
    """Check request parameters; null counts as absent.

    Raises:
        VendorError: For the first thing that is wrong.
    """
    _check_fields(shape, params, "")
    for path, field, value in _walk(shape, params, ""):
        _check_range(path, field, value)


def _check_fields(shape: Shape, params: Mapping[str, Any], prefix: str) -> None:
    for name, value in params.items():
        if name not in shape:
            raise unknown(prefix + name)
        if value is not None:
            _check_type(prefix + name, shape[name], value)
    for name, field in shape.items():
        if field.required and params.get(name) in (None, ""):
            raise missing(prefix + name)
    for name, value in params.items():
        field = shape[name]
        if isinstance(field, Obj) and value is not None:
            _check_fields(field.shape, value, f"{prefix}{name}.")
        elif isinstance(field, Objs) and value is not None:
            for index, item in enumerate(value):
                _check_fields(field.shape, item, f"{prefix}{name}.{index}.")


def _check_type(path: str, field: Field, value: Any) -> None:
    match field:
        case Int():
            if not isinstance(value, int) or isinstance(value, bool) or value < min(field.low, 0):
                raise mistyped(path, "an integer" if field.low < 0 else "an unsigned integer")
        case Text():
            if not isinstance(value, str):
                raise mistyped(path, "a string")
        case Flag():
            if not isinstance(value, bool):
                raise mistyped(path, "a boolean")
        case Texts():
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise mistyped(path, "a list of strings")
        case Obj():
            if not isinstance(value, dict):
                raise mistyped(path, "an object")
        case Objs():
            if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
                raise mistyped(path, "a list of objects")


def _walk(shape: Shape, params: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Field, Any]]:
    for name, field in shape.items():
        value = params.get(name)
        if value is None:
            continue
        yield prefix + name, field, value
        if isinstance(field, Obj):
            yield from _walk(field.shape, value, f"{prefix}{name}.")
        elif isinstance(field, Objs):
            for index, item in enumerate(value):
                yield from _walk(field.shape, item, f"{prefix}{name}.{index}.")


def _check_range(path: str, field: Field, value: Any) -> None:
    match field:
        case Int() if not field.low <= value <= field.high:
            raise out_of_range(path, f"{field.low} to {field.high}")
        case Text():
            if field.choices and value and value not in field.choices:
                raise invalid(path, f"one of {', '.join(field.choices)}")
            if field.pattern and value and not re.fullmatch(field.pattern, value):
                raise invalid(path, field.why, field=field.code)
        case Texts() | Objs() if len(value) > field.most:
            raise out_of_range(path, f"at most {field.most} entries")
        case Texts() if field.pattern and not all(re.fullmatch(field.pattern, item) for item in value):
            raise invalid(path, field.why)
        case _:
            pass
