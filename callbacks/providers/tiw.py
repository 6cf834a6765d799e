"""TIW (Interactive Whiteboard) real-time recording callbacks.

Signature: https://cloud.tencent.com/document/product/876/40257
Events:    https://cloud.tencent.com/document/product/876/40258
Files:     https://cloud.tencent.com/document/product/1137/40068
Delivery:  no timeout, retry or order is documented.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AliasChoices, Field, StringConstraints, WrapValidator

from applications.families import Assurance, Family
from callbacks.providers import md5_stamp
from callbacks.providers.base import UNDOCUMENTED_TYPES, Malformed, Proof, Provider, ProviderEvent, Terms
from callbacks.providers.fields import (
    LATEST_MS,
    Address,
    Count,
    Identifier,
    Prose,
    SmallInteger,
    UnixMs,
    UnixSeconds,
    from_ms,
)
from callbacks.providers.shapes import Shape, known, malformed_in, name_in, natural_key, or_none, words_of
from callbacks.providers.strict_json import read_object
from recordings.states.facts import FactKind
from recordings.states.vocabulary import Reason

SIGN, STAMP, SENT_AT = "Sign", "ExpireTime", "Timestamp"
SECRETS = frozenset({SIGN})

# EventType: the fact it tells. The others on this address (queue warnings, transcoding, whiteboard push, legacy
# recordings) are kept and move nothing.
FACTS: Mapping[str, FactKind] = {
    "OnlineRecordStarted": FactKind.RECORDER_STARTED,
    "OnlineRecordStopped": FactKind.RECORDER_LEFT,
    "OnlineRecordFinished": FactKind.FINISHED,
    "OnlineRecordLongPauseWarning": FactKind.PAUSED,
    "OnlineRecordLongPauseForceStopped": FactKind.EXIT_ANNOUNCED,
}
# FORCE_STOP is in the query API alone: https://cloud.tencent.com/document/product/1137/40067
FINISH_REASONS: Mapping[str, Reason] = {
    "AUTO": Reason.NO_PUBLISHER,
    "USER_CALL": Reason.STOPPED,
    "EXCEPTION": Reason.RECORDER_ERROR,
    "FORCE_STOP": Reason.FORCE_STOPPED,
}
# VideoType 4 is sound alone, of whomever.
MEDIA: Mapping[int | None, str] = {0: "main", 1: "aux", 2: "board", 3: "mix"}
TRACKS: Mapping[int | None, str] = {2: "video", 4: "audio"}


def verify(headers: Mapping[str, str], body: bytes, terms: Terms) -> Proof:
    """Check Sign, hex(MD5(key, ExpireTime)), against each key, then ExpireTime.

    Raises:
        SignatureRejected: No key matches; or one does and the stamp is over (StampExpired).
    """
    return md5_stamp.verify_stamp(body, terms=terms, sign_field=SIGN, stamp_field=STAMP)


def sign(body: Mapping[str, Any], key: str, now: datetime) -> tuple[Mapping[str, str], bytes]:
    """Return headers and body as TIW sends them: stamped for ten minutes."""
    sent = {**body, SENT_AT: int(now.timestamp())}
    stamped = md5_stamp.add_stamp(sent, key=key, now=now, sign_field=SIGN, stamp_field=STAMP)
    return {}, json.dumps(stamped, separators=(",", ":")).encode()


def _to_ms(moment: int) -> int:
    # The event's own PauseTime is in seconds, that of an omitted duration in milliseconds.
    return moment if moment >= 10**12 else moment * 1000


_Moment = Annotated[UnixMs, AfterValidator(_to_ms), Field(le=LATEST_MS)]


class _Omitted(Shape):
    VideoTime: Count | None = None
    PauseTime: _Moment | None = None
    ResumeTime: _Moment | None = None


class _VideoInfo(Shape):
    VideoId: Identifier = ""
    VideoUrl: Address = ""
    VideoType: SmallInteger | None = None
    VideoFormat: Identifier = ""
    VideoSize: Count | None = None
    VideoDuration: Count | None = None
    VideoPlayTime: Count | None = None
    UserId: Identifier = ""
    Width: SmallInteger | None = None
    Height: SmallInteger | None = None


class _Error(Shape):
    Code: Annotated[Identifier, StringConstraints(max_length=128)] = ""
    Message: Prose = ""


class _Ids(Shape):
    TaskId: Identifier = Field("", validation_alias=AliasChoices("TaskId", "TaskID"))
    RoomId: Identifier = Field("", validation_alias=AliasChoices("RoomId", "RoomID"))
    RecordUserId: Identifier = ""


class _Data(_Ids):
    """The fields of every recording event; each event has a few of them."""

    GroupId: Identifier = ""
    FinishReason: Identifier = ""
    RecordStartTime: _Moment | None = None
    RecordStopTime: _Moment | None = None
    TotalTime: Count | None = None  # milliseconds, whatever the English page says
    ExceptionCnt: Count | None = None
    OmittedDurations: list[_Omitted] = []
    VideoInfos: list[_VideoInfo] = []
    Error: _Error = Field(default_factory=_Error)
    PauseTime: _Moment | None = None
    EstimateStopTime: _Moment | None = None
    StopTime: _Moment | None = None


class _Envelope(Shape):
    EventType: Annotated[Identifier, StringConstraints(min_length=1, max_length=64)]
    SdkAppId: Count | None = None
    Timestamp: UnixSeconds | None = None
    ExpireTime: UnixSeconds | None = None

    @property
    def occurred_at(self) -> datetime:
        # Some events outside recording have no Timestamp.
        seconds = self.ExpireTime if self.Timestamp is None else self.Timestamp
        if seconds is None:
            raise Malformed("tiw: the event has no time")
        return from_ms(seconds * 1000)


class _Recording(_Envelope):
    SdkAppId: Count
    EventData: _Data


class _Other(_Envelope):
    EventData: Annotated[_Ids | None, WrapValidator(or_none)] = None


def parse(headers: Mapping[str, str], body: bytes) -> ProviderEvent:
    """Read one callback body. Events outside real-time recording are kept, whatever their EventData is like.

    Raises:
        Malformed: Not strict JSON, or not the shape of a TIW callback.
    """
    with malformed_in("tiw"):
        raw = read_object(body)
        kind = FACTS.get(_Envelope.model_validate(raw).EventType)
        if kind is None:
            return _read_other(raw)
        return _read_recording(_Recording.model_validate(raw), kind)


def _read_recording(shape: _Recording, kind: FactKind) -> ProviderEvent:
    told = shape.EventData
    if not told.TaskId:
        raise Malformed("tiw: EventData.TaskId is missing")
    identity: list[Any] = [str(shape.SdkAppId), told.TaskId, shape.EventType]
    if kind == FactKind.PAUSED:
        identity.append(told.PauseTime)  # the one that may come again, after a resume
    return ProviderEvent(
        event_type=shape.EventType,
        natural_key=natural_key(identity),
        occurred_at=shape.occurred_at,
        claimed_application=str(shape.SdkAppId),
        task_id=told.TaskId,
        room_id=told.RoomId,
        robot_user_id=told.RecordUserId,
        kind=kind,
        data=_DATA_READERS[kind](told) if kind in _DATA_READERS else {},
    )


def _read_other(raw: Mapping[str, Any]) -> ProviderEvent:
    shape = _Other.model_validate(raw)
    ids = shape.EventData or _Ids()
    return ProviderEvent(
        event_type=shape.EventType,
        natural_key=natural_key([words_of(raw, sending={STAMP, SENT_AT}, secrets=SECRETS)]),
        occurred_at=shape.occurred_at,
        claimed_application=None if shape.SdkAppId is None else str(shape.SdkAppId),
        task_id=ids.TaskId,
        room_id=ids.RoomId,
        robot_user_id=ids.RecordUserId,
    )


def _finished(told: _Data) -> dict[str, Any]:
    details = {
        "group_id": told.GroupId,
        "finish_reason": told.FinishReason,
        "exception_count": told.ExceptionCnt,
        "total_ms": told.TotalTime,
        "omitted_durations": [
            {"video_time_ms": omitted.VideoTime, "pause_ms": omitted.PauseTime, "resume_ms": omitted.ResumeTime}
            for omitted in told.OmittedDurations
        ],
    }
    return {
        "reason": FINISH_REASONS.get(told.FinishReason),
        "files": [_file(video) for video in told.VideoInfos],
        "code": told.Error.Code,
        # One page's sample ends with a line break, the other's with a backslash and an n.
        "message": " ".join(told.Error.Message.replace("\\n", " ").split()),
        "began_ms": told.RecordStartTime or None,  # 0 when it never started
        "ended_ms": told.RecordStopTime or None,
        "details": known(details),
    }


def _file(video: _VideoInfo) -> dict[str, Any]:
    return {
        "name": name_in(video.VideoUrl) or video.VideoId,
        "file_id": video.VideoId,
        "url": video.VideoUrl,
        "user_id": video.UserId,
        "size": video.VideoSize,
        "duration_ms": video.VideoDuration,
        "offset_ms": video.VideoPlayTime,
        "format": video.VideoFormat.lower(),
        "media_id": MEDIA.get(video.VideoType, ""),
        "track_type": TRACKS.get(video.VideoType, "audio_video"),
        **known({"width": video.Width, "height": video.Height}),
    }


def _paused(told: _Data) -> dict[str, Any]:
    # The pages disagree on how long a pause may be: 30 or 90 minutes. The event names the moment.
    return {"until_ms": told.EstimateStopTime, "details": known({"paused_at_ms": told.PauseTime})}


def _force_stopped(told: _Data) -> dict[str, Any]:
    details = known({"paused_at_ms": told.PauseTime, "stopped_at_ms": told.StopTime})
    return {"reason": Reason.PAUSED_TOO_LONG, "details": details}


_DATA_READERS: Mapping[FactKind, Callable[[_Data], dict[str, Any]]] = {
    FactKind.FINISHED: _finished,
    FactKind.PAUSED: _paused,
    FactKind.EXIT_ANNOUNCED: _force_stopped,
}

FAMILY = Family(
    name="tiw",
    label="TIW real-time recording",
    assurance=Assurance.WEAK,
    console="Interactive Whiteboard console: the application's callback settings for real-time recording",
)
PROVIDER = Provider(
    family=FAMILY,
    verify=verify,
    parse=parse,
    sign=sign,
    content_types=UNDOCUMENTED_TYPES,
    secrets=SECRETS,
    test_fields=("EventData.TaskId",),
)
