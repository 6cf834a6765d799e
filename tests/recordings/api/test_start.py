"""POST /recordings: the answer, and what is true behind it."""

import re
from typing import Any

import psycopg
import pytest
from django.db import connection
from rest_framework.test import APIClient

from recordings.ids import robot_name
from recordings.models import Recording
from recordings.policy import current_policy
from recordings.states.policy import backoff_seconds
from tests.conftest import Clock
from tests.recordings.steps import RECORDINGS, carry_on, kinds, let_lease_expire, reread, seconds_to_next, start
from tests.vendor import CREATE, Call, Fields, Killed, Reply, Vendor, killed, refusal, timed_out, unreachable, was_reset

POSTPONED: dict[str, Reply] = {
    "throttled": refusal("RequestLimitExceeded"),
    "quota": refusal("FailedOperation.RestrictedConcurrency"),
    "internal error": refusal("InternalError.CRInternalError"),
    "unreachable": unreachable(),
    "timed out": timed_out(),
    "reset": was_reset(),
    "unknown code": refusal("SomethingNew"),
    "no task id": {"TaskId": ""},
}


def test_an_accepted_start_answers_with_its_task(api: APIClient, vendor: Vendor, body: Fields) -> None:
    answer = api.post(RECORDINGS, body)

    assert answer.status_code == 201
    assert answer.json()["task_id"] == "task-1"
    assert answer.json()["state"] == "starting"
    assert answer["Location"] == f"{RECORDINGS}/{answer.json()['id']}"
    assert answer["ETag"] == f'"{answer.json()["version"]}"'


def test_an_accepted_start_is_no_claim_that_it_records(api: APIClient, vendor: Vendor, body: Fields) -> None:
    shown = api.post(RECORDINGS, body).json()

    assert (shown["started_at"], shown["media"], shown["verified"]) == (None, None, None)
    assert shown["deadline_at"] is not None
    assert shown["next_check_at"] is not None


def test_the_robot_is_named_after_the_recording(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = start(api, body)

    (asked,) = vendor.asked(CREATE)
    assert asked["UserId"] == recording.robot_user_id == robot_name(recording.uuid)
    assert re.fullmatch(r"rec_[a-z0-9]{25}", recording.robot_user_id)


@pytest.mark.parametrize("reply", POSTPONED.values(), ids=POSTPONED.keys())
def test_a_start_that_the_vendor_could_not_take_yet_is_accepted(
    reply: Reply, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    vendor.will(CREATE, reply)

    answer = api.post(RECORDINGS, body)

    assert answer.status_code == 202
    assert answer.json()["state"] in ("queued", "starting")
    assert answer.json()["task_id"] is None


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        (POSTPONED["throttled"], "queued"),
        (POSTPONED["quota"], "queued"),
        (POSTPONED["timed out"], "starting"),
        (POSTPONED["reset"], "starting"),
    ],
)
def test_only_what_never_reached_a_recorder_goes_back_to_the_queue(
    reply: Reply, state: str, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    vendor.will(CREATE, reply)

    assert start(api, body).state == state


FAILED = [name for name in POSTPONED if name not in ("throttled", "quota")]
# After these the vendor may still be acting: nobody tries again before it must have ended.
UNCLEAR = ("timed out", "reset", "unknown code", "no task id")


@pytest.mark.parametrize("name", FAILED)
def test_tries_are_up_to_3_then_6_then_12_seconds_apart(
    name: str, api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    vendor.will(CREATE, *[POSTPONED[name]] * 3)
    recording = start(api, body)

    for number in (1, 2, 3):
        wait = seconds_to_next(recording, clock)
        least = current_policy().vendor_timeout_seconds if name in UNCLEAR else 0
        longest = max(backoff_seconds(number), least)
        assert max(backoff_seconds(number) / 2, least) - 0.5 < wait <= longest + 0.1
        assert len(vendor.asked(CREATE)) == number
        clock.forward(wait + 0.01)
        recording = carry_on(recording)

    assert recording.task_id == "task-1"
    assert (recording.vendor_code, recording.vendor_message) == ("", "")


def test_a_retry_has_the_same_robot(api: APIClient, vendor: Vendor, body: Fields, clock: Clock) -> None:
    vendor.will(CREATE, timed_out(), refusal("InternalError"))
    recording = start(api, body)
    for _ in range(2):
        clock.forward(10)
        recording = carry_on(recording)

    assert {asked["UserId"] for asked in vendor.asked(CREATE)} == {recording.robot_user_id}
    assert len(vendor.asked(CREATE)) == 3


def test_no_try_comes_before_its_time(api: APIClient, vendor: Vendor, body: Fields) -> None:
    vendor.will(CREATE, refusal("InternalError"))

    carry_on(start(api, body))

    assert len(vendor.asked(CREATE)) == 1


@pytest.mark.parametrize(
    ("code", "fault", "reason"),
    [
        ("InvalidParameter.OutOfRange", "caller", "invalid_request"),
        ("UnsupportedOperation", "operator", "refused"),
    ],
)
def test_a_refusal_is_told_in_the_vendors_words(
    code: str, fault: str, reason: str, *, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    vendor.will(CREATE, refusal(code, "no such luck"))

    answer = api.post(RECORDINGS, body)

    told = answer.json()
    assert answer.status_code == 422
    assert told["errors"][0]["code"] == "vendor_refused"
    assert told["vendor"] == {"code": code, "message": "no such luck", "request_id": "request-1"}
    assert told["fault"] == fault
    recording = reread(told["recording"])
    assert (recording.state, recording.reason, recording.next_check_at) == ("failed", reason, None)


def test_respond_async_leaves_the_vendor_to_a_worker(api: APIClient, vendor: Vendor, body: Fields) -> None:
    answer = api.post(RECORDINGS, body, headers={"Prefer": "respond-async"})

    assert (answer.status_code, answer.json()["state"], vendor.calls) == (202, "queued", [])
    assert carry_on(reread(answer.json()["id"])).task_id == "task-1"


@pytest.mark.django_db(transaction=True)
def test_the_intent_is_committed_and_nothing_is_open_during_the_call(
    api: APIClient, vendor: Vendor, body: Fields
) -> None:
    seen: list[Any] = []

    def look_around(call: Call) -> Reply:
        settings, pid = connection.get_connection_params(), connection.connection.info.backend_pid
        known = {name: settings[name] for name in ("host", "port", "user", "dbname") if settings.get(name)}
        with psycopg.connect(**known) as other:
            seen.append(other.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone())
            seen.append(other.execute("SELECT state, robot_user_id FROM recordings_recording").fetchone())
            seen.append(other.execute("SELECT kind FROM recordings_factrow ORDER BY id").fetchall())
        seen.append(call.body["UserId"])
        return {"TaskId": "task-9"}

    vendor.will(CREATE, look_around)
    assert start(api, body).task_id == "task-9"

    activity, row, facts, robot = seen
    assert activity == ("idle",)
    assert row == ("starting", robot)
    assert facts == [("requested",), ("create_sent",)]


def test_a_process_killed_in_the_call_is_taken_over_after_its_lease(
    api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    vendor.will(CREATE, killed)
    with pytest.raises(Killed):
        api.post(RECORDINGS, body)
    recording = Recording.objects.get()
    assert kinds(recording) == ["requested", "create_sent"]

    clock.forward(8 + 3 + 1)  # the vendor may act for 8 s; then the first back-off
    assert carry_on(recording).task_id == ""
    let_lease_expire(recording)
    assert carry_on(recording).task_id == "task-1"
