"""Callback bodies of CSS's live recording.

Source: https://www.tencentcloud.com/document/product/267/38081 (100), 267/58590 (332), 267/68622 (341)
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.clock import wall_ms
from sandbox.family import STAMP_SECONDS, Body

FILE = 100
STATUS = 332
EXCEPTION = 341

Format = Literal["flv", "hls", "mp4", "aac", "mp3"]
FORMAT_NUMBERS: dict[Format, int] = {"flv": 1, "hls": 2, "mp4": 3, "aac": 4, "mp3": 5}  # file_format of record_detail
RULE, API = 1, 5  # start_model
CREDENTIAL_SECONDS = 24 * 3600
BYTES_PER_MS = 250
TEMPLATE_ID = "1001"


@dataclass(frozen=True, kw_only=True)
class Session:
    """What the bodies of one recording have in common.

    Attributes:
        session_id: Decimal; about half of them do not fit into a signed 64-bit integer.
        task_id: As CreateRecordTask returned it; None for a recording by template.
        stream_param: The query of the push address; the vendor keeps it back for tasks of the API, hence None.
    """

    appid: int
    domain: str
    app_name: str
    stream_id: str
    session_id: str
    task_id: str | None
    stream_param: str | None


@dataclass(frozen=True, kw_only=True)
class File:
    """One file, times in Unix milliseconds."""

    file_format: Format
    start_ms: int
    end_ms: int


def make_stream_param() -> str:
    """Return make-believe push credentials, which a receiver must not show to anybody."""
    until = wall_ms() // 1000 + CREDENTIAL_SECONDS
    return f"txSecret={secrets.token_hex(16)}&txTime={until:X}&from=sandbox"


def build_file(session: Session, file: File) -> Body:
    """Return event 100: a file is in storage."""
    file_id = str(10**18 + secrets.randbelow(8 * 10**18))
    suffix = "m3u8" if file.file_format == "hls" else file.file_format
    host = f"http://{session.appid}.vod2.myqcloud.com"
    extra = {"video_codec": "h264", "resolution": "1280x720", "session_id": session.session_id}
    body: Body = {
        "event_type": FILE,
        "appid": session.appid,
        "app": session.domain,
        "appname": session.app_name,
        "stream_id": session.stream_id,
        "channel_id": session.stream_id,
        "file_id": file_id,
        "record_file_id": file_id,
        "record_temp_id": "" if session.task_id else TEMPLATE_ID,
        "file_format": file.file_format,
        "task_id": session.task_id or session.session_id,
        "start_time": file.start_ms // 1000,
        "end_time": file.end_ms // 1000,
        "start_time_usec": file.start_ms % 1000 * 1000,
        "end_time_usec": file.end_ms % 1000 * 1000,
        "duration": round((file.end_ms - file.start_ms) / 1000),
        "file_size": (file.end_ms - file.start_ms) * BYTES_PER_MS,
        "video_url": f"{host}/{secrets.token_hex(8)}/{file_id}/f0.{suffix}",
        "media_start_time": secrets.randbelow(10**6),
        "record_bps": 0,
        "callback_ext": json.dumps(extra, separators=(",", ":")),
        "video_id": f"{session.appid}_{secrets.token_hex(16)}",
        **_expiry(),
    }
    if session.stream_param:
        body["stream_param"] = session.stream_param
    return body


def build_status(session: Session, record_event: str, *, seq: int, file_format: Format) -> Body:
    """Return event 332: what happened to the recording."""
    detail = {
        "file_format": FORMAT_NUMBERS[file_format],
        "record_bps": 0,
        "start_model": API if session.task_id else RULE,
        "record_content": 1,
        "source_type": 1,
        "codec_temp_id": 0,
    }
    body: Body = {
        "appid": session.appid,
        "appname": session.app_name,
        "domain": session.domain,
        "event_time": wall_ms() // 1000,
        "event_type": STATUS,
        "record_event": record_event,
        "record_detail": json.dumps(detail, separators=(",", ":")),
        "seq": str(seq),
        "session_id": session.session_id,
        "stream_id": session.stream_id,
        **_expiry(),
    }
    if session.task_id:
        body["task_id"] = session.task_id
    return body


def build_exception(session: Session, *, level: str, exception: dict[str, Any]) -> Body:
    """Return event 341: a diagnosis, upon which the recorder itself does nothing."""
    return {
        "interface": "general_callback",
        "event_type": EXCEPTION,
        "domain": session.domain,
        "path": session.app_name,
        "appid": session.appid,
        "stream_id": session.stream_id,
        "session_id": session.session_id,
        "file_format": "ts",
        "timestamp": wall_ms() // 1000,
        "exception_level": level,
        "exception": exception,
        **_expiry(),
    }


def _expiry() -> dict[str, int]:
    return {"t": wall_ms() // 1000 + STAMP_SECONDS}
