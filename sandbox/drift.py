"""Changes to a body that every family may suffer, and how several are applied."""

import copy
from collections.abc import Callable, Collection, Mapping
from typing import Any

from sandbox.family import Body


def apply(body: Body, *, variants: Collection[str], drifts: Mapping[str, Callable[[Body], None]]) -> Body:
    """Return a changed copy; variants of other families, or that do not concern this event, change nothing."""
    changed = copy.deepcopy(body)
    for name, change in drifts.items():
        if name in variants:
            change(changed)
    return changed


def write_numbers_as_strings(body: Body, *, besides: str = "") -> None:
    """Turn every number into decimal text, in the depth as well; `besides` is a top field that stays."""
    for name, value in body.items():
        if name != besides:
            body[name] = _as_string(value)


def write_strings_as_numbers(body: Body, names: Collection[str]) -> None:
    """Turn decimal text into numbers where it stands under one of these names."""
    for name, value in body.items():
        if isinstance(value, dict):
            write_strings_as_numbers(value, names)
        elif name in names and isinstance(value, str) and value.isdecimal():
            body[name] = int(value)


def _as_string(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_string(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_as_string(item) for item in value]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def blank(body: Body, names: Collection[str]) -> None:
    """Empty what stands under these names: "" for text, null for anything else."""
    for name in names:
        if name in body:
            body[name] = "" if isinstance(body[name], str) else None


def omit(body: Body, names: Collection[str]) -> None:
    """Leave out what stands under these names."""
    for name in names:
        body.pop(name, None)
