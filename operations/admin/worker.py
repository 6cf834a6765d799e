"""The list of workers, read-only: a worker writes its own row."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from operations.models import SILENT_AFTER, Worker
from recordings.admin.moments import tell_length, tell_moment
from recordings.admin.read_only import HistoryAdmin


@admin.register(Worker)
class WorkerAdmin(HistoryAdmin):
    list_display = ["host", "pid", "release", "started", "heard_of"]
    list_display_links = None
    ordering = ["-beat_at"]
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Worker]:
        workers: QuerySet[Worker] = super().get_queryset(request).annotate(silence=Now() - F("beat_at"))
        return workers

    @admin.display(description=_("release"))
    def release(self, worker: Worker) -> str:
        return worker.version or "-"

    @admin.display(description=_("started"))
    def started(self, worker: Worker) -> str:
        return tell_moment(worker.started_at, now=timezone.now())

    @admin.display(description=_("last heard of"))
    def heard_of(self, worker: Any) -> SafeString:
        tone, words = ("success", _("works")) if worker.silence < SILENT_AFTER else ("danger", _("silent"))
        ago = _("%(length)s ago") % {"length": tell_length(worker.silence)}
        return format_html('<span class="cp-badge cp-{}">{}</span> {}', tone, words, ago)
