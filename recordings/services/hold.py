"""The legal hold: no file of a held recording is deleted by us, whatever its profile says."""

from django.utils import timezone

from recordings.models import Recording
from recordings.services.ledger import apply_facts
from recordings.states.facts import Fact, FactKind, Source


def hold(recording: Recording, *, held: bool, by: str, source: Source) -> None:
    """Put a recording on hold or let it go; runs inside the caller's transaction with the row locked.

    Args:
        by: Who asks for it; stays in the timeline.
    """
    snapshot = apply_facts(recording=recording, facts=[])
    if snapshot.legal_hold == held:
        return
    now = timezone.now()
    facts = [
        Fact(
            kind=FactKind.LEGAL_HOLD,
            source=source,
            key=f"hold:{now.isoformat()}",
            occurred_at=now,
            received_at=now,
            data={"held": held, "by": by},
        )
    ]
    if held and snapshot.purge_after is not None:
        facts.append(purge_canceled("legal_hold"))
    apply_facts(recording=recording, facts=facts)


def purge_canceled(why: str) -> Fact:
    """Return the fact that a recording's files are not deleted after all."""
    now = timezone.now()
    return Fact(
        kind=FactKind.PURGE_CANCELED,
        source=Source.CLOCK,
        key=f"purge:canceled:{now.isoformat()}",
        occurred_at=now,
        received_at=now,
        data={"why": why},
    )
