"""Every authentic callback, as it came; secrets excepted."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from applications.admin.secrets import secret_names
from applications.models import Application
from callbacks.models import Event, Verdict
from recordings.admin.filters import ApplicationFilter, FamilyFilter
from recordings.admin.read_only import HistoryAdmin
from recordings.admin.render import hide_addresses, pretty_json

# Vendors' names for what opens something, without case and underscores.
SECRET_NAMES = {
    *("url", "videourl", "fileurl", "usersig", "secretid", "secretkey", "accesskey", "privatemapkey", "sign", "token"),
    *("signature", "password"),
}
VERDICT_TONES = {Verdict.APPLIED: "success", Verdict.UNMATCHED: "warning", Verdict.KEPT: "neutral"}


class EventFamilyFilter(FamilyFilter):
    parameter_name = "family"
    column = "family"


@admin.register(Event)
class EventAdmin(HistoryAdmin):
    list_display = ["received", "family", "event_type", "task_id", "room_id", "recording_link", "verdict_badge"]
    list_filter = ["verdict", EventFamilyFilter, ApplicationFilter]
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["task_id"]  # what is searched, and how, stands in get_search_results
    search_help_text = _("Task id, room or recorder's name, in full")
    ordering = ["-received_at", "-id"]
    sortable_by = ()
    fields = [
        *("family", "event_type", "verdict_badge", "recording_link", "application"),
        *("task_id", "room_id", "robot_user_id", "occurred", "received", "pretty_body"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        events: QuerySet[Event] = super().get_queryset(request)
        secrets = [f"application__{name}" for name in secret_names(Application)]
        return (
            events.select_related("recording", "application")
            .only(
                *(field.name for field in Event._meta.concrete_fields if field.name != "body"),
                *("recording__state", "recording__room_id", "recording__slot", "application__name"),
            )
            .defer("body", *secrets)
        )

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        if "\0" in term:
            return queryset.none(), False
        return queryset.filter(Q(task_id=term) | Q(room_id=term) | Q(robot_user_id=term)), False

    @admin.display(description=_("recording"))
    def recording_link(self, event: Event) -> str | SafeString:
        if event.recording is None:
            return str(_("none of ours"))
        address = reverse("admin:recordings_recording_change", args=[event.recording_id])
        return format_html('<a class="cp-link" href="{}">{}</a>', address, event.recording)

    @admin.display(description=_("verdict"))
    def verdict_badge(self, event: Event) -> SafeString:
        tone = VERDICT_TONES.get(Verdict(event.verdict), "neutral")
        return format_html('<span class="cp-badge cp-{}">{}</span>', tone, event.get_verdict_display())

    @admin.display(description=_("received (UTC)"))
    def received(self, event: Event) -> str:
        return f"{event.received_at:%Y-%m-%d %H:%M:%S.%f}"[:-3]

    @admin.display(description=_("occurred (UTC)"))
    def occurred(self, event: Event) -> str:
        return f"{event.occurred_at:%Y-%m-%d %H:%M:%S.%f}"[:-3]

    @admin.display(description=_("body"))
    def pretty_body(self, event: Event) -> SafeString:
        return format_html('<pre class="cp-json">{}</pre>', show_body(bytes(event.body)))


def show_body(body: bytes) -> str:
    """Return a callback's body as text for a page: indented if it is JSON, without secrets, whatever its bytes."""
    try:
        return pretty_json(hide_addresses(_redact(json.loads(body.decode("utf-8")))))
    except (ValueError, RecursionError):
        return str(hide_addresses(body.decode("utf-8", "backslashreplace")))


def _redact(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: "***" if _is_secret(name) and item else _redact(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_redact(item) for item in value]
    return value


def _is_secret(name: str) -> bool:
    return name.replace("_", "").lower() in SECRET_NAMES
