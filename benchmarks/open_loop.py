"""What a vendor waits: callbacks that come when they come, at 200 a second, whether or not the last was answered.

Every answer is timed from the moment at which its callback was due, so a server that stalls is charged for all who
would have come meanwhile.
"""

import json
import os
import random
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from applications.models import CallbackEndpoint
from applications.services import create_application, create_callback_endpoint
from benchmarks.load import Load, post, status_of
from callbacks.models import Event
from callbacks.providers import PROVIDERS
from demo.processes import Processes, free_port

RATE, SECONDS, WARM_UP_SECONDS = 200, 30, 5
REPEATS = 0.1
LIVE = 40  # recordings that callbacks tell of at a time
TOO_LATE_MS = 250
KEY = "benchmark"
SAMPLES = settings.BASE_DIR / "callbacks" / "samples"
APP_IDS = {"trtc": None, "tiw": 1400000007, "gme": 1400000007, "css": 1250000007}
# family: its samples in the order of a recording, where the recording's id stands, and where the application's does.
STORIES = {
    "trtc": (
        ("301_recorder_start", "303_upload_start", "307_file_slice", "304_file_info", "302_recorder_stop",
         "305_upload_stop", "310_mp4_stop"),
        "EventInfo.TaskId", "",
    ),
    "tiw": (
        ("online_record_started", "online_record_stopped", "online_record_finished"), "EventData.TaskId", "SdkAppId",
    ),
    "gme": (("1_file_started", "2_file_finished", "3_file_uploaded"), "TaskID", "BizID"),
    "css": (
        ("332_record_start_succeeded", "332_record_paused", "332_record_resumed", "100_file_of_a_session",
         "332_record_ended"),
        "session_id", "appid",
    ),
}  # fmt: skip


def run(folder: Path) -> None:
    """Print the percentiles of the service and of the floor under the same arrivals."""
    paths = _paths()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS benchmark_floor (id bigserial PRIMARY KEY, body bytea)")
    web_port, floor_port = free_port(8100), free_port(8300)
    choose = random.Random(1)
    told = _bodies(choose)
    with Processes(folder, dict(os.environ)) as processes:
        processes.start("web", ["manage.py", "serve", "--port", str(web_port)])
        processes.start("floor", ["-m", "benchmarks.floor", str(floor_port)])
        processes.wait_for("web", f"http://127.0.0.1:{web_port}/callbacks/none/none")
        processes.wait_for("floor", f"http://127.0.0.1:{floor_port}/")
        for seconds in (WARM_UP_SECONDS, SECONDS):
            due = _arrivals(seconds, choose)
            requests, distinct = _requests(len(due), told, paths, choose)
            before = Event.objects.count()
            bare = [post("/insert", request.partition(b"\r\n\r\n")[2], {}) for request in requests]
            floor = send_when_due(("127.0.0.1", floor_port), due, bare)
            ours = send_when_due(("127.0.0.1", web_port), due, requests)
    print(f"{len(due)} callbacks of all families in {SECONDS} s, {len(due) - distinct} of them repeats")
    _print("ours ", ours)
    _print("floor", floor)
    print(f"events stored: {Event.objects.count() - before} of {distinct}")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE benchmark_floor")


def _print(name: str, load: Load) -> None:
    late = sum(latency * 1000 > TOO_LATE_MS for latency in load.latencies)
    percentiles = "  ".join(f"p{percent} {load.percentile_ms(percent):5.1f}" for percent in (50, 95, 99))
    print(
        f"{name} {percentiles}  max {max(load.latencies) * 1000:5.1f} ms   over {TOO_LATE_MS} ms: {late}"
        f"   answers {load.statuses}   generator {load.cpu_seconds / load.seconds:.0%} of a core"
    )


