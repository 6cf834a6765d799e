"""What a log line shows, and what it never does."""

import logging

import pytest
from django.test import Client

from config.logging import LineFormatter


def _line(message: str, *arguments: object, **extra: object) -> str:
    record = logging.makeLogRecord({"msg": message, "args": arguments, "levelname": "INFO"} | extra)
    return LineFormatter().format(record)


def test_values_follow_the_event_and_cannot_forge_a_line() -> None:
    line = _line("task_moved", task_id="a\nERROR forged")

    assert line.endswith('INFO task_moved task_id="a\\nERROR forged"')


def test_the_token_of_a_callback_address_is_not_shown() -> None:
    assert "s3cret" not in _line("Unauthorized: %s", "/callbacks/trtc/s3cret")
    assert "/callbacks/trtc/***" in _line("x", path="/callbacks/trtc/s3cret")


@pytest.mark.django_db
def test_a_refused_callback_leaves_no_token_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.setFormatter(LineFormatter())
    Client().post("/callbacks/trtc/s3cret", b"{}", content_type="application/json", headers={"Sign": "sIgn"})

    assert "callback_refused" in caplog.text
    assert "s3cret" not in caplog.text
    assert "sIgn" not in caplog.text


def test_a_value_moves_no_cursor() -> None:
    record = logging.makeLogRecord({"msg": "event", "told": "a\x9b2Jb\u202ec"})
    assert LineFormatter().format(record).endswith('told="a\\u009b2Jb\\u202ec"')
