"""The checker by itself: sound evidence passes, and each way of being wrong is named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.crash.checker import violations
from tests.crash.evidence import Evidence, KnownFact, Row

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def row(**values: Any) -> Row:
    sound: dict[str, Any] = {
        "id": "r1", "origin": "api", "state": "recording", "reason": "", "task_id": "t1", "robot": "rec_1",
        "slot": "integer:1:main", "created_at": NOW, "ended_at": None, "is_past_deadline": False,
    }  # fmt: skip
    return Row(**sound | values)


def task(task_id: str, robot: str = "rec_1", *, runs: bool = True) -> dict[str, Any]:
    return {"task_id": task_id, "robot_user_id": robot, "is_in_room": runs}


def create(task_id: str, robot: str = "rec_1") -> dict[str, Any]:
    entry = {"kind": "api", "action": "CreateCloudRecording", "is_done": True, "task_id": task_id}
    return entry | {"params": {"UserId": robot}}


def fact(number: int, kind: str, task_id: str = "", *, after: float = 0, **data: Any) -> KnownFact:
    return KnownFact(number, kind, task_id, NOW + timedelta(seconds=after), data)


SOUND = Evidence(
    vendor_tasks=[task("t1")],
    vendor_entries=[create("t1")],
    recordings=[row()],
    facts={"r1": [fact(1, "create_sent", attempt=1), fact(2, "create_accepted", "t1", attempt=1)]},
)
REPEATED = [fact(1, "create_sent", attempt=1), fact(3, "create_sent", after=9, attempt=2)]


def test_sound_evidence_breaks_nothing() -> None:
    assert violations(SOUND) == {}


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"recordings": [row(state="completed", reason="stopped")]}, {"orphan"}),
        ({"recordings": [row(state="completed")]}, {"orphan", "no reason"}),
        ({"recordings": [row(task_id="t2")]}, {"orphan", "record of a dead task"}),
        ({"vendor_tasks": [task("t1", runs=False)]}, {"record of a dead task"}),
        ({"vendor_tasks": [task("t1"), task("t2")]}, {"orphan", "two robots"}),
        ({"vendor_entries": [create("t1"), create("t2")]}, {"duplicate create"}),
        ({"vendor_entries": [create("t1"), create("t2", "rec_2")]}, {"duplicate create"}),
        ({"recordings": [row(is_past_deadline=True)]}, {"overdue"}),
        ({"recordings": [row(), row(id="r2", robot="rec_2", task_id="", state="queued")]}, {"slot shared"}),
        ({"recordings": [row(), row(id="r2", origin="callback", robot="rec_2", slot="")]}, {"taken for foreign"}),
        ({"recordings": [row(), row(id="r2", robot="rec_2", task_id="", state="lost")]}, {"no reason"}),
        ({"differences": "1 recordings, 1 different."}, {"row differs from ledger"}),
        ({"facts": {"r1": [*SOUND.facts["r1"], fact(3, "stop_requested")]}}, {"stop ignored"}),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], broken: set[str]) -> None:
    assert violations(replace(SOUND, **changes)).keys() == broken


@pytest.mark.parametrize(
    ("between", "is_duplicate"),
    [
        ([], False),  # nobody answered, for longer than a call takes
        ([fact(2, "create_unknown", after=1, attempt=1)], False),
        ([fact(2, "create_postponed", after=1, attempt=1)], False),
        ([fact(2, "create_accepted", "t1", after=1, attempt=1)], True),
        ([fact(2, "recorder_started", "t1", after=1)], True),  # a callback told of the task
        ([fact(2, "recorder_left", "t1", after=1, reason="robot_id_conflict")], False),
    ],
)
def test_a_create_is_repeated_only_after_an_unknown_outcome(between: list[KnownFact], is_duplicate: bool) -> None:
    facts = {"r1": [REPEATED[0], *between, REPEATED[1]]}
    found = violations(replace(SOUND, facts=facts, vendor_entries=[create("t1"), create("t2")]))

    assert ("duplicate create" in found) == is_duplicate


def test_a_create_that_may_be_under_way_is_not_repeated() -> None:
    facts = {"r1": [REPEATED[0], replace(REPEATED[1], received_at=NOW + timedelta(seconds=2))]}

    assert "duplicate create" in violations(replace(SOUND, facts=facts))
