"""Named places on the way of a start at which a test may end or stall this process (tests/crash).

Nothing happens unless FAILPOINTS is set, and a service that is reached over TLS refuses to start with it.
"""

import json
import logging
import os
import random
import signal
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Harm:
    """What may happen at a place.

    Attributes:
        seconds: For how long this thread stalls; None ends the process as a power cut would.
        probability: 0 to 1, drawn anew each time.
    """

    seconds: float | None
    probability: float


_harms: dict[str, list[Harm]] = {}


def arm() -> None:
    """Read FAILPOINTS, once, when the process starts.

    Raises:
        ImproperlyConfigured: It makes no sense, has no log, or this is no machine for it.
    """
    _harms.clear()
    if not settings.FAILPOINTS:
        return
    if settings.HTTPS or not settings.FAILPOINTS_LOG:
        raise ImproperlyConfigured("FAILPOINTS ends processes at random: it needs HTTPS=false and FAILPOINTS_LOG.")
    _harms.update(read_failpoints(settings.FAILPOINTS))
    logger.warning("failpoints_armed", extra={"points": sorted(_harms)})


def read_failpoints(text: str) -> dict[str, list[Harm]]:
    """Read `create.before=kill:0.3,create.after=pause:1.5:0.2`: a probability; seconds and a probability.

    Raises:
        ImproperlyConfigured: It is of another form.
    """
    harms = defaultdict(list)
    for item in text.split(","):
        point, _, harm = item.strip().partition("=")
        match harm.split(":"):
            case ["kill", probability]:
                harms[point].append(Harm(None, float(probability)))
            case ["pause", seconds, probability]:
                harms[point].append(Harm(float(seconds), float(probability)))
            case _:
                raise ImproperlyConfigured(f"FAILPOINTS: {item!r} is neither <point>=kill:… nor <point>=pause:…:…")
    return harms


def reach(point: str) -> None:
    """Pass a named place; what is armed there may strike."""
    for harm in _harms.get(point, ()):
        if random.random() < harm.probability:
            _strike(point, harm)


def _strike(point: str, harm: Harm) -> None:
    entry = {"at": time.time(), "pid": os.getpid(), "point": point, "seconds": harm.seconds}
    with Path(settings.FAILPOINTS_LOG).open("ab", buffering=0) as log:  # one write each: lines of processes never mix
        log.write(json.dumps(entry).encode() + b"\n")
    if harm.seconds is None:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(harm.seconds or 0)
