"""One call to the vendor and the facts in its answer. No transaction is open here."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from recordings.failpoints import reach
from recordings.parameters import RecordingParameters
from recordings.services.backoff import jittered_backoff
from recordings.services.pacing import PROBE_SECONDS, Denied, Permit, Waiting, await_moment, heed
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.steps import Create, Delete, Describe, Modify
from recordings.states.vocabulary import Reason
from recordings.trtc.account import Account, Storage
from recordings.trtc.errors import (
    CredentialsRejected,
    GatewayError,
    OutcomeUnknown,
    QuotaReached,
    Rejected,
    TaskExists,
    TaskGone,
    Throttled,
    Unavailable,
)
from recordings.trtc.gateway import Gateway
from recordings.trtc.vendor_codes import Action

ACTIONS: Mapping[type, Action] = {
    Create: "CreateCloudRecording",
    Modify: "ModifyCloudRecording",
    Describe: "DescribeCloudRecording",
    Delete: "DeleteCloudRecording",
}


@dataclass(frozen=True, slots=True)
class Call:
    """Everything one call needs, gathered while the row was locked.

    Attributes:
        until: On the clock of `time.monotonic`: a process that stalled for longer no longer makes the call, because
            its lease may be over and another may be at work.
    """

    step: Create | Delete | Describe | Modify
    account: Account
    robot_user_id: str
    parameters: Mapping[str, Any]
    storage: Storage | None
    lifetime_seconds: int
    permit: Permit
    until: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call.

    Attributes:
        looked_at: When the vendor was asked about the task's state; None when it was not.
        failed: Nothing was learnt; try again later.
        denied: The vendor said that it is too much: everybody waits, and it counts as no try.
        error: The vendor's refusal, for a caller who waits for it.
    """

    facts: list[Fact] = field(default_factory=list)
    looked_at: datetime | None = None
    failed: bool = False
    denied: Denied | None = None
    error: GatewayError | None = None


def perform(call: Call, *, gateway: Gateway) -> Answer:
    """Make the call at its moment and return its answer as facts; a refusal is an answer too."""
    answer = _ask(call, gateway)
    heed(call.permit, call.account, answer.error)
    return answer


def _ask(call: Call, gateway: Gateway) -> Answer:
    match call.step:
        case Create():
            return _create(call, call.step, gateway)
        case Delete():
            return _delete(call, call.step, gateway)
        case Modify():
            return _modify(call, call.step, gateway)
        case Describe():
            return _describe(call, call.step, gateway)


def _describe(call: Call, step: Describe, gateway: Gateway) -> Answer:
    """Ask how a task is. The fact is dated before the call, so that it never beats a newer callback."""
    asked_at = timezone.now()
    try:
        description = gateway.describe_recording(
            account=call.account, task_id=step.task_id, depart=lambda: await_moment(call.permit)
        )
    except TaskGone as error:
        return Answer([_gone(step.task_id, asked_at, error)], looked_at=asked_at)
    except GatewayError as error:
        return _nothing_learnt(error)
    files = [
        {"name": f.file_name, "user_id": f.user_id, "track_type": f.track_type, "begin_ms": f.begin_timestamp_ms}
        for f in description.files
    ]
    fact = _vendor_fact(
        FactKind.DESCRIBED, f"described:{asked_at.isoformat()}", asked_at, task_id=step.task_id,
        status=description.status, files=files, request_id=description.request_id,
    )  # fmt: skip
    return Answer([fact], looked_at=asked_at)


def _create(call: Call, step: Create, gateway: Gateway) -> Answer:
    key = f"create:{step.attempt}:answer"
    assert call.storage is not None  # noqa: S101 - a recording that can be created names its storage
    reach("create.before")
    try:
        created = gateway.create_recording(
            account=call.account,
            robot_user_id=call.robot_user_id,
            parameters=RecordingParameters.model_validate(call.parameters),
            storage=call.storage,
            lifetime_seconds=call.lifetime_seconds,
            depart=lambda: _await_moment_in_time(call),
        )
    except GatewayError as error:
        kind, extra = _refusal_of_create(error)
        extra |= {"attempt": step.attempt, "retry_in": jittered_backoff(step.attempt)}
        return Answer([_vendor_fact(kind, key, timezone.now(), **_words(error), **extra)], error=error)
    reach("create.after")
    fact = _vendor_fact(
        FactKind.CREATE_ACCEPTED, key, timezone.now(), task_id=created.task_id,
        attempt=step.attempt, request_id=created.request_id,
    )  # fmt: skip
    return Answer([fact])


