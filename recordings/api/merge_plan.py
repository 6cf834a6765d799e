"""The plan of a merge, over REST."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from recordings.api.own import OneRecording
from recordings.merge.plan import Lack, Options
from recordings.merge.sections import Stream
from recordings.services.merge_plan import plan_recording

MODES = ["section", "user"]
STREAMS = [stream.value for stream in Stream]


class MergeOptions(serializers.Serializer[Any]):
    """How to merge, as the query says it."""

    mode = serializers.ChoiceField(choices=MODES, default="section")
    cut = serializers.BooleanField(default=False)
    stream = serializers.ChoiceField(choices=STREAMS, default=Stream.MAIN.value)


class InputSerializer(serializers.Serializer[Any]):
    """A segment, and where it goes in the output."""

    name = serializers.CharField(source="used.segment.name")
    media_id = serializers.CharField(source="used.track.media_id")
    track_type = serializers.CharField(source="used.track.track_type")
    recovery = serializers.IntegerField(source="used.track.recovery", help_text="1 to 3: written after a failover.")
    begin_ms = serializers.IntegerField(source="used.segment.begin_ms", help_text="Unix milliseconds.")
    duration_ms = serializers.IntegerField(source="used.segment.duration_ms")
    offset_ms = serializers.IntegerField(help_text="From the beginning of the output.")


class OutputSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    begin_ms = serializers.IntegerField()
    duration_ms = serializers.IntegerField()
    pictures = InputSerializer(many=True)
    sounds = InputSerializer(many=True)


class SpanSerializer(serializers.Serializer[Any]):
    begin_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField()


class GapSerializer(serializers.Serializer[Any]):
    """A stretch for which a track has nothing."""

    media_id = serializers.CharField()
    track_type = serializers.CharField()
    begin_ms = serializers.IntegerField(source="span.begin_ms")
    end_ms = serializers.IntegerField(source="span.end_ms")


class MissingSerializer(serializers.Serializer[Any]):
    """What should be there and is not."""

    name = serializers.CharField()
    why = serializers.ChoiceField(source="reason", choices=[lack.value for lack in Lack])
    begin_ms = serializers.IntegerField(allow_null=True)
    duration_ms = serializers.IntegerField(allow_null=True)


class UserPlanSerializer(serializers.Serializer[Any]):
    task_id = serializers.CharField(source="owner.folder")
    user_id = serializers.CharField(source="owner.user_id", allow_null=True, help_text="null: all in one picture.")
    sections = SpanSerializer(many=True, help_text="Parts with at most 15 seconds of nothing in them.")
    outputs = OutputSerializer(many=True)
    gaps = GapSerializer(many=True)
    missing = MissingSerializer(many=True)
    unused = serializers.ListField(child=serializers.CharField(), help_text="Playlists that `stream` leaves out.")


class MergePlanSerializer(serializers.Serializer[Any]):
    """What to join, and where."""

    segments = serializers.ChoiceField(
        choices=["known", "unknown"], help_text="unknown: the playlists were not read; stretches stand for segments."
    )
    problem = serializers.CharField(
        allow_blank=True,
        help_text="Why the storage did not give the playlists; no_playlist: none is known; deleted: by retention.",
    )
    users = UserPlanSerializer(many=True)
    unplanned = serializers.ListField(
        child=serializers.CharField(), help_text="Playlists that are absent, unreadable or of unknown length."
    )


class MergePlanView(OneRecording):
    @extend_schema(
        responses=MergePlanSerializer,
        parameters=[
            OpenApiParameter("mode", str, enum=MODES, description="A file for each section, or for each user."),
            OpenApiParameter("cut", bool, description="In `user` mode: leave out what lies between sections."),
            OpenApiParameter("stream", str, enum=STREAMS, description="Which picture goes with a user's sound."),
        ],
    )
    def get(self, request: Request, recording_id: UUID) -> Response:
        """Tell how the pieces of a recording go together: sections, inputs in order, and what is missing."""
        asked = MergeOptions(data=request.query_params)
        asked.is_valid(raise_exception=True)
        options = Options(
            by_user=asked.validated_data["mode"] == "user",
            cut_pauses=asked.validated_data["cut"],
            stream=Stream(asked.validated_data["stream"]),
        )
        plan = plan_recording(self.get_object(), options)
        answer = MergePlanSerializer(
            {
                "segments": "known" if plan.segments_known else "unknown",
                "problem": plan.problem,
                "users": plan.users,
                "unplanned": plan.unplanned,
            }
        )
        return Response(answer.data)
