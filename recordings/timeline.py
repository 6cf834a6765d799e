"""One merged timeline of facts and transitions: what the API tells and the admin shows."""

from typing import Any

from recordings.models import FactRow, Recording, Transition

# Values that open something, wherever they stand in a fact.
SECRET_NAMES = {"url", "user_sig", "secret_key", "access_key", "private_map_key"}


def list_timeline(recording: Recording) -> list[dict[str, Any]]:
    """Return facts in event order, each transition right behind the facts that were known when it happened."""
    facts = [_fact_entry(row) for row in FactRow.objects.filter(recording=recording)]
    moves = [_transition_entry(row) for row in Transition.objects.filter(recording=recording)]
    return sorted([*facts, *moves], key=lambda entry: (entry["at"], entry["type"] == "transition"))


def _fact_entry(row: FactRow) -> dict[str, Any]:
    return {
        "type": "fact",
        "at": row.occurred_at,
        "received_at": row.received_at,
        "kind": row.kind,
        "source": row.source,
        "task_id": row.task_id or None,
        "from_state": None,
        "to_state": None,
        "data": redact(row.data),
    }


def _transition_entry(row: Transition) -> dict[str, Any]:
    return {
        "type": "transition",
        "at": row.at,
        "received_at": None,
        "kind": row.because,
        "source": None,
        "task_id": None,
        "from_state": row.from_state or None,
        "to_state": row.to_state,
        "data": {"reason": row.reason} if row.reason else {},
    }


def redact(value: Any) -> Any:
    """Return *value* with everything that opens something replaced by ***."""
    if isinstance(value, dict):
        return {k: "***" if k in SECRET_NAMES and v else redact(v) for k, v in value.items()}
    if isinstance(value, list):
        return [redact(item) for item in value]
    return value
