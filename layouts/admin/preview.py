"""The picture beside the fields, and what is wrong with them."""

from typing import Any

from django.utils.translation import gettext

from layouts.admin.editing import EditingForm
from layouts.admin.pictures import CANVASES, read_stored
from layouts.lint import lint
from layouts.room import fill_room, list_named
from layouts.svg import draw, draw_strip

MOST_FINDINGS = 50


def make_preview(form: EditingForm) -> dict[str, Any]:
    """Return what the page shows of *form*.

    Returns:
        `svg` and `strip`, both empty when the layout cannot be drawn, and `findings`, errors first.
    """
    form.is_valid()
    data, canvas = form.layout_data, form.canvas
    layout = read_stored(data)
    people = form.people or (list_named(layout) if layout is not None else [])
    room = fill_room(people, count=form.people_count)[: form.people_count]
    findings = [
        *_list_form_faults(form),
        *_list_lint(form, data=data, canvas=canvas or CANVASES[0], participants=room if people or layout else None),
    ]
    findings.sort(key=lambda finding: finding["severity"] != "error")
    answer = {"svg": "", "strip": "", "findings": findings[:MOST_FINDINGS]}
    if layout is None or canvas is None or form.errors:
        return answer
    svg = draw(layout, participants=room, canvas=canvas, translate=gettext)
    strip = draw_strip(layout, participants=people, canvas=canvas, translate=gettext)
    return answer | {"svg": svg, "strip": strip}


def _list_form_faults(form: EditingForm) -> list[dict[str, str | None]]:
    return [
        {"path": name, "severity": "error", "detail": str(text), "remedy": "", "field": name}
        for name, texts in form.errors.items()
        for text in texts
    ]


def _list_lint(form: EditingForm, **scene: Any) -> list[dict[str, str | None]]:
    found = [finding.translated(gettext) for finding in lint(scene.pop("data"), **scene)]
    return [
        {
            "path": finding.path,
            "severity": finding.severity,
            "detail": finding.detail,
            "remedy": finding.remedy,
            "field": form.find_field(finding),
        }
        for finding in found
        if form.find_field(finding) not in form.errors
    ]
