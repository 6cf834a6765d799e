"""Which segments a merge takes, and where it pauses.

Source: merging of single-stream files, https://trtc.io/document/45169.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from recordings.merge.media import Segment, Track

LONGEST_PAUSE_MS = 15_000  # so much without picture and sound is still one section


class Stream(StrEnum):
    """Which picture goes with a user's sound: the guide's -a."""

    MAIN = "main"  # 0: the main one; the substream is left out
    AUTO = "auto"  # 1: the main one while there is one, else the substream
    AUX = "aux"  # 2: the substream; the main one is left out


@dataclass(frozen=True, slots=True)
class Span:
    begin_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Used:
    """A segment that is merged, and the track that it is of."""

    segment: Segment
    track: Track


def choose(tracks: Sequence[Track], stream: Stream) -> tuple[list[Used], list[Used]]:
    """Return the pictures and the sounds that are merged, of what is present, each by its beginning.

    A user's voice is always heard. What the substream sounds of is heard while its picture is seen.
    """
    pictures = {aux: _line_up(t for t in tracks if t.has_picture and t.is_aux == aux) for aux in (False, True)}
    sounds = {aux: _line_up(t for t in tracks if t.has_sound and t.is_aux == aux) for aux in (False, True)}
    match stream:
        case Stream.MAIN:
            return pictures[False], sounds[False]
        case Stream.AUX:
            return pictures[True], _in_order(sounds[False] + sounds[True])
    seen = list(split(used.segment for used in pictures[False]))
    return (
        _in_order(pictures[False] + _outside(pictures[True], seen)),
        _in_order(sounds[False] + _outside(sounds[True], seen)),
    )


def split(segments: Iterable[Segment]) -> Iterator[Span]:
    """Yield the sections of segments that come by their beginning.

    A segment belongs to a section when it begins at most 15 seconds after the furthest end of what came before: one
    long segment may outlast several that began later.
    """
    begin_ms = end_ms = None
    for segment in segments:
        if begin_ms is not None and end_ms is not None and segment.begin_ms - end_ms > LONGEST_PAUSE_MS:
            yield Span(begin_ms, end_ms)
            begin_ms = end_ms = None
        begin_ms = segment.begin_ms if begin_ms is None else begin_ms
        end_ms = segment.end_ms if end_ms is None else max(end_ms, segment.end_ms)
    if begin_ms is not None and end_ms is not None:
        yield Span(begin_ms, end_ms)


def by_section(used: Sequence[Used], sections: Sequence[Span]) -> list[list[Used]]:
    """Return what is used in each section; *used* comes by its beginning, as the sections do."""
    found: list[list[Used]] = [[] for _ in sections]
    begins = [section.begin_ms for section in sections]
    for one in used:
        found[bisect_right(begins, one.segment.begin_ms) - 1].append(one)
    return found


def _line_up(tracks: Iterable[Track]) -> list[Used]:
    """Return one line of segments; what a failover recorded a second time is in it once."""
    present = [Used(segment, track) for track in tracks for segment in track.segments if segment.is_present]
    line: list[Used] = []
    end_ms = None
    for used in _in_order(present):
        if end_ms is None or used.segment.end_ms > end_ms:
            line.append(used)
            end_ms = used.segment.end_ms
    return line


def _in_order(used: list[Used]) -> list[Used]:
    return sorted(used, key=lambda one: (one.segment.begin_ms, one.track.recovery))


def _outside(used: list[Used], spans: list[Span]) -> list[Used]:
    """Return what overlaps none of the *spans*."""
    begins = [span.begin_ms for span in spans]

    def is_outside(segment: Segment) -> bool:
        # The last span that begins before the segment ends is the only one that may reach into it.
        at = bisect_right(begins, segment.end_ms - 1) - 1
        return at < 0 or spans[at].end_ms <= segment.begin_ms

    return [one for one in used if is_outside(one.segment)]
