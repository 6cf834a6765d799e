"""The list of recordings and the page of one."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from applications.admin.secrets import secret_names
from applications.models import Application, StorageProfile
from recordings.admin.acting import name_room
from recordings.admin.actions import RecordingActions
from recordings.admin.filters import ApplicationFilter, FamilyFilter, LiveFilter, ProvisionalFilter
from recordings.admin.moments import clock_length, tell_distance
from recordings.admin.page import gather_page
from recordings.admin.read_only import HistoryAdmin
from recordings.admin.search import find_recordings
from recordings.admin.words import DOUBTS, STATE_TONES, reason_words
from recordings.models import Recording
from recordings.states.vocabulary import State, is_terminal

HEAVY = ["parameters", "labels", "details", "vendor_message"]


@admin.register(Recording)
class RecordingAdmin(RecordingActions, HistoryAdmin):
    list_display = ["state_badge", "media", "room", "application", "why", "created", "duration", "next_check"]
    list_display_links = ["state_badge", "room"]
    list_filter = [LiveFilter, "state", ProvisionalFilter, ApplicationFilter, FamilyFilter, "origin", "fault", "reason"]
    list_disable_select_all = True  # each is a call to the vendor
    show_facets = admin.ShowFacets.NEVER
    list_select_related = ["application"]
    search_fields = ["pk"]  # what is searched, and how, stands in search.py
    search_help_text = _("Id, room, task id or recorder's name, in full")
    ordering = ["-id"]
    sortable_by = ()
    fieldsets = ()
    change_form_template = "admin/recordings/recording/page.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Recording]:
        recordings: QuerySet[Recording] = super().get_queryset(request)
        secrets = [f"application__{name}" for name in secret_names(Application)]
        return recordings.select_related("application").defer(*HEAVY, *secrets)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Recording | None:
        found: Recording | None = super().get_object(request, object_id, from_field)
        return found

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return (find_recordings(queryset, search_term) if search_term.strip() else queryset), False

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Recording | None = None, **kwargs: Any
    ) -> HttpResponse:
        assert obj is not None  # noqa: S101 - nobody adds one here
        secrets = [f"storage_profile__{name}" for name in secret_names(StorageProfile)]
        secrets += [f"application__{name}" for name in secret_names(Application)]
        related = Recording.objects.select_related("application", "storage_profile", "created_by").defer(*secrets)
        context |= gather_page(related.get(pk=obj.pk), whole="whole" in request.GET)
        context["may_download"] = self.has_download_permission(request)
        answer: HttpResponse = super().render_change_form(request, context, *args, obj=obj, **kwargs)
        return answer

    # --- columns

    @admin.display(description=_("state"))
    def state_badge(self, recording: Recording) -> SafeString:
        tone = STATE_TONES.get(recording.state, "neutral")
        state = format_html('<span class="cp-badge cp-{}">{}</span>', tone, recording.state)
        if not recording.is_provisional:
            return state
        why = DOUBTS.get(str(recording.provisional_reason), "")
        return format_html('{} <span class="cp-badge cp-warning" title="{}">{}</span>', state, why, _("provisional"))

    @admin.display(description=_("room / slot"))
    def room(self, recording: Recording) -> str:
        return name_room(recording)

    @admin.display(description=_("reason"))
    def why(self, recording: Recording) -> str | SafeString:
        if not recording.reason:
            return "-"
        return format_html('<span title="{}">{}</span>', reason_words(recording.reason), recording.reason)

    @admin.display(description=_("created"))
    def created(self, recording: Recording) -> str:
        return f"{recording.created_at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description=_("duration"))
    def duration(self, recording: Recording) -> str:
        if recording.started_at is None:
            return "-"
        return clock_length((recording.ended_at or timezone.now()) - recording.started_at)

    @admin.display(description=_("next check"))
    def next_check(self, recording: Recording) -> str | SafeString:
        now = timezone.now()
        if (
            recording.deadline_at is not None
            and recording.deadline_at < now
            and not is_terminal(State(recording.state))
        ):
            return format_html('<span class="cp-badge cp-danger">{}</span>', _("overdue"))
        if recording.next_check_at is None:
            return "-"
        distance = tell_distance(recording.next_check_at, now=now)
        return distance if recording.next_check_at > now else str(_("due %(ago)s")) % {"ago": distance}
