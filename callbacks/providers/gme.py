"""GME (Game Multimedia Engine) server-side voice recording callbacks.

Signature and events: https://cloud.tencent.com/document/product/607/87648
Delivery:  retried, in any order, not guaranteed; no numbers are documented.
"""

import hashlib
import hmac
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from applications.families import Assurance, Family
from callbacks.providers.base import (
    UNDOCUMENTED_TYPES,
    Proof,
    Provider,
    ProviderEvent,
    SignatureRejected,
    Terms,
)
from callbacks.providers.fields import Count, Identifier, SmallInteger, Text, UnixSeconds, from_ms
from callbacks.providers.shapes import LONGEST_NAME, malformed_in, natural_key
from callbacks.providers.strict_json import read_object
from recordings.states.facts import FactKind

POST_PREFIX = "post_prefix"
# EventType: what it tells of one file. Of the task no event tells.
FACTS: Mapping[int, FactKind] = {1: FactKind.FILE_OPENED, 2: FactKind.FILE_CLOSED, 3: FactKind.FILE_READY}
# RecordMode of a callback; in the API 1 is single and 2 is mixed.
RECORD_MODES: Mapping[int | None, str] = {0: "single", 1: "mixed"}

_HEX = re.compile(r"[0-9A-Fa-f]{40}")
_BASE64 = re.compile(r"[0-9A-Za-z+/]{27}=")


def verify(headers: Mapping[str, str], body: bytes, terms: Terms) -> Proof:
    """Check the Signature header, HMAC-SHA1(key, raw body), against each key.

    The page does not say how the 20 bytes are written: hex and Base64 are both read, since they are the same proof.
    There is no stamp, and the body's Timestamp sets none: a retry may send the old body again, so a narrow window
    would lose events, while a replay meets its own natural key.

    Raises:
        SignatureRejected: No key matches. Several keys allow rotation.
    """
    sent = _read_mac(headers.get("Signature", ""))
    messages = [body, b"POST" + body] if terms.variant == POST_PREFIX else [body]
    for key in filter(None, terms.keys):  # anyone can sign with an empty key
        for message in messages:
            if hmac.compare_digest(sent, _mac(message, key)):
                return Proof()
    raise SignatureRejected("gme: Signature matches no configured key")


def sign(body: Mapping[str, Any], key: str, now: datetime) -> tuple[Mapping[str, str], bytes]:
    """Return headers and body as GME sends them: compact JSON, and the signature in Base64."""
    raw = json.dumps({**body, "Timestamp": int(now.timestamp())}, separators=(",", ":")).encode()
    return {"Signature": b64encode(_mac(raw, key)).decode()}, raw


def _read_mac(text: str) -> bytes:
    if not text:
        raise SignatureRejected("gme: there is no Signature header")
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    if _BASE64.fullmatch(text):
        return b64decode(text)
    raise SignatureRejected("gme: Signature is neither hex nor Base64 of 20 bytes")


def _mac(message: bytes, key: str) -> bytes:
    return hmac.digest(key.encode(), message, hashlib.sha1)


class _Detail(BaseModel):
    SeqNo: SmallInteger | None = None
    FileName: Annotated[Text, StringConstraints(max_length=LONGEST_NAME)] = ""


class _Envelope(BaseModel):
    EventType: SmallInteger
    Timestamp: UnixSeconds  # of sending; there is no other time
    BizID: Count | None = None
    TaskID: Identifier = ""  # a number beyond what a float can hold
    RoomID: Identifier = ""
    UserID: Identifier = ""
    RecordMode: SmallInteger | None = None


class _FileEvent(_Envelope):
    BizID: Count
    TaskID: Annotated[Identifier, StringConstraints(min_length=1)]
    Detail: _Detail = Field(default_factory=_Detail)


def parse(headers: Mapping[str, str], body: bytes) -> ProviderEvent:
    """Read one callback body; unknown event types are kept and move nothing.

    Raises:
        Malformed: Not strict JSON, or not the shape of a GME callback.
    """
    with malformed_in("gme"):
        raw = read_object(body)
        shape = _Envelope.model_validate(raw)
        file_event = _FileEvent.model_validate(raw) if shape.EventType in FACTS else None
    if file_event is None:
        identity: list[Any] = [{name: value for name, value in raw.items() if name != "Timestamp"}]
    else:
        identity = _identity(file_event)
    return ProviderEvent(
        event_type=str(shape.EventType),
        natural_key=natural_key(identity),
        occurred_at=from_ms(shape.Timestamp * 1000),
        claimed_application=None if shape.BizID is None else str(shape.BizID),
        task_id=shape.TaskID,
        room_id=shape.RoomID,
        kind=FACTS.get(shape.EventType),
        data={} if file_event is None else _data(file_event),
    )


def _identity(shape: _FileEvent) -> list[Any]:
    name = _file_name(shape)
    identity = [str(shape.BizID), shape.TaskID, shape.EventType, name, shape.Detail.SeqNo]
    # Every user's segments are counted from 0.
    return identity if name else [*identity, shape.RoomID, shape.UserID, shape.RecordMode]


def _file_name(shape: _FileEvent) -> str:
    return shape.Detail.FileName if shape.Detail.FileName.strip() else ""


def _data(shape: _FileEvent) -> dict[str, Any]:
    mode = RECORD_MODES.get(shape.RecordMode)
    user_id = "" if shape.UserID == "0" else shape.UserID  # so the API names nobody in a mixed recording
    media_id = "mix" if mode == "mixed" else "main"
    # FileName has had several forms, and the one of a sample is in no table: its text tells nothing else. Without
    # it, the three events of one segment still meet under one name.
    name = _file_name(shape) or f"unnamed_{media_id}_{user_id}_{shape.Detail.SeqNo}"
    file = {"name": name, "user_id": user_id, "format": "mp3", "track_type": "audio", "media_id": media_id}
    return {"files": [file], "details": {"record_mode": mode} if mode else {}}


FAMILY = Family(
    name="gme",
    label="GME voice recording",
    assurance=Assurance.STRONG,
    app_id_name="BizID",
    quiet_seconds=1800,
    signature_variants={POST_PREFIX: "GME: the word POST before the body, as GME signs voice moderation"},
    console="GME console: the application's details, where its permission key is the key",
)
PROVIDER = Provider(
    family=FAMILY,
    verify=verify,
    parse=parse,
    sign=sign,
    content_types=UNDOCUMENTED_TYPES,
    test_fields=("RoomID",),
)
