"""replay_callbacks and send_test_callback, as an operator runs them."""

from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from pytest_django.live_server_helper import LiveServer

from applications.models import CallbackEndpoint
from callbacks.models import Event, Verdict
from recordings.models import FactRow, Recording
from tests.callbacks.families import ALL_SAMPLES, SPEAKERS, tell

Endpoints = Mapping[str, CallbackEndpoint]
ALWAYS = {"--from": "2020-01-01", "--to": "2100-01-01"}


def run(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def replay(*arguments: str) -> str:
    return run("replay_callbacks", *(text for pair in ALWAYS.items() for text in pair), *arguments)


def test_replaying_changes_nothing_when_nothing_was_missed(endpoints: Endpoints) -> None:
    for family, name in ALL_SAMPLES:
        tell(endpoints[family], SPEAKERS[family].sample(name))
    before = _everything()

    assert "Had been missed: 0." in replay()
    assert _everything() == before


def test_replaying_applies_what_an_error_of_ours_kept_out(endpoints: Endpoints) -> None:
    with patch("callbacks.store.plan_change", side_effect=ZeroDivisionError):
        assert tell(endpoints["gme"], SPEAKERS["gme"].sample("1_file_started")) == 200
    assert Event.objects.get().verdict == Verdict.FAILED
    assert not Recording.objects.exists()

    assert "1 applied. Had been missed: 1." in replay()
    assert Recording.objects.get().state == "recording"
    assert Event.objects.get().recording == Recording.objects.get()
    assert "Had been missed: 0." in replay()


def test_replaying_says_what_failed_again(endpoints: Endpoints) -> None:
    tell(endpoints["gme"], SPEAKERS["gme"].sample("1_file_started"))
    Event.objects.update(body=b"{")
    with pytest.raises(CommandError, match="1 could not be applied"):
        replay()


def test_replaying_takes_one_family_and_a_span_of_time(endpoints: Endpoints) -> None:
    tell(endpoints["gme"], SPEAKERS["gme"].sample("1_file_started"))
    assert "none" in replay("--family", "css")
    assert "none" in run("replay_callbacks", "--from", "2020-01-01", "--to", "2020-01-02")
    with pytest.raises(CommandError):
        run("replay_callbacks", "--from", "yesterday", "--to", "2020-01-02")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("family", SPEAKERS)
def test_the_wiring_of_an_endpoint_is_proven(
    family: str, endpoints: Endpoints, live_server: LiveServer, settings: object
) -> None:
    url = f"{live_server.url}/callbacks/{family}/{endpoints[family].token}"

    for name in (name for of, name in ALL_SAMPLES if of == family):
        assert "stored as a test" in run("send_test_callback", url, "--sample", name)

    assert set(Event.objects.values_list("verdict", flat=True)) == {"test"}
    assert not Recording.objects.exists()
    with pytest.raises(CommandError, match="401"):
        run("send_test_callback", url, "--key", "wrong")


@pytest.mark.django_db(transaction=True)
def test_a_real_one_moves_a_recording(endpoints: Endpoints, live_server: LiveServer) -> None:
    url = f"{live_server.url}/callbacks/tiw/{endpoints['tiw'].token}"
    run("send_test_callback", url, "--real", "--sample", "online_record_started", "--set", "EventData.TaskId=t-1")
    assert (Recording.objects.get().task_id, Recording.objects.get().state) == ("t-1", "recording")


def test_what_cannot_be_sent_is_explained(endpoints: Endpoints) -> None:
    for arguments, why in (
        (["http://127.0.0.1:9/callbacks/trtc/x", "--key", "k"], "No answer"),
        (["http://127.0.0.1:9/other", "--key", "k"], "--family is needed"),
        (["--application", "nobody"], "has no trtc endpoint"),
        (["--application", "school", "--sample", "x"], "There are: 301_recorder_start"),
        (["--application", "school", "--set", "a"], "--set takes"),
        ([], "Give a URL"),
    ):
        with pytest.raises(CommandError, match=why):
            run("send_test_callback", *arguments)
    assert "trtc 301_recorder_start\n" in run("send_test_callback", "--list")


def _everything() -> list[object]:
    recordings = Recording.objects.order_by("pk").values("state", "version", "ledger_length", "task_id")
    return [*recordings, FactRow.objects.count(), *Event.objects.order_by("pk").values_list("verdict", flat=True)]


def test_draining_by_hand_stores_what_waits_and_takes_back_what_was_refused(
    endpoints: Endpoints, tmp_path: Path, settings: Any
) -> None:
    settings.SPOOL_FOLDER = str(tmp_path)
    sample = SPEAKERS["gme"].sample("1_file_started")
    with (
        patch("callbacks.ingest.store", side_effect=OperationalError("away")),
        patch("callbacks.ingest.start_draining"),
    ):
        assert tell(endpoints["gme"], sample) == 200
    assert not Event.objects.exists()
    (file,) = tmp_path.glob("*.batch")
    (tmp_path / "refused").mkdir(exist_ok=True)
    file.rename(tmp_path / "refused" / file.name)

    with pytest.raises(CommandError):
        run("drain_spool")
    assert "Stored: 1." in run("drain_spool", "--take-back")

    assert Recording.objects.get().state == "recording"
