"""Views: validate in, call one service, serialize out. Errors become HTTP in config/errors.py."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics
from rest_framework.exceptions import ErrorDetail, NotFound, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from applications.models import ApiKey, Scope
from layouts.api.renderers import PngRenderer, SvgRenderer
from layouts.png import write_png
from layouts.problems import MOST_PROBLEMS
from recordings.api.answers import answer_start
from recordings.api.bodies import ChangeRecording, StartRecording, inspect_start, read_change, read_start
from recordings.api.filters import RecordingFilter
from recordings.api.headers import (
    MOST_PEOPLE,
    read_idempotency_key,
    read_if_match,
    read_people,
    read_seconds,
    wants_async,
)
from recordings.api.pagination import NewestFirst
from recordings.api.serializers import (
    FileSerializer,
    LinkSerializer,
    RecordingSerializer,
    RevisionSerializer,
    TimelineEntry,
    ValidationAnswer,
)
from recordings.gateway import get_gateway
from recordings.models import Recording, RecordingFile
from recordings.parameters.layout_findings import list_layout_findings
from recordings.services.links import LEAST_SECONDS, MOST_SECONDS, make_link
from recordings.services.modify import modify_recording
from recordings.services.pictures import draw_parameters
from recordings.services.preview import preview_create
from recordings.services.queue import tell_queue
from recordings.services.refresh import refresh_recording
from recordings.services.revisions import list_revisions
from recordings.services.start import StartRequest, find_earlier, fingerprint_of, start_recording
from recordings.services.stop import stop_recording
from recordings.states.vocabulary import State, is_terminal
from recordings.timeline import list_timeline

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Same key and body: the same recording and answer; same key and another body: 422. A key belongs to "
    "the application, whichever of its API keys it is sent with. Not empty, at most 255 printable ASCII characters.",
)
PREFER = OpenApiParameter(
    "Prefer", str, OpenApiParameter.HEADER, description="respond-async: answer 202 without asking the vendor first."
)
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag of the recording as read."
)
SECONDS = OpenApiParameter(
    "seconds",
    {"type": "integer", "minimum": LEAST_SECONDS, "maximum": MOST_SECONDS},
    description="How long the link opens; 300 unless it is said.",
)
PEOPLE = OpenApiParameter(
    "people", {"type": "integer", "minimum": 0, "maximum": MOST_PEOPLE}, description="How many people to draw."
)
ETAG = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, response=[200, 201, 202], description="The version, for If-Match."
)
LOCATION = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, response=[201, 202], description="Where the recording can be read."
)

# A dry run tells of so many at once.
# Not needed to show a recording, and costly to decrypt for every row of a page.
SECRETS = [f"application__{name}" for name in ("secret_id", "secret_key", "sdk_secret_key")]
SECRETS += [f"storage_profile__{name}" for name in ("access_key", "secret_key")]


def _key(request: Request) -> ApiKey:
    assert isinstance(request.auth, ApiKey)  # noqa: S101 - no view runs without one
    return request.auth


def own_recordings(request: Request) -> QuerySet[Recording]:
    """Return the recordings of the caller's application; everything else does not exist for it."""
    recordings: QuerySet[Recording] = Recording.objects.filter(application=_key(request).application)
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


