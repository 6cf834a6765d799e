"""What a log line shows, and what it never does, as text and as JSON."""

import json
import logging
import sys
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from config.logging import JsonFormatter, LineFormatter
from recordings.log_context import about_recording, log_values, log_with

FORMATTERS = [LineFormatter(), JsonFormatter()]
both = pytest.mark.parametrize("formatter", FORMATTERS, ids=["line", "json"])


def _record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": message, "args": arguments, "levelname": "INFO"} | extra)


def _line(message: str, *arguments: object, **extra: object) -> str:
    return LineFormatter().format(_record(message, *arguments, **extra))


def _object(message: str, *arguments: object, **extra: object) -> dict[str, Any]:
    text = JsonFormatter().format(_record(message, *arguments, **extra))
    assert "\n" not in text
    found: dict[str, Any] = json.loads(text)
    return found


def test_values_follow_the_event_and_cannot_forge_a_line() -> None:
    line = _line("task_moved", task_id="a\nERROR forged")

    assert line.endswith('INFO task_moved task_id="a\\nERROR forged"')


def test_json_has_time_level_event_and_every_value() -> None:
    one = uuid4()
    told = _object("task_moved", recording_id=one, number=3, share=0.5, names=["a\nb"], nothing=None, created=0.25)

    assert told == {
        "time": "1970-01-01T00:00:00.250+00:00",
        "level": "INFO",
        "event": "task_moved",
        "recording_id": str(one),
        "number": 3,
        "share": 0.5,
        "names": ["a\nb"],
        "nothing": None,
    }


def test_a_value_cannot_pretend_to_be_the_event() -> None:
    told = _object("true", level="ERROR", event="false", time="never")

    assert (told["level"], told["event"]) == ("INFO", "true")
    assert told["time"] != "never"


def test_json_has_the_traceback_on_the_same_line() -> None:
    try:
        raise ValueError("no\nsense")
    except ValueError:
        told = _object("failed", exc_info=sys.exc_info())

    assert "Traceback" in told["traceback"]
    assert "test_logging.py" in told["traceback"]


# --- what stays hidden


@both
@pytest.mark.parametrize(
    "record",
    [
        _record("Unauthorized: %s", "/callbacks/trtc/s3cret"),
        _record("x", path="/callbacks/trtc/s3cret"),
        _record("x", path='/callbacks/trtc/s3cret"\\'),
        _record("x", nested={"paths": ["/callbacks/trtc/s3cret"]}),
        _record("x", Callbacks="misspelt", path="/callback/0123456789-0123456789-0123456789_s3cret"),
    ],
)
def test_the_token_of_a_callback_address_is_not_shown(formatter: logging.Formatter, record: logging.LogRecord) -> None:
    text = formatter.format(record)

    assert "s3cret" not in text
    assert "***" in text
    if isinstance(formatter, JsonFormatter):
        json.loads(text)


@both
@pytest.mark.django_db
def test_a_refused_callback_leaves_no_token_in_the_log(
    formatter: logging.Formatter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.setFormatter(formatter)
    Client().post("/callbacks/trtc/s3cret", b"{}", content_type="application/json", headers={"Sign": "sIgn"})

    assert "callback_refused" in caplog.text
    assert "s3cret" not in caplog.text
    assert "sIgn" not in caplog.text


@both
def test_a_value_moves_no_cursor(formatter: logging.Formatter) -> None:
    text = formatter.format(_record("event", told="a\x9b2Jb\u202ec"))

    assert text.isprintable()
    assert r"a\u009b2Jb\u202ec" in text


# --- what the work at hand is about


@both
def test_every_line_carries_what_the_work_is_about_unless_it_says_so_itself(formatter: logging.Formatter) -> None:
    with log_with(recording_id="one", request_id="r-1"):
        plain, named = formatter.format(_record("event")), formatter.format(_record("event", recording_id="two"))
    after = formatter.format(_record("event"))

    assert "one" in plain
    assert "r-1" in plain
    assert "two" in named
    assert "one" not in named
    assert "r-1" not in after


@both
def test_ids_of_the_work_are_shown_beside_a_hidden_token(formatter: logging.Formatter) -> None:
    """They are long, as a token is, and nothing that a vendor sent."""
    one = uuid4()
    with log_with(recording_id=one):
        text = formatter.format(_record("x", path="/callbacks/trtc/s3cret"))

    assert str(one) in text


def test_work_inside_work_adds_to_it() -> None:
    one = uuid4()

    @about_recording
    def work(recording_id: object) -> dict[str, Any]:
        return dict(log_values())

    with log_with(request_id="r"):
        assert work(one) == {"request_id": "r", "recording_id": one}
    assert log_values() == {}
