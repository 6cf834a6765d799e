"""The one step function: read what is known, do the one next thing, say when to look again.

Commit first, call second, commit the outcome. The lease says who drives; the facts in an answer are stored whoever
drives by then, and a task that turns out to be one too many is due for deletion by the same ledger.
"""

import logging
import math
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from applications.models import StorageProfile
from recordings.failpoints import reach
from recordings.log_context import about_recording
from recordings.models import Recording
from recordings.models.sql import update_rows
from recordings.policy import current_policy
from recordings.services.admission import admit_behind, enter
from recordings.services.backoff import jittered_backoff
from recordings.services.calls import ACTIONS, Answer, Call, perform
from recordings.services.lease import renew_lease, take_lease, usable_seconds
from recordings.services.ledger import apply_facts, lock_recording
from recordings.services.pacing import Denied, Permit, Waiting, reserve
from recordings.services.places import location_of
from recordings.services.storage_check import Look, look_into_storage, prepare_look
from recordings.services.vendor import account_of, storage_of
from recordings.services.wake import wake
from recordings.states.duties import next_step
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.snapshot import Snapshot
from recordings.states.steps import AssumeExit, CheckStorage, Create, RequestStop, Settle, Step
from recordings.states.urgency import urgency_of
from recordings.states.vocabulary import State
from recordings.trtc.gateway import Gateway

logger = logging.getLogger(__name__)

# A safety net against a duty that stays due: the sweep goes on where this stops.
MOST_STEPS = 20
# An observation that says what the last one said is stored again only after this.
REPEAT_OBSERVATION = timedelta(minutes=10)


def advance(recording_id: UUID, *, gateway: Gateway, may_look: bool = False) -> None:
    """Do what is due for a recording, if no other process does.

    Args:
        may_look: See `drive`.

    Safe to call at any time, from anywhere, any number of times.

    Raises:
        Recording.DoesNotExist: No such recording.
    """
    token = take_lease(recording_id)
    if token is not None:
        drive(recording_id, token=token, gateway=gateway, may_look=may_look)


@about_recording
def drive(
    recording_id: UUID, *, token: UUID, gateway: Gateway, call: Call | Look | None = None, may_look: bool = False
) -> tuple[Answer, Recording]:
    """Work on a leased recording until nothing more is due; return the last call's answer and the recording.

    Args:
        call: A first call whose intent is committed already.
        may_look: False leaves looks into storage, which take long, to a worker: somebody waits here.
    """
    answer = Answer()
    for steps_left in reversed(range(MOST_STEPS)):
        if call is not None:
            answer = look_into_storage(call) if isinstance(call, Look) else perform(call, gateway=gateway)
        with transaction.atomic():
            if call is not None and isinstance(call.step, Create):
                transaction.on_commit(lambda: reach("create.stored"))
            recording = lock_recording(recording_id)
            snapshot = take_answer(recording, answer)
            if recording.lease_token != token:
                logger.warning("lease_lost", extra={"recording_id": recording_id})
                return answer, recording
            call, denied = None, answer.denied
            # No intent is written that this run would not follow.
            if steps_left and not answer.failed and denied is None:
                call, denied, snapshot = next_call(recording, snapshot, may_look=may_look)
            if call is None:
                _release(recording, snapshot, failed=answer.failed, denied=denied)
                return answer, recording
            renew_lease(recording_id, token)
        if isinstance(call.step, Create):
            admit_behind(recording, call.permit)
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


