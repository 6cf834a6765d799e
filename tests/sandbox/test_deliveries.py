"""How each family's callbacks are retried, and what the knobs do to them."""

import itertools

import pytest

from tests.sandbox.driver import Params, wait_until
from tests.sandbox.player import FAMILIES, Player, event_type_of, is_signed, stamp_of

by_family = pytest.mark.parametrize("family", FAMILIES)

FIRST: dict[str, int | str] = {"tiw": "OnlineRecordStarted", "gme": 1, "css": 332}
LAST: dict[str, int | str] = {"tiw": "OnlineRecordFinished", "gme": 3, "css": 100}
# How many attempts there are, the vendor seconds between them, and which gaps have that length.
SCHEDULES = {"tiw": (7, 10, slice(1, None)), "gme": (7, 10, slice(1, None)), "css": (13, 60, slice(None))}


def first_outcome(player: Player, task_id: str) -> Params:
    wait_until(lambda: bool(player.outcomes(task_id)))
    return player.outcomes(task_id)[0]


@by_family
def test_a_refused_callback_is_retried_as_the_family_does(player: Player, family: str) -> None:
    attempts, seconds, regular = SCHEDULES[family]
    player.receiver.status = 500
    with player.sandbox.at_speed(500):
        entry = first_outcome(player, player.record(family))

    assert (entry["outcome"], entry["reason"], len(entry["attempts"])) == ("dropped", "too old", attempts)
    times = [attempt["at_ms"] for attempt in entry["attempts"]]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert all(gap >= seconds * 1000 / 500 - 2 for gap in gaps[regular])
    assert all(is_signed(family, callback) for callback in player.receiver.callbacks)


@by_family
def test_a_callback_is_taken_at_last(player: Player, family: str) -> None:
    player.receiver.statuses = [503, 301]
    with player.sandbox.at_speed(500):
        entry = first_outcome(player, player.record(family))

    assert entry["outcome"] == "delivered"
    assert [attempt["status"] for attempt in entry["attempts"]] == [503, 301, 200]


def test_css_waits_longer_than_the_others(player: Player) -> None:
    player.receiver.holds = [5.3] * len(FAMILIES)
    tasks = {family: player.begin(family)["task_id"] for family in FAMILIES}
    first = {family: first_outcome(player, task_id)["attempts"][0] for family, task_id in tasks.items()}
    assert first["css"]["status"] == 200
    assert [first[family]["error"] for family in ("tiw", "gme")] == ["timeout", "timeout"]


@pytest.mark.parametrize("is_stale", [False, True])
def test_a_retry_has_a_stamp_of_its_own(player: Player, is_stale: bool) -> None:
    if is_stale:
        player.app.break_with({"kind": "stale_stamp"})
    player.receiver.status = 500
    for family in FAMILIES:
        player.begin(family)
    attempts = {"tiw": 7, "gme": 7, "css": 2}  # so many take more than a second
    wait_until(lambda: len(player.receiver.callbacks) == sum(attempts.values()))

    for family, count in attempts.items():
        sent = [callback for callback in player.receiver.callbacks if event_type_of(callback) == FIRST[family]]
        assert len(sent) == count
        assert (stamp_of(family, sent[0]) == stamp_of(family, sent[-1])) == is_stale
        assert (sent[0].body == sent[-1].body) == is_stale
        assert all(is_signed(family, callback) for callback in sent)


@by_family
def test_a_stamp_can_be_old_from_the_beginning(player: Player, family: str) -> None:
    player.app.break_with({"kind": "stale_stamp", "age_seconds": 3600, "event_types": [FIRST[family]], "times": 1})
    player.play(family)

    stamps = sorted(stamp_of(family, callback) for callback in player.receiver.callbacks)
    assert stamps[1] - stamps[0] >= 3599
    assert all(is_signed(family, callback) for callback in player.receiver.callbacks)


@by_family
def test_callbacks_are_dropped_by_type(player: Player, family: str) -> None:
    player.app.break_with({"kind": "drop_callbacks", "event_types": [FIRST[family], 302]})
    task_id = player.play(family)

    assert LAST[family] in player.received()
    assert FIRST[family] not in player.received()
    dropped = [entry for entry in player.outcomes(task_id) if entry["outcome"] == "dropped"]
    assert {(entry["event_type"], entry["reason"]) for entry in dropped} == {(FIRST[family], "fault")}


@by_family
def test_callbacks_are_duplicated(player: Player, family: str) -> None:
    player.app.break_with({"kind": "duplicate_callbacks", "copies": 2, "event_types": [LAST[family]]})
    player.play(family)

    wait_until(lambda: player.received().count(LAST[family]) == 3)
    events = player.app.entries("event")
    assert len(player.received()) == len(events) + 2


@by_family
def test_callbacks_are_delayed(player: Player, family: str) -> None:
    player.app.break_with({"kind": "delay_callbacks", "seconds": 25, "event_types": [FIRST[family]], "times": 1})
    task_id = player.record(family)

    entry = first_outcome(player, task_id)
    assert entry["attempts"][0]["at_ms"] - player.events(task_id)[0]["at_ms"] >= 499  # 25 s, 50 times as fast


@by_family
def test_callbacks_are_reordered(player: Player, family: str) -> None:
    player.app.break_with({"kind": "reorder_callbacks", "window": 20})
    tasks = [player.begin(family, start_seconds=0)["task_id"] for _ in range(8)]
    wait_until(lambda: len(player.app.entries("callback")) == 8)

    begun = [entry["task_id"] for entry in player.app.entries("event")]
    arrived = [entry["task_id"] for entry in player.app.entries("callback")]
    assert sorted(begun) == sorted(arrived) == sorted(tasks)
    assert arrived != begun


@by_family
def test_first_attempts_are_lost(player: Player, family: str) -> None:
    player.app.break_with({"kind": "drop_first_attempt", "times": 1})
    with player.sandbox.at_speed(500):
        entry = first_outcome(player, player.record(family))

    assert [attempt["status"] for attempt in entry["attempts"]] == [None, 200]
    assert len(player.receiver.callbacks) == 1


@by_family
def test_a_knob_for_one_family_spares_the_others(player: Player, family: str) -> None:
    player.app.break_with({"kind": "drop_callbacks", "family": family})
    for other in FAMILIES:
        player.play(other)

    outcomes = {entry["family"]: entry["outcome"] for entry in player.app.entries("callback")}
    assert outcomes == {**dict.fromkeys(FAMILIES, "delivered"), family: "dropped"}
    assert {entry["family"] for entry in player.app.entries("fault")} == {family}


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_callbacks", "family": "sms"},
        {"kind": "drop_callbacks", "event_types": [None]},
        {"kind": "drift", "variants": [["status"]]},
        {"kind": "stale_stamp", "age_seconds": -1},
        {"kind": "hang", "family": "tiw"},
    ],
)
def test_a_misspelt_knob_is_refused(player: Player, fault: Params) -> None:
    path = f"/apps/{player.app.sdk_app_id}/faults"

    assert player.sandbox.control("PUT", path, {"faults": [fault]}, status=400)["error"]
