"""The database believes in virtual time as much as Python does."""

import re
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from applications.models import Application
from tests.sim.clock import DAY_BEGINS, VirtualClock, virtual_time

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db(transaction=True)
def test_both_clocks_say_the_same(application: Application) -> None:
    """Django's Now(), raw SQL and timezone.now() all stand where the simulation put them."""
    clock = VirtualClock()
    with virtual_time(clock):
        clock.advance_to(3600.5)
        clock.tell_database()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT now(), statement_timestamp(), clock_timestamp()")
            told = {*cursor.fetchone(), Application.objects.values_list(Now(), flat=True).get(), timezone.now()}

    assert told == {clock.now()}
    assert (clock.now() - DAY_BEGINS).total_seconds() == 3600.5


@pytest.mark.django_db(transaction=True)
def test_real_time_comes_back(application: Application) -> None:
    """What the simulation put in place is gone after it."""
    with virtual_time(VirtualClock()):
        pass

    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
    assert now < DAY_BEGINS
    assert timezone.now() < DAY_BEGINS


def test_no_sql_of_ours_asks_for_the_time_in_a_way_that_cannot_be_simulated() -> None:
    """CURRENT_TIMESTAMP and its kin are keywords: no function of a simulation can take their place."""
    keyword = re.compile(r"\b(CURRENT_TIMESTAMP|CURRENT_DATE|LOCALTIMESTAMP|CURRENT_TIME)\b", re.IGNORECASE)
    sources = [path for app in ("recordings", "callbacks", "applications") for path in (ROOT / app).rglob("*.py")]
    found = [str(path) for path in sources if keyword.search(path.read_text())]

    assert len(sources) > 50
    assert found == []
