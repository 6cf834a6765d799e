"""Filters of the list that read no large table to offer their choices."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from applications.families import family_choices
from applications.models import Application
from recordings.admin.words import DOUBTS


class LiveFilter(admin.SimpleListFilter):
    title = _("progress")
    parameter_name = "live"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("live", _("live")), ("overdue", _("overdue: past its deadline")), ("over", _("over"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "live":
                return queryset.live()
            case "overdue":
                return queryset.overdue()
            case "over":
                return queryset.exclude(pk__in=queryset.live().values("pk"))
        return queryset


class ProvisionalFilter(admin.SimpleListFilter):
    title = _("provisional")
    parameter_name = "provisional"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("provisional")), *((doubt, words) for doubt, words in DOUBTS.items())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        return queryset.filter(
            provisional_reason__isnull=False, **({} if value == "yes" else {"provisional_reason": value})
        )


class ApplicationFilter(admin.SimpleListFilter):
    """By name alone: the rest of an application is secret and would be decrypted for nothing."""

    title = _("application")
    parameter_name = "application"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(pk), name) for pk, name in Application.objects.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        return queryset.filter(application_id=int(value)) if value.isdecimal() and len(value) < 19 else queryset.none()


class FamilyFilter(admin.SimpleListFilter):
    title = _("family")
    parameter_name = "provider"
    column = "provider"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return family_choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset
