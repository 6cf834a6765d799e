"""What the API answers with."""

from typing import Any

from rest_framework import serializers

from recordings.models import Recording, RecordingFile
from recordings.services.pacing import Waiting
from recordings.services.revisions import RevisionState

WAITING_CHOICES = [(why.value, why.value) for why in Waiting]


class VendorWords(serializers.Serializer[Any]):
    """The vendor's own words, verbatim."""

    code = serializers.CharField(allow_null=True)
    message = serializers.CharField(allow_null=True)
    request_id = serializers.CharField(allow_null=True)


class RecordingSerializer(serializers.ModelSerializer[Recording]):
    """One recording. Parameters are the last that the vendor accepted, or will get with the create."""

    application = serializers.CharField(source="application.name")
    storage_profile = serializers.CharField(source="storage_profile.name", allow_null=True, default=None)
    provisional = serializers.BooleanField(
        source="is_provisional", help_text="What is told rests on a word that nothing confirmed yet."
    )
    details = serializers.DictField(help_text="What callbacks told beside the state, by family.")
    legal_hold = serializers.BooleanField(read_only=True, help_text="No file of it is deleted.")
    task_id = serializers.SerializerMethodField()
    layout_template = serializers.SerializerMethodField(
        help_text="The template's version that mix_layout_params comes from, as `lesson@3`."
    )
    queue_position = serializers.IntegerField(
        allow_null=True,
        default=None,
        help_text="While it waits in the queue, its place as of now: 1 is let through next. Others may still overtake "
        "it: a higher priority, and of equals the API key that holds fewer places.",
    )
    waiting_for = serializers.ChoiceField(
        allow_null=True,
        default=None,
        choices=WAITING_CHOICES,
        help_text="While it is queued: a place of the quota, its moment, or an operator who mends the credentials.",
    )
    vendor = serializers.SerializerMethodField()
    record_params = serializers.SerializerMethodField()
    mix_transcode_params = serializers.SerializerMethodField()
    mix_layout_params = serializers.SerializerMethodField()
    storage_params = serializers.SerializerMethodField()
    resource_expired_hour = serializers.SerializerMethodField()

    class Meta:
        model = Recording
        fields = [
            *("id", "state", "media", "reason", "fault", "verified", "provisional", "provisional_reason"),
            *("application", "origin", "provider"),
            *("priority", "queue_position", "waiting_for"),
            *("room_id", "room_id_type", "slot", "robot_user_id", "task_id", "storage_profile"),
            *("created_at", "started_at", "media_started_at", "ended_at", "deadline_at", "next_check_at"),
            *("legal_hold", "purge_after", "purged_at"),
            *("vendor", "details", "record_params", "mix_transcode_params", "mix_layout_params", "layout_template"),
            "storage_params",
            *("resource_expired_hour", "max_duration", "labels", "version"),
        ]

    def get_task_id(self, recording: Recording) -> str | None:
        return recording.task_id or None

    def get_layout_template(self, recording: Recording) -> str | None:
        return recording.layout_template or None

    def get_vendor(self, recording: Recording) -> VendorWords:  # the annotation is for the schema
        words: Any = {
            "code": recording.vendor_code or None,
            "message": recording.vendor_message or None,
            "request_id": recording.vendor_request_id or None,
        }
        return words  # type: ignore[no-any-return]

    def get_record_params(self, recording: Recording) -> dict[str, Any] | None:
        return _part(recording, "record_params")

    def get_mix_transcode_params(self, recording: Recording) -> dict[str, Any] | None:
        return _part(recording, "mix_transcode_params")

    def get_mix_layout_params(self, recording: Recording) -> dict[str, Any] | None:
        return _part(recording, "mix_layout_params")

    def get_storage_params(self, recording: Recording) -> dict[str, Any] | None:
        return _part(recording, "storage_params")

    def get_resource_expired_hour(self, recording: Recording) -> int | None:
        hours: int | None = recording.parameters.get("resource_expired_hour")
        return hours


def _part(recording: Recording, name: str) -> dict[str, Any] | None:
    part: dict[str, Any] | None = recording.parameters.get(name)
    return part


class FileSerializer(serializers.ModelSerializer[RecordingFile]):
    """One file: expected, reported by the vendor, verified in storage, or failed, with the reason."""

    class Meta:
        model = RecordingFile
        fields = [
            *("id", "kind", "status", "reason", "name", "task_id", "user_id", "track_type", "media_id"),
            *("begin_ms", "end_ms", "offset_ms", "duration_ms", "size", "file_id", "url", "checked"),
        ]


class LinkSerializer(serializers.Serializer[Any]):
    """A link to a file. It is a key to it: do not store or log it."""

    url = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True, help_text="Null: an address that the vendor rules over.")


class RevisionSerializer(serializers.Serializer[Any]):
    """One state of a recording's parameters, and whether the vendor took it. Revision 1 is the start."""

    revision = serializers.IntegerField(source="number")
    at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=[(state.value, state.value) for state in RevisionState])
    by = serializers.CharField(help_text="The API key that asked for it.")
    comment = serializers.CharField(help_text="Why.")
    layout_template = serializers.CharField()
    mix_layout_params = serializers.DictField(source="parameters.mix_layout_params", default=None, allow_null=True)
    subscribe_stream_user_ids = serializers.DictField(
        source="parameters.record_params.subscribe_stream_user_ids", default=None, allow_null=True
    )
    vendor = serializers.DictField(help_text="The vendor's words when it refused.")


ENTRY_TYPES = [("fact", "fact"), ("transition", "transition")]


class TimelineEntry(serializers.Serializer[Any]):
    """A fact, or a change of state that facts brought about."""

    type = serializers.ChoiceField(choices=ENTRY_TYPES)
    at = serializers.DateTimeField(help_text="When it was so, by the vendor's event time where there is one.")
    received_at = serializers.DateTimeField(allow_null=True)
    kind = serializers.CharField(help_text="The kind of fact, or the kind that brought the transition.")
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # a field, not the argument
    task_id = serializers.CharField(allow_null=True)
    from_state = serializers.CharField(allow_null=True)
    to_state = serializers.CharField(allow_null=True)
    data = serializers.DictField()  # type: ignore[assignment]


class ProblemSerializer(serializers.Serializer[Any]):
    attr = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ValidationAnswer(serializers.Serializer[Any]):
    """Every problem of a start request and, when there is none, what the vendor would be sent."""

    valid = serializers.BooleanField()
    problems = ProblemSerializer(many=True)
    warnings = ProblemSerializer(many=True, help_text="Of the layout: likely not meant, and no reason to refuse it.")
    request = serializers.DictField(allow_null=True, help_text="CreateCloudRecording, with secrets as ***.")
