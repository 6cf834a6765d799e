"""What layout templates look like from outside, and how they come in."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError
from rest_framework import serializers

from applications.api.serializers import refuse_unknown
from layouts.api.errors import error_details
from layouts.models import LayoutTemplate, LayoutTemplateVersion
from layouts.parameters import MixLayoutParams
from layouts.problems import list_field_problems


class LayoutField(serializers.DictField):
    """`mix_layout_params`, checked as a start checks it, but for the canvas that a template does not know."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the layout without the fields left to the vendor."""
        return read_layout(super().to_internal_value(data))


def read_layout(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a checked layout.

    Raises:
        serializers.ValidationError: With every problem by its path in the request.
    """
    try:
        return MixLayoutParams.model_validate(dict(data)).to_json()
    except ValidationError as error:
        raise serializers.ValidationError(error_details(list_field_problems(error, data=data))) from error


class LayoutTemplateSerializer(serializers.ModelSerializer[LayoutTemplate]):
    """A named layout. `layout_template: "lesson"` in a start means its newest version, `"lesson@3"` the third."""

    name = serializers.RegexField(
        r"\A[A-Za-z0-9_-]{1,50}\Z",
        help_text="What a start or a change names.",
        error_messages={"invalid": _("Must be 1 to 50 letters, digits, '_' or '-'.")},
    )
    version = serializers.IntegerField(source="current.number", read_only=True)
    shared = serializers.SerializerMethodField(help_text="Of all applications; changed by operators alone.")
    mix_layout_params = LayoutField(source="current.mix_layout_params")
    changed_at = serializers.DateTimeField(source="current.created_at", read_only=True)

    class Meta:
        model = LayoutTemplate
        fields = ["name", "version", "shared", "description", "mix_layout_params", "created_at", "changed_at"]
        read_only_fields = ["created_at"]

    def get_shared(self, template: LayoutTemplate) -> bool:
        return template.application_id is None

    def to_internal_value(self, data: Any) -> Any:
        """Refuse names that nothing reads, so that a misspelt one is not silently left out."""
        refuse_unknown(self, data)
        return super().to_internal_value(data)


class LayoutVersionSerializer(serializers.ModelSerializer[LayoutTemplateVersion]):
    """One version of a template; it never changes."""

    version = serializers.IntegerField(source="number")
    mix_layout_params = serializers.DictField()

    class Meta:
        model = LayoutTemplateVersion
        fields = ["version", "mix_layout_params", "created_at", "created_by"]
