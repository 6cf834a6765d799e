"""What a preview is asked for."""

from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import Field, StringConstraints, ValidationError
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from applications.models import Application
from layouts.api.errors import error_details
from layouts.geometry import Align, Canvas, Participant
from layouts.parameters import MediaId, MixLayoutParams, Parameters, UserId
from layouts.problems import list_field_problems
from layouts.room import fill_room
from layouts.services import find_layout, lay_over

MOST_PEOPLE = 100


class CanvasSize(Parameters):
    """The recorded picture, as in `mix_transcode_params.video_params`."""

    width: int = Field(360, ge=1, le=1920)
    height: int = Field(640, ge=1, le=1920)


class Person(Parameters):
    """One stream in the room."""

    user_id: UserId = Field(description="Whose it is.")
    media_id: MediaId = Field("main", description="Camera (main) or screen (aux).")
    audio_only: bool = Field(False, description="It sends sound and no picture.")


People = Annotated[tuple[Person, ...], Field(strict=False, max_length=MOST_PEOPLE)]


class PreviewRequest(Parameters):
    """A layout to be looked at before it is recorded. Either mix_layout_params or a layout_template, or both."""

    mix_layout_params: MixLayoutParams | None = Field(None, description="As in a start.")
    layout_template: Annotated[str, StringConstraints(max_length=60)] | None = Field(
        None, description="A layout template, as `lesson` or `lesson@3`; mix_layout_params overrides its fields."
    )
    canvas: CanvasSize = Field(CanvasSize(), description="Absent: 360 x 640, the vendor's own when it is not told.")
    participants: People = Field((), description="Who is in the room, in order of entry.")
    people: int = Field(0, ge=0, le=25, description="Strangers +1, +2, … make up this number.")
    align: int = Field(1, ge=1, le=2, description="2 rounds edges to even pixels.")
    strip: bool = Field(False, description="Draw the room as it grows: 1, 2, 4, 9, 16 and 25 people.")
    growth: bool = Field(False, description="List the windows after each of 25 more people came, too.")
    width: int | None = Field(None, ge=16, le=1920, description="Of a PNG, in pixels.")
    check_images: bool = Field(False, description="Fetch the pictures that the layout names, to see if they load.")

    def list_participants(self) -> list[Participant]:
        """Return who is in the room, strangers included."""
        known = [Participant(one.user_id, one.media_id, one.audio_only) for one in self.participants]
        return fill_room(known, count=self.people)

    def get_align(self) -> Align:
        """Return to how many pixels edges are rounded."""
        return 2 if self.align == 2 else 1

    def get_canvas(self) -> Canvas:
        """Return the canvas.

        Raises:
            serializers.ValidationError: It has more pixels than the vendor records.
        """
        try:
            return Canvas(self.canvas.width, self.canvas.height)
        except ValueError as error:
            raise serializers.ValidationError({"canvas": [ErrorDetail(str(error), code="canvas_limits")]}) from error


def read_preview(data: Any, *, application: Application) -> tuple[PreviewRequest, Mapping[str, Any]]:
    """Return a preview's request, and the layout that it is about, which may be wrong in any way.

    Raises:
        serializers.ValidationError: The request is wrong outside its layout.
    """
    if not isinstance(data, Mapping):
        raise serializers.ValidationError(str(_("Must be an object.")))
    rest = {name: value for name, value in data.items() if name != "mix_layout_params"}
    try:
        wish = PreviewRequest.model_validate(rest)
    except ValidationError as error:
        raise serializers.ValidationError(error_details(list_field_problems(error, data=rest))) from error
    given = data.get("mix_layout_params")
    if wish.layout_template is not None:
        version = find_layout(wish.layout_template, application=application)
        if version is None:
            detail = str(_("There is no layout template of this name and version."))
            raise serializers.ValidationError({"layout_template": [ErrorDetail(detail, code="unknown")]})
        return wish, lay_over(version, given)
    if given is None:
        problem = ErrorDetail(str(_("This field is required.")), code="required")
        raise serializers.ValidationError({"mix_layout_params": [problem]})
    return wish, given
