"""Claims that only real processes can prove: a frozen database, an orderly end."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings

from demo.processes import free_port
from tests.e2e.stack import APP_ID, START, Stack

LATER = {"Prefer": "respond-async"}  # the create is left to a worker


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path, is_database_apart=True, vendor_timeout_seconds=20) as running:
        yield running


def until(is_so: Callable[[], Any], *, seconds: float = 40) -> Any:
    """Return what *is_so* returns once that is true."""
    give_up_at = time.monotonic() + seconds
    while not (found := is_so()):
        assert time.monotonic() < give_up_at
        time.sleep(0.1)
    return found


def told_in(stack: Stack, name: str) -> list[str]:
    """Return the lines of a log that name the setting of the database."""
    return [line for line in stack.log_of(name) if "DATABASE_URL" in line]


def ask(stack: Stack, path: str) -> requests.Response:
    return requests.get(f"{stack.web_url}/{path}", timeout=20)


def start_worker(stack: Stack, **environment: str) -> tuple[subprocess.Popen[bytes], int]:
    """Start a worker that serves its metrics; return it and its port once it is heard of."""
    port = free_port(stack.web_port + 50)
    stack.processes.environment = {**stack.processes.environment, **environment}
    stack.processes.start("worker", ["manage.py", "work", "--metrics-port", str(port)])
    stack.processes.wait_for("worker", f"http://127.0.0.1:{port}/metrics")
    until(lambda: stack.database.count("operations_worker"))
    return stack.processes._running["worker"], port


def hang_creates(stack: Stack, seconds: float) -> None:
    """Have the vendor act on the next create at once and answer late."""
    stack.publish("alice")  # with nobody to record, the robot would leave before it was seen
    fault = {"kind": "hang", "action": "CreateCloudRecording", "times": 1, "seconds": seconds}
    stack.control("PUT", f"apps/{APP_ID}/faults", {"faults": [fault]})


def test_a_frozen_database_is_told_in_time_and_forgiven_when_it_thaws(stack: Stack) -> None:
    stack.start_web()
    assert ask(stack, "readyz").status_code == 200
    with stack.database.frozen():
        began = time.monotonic()
        answers = [ask(stack, path) for path in ("readyz", "metrics", "healthz")]
        took = time.monotonic() - began
        refused = stack.session.get(f"{stack.web_url}/api/v1/recordings", timeout=20)

    assert [answer.status_code for answer in answers] == [503, 200, 200]
    assert "recordings_database_up 0.0" in answers[1].text
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (503, "database_unavailable")
    assert took < 15  # two of them wait for 2.5 s each; the machine may be busy
    until(lambda: ask(stack, "readyz").status_code == 200)


def test_with_the_database_away_every_page_of_the_admin_says_so_in_words(stack: Stack) -> None:
    stack.start_web()
    visitor = requests.Session()
    visitor.cookies.set("sessionid", "a" * 32)
    assert visitor.get(f"{stack.web_url}/admin/recordings/recording/", timeout=20).status_code == 200  # to sign in
    stack.database.shut_down_at_once()
    pages = [visitor.get(f"{stack.web_url}/admin/{path}", timeout=20) for path in ("", "recordings/recording/")]
    form = {"username": "a", "password": "b", "csrfmiddlewaretoken": visitor.cookies["csrftoken"]}
    pages.append(visitor.post(f"{stack.web_url}/admin/login/", form, timeout=20))
    call = stack.session.get(f"{stack.web_url}/api/v1/recordings", timeout=20)

    assert [page.status_code for page in pages] == [503, 503, 503]
    assert {page.headers["Retry-After"] for page in pages} == {call.headers["Retry-After"]} == {"5"}
    for page in pages:
        assert page.headers["Content-Type"].startswith("text/html")
        assert "The database cannot be reached" in page.text
        assert "Callbacks are kept" in page.text
        assert "/readyz" in page.text
    log = stack.log_of("web")
    assert sum("database_unavailable" in line for line in log) == len(pages) + 1
    assert not any("Traceback" in line or "status_code=503" in line for line in log)


def test_who_starts_without_the_database_says_once_which_setting_it_is(stack: Stack) -> None:
    """And goes on: callbacks are answered, and the worker begins when it is back."""
    stack.database.shut_down_at_once()
    stack.start_web()
    stack.start_worker()
    for name in ("web", "worker"):
        until(partial(told_in, stack, name))
        (line,) = told_in(stack, name)
        assert "WARNING database_unreachable" in line
        assert "No such file or directory" in line  # PostgreSQL's own words
    stack.bring_database_back()
    until(lambda: stack.database.count("operations_worker"))


def test_a_worker_told_to_end_finishes_its_job_and_takes_up_nothing_more(stack: Stack) -> None:
    stack.start_web()
    worker, port = start_worker(stack)
    assert "recordings_vendor_call_seconds" in requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
    hang_creates(stack, 4)
    first = stack.post("recordings", START, **LATER).json()["id"]
    until(stack.robots_in_rooms)  # the vendor has acted, and its answer hangs
    worker.send_signal(signal.SIGTERM)
    second = stack.post("recordings", START | {"room_id": "5678"}, **LATER).json()["id"]

    assert worker.wait(timeout=30) == 0
    rows = dict(
        stack.database.query("SELECT id::text, (task_id <> '', lease_token IS NULL)::text FROM recordings_recording")
    )
    assert rows == {first: "(t,t)", second: "(f,t)"}
    assert stack.database.count("operations_worker") == 0
    assert "worker_ends" in "".join(stack.log_of("worker"))


def test_a_job_that_does_not_finish_is_left_to_its_lease(stack: Stack) -> None:
    """The create may still be under way at the vendor: nobody else may go on with it at once."""
    stack.start_web()
    worker, _ = start_worker(stack, WORKER_GRACE_SECONDS="1")
    hang_creates(stack, 15)
    stack.post("recordings", START, **LATER)
    until(stack.robots_in_rooms)
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=30) == 0
    assert time.monotonic() - began < 12  # and not the 15 s that the vendor takes
    assert stack.database.count("recordings_recording", "lease_token IS NOT NULL") == 1
    assert stack.database.count("operations_worker") == 0
    assert "jobs_left_to_their_leases" in "".join(stack.log_of("worker"))


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = subprocess.run(
            [sys.executable, "manage.py", "work", "--metrics-port", str(port)],
            cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    assert run.returncode == 1
    assert "Choose another --metrics-port." in run.stderr
    assert "Traceback" not in run.stderr
