"""TRTC on-cloud recording callbacks (EventGroupId 3).

Signature: https://trtc.io/document/54912
Events:    https://trtc.io/document/54914
Delivery:  5 s to answer; retried at once, then every 10 s for a minute, then lost.
"""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from applications.families import Assurance, Family
from callbacks.providers.base import Malformed, Proof, Provider, ProviderEvent, SignatureRejected, Terms
from callbacks.providers.fields import Identifier, Prose, SmallInteger, Text, UnixMs, UnixSeconds, from_ms
from callbacks.providers.shapes import malformed_in, natural_key
from callbacks.providers.strict_json import read_object
from recordings.states.facts import FactKind
from recordings.states.vocabulary import Reason

RECORDING_GROUP = 3

# (EventType, Payload.Status): the fact it tells. Absent pairs are kept and move nothing.
STATUS_FACTS: Mapping[tuple[int, int], FactKind] = {
    (301, 0): FactKind.RECORDER_STARTED,
    (301, 1): FactKind.RECORDER_FAILED,
    (303, 0): FactKind.UPLOAD_STARTED,
    (303, 1): FactKind.UPLOAD_START_FAILED,
    (305, 0): FactKind.UPLOAD_FINISHED,
    (305, 1): FactKind.UPLOAD_STUCK,  # a file waits in backup storage: not final
    (305, 2): FactKind.UPLOAD_FINISHED,  # and came through after all
    (306, 0): FactKind.FAILED_OVER,
    (310, 0): FactKind.TRANSCODE_FINISHED,
    (310, 1): FactKind.TRANSCODE_STUCK,
    (310, 2): FactKind.TRANSCODE_FAILED,
    (311, 0): FactKind.VOD_FILE_COMMITTED,
    (311, 1): FactKind.VOD_FILE_STUCK,
    (311, 2): FactKind.VOD_FILE_FAILED,
    (312, 0): FactKind.VOD_FINISHED,
    (312, 1): FactKind.VOD_FAILED,
}
# EventType of those without a status.
PLAIN_FACTS: Mapping[int, FactKind] = {
    302: FactKind.RECORDER_LEFT,
    304: FactKind.SLICE_UPLOADED,
    307: FactKind.SLICE_CREATED,
    308: FactKind.UPLOAD_ERROR,
    309: FactKind.IMAGE_ERROR,
}
LEAVE_CODES: Mapping[int, Reason] = {
    0: Reason.STOPPED,
    1: Reason.KICKED_BY_CUSTOMER,
    2: Reason.ROOM_CLOSED,
    3: Reason.KICKED_BY_SERVER,
    4: Reason.ROOM_CLOSED_BY_SERVER,
    99: Reason.NO_PUBLISHER,
    100: Reason.TIMEOUT,
    101: Reason.ROBOT_ID_CONFLICT,
}


def verify(headers: Mapping[str, str], body: bytes, terms: Terms) -> Proof:
    """Check the Sign header, base64(HMAC-SHA256(key, raw body)), against each key.

    There is no stamp: a replay meets its own natural key.

    Raises:
        SignatureRejected: No key matches. Several keys allow rotation.
    """
    sent = headers.get("Sign", "").encode("utf-8", "replace")
    for key in filter(None, terms.keys):  # anyone can sign with an empty key
        if hmac.compare_digest(sent, _signature(body, key)):
            return Proof()
    raise SignatureRejected("trtc: Sign matches no configured key")


def sign(body: Mapping[str, Any], key: str, now: datetime) -> tuple[Mapping[str, str], bytes]:
    """Return headers and body as TRTC sends them: pretty-printed with tabs. It names no application."""
    stamped = {**body, "CallbackTs": int(now.timestamp() * 1000)}
    raw = json.dumps(stamped, indent="\t", separators=(",", ":\t")).encode()
    return {"Sign": _signature(raw, key).decode()}, raw


def _signature(body: bytes, key: str) -> bytes:
    return b64encode(hmac.digest(key.encode(), body, hashlib.sha256))


class _FileMessage(BaseModel):
    FileName: Text = ""
    UserId: Text = ""
    TrackType: Identifier = ""
    MediaId: Identifier = ""
    StartTimeStamp: UnixMs | None = None
    EndTimeStamp: UnixMs | None = None


class _VodFile(_FileMessage):
    FileId: Identifier = ""
    VideoUrl: Prose = ""
    CacheFile: Text = ""


class _Payload(_VodFile):
    """The fields of every event; each event has a few of them."""

    Status: SmallInteger | None = None
    LeaveCode: SmallInteger | None = None
    FileList: Text | list[Text] | None = None
    FileMessage: list[_FileMessage] = []
    BeginTimeStamp: UnixMs | None = None
    Code: Annotated[Text, StringConstraints(max_length=128)] = ""
    Message: Prose = ""
    Url: Prose = ""
    Errmsg: Prose = ""
    TencentVod: _VodFile | None = None


class _EventInfo(BaseModel):
    RoomId: Identifier = ""
    EventTs: UnixSeconds | None = None
    EventMsTs: UnixMs | None = None
    UserId: Identifier = ""
    TaskId: Identifier = ""
    Payload: _Payload = Field(default_factory=_Payload)


