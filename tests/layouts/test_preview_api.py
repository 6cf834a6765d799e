"""A layout is seen before it is recorded: numbers, faults and pictures over REST."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from rest_framework.test import APIClient

from applications.models import Application
from tests.conftest import ApiClient

PREVIEW = "/api/v1/layouts/preview"
HD = {"width": 1280, "height": 720}


def people(*names: str) -> list[dict[str, str]]:
    return [{"user_id": name} for name in names]


def test_windows_and_the_same_as_a_custom_layout(api: APIClient) -> None:
    body = {"mix_layout_params": {"mix_layout_mode": "grid"}, "canvas": HD, "participants": people("alice", "bob")}
    told = api.post(PREVIEW, body).data

    assert (told["valid"], told["unseen"], told["findings"]) == (True, 0, [])
    assert [(w["left"], w["top"], w["width"], w["height"], w["user_id"]) for w in told["windows"]] == [
        (0, 0, 640, 720, "alice"),
        (640, 0, 640, 720, "bob"),
    ]
    frozen = {"mix_layout_mode": "custom", "mix_layout_list": told["mix_layout_list"]}
    again = api.post(PREVIEW, body | {"mix_layout_params": frozen}).data
    assert [(w["left"], w["width"], w["user_id"]) for w in again["windows"]] == [(0, 640, "alice"), (640, 640, "bob")]


def test_an_empty_large_place_is_told_apart(api: APIClient) -> None:
    body = {"mix_layout_params": {"mix_layout_mode": "screen_share"}, "canvas": HD, "people": 1}
    told = api.post(PREVIEW, body).data
    assert [(w["role"], w["width"]) for w in told["vacant"]] == [("large", 1024)]
    assert [(w["role"], w["width"], w["height"]) for w in told["windows"]] == [("small", 256, 180)]


def test_how_the_picture_grows(api: APIClient) -> None:
    body = {"mix_layout_params": {"mix_layout_mode": "grid"}, "canvas": HD, "people": 2, "growth": True}
    steps = api.post(PREVIEW, body).data["growth"]
    assert [len(step["windows"]) for step in steps[:3]] == [2, 3, 4]
    assert (len(steps), len(steps[-1]["windows"]), steps[-1]["unseen"]) == (26, 25, 2)


def test_every_fault_has_its_path_and_a_remedy(api: APIClient) -> None:
    window = {"top": 0, "left": 1000, "width": 500, "height": 720}
    layout = {"mix_layout_mode": "custom", "mix_layout_list": [window], "back_ground_color": "red"}
    told = api.post(PREVIEW, {"mix_layout_params": layout, "canvas": HD}).data

    assert told["valid"] is False
    found = {finding["path"]: finding for finding in told["findings"]}
    assert {"back_ground_color", "mix_layout_list.0.width"} <= set(found)
    assert all(finding["detail"] and finding["remedy"] for finding in told["findings"])


@pytest.mark.parametrize("strip", [False, True])
def test_a_picture_by_accept(strip: bool, api: APIClient) -> None:
    body = {"mix_layout_params": {"mix_layout_mode": "grid"}, "canvas": HD, "strip": strip,
            "participants": people("</text><script>alert(1)</script>"[:32], "老师")}  # fmt: skip
    svg = api.post(PREVIEW, body, headers={"Accept": "image/svg+xml"})
    assert (svg.status_code, svg["Content-Type"].split(";")[0]) == (200, "image/svg+xml")
    assert "script" not in {element.tag.rpartition("}")[2] for element in ET.fromstring(svg.content).iter()}  # noqa: S314
    png = api.post(PREVIEW, body | {"width": 320}, headers={"Accept": "image/png"})
    assert (png.status_code, png["Content-Type"], png.content[:4]) == (200, "image/png", b"\x89PNG")


def test_no_picture_of_a_layout_that_is_none(api: APIClient) -> None:
    body = {"mix_layout_params": {"mix_layout_mode": "pyramid"}}
    answer = api.post(PREVIEW, body, headers={"Accept": "image/png"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json")
    assert answer.json()["errors"][0]["attr"] == "mix_layout_params.mix_layout_mode"


def test_a_template_is_previewed_with_what_overrides_it(api: APIClient) -> None:
    layout = {"mix_layout_mode": "screen_share", "max_resolution_user_id": "alice"}
    api.post("/api/v1/layout-templates", {"name": "lesson", "mix_layout_params": layout})
    body = {"layout_template": "lesson", "canvas": HD, "participants": people("alice", "bob")}
    assert api.post(PREVIEW, body).data["windows"][0]["left"] == 0
    right = api.post(PREVIEW, body | {"mix_layout_params": {"max_resolution_user_align": "right"}}).data
    assert (right["windows"][0]["role"], right["windows"][0]["left"]) == ("large", 256)


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "mix_layout_params"),
        ({"mix_layout_params": {}, "canvas": {"width": 1920, "height": 1920}}, "canvas"),
        ({"mix_layout_params": {}, "canvas": {"width": 0, "height": 9}}, "canvas.width"),
        ({"mix_layout_params": {}, "people": 26}, "people"),
        ({"mix_layout_params": {}, "nosuch": 1}, "nosuch"),
        ({"layout_template": "nobody"}, "layout_template"),
        ({"mix_layout_params": {}, "participants": [{"user_id": ""}]}, "participants.0.user_id"),
    ],
)
def test_a_wrong_request_is_refused_by_field(body: dict[str, Any], attr: str, api: APIClient) -> None:
    answer = api.post(PREVIEW, body)
    assert (answer.status_code, answer.data["errors"][0]["attr"]) == (400, attr)


@pytest.mark.parametrize("layout", ["grid", 7, [], None, {"mix_layout_list": "x"}, {"mix_layout_mode": ["grid"]}])
def test_any_layout_gets_an_answer(layout: Any, api: APIClient) -> None:
    answer = api.post(PREVIEW, {"mix_layout_params": layout})
    assert answer.status_code == (400 if layout is None else 200)
    assert layout is None or (answer.data["valid"] is False and answer.data["findings"])


def test_looking_needs_no_right_to_write(client_for: ApiClient, application: Application) -> None:
    reader = client_for(application, "read")
    assert reader.post(PREVIEW, {"mix_layout_params": {"mix_layout_mode": "grid"}}).status_code == 200
    assert client_for(application, "write").post(PREVIEW, {"mix_layout_params": {}}).status_code == 403
