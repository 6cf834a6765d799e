"""The queue: the quota of live tasks is held by rows, and who has no place waits for a turn."""

import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from applications.models import Application
from recordings.gateway import get_gateway
from recordings.models import Pace, Recording
from recordings.services.admission import admit, count_places, list_waiting
from recordings.services.advance import advance
from recordings.services.ledger import apply_facts, lock_recording
from recordings.states.facts import Fact, FactKind, Source
from tests.conftest import ApiClient, Clock
from tests.recordings.steps import RECORDINGS, carry_on, end_pauses, reread, start
from tests.vendor import CREATE, Fields, Killed, Vendor, killed, refusal, timed_out

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def small(application: Application) -> Application:
    """Return `school` with a quota of two live tasks."""
    application.task_limit = 2
    application.save()
    return application


def room(body: Fields, number: int, **more: Any) -> Fields:
    return body | {"room_id": str(1000 + number)} | more


def leave(recording: Recording) -> None:
    """Let the recorder of a running recording leave, as its callback tells it."""
    now = timezone.now()
    fact = Fact(
        kind=FactKind.RECORDER_LEFT,
        source=Source.CALLBACK,
        key=f"left:{recording.pk}",
        occurred_at=now,
        received_at=now,
        task_id=reread(recording).task_id,
        data={"reason": "stopped"},
    )
    with transaction.atomic():
        apply_facts(recording=lock_recording(recording.uuid), facts=[fact])


def go_on(application: Application) -> list[Recording]:
    """Let the next ones through and do what workers do for them; return those that have a task now."""
    admit(application.pk)
    admitted = list(Recording.objects.filter(admitted_at__isnull=False).order_by("id"))
    return [recording for recording in map(carry_on, admitted) if recording.task_id]


