"""What is told of a recording and not yet believed."""

from collections.abc import Iterable

from recordings.states.facts import Fact, FactKind
from recordings.states.vocabulary import Doubt

# A weak family's word counts whatever it tells, but for these.
_WEIGHTLESS = {FactKind.OBSERVED, FactKind.CONFLICTED, FactKind.DIAGNOSED}


def standing(facts: list[Fact]) -> list[Fact]:
    """Return *facts* without those that an operator replaced by another telling of the same event."""
    replaced = {key for fact in facts for key in fact.data.get("supersedes", ())}
    return [fact for fact in facts if fact.key not in replaced] if replaced else facts


def doubt_of(facts: Iterable[Fact], *, is_over: bool) -> Doubt | None:
    """Return why what *facts* say is provisional; None when it is not.

    A confirmation speaks of what was known by then: a weak word that comes later is open again.

    Args:
        is_over: The recording ended. Until then, a weak word claims nothing that anybody would rely on.
    """
    confirmed_at, conflicted, weak = None, [], []
    for fact in facts:
        if fact.kind == FactKind.CONFIRMED:
            confirmed_at = max(confirmed_at or fact.received_at, fact.received_at)
        elif fact.kind == FactKind.CONFLICTED:
            conflicted.append(fact.received_at)
        elif fact.data.get("assurance") == "weak" and fact.kind not in _WEIGHTLESS:
            weak.append(fact.received_at)
    if any(confirmed_at is None or at > confirmed_at for at in conflicted):
        return Doubt.CONFLICT
    if is_over and any(confirmed_at is None or at > confirmed_at for at in weak):
        return Doubt.WEAK_SIGNATURE
    return None