def _paths() -> dict[str, str]:
    application = create_application(
        fields={"name": "open", "sdk_app_id": 1400000007, "secret_id": "-", "secret_key": "-", "sdk_secret_key": "-"},
        callback_key=KEY,
    )
    for family, app_id in APP_IDS.items():
        if app_id is not None:
            fields = {"family": family, "vendor_app_id": app_id, "current_key": KEY}
            create_callback_endpoint(application=application, fields=fields)
    endpoints = CallbackEndpoint.objects.filter(application=application)
    return {endpoint.family: f"/callbacks/{endpoint.family}/{endpoint.token}" for endpoint in endpoints}


# --- what comes, and when


def _arrivals(seconds: float, choose: random.Random) -> list[float]:
    """Return when callbacks are due, in seconds from the start: at random, as those of many recordings are."""
    due = [choose.expovariate(RATE)]
    while due[-1] < seconds:
        due.append(due[-1] + choose.expovariate(RATE))
    return due[:-1]


def _bodies(choose: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the events of recordings without end, of many at a time, each in its own order."""
    begun = 0
    live: list[tuple[str, list[dict[str, Any]]]] = []
    while True:
        while len(live) < LIVE:
            family = list(STORIES)[begun % len(STORIES)]
            live.append((family, _story(family, 10**15 + begun)))
            begun += 1
        position = choose.randrange(LIVE)
        family, rest = live[position]
        yield family, rest.pop(0)
        if not rest:
            live.pop(position)


def _story(family: str, number: int) -> list[dict[str, Any]]:
    names, task_path, app_path = STORIES[family]
    bodies = []
    for name in names:
        body: dict[str, Any] = json.loads((SAMPLES / family / f"{name}.json").read_bytes())
        _set(body, task_path, str(number))
        if app_path:
            _set(body, app_path, APP_IDS[family])
        if family == "css" and "record_file_id" in body:
            body |= {"record_file_id": f"file-{number}", "file_id": f"file-{number}"}
        bodies.append(body)
    return bodies


def _set(body: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    for name in way:
        body = body[name]
    body[last] = value


def _requests(
    number: int, told: Iterator[tuple[str, dict[str, Any]]], paths: dict[str, str], choose: random.Random
) -> tuple[list[bytes], int]:
    """Return signed requests, some of which tell again what another one told, and how many tell something new."""
    events: list[tuple[str, dict[str, Any]]] = []
    requests = []
    now = timezone.now()
    for _ in range(number):
        if events and choose.random() < REPEATS:
            family, body = choose.choice(events)
        else:
            family, body = next(told)
            events.append((family, body))
        headers, raw = PROVIDERS[family].sign(body, KEY, now)
        requests.append(post(paths[family], raw, dict(headers)))
    return requests, len(events)


# --- the generator


class _Line:
    """One connection, with one request on its way at a time."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.due = 0.0

    def send(self, request: bytes, due: float) -> None:
        self.received, self.due = b"", due
        self.socket.sendall(request)

    def read_status(self) -> int | None:
        """Return the status of a whole answer; None while it is still coming."""
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ConnectionError("the server closed a connection")
        self.received += chunk
        return status_of(self.received)


def send_when_due(address: tuple[str, int], due: Sequence[float], requests: Sequence[bytes]) -> Load:
    """Send each request when it is due, over a free connection or another one, and time it from then."""
    load = Load()
    selector = selectors.DefaultSelector()
    free: list[_Line] = []
    sent = 0
    began, began_cpu = time.perf_counter(), time.process_time()
    while len(load.latencies) < len(requests):
        while sent < len(requests) and began + due[sent] <= time.perf_counter():
            line = free.pop() if free else _Line(address)
            line.send(requests[sent], began + due[sent])
            selector.register(line.socket, selectors.EVENT_READ, line)
            sent += 1
        wait = began + due[sent] - time.perf_counter() if sent < len(requests) else None
        for key, _events in selector.select(None if wait is None else max(wait, 0)):
            status = key.data.read_status()
            if status is not None:
                load.latencies.append(time.perf_counter() - key.data.due)
                load.statuses[status] = load.statuses.get(status, 0) + 1
                selector.unregister(key.data.socket)
                free.append(key.data)
    load.seconds = time.perf_counter() - began
    load.cpu_seconds = time.process_time() - began_cpu
    for line in free:
        line.socket.close()
    return load
