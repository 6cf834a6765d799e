"""What recorded playlists say."""

import pytest

from recordings.files.names import FileName, parse_name
from recordings.files.playlist import NoPlaylist
from recordings.merge.media import Track
from recordings.merge.playlists import read_track

STEM = "1400123456_12345__UserId_s_MTY4NjExOQ..__UserId_e_main_video"


def read(text: str, *, there: bool = True) -> Track:
    name = parse_name(f"T./{STEM}.m3u8")
    assert isinstance(name, FileName)
    return read_track(text, name=name, path=f"T./{STEM}.m3u8", is_there=lambda _file: there)


def test_the_guides_own_sample_is_read() -> None:
    """Its EXTINF has no comma, and its clock is not the one of its names."""
    track = read(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-ALLOW-CACHE:NO\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-TARGETDURATION:70\n"
        "#EXT-X-TRTC-START-REC-TIME:1622425551884\n#EXT-X-TRTC-VIDEO-METADATA:WIDTH:1920 HEIGHT:1080\n"
        f"#EXTINF:12.074\n{STEM}_20330531094551825.ts\n#EXTINF:11.901\n{STEM}_20330531094603825.ts\n#EXT-X-ENDLIST\n"
    )

    assert (track.size, track.has_ended, track.owner.user_id, track.owner.folder) == (
        (1920, 1080),
        True,
        "1686119",
        "T.",
    )
    assert [(one.begin_ms, one.duration_ms) for one in track.segments] == [
        (2_001_145_551_825, 12_074),
        (2_001_145_563_825, 11_901),
    ]


def test_without_stamps_the_tags_tell_when_and_else_the_lengths() -> None:
    track = read(
        "#EXTM3U\n#EXT-X-TRTC-START-REC-TIME:1000\n#EXTINF:2,\na.ts\n"
        "#EXT-X-TRTC-FILE-ATTR:9000,188\n#EXTINF:2,\nb.ts\n#EXTINF:2,\nc.ts\n"
    )

    assert [one.begin_ms for one in track.segments] == [1000, 9000, 11_000]
    assert not track.has_ended


@pytest.mark.parametrize("uri", ["../../etc/x.ts", "/etc/x.ts", "https://elsewhere/x.ts?q=1", "x.ts"])
def test_segments_are_beside_their_playlist_wherever_it_points(uri: str) -> None:
    (segment,) = read(f"#EXTM3U\n#EXTINF:2,\n{uri}\n").segments

    assert segment.name == "T./x.ts"


@pytest.mark.parametrize(
    "text", ["", "\x00\x01", "<html>", *(f"#EXTM3U\n#EXTINF:{wrong},\na.ts\n" for wrong in ("x", "nan", "-1", "1e99"))]
)
def test_what_is_no_playlist_is_said_to_be_none(text: str) -> None:
    with pytest.raises(NoPlaylist):
        read(text)


def test_a_playlist_that_was_cut_off_keeps_its_whole_segments() -> None:
    assert len(read("#EXTM3U\n#EXTINF:2,\na.ts\n#EXTINF:2,").segments) == 1
