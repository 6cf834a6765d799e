"""What a ledger says of a TRTC recording's tasks, its files and its exit, before it is judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from recordings.states.ending import Ending
from recordings.states.facts import Fact
from recordings.states.gathered import Gathered, parameters_of, plan_of, sort_out
from recordings.states.inventory import list_files, plan_seen
from recordings.states.judged import judge_files
from recordings.states.lineage import by_age, current_of, is_displaced, unheard_attempts
from recordings.states.policy import Policy
from recordings.states.stored import see_storage, stored_files
from recordings.states.task import TaskEvidence
from recordings.states.task_storage import add_stored
from recordings.states.verdict import exit_reason_of
from recordings.states.vocabulary import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a ledger says.

    Attributes:
        parameters: What the vendor holds now, of which revision; `pending` is the one change that has no answer yet.
        current: The task that the recording is about; None before one is known.
        stop: The fact that asked for its end first.
        ended_at: When the current task ended.
        exited_at: When the recording's recorder left; None while a task may run of which nobody heard.
        ending: What its outcome is judged by.
    """

    ledger: Gathered
    parameters: Mapping[str, Any]
    revision: int
    pending: Mapping[str, Any] | None
    current: TaskEvidence | None
    stop: Fact | None
    stop_reason: Reason | None
    ended_at: datetime | None
    exited_at: datetime | None
    ending: Ending

    @property
    def heard_at(self) -> datetime | None:
        """When the last callback came in, or the recorder left."""
        return max((at for at in (self.exited_at, self.ledger.quiet_since) if at is not None), default=None)


def read_ledger(known: list[Fact], *, opening: Fact, policy: Policy) -> Reading:
    """Read facts that stand, in the order of `facts.in_order`.

    Args:
        opening: The fact that began the recording.
    """
    ledger = sort_out(known, opening=opening)
    parameters, revision, pending = parameters_of(ledger)
    told = ledger.requested.data
    # Of what was started elsewhere nobody knows what was asked for.
    is_ours = not ledger.observed_family
    plan = plan_of(told.get("storage_kind", "cos"), parameters) if is_ours else plan_seen(ledger.tasks.values())
    can_be_asked = plan.storage_kind != "vod" or any(task.file_ids for task in ledger.tasks.values())
    sight = see_storage(known, is_wanted=bool(told.get("check_files")) and can_be_asked)
    for task_id, folder in stored_files(known).items():
        add_stored(ledger.tasks[task_id], folder, transcoded_kind=plan.transcoded_kind)
    tasks = by_age(ledger)
    current = current_of(tasks)
    stop = ledger.stops[0] if ledger.stops else None
    stop_reason = Reason(stop.data["reason"]) if stop else None
    unheard = unheard_attempts(ledger, tasks, current)
    ended_at = current.ended_at(spacing=timedelta(seconds=policy.gone_spacing_seconds)) if current else None
    exited_at = None if unheard and not ledger.is_waiting_waived else ended_at
    displaced = is_displaced(current)
    ending = Ending(
        tasks=tasks,
        current=current,
        files=judge_files(list_files(tasks=tasks, plan=plan), tasks),
        plan=plan,
        exit_reason=exit_reason_of(current, stop_reason) if current is not None and exited_at else None,
        asked_to_stop=stop is not None,
        has_twin=len(tasks) > 1 or bool(unheard) or displaced,
        sight=sight,
        successor_lost=bool(unheard) and current is not None and (displaced or current.left_at is None),
    )
    return Reading(
        ledger=ledger,
        parameters=parameters,
        revision=revision,
        pending=pending,
        current=current,
        stop=stop,
        stop_reason=stop_reason,
        ended_at=ended_at,
        exited_at=exited_at,
        ending=ending,
    )
