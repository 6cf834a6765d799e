"""The shapes of CSS callback bodies; css.py says what they mean and where they are documented."""

from typing import Annotated, Any

from pydantic import AliasChoices, Field, WrapValidator

from callbacks.providers.fields import Address, Count, Identifier, Integer, Prose, SmallInteger, UnixSeconds
from callbacks.providers.shapes import Shape, or_none

Microseconds = Annotated[SmallInteger, Field(lt=10**6)]  # the fraction of a second


class Envelope(Shape):
    event_type: SmallInteger
    appid: Count | None = None


class Other(Envelope):
    """Stream, screenshot and moderation events, and what may come: whatever can be read of them."""

    stream_id: Annotated[Identifier | None, WrapValidator(or_none)] = None
    event_time: Annotated[UnixSeconds | None, WrapValidator(or_none)] = None
    timestamp: Annotated[UnixSeconds | None, WrapValidator(or_none)] = None
    create_time: Annotated[UnixSeconds | None, WrapValidator(or_none)] = None
    t: UnixSeconds | None = None


class Recording(Envelope):
    appid: Count
    # 100 and the older events say app and appname, 332 domain, 341 domain and path.
    domain: Identifier = Field("", validation_alias=AliasChoices("domain", "app"))
    app_name: Identifier = Field("", validation_alias=AliasChoices("appname", "path"))
    stream_id: Identifier = ""
    session_id: Identifier = ""
    task_id: Identifier = ""


class File(Recording):
    file_id: Identifier = ""
    record_file_id: Identifier = ""
    record_temp_id: Identifier = ""
    file_format: Identifier = ""
    start_time: UnixSeconds = 0
    end_time: UnixSeconds = 0
    start_time_usec: Microseconds = 0
    end_time_usec: Microseconds = 0
    duration: SmallInteger | None = None
    file_size: Count | None = None
    video_url: Address = ""
    record_bps: SmallInteger | None = None
    callback_ext: Any = None
    t: UnixSeconds | None = None


class Extension(Shape):
    video_codec: Identifier = ""
    resolution: Identifier = ""
    session_id: Identifier = ""


class Status(Recording):
    # One table's misprint is taken too.
    record_event: Identifier = Field(validation_alias=AliasChoices("record_event", "recordevent"))
    record_detail: Any = None
    event_time: UnixSeconds
    seq: Identifier = ""


class RecordDetail(Shape):
    start_model: SmallInteger | None = None
    record_content: SmallInteger | None = None
    source_type: SmallInteger | None = None


class Anomaly(Shape):
    type: Integer
    occurs: SmallInteger | None = None
    desc: Prose = ""


class Diagnosis(Recording):
    timestamp: UnixSeconds
    exception_level: Identifier = ""
    exception: Anomaly
