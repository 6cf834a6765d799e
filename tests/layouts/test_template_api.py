"""Layout templates over REST, and what recordings take from them."""

import threading
from typing import Any

import pytest
from django.db import connections
from rest_framework.test import APIClient

from applications.models import Application
from layouts.services import change_layout_template, create_layout_template
from recordings.models import Recording
from recordings.services.rebuild import rebuild_recording
from tests.conftest import ApiClient
from tests.recordings.steps import RECORDINGS
from tests.vendor import CREATE, MODIFY, Vendor

TEMPLATES = "/api/v1/layout-templates"
LESSON = {"mix_layout_mode": "screen_share", "back_ground_color": "#102030"}


@pytest.fixture
def lesson(api: APIClient) -> dict[str, Any]:
    """Return the template `lesson` of `school`, as made over REST."""
    answer = api.post(TEMPLATES, {"name": "lesson", "description": "Teacher large", "mix_layout_params": LESSON})
    assert answer.status_code == 201, answer.data
    told: dict[str, Any] = answer.data
    return told


def test_a_template_is_made_read_changed_and_deleted(api: APIClient, lesson: dict[str, Any]) -> None:
    assert (lesson["version"], lesson["shared"], lesson["description"]) == (1, False, "Teacher large")
    assert lesson["mix_layout_params"]["mix_layout_mode"] == "screen_share"

    changed = api.patch(f"{TEMPLATES}/lesson", {"mix_layout_params": {"mix_layout_mode": "grid"}}).data
    assert changed["version"] == 2
    same = api.patch(f"{TEMPLATES}/lesson", {"mix_layout_params": {"mix_layout_mode": "grid"}}).data
    assert same["version"] == 2  # nothing changed, so no version
    versions = api.get(f"{TEMPLATES}/lesson/versions").data
    assert [(v["version"], v["mix_layout_params"]["mix_layout_mode"], v["created_by"]) for v in versions] == [
        (2, "grid", "backend"),
        (1, "screen_share", "backend"),
    ]

    assert api.delete(f"{TEMPLATES}/lesson").status_code == 204
    assert api.get(f"{TEMPLATES}/lesson").status_code == 404


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"name": "x"}, "mix_layout_params"),
        ({"name": "a b", "mix_layout_params": LESSON}, "name"),
        ({"name": "x", "mix_layout_params": {}}, "mix_layout_params.mix_layout_mode"),
        ({"name": "x", "mix_layout_params": LESSON | {"colour": 1}}, "mix_layout_params.colour"),
        ({"name": "x", "mix_layout_params": LESSON | {"render_mode": "red"}}, "mix_layout_params.render_mode"),
        ({"name": "lesson", "mix_layout_params": LESSON}, "name"),
        ({"name": "x", "mix_layout_params": LESSON, "version": 3}, "version"),
    ],
)  # fmt: skip
def test_a_wrong_template_is_refused_by_field(
    body: dict[str, Any], attr: str, api: APIClient, lesson: dict[str, Any]
) -> None:
    answer = api.post(TEMPLATES, body)
    assert (answer.status_code, answer.data["errors"][0]["attr"]) == (400, attr)


def test_shared_templates_are_read_and_hidden_by_own_ones(
    api: APIClient, other_application: Application, client_for: ApiClient
) -> None:
    for name in ("lesson", "meeting"):
        create_layout_template(application=None, name=name, layout={"mix_layout_mode": "grid"})
    api.post(TEMPLATES, {"name": "lesson", "mix_layout_params": LESSON})

    listed = api.get(TEMPLATES).data["results"]
    assert [(t["name"], t["shared"]) for t in listed] == [("lesson", False), ("meeting", True)]
    theirs = client_for(other_application).get(TEMPLATES).data["results"]
    assert [(t["name"], t["shared"]) for t in theirs] == [("lesson", True), ("meeting", True)]
    assert api.patch(f"{TEMPLATES}/meeting", {"description": "mine"}).status_code == 403
    assert api.delete(f"{TEMPLATES}/meeting").status_code == 403


def test_another_applications_template_is_none(
    api: APIClient, lesson: dict[str, Any], other_application: Application, client_for: ApiClient
) -> None:
    other = client_for(other_application)
    assert other.get(f"{TEMPLATES}/lesson").status_code == 404
    assert other.delete(f"{TEMPLATES}/lesson").status_code == 404


def test_a_start_takes_a_template_and_its_own_fields_over_it(
    api: APIClient, lesson: dict[str, Any], body: dict[str, Any], vendor: Vendor
) -> None:
    wish = body | {"layout_template": "lesson", "mix_layout_params": {"max_resolution_user_id": "alice"}}
    told = api.post(RECORDINGS, wish).data

    assert told["layout_template"] == "lesson@1"
    assert told["mix_layout_params"]["back_ground_color"] == "#102030"
    (asked,) = vendor.asked(CREATE)
    assert asked["MixLayoutParams"]["MixLayoutMode"] == 2
    assert asked["MixLayoutParams"]["MaxResolutionUserId"] == "alice"


def test_what_a_recording_used_stays_when_the_template_changes_or_goes(
    api: APIClient, lesson: dict[str, Any], body: dict[str, Any], vendor: Vendor, application: Application
) -> None:
    told = api.post(RECORDINGS, body | {"layout_template": "lesson@1"}).data
    api.patch(f"{TEMPLATES}/lesson", {"mix_layout_params": {"mix_layout_mode": "grid"}})
    api.delete(f"{TEMPLATES}/lesson")

    again = api.get(f"{RECORDINGS}/{told['id']}").data
    assert (again["layout_template"], again["mix_layout_params"]) == ("lesson@1", told["mix_layout_params"])


