"""Query parameters of the list."""

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from recordings.models import STATE_CHOICES, Recording


class RecordingFilter(django_filters.FilterSet):  # type: ignore[misc]  # untyped library
    """Several states may be given; a label is `name:value`."""

    state = django_filters.MultipleChoiceFilter(choices=STATE_CHOICES)
    room_id = django_filters.CharFilter(max_length=128)
    slot = django_filters.CharFilter(max_length=64)
    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gt")
    label = django_filters.CharFilter(method="filter_label", help_text=_("name:value"))

    class Meta:
        model = Recording
        fields: list[str] = []

    def filter_label(self, queryset: QuerySet[Recording], name: str, value: str) -> QuerySet[Recording]:
        label, colon, text = value.partition(":")
        if not colon:
            raise ValidationError({name: _("Must be a name and a value with a colon between them.")})
        return queryset.filter(labels__contains={label: text})
