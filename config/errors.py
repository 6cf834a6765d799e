"""The one place where errors become HTTP."""

import logging
import math
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.core.exceptions import RequestDataTooBig, ValidationError
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from drf_spectacular.utils import extend_schema
from drf_standardized_errors import formatter, handler
from drf_standardized_errors.types import Error, ErrorResponse
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.views import APIView

from applications.services import StorageBroken
from callbacks.outage import the_spool
from config.parsers import TooLarge
from config.postgresql.reach import in_one_line, is_unreachable
from layouts.api.errors import error_details
from recordings.services.errors import (
    ChangeInFlight,
    FileNotThere,
    IdempotencyMismatch,
    InvalidParameters,
    NoRoom,
    NotChangeable,
    NotNow,
    SlotTaken,
    StartedElsewhere,
    StorageAway,
    VendorRefused,
    VersionMismatch,
)
from recordings.services.pacing import PROBE_SECONDS
from recordings.storage.words import explain
from recordings.trtc.errors import CredentialsRejected, Rejected

logger = logging.getLogger(__name__)

# When to try again while the database is away. An outage takes longer or is over by then.
RETRY_SECONDS = 5


class ApiError(exceptions.APIException):
    """An answer with fields beside the common shape, such as `fault` and the vendor's words."""

    def __init__(self, status: int, code: str, detail: Any, *, attr: str | None = None, **extra: Any) -> None:
        super().__init__(detail={attr: [detail]} if attr else detail, code=code)
        self.status_code = status
        self.extra = extra
        self.wait: int | None = None  # seconds; becomes Retry-After


def _slot_taken(error: SlotTaken) -> exceptions.APIException:
    if error.is_leaving:
        detail = _("The recording in this slot is being stopped. Try again when its recorder has left: soon.")
    else:
        detail = _("A recording holds this slot until its recorder has left. Stop it, or use another slot.")
    return ApiError(409, "slot_taken", detail, fault="caller", recording=str(error.recording_id))


def _no_room(error: NoRoom) -> exceptions.APIException:
    return _not_now(error, "no_room", _("It cannot start at once, and was not to be queued. Try again later."))


def _busy(error: NotNow) -> exceptions.APIException:
    return _not_now(
        error, "busy", _("The vendor cannot be asked at once: calls wait for their moment. Try again later.")
    )


def _not_now(error: NotNow, code: str, detail: Any) -> exceptions.APIException:
    if error.why == "credentials":
        return _keys_refused(error.retry_after_seconds)
    answer = ApiError(429, code, detail, fault="none", waiting_for=error.why)
    answer.wait = math.ceil(error.retry_after_seconds)
    return answer


def _keys_refused(retry_after_seconds: float, **extra: Any) -> ApiError:
    detail = _("The vendor refuses the application's credentials. An operator has to act.")
    answer = ApiError(503, "credentials_rejected", detail, fault="operator", **extra)
    answer.wait = math.ceil(retry_after_seconds)
    return answer


def _vendor_refused(error: VendorRefused) -> exceptions.APIException:
    gateway = error.error
    said: dict[str, Any] = {
        "vendor": {"code": gateway.code, "message": gateway.message, "request_id": gateway.request_id}
    }
    if error.recording_id:
        said["recording"] = str(error.recording_id)
    if isinstance(gateway, CredentialsRejected):
        return _keys_refused(PROBE_SECONDS, **said)
    if isinstance(gateway, Rejected):
        return ApiError(422, "vendor_refused", _("The vendor refused."), fault=gateway.fault, **said)
    detail = _("The vendor did not answer. Try again later.")
    return ApiError(503, "vendor_unavailable", detail, fault=gateway.fault, **said)


def _storage_broken(error: StorageBroken) -> exceptions.APIException:
    trials = error.result["trials"]
    first = next(trial for trial in trials if not trial["ok"])
    return ApiError(422, "storage_check_failed", explain(first["problem"]), fault="storage", trials=trials)


def _database_unavailable() -> exceptions.APIException:
    detail = _("The database is not available. Try again later.")
    answer = ApiError(503, "database_unavailable", detail, fault="none")
    answer.wait = RETRY_SECONDS
    return answer


