"""The admin of recordings: it tells the truth, changes nothing by itself, and acts through the services."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from applications.services import create_api_key, create_application
from callbacks.models import Event
from recordings import gateway
from recordings.models import FactRow, Recording
from recordings.parameters import RecordingParameters
from recordings.services.ledger import apply_facts, lock_recording
from recordings.services.start import StartRequest, start_recording
from recordings.states.facts import Fact, FactKind, Source
from recordings.trtc.errors import CredentialsRejected, GatewayError, OutcomeUnknown, Rejected, Unavailable
from recordings.trtc.results import Created, Deleted, Description, Modified

pytestmark = pytest.mark.django_db
LIST = reverse("admin:recordings_recording_changelist")


@dataclass
class ScriptedGateway:
    """A Gateway that accepts everything, or refuses all calls named in *refusals*."""

    refusals: dict[str, GatewayError] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name in self.refusals:
            raise self.refusals[name]

    def create_recording(self, **_call: Any) -> Created:
        self._call("create")
        return Created(task_id=f"task-{len(self.calls)}-{id(self)}", request_id="request-create")

    def describe_recording(self, **_call: Any) -> Description:
        self._call("describe")
        return Description(status="in_progress", files=(), request_id="request-describe")

    def modify_recording(self, **_call: Any) -> Modified:
        self._call("modify")
        return Modified(request_id="request-modify")

    def delete_recording(self, **_call: Any) -> Deleted:
        self._call("delete")
        return Deleted(request_id="request-delete")


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> ScriptedGateway:
    scripted = ScriptedGateway()
    monkeypatch.setattr(gateway, "get_gateway", lambda: scripted)
    return scripted


@pytest.fixture
def school() -> Application:
    return create_application(
        fields={"name": "school", "sdk_app_id": 1400000001, "secret_id": "id", "secret_key": "canary-key"},
        storage={
            "name": "classes",
            "region": "ap-shanghai",
            "bucket": "classes-125",
            "access_key": "canary-access",
            "secret_key": "canary-storage",
        },
    )


def start(school: Application, vendor: ScriptedGateway, room: str = "1001", **options: Any) -> Recording:
    record = {"record_mode": "mixed", "output_format": "hls_mp4"}
    request = StartRequest(
        application=school,
        parameters=RecordingParameters.model_validate({"room_id": room, "record_params": record}),
        storage_profile=school.storage_profiles.get(),
        **options,
    )
    return start_recording(request=request, gateway=vendor).recording


def tell(recording: Recording, kind: FactKind, *, at: datetime | None = None, **data: Any) -> None:
    """Apply a fact as the callback intake does."""
    now = timezone.now()
    fact = Fact(
        kind=kind,
        source=Source.CALLBACK,
        key=f"callback:{kind}:{json.dumps(data, default=str)}",
        occurred_at=at or now,
        received_at=now,
        task_id=recording.task_id,
        data=data,
    )
    with transaction.atomic():
        apply_facts(recording=lock_recording(recording.uuid), facts=[fact])


def tell_story(recording: Recording) -> None:
    """Tell a recording's whole way up to the exit, with an uploaded playlist and no MP4 yet."""
    tell(recording, FactKind.RECORDER_STARTED)
    tell(recording, FactKind.SLICE_CREATED, files=[{"name": "a_mix.m3u8"}])
    tell(recording, FactKind.RECORDER_LEFT, reason="stopped")
    tell(recording, FactKind.SLICE_UPLOADED, files=[{"name": "a_mix.m3u8"}])
    tell(recording, FactKind.UPLOAD_FINISHED)


def finish(recording: Recording) -> None:
    """Tell the whole story, with its MP4, and the quiet after it."""
    tell_story(recording)
    tell(recording, FactKind.TRANSCODE_FINISHED, files=[{"name": "a_mix.mp4"}])
    tell(recording, FactKind.SETTLED, state="completed", reason="stopped", because="quiet")


def page_of(recording: Recording) -> str:
    return reverse("admin:recordings_recording_change", args=[recording.pk])


