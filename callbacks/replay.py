"""Apply stored events again: after an error of ours was mended, or to see that nothing was missed."""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from callbacks.delivery import Delivery
from callbacks.models import Event, Verdict
from callbacks.providers import PROVIDERS
from callbacks.providers.base import Malformed
from callbacks.store import store
from recordings.services.confirm import confirmation
from recordings.services.ledger import apply_facts, lock_recording
from recordings.states.facts import Fact

logger = logging.getLogger(__name__)


def apply_again(event_id: int) -> Verdict:
    """Read a stored event with today's provider and apply what is new in it; return what became of it.

    Safe to repeat: what the recording was told already changes nothing.

    Raises:
        Event.DoesNotExist: No such event.
    """
    event = Event.objects.get(pk=event_id)
    try:
        store([_delivery(event)], again=True)
    except Malformed as error:
        logger.warning("event_unreadable", extra={"event": event_id, "why": str(error)})
        return Verdict.FAILED
    except Exception:
        logger.exception("event_failed_again", extra={"event": event_id})
        return Verdict.FAILED
    event.refresh_from_db(fields=["verdict"])
    return Verdict(event.verdict)


def replay(*, since: datetime, until: datetime, family: str | None = None) -> tuple[Counter[Verdict], int]:
    """Apply every event received in [since, until) again, oldest first.

    Returns:
        What became of them, and how many told their recording something that it had missed.
    """
    verdicts: Counter[Verdict] = Counter()
    missed = 0
    for event_id in _ids(since, until, family):
        before = _ledger_length(event_id)
        verdicts[apply_again(event_id)] += 1
        missed += _ledger_length(event_id) != before
    return verdicts, missed


def adopt_variant(event_id: int, *, by: str) -> None:
    """Believe this telling of an event instead of the others, and confirm the recording as it is then.

    The one case in which a terminal state may get worse: a person says that it never was so.

    Args:
        by: Who decides.

    Raises:
        Event.DoesNotExist: No such event.
        ValueError: The event is about no recording, or moves nothing.
    """
    event = Event.objects.get(pk=event_id)
    if event.recording_id is None:
        raise ValueError("the event is about no recording")
    first_id = event.conflicts_with_id or event.pk
    tellings = Event.objects.filter(Q(pk=first_id) | Q(conflicts_with=first_id))
    keys = {f"callback:{key}" for key in tellings.values_list("natural_key", flat=True)}
    delivery = _delivery(event)
    if delivery.event.kind is None:
        raise ValueError("the event moves nothing")
    with transaction.atomic():
        recording = lock_recording(event.recording_id)
        told = delivery.to_fact()
        adopted = [f.key for f in recording.known_facts or [] if f.data.get("adopts") == first_id]
        fact = Fact(
            kind=told.kind,
            source=told.source,
            key=f"adopted:{event.pk}:{len(adopted)}",
            occurred_at=told.occurred_at,
            received_at=told.received_at,
            task_id=told.task_id,
            data={**told.data, "supersedes": sorted({*keys, *adopted}), "adopts": first_id},
        )
        apply_facts(recording=recording, facts=[fact, confirmation(by=by)])
        tellings.exclude(pk=event.pk).update(verdict=Verdict.CONFLICT)
        Event.objects.filter(pk=event.pk).update(verdict=Verdict.APPLIED)


def _delivery(event: Event) -> Delivery:
    """Read a stored event again.

    Raises:
        Malformed: Today's provider cannot read it.
    """
    body = bytes(event.body)
    endpoint = event.application.callback_endpoints.filter(family=event.family).first()
    return Delivery(
        family=event.family,
        application_id=event.application_id,
        event=PROVIDERS[event.family].parse({}, body),
        body=body,
        received_at=event.received_at,
        is_late=event.is_late,
        is_trusted=endpoint is not None and endpoint.is_trusted,
        quiet_seconds=endpoint.effective_quiet_seconds if endpoint is not None else None,
    )


def _ledger_length(event_id: int) -> int:
    found: int | None = Event.objects.values_list("recording__ledger_length", flat=True).get(pk=event_id)
    return found or 0


def _ids(since: datetime, until: datetime, family: str | None) -> Iterator[int]:
    events = Event.objects.filter(received_at__gte=since, received_at__lt=until).order_by("received_at", "pk")
    if family is not None:
        events = events.filter(family=family)
    yield from events.values_list("pk", flat=True).iterator()
