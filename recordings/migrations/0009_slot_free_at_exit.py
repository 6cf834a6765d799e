"""A slot is free when the recorder has left, not when the last file is there: `finalizing` holds none.

Both indexes are built and dropped beside running work (CONCURRENTLY, so outside a transaction); the stricter one goes
last, so a slot is guarded at every moment. Code of the release before runs on it: it looks for the holder of a taken
slot among more states than the index, and finds it.
"""

from django.db import migrations, models

from recordings.states.vocabulary import State

HOLDS_SLOT = (State.QUEUED, State.STARTING, State.RECORDING, State.PAUSED, State.STOPPING)
LIVE = (*HOLDS_SLOT, State.FINALIZING)
FIELDS = ("application", "room_id_type", "room_id", "slot")
HELD = models.UniqueConstraint(
    condition=models.Q(("has_left_slot", False), ("origin", "api"), ("state__in", HOLDS_SLOT)),
    fields=FIELDS,
    name="recording_slot_held",
)
TAKEN = models.UniqueConstraint(
    condition=models.Q(("origin", "api"), ("state__in", LIVE)), fields=FIELDS, name="recording_slot_taken"
)


def _build(name: str, states: tuple[State, ...], more: str = "") -> list[str]:
    """Return the statements that build an index, also after a try that left an invalid one."""
    listed = ", ".join(f"'{state.value}'" for state in states)
    return [
        _drop(name),
        f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON recordings_recording "
        f"(application_id, room_id_type, room_id, slot) WHERE origin = 'api' AND state IN ({listed}){more}",
    ]


def _drop(name: str) -> str:
    return f"DROP INDEX CONCURRENTLY IF EXISTS {name}"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("recordings", "0008_has_left_slot")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AddConstraint("recording", HELD)],
            database_operations=[
                migrations.RunSQL(
                    _build("recording_slot_held", HOLDS_SLOT, " AND NOT has_left_slot"), _drop("recording_slot_held")
                )
            ],
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveConstraint("recording", "recording_slot_taken")],
            database_operations=[
                migrations.RunSQL(_drop("recording_slot_taken"), _build("recording_slot_taken", LIVE))
            ],
        ),
    ]
