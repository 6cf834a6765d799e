"""The fields of a layout as an operator fills them in. What they hold is judged by `layouts.lint`, not here."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminColorInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

VENDOR_DECIDES = ("", _("left to the vendor"))
MODES = [
    ("grid", _("grid: all alike")),
    ("floating", _("floating: one large, the others lie on it")),
    ("screen_share", _("screen_share: one large, the others beside it")),
    ("custom", _("custom: the windows of mix_layout_list")),
]
STREAMS = [("main", _("main: camera")), ("aux", _("aux: screen"))]
SIDES = [("left", _("left")), ("right", _("right"))]
FITS = [
    ("stretch", _("stretch: fills the place, distorted")),
    ("crop", _("crop: fills the place, cut off")),
    ("letterbox", _("letterbox: whole, with bars")),
    ("smart", _("smart: crop or letterbox, by the shapes")),
]
WINDOWS_EXAMPLE = '[{"left": 0, "top": 0, "width": 960, "height": 720, "user_id": "teacher"}]'
MARKS_EXAMPLE = (
    '[{"water_mark_type": "text", "left": 20, "top": 20, "width": 300, "height": 40, "chars": "Lesson 1"}, '
    '{"water_mark_type": "timestamp", "pos": "bottom_right"}]'
)


class JsonListField(forms.Field):
    """JSON in a text area. What was typed is shown again as it was typed."""

    default_error_messages = {"json": _("This is not JSON: line %(line)d, column %(column)d.")}

    def to_python(self, value: Any) -> Any:
        """Return the parsed JSON; an empty text is an empty list."""
        if not isinstance(value, str):
            return value or []
        try:
            return json.loads(value) if value.strip() else []
        except json.JSONDecodeError as error:
            where = {"line": error.lineno, "column": error.colno}
            raise ValidationError(self.error_messages["json"], code="json", params=where) from error
        except (ValueError, RecursionError) as error:  # a number of thousands of digits, a pit of brackets
            raise ValidationError(_("This JSON cannot be read."), code="json") from error

    def prepare_value(self, value: Any) -> str:
        """Return stored entries one to a line, as people read and copy them."""
        if isinstance(value, str):
            return value
        lines = [json.dumps(entry, ensure_ascii=False) for entry in value or []]
        return "[\n  " + ",\n  ".join(lines) + "\n]" if lines else ""


def _text(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, required=False, widget=UnfoldAdminTextInputWidget)


def _choice(label: Any, choices: list[Any], help_text: Any = "", initial: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        help_text=help_text,
        choices=choices,
        initial=initial,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )


def _switch(label: Any, help_text: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=help_text, required=False, widget=UnfoldBooleanSwitchWidget)


def _json(label: Any, help_text: Any) -> JsonListField:
    area = UnfoldAdminTextareaWidget(attrs={"rows": 5, "spellcheck": "false", "class": "lt-json"})
    return JsonListField(label=label, help_text=help_text, required=False, widget=area)


class LayoutForm(forms.Form):
    """`mix_layout_params`, one field each."""

    mix_layout_mode = _choice(_("Arrangement"), MODES, initial="grid")
    mix_layout_list = _json(_("Windows"), _("Of a custom layout: a JSON list, at most 25. For example"))
    max_resolution_user_id = _text(
        _("Who is large"), _("User id. Empty: the first to enter (floating) or nobody (screen_share).")
    )
    media_id = _choice(_("Which stream of theirs"), STREAMS, initial="main")
    max_resolution_user_align = _choice(
        _("Side of the large window"), SIDES, _("In screen_share; elsewhere it stays at left."), initial="left"
    )
    render_mode = _choice(
        _("How pictures are made to fit"), [VENDOR_DECIDES, *FITS], _("Outside custom, where each window has its own.")
    )
    pure_audio_disable_layout = _switch(_("No window for sound alone"), _("Users who send no picture are left out."))
    back_ground_color = forms.CharField(
        label=_("Colour of the canvas"), initial="#000000", required=False, widget=UnfoldAdminColorInputWidget
    )
    background_image_url = _text(_("Background picture"), _("Address of a jpg or png, at most 5 MB and 2K."))
    background_image_render_mode = _choice(_("How it is made to fit"), [VENDOR_DECIDES, *FITS])
    place_holder_mode = _switch(
        _("Placeholders"), _("A placeholder picture stands where an expected user sends nothing.")
    )
    default_sub_background_image = _text(
        _("Placeholder picture"), _("Address of a jpg or png, for windows that name none.")
    )
    water_mark_list = _json(_("Watermarks"), _("A JSON list of image, text and timestamp, at most 25. For example"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        examples = {"mix_layout_list": WINDOWS_EXAMPLE, "water_mark_list": MARKS_EXAMPLE}
        for name in LAYOUT_FIELDS:
            field = self.fields[name]
            example = format_html('<code class="lt-example">{}</code>', examples[name]) if name in examples else ""
            field.help_text = format_html('{} {}<code class="lt-name">{}</code>', field.help_text, example, name)

    @property
    def layout_data(self) -> dict[str, Any]:
        """The JSON of a request, without what was left empty or cannot be read. Call `is_valid` first."""
        values = {name: self.cleaned_data[name] for name in LAYOUT_FIELDS if name in self.cleaned_data}
        return {name: value for name, value in values.items() if value not in ("", None)}


LAYOUT_FIELDS = tuple(LayoutForm.base_fields)