def next_call(
    recording: Recording, snapshot: Snapshot, *, may_look: bool = False
) -> tuple[Call | Look | None, Denied | None, Snapshot]:
    """Do the due steps that need no vendor, and return the first call that is due, with its intent written.

    Runs inside the caller's transaction with the row locked.

    Returns:
        The call, None when none is due or it may not go yet; why it may not; and what the ledger says by then.
    """
    for _ in range(MOST_STEPS):
        now = timezone.now()
        step, _look_at = next_step(snapshot, now=now, looked_at=recording.looked_at, policy=current_policy())
        match step:
            case None:
                return None, None, snapshot
            case RequestStop() | AssumeExit() | Settle():
                snapshot = apply_facts(recording=recording, facts=[_clock_fact(step)])
            case Create():
                permit = enter(recording, snapshot)
                if isinstance(permit, Denied):
                    return None, permit, snapshot
                snapshot = apply_facts(
                    recording=recording,
                    facts=[sent_fact(step, at=now, profile=recording.storage_profile, parameters=snapshot.parameters)],
                )
                _give_place_up(recording)
                return prepare_call(recording, snapshot, step, permit), None, snapshot
            case CheckStorage() if not may_look:
                wake(recording.uuid, urgency_of(snapshot))
                return None, Denied(Waiting.RATE, 0.0), snapshot
            case CheckStorage():
                look = prepare_look(recording, snapshot, step)
                if isinstance(look, Denied):
                    return None, look, snapshot
                return look, None, snapshot
            case _:
                account = account_of(recording.application)
                permit = reserve(recording.application, ACTIONS[type(step)], account, is_repeat=recording.failures > 0)
                if isinstance(permit, Denied):
                    return None, permit, snapshot
                return prepare_call(recording, snapshot, step, permit), None, snapshot
    return None, None, snapshot


def _give_place_up(recording: Recording) -> None:
    """Let the task that may come to be hold the place which the queued recording held."""
    if recording.admitted_at is not None:
        recording.admitted_at = None
        update_rows(Recording, [{"id": recording.pk, "admitted_at": None}])


def sent_fact(step: Create, *, at: datetime, profile: StorageProfile | None, parameters: Mapping[str, Any]) -> Fact:
    """Return the intent of a create and where its files will go; it is committed before the vendor is called."""
    return Fact(
        kind=FactKind.CREATE_SENT,
        source=Source.VENDOR,
        key=f"create:{step.attempt}:sent",
        occurred_at=at,
        received_at=at,
        data={"attempt": step.attempt, "storage": location_of(profile, parameters)},
    )


def prepare_call(recording: Recording, snapshot: Snapshot, step: Step, permit: Permit) -> Call:
    """Return everything that the vendor call of *step* needs, so that it can be made without the database."""
    assert not isinstance(step, RequestStop | AssumeExit | Settle | CheckStorage)  # noqa: S101 - done without the vendor
    profile = recording.storage_profile if isinstance(step, Create) else None
    planned = snapshot.planned_end_at - timezone.now()
    return Call(
        step=step,
        account=account_of(recording.application),
        robot_user_id=recording.robot_user_id,
        parameters=snapshot.parameters,
        storage=storage_of(profile) if profile is not None else None,
        lifetime_seconds=max(int(planned.total_seconds()), 0),
        permit=permit,
        until=time.monotonic() + usable_seconds(current_policy()),
    )


def _release(recording: Recording, snapshot: Snapshot, *, failed: bool, denied: Denied | None) -> None:
    now = timezone.now()
    if denied is None:
        recording.failures = recording.failures + 1 if failed else 0
    if denied is not None:
        recording.next_check_at = _come_back_at(recording, denied, now)
    elif failed:
        at = now + timedelta(seconds=jittered_backoff(recording.failures))
        recording.next_check_at = _no_later_than_deadline(recording, at, now)
    else:
        step, look_at = next_step(snapshot, now=now, looked_at=recording.looked_at, policy=current_policy())
        recording.next_check_at = look_at if step is None else now
    recording.lease_token = recording.lease_until = None
    names = ("failures", "next_check_at", "lease_token", "lease_until")
    update_rows(Recording, [{"id": recording.pk} | {name: getattr(recording, name) for name in names}])


def _come_back_at(recording: Recording, denied: Denied, now: datetime) -> datetime:
    """Return when to try again. Who waits in the queue is called; the deadline is kept in any case."""
    if math.isinf(denied.seconds):
        at = recording.deadline_at or now + timedelta(seconds=current_policy().queue_deadline_seconds)
    else:
        at = now + timedelta(seconds=denied.seconds)
    if recording.state == State.QUEUED and recording.deadline_at:
        return min(at, recording.deadline_at)
    return _no_later_than_deadline(recording, at, now)


def _no_later_than_deadline(recording: Recording, at: datetime, now: datetime) -> datetime:
    """Return *at*, or the deadline if that is before: a vendor that gives no answer does not hold it up."""
    if recording.deadline_at is None:
        return at
    soon = now + timedelta(seconds=current_policy().first_describe_seconds)
    return min(at, max(recording.deadline_at, soon))


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