def act_on(recording: Recording, action: str) -> str:
    return reverse(f"admin:recordings_recording_{action}", args=[recording.pk])


def read(client: Client, address: str) -> str:
    """Return a page's text without markup."""
    response = client.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


# --- the page


def test_what_a_dead_process_may_hold_is_said_to_come_after_its_lease(
    admin_client: Client, school: Application, vendor: ScriptedGateway
) -> None:
    recording = start(school, vendor)
    now = timezone.now()
    held = {"lease_token": uuid4(), "lease_until": now + timedelta(seconds=25)}
    Recording.objects.filter(pk=recording.pk).update(next_check_at=now + timedelta(seconds=20), **held)

    text = read(admin_client, page_of(recording))

    assert re.search(
        r"Next: the vendor is asked how the task is, when the process that is at work on it is done; "
        r"if that died, after \d\d:\d\d:\d\d UTC \(in 2\d s\)\.",
        text,
    )


def test_the_headline_of_a_finalizing_recording_says_what_is_awaited(
    admin_client: Client, school: Application, vendor: ScriptedGateway
) -> None:
    recording = start(school, vendor)
    tell_story(recording)

    text = read(admin_client, page_of(recording))

    assert "Finalizing" in text
    assert re.search(r"The recorder left at \d\d:\d\d:\d\d UTC \(\d s ago\): it was stopped on request\.", text)
    assert "Waiting for 1 MP4." in text
    assert re.search(r"Gives up at .*? UTC \(in 1 hour, 59 minutes\): closed as Partial", text)


def test_the_headline_of_a_completed_recording_says_what_it_rests_on(
    admin_client: Client, school: Application, vendor: ScriptedGateway
) -> None:
    recording = start(school, vendor)
    finish(recording)

    text = read(admin_client, page_of(recording))

    assert "Every expected file is there: 1 HLS, 1 MP4. The vendor says so; storage has not been asked." in text
    assert "It is over." in text


def test_the_page_of_a_refused_start_has_the_vendors_words(
    admin_client: Client, school: Application, vendor: ScriptedGateway
) -> None:
    vendor.refusals["create"] = Rejected(
        code="FailedOperation.NotAllowed", message="wrong <b>key</b>", request_id="req-7", fault="operator"
    )
    recording = start(school, vendor)

    response = admin_client.get(page_of(recording))

    assert "the vendor refused for good" in response.text
    for words in (
        "FailedOperation.NotAllowed",
        "wrong &lt;b&gt;key&lt;/b&gt;",
        "req-7",
        "for an operator to put right",
    ):
        assert words in response.text
    assert "<b>key" not in response.text


def test_the_page_of_a_queued_recording_says_its_place_and_what_it_waits_for(
    admin_client: Client, school: Application, vendor: ScriptedGateway
) -> None:
    vendor.refusals["create"] = CredentialsRejected(
        code="AuthFailure.SignatureFailure", message="wrong key", request_id="req-7", fault="operator"
    )
    recording = start(school, vendor)

    text = read(admin_client, page_of(recording))

    assert "Place 1 in the queue." in text
    assert "waits for an operator: the vendor refuses the application" in text
    assert "AuthFailure.SignatureFailure" in text


def test_a_missing_file_says_why(admin_client: Client, school: Application, vendor: ScriptedGateway) -> None:
    recording = start(school, vendor)
    tell_story(recording)
    tell(recording, FactKind.TRANSCODE_FAILED, files=[{"name": "a_mix.mp4"}])

    text = read(admin_client, page_of(recording))

    assert re.search(r"failed mp4 a_mix\.mp4 making the output file failed at the vendor", text)


