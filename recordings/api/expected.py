"""The names that files should have, over REST."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from recordings.api.own import OneRecording
from recordings.models import FILE_KIND_CHOICES
from recordings.parameters.record import MOST_USER_IDS
from recordings.services.expected import list_expected


class ExpectedQuery(serializers.Serializer[Any]):
    """Whose files are asked for."""

    user_id = serializers.ListField(child=serializers.CharField(max_length=255), default=list, max_length=MOST_USER_IDS)


class ExpectedFileSerializer(serializers.Serializer[Any]):
    """A file that should come to be."""

    name = serializers.CharField()
    key = serializers.CharField(allow_null=True, help_text="In the bucket. null: no task yet, or VOD.")
    kind = serializers.ChoiceField(choices=FILE_KIND_CHOICES)
    user_id = serializers.CharField(source="said.user_id", allow_null=True, help_text="null: all in one picture.")
    media_id = serializers.CharField(source="said.media_id")
    track_type = serializers.CharField(source="said.track_type")


class ExpectedNamesView(OneRecording):
    @extend_schema(
        operation_id="recordings_expected_names",
        responses=ExpectedFileSerializer(many=True),
        parameters=[
            OpenApiParameter(
                "user_id", str, many=True, description="Whom it records, repeatable; those known by now without."
            )
        ],
    )
    def get(self, request: Request, recording_id: UUID) -> Response:
        """Tell the names of the files before any of them is there: playlists, MP4, AAC; unsplit, without failover.

        Where every user has files of their own, name the users.
        """
        asked = ExpectedQuery(data={"user_id": request.query_params.getlist("user_id")})
        asked.is_valid(raise_exception=True)
        files = list_expected(self.get_object(), user_ids=asked.validated_data["user_id"])
        return Response(ExpectedFileSerializer(files, many=True).data)
