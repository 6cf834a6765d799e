"""Every authentic callback, as it came; secrets excepted."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from applications.admin.secrets import secret_names
from applications.models import Application
from callbacks.admin.actions import EventActions
from callbacks.admin.bodies import compare_bodies, show_body
from callbacks.admin.effect import find_effects
from callbacks.admin.search import find_events
from callbacks.admin.words import VERDICT_TONES, VERDICTS, WITHOUT_EFFECT
from callbacks.models import Event
from recordings.admin.filters import ApplicationFilter, FamilyFilter
from recordings.admin.read_only import HistoryAdmin


class EventFamilyFilter(FamilyFilter):
    parameter_name = "family"
    column = "family"


@admin.register(Event)
class EventAdmin(EventActions, HistoryAdmin):
    list_display = ["received", "family", "event_type", "task_id", "room_id", "recording_link", "verdict_badge"]
    list_filter = ["verdict", "is_late", EventFamilyFilter, ApplicationFilter]
    list_disable_select_all = True
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["task_id"]  # what is searched, and how, stands in search.py
    search_help_text = _("Task, room, recorder, recording or event type, in full")
    ordering = ["-received_at", "-id"]
    sortable_by = ()
    fields = [
        *("family", "event_type", "verdict_told", "recording_link", "application"),
        *("task_id", "room_id", "robot_user_id", "occurred", "received_told", "effect", "tellings", "pretty_body"),
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

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Event | None:
        found: Event | None = super().get_object(request, object_id, from_field)
        return found

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return (find_events(queryset, search_term) if search_term.strip() else queryset), False

    def get_fields(self, request: HttpRequest, obj: Event | None = None) -> list[str]:
        if obj is not None and not _others(obj):
            return [name for name in self.fields if name != "tellings"]
        return list(self.fields)

    # --- columns

    @admin.display(description=_("recording"))
    def recording_link(self, event: Event) -> str | SafeString:
        if event.recording is None:
            return str(_("none of ours"))
        address = reverse("admin:recordings_recording_change", args=[event.recording_id])
        return format_html('<a class="cp-link" href="{}">{}</a>', address, event.recording)

    @admin.display(description=_("verdict"))
    def verdict_badge(self, event: Event) -> SafeString:
        tone = VERDICT_TONES.get(event.verdict, "neutral")
        badge = format_html('<span class="cp-badge cp-{}">{}</span>', tone, event.get_verdict_display())
        return (
            format_html('{} <span class="cp-badge cp-warning">{}</span>', badge, _("late")) if event.is_late else badge
        )

    @admin.display(description=_("received (UTC)"))
    def received(self, event: Event) -> str:
        return f"{event.received_at:%Y-%m-%d %H:%M:%S.%f}"[:-3]

    # --- the page of one

    @admin.display(description=_("verdict"))
    def verdict_told(self, event: Event) -> SafeString:
        words = VERDICTS.get(event.verdict, "")
        return format_html('{}<p class="cp-hint">{}</p>', self.verdict_badge(event), words)

    @admin.display(description=_("occurred (UTC)"))
    def occurred(self, event: Event) -> str:
        return f"{event.occurred_at:%Y-%m-%d %H:%M:%S.%f}"[:-3]

    @admin.display(description=_("received (UTC)"))
    def received_told(self, event: Event) -> SafeString:
        why = _("Late: its stamp had expired, by less than the skew that is allowed.") if event.is_late else ""
        return format_html('{}<p class="cp-hint">{}</p>', self.received(event), why)

    @admin.display(description=_("what it changed"))
    def effect(self, event: Event) -> str | SafeString:
        effects = find_effects(event)
        if not effects:
            return str(WITHOUT_EFFECT.get(event.verdict, ""))
        return render_to_string("admin/callbacks/effects.html", {"effects": effects})

    @admin.display(description=_("other tellings of it"))
    def tellings(self, event: Event) -> SafeString:
        body = bytes(event.body)
        tellings = [(other, compare_bodies(body, bytes(other.body))) for other in _others(event)]
        return render_to_string("admin/callbacks/tellings.html", {"event": event, "tellings": tellings})

    @admin.display(description=_("body"))
    def pretty_body(self, event: Event) -> SafeString:
        return format_html('<pre class="cp-json">{}</pre>', show_body(bytes(event.body)))


def _others(event: Event) -> QuerySet[Event]:
    """Return the event that *event* contradicts, or else those that contradict it; a few at most (MOST_VARIANTS)."""
    if event.conflicts_with_id is not None:
        return Event.objects.filter(pk=event.conflicts_with_id)
    return Event.objects.filter(conflicts_with=event.pk).order_by("pk")
