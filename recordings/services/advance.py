"""The one step function: read what is known, do the one next thing, say when to look again.

Commit first, call second, commit the outcome. The lease says who drives; the facts in an answer are stored whoever
drives by then, and a task that turns out to be one too many is due for deletion by the same ledger.
"""

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from recordings.models import Recording
from recordings.models.sql import update_rows
from recordings.policy import current_policy
from recordings.services.calls import Answer, Call, perform
from recordings.services.lease import take_lease
from recordings.services.ledger import apply_facts, lock_recording
from recordings.services.vendor import account_of, storage_of
from recordings.states.duties import next_step
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.policy import backoff_seconds
from recordings.states.snapshot import Snapshot
from recordings.states.steps import AssumeExit, Create, RequestStop, Settle, Step
from recordings.trtc.gateway import Gateway

logger = logging.getLogger(__name__)

# A safety net against a duty that stays due: the sweep goes on where this stops.
MOST_STEPS = 20
# An observation that says what the last one said is stored again only after this.
REPEAT_OBSERVATION = timedelta(minutes=10)


def advance(recording_id: UUID, *, gateway: Gateway) -> None:
    """Do what is due for a recording, if no other process does.

    Safe to call at any time, from anywhere, any number of times.

    Raises:
        Recording.DoesNotExist: No such recording.
    """
    token = take_lease(recording_id)
    if token is not None:
        drive(recording_id, token=token, gateway=gateway)


def drive(recording_id: UUID, *, token: UUID, gateway: Gateway, call: Call | None = None) -> tuple[Answer, Recording]:
    """Work on a leased recording until nothing more is due; return the last call's answer and the recording.

    Args:
        call: A first call whose intent is committed already.
    """
    answer = Answer()
    for steps_left in reversed(range(MOST_STEPS)):
        if call is not None:
            answer = perform(call, gateway=gateway)
        with transaction.atomic():
            recording = lock_recording(recording_id)
            snapshot = take_answer(recording, answer)
            if recording.lease_token != token:
                logger.warning("lease_lost", extra={"recording_id": recording_id})
                return answer, recording
            call = None
            if steps_left and not answer.failed:  # no intent is written that this run would not follow
                call, snapshot = next_call(recording, snapshot)
            if call is None:
                _release(recording, snapshot, failed=answer.failed)
                return answer, recording
    raise AssertionError("the last step writes no intent, so it releases")


def take_answer(recording: Recording, answer: Answer) -> Snapshot:
    """Store what an answer taught, inside the caller's transaction with the row locked."""
    facts = answer.facts
    if answer.looked_at is not None:
        recording.looked_at = answer.looked_at
        update_rows(Recording, [{"id": recording.pk, "looked_at": answer.looked_at}])
        snapshot = apply_facts(recording=recording, facts=[])
        facts = [fact for fact in facts if not _says_nothing_new(fact, snapshot)]
    return apply_facts(recording=recording, facts=facts)


def next_call(recording: Recording, snapshot: Snapshot) -> tuple[Call | None, Snapshot]:
    """Do the due steps that need no vendor, and return the first call that is due, with its intent written.

    Runs inside the caller's transaction with the row locked.

    Returns:
        The call, None when none is due; and what the ledger says by then.
    """
    for _ in range(MOST_STEPS):
        now = timezone.now()
        step, _look_at = next_step(snapshot, now=now, looked_at=recording.looked_at, policy=current_policy())
        match step:
            case None:
                return None, snapshot
            case RequestStop() | AssumeExit() | Settle():
                snapshot = apply_facts(recording=recording, facts=[_clock_fact(step)])
            case Create():
                snapshot = apply_facts(recording=recording, facts=[sent_fact(step, at=now)])
                return prepare_call(recording, snapshot, step), snapshot
            case _:
                return prepare_call(recording, snapshot, step), snapshot
    return None, snapshot


def sent_fact(step: Create, *, at: datetime) -> Fact:
    """Return the intent of a create; it is committed before the vendor is called."""
    return Fact(
        kind=FactKind.CREATE_SENT,
        source=Source.VENDOR,
        key=f"create:{step.attempt}:sent",
        occurred_at=at,
        received_at=at,
        data={"attempt": step.attempt},
    )


def prepare_call(recording: Recording, snapshot: Snapshot, step: Step) -> Call:
    """Return everything that the vendor call of *step* needs, so that it can be made without the database."""
    assert not isinstance(step, RequestStop | AssumeExit | Settle)  # noqa: S101 - done without the vendor
    profile = recording.storage_profile if isinstance(step, Create) else None
    planned = snapshot.planned_end_at - timezone.now()
    return Call(
        step=step,
        account=account_of(recording.application),
        robot_user_id=recording.robot_user_id,
        parameters=snapshot.parameters,
        storage=storage_of(profile) if profile is not None else None,
        lifetime_seconds=max(int(planned.total_seconds()), 0),
    )


def _release(recording: Recording, snapshot: Snapshot, *, failed: bool) -> None:
    now = timezone.now()
    recording.failures = recording.failures + 1 if failed else 0
    if failed:
        recording.next_check_at = now + timedelta(seconds=backoff_seconds(recording.failures))
    else:
        step, look_at = next_step(snapshot, now=now, looked_at=recording.looked_at, policy=current_policy())
        recording.next_check_at = look_at if step is None else now
    recording.lease_token = recording.lease_until = None
    names = ("failures", "next_check_at", "lease_token", "lease_until")
    update_rows(Recording, [{"id": recording.pk} | {name: getattr(recording, name) for name in names}])


def _says_nothing_new(fact: Fact, snapshot: Snapshot) -> bool:
    task = snapshot.current
    if fact.kind != FactKind.DESCRIBED or task is None or task.task_id != fact.task_id or task.described_at is None:
        return False
    return (
        fact.data["status"] == task.described_status == "in_progress"
        and not task.seems_gone
        and {file["name"] for file in fact.data["files"]} <= task.slices.keys()
        and fact.occurred_at - task.described_at < REPEAT_OBSERVATION
    )


def _clock_fact(step: RequestStop | AssumeExit | Settle) -> Fact:
    now = timezone.now()
    data: dict[str, Any]
    match step:
        case RequestStop(reason):
            kind, key, task_id, data = FactKind.STOP_REQUESTED, f"stop:{reason}", "", {"reason": reason}
        case AssumeExit(task):
            kind, key, task_id, data = FactKind.EXIT_ASSUMED, f"exit_assumed:{task}", task, {}
        case Settle(outcome, because):
            kind, key, task_id = FactKind.SETTLED, f"settled:{outcome.state}", ""
            data = {"state": outcome.state, "reason": outcome.reason, "because": because}
    return Fact(kind=kind, source=Source.CLOCK, key=key, occurred_at=now, received_at=now, task_id=task_id, data=data)
