"""Tracks without media, for plans."""

from collections.abc import Sequence

from recordings.merge.media import Owner, Segment, Track

ALICE = Owner(folder="T.", sdk_app_id=1400123456, room_id="12345", room_id_type="integer", user_id="alice")
BEGIN_MS = 1_768_908_637_408
STAMP = "20260120113037408"


def track(
    *times: tuple[float, float],
    owner: Owner = ALICE,
    media_id: str = "main",
    track_type: str = "audio",
    recovery: int = 0,
    absent: Sequence[int] = (),
    has_ended: bool = True,
) -> Track:
    """Return a track whose segments last *from* and *to* seconds after the beginning."""
    stem = f"{owner.folder}/ha{recovery}_{owner.user_id}_{media_id}_{track_type}"
    return Track(
        name=f"{stem}.m3u8",
        owner=owner,
        media_id=media_id,
        track_type=track_type,
        recovery=recovery,
        segments=tuple(
            Segment(
                f"{stem}_{number}.ts", BEGIN_MS + round(begin * 1000), round((end - begin) * 1000), number not in absent
            )
            for number, (begin, end) in enumerate(times)
        ),
        has_ended=has_ended,
    )
