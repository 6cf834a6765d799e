"""Names that a task should bring, told before any event."""

import pytest

from recordings.files.expected import Request, expected_names


def request(**changed: object) -> Request:
    fields: dict[str, object] = {
        "sdk_app_id": 1400123456,
        "room_id": "12345",
        "room_id_type": "integer",
        "task_id": "T.",
        "prefix": ("a", "b"),
        "mixed": False,
        "outputs": {"hls"},
    }
    return Request(**(fields | changed))  # type: ignore[arg-type]  # the fields of each case


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({}, ["a/b/T./1400123456_12345__UserId_s_5byg5LiJ__UserId_e_main_audio.m3u8", "…_main_video.m3u8"]),
        ({"stream_type": "audio"}, ["a/b/T./1400123456_12345__UserId_s_5byg5LiJ__UserId_e_main_audio.m3u8"]),
        ({"av_merge": True}, ["a/b/T./1400123456_12345__UserId_s_5byg5LiJ__UserId_e_main_audio_video.m3u8"]),
        ({"outputs": {"mp4"}}, ["a/b/T./1400123456_12345__UserId_s_5byg5LiJ__UserId_e_main.mp4"]),
        (
            {"outputs": {"hls", "aac"}, "stream_type": "audio", "task_id": "", "prefix": ()},
            ["1400123456_12345__UserId_s_5byg5LiJ__UserId_e_main_audio.m3u8", "…_main.aac"],
        ),
        (
            {"outputs": {"vod"}, "record_id": "lesson"},
            ["lesson__UserDefine_u_1400123456_12345__UserId_s_5byg5LiJ__UserId_e_main.mp4"],
        ),
        (
            {"mixed": True, "outputs": {"hls", "mp4"}, "room_id": "room_366", "room_id_type": "string"},
            ["a/b/T./1400123456_cm9vbV8zNjY..m3u8", "a/b/T./1400123456_cm9vbV8zNjY..mp4"],
        ),
    ],
)
def test_names_follow_from_the_request(changed: dict[str, object], names: list[str]) -> None:
    stem = names[0].split("_main")[0]

    assert expected_names(request(**changed), streams=[("张三", "main")]) == [name.replace("…", stem) for name in names]


def test_every_stream_of_every_user_has_its_names() -> None:
    found = expected_names(request(), streams=[("a", "main"), ("a", "aux"), ("b", "main")])

    assert len(set(found)) == 6


def test_nobody_known_is_nothing_expected() -> None:
    assert expected_names(request()) == []
