"""The page of a recording that was started elsewhere: what is known of it, how far that is believed, and Confirm."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from applications.models import CallbackEndpoint
from recordings.admin.observed import HAPPENED_ELSEWHERE
from recordings.admin.words import DOUBTS, FACTS, FILE_KINDS, REASONS, STATES
from recordings.ids import new_recording_id, robot_name
from recordings.models import FactRow, Recording
from recordings.states.facts import FactKind
from recordings.states.vocabulary import Doubt, FileKind, Reason, State
from tests.callbacks.deliver import event
from tests.callbacks.families import SPEAKERS, send, tell
from tests.vendor import Vendor

pytestmark = pytest.mark.django_db
Endpoints = Mapping[str, CallbackEndpoint]
LIST = reverse("admin:recordings_recording_changelist")
TIW, GME, CSS = SPEAKERS["tiw"], SPEAKERS["gme"], SPEAKERS["css"]


def told_by_tiw(sample: str, **changes: Any) -> dict[str, Any]:
    body = TIW.sample(f"online_record_{sample}")
    return body | {"EventData": body["EventData"] | {"TaskId": "t"} | changes}


def page_of(recording: Recording) -> str:
    return reverse("admin:recordings_recording_change", args=[recording.pk])


def act_on(recording: Recording, action: str) -> str:
    return reverse(f"admin:recordings_recording_{action}", args=[recording.pk])


def read_page(client: Client) -> str:
    """Return the text of the only recording's page, without markup."""
    response = client.get(page_of(Recording.objects.get()))
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def test_every_word_has_words() -> None:
    assert set(REASONS) == set(Reason)
    assert set(DOUBTS) == set(Doubt)
    assert set(FILE_KINDS) == set(FileKind)
    assert set(HAPPENED_ELSEWHERE) == set(STATES) == set(State)
    assert set(FACTS) <= set(FactKind)


def test_a_console_made_recording_says_so(admin_client: Client, endpoints: Endpoints) -> None:
    send(endpoints["trtc"], SPEAKERS["trtc"].sign(event(301, {"Status": 0}, UserId="recorder_1")))

    text = read_page(admin_client)

    assert "The recorder has been in the room since" in text
    assert "It was started elsewhere: in the console or by another system. It can be stopped here." in text
    assert "Unless more is heard of it, at" in text
    assert act_on(Recording.objects.get(), "stop") in admin_client.get(page_of(Recording.objects.get())).text


def test_a_robot_of_ours_without_a_row_says_so(admin_client: Client, endpoints: Endpoints, vendor: Vendor) -> None:
    name = robot_name(new_recording_id())
    send(endpoints["trtc"], SPEAKERS["trtc"].sign(event(301, {"Status": 0}, UserId=name)))

    assert "its row was lost, by a restored backup perhaps" in read_page(admin_client)


@pytest.mark.parametrize(
    ("family", "bodies", "said"),
    [
        ("tiw", [told_by_tiw("started")], "It has been recording since"),
        (
            "tiw",
            [told_by_tiw("started"), told_by_tiw("long_pause_warning")],
            "Unless it is resumed, the vendor ends it",
        ),
        ("tiw", [told_by_tiw("long_pause_force_stopped")], "The vendor is ending it"),
        ("tiw", [told_by_tiw("stopped")], "It no longer records. No file was told of yet."),
        ("tiw", [told_by_tiw("finished")], "Every file that was told of is there: 4 MP4."),
        ("tiw", [told_by_tiw("finished", VideoInfos=[])], "It ended, and the vendor told of no file."),
        ("tiw", [told_by_tiw("finished_failed", VideoInfos=[])], "There is no usable file. Why: "),
        ("gme", [GME.sample("1_file_started")], "Being written: 1 "),
        ("gme", [GME.sample("2_file_finished")], "It no longer records. Waiting for 1 "),
        ("gme", [GME.sample("3_file_uploaded")], "every file that was told of is in storage: 1 "),
        ("css", [CSS.sample("100_file")], "what is known of it are the callbacks of CSS live recording."),
    ],
)
def test_the_headline_of_other_products_reads_naturally(
    admin_client: Client, endpoints: Endpoints, family: str, bodies: list[dict[str, Any]], said: str
) -> None:
    for body in bodies:
        assert tell(endpoints[family], body) == 200

    text = read_page(admin_client)

    assert said in text
    assert "slot" not in text.partition("Files")[0].lower()
    assert "goodbye" not in text


