"""What callers and rooms do on the day: every recording's own story, drawn from the seed."""

from dataclasses import dataclass
from random import Random
from typing import Any

HOUR = 3600.0
LESSON_SPREAD = 90.0  # seconds within which a lesson's recordings are started


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One wish to record a room, and what happens there. Times are seconds since the day began.

    Attributes:
        stops_at: When the caller stops it; None leaves it to the room or to `max_duration`.
        publishers: From when until when somebody sends; None for an empty room.
        repeats: When the same request is sent again, seconds after the first.
        rival_after: When another backend asks for the same slot, seconds after the first; None for never.
        stops_early_after: When a caller stops it before it can know how the start went; None for never.
        patches_at: When its layout is changed.
        api_key: Which of the application's keys asks.
    """

    number: int
    room_id: str
    starts_at: float
    stops_at: float | None
    publishers: tuple[float, float] | None
    storage: str
    parameters: dict[str, Any]
    max_duration: int | None
    priority: int
    api_key: int
    attempt_now: bool
    may_queue: bool
    repeats: tuple[float, ...]
    rival_after: float | None
    stops_early_after: float | None
    patches_at: tuple[float, ...]


def draw_plan(number: int, *, random: Random, hours: float, bursts: tuple[float, ...], has_vod: bool) -> Plan:
    """Return the story of an application's *number*-th recording.

    Args:
        hours: Length of the day; the last starts leave room for a lesson.
        bursts: Moments at which everybody starts at once; empty for a timetable of lessons.
    """
    starts_at = _draw_start(random, hours, bursts)
    length = _draw_length(random)
    kind = random.random()
    stops_at = starts_at + length if kind < 0.7 else None
    storage = "vod" if has_vod and random.random() < 0.25 else "cos"
    mixed = random.random() < 0.6
    begins = starts_at + random.uniform(-60, 20)
    ends = starts_at + length + random.uniform(-20, 60)
    if stops_at is not None and random.random() < 0.3:
        ends += HOUR  # a room that goes on: what is not stopped bills
    return Plan(
        number=number,
        room_id=str(number + 1),
        starts_at=starts_at,
        stops_at=stops_at,
        publishers=None if random.random() < 0.06 else (begins, ends),
        storage=storage,
        parameters=_draw_parameters(random, str(number + 1), storage, mixed=mixed),
        max_duration=int(length) + 5 if 0.7 <= kind < 0.8 else None,
        priority=random.choice((0, 0, 0, 5, 9)),
        api_key=random.choices((0, 1, 2), (6, 2, 1))[0],
        attempt_now=random.random() < 0.8,
        may_queue=random.random() < 0.97,
        repeats=tuple(random.choice((0.01, 0.2, 5.0, 300.0)) for _ in range(random.choice((0, 0, 0, 1, 2)))),
        rival_after=random.uniform(0, 0.3) if random.random() < 0.08 else None,
        stops_early_after=random.uniform(0.01, 0.3) if random.random() < 0.12 else None,
        patches_at=tuple(starts_at + random.uniform(0, length) for _ in range(2)) if mixed and kind < 0.1 else (),
    )


def _draw_start(random: Random, hours: float, bursts: tuple[float, ...]) -> float:
    if bursts:
        return random.choice(bursts) + random.uniform(0, 0.5)
    last = max(hours - 1.0, 0.1)
    if random.random() < 0.6:  # a timetable: lessons begin on the hour
        return random.randrange(int(last) + 1) * HOUR + random.expovariate(1 / LESSON_SPREAD)
    return random.uniform(0, last * HOUR)


def _draw_length(random: Random) -> float:
    kind = random.random()
    if kind < 0.6:
        return random.uniform(20, 240)
    if kind < 0.9:
        return random.uniform(300, 900)
    if kind < 0.992:
        return random.uniform(2400, 3000)
    return 9 * HOUR  # longer than it can be controlled


def _draw_parameters(random: Random, room_id: str, storage: str, *, mixed: bool) -> dict[str, Any]:
    record: dict[str, Any] = {
        "record_mode": "mixed" if mixed else "single",
        "max_idle_time": random.choice((5, 30, 60)),
    }
    if storage == "cos":
        record["output_format"] = random.choice(("hls", "hls", "hls_mp4", "mp4", "aac"))
    # Only a string room is another room than its namesake of digits: integer ones will do here.
    return {"room_id": room_id, "record_params": record, "resource_expired_hour": 6}
