"""Playlists as the vendor writes them, and as anybody may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.files.playlist import NoPlaylist, read_playlist
from recordings.storage.playlist import check_playlist
from tests.recordings.storage.cloud import BEGAN_MS, write_playlist

STEM = "1400000001_1234__UserId_s_YWxpY2U.__UserId_e_main_audio"


def test_a_playlist_is_read_with_its_tags() -> None:
    text, names = write_playlist(STEM, segments=3, seconds=8.788)

    read = read_playlist(text)
    told = check_playlist(read, sizes=dict.fromkeys(names, 188))

    assert (read.is_ended, [piece.name for piece in read.pieces]) == (True, names)
    assert (told["begin_ms"], told["duration_ms"], told["user_id"]) == (BEGAN_MS, 26_364, "alice")
    assert told["end_ms"] == BEGAN_MS + 26_364
    assert (told["missing"], told["gaps"], told["size"]) == (0, [], 3 * 188)


def test_without_attributes_the_names_tell_the_times() -> None:
    text, names = write_playlist(STEM, gap_after=0)
    bare = "\n".join(line for line in text.splitlines() if "TRTC" not in line)

    told = check_playlist(read_playlist(bare), sizes=dict.fromkeys(names, 1))

    assert told["begin_ms"] == BEGAN_MS
    assert told["gaps"] == [{"at_ms": BEGAN_MS + 10_000, "length_ms": 20_000}]


def test_one_that_is_still_written_has_no_end() -> None:
    assert read_playlist(write_playlist(STEM, ended=False)[0]).is_ended is False


def test_a_segment_of_no_bytes_is_missing() -> None:
    text, names = write_playlist(STEM)

    assert check_playlist(read_playlist(text), sizes=dict.fromkeys(names, 0))["missing"] == 3


NOT_A_LENGTH = [f"#EXTM3U\n#EXTINF:{seconds},\na.ts" for seconds in ("nan", "inf", "-1", "1e300")]


@pytest.mark.parametrize("text", ["", "<html>", "MZ\0\0", "#EXTINF:1,\na.ts", *NOT_A_LENGTH])
def test_what_is_no_playlist_is_none(text: str) -> None:
    with pytest.raises(NoPlaylist):
        read_playlist(text)


NONSENSE = [
    *(
        "#EXTINF:",
        "#EXTINF:x,",
        "#EXT-X-TRTC-FILE-ATTR:",
        "#EXT-X-TRTC-START-REC-TIME:²",
        "#EXT-X-ENDLIST",
        "a.ts",
        "\0",
    ),
    *("#EXT-X-BYTERANGE:x", "#EXT-X-KEY:", "#EXT-X-MAP:", "#EXT-X-PROGRAM-DATE-TIME:never", "#EXT-X-STREAM-INF:"),
    "#EXT-X-VERSION:x",
]


@given(st.lists(st.sampled_from(NONSENSE)))
def test_nonsense_is_read_or_refused_and_nothing_else(lines: list[str]) -> None:
    try:
        read = read_playlist("\n".join(["#EXTM3U", *lines]))
    except NoPlaylist:
        return
    check_playlist(read, sizes={})
