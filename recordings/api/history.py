"""How a recording came to be as it is: its timeline, its revisions and their pictures."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from layouts.api.renderers import PngRenderer, SvgRenderer
from layouts.png import write_png
from recordings.api.headers import MOST_PEOPLE, read_people
from recordings.api.own import OneRecording
from recordings.api.serializers import RevisionSerializer, TimelineEntry
from recordings.services.pictures import draw_parameters
from recordings.services.revisions import list_revisions
from recordings.timeline import list_timeline

PEOPLE = OpenApiParameter(
    "people", {"type": "integer", "minimum": 0, "maximum": MOST_PEOPLE}, description="How many people to draw."
)


class TimelineView(OneRecording):
    @extend_schema(responses=TimelineEntry(many=True))
    def get(self, request: Request, recording_id: UUID) -> Response:
        """Tell everything that is known, in event order."""
        entries: Any = TimelineEntry(list_timeline(self.get_object()), many=True)
        return Response(entries.data)


class RevisionsView(OneRecording):
    @extend_schema(responses=RevisionSerializer(many=True))
    def get(self, request: Request, recording_id: UUID) -> Response:
        """List what the parameters were, newest first: by whom, why, and whether the vendor took it."""
        return Response(RevisionSerializer(list_revisions(self.get_object()), many=True).data)


class RevisionPictureView(OneRecording):
    renderer_classes = [SvgRenderer, PngRenderer, JSONRenderer]  # the last for errors

    @extend_schema(
        operation_id="recordings_revisions_picture",
        parameters=[PEOPLE],
        responses={
            (200, "image/svg+xml"): OpenApiResponse(OpenApiTypes.BINARY, description="The picture."),
            (200, "image/png"): OpenApiResponse(OpenApiTypes.BINARY, description="The picture."),
            (200, "application/json"): OpenApiTypes.OBJECT,
        },
    )
    def get(self, request: Request, recording_id: UUID, number: int) -> Response:
        """Draw the layout of a revision, as SVG or, by `Accept`, as PNG. 404: every user is recorded apart."""
        found = [revision for revision in list_revisions(self.get_object()) if revision.number == number]
        svg = draw_parameters(found[0].parameters, people=read_people(request)) if found else None
        if svg is None:
            raise NotFound
        match request.accepted_renderer:
            case PngRenderer():
                return Response(write_png(svg))
            case JSONRenderer():
                return Response({"svg": svg})
        return Response(svg)
