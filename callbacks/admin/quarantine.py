"""What was refused: the deliveries that were kept, and how many there were by day."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from applications.admin.secrets import secret_names
from applications.models import Application
from callbacks.admin.bodies import show_body
from callbacks.admin.words import REFUSALS
from callbacks.models import Quarantined, RefusalCount
from recordings.admin.filters import ApplicationFilter, FamilyFilter
from recordings.admin.read_only import HistoryAdmin

NOBODY = "none"


class RefusalFamilyFilter(FamilyFilter):
    parameter_name = "family"
    column = "family"


class OwnerFilter(ApplicationFilter):
    """By application, or what came to an address of none."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*super().lookups(request, model_admin), (NOBODY, _("none"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == NOBODY:
            return queryset.filter(application=None)
        return super().queryset(request, queryset)


def _without_secrets(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("application").defer(*(f"application__{name}" for name in secret_names(Application)))


@admin.register(Quarantined)
class QuarantinedAdmin(HistoryAdmin):
    list_display = ["received", "why_badge", "authentic_badge", "product", "owner", "sender", "bytes_sent", "detail"]
    list_filter = ["why", "is_authentic", RefusalFamilyFilter, OwnerFilter]
    show_facets = admin.ShowFacets.NEVER
    ordering = ["-id"]
    sortable_by = ()
    fields = [
        *("why_told", "detail", "authentic_badge", "family", "owner", "sender"),
        *("received", "bytes_sent", "digest", "pretty_body"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Quarantined]:
        return _without_secrets(super().get_queryset(request)).defer("body")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.has_perm("callbacks.delete_quarantined"))

    @admin.display(description=_("received (UTC)"))
    def received(self, row: Quarantined) -> str:
        return f"{row.received_at:%Y-%m-%d %H:%M:%S.%f}"[:-3]

    @admin.display(description=_("why"))
    def why_badge(self, row: Quarantined) -> SafeString:
        tone = "danger" if row.is_authentic else "warning"
        words = REFUSALS.get(row.why, "")
        return format_html('<span class="cp-badge cp-{}" title="{}">{}</span>', tone, words, row.get_why_display())

    @admin.display(description=_("why"))
    def why_told(self, row: Quarantined) -> SafeString:
        return format_html('{}<p class="cp-hint">{}</p>', self.why_badge(row), REFUSALS.get(row.why, ""))

    @admin.display(description=_("authentic"))
    def authentic_badge(self, row: Quarantined) -> SafeString:
        tone, text = ("success", _("authentic")) if row.is_authentic else ("neutral", _("not proven"))
        return format_html('<span class="cp-badge cp-{}">{}</span>', tone, text)

    @admin.display(description=_("family"))
    def product(self, row: Quarantined) -> str:
        return row.family

    @admin.display(description=_("application"))
    def owner(self, row: Quarantined) -> str:
        return row.application.name if row.application else _now("none")

    @admin.display(description=_("size"))
    def bytes_sent(self, row: Quarantined) -> str:
        return str(filesizeformat(row.size))

    @admin.display(description=_("body"))
    def pretty_body(self, row: Quarantined) -> SafeString:
        kept = bytes(row.body)
        note = _now("Its beginning; the rest was not kept.") if len(kept) < row.size and not row.is_authentic else ""
        return format_html('<pre class="cp-json">{}</pre><p class="cp-hint">{}</p>', show_body(kept), note)


@admin.register(RefusalCount)
class RefusalCountAdmin(HistoryAdmin):
    list_display = ["date", "family", "owner", "why", "number"]
    list_display_links = None
    list_filter = ["why", RefusalFamilyFilter, OwnerFilter]
    show_facets = admin.ShowFacets.NEVER
    ordering = ["-day", "-number"]
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefusalCount]:
        return _without_secrets(super().get_queryset(request))

    @admin.display(description=_("day (UTC)"))
    def date(self, row: RefusalCount) -> str:
        return f"{row.day}"

    @admin.display(description=_("application"))
    def owner(self, row: RefusalCount) -> str:
        return row.application.name if row.application else _now("none")
