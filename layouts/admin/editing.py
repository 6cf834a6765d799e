"""A layout with the scene it is looked at in: the canvas, how many people, and who."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from layouts.admin.fields import LAYOUT_FIELDS, LayoutForm
from layouts.admin.people import read_people
from layouts.admin.pictures import CANVASES, PEOPLE
from layouts.geometry import Canvas, Participant
from layouts.lint import Finding

OTHER = "other"
MOST_PEOPLE = 25


def name_canvas(canvas: Canvas) -> str:
    """Return *canvas* as people write it."""
    return f"{canvas.width}x{canvas.height}"


def read_canvas(text: str) -> Canvas:
    """Return the canvas that *text* names.

    Raises:
        ValueError: It is not written as 1280x720, or not within the vendor's limits.
    """
    found = re.fullmatch(r"\s*([0-9]{1,4})\s*[x×*]\s*([0-9]{1,4})\s*", text)
    if found is None:
        raise ValueError(_now("Write it as 1280x720."))
    try:
        return Canvas(int(found[1]), int(found[2]))
    except ValueError as error:
        raise ValueError(_now("Sides of 1 to 1920 pixels, and at most 1920x1080 pixels in all.")) from error


class EditingForm(LayoutForm):
    """What the page of a template posts, to be drawn or to be stored."""

    preview_canvas = forms.ChoiceField(
        label=_("Canvas"),
        choices=[*((name_canvas(each), name_canvas(each)) for each in CANVASES), (OTHER, _("another"))],
        initial=name_canvas(CANVASES[0]),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    preview_size = forms.CharField(
        label=_("Pixels"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "960x540", "autocomplete": "off"}),
    )
    preview_people = forms.IntegerField(
        label=_("People"),
        min_value=0,
        max_value=MOST_PEOPLE,
        initial=PEOPLE,
        required=False,
        widget=forms.NumberInput(attrs={"type": "range", "class": "lt-range"}),
    )
    preview_names = forms.CharField(
        label=_("Names, in order of entry"),
        max_length=2000,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "alice, bob:aux, carol:audio", "autocomplete": "off"}),
    )

    canvas: Canvas | None = None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = cleaned.get("preview_canvas") or name_canvas(CANVASES[0])
        try:
            self.canvas = read_canvas(cleaned.get("preview_size", "") if chosen == OTHER else chosen)
        except ValueError as error:
            self.add_error("preview_size", str(error))
        return cleaned

    @property
    def people_count(self) -> int:
        """How many people are in the room."""
        count = self.cleaned_data.get("preview_people")
        return PEOPLE if count is None else int(count)

    @property
    def people(self) -> list[Participant]:
        """Those who are named."""
        return read_people(self.cleaned_data.get("preview_names", ""))

    def find_field(self, finding: Finding) -> str | None:
        """Return the field that *finding* is about; None when it is about the whole."""
        first = finding.path.partition(".")[0]
        if first in LAYOUT_FIELDS:
            return first
        return "preview_canvas" if first == "canvas" else None
