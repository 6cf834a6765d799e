"""The same start twice is one recording and one answer; two starts in one slot are one too many."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from rest_framework.response import Response
from rest_framework.test import APIClient

from applications.models import ApiKey, Application, StorageProfile
from applications.services import create_api_key
from recordings.models import IdempotencyKey, Recording
from recordings.policy import current_policy
from tests.conftest import ApiClient, Clock, with_key
from tests.recordings.steps import RECORDINGS, carry_on, start
from tests.vendor import CREATE, Call, Fields, Killed, Reply, Vendor, killed, refusal

KEY = {"Idempotency-Key": "lesson-7"}


def test_a_repetition_gets_the_same_answer(api: APIClient, vendor: Vendor, body: Fields) -> None:
    first = api.post(RECORDINGS, body, headers=KEY)
    again = api.post(RECORDINGS, body, headers=KEY)

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    assert (again["ETag"], again["Location"]) == (first["ETag"], first["Location"])
    assert len(vendor.asked(CREATE)) == 1


def test_the_answer_stays_what_it_was_when_the_recording_moves_on(api: APIClient, vendor: Vendor, body: Fields) -> None:
    first = api.post(RECORDINGS, body, headers=KEY)
    api.post(f"{first['Location']}/stop")

    assert api.post(RECORDINGS, body, headers=KEY).json() == first.json()


def test_a_refusal_is_repeated_word_for_word(api: APIClient, vendor: Vendor, body: Fields) -> None:
    vendor.will(CREATE, refusal("InvalidParameter.OutOfRange"))

    first = api.post(RECORDINGS, body, headers=KEY)
    again = api.post(RECORDINGS, body, headers=KEY)

    assert (first.status_code, again.status_code) == (422, 422)
    assert again.json() == first.json()
    assert Recording.objects.count() == 1


def test_a_repetition_needs_nothing_that_changed_since(
    api: APIClient, vendor: Vendor, body: Fields, storage_profile: StorageProfile
) -> None:
    first = api.post(RECORDINGS, body, headers=KEY)
    StorageProfile.objects.filter(pk=storage_profile.pk).update(name="renamed")

    assert api.post(RECORDINGS, body, headers=KEY).json() == first.json()


def test_the_order_of_keys_is_no_other_body(api: APIClient, vendor: Vendor, body: Fields) -> None:
    first = api.post(RECORDINGS, body, headers=KEY)
    turned = dict(reversed(body.items()))

    assert api.post(RECORDINGS, turned, headers=KEY).json()["id"] == first.json()["id"]


def test_another_body_under_the_same_key_is_refused(api: APIClient, vendor: Vendor, body: Fields) -> None:
    api.post(RECORDINGS, body, headers=KEY)

    answer = api.post(RECORDINGS, body | {"room_id": "77"}, headers=KEY)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "idempotency_mismatch")
    assert Recording.objects.count() == 1


def test_the_same_key_of_another_application_is_another_key(
    api: APIClient, vendor: Vendor, body: Fields, other_application: Application, client_for: ApiClient
) -> None:
    mine = api.post(RECORDINGS, body, headers=KEY)
    theirs = client_for(other_application).post(RECORDINGS, body | {"storage_profile": "wards-cos"}, headers=KEY)

    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["id"] != theirs.json()["id"]


@pytest.mark.parametrize("key", ["x" * 256, "kéy", "a\x7fb"])
def test_a_key_that_cannot_be_kept_is_refused(key: str, api: APIClient, vendor: Vendor, body: Fields) -> None:
    answer = api.post(RECORDINGS, body, headers={"Idempotency-Key": key})

    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "Idempotency-Key")


@pytest.mark.parametrize("key", ["", "  "])
def test_an_empty_key_is_refused_and_nothing_is_started(key: str, api: APIClient, vendor: Vendor, body: Fields) -> None:
    """It is a variable that is not set, and its sender believes to be protected."""
    answer = api.post(RECORDINGS, body, headers={"Idempotency-Key": key})

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {
            "code": "invalid",
            "detail": "Is empty. Send a key of your own, or leave the header out.",
            "attr": "Idempotency-Key",
        }
    ]
    assert not Recording.objects.exists()


def test_a_key_is_the_applications_whichever_api_key_it_comes_with(
    api: APIClient, application: Application, vendor: Vendor, body: Fields
) -> None:
    other = with_key(create_api_key(application=application, name="another backend")[1])

    mine, again = (client.post(RECORDINGS, body, headers=KEY) for client in (api, other))

    assert mine.json() == again.json()
    assert len(vendor.asked(CREATE)) == 1


def test_a_repetition_after_a_crash_does_not_wait_for_ever(
    api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    vendor.will(CREATE, killed)
    with pytest.raises(Killed):
        api.post(RECORDINGS, body, headers=KEY)
    assert IdempotencyKey.objects.get().answer is None

    clock.forward(current_policy().vendor_timeout_seconds + 0.8)
    began = time.monotonic()
    again = api.post(RECORDINGS, body, headers=KEY)

    assert time.monotonic() - began < 1.5
    assert (again.status_code, again.json()["state"]) == (202, "starting")
    assert len(vendor.asked(CREATE)) == 1


def test_a_repetition_after_a_crash_tells_what_came_of_it(
    api: APIClient, vendor: Vendor, body: Fields, clock: Clock
) -> None:
    vendor.will(CREATE, killed, {"TaskId": "task-2nd"})
    with pytest.raises(Killed):
        api.post(RECORDINGS, body, headers=KEY)
    Recording.objects.update(lease_until=None)
    clock.forward(60)
    carry_on(Recording.objects.get())

    again = api.post(RECORDINGS, body, headers=KEY)

    assert (again.status_code, again.json()["task_id"]) == (201, "task-2nd")


def test_a_live_recording_holds_its_slot(api: APIClient, vendor: Vendor, body: Fields) -> None:
    holder = start(api, body)

    answer = api.post(RECORDINGS, body)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "slot_taken")
    assert answer.json()["recording"] == str(holder.pk)
    assert Recording.objects.count() == 1


@pytest.mark.parametrize("change", [{"slot": "audio"}, {"room_id": "99"}, {"room_id_type": "string"}])
def test_another_lane_is_free(change: Fields, api: APIClient, vendor: Vendor, body: Fields) -> None:
    """123 and "123" are two different rooms to the vendor."""
    start(api, body)

    assert api.post(RECORDINGS, body | change).status_code == 201


def test_a_slot_is_free_again_after_the_end(api: APIClient, vendor: Vendor, body: Fields) -> None:
    vendor.will(CREATE, refusal("InvalidParameter"))
    assert api.post(RECORDINGS, body).status_code == 422

    assert api.post(RECORDINGS, body).status_code == 201


# --- at once -----------------------------------------------------------------------------------------------------


@pytest.fixture
def at_once(transactional_db: None, api_key: tuple[ApiKey, str]) -> Callable[..., list[Response]]:
    """Return a function that posts several bodies at the same moment, each from a connection of its own."""

    def post_all(bodies: list[Fields], keys: list[str] | None = None) -> list[Any]:
        barrier = threading.Barrier(len(bodies))

        def post(index: int) -> Any:
            client = with_key(api_key[1])
            headers = {"Idempotency-Key": keys[index]} if keys else {}
            barrier.wait()
            try:
                return client.post(RECORDINGS, bodies[index], headers=headers)
            finally:
                connection.close()

        with ThreadPoolExecutor(len(bodies)) as pool:
            return list(pool.map(post, range(len(bodies))))

    return post_all


def slow(call: Call) -> Reply:
    time.sleep(0.3)
    return {"TaskId": "task-slow"}


def test_fifty_equal_posts_are_one_recording(
    at_once: Callable[..., list[Response]], storage_profile: StorageProfile, vendor: Vendor, body: Fields
) -> None:
    vendor.will(CREATE, slow)

    answers = at_once([body] * 50, ["same"] * 50)

    assert len(vendor.asked(CREATE)) == 1
    assert {answer.status_code for answer in answers} == {201}
    assert all(answer.json() == answers[0].json() for answer in answers)  # type: ignore[attr-defined]  # a test response
    assert Recording.objects.count() == 1


def test_of_many_posts_to_one_slot_one_wins(
    at_once: Callable[..., list[Response]], storage_profile: StorageProfile, vendor: Vendor, body: Fields
) -> None:
    answers: list[Any] = at_once([body] * 12, [f"key-{number}" for number in range(12)])

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11
    winner = next(answer.json()["id"] for answer in answers if answer.status_code == 201)
    assert {answer.json()["recording"] for answer in answers if answer.status_code == 409} == {winner}
    assert len(vendor.asked(CREATE)) == 1


def test_of_many_bodies_under_one_key_one_wins(
    at_once: Callable[..., list[Response]], storage_profile: StorageProfile, vendor: Vendor, body: Fields
) -> None:
    answers: list[Any] = at_once([body | {"room_id": str(n + 1)} for n in range(12)], ["same"] * 12)

    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 11
    assert Recording.objects.count() == 1
