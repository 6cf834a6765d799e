"""Which files a task should bring, by name, before any event tells of one."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from recordings.files.names import FileName, RoomIdType, build_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a request says about its files' names.

    Attributes:
        task_id: The vendor's; empty for bare names.
        prefix: Folders above the task's.
        outputs: Of hls, mp4, aac and vod.
        stream_type: audio_video, audio or video.
        av_merge: Picture and sound of a user go into one HLS stream.
        vod_formats: Extensions of what is committed to VOD: of mp4, m3u8 and aac.
        record_id: UserDefineRecordId, of VOD.
    """

    sdk_app_id: int
    room_id: str
    room_id_type: RoomIdType
    task_id: str = ""
    prefix: tuple[str, ...] = ()
    mixed: bool
    outputs: Collection[str]
    stream_type: str = "audio_video"
    av_merge: bool = False
    vod_formats: Collection[str] = ("mp4",)
    record_id: str = ""


def expected_names(request: Request, *, streams: Collection[tuple[str, str]] = ()) -> list[str]:
    """Return the names that every playlist, MP4, AAC and VOD file of a task should have, unsplit and without failover.

    Segments have the moments of their beginning in their names, so they cannot be told beforehand.

    Args:
        streams: Whom the task records, as (plain user id, main or aux). A picture of all needs none.

    Source: naming of recording files, https://trtc.io/document/45169. How AvMerge is named is in no document:
    `audio_video` is what callbacks call such a track.
    """
    base = FileName(
        sdk_app_id=request.sdk_app_id,
        room_id=request.room_id,
        room_id_type=request.room_id_type,
        extension="m3u8",
        prefix=request.prefix,
        task_id=request.task_id,
    )
    owners = [base] if request.mixed else [replace(base, user_id=user, media_id=media) for user, media in streams]
    return [build_name(name) for owner in owners for name in _files_of(owner, request)]


def _files_of(owner: FileName, request: Request) -> Iterator[FileName]:
    if "hls" in request.outputs:
        for track in [""] if request.mixed else _tracks(request):
            yield replace(owner, track_type=track)
    yield from (replace(owner, extension=kind) for kind in ("mp4", "aac") if kind in request.outputs)
    if "vod" in request.outputs:
        # VOD has no folders.
        vod = replace(owner, prefix=(), task_id="", record_id=request.record_id)
        yield from (replace(vod, extension=extension) for extension in request.vod_formats)


def _tracks(request: Request) -> list[str]:
    if request.stream_type != "audio_video":
        return [request.stream_type]
    return ["audio_video"] if request.av_merge else ["audio", "video"]
