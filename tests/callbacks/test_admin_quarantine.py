"""The admin of what was refused: why, without secrets, and nothing to change."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import Application
from callbacks.models import Quarantined, RefusalCount

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
QUARANTINE = reverse("admin:callbacks_quarantined_changelist")


@pytest.fixture
def school() -> Application:
    return Application.objects.create(name="school", sdk_app_id=1400000001, secret_key="canary-secret")


def refused(application: Application | None, **columns: Any) -> Quarantined:
    values = {"family": "trtc", "why": "bad_signature", "sender": "203.0.113.7", "body": b"{}", "size": 2}
    row: Quarantined = Quarantined.objects.create(
        application=application, digest="d", received_at=NOW, **(values | columns)
    )
    return row


def refusal_page(row: Quarantined) -> str:
    return reverse("admin:callbacks_quarantined_change", args=[row.pk])


def test_a_refused_delivery_tells_why_and_hides_secrets(admin_client: Client, school: Application) -> None:
    body = b'{"FileUrl": "https://v.example.com/a?sign=canary", "usersig": "canary", "<b>": "\xff"}'
    row = refused(school, body=body, size=9000, detail="<script>alert(1)</script>")

    html = admin_client.get(refusal_page(row)).text

    assert "compare the key with the vendor" in html
    assert "Its beginning; the rest was not kept." in html
    assert "203.0.113.7" in html
    assert "canary" not in html
    assert "<b>" not in html
    assert "<script>alert" not in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, True),
        ({"why__exact": "bad_signature"}, True),
        ({"why__exact": "expired"}, False),
        ({"is_authentic__exact": "1"}, False),
        ({"application": "none"}, False),
        ({"family": "trtc"}, True),
        ({"family": "gme"}, False),
    ],
)
def test_the_quarantine_is_filtered(
    admin_client: Client, school: Application, query: dict[str, str], found: bool
) -> None:
    row = refused(school)

    assert (refusal_page(row) in admin_client.get(QUARANTINE, query).text) is found


def test_what_came_to_nobody_is_found(admin_client: Client, school: Application) -> None:
    row = refused(None, why="unknown_address")

    assert refusal_page(row) in admin_client.get(QUARANTINE, {"application": "none"}).text
    assert refusal_page(row) not in admin_client.get(QUARANTINE, {"application": school.pk}).text


def test_the_quarantine_costs_the_same_for_many(
    admin_client: Client, school: Application, django_assert_num_queries: Any
) -> None:
    for _ in range(2):
        refused(school)
        with django_assert_num_queries(5):
            html = admin_client.get(QUARANTINE).text
        assert "canary" not in html


def test_a_refused_delivery_can_be_deleted_and_not_changed(admin_client: Client, school: Application) -> None:
    row = refused(school)

    assert admin_client.post(refusal_page(row), {"detail": "x"}).status_code == 403
    assert admin_client.post(reverse("admin:callbacks_quarantined_add"), {}).status_code == 403
    admin_client.post(reverse("admin:callbacks_quarantined_delete", args=[row.pk]), {"post": "yes"})
    assert not Quarantined.objects.exists()


def test_counts_are_listed_by_day_and_read_only(admin_client: Client, school: Application) -> None:
    count = RefusalCount.objects.create(day=NOW.date(), application=school, family="trtc", why="expired", number=12345)
    page = reverse("admin:callbacks_refusalcount_changelist")

    html = admin_client.get(page).text
    assert "school" in html
    assert "12345" in html.replace(",", "")
    assert admin_client.get(page, {"application": "none"}).text.count("12345") == 0
    for name in ("change", "delete"):
        address = reverse(f"admin:callbacks_refusalcount_{name}", args=[count.pk])
        assert admin_client.post(address, {"number": 1, "post": "yes"}).status_code == 403
