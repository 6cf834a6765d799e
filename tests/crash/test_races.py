"""Callers that come at once, and a worker that comes too late."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.crash.conclusion import settle
from tests.crash.evidence import gather
from tests.crash.fleet import Fleet
from tests.crash.supervisor import until
from tests.crash.trials import conclude_trial, outlive_the_lease
from tests.e2e.stack import START

CALLERS = 50


def _post(fleet: Fleet, number: int, key: str, **body: object) -> requests.Response:
    web = fleet.webs[number % len(fleet.webs)]
    headers = {"Authorization": str(fleet.session.headers["Authorization"]), "Idempotency-Key": key}
    return requests.post(f"{web.url}/api/v1/recordings", json=START | body, headers=headers, timeout=30)


def test_fifty_equal_starts_are_one_create_and_fifty_equal_answers(fleet: Fleet) -> None:
    fleet.publish("alice")
    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(lambda number: _post(fleet, number, "lesson-7"), range(CALLERS)))
    settle(fleet, seconds=20)
    evidence = gather(fleet)

    assert {answer.status_code for answer in answers} == {201}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert [len(creates) for creates in evidence.made.values()] == [1]
    assert len(evidence.recordings) == 1

    other_body = _post(fleet, 0, "lesson-7", room_id="1235")
    assert (other_body.status_code, other_body.json()["errors"][0]["code"]) == (422, "idempotency_mismatch")
    taken = _post(fleet, 1, "lesson-8")
    assert taken.status_code == 409
    assert answers[0].json()["id"] in taken.text


def test_one_slot_is_started_once_whoever_asks(fleet: Fleet) -> None:
    """With a key each: one gets the slot, the others are told who has it."""
    fleet.publish("alice")
    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(lambda number: _post(fleet, number, f"caller-{number}"), range(CALLERS)))
    settle(fleet, seconds=20)
    evidence = gather(fleet)

    statuses = Counter(answer.status_code for answer in answers)
    assert statuses[201] + statuses[202] == 1, statuses
    assert statuses[409] == CALLERS - 1, statuses
    (winner,) = evidence.recordings
    assert all(winner.id in answer.text for answer in answers)
    assert [len(creates) for creates in evidence.made.values()] == [1]


def test_a_stop_before_the_answer_leaves_no_robot(fleet: Fleet) -> None:
    """The create's answer is lost and so is every callback: nobody can name the task that has to end."""
    fleet.set_faults({"kind": "lose_answer", "action": "CreateCloudRecording", "times": 1}, {"kind": "drop_callbacks"})
    fleet.publish("alice")
    started = _post(fleet, 0, "lesson-9")
    stopping = fleet.post(f"recordings/{started.json()['id']}/stop")
    assert (started.status_code, stopping.status_code) == (202, 202)

    until(lambda: not fleet.robots_in_rooms(), seconds=40, what="the robot left the room")
    report = conclude_trial(fleet)

    assert not report.broken, report.text


def test_a_worker_that_slept_past_its_lease_changes_nothing(fleet: Fleet) -> None:
    """It wakes up with the answer to a create that another worker has repeated since; the vendor displaced its task."""
    outlive_the_lease(fleet)
    report = conclude_trial(fleet)

    assert not report.broken, report.text
    assert report.figures["creates at the vendor"] == 2