def test_files_tell_their_size_and_length_and_details_are_shown(admin_client: Client, endpoints: Endpoints) -> None:
    tell(endpoints["css"], CSS.sample("100_file"))
    file = Recording.objects.get().files.get()

    html = admin_client.get(page_of(Recording.objects.get())).text

    assert f"{file.size} bytes" in html
    assert re.search(r"<small>\d+:\d\d:\d\d</small>", html)
    assert "what callbacks told beside the state" in html


# --- provisional


@pytest.fixture
def doubtful(endpoints: Endpoints) -> Recording:
    """Return a recording that ended by a word which nothing confirms."""
    tell(endpoints["tiw"], told_by_tiw("finished"))
    return Recording.objects.get()


def test_a_provisional_recording_says_so_and_why(admin_client: Client, doubtful: Recording) -> None:
    text = read_page(admin_client)
    assert "Provisional: this product signs a time and not what it says" in text
    assert "Look whether the storage has the files; then confirm it." in text
    assert ">provisional</span>" in admin_client.get(LIST).text


def test_two_tellings_are_another_doubt(admin_client: Client, doubtful: Recording, endpoints: Endpoints) -> None:
    tell(endpoints["tiw"], told_by_tiw("finished", TotalTime=7))

    assert "Provisional: one event was told in two ways" in read_page(admin_client)


def test_an_operator_confirms_after_being_asked(admin_client: Client, doubtful: Recording) -> None:
    assert act_on(doubtful, "confirm") in admin_client.get(page_of(doubtful)).text
    assert admin_client.get(act_on(doubtful, "confirm")).status_code == 200
    assert Recording.objects.get().is_provisional

    said = admin_client.post(act_on(doubtful, "confirm"), follow=True).text

    assert "confirmed. It is completed" in said
    assert FactRow.objects.get(kind="confirmed").data == {"by": "admin"}
    assert "Provisional:" not in read_page(admin_client)
    assert act_on(doubtful, "confirm") not in admin_client.get(page_of(doubtful)).text
    assert page_of(doubtful) not in admin_client.get(LIST, {"provisional": "yes"}).text
    assert "nothing to confirm" in admin_client.post(act_on(doubtful, "confirm"), follow=True).text


def test_confirming_needs_the_permission(client: Client, doubtful: Recording) -> None:
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename="view_recording"))
    client.force_login(viewer)

    assert client.post(act_on(doubtful, "confirm")).status_code == 403
    assert Recording.objects.get().is_provisional


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"provisional": "yes"}, True),
        ({"provisional": "weak_signature"}, True),
        ({"provisional": "conflict"}, False),
        ({"origin__exact": "api"}, False),
    ],
)
def test_filters(admin_client: Client, doubtful: Recording, query: dict[str, str], found: bool) -> None:
    assert (page_of(doubtful) in admin_client.get(LIST, query).text) is found


@pytest.mark.parametrize("action", ["stop", "refresh"])
def test_products_that_are_not_called_from_here_are_not_asked(
    admin_client: Client, endpoints: Endpoints, vendor: Vendor, action: str
) -> None:
    """Neither on the page nor from the list; the vendor would take a task of another product for one of its own."""
    tell(endpoints["tiw"], told_by_tiw("started"))
    recording = Recording.objects.get()
    selected = {"action": f"{action}_selected", "_selected_action": [recording.pk], "confirmed": "yes"}

    assert act_on(recording, action) not in admin_client.get(page_of(recording)).text
    for said in (
        admin_client.post(act_on(recording, action), follow=True).text,
        admin_client.post(LIST, selected, follow=True).text,
    ):
        assert "a product that is not called from here" in said
    assert vendor.calls == []