@pytest.mark.parametrize("step", range(6))
def test_every_state_on_the_way_has_a_page(
    admin_client: Client, school: Application, vendor: ScriptedGateway, step: int
) -> None:
    recording = start(school, vendor)
    story: list[tuple[FactKind, dict[str, Any]]] = [
        (FactKind.RECORDER_STARTED, {}),
        (FactKind.SLICE_CREATED, {"files": [{"name": "a.m3u8"}]}),
        (FactKind.STOP_REQUESTED, {"reason": "stopped"}),
        (FactKind.RECORDER_LEFT, {"reason": "stopped"}),
        (FactKind.SETTLED, {"state": "lost", "reason": "vanished", "because": "files_deadline"}),
    ]
    for kind, data in story[:step]:
        tell(recording, kind, **data)

    recording.refresh_from_db()
    assert recording.state.capitalize() in read(admin_client, page_of(recording))


def test_what_is_lost_without_a_task_names_what_the_vendor_can_look_for(
    admin_client: Client, school: Application, vendor: ScriptedGateway
) -> None:
    """The answer was an HTTP 502: nobody knows whether it acted, and it was the vendor's."""
    vendor.refusals["create"] = OutcomeUnknown(code="UnexpectedStatus", message="HTTP 502", fault="vendor")
    recording = start(school, vendor)
    tell(recording, FactKind.SETTLED, state="lost", reason="unknown_outcome", because="start_deadline")

    text = unescape(read(admin_client, page_of(recording)))

    sent = FactRow.objects.get(recording=recording, kind=FactKind.CREATE_SENT).occurred_at
    assert f"RoomId 1001, UserId {recording.robot_user_id} and the time of the start, {sent:%H:%M:%S} UTC" in text
    assert "task's id." not in text.replace("No task's id was ever told.", "")
    assert "the vendor's: quote the RequestId in a ticket" in text


def test_what_is_lost_with_a_task_names_it(admin_client: Client, school: Application, vendor: ScriptedGateway) -> None:
    recording = start(school, vendor)
    tell(recording, FactKind.SETTLED, state="lost", reason="vanished", because="start_deadline")

    text = unescape(read(admin_client, page_of(recording)))

    assert "ask the vendor with the task's id" in text
    assert "No task's id" not in text


def test_a_ledger_without_a_beginning_has_a_page(
    admin_client: Client, school: Application, vendor: ScriptedGateway
) -> None:
    """A recording found in the middle of its story has facts and no request."""
    recording = start(school, vendor)
    FactRow.objects.filter(recording=recording).delete()

    assert "No reason was told." in read(admin_client, page_of(recording))


def test_secrets_stay_out_of_the_page(admin_client: Client, school: Application, vendor: ScriptedGateway) -> None:
    key, _plain = create_api_key(application=school, name="backend")
    recording = start(school, vendor, asked_by=key)
    tell(recording, FactKind.IMAGE_ERROR, url="https://cos.example.com/logo.png?sign=canary")
    tell(
        recording, FactKind.UPLOAD_ERROR, code="X", message="at https://cos.example.com/a?sign=canary", fault="storage"
    )

    for page in (page_of(recording), LIST, act_on(recording, "stop")):
        html = admin_client.get(page).text
        assert "canary" not in html
        assert key.hashed_key not in html
    assert "https://cos.example.com/***" in admin_client.get(page_of(recording)).text


def test_a_file_name_cannot_inject_markup(admin_client: Client, school: Application, vendor: ScriptedGateway) -> None:
    recording = start(school, vendor, room="1002")
    tell(recording, FactKind.SLICE_CREATED, files=[{"name": "<script>alert(1)</script>.m3u8"}])

    assert "<script>alert" not in admin_client.get(page_of(recording)).text


def test_the_page_links_its_callbacks(admin_client: Client, school: Application, vendor: ScriptedGateway) -> None:
    recording = start(school, vendor)
    now = timezone.now()
    event = Event.objects.create(
        application=school, family="trtc", natural_key="1", event_type="301", recording=recording,
        occurred_at=now, received_at=now, body=b"{}", verdict="applied",
    )  # fmt: skip

    assert reverse("admin:callbacks_event_change", args=[event.pk]) in admin_client.get(page_of(recording)).text


