"""See a layout before it is recorded: as numbers, as a picture, and with everything that is wrong with it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from pydantic import ValidationError
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from applications.models import ApiKey
from layouts.api.bodies import PreviewRequest, read_preview
from layouts.api.errors import error_details
from layouts.api.renderers import PngRenderer, SvgRenderer
from layouts.freeze import freeze
from layouts.geometry import Window, arrange, list_vacant
from layouts.growth import list_growth
from layouts.images import check_images
from layouts.lint import Finding, lint
from layouts.parameters import MixLayoutParams
from layouts.png import write_png
from layouts.problems import list_field_problems
from layouts.svg import draw, draw_strip


class WindowSerializer(serializers.Serializer[Any]):
    """A place on the canvas, in pixels from the top left, and who is shown there."""

    left = serializers.IntegerField()
    top = serializers.IntegerField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    layer = serializers.IntegerField(help_text="Smaller is further back.")
    user_id = serializers.CharField()
    media_id = serializers.ChoiceField(choices=["main", "aux"])
    role = serializers.ChoiceField(choices=["large", "small", "cell", "custom"])


class FindingSerializer(serializers.Serializer[Any]):
    """One fault of a layout. An error blocks a start, a warning does not."""

    path = serializers.CharField()
    code = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning"])
    detail = serializers.CharField()
    remedy = serializers.CharField()


class GrowthSerializer(serializers.Serializer[Any]):
    """The windows after so many more people came."""

    joined = serializers.IntegerField()
    windows = WindowSerializer(many=True)
    unseen = serializers.IntegerField()


class PreviewSerializer(serializers.Serializer[Any]):
    """What will be seen."""

    valid = serializers.BooleanField(help_text="A start would take it.")
    windows = WindowSerializer(many=True)
    vacant = WindowSerializer(many=True, help_text="Places that are kept and show nobody.")
    unseen = serializers.IntegerField(help_text="How many people have no window.")
    findings = FindingSerializer(many=True)
    mix_layout_list = serializers.ListField(
        child=serializers.DictField(), help_text="The same windows as a custom layout, to freeze or adjust them."
    )
    growth = GrowthSerializer(many=True, help_text="With `growth`: the picture with 0 to 25 more people.")


PICTURE = OpenApiResponse(OpenApiTypes.BINARY, description="The picture.")


class PreviewView(APIView):
    renderer_classes = [JSONRenderer, SvgRenderer, PngRenderer]
    reads_only = True

    @extend_schema(
        operation_id="layouts_preview",
        request=PreviewRequest,
        responses={
            (200, "application/json"): PreviewSerializer,
            (200, "image/svg+xml"): PICTURE,
            (200, "image/png"): PICTURE,
        },
    )
    def post(self, request: Request) -> Response:
        """Show a layout: windows and faults as JSON or, by `Accept`, its picture as SVG or PNG. Nothing is stored."""
        assert isinstance(request.auth, ApiKey)  # noqa: S101 - no view runs without one
        wish, raw = read_preview(request.data, application=request.auth.application)
        wants_picture = not isinstance(request.accepted_renderer, JSONRenderer)
        try:
            layout = MixLayoutParams.model_validate(raw)
        except ValidationError as error:
            if wants_picture:
                found = error_details(list_field_problems(error, data=raw))
                told = {f"mix_layout_params.{path}": details for path, details in found.items()}
                raise serializers.ValidationError(told) from error
            return Response(PreviewSerializer(_describe(None, raw, wish)).data)
        if wants_picture:
            return Response(_draw(layout, wish, as_png=isinstance(request.accepted_renderer, PngRenderer)))
        return Response(PreviewSerializer(_describe(layout, raw, wish)).data)


def _draw(layout: MixLayoutParams, wish: PreviewRequest, *, as_png: bool) -> str | bytes:
    make = draw_strip if wish.strip else draw
    svg = make(layout, participants=wish.list_participants(), canvas=wish.get_canvas(), align=wish.get_align(),
               translate=gettext)  # fmt: skip
    return write_png(svg, width_px=wish.width) if as_png else svg


def _describe(layout: MixLayoutParams | None, raw: Mapping[str, Any], wish: PreviewRequest) -> dict[str, Any]:
    canvas, people = wish.get_canvas(), wish.list_participants()
    findings: list[Finding] = lint(raw, canvas=canvas, participants=people or None)
    if wish.check_images:
        findings += check_images(raw)
    told: dict[str, Any] = {
        "valid": layout is not None and all(finding.severity != "error" for finding in findings),
        "findings": [finding.translated(gettext) for finding in findings],
        **{name: [] for name in ("windows", "vacant", "mix_layout_list", "growth")},
        "unseen": 0,
    }
    if layout is None:
        return told
    room: dict[str, Any] = {"participants": people, "canvas": canvas, "align": wish.get_align()}
    windows = arrange(layout, **room)
    told["windows"] = _list(windows)
    told["vacant"] = _list(list_vacant(layout, **room))
    told["unseen"] = len(people) - len(windows)
    told["mix_layout_list"] = freeze(layout, **room).to_json()["mix_layout_list"]
    if wish.growth:
        steps = list_growth(layout, **room)
        told["growth"] = [
            {"joined": step.joined, "windows": _list(step.windows), "unseen": step.unseen} for step in steps
        ]
    return told


def _list(windows: tuple[Window, ...]) -> list[dict[str, Any]]:
    return [window._asdict() for window in windows]
