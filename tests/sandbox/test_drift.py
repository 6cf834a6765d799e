"""Bodies of each family as other versions of them have been seen."""

import json
from collections.abc import Callable

import pytest

from tests.sandbox.driver import Params
from tests.sandbox.player import FAMILIES, Player, is_signed

START, END = "OnlineRecordStarted", "OnlineRecordFinished"

# Lives that together hold everything that some variant changes.
LIVES: dict[str, list[Params]] = {
    "tiw": [{"ends_after_seconds": 1}],
    "gme": [{"mode": "both"}],
    "css": [{}, {"api_task": True}],
}

# What is true of no body until the variant has been at work: family, variant, event type, claim.
CLAIMS: list[tuple[str, str, int | str, Callable[[Params], bool]]] = [
    ("tiw", "numbers_as_strings", START, lambda body: body["EventData"]["RoomId"] == "880528"),
    ("tiw", "strings_as_numbers", END, lambda body: body["EventData"]["GroupId"] == 880528),
    ("tiw", "force_stop", END, lambda body: body["EventData"]["FinishReason"] == "FORCE_STOP"),
    ("tiw", "video_sizes", END, lambda body: all("Width" in video for video in body["EventData"]["VideoInfos"])),
    ("tiw", "blank_optional", END, lambda body: body["EventData"]["OmittedDurations"] is None),
    ("tiw", "omit_optional", END, lambda body: "ExceptionCnt" not in body["EventData"]),
    ("tiw", "unknown_field", START, lambda body: "NewField" in body["EventData"]),
    ("gme", "mixed_user", 1, lambda body: (body["RecordMode"], body["UserID"]) == (1, "999")),
    ("gme", "numbers_as_strings", 2, lambda body: isinstance(body["TaskID"], str)),
    ("gme", "strings_as_numbers", 3, lambda body: body["RoomID"] == 100),
    ("gme", "event_type", 1, lambda body: body["EventType"] == "1"),
    ("gme", "blank_optional", 1, lambda body: body["UserID"] == ""),
    ("gme", "omit_optional", 2, lambda body: "RecordMode" not in body),
    ("gme", "unknown_field", 3, lambda body: "NewField" in body["Detail"]),
    ("css", "cos_storage", 100, lambda body: body["file_id"] == body["record_file_id"] and "cos." in body["video_url"]),
    ("css", "task_id_is_session", 332, lambda body: body.get("task_id") == body["session_id"]),
    ("css", "no_callback_ext", 100, lambda body: "callback_ext" not in body),
    ("css", "shape_of_2018", 100, lambda body: "appname" not in body),
    ("css", "upper_case_format", 100, lambda body: body["file_format"] == "FLV"),
    ("css", "escaped_detail", 332, lambda body: body["record_detail"].startswith('{\\"')),
    ("css", "numbers_as_strings", 100, lambda body: isinstance(body["file_size"], str)),
    ("css", "strings_as_numbers", 332, lambda body: isinstance(body["session_id"], int)),
    ("css", "blank_optional", 100, lambda body: body.get("stream_param") == ""),
    ("css", "omit_optional", 100, lambda body: "channel_id" not in body),
    ("css", "unknown_field", 332, lambda body: "new_field" in body),
    ("css", "event_type", 100, lambda body: body["event_type"] == "100"),
]


def play_lives(player: Player, family: str) -> None:
    for options in LIVES[family]:
        task_id = player.begin(family, **options)["task_id"]
        if "ends_after_seconds" not in options:
            player.wait_for_state(family, task_id, "recording")
            player.ask(family, task_id, "stop")
        player.wait_for_end(family, task_id)


@pytest.mark.parametrize(("family", "variant", "event_type", "claim"), CLAIMS)
def test_each_variant_changes_what_it_says(
    player: Player, family: str, variant: str, event_type: int | str, claim: Callable[[Params], bool]
) -> None:
    player.app.break_with({"kind": "drift", "variants": [variant]})
    play_lives(player, family)

    happened = [entry["payload"] for entry in player.app.entries("event") if entry["event_type"] == event_type]
    sent = [entry["body"] for entry in player.app.entries("callback") if entry["event_type"] == event_type]
    assert not any(map(claim, happened))
    assert any(map(claim, sent))
    assert all(is_signed(family, callback) for callback in player.receiver.callbacks)


def test_there_is_a_claim_for_every_variant(player: Player) -> None:
    variants = player.sandbox.control("GET", "/faults")["variants"]

    claimed = {(family, variant) for family, variant, _, _ in CLAIMS}
    assert claimed == {(family, variant) for family in FAMILIES for variant in variants[family]}


def test_numbers_become_strings_down_to_the_stamp(player: Player) -> None:
    player.app.break_with({"kind": "drift", "variants": ["numbers_as_strings"]})
    for family in FAMILIES:
        play_lives(player, family)

    numbers = {number for callback in player.receiver.callbacks for number in numbers_in(callback.json)}
    assert numbers == {1, 2, 3, 100, 332}  # event types alone


def numbers_in(value: object) -> list[int]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [number for item in inner for number in numbers_in(item)]
    return [value] if isinstance(value, int) else []


def test_a_task_of_css_may_be_named_by_its_session(player: Player) -> None:
    player.app.break_with({"kind": "drift", "variants": ["task_id_is_session"]})
    play_lives(player, "css")

    for entry in player.app.entries("callback"):
        body = entry["body"]
        session_id = body.get("session_id") or json.loads(body["callback_ext"])["session_id"]
        assert body["task_id"] == session_id


def test_all_variants_go_together(player: Player) -> None:
    player.app.break_with({"kind": "drift"})
    for family in FAMILIES:
        play_lives(player, family)

    entries = player.app.entries("callback")
    assert {entry["outcome"] for entry in entries} == {"delivered"}
    assert not [entry for entry in entries if "NewField" not in entry["body"] and "new_field" not in entry["body"]]
