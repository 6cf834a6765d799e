"""One id for a request: in its answer and on every line that is logged for it."""

import json
import re

import pytest
from django.test import Client
from rest_framework.test import APIClient

from config.logging import JsonFormatter

OURS = re.compile(r"[0-9a-f]{20}")


def test_a_request_without_an_id_is_given_one() -> None:
    first, second = (Client().get("/healthz")["X-Request-ID"] for _ in range(2))

    assert OURS.fullmatch(first)
    assert OURS.fullmatch(second)
    assert first != second


@pytest.mark.parametrize("told", ["a", "Root-1.67891233_abcdef", "0" * 64])
def test_the_callers_own_id_is_taken(told: str) -> None:
    assert Client().get("/healthz", headers={"X-Request-ID": told})["X-Request-ID"] == told


@pytest.mark.parametrize("told", ["", "0" * 65, "a b", "a\nb", 'a"', "-a", "é", "<script>", "١"])
def test_one_that_is_too_long_or_could_mislead_is_not(told: str) -> None:
    assert OURS.fullmatch(Client().get("/healthz", headers={"X-Request-ID": told})["X-Request-ID"])


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/recordings/none", "/none", "/callbacks/trtc/none"])
def test_the_lines_of_a_request_carry_its_id_also_where_it_is_refused(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Django logs a refusal after the middleware is through."""
    caplog.handler.setFormatter(JsonFormatter())
    answer = Client().post(path, b"{}", content_type="application/json", headers={"X-Request-ID": "mine-7"})

    assert answer["X-Request-ID"] == "mine-7"
    lines = [json.loads(line) for line in caplog.text.splitlines()]
    assert lines
    assert {line.get("request_id") for line in lines} == {"mine-7"}


@pytest.mark.django_db
def test_a_line_about_a_recording_carries_the_request_the_recording_and_its_application(
    api: APIClient, body: dict[str, object], vendor: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.setFormatter(JsonFormatter())
    caplog.set_level("DEBUG", logger="recordings")
    answer = api.post("/api/v1/recordings", body, headers={"X-Request-ID": "mine-8"})
    lines = {line["event"]: line for line in map(json.loads, caplog.text.splitlines())}

    for event in ("recording_moved", "vendor_called"):
        assert lines[event]["request_id"] == "mine-8"
        assert lines[event]["recording_id"] == answer.json()["id"]
    assert lines["recording_moved"]["application_id"]