def test_what_has_no_place_is_queued_in_order_and_started_as_places_come_free(
    small: Application, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    first, second = (start(api, room(body, number)) for number in (1, 2))
    answers = [api.post(RECORDINGS, room(body, number)) for number in (3, 4, 5)]

    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert [answer.json()["state"] for answer in answers] == ["queued"] * 3
    assert [answer.json()["queue_position"] for answer in answers] == [1, 2, 3]
    assert {answer.json()["waiting_for"] for answer in answers} == {"quota"}
    assert go_on(small) == []
    assert len(vendor.asked(CREATE)) == 2

    leave(second)
    assert [recording.room_id for recording in go_on(small)] == ["1003"]
    leave(first)
    assert [recording.room_id for recording in go_on(small)] == ["1004"]
    shown = api.get(f"{RECORDINGS}/{answers[2].json()['id']}").json()
    assert (shown["state"], shown["queue_position"]) == ("queued", 1)


def test_a_list_shows_the_places_as_well(small: Application, api: APIClient, vendor: Vendor, body: Fields) -> None:
    for number in range(4):
        api.post(RECORDINGS, room(body, number))

    shown = api.get(RECORDINGS).json()["results"]

    assert [entry["queue_position"] for entry in shown] == [2, 1, None, None]


def test_the_higher_priority_goes_first(small: Application, api: APIClient, vendor: Vendor, body: Fields) -> None:
    running = [start(api, room(body, number)) for number in (1, 2)]
    start(api, room(body, 3))
    urgent = start(api, room(body, 4, priority=9))

    assert api.get(f"{RECORDINGS}/{urgent.pk}").json()["queue_position"] == 1
    leave(running[0])
    assert [recording.room_id for recording in go_on(small)] == ["1004"]


def test_a_priority_that_comes_later_does_not_wait_for_a_lower_one(
    small: Application, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    """Nobody of its rank is before it, but there is no place either."""
    for number in (1, 2, 3):
        start(api, room(body, number))

    assert api.post(RECORDINGS, room(body, 4, priority=5)).json()["queue_position"] == 1
    assert count_places(small.pk).taken == 2


def test_keys_get_their_turns_fairly(
    small: Application, api: APIClient, vendor: Vendor, body: Fields, client_for: ApiClient
) -> None:
    quiet = client_for(small)
    for number in range(6):
        start(api, room(body, number))
    late = start(quiet, room(body, 100))

    order = list_waiting(small.pk)

    assert order[0] == late.pk  # the other key holds both places
    assert len(order) == 5


def test_who_does_not_want_to_wait_is_refused_and_nothing_is_stored(
    small: Application, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    for number in (1, 2):
        start(api, room(body, number, queue=False))

    answer = api.post(RECORDINGS, room(body, 3, queue=False), headers={"Idempotency-Key": "k"})

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert answer.json()["errors"][0]["code"] == "no_room"
    assert Recording.objects.count() == 2
    assert api.post(RECORDINGS, room(body, 3), headers={"Idempotency-Key": "k"}).status_code == 202


def test_who_does_not_want_to_wait_behind_others_is_told_how_long_their_moments_take(
    application: Application, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    Application.objects.update(requests_per_second=2)
    first = start(api, room(body, 1))
    queued = [start(api, room(body, number), Prefer="respond-async") for number in (2, 3, 4, 5)]

    answer = api.post(RECORDINGS, room(body, 6, queue=False))

    assert (first.task_id != "", [recording.state for recording in queued]) == (True, ["queued"] * 4)
    assert (answer.status_code, answer.json()["waiting_for"]) == (429, "rate")
    assert 2 <= int(answer["Retry-After"]) <= 4  # five moments of 0.52 s
    assert api.get(f"{RECORDINGS}/{queued[0].pk}").json()["waiting_for"] == "rate"


def test_a_vendor_with_less_room_than_we_think_is_said_to_have_none(
    application: Application, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    vendor.will(CREATE, refusal("FailedOperation.RestrictedConcurrency"))
    recording = start(api, room(body, 1))

    refused = api.post(RECORDINGS, room(body, 2, queue=False))

    assert api.get(f"{RECORDINGS}/{recording.pk}").json()["waiting_for"] == "quota"
    assert (refused.status_code, refused.json()["waiting_for"]) == (429, "quota")


def test_who_does_not_want_to_wait_is_not_queued_by_the_vendor_either(
    api: APIClient, vendor: Vendor, body: Fields
) -> None:
    vendor.will(CREATE, refusal("FailedOperation.RestrictedConcurrency"))

    answers = [api.post(RECORDINGS, room(body, 3, queue=False), headers={"Idempotency-Key": "k"}) for _ in (1, 2)]

    assert [answer.status_code for answer in answers] == [429, 429]
    recording = Recording.objects.get()
    assert (recording.state, recording.reason) == ("failed", "quota")


def test_a_start_whose_outcome_is_unknown_keeps_its_place(
    small: Application, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    vendor.will(CREATE, timed_out(), killed)
    start(api, room(body, 1))
    with pytest.raises(Killed):
        api.post(RECORDINGS, room(body, 2))

    assert start(api, room(body, 3)).state == "queued"
    assert count_places(small.pk).taken == 2


def test_a_crash_after_being_let_through_leaks_no_place(
    small: Application, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    running = [start(api, room(body, number)) for number in (1, 2)]
    waiting = start(api, room(body, 3))
    leave(running[0])
    assert admit(small.pk) == 1  # and the process dies

    assert count_places(small.pk).taken == 2
    assert waiting in Recording.objects.due()  # so the sweep finds it
    api.post(f"{RECORDINGS}/{waiting.pk}/stop")
    assert reread(waiting).state == "canceled"
    assert count_places(small.pk).taken == 1
    assert len(vendor.asked(CREATE)) == 2


def test_a_vendor_without_room_sends_it_back_to_the_front_of_the_queue(
    application: Application, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    vendor.will(CREATE, refusal("FailedOperation.RestrictedConcurrency"))
    sent_back = start(api, room(body, 1))
    start(api, room(body, 2))

    assert (sent_back.state, sent_back.vendor_code) == ("queued", "FailedOperation.RestrictedConcurrency")
    assert go_on(application) == []  # a pause for all
    end_pauses()
    assert [recording.room_id for recording in go_on(application)] == ["1001", "1002"]


def test_refused_credentials_wait_for_the_operator_and_fail_nothing(
    application: Application, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    vendor.will(CREATE, refusal("AuthFailure.SecretIdNotFound", "no such key"))

    first = api.post(RECORDINGS, room(body, 1))
    second = api.post(RECORDINGS, room(body, 2))
    refused = api.post(RECORDINGS, room(body, 3, queue=False))

    assert [(a.status_code, a.json()["waiting_for"]) for a in (first, second)] == [(202, "credentials")] * 2
    assert first.json()["vendor"]["code"] == "AuthFailure.SecretIdNotFound"
    assert (refused.status_code, refused.json()["fault"]) == (503, "operator")
    assert go_on(application) == []
    assert len(vendor.asked(CREATE)) == 1

    application.secret_key = "the right one"
    application.save()
    assert api.get(f"{RECORDINGS}/{second.json()['id']}").json()["waiting_for"] == "rate"
    assert [recording.room_id for recording in go_on(application)] == ["1001", "1002"]


def test_what_waits_too_long_fails_with_the_reason(
    small: Application, api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    for number in (1, 2):
        start(api, room(body, number))
    waiting = start(api, room(body, 3))

    clock.forward(901)
    waiting = carry_on(waiting)

    assert (waiting.state, waiting.reason, waiting.fault) == ("failed", "queue_timeout", "operator")
    assert count_places(small.pk).waiting == 0


def test_credentials_that_nobody_mends_are_the_reason_in_the_end(
    api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    vendor.will(CREATE, refusal("AuthFailure.SecretIdNotFound", "no such key"))
    recording = start(api, body)

    clock.forward(901)
    recording = carry_on(recording)

    assert (recording.state, recording.reason, recording.fault) == ("failed", "credentials", "operator")
    assert recording.vendor_code == "AuthFailure.SecretIdNotFound"


def test_callers_at_once_never_take_more_places_than_there_are(
    small: Application, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    answers: list[str] = []

    def post(number: int) -> None:
        answers.append(api.post(RECORDINGS, room(body, number)).json()["state"])
        connection.close()

    threads = [threading.Thread(target=post, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["queued"] * 6 + ["starting"] * 2
    assert len(vendor.asked(CREATE)) == 2


def test_workers_at_once_never_let_more_through_than_there_are_places(
    small: Application, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    asynchronous = {"Prefer": "respond-async"}
    waiting = [start(api, room(body, number), **asynchronous) for number in range(8)]

    def work(recording: Recording) -> None:
        carry_on(recording)
        connection.close()

    threads = [threading.Thread(target=work, args=[recording]) for recording in reversed(waiting)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    go_on(small)

    started = [recording.room_id for recording in map(reread, waiting) if recording.task_id]
    assert len(started) == 2
    assert len(vendor.asked(CREATE)) == 2


def test_a_queue_moves_on_at_the_vendors_pace_without_the_sweep(
    application: Application, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    """Each create calls the next ones before it goes; nobody waits for a clock."""
    waiting = [start(api, room(body, number), Prefer="respond-async") for number in range(50)]
    ProcrastinateJob.objects.all().delete()
    Application.objects.update(requests_per_second=20)
    began = time.monotonic()

    admit(application.pk)
    with ThreadPoolExecutor(max_workers=30) as workers:
        running: set[Future[None]] = set()
        while (woken := take_jobs()) or running:
            running |= {workers.submit(work, recording_id) for recording_id in woken}
            done, running = wait(running, timeout=0.01, return_when=FIRST_COMPLETED)
            for job in done:
                job.result()

    assert [recording.state for recording in map(reread, waiting)] == ["starting"] * 50
    assert time.monotonic() - began > 2.5  # 49 moments of 52 ms


def take_jobs() -> list[str]:
    """Take the recordings out of the engine's queue that wait there."""
    jobs = list(ProcrastinateJob.objects.filter(status="todo", task_name="recordings.advance"))
    ProcrastinateJob.objects.filter(pk__in=[job.pk for job in jobs]).delete()
    return [job.args["recording_id"] for job in jobs]


def work(recording_id: str) -> None:
    """Do a worker's job in a thread of its own."""
    advance(UUID(recording_id), gateway=get_gateway())
    connection.close()


def test_who_waits_out_a_pause_is_called_when_it_ends(
    application: Application, api: APIClient, vendor: Vendor, body: Fields
) -> None:
    vendor.will(CREATE, refusal("RequestLimitExceeded"))
    throttled = start(api, body)
    ProcrastinateJob.objects.all().delete()

    admit(application.pk)
    admit(application.pk)

    (job,) = ProcrastinateJob.objects.all()
    pause = Pace.objects.get(application=application, action=CREATE)
    assert (throttled.state, job.task_name) == ("queued", "recordings.admit")
    assert abs(job.scheduled_at - pause.next_at) < timedelta(seconds=1)
