"""The applications of a world: rows of ours, settings of the vendor's, and what each has to live with."""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from applications.models import ApiKey, Application, StorageProfile
from applications.services import create_api_key, create_application
from tests.sim.case import Case, Task
from tests.sim.faults import (
    BROKEN,
    CLEAN,
    FORGETFUL,
    HALF_DEAF,
    LOSSY,
    SILENT,
    STANDING_STILL,
    STORMY,
    Faults,
    out_of_order,
)
from tests.sim.plan import HOUR, Plan, draw_plan

ROBOT_MODES = ("evicts", "twins", "refuses")
_FAULTS = {
    "clean": CLEAN,
    "lossy": LOSSY,
    "silent": SILENT,
    "stormy": STORMY,
    "half deaf": HALF_DEAF,
    "broken": BROKEN,
    # No faults, but a vendor with little room: of places, or of requests.
    "few places": CLEAN,
    "few requests": CLEAN,
    # For planted bugs alone.
    "standing still": STANDING_STILL,
    "forgetful": FORGETFUL,
}
PROFILES = (
    *("clean", "lossy", "silent", "stormy", "half deaf", "broken"),
    *("few places", "few requests", "out of order", "stormy"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a world is, and of what.

    Attributes:
        recordings: For each application.
        hours: Length of the day.
        profiles: What its applications have to live with, in turn.
    """

    applications: int
    recordings: int
    hours: float
    profiles: tuple[str, ...] = PROFILES


@dataclass(slots=True, eq=False)
class App:
    """One application, as both sides know it.

    Attributes:
        robot_mode: What the vendor does with a second create under a robot's name.
        bursts: Moments at which many start at once; empty for a timetable of lessons.
        tells_ms: Its callbacks carry EventMsTs; others have whole seconds.
    """

    index: int
    application: Application
    token: str
    callback_key: str
    storage: dict[str, StorageProfile]
    api_keys: list[ApiKey]
    faults: Faults
    profile: str
    robot_mode: str
    task_limit: int
    requests_per_second: int
    bursts: tuple[float, ...]
    tells_ms: bool
    requests: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    live: dict[str, Task] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    most_live: int = 0
    most_a_second: int = 0


def make_app(index: int, *, seed: int, size: Size) -> App:
    """Create an application with its rows."""
    random = Random(f"{seed}/app/{index}")
    profile = size.profiles[index % len(size.profiles)]
    is_crowded = profile.startswith("few")
    limit = max(3, size.recordings // 6) if profile == "few places" else 100
    pace = 4 if profile == "few requests" else 20
    application = create_application(
        fields={
            "name": f"sim-{index}",
            "sdk_app_id": 1_400_000_000 + index,
            "secret_id": f"AKID{index}",
            "secret_key": "api-secret",
            "sdk_secret_key": "sdk-secret",
            "task_limit": limit,
            "requests_per_second": pace,
        },
        callback_key=f"callback-key-{index}",
    )
    place = {"region": "ap-shanghai", "bucket": "b-1", "access_key": "access", "secret_key": "secret"}
    storage = {
        "cos": StorageProfile.objects.create(application=application, name="cos", **place),
        "vod": StorageProfile.objects.create(application=application, name="vod", kind="vod"),
    }
    endpoint = application.callback_endpoints.get()
    return App(
        index=index,
        application=application,
        token=endpoint.token,
        callback_key=endpoint.current_key,
        storage=storage,
        api_keys=[create_api_key(application=application, name=f"key-{n}")[0] for n in range(3)],
        faults=_faults_of(profile, random, size.hours),
        profile=profile,
        robot_mode=ROBOT_MODES[(index + index // len(size.profiles)) % 3],
        task_limit=limit,
        requests_per_second=pace,
        bursts=tuple(random.uniform(0, max(size.hours - 1.0, 0.1) * HOUR) for _ in range(2)) if is_crowded else (),
        tells_ms=random.random() < 0.7,
    )


def _faults_of(profile: str, random: Random, hours: float) -> Faults:
    return out_of_order(random, hours) if profile == "out of order" else _FAULTS[profile]


def plans_of(app: App, *, seed: int, size: Size) -> Iterator[Plan]:
    """Yield the application's recordings in the order of their starts."""
    random = Random(f"{seed}/plans/{app.index}")
    plans = (
        draw_plan(n, random=random, hours=size.hours, bursts=app.bursts, has_vod=True) for n in range(size.recordings)
    )
    yield from sorted(plans, key=lambda plan: plan.starts_at)
