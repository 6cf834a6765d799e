"""Query parameters of the list."""

from datetime import UTC, datetime
from functools import reduce
from operator import or_

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from applications.families import family_choices
from recordings.api.bodies import LONGEST_LABEL_NAME
from recordings.models import STATE_CHOICES, Recording
from recordings.models.recording import Origin


class RecordingFilter(django_filters.FilterSet):  # type: ignore[misc]  # untyped library
    """Several states may be given; a label is `name:value`."""

    state = django_filters.MultipleChoiceFilter(choices=STATE_CHOICES)
    origin = django_filters.ChoiceFilter(choices=Origin.choices)
    provider = django_filters.ChoiceFilter(choices=family_choices)
    provisional = django_filters.ChoiceFilter(
        choices=[("true", "true"), ("false", "false")], method="filter_provisional"
    )
    task_id = django_filters.CharFilter(field_name="tasks__task_id", max_length=255)
    room_id = django_filters.CharFilter(max_length=255)
    slot = django_filters.CharFilter(max_length=64)
    created_after = django_filters.IsoDateTimeFilter(method="filter_created_after")
    label = django_filters.CharFilter(method="filter_label", help_text=_("name:value"))

    class Meta:
        model = Recording
        fields: list[str] = []

    def filter_provisional(self, queryset: QuerySet[Recording], name: str, value: str) -> QuerySet[Recording]:
        return queryset.filter(provisional_reason__isnull=value == "false")

    def filter_created_after(self, queryset: QuerySet[Recording], name: str, value: datetime) -> QuerySet[Recording]:
        try:
            return queryset.filter(created_at__gt=value.astimezone(UTC))  # PostgreSQL takes no offset beyond 16 hours
        except OverflowError as error:
            raise ValidationError({name: _("Enter a valid date/time.")}) from error

    def filter_label(self, queryset: QuerySet[Recording], name: str, value: str) -> QuerySet[Recording]:
        if ":" not in value:
            raise ValidationError({name: _("Must be a name and a value with a colon between them.")})
        # Names and values may hold colons themselves.
        colons = (at for at, letter in enumerate(value[: LONGEST_LABEL_NAME + 1]) if letter == ":")
        matches = (Q(labels__contains={value[:at]: value[at + 1 :]}) for at in colons)
        return queryset.filter(reduce(or_, matches, Q(pk__in=[])))