@pytest.mark.parametrize("name", ["nobody", "lesson@2", "lesson@0", "lesson@", "@1", "le sson", "lesson@1@1"])
def test_an_unknown_template_is_named(
    name: str, api: APIClient, lesson: dict[str, Any], body: dict[str, Any], vendor: Vendor
) -> None:
    answer = api.post(RECORDINGS, body | {"layout_template": name})
    assert (answer.status_code, answer.data["errors"][0]["attr"]) == (400, "layout_template")
    assert not Recording.objects.exists()


def test_a_change_takes_a_template_whole_and_the_revisions_tell_who_and_why(
    api: APIClient, lesson: dict[str, Any], body: dict[str, Any], vendor: Vendor
) -> None:
    first = body | {"mix_layout_params": {"mix_layout_mode": "floating", "max_resolution_user_id": "bob"}}
    first["record_params"] = body["record_params"] | {"subscribe_stream_user_ids": {"subscribe_audio_user_ids": ["a"]}}
    told = api.post(RECORDINGS, first).data
    address = f"{RECORDINGS}/{told['id']}"

    change = {"layout_template": "lesson", "comment": "the teacher shares her screen"}
    assert api.patch(address, change, headers={"If-Match": "*"}).status_code == 200

    (asked,) = vendor.asked(MODIFY)
    assert asked["MixLayoutParams"]["MixLayoutMode"] == 2
    assert "MaxResolutionUserId" not in asked["MixLayoutParams"]  # of the old layout
    assert asked["SubscribeStreamUserIds"]["SubscribeAudioUserIds"] == ["a"]
    revisions = api.get(f"{address}/revisions").data
    assert [(r["revision"], r["state"], r["by"], r["comment"], r["layout_template"]) for r in revisions] == [
        (2, "accepted", "backend", "the teacher shares her screen", "lesson@1"),
        (1, "accepted", "", "", ""),
    ]
    assert rebuild_recording(Recording.objects.get().uuid, write=False) == []


def test_another_arrangement_leaves_behind_what_belonged_to_the_old_one(
    api: APIClient, body: dict[str, Any], vendor: Vendor
) -> None:
    window = {"top": 0, "left": 0, "width": 100, "height": 100}
    custom = {"mix_layout_mode": "custom", "mix_layout_list": [window], "back_ground_color": "#000001"}
    told = api.post(RECORDINGS, body | {"mix_layout_params": custom}).data
    change = {"mix_layout_params": {"mix_layout_mode": "grid"}}
    assert api.patch(f"{RECORDINGS}/{told['id']}", change, headers={"If-Match": "*"}).status_code == 200
    (asked,) = vendor.asked(MODIFY)
    assert asked["MixLayoutParams"]["BackGroundColor"] == "#000001"
    assert asked["MixLayoutParams"]["MixLayoutList"] == []


def test_versions_of_one_template_do_not_race(application: Application) -> None:
    template = create_layout_template(application=application, name="x", layout={"mix_layout_mode": "grid"})
    for color in ("#000001", "#000002"):
        change_layout_template(template_id=template.pk, layout={"mix_layout_mode": "grid", "back_ground_color": color})
    assert template.current.number == 3


def test_every_revision_has_its_picture(api: APIClient, body: dict[str, Any], vendor: Vendor) -> None:
    told = api.post(RECORDINGS, body | {"mix_layout_params": LESSON | {"max_resolution_user_id": "alice"}}).data
    address = f"{RECORDINGS}/{told['id']}"
    api.patch(address, {"mix_layout_params": {"mix_layout_mode": "grid"}}, headers={"If-Match": "*"})

    first = api.get(f"{address}/revisions/1/picture")
    assert (first.status_code, first["Content-Type"].split(";")[0]) == (200, "image/svg+xml")
    assert b"alice" in first.content
    second = api.get(f"{address}/revisions/2/picture?people=9")
    assert b"alice" not in second.content
    assert second.content.count(b">+9</text>") == 1
    png = api.get(f"{address}/revisions/2/picture", headers={"Accept": "image/png"})
    assert png.content[:4] == b"\x89PNG"
    for missing in ("revisions/3/picture", "revisions/0/picture"):
        assert api.get(f"{address}/{missing}").status_code == 404
    assert api.get(f"{address}/revisions/1/picture?people=26").status_code == 400


@pytest.mark.django_db(transaction=True)
def test_of_twenty_changes_at_once_the_vendor_sees_whole_ones_in_order(
    api: APIClient, body: dict[str, Any], vendor: Vendor, application: Application
) -> None:
    """All read the same version: one wins, the losers are told so, and the last state is the winner's everywhere."""
    told = api.post(RECORDINGS, body | {"mix_layout_params": {"mix_layout_mode": "grid"}}).data
    colors = [f"#0000{number:02x}" for number in range(20)]
    statuses: dict[str, int] = {}
    start = threading.Barrier(20)

    def change(color: str) -> None:
        start.wait()
        try:
            statuses[color] = api.patch(
                f"{RECORDINGS}/{told['id']}",
                {"mix_layout_params": {"back_ground_color": color}},
                headers={"If-Match": f'"{told["version"]}"'},
            ).status_code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=change, args=(color,)) for color in colors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (winner,) = [color for color, status in statuses.items() if status in (200, 202)]
    assert sorted(set(statuses.values()) - {200, 202}) == [412]
    (asked,) = vendor.asked(MODIFY)
    assert (asked["MixLayoutParams"]["BackGroundColor"], asked["MixLayoutParams"]["MixLayoutMode"]) == (winner, 3)
    assert api.get(f"{RECORDINGS}/{told['id']}").data["mix_layout_params"]["back_ground_color"] == winner
