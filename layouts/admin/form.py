"""The form of a template: what lint calls an error stands at its field, and nothing is stored."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError as ParametersInvalid

from applications.admin.unchanged import UnchangedForm
from applications.models import Application
from layouts.admin.editing import OTHER, EditingForm, name_canvas
from layouts.admin.pictures import CANVASES, guess_canvas, list_said, read_stored
from layouts.admin.preview import MOST_FINDINGS
from layouts.lint import lint
from layouts.models import LayoutTemplate
from layouts.parameters import MixLayoutParams
from layouts.problems import list_field_problems


class LayoutTemplateForm(EditingForm, UnchangedForm):
    """A template with the layout of its newest version."""

    def __init__(self, *args: Any, initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        template: LayoutTemplate | None = kwargs.get("instance")
        stored: dict[str, Any] = {}
        if template is not None and template.pk:
            stored = list_said(template.current.mix_layout_params)
            canvas = guess_canvas(read_stored(stored))
            known = canvas in CANVASES
            stored |= {"preview_canvas": name_canvas(canvas) if known else OTHER, "preview_size": name_canvas(canvas)}
        super().__init__(*args, initial=stored | (initial or {}), **kwargs)
        self.layout: dict[str, Any] = {}

    def told_values(self) -> dict[str, Any]:
        """Return what the page shows: a version never changes, so its number stands for it."""
        template: LayoutTemplate = self.instance
        return {"description": template.description, "version": template.current.number}

    def clean_back_ground_color(self) -> str:
        """Return the colour as it is stored: browsers write its letters small, and that alone is no change."""
        color, stored = str(self.cleaned_data["back_ground_color"]), str(self.initial.get("back_ground_color", ""))
        return stored if color.lower() == stored.lower() else color

    def clean(self) -> dict[str, Any]:
        """Check the layout on the canvas that is looked at; warnings do not stand in the way."""
        cleaned = super().clean()
        if "name" in cleaned and self._is_taken(cleaned["name"], cleaned.get("application")):
            self.add_error(
                "name", ValidationError(_("There is a layout template of this name already."), code="unique")
            )
        if self.canvas is None:
            return cleaned
        data = self.layout_data
        found = [finding for finding in lint(data, canvas=self.canvas) if finding.severity == "error"]
        wrong = set(self.errors)
        for finding in [each.translated(gettext) for each in found[:MOST_FINDINGS]]:
            field = self.find_field(finding)
            if field not in wrong:
                text = f"{finding.detail} {finding.remedy}"
                self._complain(field, text if finding.path in ("", field) else f"{finding.path}: {text}")
        if not self.errors:
            self._read(data)
        return cleaned

    def _read(self, data: dict[str, Any]) -> None:
        try:
            self.layout = MixLayoutParams.model_validate(data).to_json()
        except ParametersInvalid as error:
            for problem in list_field_problems(error, data=data):
                first = problem.attr.partition(".")[0]
                self._complain(first if first in self.fields else None, f"{problem.attr}: {problem.detail}")

    def _is_taken(self, name: str, application: Application | None) -> bool:
        return LayoutTemplate.objects.filter(application=application, name=name).exists()

    def _complain(self, field: str | None, text: str) -> None:
        self.add_error(field, ValidationError(text.encode(errors="replace").decode()))
