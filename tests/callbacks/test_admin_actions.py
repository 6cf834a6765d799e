"""What an operator sees an event change, and can do about it."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from applications.models import CallbackEndpoint
from callbacks import replay
from callbacks.models import Event, Verdict
from recordings.models import FactRow, Recording
from recordings.services.confirm import confirm_recording
from tests.callbacks.deliver import deliver, event
from tests.callbacks.families import SPEAKERS, tell
from tests.vendor import Vendor

pytestmark = pytest.mark.django_db
Endpoints = Mapping[str, CallbackEndpoint]
LIST = reverse("admin:callbacks_event_changelist")
TIW, GME = SPEAKERS["tiw"], SPEAKERS["gme"]


def told_by_tiw(sample: str, **changes: Any) -> dict[str, Any]:
    """Return a body about the task `t`."""
    body = TIW.sample(sample)
    return body | {"EventData": body["EventData"] | {"TaskId": "t"} | changes}


def finished(**changes: Any) -> dict[str, Any]:
    return told_by_tiw("online_record_finished", **changes)


def page_of(event: Event) -> str:
    return reverse("admin:callbacks_event_change", args=[event.pk])


def act_on(event: Event, action: str) -> str:
    return reverse(f"admin:callbacks_event_{action}", args=[event.pk])


def read(client: Client, address: str) -> str:
    """Return a page's text without markup."""
    response = client.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def the_event(**columns: Any) -> Event:
    return Event.objects.get(**columns)


# --- what it changed


def test_the_first_event_makes_a_recording_known(admin_client: Client, endpoints: Endpoints) -> None:
    tell(endpoints["tiw"], told_by_tiw("online_record_started"))

    text = read(admin_client, page_of(the_event()))

    assert "It made this recording known." in text
    assert re.search(r"State – Recording", text)


def test_what_an_event_changed_is_told_against_what_was_known_before(
    admin_client: Client, endpoints: Endpoints
) -> None:
    tell(endpoints["tiw"], told_by_tiw("online_record_started"))
    tell(endpoints["tiw"], finished())
    tell(endpoints["tiw"], told_by_tiw("online_record_stopped"))
    confirm_recording(recording_id=Recording.objects.get().uuid, by="anna")

    text = read(admin_client, page_of(the_event(event_type="OnlineRecordFinished")))

    assert re.search(r"State Recording Completed", text)
    assert re.search(r"Provisional – this product signs a time", text)
    assert re.search(r"File \S+ – mp4, reported", text)
    assert "made this recording known" not in text


def test_a_file_that_changed_is_told_with_what_changed_of_it(admin_client: Client, endpoints: Endpoints) -> None:
    for sample in ("1_file_started", "2_file_finished", "3_file_uploaded"):
        tell(endpoints["gme"], GME.sample(sample))

    text = read(admin_client, page_of(the_event(event_type="3")))

    assert re.search(r"File \S+ (\w+ [^;]+; )*status expected.* status reported", text)


def test_an_event_that_moved_nothing_says_so(admin_client: Client, endpoints: Endpoints) -> None:
    tell(endpoints["tiw"], finished())
    tell(endpoints["tiw"], told_by_tiw("online_record_stopped"))

    assert "Nothing: the recording stood so already." in read(
        admin_client, page_of(the_event(event_type="OnlineRecordStopped"))
    )


def test_a_late_word_that_a_terminal_state_withstood_is_told_so(
    admin_client: Client, endpoints: Endpoints, api: APIClient, vendor: Vendor, body: dict[str, Any]
) -> None:
    """Such a fact is followed by one that holds the state: only both together tell what became of it."""
    api.post("/api/v1/recordings", body)
    started = Recording.objects.get()
    whose = {"TaskId": started.task_id, "UserId": started.robot_user_id}
    twin = event(301, {"Status": 0}, **whose | {"TaskId": "twin"})
    story = [event(301, {"Status": 0}, **whose), event(307, {"FileName": "a.m3u8"}, **whose)]
    for told in (*story, event(302, {"LeaveCode": 0}, **whose), event(305, {"Status": 0}, **whose), twin):
        assert deliver(endpoints["trtc"], told).status_code == 200
    assert FactRow.objects.filter(kind="settled", data__because="terminal_states_only_improve").exists()

    text = read(admin_client, page_of(the_event(task_id="twin")))

    assert "Nothing: the recording stood so already." in text


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict != Verdict.APPLIED])
def test_without_a_recording_the_verdict_says_why(admin_client: Client, endpoints: Endpoints, verdict: Verdict) -> None:
    tell(endpoints["tiw"], told_by_tiw("online_record_started"))
    Event.objects.update(verdict=verdict, recording=None)

    assert re.search(r"[Ww]hat it changed:? Nothing", read(admin_client, page_of(the_event())))


# --- two tellings


