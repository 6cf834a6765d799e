"""CSS (Cloud Streaming Services) live recording callbacks.

Signature:   https://cloud.tencent.com/document/product/267/32744
Files:       https://cloud.tencent.com/document/product/267/47026 (event_type 100)
Status:      https://cloud.tencent.com/document/product/267/102192 (332)
Diagnostics: https://cloud.tencent.com/document/product/267/117052 (341)
Delivery:    20 s to answer; retried 12 times, a minute apart.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import ValidationError

from applications.families import Assurance, Family
from callbacks.providers import md5_stamp
from callbacks.providers.base import Malformed, Proof, Provider, ProviderEvent, Terms
from callbacks.providers.css_shapes import Diagnosis, Envelope, Extension, File, Other, RecordDetail, Recording, Status
from callbacks.providers.fields import from_ms
from callbacks.providers.shapes import Shape, known, malformed_in, name_in, natural_key, words_of
from callbacks.providers.strict_json import NotStrictJson, read_object
from recordings.states.facts import FactKind

SIGN, STAMP = "sign", "t"
# stream_param is the query of the push address, with its credentials.
SECRETS = frozenset({SIGN, "stream_param"})

# record_event of 332: the fact it tells. Others are kept and move nothing.
RECORD_EVENTS: Mapping[str, FactKind] = {
    "record_start_succeeded": FactKind.RECORDER_STARTED,
    "record_start_failed": FactKind.RECORDER_FAILED,
    "record_paused": FactKind.PAUSED,
    "record_resumed": FactKind.RESUMED,
    "record_error": FactKind.RECORDER_ERROR,
    "record_ended": FactKind.RECORDER_LEFT,
}
# The numbers of record_detail in 332.
STARTED_BY: Mapping[int | None, str] = {1: "template", 5: "api"}
CONTENTS: Mapping[int | None, str] = {1: "origin", 2: "watermark", 3: "transcoded"}
SOURCES: Mapping[int | None, str] = {1: "live", 2: "pull_relay"}


def verify(headers: Mapping[str, str], body: bytes, terms: Terms) -> Proof:
    """Check sign, hex(MD5(key, t)), against each key, then t.

    Raises:
        SignatureRejected: No key matches; or one does and the stamp is over (StampExpired).
    """
    return md5_stamp.verify_stamp(body, terms=terms, sign_field=SIGN, stamp_field=STAMP)


def sign(body: Mapping[str, Any], key: str, now: datetime) -> tuple[Mapping[str, str], bytes]:
    """Return headers and body as CSS sends them: fields by name, stamped for ten minutes."""
    stamped = md5_stamp.add_stamp(body, key=key, now=now, sign_field=SIGN, stamp_field=STAMP)
    return {}, json.dumps(stamped, sort_keys=True, separators=(",", ":")).encode()


_Inner = TypeVar("_Inner", bound=Shape)


def parse(headers: Mapping[str, str], body: bytes) -> ProviderEvent:
    """Read one callback body. Events that are not of a recording are kept, whatever they are like.

    Raises:
        Malformed: Not strict JSON, or not the shape of a CSS callback.
    """
    with malformed_in("css"):
        raw = read_object(body)
        return _READERS.get(Envelope.model_validate(raw).event_type, _read_other)(raw)


def _read_file(raw: Mapping[str, Any]) -> ProviderEvent:
    shape = File.model_validate(raw)
    extension = _read_inner(shape.callback_ext, Extension) or Extension()
    session = shape.session_id or extension.session_id
    file_id = shape.record_file_id or shape.file_id
    if not file_id and not shape.video_url:
        raise Malformed("css: 100 names no file")
    details = _details(
        shape,
        session,
        template_id=shape.record_temp_id,
        record_bps=shape.record_bps or None,  # 0 for a stream recorded as it came
        video_codec=extension.video_codec,
        resolution=extension.resolution,
    )
    return _event(
        shape,
        task_id=_task_id(shape, session),
        identity=[file_id or shape.video_url],
        occurred_at=_ended_at(shape),
        kind=FactKind.FILE_READY,
        data={"files": [_file(shape, file_id)], "details": details},
    )


def _ended_at(shape: File) -> datetime:
    seconds = shape.end_time or shape.start_time or shape.t
    if not seconds:
        raise Malformed("css: the event has no time")
    return from_ms(seconds * 1000) + timedelta(microseconds=shape.end_time_usec if shape.end_time else 0)


def _file(shape: File, file_id: str) -> dict[str, Any]:
    seconds = shape.duration
    if seconds is None and 0 < shape.start_time <= shape.end_time:
        seconds = shape.end_time - shape.start_time  # seldom the same: pauses count here
    begin_ms = shape.start_time * 1000 + shape.start_time_usec // 1000
    end_ms = shape.end_time * 1000 + shape.end_time_usec // 1000
    return {
        "name": name_in(shape.video_url) or file_id,
        "file_id": file_id,
        "url": shape.video_url,
        "size": shape.file_size,
        "duration_ms": None if seconds is None else seconds * 1000,
        "begin_ms": begin_ms if shape.start_time else None,
        "end_ms": end_ms if shape.end_time else None,
        "format": shape.file_format.lower(),
    }


def _read_status(raw: Mapping[str, Any]) -> ProviderEvent:
    shape = Status.model_validate(raw)
    kind, task_id = RECORD_EVENTS.get(shape.record_event), _task_id(shape, shape.session_id)
    data: dict[str, Any] = {"details": _details(shape, shape.session_id, **_recorder_details(shape.record_detail))}
    if kind in (FactKind.RECORDER_FAILED, FactKind.RECORDER_ERROR):
        data |= {"code": shape.record_event, "message": ""}  # no field gives a cause
    return _event(
        shape,
        task_id=task_id,
        # Whether seq also orders is in no document.
        identity=[task_id, *([shape.seq] if shape.seq else [shape.record_event, shape.event_time])],
        occurred_at=from_ms(shape.event_time * 1000),
        kind=kind,
        data=data if kind else {},
    )


def _recorder_details(told: Any) -> dict[str, Any]:
    detail = _read_inner(told, RecordDetail)
    if detail is None:
        return {"record_detail": told[:1024]} if isinstance(told, str) else {}
    return {
        "started_by": STARTED_BY.get(detail.start_model),
        "content": CONTENTS.get(detail.record_content),
        "source": SOURCES.get(detail.source_type),
    }


def _read_diagnosis(raw: Mapping[str, Any]) -> ProviderEvent:
    shape = Diagnosis.model_validate(raw)
    told, task_id = shape.exception, _task_id(shape, shape.session_id)
    return _event(
        shape,
        task_id=task_id,
        identity=[task_id, shape.timestamp, told.type, shape.exception_level],
        occurred_at=from_ms(shape.timestamp * 1000),
        kind=FactKind.DIAGNOSED,
        data={
            "code": str(told.type),
            "message": told.desc,
            "level": shape.exception_level,
            "occurs": told.occurs,
            "details": _details(shape, shape.session_id),
        },
    )


def _read_other(raw: Mapping[str, Any]) -> ProviderEvent:
    shape = Other.model_validate(raw)
    seconds = shape.event_time or shape.timestamp or shape.create_time or shape.t
    if not seconds:
        raise Malformed("css: the event has no time")
    return ProviderEvent(
        event_type=str(shape.event_type),
        natural_key=natural_key([words_of(raw, sending={STAMP}, secrets=SECRETS)]),
        occurred_at=from_ms(seconds * 1000),
        claimed_application=None if shape.appid is None else str(shape.appid),
        room_id=shape.stream_id or "",
    )


_READERS: Mapping[int, Callable[[Mapping[str, Any]], ProviderEvent]] = {
    100: _read_file,
    332: _read_status,
    341: _read_diagnosis,
}


def _event(
    shape: Recording,
    *,
    task_id: str,
    identity: list[Any],
    occurred_at: datetime,
    kind: FactKind | None,
    data: Mapping[str, Any],
) -> ProviderEvent:
    return ProviderEvent(
        event_type=str(shape.event_type),
        natural_key=natural_key([shape.event_type, str(shape.appid), *identity]),
        occurred_at=occurred_at,
        claimed_application=str(shape.appid),
        task_id=task_id,
        room_id=shape.stream_id,
        kind=kind,
        data=data,
    )


def _task_id(shape: Recording, session: str) -> str:
    """Return what tells one run of the recorder from the next: an API task runs once for every push."""
    if session or shape.task_id:
        return session or shape.task_id
    start_time = getattr(shape, "start_time", 0)
    made = f"{shape.domain}/{shape.app_name}/{shape.stream_id}@{start_time}"
    if not shape.stream_id or not start_time or len(made) > 255:
        raise Malformed("css: neither session_id nor task_id")
    return made


def _details(shape: Recording, session: str, **more: Any) -> dict[str, Any]:
    return known(
        {
            "domain": shape.domain,
            "app_name": shape.app_name,
            "stream_id": shape.stream_id,
            # A template's task has the session's number here.
            "api_task_id": shape.task_id if shape.task_id != session else "",
            **more,
        }
    )


def _read_inner(told: Any, shape: type[_Inner]) -> _Inner | None:
    """Return the object that a field holds as a string of JSON; None if it cannot be read, which harms nothing."""
    text = told if isinstance(told, str) else json.dumps(told)
    for attempt in (text, text.replace('\\"', '"')):  # a sample's quotes are escaped twice
        try:
            return shape.model_validate(read_object(attempt.encode()))
        except (NotStrictJson, ValidationError):
            continue
    return None


FAMILY = Family(
    name="css",
    label="CSS live recording",
    assurance=Assurance.WEAK,
    app_id_name="appid",
    has_own_app_id=True,
    quiet_seconds=2400,
    console="CSS console: the callback template bound to the push domain",
)
PROVIDER = Provider(family=FAMILY, verify=verify, parse=parse, sign=sign, secrets=SECRETS, test_fields=("stream_id",))
