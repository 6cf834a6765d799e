"""Stop, refresh, and everything that only reads."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.db.models import F
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from applications.models import Application
from recordings.models import FactRow, Recording
from recordings.models.pace import Pace
from recordings.services.ledger import apply_facts, lock_recording
from recordings.states.facts import Fact, FactKind, Source
from tests.conftest import ApiClient, Clock
from tests.recordings.steps import RECORDINGS, carry_on, kinds, reread, start
from tests.vendor import CREATE, DELETE, DESCRIBE, Fields, Vendor, refusal, timed_out

INDEX = {"UserId": "", "FileName": "a.m3u8", "TrackType": "audio_video", "BeginTimeStamp": 1622186279144}


def tell(recording: Recording, kind: FactKind, **data: Any) -> None:
    """Add what a callback would."""
    now = timezone.now()
    fact = Fact(
        kind=kind, source=Source.CALLBACK, key=f"test:{kind}:{now}", occurred_at=now, received_at=now,
        task_id="task-1", data=data,
    )  # fmt: skip
    apply_facts(recording=lock_recording(recording.uuid), facts=[fact])


def test_a_stop_is_pending_until_the_exit_was_seen(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = start(api, body)

    answer = api.post(f"{RECORDINGS}/{recording.pk}/stop")

    assert (answer.status_code, answer.json()["state"]) == (202, "stopping")
    assert answer["ETag"] == f'"{answer.json()["version"]}"'


def test_a_stop_can_be_repeated(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = start(api, body)
    first = api.post(f"{RECORDINGS}/{recording.pk}/stop")
    again = api.post(f"{RECORDINGS}/{recording.pk}/stop")

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert len(vendor.asked(DELETE)) == 1
    assert kinds(recording).count("stop_requested") == 1


def test_a_stop_of_what_is_over_says_so(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = start(api, body, Prefer="respond-async")
    api.post(f"{RECORDINGS}/{recording.pk}/stop")

    answer = api.post(f"{RECORDINGS}/{recording.pk}/stop")

    assert (answer.status_code, answer.json()["state"], vendor.calls) == (200, "canceled", [])


def test_a_stop_of_a_failed_start_is_no_news(api: APIClient, vendor: Vendor, body: Fields) -> None:
    vendor.will(CREATE, refusal("InvalidParameter"))
    failed = reread(api.post(RECORDINGS, body).json()["recording"])

    answer = api.post(f"{RECORDINGS}/{failed.pk}/stop")

    assert (answer.status_code, answer.json()["state"]) == (200, "failed")
    assert "stop_requested" not in kinds(failed)


def test_a_stop_that_the_vendor_did_not_take_is_still_accepted(api: APIClient, vendor: Vendor, body: Fields) -> None:
    vendor.will(DELETE, timed_out())
    recording = start(api, body)

    answer = api.post(f"{RECORDINGS}/{recording.pk}/stop")

    assert (answer.status_code, answer.json()["vendor"]["code"]) == (202, "Timeout")


def test_a_refresh_asks_now(api: APIClient, vendor: Vendor, body: Fields) -> None:
    vendor.will(DESCRIBE, {"Status": "InProgress", "StorageFileList": [INDEX]})
    recording = start(api, body)

    answer = api.post(f"{RECORDINGS}/{recording.pk}/refresh")

    assert (answer.status_code, answer.json()["state"], answer.json()["media"]) == (200, "recording", "flowing")
    (file,) = api.get(f"{RECORDINGS}/{recording.pk}/files").json()
    assert (file["name"], file["kind"], file["status"], file["reason"]) == ("a.m3u8", "hls", "expected", None)


@pytest.mark.parametrize("reply", [timed_out(), refusal("InternalError")])
def test_a_refresh_without_an_answer_says_so(reply: Any, api: APIClient, vendor: Vendor, body: Fields) -> None:
    vendor.will(DESCRIBE, reply)
    recording = start(api, body)

    answer = api.post(f"{RECORDINGS}/{recording.pk}/refresh")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (503, "vendor_unavailable")
    assert answer.json()["type"] == "server_error"
    assert reread(recording).version == recording.version


def test_a_refresh_with_refused_keys_says_whose_turn_it_is(api: APIClient, vendor: Vendor, body: Fields) -> None:
    vendor.will(DESCRIBE, refusal("AuthFailure.SecretIdNotFound"))
    recording = start(api, body)

    asked, not_asked = (api.post(f"{RECORDINGS}/{recording.pk}/refresh") for _ in range(2))

    for answer in (asked, not_asked):
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (503, "credentials_rejected")
        assert answer.json()["fault"] == "operator"
        assert 50 <= int(answer["Retry-After"]) <= 60
    assert asked.json()["vendor"]["code"] == "AuthFailure.SecretIdNotFound"
    assert len(vendor.asked(DESCRIBE)) == 1


def test_a_refresh_that_has_to_wait_says_for_what(api: APIClient, vendor: Vendor, body: Fields) -> None:
    vendor.will(DESCRIBE, refusal("RequestLimitExceeded"))
    recording = start(api, body)
    api.post(f"{RECORDINGS}/{recording.pk}/refresh")
    # The vendor's word stops the calls for a second, which a busy machine may take for one request.
    Pace.objects.filter(action=DESCRIBE).update(next_at=F("next_at") + timedelta(seconds=60))

    answer = api.post(f"{RECORDINGS}/{recording.pk}/refresh")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (429, "busy")
    assert answer.json()["waiting_for"] == "rate"
    assert 30 <= int(answer["Retry-After"]) <= 62


def test_a_refresh_of_what_is_not_there_asks_nobody(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = start(api, body, Prefer="respond-async")

    assert api.post(f"{RECORDINGS}/{recording.pk}/refresh").json()["state"] == "queued"
    assert vendor.calls == []


def test_a_recording_has_its_version_as_etag(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = start(api, body)

    answer = api.get(f"{RECORDINGS}/{recording.pk}")

    assert answer["ETag"] == f'"{recording.version}"'
    assert answer.json()["record_params"]["record_mode"] == "mixed"
    assert answer.json()["storage_profile"] == "classes-cos"


def test_no_answer_holds_a_secret(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = start(api, body)
    path = f"{RECORDINGS}/{recording.pk}"
    shown = b"".join(api.get(path + part).content for part in ("", "/timeline", "/files"))
    shown += api.post(f"{RECORDINGS}/validate", body).content

    for secret in (b"school-api-secret-key", b"school-sdk-secret-key", b"bucket-secret-key", b"bucket-access-key"):
        assert secret not in shown


def test_the_timeline_is_in_event_order(api: APIClient, vendor: Vendor, body: Fields, clock: Clock) -> None:
    recording = start(api, body)
    clock.forward(16)
    carry_on(recording)

    entries = api.get(f"{RECORDINGS}/{recording.pk}/timeline").json()

    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)
    assert [e["kind"] for e in entries if e["type"] == "fact"] == [
        *("requested", "create_sent", "create_accepted", "described"),
    ]
    assert [(e["from_state"], e["to_state"]) for e in entries if e["type"] == "transition"] == [
        *((None, "starting"), ("starting", "recording")),
    ]


def test_the_timeline_hides_what_opens_something(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = start(api, body)
    tell(recording, FactKind.IMAGE_ERROR, url="https://bucket/a.png?sign=secret")

    entries = api.get(f"{RECORDINGS}/{recording.pk}/timeline").json()

    assert entries[-1]["data"] == {"url": "***"}


@pytest.mark.parametrize(
    ("query", "rooms"),
    [
        ("", ["3", "2", "1"]),
        ("room_id=2", ["2"]),
        ("state=canceled", ["1"]),
        ("state=canceled&state=starting", ["3", "2", "1"]),
        ("state=lost", []),
        ("slot=aside", ["3"]),
        ("label=course:math:7", ["2"]),
        ("label=course:", []),
        ("label=a:b:c:d", ["3"]),
        (f"label={'x' * 70}:y", []),
        ("created_after=2020-01-01T00:00:00Z", ["3", "2", "1"]),
        ("created_after=2120-01-01T00:00:00Z", []),
        ("room_id=1&slot=aside", []),
    ],
)
def test_a_list_can_be_narrowed(query: str, rooms: list[str], api: APIClient, vendor: Vendor, body: Fields) -> None:
    first = start(api, body | {"room_id": "1"}, Prefer="respond-async")
    api.post(f"{RECORDINGS}/{first.pk}/stop")
    start(api, body | {"room_id": "2", "labels": {"course": "math:7"}})
    start(api, body | {"room_id": "3", "slot": "aside", "labels": {"a:b": "c:d"}})

    found = api.get(f"{RECORDINGS}?{query}").json()["results"]

    assert [recording["room_id"] for recording in found] == rooms


@pytest.mark.parametrize(
    "query",
    [
        *(
            "state=running",
            "created_after=yesterday",
            "created_after=9999999999999",
            "created_after=0001-01-01T00:00%2B23:00",
            "label=course",
            "room_id=%00",
        ),
        *(
            "label=%00:x",
            "slot=%00",
            f"room_id={'x' * 256}",
            "origin=mars",
            "provisional=maybe",
            "limit=2",
            "nosuch=1",
            "provider=x",
            "page_size=0",
            "page_size=-1",
            "page_size=many",
            "page_size=",
        ),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(query: str, api: APIClient) -> None:
    answer = api.get(f"{RECORDINGS}?{query}")

    assert answer.status_code == 400
    assert answer.json()["type"] == "validation_error"
    assert answer.json()["errors"][0]["attr"] == query.partition("=")[0]


@pytest.fixture
def many(application: Application, api: APIClient, vendor: Vendor, body: Fields) -> None:
    for number in range(1, 8):
        start(api, body | {"room_id": str(number)}, Prefer="respond-async")


def test_pages_follow_each_other(many: None, api: APIClient) -> None:
    rooms, address = [], f"{RECORDINGS}?page_size=3"
    while address:
        page = api.get(address).json()
        rooms += [recording["room_id"] for recording in page["results"]]
        address = page["next"]

    assert rooms == ["7", "6", "5", "4", "3", "2", "1"]
    assert api.get(page["previous"]).json()["results"][0]["room_id"] == "4"


def test_a_page_stays_where_it_is_when_new_ones_come(many: None, api: APIClient, vendor: Vendor, body: Fields) -> None:
    following = api.get(f"{RECORDINGS}?page_size=3").json()["next"]
    start(api, body | {"room_id": "99"}, Prefer="respond-async")

    assert [r["room_id"] for r in api.get(following).json()["results"]] == ["4", "3", "2"]


@pytest.mark.parametrize("size", [1, 7])
def test_a_page_costs_the_same_whatever_it_holds(
    size: int, many: None, api: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(5):  # the key with its application, the page, and three for the queue
        assert len(api.get(f"{RECORDINGS}?page_size={size}").json()["results"]) == size


def test_a_page_has_200_at_most(many: None, api: APIClient) -> None:
    assert len(api.get(f"{RECORDINGS}?page_size=99999999999999999999").json()["results"]) == 7


@pytest.mark.parametrize("cursor", ["x", "cD14", "cD0lMDA=", "cD0xMjM0", "bz05OTk5OTk5OTk5", "cj0xJnA9JUVE"])
def test_a_cursor_that_we_never_gave_is_no_page(cursor: str, many: None, api: APIClient) -> None:
    assert api.get(f"{RECORDINGS}?cursor={cursor}").status_code in (200, 404)


def test_reading_changes_nothing(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = start(api, body)
    facts = FactRow.objects.count()
    for part in ("", "/timeline", "/files"):
        assert api.get(f"{RECORDINGS}/{recording.pk}{part}").status_code == 200

    assert (FactRow.objects.count(), reread(recording).version) == (facts, recording.version)


def test_a_list_shows_only_the_callers_own(
    api: APIClient, vendor: Vendor, body: Fields, other_application: Application, client_for: ApiClient
) -> None:
    start(api, body)

    assert client_for(other_application).get(RECORDINGS).json()["results"] == []


def test_created_at_is_when_it_was_asked_for(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = start(api, body)

    assert timezone.now() - recording.created_at < timedelta(seconds=5)


def test_a_database_that_is_away_is_no_bug_of_ours(api: APIClient) -> None:
    with patch("recordings.api.own.own_recordings", side_effect=OperationalError("the server closed the connection")):
        answer = api.get(RECORDINGS)
    assert (answer.status_code, answer.data["errors"][0]["code"]) == (503, "database_unavailable")
    assert answer["Retry-After"] == "5"


def test_any_offset_of_a_time_is_taken(api: APIClient) -> None:
    assert api.get(RECORDINGS, {"created_after": "1492-10-31T18:59:24+22:40"}).status_code == 200