def test_the_headline_tells_of_a_start_that_nobody_heard_of(
    admin_client: Client, school: Application, vendor: ScriptedGateway
) -> None:
    recording = start(school, vendor)
    tell(recording, FactKind.RECORDER_STARTED)
    tell(recording, FactKind.CREATE_SENT, attempt=2)
    tell(recording, FactKind.RECORDER_LEFT, reason="robot_id_conflict")

    assert "a later start that nobody heard of may have made another" in read(admin_client, page_of(recording))


def test_an_overdue_recording_raises_the_alarm(
    admin_client: Client, school: Application, vendor: ScriptedGateway
) -> None:
    recording = start(school, vendor)
    Recording.objects.filter(pk=recording.pk).update(deadline_at=timezone.now() - timedelta(minutes=5))

    assert "Its deadline passed 5 minutes ago and it is still live." in read(admin_client, page_of(recording))


# --- history is read-only


def test_a_recording_cannot_be_added_changed_or_deleted(
    admin_client: Client, school: Application, vendor: ScriptedGateway
) -> None:
    recording = start(school, vendor)

    for name, args in (("add", []), ("change", [recording.pk]), ("delete", [recording.pk])):
        page = reverse(f"admin:recordings_recording_{name}", args=args)
        assert admin_client.post(page, {"state": "completed", "post": "yes"}).status_code == 403
    before = recording.version
    recording.refresh_from_db()
    assert recording.version == before


def test_ledger_tables_have_no_admin_of_their_own(admin_client: Client) -> None:
    for name in ("factrow", "transition", "recordingfile", "task", "idempotencykey"):
        assert admin_client.get(f"/admin/recordings/{name}/").status_code == 404


# --- actions


def post_selected(client: Client, action: str, recordings: list[Recording], **more: str) -> HttpResponse:
    typed = {"action": action, "_selected_action": [str(recording.pk) for recording in recordings], **more}
    return client.post(LIST, typed, follow=True)  # type: ignore[return-value]  # the client's own kind of response


def test_stop_asks_first_and_acts_on_post(admin_client: Client, school: Application, vendor: ScriptedGateway) -> None:
    recording = start(school, vendor)

    asked = admin_client.get(act_on(recording, "stop"))
    assert "Stop this recording for good?" in asked.text
    assert "delete" not in vendor.calls

    told = admin_client.post(act_on(recording, "stop"), follow=True)
    assert "the stop is stored" in told.text
    assert "delete" in vendor.calls
    assert FactRow.objects.get(kind=FactKind.STOP_REQUESTED).source == Source.OPERATOR


def test_stop_of_an_ended_recording_says_that_nothing_was_to_stop(
    admin_client: Client, school: Application, vendor: ScriptedGateway
) -> None:
    recording = start(school, vendor)
    finish(recording)

    assert act_on(recording, "stop") not in admin_client.get(page_of(recording)).text
    assert "there is nothing to stop" in admin_client.post(act_on(recording, "stop"), follow=True).text


def test_a_refused_stop_shows_the_vendors_words(
    admin_client: Client, school: Application, vendor: ScriptedGateway
) -> None:
    recording = start(school, vendor)
    vendor.refusals["delete"] = Unavailable(code="InternalError", message="try <later>", request_id="req-9")

    html = admin_client.post(act_on(recording, "stop"), follow=True).text

    assert "will be tried again. The vendor refused: InternalError: try &lt;later&gt; (RequestId req-9)" in html


def test_refresh_asks_the_vendor_on_post_alone(
    admin_client: Client, school: Application, vendor: ScriptedGateway
) -> None:
    recording = start(school, vendor)

    admin_client.get(act_on(recording, "refresh"))
    assert "describe" not in vendor.calls

    told = admin_client.post(act_on(recording, "refresh"), follow=True)
    assert "the vendor was asked; it is recording" in told.text


