"""Views: validate in, call one service, serialize out. Errors become HTTP in config/errors.py."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from layouts.problems import MOST_PROBLEMS
from recordings.api.answers import answer_start
from recordings.api.bodies import ChangeRecording, StartRecording, inspect_start, read_change, read_start
from recordings.api.filters import RecordingFilter
from recordings.api.headers import read_idempotency_key, read_if_match, wants_async
from recordings.api.own import OneRecording, OwnRecordings, key_of
from recordings.api.pagination import NewestFirst
from recordings.api.serializers import RecordingSerializer, ValidationAnswer
from recordings.gateway import get_gateway
from recordings.models import Recording
from recordings.parameters.layout_findings import list_layout_findings
from recordings.services.modify import modify_recording
from recordings.services.preview import preview_create
from recordings.services.queue import tell_queue
from recordings.services.refresh import refresh_recording
from recordings.services.start import StartRequest, find_earlier, fingerprint_of, start_recording
from recordings.services.stop import stop_recording
from recordings.states.vocabulary import State, is_terminal

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
ETAG = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, response=[200, 201, 202], description="The version, for If-Match."
)
LOCATION = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, response=[201, 202], description="Where the recording can be read."
)


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
        key = key_of(request)
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
        change = read_change(request.data, application=key_of(request).application)
        changed = modify_recording(
            recording_id=recording.uuid,
            version=read_if_match(request),
            changes=change.parameters,
            labels=change.labels,
            layout_template=change.layout_template,
            comment=change.comment,
            legal_hold=change.legal_hold,
            by=key_of(request).name,
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


class ValidateView(APIView):
    @extend_schema(request=StartRecording, responses=ValidationAnswer)
    def post(self, request: Request) -> Response:
        """Check a start without starting: every problem, and the exact vendor request."""
        application = key_of(request).application
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
