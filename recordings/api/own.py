"""Whose recordings a caller sees, and what all views of one recording share."""

from django.db.models import QuerySet
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from applications.models import ApiKey
from recordings.api.serializers import RecordingSerializer
from recordings.models import Recording
from recordings.services.queue import tell_queue

# Not needed to show a recording, and costly to decrypt for every row of a page.
SECRETS = [f"application__{name}" for name in ("secret_id", "secret_key", "sdk_secret_key")]
SECRETS += [f"storage_profile__{name}" for name in ("access_key", "secret_key")]


def key_of(request: Request) -> ApiKey:
    """Return the API key that the request came with."""
    assert isinstance(request.auth, ApiKey)  # noqa: S101 - no view runs without one
    return request.auth


def own_recordings(request: Request) -> QuerySet[Recording]:
    """Return the recordings of the caller's application; everything else does not exist for it."""
    recordings: QuerySet[Recording] = Recording.objects.filter(application=key_of(request).application)
    return recordings.select_related("application", "storage_profile").defer(*SECRETS)


class OwnRecordings(generics.GenericAPIView[Recording]):
    """What all views of recordings share: whose they show."""

    serializer_class = RecordingSerializer

    def get_queryset(self) -> QuerySet[Recording]:
        # The schema is drawn without a caller.
        return Recording.objects.none() if hasattr(self, "swagger_fake_view") else own_recordings(self.request)


class OneRecording(OwnRecordings):
    """What the views of one recording share: finding it."""

    lookup_url_kwarg = "recording_id"

    def answer(self, recording: Recording, status: int = 200) -> Response:
        """Return *recording* with its ETag."""
        tell_queue([recording])
        return Response(self.get_serializer(recording).data, status=status, headers={"ETag": f'"{recording.version}"'})
