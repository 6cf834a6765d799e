"""What the courier knows of a vendor family: when it repeats, how it signs, how its bodies have differed."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sandbox.targets import Target

STAMP_SECONDS = 600  # a stamp that says until when it holds says so much more than now

Body = dict[str, Any]
EventType = int | str


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something that happened, to be told to the customer's server.

    Attributes:
        body: Its times of sending and its signature are set anew for every attempt.
        is_given: The control API's caller wrote the body, so drift leaves it alone.
    """

    family: str
    event_type: EventType
    task_id: str
    body: Body
    is_given: bool = False


class Letter(NamedTuple):
    """One attempt, as it goes over the wire."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How long a family waits for an answer, and when it tries again.

    Attributes:
        timeout_seconds: Real.
        retry_waits: Vendor seconds before each retry.
        life_seconds: Vendor seconds between attempts plus real seconds inside them, after which none begins;
            None when only the number of retries counts.
    """

    timeout_seconds: float
    retry_waits: tuple[float, ...]
    life_seconds: float | None = None


# TRTC's, and that of families that publish none: 5 s to answer, an immediate retry, then every 10 s for a minute.
ONE_MINUTE = Schedule(timeout_seconds=5, retry_waits=(0, *[10] * 7), life_seconds=60)


@dataclass(frozen=True, kw_only=True)
class Family:
    """One vendor family, as code.

    Attributes:
        seal: `(body, target, stamp in Unix ms)`; stamps, signs and renders. Called once per attempt.
        identify: The event type and the task id of a body that somebody wrote by hand; blank where it has none.
        drifts: What may be changed in a body, by name, in the order in which several are applied.
    """

    name: str
    schedule: Schedule
    seal: Callable[[Body, Target, int], Letter]
    identify: Callable[[Body], tuple[EventType, str]]
    drifts: Mapping[str, Callable[[Body], None]]


def stamp(body: Body, name: str, seconds: int) -> None:
    """Write a Unix time into a body, as text if text stands there."""
    body[name] = str(seconds) if isinstance(body.get(name), str) else seconds


def render(body: Body) -> bytes:
    """Return compact UTF-8 JSON."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
