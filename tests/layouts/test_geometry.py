"""Who gets which window."""

from typing import Any

import pytest

from layouts.geometry import Canvas, Participant, Window, arrange, list_vacant
from layouts.parameters import MixLayoutParams
from tests.layouts.rooms import room

CANVAS = Canvas(1000, 800)
ALICE, BOB, CAROL = Participant("alice"), Participant("bob"), Participant("carol")
SCREEN = Participant("alice", "aux")


def show(people: list[Participant], mode: str, **fields: Any) -> list[tuple[str, str, str]]:
    layout = MixLayoutParams.model_validate({"mix_layout_mode": mode, **fields})
    windows = arrange(layout, participants=people, canvas=CANVAS)
    return [(window.user_id, window.media_id, window.role) for window in windows]


def vacant(people: list[Participant], mode: str, **fields: Any) -> list[tuple[str, str]]:
    layout = MixLayoutParams.model_validate({"mix_layout_mode": mode, **fields})
    return [(window.user_id, window.media_id) for window in list_vacant(layout, participants=people, canvas=CANVAS)]


def test_floating_shows_the_first_to_enter_large() -> None:
    assert show([BOB, ALICE], "floating") == [("bob", "main", "large"), ("alice", "main", "small")]


def test_a_named_user_is_large_and_the_others_keep_their_order() -> None:
    shown = show([ALICE, BOB, CAROL], "floating", max_resolution_user_id="bob")

    assert shown == [("bob", "main", "large"), ("alice", "main", "small"), ("carol", "main", "small")]


def test_of_two_streams_the_named_one_is_large_and_the_other_small() -> None:
    shown = show([ALICE, SCREEN], "screen_share", max_resolution_user_id="alice", media_id="aux")

    assert shown == [("alice", "aux", "large"), ("alice", "main", "small")]


def test_a_named_user_without_the_named_stream_is_small() -> None:
    fields = {"max_resolution_user_id": "alice", "media_id": "aux"}

    assert show([ALICE], "screen_share", **fields) == [("alice", "main", "small")]
    assert vacant([ALICE], "screen_share", **fields) == [("alice", "aux")]


def test_screen_share_with_nobody_named_keeps_the_large_place_for_nobody() -> None:
    assert show([ALICE, BOB], "screen_share") == [("alice", "main", "small"), ("bob", "main", "small")]
    assert vacant([ALICE, BOB], "screen_share") == [("", "main")]


def test_a_large_user_who_came_late_has_the_place_all_the_same() -> None:
    shown = show(room(30), "screen_share", max_resolution_user_id="user30")

    assert shown[0] == ("user30", "main", "large")
    assert [name for name, _, _ in shown[1:]] == [person.user_id for person in room(24)]


@pytest.mark.parametrize("mode", ["grid", "floating", "screen_share"])
def test_who_only_speaks_can_be_left_out(mode: str) -> None:
    people = [Participant("radio", audio_only=True), ALICE]

    assert len(show(people, mode)) == 2
    assert [name for name, _, _ in show(people, mode, pure_audio_disable_layout=True)] == ["alice"]


def test_a_named_large_user_who_only_speaks_leaves_the_place_empty() -> None:
    people = [Participant("radio", audio_only=True), ALICE]
    fields = {"max_resolution_user_id": "radio", "pure_audio_disable_layout": True}

    assert show(people, "floating", **fields) == [("alice", "main", "small")]
    assert vacant(people, "floating", **fields) == [("radio", "main")]


def test_small_windows_lie_above_the_large_one() -> None:
    layout = MixLayoutParams(mix_layout_mode="floating")
    large, *small = arrange(layout, participants=room(5), canvas=CANVAS)

    assert large.layer < min(window.layer for window in small)


def test_two_columns_fill_from_the_large_window_outwards_then_the_row_below() -> None:
    layout = MixLayoutParams(mix_layout_mode="screen_share")
    windows = arrange(layout, participants=room(24), canvas=CANVAS)

    assert [window.left for window in windows[:16]] == [800] * 8 + [900] * 8
    assert [window.top for window in windows[:8]] == list(range(0, 800, 100))
    assert [(window.left, window.top) for window in windows[16:]] == [(left, 700) for left in range(0, 800, 100)]


def test_right_mirrors_everything() -> None:
    people = room(24)
    left = arrange(MixLayoutParams(mix_layout_mode="screen_share"), participants=people, canvas=CANVAS)
    mirrored = MixLayoutParams(mix_layout_mode="screen_share", max_resolution_user_align="right")
    right = arrange(mirrored, participants=people, canvas=CANVAS)

    assert [CANVAS.width - window.left - window.width for window in right] == [window.left for window in left]


def entry(left: int, **fields: Any) -> dict[str, Any]:
    return {"left": left, "top": 0, "width": 100, "height": 100, **fields}


def test_custom_windows_wait_for_their_user_and_the_rest_fill_by_entry() -> None:
    windows = [entry(0), entry(100, user_id="carol"), entry(200, user_id="absent"), entry(300)]

    shown = show([ALICE, BOB, CAROL], "custom", mix_layout_list=windows)

    assert [name for name, _, _ in shown] == ["alice", "carol", "bob"]
    assert vacant([ALICE, BOB, CAROL], "custom", mix_layout_list=windows) == [("absent", "main")]


def test_custom_tells_streams_apart() -> None:
    windows = [entry(0, user_id="alice", media_id="aux"), entry(100)]

    assert show([ALICE, SCREEN], "custom", mix_layout_list=windows) == [
        ("alice", "aux", "custom"),
        ("alice", "main", "custom"),
    ]


def test_nobody_has_two_custom_windows() -> None:
    windows = [entry(0, user_id="alice"), entry(100, user_id="alice"), entry(200)]

    assert show([ALICE], "custom", mix_layout_list=windows) == [("alice", "main", "custom")]


def test_custom_windows_are_taken_as_they_are() -> None:
    layout = MixLayoutParams.model_validate({"mix_layout_mode": "custom", "mix_layout_list": [
        {"left": 1, "top": 3, "width": 5, "height": 7, "image_layer": 9},
    ]})  # fmt: skip

    assert arrange(layout, participants=[ALICE], canvas=CANVAS, align=2) == (
        Window(1, 3, 5, 7, 9, "alice", "main", "custom"),
    )


@pytest.mark.parametrize("size", [(0, 10), (10, -1), (1921, 1), (1, 1921), (1920, 1081), (1500, 1500)])
def test_a_canvas_keeps_the_vendors_limits(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="canvas"):
        Canvas(*size)
