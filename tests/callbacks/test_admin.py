"""The admin of callback events: every body readable, none of them harmful."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import Application
from callbacks.admin.bodies import compare_bodies, show_body
from callbacks.models import Event
from recordings.ids import new_recording_id, robot_name
from recordings.models import Recording

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LIST = reverse("admin:callbacks_event_changelist")


@pytest.fixture
def school() -> Application:
    return Application.objects.create(name="school", sdk_app_id=1400000001, secret_key="canary-secret")


def store(application: Application, number: int = 1, **columns: Any) -> Event:
    values = {
        "event_type": "301",
        "task_id": f"task-{number}",
        "room_id": "1001",
        "robot_user_id": "rec_1",
        "body": b"{}",
    }
    return Event.objects.create(
        **(
            {"application": application, "family": "trtc", "natural_key": str(number), "verdict": "unmatched"}
            | {"occurred_at": NOW, "received_at": NOW}
            | values
            | columns
        )
    )


def record(application: Application) -> Recording:
    pk = new_recording_id()
    recording: Recording = Recording.objects.create(
        pk=pk, application=application, room_id="1", state="completed", ended_at=NOW, robot_user_id=robot_name(pk)
    )
    return recording


def page_of(event: Event) -> str:
    return reverse("admin:callbacks_event_change", args=[event.pk])


def test_a_body_is_shown_without_its_secrets(admin_client: Client, school: Application) -> None:
    """Signed addresses open files: they are left out wherever they stand."""
    body = {
        "EventType": 311,
        "EventInfo": {
            "Payload": {
                "TencentVod": {"VideoUrl": "https://v.example.com/a.mp4?sign=canary", "FileId": "387702"},
                "Errmsg": "see https://v.example.com/b.mp4?sign=canary",
                "UserSig": "canary",
            }
        },
    }
    html = admin_client.get(page_of(store(school, body=json.dumps(body).encode()))).text

    assert "canary" not in html
    assert "387702" in html
    assert "https://v.example.com/***" in html


def test_a_body_cannot_inject_markup(admin_client: Client, school: Application) -> None:
    body = json.dumps({"FileName": "<script>alert(1)</script>"}).encode()
    html = admin_client.get(page_of(store(school, body=body, room_id="<script>alert(2)</script>"))).text

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


@pytest.mark.parametrize(
    "body", [b"\xff\xfe{", b"", b'{"a": "\\ud800"}', b"not json <b>", b"[" * 100_000, b'{"n": ' + b"9" * 5000 + b"}"]
)
def test_any_bytes_are_shown_safely(admin_client: Client, school: Application, body: bytes) -> None:
    response = admin_client.get(page_of(store(school, body=body)))

    assert response.status_code == 200
    assert "<b>" not in response.text


def test_bytes_that_are_no_text_are_escaped() -> None:
    assert show_body(b"\xff{") == "\\xff{"


@pytest.mark.parametrize("term", ["task-1", "1001", "rec_1", " task-1 ", "301", "{recording}"])
def test_search_finds_by_what_an_operator_has(admin_client: Client, school: Application, term: str) -> None:
    recording = record(school)
    store(school, recording=recording)
    store(school, 2, room_id="other", robot_user_id="other", task_id="other", event_type="302")

    html = admin_client.get(LIST, {"q": term.format(recording=recording.pk)}).text

    assert "task-1" in html
    assert ">other<" not in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"verdict__exact": "unmatched"}, True),
        ({"verdict__exact": "applied"}, False),
        ({"is_late__exact": "1"}, True),
        ({"is_late__exact": "0"}, False),
        ({"family": "gme"}, False),
        ({"application": "99999"}, False),
    ],
)
def test_filters(admin_client: Client, school: Application, query: dict[str, str], found: bool) -> None:
    store(school, is_late=True)

    html = admin_client.get(LIST, query).text

    assert ("task-1" in html) is found


@pytest.mark.parametrize("query", [{"q": "a\0b"}, {"application": "9" * 40}, {"verdict__exact": "?"}, {"family": "x"}])
def test_strange_queries_do_no_harm(admin_client: Client, school: Application, query: dict[str, str]) -> None:
    store(school)

    assert admin_client.get(LIST, query).status_code == 200


def test_events_are_read_only(admin_client: Client, school: Application) -> None:
    event = store(school)

    assert admin_client.post(page_of(event), {"task_id": "x"}).status_code == 403
    assert (
        admin_client.post(reverse("admin:callbacks_event_delete", args=[event.pk]), {"post": "yes"}).status_code == 403
    )
    assert admin_client.post(reverse("admin:callbacks_event_add"), {}).status_code == 403
    assert Event.objects.get().task_id == "task-1"


def test_the_list_costs_the_same_for_many(
    admin_client: Client, school: Application, django_assert_num_queries: Any
) -> None:
    store(school)
    with django_assert_num_queries(5):
        admin_client.get(LIST)
    for number in range(2, 21):
        store(school, number)
    with django_assert_num_queries(5):
        response = admin_client.get(LIST)
    assert "task-20" in response.text
    assert "canary" not in response.text


# --- two tellings


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (b'{"a": 1, "b": {"c": [1, 2]}}', b'{"a": 1, "b": {"c": [1, 3]}}', [("b.c[1]", "2", "3")]),
        (b'{"a": 1}', b'{"a": "1", "n": null}', [("a", "1", '"1"'), ("n", "–", "null")]),
        (b'{"sign": "one"}', b'{"sign": "two"}', [("sign", '"***"', '"***", another one')]),
        (
            b'{"url": "https://a/one?sign=1"}',
            b'{"url": "https://b/two?sign=2"}',
            [("url", '"https://a/one?***"', '"https://b/two?***"')],
        ),
        (b'{"url": "https://a/1"}', b'{"url": {"a": 1}}', [("url", '"https://a/1"', "–"), ("url.a", "–", "1")]),
        (b"{}", b"{}", []),
        (b"{", b"[", [("", "{", "[")]),
        (b"[" * 100_000, b"[" * 100_000, []),
    ],
)
def test_of_two_tellings_only_the_differences_are_shown(
    first: bytes, second: bytes, told: list[tuple[str, str, str]]
) -> None:
    """Also where both are hidden. Where an address leads is shown: a forger changes that first."""
    assert compare_bodies(first, second) == told
