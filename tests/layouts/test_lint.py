"""Spoilt layouts: each is found, at the right place, with its weight and something to do about it."""

from collections.abc import Mapping
from typing import Any

import pytest

from layouts.geometry import Canvas, Participant
from layouts.lint import Finding, lint, list_image_urls
from layouts.lint.findings import LONGEST_VALUE
from layouts.parameters import MixLayoutParams
from tests.layouts.rooms import room
from tests.layouts.spoilt import CLEAN, SPOILT
from tests.layouts.spoilt_case import Spoilt

CANVAS = Canvas(1280, 720)


def find(spoilt: Mapping[str, Any] | MixLayoutParams, **around: Any) -> list[Finding]:
    return lint(spoilt, **({"canvas": CANVAS} | around))


@pytest.mark.parametrize("case", SPOILT, ids=lambda case: case.name)
def test_a_spoilt_layout_is_found(case: Spoilt) -> None:
    findings = find(case.layout, **case.around)

    found = {(finding.path, finding.code): finding for finding in findings}
    assert (case.path, case.code) in found, [(finding.path, finding.code) for finding in findings]
    finding = found[case.path, case.code]
    assert finding.severity == case.severity
    assert case.remedy in finding.remedy
    for sentence in (finding.detail, finding.remedy):
        assert sentence
        assert "%" not in sentence.replace("%(", "(").replace("%2", "").replace("%C", "").replace("%E", "").replace(
            "%7", ""
        )


@pytest.mark.parametrize("case", SPOILT, ids=lambda case: case.name)
def test_nothing_else_is_said_about_it(case: Spoilt) -> None:
    """One fault is one finding: what is complained of is what was spoilt."""
    findings = find(case.layout, **case.around)

    assert {finding.code for finding in findings} <= {case.code, *case.besides}
    assert len(findings) <= 1 + 2 * len(case.besides)


@pytest.mark.parametrize("layout", CLEAN)
def test_a_sound_layout_is_not_complained_of(layout: dict[str, Any]) -> None:
    assert find(layout, participants=[Participant("alice", "aux"), *room(4)]) == []
    assert find(MixLayoutParams.model_validate(layout).to_json(), participants=None) == []


@pytest.mark.parametrize("case", SPOILT, ids=lambda case: case.name)
def test_a_model_is_told_the_same_as_its_json(case: Spoilt) -> None:
    try:
        model = MixLayoutParams.model_validate(case.layout)
    except ValueError:
        return
    told = [(finding.path, finding.code) for finding in find(case.layout, **case.around)]

    assert [(finding.path, finding.code) for finding in find(model, **case.around)] == told


def test_who_is_recorded_by_name_or_by_the_start_of_it_is_not_complained_of() -> None:
    layout = {"mix_layout_mode": "screen_share", "max_resolution_user_id": "alice"}

    for names in (["alice"], ["al.*$"], ["bob", ".*$"], []):
        assert find(layout, subscriptions={"subscribe_video_user_ids": names}) == []


def test_a_window_behind_glass_is_not_hidden() -> None:
    back, front = ({"left": 0, "top": 0, "width": 99, "height": 99, "image_layer": layer} for layer in (0, 1))
    windows = [back, front | {"alpha": 100}]

    assert find({"mix_layout_mode": "custom", "mix_layout_list": windows}) == []


def test_many_faults_are_told_at_once() -> None:
    layout = {
        "mix_layout_mode": "custom",
        "colour": 1,
        "mix_layout_list": [
            {"left": 0, "top": 0, "width": "100", "height": 100, "alpha": 255},
            {"left": 2000, "top": 700, "width": 10, "height": 100},
        ],
        "water_mark_list": [7, {"water_mark_type": "text", "chars": "", "left": 1, "top": 1, "width": 0, "height": 9}],
    }

    paths = {finding.path for finding in find(layout)}
    assert paths >= {
        "colour",
        "mix_layout_list.0.width",
        "mix_layout_list.0.alpha",
        "mix_layout_list.1.left",
        "mix_layout_list.1.height",
        "water_mark_list.0",
        "water_mark_list.1.chars",
        "water_mark_list.1.width",
    }


def test_findings_speak_other_languages() -> None:
    finding = find(
        {"mix_layout_mode": "custom", "mix_layout_list": [{"left": 0, "top": 0, "width": 2000, "height": 9}]}
    )[0]

    translated = finding.translated({finding.text.detail: "%(most)s!", finding.text.remedy: "?"}.__getitem__)

    assert (translated.detail, translated.remedy, translated.path) == ("1920!", "?", finding.path)


def test_values_in_sentences_are_short_and_printable() -> None:
    hostile = "x\n\ud800\u0007" + "y" * 5000
    findings = find(
        {"mix_layout_mode": "screen_share", "max_resolution_user_id": "a"}, participants=[Participant(hostile)]
    )

    (finding,) = findings
    assert all(character.isprintable() for character in finding.remedy)
    assert len(str(finding.params["present"])) <= LONGEST_VALUE


def test_every_picture_is_listed_with_its_place() -> None:
    layout = {
        "mix_layout_mode": "custom",
        "background_image_url": "https://example.com/1.png",
        "default_sub_background_image": "https://example.com/2.png",
        "mix_layout_list": [{}, {"sub_background_image": "https://example.com/3.png"}],
        "water_mark_list": [{"water_mark_type": "image", "water_mark_url": "https://example.com/4.png"}],
    }

    assert list(list_image_urls(layout)) == [
        ("background_image_url", "https://example.com/1.png"),
        ("default_sub_background_image", "https://example.com/2.png"),
        ("mix_layout_list.1.sub_background_image", "https://example.com/3.png"),
        ("water_mark_list.0.water_mark_url", "https://example.com/4.png"),
    ]
