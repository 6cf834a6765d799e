"""What an operator can do: ask the vendor, stop, and confirm. All call the services, so they leave the same trail."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action
from unfold.enums import ActionVariant

from recordings.admin.acting import (
    can_be_asked,
    confirm_and_tell,
    hold_and_tell,
    name_room,
    open_and_tell,
    refresh_and_tell,
    stop_and_tell,
)
from recordings.admin.asking import AsksFirst
from recordings.models import Recording, RecordingFile

# Each is a call to the vendor that may take its whole timeout.
MOST_AT_ONCE = 20


class RecordingActions(AsksFirst):
    """Refresh and Stop, for one and for several, and Confirm; all need POST and the permission to change recordings."""

    actions = ["refresh_selected", "stop_selected"]
    actions_detail = ["confirm", "hold_files", "refresh", "stop"]

    def has_operate_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return bool(request.user.has_perm("recordings.change_recording"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        allowed: list[Any] = super().get_actions_detail(request, object_id)
        recording = self.get_object(request, str(object_id))
        idle = set() if recording is None else _idle_actions(recording)
        return [action for action in allowed if action.path not in idle]

    # --- one

    @action(  # type: ignore[untyped-decorator]  # untyped library
        description=gettext_lazy("Refresh from vendor"), permissions=["operate"], icon="refresh"
    )
    def refresh(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask the vendor about one recording."""
        question = _("Ask the vendor now how this recording is?")
        return self.act_on_one(request, object_id, refresh_and_tell, question=question, submit=_("Refresh from vendor"))

    @action(  # type: ignore[untyped-decorator]  # untyped library
        description=gettext_lazy("Stop"),
        permissions=["operate"],
        icon="stop_circle",
        variant=ActionVariant.DANGER,
    )
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Stop one recording."""
        question = _("Stop this recording for good? What was captured is kept; it cannot be resumed.")
        return self.act_on_one(request, object_id, stop_and_tell, question=question, submit=_("Stop"))

    @action(  # type: ignore[untyped-decorator]  # untyped library
        description=gettext_lazy("Confirm"), permissions=["operate"], icon="verified", variant=ActionVariant.PRIMARY
    )
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Believe what is told of one recording."""
        question = _("Believe what is told of this recording until now? What comes later is judged anew.")
        return self.act_on_one(request, object_id, confirm_and_tell, question=question, submit=_("Confirm"))

    @action(  # type: ignore[untyped-decorator]  # untyped library
        description=gettext_lazy("Legal hold"), permissions=["operate"], icon="gavel"
    )
    def hold_files(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put one recording on hold, or let it go."""
        recording = self.get_object(request, object_id)
        is_held = recording is not None and recording.legal_hold
        question = (
            _("Let the files of this recording be deleted when their days are over?")
            if is_held
            else _("Keep the files of this recording, whatever its storage profile says?")
        )
        submit = _("End the legal hold") if is_held else _("Legal hold")
        return self.act_on_one(request, object_id, hold_and_tell, question=question, submit=submit)

    # --- a file

    def get_urls(self) -> list[Any]:
        address = path(
            "<uuid:object_id>/files/<int:file_id>/link/",
            self.admin_site.admin_view(self.open_file),
            name="recordings_recording_file_link",
        )
        return [address, *super().get_urls()]

    def has_download_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("recordings.download_recording"))

    def open_file(self, request: HttpRequest, object_id: UUID, file_id: int) -> HttpResponse:
        """Go to a short-lived link to a file; it stands in no page."""
        if not self.has_download_permission(request):
            raise PermissionDenied
        file = get_object_or_404(RecordingFile.objects.select_related("recording"), recording=object_id, pk=file_id)
        return open_and_tell(request, file)

    # --- several

    @action(  # type: ignore[untyped-decorator]  # untyped library
        description=gettext_lazy("Refresh selected recordings from vendor"), permissions=["operate"]
    )
    def refresh_selected(self, request: HttpRequest, queryset: QuerySet[Recording]) -> None:
        """Ask the vendor about each."""
        for recording in self._few(request, queryset):
            refresh_and_tell(request, recording)

    @action(  # type: ignore[untyped-decorator]  # untyped library
        description=gettext_lazy("Stop selected recordings"), permissions=["operate"]
    )
    def stop_selected(self, request: HttpRequest, queryset: QuerySet[Recording]) -> HttpResponse | None:
        """Stop each, after asking."""
        recordings = self._few(request, queryset)
        if not recordings:
            return None
        if "confirmed" not in request.POST:
            question = ngettext(
                "Stop this recording for good? What was captured is kept; it cannot be resumed.",
                "Stop these recordings for good? What was captured is kept; they cannot be resumed.",
                len(recordings),
            )
            back = reverse("admin:recordings_recording_changelist")
            return self.ask(
                request, question=question, submit=_("Stop"), items=recordings, back=back, action="stop_selected"
            )
        for recording in recordings:
            stop_and_tell(request, recording)
        return None

    def _few(self, request: HttpRequest, queryset: QuerySet[Recording]) -> list[Recording]:
        recordings = list(queryset[: MOST_AT_ONCE + 1])
        if len(recordings) <= MOST_AT_ONCE:
            return recordings
        text = _("Nothing was done: select at most %(number)d at once, each is a call to the vendor.")
        messages.error(request, text % {"number": MOST_AT_ONCE})
        return []

    def name_item(self, item: Any) -> str:
        return f"{name_room(item)}: {item.state}"


def _idle_actions(recording: Recording) -> set[str]:
    """Return the names of actions that would do nothing."""
    idle = set() if recording.is_provisional else {"confirm"}
    if recording.ended_at is not None or not can_be_asked(recording):
        idle.add("stop")
    return idle if can_be_asked(recording) else idle | {"refresh"}
