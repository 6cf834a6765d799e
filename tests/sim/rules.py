"""What must be true of a wish when its story is over, judged by the vendor's record and our tables alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from random import Random
from uuid import UUID

from recordings.models import Recording, Transition
from recordings.policy import current_policy
from recordings.services.change import derived_columns
from recordings.services.ledger import load_facts
from recordings.states.fold import fold
from recordings.states.vocabulary import HOLDS_SLOT, State, is_terminal, merit
from tests.sim.case import Case, CreateLog, Task
from tests.sim.clock import DAY_BEGINS
from tests.sim.life import DISPLACED

# A stop may take a few tries against a vendor with faults; the rooms that go on do so for an hour.
LATEST_STOP_SECONDS = 600.0
# Two tasks of one recording may bill side by side until the first is known to be one too many.
LONGEST_OVERLAP_SECONDS = 300.0
# A create that nobody answers is repeated after the timeout, never before.
SHORTEST_REPEAT_SECONDS = 7.9
FOLDED_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Story:
    """A recording's row and how it came to be so."""

    recording: Recording
    moves: Sequence[Transition]

    @property
    def left_slot_at(self) -> float | None:
        """When its recorder was first known to have left, which frees its slot; seconds since the day began."""
        return next((_seconds(move.at) for move in self.moves if move.to_state not in HOLDS_SLOT), None)

    @property
    def over_at(self) -> float | None:
        """When it first reached a terminal state, seconds since the day began."""
        return next((_seconds(move.at) for move in self.moves if is_terminal(State(move.to_state))), None)


def stories_of(case: Case) -> list[Story]:
    """Return what our tables say of a wish."""
    rows = Recording.objects.filter(application=case.app.application, room_id=case.plan.room_id, origin="api").order_by(
        "id"
    )
    moves: dict[UUID, list[Transition]] = {row.uuid: [] for row in rows}
    for move in Transition.objects.filter(recording__in=list(moves)).order_by("id"):
        moves[move.recording_id].append(move)
    return [Story(row, moves[row.uuid]) for row in rows]


def breaches_of(case: Case, stories: Sequence[Story], *, random: Random) -> Iterator[str]:
    """Yield every rule that a wish's story breaks, as `name: what happened`."""
    where = f"application {case.app.index} ({case.app.profile}, {case.app.robot_mode}), room {case.plan.room_id}"
    for breach in _breaches(case, stories, random):
        ledgers = "\n".join(tell_ledger(story.recording) for story in stories)
        yield f"{breach} [{where}]\n{ledgers}"


def tell_ledger(recording: Recording) -> str:
    """Return the ledger behind a breach, in a line."""
    told = (f"{fact.kind}@{_seconds(fact.received_at):.1f}" for fact in load_facts(recording))
    return f"    {recording.pk}: {', '.join(told)}"


def _breaches(case: Case, stories: Sequence[Story], random: Random) -> Iterator[str]:
    yield from _answers(case, stories)
    for story in stories:
        yield from _ended(story)
        yield from _only_improved(story)
        if random.random() < FOLDED_SHARE:
            yield from _folds_alike(story, random)
    for earlier, later in pairwise(stories):
        if earlier.left_slot_at is None or _seconds(later.recording.created_at) < earlier.left_slot_at:
            yield f"slot: {later.recording.pk} was started while the recorder of {earlier.recording.pk} had not left"
    yield from _creates(case, stories)
    yield from _billing(case, stories)
    yield from _fence(case)
    yield from _truth(case, stories)


def _answers(case: Case, stories: Sequence[Story]) -> Iterator[str]:
    if len(set(case.answers)) > 1 or len(set(case.rivals)) > 1:
        yield f"idempotency: one key got {len(set(case.answers))} recordings"
    known = {story.recording.pk for story in stories}
    if unknown := {*case.answers, *case.rivals, *case.blocked_by} - known:
        yield f"idempotency: answers name {unknown}, which are no recordings of this room"
    if not known and (case.creates or set(case.refusals) - {"NoRoom"}):
        yield f"answers: {case.refusals} and {len(case.creates)} creates, but no recording"


def _ended(story: Story) -> Iterator[str]:
    row = story.recording
    if not is_terminal(State(row.state)):
        yield f"stuck: {row.pk} is {row.state}, deadline {row.deadline_at}"
    elif row.reason is None:
        yield f"reason: {row.pk} is {row.state} without one"


def _only_improved(story: Story) -> Iterator[str]:
    for move in story.moves:
        old, new = move.from_state, State(move.to_state)
        if old and is_terminal(State(old)) and merit(new) < merit(State(old)):
            yield f"terminal: {story.recording.pk} went from {old} to {new}"


