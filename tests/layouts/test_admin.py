"""The admin of layout templates: what it stores, what it refuses and where it says so, and its live picture."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from applications.models import Application
from layouts.models import LayoutTemplate
from layouts.parameters import MixLayoutParams
from layouts.services import change_layout_template, create_layout_template

pytestmark = pytest.mark.django_db
ADD = "/admin/layouts/layouttemplate/add/"
LIST = "/admin/layouts/layouttemplate/"
PREVIEW = "/admin/layouts/layouttemplate/preview/"
HOSTILE = "<script>alert(1)</script>"
TALL = '[{"left": 0, "top": 0, "width": 720, "height": 1280}]'


def form_of(**changes: Any) -> dict[str, Any]:
    """Return what the browser posts of a new page in which only *changes* were made."""
    return {
        "name": "lesson",
        "application": "",
        "description": "",
        "mix_layout_mode": "grid",
        "back_ground_color": "#000000",
        "media_id": "main",
        "max_resolution_user_align": "left",
        "preview_canvas": "1280x720",
        "preview_people": "4",
        **changes,
    }


def page_of(template: LayoutTemplate, name: str = "change") -> str:
    return reverse(f"admin:layouts_layouttemplate_{name}", args=[template.pk])


def errors_of(response: Any) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = response.context["adminform"].form.errors
    return errors


def layout_of(**fields: Any) -> dict[str, Any]:
    return MixLayoutParams.model_validate(fields).to_json()


@pytest.fixture
def lesson() -> LayoutTemplate:
    return create_layout_template(
        application=None, name="lesson", layout=layout_of(mix_layout_mode="grid"), by=HOSTILE
    )  # fmt: skip


def staff(client: Client, *permissions: str) -> Client:
    person = User.objects.create_user("somebody", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(person)
    return client


# --- storing


def test_a_new_template_is_shared_and_has_a_first_version(admin_client: Client) -> None:
    answer = admin_client.post(ADD, form_of(back_ground_color="#10aaff"))

    assert answer.status_code == 302
    template = LayoutTemplate.objects.get()
    assert (template.application, template.current.number, template.current.created_by) == (None, 1, "admin")
    assert template.current.mix_layout_params == layout_of(mix_layout_mode="grid", back_ground_color="#10aaff")
    assert LogEntry.objects.get().object_id == str(template.pk)


def test_a_new_template_may_belong_to_an_application(admin_client: Client, application: Application) -> None:
    admin_client.post(ADD, form_of(application=application.pk))

    assert LayoutTemplate.objects.get().application == application


def test_every_field_is_stored(admin_client: Client) -> None:
    typed = form_of(
        mix_layout_mode="floating",
        max_resolution_user_id="teacher",
        media_id="aux",
        render_mode="letterbox",
        pure_audio_disable_layout="on",
        place_holder_mode="on",
        background_image_url="https://example.com/a.png",
        background_image_render_mode="crop",
        default_sub_background_image="https://example.com/b.png",
        water_mark_list='[{"water_mark_type": "timestamp", "pos": "center"}]',
    )
    admin_client.post(ADD, typed)

    stored = LayoutTemplate.objects.get().current.mix_layout_params
    assert stored == layout_of(
        mix_layout_mode="floating",
        max_resolution_user_id="teacher",
        media_id="aux",
        render_mode="letterbox",
        pure_audio_disable_layout=True,
        place_holder_mode=True,
        background_image_url="https://example.com/a.png",
        background_image_render_mode="crop",
        default_sub_background_image="https://example.com/b.png",
        water_mark_list=[{"water_mark_type": "timestamp", "pos": "center"}],
    )


def test_another_layout_makes_another_version_and_the_same_one_none(
    admin_client: Client, lesson: LayoutTemplate
) -> None:
    admin_client.post(page_of(lesson), form_of(mix_layout_mode="floating", description="Teacher large"))
    admin_client.post(page_of(lesson), form_of(mix_layout_mode="floating", description="Teacher large"))

    versions = lesson.versions.values_list("number", "mix_layout_params__mix_layout_mode", "created_by")
    assert list(versions) == [(2, "floating", "admin"), (1, "grid", HOSTILE)]
    lesson.refresh_from_db()
    assert lesson.description == "Teacher large"


def test_name_and_application_cannot_change(
    admin_client: Client, lesson: LayoutTemplate, application: Application
) -> None:
    admin_client.post(page_of(lesson), form_of(name="other", application=application.pk))

    lesson.refresh_from_db()
    assert (lesson.name, lesson.application) == ("lesson", None)


def test_saving_a_page_as_it_was_opened_changes_nothing(admin_client: Client) -> None:
    """Whatever canvas the layout is for: one that it fits on is chosen."""
    tall = layout_of(mix_layout_mode="custom", mix_layout_list=json.loads(TALL), back_ground_color="#10AAFF")
    template = create_layout_template(application=None, name="tall", layout=tall)

    form = admin_client.get(page_of(template)).context["adminform"].form
    typed = {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    typed["back_ground_color"] = "#10aaff"  # as a browser's colour field writes it
    answer = admin_client.post(page_of(template), typed)

    assert typed["preview_canvas"] == "720x1280"
    assert json.loads(typed["mix_layout_list"]) == json.loads(TALL)  # without what goes without saying
    assert answer.status_code == 302
    assert template.current.number == 1


# --- refusing


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"name": "no name"}, "name", "slug"),
        ({"name": "taken"}, "name", "already"),
        ({"mix_layout_mode": ""}, "mix_layout_mode", "mix_layout_mode"),
        ({"mix_layout_mode": "nine"}, "mix_layout_mode", "nine"),
        ({"mix_layout_mode": "custom"}, "mix_layout_list", ""),
        ({"back_ground_color": "red"}, "back_ground_color", "#"),
        ({"background_image_url": "ftp://a/b.png"}, "background_image_url", "http"),
        ({"max_resolution_user_align": "right"}, "max_resolution_user_align", "screen_share"),
        ({"mix_layout_mode": "custom", "mix_layout_list": "[{"}, "mix_layout_list", "line 1"),
        ({"mix_layout_mode": "custom", "mix_layout_list": "[" * 90_000}, "mix_layout_list", "JSON"),
        ({"mix_layout_mode": "custom", "mix_layout_list": "[" + "9" * 5000 + "]"}, "mix_layout_list", "JSON"),
        ({"mix_layout_mode": "custom", "mix_layout_list": '{"a": NaN}'}, "mix_layout_list", "list"),
        ({"mix_layout_mode": "custom", "mix_layout_list": '[{"\\ud800": 1}]'}, "mix_layout_list", ""),
        ({"mix_layout_mode": "custom", "mix_layout_list": TALL}, "mix_layout_list", "mix_layout_list.0"),
        ({"water_mark_list": '[{"water_mark_type": "text"}]'}, "water_mark_list", "water_mark_list.0"),
        ({"preview_canvas": "other", "preview_size": "9999x1"}, "preview_size", "1920"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_and_nothing_is_stored(
    changes: dict[str, Any], field: str, word: str, admin_client: Client
) -> None:
    create_layout_template(application=None, name="taken", layout=layout_of(mix_layout_mode="grid"))

    answer = admin_client.post(ADD, form_of(**changes))

    assert answer.status_code == 200
    assert list(errors_of(answer)) == [field]
    assert word in " ".join(errors_of(answer)[field])
    assert LayoutTemplate.objects.count() == 1


def test_a_layout_is_checked_on_the_canvas_that_is_looked_at(admin_client: Client) -> None:
    typed = form_of(mix_layout_mode="custom", mix_layout_list=TALL, preview_canvas="720x1280")

    assert admin_client.post(ADD, typed).status_code == 302


def test_a_warning_does_not_stand_in_the_way(admin_client: Client) -> None:
    typed = form_of(mix_layout_mode="floating", max_resolution_user_id="nobody", preview_names="alice")

    findings = admin_client.post(PREVIEW, typed).json()["findings"]
    assert [(found["severity"], found["path"]) for found in findings] == [("warning", "max_resolution_user_id")]
    assert admin_client.post(ADD, typed).status_code == 302


# --- the picture


def test_the_picture_follows_the_fields(admin_client: Client) -> None:
    grid = admin_client.post(PREVIEW, form_of(preview_canvas="640x360", preview_names="王小明:aux")).json()
    custom = admin_client.post(
        PREVIEW, form_of(mix_layout_mode="custom", mix_layout_list='[{"left": 0, "top": 0, "width": 9, "height": 9}]')
    ).json()

    assert ElementTree.fromstring(grid["svg"]).get("viewBox") == "0 0 640 360"  # noqa: S314 - our own
    assert "王小明" in grid["svg"]
    assert "+3" in grid["svg"]
    assert "+4" not in grid["svg"]  # four people, one of whom has a name
    assert grid["strip"].startswith("<svg")
    assert grid["findings"] == []
    assert custom["svg"] != grid["svg"]
    assert LayoutTemplate.objects.count() == 0


@pytest.mark.parametrize("number", [0, 25])
def test_the_room_may_be_empty_and_full(number: int, admin_client: Client) -> None:
    answer = admin_client.post(PREVIEW, form_of(preview_people=number)).json()

    assert answer["svg"]


def test_what_cannot_be_drawn_is_told_by_field(admin_client: Client) -> None:
    typed = form_of(mix_layout_list="[{", background_image_url="x", preview_canvas="other", preview_people="26")

    answer = admin_client.post(PREVIEW, typed).json()

    assert (answer["svg"], answer["strip"]) == ("", "")
    fields = {found["field"] for found in answer["findings"] if found["severity"] == "error"}
    assert fields == {"mix_layout_list", "background_image_url", "preview_size", "preview_people"}


def test_hostile_names_stay_text(admin_client: Client, lesson: LayoutTemplate) -> None:
    """In the picture, in the findings' JSON, and in the list of versions."""
    answer = admin_client.post(PREVIEW, form_of(preview_names=f'{HOSTILE}, "><img onerror=x>, \x01&amp;'))
    svg = answer.json()["svg"]

    assert answer["Content-Type"] == "application/json"
    assert "<script" not in svg
    assert "<img" not in svg
    ElementTree.fromstring(svg)  # noqa: S314 - our own
    assert HOSTILE not in admin_client.get(page_of(lesson)).text