def test_two_tellings_lead_to_each_other_with_what_differs(admin_client: Client, endpoints: Endpoints) -> None:
    tell(endpoints["tiw"], finished())
    tell(endpoints["tiw"], finished(TotalTime=7))
    first, other = the_event(verdict="applied"), the_event(verdict="conflict")

    for shown, link, values in ((first, other, r"\d+ 7"), (other, first, r"7 \d+")):
        assert page_of(link) in admin_client.get(page_of(shown)).text
        text = read(admin_client, page_of(shown))
        assert re.search(rf"EventData\.TotalTime {values}", text)
        assert "EventData.TaskId" not in text


def test_another_telling_is_believed_after_asking(admin_client: Client, endpoints: Endpoints) -> None:
    tell(endpoints["tiw"], finished())
    tell(endpoints["tiw"], finished(Error={"Code": "Broken", "Message": ""}, VideoInfos=[]))
    other = the_event(verdict="conflict")

    asked = admin_client.get(act_on(other, "adopt"))
    assert "even if that takes back how it ended" in asked.text
    assert Recording.objects.get().state == "completed"

    said = admin_client.post(act_on(other, "adopt"), follow=True).text
    assert "the recording is failed" in said
    assert (Recording.objects.get().state, Recording.objects.get().provisional_reason) == ("failed", None)
    assert FactRow.objects.get(kind="confirmed").data == {"by": "admin"}
    assert "When an operator believed it" in read(admin_client, page_of(other))


def test_only_a_disputed_event_offers_to_be_believed(admin_client: Client, endpoints: Endpoints) -> None:
    tell(endpoints["tiw"], finished())
    event = the_event()
    assert act_on(event, "adopt") not in admin_client.get(page_of(event)).text

    tell(endpoints["tiw"], finished(TotalTime=7))
    assert act_on(event, "adopt") not in admin_client.get(page_of(event)).text  # it is believed already
    other = Event.objects.get(verdict="conflict")
    assert act_on(other, "adopt") in admin_client.get(page_of(other)).text

    admin_client.post(act_on(other, "adopt"))
    assert act_on(event, "adopt") in admin_client.get(page_of(event)).text
    assert act_on(other, "adopt") not in admin_client.get(page_of(other)).text


def test_what_cannot_be_believed_is_refused_in_words(admin_client: Client, endpoints: Endpoints) -> None:
    tell(endpoints["tiw"], finished())
    event = the_event()
    Event.objects.update(recording=None)

    assert (
        "Nothing was done: the event is about no recording."
        in admin_client.post(act_on(event, "adopt"), follow=True).text
    )


# --- apply again


@pytest.fixture
def missed(endpoints: Endpoints) -> Event:
    """Return an event that an error of ours kept from being applied."""
    tell(endpoints["tiw"], told_by_tiw("online_record_started"))
    missed = the_event()
    Recording.objects.get().delete()
    Event.objects.update(verdict=Verdict.FAILED, recording=None)
    return missed


def test_an_event_is_applied_again(admin_client: Client, missed: Event) -> None:
    assert admin_client.get(act_on(missed, "apply_again")).status_code == 200
    assert not Recording.objects.exists()

    said = admin_client.post(act_on(missed, "apply_again"), follow=True).text

    assert "Applied again: applied." in said
    assert Recording.objects.get().state == "recording"


def test_selected_events_are_applied_again(admin_client: Client, missed: Event, endpoints: Endpoints) -> None:
    tell(endpoints["gme"], GME.sample("1_file_started"))
    selected = {"action": "apply_again_selected", "_selected_action": [event.pk for event in Event.objects.all()]}

    said = admin_client.post(LIST, selected, follow=True).text

    assert "2 events were applied again: 2 applied." in said
    assert Recording.objects.count() == 2


def test_a_failure_is_told(admin_client: Client, missed: Event) -> None:
    Event.objects.update(body=b"{")

    assert (
        "Applied again: failed. An error of ours" in admin_client.post(act_on(missed, "apply_again"), follow=True).text
    )


def test_only_so_many_are_applied_at_once(admin_client: Client, missed: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callbacks.admin.actions.MOST_AT_ONCE", 0)
    said = admin_client.post(LIST, {"action": "apply_again_selected", "_selected_action": [missed.pk]}, follow=True)

    assert "Nothing was done" in said.text
    assert the_event().verdict == Verdict.FAILED


@pytest.mark.parametrize("action", ["apply_again", "adopt"])
def test_acting_needs_the_permission(
    client: Client, missed: Event, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any, **_options: Any) -> None:
        raise AssertionError("it was done")

    for name in ("apply_again", "adopt_variant"):
        monkeypatch.setattr(replay, name, fail)
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename="view_event"))
    client.force_login(viewer)

    assert client.post(act_on(missed, action)).status_code == 403
    assert act_on(missed, action) not in client.get(page_of(missed)).text
    client.post(LIST, {"action": "apply_again_selected", "_selected_action": [missed.pk]})


def test_acting_on_what_is_not_there_leads_back(admin_client: Client) -> None:
    assert admin_client.post(reverse("admin:callbacks_event_adopt", args=[7])).status_code == 302
