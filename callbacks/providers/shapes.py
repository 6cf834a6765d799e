"""What providers read bodies with: shapes, and the digests that tell one event from another."""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ValidationError, ValidatorFunctionWrapHandler, model_validator

from callbacks.providers.base import Malformed
from callbacks.providers.strict_json import NotStrictJson

LONGEST_NAME = 768  # of a file


class Shape(BaseModel):
    """A part of a body; null says the same as absence."""

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, value: Any) -> Any:
        return {name: told for name, told in value.items() if told is not None} if isinstance(value, dict) else value


def or_none(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Return what the type makes of *value*, None where it refuses: for events that are kept whatever they say."""
    try:
        return handler(value)
    except ValidationError:
        return None


@contextmanager
def malformed_in(family: str) -> Iterator[None]:
    """Turn what strict JSON and declared shapes refuse into Malformed."""
    try:
        yield
    except NotStrictJson as error:
        raise Malformed(f"{family}: {error}") from error
    except ValidationError as error:
        places = ", ".join(".".join(map(str, problem["loc"])) for problem in error.errors()[:5])
        raise Malformed(f"{family}: wrong shape at {places}") from error


def natural_key(parts: Sequence[Any]) -> str:
    """Return the digest of what tells one event from every other of its application and family."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def words_of(body: Mapping[str, Any], *, sending: Collection[str], secrets: Collection[str]) -> dict[str, Any]:
    """Return what an event of no known shape says: *body* without the fields of its *sending*, and without *secrets*.

    Secrets are left out at any depth, so that a stored body, which has none, says the same.
    """
    said: dict[str, Any] = _leave_out(body, secrets)
    return {name: value for name, value in said.items() if name not in sending}


def _leave_out(value: Any, names: Collection[str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _leave_out(item, names) for name, item in value.items() if name not in names}
    return [_leave_out(item, names) for item in value] if isinstance(value, list) else value


def known(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return *told* without what is blank: details of several events are laid over each other."""
    return {name: value for name, value in told.items() if value not in (None, "")}


def name_in(address: str) -> str:
    """Return the last part of an address's path; empty when it has none, or one too long for a name."""
    path = re.split(r"[?#]", address.partition("://")[2], maxsplit=1)[0]
    name = path.rpartition("/")[2] if "/" in path else ""
    return name if len(name) <= LONGEST_NAME else ""
