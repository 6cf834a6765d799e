"""What a merge makes of which segments, and what it cannot have."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from recordings.files.names import write_stamp
from recordings.merge.media import Owner, Segment, Track
from recordings.merge.sections import Span, Stream, Used, by_section, choose, split

SHORTEST_GAP_MS = 1_000  # segments of one recorder follow each other within some milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to merge.

    Attributes:
        by_user: One file for each user instead of one for each section: the guide's -m 1.
        cut_pauses: Leave out what lies between the sections of a user: -s.
    """

    by_user: bool = False
    cut_pauses: bool = False
    stream: Stream = Stream.MAIN


@dataclass(frozen=True, slots=True)
class Input:
    """A segment and where it begins in the output, in milliseconds."""

    used: Used
    offset_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One file to make: pictures and sounds by their beginning. Without a picture it is an .m4a."""

    name: str
    begin_ms: int
    duration_ms: int
    pictures: tuple[Input, ...]
    sounds: tuple[Input, ...]


class Lack(StrEnum):
    """Why something is missing."""

    SEGMENT_ABSENT = "segment_absent"  # a playlist names it and it is not there, or empty
    PLAYLIST_EMPTY = "playlist_empty"  # it names no segment
    PLAYLIST_OPEN = "playlist_open"  # it was never closed, so its end may be missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something that should be there. Times are of a segment: Unix milliseconds, and its length."""

    name: str
    reason: Lack
    begin_ms: int | None = None
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch for which a track has nothing: it was not sent, or its segments are absent."""

    media_id: str
    track_type: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPlan:
    """What becomes of one owner's tracks.

    Attributes:
        unused: Playlists that the choice of the stream leaves out altogether.
    """

    owner: Owner
    sections: tuple[Span, ...]
    outputs: tuple[Output, ...]
    gaps: tuple[Gap, ...]
    missing: tuple[Missing, ...]
    unused: tuple[str, ...]


def plan_merge(tracks: Iterable[Track], options: Options) -> tuple[UserPlan, ...]:
    """Return the plan for every owner, in a stable order.

    Parts that were written before and after failovers make one timeline; different tasks, rooms and users do not.
    """
    by_owner = defaultdict(list)
    for track in tracks:
        by_owner[track.owner].append(track)
    owners = sorted(by_owner, key=lambda o: (o.folder, o.sdk_app_id, o.room_id, o.room_id_type, o.user_id or ""))
    taken: set[str] = set()
    return tuple(_plan_owner(owner, by_owner[owner], options, taken) for owner in owners)


def _plan_owner(owner: Owner, tracks: Sequence[Track], options: Options, taken: set[str]) -> UserPlan:
    pictures, sounds = choose(tracks, options.stream)
    together = sorted(pictures + sounds, key=lambda used: used.segment.begin_ms)
    sections = tuple(split(used.segment for used in together))
    parts = [
        (section, _place(seen, section.begin_ms), _place(heard, section.begin_ms))
        for section, seen, heard in zip(
            sections, by_section(pictures, sections), by_section(sounds, sections), strict=True
        )
    ]
    if options.by_user and parts:
        parts = [_join(parts, cut_pauses=options.cut_pauses)]
    names = {used.track.name for used in together}
    left_out = [
        track.name for track in tracks if track.name not in names and any(one.is_present for one in track.segments)
    ]
    return UserPlan(
        owner=owner,
        sections=sections,
        outputs=tuple(_output(owner, *part, taken=taken) for part in parts),
        gaps=tuple(_list_gaps(tracks)),
        missing=tuple(_list_missing(tracks)),
        unused=tuple(sorted(left_out)),
    )


# A stretch of time, and what is seen and heard in it.
_Part = tuple[Span, list[Input], list[Input]]


def _place(used: list[Used], begin_ms: int) -> list[Input]:
    return [Input(one, one.segment.begin_ms - begin_ms) for one in used]


def _join(parts: Sequence[_Part], *, cut_pauses: bool) -> _Part:
    """Return all sections as one; its length is in its span."""
    first = parts[0][0]
    pictures: list[Input] = []
    sounds: list[Input] = []
    length_ms = 0
    for section, seen, heard in parts:
        at_ms = length_ms if cut_pauses else section.begin_ms - first.begin_ms
        pictures += [Input(one.used, one.offset_ms + at_ms) for one in seen]
        sounds += [Input(one.used, one.offset_ms + at_ms) for one in heard]
        length_ms = at_ms + section.end_ms - section.begin_ms
    return Span(first.begin_ms, first.begin_ms + length_ms), pictures, sounds


def _output(owner: Owner, span: Span, pictures: list[Input], sounds: list[Input], *, taken: set[str]) -> Output:
    ending = "_av.mp4" if pictures else ".m4a"
    stem = f"{owner.label}_{write_stamp(span.begin_ms)}"
    name, number = stem + ending, 1
    while name in taken:  # one user in two tasks at once
        number += 1
        name = f"{stem}_{number}{ending}"
    taken.add(name)
    return Output(
        name=name,
        begin_ms=span.begin_ms,
        duration_ms=span.end_ms - span.begin_ms,
        pictures=tuple(pictures),
        sounds=tuple(sounds),
    )


def _list_gaps(tracks: Sequence[Track]) -> Iterator[Gap]:
    lines: defaultdict[tuple[str, str], list[Segment]] = defaultdict(list)
    for track in tracks:
        lines[track.media_id, track.track_type] += [segment for segment in track.segments if segment.is_present]
    for (media_id, track_type), segments in sorted(lines.items()):
        end_ms = None
        for segment in sorted(segments, key=lambda one: one.begin_ms):
            if end_ms is not None and segment.begin_ms - end_ms > SHORTEST_GAP_MS:
                yield Gap(media_id=media_id, track_type=track_type, span=Span(end_ms, segment.begin_ms))
            end_ms = segment.end_ms if end_ms is None else max(end_ms, segment.end_ms)


def _list_missing(tracks: Sequence[Track]) -> Iterator[Missing]:
    latest = {(track.media_id, track.track_type): 0 for track in tracks}
    for track in tracks:
        kind = (track.media_id, track.track_type)
        latest[kind] = max(latest[kind], track.recovery)
    for track in sorted(tracks, key=lambda one: one.name):
        for segment in track.segments:
            if not segment.is_present:
                yield Missing(
                    name=segment.name,
                    reason=Lack.SEGMENT_ABSENT,
                    begin_ms=segment.begin_ms,
                    duration_ms=segment.duration_ms,
                )
        if not track.segments:
            yield Missing(name=track.name, reason=Lack.PLAYLIST_EMPTY)
        # A machine that failed closes nothing; the one that took over does.
        elif not track.has_ended and track.recovery == latest[track.media_id, track.track_type]:
            yield Missing(name=track.name, reason=Lack.PLAYLIST_OPEN)
