"""The order of the queue, judged when the day is over: priority, then fair between API keys, then the oldest."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from recordings.models import FactRow, Recording
from recordings.states.facts import FactKind
from tests.sim.world import App

# A wake-up may be lost on either side, and the sweep finds it: who is let through first may call a little later.
SLACK = timedelta(seconds=20)
# Places by which keys may differ while the emptier one waits: one is taken at a time.
UNFAIR = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """A recording in the queue: since when, and when its first create was sent."""

    pk: object
    priority: int
    key: str | None
    asked_at: datetime
    sent_at: datetime
    ended_at: datetime

    def waits_at(self, moment: datetime) -> bool:
        return self.asked_at + SLACK < moment and moment + SLACK < self.sent_at


def breaches_of_queue(app: App) -> Iterator[str]:
    """Yield each recording that was let through before one whose turn it was, as `queue: …`."""
    turns = _turns(app)
    for turn in turns:
        waiting = [other for other in turns if other.waits_at(turn.sent_at)]
        if not waiting:
            continue
        held = Counter(t.key for t in turns if t.sent_at < turn.sent_at < t.ended_at)
        for other in waiting:
            if why := _was_passed_over(other, turn, held):
                yield f"queue: {turn.pk} went before {other.pk}, {why} [application {app.index}]"


def _was_passed_over(other: Turn, turn: Turn, held: Counter[str | None]) -> str:
    if other.priority > turn.priority:
        return "which is more urgent"
    if other.priority < turn.priority:
        return ""
    if other.key == turn.key:
        return "which is older" if other.asked_at + SLACK < turn.asked_at else ""
    return "whose key holds fewer places" if held[other.key] + UNFAIR < held[turn.key] else ""


def _turns(app: App) -> Sequence[Turn]:
    sent: dict[UUID, datetime] = {}
    facts = FactRow.objects.filter(recording__application=app.application, kind=FactKind.CREATE_SENT)
    for pk, at in facts.order_by("occurred_at").values_list("recording_id", "occurred_at"):
        sent.setdefault(pk, at)
    rows = Recording.objects.filter(application=app.application, pk__in=list(sent))
    return [
        Turn(row.pk, row.priority, row.created_by_id, row.created_at, sent[row.uuid], row.ended_at)
        for row in rows.iterator()
        if row.ended_at is not None
    ]
