"""Whose templates the list shows."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from applications.models import Application

NOBODY = "shared"


class OwnerFilter(admin.SimpleListFilter):
    """By name alone: the rest of an application is secret and would be decrypted for nothing."""

    title = _("application")
    parameter_name = "application"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        names = Application.objects.values_list("pk", "name")
        return [(NOBODY, _("shared by all")), *((str(pk), name) for pk, name in names)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        if value == NOBODY:
            return queryset.filter(application__isnull=True)
        return queryset.filter(application_id=int(value)) if value.isdecimal() and len(value) < 19 else queryset.none()
