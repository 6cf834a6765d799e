"""Sign and send callbacks as TRTC does."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from applications.models import CallbackEndpoint

BODIES = settings.BASE_DIR / "callbacks" / "samples" / "trtc"
SAMPLES = sorted(path.stem for path in BODIES.glob("*.json"))
KEY = "callback-key"


def read_sample(name: str) -> bytes:
    """Return a body as the vendor's page shows it."""
    return (BODIES / f"{name}.json").read_bytes()


def sign(body: bytes, key: str = KEY) -> str:
    """Return the Sign header of *body*."""
    return base64.b64encode(hmac.digest(key.encode(), body, hashlib.sha256)).decode()


def deliver(
    endpoint: CallbackEndpoint, body: bytes, *, sent_sign: str | None = None, client: Client | None = None, **extra: Any
) -> HttpResponse:
    """Send *body* to an endpoint, signed with the key of `school` unless a signature is given."""
    headers = {"Sign": sign(body) if sent_sign is None else sent_sign, "SdkAppId": "1400000001"}
    headers |= extra.pop("headers", {})
    answer: Any = (client or Client(raise_request_exception=False)).post(
        f"/callbacks/{endpoint.family}/{endpoint.token}",
        body,
        **{"content_type": "application/json"} | extra,
        headers=headers,
    )
    return answer  # type: ignore[no-any-return]


def event(event_type: int, payload: Mapping[str, Any] | None = None, **info: Any) -> bytes:
    """Return the body of an event of the task `task-1` in room 1234."""
    told = {"RoomId": "1234", "EventTs": 1622186275, "EventMsTs": 1622186275123, "UserId": "rec_x", "TaskId": "task-1"}
    body = {
        "EventGroupId": 3,
        "EventType": event_type,
        "CallbackTs": 1622186275913,
        "EventInfo": told | info | {"Payload": payload or {}},
    }
    return json.dumps(body, indent="\t").encode()
