"""What storage profiles look like from outside. Credentials go in and never come out."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from applications.models import StorageKind, StorageProfile
from applications.models.storage_profile import VOD_MEDIA_TYPES

LARGEST_NUMBER = 2**32 - 1
MOST_FOLDERS = 16


class VodOptionsSerializer(serializers.Serializer[Any]):
    """How VOD treats the files; what is absent is left to the vendor."""

    procedure = serializers.CharField(required=False, max_length=256)
    expire_time = serializers.IntegerField(required=False, min_value=0, max_value=LARGEST_NUMBER)
    storage_region = serializers.RegexField(r"\A[A-Za-z0-9-]{1,64}\Z", required=False)
    class_id = serializers.IntegerField(required=False, min_value=0, max_value=LARGEST_NUMBER)
    sub_app_id = serializers.IntegerField(required=False, min_value=0, max_value=LARGEST_NUMBER)
    session_context = serializers.CharField(required=False, max_length=1000)
    source_context = serializers.CharField(required=False, max_length=250)
    media_type = serializers.ChoiceField(required=False, choices=VOD_MEDIA_TYPES)
    user_define_record_id = serializers.RegexField(r"\A[A-Za-z0-9_-]{1,64}\Z", required=False)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse names that nothing reads."""
        refuse_unknown(self, data)
        return super().to_internal_value(data)

    def to_representation(self, instance: Any) -> Any:
        """Show what is set."""
        return dict(instance)


class StorageProfileSerializer(serializers.ModelSerializer[StorageProfile]):
    """A place for files, named by requests to start a recording."""

    name = serializers.RegexField(r"\A[A-Za-z0-9_-]{1,50}\Z", help_text="What a start request names.")
    region = serializers.RegexField(
        r"\A[A-Za-z0-9-]{1,64}\Z", required=False, help_text="The storage's own, e.g. ap-shanghai."
    )
    bucket = serializers.RegexField(r"\A[A-Za-z0-9._-]{1,255}\Z", required=False)
    access_key = serializers.CharField(
        required=False, write_only=True, max_length=512, help_text="COS: SecretId. The vendor writes with it."
    )
    secret_key = serializers.CharField(required=False, write_only=True, max_length=512)
    has_credentials = serializers.SerializerMethodField(help_text="Whether both keys are set; they are never shown.")
    file_name_prefix = serializers.ListField(
        child=serializers.RegexField(r"\A[A-Za-z0-9_-]{1,64}\Z"),
        required=False,
        max_length=MOST_FOLDERS,
        help_text="Folders, outermost first: a, b puts files under a/b/<TaskId>/.",
    )
    tencent_vod = VodOptionsSerializer(required=False, help_text="Of a VOD profile; replaced whole.")
    check_files = serializers.BooleanField(
        required=False,
        help_text=(
            "Storage has to show a recording's files. True for new COS and S3 profiles. False for new VOD profiles: "
            "there the application's keys need DescribeMediaInfos, as QcloudVODReadonlyAccess allows."
        ),
    )
    keep_days = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=36500, help_text="Files are deleted after; null: never."
    )
    last_check = serializers.JSONField(
        source="preflight", read_only=True, help_text="{at, ok, trials: [{action, ok, problem, code, message}]}"
    )

    class Meta:
        model = StorageProfile
        fields = [
            *("name", "kind", "region", "bucket", "access_key", "secret_key", "has_credentials"),
            *("file_name_prefix", "tencent_vod"),
            *("endpoint_url", "check_files", "keep_days", "last_check"),
        ]
        # A server of one's own may be in the private network, so it is an operator who names it.
        read_only_fields = ["endpoint_url"]
        extra_kwargs = {"kind": {"default": StorageKind.COS}}

    def get_has_credentials(self, profile: StorageProfile) -> bool:
        return bool(profile.access_key and profile.secret_key)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse names that nothing reads, so that a misspelt one is not silently left out."""
        refuse_unknown(self, data)
        return super().to_internal_value(data)


class TrialSerializer(serializers.Serializer[Any]):
    """One thing that was tried with a storage profile; code and message are the storage's own words."""

    action = serializers.ChoiceField(choices=["write", "read", "list", "delete"])
    ok = serializers.BooleanField()
    problem = serializers.CharField(allow_null=True, help_text="A word of a closed list, docs/files.md.")
    code = serializers.CharField(allow_null=True)
    message = serializers.CharField(allow_null=True)


class StorageCheckSerializer(serializers.Serializer[Any]):
    """What came of trying a storage profile."""

    at = serializers.DateTimeField()
    ok = serializers.BooleanField()
    trials = TrialSerializer(many=True)


def refuse_unknown(serializer: serializers.Serializer[Any], data: Any) -> None:
    """Raise for every key of *data* that is no field to write.

    Raises:
        ValidationError: With the keys' names.
    """
    if not isinstance(data, dict):
        return  # a problem of its own
    known = {name for name, field in serializer.fields.items() if not field.read_only}
    unknown = [str(name) for name in data if name not in known]
    if unknown:
        problem = ErrorDetail(str(_("There is no such field.")), code="unknown_field")
        raise serializers.ValidationError({name: [problem] for name in unknown})
