"""Shapes that the OpenAPI schema shares, and which errors each operation can answer with."""

from typing import Any

from drf_standardized_errors.openapi import AutoSchema
from rest_framework import serializers


class ErrorEntry(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="For programs.")
    detail = serializers.CharField(help_text="For people, in the language of Accept-Language.")
    attr = serializers.CharField(allow_null=True, help_text="Dotted path of the field, list positions from 0.")


class ErrorVendorWords(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    request_id = serializers.CharField()


ERROR_TYPES = [(name, name) for name in ("validation_error", "client_error", "server_error")]
FAULTS = [(name, name) for name in ("caller", "operator", "vendor", "storage", "network", "none")]


class ErrorAnswer(serializers.Serializer[Any]):
    """The one shape of errors; where the vendor spoke, with its words and whose fault it is."""

    type = serializers.ChoiceField(choices=ERROR_TYPES)
    errors = ErrorEntry(many=True)  # type: ignore[assignment]  # a field, not the property
    fault = serializers.ChoiceField(choices=FAULTS, required=False)
    vendor = ErrorVendorWords(required=False)
    recording = serializers.UUIDField(required=False, help_text="The recording that is in the way or was refused.")
    version = serializers.IntegerField(required=False, help_text="The version that the recording has by now.")
    state = serializers.CharField(required=False)


# Statuses that only calls which change something answer with.
METHODS_OF_STATUS = {
    "409": ("POST", "PATCH"),
    "412": ("PATCH",),
    "413": ("POST", "PATCH"),
    "415": ("POST", "PATCH"),
    "422": ("POST", "PATCH"),
    "428": ("PATCH",),
    "429": ("POST",),
}


class Schema(AutoSchema):
    """Adds to each operation the errors that its method can bring."""

    def _should_add_error_response(self, responses: dict[str, Any], status_code: str) -> bool:
        if self.method not in METHODS_OF_STATUS.get(status_code, (self.method,)):
            return False
        if status_code == "400" and self.method != "GET":
            return status_code not in responses
        added: bool = super()._should_add_error_response(responses, status_code)
        return added
