"""What one event changed in its recording: the ledger folded with its fact, and before."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from callbacks.models import Event
from recordings.admin.render import hide_addresses
from recordings.admin.words import DOUBTS, STATES, reason_words
from recordings.models import FactRow
from recordings.policy import current_policy
from recordings.states.facts import Fact, FactKind, Source
from recordings.states.fold import fold
from recordings.states.gathered import NoRequest
from recordings.states.inventory import FileView
from recordings.states.snapshot import Snapshot
from recordings.states.vocabulary import is_terminal, merit
from recordings.timeline import redact

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Effect:
    """What an event changed at one time: when it came, or when an operator believed it instead of another telling.

    Attributes:
        made_known: The recording was first heard of by it.
        changes: What changed, as it was before and after.
    """

    was_adopted: bool
    made_known: bool
    changes: list[tuple[str, str, str]]


def find_effects(event: Event) -> list[Effect]:
    """Return what *event* changed, oldest first; empty when nothing of it is in a ledger."""
    if event.recording_id is None:
        return []
    facts = [_fact(row) for row in FactRow.objects.filter(recording=event.recording_id).order_by("pk")]
    told, adopted = f"callback:{event.natural_key}", f"adopted:{event.pk}:"
    places = [i for i, fact in enumerate(facts) if fact.key == told or fact.key.startswith(adopted)]
    return [effect for place in places if (effect := _effect(facts, place)) is not None]


def _fact(row: FactRow) -> Fact:
    return Fact(
        kind=FactKind(row.kind),
        source=Source(row.source),
        key=row.key,
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        task_id=row.task_id,
        data=row.data,
    )


def _effect(facts: list[Fact], place: int) -> Effect | None:
    # What a callback made known begins with facts of our own making.
    known = any(fact.kind != FactKind.OBSERVED and fact.source != Source.CLOCK for fact in facts[:place])
    before = _fold(facts[:place]) if known else None
    after = _fold(facts[: place + 1])
    if after is None:
        return None
    if before is not None and is_terminal(before.state) and merit(after.state) < merit(before.state):
        # The ledger was told in the same breath that such a state only improves.
        held = [fact for fact in facts[place + 1 :] if fact.kind == FactKind.SETTLED][:1]
        after = _fold([*facts[: place + 1], *held]) or after
    was_adopted = not facts[place].key.startswith("callback:")
    return Effect(was_adopted, before is None, list(_changes(before, after)))


def _fold(facts: list[Fact]) -> Snapshot | None:
    try:
        return fold(facts, policy=current_policy())
    except NoRequest:
        return None


def _changes(before: Snapshot | None, after: Snapshot) -> Iterator[tuple[str, str, str]]:
    old = _told(before) if before else {}
    for name, value in _told(after).items():
        if value != old.get(name, NOTHING):
            yield name, old.get(name, NOTHING), value
    yield from _file_changes(before.files if before else (), after.files)
    known: dict[str, Any] = dict(before.details) if before else {}
    for name in sorted({*known, *after.details}):
        one, other = _short(known.get(name)), _short(after.details.get(name))
        if one != other:
            yield name, one, other


def _told(snapshot: Snapshot) -> dict[str, str]:
    doubt = snapshot.provisional_reason
    return {
        _("State"): str(STATES[snapshot.state]),
        _("Media"): str(snapshot.media or NOTHING),
        _("Reason"): reason_words(snapshot.reason) or NOTHING,
        _("Provisional"): str(DOUBTS[doubt]) if doubt else NOTHING,
        _("Task"): snapshot.task_id or NOTHING,
        _("Started"): _moment(snapshot.started_at),
        _("Ended"): _moment(snapshot.ended_at),
        _("Vendor's code"): snapshot.vendor_code or NOTHING,
        _("Vendor's message"): hide_addresses(snapshot.vendor_message) or NOTHING,
    }


def _file_changes(before: tuple[FileView, ...], after: tuple[FileView, ...]) -> Iterator[tuple[str, str, str]]:
    old, new = ({file.key: file for file in files} for files in (before, after))
    for key in [*new, *(key for key in old if key not in new)]:
        one, other = old.get(key), new.get(key)
        name = _("File %(name)s") % {"name": next(file.name or file.kind for file in (other, one) if file)}
        if one is None or other is None:
            yield (
                name,
                f"{one.kind}, {one.status}" if one else NOTHING,
                f"{other.kind}, {other.status}" if other else NOTHING,
            )
        elif one != other:
            yield name, *_differences(one, other)


def _differences(one: FileView, other: FileView) -> tuple[str, str]:
    had, has = redact(asdict(one)), asdict(other)
    names = [name for name, value in asdict(one).items() if value != has[name]]
    has = redact(has)
    texts = ["; ".join(f"{name} {_short(values[name])}" for name in names) for values in (had, has)]
    return texts[0], texts[1]


def _short(value: Any) -> str:
    if value in (None, "", [], {}):
        return NOTHING
    hidden = hide_addresses(redact(value))
    return str(hidden) if isinstance(hidden, str) else json.dumps(hidden, ensure_ascii=False)


def _moment(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else NOTHING
