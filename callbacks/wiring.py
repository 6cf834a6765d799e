"""Callbacks of our own making, signed as a vendor would: they prove that an address and a key fit together."""

import json
import secrets
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import requests
from django.utils import timezone

from callbacks.providers.base import TEST_MARK, Provider

TIMEOUT_SECONDS = 10


class NoAnswer(Exception):
    """Nobody answered at the address."""


def prepare(
    sample: Mapping[str, Any], *, provider: Provider, app_id: int | None, changes: Mapping[str, Any], is_real: bool
) -> dict[str, Any]:
    """Return a body to send: of this application, marked as a test unless *is_real*, with *changes* by path.

    Raises:
        KeyError: A path leads nowhere.
    """
    body = deepcopy(dict(sample))
    if app_id is not None and provider.family.app_id_name in body:
        body[provider.family.app_id_name] = app_id
    if not is_real:
        mark = f"{TEST_MARK}-{secrets.token_hex(6)}"
        for path in provider.test_fields:
            _set(body, path, mark)
    for path, value in changes.items():
        _set(body, path, value)
    return body


def send(url: str, body: Mapping[str, Any], *, provider: Provider, key: str) -> requests.Response:
    """Sign *body* and post it.

    Raises:
        NoAnswer: Nobody answered; the message says why.
    """
    headers, raw = provider.sign(body, key, timezone.now())
    try:
        return requests.post(
            url,
            data=raw,
            headers={"Content-Type": "application/json", **headers},
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
    except (requests.RequestException, ValueError) as error:
        raise NoAnswer(str(error)) from error


def read_value(text: str) -> Any:
    """Return *text* as JSON where it is JSON, else as it is."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _set(body: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    place: Any = body
    for name in way:
        place = place[name]
        if not isinstance(place, dict):
            raise KeyError(path)
    place[last] = value
