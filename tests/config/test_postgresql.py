"""A database that says nothing is given up by whoever has no more patience."""

import time
from collections.abc import Iterator

import pytest
from django.db import OperationalError, close_old_connections, connection, connections, transaction

from config.postgresql.patience import wait_at_most
from config.postgresql.reach import is_unreachable, was_never_reached

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _impatient() -> Iterator[None]:
    wait_at_most(0.3)
    yield
    wait_at_most(None)
    close_old_connections()


@pytest.mark.usefixtures("_impatient")
def test_a_statement_without_an_answer_is_given_up_and_the_next_request_gets_a_new_connection() -> None:
    began = time.monotonic()
    with pytest.raises(OperationalError, match=r"no answer within 0\.3 s"):
        _sleep(5)

    assert time.monotonic() - began < 2
    close_old_connections()  # as between two requests
    with pytest.raises(OperationalError, match="no patience left"):
        _sleep(0)
    wait_at_most(0.3)
    assert _sleep(0.1) == 0


@pytest.mark.usefixtures("_impatient")
def test_what_is_waited_for_adds_up() -> None:
    assert _sleep(0.2) == 0
    with pytest.raises(OperationalError, match=r"no answer within 0\.1 s"):
        _sleep(0.2)


@pytest.mark.usefixtures("_impatient")
def test_a_transaction_that_is_given_up_is_not_committed() -> None:
    with pytest.raises(OperationalError):
        _create_table_and_sleep()

    wait_at_most(None)
    close_old_connections()
    assert "given_up" not in connection.introspection.table_names()


def test_without_a_limit_it_is_waited_for() -> None:
    assert _sleep(0.5) == 0


def test_the_server_gives_up_a_process_that_stands_still_in_a_transaction() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("1min",)


def test_who_never_reached_the_server_is_told_from_who_lost_it(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "dbname", "nowhere")
    with pytest.raises(OperationalError, match='database "nowhere" does not exist') as lost:
        connection.ensure_connection()
    monkeypatch.setattr(type(connections["default"]), "_was_reached", False)
    with pytest.raises(OperationalError) as wrong:
        connection.ensure_connection()

    assert is_unreachable(lost.value)
    assert (was_never_reached(lost.value), was_never_reached(wrong.value)) == (False, True)


def test_a_connection_that_the_server_took_away_is_no_slow_statement() -> None:
    with pytest.raises(OperationalError) as taken:
        _execute("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.close()
    with pytest.raises(OperationalError, match="statement timeout") as slow:
        _execute("SET statement_timeout = 1; SELECT pg_sleep(5)")
    connection.close()

    assert is_unreachable(taken.value)
    assert not is_unreachable(slow.value)
    assert not is_unreachable(OperationalError("made by nobody"))
    assert not is_unreachable(None)


@transaction.atomic
def _create_table_and_sleep() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE given_up ()")
    _sleep(5)


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _sleep(seconds: float) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 0 FROM pg_sleep(%s)", [seconds])
        (answer,) = cursor.fetchone()
    return int(answer)
