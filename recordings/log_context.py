"""What every log line of the work at hand carries: the request's id, the recording it is about."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

P = ParamSpec("P")
R = TypeVar("R")

_values: ContextVar[Mapping[str, Any]] = ContextVar("log_values", default={})  # noqa: B039 - nobody writes into it


def log_values() -> Mapping[str, Any]:
    """Return what the lines of this thread carry now."""
    return _values.get()


@contextmanager
def log_with(**values: Any) -> Iterator[None]:
    """Have every line of the block carry *values*, beside what its own call names."""
    token = _values.set({**_values.get(), **values})
    try:
        yield
    finally:
        _values.reset(token)


def about_recording(function: Callable[Concatenate[UUID, P], R]) -> Callable[Concatenate[UUID, P], R]:
    """Have every line of a function carry the recording that is its first argument."""

    @wraps(function)
    def with_recording(recording_id: UUID, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with log_with(recording_id=recording_id):
            return function(recording_id, *args, **kwargs)

    return with_recording