ANSWERS: dict[type[Exception], Callable[[Any], exceptions.APIException]] = {
    InvalidParameters: lambda error: exceptions.ValidationError(error_details(error.problems)),
    SlotTaken: _slot_taken,
    NoRoom: _no_room,
    NotNow: _busy,
    VendorRefused: _vendor_refused,
    IdempotencyMismatch: lambda _error: ApiError(
        422, "idempotency_mismatch", _("This Idempotency-Key was used with another body."), fault="caller"
    ),
    VersionMismatch: lambda error: ApiError(
        412, "version_mismatch", _("The recording changed. Read it again."), fault="caller", version=error.version
    ),
    ChangeInFlight: lambda _error: ApiError(
        409, "change_in_flight", _("An earlier change waits for the vendor's answer."), fault="vendor"
    ),
    StartedElsewhere: lambda _error: ApiError(
        409,
        "started_elsewhere",
        _("The recording was started elsewhere and is only watched here. Change it where it was started."),
        fault="caller",
    ),
    StorageBroken: _storage_broken,
    FileNotThere: lambda error: ApiError(
        409, "file_not_there", _("The file is not in storage, or not yet."), fault="none", reason=error.why
    ),
    StorageAway: lambda error: ApiError(
        503, "storage_unavailable", explain(error.problem), fault="storage", problem=error.problem
    ),
    NotChangeable: lambda error: ApiError(
        409, "not_changeable", _("The recording is ending or over."), fault="caller", state=str(error)
    ),
}


class ExceptionHandler(handler.ExceptionHandler):
    """Turns our errors into answers; everything unexpected stays a loud 500."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        answer = ANSWERS.get(type(exc))
        if answer is not None:
            return answer(exc)
        if isinstance(exc, ValidationError):  # of a model, by way of a service
            return exceptions.ValidationError(as_serializer_error(exc))
        if isinstance(exc, OperationalError | InterfaceError):
            if is_unreachable(exc):
                _log_outage(exc, getattr(self.context["request"], "path", ""))
            else:  # it is there and fails: whoever looks needs to know where
                logger.error("database_unavailable", exc_info=exc)
            return _database_unavailable()
        if isinstance(exc, RequestDataTooBig):
            return TooLarge()
        if isinstance(exc, UnreadablePostError):  # the caller went away in mid-body
            return exceptions.ParseError()
        known: Exception = super().convert_known_exceptions(exc)
        return known

    def report_exception(self, exc: exceptions.APIException, response: Response) -> None:
        """Leave an outage at the one line that it has: every request of an outage ends here."""
        if is_unreachable(self.exc):
            response._has_been_logged = True  # type: ignore[attr-defined]  # Django's word for it
        else:
            super().report_exception(exc, response)


def _log_outage(error: BaseException, path: str) -> None:
    logger.error("database_unavailable", extra={"why": in_one_line(error), "path": path})


def _own_path(attr: str | None) -> str | None:
    return None if attr is None else attr.removesuffix("non_field_errors").rstrip(".") or None


class ExceptionFormatter(formatter.ExceptionFormatter):
    """`{"type": …, "errors": [{"code", "detail", "attr"}]}`, and what the error says beside it."""

    def get_errors(self) -> list[Error]:
        """Name an object that is wrong as a whole by its own path."""
        found: list[Error] = super().get_errors()
        return [replace(error, attr=_own_path(error.attr)) for error in found]

    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        body: dict[str, Any] = super().format_error_response(error_response)
        return body | getattr(self.exc, "extra", {})


def answer_error(request: HttpRequest) -> HttpResponse:
    """Answer what nobody else did, a page of the admin above all: Django's `handler500`.

    While the database is away, the page that says so needs neither it nor a session.
    """
    error = sys.exc_info()[1]
    if error is None or not is_unreachable(error):
        return defaults.server_error(request)
    _log_outage(error, request.path)
    page = render_to_string("503.html", {"has_spool": the_spool() is not None})
    answer = HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_SECONDS)})
    answer._has_been_logged = True  # type: ignore[attr-defined]  # in one line; Django's own has a traceback
    return answer


@extend_schema(exclude=True)
class NoSuchAddress(APIView):
    """Answers below /api/ in the one shape, where Django would send a page."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse strangers as everywhere, then everybody."""
        super().initial(request, *args, **kwargs)
        raise exceptions.NotFound
