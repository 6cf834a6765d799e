"""A release before ours, or ours after a rollback, goes on with recordings of which a later one wrote the ledger."""

from typing import Any

from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from recordings.models import FactRow, Recording
from recordings.services.rebuild import rebuild_recording
from tests.recordings.steps import RECORDINGS, carry_on, kinds, reread, start
from tests.vendor import Vendor


def test_a_recording_with_a_fact_of_a_later_release_is_told_of_driven_and_stopped(
    api: APIClient, vendor: Vendor, body: dict[str, Any], admin_client: Client
) -> None:
    recording = start(api, body)
    _tell_of_a_later_release(recording)

    timeline = api.get(f"{RECORDINGS}/{recording.uuid}/timeline")
    page = admin_client.get(reverse("admin:recordings_recording_change", args=[recording.pk]))
    assert "teleported" in timeline.content.decode()
    assert page.status_code == 200

    assert api.post(f"{RECORDINGS}/{recording.uuid}/stop").status_code == 202
    carry_on(recording)
    assert {"teleported", "delete_accepted"} <= set(kinds(recording))
    told = reread(recording)
    assert told.state == "stopping"
    assert told.ledger_length == FactRow.objects.filter(recording=recording).count()
    assert rebuild_recording(recording.uuid, write=False) == []


def _tell_of_a_later_release(recording: Recording) -> None:
    fact = FactRow.objects.filter(recording=recording).latest("pk")
    fact.pk, fact.kind, fact.source, fact.key = None, "teleported", "oracle", "teleported:1"
    fact.save()
    Recording.objects.filter(pk=recording.pk).update(ledger_length=recording.ledger_length + 1)