class RecordingListView(OwnRecordings, generics.ListAPIView[Recording]):
    pagination_class = NewestFirst
    filterset_class = RecordingFilter

    def paginate_queryset(self, queryset: Any) -> Any:
        """Return one page, with the places of those that wait."""
        page = super().paginate_queryset(queryset)
        tell_queue(page or [])
        return page

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List recordings, newest first."""
        known = {*RecordingFilter.base_filters, "page_size", "cursor"}
        problem = ErrorDetail(str(_("There is no such parameter.")), code="unknown_parameter")
        if unknown := [name for name in request.query_params if name not in known]:
            raise ValidationError({name: [problem] for name in unknown})
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=StartRecording,
        responses={201: RecordingSerializer, 202: RecordingSerializer},
        parameters=[IDEMPOTENCY_KEY, PREFER, ETAG, LOCATION],
    )
    def post(self, request: Request) -> Response:
        """Start a recording. 201: the vendor accepted; 202: a worker carries on; 422: the vendor refused."""
        key = _key(request)
        idempotency_key = read_idempotency_key(request)
        fingerprint = fingerprint_of(request.data)
        # Before anything is checked: a repetition gets its answer even when, say, the profile was renamed since.
        if idempotency_key and (earlier := find_earlier(key.application, idempotency_key, fingerprint)):
            return answer_start(earlier)
        options, parameters, profile = read_start(request.data, application=key.application)
        started = start_recording(
            request=StartRequest(
                application=key.application,
                parameters=parameters,
                storage_profile=profile,
                slot=options.slot,
                max_duration=options.max_duration,
                labels=options.labels,
                layout_template=options.layout_template or "",
                priority=options.priority,
                queue=options.queue,
                asked_by=key,
            ),
            gateway=get_gateway(),
            idempotency_key=idempotency_key,
            fingerprint=fingerprint,
            attempt_now=not wants_async(request),
        )
        return answer_start(started)


class RecordingView(OneRecording):
    @extend_schema(parameters=[ETAG])
    def get(self, request: Request, recording_id: UUID) -> Response:
        """Read a recording."""
        return self.answer(self.get_object())

    @extend_schema(
        request=ChangeRecording,
        responses={200: RecordingSerializer, 202: RecordingSerializer},
        parameters=[IF_MATCH, ETAG],
    )
    def patch(self, request: Request, recording_id: UUID) -> Response:
        """Change layout, watermarks, subscriptions or labels. 200: it is so; 202: the vendor has not answered yet.

        422: the vendor refused; the old parameters hold. Labels are ours and hold the new values even then.
        """
        recording = self.get_object()
        change = read_change(request.data, application=_key(request).application)
        changed = modify_recording(
            recording_id=recording.uuid,
            version=read_if_match(request),
            changes=change.parameters,
            labels=change.labels,
            layout_template=change.layout_template,
            comment=change.comment,
            legal_hold=change.legal_hold,
            by=_key(request).name,
            gateway=get_gateway(),
        )
        return self.answer(changed.recording, status=202 if changed.pending else 200)


class StopView(OneRecording):
    @extend_schema(request=None, responses={200: RecordingSerializer, 202: RecordingSerializer}, parameters=[ETAG])
    def post(self, request: Request, recording_id: UUID) -> Response:
        """Stop a recording. 202 until the exit was seen, 200 afterwards; repeating it is harmless."""
        recording = stop_recording(recording_id=self.get_object().uuid, gateway=get_gateway())
        return self.answer(recording, status=200 if is_terminal(State(recording.state)) else 202)


class RefreshView(OneRecording):
    @extend_schema(request=None, parameters=[ETAG])
    def post(self, request: Request, recording_id: UUID) -> Response:
        """Ask the vendor now and return the recording with what was learnt."""
        return self.answer(refresh_recording(recording_id=self.get_object().uuid, gateway=get_gateway()))


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
        link = make_link(recording=recording, file=file, seconds=read_seconds(request), by=_key(request).name)
        return Response(LinkSerializer(link).data, headers={"Cache-Control": "no-store"})


class ValidateView(APIView):
    @extend_schema(request=StartRecording, responses=ValidationAnswer)
    def post(self, request: Request) -> Response:
        """Check a start without starting: every problem, and the exact vendor request."""
        application = _key(request).application
        _options, parameters, profile, problems = inspect_start(request.data, application=application)
        vendor_request = None
        warnings = list_layout_findings(parameters, "warning") if parameters is not None else []
        if parameters is not None and profile is not None and not problems:
            vendor_request = preview_create(application=application, parameters=parameters, profile=profile)
        answer = {
            "valid": not problems,
            "problems": problems[:MOST_PROBLEMS],
            "warnings": warnings,
            "request": vendor_request,
        }
        return Response(ValidationAnswer(answer).data)