class _Body(BaseModel):
    EventGroupId: SmallInteger = RECORDING_GROUP
    EventType: SmallInteger
    CallbackTs: UnixMs | None = None
    EventInfo: _EventInfo


def parse(headers: Mapping[str, str], body: bytes) -> ProviderEvent:
    """Read one callback body; TRTC sends one event in a request.

    Other groups (1 room, 2 media, 8 web recording) use the same address: they are kept and move nothing.

    Raises:
        Malformed: Not strict JSON, or not the shape of a TRTC callback.
    """
    with malformed_in("trtc"):
        raw = read_object(body)
        shape = _Body.model_validate(raw)
    info = shape.EventInfo
    if shape.EventGroupId == RECORDING_GROUP and not info.TaskId:
        raise Malformed("trtc: EventInfo.TaskId is missing")
    kind, data = _fact_of(shape.EventType, info) if shape.EventGroupId == RECORDING_GROUP else (None, {})
    group = "" if shape.EventGroupId == RECORDING_GROUP else f"{shape.EventGroupId}/"
    return ProviderEvent(
        event_type=f"{group}{shape.EventType}",
        # CallbackTs is the sending time, so it differs between two deliveries of one event; EventInfo describes the
        # event itself. TRTC sends no event id.
        natural_key=natural_key([shape.EventGroupId, shape.EventType, raw["EventInfo"]]),
        occurred_at=_occurred_at(shape),
        claimed_application=headers.get("SdkAppId"),  # the body carries none
        task_id=info.TaskId,
        room_id=info.RoomId,
        robot_user_id=info.UserId,
        kind=kind,
        data=data,
    )


def _occurred_at(shape: _Body) -> Any:
    """Return the event's own time, in milliseconds where the deployment sends them; never the sending time first."""
    info = shape.EventInfo
    if info.EventMsTs is not None:
        return from_ms(info.EventMsTs)
    if info.EventTs is not None:
        return from_ms(info.EventTs * 1000)
    raise Malformed("trtc: EventInfo has no time")


def _fact_of(event_type: int, info: _EventInfo) -> tuple[FactKind | None, dict[str, Any]]:
    payload = info.Payload
    status = payload.Status
    if status is None and event_type == 305:
        status = payload.LeaveCode  # so named in the table of one copy of the page
    if status is None and event_type == 311:
        status = 0 if payload.FileId or (payload.TencentVod and payload.TencentVod.FileId) else 1
    kind = PLAIN_FACTS.get(event_type)
    if kind is None and status is not None:
        kind = STATUS_FACTS.get((event_type, status))
    if kind is None:
        return None, {}
    if kind == FactKind.RECORDER_LEFT:
        reason = LEAVE_CODES.get(-1 if payload.LeaveCode is None else payload.LeaveCode, Reason.KICKED_BY_SERVER)
        return kind, {"reason": reason, "leave_code": payload.LeaveCode}
    reader = _DATA_READERS.get(event_type)
    return kind, reader(payload) if reader else {}


def _names(file_list: str | list[str] | None) -> list[str]:
    return [file_list] if isinstance(file_list, str) else file_list or []


def _slice_uploaded(payload: _Payload) -> dict[str, Any]:
    return {"files": [{"name": name} for name in _names(payload.FileList)]}


def _slice_created(payload: _Payload) -> dict[str, Any]:
    if not payload.FileName:
        raise Malformed("trtc: 307 without FileName")
    return {
        "files": [
            {
                "name": payload.FileName,
                "user_id": payload.UserId,
                "track_type": payload.TrackType,
                "begin_ms": payload.BeginTimeStamp,
            }
        ]
    }


def _transcoded(payload: _Payload) -> dict[str, Any]:
    told = {message.FileName: _file(message, message.FileName) for message in payload.FileMessage if message.FileName}
    names = [name for name in _names(payload.FileList) if name and name not in told]
    return {"files": [*told.values(), *({"name": name} for name in names)]}


def _vod_file(payload: _Payload) -> dict[str, Any]:
    # Nested in the samples, flat in the table.
    vod = payload.TencentVod or payload
    file = _file(vod, vod.CacheFile) | {"file_id": vod.FileId, "url": vod.VideoUrl}
    return {"files": [file], "code": "", "message": payload.Errmsg}


def _file(message: _FileMessage, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "user_id": message.UserId,
        "track_type": message.TrackType,
        "media_id": message.MediaId,
        "begin_ms": message.StartTimeStamp,
        "end_ms": message.EndTimeStamp,
    }


_DATA_READERS: Mapping[int, Callable[[_Payload], dict[str, Any]]] = {
    304: _slice_uploaded,
    307: _slice_created,
    308: lambda payload: {"code": payload.Code, "message": payload.Message, "fault": "storage"},
    309: lambda payload: {"url": payload.Url},
    310: _transcoded,
    311: _vod_file,
}

FAMILY = Family(
    name="trtc",
    label="TRTC on-cloud recording",
    assurance=Assurance.STRONG,
    console="TRTC console: Application management > Callback configuration > recording callback",
)
PROVIDER = Provider(
    family=FAMILY, verify=verify, parse=parse, sign=sign, test_fields=("EventInfo.TaskId", "EventInfo.RoomId")
)