# --- who may


@pytest.mark.parametrize(
    ("permissions", "status"),
    [([], 403), (["view_application"], 403), (["view_layouttemplate"], 200), (["add_layouttemplate"], 200)],
)
def test_the_picture_is_for_those_who_may_look(permissions: list[str], status: int, client: Client) -> None:
    assert staff(client, *permissions).post(PREVIEW, form_of()).status_code == status


def test_the_picture_is_not_for_strangers(client: Client) -> None:
    assert client.post(PREVIEW, form_of()).status_code == 302


def test_the_picture_is_posted_with_a_token(admin_user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)

    assert client.post(PREVIEW, form_of()).status_code == 403
    assert client.get(PREVIEW).status_code == 405


def test_who_may_only_look_sees_the_picture_and_changes_nothing(client: Client, lesson: LayoutTemplate) -> None:
    viewer = staff(client, "view_layouttemplate")

    page = viewer.get(page_of(lesson))

    assert page.status_code == 200
    assert '<input type="hidden" name="mix_layout_mode" value="grid"' in page.text
    assert viewer.post(page_of(lesson), form_of(mix_layout_mode="floating")).status_code == 403
    assert viewer.get(ADD).status_code == 403


# --- looking and deleting


def test_the_list_shows_the_newest_version_and_finds_by_name_and_application(
    admin_client: Client, lesson: LayoutTemplate, application: Application
) -> None:
    create_layout_template(application=application, name="panel", layout=layout_of(mix_layout_mode="grid"))
    change_layout_template(template_id=lesson.pk, layout=layout_of(mix_layout_mode="floating"))

    everything = admin_client.get(LIST).text
    assert everything.count("data:image/svg+xml;base64,") == 2
    assert "floating" in everything
    for query, name in (
        ("q=less", "lesson"),
        ("application=shared", "lesson"),
        (f"application={application.pk}", "panel"),
    ):
        found = admin_client.get(f"{LIST}?{query}").context["cl"].result_list
        assert [template.name for template in found] == [name]


