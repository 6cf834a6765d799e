"""What a recording's parameters were, by whom and why: every revision, accepted or not."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from recordings.models import Recording
from recordings.services.ledger import load_facts
from recordings.states.facts import Fact, FactKind


class RevisionState(StrEnum):
    ACCEPTED = "accepted"  # or carried by the create
    PENDING = "pending"  # the vendor has not answered
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One state of the parameters.

    Attributes:
        number: 1 is the start itself.
        by: The API key that asked; empty for the start, whose key stands on the recording.
        parameters: The whole document as it is sent; see `RecordingParameters`.
        vendor: The vendor's words when it refused: code, message, request_id.
    """

    number: int
    at: datetime
    state: RevisionState
    by: str
    comment: str
    layout_template: str
    parameters: dict[str, Any]
    vendor: dict[str, Any]


def list_revisions(recording: Recording) -> list[Revision]:
    """Return every revision, newest first."""
    facts = load_facts(recording)
    answers = {fact.data["revision"]: fact for fact in facts if fact.kind in _STATES}
    asked = [fact for fact in facts if fact.kind in (FactKind.REQUESTED, FactKind.MODIFY_REQUESTED)]
    found = [_revision(fact, answers) for fact in asked]
    return sorted(found, key=lambda revision: -revision.number)


_STATES = {FactKind.MODIFY_ACCEPTED: RevisionState.ACCEPTED, FactKind.MODIFY_REJECTED: RevisionState.REFUSED}


def _revision(fact: Fact, answers: dict[int, Fact]) -> Revision:
    data = fact.data
    number = data.get("revision", 1)
    answer = answers.get(number)
    state = RevisionState.ACCEPTED if number == 1 else RevisionState.PENDING
    refused = answer is not None and answer.kind == FactKind.MODIFY_REJECTED
    return Revision(
        number=number,
        at=fact.occurred_at,
        state=_STATES[answer.kind] if answer is not None else state,
        by=data.get("by", ""),
        comment=data.get("comment", ""),
        layout_template=data.get("layout_template", ""),
        parameters=data.get("parameters", {}),
        vendor={n: answer.data.get(n) for n in ("code", "message", "request_id")} if refused and answer else {},
    )