def _refusal_of_create(error: GatewayError) -> tuple[FactKind, dict[str, Any]]:
    match error:
        case OutcomeUnknown():
            return FactKind.CREATE_UNKNOWN, {"why": "unknown"}
        case TaskExists():
            return FactKind.CREATE_UNKNOWN, {"why": "exists"}
        case QuotaReached():
            return FactKind.CREATE_POSTPONED, {"why": "quota"}
        case Throttled():
            return FactKind.CREATE_POSTPONED, {"why": "throttled"}
        case CredentialsRejected():  # of the whole account: it waits for the operator, as everything of it does
            return FactKind.CREATE_POSTPONED, {"why": "credentials"}
        case Rejected() | TaskGone():
            reason = Reason.INVALID_REQUEST if error.fault == "caller" else Reason.REFUSED
            return FactKind.CREATE_REJECTED, {"reason": reason}
        case _:
            return FactKind.CREATE_POSTPONED, {"why": "unavailable"}


def _delete(call: Call, step: Delete, gateway: Gateway) -> Answer:
    asked_at = timezone.now()
    key = f"delete:{step.task_id}:{asked_at.isoformat()}"
    reach("delete.before")
    try:
        deleted = gateway.delete_recording(
            account=call.account, task_id=step.task_id, depart=lambda: await_moment(call.permit)
        )
    except TaskGone as error:
        return Answer([_gone(step.task_id, asked_at, error)], error=error)
    except Throttled as error:
        return _nothing_learnt(error)
    except GatewayError as error:
        now = timezone.now()
        fact = _vendor_fact(FactKind.DELETE_FAILED, key, now, task_id=step.task_id, **_words(error))
        return Answer([fact], error=error)
    reach("delete.after")
    return Answer(
        [_vendor_fact(FactKind.DELETE_ACCEPTED, key, asked_at, task_id=step.task_id, request_id=deleted.request_id)]
    )


def _modify(call: Call, step: Modify, gateway: Gateway) -> Answer:
    key = f"modify:{step.revision}:answer"
    parameters = RecordingParameters.model_validate(step.parameters)
    try:
        modified = gateway.modify_recording(
            account=call.account,
            task_id=step.task_id,
            parameters=parameters,
            depart=lambda: _await_moment_in_time(call),
        )
    except CredentialsRejected as error:
        return _nothing_learnt(error)
    except (Rejected, TaskGone) as error:
        facts = [_vendor_fact(FactKind.MODIFY_REJECTED, key, timezone.now(), revision=step.revision, **_words(error))]
        if isinstance(error, TaskGone):
            facts.append(_gone(step.task_id, timezone.now(), error))
        return Answer(facts, error=error)
    except GatewayError as error:
        # Also when the outcome is unknown: the whole document can safely be sent again.
        return _nothing_learnt(error)
    return Answer(
        [
            _vendor_fact(
                FactKind.MODIFY_ACCEPTED, key, timezone.now(), task_id=step.task_id,
                revision=step.revision, request_id=modified.request_id,
            )
        ]
    )  # fmt: skip


def _await_moment_in_time(call: Call) -> None:
    """Wait for the call's moment, and refuse one that would come after the lease.

    Raises:
        Unavailable: Nothing was sent.
    """
    await_moment(call.permit)
    if time.monotonic() > call.until:
        raise Unavailable(code="Stalled", message="This process stood still; nothing was sent.", fault="operator")


def _nothing_learnt(error: GatewayError) -> Answer:
    if isinstance(error, Throttled):
        return Answer(denied=Denied(Waiting.RATE, 1.0), error=error)
    if isinstance(error, CredentialsRejected):
        return Answer(denied=Denied(Waiting.CREDENTIALS, PROBE_SECONDS), error=error)
    return Answer(failed=True, error=error)


def _gone(task_id: str, asked_at: datetime, error: GatewayError) -> Fact:
    return _vendor_fact(
        FactKind.TASK_GONE, f"gone:{task_id}:{asked_at.isoformat()}", asked_at, task_id=task_id, **_words(error)
    )


def _words(error: GatewayError) -> dict[str, Any]:
    return {
        "code": error.code,
        "message": error.message,
        "request_id": error.request_id or "",
        "fault": str(error.fault),
    }


def _vendor_fact(kind: FactKind, key: str, at: datetime, *, task_id: str = "", **data: Any) -> Fact:
    return Fact(
        kind=kind, source=Source.VENDOR, key=key, occurred_at=at, received_at=timezone.now(), task_id=task_id, data=data
    )
