"""Acting on one recording through the services, and telling the operator what came of it."""

import math
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from recordings import gateway
from recordings.admin.words import WAITING, reason_words
from recordings.models import FactRow, Recording, RecordingFile
from recordings.models.recording import Origin
from recordings.services.confirm import confirm_recording
from recordings.services.errors import FileNotThere, NotNow, StartedElsewhere, StorageAway, VendorRefused
from recordings.services.hold import hold
from recordings.services.ledger import lock_recording
from recordings.services.links import make_link
from recordings.services.refresh import refresh_recording
from recordings.services.stop import stop_recording
from recordings.states.facts import FactKind, Source
from recordings.states.vocabulary import State, is_terminal
from recordings.storage.words import explain


def refresh_and_tell(request: HttpRequest, recording: Recording) -> None:
    """Ask the vendor now; its words are told when it refuses."""
    told = {"room": name_room(recording)}
    if not can_be_asked(recording):
        _tell_elsewhere(request, recording)
        return
    try:
        fresh = refresh_recording(recording_id=recording.uuid, gateway=gateway.get_gateway())
    except VendorRefused as error:
        _tell_refusal(request, recording, error)
        return
    except NotNow as error:
        text = _("%(room)s: the vendor was not asked; calls wait for %(what)s. Try again in %(seconds)d s.")
        what = WAITING.get(error.why, error.why)
        messages.warning(request, text % (told | {"what": what, "seconds": math.ceil(error.retry_after_seconds)}))
        return
    if fresh.looked_at == recording.looked_at:
        text = _("%(room)s: the vendor was not asked; it knows no task of this recording, or none any more.")
        messages.info(request, text % told)
        return
    messages.success(request, _("%(room)s: the vendor was asked; it is %(state)s.") % (told | {"state": fresh.state}))


def stop_and_tell(request: HttpRequest, recording: Recording) -> None:
    """Stop in the operator's name; the vendor's words are told when it refuses."""
    asked_at = timezone.now()
    try:
        fresh = stop_recording(recording_id=recording.uuid, gateway=gateway.get_gateway(), source=Source.OPERATOR)
    except VendorRefused as error:
        _tell_refusal(request, recording, error)
        return
    except StartedElsewhere:
        _tell_elsewhere(request, recording)
        return
    told = {"room": name_room(recording), "state": fresh.state}
    refusal = _last_fact(recording.uuid, FactKind.DELETE_FAILED, since=asked_at)
    if refusal is not None:
        text = _("%(room)s: the stop is stored and will be tried again. The vendor refused: %(words)s")
        messages.error(request, text % (told | {"words": _words(refusal)}))
    elif is_terminal(State(fresh.state)):
        messages.info(request, _("%(room)s: there is nothing to stop; it is %(state)s.") % told)
    elif _last_fact(recording.uuid, FactKind.STOP_REQUESTED, since=asked_at) is None:
        messages.info(request, _("%(room)s: it is %(state)s, and was already when you asked.") % told)
    else:
        text = _("%(room)s: the stop is stored; it is %(state)s. It is over when its exit was seen.")
        messages.success(request, text % told)


def confirm_and_tell(request: HttpRequest, recording: Recording) -> None:
    """Confirm in the operator's name what is told of a recording."""
    fresh = confirm_recording(recording_id=recording.uuid, by=request.user.get_username())
    told = {"room": name_room(recording), "state": fresh.state}
    if recording.is_provisional:
        messages.success(request, _("%(room)s: confirmed. It is %(state)s, and what was told of it counts.") % told)
    else:
        messages.info(request, _("%(room)s: there was nothing to confirm; it is %(state)s.") % told)


def hold_and_tell(request: HttpRequest, recording: Recording) -> None:
    """Put a recording on legal hold in the operator's name, or let it go."""
    held = not recording.legal_hold
    with transaction.atomic():
        locked = lock_recording(recording.uuid)
        hold(locked, held=held, by=request.user.get_username(), source=Source.OPERATOR)
    text = _("%(room)s: on legal hold.") if held else _("%(room)s: no longer on legal hold.")
    messages.success(request, text % {"room": name_room(recording)})


def open_and_tell(request: HttpRequest, file: RecordingFile) -> HttpResponse:
    """Go to a file, or back to its recording with the reason why not."""
    recording = file.recording
    try:
        link = make_link(recording=recording, file=file, by=request.user.get_username())
    except FileNotThere as error:
        messages.error(request, _("There is no such file: %(why)s.") % {"why": reason_words(error.why)})
    except StorageAway as error:
        messages.error(request, explain(error.problem))
    else:
        answer = HttpResponseRedirect(link.url)
        answer["Cache-Control"] = "no-store"
        answer["Referrer-Policy"] = "no-referrer"
        return answer
    return HttpResponseRedirect(reverse("admin:recordings_recording_change", args=[recording.pk]))


def can_be_asked(recording: Recording) -> bool:
    """Tell whether the vendor takes calls about *recording*: of other products than TRTC callbacks are all there is."""
    return recording.origin != Origin.CALLBACK or recording.provider == "trtc"


def _tell_elsewhere(request: HttpRequest, recording: Recording) -> None:
    text = _("%(room)s: it was started elsewhere, in a product that is not called from here. Act on it there.")
    messages.info(request, text % {"room": name_room(recording)})


def _last_fact(recording_id: UUID, kind: FactKind, *, since: datetime) -> dict[str, Any] | None:
    row = FactRow.objects.filter(recording_id=recording_id, kind=kind, received_at__gte=since).last()
    return row.data if row else None


def _tell_refusal(request: HttpRequest, recording: Recording, error: VendorRefused) -> None:
    said = {"code": error.error.code, "message": error.error.message, "request_id": error.error.request_id}
    text = _("%(room)s: the vendor gave no answer that helps: %(words)s")
    messages.error(request, text % {"room": name_room(recording), "words": _words(said)})


def _words(said: dict[str, Any]) -> str:
    """Return the vendor's words verbatim, with its name for the call."""
    words = ": ".join(part for part in (said.get("code", ""), said.get("message", "")) if part)
    return f"{words} (RequestId {said['request_id']})" if said.get("request_id") else words


def name_room(recording: Recording) -> str:
    """Return how lists and messages name a recording: one that was started elsewhere has no slot, or even no room."""
    if recording.origin == Origin.CALLBACK:
        return recording.room_id or recording.task_id
    return f"{recording.room_id} / {recording.slot}"
