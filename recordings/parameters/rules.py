"""Rules between the fields of a request, each a generator of the problems it finds.

Source: https://trtc.io/document/45169, https://trtc.io/document/46960, https://trtc.io/document/36760.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from django.utils.translation import gettext as _

from layouts.problems import Problem
from recordings.parameters.recording import RecordingParameters
from recordings.parameters.storage import StorageKind, VodMediaType
from recordings.parameters.transcode import MOST_PIXELS

LARGEST_ROOM_NUMBER = 4_294_967_294
LONGEST_ROOM_NAME_BYTES = 64
# The 89 characters of the client SDKs' enterRoom.
ROOM_NAME = re.compile(r"[A-Za-z0-9 !#$%&()+\-:;<=.>?@\[\]^_{}|~,]+")
ROOM_NUMBER = re.compile(r"[1-9][0-9]{0,9}")

AAC_FORMATS = ("aac", "hls_aac")


def room_id_fits_its_type(parameters: RecordingParameters) -> Iterator[Problem]:
    room_id = parameters.room_id
    if parameters.room_id_type == "integer":
        if not ROOM_NUMBER.fullmatch(room_id) or int(room_id) > LARGEST_ROOM_NUMBER:
            detail = _("An integer room is a number from 1 to 4294967294, with no zero before it.")
            yield Problem(attr="room_id", code="room_id", detail=detail)
    elif len(room_id) > LONGEST_ROOM_NAME_BYTES or not ROOM_NAME.fullmatch(room_id):
        detail = _("A string room has 1 to 64 letters, digits, spaces or !#$%&()+-:;<=.>?@[]^_{}|~,")
        yield Problem(attr="room_id", code="room_id", detail=detail)


def mix_params_only_when_mixed(parameters: RecordingParameters) -> Iterator[Problem]:
    if parameters.record_params.record_mode == "mixed":
        return
    for field in ("mix_transcode_params", "mix_layout_params"):
        if getattr(parameters, field) is not None:
            yield Problem(attr=field, code="mixed_only", detail=_("Only a mixed recording takes this."))


def av_merge_only_when_single(parameters: RecordingParameters) -> Iterator[Problem]:
    record = parameters.record_params
    if record.record_mode == "mixed" and record.av_merge:
        detail = _("Only a single-stream recording takes this; a mixed one is always merged.")
        yield Problem(attr="record_params.av_merge", code="single_only", detail=detail)


def no_aac_without_sound(parameters: RecordingParameters) -> Iterator[Problem]:
    record = parameters.record_params
    if record.stream_type == "video_only" and record.output_format in AAC_FORMATS:
        detail = _("Without sound there is nothing to put into aac.")
        yield Problem(attr="record_params.output_format", code="needs_audio", detail=detail)


def audio_allowed_or_blocked(parameters: RecordingParameters) -> Iterator[Problem]:
    lists = parameters.record_params.subscribe_stream_user_ids
    if lists is not None and lists.subscribe_audio_user_ids and lists.un_subscribe_audio_user_ids:
        yield _both_lists("un_subscribe_audio_user_ids", "subscribe_audio_user_ids")


def video_allowed_or_blocked(parameters: RecordingParameters) -> Iterator[Problem]:
    lists = parameters.record_params.subscribe_stream_user_ids
    if lists is not None and lists.subscribe_video_user_ids and lists.un_subscribe_video_user_ids:
        yield _both_lists("un_subscribe_video_user_ids", "subscribe_video_user_ids")


def _both_lists(field: str, other: str) -> Problem:
    detail = _("Cannot be combined with %(other)s.") % {"other": other}
    attr = f"record_params.subscribe_stream_user_ids.{field}"
    return Problem(attr=attr, code="allow_and_block", detail=detail)


def canvas_is_not_too_large(parameters: RecordingParameters) -> Iterator[Problem]:
    transcode = parameters.mix_transcode_params
    if transcode is None or transcode.video_params is None:
        return
    if transcode.video_params.width * transcode.video_params.height > MOST_PIXELS:
        detail = _("Width times height is at most 1920 x 1080 = 2073600 pixels.")
        yield Problem(attr="mix_transcode_params.video_params.height", code="max_pixels", detail=detail)


START_RULES: Sequence[Callable[[RecordingParameters], Iterator[Problem]]] = (
    room_id_fits_its_type,
    mix_params_only_when_mixed,
    av_merge_only_when_single,
    no_aac_without_sound,
    audio_allowed_or_blocked,
    video_allowed_or_blocked,
    canvas_is_not_too_large,
)


class StorageRule(Protocol):
    """A rule that also asks where the files go."""

    def __call__(self, parameters: RecordingParameters, storage_kind: StorageKind) -> Iterator[Problem]: ...


def output_format_only_for_buckets(parameters: RecordingParameters, storage_kind: StorageKind) -> Iterator[Problem]:
    if storage_kind == "vod" and parameters.record_params.output_format is not None:
        detail = _("Only COS and S3 take this; for VOD use storage_params.tencent_vod.media_type.")
        yield Problem(attr="record_params.output_format", code="not_for_vod", detail=detail)


def prefix_only_for_buckets(parameters: RecordingParameters, storage_kind: StorageKind) -> Iterator[Problem]:
    storage = parameters.storage_params
    if storage is not None and storage_kind == "vod" and storage.file_name_prefix:
        detail = _("Only COS and S3 take this; for VOD use tencent_vod.user_define_record_id.")
        yield Problem(attr="storage_params.file_name_prefix", code="not_for_vod", detail=detail)


def vod_only_for_vod(parameters: RecordingParameters, storage_kind: StorageKind) -> Iterator[Problem]:
    storage = parameters.storage_params
    if storage is not None and storage_kind != "vod" and storage.tencent_vod is not None:
        detail = _("The storage profile is not VOD.")
        yield Problem(attr="storage_params.tencent_vod", code="vod_only", detail=detail)


STORAGE_RULES: Sequence[StorageRule] = (
    output_format_only_for_buckets,
    prefix_only_for_buckets,
    vod_only_for_vod,
)


def vod_aac_only_for_sound(
    parameters: RecordingParameters, profile_media_type: VodMediaType | None
) -> Iterator[Problem]:
    """Check the VOD file kind, whether the request or its storage profile chose it."""
    storage = parameters.storage_params
    vod = None if storage is None else storage.tencent_vod
    chosen = None if vod is None else vod.media_type
    if parameters.record_params.stream_type != "audio_only" and (chosen or profile_media_type) in AAC_FORMATS:
        yield Problem(
            attr="storage_params.tencent_vod.media_type",
            code="audio_only",
            detail=_("aac and hls_aac need stream_type audio_only."),
        )