def test_the_page_lists_the_versions(admin_client: Client, lesson: LayoutTemplate) -> None:
    change_layout_template(template_id=lesson.pk, layout=layout_of(mix_layout_mode="floating"), by="backend")

    page = admin_client.get(page_of(lesson)).text

    assert page.index("lesson@2") < page.index("lesson@1")
    assert "backend" in page


def test_a_layout_that_todays_rules_refuse_is_still_listed(admin_client: Client, lesson: LayoutTemplate) -> None:
    lesson.versions.update(mix_layout_params={"mix_layout_mode": "cinema"})

    assert admin_client.get(LIST).status_code == 200
    assert admin_client.get(page_of(lesson)).status_code == 200


def test_deleting_asks_first_and_says_what_stays(admin_client: Client, lesson: LayoutTemplate) -> None:
    asked = admin_client.get(page_of(lesson, "delete"))
    assert "Recordings keep what they were given" in asked.text

    admin_client.post(page_of(lesson, "delete"), {"post": "yes"})
    assert not LayoutTemplate.objects.exists()


def test_who_saves_last_does_not_undo_what_the_other_saved(admin_client: Client, lesson: LayoutTemplate) -> None:
    seen = admin_client.get(page_of(lesson)).context["adminform"].form["seen"].value()
    floating = layout_of(mix_layout_mode="floating")
    change_layout_template(template_id=lesson.pk, layout=floating, description="", by="other")

    answer = admin_client.post(page_of(lesson), form_of(description="mine", seen=seen))

    assert "was changed since you opened this page" in answer.text
    lesson.refresh_from_db()
    assert (lesson.description, lesson.current.mix_layout_params["mix_layout_mode"]) == ("", "floating")