def test_a_refused_refresh_shows_the_vendors_words(
    admin_client: Client, school: Application, vendor: ScriptedGateway
) -> None:
    recording = start(school, vendor)
    vendor.refusals["describe"] = Unavailable(code="Timeout", message="", request_id="")

    assert "gave no answer that helps: Timeout" in admin_client.post(act_on(recording, "refresh"), follow=True).text


def test_several_are_stopped_after_asking(admin_client: Client, school: Application, vendor: ScriptedGateway) -> None:
    recordings = [start(school, vendor, room=str(room)) for room in (1, 2)]

    asked = post_selected(admin_client, "stop_selected", recordings)
    assert "Stop these recordings for good?" in asked.text
    assert "delete" not in vendor.calls

    post_selected(admin_client, "stop_selected", recordings, confirmed="yes")
    assert vendor.calls.count("delete") == 2


def test_several_are_refreshed(admin_client: Client, school: Application, vendor: ScriptedGateway) -> None:
    recordings = [start(school, vendor, room=str(room)) for room in (1, 2)]

    post_selected(admin_client, "refresh_selected", recordings)

    assert vendor.calls.count("describe") == 2


def test_too_many_at_once_are_refused(admin_client: Client, school: Application, vendor: ScriptedGateway) -> None:
    recordings = [start(school, vendor, room=str(room)) for room in range(1, 22)]

    told = post_selected(admin_client, "refresh_selected", recordings)

    assert "select at most 20 at once" in told.text
    assert "describe" not in vendor.calls


@pytest.mark.parametrize("action", ["refresh", "stop"])
def test_who_may_only_look_cannot_act(
    client: Client, school: Application, vendor: ScriptedGateway, action: str
) -> None:
    recording = start(school, vendor)
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename="view_recording"))
    client.force_login(viewer)

    page = client.get(page_of(recording))
    assert page.status_code == 200
    assert act_on(recording, action) not in page.text
    assert client.post(act_on(recording, action)).status_code == 403
    post_selected(client, f"{action}_selected", [recording], confirmed="yes")
    assert vendor.calls == ["create"]


def test_acting_on_what_is_not_there_leads_back(admin_client: Client) -> None:
    for pk in ("nothing", "01a1fbc6-4bd0-7274-b496-6c2936f493cd"):
        address = reverse("admin:recordings_recording_stop", args=[pk])
        assert admin_client.post(address).status_code == 302
        assert admin_client.get(reverse("admin:recordings_recording_change", args=[pk])).status_code == 302


# --- the list


def test_the_list_costs_the_same_for_many(
    admin_client: Client, school: Application, vendor: ScriptedGateway, django_assert_num_queries: Any
) -> None:
    start(school, vendor, room="1")
    with django_assert_num_queries(5):
        admin_client.get(LIST)
    for room in range(2, 21):
        start(school, vendor, room=str(room))
    with django_assert_num_queries(5):
        response = admin_client.get(LIST)
    assert "20 / main" in response.text


@pytest.mark.parametrize("term", ["id", "room_id", "task_id", "robot_user_id"])
def test_search_finds_by_what_an_operator_has(
    admin_client: Client, school: Application, vendor: ScriptedGateway, term: str
) -> None:
    recording = start(school, vendor, room="1001")
    start(school, vendor, room="2002")

    html = admin_client.get(LIST, {"q": f" {getattr(recording, term)} "}).text

    assert "1001 / main" in html
    assert "2002 / main" not in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"live": "live"}, True),
        ({"live": "overdue"}, False),
        ({"live": "over"}, False),
        ({"state__exact": "starting"}, True),
        ({"state__exact": "lost"}, False),
        ({"provider": "trtc"}, True),
        ({"fault__exact": "vendor"}, False),
        ({"reason__exact": "stopped"}, False),
        ({"application": "99999999999999999999"}, False),
    ],
)
def test_filters(
    admin_client: Client, school: Application, vendor: ScriptedGateway, query: dict[str, str], found: bool
) -> None:
    start(school, vendor)

    response = admin_client.get(LIST, query)

    assert response.status_code == 200
    assert ("1001 / main" in response.text) is found
