"""The files of a recording, and links to them."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from applications.models import Scope
from recordings.api.headers import read_seconds
from recordings.api.own import OneRecording, key_of
from recordings.api.serializers import FileSerializer, LinkSerializer
from recordings.models import RecordingFile
from recordings.services.links import LEAST_SECONDS, MOST_SECONDS, make_link

SECONDS = OpenApiParameter(
    "seconds",
    {"type": "integer", "minimum": LEAST_SECONDS, "maximum": MOST_SECONDS},
    description="How long the link opens; 300 unless it is said.",
)


class FilesView(OneRecording):
    @extend_schema(responses=FileSerializer(many=True))
    def get(self, request: Request, recording_id: UUID) -> Response:
        """List the files that should be there, each with what is known of it."""
        files = RecordingFile.objects.filter(recording=self.get_object())
        return Response(FileSerializer(files, many=True).data)


class FileLinkView(OneRecording):
    scope = Scope.FILES

    @extend_schema(operation_id="recordings_files_link", parameters=[SECONDS], responses=LinkSerializer)
    def get(self, request: Request, recording_id: UUID, file_id: int) -> Response:
        """Make a short-lived link to a file; whoever has it gets the file. 409: the file is not there, with the reason.

        Needs the scope `files`.
        """
        recording = self.get_object()
        file = get_object_or_404(RecordingFile, recording=recording, pk=file_id)
        link = make_link(recording=recording, file=file, seconds=read_seconds(request), by=key_of(request).name)
        return Response(LinkSerializer(link).data, headers={"Cache-Control": "no-store"})
