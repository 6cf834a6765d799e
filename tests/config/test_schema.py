"""The OpenAPI schema tells the truth: generated calls get the answers that it promises, and never a 5xx."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core import signals
from django.core.management import call_command
from django.db import close_old_connections
from hypothesis import HealthCheck, given, seed, settings

with warnings.catch_warnings(action="ignore"):  # its own imports
    import schemathesis
    from schemathesis.core.result import Ok
    from schemathesis.generation import GenerationMode

from applications.models import ApiKey
from config.wsgi import application as wsgi
from recordings.models import Recording
from tests.recordings.steps import start
from tests.vendor import Vendor

SCHEMA = schemathesis.openapi.from_wsgi("/api/schema/?format=json", wsgi)
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok)}
EXAMPLES = 25


@contextmanager
def one_connection() -> Iterator[None]:
    """Keep the test's connection when a request ends, as Django's own test client does."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (signals.request_started, signals.request_finished):
            signal.connect(close_old_connections)


def aim(case: Any, recording: Recording) -> None:
    """Let a well-formed call meet what is there, so that it gets beyond 404 and 412."""
    if "recording_id" in case.path_parameters:
        case.path_parameters["recording_id"] = str(recording.pk)
    if "name" in case.path_parameters:
        case.path_parameters["name"] = "classes-cos"
    if "If-Match" in case.headers:
        case.headers["If-Match"] = "*"
    if isinstance(case.body, dict) and "storage_profile" in case.body:
        case.body |= {"storage_profile": "classes-cos", "room_id": "77", "room_id_type": "integer"}


def test_the_schema_is_valid_and_complete(recwarn: pytest.WarningsRecorder) -> None:
    out, errors = StringIO(), StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out, stderr=errors)

    assert yaml.safe_load(out.getvalue())["openapi"] == "3.1.0"


@pytest.mark.parametrize("label", OPERATIONS)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_generated_calls_get_the_promised_answers(
    label: str, mode: GenerationMode, *, api: Any, api_key: tuple[ApiKey, str], vendor: Vendor, body: dict[str, Any]
) -> None:
    recording = start(api, body)

    @seed(1)
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            aim(case, recording)
        case.call_and_validate(
            headers={"Authorization": f"Api-Key {api_key[1]}"},
            checks=[
                schemathesis.checks.not_a_server_error,
                schemathesis.checks.status_code_conformance,
                schemathesis.checks.content_type_conformance,
                schemathesis.checks.response_schema_conformance,
                schemathesis.checks.response_headers_conformance,
            ],
        )

    with one_connection():
        call()
