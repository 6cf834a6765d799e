"""Shapes that the OpenAPI schema shares."""

from typing import Any

from rest_framework import serializers


class ErrorEntry(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ErrorVendorWords(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    request_id = serializers.CharField()


class ErrorAnswer(serializers.Serializer[Any]):
    """The one shape of errors; where the vendor spoke, with its words and whose fault it is."""

    type = serializers.CharField()
    errors = ErrorEntry(many=True)  # type: ignore[assignment]  # a field, not the property
    fault = serializers.CharField(required=False)
    vendor = ErrorVendorWords(required=False)
    recording = serializers.UUIDField(required=False)
    version = serializers.IntegerField(required=False)
    state = serializers.CharField(required=False)
