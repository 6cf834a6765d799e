"""Change a recording's layout, watermarks, subscriptions or labels while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from recordings.models import Recording
from recordings.parameters import RecordingParameters, check_modify
from recordings.services.advance import advance
from recordings.services.errors import (
    ChangeInFlight,
    InvalidParameters,
    NotChangeable,
    StartedElsewhere,
    VendorRefused,
    VersionMismatch,
)
from recordings.services.hold import hold
from recordings.services.ledger import apply_facts, load_facts, lock_recording
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.vocabulary import State
from recordings.trtc.errors import Rejected
from recordings.trtc.gateway import Gateway


@dataclass(frozen=True, slots=True)
class Changed:
    """The recording after a change.

    Attributes:
        pending: The vendor has not answered; a worker goes on.
    """

    recording: Recording
    pending: bool


CHANGEABLE = (State.QUEUED, State.STARTING, State.RECORDING)


def modify_recording(
    *,
    recording_id: UUID,
    version: int | None,
    changes: Mapping[str, Any],
    labels: Mapping[str, str] | None,
    by: str,
    gateway: Gateway,
    layout_template: str = "",
    comment: str = "",
    legal_hold: bool | None = None,
) -> Changed:
    """Merge *changes* into the last full parameters and send them whole; the vendor overwrites what it is not told.

    Args:
        version: The one the caller read; a recording that changed since is not touched. None takes any.
        changes: mix_layout_params, subscribe_stream_user_ids. Absent keys keep their last value, null resets.
        labels: The whole new set; None keeps the old one.
        by: Who asks.
        layout_template: The template's version that the layout comes from, as `lesson@3`.
        comment: Why.
        legal_hold: Whether its files may not be deleted; None keeps it as it is.

    Raises:
        VersionMismatch, ChangeInFlight, NotChangeable, InvalidParameters: Nothing changed.
        VendorRefused: The vendor said no; the refused revision is in the timeline, the old parameters hold.
    """
    with transaction.atomic():
        recording = lock_recording(recording_id)
        if version is not None and recording.version != version:
            raise VersionMismatch(recording.version)
        if labels is not None:
            recording.labels = dict(labels)
            recording.version += 1
            recording.save(update_fields=["labels", "version"])
        if legal_hold is not None:
            hold(recording, held=legal_hold, by=by, source=Source.API)
        asked = {"by": by, "comment": comment, "layout_template": layout_template}
        revision = _write_revision(recording, changes, asked) if changes else None
    if revision is None or not _is_pending(recording, revision):
        # Labels alone, or the create will carry it: there is nothing to tell the vendor.
        return Changed(recording, pending=False)

    advance(recording_id, gateway=gateway)
    recording.refresh_from_db()
    return Changed(recording, pending=_is_pending(recording, revision))


def _write_revision(recording: Recording, changes: Mapping[str, Any], asked: Mapping[str, str]) -> int:
    snapshot = apply_facts(recording=recording, facts=[])
    if snapshot.is_observed:
        raise StartedElsewhere
    if snapshot.state not in CHANGEABLE:
        raise NotChangeable(snapshot.state)
    if snapshot.pending_revision is not None:
        raise ChangeInFlight(str(snapshot.pending_revision["revision"]))
    current = RecordingParameters.model_validate(snapshot.parameters)
    merged, problems = check_modify(changes, current=current)
    if merged is None:
        raise InvalidParameters(problems)

    now = timezone.now()
    number = 1 + sum(fact.kind == FactKind.MODIFY_REQUESTED for fact in load_facts(recording)) + 1
    if "mix_layout_params" not in changes:
        asked = {**asked, "layout_template": snapshot.layout_template}  # the layout is still that one
    data = {"revision": number, "parameters": merged.to_json(), **asked}
    facts = [_fact(FactKind.MODIFY_REQUESTED, f"modify:{number}:asked", now, data)]
    if not snapshot.attempts:
        # Nothing was sent yet: the create will carry it.
        facts.append(_fact(FactKind.MODIFY_ACCEPTED, f"modify:{number}:answer", now, {"revision": number}))
    recording.version += 1  # whoever changes what was read before this one is late, also while it is in flight
    apply_facts(recording=recording, facts=facts)
    return number


def _fact(kind: FactKind, key: str, at: datetime, data: dict[str, Any]) -> Fact:
    return Fact(kind=kind, source=Source.API, key=key, occurred_at=at, received_at=at, data=data)


def _is_pending(recording: Recording, revision: int) -> bool:
    """Tell whether a change still waits for the vendor's answer.

    Raises:
        VendorRefused: The answer was no.
    """
    for fact in load_facts(recording):
        if fact.data.get("revision") != revision:
            continue
        if fact.kind == FactKind.MODIFY_ACCEPTED:
            return False
        if fact.kind == FactKind.MODIFY_REJECTED:
            words = {name: fact.data[name] for name in ("code", "message", "request_id", "fault")}
            raise VendorRefused(Rejected(**words), recording_id=recording.uuid)
    return True
