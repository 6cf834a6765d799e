"""What a signature that covers no body is worth: nothing completes, fails or changes unseen."""

from collections.abc import Mapping
from typing import Any

import pytest
from rest_framework.test import APIClient

from applications.models import CallbackEndpoint
from callbacks.keyring import forget_rings
from callbacks.models import Event, Verdict
from callbacks.replay import adopt_variant
from callbacks.store import MOST_VARIANTS
from recordings.models import Recording
from recordings.services.confirm import confirm_recording
from recordings.services.rebuild import rebuild_recording
from tests.callbacks.families import SPEAKERS, Request, send, tell

Endpoints = Mapping[str, CallbackEndpoint]
TIW, CSS, GME = SPEAKERS["tiw"], SPEAKERS["css"], SPEAKERS["gme"]


def finished(**changes: Any) -> dict[str, Any]:
    body = TIW.sample("online_record_finished")
    return body | {"EventData": body["EventData"] | changes}


def the_recording() -> Recording:
    found: Recording = Recording.objects.get()
    return found


def test_an_end_is_provisional_until_an_operator_confirms_it(endpoints: Endpoints, api: APIClient) -> None:
    tell(endpoints["tiw"], finished())
    address = f"/api/v1/recordings/{the_recording().pk}"
    told = api.get(address).data
    assert (told["state"], told["provisional"], told["provisional_reason"]) == ("completed", True, "weak_signature")
    assert api.get("/api/v1/recordings", {"provisional": "true"}).data["results"][0]["id"] == told["id"]

    confirm_recording(recording_id=the_recording().uuid, by="anna")

    told = api.get(address).data
    assert (told["provisional"], told["provisional_reason"]) == (False, None)
    assert api.get("/api/v1/recordings", {"provisional": "true"}).data["results"] == []
    assert rebuild_recording(the_recording().uuid, write=False) == []


def test_an_application_may_trust_a_family(endpoints: Endpoints) -> None:
    CallbackEndpoint.objects.filter(pk=endpoints["tiw"].pk).update(is_trusted=True)
    forget_rings()
    tell(endpoints["tiw"], finished())
    assert (the_recording().state, the_recording().provisional_reason) == ("completed", None)


def test_a_captured_signature_on_a_changed_body_is_flagged_and_changes_nothing(endpoints: Endpoints) -> None:
    real = TIW.sign(finished())
    assert send(endpoints["tiw"], real).status_code == 200
    before = [file.url for file in the_recording().files.all()]
    confirm_recording(recording_id=the_recording().uuid, by="anna")

    forged = Request({}, real.body.replace(b"dace3518e865e76a9e36712c629822ba", b"f" * 32))
    assert send(endpoints["tiw"], forged).status_code == 200

    recording = the_recording()
    assert (recording.state, recording.provisional_reason) == ("completed", "conflict")
    assert [file.url for file in recording.files.all()] == before
    assert sorted(Event.objects.values_list("verdict", flat=True)) == ["applied", "conflict"]
    assert rebuild_recording(recording.uuid, write=False) == []


def test_a_forged_file_of_a_confirmed_stream_makes_it_provisional_again(endpoints: Endpoints) -> None:
    tell(endpoints["css"], CSS.sample("100_file"))
    confirm_recording(recording_id=the_recording().uuid, by="anna")
    tell(endpoints["css"], CSS.sample("100_file") | {"record_file_id": "forged", "file_id": "forged"})
    tell(endpoints["css"], CSS.sample("332_record_ended") | {"session_id": the_recording().task_id})
    assert the_recording().files.count() == 2
    assert the_recording().state == "finalizing"  # and provisional when it closes: states/test_observed.py


def test_a_repetition_in_other_types_is_no_conflict(endpoints: Endpoints) -> None:
    body = finished()
    tell(endpoints["tiw"], body)
    drifted = body | {"EventData": {k: str(v) if isinstance(v, int) else v for k, v in body["EventData"].items()}}
    tell(endpoints["tiw"], drifted | {"Timestamp": str(body["Timestamp"] + 9)})
    assert Event.objects.count() == 1
    assert the_recording().provisional_reason == "weak_signature"


def test_a_strong_familys_conflict_is_flagged_too(endpoints: Endpoints) -> None:
    tell(endpoints["gme"], GME.sample("3_file_uploaded"))
    tell(endpoints["gme"], GME.sample("3_file_uploaded") | {"UserID": "another"})
    assert the_recording().provisional_reason == "conflict"


def test_forgeries_of_one_event_are_bounded(endpoints: Endpoints) -> None:
    for number in range(3 * MOST_VARIANTS):
        assert tell(endpoints["tiw"], finished(TotalTime=number)) == 200
    assert Event.objects.count() == 1 + MOST_VARIANTS


@pytest.mark.parametrize("real_first", [True, False])
def test_an_operator_chooses_between_two_tellings(real_first: bool, endpoints: Endpoints) -> None:
    real, forged = finished(), finished(Error={"Code": "Forged", "Message": ""}, VideoInfos=[])
    for body in (real, forged) if real_first else (forged, real):
        tell(endpoints["tiw"], body)
    assert the_recording().state == ("completed" if real_first else "failed")

    conflict = Event.objects.get(verdict=Verdict.CONFLICT)
    first = Event.objects.get(verdict=Verdict.APPLIED)
    adopt_variant(conflict.pk, by="anna")
    assert (the_recording().state, the_recording().provisional_reason) == (
        ("failed", None) if real_first else ("completed", None)
    )

    adopt_variant(first.pk, by="anna")  # and back
    assert the_recording().state == ("completed" if real_first else "failed")
    assert the_recording().files.count() == (4 if real_first else 0)
    assert rebuild_recording(the_recording().uuid, write=False) == []
