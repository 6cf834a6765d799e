"""A slot keeps two recorders of ours out of one room; it is free when the recorder has left, not when the files are."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from rest_framework.test import APIClient

from recordings.models import Recording
from recordings.services.ledger import apply_facts, lock_recording
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.vocabulary import HOLDS_SLOT, LIVE, State
from tests.conftest import Clock
from tests.recordings.steps import RECORDINGS, reread, start
from tests.vendor import CREATE, Fields, Vendor, timed_out


def hear(recording: Recording, clock: Clock, kind: FactKind, task_id: str, **data: Any) -> Recording:
    """Let a callback tell of a task of this recording's robot."""
    clock.forward(1)
    told = Fact(
        kind=kind,
        source=Source.CALLBACK,
        key=f"{kind}:{task_id}",
        occurred_at=clock(),
        received_at=clock(),
        task_id=task_id,
        data=data,
    )
    with transaction.atomic():
        apply_facts(recording=lock_recording(recording.uuid), facts=[told])
    return reread(recording)


def leave(recording: Recording, clock: Clock, task_id: str = "task-1") -> Recording:
    """Let the recorder record and leave; its MP4 may take two hours."""
    hear(recording, clock, FactKind.RECORDER_STARTED, task_id)
    return hear(recording, clock, FactKind.RECORDER_LEFT, task_id, reason="room_closed")


@pytest.fixture
def mp4(body: Fields) -> Fields:
    return body | {"record_params": {"record_mode": "mixed", "output_format": "mp4"}}


def test_every_live_state_but_the_one_after_the_exit_holds_the_slot() -> None:
    assert set(LIVE) - set(HOLDS_SLOT) == {State.FINALIZING}


def test_a_room_can_be_recorded_anew_as_soon_as_the_recorder_has_left(
    api: APIClient, vendor: Vendor, mp4: Fields, clock: Clock
) -> None:
    first = leave(start(api, mp4), clock)
    assert first.state == State.FINALIZING

    second = api.post(RECORDINGS, mp4)

    assert second.status_code == 201
    assert api.post(RECORDINGS, mp4).json()["recording"] == second.json()["id"]


def test_a_refusal_says_that_the_slot_will_be_free(api: APIClient, vendor: Vendor, mp4: Fields, clock: Clock) -> None:
    first = start(api, mp4)
    running = api.post(RECORDINGS, mp4).json()["errors"][0]["detail"]
    api.post(f"{RECORDINGS}/{first.pk}/stop")
    assert reread(first).state == State.STOPPING
    stopping = api.post(RECORDINGS, mp4).json()["errors"][0]["detail"]

    assert running == "A recording holds this slot until its recorder has left. Stop it, or use another slot."
    assert stopping == "The recording in this slot is being stopped. Try again when its recorder has left: soon."


def test_a_recording_whose_second_task_turns_up_late_leaves_the_slot_to_who_has_it(
    api: APIClient, vendor: Vendor, mp4: Fields, clock: Clock
) -> None:
    """The create's answer was lost, and the vendor made two tasks of it: after the end of the one comes the other."""
    vendor.will(CREATE, timed_out())
    first = leave(start(api, mp4), clock, "task-a")
    assert first.state == State.FINALIZING
    second = start(api, mp4)

    first = hear(first, clock, FactKind.RECORDER_STARTED, "task-b")

    assert (first.state, first.task_id) == (State.RECORDING, "task-b")
    assert api.post(RECORDINGS, mp4).json()["recording"] == str(second.pk)


def test_who_left_the_slot_does_not_take_it_back(api: APIClient, vendor: Vendor, mp4: Fields, clock: Clock) -> None:
    vendor.will(CREATE, timed_out())
    first = leave(start(api, mp4), clock, "task-a")
    first = hear(first, clock, FactKind.RECORDER_STARTED, "task-b")

    assert first.state == State.RECORDING
    assert api.post(RECORDINGS, mp4).status_code == 201


def test_a_row_computed_anew_leaves_the_slot_to_who_has_it(
    api: APIClient, vendor: Vendor, mp4: Fields, clock: Clock
) -> None:
    """Somebody, or the release before, made the row `finalizing`; the ledger says that it records."""
    first = hear(start(api, mp4), clock, FactKind.RECORDER_STARTED, "task-1")
    Recording.objects.filter(pk=first.pk).update(state=State.FINALIZING)
    second = start(api, mp4)

    call_command("rebuild_state", verbosity=0)

    assert (reread(first).state, reread(second).state) == (State.RECORDING, State.STARTING)


def test_a_row_that_the_release_before_moved_leaves_the_slot_to_who_has_it(
    api: APIClient, vendor: Vendor, mp4: Fields, clock: Clock
) -> None:
    vendor.will(CREATE, timed_out())
    first = leave(start(api, mp4), clock, "task-a")
    Recording.objects.filter(pk=first.pk).update(has_left_slot=False)  # it knows no such column
    start(api, mp4)

    assert hear(first, clock, FactKind.RECORDER_STARTED, "task-b").state == State.RECORDING
