"""Four situations in which one way of going wrong would show, without any chance in it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import requests

from tests.crash.conclusion import Report, check, report_on, settle
from tests.crash.fleet import Fleet
from tests.crash.supervisor import stalled, until
from tests.e2e.stack import APP_ID, START

LOST = 4
RIVALS = 12
RECORD: dict[str, Any] = {"record_mode": "mixed", "output_format": "hls_mp4"}


def lose_answers(fleet: Fleet) -> None:
    """The vendor acts and its answer is lost, for some recordings."""
    fleet.set_faults({"kind": "lose_answer", "action": "CreateCloudRecording", "times": LOST})
    for number in range(LOST):
        _start(fleet, room=str(100 + number))


def race_for_a_slot(fleet: Fleet) -> Counter[int]:
    """Many callers start the same slot at once; return how often each status was answered."""
    with ThreadPoolExecutor(RIVALS) as pool:
        answers = list(pool.map(lambda _: _start(fleet, room="200"), range(RIVALS)))
    return Counter(answer.status_code for answer in answers)


def outlive_the_lease(fleet: Fleet) -> None:
    """A worker stalls in a create until another one has made its own; then it wakes up and tells its answer."""
    fleet.set_faults(
        {"kind": "hang", "action": "CreateCloudRecording", "seconds": 2.0, "times": 1},
        {"kind": "delay_callbacks", "event_types": [301, 303, 304, 307], "seconds": 75},  # nothing is adopted first
    )
    sleeper, other = fleet.workers
    before = len(_tasks(fleet))
    with ExitStack() as until_the_end:
        with stalled(fleet.supervisor, other):
            _start(fleet, room="300", prefer="respond-async")
            until(lambda: len(_tasks(fleet)) > before, seconds=20, what="the create hangs")
            until_the_end.enter_context(stalled(fleet.supervisor, sleeper))
        until(lambda: len(_tasks(fleet)) > before + 1, seconds=30, what="the other worker creates")
        until(lambda: _state_of(fleet, room="300")[1], seconds=20, what="its answer is stored")


def tell_late(fleet: Fleet) -> None:
    """The signs of life arrive after the exit."""
    fleet.set_faults({"kind": "delay_callbacks", "event_types": [301, 303], "seconds": 15})
    answer = _start(fleet, room="400", publish=False, max_idle_time=5)
    assert answer.status_code in (201, 202), answer.text
    until(lambda: _told(fleet, "recorder_started", room="400"), seconds=40, what="the late 301 arrived")


def conclude_trial(fleet: Fleet, *, seconds: float = 25) -> Report:
    """Let it settle for a while at most, and check."""
    fleet.set_faults()
    settle(fleet, seconds=seconds)
    evidence, broken = check(fleet)
    return report_on(fleet, evidence, broken)


def _start(
    fleet: Fleet, *, room: str, prefer: str = "", publish: bool = True, max_idle_time: int = 30
) -> requests.Response:
    if publish:
        fleet.publish("alice", room)
    record = RECORD | {"max_idle_time": max_idle_time}
    headers = {"Idempotency-Key": str(uuid4())} | ({"Prefer": prefer} if prefer else {})
    headers["Authorization"] = str(fleet.session.headers["Authorization"])
    url = f"{fleet.web_url}/api/v1/recordings"
    return requests.post(url, json=START | {"room_id": room, "record_params": record}, headers=headers, timeout=20)


def _tasks(fleet: Fleet) -> list[str]:
    return [task["task_id"] for task in fleet.control("GET", f"tasks?sdk_app_id={APP_ID}")["tasks"]]


def _state_of(fleet: Fleet, *, room: str) -> tuple[str, str]:
    ((state, task),) = fleet.database.query(
        "SELECT state, task_id FROM recordings_recording WHERE room_id = %s AND origin = 'api'", room
    )
    return state, task


def _told(fleet: Fleet, kind: str, *, room: str) -> bool:
    rows = fleet.database.query(
        "SELECT 1 FROM recordings_factrow JOIN recordings_recording r ON r.id = recording_id "
        "WHERE kind = %s AND room_id = %s", kind, room
    )  # fmt: skip
    return bool(rows)
