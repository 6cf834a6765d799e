"""Request headers, and a parameter, that say how a request is to be taken."""

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from recordings.services.links import LEAST_SECONDS, MOST_SECONDS, USUAL_SECONDS

LONGEST_KEY = 255
MOST_PEOPLE = 25


class PreconditionRequired(APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = _("Send If-Match with the ETag of the recording as you read it.")
    default_code = "precondition_required"


def read_idempotency_key(request: Request) -> str:
    """Return the Idempotency-Key header; empty when there is none.

    An empty header is refused: its sender means to be protected, and most likely a variable of his is not set.
    """
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return ""
    key = str(header).strip()
    if not key:
        raise ValidationError({"Idempotency-Key": _("Is empty. Send a key of your own, or leave the header out.")})
    if len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise ValidationError({"Idempotency-Key": _("Must be at most 255 printable ASCII characters.")})
    return key


def wants_async(request: Request) -> bool:
    """Tell whether the caller asked not to wait for the vendor (RFC 7240)."""
    preferences = str(request.headers.get("Prefer", "")).split(",")
    return any(preference.strip().lower() == "respond-async" for preference in preferences)


def read_if_match(request: Request) -> int | None:
    """Return the version that the caller read; None for `*`, whatever is there; 0 for one that never was.

    Raises:
        PreconditionRequired: The header is missing.
    """
    header = str(request.headers.get("If-Match", "")).strip()
    if not header:
        raise PreconditionRequired
    if header == "*":
        return None
    tag = header.strip('"')
    return int(tag) if tag.isascii() and tag.isdigit() and len(tag) < 10 else 0


def read_people(request: Request) -> int | None:
    """Return how many people a picture is asked to show; None when it is not said."""
    told = request.query_params.get("people")
    if told is None:
        return None
    if not (told.isascii() and told.isdigit() and len(told) < 3 and int(told) <= MOST_PEOPLE):
        raise ValidationError({"people": _("Must be a whole number from 0 to 25.")})
    return int(told)


def read_seconds(request: Request) -> int:
    """Return how long a link is asked to open."""
    told = request.query_params.get("seconds", str(USUAL_SECONDS))
    if not (told.isascii() and told.isdigit() and len(told) < 6 and LEAST_SECONDS <= int(told) <= MOST_SECONDS):
        raise ValidationError({"seconds": _("Must be a whole number from 60 to 3600.")})
    return int(told)