def _folds_alike(story: Story, random: Random) -> Iterator[str]:
    facts = load_facts(story.recording)
    random.shuffle(facts)
    told = derived_columns(fold([*facts, *random.sample(facts, len(facts) // 2)], policy=current_policy()))
    differing = [name for name, value in told.items() if getattr(story.recording, name) != value]
    if differing:
        yield f"fold: {story.recording.pk} differs in {differing} when its facts come in another order"


def _creates(case: Case, stories: Sequence[Story]) -> Iterator[str]:
    groups: dict[str, list[CreateLog]] = {}
    for log in case.creates:
        groups.setdefault(log.robot if len(stories) > 1 else "", []).append(log)
    for logs in groups.values():
        for earlier, later in pairwise(sorted(logs, key=lambda log: log.at)):
            answered = 0 < earlier.answered_at <= later.at
            if answered and earlier.outcome == "told" and not _was_displaced(case, earlier, later):
                yield f"duplicate: a create at {later.at:.1f} although {earlier.task_id} was known"
            if not answered and later.at < earlier.at + SHORTEST_REPEAT_SECONDS:
                yield f"duplicate: a create at {later.at:.1f} while one of {earlier.at:.1f} was under way"


def _was_displaced(case: Case, earlier: CreateLog, later: CreateLog) -> bool:
    """Tell whether a known task was displaced by one that nobody could name: a new one is right then."""
    return any(
        task.task_id == earlier.task_id and task.leaving == DISPLACED and task.left_at and task.left_at < later.at
        for task in case.tasks
    )


def _billing(case: Case, stories: Sequence[Story]) -> Iterator[str]:
    ends = [story.over_at for story in stories]
    over_at = None if None in ends or not ends else max(end for end in ends if end is not None)
    for task in case.tasks:
        left_at = task.left_at if task.left_at is not None else float("inf")
        known_at = _known_at(case, task)
        if over_at is not None and left_at > max(over_at, known_at) + LATEST_STOP_SECONDS:
            yield f"orphan: {task.task_id} billed for {left_at - over_at:.0f} s after its recording was over"
        for other in case.tasks:
            # Of two of which one is not known, the known one is the recording's.
            beside = min(left_at, other.left_at or left_at) - max(known_at, _known_at(case, other), other.created_at)
            if other.created_at > task.created_at and beside > LONGEST_OVERLAP_SECONDS:
                yield f"orphan: {task.task_id} billed for {beside:.0f} s beside another task of its recording"
                break


def _known_at(case: Case, task: Task) -> float:
    """Return from when on something could be done about a task: infinite when no word of it ever reached us.

    Where the vendor displaces namesakes, a later create that came through is enough, so there is no excuse.
    """
    displaced_at = (log.answered_at for log in case.creates if log.at > task.created_at and log.outcome == "told")
    by_name = min(displaced_at, default=float("inf")) if case.app.robot_mode == "evicts" else float("inf")
    return min(float("inf") if task.told_at is None else task.told_at, by_name)


def _fence(case: Case) -> Iterator[str]:
    """Who lost a recording to another process makes no further call for it."""
    last: dict[int, int] = {}
    for position, caller in enumerate(case.callers):
        if caller in last and position - last[caller] > 1:
            yield "fence: a process went on with a recording that another one had taken over"
            return
        last[caller] = position


def _truth(case: Case, stories: Sequence[Story]) -> Iterator[str]:
    for story in stories:
        row = story.recording
        stored = [name for task in case.tasks if task.robot == row.robot_user_id for name in task.stored]
        if row.state == State.COMPLETED and not stored:
            yield f"truth: {row.pk} is completed, and there is no file"
        if row.state in (State.EMPTY, State.CANCELED) and stored and not case.callbacks_dropped and not case.was_hurt:
            yield f"truth: {row.pk} is {row.state}, and there are {stored}"
        if case.app.faults.is_clean and not case.was_hurt:
            yield from _clean_truth(case, row, stored)


def _clean_truth(case: Case, row: Recording, stored: Sequence[str]) -> Iterator[str]:
    """Where nothing went wrong with the vendor, the recording has to say exactly what became of it."""
    right: tuple[State, ...]
    if stored:
        right = (State.COMPLETED,)
    elif any(task.robot == row.robot_user_id for task in case.tasks):
        right = (State.EMPTY, State.CANCELED)
    else:
        right = (State.CANCELED, State.FAILED)  # stopped in the queue, or in it for too long
    if row.state not in right:
        yield f"truth: {row.pk} is {row.state} ({row.reason}), and nothing went wrong: {len(stored)} files are there"


def _seconds(at: datetime) -> float:
    return (at - DAY_BEGINS).total_seconds()
