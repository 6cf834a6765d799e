"""Which of several tasks is the recording's own, and which creates may have made one that nobody has heard of."""

from datetime import datetime

from recordings.states.attempt import Attempt
from recordings.states.facts import FactKind
from recordings.states.gathered import Gathered
from recordings.states.task import TaskEvidence
from recordings.states.vocabulary import Reason


def by_age(ledger: Gathered) -> list[TaskEvidence]:
    """Sort tasks by the create that made them.

    One that only callbacks named belongs to the last create before it whose own task is not known. Two such are told
    apart by the vendor's clock, which made both times; a task that showed nothing but its end is the older.
    """
    if len(ledger.tasks) == 1:
        return list(ledger.tasks.values())
    known = {task.attempt for task in ledger.tasks.values()}
    unclaimed = [attempt for attempt in ledger.attempts.values() if attempt.number not in known]

    def age(task: TaskEvidence) -> tuple[int, bool, datetime, str]:
        number = task.attempt
        if number is None:
            number = max((a.number for a in unclaimed if a.sent_at <= task.first_seen), default=0)
        return number, task.began_at is not None, task.began_at or task.first_seen, task.task_id

    return sorted(ledger.tasks.values(), key=age)


def current_of(tasks: list[TaskEvidence]) -> TaskEvidence | None:
    """Return the newest task that was not displaced by its namesake; a displaced one only when all were."""
    survivors = [task for task in tasks if not is_displaced(task)]
    return (survivors or tasks)[-1] if tasks else None


def is_displaced(task: TaskEvidence | None) -> bool:
    return task is not None and task.left_reason == Reason.ROBOT_ID_CONFLICT


def unheard_attempts(ledger: Gathered, tasks: list[TaskEvidence], current: TaskEvidence | None) -> list[Attempt]:
    """Return the creates that may have made a task which nobody has heard of, and which would be the current one.

    An end of a known task is not the end of the recording while there are any. A displacement proves that there is
    one, even where the vendor claimed that it did not act.
    """
    if current is None or not ledger.attempts:
        return []
    anonymous = sum(task.attempt is None for task in tasks)
    if is_displaced(current):
        rivals = [
            attempt
            for attempt in ledger.attempts.values()
            if attempt.outcome not in (FactKind.CREATE_ACCEPTED, FactKind.CREATE_REJECTED)
            and (current.attempt is None or attempt.number > current.attempt)
        ]
    else:
        rivals = [attempt for attempt in ledger.attempts.values() if attempt.may_have_acted]
        if not ledger.attempts[max(ledger.attempts)].may_have_acted:
            return []
    return rivals if len(rivals) > anonymous else []
