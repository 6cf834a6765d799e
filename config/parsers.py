"""How request bodies of the REST API are read: strictly, and within bounds."""

from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

from callbacks.providers.strict_json import NotStrictJson, read_object

MOST_BYTES = 256 * 1024  # twice the largest start that the vendor takes


class TooLarge(APIException):
    status_code = 413
    default_detail = _("The body is too large.")
    default_code = "too_large"


class StrictJSONParser(JSONParser):
    """Takes JSON objects as PostgreSQL and a log can keep them; the rest is the caller's to mend, with words."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge
        try:
            return read_object(body)
        except NotStrictJson as error:
            raise ParseError(_("Not a JSON object that can be kept: %(why)s.") % {"why": _readable(error)}) from error


def _readable(error: Exception) -> str:
    # A decoder's message may quote what cannot be shown.
    return str(error).encode("ascii", "backslashreplace").decode()
