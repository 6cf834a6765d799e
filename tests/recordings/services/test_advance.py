"""The one step function: one driver at a time, and nothing lost when a driver is late or dies."""

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from recordings.gateway import get_gateway
from recordings.models import Recording, Task
from recordings.policy import current_policy
from recordings.services import calls
from recordings.services.advance import advance
from tests.conftest import Clock
from tests.recordings.steps import RECORDINGS, carry_on, kinds, let_lease_expire, reread, seconds_to_next, start
from tests.vendor import CREATE, DELETE, DESCRIBE, Call, Fields, Reply, Vendor, refusal, timed_out, was_reset


def accept_async(api: APIClient, body: Fields) -> Recording:
    """Store a wish that no driver has taken up."""
    return start(api, body, Prefer="respond-async")


@pytest.mark.django_db(transaction=True)
def test_of_two_drivers_at_once_one_calls(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = accept_async(api, body)
    barrier = threading.Barrier(4)

    def drive(_: int) -> None:
        barrier.wait()
        try:
            advance(recording.uuid, gateway=get_gateway())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(drive, range(4)))

    assert len(vendor.asked(CREATE)) == 1
    assert reread(recording).task_id == "task-1"


def test_a_lease_keeps_others_out(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = accept_async(api, body)

    def interrupt(call: Call) -> Reply:
        advance(recording.uuid, gateway=get_gateway())
        return {"TaskId": "task-9"}

    vendor.will(CREATE, interrupt)
    assert carry_on(recording).task_id == "task-9"
    assert len(vendor.asked(CREATE)) == 1


def test_a_lease_is_given_back(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = start(api, body)

    assert (recording.lease_token, recording.lease_until) == (None, None)


def test_an_expired_lease_is_taken_over(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = accept_async(api, body)
    Recording.objects.filter(pk=recording.pk).update(lease_token=recording.pk)
    let_lease_expire(recording)

    assert carry_on(recording).task_id == "task-1"


def test_the_late_answer_of_an_old_driver_is_kept_and_its_task_deleted(
    api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    recording = accept_async(api, body)

    def overtaken(call: Call) -> Reply:
        clock.forward(60)
        let_lease_expire(recording)
        carry_on(recording)  # the new driver, whose task is task-new
        return {"TaskId": "task-old"}

    vendor.will(CREATE, overtaken, {"TaskId": "task-new"})
    carry_on(recording)
    assert set(Task.objects.values_list("task_id", flat=True)) == {"task-old", "task-new"}

    recording = carry_on(recording)

    assert recording.task_id == "task-new"
    assert [asked["TaskId"] for asked in vendor.asked(DELETE)] == ["task-old"]


def test_an_old_driver_leaves_the_new_ones_lease_and_work_alone(
    api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    recording = accept_async(api, body)
    other = uuid.uuid4()

    def overtaken(call: Call) -> Reply:
        in_a_minute = clock() + timedelta(seconds=60)
        Recording.objects.filter(pk=recording.pk).update(lease_token=other, lease_until=in_a_minute)
        api.post(f"{RECORDINGS}/{recording.pk}/stop")
        return {"TaskId": "task-old"}

    vendor.will(CREATE, overtaken)
    recording = carry_on(recording)

    assert recording.lease_token == other
    assert recording.task_id == "task-old"  # what it learnt is kept
    assert vendor.asked(DELETE) == []  # what follows is the new driver's to do


def test_a_task_that_exists_already_is_ours_and_awaited(
    api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    vendor.will(CREATE, timed_out(), refusal("FailedOperation.TaskExist"))
    recording = start(api, body)
    for _ in range(5):
        clock.forward(20)
        recording = carry_on(recording)

    assert recording.state == "starting"
    assert len(vendor.asked(CREATE)) == 2
    assert recording.next_check_at is not None
    assert recording.deadline_at is not None
    assert recording.next_check_at <= recording.deadline_at


def test_a_start_nobody_ever_heard_of_is_lost_in_the_end(
    api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    vendor.will(CREATE, refusal("FailedOperation.TaskExist"))
    recording = start(api, body)
    clock.forward(181)

    recording = carry_on(recording)

    assert (recording.state, recording.reason, recording.next_check_at) == ("lost", "unknown_outcome", None)


def test_a_stop_before_the_outcome_is_found_out_by_another_create(
    api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    """It displaces a task that nobody can name, and has a name by which it ends at once."""
    vendor.will(CREATE, was_reset())
    recording = start(api, body)

    stopped = api.post(f"{RECORDINGS}/{recording.pk}/stop")

    assert (stopped.status_code, stopped.json()["state"]) == (202, "stopping")
    assert len(vendor.asked(CREATE)) == 1  # the first callback may still tell of its task
    assert vendor.asked(DELETE) == []
    clock.forward(60)
    carry_on(recording)
    assert len({asked["UserId"] for asked in vendor.asked(CREATE)}) == 1
    assert len(vendor.asked(CREATE)) == 2
    assert len(vendor.asked(DELETE)) == 1


def test_a_stop_during_the_create_deletes_its_task_at_once(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = accept_async(api, body)

    def stopped_meanwhile(call: Call) -> Reply:
        assert api.post(f"{RECORDINGS}/{recording.pk}/stop").status_code == 202
        return {"TaskId": "task-7"}

    vendor.will(CREATE, stopped_meanwhile)
    carry_on(recording)

    assert [asked["TaskId"] for asked in vendor.asked(DELETE)] == ["task-7"]
    assert reread(recording).state == "stopping"


def test_a_queued_recording_is_canceled_without_a_call(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = accept_async(api, body)

    answer = api.post(f"{RECORDINGS}/{recording.pk}/stop")

    assert (answer.status_code, answer.json()["state"], answer.json()["fault"]) == (200, "canceled", "none")
    assert carry_on(recording).state == "canceled"
    assert vendor.calls == []


def test_a_refused_delete_is_tried_again(api: APIClient, vendor: Vendor, body: Fields, clock: Clock) -> None:
    vendor.will(DELETE, refusal("InternalError"), timed_out())
    recording = start(api, body)
    api.post(f"{RECORDINGS}/{recording.pk}/stop")
    for _ in range(2):
        clock.forward(10)
        recording = carry_on(recording)

    assert len(vendor.asked(DELETE)) == 3
    assert kinds(recording).count("delete_failed") == 2
    assert "delete_accepted" in kinds(recording)
    assert recording.state == "stopping"  # over only when its exit was seen


def test_not_found_at_a_delete_is_no_proof_of_an_end(
    api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    vendor.will(DELETE, refusal("ResourceNotFound"))
    recording = start(api, body)
    api.post(f"{RECORDINGS}/{recording.pk}/stop")

    recording = reread(recording)
    assert (recording.state, kinds(recording)[-1]) == ("stopping", "task_gone")


def test_not_found_twice_is(api: APIClient, vendor: Vendor, body: Fields, clock: Clock) -> None:
    vendor.will(DESCRIBE, refusal("ResourceNotFound"), refusal("ResourceNotFound"))
    recording = start(api, body)
    clock.forward(16)
    recording = carry_on(recording)
    assert recording.state == "starting"
    assert kinds(recording)[-1] == "task_gone"

    clock.forward(61)
    recording = carry_on(recording)

    assert len(vendor.asked(DESCRIBE)) == 2
    assert recording.state not in ("starting", "recording")
    assert recording.ended_at is not None


def test_a_first_look_comes_15_seconds_after_the_start(
    api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    recording = start(api, body)
    clock.forward(14)
    assert carry_on(recording).state == "starting"
    clock.forward(2)

    recording = carry_on(recording)

    assert (recording.state, recording.media) == ("recording", "flowing")
    assert len(vendor.asked(DESCRIBE)) == 1


def test_a_look_that_fails_is_repeated_later_and_says_nothing(
    api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    vendor.will(DESCRIBE, refusal("InternalError"))
    recording = start(api, body)
    clock.forward(16)

    recording = carry_on(recording)

    assert (recording.state, recording.failures) == ("starting", 1)
    assert 1.4 < seconds_to_next(recording, clock) <= 3


def test_the_longest_duration_is_kept(api: APIClient, vendor: Vendor, body: Fields, clock: Clock) -> None:
    recording = start(api, body | {"max_duration": 60})
    clock.forward(20)
    assert carry_on(recording).state == "recording"
    clock.forward(41)

    recording = carry_on(recording)

    assert [asked["TaskId"] for asked in vendor.asked(DELETE)] == ["task-1"]
    assert recording.state == "stopping"


def test_a_driver_that_dies_of_the_unexpected_leaves_a_lease_that_ends(
    api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    recording = start(api, body)
    clock.forward(16)

    def breaks(call: Call) -> Any:
        raise KeyboardInterrupt

    vendor.will(DESCRIBE, breaks)
    with pytest.raises(KeyboardInterrupt):
        carry_on(recording)
    assert reread(recording).lease_until is not None

    let_lease_expire(recording)
    assert carry_on(recording).state == "recording"


def test_a_process_that_stood_still_until_its_lease_was_over_sends_nothing(
    api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    """Between the intent and the call, another process may have taken over."""
    stalled_until = time.monotonic() + current_policy().lease_seconds
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calls, "await_moment", lambda _permit: patch.setattr(time, "monotonic", lambda: stalled_until))
        recording = start(api, body)

    assert vendor.asked(CREATE) == []
    assert (recording.state, recording.vendor_code) == ("starting", "Stalled")
    clock.forward(3)
    assert carry_on(recording).task_id == "task-1"
